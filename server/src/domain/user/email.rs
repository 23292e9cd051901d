//! The e-mail address of a human.

use super::{Code, EmailChanged, Event, User};
use crate::domain::values::email_address::{self, Fault};
use crate::error::{Result, text};

/// Refuses what is not one address without a display name.
pub fn check(address: &str) -> Result<()> {
    email_address::check(address).map_err(|fault| match fault {
        Fault::Malformed => text::email::INVALID.invalid("EMAIL-599BI"),
        Fault::Named => text::email::INVALID.invalid("EMAIL-599GV"),
    })
}

impl User {
    /// `code` goes out if the address is not verified.
    pub fn change_email(&self, email: &str, verified: bool, code: Code) -> Result<Vec<Event>> {
        if !self.is_human() {
            return Err(text::email::NOT_FOUND.precondition("COMMAND-0Pe4r"));
        }
        if self.uninitialized {
            return Err(text::user::NOT_INITIALISED.precondition("COMMAND-J8dsk"));
        }
        let changed = email != self.email;
        let verifies = verified && !self.email_verified;
        if !changed && !verifies {
            return Err(text::email::NOT_CHANGED.precondition("COMMAND-2b7fM"));
        }
        let change = changed.then(|| Event::EmailChanged(EmailChanged { email: email.into() }));
        let last = if verified { Event::EmailVerified } else { Event::EmailCodeAdded(code) };
        Ok(change.into_iter().chain([last]).collect())
    }

    pub fn resend_email_code(&self, code: Code) -> Result<[Event; 1]> {
        if !self.is_human() {
            return Err(text::email::NOT_FOUND.not_found("COMMAND-0Pe4r"));
        }
        if self.uninitialized {
            return Err(text::user::NOT_INITIALISED.precondition("COMMAND-E3fbw"));
        }
        if self.email_verified {
            return Err(text::email::ALREADY_VERIFIED.precondition("COMMAND-3M9ds"));
        }
        Ok([Event::EmailCodeAdded(code)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::user::Kind;

    fn refused(user: &User, email: &str, verified: bool) -> &'static str {
        user.change_email(email, verified, Code::default()).err().map_or("", |error| error.id)
    }

    #[test]
    fn refusals_come_in_order() {
        assert_eq!(refused(&User::default(), "a@b.c", true), "COMMAND-0Pe4r");
        let mut user = User { kind: Kind::Human, email: "a@b.c".into(), ..User::default() };
        assert_eq!(refused(&user, "a@b.c", false), "COMMAND-2b7fM");
        assert_eq!(refused(&user, "a@b.c", true), "");
        assert_eq!(refused(&user, "A@b.c", false), "");
        user.uninitialized = true;
        assert_eq!(refused(&user, "a@b.c", false), "COMMAND-J8dsk");
    }

    #[test]
    fn a_code_is_sent_again_only_for_an_address_that_is_not_verified() {
        let resent =
            |user: &User| user.resend_email_code(Code::default()).err().map_or("", |e| e.id);
        assert_eq!(resent(&User::default()), "COMMAND-0Pe4r");
        let mut user = User { kind: Kind::Human, ..User::default() };
        assert_eq!(resent(&user), "");
        user.email_verified = true;
        assert_eq!(resent(&user), "COMMAND-3M9ds");
        user.uninitialized = true;
        assert_eq!(resent(&user), "COMMAND-E3fbw");
    }

    #[test]
    fn the_two_faults_of_an_address() {
        assert_eq!(check("a").unwrap_err().id, "EMAIL-599BI");
        assert_eq!(check("A <a@b.c>").unwrap_err().id, "EMAIL-599GV");
    }
}
