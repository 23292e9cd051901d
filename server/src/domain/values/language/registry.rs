//! What is registered: the IANA Language Subtag Registry (RFC 5646) with the codes of ISO 639,
//! ISO 15924, ISO 3166-1 and UN M.49 that have a place in it.

/// Two first letters, then each third letter; `.` is the two-letter code itself.
const LANGUAGES: &str = include_str!("languages.txt");
/// Codes of three letters where there is one of two.
const RENAMED_LANGUAGES: &str = include_str!("renamed_languages.txt");
/// Withdrawn languages and second codes, with the one in use.
const WITHDRAWN_LANGUAGES: &str = include_str!("withdrawn_languages.txt");
const WITHDRAWN_REGIONS: &str = "bu=MM ct=KI dd=DE dy=BJ fx=FR hv=BF jt=UM mi=UM nh=VU nq=AQ \
    pu=UM pz=PA qu=EU rh=ZW tp=TL uk=GB vd=VN wk=UM yd=YE zr=CD";
const WITHDRAWN_SCRIPTS: &str = "qaai=Zinh";
const SCRIPTS: &str = include_str!("scripts.txt");
const REGIONS: &str = include_str!("regions.txt");
const VARIANTS: &str = include_str!("variants.txt");
const GRANDFATHERED: &str = include_str!("grandfathered.txt");

/// The tag to use for one from before the rules of today.
pub fn grandfathered(tag: &str) -> Option<&'static str> {
    find(GRANDFATHERED, tag)
}

/// The one code of a language.
pub fn language(code: &str) -> Option<String> {
    let renamed = find(RENAMED_LANGUAGES, code).map(str::to_owned);
    let known = || is_language(code) || current_language(code).is_some();
    renamed.or_else(|| known().then(|| code.to_owned()))
}

/// The language in use for a withdrawn one, some with the script or region that the code implied.
pub fn current_language(code: &str) -> Option<&'static str> {
    find(WITHDRAWN_LANGUAGES, code)
}

fn is_language(code: &str) -> bool {
    let Some((start, third)) = code.split_at_checked(2) else { return false };
    let third = if third.is_empty() { "." } else { third };
    let mut starts = LANGUAGES.split_whitespace().filter_map(|word| word.strip_prefix(start));
    starts.any(|all| all.contains(third))
}

/// A script, as `Latn`.
pub fn script(code: &str) -> Option<String> {
    let script = find(SCRIPTS, code)?;
    let (initial, rest) = script.split_at_checked(1)?;
    Some(initial.to_ascii_uppercase() + rest)
}

/// The region that a code of letters or digits means, as `CH` or `419`.
pub fn region(code: &str) -> Option<String> {
    find(REGIONS, code).map(str::to_ascii_uppercase)
}

/// The script in use for a withdrawn one.
pub fn current_script(script: String) -> String {
    current(WITHDRAWN_SCRIPTS, script)
}

/// The region in use for a withdrawn one.
pub fn current_region(region: String) -> String {
    current(WITHDRAWN_REGIONS, region)
}

fn current(withdrawn: &'static str, code: String) -> String {
    find(withdrawn, &code.to_ascii_lowercase()).map_or(code, str::to_owned)
}

pub fn is_variant(code: &str) -> bool {
    find(VARIANTS, code).is_some()
}

/// Looks a code up in words of the form `code` or `code=instead`.
fn find(table: &'static str, code: &str) -> Option<&'static str> {
    table
        .split_ascii_whitespace()
        .map(|word| word.split_once('=').unwrap_or((word, word)))
        .find_map(|(name, instead)| (name == code).then_some(instead))
}
