//! One operation of the document.

use contract::{Operation, Permission, Successor};
use serde_json::{Map, Value, json};

use super::answers;

/// The name of the one security scheme.
pub const SECURITY: &str = "BearerAuth";

const ORGANISATION: &str = "x-zitadel-orgid";

/// Operations of this tag search the whole instance: the reference shows no organisation for them.
const WHOLE_INSTANCE: &str = "Global";

pub fn security_schemes() -> Value {
    let description = "A personal access token: `Authorization: Bearer <token>`.";
    json!({ SECURITY: { "type": "http", "scheme": "bearer", "description": description } })
}

/// What the answers of deprecated operations carry.
pub fn headers() -> Value {
    json!({
        "Deprecation": {
            "description": "Since when the operation is deprecated: `@` and Unix time (RFC 9745).",
            "schema": { "type": "string", "example": "@1721952000" },
        },
        "Link": {
            "description": "The rpcs of version 2 that replace the operation: \
                `rel=\"successor-version\"` (RFC 8288, RFC 5829).",
            "schema": { "type": "string" },
        },
    })
}

/// What poem-openapi says of an operation, with what it cannot say.
pub fn completed(derived: &Value, facts: &Operation) -> Value {
    let mut all = derived.as_object().cloned().unwrap_or_default();
    all.insert("description".into(), description(derived, facts).into());
    all.insert("parameters".into(), parameters(derived, facts).into());
    all.insert("responses".into(), answers::of(derived, facts));
    if facts.permission == Permission::None {
        all.insert("security".into(), json!([]));
    }
    if facts.deprecated_since.is_empty() {
        all.remove("deprecated");
    } else {
        all.insert("x-deprecated-since".into(), facts.deprecated_since.into());
        all.insert("x-successor".into(), facts.successors.iter().map(successor).collect());
    }
    all.into()
}

fn successor(successor: &Successor) -> Value {
    match successor.route {
        "" => json!({ "rpc": successor.rpc }),
        route => json!({ "rpc": successor.rpc, "route": route }),
    }
}

fn description(derived: &Value, facts: &Operation) -> String {
    let own = derived.get("description").and_then(Value::as_str).unwrap_or_default();
    let needed = match facts.permission {
        Permission::None => String::new(),
        Permission::Authenticated => "Needs a token.".into(),
        Permission::Named(name) => format!("Needs the permission `{name}`."),
    };
    let parts = [own.to_string(), needed, deprecation(facts)];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
}

fn deprecation(facts: &Operation) -> String {
    if facts.deprecated_since.is_empty() {
        return String::new();
    }
    let successors = facts.successors.iter().map(|s| match s.route {
        "" => format!("`{}`", s.rpc),
        route => format!("`{}` (`{route}`)", s.rpc),
    });
    let successors: Vec<String> = successors.collect();
    let since = facts.deprecated_since;
    match successors.as_slice() {
        [] => format!("Deprecated since {since}, without a successor."),
        some => format!("Deprecated since {since}. In version 2: {}.", some.join(", ")),
    }
}

fn parameters(derived: &Value, facts: &Operation) -> Vec<Value> {
    let of_path = derived.get("parameters").and_then(Value::as_array);
    let kept = |parameter: &Value| -> Value {
        let parameter = parameter.as_object().into_iter().flatten();
        let kept = |name: &str| matches!(name, "name" | "in" | "required" | "schema");
        let kept = parameter.filter(|(name, _)| kept(name));
        kept.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>().into()
    };
    let mut parameters: Vec<Value> = of_path.into_iter().flatten().map(kept).collect();
    let tags = derived.get("tags").and_then(Value::as_array);
    let of_instance = tags.is_some_and(|tags| tags.iter().any(|tag| tag == WHOLE_INSTANCE));
    if facts.permission != Permission::None && !of_instance {
        parameters.push(organisation());
    }
    parameters
}

fn organisation() -> Value {
    json!({
        "name": ORGANISATION,
        "in": "header",
        "required": false,
        "description": "The organisation of the call; without it that of the token's user.",
        "schema": { "type": "string" },
    })
}
