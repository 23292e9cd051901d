//! Who has which roles where.

use serde::{Deserialize, Serialize};

use super::org::{Event as OrgEvent, Org};
use super::{Aggregate, Stamp, events, role};
use crate::error::{Result, text};

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

impl Org {
    /// `known`: the user exists; `already`: it is a member.
    pub fn add_member(&self, member: Member, known: bool, already: bool) -> Result<[OrgEvent; 1]> {
        if member.roles.is_empty() {
            return Err(text::INVALID_ARGUMENT.invalid("ORG-4Mlfs"));
        }
        if !member.roles.iter().all(|role| role::of_organisations(role)) {
            return Err(text::org::MEMBER_INVALID.invalid("Org-4N8es"));
        }
        if !known {
            return Err(text::user::NOT_FOUND.precondition("ORG-GoXOn"));
        }
        if already {
            return Err(text::org::MEMBER_EXISTS.already_exists("ORG-poWwe"));
        }
        Ok([OrgEvent::MemberAdded(member)])
    }
}

/// The instance: what stands above all organisations.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Instance {
    pub id: String,
    /// The organisation made at the first start.
    pub default_org: String,
}

events! {
    "instance.default.org.set" DefaultOrgSet(DefaultOrg),
    "instance.member.added" MemberAdded(Member),
    "instance.member.cascade.removed" MemberCascadeRemoved(MemberRemoved),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DefaultOrg {
    pub org_id: String,
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
        if let Event::DefaultOrgSet(set) = event {
            self.id.clone_from(&stamp.id);
            self.default_org.clone_from(&set.org_id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_come_in_order() {
        let refused = |roles: &[&str], known, already| {
            let roles = roles.iter().map(|role| (*role).into()).collect();
            let member = Member { user_id: "1".into(), roles };
            Org::default().add_member(member, known, already).err().map_or("", |error| error.id)
        };
        assert_eq!(refused(&[], false, true), "ORG-4Mlfs");
        assert_eq!(refused(&["ORG_OWNER", "IAM_OWNER"], false, true), "Org-4N8es");
        assert_eq!(refused(&["ORG_OWNER"], false, true), "ORG-GoXOn");
        assert_eq!(refused(&["ORG_OWNER"], true, true), "ORG-poWwe");
        assert_eq!(refused(&["ORG_OWNER"], true, false), "");
        assert_eq!(refused(&["SELF_MANAGEMENT_GLOBAL"], true, false), "");
    }
}
