//! Which role gives which permission, as in ZITADEL v4.

/// Every role of an organisation, in the order of the reference.
pub const ORG_ROLES: [&str; 10] = [
    "ORG_OWNER",
    "ORG_USER_MANAGER",
    "ORG_OWNER_VIEWER",
    "ORG_SETTINGS_MANAGER",
    "ORG_USER_PERMISSION_EDITOR",
    "ORG_PROJECT_PERMISSION_EDITOR",
    "ORG_PROJECT_CREATOR",
    "ORG_ADMIN_IMPERSONATOR",
    "ORG_END_USER_IMPERSONATOR",
    "ORG_USER_SELF_MANAGER",
];

/// Every role of an instance.
pub const INSTANCE_ROLES: [&str; 7] = [
    "IAM_OWNER",
    "IAM_OWNER_VIEWER",
    "IAM_ORG_MANAGER",
    "IAM_USER_MANAGER",
    "IAM_ADMIN_IMPERSONATOR",
    "IAM_END_USER_IMPERSONATOR",
    "IAM_LOGIN_CLIENT",
];

/// What the list of the roles of projects shows.
pub const PROJECT_ROLES: [&str; 2] = ["PROJECT_OWNER", "PROJECT_OWNER_VIEWER"];

/// Whether a project can give this role; those that the list does not show too
/// (`fixtures/permissions/project.yaml`).
pub fn of_projects(role: &str) -> bool {
    PROJECT_ROLES.contains(&role.strip_suffix("_GLOBAL").unwrap_or(role))
}

/// Whether a project grant can give this role.
pub fn of_project_grants(role: &str) -> bool {
    ["PROJECT_GRANT_OWNER", "PROJECT_GRANT_OWNER_VIEWER"].contains(&role)
}

/// Whether an instance can give this role.
pub fn of_instances(role: &str) -> bool {
    INSTANCE_ROLES.contains(&role)
}

/// A role of no organisation that every one can give all the same
/// (`fixtures/permissions/org-2.yaml`).
const SELF_MANAGEMENT: &str = "SELF_MANAGEMENT_GLOBAL";

/// Whether an organisation can give this role.
pub fn of_organisations(role: &str) -> bool {
    role == SELF_MANAGEMENT || ORG_ROLES.contains(&role)
}

type Roles = &'static [&'static str];

const OWNERS: Roles = &["IAM_OWNER", "IAM_ORG_MANAGER", "ORG_OWNER"];
const USER_MANAGERS: Roles = &["IAM_USER_MANAGER", "ORG_USER_MANAGER"];
const LOGIN_CLIENT: Roles = &["IAM_LOGIN_CLIENT"];
const VIEWERS: Roles = &["IAM_OWNER_VIEWER", "ORG_OWNER_VIEWER"];
const EDITORS: Roles = &["ORG_USER_PERMISSION_EDITOR", "ORG_PROJECT_PERMISSION_EDITOR"];
const PROJECT_OWNERS: Roles = &["PROJECT_OWNER", "PROJECT_GRANT_OWNER"];
const PROJECT_VIEWERS: Roles = &["PROJECT_OWNER_VIEWER", "PROJECT_GRANT_OWNER_VIEWER"];
const GLOBAL_OWNER: Roles = &["PROJECT_OWNER_GLOBAL"];
const GLOBAL_VIEWER: Roles = &["PROJECT_OWNER_VIEWER_GLOBAL"];
const CREATOR: Roles = &["ORG_PROJECT_CREATOR"];
const SETTINGS_MANAGER: Roles = &["ORG_SETTINGS_MANAGER"];
const PROJECT_OWNER: Roles = &["PROJECT_OWNER"];
const PROJECT_VIEWER: Roles = &["PROJECT_OWNER_VIEWER"];
const GRANT_OWNER: Roles = &["PROJECT_GRANT_OWNER"];
const INSTANCE_OWNER: Roles = &["IAM_OWNER"];
const INSTANCE_VIEWER: Roles = &["IAM_OWNER_VIEWER"];
const ORG_MAKERS: Roles = &["IAM_OWNER", "IAM_ORG_MANAGER"];

/// One row a permission: who has it.
#[rustfmt::skip]
const PERMISSIONS: [(&str, &[Roles]); 36] = [
    ("user.read", &[
        OWNERS, USER_MANAGERS, LOGIN_CLIENT, VIEWERS, EDITORS, PROJECT_OWNERS, PROJECT_VIEWERS,
    ]),
    ("user.global.read", &[
        OWNERS, USER_MANAGERS, VIEWERS, EDITORS, PROJECT_OWNERS, PROJECT_VIEWERS, GLOBAL_OWNER,
        GLOBAL_VIEWER, CREATOR,
    ]),
    ("user.write", &[OWNERS, USER_MANAGERS, LOGIN_CLIENT]),
    ("user.delete", &[OWNERS, USER_MANAGERS]),
    ("user.credential.write", &[OWNERS, LOGIN_CLIENT]),
    ("user.membership.read", &[
        OWNERS, USER_MANAGERS, LOGIN_CLIENT, VIEWERS, PROJECT_OWNERS, PROJECT_VIEWERS,
        GLOBAL_OWNER, GLOBAL_VIEWER,
    ]),
    ("user.grant.read", &[
        OWNERS, USER_MANAGERS, LOGIN_CLIENT, VIEWERS, EDITORS, PROJECT_OWNERS, PROJECT_VIEWERS,
        GLOBAL_OWNER, GLOBAL_VIEWER,
    ]),
    ("user.grant.write", &[
        OWNERS, USER_MANAGERS, LOGIN_CLIENT, EDITORS, PROJECT_OWNERS, GLOBAL_OWNER,
    ]),
    ("user.grant.delete", &[OWNERS, USER_MANAGERS, EDITORS, PROJECT_OWNERS, GLOBAL_OWNER]),
    ("org.read", &[OWNERS, USER_MANAGERS, LOGIN_CLIENT, VIEWERS, EDITORS, SETTINGS_MANAGER]),
    ("org.create", &[ORG_MAKERS]),
    ("org.write", &[OWNERS]),
    ("org.delete", &[OWNERS]),
    ("iam.read", &[INSTANCE_OWNER, INSTANCE_VIEWER]),
    ("iam.policy.read", &[INSTANCE_OWNER, INSTANCE_VIEWER]),
    ("iam.policy.write", &[INSTANCE_OWNER]),
    ("org.member.read", &[OWNERS, USER_MANAGERS, VIEWERS]),
    ("org.member.write", &[OWNERS]),
    ("org.member.delete", &[OWNERS, USER_MANAGERS]),
    ("project.read", &[OWNERS, USER_MANAGERS, VIEWERS, EDITORS, PROJECT_OWNER, PROJECT_VIEWER]),
    ("project.create", &[OWNERS, CREATOR]),
    ("project.write", &[OWNERS, PROJECT_OWNER]),
    ("project.delete", &[OWNERS, PROJECT_OWNER]),
    ("project.role.read", &[
        OWNERS, USER_MANAGERS, VIEWERS, EDITORS, PROJECT_OWNER, PROJECT_VIEWER,
    ]),
    ("project.role.write", &[OWNERS, PROJECT_OWNER]),
    ("project.role.delete", &[OWNERS, PROJECT_OWNER]),
    ("project.member.read", &[OWNERS, VIEWERS, EDITORS, PROJECT_OWNER, PROJECT_VIEWER]),
    ("project.member.write", &[OWNERS, PROJECT_OWNER]),
    ("project.member.delete", &[OWNERS, PROJECT_OWNER]),
    ("project.grant.write", &[OWNERS, PROJECT_OWNER]),
    ("project.grant.delete", &[OWNERS, PROJECT_OWNER]),
    ("project.grant.member.write", &[OWNERS, PROJECT_OWNER, GRANT_OWNER]),
    ("iam.member.read", &[INSTANCE_OWNER, INSTANCE_VIEWER]),
    ("iam.member.write", &[INSTANCE_OWNER]),
    ("iam.member.delete", &[INSTANCE_OWNER]),
    ("org.idp.write", &[OWNERS, SETTINGS_MANAGER]),
];

/// Whether a role gives a permission. Unknown names give nothing.
pub fn gives(role: &str, permission: &str) -> bool {
    let row = PERMISSIONS.iter().find(|(name, _)| *name == permission);
    row.is_some_and(|(_, groups)| groups.iter().any(|roles| roles.contains(&role)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Behaviour `auth`, the two tables of roles: r g w d c m, and R W D of user grants.
    const TABLE: [(&str, &str); 23] = [
        ("IAM_OWNER", "rgwdcmRWD"),
        ("IAM_ORG_MANAGER", "rgwdcmRWD"),
        ("ORG_OWNER", "rgwdcmRWD"),
        ("IAM_USER_MANAGER", "rgwdmRWD"),
        ("ORG_USER_MANAGER", "rgwdmRWD"),
        ("IAM_LOGIN_CLIENT", "rwcmRW"),
        ("IAM_OWNER_VIEWER", "rgmR"),
        ("ORG_OWNER_VIEWER", "rgmR"),
        ("PROJECT_OWNER", "rgmRWD"),
        ("PROJECT_OWNER_VIEWER", "rgmR"),
        ("PROJECT_GRANT_OWNER", "rgmRWD"),
        ("PROJECT_GRANT_OWNER_VIEWER", "rgmR"),
        ("ORG_USER_PERMISSION_EDITOR", "rgRWD"),
        ("ORG_PROJECT_PERMISSION_EDITOR", "rgRWD"),
        ("PROJECT_OWNER_GLOBAL", "gmRWD"),
        ("PROJECT_OWNER_VIEWER_GLOBAL", "gmR"),
        ("ORG_PROJECT_CREATOR", "g"),
        ("ORG_SETTINGS_MANAGER", ""),
        ("ORG_USER_SELF_MANAGER", ""),
        ("SELF_MANAGEMENT_GLOBAL", ""),
        ("IAM_ADMIN_IMPERSONATOR", ""),
        ("SYSTEM_OWNER", ""),
        ("NOTHING", ""),
    ];

    #[test]
    fn every_role_gives_what_the_reference_says() {
        let names = [
            ('r', "user.read"),
            ('g', "user.global.read"),
            ('w', "user.write"),
            ('d', "user.delete"),
            ('c', "user.credential.write"),
            ('m', "user.membership.read"),
            ('R', "user.grant.read"),
            ('W', "user.grant.write"),
            ('D', "user.grant.delete"),
        ];
        for (role, letters) in TABLE {
            for (letter, permission) in names {
                assert_eq!(
                    gives(role, permission),
                    letters.contains(letter),
                    "{role} {permission}"
                );
            }
        }
    }

    #[test]
    fn an_unknown_permission_is_given_by_nobody() {
        assert!(!gives("IAM_OWNER", "user.fly"));
    }
}
