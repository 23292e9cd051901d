//! gRPC over HTTP/2 with prior knowledge, unary calls.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, TE};
use http::{HeaderValue, Request};
use http_body_util::Full;

use super::unary;
use super::{Answer, Call, Trouble, header};
use crate::operation::Operation;
use crate::outcome::Outcome;

/// The request, its URI without scheme and authority.
///
/// # Errors
/// When the arguments are not those of the operation.
pub fn request(call: Call<'_>) -> Result<Request<Full<Bytes>>, Trouble> {
    let mut request = Request::post(call.operation.rpc_path())
        .body(Full::new(unary::request(&call)?))
        .map_err(|e| Trouble::Broken(e.to_string()))?;
    *request.headers_mut() = call.headers;
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    request.headers_mut().insert(TE, HeaderValue::from_static("trailers"));
    Ok(request)
}

/// # Errors
/// When the answer breaks the protocol.
pub fn outcome(operation: &Operation, answer: &Answer) -> Result<Outcome, Trouble> {
    check_head(answer, "application/grpc")?;
    let message = unary::message(unary::frames(answer.body.clone())?)?;
    let trailers = unary::status_headers(answer, &answer.trailers)?;
    let reply = unary::reply(operation.method.output(), message, trailers)?;
    Ok(Outcome { reply, head: answer.head() })
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
