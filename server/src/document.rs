//! The OpenAPI documents: what poem-openapi derives from the typed handlers, what it cannot say,
//! and the rewrite of both to OpenAPI 3.1.

mod answers;
mod next;
mod operation;
mod text;

use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::LazyLock;

use contract::{OPERATIONS, management};
use poem::endpoint::BoxEndpoint;
use poem::http::Method;
use poem_openapi::registry::{MetaApi, Registry};
use poem_openapi::{OpenApi, OpenApiService};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use crate::core::Core;

/// Where the paths of the document begin.
const PREFIX: &str = "/management/v1";

/// The document as OpenAPI 3.0.3.
pub static DOCUMENT: LazyLock<String> = LazyLock::new(|| written(document()));

/// The same as OpenAPI 3.1.
pub static DOCUMENT_31: LazyLock<String> = LazyLock::new(|| written(next::rewritten(document())));

/// The document of this version of OpenAPI: `3.0` or `3.1`.
pub fn openapi(version: &str) -> &'static str {
    if version == "3.1" { &DOCUMENT_31 } else { &DOCUMENT }
}

/// The handlers without a server: they are described, never called.
struct Described<A>(PhantomData<A>);

impl<A: OpenApi> OpenApi for Described<A> {
    fn meta() -> Vec<MetaApi> {
        A::meta()
    }

    fn register(registry: &mut Registry) {
        A::register(registry);
    }

    fn add_routes(self, _: &mut HashMap<String, HashMap<Method, BoxEndpoint<'static>>>) {}
}

fn document() -> Value {
    let api = Described::<management::Api<Core>>(PhantomData);
    let derived = OpenApiService::new(api, "", "").spec();
    let derived: Value = serde_json::from_str(&derived).unwrap_or_default();
    let mut schemas = derived.pointer("/components/schemas").cloned().unwrap_or_default();
    if let Some(schemas) = schemas.as_object_mut() {
        schemas.extend(answers::schemas());
    }
    json!({
        "openapi": "3.0.3",
        "info": text::info(),
        "servers": [{ "url": PREFIX }],
        "security": [{ operation::SECURITY: [] }],
        "tags": text::tags(derived.get("paths").unwrap_or(&Value::Null)),
        "paths": paths(derived.get("paths")),
        "components": {
            "schemas": schemas,
            "securitySchemes": operation::security_schemes(),
            "headers": operation::headers(),
            "examples": answers::examples(),
        },
    })
}

fn paths(derived: Option<&Value>) -> Map<String, Value> {
    let mut paths = Map::new();
    for (path, methods) in derived.and_then(Value::as_object).into_iter().flatten() {
        let path = path.strip_prefix(PREFIX).unwrap_or(path).to_string();
        let methods = methods.as_object().into_iter().flatten();
        let methods = methods.map(|(method, of)| (method.clone(), completed(of)));
        paths.insert(path, methods.collect::<Map<_, _>>().into());
    }
    paths
}

fn completed(derived: &Value) -> Value {
    let id = derived.get("operationId").and_then(Value::as_str).unwrap_or_default();
    match OPERATIONS.iter().find(|operation| operation.id() == id) {
        Some(facts) => operation::completed(derived, facts),
        None => derived.clone(),
    }
}

/// Members that come before the others, in this order; the others follow by name.
const FIRST: [&str; 20] = [
    "openapi",
    "info",
    "servers",
    "security",
    "tags",
    "paths",
    "operationId",
    "summary",
    "description",
    "deprecated",
    "name",
    "in",
    "parameters",
    "requestBody",
    "responses",
    // What a client takes that does not choose.
    "application/json",
    "code",
    "message",
    "type",
    "id",
];

/// JSON as a reader expects it.
struct Ordered<'a>(&'a Value);

impl Serialize for Ordered<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Array(items) => serializer.collect_seq(items.iter().map(Ordered)),
            Value::Object(members) => {
                let place = |name: &str| FIRST.iter().position(|first| *first == name);
                let mut sorted: Vec<(&String, &Value)> = members.iter().collect();
                sorted.sort_by_key(|(name, _)| (place(name).unwrap_or(FIRST.len()), *name));
                serializer.collect_map(sorted.into_iter().map(|(name, of)| (name, Ordered(of))))
            }
            other => other.serialize(serializer),
        }
    }
}

fn written(document: Value) -> String {
    serde_json::to_string_pretty(&Ordered(&document)).unwrap_or_default() + "\n"
}
