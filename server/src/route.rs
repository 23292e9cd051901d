//! Which operation a method and a path mean. The operation declared last wins.

use std::borrow::Cow;

use contract::{OPERATIONS, Operation, Parameters};
use percent_encoding::percent_decode_str;

/// What a path means.
#[derive(Debug)]
pub enum Match {
    Operation(&'static Operation, Parameters),
    /// The path exists, with other methods.
    OtherMethod,
    Nothing,
    /// A prefix of the API with nothing behind it, or with other text than a segment.
    BarePrefix,
}

const PREFIXES: [&str; 3] = ["/management/v1", "/admin/v1", "/auth/v1"];

/// Whether a path belongs to REST, whatever the content type says.
pub fn is_rest(path: &str) -> bool {
    PREFIXES.iter().any(|prefix| path.starts_with(prefix))
}

/// The operations by the number of segments of their path.
pub struct Routes(Vec<Vec<Route>>);

struct Route {
    operation: &'static Operation,
    segments: Vec<Segment>,
}

enum Segment {
    Plain(&'static str),
    Parameter,
}

impl Routes {
    pub fn new() -> Self {
        let mut by_length = Vec::new();
        for operation in OPERATIONS.iter().rev() {
            let segments: Vec<Segment> = operation.path.split('/').skip(1).map(segment).collect();
            if by_length.len() <= segments.len() {
                by_length.resize_with(segments.len() + 1, Vec::new);
            }
            if let Some(routes) = by_length.get_mut(segments.len()) {
                routes.push(Route { operation, segments });
            }
        }
        Self(by_length)
    }

    /// Operations that are not served do not exist, but hide the ones that they overlap.
    pub fn find(&self, method: &str, path: &str) -> Match {
        let mut behind = PREFIXES.iter().filter_map(|prefix| path.strip_prefix(prefix));
        if behind.any(|rest| !rest.starts_with('/')) {
            return Match::BarePrefix;
        }
        let Ok(path) = percent_decode_str(path).decode_utf8() else { return Match::Nothing };
        let given: Vec<&str> = path.split('/').skip(1).collect();
        let routes = self.0.get(given.len()).map(Vec::as_slice).unwrap_or_default();
        let mut matching = routes.iter().filter(|route| route.matches(&given)).peekable();
        let exists = matching.peek().is_some();
        match matching.find(|route| route.operation.method == method) {
            Some(route) if route.operation.served => {
                Match::Operation(route.operation, route.parameters(&given))
            }
            None if exists => Match::OtherMethod,
            _ => Match::Nothing,
        }
    }
}

impl Route {
    fn matches(&self, given: &[&str]) -> bool {
        self.segments.iter().zip(given).all(|(segment, given)| match segment {
            Segment::Plain(name) => name == given,
            Segment::Parameter => true,
        })
    }

    fn parameters(&self, given: &[&str]) -> Parameters {
        let pairs = self.segments.iter().zip(given);
        let parameters = pairs.filter(|(segment, _)| matches!(segment, Segment::Parameter));
        Parameters(parameters.map(|(_, value)| (*value).to_string()).collect())
    }
}

fn segment(text: &'static str) -> Segment {
    if text.starts_with('{') { Segment::Parameter } else { Segment::Plain(text) }
}

/// The path without empty and dot segments, if it has any before its end.
pub fn cleaned(path: &str) -> Option<String> {
    let decoded = |part: &str| -> Cow<'_, str> {
        percent_decode_str(part).decode_utf8_lossy().into_owned().into()
    };
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    let (last, before) = parts.split_last()?;
    let dots = |part: &&str| matches!(&*decoded(part), "." | "..");
    if !before.iter().any(|part| part.is_empty()) && !parts.iter().any(dots) {
        return None;
    }
    let mut clean: Vec<&str> = Vec::new();
    for part in &parts {
        match &*decoded(part) {
            "" | "." => {}
            ".." => {
                clean.pop();
            }
            _ => clean.push(part),
        }
    }
    let end = if last.is_empty() && !clean.is_empty() { "/" } else { "" };
    Some(format!("/{}{end}", clean.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(method: &str, path: &str) -> String {
        match Routes::new().find(method, path) {
            Match::Operation(operation, parameters) => {
                format!("{} {}", operation.rpc, parameters.0.join(","))
            }
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn the_last_declared_wins_and_hides() {
        assert_eq!(found("GET", "/management/v1/users/1"), "GetUserByID 1");
        assert_eq!(found("GET", "/management/v1/users/_search"), "GetUserByID _search");
        assert_eq!(found("GET", "/management/v1/orgs/me"), "GetMyOrg ");
        assert_eq!(found("POST", "/management/v1/users/1/metadata/a%20b"), "SetUserMetadata 1,a b");
    }

    #[test]
    fn an_empty_last_parameter_is_one() {
        assert_eq!(found("GET", "/management/v1/users/"), "GetUserByID ");
        assert_eq!(found("GET", "/management/v1/users/1/"), "Nothing");
    }

    #[test]
    fn other_methods_and_unknown_paths() {
        assert_eq!(found("PATCH", "/management/v1/users/1"), "OtherMethod");
        assert_eq!(found("HEAD", "/management/v1/users/1"), "OtherMethod");
        assert_eq!(found("GET", "/management/v1/nope"), "Nothing");
        assert_eq!(found("GET", "/management/v1"), "BarePrefix");
        assert_eq!(found("GET", "/management/v1x/users/1"), "BarePrefix");
    }

    #[test]
    fn unclean_paths_move() {
        for path in [
            "/management/v1//users/x",
            "/management/./v1/users/x",
            "/a/%2e%2e/management/v1/users/x",
        ] {
            assert_eq!(cleaned(path).as_deref(), Some("/management/v1/users/x"), "{path}");
        }
        for path in ["/", "*", "/users/", "/a.b/..c"] {
            assert_eq!(cleaned(path), None, "{path}");
        }
    }
}
