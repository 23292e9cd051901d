//! Which role gives which permission (behaviour: `auth`).

/// Every role of an organisation, in the order of the reference.
const ORG_ROLES: [&str; 10] = [
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

/// A role of no organisation that every one can give all the same (recording `machine-authz-org-2`).
const SELF_MANAGEMENT: &str = "SELF_MANAGEMENT_GLOBAL";

/// Whether an organisation can give this role.
pub fn of_organisations(role: &str) -> bool {
    role == SELF_MANAGEMENT || ORG_ROLES.contains(&role)
}

/// One row a permission: who has it.
const PERMISSIONS: [(&str, &[&str]); 13] = [
    (
        "user.read",
        &[
            "IAM_OWNER",
            "IAM_ORG_MANAGER",
            "ORG_OWNER",
            "IAM_USER_MANAGER",
            "ORG_USER_MANAGER",
            "IAM_LOGIN_CLIENT",
            "IAM_OWNER_VIEWER",
            "ORG_OWNER_VIEWER",
            "PROJECT_OWNER",
            "PROJECT_OWNER_VIEWER",
            "PROJECT_GRANT_OWNER",
            "PROJECT_GRANT_OWNER_VIEWER",
            "ORG_USER_PERMISSION_EDITOR",
            "ORG_PROJECT_PERMISSION_EDITOR",
        ],
    ),
    (
        "user.global.read",
        &[
            "IAM_OWNER",
            "IAM_ORG_MANAGER",
            "ORG_OWNER",
            "IAM_USER_MANAGER",
            "ORG_USER_MANAGER",
            "IAM_OWNER_VIEWER",
            "ORG_OWNER_VIEWER",
            "PROJECT_OWNER",
            "PROJECT_OWNER_VIEWER",
            "PROJECT_GRANT_OWNER",
            "PROJECT_GRANT_OWNER_VIEWER",
            "ORG_USER_PERMISSION_EDITOR",
            "ORG_PROJECT_PERMISSION_EDITOR",
            "PROJECT_OWNER_GLOBAL",
            "PROJECT_OWNER_VIEWER_GLOBAL",
            "ORG_PROJECT_CREATOR",
        ],
    ),
    (
        "user.write",
        &[
            "IAM_OWNER",
            "IAM_ORG_MANAGER",
            "ORG_OWNER",
            "IAM_USER_MANAGER",
            "ORG_USER_MANAGER",
            "IAM_LOGIN_CLIENT",
        ],
    ),
    (
        "user.delete",
        &["IAM_OWNER", "IAM_ORG_MANAGER", "ORG_OWNER", "IAM_USER_MANAGER", "ORG_USER_MANAGER"],
    ),
    ("user.credential.write", &["IAM_OWNER", "IAM_ORG_MANAGER", "ORG_OWNER", "IAM_LOGIN_CLIENT"]),
    (
        "user.membership.read",
        &[
            "IAM_OWNER",
            "IAM_ORG_MANAGER",
            "ORG_OWNER",
            "IAM_USER_MANAGER",
            "ORG_USER_MANAGER",
            "IAM_LOGIN_CLIENT",
            "IAM_OWNER_VIEWER",
            "ORG_OWNER_VIEWER",
            "PROJECT_OWNER",
            "PROJECT_OWNER_VIEWER",
            "PROJECT_GRANT_OWNER",
            "PROJECT_GRANT_OWNER_VIEWER",
            "PROJECT_OWNER_GLOBAL",
            "PROJECT_OWNER_VIEWER_GLOBAL",
        ],
    ),
    (
        "user.grant.read",
        &[
            "IAM_OWNER",
            "IAM_ORG_MANAGER",
            "IAM_USER_MANAGER",
            "ORG_OWNER",
            "ORG_USER_MANAGER",
            "ORG_USER_PERMISSION_EDITOR",
            "ORG_PROJECT_PERMISSION_EDITOR",
            "PROJECT_OWNER",
            "PROJECT_OWNER_GLOBAL",
            "PROJECT_GRANT_OWNER",
            "IAM_LOGIN_CLIENT",
            "IAM_OWNER_VIEWER",
            "ORG_OWNER_VIEWER",
            "PROJECT_OWNER_VIEWER",
            "PROJECT_OWNER_VIEWER_GLOBAL",
            "PROJECT_GRANT_OWNER_VIEWER",
        ],
    ),
    (
        "user.grant.write",
        &[
            "IAM_OWNER",
            "IAM_ORG_MANAGER",
            "IAM_USER_MANAGER",
            "ORG_OWNER",
            "ORG_USER_MANAGER",
            "ORG_USER_PERMISSION_EDITOR",
            "ORG_PROJECT_PERMISSION_EDITOR",
            "PROJECT_OWNER",
            "PROJECT_OWNER_GLOBAL",
            "PROJECT_GRANT_OWNER",
            "IAM_LOGIN_CLIENT",
        ],
    ),
    (
        "user.grant.delete",
        &[
            "IAM_OWNER",
            "IAM_ORG_MANAGER",
            "IAM_USER_MANAGER",
            "ORG_OWNER",
            "ORG_USER_MANAGER",
            "ORG_USER_PERMISSION_EDITOR",
            "ORG_PROJECT_PERMISSION_EDITOR",
            "PROJECT_OWNER",
            "PROJECT_OWNER_GLOBAL",
            "PROJECT_GRANT_OWNER",
        ],
    ),
    (
        "org.read",
        &[
            "IAM_OWNER",
            "IAM_OWNER_VIEWER",
            "IAM_ORG_MANAGER",
            "IAM_USER_MANAGER",
            "IAM_LOGIN_CLIENT",
            "ORG_OWNER",
            "ORG_OWNER_VIEWER",
            "ORG_USER_MANAGER",
            "ORG_SETTINGS_MANAGER",
            "ORG_USER_PERMISSION_EDITOR",
            "ORG_PROJECT_PERMISSION_EDITOR",
        ],
    ),
    ("org.create", &["IAM_OWNER", "IAM_ORG_MANAGER"]),
    (
        "org.member.read",
        &[
            "IAM_OWNER",
            "IAM_OWNER_VIEWER",
            "IAM_ORG_MANAGER",
            "IAM_USER_MANAGER",
            "ORG_OWNER",
            "ORG_OWNER_VIEWER",
            "ORG_USER_MANAGER",
        ],
    ),
    ("org.member.write", &["IAM_OWNER", "IAM_ORG_MANAGER", "ORG_OWNER"]),
];

/// Whether a role gives a permission. Unknown names give nothing.
pub fn gives(role: &str, permission: &str) -> bool {
    let row = PERMISSIONS.iter().find(|(name, _)| *name == permission);
    row.is_some_and(|(_, roles)| roles.contains(&role))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Behaviour `auth`, table of roles: r g w d c m.
    const TABLE: [(&str, &str); 23] = [
        ("IAM_OWNER", "rgwdcm"),
        ("IAM_ORG_MANAGER", "rgwdcm"),
        ("ORG_OWNER", "rgwdcm"),
        ("IAM_USER_MANAGER", "rgwdm"),
        ("ORG_USER_MANAGER", "rgwdm"),
        ("IAM_LOGIN_CLIENT", "rwcm"),
        ("IAM_OWNER_VIEWER", "rgm"),
        ("ORG_OWNER_VIEWER", "rgm"),
        ("PROJECT_OWNER", "rgm"),
        ("PROJECT_OWNER_VIEWER", "rgm"),
        ("PROJECT_GRANT_OWNER", "rgm"),
        ("PROJECT_GRANT_OWNER_VIEWER", "rgm"),
        ("ORG_USER_PERMISSION_EDITOR", "rg"),
        ("ORG_PROJECT_PERMISSION_EDITOR", "rg"),
        ("PROJECT_OWNER_GLOBAL", "gm"),
        ("PROJECT_OWNER_VIEWER_GLOBAL", "gm"),
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
