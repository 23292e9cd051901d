//! User names and the login names that follow from them.

use super::{Event, User, UserName};
use crate::domain::Aggregate;
use crate::error::{Result, text};

/// Stands between a name and its organisation. Names have no capitals in a key, so nobody can make
/// a name that is the key of another organisation's.
const IN: &str = "IN";

impl User {
    /// The name is trimmed, compared with case, and keeps its scope.
    pub fn rename(&self, name: &str) -> Result<[Event; 1]> {
        let name = name.trim();
        if name.is_empty() {
            return Err(text::ID_MISSING.invalid("COMMAND-2N9fs"));
        }
        if !self.exists() {
            return Err(text::user::NOT_FOUND.not_found("COMMAND-5N9ds"));
        }
        if name == self.user_name {
            return Err(text::user::NAME_NOT_CHANGED.precondition("COMMAND-6m9gs"));
        }
        Ok([self.named(name, self.org_scoped)])
    }

    /// The same name under another policy.
    pub fn scope_name(&self, org_scoped: bool) -> Option<Event> {
        (org_scoped != self.org_scoped).then(|| self.named(&self.user_name, org_scoped))
    }

    fn named(&self, name: &str, org_scoped: bool) -> Event {
        Event::UserNameChanged(UserName { user_name: name.into(), org_scoped })
    }

    pub(super) fn apply_name(&mut self, changed: &UserName) {
        self.user_name.clone_from(&changed.user_name);
        self.org_scoped = changed.org_scoped;
        self.set_name_key();
    }

    pub(super) fn set_name_key(&mut self) {
        let key = name_key(&self.user_name);
        self.name_key = if self.org_scoped { scoped_key(&key, &self.owner) } else { key };
    }
}

/// User names are unique without regard to case, letter by letter.
pub fn name_key(name: &str) -> String {
    name.chars().filter_map(|letter| letter.to_lowercase().next()).collect()
}

/// The key of a name that is unique in its organisation.
pub fn scoped_key(key: &str, org: &str) -> String {
    format!("{key}{IN}{org}")
}

/// The keys of a name that is unique in some organisation lie between these two.
pub fn scoped_keys(key: &str) -> (String, String) {
    (scoped_key(key, ""), scoped_key(key, "\u{10FFFF}"))
}

/// The domain behind the last `@` of a user name, if it has one.
pub fn domain(name: &str) -> Option<&str> {
    name.rsplit_once('@').map(|(_, domain)| domain)
}

/// A login name as user name and domain, unless the last `@` is its first or last character.
pub fn split_login_name(name: &str) -> Option<(&str, &str)> {
    name.rsplit_once('@').filter(|(name, domain)| !name.is_empty() && !domain.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::user::Kind;

    fn user(name: &str) -> User {
        User { kind: Kind::Machine, user_name: name.into(), owner: "7".into(), ..User::default() }
    }

    #[test]
    fn refusals_come_in_order() {
        let refused = |user: &User, name| user.rename(name).err().map_or("", |error| error.id);
        assert_eq!(refused(&User::default(), "\u{3000}"), "COMMAND-2N9fs");
        assert_eq!(refused(&User::default(), "a"), "COMMAND-5N9ds");
        assert_eq!(refused(&user("a"), " a "), "COMMAND-6m9gs");
        assert_eq!(refused(&user("a"), "A"), "");
    }

    #[test]
    fn a_key_is_that_of_one_scope() {
        let mut gigi = user("Gigi");
        let Some(Event::UserNameChanged(changed)) = gigi.scope_name(true) else { panic!() };
        gigi.apply_name(&changed);
        assert_eq!((&*gigi.user_name, &*gigi.name_key), ("Gigi", "gigiIN7"));
        assert_eq!(gigi.scope_name(true), None);
        assert_eq!(name_key("gigiIN7"), "gigiin7");
        let (first, last) = scoped_keys("gigi");
        assert!(first < gigi.name_key && gigi.name_key < last);
        assert!(!(first..last).contains(&scoped_key("gigi2", "7")));
    }

    #[test]
    fn a_login_name_has_one_domain() {
        assert_eq!(split_login_name("a@b@c"), Some(("a@b", "c")));
        for whole in ["a", "@a", "a@"] {
            assert_eq!(split_login_name(whole), None);
        }
        assert_eq!(domain("a@"), Some(""));
    }
}
