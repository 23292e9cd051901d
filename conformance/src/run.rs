//! Many plays, several at a time.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::task::JoinSet;

use crate::fixture::{Fixture, Transport};
use crate::play::{Player, Verdict};

pub type Plays = Vec<(Fixture, Transport)>;

/// The plays in any other order.
pub fn shuffled(mut plays: Plays) -> Plays {
    let random = RandomState::new();
    plays.sort_by_cached_key(|(fixture, transport)| random.hash_one((&fixture.name, transport)));
    plays
}

/// Every verdict, in the order of fixtures and transports.
pub async fn all(player: Arc<Player>, plays: Plays, jobs: usize) -> Vec<Verdict> {
    let shared = Arc::new((plays, AtomicUsize::new(0)));
    let mut workers = JoinSet::new();
    for _ in 0..jobs {
        workers.spawn(worker(player.clone(), shared.clone()));
    }
    let mut verdicts = workers.join_all().await.concat();
    verdicts.sort_by(|a, b| (&a.fixture, a.transport).cmp(&(&b.fixture, b.transport)));
    verdicts
}

/// Plays what no other worker has taken.
async fn worker(player: Arc<Player>, shared: Arc<(Plays, AtomicUsize)>) -> Vec<Verdict> {
    let (plays, next) = shared.as_ref();
    let mut verdicts = Vec::new();
    while let Some((fixture, transport)) = plays.get(next.fetch_add(1, Ordering::Relaxed))
        && !player.is_interrupted()
    {
        verdicts.push(player.play(fixture, *transport).await);
    }
    verdicts
}
