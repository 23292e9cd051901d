//! Opening: the settings of the URL, the version of the server, the migrations.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{
    Client, Hook, HookError, Manager, ManagerConfig, Pool, PoolError, RecyclingMethod, Runtime,
};
use tokio::sync::Semaphore;
use tokio_postgres::config::SslMode;
use tokio_postgres::{Config, Error, NoTls};

use super::{Postgres, QUEUE, failure, trigrams};
use crate::db::migrate::{self, Dialect, Schema};
use crate::db::{OpenError, connections_per_core, fold};

const DIALECT: Dialect = Dialect {
    clustered: "",
    text: "TEXT COLLATE \"C\"",
    fold: fold::function,
    number: "",
    trigrams: trigrams::create,
    one_owner: |_, _| String::new(),
    merge: |_, _| String::new(),
};
/// PostgreSQL 15.
const OLDEST: i64 = 150_000;
/// Held by the process that migrates, in each database; any number that no other program takes.
const LOCK: &str = "SELECT pg_advisory_xact_lock(4846329611)";
/// Longest wait for a connection: for a free one, and for a new one.
const WAIT: Duration = Duration::from_secs(10);
/// How long PostgreSQL may leave what it was sent without a sign of life.
const SILENCE: Duration = Duration::from_secs(30);
/// How long a statement may take where the operator says nothing, so that one which waits for a lock
/// gives its connection back.
const LIMIT: &str = "SELECT set_config('statement_timeout', '60s', false) \
    WHERE current_setting('statement_timeout') = '0'";

impl Postgres {
    pub async fn open(
        url: &str,
        schema: Schema<'_>,
        connections: Option<NonZeroUsize>,
    ) -> Result<Self, OpenError> {
        let size = connections.map_or_else(|| connections_per_core(4, 8, 32), NonZeroUsize::get);
        let pool = pool(settings(url)?, size)?;
        let mut client = pool.get().await.map_err(refused)?;
        check_version(&client).await?;
        migrate(&mut client, schema).await?;
        drop(client);
        Ok(Self { pool, queue: Arc::new(Semaphore::new(QUEUE)) })
    }
}

fn settings(url: &str) -> Result<Config, OpenError> {
    let mut config: Config = url.parse().map_err(|cause| {
        OpenError::new(format!("the URL of PostgreSQL is not right: {}", failure::describe(&cause)))
    })?;
    if config.get_ssl_mode() == SslMode::Require {
        return Err(OpenError::new(
            "TLS to PostgreSQL is not supported: leave out sslmode=require, and use a network or \
             a tunnel that is safe",
        ));
    }
    if config.get_application_name().is_none() {
        config.application_name("bailey");
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(WAIT);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(SILENCE);
    }
    Ok(config)
}

fn pool(config: Config, size: usize) -> Result<Pool, OpenError> {
    let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    Pool::builder(Manager::from_config(config, NoTls, recycling))
        .max_size(size)
        .runtime(Runtime::Tokio1)
        .post_create(Hook::async_fn(|client, _| {
            Box::pin(async { client.batch_execute(LIMIT).await.map_err(HookError::Backend) })
        }))
        .wait_timeout(Some(WAIT))
        .create_timeout(Some(WAIT))
        .build()
        .map_err(|cause| OpenError::new(format!("no pool of connections: {cause}")))
}

fn refused(cause: PoolError) -> OpenError {
    let cause = match cause {
        PoolError::Backend(cause) => failure::describe(&cause),
        cause => cause.to_string(),
    };
    OpenError::new(format!(
        "PostgreSQL refuses the connection ({cause}): check address, user, password and database"
    ))
}

async fn check_version(client: &Client) -> Result<(), OpenError> {
    let sql = "SELECT current_setting('server_version_num')::BIGINT";
    let row = client.query_one(sql, &[]).await.map_err(failed)?;
    let version: i64 = row.try_get(0).map_err(failed)?;
    if version >= OLDEST {
        return Ok(());
    }
    let (found, oldest) = (version / 10_000, OLDEST / 10_000);
    Err(OpenError::new(format!("PostgreSQL {found} is too old: use version {oldest} or newer")))
}

async fn migrate(client: &mut Client, schema: Schema<'_>) -> Result<(), OpenError> {
    let transaction = client.transaction().await.map_err(failed)?;
    transaction.batch_execute("SET LOCAL statement_timeout = 0").await.map_err(failed)?;
    transaction.batch_execute(LOCK).await.map_err(failed)?;
    transaction.batch_execute(migrate::TABLE).await.map_err(failed)?;
    let row = transaction.query_one(migrate::VERSION, &[]).await.map_err(failed)?;
    let script = migrate::pending(row.try_get(0).map_err(failed)?, schema, &DIALECT)?;
    transaction.batch_execute(&script).await.map_err(failed)?;
    transaction.commit().await.map_err(failed)
}

fn failed(cause: Error) -> OpenError {
    let cause = failure::describe(&cause);
    OpenError::new(format!("the schema cannot be brought up to date: {cause}"))
}
