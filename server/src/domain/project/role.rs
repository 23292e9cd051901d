//! The roles of a project.

use super::{Event, GrantRoles, NewRole, Project, RoleKey};
use crate::error::{Result, text};

impl Project {
    pub fn add_roles(&self, roles: Vec<NewRole>) -> Result<Vec<Event>> {
        self.known()?;
        Ok(roles.into_iter().map(Event::RoleAdded).collect())
    }

    /// `granted`: the grants that have the role; they lose it too.
    pub fn remove_role(
        &self,
        key: &str,
        known: bool,
        granted: Vec<GrantRoles>,
    ) -> Result<Vec<Event>> {
        self.known()?;
        if !known {
            return Err(text::project::ROLE_NOT_FOUND.not_found("BAILEY-rol01"));
        }
        let mut events = vec![Event::RoleRemoved(RoleKey { key: key.into() })];
        events.extend(granted.into_iter().map(|mut grant| {
            grant.role_keys.retain(|role| role != key);
            Event::GrantCascadeChanged(grant)
        }));
        Ok(events)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::project;
    use super::*;

    #[test]
    fn roles_need_a_project() {
        let role = NewRole { key: "admin".into(), ..NewRole::default() };
        let refused = Project::default().add_roles(vec![role.clone()]).unwrap_err();
        assert_eq!(refused.id, "COMMAND-EbFMN");
        assert_eq!(project().add_roles(vec![role.clone()]), Ok(vec![Event::RoleAdded(role)]));
    }

    #[test]
    fn a_role_goes_from_the_grants_too() {
        let refused = |project: &Project| project.remove_role("a", false, vec![]).unwrap_err().id;
        assert_eq!(refused(&Project::default()), "COMMAND-EbFMN");
        assert_eq!(refused(&project()), "BAILEY-rol01");
        let granted = GrantRoles { grant_id: "1".into(), role_keys: vec!["a".into(), "b".into()] };
        let left = GrantRoles { role_keys: vec!["b".into()], ..granted.clone() };
        let events = project().remove_role("a", true, vec![granted]).unwrap();
        let removed = Event::RoleRemoved(RoleKey { key: "a".into() });
        assert_eq!(events, [removed, Event::GrantCascadeChanged(left)]);
    }
}
