//! Languages, stored as BCP 47 tags (RFC 5646) in canonical form.
//!
//! Malformed tags are not refused: what can be read of them counts
//! (`fixtures/users/human/languages.yaml`, `fixtures/users/profile/update.yaml`).

mod accepted;
mod registry;
mod tag;

pub use accepted::{Language, preferred};

/// The canonical form of a tag; `None` for one that says nothing, which reads back as `und`.
///
/// `_` is taken for `-`, case does not matter, three-letter codes become those of two letters,
/// subtags that are malformed or not registered are left out. Withdrawn codes become the ones in
/// use only in a tag without such a fault. The caller bounds the length.
pub fn canonical(tag: &str) -> Option<String> {
    let (canonical, _) = tag::read(tag);
    (!matches!(canonical.as_str(), "" | UNDETERMINED)).then_some(canonical)
}

const UNDETERMINED: &str = "und";

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
        ("iw-IL", "he-IL"),
        ("chi-TW", "zh-TW"),
        ("sr-Zmth", "sr-Zmth"),
        ("en-t-de-CH", "en-t-de-ch"),
        ("nyn-t-heb", "nyn-t-iw"),
        ("nu-t-US", "und-t-und"),
        ("en-t-m0-abc", "en-t-m0-abc"),
    ];

    /// Tags with a fault keep withdrawn codes; three letters still become two.
    const FAULTY: &[(&str, &str)] = &[
        ("iw-", "iw"),
        ("in--ID", "in-ID"),
        ("heb-xyz1", "iw"),
        ("mo-abcd", "mo"),
        ("sh-Latn-x", "sh-Latn"),
        ("en-UK-abcd", "en-UK"),
        ("chi-u", "chi"),
        ("eng-u", "en"),
        ("tl-IN-fa", "tl-IN"),
        ("xx-BU", "und-BU"),
        ("heb-t-1901", "iw"),
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
    fn a_tag_with_a_fault_keeps_withdrawn_codes() {
        for (tag, stored) in FAULTY {
            assert_eq!(canonical(tag).as_deref(), Some(*stored), "{tag:?}");
        }
    }

    #[test]
    fn tags_that_say_nothing_are_undetermined() {
        for tag in UNDETERMINED {
            assert_eq!(canonical(tag), None, "{tag:?}");
        }
    }
}
