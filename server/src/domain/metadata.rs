//! Metadata of a user: keys with values of any bytes.

use std::collections::{HashMap, HashSet};

use super::Aggregate;
use super::user::{Event, Metadata, MetadataRemoved, User};
use crate::error::{Result, text};

impl User {
    fn takes_metadata(&self) -> Result<()> {
        if self.exists() {
            return Ok(());
        }
        Err(text::user::NOT_FOUND.precondition("COMMAND-uXHNj"))
    }

    /// Nothing is pushed when `stored` is already the value.
    pub fn set_metadata(&self, entry: Metadata, stored: Option<&str>) -> Result<Option<Event>> {
        self.takes_metadata()?;
        let changed = stored != Some(entry.value.as_str());
        Ok(changed.then_some(Event::MetadataSet(entry)))
    }

    /// Each entry is compared with the value `stored` before all of them, so of a key that comes
    /// twice the last value that is not stored wins (`fixtures/users/metadata/bulk.yaml`).
    pub fn set_all_metadata(
        &self,
        entries: &[Metadata],
        stored: &HashMap<String, String>,
    ) -> Result<Vec<Event>> {
        self.takes_metadata()?;
        let changed = entries.iter().filter(|entry| stored.get(&entry.key) != Some(&entry.value));
        Ok(changed.cloned().map(Event::MetadataSet).collect())
    }

    pub fn remove_metadata(&self, key: &str, stored: bool) -> Result<[Event; 1]> {
        self.takes_metadata()?;
        if !stored {
            return Err(text::metadata::NOT_FOUND.not_found("META-ncnw3"));
        }
        Ok([removed(key)])
    }

    /// All or nothing; a key that comes twice is removed by two events.
    pub fn remove_all_metadata(
        &self,
        keys: &[String],
        stored: &HashSet<String>,
    ) -> Result<Vec<Event>> {
        self.takes_metadata()?;
        if !keys.iter().all(|key| stored.contains(key)) {
            return Err(text::metadata::KEY_NOT_EXISTING.not_found("META-2nnds"));
        }
        Ok(keys.iter().map(|key| removed(key)).collect())
    }
}

fn removed(key: &str) -> Event {
    Event::MetadataRemoved(MetadataRemoved { key: key.into() })
}

/// An empty list is refused before anything is looked up, the user included.
pub fn refuse_empty<T>(list: &[T]) -> Result<()> {
    if list.is_empty() {
        return Err(text::metadata::NO_DATA.precondition("META-9mm2d"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::user::Kind;

    fn user() -> User {
        User { kind: Kind::Human, ..User::default() }
    }

    fn entry(key: &str, value: &str) -> Metadata {
        Metadata { key: key.into(), value: value.into() }
    }

    #[test]
    fn only_a_new_value_is_an_event() {
        let entry = entry("colour", "Ymx1ZQ==");
        let refused = User::default().set_metadata(entry.clone(), None).unwrap_err();
        assert_eq!(refused.id, "COMMAND-uXHNj");
        assert!(user().set_metadata(entry.clone(), Some("eA==")).unwrap().is_some());
        assert!(user().set_metadata(entry.clone(), None).unwrap().is_some());
        assert!(user().set_metadata(entry, Some("Ymx1ZQ==")).unwrap().is_none());
    }

    #[test]
    fn each_entry_is_compared_with_what_was_stored_before() {
        let stored = HashMap::from([("a".into(), "eA==".into()), ("c".into(), "eQ==".into())]);
        let entries =
            [entry("a", "eA=="), entry("c", "eg=="), entry("c", "eQ=="), entry("d", "eA==")];
        let events = user().set_all_metadata(&entries, &stored).unwrap();
        let wanted = [entry("c", "eg=="), entry("d", "eA==")].map(Event::MetadataSet);
        assert_eq!(events, wanted);
        let refused = User::default().set_all_metadata(&entries, &stored).unwrap_err();
        assert_eq!(refused.id, "COMMAND-uXHNj");
    }

    #[test]
    fn a_key_is_removed_if_it_is_there() {
        assert_eq!(user().remove_metadata("a", true).unwrap(), [removed("a")]);
        assert_eq!(user().remove_metadata("a", false).unwrap_err().id, "META-ncnw3");
        let absent = User::default().remove_metadata("a", true).unwrap_err();
        assert_eq!(absent.id, "COMMAND-uXHNj");
    }

    #[test]
    fn keys_are_removed_all_or_none() {
        let stored = HashSet::from(["a".to_string(), "b".to_string()]);
        let remove = |user: &User, keys: &[&str]| {
            let keys: Vec<String> = keys.iter().map(|key| (*key).into()).collect();
            user.remove_all_metadata(&keys, &stored)
        };
        assert_eq!(remove(&user(), &["b", "a", "b"]).unwrap(), ["b", "a", "b"].map(removed));
        assert_eq!(remove(&user(), &["a", "x"]).unwrap_err().id, "META-2nnds");
        assert_eq!(remove(&User::default(), &["x"]).unwrap_err().id, "COMMAND-uXHNj");
        assert_eq!(refuse_empty::<String>(&[]).unwrap_err().id, "META-9mm2d");
    }
}
