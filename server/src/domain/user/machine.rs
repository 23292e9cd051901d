//! Machines, their secret and their tokens.

use super::{Event, Kind, MachineChanged, MachineSecret, NewMachine, NewPat, PatRemoved, User};
use crate::domain::Aggregate;
use crate::error::{Result, text};

/// 9999-12-31T23:59:59Z, what no expiry is stored as.
pub const NEVER: i64 = 253_402_300_799_000_000;
/// The last moment that a date of the API can say.
const LAST: i64 = NEVER + 999_999;
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

    pub fn is_machine(&self) -> bool {
        self.kind == Kind::Machine
    }

    /// All of it is written: what is empty becomes empty.
    pub fn change_machine(&self, name: &str, description: &str, token: i64) -> Result<[Event; 1]> {
        if !self.is_machine() {
            return Err(text::user::NOT_FOUND.not_found("COMMAND-5M0od"));
        }
        let changed = |old: &str, new: &str| (old != new).then(|| new.to_string());
        let event = MachineChanged {
            name: changed(&self.name, name),
            description: changed(&self.description, description),
            access_token_type: (self.token_type != token).then_some(token),
        };
        if event == MachineChanged::default() {
            return Err(text::user::NOT_CHANGED.precondition("COMMAND-2n8vs"));
        }
        Ok([Event::MachineChanged(event)])
    }

    pub(super) fn apply_machine(&mut self, changed: &MachineChanged) {
        if let Some(name) = &changed.name {
            self.name.clone_from(name);
        }
        if let Some(description) = &changed.description {
            self.description.clone_from(description);
        }
        self.token_type = changed.access_token_type.unwrap_or(self.token_type);
    }

    /// Only machines have a secret.
    pub fn takes_secret(&self) -> Result<()> {
        if self.is_machine() {
            return Ok(());
        }
        Err(text::user::NOT_EXISTING.precondition("COMMAND-x8910n"))
    }

    /// Replaces the secret, if there is one.
    pub fn set_secret(&self, secret: MachineSecret) -> Result<[Event; 1]> {
        self.takes_secret()?;
        Ok([Event::MachineSecretSet(secret)])
    }

    pub fn remove_secret(&self) -> Result<[Event; 1]> {
        if !self.is_machine() {
            return Err(text::user::NOT_EXISTING.precondition("COMMAND-x7s802"));
        }
        if self.secret_hash.is_empty() {
            return Err(text::machine::NO_SECRET.precondition("COMMAND-coi82n"));
        }
        Ok([Event::MachineSecretRemoved])
    }

    pub fn add_pat(&self, pat: NewPat) -> Result<[Event; 1]> {
        match self.kind {
            Kind::Absent => Err(text::user::NOT_FOUND.precondition("COMMAND-Dggw2")),
            Kind::Human => Err(text::user::WRONG_TYPE.precondition("COMMAND-Df2f1")),
            Kind::Machine => Ok([Event::PatAdded(pat)]),
        }
    }

    pub fn remove_pat(&self, token_id: &str, stored: bool) -> Result<[Event; 1]> {
        if !self.is_machine() || !stored {
            return Err(text::pat::NOT_FOUND.not_found("COMMAND-4m77G"));
        }
        Ok([Event::PatRemoved(PatRemoved { token_id: token_id.into() })])
    }
}

/// When a key or token made at `now` expires, in microseconds; nanoseconds beyond are cut.
pub fn expiry(wanted: Option<(i64, i32)>, now: i64) -> Result<i64> {
    let Some((seconds, nanos)) = wanted else { return Ok(NEVER) };
    let micros = seconds.saturating_mul(1_000_000).saturating_add(i64::from(nanos) / 1000);
    match micros {
        ZERO if nanos == 0 => Ok(NEVER),
        micros if micros < now => Err(text::key::EXPIRE_BEFORE_NOW.invalid("DOMAIN-dv3t5")),
        micros => Ok(micros.min(LAST)),
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

    fn machine(name: &str, description: &str) -> User {
        let (name, description) = (name.into(), description.into());
        User { kind: Kind::Machine, name, description, ..User::default() }
    }

    fn human() -> User {
        User { kind: Kind::Human, ..User::default() }
    }

    #[test]
    fn only_what_changed_is_in_the_event() {
        let user = machine("Robot", "first");
        let changed = MachineChanged { description: Some(String::new()), ..Default::default() };
        assert_eq!(
            user.change_machine("Robot", "", 0).unwrap(),
            [Event::MachineChanged(changed.clone())]
        );
        let mut after = user.clone();
        after.apply_machine(&changed);
        assert_eq!(after, machine("Robot", ""));
        let refused = user.change_machine("Robot", "first", 0).unwrap_err();
        assert_eq!(refused.id, "COMMAND-2n8vs");
        assert!(user.change_machine("Robot", "first", 1).is_ok());
        assert_eq!(human().change_machine("n", "", 0).unwrap_err().id, "COMMAND-5M0od");
    }

    #[test]
    fn a_secret_is_set_again_but_removed_once() {
        let secret = MachineSecret { encoded_hash: "$".into() };
        let mut user = machine("Robot", "");
        assert_eq!(user.remove_secret().unwrap_err().id, "COMMAND-coi82n");
        user.secret_hash = "$".into();
        assert!(user.set_secret(secret.clone()).is_ok() && user.remove_secret().is_ok());
        for user in [human(), User::default()] {
            assert_eq!(user.set_secret(secret.clone()).unwrap_err().id, "COMMAND-x8910n");
            assert_eq!(user.remove_secret().unwrap_err().id, "COMMAND-x7s802");
        }
    }

    #[test]
    fn a_token_is_removed_if_it_is_there() {
        let removed = Event::PatRemoved(PatRemoved { token_id: "1".into() });
        assert_eq!(machine("Robot", "").remove_pat("1", true).unwrap(), [removed]);
        let refused = machine("Robot", "").remove_pat("1", false).unwrap_err();
        assert_eq!(refused.id, "COMMAND-4m77G");
        assert_eq!(User::default().remove_pat("1", true).unwrap_err().id, "COMMAND-4m77G");
    }

    #[test]
    fn expiry_is_never_or_from_now_on() {
        assert_eq!(expiry(None, 5).unwrap(), NEVER);
        assert_eq!(expiry(Some((-62_135_596_800, 0)), 5).unwrap(), NEVER);
        assert_eq!(expiry(Some((-62_135_596_800, 1)), 5).unwrap_err().id, "DOMAIN-dv3t5");
        assert_eq!(expiry(Some((1, 123_456_789)), 5).unwrap(), 1_123_456);
        assert!(expiry(Some((1, 0)), 1_000_001).is_err());
        assert!(expiry(Some((1, 0)), 1_000_000).is_ok());
        assert_eq!(expiry(Some((i64::MAX, 0)), 5).unwrap(), LAST);
    }
}
