//! Work that keeps a core busy, off the threads that answer requests.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::error::{Error, Result};

/// Threads of which at most so many work at once; the others wait their turn.
pub struct Blocking {
    running: Arc<Semaphore>,
}

impl Blocking {
    pub fn new(at_once: usize) -> Self {
        Self { running: Arc::new(Semaphore::new(at_once.max(1))) }
    }

    /// A caller that goes away does not end the work, nor free its place.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let running = self.running.clone().acquire_owned().await.map_err(Error::internal)?;
        let done = tokio::task::spawn_blocking(move || {
            let _until_done = running;
            work()
        });
        done.await.map_err(Error::internal)?
    }
}
