//! Plays every fixture against a server in this process: a named test for each database, transport
//! and fixture, `sqlite::rest::users/phone/formats`.
//!
//! PostgreSQL takes part where `BAILEY_TEST_POSTGRES` holds the URL of a database in which schemas
//! may be made. All tests of a database share one server; each makes its own organisation.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use bailey::{Running, Settings};
use conformance::client::Client;
use conformance::document::Document;
use conformance::fixture::{self, Fixture, Transport};
use conformance::operation::Catalogue;
use conformance::play::Player;
use libtest_mimic::{Arguments, Trial};
use tokio::runtime::Runtime;

const TIMEOUT: Duration = Duration::from_secs(30);

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode, String> {
    let arguments = Arguments::from_args();
    let runtime = Arc::new(Runtime::new().map_err(|e| e.to_string())?);
    let places = Place::all();
    let (mut trials, mut running) = (Vec::new(), Vec::new());
    for place in &places {
        let server = if arguments.list { None } else { Some(runtime.block_on(place.start())?) };
        let player = server.as_ref().map(player).transpose()?.map(Arc::new);
        trials.extend(plays(place.name, player, &runtime)?);
        running.extend(server);
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    runtime.block_on(async {
        for server in running {
            server.stop().await;
        }
        for place in &places {
            place.remove().await;
        }
    });
    Ok(conclusion.exit_code())
}

fn player(server: &Running) -> Result<Player, String> {
    let client = Client::new(&format!("http://{}", server.address), TIMEOUT)?;
    let mut player = Player::new(client, Catalogue::new()?, server.token.clone());
    player.document = Some(Document::ours()?);
    Ok(player)
}

/// A test for each fixture and transport; without a player, to be listed only.
fn plays(
    database: &str,
    player: Option<Arc<Player>>,
    runtime: &Arc<Runtime>,
) -> Result<Vec<Trial>, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures");
    let mut trials = Vec::new();
    for file in fixture::files(&folder)? {
        let fixture = Arc::new(Fixture::read(&folder, &file)?);
        for transport in Transport::ALL.into_iter().filter(|t| fixture.plays_on(*t)) {
            let name = format!("{database}::{transport}::{}", fixture.name);
            let (fixture, player, runtime) = (fixture.clone(), player.clone(), runtime.clone());
            trials.push(Trial::test(name, move || {
                let player = player.ok_or("only listed")?;
                let verdict = runtime.block_on(player.play(&fixture, transport));
                if verdict.passed() { Ok(()) } else { Err(verdict.lines().join("\n").into()) }
            }));
        }
    }
    Ok(trials)
}

/// Where a server keeps its data.
struct Place {
    name: &'static str,
    database: String,
    /// The URL and the schema to make and remove, on PostgreSQL.
    schema: Option<(String, String)>,
}

impl Place {
    fn all() -> Vec<Self> {
        let mut places = vec![Self { name: "sqlite", database: ":memory:".into(), schema: None }];
        match std::env::var("BAILEY_TEST_POSTGRES") {
            Err(_) => eprintln!("PostgreSQL is skipped: BAILEY_TEST_POSTGRES is not set"),
            Ok(url) => {
                let schema = format!("conformance_{}", std::process::id());
                let joint = if url.contains('?') { '&' } else { '?' };
                let database = format!("{url}{joint}options=-csearch_path%3D{schema}");
                places.push(Self { name: "postgres", database, schema: Some((url, schema)) });
            }
        }
        places
    }

    async fn start(&self) -> Result<Running, String> {
        if let Some((url, schema)) = &self.schema {
            execute(url, &format!("CREATE SCHEMA {schema}")).await?;
        }
        let mut settings = Settings::for_tests(&self.database);
        settings.masterkey = Some("a key of thirty-two characters..".into());
        bailey::start(&settings).await
    }

    async fn remove(&self) {
        if let Some((url, schema)) = &self.schema {
            let removed = execute(url, &format!("DROP SCHEMA {schema} CASCADE")).await;
            removed.unwrap_or_else(|e| eprintln!("schema {schema} stays: {e}"));
        }
    }
}

async fn execute(url: &str, sql: &str) -> Result<(), String> {
    let (client, connection) =
        tokio_postgres::connect(url, tokio_postgres::NoTls).await.map_err(|e| e.to_string())?;
    let connection = tokio::spawn(connection);
    client.batch_execute(sql).await.map_err(|e| e.to_string())?;
    drop(client);
    connection.await.map_err(|e| e.to_string())?.map_err(|e| e.to_string())
}
