//! One exchange with the server, and what every transport shares.

pub mod grpc;
pub mod grpc_web;
pub mod lines;
pub mod raw;
pub mod rest;
mod unary;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::{ClientConfig, RootCertStore};
use serde_json::Value;

use crate::fixture::Transport;
use crate::operation::Operation;
use crate::outcome::{Head, Outcome};

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

/// What stands in reports for a token.
pub const HIDDEN: &str = "<admin_token>";

impl Trouble {
    /// The same, should a server repeat the token of its caller.
    pub fn without(self, token: &str) -> Self {
        match self {
            Self::Unreachable(why) => Self::Unreachable(why.replace(token, HIDDEN)),
            Self::Late => Self::Late,
            Self::Broken(why) => Self::Broken(why.replace(token, HIDDEN)),
        }
    }
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
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub trailers: HeaderMap,
}

impl Answer {
    fn head(&self) -> Head {
        let (headers, trailers) = (texts(&self.headers), texts(&self.trailers));
        Head { status: self.status.as_u16(), headers, trailers }
    }
}

type Pool = legacy::Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

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
    /// When the URL is not `http://host[:port]` or `https://…`, or the certificates that the system
    /// trusts cannot be read.
    pub fn new(base_url: &str, timeout: Duration) -> Result<Self, String> {
        let base: Uri = base_url.parse().map_err(|e| format!("{base_url}: {e}"))?;
        let https = base.scheme_str() == Some("https");
        let scheme = https || base.scheme_str() == Some("http");
        if base.authority().is_none() || !scheme || !matches!(base.path(), "" | "/") {
            return Err(format!("{base_url}: want http://host:port or https://host:port"));
        }
        let (http1, http2) = (pool(https, false)?, pool(https, true)?);
        Ok(Self { base, timeout, http1, http2 })
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
        let operation = call.operation;
        let answer = self.send(transport == Transport::Grpc, request(transport, call)?).await?;
        outcome(transport, operation, &answer)
    }

    /// The JSON at a path, where there is some.
    pub async fn document(&self, path: &str) -> Option<Value> {
        let request = Request::get(path).body(Full::default()).ok()?;
        let answer = self.send(false, request).await.ok()?;
        serde_json::from_slice(&answer.body).ok().filter(|_| answer.status == 200)
    }

    /// Sends a request whose URI has no scheme and authority yet.
    async fn send(
        &self,
        http2: bool,
        mut request: Request<Full<Bytes>>,
    ) -> Result<Answer, Trouble> {
        let mut parts = self.base.clone().into_parts();
        parts.path_and_query = request.uri().path_and_query().cloned();
        *request.uri_mut() = Uri::from_parts(parts).map_err(|e| Trouble::Broken(e.to_string()))?;
        let pool = if http2 { &self.http2 } else { &self.http1 };
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

/// Connections by one version of HTTP; over TLS the server is told which.
fn pool(https: bool, http2: bool) -> Result<Pool, String> {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    connector.enforce_http(false);
    let roots = HttpsConnectorBuilder::new();
    let schemes = match https {
        // Reading the certificates takes time.
        true => roots.with_native_roots().map_err(|e| format!("certificates: {e}"))?.https_only(),
        false => roots.with_tls_config(no_trust()).https_or_http(),
    };
    let connector = match http2 {
        true => schemes.enable_http2().wrap_connector(connector),
        false => schemes.enable_http1().wrap_connector(connector),
    };
    let mut builder = legacy::Client::builder(TokioExecutor::new());
    Ok(builder.pool_timer(TokioTimer::new()).http2_only(http2).build(connector))
}

/// For servers without TLS: no certificate is needed, so none is trusted.
fn no_trust() -> ClientConfig {
    let roots = RootCertStore::empty();
    ClientConfig::builder().with_root_certificates(roots).with_no_client_auth()
}

/// A call as its transport sends it, the URI without scheme and authority.
///
/// # Errors
/// When the arguments are not those of the operation.
pub fn request(transport: Transport, call: Call<'_>) -> Result<Request<Full<Bytes>>, Trouble> {
    match transport {
        Transport::Rest => rest::request(call),
        Transport::Grpc => grpc::request(call),
        Transport::GrpcWeb => grpc_web::request(call),
    }
}

/// What an answer says by the rules of its transport.
///
/// # Errors
/// When it breaks them.
pub fn outcome(
    transport: Transport,
    operation: &Operation,
    answer: &Answer,
) -> Result<Outcome, Trouble> {
    match transport {
        Transport::Rest => raw::understand(answer, None),
        Transport::Grpc => grpc::outcome(operation, answer),
        Transport::GrpcWeb => grpc_web::outcome(operation, answer),
    }
}

fn trouble(error: legacy::Error) -> Trouble {
    let mut causes = vec![];
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        causes.push(inner.to_string());
        cause = inner.source();
    }
    let why = if causes.is_empty() { error.to_string() } else { causes.join(": ") };
    if error.is_connect() { Trouble::Unreachable(why) } else { Trouble::Broken(why) }
}

/// A header as text, empty when it is absent.
fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// By name in lower case, the values of repeated ones in alphabetical order and joined.
fn texts(headers: &HeaderMap) -> BTreeMap<String, String> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let joined = |name| {
        let mut values: Vec<String> = headers.get_all(name).iter().map(text).collect();
        values.sort();
        values.join(", ")
    };
    headers.keys().map(|name| (name.to_string(), joined(name))).collect()
}
