//! Work that keeps a core busy, off the threads that answer requests.

use std::io;
use std::sync::{Arc, LazyLock};

use thread_priority::{
    NormalThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy,
    set_thread_priority_and_policy, thread_native_id,
};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;

use crate::error::{Code, Error, Result};

/// How many wait at most. A core hashes about as many passwords within the time that a request may
/// take: who came behind them would wait in vain.
const WAITING: usize = 1000;

/// This work gets the time that no thread wants that answers requests (sched(7), `SCHED_IDLE`).
const IDLE: ThreadSchedulePolicy = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle);

/// Threads of their own, because what has stood back may not come forward again. They stay a while,
/// so that the next hash finds the memory of the last one.
static THREADS: LazyLock<io::Result<Runtime>> =
    LazyLock::new(|| Builder::new_current_thread().on_thread_start(stand_back).build());

/// Where that cannot be, the work is done like any other.
fn stand_back() {
    let _ = set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Min, IDLE);
}

/// Threads of which at most so many work at once; the others wait their turn.
pub struct Blocking {
    running: Arc<Semaphore>,
    /// Places for who works and who waits.
    places: Semaphore,
}

impl Blocking {
    pub fn new(at_once: usize) -> Self {
        Self::with_places(at_once.max(1), WAITING)
    }

    fn with_places(at_once: usize, waiting: usize) -> Self {
        let running = Arc::new(Semaphore::new(at_once));
        Self { running, places: Semaphore::new(at_once + waiting) }
    }

    /// A caller that goes away while the work is done does not end it, nor free its thread.
    ///
    /// Errors: `ResourceExhausted` when too many wait already; those of the work.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let _place = self.places.try_acquire().map_err(|_| busy())?;
        let running = self.running.clone().acquire_owned().await.map_err(Error::internal)?;
        let threads = THREADS.as_ref().map_err(Error::internal)?;
        let done = threads.spawn_blocking(move || {
            let _until_done = running;
            work()
        });
        done.await.map_err(Error::internal)?
    }
}

fn busy() -> Error {
    Error::plain(Code::ResourceExhausted, "too much is asked for at once, try again later")
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::sync::mpsc::{Receiver, channel};
    use std::task::{Context, Waker};

    use thread_priority::thread_schedule_policy;
    use tokio::task::yield_now;

    use super::*;

    #[tokio::test]
    async fn only_the_work_stands_back() {
        let policy = || Ok(format!("{:?}", thread_schedule_policy().unwrap()));
        let before = policy().unwrap();
        let inside = Blocking::new(1).run(policy).await.unwrap();
        assert_eq!((inside, policy().unwrap()), (format!("{IDLE:?}"), before.clone()));
        assert_ne!(before, format!("{IDLE:?}"));
    }

    #[tokio::test]
    async fn who_comes_when_the_queue_is_full_is_refused() {
        let threads = Arc::new(Blocking::with_places(1, 1));
        let wait = |threads: Arc<Blocking>, until: Receiver<()>| {
            tokio::spawn(async move { threads.run(move || Ok(until.recv().is_ok())).await })
        };
        let (first_ends, first) = channel();
        let (second_ends, second) = channel();
        let first = wait(threads.clone(), first);
        let second = wait(threads.clone(), second);
        while threads.places.available_permits() > 0 {
            yield_now().await;
        }
        let refused = threads.run(|| Ok(())).await.unwrap_err();
        assert_eq!((refused.code, refused.code.http()), (Code::ResourceExhausted, 429));
        first_ends.send(()).unwrap();
        assert_eq!(first.await.unwrap(), Ok(true));
        second_ends.send(()).unwrap();
        assert_eq!(second.await.unwrap(), Ok(true));
        assert_eq!(threads.run(|| Ok(1)).await, Ok(1));
    }

    #[tokio::test]
    async fn who_gives_up_waiting_leaves_its_place() {
        let threads = Arc::new(Blocking::with_places(1, 1));
        let (ends, until) = channel::<()>();
        let first = threads.clone();
        let first = tokio::spawn(async move { first.run(move || Ok(until.recv().is_ok())).await });
        while threads.running.available_permits() > 0 {
            yield_now().await;
        }
        let mut waits = Box::pin(threads.run(|| Ok(())));
        let mut context = Context::from_waker(Waker::noop());
        assert!(waits.as_mut().poll(&mut context).is_pending());
        assert_eq!(threads.places.available_permits(), 0);
        drop(waits);
        assert_eq!(threads.places.available_permits(), 1);
        ends.send(()).unwrap();
        assert_eq!(first.await.unwrap(), Ok(true));
    }
}
