//! The instance, which stands above all organisations: the ids it has and its members.

use serde::{Deserialize, Serialize};

use super::member::{Candidate, Member, MemberRemoved, Refusals};
use super::{Aggregate, Stamp, events, role};
use crate::error::{Result, text};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Instance {
    pub id: String,
    /// The organisation made at the first start.
    pub default_org: String,
    /// The id that the API shows for it.
    pub shown_id: String,
    /// The project that stands for the API itself.
    pub project_id: String,
}

events! {
    "instance.added" Added(Added),
    "instance.iam.project.set" ProjectSet(Project),
    "instance.default.org.set" DefaultOrgSet(DefaultOrg),
    "instance.member.added" MemberAdded(Member),
    "instance.member.removed" MemberRemoved(MemberRemoved),
    "instance.member.cascade.removed" MemberCascadeRemoved(MemberRemoved),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Added {
    pub id: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Project {
    pub project_id: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DefaultOrg {
    pub org_id: String,
}

impl Instance {
    /// The ids that an instance lacks which an earlier version made.
    pub fn name(&self, id: String, project_id: String) -> Vec<Event> {
        if self.shown_id.is_empty() {
            vec![Event::Added(Added { id }), Event::ProjectSet(Project { project_id })]
        } else {
            Vec::new()
        }
    }

    /// The refusals were never recorded: they are those of organisations, with ids of our own.
    pub fn add_member(&self, member: Member, candidate: Candidate) -> Result<[Event; 1]> {
        let refusals = Refusals {
            no_roles: text::INVALID_ARGUMENT.invalid("BAILEY-iam01"),
            role: text::instance::MEMBER_INVALID.invalid("BAILEY-iam02"),
            absent: text::NOT_FOUND.precondition("BAILEY-iam03"),
            unknown: text::user::NOT_FOUND.precondition("BAILEY-iam04"),
            already: text::instance::MEMBER_EXISTS.already_exists("BAILEY-iam05"),
        };
        refusals.check(&member, role::of_instances, self.exists(), candidate)?;
        Ok([Event::MemberAdded(member)])
    }

    /// Nothing is pushed when the user is no member.
    pub fn remove_member(&self, removed: MemberRemoved, is_member: bool) -> Option<Event> {
        is_member.then_some(Event::MemberRemoved(removed))
    }
}

impl Aggregate for Instance {
    type Event = Event;
    const STREAM: &'static str = "instance";

    fn owner(&self) -> &str {
        &self.default_org
    }

    fn exists(&self) -> bool {
        !self.default_org.is_empty()
    }

    fn apply(&mut self, event: &Event, stamp: &Stamp) {
        match event {
            Event::Added(added) => self.shown_id.clone_from(&added.id),
            Event::ProjectSet(set) => self.project_id.clone_from(&set.project_id),
            Event::DefaultOrgSet(set) => {
                self.id.clone_from(&stamp.id);
                self.default_org.clone_from(&set.org_id);
            }
            Event::MemberAdded(_) | Event::MemberRemoved(_) | Event::MemberCascadeRemoved(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(roles: &[&str]) -> Member {
        Member { user_id: "1".into(), roles: roles.iter().map(|role| (*role).into()).collect() }
    }

    #[test]
    fn roles_of_the_instance_are_its_own() {
        let instance = Instance { default_org: "2".into(), ..Instance::default() };
        let refused = |roles: &[&str], candidate| {
            instance.add_member(member(roles), candidate).err().map_or("", |error| error.id)
        };
        assert_eq!(refused(&[], Candidate::NoMember), "BAILEY-iam01");
        assert_eq!(refused(&["ORG_OWNER"], Candidate::NoMember), "BAILEY-iam02");
        assert_eq!(refused(&["IAM_OWNER"], Candidate::Unknown), "BAILEY-iam04");
        assert_eq!(refused(&["IAM_OWNER"], Candidate::Member), "BAILEY-iam05");
        assert_eq!(refused(&["IAM_OWNER", "IAM_LOGIN_CLIENT"], Candidate::NoMember), "");
    }

    #[test]
    fn who_is_no_member_cannot_be_removed() {
        let removed = MemberRemoved { user_id: "1".into() };
        assert_eq!(Instance::default().remove_member(removed.clone(), false), None);
        let event = Event::MemberRemoved(removed.clone());
        assert_eq!(Instance::default().remove_member(removed, true), Some(event));
    }
}
