//! Machines and their tokens.

use super::{Event, Kind, NewMachine, NewPat, User};
use crate::domain::Aggregate;
use crate::error::{Result, text};

/// 9999-12-31T23:59:59Z, what no expiry is stored as.
pub const NEVER: i64 = 253_402_300_799_000_000;
/// 0001-01-01T00:00:00Z, which counts as no expiry.
const ZERO: i64 = -62_135_596_800_000_000;

/// The scopes that every token has.
pub const SCOPES: [&str; 4] =
    ["openid", "profile", "urn:zitadel:iam:user:metadata", "urn:zitadel:iam:user:resourceowner"];

impl User {
    pub fn add_as_machine(&self, machine: NewMachine) -> Result<[Event; 1]> {
        if self.exists() {
            return Err(text::user::ALREADY_EXISTING.precondition("COMMAND-k2una"));
        }
        Ok([Event::MachineAdded(machine)])
    }

    pub fn add_pat(&self, pat: NewPat) -> Result<[Event; 1]> {
        match self.kind {
            Kind::Absent => Err(text::user::NOT_FOUND.precondition("COMMAND-Dggw2")),
            Kind::Human => Err(text::user::WRONG_TYPE.precondition("COMMAND-Df2f1")),
            Kind::Machine => Ok([Event::PatAdded(pat)]),
        }
    }
}

/// When a key or token made at `now` expires, in microseconds; nanoseconds beyond are cut.
pub fn expiry(wanted: Option<(i64, i32)>, now: i64) -> Result<i64> {
    let Some((seconds, nanos)) = wanted else { return Ok(NEVER) };
    let micros = seconds.saturating_mul(1_000_000).saturating_add(i64::from(nanos) / 1000);
    match micros {
        ZERO if nanos == 0 => Ok(NEVER),
        micros if micros < now => Err(text::key::EXPIRE_BEFORE_NOW.invalid("DOMAIN-dv3t5")),
        micros => Ok(micros),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_taken_by_whoever_has_it() {
        let taken = User { kind: Kind::Human, ..User::default() };
        let refused = taken.add_as_machine(NewMachine::default()).unwrap_err();
        assert_eq!(refused.id, "COMMAND-k2una");
        assert!(User::default().add_as_machine(NewMachine::default()).is_ok());
    }

    #[test]
    fn expiry_is_never_or_from_now_on() {
        assert_eq!(expiry(None, 5).unwrap(), NEVER);
        assert_eq!(expiry(Some((-62_135_596_800, 0)), 5).unwrap(), NEVER);
        assert_eq!(expiry(Some((-62_135_596_800, 1)), 5).unwrap_err().id, "DOMAIN-dv3t5");
        assert_eq!(expiry(Some((1, 123_456_789)), 5).unwrap(), 1_123_456);
        assert!(expiry(Some((1, 0)), 1_000_001).is_err());
        assert!(expiry(Some((1, 0)), 1_000_000).is_ok());
    }
}
