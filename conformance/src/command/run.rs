//! `conformance run`: every fixture on every transport, several at a time.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use clap::{Args, ValueEnum};
use conformance::client::{Client, Trouble};
use conformance::fixture::{Fixture, Transport};
use conformance::operation::Catalogue;
use conformance::play::{Player, Verdict};
use conformance::report::{self, Totals};
use glob::Pattern;
use tokio::task::JoinSet;

const UNREACHABLE: u8 = 11;
const SETUP: u8 = 12;

#[derive(Args)]
pub struct Run {
    /// The server, `http://host:port`.
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
    /// How many plays at a time.
    #[arg(long, default_value_t = 8)]
    jobs: usize,
    /// Write a report: its form and its file.
    #[arg(long, num_args = 2, value_names = ["junit|json", "FILE"])]
    report: Vec<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Form {
    Junit,
    Json,
}

type Plays = Vec<(Fixture, Transport)>;

impl Run {
    pub fn execute(self) -> Result<u8, String> {
        let report = self.report_file()?;
        let catalogue = Catalogue::new()?;
        let token = fs::read_to_string(&self.token_file);
        let token = token.map_err(|e| format!("{}: {e}", self.token_file.display()))?;
        let token = token.trim().to_string();
        let (plays, skipped) = self.plays(super::load(&self.fixtures, &catalogue)?);
        let client = Client::new(&self.base_url)?;
        let player = Player { client, catalogue, token };
        let runtime = tokio::runtime::Runtime::new().map_err(|e| e.to_string())?;
        let verdicts = match runtime.block_on(play_all(player, plays, self.jobs.max(1))) {
            Ok(verdicts) => verdicts,
            Err(trouble) => {
                eprintln!("conformance: {}: {trouble}", self.base_url);
                return Ok(exit_code(&trouble));
            }
        };
        let totals = Totals::of(&verdicts, skipped);
        print!("{}", report::text(&verdicts));
        if let Some((form, file)) = report {
            let text = match form {
                Form::Junit => report::junit(&verdicts),
                Form::Json => format!("{:#}\n", report::json(&verdicts, totals)),
            };
            fs::write(file, text).map_err(|e| format!("{}: {e}", file.display()))?;
        }
        println!("{}", totals.line());
        let setup = verdicts.iter().find_map(|verdict| verdict.result.as_ref().err());
        let passed = totals.failed == 0 && totals.passed > 0;
        Ok(setup.map_or(u8::from(!passed), exit_code))
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

fn exit_code(trouble: &Trouble) -> u8 {
    match trouble {
        Trouble::Unreachable(_) | Trouble::Late => UNREACHABLE,
        Trouble::Broken(_) => SETUP,
    }
}

/// Every verdict in the order of the plays; trouble when not even an organisation can be made.
async fn play_all(player: Player, plays: Plays, jobs: usize) -> Result<Vec<Verdict>, Trouble> {
    player.try_setup().await?;
    let shared = Arc::new((player, plays, AtomicUsize::new(0)));
    let mut workers = JoinSet::new();
    for _ in 0..jobs {
        workers.spawn(worker(shared.clone()));
    }
    let mut verdicts = workers.join_all().await.concat();
    verdicts.sort_by(|a, b| (&a.fixture, a.transport).cmp(&(&b.fixture, b.transport)));
    Ok(verdicts)
}

/// Plays what no other worker has taken.
async fn worker(shared: Arc<(Player, Plays, AtomicUsize)>) -> Vec<Verdict> {
    let (player, plays, next) = shared.as_ref();
    let mut verdicts = Vec::new();
    while let Some((fixture, transport)) = plays.get(next.fetch_add(1, Ordering::Relaxed)) {
        verdicts.push(player.play(fixture, *transport).await);
    }
    verdicts
}
