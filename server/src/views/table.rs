//! A struct as the row of a table.

use crate::db::{Row, Statement, Value};
use crate::error::Result;

/// A value of a column.
pub trait Column: Sized {
    fn read(row: &Row<'_>, index: usize) -> Result<Self>;
    fn value(&self) -> Value;
}

impl Column for String {
    fn read(row: &Row<'_>, index: usize) -> Result<Self> {
        row.text(index)
    }

    fn value(&self) -> Value {
        self.as_str().into()
    }
}

impl Column for i64 {
    fn read(row: &Row<'_>, index: usize) -> Result<Self> {
        row.integer(index)
    }

    fn value(&self) -> Value {
        (*self).into()
    }
}

impl Column for bool {
    fn read(row: &Row<'_>, index: usize) -> Result<Self> {
        row.flag(index)
    }

    fn value(&self) -> Value {
        (*self).into()
    }
}

impl Column for Option<i64> {
    fn read(row: &Row<'_>, index: usize) -> Result<Self> {
        row.optional_integer(index)
    }

    fn value(&self) -> Value {
        (*self).into()
    }
}

impl Column for Option<String> {
    fn read(row: &Row<'_>, index: usize) -> Result<Self> {
        Ok(row.optional_str(index)?.map(String::from))
    }

    fn value(&self) -> Value {
        self.as_deref().into()
    }
}

impl Column for Vec<u8> {
    fn read(row: &Row<'_>, index: usize) -> Result<Self> {
        row.blob(index)
    }

    fn value(&self) -> Value {
        self.as_slice().into()
    }
}

/// A list of texts: role names, scopes.
impl Column for Vec<String> {
    fn read(row: &Row<'_>, index: usize) -> Result<Self> {
        row.str(index).map(words)
    }

    fn value(&self) -> Value {
        let words: Vec<String> = self.iter().map(|text| word(text)).collect();
        words.join(" ").into()
    }
}

/// A text as one word of a list of them: without a blank, and not empty.
pub fn word(text: &str) -> String {
    if text.is_empty() {
        return r"\e".into();
    }
    text.replace('\\', r"\\").replace(' ', r"\s")
}

/// The texts that became words, parted by blanks.
pub fn words(list: &str) -> Vec<String> {
    list.split(' ').filter(|word| !word.is_empty()).map(text).collect()
}

fn text(word: &str) -> String {
    let mut letters = word.chars();
    let mut out = String::with_capacity(word.len());
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('s') => out.push(' '),
                Some('e') | None => {}
                Some(other) => out.push(other),
            },
            _ => out.push(letter),
        }
    }
    out
}

/// The SQL that every table has.
pub struct Sql {
    pub table: &'static str,
    pub columns: usize,
    /// The first so many columns are the primary key.
    pub keys: usize,
    /// All columns, as SELECT names them.
    pub all: String,
    pub select: String,
    pub upsert: String,
    pub delete: String,
    /// Rows in order of their key, and those behind a key.
    pub first_page: String,
    pub next_page: String,
}

impl Sql {
    pub fn new(table: &'static str, columns: &[&str], keys: usize) -> Self {
        let (key, rest) = columns.split_at(keys.min(columns.len()));
        let params: Vec<String> = (1..=columns.len()).map(|number| format!("${number}")).collect();
        let equal = key.iter().zip(&params).map(|(name, param)| format!("{name} = {param}"));
        let found = equal.collect::<Vec<_>>().join(" AND ");
        let sets: Vec<String> =
            rest.iter().map(|name| format!("{name} = excluded.{name}")).collect();
        let after = params.get(..key.len()).unwrap_or_default().join(", ");
        let (all, key) = (columns.join(", "), key.join(", "));
        let (values, sets) = (params.join(", "), sets.join(", "));
        let page = format!("ORDER BY {key} LIMIT 1000");
        Self {
            table,
            columns: columns.len(),
            keys,
            select: format!("SELECT {all} FROM {table} WHERE {found}"),
            upsert: format!(
                "INSERT INTO {table} ({all}) VALUES ({values}) \
                 ON CONFLICT ({key}) DO UPDATE SET {sets}"
            ),
            delete: format!("DELETE FROM {table} WHERE {found}"),
            first_page: format!("SELECT {all} FROM {table} {page}"),
            next_page: format!("SELECT {all} FROM {table} WHERE ({key}) > ({after}) {page}"),
            all,
        }
    }
}

/// A struct whose fields are the columns of a table.
pub trait Table: Sized {
    fn sql() -> &'static Sql;
    fn read(row: &Row<'_>) -> Result<Self>;
    fn values(&self) -> Vec<Value>;

    fn put(&self) -> Statement {
        Statement::new(Self::sql().upsert.as_str(), self.values())
    }

    fn delete(key: Vec<Value>) -> Statement {
        Statement::new(Self::sql().delete.as_str(), key)
    }
}

/// The columns of a table are the named fields of a struct; the first ones are its key.
macro_rules! table {
    ($row:ty, $table:literal, $keys:literal, [$($column:ident),* $(,)?]) => {
        impl $crate::views::table::Table for $row {
            fn sql() -> &'static $crate::views::table::Sql {
                use std::sync::LazyLock;
                use $crate::views::table::Sql;
                static SQL: LazyLock<Sql> =
                    LazyLock::new(|| Sql::new($table, &[$(stringify!($column)),*], $keys));
                &SQL
            }

            fn read(row: &$crate::db::Row<'_>) -> $crate::error::Result<Self> {
                let mut columns = 0..;
                let mut next = || columns.next().unwrap_or_default();
                Ok(Self { $($column: $crate::views::table::Column::read(row, next())?),* })
            }

            fn values(&self) -> Vec<$crate::db::Value> {
                vec![$($crate::views::table::Column::value(&self.$column)),*]
            }
        }
    };
}
pub(crate) use table;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_texts_is_what_it_was() {
        for texts in [vec!["a", "b"], vec!["a b", r"\s", "", r"\e", "\\"], vec![]] {
            let texts: Vec<String> = texts.into_iter().map(String::from).collect();
            let Value::Text(list) = texts.value() else { panic!("no text") };
            assert_eq!(words(&list), texts, "{list}");
        }
        assert_eq!(word("a b"), r"a\sb");
    }

    #[test]
    fn the_first_columns_are_the_key() {
        let sql = Sql::new("t", &["a", "b", "c"], 2);
        assert_eq!(sql.select, "SELECT a, b, c FROM t WHERE a = $1 AND b = $2");
        assert_eq!(sql.delete, "DELETE FROM t WHERE a = $1 AND b = $2");
        let upsert = "INSERT INTO t (a, b, c) VALUES ($1, $2, $3) \
            ON CONFLICT (a, b) DO UPDATE SET c = excluded.c";
        assert_eq!(sql.upsert, upsert);
    }
}
