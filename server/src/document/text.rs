//! What stands at the head of the document.

use serde_json::{Map, Value, json};

const ABOUT: &str = "The user resource of ZITADEL's Management API v1, as Bailey serves it: over \
REST as described here, and over gRPC and gRPC-web on the same port, with the same messages, rules \
and refusals. The rpcs are in the service `zitadel.management.v1.ManagementService`.

**Token.** Every operation but `Healthz` needs a personal access token: \
`Authorization: Bearer <token>`.

**Organisation.** A call works on one organisation: that of the token's user, or the one in \
`x-zitadel-orgid`. A user of another organisation is not found.

**Order.** A request is refused for what comes first: its JSON, the token, the organisation, the \
permission, the rules of its fields, and only then for what the operation itself looks at.

**Refusals** have one form on REST, `rpcStatus`, and a canonical code of gRPC. Those of an \
operation itself carry an id in `details`; the id says more than code and text and does not change.

**JSON** is that of protobuf: 64-bit numbers are strings, bytes are base64, members that are \
empty, zero or false are left out, unknown members are ignored.

**Reads** see every write that was answered before. `details.sequence` counts the changes of a \
thing; a write may answer a higher one than the next read, because reads do not count codes.

**Deprecated** operations say so in `Deprecation` and name their successors in `Link`.";

const TAGS: [(&str, &str); 14] = [
    ("General", "The server itself."),
    ("Global", "Across all organisations of the instance."),
    ("Identity Providers", "Where users of other systems come from."),
    ("Members", "Who has which roles in an organisation, a project or a project grant."),
    ("Organizations", "The organisation of the call, and new ones."),
    ("Project Grants", "Projects given to other organisations, with some of their roles."),
    ("Project Roles", "What users can be in a project."),
    ("Projects", "The projects of the organisation."),
    ("User Grants", "Which roles of which projects users have."),
    ("User Human", "What only humans have: profile, e-mail, phone, password, factors."),
    ("User Machine", "What only machines have: keys, secrets, personal access tokens."),
    ("User Metadata", "Entries of key and value at a user."),
    ("Users", "Humans and machines."),
    ("ZITADEL Administrators", "Members, whose roles give permissions of this API."),
];

pub fn info() -> Value {
    json!({
        "title": "Bailey: Management API v1",
        "version": env!("CARGO_PKG_VERSION"),
        "description": ABOUT,
        "license": {
            "name": "Apache-2.0",
            "url": "https://www.apache.org/licenses/LICENSE-2.0",
        },
    })
}

/// The tags that the operations of these paths use, sorted.
pub fn tags(paths: &Value) -> Vec<Value> {
    let methods = paths.as_object().into_iter().flat_map(Map::values);
    let operations = methods.filter_map(Value::as_object).flat_map(Map::values);
    let tags = operations.filter_map(|operation| operation.get("tags")?.as_array());
    let mut names: Vec<&str> = tags.flatten().filter_map(Value::as_str).collect();
    names.sort_unstable();
    names.dedup();
    let tag = |name: &str| match TAGS.iter().find(|(known, _)| *known == name) {
        Some((_, text)) => json!({ "name": name, "description": text }),
        None => json!({ "name": name }),
    };
    names.into_iter().map(tag).collect()
}
