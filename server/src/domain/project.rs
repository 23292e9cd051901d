//! A project: what users are granted roles of. Its roles, its grants to other organisations and
//! its members hang on it.

mod event;
mod grant;
mod member;
mod role;

pub use event::*;
pub use grant::Offer;

use super::user::name::name_key;
use super::{Aggregate, Stamp};
use crate::error::{Result, text};

/// The values are the API's own, of projects, project grants and user grants.
pub const ACTIVE: i64 = 1;
pub const INACTIVE: i64 = 2;

/// A project as its events left it; one row of `projects`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Project {
    pub id: String,
    pub owner: String,
    /// The last event of the project itself, not of what hangs on it.
    pub sequence: i64,
    pub created_at: i64,
    pub changed_at: i64,
    /// The last event of the stream.
    pub version: i64,
    pub state: i64,
    pub name: String,
    /// What is unique in the organisation.
    pub name_key: String,
    pub project_role_assertion: bool,
    pub project_role_check: bool,
    pub has_project_check: bool,
    pub private_labeling_setting: i64,
}

impl Project {
    /// `org`: there is the organisation that it is to belong to.
    pub fn add(&self, settings: Settings, org: bool) -> Result<[Event; 1]> {
        if !org {
            return Err(text::org::NOT_FOUND.precondition("COMMAND-QXPGs"));
        }
        Ok([Event::Added(settings)])
    }

    /// Nothing is pushed when nothing would change.
    pub fn change(&self, settings: Settings) -> Result<Option<Event>> {
        self.present()?;
        Ok((settings != self.settings()).then_some(Event::Changed(settings)))
    }

    pub fn deactivate(&self) -> Result<[Event; 1]> {
        self.present()?;
        if self.state != ACTIVE {
            return Err(text::project::NOT_ACTIVE.precondition("BAILEY-prj02"));
        }
        Ok([Event::Deactivated])
    }

    pub fn reactivate(&self) -> Result<[Event; 1]> {
        self.present()?;
        if self.state != INACTIVE {
            return Err(text::project::NOT_INACTIVE.precondition("BAILEY-prj03"));
        }
        Ok([Event::Reactivated])
    }

    pub fn remove(&self) -> Result<[Event; 1]> {
        self.present()?;
        Ok([Event::Removed])
    }

    fn present(&self) -> Result<()> {
        if self.exists() { Ok(()) } else { Err(text::project::NOT_FOUND.not_found("BAILEY-prj01")) }
    }

    /// For what is added to a project.
    fn known(&self) -> Result<()> {
        if self.exists() {
            Ok(())
        } else {
            Err(text::project::NOT_FOUND.precondition("COMMAND-EbFMN"))
        }
    }

    fn settings(&self) -> Settings {
        Settings {
            name: self.name.clone(),
            project_role_assertion: self.project_role_assertion,
            project_role_check: self.project_role_check,
            has_project_check: self.has_project_check,
            private_labeling_setting: self.private_labeling_setting,
        }
    }

    fn set(&mut self, settings: &Settings) {
        self.name.clone_from(&settings.name);
        self.name_key = name_key(&settings.name);
        self.project_role_assertion = settings.project_role_assertion;
        self.project_role_check = settings.project_role_check;
        self.has_project_check = settings.has_project_check;
        self.private_labeling_setting = settings.private_labeling_setting;
    }
}

impl Aggregate for Project {
    type Event = Event;
    const STREAM: &'static str = "project";

    fn owner(&self) -> &str {
        &self.owner
    }

    fn exists(&self) -> bool {
        !self.id.is_empty()
    }

    fn apply(&mut self, event: &Event, stamp: &Stamp) {
        self.version = stamp.sequence;
        match event {
            Event::Added(settings) => {
                self.id.clone_from(&stamp.id);
                self.owner.clone_from(&stamp.owner);
                self.created_at = stamp.at;
                self.state = ACTIVE;
                self.set(settings);
            }
            Event::Changed(settings) => self.set(settings),
            Event::Deactivated => self.state = INACTIVE,
            Event::Reactivated => self.state = ACTIVE,
            Event::Removed => {
                *self = Self::default();
                return;
            }
            _ => return,
        }
        self.sequence = stamp.sequence;
        self.changed_at = stamp.at;
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    pub fn project() -> Project {
        let mut project = Project::default();
        let stamp = Stamp { id: "1".into(), owner: "org".into(), sequence: 1, ..Stamp::default() };
        let settings = Settings { name: "Shop".into(), ..Settings::default() };
        assert_eq!(project.add(settings.clone(), false).unwrap_err().id, "COMMAND-QXPGs");
        project.apply(&project.add(settings, true).unwrap()[0].clone(), &stamp);
        project
    }

    #[test]
    fn states_follow_each_other() {
        let mut project = project();
        let stamp = Stamp { id: "1".into(), sequence: 2, ..Stamp::default() };
        assert_eq!(project.reactivate().unwrap_err().id, "BAILEY-prj03");
        project.apply(&project.deactivate().unwrap()[0].clone(), &stamp);
        assert_eq!(project.deactivate().unwrap_err().id, "BAILEY-prj02");
        project.apply(&project.reactivate().unwrap()[0].clone(), &stamp);
        project.apply(&project.remove().unwrap()[0].clone(), &stamp);
        assert!(!project.exists());
        let refused = [project.deactivate(), project.reactivate(), project.remove()];
        assert!(refused.into_iter().all(|outcome| outcome.unwrap_err().id == "BAILEY-prj01"));
    }

    #[test]
    fn only_other_settings_are_a_change() {
        let project = project();
        let same = Settings { name: "Shop".into(), ..Settings::default() };
        assert_eq!(project.change(same.clone()), Ok(None));
        let other = Settings { project_role_check: true, ..same };
        assert_eq!(project.change(other.clone()), Ok(Some(Event::Changed(other.clone()))));
        assert_eq!(Project::default().change(other).unwrap_err().id, "BAILEY-prj01");
    }

    #[test]
    fn what_hangs_on_a_project_moves_its_version_only() {
        let mut project = project();
        let event = Event::RoleRemoved(RoleKey { key: "admin".into() });
        project.apply(&event, &Stamp { sequence: 7, ..Stamp::default() });
        assert_eq!((project.sequence, project.version), (1, 7));
    }
}
