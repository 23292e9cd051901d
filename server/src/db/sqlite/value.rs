//! Parameters and columns of SQLite, and what its errors mean.

use std::borrow::Cow;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Error as Cause, ErrorCode, Result, ToSql, ffi};

use crate::db::Value;
use crate::error::Error;

impl ToSql for Value {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// More parameters than these are numbers to SQLite.
const NAMED: usize = 64;

/// The SQL to prepare. SQLite looks for the name of a parameter among all before it; not so for a
/// number, which has no cast behind it.
pub fn numbered<'a>(sql: &'a str, params: &[Value]) -> Cow<'a, str> {
    if params.len() > NAMED { sql.replace('$', "?").into() } else { sql.into() }
}

/// Binds a [`numbered`] statement, one of few by the number in the name: SQLite itself counts `$2`
/// by first appearance (<https://www.sqlite.org/lang_expr.html#varparam>), PostgreSQL by its number.
pub fn bind(statement: &mut CachedStatement<'_>, params: &[Value]) -> Result<()> {
    for place in 1..=statement.parameter_count() {
        let named = || statement.parameter_name(place).and_then(number);
        let number = if params.len() > NAMED { Some(place) } else { named() };
        let param = number
            .and_then(|number| params.get(number.checked_sub(1)?))
            .ok_or(Cause::InvalidParameterCount(place, params.len()))?;
        statement.raw_bind_parameter(place, param)?;
    }
    Ok(())
}

/// `$2` or, with a cast for PostgreSQL, `$2::BIGINT` (to SQLite all of that is the name).
fn number(name: &str) -> Option<usize> {
    name.strip_prefix('$')?.split(':').next()?.parse().ok()
}

pub fn text<'a>(row: &'a rusqlite::Row<'_>, column: usize) -> Result<Option<&'a str>> {
    Ok(row.get_ref(column)?.as_str_or_null()?)
}

pub fn bytes<'a>(row: &'a rusqlite::Row<'_>, column: usize) -> Result<Option<&'a [u8]>> {
    Ok(row.get_ref(column)?.as_blob_or_null()?)
}

pub fn any(row: &rusqlite::Row<'_>, column: usize) -> Result<Value> {
    Ok(match row.get_ref(column)? {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => number.into(),
        ValueRef::Text(_) => row.get::<_, String>(column)?.into(),
        ValueRef::Blob(bytes) => bytes.into(),
        ValueRef::Real(_) => return Err(Cause::InvalidQuery),
    })
}

/// A statement that failed.
pub struct Failure<'a> {
    sql: &'a str,
    cause: Cause,
}

impl<'a> Failure<'a> {
    pub fn new(sql: &'a str, cause: Cause) -> Self {
        Self { sql, cause }
    }

    pub fn is_taken(&self) -> bool {
        self.cause.sqlite_error().is_some_and(|error| {
            error.code == ErrorCode::ConstraintViolation
                && matches!(
                    error.extended_code,
                    ffi::SQLITE_CONSTRAINT_UNIQUE
                        | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
                        | ffi::SQLITE_CONSTRAINT_ROWID
                )
        })
    }

    pub fn into_error(self) -> Error {
        Error::internal(format_args!("{}: {}", self.cause, self.sql))
    }
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn a_parameter_is_known_by_its_number() {
        assert_eq!(number("$1"), Some(1));
        assert_eq!(number("$12"), Some(12));
        assert_eq!(number("$2::BIGINT"), Some(2));
        assert_eq!(number(":1"), None);
        assert_eq!(number("$x"), None);
    }
}
