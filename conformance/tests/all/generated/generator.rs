//! Well-typed requests without sense, the same on the three transports, each against a server of
//! its own: none fails the server, the outcomes agree, and so do the events.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::sync::Arc;

use conformance::compare::dig;
use conformance::fixture::Transport;
use conformance::operation::{self, Catalogue, Operation};
use conformance::outcome::{Outcome, Reply};
use conformance::variables::Variables;
use serde_json::Value;

use super::args::Arbitrary;
use super::canon::Names;
use super::random::Random;
use super::server::{Caller, Server};
use super::world::{made, world};
use super::{number, served, spread};

/// Failures of an operation that are told.
const MOST: usize = 3;
/// Of so many requests of an operation one has to succeed.
const ENOUGH: usize = 2000;

/// What no generated request succeeds with.
const REFUSED: [(&str, &str); 5] = [
    ("ManagementService_RemoveHumanAuthFactorOTP", NO_FACTOR),
    ("ManagementService_RemoveHumanAuthFactorU2F", NO_FACTOR),
    ("ManagementService_RemoveHumanAuthFactorOTPSMS", NO_FACTOR),
    ("ManagementService_RemoveHumanAuthFactorOTPEmail", NO_FACTOR),
    ("ManagementService_RemoveHumanPasswordless", NO_FACTOR),
];
pub const NO_FACTOR: &str = "no operation of v1 adds a factor";

/// A server for each transport, and what it calls the things of the world.
struct Three {
    servers: Vec<(Transport, Server, Variables, Names)>,
}

#[derive(Default)]
struct Found {
    id: String,
    failures: Vec<String>,
    requests: usize,
    /// How often which code was answered; 0 is success.
    codes: BTreeMap<i64, usize>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn well_typed_requests_have_one_outcome_and_fail_nothing() {
    let (requests, seed) = (number("BAILEY_GENERATE", 10_000), number("BAILEY_SEED", 1));
    let catalogue = Arc::new(Catalogue::new().unwrap());
    let operations = served(&catalogue);
    let found = spread(operations, {
        let catalogue = catalogue.clone();
        move |id: String| {
            let catalogue = catalogue.clone();
            async move { play(&catalogue, &id, (requests, seed)).await }
        }
    })
    .await;
    for found in &found {
        println!("{found}");
    }
    println!("BAILEY_SEED={seed} BAILEY_GENERATE={requests}");
    let failures: Vec<&str> =
        found.iter().flat_map(|found| &found.failures).map(String::as_str).collect();
    assert!(failures.is_empty(), "BAILEY_SEED={seed}\n{}", failures.join("\n"));
    let wrong: Vec<&str> = found.iter().filter(|found| !found.expected()).map(Found::id).collect();
    assert!(wrong.is_empty() || requests < ENOUGH, "see REFUSED: {wrong:?}");
}

/// Requests between two new worlds: reads leave it as it is, of what is written to little is left.
fn round(operation: &Operation) -> usize {
    if operation.is_read() { usize::MAX } else { 2000 }
}

/// The operations that write to the same things: one removes or locks what another needs.
fn neighbours<'a>(catalogue: &'a Catalogue, operation: &Operation) -> Vec<&'a Operation> {
    let all = served(catalogue);
    let writes = all.iter().map(|id| catalogue.find(id).unwrap()).filter(|other| !other.is_read());
    writes.filter(|other| noun(other) == noun(operation)).collect()
}

/// The path without what is done to the thing, its kind of user and its id.
fn noun(operation: &Operation) -> Vec<&str> {
    let parts = operation.facts.path.split('/');
    let mut parts: Vec<&str> = parts.map(|p| if p.starts_with('{') { "{}" } else { p }).collect();
    parts.pop_if(|last| last.starts_with('_'));
    parts.pop_if(|last| ["human", "machine"].contains(last));
    parts.pop_if(|last| *last == "{}");
    parts
}

async fn play(catalogue: &Catalogue, id: &str, (requests, seed): (usize, usize)) -> Found {
    let operation = catalogue.find(id).unwrap();
    let mut random = Random::new((seed * 1000 + operation.facts.number) as u64);
    let mut found = Found { id: id.into(), ..Found::default() };
    while found.requests < requests && found.failures.len() < MOST {
        let mut three = Three::start(catalogue).await;
        let until = requests.min(found.requests.saturating_add(round(operation)));
        found.round(catalogue, operation, (&mut three, until, &mut random)).await;
        three.stop().await;
    }
    found
}

impl Found {
    fn id(&self) -> &str {
        &self.id
    }

    /// Whether requests succeeded, unless none can.
    fn expected(&self) -> bool {
        self.codes.contains_key(&0) != REFUSED.iter().any(|(id, _)| *id == self.id)
    }

    async fn round(
        &mut self,
        catalogue: &Catalogue,
        operation: &Operation,
        (three, until, random): (&mut Three, usize, &mut Random),
    ) {
        let neighbours = neighbours(catalogue, operation);
        while self.requests < until {
            let neighbour = !operation.is_read() && random.chance(10);
            let operation = if neighbour { random.of(&neighbours) } else { operation };
            let known = &three.servers[0].2;
            let careful = random.chance(50);
            let args = Arbitrary { operation, known, random, careful }.request();
            let kind = random.below(100);
            let outcomes = three.call(operation, &args, kind).await;
            if !neighbour {
                self.count(&outcomes[0].0);
            }
            if let Err(why) = agree(&outcomes) {
                self.failures.push(format!("{} {args}: {why}", operation::id(operation.facts)));
                return;
            }
            three.learn(operation, kind, &outcomes);
        }
        self.failures.extend(three.other_events().await.map(|why| format!("{}: {why}", self.id)));
    }

    fn count(&mut self, outcome: &Outcome) {
        self.requests += 1;
        let code = if let Reply::Refused { code, .. } = outcome.reply { code } else { 0 };
        *self.codes.entry(code).or_default() += 1;
    }
}

impl Display for Found {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{:60}", self.id)?;
        let percent = |count: usize| 100.0 * count as f64 / self.requests as f64;
        let mut codes = self.codes.iter();
        codes.try_for_each(|(code, count)| write!(f, " {code}: {:4.1} %,", percent(*count)))
    }
}

/// Whether no server failed and all say the same.
fn agree(outcomes: &[(Outcome, Value)]) -> Result<(), String> {
    for (outcome, _) in outcomes {
        // Unknown, Unimplemented, Internal, Unavailable, DataLoss.
        let failed = matches!(outcome.reply, Reply::Refused { code: 2 | 12..=15, .. });
        if failed
            || outcome.head.status >= 500
            || matches!(outcome.reply, Reply::Text(_) | Reply::Frames(_))
        {
            return Err(format!("{outcome}"));
        }
    }
    let first = &outcomes[0].1;
    match outcomes.iter().find(|(_, other)| other != first) {
        None => Ok(()),
        Some((_, other)) => Err(format!("the transports differ:\n  {first}\n  {other}")),
    }
}

impl Three {
    async fn start(catalogue: &Catalogue) -> Self {
        let mut servers = Vec::new();
        for transport in Transport::ALL {
            let server = Server::start().await;
            let known = world(&server, catalogue).await;
            let names = Names::of(&known);
            servers.push((transport, server, known, names));
        }
        Self { servers }
    }

    async fn call(
        &self,
        operation: &Operation,
        args: &Value,
        kind: usize,
    ) -> Vec<(Outcome, Value)> {
        let mut outcomes = Vec::new();
        for (transport, server, known, names) in &self.servers {
            let args = known.fill_value(args).unwrap();
            let caller = caller(server, known, kind);
            let outcome = server.call(*transport, operation, (&args, &caller)).await;
            let canonical = names.canonical(&outcome);
            outcomes.push((outcome, canonical));
        }
        outcomes
    }

    /// What was made takes the place of the thing that the world had.
    fn learn(&mut self, operation: &Operation, kind: usize, outcomes: &[(Outcome, Value)]) {
        let (Some(org), Some((path, thing))) = (org(kind), made(operation.facts.rpc)) else {
            return;
        };
        for ((_, _, known, names), (outcome, _)) in self.servers.iter_mut().zip(outcomes) {
            if let Reply::Answer(body) = &outcome.reply {
                let (name, id) = (format!("{org}_{thing}"), dig(body, path).unwrap());
                names.learn(&name, id);
                known.set(&name, id.clone());
            }
        }
    }

    /// A difference between the logs: how often which stream has which kinds of events.
    async fn other_events(&self) -> Option<String> {
        let mut logs = Vec::new();
        for (_, server, ..) in &self.servers {
            let streams = server.log().await.into_iter().map(|(stream, (_, kinds))| {
                (stream.split('/').next().unwrap_or_default().to_string(), kinds)
            });
            let mut streams: Vec<_> = streams.collect();
            streams.sort();
            logs.push(streams);
        }
        let differs = |log: &&Vec<_>| **log != logs[0];
        let other = logs.iter().find(differs)?;
        let apart = other.iter().zip(&logs[0]).find(|(a, b)| a != b);
        Some(format!("the events differ: {apart:?}"))
    }

    async fn stop(self) {
        for (_, server, ..) in self.servers {
            server.stop().await;
        }
    }
}

/// Mostly the instance owner in the first organisation.
fn caller(server: &Server, known: &Variables, kind: usize) -> Caller {
    let id = |org| known.get(&format!("{org}_org")).unwrap().as_str();
    match kind {
        0..3 => Caller::default(),
        3..6 => server.admin(None),
        6 => server.admin(Some("unknown")),
        _ => server.admin(org(kind).and_then(id)),
    }
}

/// The organisation of the world for which such a caller acts.
fn org(kind: usize) -> Option<&'static str> {
    match kind {
        0..7 => None,
        7..11 => Some("other"),
        _ => Some("home"),
    }
}
