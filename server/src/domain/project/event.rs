//! What can happen to a project.

use serde::{Deserialize, Serialize};

use crate::domain::events;
use crate::domain::member::{Member, MemberRemoved};

events! {
    "project.added" Added(Settings),
    "project.changed" Changed(Settings),
    "project.deactivated" Deactivated,
    "project.reactivated" Reactivated,
    "project.removed" Removed,
    "project.role.added" RoleAdded(NewRole),
    "project.role.removed" RoleRemoved(RoleKey),
    "project.grant.added" GrantAdded(NewGrant),
    "project.grant.changed" GrantChanged(GrantRoles),
    "project.grant.cascade.changed" GrantCascadeChanged(GrantRoles),
    "project.grant.deactivated" GrantDeactivated(GrantId),
    "project.grant.removed" GrantRemoved(GrantId),
    "project.member.added" MemberAdded(Member),
    "project.member.removed" MemberRemoved(MemberRemoved),
    "project.member.cascade.removed" MemberCascadeRemoved(MemberRemoved),
    "project.grant.member.added" GrantMemberAdded(GrantMember),
    "project.grant.member.cascade.removed" GrantMemberCascadeRemoved(GrantMemberRemoved),
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Settings {
    pub name: String,
    pub project_role_assertion: bool,
    pub project_role_check: bool,
    pub has_project_check: bool,
    pub private_labeling_setting: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewRole {
    pub key: String,
    pub display_name: String,
    pub group: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoleKey {
    pub key: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewGrant {
    pub grant_id: String,
    pub granted_org_id: String,
    pub role_keys: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GrantRoles {
    pub grant_id: String,
    pub role_keys: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GrantId {
    pub grant_id: String,
}

/// The organisation is that which received the grant: the roles count there too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GrantMember {
    pub grant_id: String,
    pub granted_org_id: String,
    #[serde(flatten)]
    pub member: Member,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GrantMemberRemoved {
    pub grant_id: String,
    pub user_id: String,
}
