//! A raw request, and an answer of which nothing is known beforehand.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request};
use http_body_util::Full;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use prost_reflect::MessageDescriptor;
use serde_json::Value;

use super::unary::{TRAILERS, frames, to_json};
use super::{Answer, Client, Trouble};
use crate::outcome::{Head, Outcome, Reply};

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
    let path = raw.path.split('#').next().unwrap_or_default();
    let uri = client.uri(&utf8_percent_encode(path, ILLEGAL).to_string())?;
    let method = Method::from_bytes(raw.method.as_bytes());
    let method = method.map_err(|e| Trouble::Broken(e.to_string()))?;
    let mut request = Request::new(Full::new(raw.body));
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    *request.headers_mut() = raw.headers;
    let pool = if raw.http2 { &client.http2 } else { &client.http1 };
    Ok(understand(client.send(pool, request).await?, raw.output))
}

fn understand(answer: Answer, output: Option<MessageDescriptor>) -> Outcome {
    let (headers, trailers) = (texts(&answer.headers), texts(&answer.trailers));
    let head = Head { status: answer.status.as_u16(), headers, trailers };
    let content_type = head.header("content-type");
    let reply = if content_type.starts_with("application/grpc") {
        framed(&answer.body, content_type, output)
    } else {
        match serde_json::from_slice(&answer.body) {
            Ok(body) if head.status == 200 => Some(Reply::Answer(body)),
            Ok(body) => refusal(&body),
            Err(_) => None,
        }
    };
    let text = || Reply::Text(String::from_utf8_lossy(&answer.body).into_owned());
    Outcome { reply: reply.unwrap_or_else(text), head: Some(head) }
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
