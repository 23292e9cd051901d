//! Storage: one interface, two drivers. The SQL is written once by the callers, in the part that
//! SQLite and PostgreSQL share, with `$1…` parameters and the types TEXT, BIGINT and BYTEA.
//!
//! Knows no table. Both drivers keep the same promises, held by one test-suite (`tests`):
//! - a batch is written whole or not at all, and is acknowledged only when it is durable;
//! - a caller that goes away neither loses nor halves a batch that was accepted;
//! - who writes sees the write in the next query.

mod fold;
mod migrate;
mod postgres;
mod row;
mod sqlite;
mod statement;
#[cfg(test)]
pub(crate) mod tests;
mod value;

use std::borrow::Cow;
use std::fmt;
use std::num::NonZeroUsize;

pub use fold::fold;
pub use row::Row;
pub use statement::Statement;
pub use value::Value;

use crate::error::{Error, Result};
use migrate::Schema;
use postgres::Postgres;
use sqlite::Sqlite;

/// A database. A clone is another handle of the same one. The futures of PostgreSQL are boxed: they
/// are large, and every request would carry room for them.
#[derive(Clone)]
pub enum Db {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Db {
    /// Opens what `target` names and brings its schema up to date: `postgres://…` and
    /// `postgresql://…` are URLs of PostgreSQL, `:memory:` is a SQLite database that ends with the
    /// process, all else is the path of a SQLite file, made if it is missing.
    pub async fn open(target: &str, migrations: &[&str]) -> Result<Self, OpenError> {
        Self::open_with(target, Schema { migrations, upgrade: true }, None).await
    }

    /// [`Self::open`] of a database that is up to date; any other one is refused and stays as it
    /// is.
    pub async fn open_current(target: &str, migrations: &[&str]) -> Result<Self, OpenError> {
        Self::open_with(target, Schema { migrations, upgrade: false }, None).await
    }

    /// `connections` is how many may be open at once: the readers of SQLite, all of PostgreSQL.
    /// `None` chooses by the cores of the machine.
    async fn open_with(
        target: &str,
        schema: Schema<'_>,
        connections: Option<NonZeroUsize>,
    ) -> Result<Self, OpenError> {
        if let Some((kind, _)) = target.split_once("://")
            && !is_postgres(target)
        {
            return Err(OpenError::new(format!(
                "`{kind}` is no kind of database: give a file, `:memory:`, or postgres://…"
            )));
        }
        if is_postgres(target) {
            Postgres::open(target, schema, connections).await.map(Self::Postgres)
        } else {
            Sqlite::open(target, schema, connections).map(Self::Sqlite)
        }
    }

    /// All rows of a SELECT, each as `read` gives it. They are collected, so the SQL carries a
    /// LIMIT. Constant SQL stays prepared; a `String` is for SQL that is put together.
    ///
    /// A text with a NUL character matches nothing (PostgreSQL cannot hold one): no rows at all,
    /// not even that of an aggregate. SQLite answers on the caller's thread; a long read is for
    /// [`Self::scan`].
    pub async fn query<T>(
        &self,
        sql: impl Into<Cow<'static, str>>,
        params: &[Value],
        read: impl Fn(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        if params.iter().any(Value::has_nul) {
            return Ok(Vec::new());
        }
        let sql = sql.into();
        match self {
            Self::Sqlite(sqlite) => sqlite.query(&sql, params, read),
            Self::Postgres(postgres) => Box::pin(postgres.query(sql, params, read)).await,
        }
    }

    /// The first row of [`Self::query`].
    pub async fn first<T>(
        &self,
        sql: impl Into<Cow<'static, str>>,
        params: &[Value],
        read: impl Fn(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        Ok(self.query(sql, params, read).await?.into_iter().next())
    }

    /// [`Self::query`] for what may read many rows: it does not hold up the requests of others.
    pub async fn scan<T>(
        &self,
        sql: impl Into<Cow<'static, str>>,
        params: &[Value],
        read: impl Fn(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        match self {
            Self::Sqlite(sqlite) => sqlite.scan(&sql.into(), params, read).await,
            Self::Postgres(_) => self.query(sql, params, read).await,
        }
    }

    /// What to ask of an index of trigrams (`{trigrams}` of a migration) beside the LIKE that looks
    /// for a text. `None`: there is nothing to ask for less than three letters, nor where LIKE asks
    /// by itself, in PostgreSQL.
    pub fn trigrams(&self, text: &str) -> Option<String> {
        match self {
            Self::Sqlite(_) => sqlite::trigrams::pattern(text),
            Self::Postgres(_) => None,
        }
    }

    /// Writes all of the batch, in order, or nothing. Returns when it is durable.
    ///
    /// Errors: what the failing statement names (see [`Statement`]); [`Error::conflict`] for a
    /// failed guard, a deadlock or a serialisation failure; `Unavailable` when the connection to
    /// PostgreSQL was lost, which leaves open whether the batch was written.
    pub async fn write(&self, batch: Vec<Statement>) -> Result<()> {
        if batch.iter().any(Statement::has_nul) {
            return Err(Error::invalid("text with a NUL character cannot be stored"));
        }
        match self {
            Self::Sqlite(sqlite) => sqlite.write(batch).await,
            Self::Postgres(postgres) => Box::pin(postgres.write(batch)).await,
        }
    }

    /// Finishes the writes that were accepted and releases the database. Other handles can no
    /// longer write.
    pub async fn close(self) {
        match self {
            Self::Sqlite(sqlite) => sqlite.close().await,
            Self::Postgres(postgres) => postgres.close().await,
        }
    }
}

/// Whether this names a PostgreSQL.
pub fn is_postgres(target: &str) -> bool {
    let kind = target.split_once("://").map(|(kind, _)| kind.to_ascii_lowercase());
    matches!(kind.as_deref(), Some("postgres" | "postgresql"))
}

/// Why a database cannot be used, and what to do: one line for the person who starts the server.
#[derive(Debug)]
pub struct OpenError(String);

impl OpenError {
    fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for OpenError {}

/// A number of connections that keeps every core busy.
fn connections_per_core(each: usize, least: usize, most: usize) -> usize {
    std::thread::available_parallelism()
        .map_or(1, NonZeroUsize::get)
        .saturating_mul(each)
        .clamp(least, most)
}
