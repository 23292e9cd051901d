//! Metadata of a user: keys with values of any bytes.

use super::Aggregate;
use super::user::{Event, Metadata, User};
use crate::error::{Result, text};

impl User {
    /// Nothing is pushed when `stored` is already the value.
    pub fn set_metadata(&self, entry: Metadata, stored: Option<&str>) -> Result<Option<Event>> {
        if !self.exists() {
            return Err(text::user::NOT_FOUND.precondition("COMMAND-uXHNj"));
        }
        let changed = stored != Some(entry.value.as_str());
        Ok(changed.then_some(Event::MetadataSet(entry)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::user::Kind;

    #[test]
    fn only_a_new_value_is_an_event() {
        let entry = Metadata { key: "colour".into(), value: "Ymx1ZQ==".into() };
        let refused = User::default().set_metadata(entry.clone(), None).unwrap_err();
        assert_eq!(refused.id, "COMMAND-uXHNj");
        let user = User { kind: Kind::Human, ..User::default() };
        assert!(user.set_metadata(entry.clone(), Some("eA==")).unwrap().is_some());
        assert!(user.set_metadata(entry.clone(), None).unwrap().is_some());
        assert!(user.set_metadata(entry, Some("Ymx1ZQ==")).unwrap().is_none());
    }
}
