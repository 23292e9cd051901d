//! A login name is the user name and an ending, so a query on it is one on the user name.

use super::query::{Query, Text};
use crate::db::fold;
use crate::views::list::{Match, Method};

/// The queries on the user name of which one is true when the name with this ending matches.
pub fn on_name(ending: &str, how: Match, value: &str) -> Vec<Query> {
    let given = |text: &str| if how.ignore_case { fold(text) } else { text.to_owned() };
    let (ending, value) = (given(ending), given(value));
    let name = |(method, part): (Method, String)| {
        Query::Text(Text::UserName, Match { method, ..how }, part)
    };
    parts(&ending, how.method, &value).into_iter().map(name).collect()
}

fn parts(ending: &str, method: Method, value: &str) -> Vec<(Method, String)> {
    let whole = |method| (method, value.to_owned());
    // `Ann` of `Ann@ex`, where the ending is `@example.com`.
    let heads = value
        .char_indices()
        .filter(|(at, _)| value.get(*at..).is_some_and(|tail| ending.starts_with(tail)));
    let heads = heads.filter_map(|(at, _)| value.get(..at));
    match method {
        Method::Equals => {
            value.strip_suffix(ending).map(|name| (method, name.into())).into_iter().collect()
        }
        Method::StartsWith => {
            let heads = heads.map(|head| (Method::Equals, head.into()));
            std::iter::once(whole(method)).chain(heads).collect()
        }
        Method::EndsWith if ending.ends_with(value) => vec![(method, String::new())],
        Method::EndsWith => {
            value.strip_suffix(ending).map(|name| (method, name.into())).into_iter().collect()
        }
        Method::Contains if ending.contains(value) => vec![(method, String::new())],
        Method::Contains => {
            let heads = heads.map(|head| (Method::EndsWith, head.into()));
            std::iter::once(whole(method)).chain(heads).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(method: Method, text: &str, part: &str) -> bool {
        match method {
            Method::Equals => text == part,
            Method::StartsWith => text.starts_with(part),
            Method::Contains => text.contains(part),
            Method::EndsWith => text.ends_with(part),
        }
    }

    #[test]
    fn a_query_on_the_name_says_the_same() {
        let methods = [Method::Equals, Method::StartsWith, Method::Contains, Method::EndsWith];
        let names = ["a", "ab", "b@x", "a@", "aä@x.y", "x"];
        let values =
            ["", "a", "@", "a@", "a@x", "@x.y", "x.y", "y", "ab@x.y", "b@x@x.y", "aä@x.y@"];
        for ending in ["", "@x.y", "@@x.y"] {
            for (method, name) in methods.into_iter().flat_map(|m| names.map(|name| (m, name))) {
                for value in values {
                    let parts = parts(ending, method, value);
                    let found = parts.iter().any(|(method, part)| holds(*method, name, part));
                    let wanted = holds(method, &format!("{name}{ending}"), value);
                    assert_eq!(found, wanted, "{name}{ending} {method:?} {value}");
                }
            }
        }
    }
}
