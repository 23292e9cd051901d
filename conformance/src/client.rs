//! One exchange with the server, and what every transport shares.

pub mod grpc;
pub mod grpc_web;
pub mod raw;
pub mod rest;
mod unary;

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::uri::PathAndQuery;
use http::{HeaderMap, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use serde_json::Value;

use crate::fixture::Transport;
use crate::operation::Operation;
use crate::outcome::Outcome;

/// The most bytes of an answer.
const LONGEST_ANSWER: usize = 64 << 20;

/// Why there is no answer to judge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// No connection.
    Unreachable(String),
    /// No answer in time.
    Late,
    /// An answer that breaks the transport's own rules, or cannot be one.
    Broken(String),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(why) => write!(f, "unreachable: {why}"),
            Self::Late => f.write_str("no answer in time"),
            Self::Broken(why) => f.write_str(why),
        }
    }
}

/// A call of one operation.
pub struct Call<'a> {
    pub operation: &'a Operation,
    pub args: &'a Value,
    pub headers: HeaderMap,
}

/// An answer before any transport's rules.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    trailers: HeaderMap,
}

type Pool = legacy::Client<HttpConnector, Full<Bytes>>;

/// Connections to one server, kept open between calls.
pub struct Client {
    base: Uri,
    /// How long an answer may take.
    timeout: Duration,
    http1: Pool,
    http2: Pool,
}

impl Client {
    /// # Errors
    /// When the URL is not `http://host[:port]`.
    pub fn new(base_url: &str, timeout: Duration) -> Result<Self, String> {
        let base: Uri = base_url.parse().map_err(|e| format!("{base_url}: {e}"))?;
        if base.scheme_str() != Some("http") || base.authority().is_none() {
            return Err(format!("{base_url}: want http://host:port"));
        }
        let pool = |http2| {
            let mut connector = HttpConnector::new();
            connector.set_nodelay(true);
            let mut builder = legacy::Client::builder(TokioExecutor::new());
            builder.pool_timer(TokioTimer::new()).http2_only(http2).build(connector)
        };
        Ok(Self { base, timeout, http1: pool(false), http2: pool(true) })
    }

    /// `host:port`
    pub fn authority(&self) -> &str {
        self.base.authority().map_or("", |authority| authority.as_str())
    }

    /// The operation's answer on this transport.
    ///
    /// # Errors
    /// When there is no answer that could be compared.
    pub async fn call(&self, transport: Transport, call: Call<'_>) -> Result<Outcome, Trouble> {
        match transport {
            Transport::Rest => rest::call(self, call).await,
            Transport::Grpc => grpc::call(self, call).await,
            Transport::GrpcWeb => grpc_web::call(self, call).await,
        }
    }

    /// The URI of a path on this server.
    fn uri(&self, path: &str) -> Result<Uri, Trouble> {
        let mut parts = self.base.clone().into_parts();
        let bad = |e: &dyn fmt::Display| Trouble::Broken(format!("path {path}: {e}"));
        parts.path_and_query = Some(PathAndQuery::try_from(path).map_err(|e| bad(&e))?);
        Uri::from_parts(parts).map_err(|e| bad(&e))
    }

    async fn send(&self, pool: &Pool, request: Request<Full<Bytes>>) -> Result<Answer, Trouble> {
        let exchange = async {
            let (head, body) = pool.request(request).await.map_err(trouble)?.into_parts();
            let body = Limited::new(body, LONGEST_ANSWER).collect().await;
            let body = body.map_err(|e| Trouble::Broken(format!("the body broke off: {e}")))?;
            let trailers = body.trailers().cloned().unwrap_or_default();
            let (status, headers) = (head.status, head.headers);
            Ok(Answer { status, headers, body: body.to_bytes(), trailers })
        };
        tokio::time::timeout(self.timeout, exchange).await.unwrap_or(Err(Trouble::Late))
    }
}

fn trouble(error: legacy::Error) -> Trouble {
    let why = std::error::Error::source(&error).map_or(error.to_string(), ToString::to_string);
    if error.is_connect() { Trouble::Unreachable(why) } else { Trouble::Broken(why) }
}

/// A header as text, empty when it is absent.
fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
