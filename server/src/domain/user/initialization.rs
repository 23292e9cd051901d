//! The first login of a human.

use super::{Code, EmailChanged, Event, User};
use crate::error::{Result, text};

impl User {
    /// A new code; before it another address, if one is given. That is stored as typed, unchecked
    /// (`fixtures/users/profile/init.yaml`).
    pub fn resend_initialization(&self, email: &str, code: Code) -> Result<Vec<Event>> {
        if !self.is_human() {
            return Err(text::user::NOT_FOUND.not_found("COMMAND-2M9df"));
        }
        if !self.uninitialized {
            return Err(text::user::ALREADY_INITIALISED.precondition("COMMAND-2M9sd"));
        }
        let changed = !email.is_empty() && email != self.email;
        let change = changed.then(|| Event::EmailChanged(EmailChanged { email: email.into() }));
        Ok(change.into_iter().chain([Event::InitializationCodeAdded(code)]).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::user::Kind;

    fn events(user: &User, email: &str) -> Result<Vec<&'static str>, &'static str> {
        let events =
            user.resend_initialization(email, Code::default()).map_err(|error| error.id)?;
        Ok(events.iter().map(crate::domain::Event::kind).collect())
    }

    #[test]
    fn only_another_address_is_a_change() {
        let code = "user.human.initialization.code.added";
        let email = "a@b.c".into();
        let user = User { kind: Kind::Human, uninitialized: true, email, ..User::default() };
        assert_eq!(events(&user, "").unwrap(), [code]);
        assert_eq!(events(&user, "a@b.c").unwrap(), [code]);
        assert_eq!(events(&user, "no address").unwrap(), ["user.human.email.changed", code]);
    }

    #[test]
    fn who_was_initialized_gets_no_code() {
        assert_eq!(events(&User::default(), ""), Err("COMMAND-2M9df"));
        let user = User { kind: Kind::Human, ..User::default() };
        assert_eq!(events(&user, "a@b.c"), Err("COMMAND-2M9sd"));
    }
}
