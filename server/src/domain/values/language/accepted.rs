//! The language that a caller prefers among those that Bailey speaks.

use super::tag;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    #[default]
    English,
    German,
    French,
    Italian,
    Spanish,
    Swedish,
    Chinese,
}

use Language::{Chinese, English, French, German, Italian, Spanish, Swedish};

/// The languages of texts, by their codes.
const SPOKEN: [(Language, &str); 7] = [
    (English, "en"),
    (German, "de"),
    (French, "fr"),
    (Italian, "it"),
    (Spanish, "es"),
    (Swedish, "sv"),
    (Chinese, "zh cmn"),
];

/// Languages whose speakers read one of these (CLDR, `languageMatching`).
const NEAR: [(Language, &str); 5] = [
    (Chinese, "zh-Hant wuu gan hak hsn lzh nan ug"),
    (German, "gsw lb rm"),
    (French, "br co oc ht kg ln lua mg rw wo crs"),
    (Italian, "la"),
    (Spanish, "gl eu qu ay gn"),
];

/// Words that old programs send in place of a tag (Go's `golang.org/x/text/language` knows them).
const WORDS: [(&str, &str); 4] =
    [("english", "en"), ("deutsch", "de"), ("italian", "it"), ("french", "fr")];

/// A longer header says nothing.
const LONGEST: usize = 1000;

/// The language for an `Accept-Language` (RFC 9110, section 12.5.4); English if it names none.
///
/// The most wanted of those that are spoken; if none is, one near to a wanted one. A single item
/// that is no language spoils the header, `*` says nothing
/// (`fixtures/users/changes/languages.yaml`).
pub fn preferred(accept: &str) -> Language {
    let wanted = wanted(accept).unwrap_or_default();
    let first = |known: &[(Language, &str)]| {
        wanted.iter().find_map(|tag| {
            let has = |codes: &str| codes.split(' ').any(|code| code == base(tag));
            known.iter().find(|(_, codes)| has(codes)).map(|(language, _)| *language)
        })
    };
    first(&SPOKEN).or_else(|| first(&NEAR)).unwrap_or_default()
}

/// Canonical tags, the most wanted first.
fn wanted(accept: &str) -> Option<Vec<String>> {
    let mut wanted = Vec::new();
    let items = accept.split(',').map(str::trim).filter(|item| !item.is_empty());
    for item in items.filter(|_| accept.len() <= LONGEST) {
        let (tag, weight) = item.split_once(';').unwrap_or((item, ""));
        let tag = tag.trim();
        let word = WORDS.iter().find(|(word, _)| *word == tag);
        let (text, faultless) = tag::read(word.map_or(tag, |(_, code)| code));
        let any = tag == "*";
        let weight = quality(weight).filter(|_| faultless || any)?;
        if weight > 0.0 && !any {
            wanted.push((weight, text));
        }
    }
    wanted.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    Some(wanted.into_iter().map(|(_, tag)| tag).collect())
}

/// `q=0.5`, blanks anywhere; nothing is 1.
fn quality(weight: &str) -> Option<f32> {
    let weight = weight.trim();
    if weight.is_empty() {
        return Some(1.0);
    }
    weight.strip_prefix('q')?.trim_start().strip_prefix('=')?.trim_start().parse().ok()
}

/// The language of a tag; Chinese in traditional characters is one of its own, in other scripts it
/// is none of these.
fn base(tag: &str) -> &str {
    let mut subtags = tag.split('-');
    let language = subtags.next().unwrap_or_default();
    let rest = subtags.next().unwrap_or_default();
    match (language, rest) {
        ("zh", "Hant" | "TW" | "HK" | "MO") => "zh-Hant",
        ("zh", "Latn" | "Hani" | "Bopo") => tag,
        _ => language,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PREFERRED: [(&str, Language); 51] = [
        ("", English),
        ("de", German),
        ("dE-cH", German),
        ("de_CH", German),
        ("deu", German),
        ("de-u-co-phonebk", German),
        ("fr-FR,fr;q=0.9,en;q=0.8", French),
        ("fr;q=0.5, de;q=0.9", German),
        ("it;q=0.8,fr;q=0.8", Italian),
        ("de ; q = 0.5 , it", Italian),
        ("de;q=0", English),
        ("de;q=0, fr;q=0.1", French),
        ("de;q=abc", English),
        ("de;q=", English),
        ("de;x=1", English),
        ("de;", German),
        ("fi, de, fr", German),
        ("ja;q=0.1, es;q=0.9", Spanish),
        ("tlh", English),
        ("tlh, it;q=0.4", Italian),
        ("i-klingon, sv", Swedish),
        ("xx, it", English),
        ("de, ???", English),
        ("de, fr x", English),
        ("de-CH-unknown", English),
        (",,de", German),
        (";", English),
        (";q=0, de", English),
        ("xx;q=0, de", English),
        ("*", English),
        ("*, de", German),
        ("fi, *;q=0.1", English),
        ("x-pirate", English),
        ("und", English),
        ("zh-TW", Chinese),
        ("zh-TW, fr-CA", French),
        ("zh-Hans-TW, fr", Chinese),
        ("gsw, zh-cmn", Chinese),
        ("gsw", German),
        ("gl, fr;q=0.1", French),
        ("eu, lb", Spanish),
        ("da, nb", English),
        ("hat, de;q=0.1", German),
        ("hat;q=0.1, kin", French),
        ("sk, ay", Spanish),
        ("zh-min-nan", Chinese),
        ("zh-Latn", English),
        ("zh-Hant-HK, ay", Chinese),
        ("en-GB, de", English),
        ("deutsch;q=0.5", German),
        ("Deutsch, it", English),
    ];

    #[test]
    fn the_most_wanted_language_that_is_spoken() {
        for (accept, language) in PREFERRED {
            assert_eq!(preferred(accept), language, "{accept:?}");
        }
        let fillers = |count| format!("{}de", "fi, ".repeat(count));
        assert_eq!(preferred(&fillers(100)), German);
        assert_eq!(preferred(&fillers(1000)), English);
    }
}
