//! The REST wire: route, hand to poem-openapi's handlers, answer in the dialect of grpc-gateway.

use std::time::Duration;

use contract::{BodyLimit, OPERATIONS, Operation, Parameters, Refusal};
use http::header::{
    ACCEPT_LANGUAGE, AUTHORIZATION, CACHE_CONTROL, EXPIRES, PRAGMA, SET_COOKIE, VARY,
    WWW_AUTHENTICATE,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use poem::error::ResponseError;
use poem::{Endpoint, Request, Response};
use serde::Serialize;

use crate::app::Reached;
use crate::error::{Code, Error};
use crate::grpc::headers;
use crate::route::{Match, Routes};
use crate::serve::{Deadline, request_id};
use crate::{cors, date, gate};

/// Headers that grpc-gateway lets stand in for the plain ones.
const GATEWAY: [(&str, HeaderName); 3] = [
    ("grpc-metadata-accept-language", ACCEPT_LANGUAGE),
    ("grpc-metadata-authorization", AUTHORIZATION),
    ("grpc-metadata-x-zitadel-orgid", HeaderName::from_static("x-zitadel-orgid")),
];

/// Prefixes of the headers that grpc-gateway passes on.
const METADATA: [&str; 2] = ["grpc-metadata-", "x-zitadel-"];

/// The REST side of the API, in front of poem's router.
pub struct Rest<E> {
    routes: Routes,
    handlers: E,
    body_limit: usize,
}

impl<E: Endpoint<Output = Response>> Rest<E> {
    pub fn new(handlers: E, body_limit: usize) -> Self {
        Self { routes: Routes::new(), handlers, body_limit }
    }

    /// Answers every request that is not gRPC's.
    pub async fn answer(&self, request: Request) -> Response {
        let origin = cors::origin(&request);
        if let Some(answer) = cors::preflight(&request, is_rpc) {
            return answer;
        }
        let path = request.original_uri().path();
        let mut response = match self.routes.find(request.method().as_str(), path) {
            Match::Operation(operation, parameters) => {
                let mut response = self.operate(operation, parameters, request).await;
                response.set_data(Reached(operation.path));
                response.set_data(operation);
                response
            }
            Match::OtherMethod => refused(StatusCode::METHOD_NOT_ALLOWED, Code::Unimplemented),
            Match::BarePrefix => refused(StatusCode::BAD_REQUEST, Code::InvalidArgument),
            Match::Nothing => refused(StatusCode::NOT_FOUND, Code::NotFound),
        };
        always(response.headers_mut(), origin.as_ref());
        response
    }

    /// Answers by the deadline.
    async fn operate(
        &self,
        operation: &'static Operation,
        parameters: Parameters,
        mut request: Request,
    ) -> Response {
        let limit = match limit(request.headers()) {
            Ok(limit) => limit,
            Err(text) => return rendered(&Error::invalid(text)),
        };
        let deadline = Deadline::of(&request).or_earlier(limit);
        request.set_data(parameters);
        request.set_data(BodyLimit(self.body_limit));
        *request.uri_mut() = Uri::from_static(operation.routed);
        for (gateway, plain) in GATEWAY {
            headers::stand_in(request.headers_mut(), gateway, plain);
        }
        drop_unprintable(request.headers_mut());
        let answer = deadline.hold(self.call(request)).await;
        answer.unwrap_or_else(|_| rendered(&headers::overdue()))
    }

    async fn call(&self, request: Request) -> Response {
        match self.handlers.call(request).await {
            Ok(mut response) => {
                called(response.headers_mut());
                succeeded(response.headers_mut());
                response
            }
            Err(error) => match error.downcast::<Error>() {
                Ok(error) => {
                    let mut response = rendered(&error);
                    called(response.headers_mut());
                    response
                }
                Err(error) => rendered(&undecodable(&error)),
            },
        }
    }
}

/// grpc-gateway passes on printable ASCII alone: another organisation is none at all.
fn drop_unprintable(headers: &mut HeaderMap) {
    let printable =
        |org: &HeaderValue| org.as_bytes().iter().all(|byte| (b' '..=b'~').contains(byte));
    if !headers.get(gate::ORG).is_none_or(printable) {
        headers.remove(gate::ORG);
    }
}

/// The caller's time limit.
///
/// # Errors
/// The text about a header that grpc-gateway cannot make sense of, that limit or another.
fn limit(headers: &HeaderMap) -> Result<Option<Duration>, String> {
    let limit = headers::gateway_timeout(headers)?;
    let mut broken = METADATA.iter().filter_map(|prefix| headers::broken_binary(headers, prefix));
    match broken.next() {
        Some((name, fault)) => {
            Err(format!("invalid binary header {}: {fault}", cors::title_case(name)))
        }
        None => Ok(limit),
    }
}

/// What is refused before a handler is asked. No refusal of poem's own gets through.
fn undecodable(error: &poem::Error) -> Error {
    match error.downcast_ref::<Refusal>() {
        Some(refusal) => refusal.clone().into(),
        None => Error::internal(error),
    }
}

/// Whether a path is that of a gRPC method.
fn is_rpc(path: &str) -> bool {
    let parts = path.trim_start_matches('/').split_once('/');
    parts.is_some_and(|(service, rpc)| {
        OPERATIONS.iter().any(|operation| operation.service == service && operation.rpc == rpc)
    })
}

impl ResponseError for Error {
    fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.code.http()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn as_response(&self) -> Response {
        rendered(self)
    }
}

/// `google.rpc.Status` as JSON.
#[derive(Serialize)]
struct Status<'a> {
    code: u8,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<[Detail<'a>; 1]>,
}

#[derive(Serialize)]
struct Detail<'a> {
    #[serde(rename = "@type")]
    kind: &'static str,
    id: &'a str,
    message: &'a str,
}

/// The body of a refusal.
pub fn body(error: &Error) -> Vec<u8> {
    let kind = "type.googleapis.com/zitadel.v1.ErrorDetail";
    let detail = Detail { kind, id: error.id, message: &error.text };
    let details = (!error.id.is_empty()).then_some([detail]);
    let status = Status { code: error.code as u8, message: &error.message(), details };
    serde_json::to_vec(&status).unwrap_or_default()
}

pub fn rendered(error: &Error) -> Response {
    let mut response = json(error.status(), body(error));
    response.set_data(error.code);
    if error.code == Code::Unauthenticated
        && let Ok(value) = HeaderValue::from_str(&error.message())
    {
        response.headers_mut().insert(WWW_AUTHENTICATE, value);
    }
    response
}

/// A refusal of the router: a status of its own beside the code.
fn refused(status: StatusCode, code: Code) -> Response {
    let message = status.canonical_reason().unwrap_or_default();
    json(status, body(&Error::plain(code, message)))
}

fn json(status: StatusCode, body: Vec<u8>) -> Response {
    Response::builder().status(status).content_type("application/json").body(body)
}

/// `Vary: Origin` stands before that of a success, as in the reference.
fn always(headers: &mut HeaderMap, origin: Option<&HeaderValue>) {
    if let Some(cookie) = headers.insert(VARY, HeaderValue::from_static("Origin")) {
        headers.append(VARY, cookie);
    }
    headers.insert("x-robots-tag", HeaderValue::from_static("none"));
    headers.insert("x-request-id", request_id());
    cors::expose(origin, headers);
}

/// Of every answer of an rpc, refusals included.
fn called(headers: &mut HeaderMap) {
    let (no_store, no_cache) =
        (HeaderValue::from_static("no-store"), HeaderValue::from_static("no-cache"));
    headers.insert("grpcgateway-cache-control", no_store.clone());
    headers.insert("grpcgateway-pragma", no_cache.clone());
    headers.insert("grpcgateway-content-type", HeaderValue::from_static("application/grpc"));
    headers.insert(CACHE_CONTROL, no_store);
    headers.insert(PRAGMA, no_cache);
    headers.insert(EXPIRES, date::now());
}

/// Of every success.
fn succeeded(headers: &mut HeaderMap) {
    headers.insert(SET_COOKIE, cors::QUOTA_COOKIE);
    headers.append(VARY, HeaderValue::from_static("Cookie"));
}
