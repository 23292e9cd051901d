//! What the history of a user calls its events.

use crate::domain::values::language::Language;

/// The texts of a language, one a line behind the kind of event. English ones are the reference's
/// as ZITADEL v4 gives them; those of avatars that are added, of identity providers, of the first
/// login, of factors and of passkeys are ours, as are most in other languages.
fn texts(language: Language) -> &'static str {
    match language {
        Language::English => include_str!("history/en.txt"),
        Language::German => include_str!("history/de.txt"),
        Language::French => include_str!("history/fr.txt"),
        Language::Italian => include_str!("history/it.txt"),
        Language::Spanish => include_str!("history/es.txt"),
        Language::Swedish => include_str!("history/sv.txt"),
        Language::Chinese => include_str!("history/zh.txt"),
    }
}

/// The text of a kind of event; the kind itself if it has none.
pub fn text(kind: &str, language: Language) -> &str {
    let mut lines = texts(language).lines().filter_map(|line| line.split_once(' '));
    lines.find(|(name, _)| *name == kind).map_or(kind, |(_, text)| text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::user::KINDS;
    use crate::domain::values::language::preferred;

    #[test]
    fn every_event_has_a_text_in_every_language() {
        for language in ["en", "de", "fr", "it", "es", "sv", "zh"].map(preferred) {
            for kind in KINDS {
                assert_ne!(text(kind, language), *kind, "{kind} in {language:?}");
            }
            let kinds =
                |language| texts(language).lines().filter_map(|line| Some(line.split_once(' ')?.0));
            assert!(kinds(language).eq(kinds(Language::English)), "{language:?}");
        }
        assert_eq!(text("user.locked", Language::English), "User locked");
        assert_eq!(text("user.unlocked", Language::Chinese), "解锁用户");
        assert_eq!(text("user.flown", Language::German), "user.flown");
    }
}
