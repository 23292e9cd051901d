//! Plays a fixture on one transport and compares every answer.

mod steps;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::client::{Client, HIDDEN, Trouble};
use crate::document::Document;
use crate::fixture::{Fixture, Step, Transport};
use crate::operation::Catalogue;
use crate::outcome::Outcome;
use crate::setup::{Made, Setup};
use crate::variables::Variables;
use steps::Play;

/// What a play found.
#[derive(Clone, Debug)]
pub struct Verdict {
    pub fixture: String,
    pub transport: Transport,
    pub took: Duration,
    pub result: Result<Vec<Failure>, Trouble>,
    /// What the server should do and does not; no failure.
    pub advice: BTreeSet<String>,
    /// The organisations that could not be removed.
    pub left: Vec<String>,
    /// What was answered to each step and the values known at the end, where they are kept.
    pub kept: Kept,
}

/// The answers of a play.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// By the id of the step.
    pub answers: Vec<(String, Outcome)>,
    pub variables: Variables,
}

/// A step that was not answered as the fixture says.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The line of the fixture on which the step begins.
    pub line: u64,
    pub step: String,
    /// What was called: the operation id, or method and path.
    pub call: String,
    /// A difference each.
    pub why: Vec<String>,
}

impl Failure {
    fn of(step: &Step, why: Vec<String>) -> Self {
        let request = step.request.as_ref().map(|r| match r.lines.first() {
            Some(line) => line.clone(),
            None => format!("{} {}", r.method, r.path),
        });
        let call = step.call.clone().or(request).unwrap_or_default();
        Self { line: step.line, step: step.id.clone(), call, why }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, step {}, {}:", self.line, self.step, self.call)?;
        self.why.iter().try_for_each(|why| write!(f, "\n  {why}"))
    }
}

impl Verdict {
    pub fn passed(&self) -> bool {
        self.result.as_ref().is_ok_and(Vec::is_empty)
    }

    /// What failed, for people; empty for a pass.
    pub fn lines(&self) -> Vec<String> {
        let text = match &self.result {
            Err(trouble) => format!("set-up: {trouble}"),
            Ok(failures) => failures.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
        };
        text.lines().map(String::from).collect()
    }
}

/// Plays fixtures against one server.
pub struct Player {
    pub client: Client,
    pub catalogue: Catalogue,
    /// The instance owner's.
    pub token: String,
    /// What answers over REST are checked against, too.
    pub document: Option<Document>,
    /// How long reads may lag behind writes: so long a read that differs is repeated.
    pub lag: Duration,
    /// Whether verdicts hold the answers.
    pub keeps: bool,
    /// Set when the run is to end: each play stops behind its step and removes what it made.
    pub interrupted: AtomicBool,
}

impl Player {
    /// One that checks no document and waits for no read.
    pub fn new(client: Client, catalogue: Catalogue, token: String) -> Self {
        let (document, lag, interrupted) = (None, Duration::ZERO, AtomicBool::new(false));
        Self { client, catalogue, token, document, lag, keeps: false, interrupted }
    }

    /// Whether this server can be judged at all: it answers, and knows the token.
    ///
    /// # Errors
    /// When it cannot be reached, or refuses.
    pub async fn try_server(&self) -> Result<(), Trouble> {
        self.setup().try_server().await.map_err(|trouble| trouble.without(&self.token))
    }

    pub fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }

    fn setup(&self) -> Setup<'_> {
        Setup { client: &self.client, catalogue: &self.catalogue, token: &self.token }
    }

    /// What a server repeats of its caller's token stays out of reports.
    fn without_token(
        &self,
        result: Result<Vec<Failure>, Trouble>,
    ) -> Result<Vec<Failure>, Trouble> {
        let mut failures = result.map_err(|trouble| trouble.without(&self.token))?;
        for why in failures.iter_mut().flat_map(|failure| &mut failure.why) {
            *why = why.replace(&self.token, HIDDEN);
        }
        Ok(failures)
    }

    /// Makes what the fixture needs, plays each of its steps on the transport, and removes what
    /// was made.
    pub async fn play(&self, fixture: &Fixture, transport: Transport) -> Verdict {
        let start = Instant::now();
        let setup = self.setup();
        let mut made = Made::default();
        let (result, advice, kept) = match setup.make(fixture, &mut made).await {
            Err(trouble) => (Err(trouble), BTreeSet::new(), Kept::default()),
            Ok(variables) => {
                let mut play = Play::new(self, transport, variables, &mut made);
                for step in fixture.steps.iter().filter(|step| step.plays_on(transport)) {
                    if self.is_interrupted() || !play.step(step).await {
                        break;
                    }
                }
                (Ok(play.failures), play.advice, play.kept)
            }
        };
        let result = self.without_token(result);
        let left = setup.remove(made).await;
        let (fixture, took) = (fixture.name.clone(), start.elapsed());
        Verdict { fixture, transport, took, result, advice, left, kept }
    }
}
