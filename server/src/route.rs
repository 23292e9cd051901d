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

/// The operations by the number of segments of their path, and those that take any number.
pub struct Routes {
    by_length: Vec<Vec<Route>>,
    open: Vec<Route>,
}

struct Route {
    operation: &'static Operation,
    segments: Vec<Segment>,
}

enum Segment {
    Plain(&'static str),
    Parameter,
    /// `{name=**}`, at the end: what is left, slashes included, or nothing.
    Rest,
}

impl Routes {
    pub fn new() -> Self {
        let (mut by_length, mut open) = (Vec::new(), Vec::new());
        for operation in OPERATIONS.iter().rev() {
            let segments: Vec<Segment> = operation.path.split('/').skip(1).map(segment).collect();
            if let Some(Segment::Rest) = segments.last() {
                open.push(Route { operation, segments });
                continue;
            }
            if by_length.len() <= segments.len() {
                by_length.resize_with(segments.len() + 1, Vec::new);
            }
            if let Some(routes) = by_length.get_mut(segments.len()) {
                routes.push(Route { operation, segments });
            }
        }
        Self { by_length, open }
    }

    /// Operations that are not served do not exist, but hide the ones that they overlap.
    pub fn find(&self, method: &str, path: &str) -> Match {
        let mut behind = PREFIXES.iter().filter_map(|prefix| path.strip_prefix(prefix));
        if behind.any(|rest| !rest.starts_with('/')) {
            return Match::BarePrefix;
        }
        let Ok(path) = percent_decode_str(path).decode_utf8() else { return Match::Nothing };
        let given: Vec<&str> = path.split('/').skip(1).collect();
        let routes = self.by_length.get(given.len()).map(Vec::as_slice).unwrap_or_default();
        let routes = routes.iter().chain(&self.open);
        let mut matching = routes.filter(|route| route.matches(&given)).peekable();
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
        self.segments.iter().enumerate().all(|(place, segment)| match segment {
            Segment::Plain(name) => given.get(place) == Some(name),
            Segment::Parameter => place < given.len(),
            Segment::Rest => true,
        })
    }

    fn parameters(&self, given: &[&str]) -> Parameters {
        let values = self.segments.iter().enumerate().filter_map(|(place, segment)| {
            let rest = given.get(place..).unwrap_or_default();
            match segment {
                Segment::Plain(_) => None,
                Segment::Parameter => rest.first().map(ToString::to_string),
                Segment::Rest => Some(rest.join("/")),
            }
        });
        Parameters(values.collect())
    }
}

fn segment(text: &'static str) -> Segment {
    match text.strip_prefix('{') {
        Some(name) if name.ends_with("=**}") => Segment::Rest,
        Some(_) => Segment::Parameter,
        None => Segment::Plain(text),
    }
}

fn decoded(part: &str) -> Cow<'_, str> {
    percent_decode_str(part).decode_utf8_lossy()
}

/// The path without empty and dot segments, if it has any before its end.
pub fn cleaned(path: &str) -> Option<String> {
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
    fn the_last_parameter_may_take_the_rest() {
        let roles = "/management/v1/projects/p/roles";
        for (rest, key) in [("/a", "a"), ("/a/b%2Fc", "a/b/c"), ("/a/", "a/"), ("/", ""), ("", "")]
        {
            let path = format!("{roles}{rest}");
            assert_eq!(found("DELETE", &path), format!("RemoveProjectRole p,{key}"), "{path}");
        }
        assert_eq!(found("POST", roles), "AddProjectRole p");
        assert_eq!(found("PUT", &format!("{roles}/a")), "OtherMethod");
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
