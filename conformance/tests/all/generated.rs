//! Generated requests to servers in this process: [`generator`] for what no one thought of,
//! [`matrix`] for what one organisation may see and change of another. Both follow the table of
//! operations and their descriptors.
//!
//! `BAILEY_GENERATE` is how many requests the generator makes of an operation and transport, and
//! `BAILEY_SEED` chooses others.

mod args;
mod canon;
mod generator;
mod matrix;
mod random;
mod server;
mod world;

use std::future::Future;
use std::sync::Arc;

use conformance::operation::{self, Catalogue};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// A number of the environment.
fn number(name: &str, default: usize) -> usize {
    std::env::var(name)
        .map_or(default, |text| text.parse().unwrap_or_else(|e| panic!("{name}: {e}")))
}

/// The ids of the operations served.
fn served(catalogue: &Catalogue) -> Vec<String> {
    let ids = contract::OPERATIONS.iter().filter(|facts| facts.served).map(operation::id);
    ids.inspect(|id| assert!(catalogue.find(id).is_ok())).collect()
}

/// Runs the work on each item, twice as many at a time as there are cores: each waits for its writer.
async fn spread<I, T, F, W>(items: Vec<I>, work: W) -> Vec<T>
where
    I: Send + 'static,
    T: Send + 'static,
    F: Future<Output = T> + Send,
    W: Fn(I) -> F + Send + Sync + 'static,
{
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let (slots, work) = (Arc::new(Semaphore::new(2 * cores)), Arc::new(work));
    let mut running = JoinSet::new();
    for item in items {
        let (slots, work) = (slots.clone(), work.clone());
        running.spawn(async move {
            let _slot = slots.acquire_owned().await.unwrap();
            work(item).await
        });
    }
    running.join_all().await
}
