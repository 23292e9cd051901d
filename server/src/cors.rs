//! What browsers of other origins are told: the answer to a preflight and the headers of the rest.
//! The rules are those of the Fetch standard as the reference applies them
//! (`fixtures/wire/cors.yaml`, `fixtures/wire/grpc-web.yaml`).

use poem::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use poem::http::{Method, StatusCode};
use poem::{Request, Response};

const METHODS: [&[u8]; 7] = [b"OPTIONS", b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE"];

/// The request headers that a page may send.
const HEADERS: [&str; 12] = [
    "accept",
    "accept-language",
    "authorization",
    "connect-protocol-version",
    "connect-timeout-ms",
    "content-type",
    "grpc-timeout",
    "origin",
    "x-grpc-web",
    "x-requested-with",
    "x-user-agent",
    "x-zitadel-orgid",
];

/// How many empty elements of a list are put up with (RFC 9110 §5.6.1: "a reasonable number").
const EMPTY_ELEMENTS: usize = 16;

const EXPOSED: HeaderValue = HeaderValue::from_static(
    "Location, Content-Length, Grpc-Status, Grpc-Message, Grpc-Status-Details-Bin",
);
const PREFLIGHT_VARY: HeaderValue = HeaderValue::from_static(
    "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
);
/// Takes back a cookie that ZITADEL sets when a quota is exhausted.
pub const QUOTA_COOKIE: HeaderValue =
    HeaderValue::from_static("zitadel.quota.exhausted=; Path=/; Max-Age=0; SameSite=Lax");
const TRUE: HeaderValue = HeaderValue::from_static("true");
const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");

/// Answers a preflight, on any path and without a token; `None` for any other request.
/// `is_rpc` tells whether a path is that of a gRPC method: only there gRPC-web has its own form.
/// What is not allowed is answered too, without the `Access-Control-Allow-*` headers.
pub fn preflight(request: &Request, is_rpc: impl FnOnce(&str) -> bool) -> Option<Response> {
    let wanted = request.headers().get(header::ACCESS_CONTROL_REQUEST_METHOD)?;
    if request.method() != Method::OPTIONS || wanted.is_empty() {
        return None;
    }
    let web = names_grpc_web(request.headers()) && is_rpc(request.uri().path());
    let mut response = Response::builder().status(StatusCode::NO_CONTENT).finish();
    let headers = response.headers_mut();
    headers.append(header::VARY, PREFLIGHT_VARY);
    headers.insert(ROBOTS, HeaderValue::from_static("none"));
    if !web {
        headers.append(header::VARY, HeaderValue::from_static("Cookie"));
        headers.insert(header::SET_COOKIE, QUOTA_COOKIE);
    }
    if allow(request.headers(), wanted, headers).is_some() && web {
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    }
    Some(response)
}

/// The origin of a request, if a page may use its method.
pub fn origin(request: &Request) -> Option<HeaderValue> {
    let allowed = METHODS.contains(&request.method().as_str().as_bytes());
    request.headers().get(header::ORIGIN).filter(|_| allowed).cloned()
}

/// Opens a REST answer to a page of `origin`, whatever that is; an empty one counts as none.
pub fn expose(origin: Option<&HeaderValue>, headers: &mut HeaderMap) {
    if allow_origin(origin, headers).is_some() {
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    }
}

/// Opens a gRPC-web answer to a page of `origin`, and names every header that `headers` has now
/// (to be called last). The names are given without an origin too.
pub fn expose_web(origin: Option<&HeaderValue>, headers: &mut HeaderMap) {
    allow_origin(origin, headers);
    let mut names: Vec<String> = headers.keys().map(|name| title_case(name.as_str())).collect();
    names.push("Date, grpc-status, grpc-message".to_owned());
    if let Ok(names) = HeaderValue::try_from(names.join(", ")) {
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, names);
    }
}

fn allow_origin(origin: Option<&HeaderValue>, headers: &mut HeaderMap) -> Option<()> {
    let origin = origin.filter(|origin| !origin.is_empty())?;
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, TRUE);
    Some(())
}

/// Grants what a preflight asks for, all or nothing.
fn allow(asked: &HeaderMap, method: &HeaderValue, headers: &mut HeaderMap) -> Option<()> {
    let lists = || asked.get_all(header::ACCESS_CONTROL_REQUEST_HEADERS).iter();
    if !METHODS.contains(&method.as_bytes()) || !are_allowed(lists()) {
        return None;
    }
    allow_origin(asked.get(header::ORIGIN), headers)?;
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, method.clone());
    for list in lists().filter(|list| !list.is_empty()) {
        headers.append(header::ACCESS_CONTROL_ALLOW_HEADERS, list.clone());
    }
    Some(())
}

/// Header names as a browser lists them: allowed, in lower case, sorted, none twice, with at most
/// one blank on either side of a comma.
fn are_allowed<'a>(lists: impl Iterator<Item = &'a HeaderValue>) -> bool {
    let (mut last, mut empty) = ("", 0);
    for element in lists.flat_map(|list| list.as_bytes().split(|byte| *byte == b',')) {
        let Ok(element) = std::str::from_utf8(element) else { return false };
        let name = element.strip_prefix([' ', '\t']).unwrap_or(element);
        let name = name.strip_suffix([' ', '\t']).unwrap_or(name);
        if name.is_empty() {
            empty += 1;
        } else if name <= last || !HEADERS.contains(&name) {
            return false;
        } else {
            last = name;
        }
    }
    empty <= EMPTY_ELEMENTS
}

fn names_grpc_web(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCESS_CONTROL_REQUEST_HEADERS)
        .and_then(|list| list.to_str().ok())
        .is_some_and(|list| list.to_ascii_lowercase().contains("x-grpc-web"))
}

/// A header name as HTTP/1 clients know it: `X-Request-Id`.
pub fn title_case(name: &str) -> String {
    let mut start = true;
    let title = |letter: char| {
        let begins = std::mem::replace(&mut start, letter == '-');
        if begins { letter.to_ascii_uppercase() } else { letter }
    };
    name.chars().map(title).collect()
}

#[cfg(test)]
mod tests;
