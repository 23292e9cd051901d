//! The keys of a machine.

use super::{Event, KeyRemoved, NewKey, User};
use crate::domain::values::public_key;
use crate::error::{Result, text};

/// The key that a caller brings, in DER.
pub fn parse(text: &[u8]) -> Result<Vec<u8>> {
    public_key::read(text).ok_or_else(|| text::key::INVALID.invalid("COMMAND-5F3h1"))
}

impl User {
    /// Only machines have keys.
    pub fn takes_key(&self) -> Result<()> {
        if self.is_machine() {
            return Ok(());
        }
        Err(text::user::NOT_FOUND.precondition("COMMAND-bnipwm1"))
    }

    pub fn add_key(&self, key: NewKey) -> Result<[Event; 1]> {
        self.takes_key()?;
        Ok([Event::KeyAdded(key)])
    }

    pub fn remove_key(&self, key_id: &str, stored: bool) -> Result<[Event; 1]> {
        if !self.is_machine() || !stored {
            return Err(text::key::NOT_FOUND.not_found("COMMAND-4m77G"));
        }
        Ok([Event::KeyRemoved(KeyRemoved { key_id: key_id.into() })])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::user::Kind;

    #[test]
    fn only_machines_have_keys() {
        let key = NewKey { key_id: "1".into(), expiration: 0, public_key: String::new() };
        let machine = User { kind: Kind::Machine, ..User::default() };
        assert_eq!(machine.add_key(key.clone()).unwrap(), [Event::KeyAdded(key.clone())]);
        let human = User { kind: Kind::Human, ..User::default() };
        for user in [human, User::default()] {
            assert_eq!(user.add_key(key.clone()).unwrap_err().id, "COMMAND-bnipwm1");
            assert_eq!(user.remove_key("1", true).unwrap_err().id, "COMMAND-4m77G");
        }
    }

    #[test]
    fn a_key_is_removed_if_it_is_there() {
        let machine = User { kind: Kind::Machine, ..User::default() };
        let removed = Event::KeyRemoved(KeyRemoved { key_id: "1".into() });
        assert_eq!(machine.remove_key("1", true).unwrap(), [removed]);
        assert_eq!(machine.remove_key("1", false).unwrap_err().id, "COMMAND-4m77G");
    }

    #[test]
    fn what_is_no_key_is_refused() {
        assert_eq!(parse(b"hello").unwrap_err().id, "COMMAND-5F3h1");
    }
}
