//! Generated ids: 18 decimal digits that grow with time, as those of ZITADEL.

use std::sync::atomic::{AtomicI64, Ordering};

use crate::clock::Clock;

/// 2019-04-29T00:00:00Z in units of 10 ms.
const EPOCH: i64 = 155_649_600_000;

/// Makes ids: `elapsed 10 ms << 24 | count << 16 | machine`. Never one twice in a process; when
/// more than 256 are made in 10 ms, the time of the next ones runs ahead.
#[derive(Debug)]
pub struct Ids {
    last: AtomicI64,
    machine: u16,
}

impl Ids {
    /// `machine` keeps apart the ids of processes that share a database.
    pub fn new(machine: u16) -> Self {
        Self { last: AtomicI64::new(0), machine }
    }

    pub fn next(&self, clock: Clock) -> String {
        let now = (clock.now() / 10_000 - EPOCH) << 8;
        let step = |last: i64| Some(now.max(last + 1));
        let last = self.last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, step);
        let mine = now.max(last.unwrap_or_default() + 1);
        (mine << 16 | i64::from(self.machine)).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_18_digits_and_grow() {
        let ids = Ids::new(7);
        let made: Vec<i64> = (0..1000).map(|_| ids.next(Clock).parse().unwrap()).collect();
        assert!(made.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(made.iter().all(|id| id & 0xffff == 7 && id.to_string().len() == 18));
    }
}
