//! Passwords: how strong one has to be, and which hashes may come from elsewhere.

/// The first thing a password lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weakness {
    Length,
    Lower,
    Upper,
    Number,
    Symbol,
}

/// What a password lacks, if anything. Length is in bytes; only ASCII letters and digits count as
/// such, every other character is a symbol (`fixtures/users/human/import-errors.yaml`).
pub fn weakness(password: &str, min_length: usize) -> Option<Weakness> {
    let has = |wanted: fn(&u8) -> bool| password.bytes().any(|byte| wanted(&byte));
    let met = [
        (password.len() >= min_length, Weakness::Length),
        (has(u8::is_ascii_lowercase), Weakness::Lower),
        (has(u8::is_ascii_uppercase), Weakness::Upper),
        (has(u8::is_ascii_digit), Weakness::Number),
        (has(|byte| !byte.is_ascii_alphanumeric()), Weakness::Symbol),
    ];
    met.into_iter().find_map(|(met, weakness)| (!met).then_some(weakness))
}

/// Why a hash is not taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HashFault {
    /// No known format can read it.
    Malformed,
    /// It is readable, but made with too little or too much effort.
    Cost,
}

/// Accepts a hash that a later login can be checked against.
pub fn check_imported(hash: &str) -> Result<(), HashFault> {
    let format = FORMATS.iter().find(|format| format.prefixes.iter().any(|p| hash.starts_with(p)));
    let format = format.ok_or(HashFault::Malformed)?;
    let cost = (format.cost)(hash).ok_or(HashFault::Malformed)?;
    if format.accepted_costs.contains(&cost) { Ok(()) } else { Err(HashFault::Cost) }
}

/// A format of password hashes.
struct Format {
    prefixes: &'static [&'static str],
    /// The effort that a well-formed hash names.
    cost: fn(&str) -> Option<u32>,
    accepted_costs: std::ops::RangeInclusive<u32>,
}

const FORMATS: [Format; 1] =
    [Format { prefixes: &["$2a$", "$2b$", "$2y$"], cost: bcrypt_cost, accepted_costs: 10..=16 }];

/// The cost in `$2a$CC$…`, of a hash long enough. Like the original, it looks no further: other
/// letters in the digest and text behind it pass (`fixtures/users/human/import-errors.yaml`).
fn bcrypt_cost(hash: &str) -> Option<u32> {
    const SHORTEST: usize = 59;
    const COSTS: std::ops::RangeInclusive<u32> = 4..=31;
    let cost = hash.get(4..6).filter(|_| hash.len() >= SHORTEST)?.parse().ok()?;
    COSTS.contains(&cost).then_some(cost)
}

#[cfg(test)]
mod tests {
    use super::{HashFault, Weakness, check_imported, weakness};

    const SALT_AND_DIGEST: &str = "N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy";

    #[test]
    fn the_first_thing_a_password_lacks_is_named() {
        let cases = [
            ("Aa1!aaa", Some(Weakness::Length)),
            ("Aa1üü", Some(Weakness::Length)),
            ("        ", Some(Weakness::Lower)),
            ("AAAA111!", Some(Weakness::Lower)),
            ("äääAAA1!", Some(Weakness::Lower)),
            ("aaaa111!", Some(Weakness::Upper)),
            ("ÄÄÄaaa1!", Some(Weakness::Upper)),
            ("AAAAaaa!", Some(Weakness::Number)),
            ("aaAA!!\u{661}\u{662}", Some(Weakness::Number)),
            ("AAAAaaa1", Some(Weakness::Symbol)),
            ("Aa1!5678", None),
            ("Zz2 zzzz", None),
            ("Aaaaaa1 ", None),
            ("Aa1aüü", None),
            ("Aa1!🦒", None),
        ];
        for (password, expected) in cases {
            assert_eq!(weakness(password, 8), expected, "{password:?}");
        }
        assert_eq!(weakness("Aa1!", 4), None);
        assert_eq!(weakness("Aa1!", 5), Some(Weakness::Length));
    }

    #[test]
    fn bcrypt_hashes_of_bearable_cost_are_accepted() {
        for start in ["$2a$10$", "$2b$12$", "$2y$14$", "$2a$16$"] {
            assert_eq!(check_imported(&format!("{start}{SALT_AND_DIGEST}")), Ok(()), "{start}");
        }
        assert_eq!(check_imported(&format!("$2a$10${SALT_AND_DIGEST}extra")), Ok(()));
        assert_eq!(check_imported(&format!("$2a$10${}", "!".repeat(52))), Ok(()));
    }

    #[test]
    fn a_cost_out_of_bounds_is_refused_as_such() {
        for cost in ["04", "09", "17", "31"] {
            let hash = format!("$2a${cost}${SALT_AND_DIGEST}");
            assert_eq!(check_imported(&hash), Err(HashFault::Cost), "{cost}");
        }
    }

    #[test]
    fn other_hashes_are_malformed() {
        for start in ["$2x$10$", "$2$10$", "$3a$10$", "$2a$32$", "$2a$03$", "$2a$xx$", " $2a$10$"] {
            let hash = format!("{start}{SALT_AND_DIGEST}");
            assert_eq!(check_imported(&hash), Err(HashFault::Malformed), "{start}");
        }
        let others = [
            "",
            "hello",
            "$2a$",
            "$2a$10$N9qo8uLOickgx2ZMRZoMye",
            "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$RdescudvJCsgt3ub+b4dWRWJTmaaJO",
            "$5$rounds=5000$saltsalt$sEIc0eLQfrkjOVDGcx1VeRjZDTCnwjC0ZCgRY2ZCkl4",
        ];
        for hash in others {
            assert_eq!(check_imported(hash), Err(HashFault::Malformed), "{hash}");
        }
        let too_short = format!("$2a$10${}", "!".repeat(51));
        assert_eq!(check_imported(&too_short), Err(HashFault::Malformed));
    }
}
