//! gRPC-web over HTTP/1.1, binary form.

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Request};
use http_body_util::Full;

use super::grpc::check_head;
use super::unary::{self, TRAILERS};
use super::{Answer, Call, Trouble, texts};
use crate::operation::Operation;
use crate::outcome::{Head, Outcome};

/// The request, its URI without scheme and authority.
///
/// # Errors
/// When the arguments are not those of the operation.
pub fn request(call: Call<'_>) -> Result<Request<Full<Bytes>>, Trouble> {
    const TYPE: HeaderValue = HeaderValue::from_static("application/grpc-web+proto");
    let mut request = Request::post(call.operation.rpc_path())
        .body(Full::new(unary::request(&call)?))
        .map_err(|e| Trouble::Broken(e.to_string()))?;
    *request.headers_mut() = call.headers;
    request.headers_mut().insert(CONTENT_TYPE, TYPE);
    request.headers_mut().insert(ACCEPT, TYPE);
    request.headers_mut().insert("x-grpc-web", HeaderValue::from_static("1"));
    Ok(request)
}

/// # Errors
/// When the answer breaks the protocol.
pub fn outcome(operation: &Operation, answer: &Answer) -> Result<Outcome, Trouble> {
    check_head(answer, "application/grpc-web")?;
    let mut frames = unary::frames(answer.body.clone())?;
    let end = frames.pop_if(|(flag, _)| *flag == TRAILERS);
    let end = end.map(|(_, text)| trailers(&text)).transpose()?.unwrap_or_default();
    let message = unary::message(frames)?;
    let status = unary::status_headers(answer, &end)?;
    let reply = unary::reply(operation.method.output(), message, status)?;
    Ok(Outcome { reply, head: Head { trailers: texts(&end), ..answer.head() } })
}

/// A frame of trailers: lines `name:value`.
fn trailers(text: &[u8]) -> Result<HeaderMap, Trouble> {
    let text = String::from_utf8_lossy(text);
    let pairs = text.split("\r\n").filter(|line| !line.is_empty()).map(|line| {
        let (name, value) = line.split_once(':')?;
        let name = HeaderName::from_bytes(name.trim().as_bytes()).ok()?;
        Some((name, HeaderValue::from_bytes(value.trim().as_bytes()).ok()?))
    });
    let trailers = pairs.collect::<Option<HeaderMap>>();
    trailers.ok_or_else(|| Trouble::Broken(format!("trailers {text:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trailers_are_lines() {
        let read = trailers(b"grpc-status:5\r\ngrpc-message: no\r\n").unwrap();
        assert_eq!(
            (&read["grpc-status"], &read["grpc-message"]),
            (&"5".parse().unwrap(), &"no".parse().unwrap())
        );
        assert!(trailers(b"grpc-status 5").is_err());
    }
}
