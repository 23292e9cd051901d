//! Numbered migrations: text `n` (from 1) brings the schema from version `n - 1` to `n`.
//!
//! The drivers run [`TABLE`], [`VERSION`] and [`pending`] in one transaction, under a lock that
//! keeps a second process waiting.

use std::fmt::Write as _;

use super::OpenError;

/// Makes the table of versions: one row for each migration that was applied.
pub const TABLE: &str =
    "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL PRIMARY KEY)";

/// Gives the version of the schema as BIGINT, 0 for an empty database.
pub const VERSION: &str = "SELECT coalesce(max(version), 0) FROM schema_version";

/// What a placeholder of a migration becomes.
pub struct Dialect {
    /// `{clustered}`, after the column list: rows are stored in the order of the primary key.
    pub clustered: &'static str,
    /// `{text}`: a TEXT that is compared and sorted by code point.
    pub text: &'static str,
    /// `{fold}`: makes the function `fold`, if the driver does not bring it.
    pub fold: fn() -> String,
}

/// The SQL that brings a database of version `found` up to date; empty when it is.
pub fn pending(found: i64, texts: &[&str], dialect: &Dialect) -> Result<String, OpenError> {
    let known = texts.len();
    let applied =
        usize::try_from(found).ok().filter(|applied| *applied <= known).ok_or_else(|| {
            OpenError::new(format!(
                "the database has schema version {found}, this program knows versions up to \
                 {known}: use a newer program, or another database"
            ))
        })?;
    let mut script = String::new();
    for (number, text) in (1..).zip(texts).skip(applied) {
        script += &text
            .replace("{clustered}", dialect.clustered)
            .replace("{text}", dialect.text)
            .replace("{fold}", &(dialect.fold)());
        let _ = write!(script, ";\nINSERT INTO schema_version VALUES ({number});\n");
    }
    Ok(script)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIALECT: Dialect = Dialect { clustered: " ROWLESS", text: "STRING", fold: String::new };
    const TEXTS: &[&str] = &["CREATE TABLE a (x {text}){clustered}", "CREATE TABLE b (y BIGINT)"];

    #[test]
    fn all_that_is_missing_in_order() {
        let first = "CREATE TABLE a (x STRING) ROWLESS;\nINSERT INTO schema_version VALUES (1);\n";
        let second = "CREATE TABLE b (y BIGINT);\nINSERT INTO schema_version VALUES (2);\n";
        assert_eq!(pending(0, TEXTS, &DIALECT).unwrap(), format!("{first}{second}"));
        assert_eq!(pending(1, TEXTS, &DIALECT).unwrap(), second);
        assert_eq!(pending(2, TEXTS, &DIALECT).unwrap(), "");
    }

    #[test]
    fn a_newer_schema_is_refused() {
        let text = pending(3, TEXTS, &DIALECT).unwrap_err().to_string();
        assert!(text.contains("version 3") && text.contains("up to 2"), "{text}");
        assert!(pending(-1, TEXTS, &DIALECT).is_err());
    }
}
