//! Lower case, letter by letter and the same in every database: SQLite's own `lower` knows ASCII
//! only, that of PostgreSQL what the collation knows. SQL calls it `fold(text)`.

/// A text without regard to case. Unlike [`str::to_lowercase`] it maps each letter alone and to one
/// letter, as PostgreSQL's `lower` does: `İ` is `i`, `Σ` is `σ` at the end of a word too, and `ß`
/// stays different from `ss`.
pub fn fold(text: &str) -> String {
    text.chars().map(fold_letter).collect()
}

fn fold_letter(letter: char) -> char {
    letter.to_lowercase().next().unwrap_or(letter)
}

/// The function for PostgreSQL: a table of all letters that have a lower case.
pub fn function() -> String {
    let upper: String = (char::MIN..=char::MAX).filter(|c| fold_letter(*c) != *c).collect();
    let lower = fold(&upper);
    format!(
        "CREATE FUNCTION fold(TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE \
         RETURN translate($1, '{upper}', '{lower}')"
    )
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn each_letter_alone() {
        assert_eq!(fold("ÄÉ 100% ΟΔΟΣ İ ẞ Straße 🦒"), "äé 100% οδοσ i ß straße 🦒");
    }
}
