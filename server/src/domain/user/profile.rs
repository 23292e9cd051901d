//! The profile of a human.

use super::{Event, ProfileChanged, User, stored_language};
use crate::error::{Result, text};

/// A whole profile: what is left out of a request is written as empty.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    pub first_name: String,
    pub last_name: String,
    pub nick_name: String,
    pub display_name: String,
    pub preferred_language: String,
    pub gender: i64,
}

/// The number that every unknown gender is stored as.
const UNSPECIFIED: i64 = 0;

impl User {
    /// Compared as it is stored: a language in canonical form, an unknown gender as none.
    pub fn change_profile(&self, new: &Profile) -> Result<[Event; 1]> {
        if !self.is_human() {
            return Err(text::profile::NOT_FOUND.precondition("COMMAND-3M9sd"));
        }
        let language = stored_language(&new.preferred_language);
        let gender = known_gender(new.gender);
        let changed = |old: &String, new: &String| (old != new).then(|| new.clone());
        let event = ProfileChanged {
            first_name: changed(&self.first_name, &new.first_name),
            last_name: changed(&self.last_name, &new.last_name),
            nick_name: changed(&self.nick_name, &new.nick_name),
            display_name: changed(&self.display_name, &new.display_name),
            preferred_language: changed(&self.language, &language),
            gender: (known_gender(self.gender) != gender).then_some(gender),
        };
        if event == ProfileChanged::default() {
            return Err(text::profile::NOT_CHANGED.precondition("COMMAND-2M0fs"));
        }
        Ok([Event::ProfileChanged(event)])
    }

    pub(super) fn apply_profile(&mut self, changed: &ProfileChanged) {
        let set = |old: &mut String, new: &Option<String>| {
            if let Some(new) = new {
                old.clone_from(new);
            }
        };
        set(&mut self.first_name, &changed.first_name);
        set(&mut self.last_name, &changed.last_name);
        set(&mut self.nick_name, &changed.nick_name);
        if let Some(name) = &changed.nick_name {
            self.nick_name_emptied = name.is_empty();
        }
        set(&mut self.display_name, &changed.display_name);
        set(&mut self.language, &changed.preferred_language);
        self.gender = changed.gender.unwrap_or(self.gender);
    }
}

/// The API has the genders 1 to 3; other numbers are taken and mean none.
pub fn known_gender(number: i64) -> i64 {
    if (1..=3).contains(&number) { number } else { UNSPECIFIED }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::user::Kind;

    fn refused(user: &User, profile: &Profile) -> &'static str {
        user.change_profile(profile).err().map_or("", |error| error.id)
    }

    #[test]
    fn only_what_changed_is_in_the_event() {
        let user = User { kind: Kind::Human, first_name: "Gigi".into(), ..User::default() };
        let new =
            Profile { first_name: "Gigi".into(), nick_name: "G".into(), ..Profile::default() };
        let nick_name = Some("G".to_string());
        let changed = ProfileChanged { nick_name, ..ProfileChanged::default() };
        assert_eq!(user.change_profile(&new).unwrap(), [Event::ProfileChanged(changed)]);
    }

    #[test]
    fn the_same_in_another_form_is_no_change() {
        let user = User { kind: Kind::Human, language: "de".into(), ..User::default() };
        let mut new = Profile { preferred_language: "DE".into(), gender: 9, ..Profile::default() };
        assert_eq!(refused(&user, &new), "COMMAND-2M0fs");
        new.gender = 2;
        assert_eq!(refused(&user, &new), "");
        assert_eq!(refused(&User::default(), &new), "COMMAND-3M9sd");
    }
}
