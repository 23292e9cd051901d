//! One row of a result, whichever database gave it.

use super::{Value, postgres, sqlite};
use crate::error::{Error, Result};

/// A row, read by column number from 0. A column that is missing, of another type, or NULL where a
/// value is asked for, is an internal error: SQL and reader do not fit.
pub struct Row<'a>(Source<'a>);

enum Source<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a tokio_postgres::Row),
}

impl<'a> Row<'a> {
    pub fn str(&self, column: usize) -> Result<&'a str> {
        not_null(column, self.optional_str(column)?)
    }

    pub fn text(&self, column: usize) -> Result<String> {
        self.str(column).map(str::to_owned)
    }

    pub fn integer(&self, column: usize) -> Result<i64> {
        not_null(column, self.optional_integer(column)?)
    }

    /// A BIGINT that is 0 for no, or the outcome of a comparison.
    pub fn flag(&self, column: usize) -> Result<bool> {
        Ok(self.integer(column)? != 0)
    }

    pub fn bytes(&self, column: usize) -> Result<&'a [u8]> {
        not_null(column, self.optional_bytes(column)?)
    }

    pub fn blob(&self, column: usize) -> Result<Vec<u8>> {
        self.bytes(column).map(<[u8]>::to_vec)
    }

    pub fn optional_str(&self, column: usize) -> Result<Option<&'a str>> {
        match self.0 {
            Source::Sqlite(row) => sqlite::value::text(row, column).map_err(Error::internal),
            Source::Postgres(row) => row.try_get(column).map_err(Error::internal),
        }
    }

    pub fn optional_integer(&self, column: usize) -> Result<Option<i64>> {
        match self.0 {
            Source::Sqlite(row) => row.get(column).map_err(Error::internal),
            Source::Postgres(row) => postgres::value::integer(row, column).map_err(Error::internal),
        }
    }

    pub fn optional_bytes(&self, column: usize) -> Result<Option<&'a [u8]>> {
        match self.0 {
            Source::Sqlite(row) => sqlite::value::bytes(row, column).map_err(Error::internal),
            Source::Postgres(row) => row.try_get(column).map_err(Error::internal),
        }
    }

    /// Whatever stands there, for who does not know the table.
    pub fn value(&self, column: usize) -> Result<Value> {
        match self.0 {
            Source::Sqlite(row) => sqlite::value::any(row, column).map_err(Error::internal),
            Source::Postgres(row) => postgres::value::any(row, column).map_err(Error::internal),
        }
    }
}

impl<'a> From<&'a rusqlite::Row<'a>> for Row<'a> {
    fn from(row: &'a rusqlite::Row<'a>) -> Self {
        Self(Source::Sqlite(row))
    }
}

impl<'a> From<&'a tokio_postgres::Row> for Row<'a> {
    fn from(row: &'a tokio_postgres::Row) -> Self {
        Self(Source::Postgres(row))
    }
}

fn not_null<T>(column: usize, value: Option<T>) -> Result<T> {
    value.ok_or_else(|| Error::internal(format_args!("column {column} is NULL")))
}
