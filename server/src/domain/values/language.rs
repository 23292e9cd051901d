//! Languages, stored as BCP 47 tags (RFC 5646) in canonical form.
//!
//! Malformed tags are not refused: what can be read of them counts (recordings
//! `humans-languages`, `profile-update`).

mod registry;

use std::iter::Peekable;

/// The canonical form of a tag; `None` for one that says nothing, which reads back as `und`.
///
/// `_` is taken for `-`, case does not matter, withdrawn and three-letter codes become the ones in
/// use, subtags that are malformed or not registered are left out. The caller bounds the length.
pub fn canonical(tag: &str) -> Option<String> {
    let tag = tag.to_ascii_lowercase().replace('_', "-");
    if let Some(modern) = registry::grandfathered(&tag) {
        return Some(modern.to_owned());
    }
    let subtags = tag.split('-').filter(|subtag| is_well_formed(subtag));
    let canonical = read(&mut subtags.peekable())?;
    (canonical != UNDETERMINED).then_some(canonical)
}

const UNDETERMINED: &str = "und";

fn is_well_formed(subtag: &str) -> bool {
    (1..=8).contains(&subtag.len()) && subtag.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn read<'a>(subtags: &mut Peekable<impl Iterator<Item = &'a str>>) -> Option<String> {
    let first = subtags.next_if(|subtag| matches!(subtag.len(), 2 | 3));
    if first.is_none() && subtags.peek() != Some(&"x") {
        return None;
    }
    let language = first.map(|first| language(first, subtags));
    let mut parts: Vec<String> = language.into_iter().flatten().collect();
    parts.extend(extensions(subtags));
    (!parts.is_empty()).then(|| parts.join("-"))
}

/// Language, script, region and variants.
fn language<'a>(first: &str, subtags: &mut Peekable<impl Iterator<Item = &'a str>>) -> Vec<String> {
    let mut language = registry::language(first).unwrap_or(UNDETERMINED.to_owned());
    while let Some(extended) = subtags.next_if(|s| s.len() == 3 && starts_with_letter(s)) {
        let known = registry::language(extended).filter(|known| known != UNDETERMINED);
        language = known.unwrap_or(language);
    }
    let script = subtags.next_if(|s| s.len() == 4 && starts_with_letter(s));
    let script = script.and_then(registry::script);
    let region = subtags.next_if(|s| matches!(s.len(), 2 | 3)).and_then(registry::region);
    let (language, implied) = language.split_once('-').unwrap_or((&language, ""));
    let (implied_script, implied_region) = match implied.len() {
        2 => (None, Some(implied.to_owned())),
        4 => (Some(implied.to_owned()), None),
        _ => (None, None),
    };
    let mut parts = vec![language.to_owned()];
    parts.extend(script.or(implied_script));
    parts.extend(region.or(implied_region));
    while let Some(variant) = subtags.next_if(|s| s.len() >= 4) {
        parts.extend(registry::is_variant(variant).then(|| variant.to_owned()));
    }
    parts
}

fn starts_with_letter(subtag: &str) -> bool {
    subtag.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// Extensions in the order of their singletons, then what is for private use.
fn extensions<'a>(subtags: &mut Peekable<impl Iterator<Item = &'a str>>) -> Vec<String> {
    let mut extensions = Vec::new();
    while let Some(singleton) = subtags.next_if(|s| s.len() == 1 && *s != "x") {
        let mut values = Vec::new();
        while let Some(value) = subtags.next_if(|s| s.len() > 1) {
            values.push(value);
        }
        let values = if singleton == "u" { unicode_values(&values) } else { values.join("-") };
        if !values.is_empty() {
            extensions.push(format!("{singleton}-{values}"));
        }
    }
    extensions.sort();
    let private: Vec<_> = subtags.next_if_eq(&"x").map(|_| subtags.collect()).unwrap_or_default();
    if !private.is_empty() {
        extensions.push(format!("x-{}", private.join("-")));
    }
    extensions
}

/// The values of extension `u` (RFC 6067): attributes, then keys of two characters with their
/// types, each in order and once.
fn unicode_values(values: &[&str]) -> String {
    let mut groups: Vec<String> = Vec::new();
    let mut keyed = false;
    for value in values {
        keyed |= value.len() == 2;
        match groups.last_mut() {
            Some(group) if keyed && value.len() > 2 => *group = format!("{group}-{value}"),
            _ => groups.push((*value).to_owned()),
        }
    }
    groups.sort_by_key(|group| (is_key(group), group.clone()));
    groups.dedup();
    groups.join("-")
}

fn is_key(group: &str) -> bool {
    group.find('-').unwrap_or(group.len()) == 2
}

#[cfg(test)]
mod tests {
    use super::canonical;

    const STORED: &[(&str, &str)] = &[
        ("en", "en"),
        ("EN", "en"),
        ("de-CH", "de-CH"),
        ("de_CH", "de-CH"),
        ("zh-Hant-TW", "zh-Hant-TW"),
        ("sr-Latn", "sr-Latn"),
        ("iw", "he"),
        ("i-klingon", "tlh"),
        ("it", "it"),
        ("ja", "ja"),
        ("tlh", "tlh"),
        ("mul", "mul"),
        ("no", "no"),
        ("nb", "nb"),
        ("zh-CN", "zh-CN"),
        ("en-GB", "en-GB"),
        ("sv-SE", "sv-SE"),
        ("x-abc", "x-abc"),
        ("en-US-x-a", "en-US-x-a"),
        ("en-", "en"),
        ("en-US-abcd", "en-US"),
        ("de_ch", "de-CH"),
        ("eng", "en"),
        ("ger", "de"),
        ("gsw", "gsw"),
        ("sh", "sr-Latn"),
        ("sh-Cyrl", "sr-Cyrl"),
        ("mo", "ro-MD"),
        ("mo-RO", "ro-RO"),
        ("tl", "fil"),
        ("en--US", "en-US"),
        ("-en", "en"),
        ("en-UK", "en-GB"),
        ("de-276", "de-DE"),
        ("es-419", "es-419"),
        ("en-999", "en-ZZ"),
        ("xx-CH", "und-CH"),
        ("zh-yue-HK", "yue-HK"),
        ("zh-min-nan", "nan"),
        ("de-1996", "de-1996"),
        ("de-1abc", "de"),
        ("sl-rozaj", "sl-rozaj"),
        ("en-Qaai", "en-Zinh"),
        ("en-US-Latn", "en-US"),
        ("de-de-de", "de-DE"),
        ("en_US.UTF-", "en"),
        ("en-u-ca-bb", "en-u-bb-ca"),
        ("en-u-co-ph", "en-u-co-ph"),
        ("en-u-abc", "en-u-abc"),
        ("en-a-bb-x-a", "en-a-bb-x-a"),
        ("en-u-x-a", "en-x-a"),
        ("en-x", "en"),
        ("X-ABC", "x-abc"),
        ("en-GB-oed", "en-GB-oxendict"),
        ("i-default", "en-x-i-default"),
        ("zh-und", "zh"),
        ("sgn-US", "sgn-US"),
        ("en-b-a-bb", "en-a-bb"),
    ];

    const UNDETERMINED: &[&str] = &[
        "",
        "und",
        "C",
        "root",
        "xx",
        "zz",
        "english",
        "klingon",
        "e",
        "12",
        "en@euro",
        "x-123456789",
        " en",
        "ü",
    ];

    #[test]
    fn tags_are_stored_in_canonical_form() {
        for (tag, stored) in STORED {
            assert_eq!(canonical(tag).as_deref(), Some(*stored), "{tag:?}");
        }
    }

    #[test]
    fn the_canonical_form_stays_as_it_is() {
        for (_, stored) in STORED {
            assert_eq!(canonical(stored).as_deref(), Some(*stored), "{stored:?}");
        }
    }

    #[test]
    fn tags_that_say_nothing_are_undetermined() {
        for tag in UNDETERMINED {
            assert_eq!(canonical(tag), None, "{tag:?}");
        }
    }
}
