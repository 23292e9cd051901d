//! The one connection that writes, on a thread of its own.
//!
//! Waiting batches are committed together: one transaction, one COMMIT (the only wait for the disk),
//! then the acknowledgements. If a batch fails, all are run again with a savepoint each, so that it
//! leaves its neighbours; a COMMIT that fails fails them all, and the writer goes on.

use std::fs::File;
use std::sync::PoisonError;
use std::thread;

use rusqlite::{Connection, Result as SqliteResult};
use tokio::sync::{mpsc, oneshot};

use super::Gate;
use super::value::{Failure, bind, numbered};
use crate::db::{OpenError, Statement};
use crate::error::{Error, Result};

/// Batches that may wait; further callers wait for a place.
const QUEUE: usize = 1024;
/// Batches that one COMMIT may cover.
const TOGETHER: usize = 256;

/// The way to the thread. Without handles the thread ends.
#[derive(Clone)]
pub struct Writer {
    jobs: mpsc::Sender<Job>,
}

enum Job {
    Write(Vec<Statement>, oneshot::Sender<Result<()>>),
    Close(oneshot::Sender<()>),
}

impl Writer {
    /// `lock` is released after the connection is closed.
    pub fn start(
        connection: Connection,
        gate: Gate,
        lock: Option<File>,
    ) -> Result<Self, OpenError> {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let body = move || {
            let closed = serve(&connection, &gate, queue);
            close(connection);
            drop(lock);
            drop(closed);
        };
        thread::Builder::new()
            .name("sqlite-writer".into())
            .spawn(body)
            .map_err(|cause| OpenError::new(format!("no thread for the writer: {cause}")))?;
        Ok(Self { jobs })
    }

    pub async fn write(&self, batch: Vec<Statement>) -> Result<()> {
        let (done, outcome) = oneshot::channel();
        let sent = self.jobs.send(Job::Write(batch, done)).await;
        sent.map_err(|_| Error::internal("the database is closed"))?;
        outcome.await.unwrap_or_else(|_| Err(Error::internal("the database is closed")))
    }

    /// Returns when what waits is written and the file is released.
    pub async fn close(self) {
        let (done, closed) = oneshot::channel();
        if self.jobs.send(Job::Close(done)).await.is_ok() {
            let _ = closed.await;
        }
    }
}

/// Writes until there is no handle, or one asks to close; gives those who wait for the end.
fn serve(
    connection: &Connection,
    gate: &Gate,
    mut queue: mpsc::Receiver<Job>,
) -> Vec<oneshot::Sender<()>> {
    let mut closed = Vec::new();
    let mut jobs = Vec::new();
    while queue.blocking_recv_many(&mut jobs, TOGETHER) > 0 {
        let mut batches = Vec::with_capacity(jobs.len());
        for job in jobs.drain(..) {
            match job {
                Job::Write(batch, done) => batches.push((batch, done)),
                Job::Close(done) => {
                    queue.close();
                    closed.push(done);
                }
            }
        }
        if !batches.is_empty() {
            write_together(connection, gate, batches);
        }
    }
    closed
}

/// Commits the batches and tells each caller; one that went away does not change anything.
fn write_together(
    connection: &Connection,
    gate: &Gate,
    batches: Vec<(Vec<Statement>, oneshot::Sender<Result<()>>)>,
) {
    let held = gate.as_ref().map(|gate| gate.write().unwrap_or_else(PoisonError::into_inner));
    let outcomes = transaction(connection, batches.iter().map(|(batch, _)| batch.as_slice()));
    drop(held);
    match outcomes {
        Ok(outcomes) => {
            for ((_, done), outcome) in batches.into_iter().zip(outcomes) {
                let _ = done.send(outcome);
            }
        }
        Err(cause) => {
            let error = Error::internal(cause);
            for (_, done) in batches {
                let _ = done.send(Err(error.clone()));
            }
        }
    }
}

/// One transaction over all batches. `Err` means that none of them was written.
///
/// They run without savepoints first, because batches seldom fail, and an index of trigrams writes
/// what it has gathered at each savepoint. If one fails all run again, each in its own.
fn transaction<'a>(
    connection: &Connection,
    mut batches: impl Iterator<Item = &'a [Statement]> + Clone,
) -> SqliteResult<Vec<Result<()>>> {
    run(connection, "BEGIN IMMEDIATE")?;
    let again = batches.clone();
    if batches.all(|batch| batch.iter().all(|statement| succeeds(connection, statement))) {
        return end(connection, Ok(again.map(|_| Ok(())).collect()));
    }
    roll_back(connection);
    run(connection, "BEGIN IMMEDIATE")?;
    let outcomes = again.map(|batch| savepoint(connection, batch)).collect();
    end(connection, outcomes)
}

fn end<T>(connection: &Connection, outcomes: SqliteResult<T>) -> SqliteResult<T> {
    let committed = outcomes.and_then(|outcomes| run(connection, "COMMIT").map(|()| outcomes));
    if committed.is_err() {
        roll_back(connection);
    }
    committed
}

/// Some failures have rolled back already.
fn roll_back(connection: &Connection) {
    if !connection.is_autocommit() {
        let _ = run(connection, "ROLLBACK");
    }
}

fn succeeds(connection: &Connection, statement: &Statement) -> bool {
    step(connection, statement).is_ok_and(|gave_row| statement.judge(gave_row).is_ok())
}

/// One batch, whole or not at all. `Err` when the transaction itself is lost: some failures (disk
/// full, I/O error) make SQLite roll back all of it, and the savepoint is no longer there.
fn savepoint(connection: &Connection, batch: &[Statement]) -> SqliteResult<Result<()>> {
    run(connection, "SAVEPOINT batch")?;
    let outcome = batch.iter().try_for_each(|statement| execute(connection, statement));
    if outcome.is_err() {
        run(connection, "ROLLBACK TO batch")?;
    }
    run(connection, "RELEASE batch")?;
    Ok(outcome)
}

fn execute(connection: &Connection, statement: &Statement) -> Result<()> {
    let ran = step(connection, statement).map_err(|cause| {
        let failure = Failure::new(&statement.sql, cause);
        let taken = statement.taken_error().filter(|_| failure.is_taken());
        taken.unwrap_or_else(|| failure.into_error())
    });
    statement.judge(ran?)
}

/// Runs a statement to its end; whether it gave a row.
fn step(connection: &Connection, statement: &Statement) -> SqliteResult<bool> {
    let mut prepared = connection.prepare_cached(&numbered(&statement.sql, &statement.params))?;
    bind(&mut prepared, &statement.params)?;
    let mut rows = prepared.raw_query();
    let mut gave_row = false;
    while rows.next()?.is_some() {
        gave_row = true;
    }
    Ok(gave_row)
}

fn run(connection: &Connection, sql: &str) -> SqliteResult<()> {
    connection.prepare_cached(sql)?.raw_execute().map(drop)
}

/// Brings the WAL into the file, so that the file alone is the database.
fn close(connection: Connection) {
    let moved = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |_| Ok(()));
    let closed = moved.and_then(|()| connection.close().map_err(|(_, cause)| cause));
    if let Err(cause) = closed {
        tracing::warn!(%cause, "the database was not closed cleanly");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(bytes: usize) -> Statement {
        Statement::new("INSERT INTO blobs VALUES ($1)", vec![vec![0; bytes].into()])
    }

    #[test]
    fn a_full_disk_halves_no_batch_and_the_writer_goes_on() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE blobs (blob BYTEA)").unwrap();
        connection.query_row("PRAGMA max_page_count=20", (), |_| Ok(())).unwrap();
        let batches = [vec![add(10)], vec![add(10), add(1_000_000)], vec![add(10)]];
        let written: i64 = transaction(&connection, batches.iter().map(Vec::as_slice))
            .map_or(0, |outcomes| outcomes.iter().map(|outcome| i64::from(outcome.is_ok())).sum());
        let count = || connection.query_one("SELECT count(*) FROM blobs", (), |row| row.get(0));
        assert_eq!(count(), Ok(written));
        assert!(written < 3 && connection.is_autocommit());
        transaction(&connection, [[add(10)].as_slice()].into_iter()).unwrap().remove(0).unwrap();
        assert_eq!(count(), Ok(written + 1));
    }
}
