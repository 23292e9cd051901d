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

/// The schema that a program knows, and what it does with an older one.
#[derive(Clone, Copy)]
pub struct Schema<'a> {
    pub migrations: &'a [&'a str],
    pub upgrade: bool,
}

/// What a placeholder of a migration becomes.
pub struct Dialect {
    /// `{clustered}`, after the column list: rows are stored in the order of the primary key.
    pub clustered: &'static str,
    /// `{text}`: a TEXT that is compared and sorted by code point.
    pub text: &'static str,
    /// `{fold}`: makes the function `fold`, if the driver does not bring it.
    pub fold: fn() -> String,
    /// `{number}`: a column that numbers the rows, if the index of trigrams needs one.
    pub number: &'static str,
    /// `{trigrams NAME ON TABLE (COLUMNS)}`: an index for what a text contains.
    pub trigrams: fn(&str, &str, &str) -> String,
    /// `{one_owner TABLE (INDEX COLUMNS, …)}`: plan with a million rows that have the same value in
    /// the first column of these indexes, and which all the columns together tell apart.
    pub one_owner: fn(&str, &str) -> String,
    /// `{merge COUNT OF NAME}`: how many parts of an index of trigrams are merged at a time.
    pub merge: fn(&str, &str) -> String,
}

impl Dialect {
    fn translate(&self, text: &str) -> String {
        let mut out = text
            .replace("{clustered}", self.clustered)
            .replace("{text}", self.text)
            .replace("{fold}", &(self.fold)())
            .replace("{number}", self.number);
        while let Some((before, index, after)) = placeholder(&out, "{trigrams ") {
            let (name, table) = index.split_once(" ON ").unwrap_or_default();
            let (table, columns) = arguments(table);
            out = format!("{before}{}{after}", (self.trigrams)(name, table, columns));
        }
        while let Some((before, indexes, after)) = placeholder(&out, "{one_owner ") {
            let (table, indexes) = arguments(indexes);
            out = format!("{before}{}{after}", (self.one_owner)(table, indexes));
        }
        while let Some((before, merge, after)) = placeholder(&out, "{merge ") {
            let (count, name) = merge.split_once(" OF ").unwrap_or_default();
            out = format!("{before}{}{after}", (self.merge)(count, name));
        }
        out
    }
}

/// `TABLE (COLUMNS)`
fn arguments(text: &str) -> (&str, &str) {
    let (table, inside) = text.split_once(' ').unwrap_or_default();
    (table, inside.trim_matches(['(', ')']))
}

/// What stands before, in and behind the first placeholder that opens so.
fn placeholder<'a>(text: &'a str, open: &str) -> Option<(&'a str, &'a str, &'a str)> {
    let (before, rest) = text.split_once(open)?;
    let (inside, after) = rest.split_once('}')?;
    Some((before, inside, after))
}

/// The SQL that brings a database of version `found` up to date; empty when it is.
///
/// Errors: a newer schema, and an older one that is not to be upgraded.
pub fn pending(found: i64, schema: Schema<'_>, dialect: &Dialect) -> Result<String, OpenError> {
    let known = schema.migrations.len();
    let applied =
        usize::try_from(found).ok().filter(|applied| *applied <= known).ok_or_else(|| {
            OpenError::new(format!(
                "the database has schema version {found}, this program knows versions up to \
                 {known}: use a newer program, or another database"
            ))
        })?;
    if !schema.upgrade && applied < known {
        return Err(OpenError::new(match applied {
            0 => "this is no database of Bailey: name another one".into(),
            _ => format!(
                "the database has schema version {found}, not {known}: `bailey serve` brings it up \
                 to date"
            ),
        }));
    }
    let mut script = String::new();
    for (number, text) in (1..).zip(schema.migrations).skip(applied) {
        script += &dialect.translate(text);
        let _ = write!(script, ";\nINSERT INTO schema_version VALUES ({number});\n");
    }
    Ok(script)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIALECT: Dialect = Dialect {
        clustered: " ROWLESS",
        text: "STRING",
        fold: String::new,
        number: "n INTEGER, ",
        trigrams: |name, table, columns| format!("INDEX {name} OF {columns} IN {table}"),
        one_owner: |table, indexes| format!("PLAN {table} BY {indexes}"),
        merge: |count, name| format!("MERGE {count} {name}"),
    };
    const TEXTS: &[&str] = &["CREATE TABLE a (x {text}){clustered}", "CREATE TABLE b (y BIGINT)"];

    fn pending(found: i64, migrations: &[&str], dialect: &Dialect) -> Result<String, OpenError> {
        super::pending(found, Schema { migrations, upgrade: true }, dialect)
    }

    #[test]
    fn all_that_is_missing_in_order() {
        let first = "CREATE TABLE a (x STRING) ROWLESS;\nINSERT INTO schema_version VALUES (1);\n";
        let second = "CREATE TABLE b (y BIGINT);\nINSERT INTO schema_version VALUES (2);\n";
        assert_eq!(pending(0, TEXTS, &DIALECT).unwrap(), format!("{first}{second}"));
        assert_eq!(pending(1, TEXTS, &DIALECT).unwrap(), second);
        assert_eq!(pending(2, TEXTS, &DIALECT).unwrap(), "");
    }

    #[test]
    fn what_is_not_to_be_upgraded_is_refused() {
        let schema = Schema { migrations: TEXTS, upgrade: false };
        let outcome = |found| super::pending(found, schema, &DIALECT).map_err(|e| e.to_string());
        assert_eq!(outcome(2), Ok(String::new()));
        assert!(outcome(1).unwrap_err().contains("schema version 1, not 2"));
        assert!(outcome(0).unwrap_err().contains("no database of Bailey"));
    }

    #[test]
    fn an_index_of_trigrams_is_the_drivers() {
        let text = "CREATE TABLE a ({number}x {text}); {trigrams i ON a (x, y)}; z";
        let made = "CREATE TABLE a (n INTEGER, x STRING); INDEX i OF x, y IN a; z";
        assert_eq!(DIALECT.translate(text), made);
        assert_eq!(DIALECT.translate("{one_owner a (i 2, j 3)}; z"), "PLAN a BY i 2, j 3; z");
        assert_eq!(DIALECT.translate("{merge 8 OF i}; z"), "MERGE 8 i; z");
    }

    #[test]
    fn a_newer_schema_is_refused() {
        let text = pending(3, TEXTS, &DIALECT).unwrap_err().to_string();
        assert!(text.contains("version 3") && text.contains("up to 2"), "{text}");
        assert!(pending(-1, TEXTS, &DIALECT).is_err());
    }
}
