//! Two organisations with one of everything, whose texts say whose they are.

use conformance::compare::dig;
use conformance::operation::Catalogue;
use conformance::variables::Variables;
use serde_json::{Value, json};

use crate::server::{Caller, Server};

/// The organisations whose secrets are each other's; a third one is granted a project by both.
pub const ORGS: [&str; 2] = ["home", "other"];

/// An RSA key of 2048 bits: making one takes long.
pub const PUBLIC_KEY: &str = include_str!("public_key.txt");

/// What stands in every text of an organisation.
pub fn marker(org: &str) -> String {
    format!("secret-{org}")
}

/// How one of everything is made: the operation, its arguments, where its answer has an id, and
/// the name of that. `§` is the organisation, `$M` its marker. Operations that are not served are
/// left out.
const SCRIPT: [(&str, &str, &str, &str); 18] = [
    (
        "ImportHumanUser",
        r#"{"userName":"$M-human","profile":{"firstName":"$M","lastName":"L"},
            "email":{"email":"$M@example.com","isEmailVerified":true},
            "hashedPassword":{"value":"$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"},
            "phone":{"phone":"+41791234567","isPhoneVerified":true}}"#,
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
    ("AddMachineUser", r#"{"userName":"$M-machine","name":"$M"}"#, "userId", "machine"),
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
    (
        "AddProjectRole",
        r#"{"projectId":"${§_project}","roleKey":"role","displayName":"$M"}"#,
        "",
        "",
    ),
    (
        "AddProjectRole",
        r#"{"projectId":"${§_project}","roleKey":"more","displayName":"$M"}"#,
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
    (
        "AddGoogleProvider",
        r#"{"name":"$M","clientId":"$M","clientSecret":"x","scopes":["openid"]}"#,
        "id",
        "idp",
    ),
    ("AddOrgDomain", r#"{"domain":"$M.example.com"}"#, "", ""),
];

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
                .replace("$KEY", PUBLIC_KEY.trim());
            let args: Value = serde_json::from_str(&args).unwrap();
            let served = contract::OPERATIONS.iter().any(|o| o.rpc == rpc && o.served);
            if let Some(args) = known.fill_value(&args).ok().filter(|_| served) {
                let made = server.must(catalogue, rpc, &args, &admin).await;
                if !name.is_empty() {
                    known.set(&format!("{org}_{name}"), dig(&made, path).unwrap().clone());
                }
            }
        }
    }
    known
}

/// A machine of the first organisation with a role there or on the instance, or with none; `None`
/// where roles of that kind cannot be given yet.
pub async fn caller(
    server: &Server,
    catalogue: &Catalogue,
    (known, role): (&Variables, &str),
) -> Option<Caller> {
    let org = known.get("home_org").unwrap().as_str().unwrap();
    let admin = server.admin(Some(org));
    let user = json!({ "userName": "caller", "name": "caller" });
    let made = server.must(catalogue, "AddMachineUser", &user, &admin).await;
    let id = made["userId"].as_str().unwrap();
    let kind = if role.starts_with("IAM_") { "AddIAMMember" } else { "AddOrgMember" };
    if !role.is_empty() {
        contract::OPERATIONS.iter().find(|o| o.rpc == kind && o.served)?;
        let member = json!({ "userId": id, "roles": [role] });
        server.must(catalogue, kind, &member, &admin).await;
    }
    let made =
        server.must(catalogue, "AddPersonalAccessToken", &json!({ "userId": id }), &admin).await;
    Some(Caller { token: made["token"].as_str().unwrap().into(), org: None })
}
