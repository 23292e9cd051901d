//! The country data of libphonenumber: calling codes, trunk prefixes, national numbers.

use phonenumber::{Metadata, metadata::DATABASE};
use regex::Regex;

/// Assigned but not in use, so that the country data do not have it.
const VATICAN: u16 = 379;
/// Mexico gave its trunk prefixes up in 2019; data newer than the original's no longer have them.
const MEXICO: u16 = 52;
const MEXICAN_PREFIX: &str = "0(?:[12]|4[45])|1";

pub fn is_calling_code(code: u16) -> bool {
    code == VATICAN || DATABASE.by_code(&code).is_some()
}

/// The national number without its trunk prefix; `None` if there is none to take off.
///
/// The prefix stays if what would remain does not begin like a number of the country, or if only
/// with it the number is one.
pub fn without_trunk_prefix(code: u16, national: &str) -> Option<String> {
    let plans = DATABASE.by_code(&code)?;
    let plan = plans.first()?;
    let prefix = if code == MEXICO { MEXICAN_PREFIX } else { plan_prefix(plan)? };
    let digits = prefix.bytes().all(|byte| byte.is_ascii_digit());
    if digits && !national.starts_with(prefix) {
        return None;
    }
    let prefix = pattern(prefix, "")?;
    let numbers = plan.descriptors().general().national_number().as_str();
    let stripped = replaced(&prefix, plan.national_prefix_transform_rule(), national)?;
    let whole = pattern(numbers, "$")?;
    let better = whole.is_match(&stripped) || !whole.is_match(national);
    (better && pattern(numbers, "")?.is_match(&stripped)).then_some(stripped)
}

fn plan_prefix(plan: &Metadata) -> Option<&str> {
    let prefix = plan.national_prefix_for_parsing().map(|pattern| pattern.as_str());
    prefix.or_else(|| plan.national_prefix())
}

/// A pattern of the country data, at the start of the number.
fn pattern(source: &str, end: &str) -> Option<Regex> {
    Regex::new(&format!("(?x-u)^(?:{source}){end}")).ok()
}

/// The number without the prefix, or with what a rule puts in its place if it has parts to keep.
fn replaced(prefix: &Regex, rule: Option<&str>, national: &str) -> Option<String> {
    let found = prefix.captures(national)?;
    let keeps = found.len() > 1 && found.iter().last().flatten().is_some();
    let mut number = String::new();
    if let Some(rule) = rule.filter(|_| keeps) {
        found.expand(rule, &mut number);
    }
    number.push_str(national.get(found.get(0)?.end()..)?);
    Some(number)
}
