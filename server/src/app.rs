//! One endpoint for the port: each request goes to the wire that it speaks.

use std::time::Instant;

use contract::Operation;
use http::StatusCode;
use http::header::LOCATION;
use poem::endpoint::BoxEndpoint;
use poem::{Endpoint, Request, Response, Route};

use crate::config::Settings;
use crate::core::Core;
use crate::error::{Code, Error};
use crate::grpc::{Grpc, Wire};
use crate::proxies::Proxies;
use crate::rest::{Rest, rendered};
use crate::{deprecation, route, site};

/// The route template or the rpc that a request reached, left in its response for the log.
#[derive(Clone, Copy)]
pub struct Reached(pub &'static str);

/// What is mostly no fault of the caller: the log names these requests.
const FAULTS: [Code; 3] = [Code::DeadlineExceeded, Code::Internal, Code::Unavailable];

pub struct App {
    proxies: Proxies,
    rest: Rest<BoxEndpoint<'static, Response>>,
    grpc: Grpc<Core>,
    site: Route,
    deprecation_headers: bool,
}

impl App {
    pub fn new(core: &Core, settings: &Settings) -> Self {
        Self {
            proxies: Proxies(settings.trusted_proxies.clone()),
            deprecation_headers: settings.deprecation_headers,
            rest: Rest::new(site::handlers(core), settings.body_limit),
            grpc: Grpc::new(core.clone(), settings.body_limit),
            site: site::site(core),
        }
    }

    async fn answer(&self, request: Request) -> Response {
        if let Some(clean) = route::cleaned(request.uri().path()) {
            return moved(&request, &clean);
        }
        if let Some(wire) = Wire::of(&request) {
            return Box::pin(self.grpc.answer(wire, request)).await;
        }
        if site::owns(request.uri().path()) {
            let answer = self.site.call(request).await;
            return answer.unwrap_or_else(|_| rendered(&Error::plain(Code::NotFound, "Not Found")));
        }
        self.rest.answer(request).await
    }
}

impl Endpoint for App {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let peer = request.remote_addr().as_socket_addr().map(|address| address.ip());
        self.proxies.screen(peer, request.headers_mut());
        let (started, method) = (Instant::now(), request.method().clone());
        let mut response = self.answer(request).await;
        if self.deprecation_headers
            && let Some(operation) = response.data::<&'static Operation>().copied()
        {
            deprecation::tell(operation, response.headers_mut());
        }
        let reached = response.data::<Reached>().map_or("-", |reached| reached.0);
        let code = response.data::<Code>().copied();
        let number = code.map(|code| code as u8);
        let (status, micros) = (response.status().as_u16(), started.elapsed().as_micros());
        let id = response.headers().get("x-request-id").and_then(|id| id.to_str().ok());
        if matches!(code, Some(code) if FAULTS.contains(&code)) {
            tracing::warn!(id, %method, reached, status, code = number, micros, "request failed");
        } else {
            tracing::debug!(id, %method, reached, status, code = number, micros, "request");
        }
        Ok(response)
    }
}

fn moved(request: &Request, to: &str) -> Response {
    let query = request.uri().query();
    let to = query.map_or_else(|| to.to_string(), |query| format!("{to}?{query}"));
    Response::builder().status(StatusCode::MOVED_PERMANENTLY).header(LOCATION, to).finish()
}
