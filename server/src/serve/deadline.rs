//! How long an endpoint may go on with a request.

use super::Limits;
use poem::Request;
use std::future::pending;
use std::time::Duration;
use tokio::sync::watch::{Receiver, channel};
use tokio::time::{Instant, error::Elapsed, timeout_at};

/// When a request has to be answered.
#[derive(Clone, Copy, Debug)]
pub struct Deadline(Instant);

impl Deadline {
    pub(super) fn after(limit: Duration) -> Self {
        Self(Instant::now() + limit)
    }

    /// What the server grants this request.
    pub fn of(request: &Request) -> Self {
        request.data().copied().unwrap_or_else(|| Self::after(Limits::default().request))
    }

    /// With a limit of the caller's own, which counts from now.
    pub fn or_earlier(self, limit: Option<Duration>) -> Self {
        let own = limit.and_then(|limit| Instant::now().checked_add(limit));
        Self(own.map_or(self.0, |own| own.min(self.0)))
    }

    /// Runs `work` until the deadline; one that is over already is an error at once. What `work`
    /// has handed to the database by then is not undone.
    pub async fn hold<F: Future>(self, work: F) -> Result<F::Output, Elapsed> {
        if self.0 <= Instant::now() {
            return timeout_at(self.0, pending()).await;
        }
        timeout_at(self.0, work).await
    }
}

/// The end of the server, for answers that have no end of their own.
#[derive(Clone)]
pub struct Stopping(pub(super) Receiver<()>);

impl Stopping {
    /// That of a request; one that no server takes stops at once.
    pub fn of(request: &Request) -> Self {
        request.data().cloned().unwrap_or_else(|| Self(channel(()).1))
    }

    /// Returns when no new requests are taken.
    pub async fn wait(mut self) {
        // The sender says it once and may be gone.
        self.0.changed().await.unwrap_or_default();
    }
}

/// Marks a response whose body outlasts `Limits::request`: it does not count as a request in flight,
/// so it ends with its connection, which may be idle for `Limits::idle`, or at [`Stopping`].
#[derive(Clone, Copy)]
pub struct Lasting;

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::ready;

    #[tokio::test]
    async fn the_earlier_limit_counts() {
        let long = Deadline::after(Duration::from_secs(60));
        assert_eq!(long.hold(ready(1)).await, Ok(1));
        assert_eq!(long.or_earlier(Some(Duration::MAX)).hold(ready(1)).await, Ok(1));
        let over = long.or_earlier(Some(Duration::ZERO));
        assert!(over.hold(ready(1)).await.is_err(), "not even begun");
        assert!(over.or_earlier(None).hold(ready(1)).await.is_err());
        let soon = long.or_earlier(Some(Duration::from_millis(1)));
        assert!(soon.hold(pending::<()>()).await.is_err());
    }
}
