//! SQLite: pooled read-only connections that answer on the caller's thread, and one [`Writer`].

mod file;
mod readers;
pub(super) mod trigrams;
pub(super) mod value;
mod writer;

use std::num::NonZeroUsize;
use std::sync::{Arc, PoisonError, RwLock};

use r2d2::Pool;
use rusqlite::Connection;
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::Semaphore;
use tokio::task::block_in_place;

use super::migrate::{self, Dialect, Schema};
use super::{OpenError, Row, Statement, Value, connections_per_core};
use crate::error::{Error, Result};
use file::Place;
use readers::Readers;
use value::{Failure, bind, numbered};
use writer::Writer;

const DIALECT: Dialect = Dialect {
    clustered: " WITHOUT ROWID",
    text: "TEXT",
    fold: String::new,
    number: "number INTEGER PRIMARY KEY,",
    trigrams: trigrams::create,
    one_owner: statistics,
    merge: trigrams::merge,
};

/// Without statistics SQLite takes the first column of an index for a narrow one
/// (<https://www.sqlite.org/fileformat2.html#stat1tab>).
fn statistics(table: &str, indexes: &str) -> String {
    let mut script = "ANALYZE sqlite_schema".to_string();
    for (index, columns) in indexes.split(", ").filter_map(|index| index.split_once(' ')) {
        let distinct =
            " 1".repeat(columns.parse::<usize>().map_or(0, |columns| columns.saturating_sub(1)));
        script += &format!(
            ";\nINSERT INTO sqlite_stat1 VALUES ('{table}', '{index}', '1000000 1000000{distinct}')"
        );
    }
    script + ";\nANALYZE sqlite_schema"
}

/// Held shared by a reader and alone by the writer, of a database in memory only: that one has no
/// WAL, so a reader would find it locked. A file needs no gate.
type Gate = Option<Arc<RwLock<()>>>;

#[derive(Clone)]
pub struct Sqlite {
    readers: Pool<Readers>,
    /// Turns of reads that may be long: they leave a quarter of the readers to the short ones.
    scans: Arc<Semaphore>,
    writer: Writer,
    gate: Gate,
}

impl Sqlite {
    pub fn open(
        target: &str,
        schema: Schema<'_>,
        connections: Option<NonZeroUsize>,
    ) -> Result<Self, OpenError> {
        let (place, lock) = Place::claim(target)?;
        let mut connection = place.open_writer()?;
        migrate(&mut connection, schema)?;
        place.keep_log(&connection)?;
        let gate = place.in_memory().then(Arc::default);
        let size = connections.map_or_else(|| connections_per_core(2, 4, 16), NonZeroUsize::get);
        let scans = Arc::new(Semaphore::new(size - size / 4));
        let readers = readers::pool(place, size)?;
        let writer = Writer::start(connection, gate.clone(), lock)?;
        Ok(Self { readers, scans, writer, gate })
    }

    pub fn query<T>(
        &self,
        sql: &str,
        params: &[Value],
        read: impl Fn(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let _held = self.gate.as_ref().map(|g| g.read().unwrap_or_else(PoisonError::into_inner));
        let connection = self.readers.get().map_err(|_| readers::busy())?;
        let failed = |cause| Failure::new(sql, cause).into_error();
        let mut statement = connection.prepare_cached(&numbered(sql, params)).map_err(failed)?;
        bind(&mut statement, params).map_err(failed)?;
        let mut rows = statement.raw_query();
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(failed)? {
            found.push(read(&row.into())?);
        }
        Ok(found)
    }

    pub async fn scan<T>(
        &self,
        sql: &str,
        params: &[Value],
        read: impl Fn(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let _turn = self.scans.acquire().await.map_err(Error::internal)?;
        aside(|| self.query(sql, params, read))
    }

    pub async fn write(&self, batch: Vec<Statement>) -> Result<()> {
        self.writer.write(batch).await
    }

    /// Readers first, so that the writer is the last connection and SQLite removes the WAL.
    pub async fn close(self) {
        drop(self.readers);
        self.writer.close().await;
    }
}

/// Runs on the caller's thread, whose other tasks move to another one, if there can be another.
fn aside<T>(work: impl FnOnce() -> T) -> T {
    match Handle::current().runtime_flavor() {
        RuntimeFlavor::MultiThread => block_in_place(work),
        _ => work(),
    }
}

fn migrate(connection: &mut Connection, schema: Schema<'_>) -> Result<(), OpenError> {
    let failed = |cause: rusqlite::Error| {
        OpenError::new(format!("the schema cannot be brought up to date: {cause}"))
    };
    let transaction = connection
        .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
        .map_err(failed)?;
    transaction.execute_batch(migrate::TABLE).map_err(failed)?;
    let found = transaction.query_one(migrate::VERSION, (), |row| row.get(0)).map_err(failed)?;
    let script = migrate::pending(found, schema, &DIALECT)?;
    transaction.execute_batch(&script).map_err(failed)?;
    transaction.commit().map_err(failed)
}
