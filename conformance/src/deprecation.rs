//! What an answer and the server's document should say of a deprecated operation. ZITADEL says
//! nothing in answers, so this is advice and fails no play.

use prost_types::Timestamp;
use serde_json::Value;

use crate::operation::{self, Operation};
use crate::outcome::{Outcome, Reply};

/// What is missing or too much, if anything: `Deprecation: @<unix time>` (RFC 9745), and where there
/// is a successor `Link: <…>; rel="successor-version"` (RFC 5829). A request that no route takes has
/// not reached the operation.
pub fn advice(operation: &Operation, Outcome { head, reply }: &Outcome) -> Option<String> {
    let plain = matches!(reply, Reply::Refused { details, .. } if details.is_empty());
    if plain && matches!(head.status, 404 | 405) {
        return None;
    }
    let facts = operation.facts;
    if facts.deprecated_since.is_empty() {
        let said = !head.header("deprecation").is_empty();
        return said.then(|| format!("{} should not send Deprecation", operation::id(facts)));
    }
    let since = format!("{}T00:00:00Z", facts.deprecated_since).parse::<Timestamp>().ok()?;
    let mut missing = Vec::new();
    let wanted = format!("@{}", since.seconds);
    if head.header("deprecation") != wanted {
        missing.push(format!("Deprecation: {wanted}"));
    }
    let successor = head.header("link").contains(r#"rel="successor-version""#);
    if !facts.successors.is_empty() && !successor {
        missing.push(r#"Link: <…>; rel="successor-version""#.into());
    }
    let advice = || format!("{} should send {}", operation::id(facts), missing.join(" and "));
    (!missing.is_empty()).then(advice)
}

/// What an OpenAPI document should say of the operations that it describes, and does not:
/// `deprecated`, and where it is true `x-deprecated-since` and, if there are successors,
/// `x-successor`.
pub fn advice_on_document(document: &Value) -> Vec<String> {
    let paths = document.get("paths").and_then(Value::as_object).into_iter().flatten();
    let described = paths.filter_map(|(_, path)| path.as_object()).flat_map(|path| path.values());
    described.filter_map(advice_on_operation).collect()
}

fn advice_on_operation(described: &Value) -> Option<String> {
    let id = described.get("operationId").and_then(Value::as_str)?;
    let facts = contract::OPERATIONS.iter().find(|facts| operation::id(facts) == id)?;
    let since = facts.deprecated_since;
    let said = described.get("deprecated").and_then(Value::as_bool).unwrap_or(false);
    let mut wrong = Vec::new();
    if said == since.is_empty() {
        wrong.push(format!("deprecated: {}", !said));
    }
    if !since.is_empty() && described.get("x-deprecated-since") != Some(&since.into()) {
        wrong.push(format!("x-deprecated-since: {since}"));
    }
    if !facts.successors.is_empty() && described.get("x-successor").is_none() {
        wrong.push("x-successor".into());
    }
    (!wrong.is_empty()).then(|| format!("the document should say of {id} {}", wrong.join(" and ")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::outcome::Head;

    #[test]
    fn a_document_should_say_which_operations_are_deprecated() {
        let advice = |operation: Value| {
            advice_on_document(&json!({"paths": {"/x": {"get": operation, "summary": "x"}}}))
        };
        let successor = json!([{"rpc": "a.B/C"}]);
        let phone = json!({"operationId": "ManagementService_UpdateHumanPhone", "deprecated": true,
            "x-deprecated-since": "2025-08-08", "x-successor": successor});
        let other = json!({"operationId": "ManagementService_ListUserChanges"});
        assert_eq!(advice(phone.clone()), [""; 0]);
        assert_eq!(advice(other.clone()), [""; 0]);
        for (name, value, wanted) in [
            ("deprecated", false.into(), "deprecated: true"),
            ("x-deprecated-since", "2025-08-09".into(), "x-deprecated-since: 2025-08-08"),
            ("x-deprecated-since", Value::Null, "x-deprecated-since: 2025-08-08"),
        ] {
            let mut wrong = phone.clone();
            wrong[name] = value;
            let text =
                format!("the document should say of ManagementService_UpdateHumanPhone {wanted}");
            assert_eq!(advice(wrong), [text]);
        }
        let mut wrong = phone;
        wrong.as_object_mut().unwrap().remove("x-successor");
        assert!(advice(wrong)[0].ends_with("_UpdateHumanPhone x-successor"));
        let mut wrong = other;
        wrong["deprecated"] = true.into();
        assert!(advice(wrong)[0].ends_with("_ListUserChanges deprecated: false"));
    }

    #[test]
    fn only_deprecated_operations_should_say_so() {
        let catalogue = operation::Catalogue::new().unwrap();
        let deprecated = catalogue.find("ManagementService_UpdateHumanPhone").unwrap();
        let other = catalogue.find("ManagementService_ListUserChanges").unwrap();
        let with = |pairs: &[(&str, &str)]| Outcome {
            head: Head {
                status: 200,
                trailers: [].into(),
                headers: pairs.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect(),
            },
            reply: Reply::Answer(json!({})),
        };
        assert_eq!(advice(other, &with(&[])), None);
        let loud = advice(other, &with(&[("deprecation", "@1")])).unwrap();
        assert!(loud.ends_with("_ListUserChanges should not send Deprecation"), "{loud}");
        assert!(advice(deprecated, &with(&[])).unwrap().contains(" and Link: "));
        let mut not_routed = with(&[]);
        not_routed.head.status = 404;
        not_routed.reply = Reply::Refused { code: 5, message: "Not Found".into(), details: vec![] };
        assert_eq!(advice(deprecated, &not_routed), None);
        let link = ("link", r#"</x>; rel="successor-version""#);
        // 8 August 2025.
        let said = with(&[("deprecation", "@1754611200"), link]);
        assert_eq!(advice(deprecated, &said), None);
        let wrong = advice(deprecated, &with(&[("deprecation", "@1"), link])).unwrap();
        assert_eq!(
            wrong,
            "ManagementService_UpdateHumanPhone should send Deprecation: @1754611200"
        );
    }
}
