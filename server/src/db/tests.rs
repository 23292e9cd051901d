//! The promises of storage, the same functions on each driver.
//!
//! PostgreSQL takes part where `BAILEY_TEST_POSTGRES` holds the URL of a database in which schemas
//! may be made.

mod file;
mod load;
pub(crate) mod place;
mod server;
mod values;
mod writes;

use std::sync::Arc;

use super::{Db, Row, Statement};
use crate::error::Result;
use place::Place;

const MIGRATIONS: &[&str] = &[
    "{fold}; CREATE TABLE notes (id {text} NOT NULL, number BIGINT NOT NULL, body {text}, raw BYTEA, \
     PRIMARY KEY (id, number)){clustered}",
    "CREATE TABLE names (name {text} NOT NULL PRIMARY KEY){clustered}; \
     CREATE TABLE parts (whole {text} NOT NULL REFERENCES names DEFERRABLE INITIALLY DEFERRED)",
];

/// Makes a test of each function, for each driver.
macro_rules! on_each_driver {
    ($($module:ident::$test:ident,)*) => {
        mod sqlite_file {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $test() {
                super::$module::$test(&super::Place::file()).await;
            })*
        }
        mod sqlite_memory {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $test() {
                super::$module::$test(&super::Place::memory()).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $test() {
                let Some(place) = super::Place::postgres().await else { return };
                super::$module::$test(&place).await;
                place.remove().await;
            })*
        }
    };
}

on_each_driver! {
    place::a_schema_is_brought_up_to_date_and_kept,
    place::a_newer_schema_is_refused,
    place::a_migration_that_fails_leaves_nothing,
    values::every_value_comes_back,
    values::parameters_count_by_their_number,
    values::text_sorts_by_code_point_and_like_knows_case,
    values::case_is_disregarded_as_in_the_program,
    values::a_nul_is_never_found_and_never_stored,
    values::what_does_not_fit_is_an_internal_error,
    writes::a_write_is_seen_by_the_next_query,
    writes::a_batch_that_fails_leaves_its_neighbours,
    writes::a_taken_key_is_the_error_that_the_statement_names,
    writes::a_guard_without_a_row_is_a_conflict,
    writes::a_guard_holds_until_the_commit,
    writes::a_commit_that_fails_writes_nothing,
    writes::a_long_batch_is_written_in_order,
    writes::a_caller_that_goes_away_does_not_undo,
    writes::a_closed_database_takes_no_more,
    load::all_that_is_acknowledged_is_kept,
    load::one_of_many_wins_a_key,
    load::readers_never_see_half_a_batch,
}

fn note(id: &str, number: i64) -> Statement {
    Statement::new("INSERT INTO notes (id, number) VALUES ($1, $2)", vec![id.into(), number.into()])
}

fn name(name: &str) -> Statement {
    Statement::new("INSERT INTO names (name) VALUES ($1)", vec![name.into()])
}

/// All notes as `id/number`, sorted.
async fn notes(db: &Db) -> Vec<String> {
    let sql = "SELECT id, number FROM notes ORDER BY id, number";
    let read = |row: &Row<'_>| Ok(format!("{}/{}", row.str(0)?, row.integer(1)?));
    db.query(sql, &[], read).await.unwrap()
}

/// Runs `work(0)` to `work(count - 1)` at the same time and gives what each returned.
async fn together<F>(count: i64, work: impl Fn(i64) -> F) -> Vec<Result<()>>
where
    F: Future<Output = Result<()>> + Send + 'static,
{
    let start = Arc::new(tokio::sync::Barrier::new(count.try_into().unwrap()));
    let tasks: Vec<_> = (0..count)
        .map(|number| {
            let (start, work) = (Arc::clone(&start), work(number));
            tokio::spawn(async move {
                start.wait().await;
                work.await
            })
        })
        .collect();
    let mut outcomes = Vec::new();
    for task in tasks {
        outcomes.push(task.await.unwrap());
    }
    outcomes
}
