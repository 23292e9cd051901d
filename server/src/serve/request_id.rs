//! The ids of requests, as `X-Request-Id` shows them.

use poem::http::HeaderValue;
use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Base32 with extended hex alphabet (RFC 4648 §7) keeps the order of the bytes.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";
const LENGTH: usize = 20;
/// Ids per millisecond before they run ahead of the clock.
const PER_MILLISECOND: u64 = 1 << 16;

static LAST: AtomicU64 = AtomicU64::new(0);
static PROCESS: LazyLock<u32> = LazyLock::new(|| RandomState::new().hash_one(0) as u32);

/// A new id: 20 characters `0-9a-v`, later ids of a process sort after earlier ones, and the last
/// 32 bits tell processes apart.
pub fn request_id() -> HeaderValue {
    let id = encode((u128::from(next(milliseconds())) << 32) | u128::from(*PROCESS));
    HeaderValue::from_bytes(&id).unwrap_or(HeaderValue::from_static("0"))
}

fn milliseconds() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_millis()).unwrap_or(0)
}

/// A number that was not given before, near `now`.
fn next(now: u64) -> u64 {
    let mut last = LAST.load(Ordering::Relaxed);
    loop {
        let id = now.saturating_mul(PER_MILLISECOND).max(last + 1);
        match LAST.compare_exchange_weak(last, id, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => return id,
            Err(other) => last = other,
        }
    }
}

/// The low 96 bits of `id`, most significant first, padded on the right to 100.
fn encode(id: u128) -> [u8; LENGTH] {
    std::array::from_fn(|at| {
        let digit = ((id << 4) >> (5 * (LENGTH - 1 - at))) & 31;
        ALPHABET.get(digit as usize).copied().unwrap_or(b'0')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_ascend_and_have_the_form_of_the_reference() {
        let ids: Vec<_> = (0..1000).map(|_| request_id()).collect();
        assert!(ids.is_sorted_by(|a, b| a.as_bytes() < b.as_bytes()));
        for id in ids {
            assert_eq!(id.len(), LENGTH);
            assert!(id.as_bytes().iter().all(|byte| ALPHABET.contains(byte)), "{id:?}");
        }
    }

    #[test]
    fn the_bytes_are_written_in_base32() {
        assert_eq!(&encode(0), b"00000000000000000000");
        assert_eq!(&encode((1 << 96) - 1), b"vvvvvvvvvvvvvvvvvvvg");
        assert_eq!(&encode(1), b"0000000000000000000g");
    }

    #[test]
    fn a_clock_that_goes_back_gives_no_id_twice() {
        let first = next(u64::MAX >> 24);
        assert!(next(0) > first);
    }
}
