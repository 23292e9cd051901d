//! gRPC over HTTP/2 with prior knowledge, unary calls.

use http::header::{CONTENT_TYPE, TE};
use http::{HeaderValue, Request};
use http_body_util::Full;

use super::unary;
use super::{Answer, Call, Client, Trouble, header};
use crate::outcome::Outcome;

/// # Errors
/// When there is no answer, or it breaks the protocol.
pub async fn call(client: &Client, call: Call<'_>) -> Result<Outcome, Trouble> {
    let mut request = Request::post(client.uri(&call.operation.rpc_path())?)
        .body(Full::new(unary::request(&call)?))
        .map_err(|e| Trouble::Broken(e.to_string()))?;
    *request.headers_mut() = call.headers;
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    request.headers_mut().insert(TE, HeaderValue::from_static("trailers"));
    let answer = client.send(&client.http2, request).await?;
    check_head(&answer, "application/grpc")?;
    let mut frames = unary::frames(answer.body)?.into_iter();
    let message = frames.next().map(|(_, message)| message);
    if frames.next().is_some() {
        return Err(Trouble::Broken("more than one message".into()));
    }
    // A call that ends at once sends its status in the headers (gRPC over HTTP/2, Trailers-Only).
    let only = answer.headers.contains_key("grpc-status");
    let trailers = if only { &answer.headers } else { &answer.trailers };
    unary::outcome(call.operation.method.output(), message, trailers)
}

/// HTTP status 200, and the content type or one with a suffix (`+proto`).
pub(super) fn check_head(answer: &Answer, content_type: &str) -> Result<(), Trouble> {
    let found = header(&answer.headers, "content-type");
    let rest = found.strip_prefix(content_type);
    if answer.status != 200 || !rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('+')) {
        return Err(Trouble::Broken(format!("HTTP {}, content-type {found:?}", answer.status)));
    }
    Ok(())
}
