//! The answers of an operation: one that succeeds and every refusal, with real bodies.

use std::collections::BTreeMap;

use contract::{Operation, Permission, Refusal, Refused};
use serde_json::{Map, Value, json};

use crate::error::{Code, Error, text};
use crate::grpc::headers::overdue;
use crate::rest;

/// The schema of every refusal, `google.rpc.Status`.
const ERROR: &str = "#/components/schemas/rpcStatus";
const JSON: &str = "application/json";

/// A refusal and the condition it stands for.
struct Example {
    name: &'static str,
    error: Error,
    when: &'static str,
}

impl Example {
    fn value(&self) -> Value {
        let body: Value = serde_json::from_slice(&rest::body(&self.error)).unwrap_or_default();
        json!({ "summary": self.when, "value": body })
    }

    fn line(&self) -> String {
        match self.error.id {
            "" => format!("* `{}`: {}", self.error.text, self.when),
            id => format!("* `{id}` {}: {}", self.error.text, self.when),
        }
    }
}

/// The refusals that are the same for every operation that has them.
fn shared() -> [Example; 10] {
    let of = |name, error, when| Example { name, error, when };
    let id = |error: Error, when| of(error.id, error, when);
    let missing = Error::plain(Code::Unauthenticated, "auth header missing");
    let auth = text::auth::INVALID_HEADER.unauthenticated("AUTH-toLo1");
    let token = text::auth::TOKEN_INVALID.unauthenticated("AUTH-7fs1e");
    let org = text::auth::NO_ORGANISATION.denied("AUTH-Bs7Ds");
    let role = text::auth::NO_MEMBERSHIP.not_found("AUTHZ-cdgFk");
    let permission = text::auth::NO_PERMISSION.denied("AUTH-5mWD2");
    let too_large = Error::from(Refusal::TooLarge { limit: 4 << 20 });
    let failed = text::INTERNAL.internal("BAILEY-int01");
    [
        of(MISSING, missing, "there is no `Authorization`"),
        id(auth, "`Authorization` is not `Bearer <token>`"),
        id(token, "the token is unknown, has expired or was ended"),
        id(org, "`x-zitadel-orgid` names no organisation"),
        id(role, "the caller has no role in the organisation of the call"),
        id(permission, "the roles of the caller do not give the permission"),
        of(CONFLICT, Error::conflict(), "other writes came first, again and again"),
        of("too-large", too_large, "the body is too large"),
        id(failed, "something failed"),
        of(OVERDUE, overdue(), "the time limit of the call is over"),
    ]
}

const MISSING: &str = "auth-header-missing";
const CONFLICT: &str = "conflict";
const OVERDUE: &str = "overdue";

/// Whether an operation has one of them.
fn has(facts: &Operation, name: &str) -> bool {
    let named = matches!(facts.permission, Permission::Named(_));
    match name {
        MISSING | "AUTH-toLo1" | "AUTH-7fs1e" | "AUTH-Bs7Ds" => {
            facts.permission != Permission::None
        }
        "AUTHZ-cdgFk" | "AUTH-5mWD2" => named,
        CONFLICT => match facts.permission {
            Permission::Named(name) => !name.ends_with(".read"),
            _ => false,
        },
        _ => true,
    }
}

/// The shared ones, for `components`.
pub fn examples() -> Map<String, Value> {
    shared().iter().map(|example| (example.name.to_string(), example.value())).collect()
}

pub fn schemas() -> Map<String, Value> {
    let any = json!({
        "type": "object",
        "description": "A detail. Those of this API have an `id`, which names the reason, and its `message`.",
        "properties": { "@type": { "type": "string" } },
        "additionalProperties": {},
    });
    let status = json!({
        "type": "object",
        "description": "A refusal. Only those of an operation itself have details.",
        "properties": {
            "code": {
                "type": "integer",
                "format": "int32",
                "description": "The canonical code of gRPC.",
            },
            "message": { "type": "string" },
            "details": {
                "type": "array",
                "items": { "$ref": "#/components/schemas/protobufAny" },
            },
        },
    });
    Map::from_iter([("protobufAny".into(), any), ("rpcStatus".into(), status)])
}

/// The answers by status.
pub fn of(derived: &Value, facts: &Operation) -> Value {
    let mut answers = Map::new();
    let success = derived.pointer("/responses/200").cloned().unwrap_or_default();
    let media: Vec<&String> =
        success.get("content").and_then(Value::as_object).into_iter().flat_map(Map::keys).collect();
    for (status, examples) in by_status(facts) {
        let answer = refusal(description(&status), &examples, &media);
        answers.insert(status, answer);
    }
    answers.insert("200".into(), success);
    if !facts.deprecated_since.is_empty() {
        answers.values_mut().for_each(|answer| carry_headers(answer, facts));
    }
    answers.into()
}

fn carry_headers(answer: &mut Value, facts: &Operation) {
    let reference = |name: &str| json!({ "$ref": format!("#/components/headers/{name}") });
    let mut headers = Map::from_iter([("Deprecation".to_string(), reference("Deprecation"))]);
    if !facts.successors.is_empty() {
        headers.insert("Link".into(), reference("Link"));
    }
    if let Some(answer) = answer.as_object_mut() {
        answer.insert("headers".into(), headers.into());
    }
}

/// The refusals by status; each with its example, or a reference to it.
fn by_status(facts: &Operation) -> BTreeMap<String, Vec<(Example, Value)>> {
    let mut answers = BTreeMap::from([("400".to_string(), Vec::new())]);
    let own = malformed(facts).into_iter().chain(facts.refusals.iter().map(own));
    let own = own.map(|example| (example.value(), example));
    let shared = shared().into_iter().filter(|example| has(facts, example.name));
    let reference = |name: &str| json!({ "$ref": format!("#/components/examples/{name}") });
    let shared = shared.map(|example| (reference(example.name), example));
    for (value, example) in own.chain(shared) {
        let status = match example.name {
            OVERDUE => "default".into(),
            _ => example.error.code.http().to_string(),
        };
        answers.entry(status).or_default().push((example, value));
    }
    answers
}

/// What is refused before the operation looks at anything: JSON and the rules of the fields.
fn malformed(facts: &Operation) -> Vec<Example> {
    let json = contract::json::decode::<contract::zitadel::v1::ObjectDetails>(b"{").err();
    let json = json.filter(|_| facts.has_body);
    let rule = contract::broken_rule(facts);
    let example = |name, text: Option<String>, when| {
        text.map(|text| Example { name, error: Error::invalid(text), when })
    };
    let examples = [
        example("json", json, "the body is not JSON of the request"),
        example("rule", rule, "a field breaks its rules"),
    ];
    examples.into_iter().flatten().collect()
}

fn own(refused: &Refused) -> Example {
    let code = match refused.code {
        3 => Code::InvalidArgument,
        5 => Code::NotFound,
        6 => Code::AlreadyExists,
        7 => Code::PermissionDenied,
        9 => Code::FailedPrecondition,
        _ => Code::Unknown,
    };
    let error = Error { code, id: refused.id, text: refused.text.into() };
    Example { name: refused.id, error, when: refused.when }
}

fn description(status: &str) -> &'static str {
    match status {
        "400" => "The request or the state of things does not allow it.",
        "401" => "The caller is not known.",
        "403" => "The caller may not do this.",
        "404" => "Something that the call names, or a role of the caller, does not exist.",
        "409" => "Something else is in the way.",
        "429" => "Too much at once.",
        "500" => "The server failed; its log has the cause.",
        _ => "Any other refusal.",
    }
}

fn refusal(description: &str, examples: &[(Example, Value)], media: &[&String]) -> Value {
    let lines: Vec<String> = examples.iter().map(|(example, _)| example.line()).collect();
    let text = format!("{description}\n\n{}", lines.join("\n"));
    let mut values = Map::new();
    for (example, value) in examples {
        values.insert(unused(&values, example.name), value.clone());
    }
    let schema = json!({ "$ref": ERROR });
    let content = media.iter().map(|kind| match kind.as_str() {
        JSON if !values.is_empty() => {
            ((*kind).clone(), json!({ "schema": schema, "examples": values }))
        }
        _ => ((*kind).clone(), json!({ "schema": schema })),
    });
    json!({ "description": text.trim_end(), "content": content.collect::<Map<_, _>>() })
}

/// One id can stand for several texts.
fn unused(taken: &Map<String, Value>, name: &str) -> String {
    let names = (2..).map(|number| format!("{name}-{number}"));
    let mut names = std::iter::once(name.to_string()).chain(names);
    names.find(|name| !taken.contains_key(name)).unwrap_or_default()
}
