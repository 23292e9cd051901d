//! Which operations are deprecated since when, and what replaces them: as headers of their
//! answers, as text and as a page.

use std::sync::LazyLock;

use buffa_types::google::protobuf::Timestamp;
use contract::{OPERATIONS, Operation, Successor};
use http::header::{ACCESS_CONTROL_EXPOSE_HEADERS, LINK};
use http::{HeaderMap, HeaderValue};

const PAGE: &str = include_str!("site/deprecations.html");

/// The names of the headers, for pages of other origins.
const NAMES: HeaderValue = HeaderValue::from_static("Deprecation, Link");

/// Says in the headers of an answer that its operation is deprecated: since when (RFC 9745) and by
/// which rpcs it is replaced (`successor-version`, RFC 5829). Their paths are the same on every
/// wire and, unlike the routes of REST, no templates.
pub fn tell(operation: &Operation, headers: &mut HeaderMap) {
    static ALL: LazyLock<Vec<HeaderMap>> =
        LazyLock::new(|| OPERATIONS.iter().map(headers_of).collect());
    let Some(of_operation) = ALL.get(operation.number).filter(|headers| !headers.is_empty()) else {
        return;
    };
    headers.extend(of_operation.clone());
    if headers.contains_key(ACCESS_CONTROL_EXPOSE_HEADERS) {
        headers.append(ACCESS_CONTROL_EXPOSE_HEADERS, NAMES);
    }
}

fn headers_of(operation: &Operation) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if let Some(since) = unix_time(operation.deprecated_since)
        && let Ok(since) = HeaderValue::try_from(format!("@{since}"))
    {
        headers.insert("deprecation", since);
    }
    let link = |successor: &Successor| format!("</{}>; rel=\"successor-version\"", successor.rpc);
    let links: Vec<String> = operation.successors.iter().map(link).collect();
    if !links.is_empty()
        && let Ok(links) = HeaderValue::try_from(links.join(", "))
    {
        headers.insert(LINK, links);
    }
    headers
}

/// The beginning of a day, `YYYY-MM-DD`.
fn unix_time(day: &str) -> Option<i64> {
    let time: Timestamp = serde_json::from_str(&format!("\"{day}T00:00:00Z\"")).ok()?;
    Some(time.seconds)
}

/// The operations that are served and deprecated, the oldest deprecation first.
fn deprecated() -> Vec<&'static Operation> {
    let known = |o: &&Operation| o.served && !o.deprecated_since.is_empty();
    let mut found: Vec<&Operation> = OPERATIONS.iter().filter(known).collect();
    found.sort_by_key(|operation| (operation.deprecated_since, operation.path, operation.method));
    found
}

fn successors(operation: &Operation) -> String {
    let name = |successor: &Successor| match successor.route {
        "" => successor.rpc,
        route => route,
    };
    operation.successors.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// A line for each deprecated operation: since when, what, and what replaces it.
pub fn timeline() -> String {
    let line = |operation: &Operation| {
        let (since, method, path) = (operation.deprecated_since, operation.method, operation.path);
        let successors = successors(operation);
        let arrow = if successors.is_empty() { "" } else { " -> " };
        format!("{since}  {:<30} {method} {path}{arrow}{successors}\n", operation.rpc)
    };
    deprecated().into_iter().map(line).collect()
}

/// The same as a page. What it shows holds no character that means something in HTML.
pub fn page() -> String {
    let row = |operation: &Operation| {
        let (since, method, path) = (operation.deprecated_since, operation.method, operation.path);
        let successors = successors(operation);
        let rpc = operation.rpc;
        format!(
            "<tr><td>{since}<td>{rpc}<td><code>{method} {path}</code><td><code>{successors}</code>\n"
        )
    };
    PAGE.replace("{rows}", &deprecated().into_iter().map(row).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(rpc: &str, mut headers: HeaderMap) -> HeaderMap {
        let operation = OPERATIONS.iter().find(|operation| operation.rpc == rpc).unwrap();
        tell(operation, &mut headers);
        headers
    }

    #[test]
    fn deprecated_operations_say_so() {
        let headers = of("GetUserByID", HeaderMap::new());
        // 26 July 2024.
        assert_eq!(headers["deprecation"], "@1721952000");
        assert_eq!(
            headers[LINK],
            "</zitadel.user.v2.UserService/GetUserByID>; rel=\"successor-version\", \
             </zitadel.user.v2.UserService/ListUsers>; rel=\"successor-version\""
        );
        assert_eq!(headers.len(), 2);
        let none = of("ResendHumanInitialization", HeaderMap::new());
        assert!(none.contains_key("deprecation") && !none.contains_key(LINK));
        assert!(of("ListUserChanges", HeaderMap::new()).is_empty());
    }

    #[test]
    fn pages_of_other_origins_may_read_it() {
        let exposed = (ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("Location"));
        let headers = of("LockUser", HeaderMap::from_iter([exposed]));
        let names: Vec<_> = headers.get_all(ACCESS_CONTROL_EXPOSE_HEADERS).iter().collect();
        assert_eq!(names, ["Location", "Deprecation, Link"]);
    }

    #[test]
    fn the_timeline_is_sorted_and_complete() {
        let text = timeline();
        let days: Vec<&str> = text.lines().map(|line| &line[..10]).collect();
        assert!(days.is_sorted() && days.len() > 20, "{text}");
        assert!(text.contains("POST /management/v1/users/human -> POST /v2/users/new"), "{text}");
        assert_eq!(page().matches("<tr><td>").count(), days.len());
    }
}
