//! The OpenAPI document (3.0) that answers are checked against.

use std::collections::BTreeMap;

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

/// The schemas of a document's answers. A member that a schema does not name is a fault.
pub struct Document {
    /// Operation id → status or `default` → the index of a validator.
    operations: BTreeMap<String, BTreeMap<String, usize>>,
    validators: Vec<Validator>,
}

/// What Bailey serves at `/openapi/management.json`.
const OURS: &str = include_str!("../../openapi/management.json");

impl Document {
    /// The document of the contract.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn ours() -> Result<Self, String> {
        Self::parse(OURS).map_err(|e| format!("openapi/management.json: {e}"))
    }

    /// # Errors
    /// When the text is not a document whose answers in JSON have schemas that can be used.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut document: Value = serde_json::from_str(text).map_err(|e| e.to_string())?;
        close(&mut document);
        let components = document.get("components").cloned().unwrap_or_default();
        let mut known = Known { components, schemas: Vec::new(), validators: Vec::new() };
        let paths = members(document.get("paths"));
        let mut operations = BTreeMap::new();
        for operation in paths.flat_map(|(_, path)| members(Some(path))).map(|(_, o)| o) {
            let Some(id) = operation.get("operationId").and_then(Value::as_str) else { continue };
            let mut answers = BTreeMap::new();
            for (status, answer) in members(operation.get("responses")) {
                let schema = answer.pointer("/content/application~1json/schema");
                if let Some(schema) = schema {
                    answers.insert(status.clone(), known.number(schema)?);
                }
            }
            operations.insert(id.to_string(), answers);
        }
        Ok(Self { operations, validators: known.validators })
    }

    /// Where an answer is not what the document says, a text each; none for the operations of a
    /// service that it does not describe.
    pub fn faults(&self, operation: &str, status: u16, body: &Value) -> Vec<String> {
        let service = |id: &str| id.split('_').next().map(String::from);
        let Some(answers) = self.operations.get(operation) else {
            let described = self.operations.keys().any(|id| service(id) == service(operation));
            let fault = format!("document: it has no operation {operation}");
            return Vec::from_iter(described.then_some(fault));
        };
        let number = answers.get(&status.to_string()).or_else(|| answers.get("default"));
        let Some(validator) = number.and_then(|number| self.validators.get(*number)) else {
            return vec![format!("document: {operation} has no JSON answer {status}")];
        };
        let faults = validator.iter_errors(body);
        faults.map(|fault| format!("document: answer{}: {fault}", fault.instance_path())).collect()
    }
}

/// The validators made so far, one for each schema that differs.
struct Known {
    components: Value,
    schemas: Vec<Value>,
    validators: Vec<Validator>,
}

impl Known {
    fn number(&mut self, schema: &Value) -> Result<usize, String> {
        if let Some(number) = self.schemas.iter().position(|known| known == schema) {
            return Ok(number);
        }
        let whole = json!({ "allOf": [schema], "components": self.components });
        // The schemas of OpenAPI 3.0 are an early draft's.
        let validator = jsonschema::options().with_draft(Draft::Draft4).build(&whole);
        self.validators.push(validator.map_err(|e| format!("{schema}: {e}"))?);
        self.schemas.push(schema.clone());
        Ok(self.schemas.len() - 1)
    }
}

/// Lets every schema that names its members have no others.
fn close(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(close),
        Value::Object(members) => {
            let named = members.get("properties").is_some_and(Value::is_object);
            if named && !members.contains_key("additionalProperties") {
                members.insert("additionalProperties".into(), false.into());
            }
            members.values_mut().for_each(close);
        }
        _ => {}
    }
}

fn members(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ours_describes_what_is_served() {
        let ours = Document::ours().unwrap();
        let nothing = |id: &str| ours.faults(id, 200, &json!({"more": 1}));
        assert!(nothing("ManagementService_GetUserByID")[0].contains("'more'"));
    }

    fn document() -> Document {
        let user = json!({"type": "object", "required": ["id"], "properties": {
            "id": {"type": "string"},
            "at": {"type": "string", "format": "date-time"},
            "friend": {"$ref": "#/components/schemas/User"}}});
        let error = json!({"type": "object", "properties": {"code": {"type": "integer"}}});
        let json =
            |schema: &str| json!({"content": {"application/json": {"schema": {"$ref": schema}}}});
        let answers = json!({
            "200": json("#/components/schemas/User"),
            "default": json("#/components/schemas/Error")});
        let text = json!({
            "paths": {"/u": {"get": {"operationId": "U_Get", "responses": answers}}},
            "components": {"schemas": {"User": user, "Error": error}}});
        Document::parse(&text.to_string()).unwrap()
    }

    #[test]
    fn what_the_document_says_has_no_faults() {
        let user = json!({"id": "1", "at": "2026-01-01T00:00:00Z", "friend": {"id": "2"}});
        assert_eq!(document().faults("U_Get", 200, &user), [""; 0]);
        assert_eq!(document().faults("U_Get", 404, &json!({"code": 5})), [""; 0]);
        assert_eq!(document().faults("Other_Get", 200, &json!({})), [""; 0]);
    }

    #[test]
    fn other_members_types_and_operations_are_faults() {
        for (operation, body, fault) in [
            ("U_Get", json!({"id": 1}), "answer/id"),
            ("U_Get", json!({}), "id"),
            ("U_Get", json!({"id": "1", "friend": {"id": "2", "more": 1}}), "answer/friend"),
            ("U_Get", json!({"id": "1", "at": "yesterday"}), "answer/at"),
            ("U_Put", json!({}), "no operation U_Put"),
        ] {
            let faults = document().faults(operation, 200, &body);
            assert!(faults.len() == 1 && faults[0].contains(fault), "{body}: {faults:?}");
        }
        assert_eq!(document().faults("U_Get", 404, &json!({"code": "5"})).len(), 1);
    }
}
