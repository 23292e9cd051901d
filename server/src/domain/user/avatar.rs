//! The picture of a human. This API only takes it away.

use super::{Event, User};
use crate::error::{Result, text};

impl User {
    /// A change each time, whether there is an avatar or not
    /// (`fixtures/users/profile/avatar.yaml`).
    pub fn remove_avatar(&self) -> Result<[Event; 1]> {
        if !self.is_human() {
            return Err(text::user::AVATAR_NOT_FOUND.not_found("USER-35N8f"));
        }
        Ok([Event::AvatarRemoved])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::user::Kind;

    #[test]
    fn only_humans_have_one() {
        let machine = User { kind: Kind::Machine, ..User::default() };
        for user in [machine, User::default()] {
            assert_eq!(user.remove_avatar().unwrap_err().id, "USER-35N8f");
        }
        let human = User { kind: Kind::Human, ..User::default() };
        assert_eq!(human.remove_avatar().unwrap(), [Event::AvatarRemoved]);
    }
}
