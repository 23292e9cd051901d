//! A proxy between the suite and a server, which plants one fault.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use conformance::fixture::Transport;
use conformance::operation::Catalogue;
use http::header::{CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use tokio::net::TcpListener;

use super::answer::Answer;
use super::plant::Plant;

/// What stands between the suite and a server.
pub struct Proxy {
    pub upstream: String,
    pub catalogue: Catalogue,
    /// The rpc whose answers are changed.
    pub rpc: &'static str,
    pub plant: Plant,
    /// The first answer to each request, and how often it was given again.
    pub first: Mutex<HashMap<Vec<u8>, (Answer, usize)>>,
}

impl Proxy {
    /// Starts it; its URL.
    pub async fn start(self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let proxy = Arc::new(self);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let proxy = proxy.clone();
                tokio::spawn(async move {
                    let mut builder = Builder::new(TokioExecutor::new());
                    builder.http1().title_case_headers(matches!(proxy.plant, Plant::TitleCase));
                    let service = service_fn(move |request| proxy.clone().serve(request));
                    let _ = builder.serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        url
    }

    async fn serve(
        self: Arc<Self>,
        request: Request<Incoming>,
    ) -> Result<Response<impl hyper::body::Body<Data = Bytes, Error = Infallible>>, String> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map_err(|e| e.to_string())?.to_bytes();
        let transport = transport(&head.headers);
        let request = [head.uri.path().as_bytes(), &body].concat();
        let operation = self.catalogue.of_request(head.method.as_str(), head.uri.path());
        let mut answer = self.forward(head, body, transport).await?;
        if let Some(operation) = operation.filter(|o| o.facts.rpc == self.rpc) {
            self.plant.change(&mut answer, &self, (operation, request)).await?;
        }
        Ok(answer.encode())
    }

    /// The server's own answer.
    async fn forward(
        &self,
        mut head: http::request::Parts,
        body: Bytes,
        transport: Transport,
    ) -> Result<Answer, String> {
        let mut builder = Client::builder(TokioExecutor::new());
        let client = builder.http2_only(transport == Transport::Grpc).build_http();
        let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
        head.uri = format!("{}{path}", self.upstream).parse().map_err(|e| format!("{e}"))?;
        head.headers.remove(HOST);
        let request = Request::from_parts(head, Full::new(body));
        let (head, body) = client.request(request).await.map_err(|e| e.to_string())?.into_parts();
        let body = body.collect().await.map_err(|e| e.to_string())?;
        let trailers = body.trailers().cloned().unwrap_or_default();
        let mut headers = head.headers;
        headers.remove(CONTENT_LENGTH);
        headers.remove(TRANSFER_ENCODING);
        let body = body.to_bytes();
        Ok(Answer { transport, status: head.status, headers, body, trailers }.decoded())
    }
}

fn transport(headers: &HeaderMap) -> Transport {
    let content_type = headers.get("content-type").map_or(&b""[..], |value| value.as_bytes());
    if content_type.starts_with(b"application/grpc-web") {
        Transport::GrpcWeb
    } else if content_type.starts_with(b"application/grpc") {
        Transport::Grpc
    } else {
        Transport::Rest
    }
}
