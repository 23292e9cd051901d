//! A raw request, and an answer of which nothing is known beforehand.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Method, Request};
use http_body_util::Full;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use prost_reflect::MessageDescriptor;
use serde_json::Value;

use super::unary::{TRAILERS, frames, to_json};
use super::{Answer, Client, Trouble};
use crate::outcome::{Outcome, Reply};
use crate::strict;

/// What cannot stand in a URI as it is.
const ILLEGAL: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

pub struct Raw<'a> {
    pub method: &'a str,
    /// What a URI cannot hold is percent-encoded.
    pub path: &'a str,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// HTTP/2 with prior knowledge.
    pub http2: bool,
    /// The type of the messages in an answer's frames.
    pub output: Option<MessageDescriptor>,
}

/// # Errors
/// When there is no answer.
pub async fn send(client: &Client, raw: Raw<'_>) -> Result<Outcome, Trouble> {
    let (http2, output) = (raw.http2, raw.output.clone());
    let answer = client.send(http2, request(raw)?).await?;
    understand(&answer, output)
}

/// The request, its URI without scheme and authority.
///
/// # Errors
/// When method or path can be none.
pub fn request(raw: Raw<'_>) -> Result<Request<Full<Bytes>>, Trouble> {
    let path = raw.path.split('#').next().unwrap_or_default();
    let uri = utf8_percent_encode(path, ILLEGAL).to_string().parse();
    let mut request = Request::new(Full::new(raw.body));
    *request.method_mut() = Method::from_bytes(raw.method.as_bytes())
        .map_err(|e| Trouble::Broken(format!("method {}: {e}", raw.method)))?;
    *request.uri_mut() = uri.map_err(|e| Trouble::Broken(format!("path {path}: {e}")))?;
    *request.headers_mut() = raw.headers;
    Ok(request)
}

/// What an answer over REST says; with the type of a message, what frames say.
///
/// # Errors
/// When a member of its JSON stands twice.
pub fn understand(answer: &Answer, output: Option<MessageDescriptor>) -> Result<Outcome, Trouble> {
    let head = answer.head();
    let content_type = head.header("content-type");
    let reply = if content_type.starts_with("application/grpc") {
        framed(&answer.body, content_type, output)
    } else {
        match strict::parse(&answer.body) {
            Ok(body) if head.status == 200 => Some(Reply::Answer(body)),
            Ok(body) => refusal(&body),
            Err(twice) if twice.is_data() => return Err(Trouble::Broken(twice.to_string())),
            Err(_) => None,
        }
    };
    let text = || Reply::Text(String::from_utf8_lossy(&answer.body).into_owned());
    Ok(Outcome { reply: reply.unwrap_or_else(text), head })
}

/// The frames of a body: messages as JSON, trailers as text.
fn framed(body: &Bytes, content_type: &str, output: Option<MessageDescriptor>) -> Option<Reply> {
    let body = match content_type.starts_with("application/grpc-web-text") {
        true => STANDARD.decode(body).ok()?.into(),
        false => body.clone(),
    };
    let frame = |(flag, content): (u8, Bytes)| match flag {
        0 => to_json(output.clone()?, content).ok(),
        TRAILERS => Some(Value::from(String::from_utf8(content.to_vec()).ok()?)),
        _ => None,
    };
    Some(Reply::Frames(frames(body).ok()?.into_iter().map(frame).collect::<Option<_>>()?))
}

/// The body as the error schema: `code`, `message` and, where there are any, `details`, nothing
/// else. An empty list is left out, as the JSON mapping of protobuf has it.
fn refusal(body: &Value) -> Option<Reply> {
    let members = body.as_object()?;
    let known = |name: &String| matches!(name.as_str(), "code" | "message" | "details");
    let details = match members.get("details") {
        None => Vec::new(),
        Some(details) => details.as_array().filter(|details| !details.is_empty())?.clone(),
    };
    let (code, message) = (members.get("code")?.as_i64()?, members.get("message")?.as_str()?);
    let reply = Reply::Refused { code, message: message.into(), details };
    members.keys().all(known).then_some(reply)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_the_error_schema_is_a_refusal() {
        assert!(refusal(&json!({"code": 5, "message": "m"})).is_some());
        assert!(refusal(&json!({"code": 5, "message": "m", "error": "m"})).is_none());
        assert!(refusal(&json!({"code": "5", "message": "m"})).is_none());
        assert!(refusal(&json!({"code": 5, "message": "m", "details": []})).is_none());
    }

    #[test]
    fn frames_are_messages_and_trailers() {
        let catalogue = crate::operation::Catalogue::new().unwrap();
        let output = catalogue.find("ManagementService_GetMyOrg").unwrap().method.output();
        let frames = b"\0\0\0\0\x05\x0a\x03\x0a\x01x\x80\0\0\0\x02a:";
        let expected = Some(Reply::Frames(vec![json!({"org": {"id": "x"}}), json!("a:")]));
        let read = |body: &[u8], kind: &str| {
            framed(&Bytes::copy_from_slice(body), kind, Some(output.clone()))
        };
        assert_eq!(read(frames, "application/grpc-web+proto"), expected);
        assert_eq!(read(STANDARD.encode(frames).as_bytes(), "application/grpc-web-text"), expected);
        assert_eq!(read(b"\0\0", "application/grpc"), None);
    }
}
