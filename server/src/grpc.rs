//! The gRPC and gRPC-web wires: which requests are theirs, and how they are answered.

mod answer;
mod descriptor;
pub mod headers;
mod health;
mod message;
mod protobuf;
mod reflection;
mod status;

use std::collections::HashMap;
use std::time::Duration;

use contract::{Handlers, OPERATIONS, Operation, Outcome};
use futures_util::StreamExt;
use http::header::{ACCEPT_LANGUAGE, CONTENT_TYPE};
use http::{HeaderMap, Method, Version};
use poem::{Request, Response};

use crate::app::Reached;
use crate::error::{Code, Error, Result};
use crate::route;
use crate::serve::{Deadline, Stopping};
use answer::Echo;
use message::Messages;

/// What grpc-gateway makes of `Accept-Language`, so that it works over gRPC only
/// (`fixtures/users/changes/languages.yaml`).
const GATEWAY_LANGUAGE: &str = "grpcgateway-accept-language";

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
        if kind.starts_with("application/grpc-web") {
            let text = kind.starts_with("application/grpc-web-text");
            let wire = if text { Self::WebText } else { Self::Web };
            return (!route::is_rest(request.uri().path())).then_some(wire);
        }
        let native = ["application/grpc", "application/grpc+proto", "application/grpc+json"];
        (request.version() == Version::HTTP_2 && native.contains(&kind)).then_some(Self::Grpc)
    }
}

/// What the path of a call names.
#[derive(Clone, Copy)]
enum Rpc {
    Operation(&'static Operation),
    Check,
    Watch,
    Reflection,
}

impl Rpc {
    fn name(self) -> &'static str {
        match self {
            Self::Operation(operation) => operation.rpc,
            Self::Check => "Check",
            Self::Watch => "Watch",
            Self::Reflection => "ServerReflectionInfo",
        }
    }
}

/// The handlers by the path of their rpc.
pub struct Grpc<S> {
    server: S,
    rpcs: HashMap<(&'static str, &'static str), Rpc>,
    /// The services of the contract.
    services: Vec<&'static str>,
    limit: usize,
}

impl<S: Handlers<Error = Error>> Grpc<S> {
    /// `limit` is the most bytes of a message.
    pub fn new(server: S, limit: usize) -> Self {
        let served = OPERATIONS.iter().filter(|operation| operation.served);
        let operations = served.map(|o| ((o.service, o.rpc), Rpc::Operation(o)));
        let health = [("Check", Rpc::Check), ("Watch", Rpc::Watch)];
        let health = health.map(|(name, rpc)| ((health::SERVICE, name), rpc));
        let reflection = reflection::SERVICES;
        let reflection = reflection.map(|name| ((name, Rpc::Reflection.name()), Rpc::Reflection));
        let rpcs = operations.chain(health).chain(reflection).collect();
        let mut services: Vec<_> = OPERATIONS.iter().map(|operation| operation.service).collect();
        services.dedup();
        Self { server, rpcs, services, limit }
    }

    /// Answers a call by its deadline; a stream may last longer.
    pub async fn answer(&self, wire: Wire, mut request: Request) -> Response {
        let echo = Echo::of(wire, request.headers());
        let limit = match limit(request.headers()) {
            Ok(limit) => limit,
            Err(text) => return answer::malformed(&text),
        };
        headers::stand_in(request.headers_mut(), GATEWAY_LANGUAGE, ACCEPT_LANGUAGE);
        let rpc = match self.rpc(request.uri().path()) {
            Ok(rpc) => rpc,
            Err(error) => return echo.refuse(error),
        };
        let deadline = Deadline::of(&request).or_earlier(limit);
        let mut response = match deadline.hold(self.respond(rpc, &echo, &mut request)).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => echo.refuse(error),
            Err(_) => echo.refuse(headers::overdue()),
        };
        if let Rpc::Operation(operation) = rpc {
            response.set_data(operation);
        }
        response.set_data(Reached(rpc.name()));
        response
    }

    fn rpc(&self, path: &str) -> Result<Rpc> {
        let Some((service, name)) = path.strip_prefix('/').and_then(|path| path.rsplit_once('/'))
        else {
            return Err(unknown(format!("malformed method name: {path:?}")));
        };
        if let Some(rpc) = self.rpcs.get(&(service, name)) {
            return Ok(*rpc);
        }
        if self.rpcs.keys().any(|(known, _)| *known == service) {
            return Err(unknown(format!("unknown method {name} for service {service}")));
        }
        Err(unknown(format!("unknown service {service}")))
    }

    /// # Errors
    /// What is refused before a handler is asked.
    async fn respond(&self, rpc: Rpc, echo: &Echo, request: &mut Request) -> Result<Response> {
        let mut messages = Messages::of(echo.wire, request, self.limit).await?;
        let stopping = Stopping::of(request);
        if let Rpc::Reflection = rpc {
            let answers = reflection::answers(messages, self.services.clone());
            return Ok(echo.stream(answers.take_until(Box::pin(stopping.wait()))));
        }
        let message = messages.next().await?.ok_or_else(|| Error::plain(Code::Unknown, "EOF"))?;
        match rpc {
            Rpc::Operation(operation) => {
                let result = self.call(operation, request.headers(), &message).await?;
                Ok(echo.unary(result))
            }
            Rpc::Watch => {
                let asked = health::asked(&message)?;
                Ok(echo.stream(health::watch(&self.services, &asked, stopping)))
            }
            _ => Ok(echo.unary(health::check(&self.services, &health::asked(&message)?))),
        }
    }

    async fn call(
        &self,
        operation: &'static Operation,
        headers: &HeaderMap,
        message: &[u8],
    ) -> Result<Result<Vec<u8>>> {
        match contract::unary(&self.server, operation, headers, message).await {
            Outcome::Answered(result) => Ok(result),
            Outcome::Undecodable(refusal) => Err(refusal.into()),
            Outcome::NotServed => Err(unknown(format!("unknown method {}", operation.rpc))),
        }
    }
}

fn unknown(text: String) -> Error {
    Error::plain(Code::Unimplemented, text)
}

/// The caller's time limit.
///
/// # Errors
/// The text about a header that gRPC cannot make sense of, that limit or another.
fn limit(headers: &HeaderMap) -> Result<Option<Duration>, String> {
    let limit = headers::timeout(headers).map_err(|text| format!("malformed grpc-timeout: {text}"));
    match headers::broken_binary(headers, "") {
        Some((name, fault)) if limit.is_ok() => {
            Err(format!("malformed binary metadata \"\" in header {name:?}: {fault}"))
        }
        _ => limit,
    }
}
