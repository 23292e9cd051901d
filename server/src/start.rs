//! From settings to a server that answers.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::app::App;
use crate::clock::Clock;
use crate::config::Settings;
use crate::core::{Core, Inner, Locks};
use crate::db::Db;
use crate::domain::user::machine::NEVER;
use crate::error::Code;
use crate::ids::Ids;
use crate::key_pairs::KeyPairs;
use crate::passwords::Passwords;
use crate::private_file::PrivateFile;
use crate::{delivery, first, masterkey, serve};

/// Numbered from 1; a released one never changes.
pub const MIGRATIONS: [&str; 8] = [
    include_str!("db/migrations/0001.sql"),
    include_str!("db/migrations/0002.sql"),
    include_str!("db/migrations/0003.sql"),
    include_str!("db/migrations/0004.sql"),
    include_str!("db/migrations/0005.sql"),
    include_str!("db/migrations/0006.sql"),
    include_str!("db/migrations/0007.sql"),
    include_str!("db/migrations/0008.sql"),
];

/// How long a database may take to close.
const CLOSING: Duration = Duration::from_secs(10);

/// A server that answers.
pub struct Running {
    pub address: SocketAddr,
    /// The instance owner's token; empty unless this was the first start.
    pub token: String,
    /// What the start took.
    pub took: Duration,
    pub(crate) app: Arc<App>,
    pub(crate) db: Db,
    stop: oneshot::Sender<()>,
    task: JoinHandle<io::Result<()>>,
    delivery: Option<JoinHandle<()>>,
}

/// Opens the database, makes the instance if there is none, and listens.
///
/// Errors: one line that says what is wrong and what to do.
pub async fn start(settings: &Settings) -> Result<Running, String> {
    let started = Instant::now();
    let listener = TcpListener::bind(settings.listen).await;
    let listener = listener.map_err(|e| format!("cannot listen on {}: {e}", settings.listen))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let db = Db::open(&settings.database.url, &MIGRATIONS).await.map_err(|e| e.to_string())?;
    let key = masterkey::load(settings, &db).await?;
    masterkey::check(&db, &key).await?;
    let core = core(settings, db.clone(), key);
    let delivery = delivery::start(&core, settings.delivery())?;
    let token = first(settings, &core).await?;
    let app = Arc::new(App::new(&core, settings));
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async { drop(stopped.await) };
    let task = tokio::spawn(serve::serve(listener, app.clone(), settings.limits(), shutdown));
    let (token, took) = (token.unwrap_or_default(), started.elapsed());
    Ok(Running { address, token, took, app, db, stop, task, delivery })
}

/// The instance owner's token, if this is the first start. It is in its file, under another name,
/// before there is an instance, so that it cannot get lost.
async fn first(settings: &Settings, core: &Core) -> Result<Option<String>, String> {
    let failed = |error| format!("the first start failed: {error}");
    if first::done(core).await.map_err(failed)? {
        first::complete(core).await.map_err(failed)?;
        return Ok(None);
    }
    let (pat, token) = core.new_pat(NEVER).map_err(failed)?;
    let staged = settings.admin_pat_file.as_deref();
    let staged = staged.map(|file| PrivateFile::stage(file, &token)).transpose()?;
    let made = first::start(core, &pat).await;
    if let Some(staged) = staged {
        match &made {
            Ok(true) => staged.publish()?,
            Err(error) if error.code == Code::Unavailable => {
                let file = staged.path();
                return Err(format!(
                    "the first start failed: {error}; if it was made all the same, its token is in \
                     {file}"
                ));
            }
            _ => staged.discard(),
        }
    }
    if !made.map_err(failed)? {
        return Ok(None);
    }
    if settings.example
        && let Err(error) = first::example(core).await
    {
        tracing::error!(%error, "the example organisation was not made");
    }
    Ok(Some(token))
}

fn core(settings: &Settings, db: Db, key: crate::key::Key) -> Core {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    Core::new(Inner {
        db,
        clock: Clock,
        ids: Ids::new(settings.machine_id),
        key,
        passwords: Passwords::new(cores / 2, settings.password_hash),
        key_pairs: KeyPairs::new(cores / 2),
        external_domain: settings.external_domain.clone(),
        locks: Locks::default(),
    })
}

impl Running {
    /// Finishes the requests in flight and leaves a clean database.
    pub async fn stop(self) {
        drop(self.stop);
        match self.task.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "the server failed"),
            Err(error) => tracing::error!(%error, "the server failed"),
        }
        if let Some(delivery) = self.delivery {
            delivery.abort();
            drop(delivery.await);
        }
        drop(self.app);
        if timeout(CLOSING, self.db.close()).await.is_err() {
            tracing::warn!("the database did not close in time");
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http_body_util::BodyExt;
    use serde_json::Value;

    use super::*;
    use crate::db::Statement;
    use crate::db::tests::place::Place;
    use crate::gate::token_hash;
    use crate::verify::verify;

    const TOKEN: &str = "the first token";
    const PAT: &str = "INSERT INTO pats VALUES ('1002', '1001', '1000', 2, 1795289074669200, $1, \
        253402300799000000, 'openid profile urn:zitadel:iam:user:metadata urn:zitadel:iam:user:resourceowner')";

    /// A start on the database of an older program. `first.sql` holds the rows that the first one
    /// wrote for its example and three users: one of another phone, one removed, one locked.
    async fn write_as_the_first_program(target: &str) {
        let db = Db::open(target, &MIGRATIONS[..1]).await.unwrap();
        let rows =
            include_str!("start/first.sql").lines().map(|row| Statement::new(row, Vec::new()));
        let pat = Statement::new(PAT, vec![token_hash(TOKEN).to_vec().into()]);
        db.write(rows.chain([pat]).collect()).await.unwrap();
        db.close().await;
    }

    async fn ask(server: &Running, method: &str, path: &str, body: &'static str) -> Value {
        let request = http::Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {TOKEN}"))
            .body(Bytes::from(body));
        let answer = server.answer(request.unwrap()).await;
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        serde_json::from_slice(&body).unwrap()
    }

    async fn upgrades(place: &Place) {
        write_as_the_first_program(&place.target).await;
        let server = start(&Settings::for_tests(&place.target)).await.unwrap();

        let query = r#"{"sortingColumn":"USER_FIELD_NAME_USER_NAME","query":{"asc":true}}"#;
        let found = ask(&server, "POST", "/management/v1/users/_search", query).await;
        let names = found["result"].as_array().unwrap().iter().map(|user| &user["userName"]);
        assert_eq!(names.collect::<Vec<_>>(), ["admin", "anna", "locked"], "{found}");
        let contains = r#"{"queries":[{"loginNameQuery":{"loginName":"nn","method":"TEXT_QUERY_METHOD_CONTAINS"}}]}"#;
        let found = ask(&server, "POST", "/management/v1/users/_search", contains).await;
        assert_eq!(found["result"][0]["human"]["phone"]["phone"], "+41791234568", "{found}");
        let path = "/management/v1/users/1004/_unlock";
        assert_eq!(ask(&server, "POST", path, "{}").await["code"], 5);
        let iam = ask(&server, "GET", "/management/v1/iam", "").await;
        assert_eq!(iam["defaultOrgId"], "1000", "{iam}");
        assert_ne!(iam["iamProjectId"].as_str().unwrap_or_default(), "", "{iam}");

        server.stop().await;
        assert!(verify(&place.target).await.unwrap() > 30);
    }

    #[tokio::test]
    async fn who_has_no_database_is_not_ready() {
        let Some(place) = Place::postgres().await else { return };
        let server = start(&Settings::for_tests(&place.target)).await.unwrap();
        let state = |path: &'static str| {
            let request = http::Request::builder().uri(path).body(Bytes::new()).unwrap();
            async { server.answer(request).await.status().as_u16() }
        };
        assert_eq!((state("/debug/ready").await, state("/debug/healthz").await), (200, 200));
        place.remove().await;
        assert_eq!((state("/debug/ready").await, state("/debug/healthz").await), (503, 200));
    }

    #[tokio::test]
    async fn a_database_of_the_first_program_is_brought_up_to_date_on_sqlite() {
        upgrades(&Place::file()).await;
    }

    #[tokio::test]
    async fn a_database_of_the_first_program_is_brought_up_to_date_on_postgresql() {
        let Some(place) = Place::postgres().await else { return };
        upgrades(&place).await;
        place.remove().await;
    }
}
