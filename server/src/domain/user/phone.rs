//! The phone number of a human.

use super::{Code, Event, PhoneChanged, User};
use crate::domain::values::phone_number;
use crate::error::{Result, text};

/// The number in E.164.
pub fn parse(input: &str) -> Result<String> {
    phone_number::e164(input).ok_or_else(|| text::phone::INVALID.invalid("PHONE-so0wa"))
}

impl User {
    /// `phone` is in E.164; `code` goes out if it is not verified.
    pub fn change_phone(&self, phone: &str, verified: bool, code: Code) -> Result<Vec<Event>> {
        if !self.is_human() {
            return Err(text::user::NOT_FOUND.precondition("COMMAND-3M0fs"));
        }
        let changed = phone != self.phone;
        let verifies = verified && !self.phone_verified;
        if !changed && !verifies {
            return Err(text::phone::NOT_CHANGED.precondition("COMMAND-wF94r"));
        }
        let change = changed.then(|| Event::PhoneChanged(PhoneChanged { phone: phone.into() }));
        let last = if verified { Event::PhoneVerified } else { Event::PhoneCodeAdded(code) };
        Ok(change.into_iter().chain([last]).collect())
    }

    pub fn remove_phone(&self) -> Result<[Event; 1]> {
        if !self.is_human() {
            return Err(text::user::NOT_FOUND.precondition("COMMAND-3M9fs"));
        }
        if self.phone.is_empty() {
            return Err(text::phone::NOT_FOUND.not_found("COMMAND-p6rsc"));
        }
        Ok([Event::PhoneRemoved])
    }

    pub fn resend_phone_code(&self, code: Code) -> Result<[Event; 1]> {
        if !self.is_human() {
            return Err(text::user::NOT_FOUND.precondition("COMMAND-2M0fs"));
        }
        if self.phone.is_empty() {
            return Err(text::phone::NOT_FOUND.not_found("COMMAND-2b7Hf"));
        }
        if self.phone_verified {
            return Err(text::phone::ALREADY_VERIFIED.precondition("COMMAND-2M9sf"));
        }
        Ok([Event::PhoneCodeAdded(code)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::user::Kind;

    fn user(phone: &str, phone_verified: bool) -> User {
        User { kind: Kind::Human, phone: phone.into(), phone_verified, ..User::default() }
    }

    fn change(user: &User, phone: &str, verified: bool) -> Result<Vec<&'static str>> {
        let events = user.change_phone(phone, verified, Code::default())?;
        Ok(events.iter().map(crate::domain::Event::kind).collect())
    }

    #[test]
    fn a_new_number_is_changed_and_then_verified_or_asked_for() {
        let user = user("+1", true);
        let kinds = ["user.human.phone.changed", "user.human.phone.verified"];
        assert_eq!(change(&user, "+2", true).unwrap(), kinds);
        let kinds = ["user.human.phone.changed", "user.human.phone.code.added"];
        assert_eq!(change(&user, "+2", false).unwrap(), kinds);
    }

    #[test]
    fn the_same_number_can_only_become_verified() {
        assert_eq!(change(&user("+1", false), "+1", true).unwrap(), ["user.human.phone.verified"]);
        for (user, verified) in
            [(user("+1", false), false), (user("+1", true), true), (user("+1", true), false)]
        {
            assert_eq!(change(&user, "+1", verified).unwrap_err().id, "COMMAND-wF94r");
        }
    }

    #[test]
    fn machines_and_unknown_users_have_no_phone() {
        let machine = User { kind: Kind::Machine, ..User::default() };
        for user in [machine, User::default()] {
            assert_eq!(change(&user, "+1", true).unwrap_err().id, "COMMAND-3M0fs");
            assert_eq!(user.remove_phone().unwrap_err().id, "COMMAND-3M9fs");
        }
        assert_eq!(user("", false).remove_phone().unwrap_err().id, "COMMAND-p6rsc");
    }

    #[test]
    fn a_code_is_sent_again_only_for_a_number_that_is_not_verified() {
        let resent =
            |user: &User| user.resend_phone_code(Code::default()).err().map_or("", |e| e.id);
        assert_eq!(resent(&User::default()), "COMMAND-2M0fs");
        assert_eq!(resent(&user("", false)), "COMMAND-2b7Hf");
        assert_eq!(resent(&user("+1", true)), "COMMAND-2M9sf");
        assert_eq!(resent(&user("+1", false)), "");
    }
}
