//! A user grant: roles of a project that an organisation gives a user.

use serde::{Deserialize, Serialize};

use super::project::{ACTIVE, INACTIVE, Offer, Project};
use super::{Aggregate, Stamp, events};
use crate::error::{Error, Result, text};

/// A user grant as its events left it; one row of `user_grants`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UserGrant {
    pub id: String,
    pub owner: String,
    pub sequence: i64,
    pub created_at: i64,
    pub changed_at: i64,
    pub state: i64,
    pub user_id: String,
    pub project_id: String,
    /// Empty on a project of the organisation's own.
    pub project_grant_id: String,
    pub roles: Vec<String>,
}

events! {
    "user.grant.added" Added(NewUserGrant),
    "user.grant.changed" Changed(Roles),
    "user.grant.cascade.changed" CascadeChanged(Roles),
    "user.grant.deactivated" Deactivated,
    "user.grant.reactivated" Reactivated,
    "user.grant.removed" Removed,
    "user.grant.cascade.removed" CascadeRemoved,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NewUserGrant {
    pub user_id: String,
    pub project_id: String,
    #[serde(rename = "grantId", skip_serializing_if = "String::is_empty")]
    pub project_grant_id: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub role_keys: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Roles {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub user_id: String,
    pub role_keys: Vec<String>,
}

/// What an organisation finds when it looks for a project to grant.
#[derive(Clone, Copy)]
pub struct Found<'a> {
    pub project: &'a Project,
    /// There was such a project.
    pub removed: bool,
    /// The grant that the organisation received, if that is what it looks for.
    pub grant: Option<&'a Offer>,
    /// Those of the wanted roles that the project has.
    pub roles: &'a [String],
}

impl Found<'_> {
    /// Whether the role is one that can be given.
    fn gives(&self, role: &String) -> bool {
        self.grant.map_or(self.roles, |grant| &grant.roles).contains(role)
    }
}

impl UserGrant {
    /// `org` gives the grant; `new.project_grant_id` is what the caller named, and becomes what was
    /// found.
    pub fn add(
        &self,
        mut new: NewUserGrant,
        user: bool,
        found: Found<'_>,
        org: &str,
    ) -> Result<[Event; 1]> {
        if !user {
            return Err(text::user::NOT_FOUND.precondition("COMMAND-4f8sg"));
        }
        if found.removed {
            return Err(text::project::NOT_FOUND.precondition("COMMAND-3n77S"));
        }
        let own = found.project.owner == org && new.project_grant_id.is_empty();
        let found = Found { grant: found.grant.filter(|_| !own), ..found };
        if !found.project.exists() || (!own && found.grant.is_none()) {
            return Err(text::project::GRANT_NOT_FOUND.precondition("COMMAND-4m9ff"));
        }
        if !new.role_keys.iter().all(|role| found.gives(role)) {
            return Err(text::project::NO_SUCH_ROLE.precondition("COMMAND-mm9F4"));
        }
        new.project_grant_id = found.grant.map(|grant| grant.id.clone()).unwrap_or_default();
        Ok([Event::Added(new)])
    }

    /// `org` is that of the call. The owner of a granted project, who sees the grant too, is told
    /// what is wrong with the roles first (`fixtures/users/grants/granted.yaml`).
    pub fn change(&self, roles: Vec<String>, found: Found<'_>, org: &str) -> Result<[Event; 1]> {
        let not_found = || text::user_grant::NOT_FOUND.not_found("COMMAND-3M9sd");
        if !self.exists() || (self.owner != org && found.project.owner != org) {
            return Err(not_found());
        }
        if self.roles == roles {
            return Err(text::user_grant::NOT_CHANGED.precondition("COMMAND-Rs8fy"));
        }
        if !roles.iter().all(|role| found.gives(role)) {
            return Err(text::project::NO_SUCH_ROLE.precondition("COMMAND-mm9F4"));
        }
        if self.owner != org {
            return Err(not_found());
        }
        Ok([Event::Changed(Roles { user_id: self.user_id.clone(), role_keys: roles })])
    }

    /// Nothing is pushed when it is so already.
    pub fn deactivate(&self) -> Result<Option<Event>> {
        self.present("COMMAND-3M9sd")?;
        Ok((self.state != INACTIVE).then_some(Event::Deactivated))
    }

    /// Nothing is pushed when it is so already.
    pub fn reactivate(&self) -> Result<Option<Event>> {
        self.present("COMMAND-Lp0gs")?;
        Ok((self.state != ACTIVE).then_some(Event::Reactivated))
    }

    pub fn remove(&self) -> Result<Event> {
        self.present("COMMAND-1My0t")?;
        Ok(Event::Removed)
    }

    /// The roles that are left, if any of these goes.
    pub fn lose(&self, gone: &[String]) -> Option<Event> {
        let role_keys: Vec<String> =
            self.roles.iter().filter(|role| !gone.contains(role)).cloned().collect();
        let user_id = String::new();
        (role_keys != self.roles).then_some(Event::CascadeChanged(Roles { user_id, role_keys }))
    }

    fn present(&self, id: &'static str) -> Result<(), Error> {
        if self.exists() { Ok(()) } else { Err(text::user_grant::NOT_FOUND.not_found(id)) }
    }
}

/// A removal of several names some.
pub fn refuse_no_ids(ids: &[String]) -> Result<()> {
    if ids.is_empty() {
        return Err(text::user_grant::ID_MISSING.invalid("COMMAND-5M0sd"));
    }
    Ok(())
}

/// Each id of a removal of several, in the order of the request.
pub fn refuse_empty_id(id: &str) -> Result<()> {
    if id.is_empty() {
        return Err(text::user_grant::ID_MISSING.invalid("COMMAND-J9sc5"));
    }
    Ok(())
}

impl Aggregate for UserGrant {
    type Event = Event;
    const STREAM: &'static str = "usergrant";

    fn owner(&self) -> &str {
        &self.owner
    }

    fn exists(&self) -> bool {
        !self.id.is_empty()
    }

    fn apply(&mut self, event: &Event, stamp: &Stamp) {
        match event {
            Event::Added(added) => {
                self.id.clone_from(&stamp.id);
                self.owner.clone_from(&stamp.owner);
                self.created_at = stamp.at;
                self.state = ACTIVE;
                self.user_id.clone_from(&added.user_id);
                self.project_id.clone_from(&added.project_id);
                self.project_grant_id.clone_from(&added.project_grant_id);
                self.roles.clone_from(&added.role_keys);
            }
            Event::Changed(changed) | Event::CascadeChanged(changed) => {
                self.roles.clone_from(&changed.role_keys);
            }
            Event::Deactivated => self.state = INACTIVE,
            Event::Reactivated => self.state = ACTIVE,
            Event::Removed | Event::CascadeRemoved => {
                *self = Self::default();
                return;
            }
        }
        self.sequence = stamp.sequence;
        self.changed_at = stamp.at;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(keys: &[&str]) -> Vec<String> {
        keys.iter().map(|key| (*key).into()).collect()
    }

    fn project() -> Project {
        Project { id: "p".into(), owner: "a".into(), ..Project::default() }
    }

    fn offer() -> Offer {
        let (id, granted_org) = ("g".into(), "b".into());
        Offer { id, granted_org, state: ACTIVE, roles: keys(&["seller"]) }
    }

    fn grant() -> UserGrant {
        let roles = keys(&["seller"]);
        UserGrant {
            id: "1".into(),
            owner: "b".into(),
            state: ACTIVE,
            roles,
            ..UserGrant::default()
        }
    }

    #[test]
    fn what_can_be_granted() {
        let (project, offer, roles) = (project(), offer(), keys(&["admin", "seller"]));
        let add = |named: &str, wanted: &[&str], grant, org: &str| {
            let project_grant_id = named.into();
            let role_keys = keys(wanted);
            let new = NewUserGrant { project_grant_id, role_keys, ..NewUserGrant::default() };
            let found = Found { project: &project, removed: false, grant, roles: &roles };
            UserGrant::default().add(new, true, found, org).map_err(|error| error.id)
        };
        let given = |outcome: Result<[Event; 1], _>| match outcome {
            Ok([Event::Added(added)]) => Ok(added.project_grant_id),
            Ok(_) => Err("another event"),
            Err(id) => Err(id),
        };
        assert_eq!(given(add("", &["admin"], None, "a")), Ok(String::new()));
        assert_eq!(given(add("", &["boss"], None, "a")), Err("COMMAND-mm9F4"));
        assert_eq!(given(add("x", &["admin"], None, "a")), Err("COMMAND-4m9ff"));
        assert_eq!(given(add("", &["seller"], Some(&offer), "b")), Ok("g".into()));
        assert_eq!(given(add("g", &["admin"], Some(&offer), "b")), Err("COMMAND-mm9F4"));
        assert_eq!(given(add("", &["seller"], None, "b")), Err("COMMAND-4m9ff"));
    }

    #[test]
    fn who_and_what_there_has_to_be() {
        let gone = Project::default();
        let add = |user, removed| {
            let found = Found { project: &gone, removed, grant: None, roles: &[] };
            UserGrant::default().add(NewUserGrant::default(), user, found, "a").unwrap_err().id
        };
        assert_eq!(add(false, true), "COMMAND-4f8sg");
        assert_eq!(add(true, true), "COMMAND-3n77S");
        assert_eq!(add(true, false), "COMMAND-4m9ff");
    }

    #[test]
    fn who_may_change_which_roles() {
        let (project, offer) = (project(), offer());
        let change = |grant: UserGrant, roles: &[&str], org: &str| {
            let known =
                Found { project: &project, removed: false, grant: Some(&offer), roles: &[] };
            grant.change(keys(roles), known, org).err().map_or("", |error| error.id)
        };
        assert_eq!(change(UserGrant::default(), &["seller"], "b"), "COMMAND-3M9sd");
        assert_eq!(change(grant(), &["seller"], "b"), "COMMAND-Rs8fy");
        assert_eq!(change(grant(), &["admin"], "b"), "COMMAND-mm9F4");
        assert_eq!(change(grant(), &["seller", "seller"], "b"), "");
        assert_eq!(change(grant(), &[], "b"), "");
        assert_eq!(change(grant(), &["seller"], "a"), "COMMAND-Rs8fy");
        assert_eq!(change(grant(), &["admin"], "a"), "COMMAND-mm9F4");
        assert_eq!(change(grant(), &[], "a"), "COMMAND-3M9sd");
        assert_eq!(change(grant(), &["seller"], "c"), "COMMAND-3M9sd");
    }

    #[test]
    fn a_state_is_reached_once() {
        let inactive = UserGrant { state: INACTIVE, ..grant() };
        assert_eq!(grant().deactivate(), Ok(Some(Event::Deactivated)));
        assert_eq!(inactive.deactivate(), Ok(None));
        assert_eq!(inactive.reactivate(), Ok(Some(Event::Reactivated)));
        assert_eq!(grant().reactivate(), Ok(None));
        let absent = UserGrant::default();
        assert_eq!(absent.deactivate().unwrap_err().id, "COMMAND-3M9sd");
        assert_eq!(absent.reactivate().unwrap_err().id, "COMMAND-Lp0gs");
        assert_eq!(absent.remove().unwrap_err().id, "COMMAND-1My0t");
    }

    #[test]
    fn only_who_has_a_role_loses_it() {
        assert_eq!(grant().lose(&keys(&["admin"])), None);
        let left = Event::CascadeChanged(Roles::default());
        assert_eq!(grant().lose(&keys(&["admin", "seller"])), Some(left));
    }

    #[test]
    fn ids_are_not_empty() {
        assert_eq!(refuse_no_ids(&[]).unwrap_err().id, "COMMAND-5M0sd");
        assert_eq!(refuse_empty_id("").unwrap_err().id, "COMMAND-J9sc5");
        assert!(refuse_no_ids(&keys(&[""])).is_ok() && refuse_empty_id("1").is_ok());
    }
}
