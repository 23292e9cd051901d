//! `conformance run`: every fixture on every transport, several at a time.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use clap::{Args, ValueEnum};
use conformance::client::{Client, Trouble};
use conformance::deprecation;
use conformance::document::Document;
use conformance::fixture::{Fixture, Transport};
use conformance::operation::Catalogue;
use conformance::play::{Player, Verdict};
use conformance::report::{self, Totals};
use conformance::run::{self, Plays};
use glob::Pattern;
use tokio::signal::unix::{SignalKind, signal};

const UNREACHABLE: u8 = 11;
const SETUP: u8 = 12;
/// As shells have it after Ctrl-C.
const INTERRUPTED: u8 = 130;

#[derive(Args)]
pub struct Run {
    /// The server, `http://host:port` or `https://host:port`.
    #[arg(long)]
    base_url: String,
    /// A file that holds a token of the instance's owner.
    #[arg(long)]
    token_file: PathBuf,
    #[arg(long, default_value = "fixtures")]
    fixtures: PathBuf,
    /// Play only fixtures whose name matches, `users/phone/*`.
    #[arg(long)]
    only: Option<Pattern>,
    /// The transports, separated by commas.
    #[arg(long, value_enum, value_delimiter = ',')]
    transport: Vec<Transport>,
    /// An OpenAPI 3.0 document that answers over REST are checked against, in place of our own.
    #[arg(long)]
    document: Option<PathBuf>,
    /// Where the server has its own document, which should say what is deprecated.
    #[arg(long, default_value = "/openapi/management.json", value_name = "PATH")]
    served_document: String,
    /// How many plays at a time.
    #[arg(long, default_value_t = 8)]
    jobs: usize,
    /// Seconds that an answer may take.
    #[arg(long, default_value_t = 30)]
    timeout: u64,
    /// Seconds that reads may lag behind writes: so long a read that differs is repeated.
    #[arg(long, default_value_t = 0)]
    eventually: u64,
    /// Play everything so often, each time in another order; the verdicts have to agree.
    #[arg(long, default_value_t = 1)]
    repeat: usize,
    /// Write a report: its form and its file.
    #[arg(long, num_args = 2, value_names = ["junit|json", "FILE"])]
    report: Vec<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Form {
    Junit,
    Json,
}

impl Run {
    pub fn execute(self) -> Result<u8, String> {
        let report = self.report_file()?;
        let catalogue = Catalogue::new()?;
        if let Some((_, file)) = &report {
            fs::write(file, "").map_err(|e| format!("{}: {e}", file.display()))?;
        }
        let (plays, skipped) = self.plays(super::load(&self.fixtures, &catalogue)?);
        if plays.is_empty() && skipped == 0 {
            return Err("there is no such fixture: look at --fixtures and --only".into());
        }
        let player = self.player(catalogue)?;
        let runtime = tokio::runtime::Runtime::new().map_err(|e| e.to_string())?;
        let player = Arc::new(player);
        runtime.spawn(interrupt(player.clone()));
        let found = runtime.block_on(self.verdicts(&player, plays));
        if player.is_interrupted() {
            let verdicts = found.map(|(verdicts, _)| verdicts).unwrap_or_default();
            let left: usize = verdicts.iter().map(|verdict| verdict.left.len()).sum();
            eprintln!("conformance: interrupted, {left} organisations left");
            return Ok(INTERRUPTED);
        }
        let (verdicts, of_document) = match found {
            Ok(found) => found,
            Err(trouble) => {
                eprintln!("conformance: {}: {trouble}", self.base_url);
                return Ok(exit_code(&trouble));
            }
        };
        let totals = Totals::of(&verdicts, skipped);
        print!("{}", report::text(&verdicts, &of_document));
        if let Some((form, file)) = report {
            let text = match form {
                Form::Junit => report::junit(&verdicts),
                Form::Json => format!("{:#}\n", report::json(&verdicts, totals, &of_document)),
            };
            fs::write(file, text).map_err(|e| format!("{}: {e}", file.display()))?;
        }
        let unstable = self.unstable(&verdicts);
        print!("{unstable}");
        println!("{}", totals.line());
        let setup = verdicts.iter().find_map(|verdict| verdict.result.as_ref().err());
        let passed = totals.failed == 0 && totals.passed > 0;
        Ok(setup.map_or(u8::from(!passed), exit_code))
    }

    fn player(&self, catalogue: Catalogue) -> Result<Player, String> {
        let token = super::read(&self.token_file)?.trim().to_string();
        if token.is_empty() {
            return Err(format!("{}: there is no token in it", self.token_file.display()));
        }
        let client = Client::new(&self.base_url, Duration::from_secs(self.timeout))?;
        let mut player = Player::new(client, catalogue, token);
        player.lag = Duration::from_secs(self.eventually);
        player.document = Some(match &self.document {
            None => Document::ours()?,
            Some(file) => {
                let document = Document::parse(&super::read(file)?);
                document.map_err(|e| format!("{}: {e}", file.display()))?
            }
        });
        Ok(player)
    }

    /// The verdicts of every run, each run in its own order, and what the document should say.
    async fn verdicts(
        &self,
        player: &Arc<Player>,
        plays: Plays,
    ) -> Result<(Vec<Verdict>, Vec<String>), Trouble> {
        player.try_server().await?;
        let document = player.client.document(&self.served_document).await;
        let of_document = document.as_ref().map(deprecation::advice_on_document);
        let mut verdicts = Vec::new();
        for _ in 0..self.repeat.max(1) {
            let plays = if self.repeat > 1 { run::shuffled(plays.clone()) } else { plays.clone() };
            verdicts.extend(run::all(player.clone(), plays, self.jobs.max(1)).await);
        }
        Ok((verdicts, of_document.unwrap_or_default()))
    }

    /// The plays that passed in some runs and failed in others, a line each.
    fn unstable(&self, verdicts: &[Verdict]) -> String {
        let mut passed: BTreeMap<_, usize> = BTreeMap::new();
        for verdict in verdicts {
            *passed.entry((&verdict.fixture, verdict.transport)).or_default() +=
                usize::from(verdict.passed());
        }
        let runs = self.repeat.max(1);
        let differ = passed.into_iter().filter(|(_, passed)| *passed != 0 && *passed != runs);
        let line = |((fixture, transport), passed)| {
            format!("UNSTABLE {fixture} [{transport}]: {passed} of {runs} passed\n")
        };
        differ.map(line).collect()
    }

    fn report_file(&self) -> Result<Option<(Form, &Path)>, String> {
        let [form, file] = self.report.as_slice() else { return Ok(None) };
        Ok(Some((Form::from_str(form, true)?, Path::new(file))))
    }

    /// What to play, and how many plays of what was asked for are impossible.
    fn plays(&self, fixtures: Vec<Fixture>) -> (Plays, usize) {
        let wanted = if self.transport.is_empty() { &Transport::ALL[..] } else { &self.transport };
        let matches = |f: &Fixture| self.only.as_ref().is_none_or(|glob| glob.matches(&f.name));
        let all = fixtures.into_iter().filter(matches);
        let all = all.flat_map(|f| wanted.iter().map(move |transport| (f.clone(), *transport)));
        let (plays, skipped): (Plays, Plays) =
            all.partition(|(fixture, transport)| fixture.plays_on(*transport));
        (plays, skipped.len())
    }
}

/// Ends the plays at Ctrl-C or SIGTERM, by which CI cancels a job.
async fn interrupt(player: Arc<Player>) {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    player.interrupted.store(true, Ordering::Relaxed);
}

fn exit_code(trouble: &Trouble) -> u8 {
    match trouble {
        Trouble::Unreachable(_) | Trouble::Late => UNREACHABLE,
        Trouble::Broken(_) => SETUP,
    }
}
