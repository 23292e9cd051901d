//! A batch as one transaction, its statements sent without waiting for each other's answers.

use std::borrow::Cow;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use deadpool_postgres::{Client, Object, Pool};
use tokio_postgres::{Error as Cause, Row};

use super::{connection, failure, pointers, prepare};
use crate::db::Statement;
use crate::error::Result;

/// Statements that are under way at once.
const PIPELINE: usize = 64;

type Answer<'a> = Pin<Box<dyn Future<Output = Result<Vec<Row>, Cause>> + Send + 'a>>;

/// Writes all of it or nothing.
pub async fn batch(pool: &Pool, mut batch: Vec<Statement>) -> Result<()> {
    batch.retain(|statement| !statement.is_for_index());
    batch.insert(0, Statement::new("BEGIN ISOLATION LEVEL READ COMMITTED", Vec::new()));
    let client = connection(pool).await?;
    let outcome = commit(&client, &batch).await;
    if outcome.is_err() && client.batch_execute("ROLLBACK").await.is_err() {
        drop(Object::take(client));
    }
    outcome
}

/// COMMIT waits for all answers: PostgreSQL would take it after a statement that was never sent,
/// and a guard without a row is no error to it.
async fn commit(client: &Client, batch: &[Statement]) -> Result<()> {
    for statements in batch.chunks(PIPELINE) {
        send(client, statements).await?;
    }
    client.batch_execute("COMMIT").await.map_err(|cause| failure::error("COMMIT", &cause))
}

/// Sends the statements at once and gives the first error in their order; the later ones only
/// say that the transaction has failed.
async fn send(client: &Client, statements: &[Statement]) -> Result<()> {
    let mut answers: Vec<Answer<'_>> = Vec::with_capacity(statements.len());
    for statement in statements {
        let constant = matches!(statement.sql, Cow::Borrowed(_));
        let prepared = prepare(client, &text(statement), constant).await;
        let prepared = prepared.map_err(|cause| failure::error(&statement.sql, &cause))?;
        let answer = async move { client.query(&prepared, &pointers(&statement.params)).await };
        answers.push(Box::pin(answer));
    }
    let answers = in_order(answers).await;
    statements.iter().zip(answers).try_for_each(|(statement, answer)| judge(statement, answer))
}

/// A guard locks the rows that it sees.
fn text(statement: &Statement) -> Cow<'_, str> {
    let sql = &statement.sql;
    if statement.is_guard() { format!("{sql} FOR SHARE").into() } else { Cow::Borrowed(sql) }
}

fn judge(statement: &Statement, answer: Result<Vec<Row>, Cause>) -> Result<()> {
    let rows = answer.map_err(|cause| {
        let taken = statement.taken_error().filter(|_| failure::is_taken(&cause));
        taken.unwrap_or_else(|| failure::error(&statement.sql, &cause))
    })?;
    statement.judge(!rows.is_empty())
}

/// Polls the futures in their order, which is the order in which their statements are sent
/// (tokio-postgres: a request is sent when its future is first polled).
async fn in_order(mut futures: Vec<Answer<'_>>) -> Vec<Result<Vec<Row>, Cause>> {
    let mut answers: Vec<_> = futures.iter().map(|_| None).collect();
    poll_fn(|context| {
        for (future, answer) in futures.iter_mut().zip(&mut answers) {
            if answer.is_none()
                && let Poll::Ready(outcome) = future.as_mut().poll(context)
            {
                *answer = Some(outcome);
            }
        }
        if answers.iter().all(Option::is_some) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    answers.into_iter().flatten().collect()
}
