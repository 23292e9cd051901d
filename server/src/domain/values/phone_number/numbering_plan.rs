//! The country data of libphonenumber: calling codes, trunk prefixes, national numbers.

use phonenumber::{Metadata, metadata::DATABASE};
use regex::Regex;

/// Assigned but not in use, so that the country data do not have it.
const VATICAN: u16 = 379;
/// Calling code, trunk prefix and national numbers as they were in 2021, of each plan by which
/// another trunk prefix is taken off today.
#[rustfmt::skip]
const PLANS_OF_2021: [(u16, &str, &str); 45] = [
    (1, "1", r"[2-9]\d{9}"),
    (7, "8", r"[347-9]\d{9}"),
    (40, "0", r"(?:[237]\d|[89]0)\d{7}|[23]\d{5}"),
    (52, "0(?:[12]|4[45])|1", r"(?:1(?:[01467]\d|[2359][1-9]|8[1-79])|[2-9]\d)\d{8}"),
    (53, "0", r"[27]\d{6,7}|[34]\d{5,7}|(?:5|8\d\d)\d{7}"),
    (55, r"0(?:(1[245]|2[1-35]|31|4[13]|[56]5|99)(\d{10,11}))?",
        r"(?:[1-46-9]\d\d|5(?:[0-46-9]\d|5[0-24679]))\d{8}|[1-9]\d{9}|[3589]\d{8}|
        [34]\d{7}"),
    (57, "0(?:[3579]|4(?:[14]4|56))?", r"(?:1\d|3)\d{9}|[124-8]\d{7}"),
    (58, "0", r"[89]00\d{7}|(?:[24]\d|50)\d{8}"),
    (61, "0|(183[12])", r"1(?:[0-79]\d{7,8}|8[0-24-9]\d{7})|(?:[2-478]\d\d|550)\d{6}|1\d{4,7}"),
    (62, "0", r"(?:(?:007803|8\d{4})\d|[1-36])\d{6}|[1-9]\d{8,10}|[2-9]\d{7}"),
    (64, "0", r"[28]\d{7,9}|[346]\d{7}|(?:508|[79]\d)\d{6,7}"),
    (66, "0", r"1\d{8,9}|(?:[2-57]|[689]\d)\d{7}"),
    (81, "0", r"00[1-9]\d{6,14}|[257-9]\d{9}|(?:00|[1-9]\d\d)\d{6}"),
    (84, "0", r"[12]\d{9}|[135-9]\d{8}|[16]\d{7}|[16-8]\d{6}"),
    (86, r"0|(1(?:[12]\d|79|9[0235-7])\d\d)",
        r"1[1279]\d{8,9}|2\d{9}(?:\d{2})?|[12]\d{6,7}|86\d{6}|(?:1[03-68]\d|6)\d{7,9}|
        (?:[3-579]\d|8[0-57-9])\d{6,9}"),
    (94, "0", r"(?:[1-7]\d|[89]1)\d{7}"),
    (231, "0", r"(?:2|33|5\d|77|88)\d{7}|[45]\d{6}"),
    (232, "0", r"(?:[2378]\d|99)\d{6}"),
    (234, "0", r"(?:[124-7]|9\d{3})\d{6}|[1-9]\d{7}|[78]\d{9,13}"),
    (241, r"0(11\d{6}|6[256]\d{6}|7[47]\d{6})", r"(?:[067]\d|11)\d{6}|[2-7]\d{6}"),
    (251, "0", r"(?:11|[2-59]\d)\d{7}"),
    (252, "0", r"[346-9]\d{8}|[12679]\d{7}|(?:[1-4]\d|59)\d{5}|[1348]\d{5}"),
    (255, "0", r"(?:[26-8]\d|41|90)\d{7}"),
    (260, "0", r"(?:63|80)0\d{6}|(?:21|[79]\d)\d{7}"),
    (262, "0", r"9769\d{5}|(?:26|[68]\d)\d{7}"),
    (265, "0", r"1\d{6}(?:\d{2})?|(?:[23]1|77|88|99)\d{7}"),
    (377, "0", r"870\d{5}|(?:[349]|6\d)\d{7}"),
    (385, "0", r"(?:[24-69]\d|3[0-79])\d{7}|80\d{5,7}|[1-79]\d{7}|6\d{5,6}"),
    (508, "0", r"[45]\d{5}"),
    (590, "0", r"(?:590|69\d|976)\d{6}"),
    (591, r"0(1\d)?", r"(?:[2-467]\d\d|8001)\d{5}"),
    (593, "0", r"1800\d{6,7}|(?:[2-7]|9\d)\d{7}"),
    (594, "0", r"(?:[56]94|976)\d{6}"),
    (595, "0", r"59\d{4,6}|(?:[2-46-9]\d|5[0-8])\d{4,7}"),
    (596, "0", r"69\d{7}|(?:59|97)6\d{6}"),
    (598, "0", r"(?:[249]\d\d|80)\d{5}|9\d{6}"),
    (850, "0", r"85\d{6}|(?:19\d|2)\d{7}"),
    (961, "0", r"[7-9]\d{7}|[13-9]\d{6}"),
    (962, "0", r"900\d{5}|(?:(?:[268]|7\d)\d|32|53)\d{6}"),
    (966, "0", r"92\d{7}|(?:[15]|8\d)\d{8}"),
    (976, "0", r"[12]\d{7,9}|[57-9]\d{7}"),
    (992, "8", r"(?:00|[3-59]\d|77|88)\d{7}"),
    (993, "8", r"[1-6]\d{7}"),
    (996, "0", r"8\d{9}|(?:[235-8]\d|99)\d{7}"),
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
