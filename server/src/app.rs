//! One endpoint for the port: each request goes to the wire that it speaks.

use std::time::Instant;

use poem::endpoint::BoxEndpoint;
use poem::{Endpoint, Request, Response, Route};

use crate::core::Core;
use crate::error::{Code, Error};
use crate::grpc::{Grpc, Wire};
use crate::rest::{Reached, Rest, rendered};
use crate::site;

pub struct App {
    rest: Rest<BoxEndpoint<'static, Response>>,
    grpc: Grpc<Core>,
    site: Route,
}

impl App {
    pub fn new(core: &Core, body_limit: usize) -> Self {
        Self {
            rest: Rest::new(site::handlers(core), body_limit),
            grpc: Grpc::new(core.clone(), body_limit),
            site: site::site(core),
        }
    }

    async fn answer(&self, request: Request) -> Response {
        if let Some(wire) = Wire::of(&request) {
            return self.grpc.answer(wire, request).await;
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

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let (started, method) = (Instant::now(), request.method().clone());
        let response = self.answer(request).await;
        let path = response.data::<Reached>().map_or("-", |reached| reached.0.path);
        let (status, micros) = (response.status().as_u16(), started.elapsed().as_micros());
        tracing::debug!(%method, path, status, micros, "request");
        Ok(response)
    }
}
