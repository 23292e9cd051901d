//! What an answer should say of a deprecated operation. ZITADEL says nothing, so this is advice
//! and fails no play.

use prost_types::Timestamp;

use crate::operation::{self, Operation};
use crate::outcome::Head;

/// What is missing, if anything: `Deprecation: @<unix time>` (RFC 9745), and where there is a
/// successor `Link: <…>; rel="successor-version"` (RFC 5829).
pub fn advice(operation: &Operation, head: &Head) -> Option<String> {
    let facts = operation.facts;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_deprecated_operations_should_say_so() {
        let catalogue = operation::Catalogue::new().unwrap();
        let deprecated = catalogue.find("ManagementService_UpdateHumanPhone").unwrap();
        let other = catalogue.find("ManagementService_ListUserChanges").unwrap();
        let head = |pairs: &[(&str, &str)]| Head {
            status: 200,
            trailers: [].into(),
            headers: pairs.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect(),
        };
        assert_eq!(advice(other, &head(&[])), None);
        assert!(advice(deprecated, &head(&[])).unwrap().contains(" and Link: "));
        let link = ("link", r#"</x>; rel="successor-version""#);
        // 8 August 2025.
        let said = head(&[("deprecation", "@1754611200"), link]);
        assert_eq!(advice(deprecated, &said), None);
        let wrong = advice(deprecated, &head(&[("deprecation", "@1"), link])).unwrap();
        assert_eq!(
            wrong,
            "ManagementService_UpdateHumanPhone should send Deprecation: @1754611200"
        );
    }
}
