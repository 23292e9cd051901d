//! The gRPC and gRPC-web wires, unary: which requests are theirs, and how they are answered.

mod answer;
mod message;
mod status;

use std::collections::HashMap;

use contract::{Handlers, OPERATIONS, Operation, Outcome};
use http::header::{CONTENT_TYPE, HOST};
use http::{HeaderMap, HeaderValue, Method, Version};
use poem::{Request, Response};

use crate::error::{Code, Error};

/// Whose framing a request uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    Grpc,
    Web,
    /// gRPC-web in base64.
    WebText,
}

impl Wire {
    /// The wire of a request, unless it is REST's.
    pub fn of(request: &Request) -> Option<Self> {
        let kind = request.headers().get(CONTENT_TYPE)?.to_str().ok()?;
        if request.method() != Method::POST {
            return None;
        }
        if kind.starts_with("application/grpc-web-text") {
            return Some(Self::WebText);
        }
        if kind.starts_with("application/grpc-web") {
            return Some(Self::Web);
        }
        let native = ["application/grpc", "application/grpc+proto", "application/grpc+json"];
        (request.version() == Version::HTTP_2 && native.contains(&kind)).then_some(Self::Grpc)
    }
}

/// Outcome of a call: whether a handler was asked, and what came of it.
pub struct Answer {
    pub called: bool,
    pub result: Result<Vec<u8>, Error>,
}

/// The handlers by the path of their rpc.
pub struct Grpc<S> {
    server: S,
    operations: HashMap<(&'static str, &'static str), &'static Operation>,
    services: Vec<&'static str>,
    limit: usize,
}

impl<S: Handlers<Error = Error>> Grpc<S> {
    pub fn new(server: S, limit: usize) -> Self {
        let served = OPERATIONS.iter().filter(|operation| operation.served);
        let operations = served.map(|o| ((o.service, o.rpc), o)).collect();
        let mut services: Vec<_> = OPERATIONS.iter().map(|operation| operation.service).collect();
        services.dedup();
        Self { server, operations, services, limit }
    }

    pub async fn answer(&self, wire: Wire, mut request: Request) -> Response {
        let kind = request.headers().get(CONTENT_TYPE).cloned();
        let kind = kind.unwrap_or(HeaderValue::from_static("application/grpc"));
        let origin = request.headers().get(http::header::ORIGIN).cloned();
        let encoding = request.headers().get("grpc-encoding").cloned();
        let answer = match self.operation(request.uri().path()) {
            Ok(operation) => self.call(wire, operation, &mut request).await,
            Err(error) => Answer { called: false, result: Err(error) },
        };
        answer::response(wire, kind, encoding.filter(|e| e == "gzip"), origin.as_ref(), answer)
    }

    fn operation(&self, path: &str) -> Result<&'static Operation, Error> {
        let unknown = |text| Error::plain(Code::Unimplemented, text);
        let Some((service, rpc)) = path.trim_start_matches('/').split_once('/') else {
            return Err(unknown(format!("malformed method name: {path:?}")));
        };
        if let Some(operation) = self.operations.get(&(service, rpc)) {
            return Ok(operation);
        }
        if self.services.contains(&service) {
            return Err(unknown(format!("unknown method {rpc} for service {service}")));
        }
        Err(unknown(format!("unknown service {service}")))
    }

    async fn call(
        &self,
        wire: Wire,
        operation: &'static Operation,
        request: &mut Request,
    ) -> Answer {
        let refused = |error| Answer { called: false, result: Err(error) };
        let message = match message::read(wire, request, self.limit).await {
            Ok(message) => message,
            Err(error) => return refused(error),
        };
        name_host(request);
        match contract::unary(&self.server, operation, request.headers(), &message).await {
            Outcome::Answered(result) => Answer { called: true, result },
            Outcome::Undecodable(refusal) => refused(refusal.into()),
            Outcome::NotServed => refused(Error::plain(
                Code::Unimplemented,
                format!("unknown method {}", operation.rpc),
            )),
        }
    }
}

/// HTTP/2 names the host in `:authority`.
fn name_host(request: &mut Request) {
    let authority = request.original_uri().authority().map(|authority| authority.to_string());
    let headers: &mut HeaderMap = request.headers_mut();
    if !headers.contains_key(HOST)
        && let Some(Ok(value)) = authority.map(HeaderValue::try_from)
    {
        headers.insert(HOST, value);
    }
}
