//! Two organisations with one of everything, whose texts say whose they are.

use conformance::compare::dig;
use conformance::operation::Catalogue;
use conformance::variables::Variables;
use serde_json::{Value, json};

use super::server::{Caller, Server};

/// The organisations whose secrets are each other's; a third one is granted a project by both.
pub const ORGS: [&str; 2] = ["home", "other"];

/// An RSA key of 2048 bits: making one takes long.
pub const PUBLIC_KEY: &str = include_str!("public_key.txt");

/// Of a password that nobody knows.
pub const HASH: &str = "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy";

/// What stands in every text of an organisation.
pub fn marker(org: &str) -> String {
    format!("secret-{org}")
}

/// How one of everything is made: the operation, its arguments, where its answer has an id, and
/// the name of that. `§` is the organisation, `$M` its marker, `$KEY` and `$HASH` are
/// those above.
const SCRIPT: [(&str, &str, &str, &str); 25] = [
    (
        "AddGoogleProvider",
        r#"{"name":"$M","clientId":"$M","clientSecret":"x","scopes":["openid"],
            "providerOptions":{"isLinkingAllowed":true,"isCreationAllowed":true}}"#,
        "id",
        "idp",
    ),
    (
        "ImportHumanUser",
        r#"{"userName":"$M-human","profile":{"firstName":"$M","lastName":"L"},
            "email":{"email":"$M@example.com","isEmailVerified":true},
            "hashedPassword":{"value":"$HASH"},
            "phone":{"phone":"+41791234567","isPhoneVerified":true},
            "idps":[{"configId":"${§_idp}","externalUserId":"$M","displayName":"$M"}]}"#,
        "userId",
        "human",
    ),
    (
        "ImportHumanUser",
        r#"{"userName":"$M-initial","profile":{"firstName":"$M","lastName":"L"},
            "email":{"email":"$M@example.com"}}"#,
        "userId",
        "initial",
    ),
    (
        "ImportHumanUser",
        r#"{"userName":"$M-unverified","profile":{"firstName":"$M","lastName":"L"},
            "email":{"email":"$M@example.com","isEmailVerified":true},
            "phone":{"phone":"+41791234567"},"hashedPassword":{"value":"$HASH"}}"#,
        "userId",
        "unverified",
    ),
    ("UpdateHumanEmail", r#"{"userId":"${§_unverified}","email":"$M-2@example.com"}"#, "", ""),
    ("AddMachineUser", r#"{"userName":"$M-machine","name":"$M"}"#, "userId", "machine"),
    ("AddMachineUser", r#"{"userName":"$M-inactive","name":"$M"}"#, "userId", "inactive"),
    ("DeactivateUser", r#"{"id":"${§_inactive}"}"#, "", ""),
    ("AddMachineUser", r#"{"userName":"$M-locked","name":"$M"}"#, "userId", "locked"),
    ("LockUser", r#"{"id":"${§_locked}"}"#, "", ""),
    ("AddMachineUser", r#"{"userName":"$M-removed","name":"$M"}"#, "userId", "removed"),
    ("RemoveUser", r#"{"id":"${§_removed}"}"#, "", ""),
    ("SetUserMetadata", r#"{"id":"${§_human}","key":"$M","value":"eA=="}"#, "", ""),
    ("SetUserMetadata", r#"{"id":"${§_machine}","key":"$M","value":"eA=="}"#, "", ""),
    ("AddPersonalAccessToken", r#"{"userId":"${§_machine}"}"#, "tokenId", "token"),
    (
        "AddMachineKey",
        r#"{"userId":"${§_machine}","type":"KEY_TYPE_JSON","publicKey":"$KEY"}"#,
        "keyId",
        "key",
    ),
    ("AddOrgMember", r#"{"userId":"${§_human}","roles":["ORG_OWNER"]}"#, "", ""),
    ("AddProject", r#"{"name":"$M"}"#, "id", "project"),
    ("AddProject", r#"{"name":"$M-inactive"}"#, "id", "inactive_project"),
    ("DeactivateProject", r#"{"id":"${§_inactive_project}"}"#, "", ""),
    (
        "BulkAddProjectRoles",
        r#"{"projectId":"${§_project}","roles":[{"key":"role","displayName":"$M"},
            {"key":"more","displayName":"$M"}]}"#,
        "",
        "",
    ),
    (
        "AddProjectMember",
        r#"{"projectId":"${§_project}","userId":"${§_human}","roles":["PROJECT_OWNER"]}"#,
        "",
        "",
    ),
    (
        "AddProjectGrant",
        r#"{"projectId":"${§_project}","grantedOrgId":"${third_org}","roleKeys":["role"]}"#,
        "grantId",
        "project_grant",
    ),
    (
        "AddUserGrant",
        r#"{"userId":"${§_human}","projectId":"${§_project}","roleKeys":["role"]}"#,
        "userGrantId",
        "user_grant",
    ),
    ("AddOrgDomain", r#"{"domain":"$M.example.com"}"#, "", ""),
];

/// Where the answer of an operation has an id, and the thing of the world that it may stand for.
pub fn made(rpc: &str) -> Option<(&'static str, &'static str)> {
    let row = SCRIPT.iter().find(|(made_by, _, _, name)| *made_by == rpc && !name.is_empty());
    row.map(|(_, _, path, name)| (*path, *name))
}

/// The values of a server by name: `home_org`, `home_human`, `other_project`, ….
pub async fn world(server: &Server, catalogue: &Catalogue) -> Variables {
    let mut known = Variables::default();
    for org in [ORGS[0], ORGS[1], "third"] {
        let args = json!({ "name": format!("{}-org", marker(org)) });
        let made = server.must(catalogue, "AddOrg", &args, &server.admin(None)).await;
        known.set(&format!("{org}_org"), made["id"].clone());
    }
    for org in ORGS {
        let org_id = known.get(&format!("{org}_org")).unwrap().as_str().unwrap().to_string();
        let admin = server.admin(Some(&org_id));
        for (rpc, args, path, name) in SCRIPT {
            let args = args
                .replace('§', org)
                .replace("$M", &marker(org))
                .replace("$KEY", PUBLIC_KEY.trim())
                .replace("$HASH", HASH);
            let args: Value = serde_json::from_str(&args).unwrap();
            let args = known.fill_value(&args).unwrap();
            let made = server.must(catalogue, rpc, &args, &admin).await;
            if !name.is_empty() {
                known.set(&format!("{org}_{name}"), dig(&made, path).unwrap().clone());
            }
        }
    }
    known
}

/// A machine of the first organisation with a role: there, on the instance, in its project or the
/// grant of that; the empty role is none.
pub async fn caller(
    server: &Server,
    catalogue: &Catalogue,
    (known, role): (&Variables, &str),
) -> Caller {
    let thing = |name: &str| known.get(name).unwrap().as_str().unwrap();
    let admin = server.admin(Some(thing("home_org")));
    let user = json!({ "userName": "caller", "name": "caller" });
    let made = server.must(catalogue, "AddMachineUser", &user, &admin).await;
    let id = made["userId"].as_str().unwrap();
    if !role.is_empty() {
        let member = json!({
            "userId": id,
            "roles": [role],
            "projectId": thing("home_project"),
            "grantId": thing("home_project_grant"),
        });
        server.must(catalogue, giver(role), &member, &admin).await;
    }
    let made =
        server.must(catalogue, "AddPersonalAccessToken", &json!({ "userId": id }), &admin).await;
    Caller { token: made["token"].as_str().unwrap().into(), org: None }
}

/// The operation that gives a role.
fn giver(role: &str) -> &'static str {
    match role {
        _ if role.starts_with("IAM_") => "AddIAMMember",
        _ if role.starts_with("PROJECT_GRANT_") => "AddProjectGrantMember",
        _ if role.starts_with("PROJECT_") => "AddProjectMember",
        _ => "AddOrgMember",
    }
}
