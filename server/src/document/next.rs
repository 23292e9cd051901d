//! From OpenAPI 3.0 to 3.1, whose schemas are JSON Schema 2020-12.

use serde_json::{Map, Value, json};

/// The same document as OpenAPI 3.1: its version, and in schemas `nullable`, `example` and the
/// format `byte`. Nothing else of what the document uses differs.
pub fn rewritten(mut document: Value) -> Value {
    if let Some(document) = document.as_object_mut() {
        document.insert("openapi".into(), "3.1.0".into());
    }
    rewrite(&mut document);
    document
}

fn rewrite(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(rewrite),
        Value::Object(members) => {
            if is_schema(members) {
                schema(members);
            }
            members.values_mut().for_each(rewrite);
        }
        _ => {}
    }
}

/// In `properties` a member of the name `type` is an object; security schemes have a `type` too,
/// but none of what is rewritten.
fn is_schema(members: &Map<String, Value>) -> bool {
    members.get("type").is_some_and(Value::is_string)
}

fn schema(members: &mut Map<String, Value>) {
    if members.remove("nullable") == Some(Value::Bool(true))
        && let Some(kind) = members.get_mut("type")
    {
        *kind = json!([kind, "null"]);
    }
    if let Some(example) = members.remove("example") {
        members.insert("examples".into(), json!([example]));
    }
    if members.get("format").is_some_and(|format| format == "byte") {
        members.remove("format");
        members.insert("contentEncoding".into(), "base64".into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rewrite() {
        let table = [
            (json!({"type": "string", "nullable": true}), json!({"type": ["string", "null"]})),
            (json!({"type": "string", "nullable": false}), json!({"type": "string"})),
            (
                json!({"type": "string", "example": "a"}),
                json!({"type": "string", "examples": ["a"]}),
            ),
            (
                json!({"type": "string", "format": "byte", "maxLength": 4}),
                json!({"type": "string", "contentEncoding": "base64", "maxLength": 4}),
            ),
            (
                json!({"type": "array", "items": {"type": "string", "example": "a"}}),
                json!({"type": "array", "items": {"type": "string", "examples": ["a"]}}),
            ),
            // Not schemas: names of members, and the examples of an answer.
            (
                json!({"properties": {"type": {"type": "string"}, "example": {"type": "string"}}}),
                json!({"properties": {"type": {"type": "string"}, "example": {"type": "string"}}}),
            ),
            (json!({"example": "a"}), json!({"example": "a"})),
            (
                json!({"type": "string", "format": "int64"}),
                json!({"type": "string", "format": "int64"}),
            ),
        ];
        for (before, after) in table {
            assert_eq!(rewritten(json!({ "schema": before }))["schema"], after);
        }
    }

    #[test]
    fn the_version_changes() {
        assert_eq!(rewritten(json!({"openapi": "3.0.3"}))["openapi"], "3.1.0");
    }
}
