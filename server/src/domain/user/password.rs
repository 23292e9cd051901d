//! The password of a human.

use super::{Event, PasswordChanged, PasswordCode, State, User};
use crate::domain::Aggregate;
use crate::error::{Result, text};

impl User {
    /// What is refused whatever the new password is; a bad one is named only after this.
    pub fn can_set_password(&self) -> Result<()> {
        if !self.is_human() {
            return Err(text::password::NOT_FOUND.precondition("COMMAND-G8dh3"));
        }
        if self.state == State::Initial {
            return Err(text::user::NOT_INITIALISED.precondition("COMMAND-M9dse"));
        }
        Ok(())
    }

    /// The old password is not compared: the same one again is a change.
    pub fn set_password(&self, new: PasswordChanged) -> Result<[Event; 1]> {
        self.can_set_password()?;
        Ok([Event::PasswordChanged(new)])
    }

    pub(super) fn apply_password(&mut self, changed: &PasswordChanged, at: i64) {
        self.password_hash.clone_from(&changed.encoded_hash);
        self.password_change_required = changed.change_required;
        self.password_changed_at = Some(at);
    }

    /// For machines too, and without a phone number
    /// (`fixtures/users/password/password-reset.yaml`).
    pub fn reset_password(&self, code: PasswordCode) -> Result<[Event; 1]> {
        if !self.exists() {
            return Err(text::user::NOT_FOUND.precondition("COMMAND-Hj9ds"));
        }
        if self.state == State::Initial {
            return Err(text::user::NOT_INITIALISED.precondition("COMMAND-2M9sd"));
        }
        Ok([Event::PasswordCodeAdded(code)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Stamp;
    use crate::domain::user::Kind;

    fn refused(user: &User) -> [&'static str; 2] {
        let set = user.set_password(PasswordChanged::default()).err();
        let reset = user.reset_password(PasswordCode::default()).err();
        [set, reset].map(|error| error.map_or("", |error| error.id))
    }

    #[test]
    fn refusals_depend_on_kind_and_state() {
        assert_eq!(refused(&User::default()), ["COMMAND-G8dh3", "COMMAND-Hj9ds"]);
        let mut user = User { kind: Kind::Machine, state: State::Active, ..User::default() };
        assert_eq!(refused(&user), ["COMMAND-G8dh3", ""]);
        user.kind = Kind::Human;
        assert_eq!(refused(&user), ["", ""]);
        user.state = State::Initial;
        assert_eq!(refused(&user), ["COMMAND-M9dse", "COMMAND-2M9sd"]);
        user.uninitialized = true;
        user.state = State::Locked;
        assert_eq!(refused(&user), ["", ""]);
    }

    #[test]
    fn only_the_time_of_the_password_moves() {
        let mut user = User { kind: Kind::Human, sequence: 2, changed_at: 7, ..User::default() };
        let new = PasswordChanged { encoded_hash: "x".into(), change_required: true };
        let stamp = Stamp { sequence: 3, at: 9, ..Stamp::default() };
        user.apply(&Event::PasswordChanged(new), &stamp);
        assert_eq!((user.sequence, user.changed_at, user.password_changed_at), (2, 7, Some(9)));
        assert_eq!((user.password_hash.as_str(), user.password_change_required), ("x", true));
    }
}
