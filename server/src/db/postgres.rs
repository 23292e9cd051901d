//! PostgreSQL from version 15: a pool of connections, each batch one transaction.
//!
//! The connection is not encrypted; a URL that demands TLS is refused.

mod failure;
mod open;
mod trigrams;
pub(super) mod value;
mod write;

use std::borrow::Cow;
use std::sync::Arc;

use deadpool_postgres::{Client, Pool};
use tokio::sync::Semaphore;
use tokio_postgres::types::ToSql;

use super::{Row, Statement, Value};
use crate::error::{Error, Result};

/// Batches that may be under way or wait for a connection; further callers wait.
const QUEUE: usize = 1024;

#[derive(Clone)]
pub struct Postgres {
    pool: Pool,
    queue: Arc<Semaphore>,
}

impl Postgres {
    pub async fn query<T>(
        &self,
        sql: Cow<'static, str>,
        params: &[Value],
        read: impl Fn(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let rows = self.rows(sql, params).await?;
        rows.iter().map(|row| read(&row.into())).collect()
    }

    async fn rows(
        &self,
        sql: Cow<'static, str>,
        params: &[Value],
    ) -> Result<Vec<tokio_postgres::Row>> {
        let client = connection(&self.pool).await?;
        let failed = |cause| failure::error(&sql, &cause);
        let constant = matches!(sql, Cow::Borrowed(_));
        let prepared = prepare(&client, &sql, constant).await.map_err(failed)?;
        client.query(&prepared, &pointers(params)).await.map_err(failed)
    }

    /// The batch runs in a task of its own: a caller that goes away does not interrupt it.
    pub async fn write(&self, batch: Vec<Statement>) -> Result<()> {
        let place = Arc::clone(&self.queue).acquire_owned().await.map_err(Error::internal)?;
        let pool = self.pool.clone();
        let task = tokio::spawn(async move {
            let outcome = write::batch(&pool, batch).await;
            drop(place);
            outcome
        });
        task.await.unwrap_or_else(|cause| Err(Error::internal(cause)))
    }

    pub async fn close(self) {
        let all = self.queue.acquire_many(QUEUE as u32).await;
        self.queue.close();
        drop(all);
        self.pool.close();
    }
}

async fn connection(pool: &Pool) -> Result<Client> {
    pool.get().await.map_err(failure::unreachable)
}

/// Constant SQL stays prepared on the connection; other SQL would pile up there.
async fn prepare(
    client: &Client,
    sql: &str,
    constant: bool,
) -> Result<tokio_postgres::Statement, tokio_postgres::Error> {
    if constant { client.prepare_cached(sql).await } else { client.prepare(sql).await }
}

fn pointers(params: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    params.iter().map(|param| param as &(dyn ToSql + Sync)).collect()
}
