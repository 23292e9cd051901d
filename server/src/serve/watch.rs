//! What the parts of one connection tell each other, and how long each of its phases may last.

use super::Limits;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// The phases of a connection are checked this many times per shortest limit.
const PRECISION: u32 = 8;

pub struct Watch {
    phases: Mutex<Phases>,
    ended: AtomicBool,
    unread: AtomicBool,
    bad_chunk: OnceLock<&'static str>,
}

struct Phases {
    /// The number of the next request.
    next: u64,
    /// Start of each request whose answer's body is not at its end, oldest first.
    requests: VecDeque<(u64, Instant)>,
    /// Since when there is no request.
    quiet: Instant,
    /// A head has begun to arrive. A new connection is expected to send one at once.
    head: bool,
    /// Since when bytes of an answer wait for the client.
    blocked: Option<Instant>,
}

impl Watch {
    pub fn new() -> Arc<Self> {
        let (requests, quiet) = (VecDeque::new(), Instant::now());
        let phases = Phases { next: 0, requests, quiet, head: true, blocked: None };
        Arc::new(Self {
            phases: Mutex::new(phases),
            ended: AtomicBool::new(false),
            unread: AtomicBool::new(false),
            bad_chunk: OnceLock::new(),
        })
    }

    /// The first byte of a request has come.
    pub fn head_begins(&self) {
        let mut phases = self.phases();
        if !phases.head {
            phases.head = true;
            phases.quiet = Instant::now();
        }
    }

    /// A request has come; it lasts until the value is dropped.
    pub fn request_begins(self: &Arc<Self>) -> InFlight {
        let mut phases = self.phases();
        let number = phases.next;
        phases.next += 1;
        phases.head = false;
        phases.requests.push_back((number, Instant::now()));
        InFlight { watch: self.clone(), number }
    }

    /// The client does not take what is written to it.
    pub fn write_blocks(&self) {
        self.phases().blocked.get_or_insert_with(Instant::now);
    }

    /// Everything written so far is with the client.
    pub fn write_done(&self) {
        self.phases().blocked = None;
    }

    /// Returns when a phase has lasted too long, late by at most a part of the shortest limit.
    pub async fn expired(&self, limits: &Limits) {
        let tick = limits.header_read.min(limits.request).min(limits.idle) / PRECISION;
        loop {
            let left = self.phases().deadline(limits).saturating_duration_since(Instant::now());
            if left == Duration::ZERO {
                return;
            }
            tokio::time::sleep(left.min(tick)).await;
        }
    }

    fn phases(&self) -> MutexGuard<'_, Phases> {
        self.phases.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn request_ends(&self, number: u64) {
        let mut phases = self.phases();
        phases.requests.retain(|(other, _)| *other != number);
        if phases.requests.is_empty() {
            phases.quiet = Instant::now();
        }
    }
}

impl Phases {
    fn deadline(&self, limits: &Limits) -> Instant {
        let phase = match self.requests.front() {
            Some((_, start)) => *start + limits.exchange(),
            None if self.head => self.quiet + limits.header_read,
            None => self.quiet + limits.idle,
        };
        self.blocked.map_or(phase, |since| phase.min(since + limits.request))
    }
}

/// A request that is not answered to the end.
pub struct InFlight {
    watch: Arc<Watch>,
    number: u64,
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.watch.request_ends(self.number);
    }
}

/// What the client did to its body.
impl Watch {
    /// The client has sent all that it will send.
    pub fn end(&self) {
        self.ended.store(true, Relaxed);
    }

    pub fn has_ended(&self) -> bool {
        self.ended.load(Relaxed)
    }

    /// A body was neither asked for nor read: the client may be about to send it.
    pub fn leave_unread(&self) {
        self.unread.store(true, Relaxed);
    }

    pub fn is_unread(&self) -> bool {
        self.unread.load(Relaxed)
    }

    /// The chunks of the body are broken, for this reason.
    pub fn break_chunks(&self, reason: &'static str) {
        self.bad_chunk.get_or_init(|| reason);
    }

    pub fn broken_chunks(&self) -> Option<&'static str> {
        self.bad_chunk.get().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        connections: 1,
        header_read: Duration::from_secs(10),
        request: Duration::from_secs(80),
        idle: Duration::from_secs(300),
    };

    /// Seconds until the deadline, rounded up.
    fn left(watch: &Watch) -> u64 {
        let left = watch.phases().deadline(&LIMITS) - Instant::now();
        left.as_secs_f64().ceil() as u64
    }

    #[test]
    fn each_phase_has_its_limit() {
        let watch = Watch::new();
        assert_eq!(left(&watch), 10, "a new connection sends a head");
        let first = watch.request_begins();
        assert_eq!(left(&watch), 100, "a request");
        drop(first);
        assert_eq!(left(&watch), 300, "idle");
        watch.head_begins();
        assert_eq!(left(&watch), 10, "a head");
        let second = watch.request_begins();
        watch.write_blocks();
        assert_eq!(left(&watch), 80, "a client that does not read");
        watch.write_done();
        assert_eq!(left(&watch), 100);
        drop(second);
        assert_eq!(left(&watch), 300);
    }

    #[test]
    fn the_oldest_request_counts() {
        let watch = Watch::new();
        let first = watch.request_begins();
        let second = watch.request_begins();
        watch.phases().requests[0].1 -= Duration::from_secs(50);
        assert_eq!(left(&watch), 50);
        drop(first);
        assert_eq!(left(&watch), 100);
        drop(second);
    }

    #[test]
    fn a_head_behind_a_request_waits_for_its_end() {
        let watch = Watch::new();
        let request = watch.request_begins();
        watch.head_begins();
        watch.phases().quiet -= Duration::from_secs(50);
        drop(request);
        assert_eq!(left(&watch), 10);
    }
}
