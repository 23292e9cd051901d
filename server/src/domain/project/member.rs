//! Members of a project, and of its grants. The refusals were never recorded: they are those of
//! organisations, with ids of our own.

use super::{Event, GrantMember, Offer, Project};
use crate::domain::Aggregate;
use crate::domain::member::{Candidate, Member, MemberRemoved, Refusals};
use crate::domain::role;
use crate::error::{Result, text};

impl Project {
    pub fn add_member(&self, member: Member, candidate: Candidate) -> Result<[Event; 1]> {
        let refusals = Refusals {
            no_roles: text::INVALID_ARGUMENT.invalid("BAILEY-pme01"),
            role: text::project::MEMBER_INVALID.invalid("BAILEY-pme02"),
            absent: text::project::NOT_FOUND.precondition("COMMAND-EbFMN"),
            unknown: text::user::NOT_FOUND.precondition("BAILEY-pme03"),
            already: text::project::MEMBER_EXISTS.already_exists("BAILEY-pme04"),
        };
        refusals.check(&member, role::of_projects, self.exists(), candidate)?;
        Ok([Event::MemberAdded(member)])
    }

    /// Nothing is pushed when the user is no member.
    pub fn remove_member(&self, removed: MemberRemoved, is_member: bool) -> Result<Option<Event>> {
        self.known()?;
        Ok(is_member.then_some(Event::MemberRemoved(removed)))
    }

    /// `org`: that of the call, which gave the grant or received it.
    pub fn add_grant_member(
        &self,
        (grant, org): (Option<&Offer>, &str),
        member: Member,
        candidate: Candidate,
    ) -> Result<[Event; 1]> {
        let grant = grant.filter(|grant| self.owner == org || grant.granted_org == org);
        let refusals = Refusals {
            no_roles: text::INVALID_ARGUMENT.invalid("BAILEY-gme01"),
            role: text::project::MEMBER_INVALID.invalid("BAILEY-gme02"),
            absent: text::project::GRANT_NOT_FOUND.precondition("BAILEY-gme03"),
            unknown: text::user::NOT_FOUND.precondition("BAILEY-gme04"),
            already: text::project::MEMBER_EXISTS.already_exists("BAILEY-gme05"),
        };
        refusals.check(&member, role::of_project_grants, grant.is_some(), candidate)?;
        let Offer { id: grant_id, granted_org: granted_org_id, .. } =
            grant.cloned().unwrap_or_default();
        Ok([Event::GrantMemberAdded(GrantMember { grant_id, granted_org_id, member })])
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::project;
    use super::*;

    fn member(roles: &[&str]) -> Member {
        Member { user_id: "1".into(), roles: roles.iter().map(|role| (*role).into()).collect() }
    }

    #[test]
    fn members_of_a_project_have_roles_of_projects() {
        let refused = |project: &Project, roles: &[&str], candidate| {
            project.add_member(member(roles), candidate).err().map_or("", |error| error.id)
        };
        let (none, project) = (Project::default(), project());
        assert_eq!(refused(&none, &[], Candidate::Unknown), "BAILEY-pme01");
        assert_eq!(refused(&none, &["PROJECT_GRANT_OWNER"], Candidate::Unknown), "BAILEY-pme02");
        assert_eq!(refused(&none, &["PROJECT_OWNER"], Candidate::Unknown), "COMMAND-EbFMN");
        assert_eq!(refused(&project, &["PROJECT_OWNER"], Candidate::Unknown), "BAILEY-pme03");
        assert_eq!(refused(&project, &["PROJECT_OWNER"], Candidate::Member), "BAILEY-pme04");
        assert_eq!(refused(&project, &["PROJECT_OWNER_GLOBAL"], Candidate::NoMember), "");
    }

    #[test]
    fn members_of_a_grant_are_made_by_who_gave_or_received_it() {
        let offer = Offer { id: "g".into(), granted_org: "b".into(), ..Offer::default() };
        let refused = |roles: &[&str], candidate, org: &str| {
            let added = project().add_grant_member((Some(&offer), org), member(roles), candidate);
            added.err().map_or("", |error| error.id)
        };
        assert_eq!(refused(&[], Candidate::NoMember, "b"), "BAILEY-gme01");
        assert_eq!(refused(&["PROJECT_OWNER"], Candidate::NoMember, "b"), "BAILEY-gme02");
        let owner = &["PROJECT_GRANT_OWNER"];
        assert_eq!(refused(owner, Candidate::NoMember, "c"), "BAILEY-gme03");
        assert_eq!(refused(owner, Candidate::Unknown, "b"), "BAILEY-gme04");
        assert_eq!(refused(owner, Candidate::Member, "b"), "BAILEY-gme05");
        assert_eq!(refused(owner, Candidate::NoMember, "b"), "");
        assert_eq!(refused(owner, Candidate::NoMember, "org"), "");
    }

    #[test]
    fn who_is_no_member_cannot_be_removed() {
        let removed = MemberRemoved { user_id: "1".into() };
        assert_eq!(project().remove_member(removed.clone(), false), Ok(None));
        assert!(project().remove_member(removed.clone(), true).unwrap().is_some());
        let refused = Project::default().remove_member(removed, true).unwrap_err();
        assert_eq!(refused.id, "COMMAND-EbFMN");
    }
}
