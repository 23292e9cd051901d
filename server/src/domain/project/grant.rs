//! Grants of a project to other organisations.

use super::{ACTIVE, Event, GrantId, GrantRoles, NewGrant, Project};
use crate::error::{Error, Result, text};

/// A project grant as its events left it, as far as decisions look at it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Offer {
    pub id: String,
    pub granted_org: String,
    pub state: i64,
    pub roles: Vec<String>,
}

impl Offer {
    /// The roles that others would take the place of.
    pub fn without(&self, others: &[String]) -> Vec<String> {
        self.roles.iter().filter(|role| !others.contains(role)).cloned().collect()
    }
}

impl Project {
    /// `known`: those of its roles that the project has; `org`: whether there is the organisation.
    pub fn add_grant(&self, grant: NewGrant, known: &[String], org: bool) -> Result<[Event; 1]> {
        self.known()?;
        if !org {
            return Err(text::org::NOT_FOUND.precondition("BAILEY-gra01"));
        }
        all_known(&grant.role_keys, known)?;
        Ok([Event::GrantAdded(grant)])
    }

    /// Nothing is pushed when the roles are already these, in this order.
    pub fn change_grant(
        &self,
        grant: Option<&Offer>,
        role_keys: Vec<String>,
        known: &[String],
    ) -> Result<Option<Event>> {
        let grant = self.grant(grant)?;
        all_known(&role_keys, known)?;
        let changed = grant.roles != role_keys;
        let grant_id = grant.id.clone();
        Ok(changed.then_some(Event::GrantChanged(GrantRoles { grant_id, role_keys })))
    }

    pub fn deactivate_grant(&self, grant: Option<&Offer>) -> Result<[Event; 1]> {
        let grant = self.grant(grant)?;
        if grant.state != ACTIVE {
            return Err(text::project::GRANT_NOT_ACTIVE.precondition("BAILEY-gra04"));
        }
        Ok([Event::GrantDeactivated(GrantId { grant_id: grant.id.clone() })])
    }

    pub fn remove_grant(&self, grant: Option<&Offer>) -> Result<[Event; 1]> {
        let grant_id = self.grant(grant)?.id.clone();
        Ok([Event::GrantRemoved(GrantId { grant_id })])
    }

    fn grant<'a>(&self, grant: Option<&'a Offer>) -> Result<&'a Offer> {
        self.present()?;
        grant.ok_or_else(|| text::project::GRANT_NOT_FOUND.not_found("BAILEY-gra03"))
    }
}

fn all_known(roles: &[String], known: &[String]) -> Result<(), Error> {
    if roles.iter().all(|role| known.contains(role)) {
        Ok(())
    } else {
        Err(text::project::NO_SUCH_ROLE.precondition("BAILEY-gra02"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::project;
    use super::*;

    fn keys(keys: &[&str]) -> Vec<String> {
        keys.iter().map(|key| (*key).into()).collect()
    }

    fn offer() -> Offer {
        Offer { id: "g".into(), granted_org: "b".into(), state: ACTIVE, roles: keys(&["a"]) }
    }

    #[test]
    fn a_grant_is_of_roles_that_there_are_to_an_organisation_that_there_is() {
        let grant = NewGrant {
            grant_id: "g".into(),
            granted_org_id: "b".into(),
            role_keys: keys(&["a", "b"]),
        };
        let refused = |project: &Project, known: &[&str], org| {
            project.add_grant(grant.clone(), &keys(known), org).err().map_or("", |error| error.id)
        };
        assert_eq!(refused(&Project::default(), &[], false), "COMMAND-EbFMN");
        assert_eq!(refused(&project(), &[], false), "BAILEY-gra01");
        assert_eq!(refused(&project(), &["a"], true), "BAILEY-gra02");
        assert_eq!(refused(&project(), &["a", "b"], true), "");
    }

    #[test]
    fn only_other_roles_are_a_change() {
        let change = |grant: Option<&Offer>, roles: &[&str]| {
            project().change_grant(grant, keys(roles), &keys(&["a", "b"]))
        };
        assert_eq!(change(None, &["a"]).unwrap_err().id, "BAILEY-gra03");
        assert_eq!(change(Some(&offer()), &["c"]).unwrap_err().id, "BAILEY-gra02");
        assert_eq!(change(Some(&offer()), &["a"]), Ok(None));
        assert!(change(Some(&offer()), &["b"]).unwrap().is_some());
    }

    #[test]
    fn an_inactive_grant_can_only_be_removed() {
        let inactive = Offer { state: super::super::INACTIVE, ..offer() };
        let refused = project().deactivate_grant(Some(&inactive)).unwrap_err();
        assert_eq!(refused.id, "BAILEY-gra04");
        assert!(project().deactivate_grant(Some(&offer())).is_ok());
        assert!(project().remove_grant(Some(&inactive)).is_ok());
        assert_eq!(project().remove_grant(None).unwrap_err().id, "BAILEY-gra03");
    }
}
