//! Who has which roles where.

use serde::{Deserialize, Serialize};

use super::org::{Event as OrgEvent, Org};
use super::role;
use crate::error::{Error, Result, text};

/// A user's roles in one place; the payload of its event and one row of `members`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    pub user_id: String,
    pub roles: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MemberRemoved {
    pub user_id: String,
}

/// What is known of a user that is to become a member.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Candidate {
    Unknown,
    NoMember,
    Member,
}

/// What a new member is refused with, in the order of the checks.
pub(in crate::domain) struct Refusals {
    pub no_roles: Error,
    pub role: Error,
    pub absent: Error,
    pub unknown: Error,
    pub already: Error,
}

impl Refusals {
    /// `of`: whether a role may be given here; `exists`: whether there is what it is given on.
    pub fn check(
        self,
        member: &Member,
        of: fn(&str) -> bool,
        exists: bool,
        candidate: Candidate,
    ) -> Result<()> {
        if member.roles.is_empty() {
            return Err(self.no_roles);
        }
        if !member.roles.iter().all(|role| of(role)) {
            return Err(self.role);
        }
        if !exists {
            return Err(self.absent);
        }
        match candidate {
            Candidate::Unknown => Err(self.unknown),
            Candidate::Member => Err(self.already),
            Candidate::NoMember => Ok(()),
        }
    }
}

impl Org {
    pub fn add_member(&self, member: Member, candidate: Candidate) -> Result<[OrgEvent; 1]> {
        let refusals = Refusals {
            no_roles: text::INVALID_ARGUMENT.invalid("ORG-4Mlfs"),
            role: text::org::MEMBER_INVALID.invalid("Org-4N8es"),
            absent: text::org::NOT_FOUND.precondition("COMMAND-QXPGs"),
            unknown: text::user::NOT_FOUND.precondition("ORG-GoXOn"),
            already: text::org::MEMBER_EXISTS.already_exists("ORG-poWwe"),
        };
        refusals.check(&member, role::of_organisations, self.standing().is_ok(), candidate)?;
        Ok([OrgEvent::MemberAdded(member)])
    }

    /// Nothing is pushed when the roles are already these, in this order.
    pub fn change_member(
        &self,
        member: Member,
        current: Option<&[String]>,
    ) -> Result<Option<OrgEvent>> {
        if member.roles.is_empty() {
            return Err(text::org::MEMBER_INVALID.invalid("Org-LiaZi"));
        }
        if !member.roles.iter().all(|role| role::of_organisations(role)) {
            return Err(text::org::MEMBER_INVALID.invalid("INST-m9fG8"));
        }
        let current = current.ok_or_else(|| text::NOT_FOUND.not_found("Org-D8JxR"))?;
        Ok((current != member.roles).then_some(OrgEvent::MemberChanged(member)))
    }

    /// Nothing is pushed when the user is no member.
    pub fn remove_member(&self, removed: MemberRemoved, is_member: bool) -> Option<OrgEvent> {
        is_member.then_some(OrgEvent::MemberRemoved(removed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::org::ACTIVE;

    fn member(roles: &[&str]) -> Member {
        Member { user_id: "1".into(), roles: roles.iter().map(|role| (*role).into()).collect() }
    }

    fn org() -> Org {
        Org { id: "1".into(), state: ACTIVE, ..Org::default() }
    }

    #[test]
    fn refusals_come_in_order() {
        let refused = |org: &Org, roles: &[&str], candidate| {
            org.add_member(member(roles), candidate).err().map_or("", |error| error.id)
        };
        let (none, org) = (Org::default(), org());
        assert_eq!(refused(&none, &[], Candidate::Unknown), "ORG-4Mlfs");
        assert_eq!(refused(&none, &["ORG_OWNER", "IAM_OWNER"], Candidate::Unknown), "Org-4N8es");
        assert_eq!(refused(&none, &["ORG_OWNER"], Candidate::Unknown), "COMMAND-QXPGs");
        assert_eq!(refused(&org, &["ORG_OWNER"], Candidate::Unknown), "ORG-GoXOn");
        assert_eq!(refused(&org, &["ORG_OWNER"], Candidate::Member), "ORG-poWwe");
        assert_eq!(refused(&org, &["ORG_OWNER"], Candidate::NoMember), "");
        assert_eq!(refused(&org, &["SELF_MANAGEMENT_GLOBAL"], Candidate::NoMember), "");
    }

    #[test]
    fn only_other_roles_are_a_change() {
        let current = ["ORG_OWNER".to_string()];
        let change = |roles: &[&str], current: Option<&[String]>| {
            org().change_member(member(roles), current).map_err(|error| error.id)
        };
        assert_eq!(change(&[], None), Err("Org-LiaZi"));
        assert_eq!(change(&["NOTHING"], None), Err("INST-m9fG8"));
        assert_eq!(change(&["ORG_OWNER"], None), Err("Org-D8JxR"));
        assert_eq!(change(&["ORG_OWNER"], Some(&current)), Ok(None));
        let changed = OrgEvent::MemberChanged(member(&["ORG_OWNER_VIEWER"]));
        assert_eq!(change(&["ORG_OWNER_VIEWER"], Some(&current)), Ok(Some(changed)));
    }

    #[test]
    fn who_is_no_member_cannot_be_removed() {
        let removed = MemberRemoved { user_id: "1".into() };
        assert_eq!(org().remove_member(removed.clone(), false), None);
        let event = OrgEvent::MemberRemoved(removed.clone());
        assert_eq!(org().remove_member(removed, true), Some(event));
    }
}
