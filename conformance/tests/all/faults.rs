//! Deliberately wrong servers: a proxy plants one fault in the answers of a right one, and the
//! suite has to notice it, at the step and for the reason that the fault is.

mod answer;
mod harmful;
mod harmless;
mod plant;
mod proxy;

use std::sync::Arc;
use std::time::Duration;

use conformance::client::Client;
use conformance::fixture::{Fixture, Transport};
use conformance::operation::Catalogue;
use conformance::play::{Player, Verdict};
use plant::Plant;
use proxy::Proxy;

/// How long the suite waits for a server that hangs; every other one has all the time it needs.
const HANG: Duration = Duration::from_secs(2);

struct Server {
    running: bailey::Running,
    fixture: Fixture,
}

impl Server {
    async fn start() -> Arc<Self> {
        let running = bailey::start(&bailey::Settings::for_tests(":memory:")).await.unwrap();
        let fixture = Fixture::parse("served", include_str!("faults/served.yaml")).unwrap();
        Arc::new(Self { running, fixture })
    }

    /// A player behind a proxy that changes the answers of the rpc.
    async fn player(&self, rpc: &'static str, plant: Plant) -> Player {
        let upstream = format!("http://{}", self.running.address);
        let catalogue = Catalogue::new().unwrap();
        let proxy = Proxy { upstream, catalogue, rpc, plant, first: Default::default() };
        let timeout = if matches!(plant, Plant::Hang) { HANG } else { Duration::from_secs(60) };
        let client = Client::new(&proxy.start().await, timeout).unwrap();
        Player::new(client, Catalogue::new().unwrap(), self.running.token.clone())
    }

    async fn verdict(&self, rpc: &'static str, plant: Plant, transport: Transport) -> Verdict {
        self.player(rpc, plant).await.play(&self.fixture, transport).await
    }
}

#[tokio::test]
async fn without_a_fault_everything_passes() {
    let server = Server::start().await;
    for transport in Transport::ALL {
        let verdict = server.verdict("GetHumanPhone", Plant::Nothing, transport).await;
        assert_eq!(verdict.lines(), [""; 0], "{transport}");
    }
}

#[tokio::test]
async fn a_read_that_lags_passes_only_where_lag_is_allowed() {
    let server = Server::start().await;
    for transport in Transport::ALL {
        let mut player = server.player("GetHumanPhone", Plant::Stale(2)).await;
        player.lag = Duration::from_secs(30);
        let verdict = player.play(&server.fixture, transport).await;
        assert_eq!(verdict.lines(), [""; 0], "{transport}");
        let mut fixture = server.fixture.clone();
        let again = fixture.steps.iter_mut().find(|step| step.id == "read-again");
        again.unwrap().eventually = 30;
        let player = server.player("GetHumanPhone", Plant::Stale(2)).await;
        let failures = player.play(&fixture, transport).await.result.unwrap();
        assert!(failures.iter().all(|failure| failure.step != "read-again"), "{failures:?}");
        let verdict = server.verdict("GetHumanPhone", Plant::Stale(2), transport).await;
        assert_eq!(verdict.result.unwrap()[0].step, "read-again", "{transport}");
    }
}
