//! One request and its answer, between hyper and the endpoint.

use super::Limits;
use super::body::{self, Answer};
use super::deadline::{Deadline, Lasting, Stopping};
use super::watch::Watch;
use bytes::Bytes;
use futures_util::FutureExt;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Empty};
use hyper::body::{Body, Incoming};
use poem::http::header::{self, HeaderMap, HeaderValue};
use poem::http::uri::{PathAndQuery, Scheme, Uri};
use poem::http::{Method, Request, Response, StatusCode, Version};
use poem::web::{LocalAddr, RemoteAddr};
use poem::{Endpoint, RequestParts};
use std::io;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tokio::time::{error::Elapsed, timeout};

const PANICKED: &str = r#"{"code":13,"message":"An internal error occurred"}"#;
const CLOSE: HeaderValue = HeaderValue::from_static("close");

/// What the requests of one connection have in common.
pub struct Exchange<E> {
    pub endpoint: Arc<E>,
    pub watch: Arc<Watch>,
    pub limits: Limits,
    pub stopping: Stopping,
    pub local: LocalAddr,
    pub remote: RemoteAddr,
}

type Reply = Response<BoxBody<Bytes, io::Error>>;

impl<E: Endpoint<Output = poem::Response>> Exchange<E> {
    /// Answers a request. An endpoint that does not keep its deadline is an error: hyper closes an
    /// HTTP/1 connection then, and on HTTP/2 resets the stream.
    pub async fn run(
        self: Arc<Self>,
        request: Request<Incoming>,
    ) -> Result<Response<Answer>, Elapsed> {
        let in_flight = self.watch.request_begins();
        let deadline = Deadline::after(self.limits.request);
        let reply = timeout(self.limits.endpoint(), self.reply(request, deadline)).await?;
        let counts = reply.extensions().get::<Lasting>().is_none();
        Ok(reply.map(|body| Answer::new(body, counts.then_some(in_flight))))
    }

    async fn reply(&self, request: Request<Incoming>, deadline: Deadline) -> Reply {
        let (mut parts, body) = request.into_parts();
        to_origin_form(&mut parts.uri, &mut parts.headers);
        let http1 = parts.version < Version::HTTP_2;
        let expected = Expected::of(&parts.headers, parts.version);
        let asterisk = parts.method == Method::OPTIONS && parts.uri.path() == "*";
        let (body, loan) = match body.is_end_stream() {
            true => (poem::Body::empty(), None),
            false => {
                let (body, loan) = body::lend(body, &self.watch);
                (body, Some(loan))
            }
        };
        let parts =
            RequestParts::from((parts, self.local.clone(), self.remote.clone(), Scheme::HTTP));
        let mut request = poem::Request::from_parts(parts, body);
        request.set_data(deadline);
        request.set_data(self.stopping.clone());
        let mut reply = match expected {
            Expected::Unknown => refuse_expectation(request),
            _ if asterisk => empty(StatusCode::OK),
            _ => self.call(request).await,
        };
        if let Some(loan) = loan
            && !deadline.hold(loan.settle(expected == Expected::Continue)).await.unwrap_or(false)
            && http1
        {
            reply.headers_mut().insert(header::CONNECTION, CLOSE);
        }
        reply
    }

    /// A panic of the endpoint is its answer 500. Boxed once, its large future is not copied into
    /// each of those around it.
    async fn call(&self, request: poem::Request) -> Reply {
        let answer = Box::pin(self.endpoint.get_response(request));
        let answer = AssertUnwindSafe(answer).catch_unwind().await;
        answer.unwrap_or_else(|_| panicked()).into()
    }
}

fn panicked() -> poem::Response {
    tracing::error!("an endpoint panicked");
    poem::Response::builder()
        .status(StatusCode::INTERNAL_SERVER_ERROR)
        .content_type("application/json")
        .body(PANICKED)
}

fn empty(status: StatusCode) -> Reply {
    let body = Empty::new().map_err(|never| match never {}).boxed();
    let mut reply = Response::new(body);
    *reply.status_mut() = status;
    reply
}

/// Drops the request, so that its body comes back.
fn refuse_expectation(request: poem::Request) -> Reply {
    drop(request);
    let mut reply = empty(StatusCode::EXPECTATION_FAILED);
    reply.headers_mut().insert(header::CONNECTION, CLOSE);
    reply
}

/// What `Expect` asks for (RFC 9110 §10.1.1). Only HTTP/1.1 knows it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expected {
    Nothing,
    Continue,
    Unknown,
}

impl Expected {
    fn of(headers: &HeaderMap, version: Version) -> Self {
        match headers.get(header::EXPECT).map(HeaderValue::as_bytes) {
            None | Some(b"") => Self::Nothing,
            Some(_) if version != Version::HTTP_11 => Self::Nothing,
            Some(value) if value.eq_ignore_ascii_case(b"100-continue") => Self::Continue,
            Some(_) => Self::Unknown,
        }
    }
}

/// Endpoints see a path and a `Host`, however the client named its target: an authority in the
/// target (absolute form, HTTP/2) beats the header (RFC 9112 §3.2.2, RFC 9113 §8.3.1).
fn to_origin_form(uri: &mut Uri, headers: &mut HeaderMap) {
    let Some(authority) = uri.authority() else { return };
    if let Ok(host) = HeaderValue::from_str(authority.as_str()) {
        headers.insert(header::HOST, host);
    }
    let path = uri.path_and_query().cloned().unwrap_or(PathAndQuery::from_static("/"));
    *uri = Uri::from(path);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_authority_of_the_target_beats_the_host() {
        let mut headers = HeaderMap::new();
        headers.insert("host", HeaderValue::from_static("a"));
        for (uri, path, host) in
            [("/x?y", "/x?y", "a"), ("http://b:1/x?y", "/x?y", "b:1"), ("http://c", "/", "c")]
        {
            let mut uri = Uri::from_static(uri);
            to_origin_form(&mut uri, &mut headers);
            assert_eq!(
                (uri.to_string().as_str(), &headers["host"]),
                (path, &HeaderValue::from_static(host))
            );
        }
    }

    #[test]
    fn only_http_11_expects() {
        let of = |value, version| {
            let mut headers = HeaderMap::new();
            headers.insert("expect", HeaderValue::from_static(value));
            Expected::of(&headers, version)
        };
        assert!(of("100-Continue", Version::HTTP_11) == Expected::Continue);
        assert!(of("magic", Version::HTTP_11) == Expected::Unknown);
        assert!(of("", Version::HTTP_11) == Expected::Nothing);
        assert!(of("magic", Version::HTTP_10) == Expected::Nothing);
        assert!(of("magic", Version::HTTP_2) == Expected::Nothing);
    }
}
