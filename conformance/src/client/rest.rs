//! REST, in grpc-gateway's dialect: parameters in the path, the rest in a JSON body or a query.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request};
use http_body_util::Full;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use super::raw::{self, Raw};
use super::{Call, Trouble};

/// All but the unreserved characters (RFC 3986, 2.3).
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The request, its URI without scheme and authority.
///
/// # Errors
/// When the arguments make no URI.
pub fn request(mut call: Call<'_>) -> Result<Request<Full<Bytes>>, Trouble> {
    let mut args = call.args.as_object().cloned().unwrap_or_default();
    let mut path = fill_path(call.operation.facts.path, &mut args);
    let mut body = Bytes::new();
    if call.operation.body {
        body = Value::Object(args).to_string().into();
        call.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    } else if !args.is_empty() {
        let mut query = Vec::new();
        flatten("", &Value::Object(args), &mut query);
        path = format!("{path}?{}", query.join("&"));
    }
    let (method, path, headers) = (call.operation.facts.method, path.as_str(), call.headers);
    raw::request(Raw { method, path, headers, body, http2: false, output: None })
}

/// The route with its parameters taken out of the arguments; an absent one is empty.
fn fill_path(route: &str, args: &mut Map<String, Value>) -> String {
    let mut path = String::new();
    for part in route.split('/').skip(1) {
        path.push('/');
        match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            None => path.push_str(part),
            Some(parameter) => {
                let name = parameter.split('=').next().unwrap_or_default();
                let value = args.remove(&camel_case(name)).or_else(|| args.remove(name));
                path.extend(utf8_percent_encode(&text(&value.unwrap_or_default()), COMPONENT));
            }
        }
    }
    path
}

fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_string();
    words.fold(first, |mut out, word| {
        let mut letters = word.chars();
        out.extend(letters.next().map(|c| c.to_ascii_uppercase()));
        out + letters.as_str()
    })
}

/// The members as `a.b=c` pairs.
fn flatten(prefix: &str, value: &Value, out: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let dot = if prefix.is_empty() { "" } else { "." };
                flatten(&format!("{prefix}{dot}{name}"), value, out);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| flatten(prefix, item, out)),
        value => {
            out.push(format!("{prefix}={}", utf8_percent_encode(&text(value), COMPONENT)));
        }
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn path_parameters_leave_the_arguments() {
        let mut args = json!({"userId": "a/b ü", "x": 1}).as_object().cloned().unwrap();
        let path = fill_path("/management/v1/users/{user_id}/phone", &mut args);
        assert_eq!(path, "/management/v1/users/a%2Fb%20%C3%BC/phone");
        assert_eq!(Value::Object(args), json!({"x": 1}));
    }

    #[test]
    fn an_absent_parameter_is_empty() {
        assert_eq!(fill_path("/users/{id}", &mut Map::new()), "/users/");
    }

    #[test]
    fn a_query_holds_members_by_their_path() {
        let mut query = Vec::new();
        flatten("", &json!({"a": {"b": ["x&y", true]}, "c": 1}), &mut query);
        assert_eq!(query.join("&"), "a.b=x%26y&a.b=true&c=1");
    }
}
