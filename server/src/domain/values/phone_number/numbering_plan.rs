//! The country data of libphonenumber: calling codes, trunk prefixes, national numbers.

use phonenumber::{Metadata, metadata::DATABASE};
use regex::Regex;

/// Assigned but not in use, so that the country data do not have it.
const VATICAN: u16 = 379;
/// Calling code, trunk prefix and national numbers of plans that changed since 2021, as they were.
/// Elsewhere newer data differ on numbers only that had no meaning then.
#[rustfmt::skip]
const PLANS_OF_2021: [(u16, &str, &str); 12] = [
    (52, "0(?:[12]|4[45])|1", r"(?:1(?:[01467]\d|[2359][1-9]|8[1-79])|[2-9]\d)\d{8}"),
    (57, "0(?:[3579]|4(?:[14]4|56))?", r"(?:1\d|3)\d{9}|[124-8]\d{7}"),
    (234, "0", r"(?:[124-7]|9\d{3})\d{6}|[1-9]\d{7}|[78]\d{9,13}"),
    (385, "0", r"(?:[24-69]\d|3[0-79])\d{7}|80\d{5,7}|[1-79]\d{7}|6\d{5,6}"),
    (508, "0", r"[45]\d{5}"),
    (590, "0", r"(?:590|69\d|976)\d{6}"),
    (594, "0", r"(?:[56]94|976)\d{6}"),
    (596, "0", r"69\d{7}|(?:59|97)6\d{6}"),
    (962, "0", r"900\d{5}|(?:(?:[268]|7\d)\d|32|53)\d{6}"),
    (966, "0", r"92\d{7}|(?:[15]|8\d)\d{8}"),
    (992, "8", r"(?:00|[3-59]\d|77|88)\d{7}"),
    (998, "8", r"[679]\d{8}"),
];

pub fn is_calling_code(code: u16) -> bool {
    code == VATICAN || DATABASE.by_code(&code).is_some()
}

/// The national number without its trunk prefix; `None` if there is none to take off.
///
/// The prefix stays if what would remain does not begin like a number of the country, or if only
/// with it the number is one.
pub fn without_trunk_prefix(code: u16, national: &str) -> Option<String> {
    let plan = DATABASE.by_code(&code)?.into_iter().next()?;
    let changed = PLANS_OF_2021.iter().find(|(changed, ..)| *changed == code);
    let (prefix, numbers) = match changed {
        Some((_, prefix, numbers)) => (*prefix, *numbers),
        None => (plan_prefix(plan)?, plan.descriptors().general().national_number().as_str()),
    };
    let digits = prefix.bytes().all(|byte| byte.is_ascii_digit());
    if digits && !national.starts_with(prefix) {
        return None;
    }
    let prefix = pattern(prefix, "")?;
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
