//! Well-typed requests without sense, the same on the three transports, each against a server of
//! its own: none fails the server, the outcomes agree, and so do the events.

use std::sync::Arc;

use conformance::fixture::Transport;
use conformance::operation::{self, Catalogue, Operation};
use conformance::outcome::{Outcome, Reply};
use conformance::variables::Variables;
use serde_json::Value;

use crate::args::Arbitrary;
use crate::canon::Names;
use crate::random::Random;
use crate::server::{Caller, Server};
use crate::world::world;
use crate::{number, served, spread};

/// Requests between two new worlds.
const ROUND: usize = 250;
/// Failures of an operation that are told.
const MOST: usize = 3;

/// A server for each transport, and what it calls the things of the world.
struct Three {
    servers: Vec<(Transport, Server, Variables, Names)>,
}

#[derive(Default)]
struct Found {
    failures: Vec<String>,
    requests: usize,
    answered: usize,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn well_typed_requests_have_one_outcome_and_fail_nothing() {
    let (requests, seed) = (number("BAILEY_GENERATE", 200), number("BAILEY_SEED", 1));
    let catalogue = Arc::new(Catalogue::new().unwrap());
    let operations = served(&catalogue);
    let found = spread(operations, {
        let catalogue = catalogue.clone();
        move |id: String| {
            let catalogue = catalogue.clone();
            async move { play(&catalogue, catalogue.find(&id).unwrap(), (requests, seed)).await }
        }
    })
    .await;
    let (played, answered) = found.iter().fold((0, 0), |(played, answered), found| {
        (played + found.requests, answered + found.answered)
    });
    println!(
        "BAILEY_SEED={seed} BAILEY_GENERATE={requests}: {played} requests on each transport, {answered} answered"
    );
    let failures: Vec<String> = found.into_iter().flat_map(|found| found.failures).collect();
    assert!(failures.is_empty(), "BAILEY_SEED={seed}\n{}", failures.join("\n"));
    assert!(answered * 20 > played, "hardly any request had an answer: {answered} of {played}");
}

async fn play(
    catalogue: &Catalogue,
    operation: &Operation,
    (requests, seed): (usize, usize),
) -> Found {
    let id = operation::id(operation.facts);
    let mut random = Random::new((seed * 1000 + operation.facts.number) as u64);
    let mut found = Found::default();
    while found.requests < requests && found.failures.len() < MOST {
        let three = Three::start(catalogue).await;
        for _ in 0..ROUND.min(requests - found.requests) {
            let known = &three.servers[0].2;
            let args = Arbitrary { operation, known, random: &mut random }.request();
            let kind = random.below(100);
            let outcomes = three.call(operation, &args, kind).await;
            found.requests += 1;
            found.answered += usize::from(matches!(outcomes[0].0.reply, Reply::Answer(_)));
            if let Err(why) = agree(&outcomes) {
                found.failures.push(format!("{id} {args}: {why}"));
                break;
            }
        }
        if found.failures.is_empty() {
            found.failures.extend(three.other_events().await.map(|why| format!("{id}: {why}")));
        }
        three.stop().await;
    }
    found
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
    let org = |name: &str| known.get(name).ok().and_then(Value::as_str);
    match kind {
        0..3 => Caller::default(),
        3..6 => server.admin(None),
        6..10 => server.admin(org("other_org")),
        10 => server.admin(Some("unknown")),
        _ => server.admin(org("home_org")),
    }
}
