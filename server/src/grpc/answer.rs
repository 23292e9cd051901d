//! The response of a call: headers, messages and status, where each wire has them.

use std::io::{self, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::{BufMut, Bytes, BytesMut};
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::{Stream, StreamExt, stream};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, EXPIRES, ORIGIN, PRAGMA, TRAILER, VARY};
use http::{HeaderMap, HeaderValue, StatusCode};
use http_body::Frame;
use http_body_util::StreamBody;
use poem::Response;

use super::{Wire, status};
use crate::error::{Error, Result};
use crate::serve::{Lasting, request_id};
use crate::{cors, date};

const PLAIN: u8 = 0;
const COMPRESSED: u8 = 1;
const TRAILERS: u8 = 0x80;

/// What a response repeats of its request.
pub struct Echo {
    pub wire: Wire,
    kind: HeaderValue,
    origin: Option<HeaderValue>,
    /// Whether the request announced it; then the answer of a call is compressed, too.
    gzip: bool,
}

impl Echo {
    pub fn of(wire: Wire, headers: &HeaderMap) -> Self {
        let kind = headers.get(CONTENT_TYPE).cloned();
        Self {
            wire,
            kind: kind.unwrap_or(HeaderValue::from_static("application/grpc")),
            origin: headers.get(ORIGIN).cloned(),
            gzip: headers.get("grpc-encoding").is_some_and(|value| value == "gzip"),
        }
    }

    /// What the handler of a unary call gave.
    pub fn unary(&self, result: Result<Vec<u8>>) -> Response {
        let message = |data: Vec<u8>| if self.gzip { Message::zipped(data) } else { data.into() };
        self.single(self.headers(true), result.map(message))
    }

    /// An error before a handler was asked.
    pub fn refuse(&self, error: Error) -> Response {
        self.single(self.headers(false), Err(error))
    }

    /// One message or an error. On gRPC-web an error stands in the headers, without a body.
    fn single(&self, mut headers: HeaderMap, result: Result<Message>) -> Response {
        let code = result.as_ref().err().map(|error| error.code);
        let mut response = match result {
            Err(error) if self.wire != Wire::Grpc => {
                headers.extend(status::headers(Some(&error)));
                self.respond(headers, stream::empty())
            }
            result => self.respond(headers, frames(self.wire, stream::iter([result]))),
        };
        if let Some(code) = code {
            response.set_data(code);
        }
        response
    }

    /// Any number of messages, up to an error if there is one. Of the headers of a call it has
    /// none, as in ZITADEL v4.
    pub fn stream<S>(&self, messages: S) -> Response
    where
        S: Stream<Item = Result<Vec<u8>>> + Send + Sync + 'static,
    {
        let mut headers = self.always();
        headers.insert("grpc-accept-encoding", HeaderValue::from_static("gzip"));
        let messages = messages.map(|message| message.map(Message::from));
        let mut response = self.respond(headers, frames(self.wire, Box::pin(messages)));
        response.set_data(Lasting);
        response
    }

    fn always(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, self.kind.clone());
        headers.insert("x-robots-tag", HeaderValue::from_static("none"));
        headers
    }

    fn headers(&self, called: bool) -> HeaderMap {
        let mut headers = self.always();
        if called {
            of_a_call(&mut headers);
            if self.gzip {
                headers.insert("grpc-encoding", HeaderValue::from_static("gzip"));
            }
        }
        if self.wire == Wire::Grpc {
            for name in ["Grpc-Status", "Grpc-Message", "Grpc-Status-Details-Bin"] {
                headers.append(TRAILER, HeaderValue::from_static(name));
            }
        }
        headers
    }

    fn respond<S>(&self, mut headers: HeaderMap, frames: S) -> Response
    where
        S: Stream<Item = Frame<Bytes>> + Send + Sync + 'static,
    {
        if self.wire != Wire::Grpc {
            headers.insert(VARY, HeaderValue::from_static("Origin"));
            cors::expose_web(self.origin.as_ref(), &mut headers);
        }
        let body = StreamBody::new(frames.map(Ok::<_, io::Error>));
        let mut response = Response::from(http::Response::new(body));
        *response.headers_mut() = headers;
        response
    }
}

fn of_a_call(headers: &mut HeaderMap) {
    let (no_store, no_cache) =
        (HeaderValue::from_static("no-store"), HeaderValue::from_static("no-cache"));
    let expires = date::now();
    headers.insert("grpc-metadata-cache-control", no_store.clone());
    headers.insert("grpc-metadata-pragma", no_cache.clone());
    headers.insert("grpc-metadata-expires", expires.clone());
    headers.insert(CACHE_CONTROL, no_store);
    headers.insert(PRAGMA, no_cache);
    headers.insert(EXPIRES, expires);
    headers.insert("x-request-id", request_id());
}

/// What a frame holds.
struct Message {
    flag: u8,
    data: Vec<u8>,
}

impl From<Vec<u8>> for Message {
    fn from(data: Vec<u8>) -> Self {
        Self { flag: PLAIN, data }
    }
}

impl Message {
    /// An empty one stays as it is, as in grpc-go.
    fn zipped(data: Vec<u8>) -> Self {
        let mut zip = GzEncoder::new(Vec::new(), Compression::fast());
        if data.is_empty() || zip.write_all(&data).is_err() {
            return data.into();
        }
        zip.finish().map_or(data.into(), |data| Self { flag: COMPRESSED, data })
    }
}

/// A frame for each message and one for the status.
fn frames<S>(wire: Wire, messages: S) -> impl Stream<Item = Frame<Bytes>> + Send + Sync
where
    S: Stream<Item = Result<Message>> + Unpin + Send + Sync,
{
    stream::unfold(Some(messages), move |messages| async move {
        let mut messages: S = messages?;
        match messages.next().await {
            Some(Ok(message)) => Some((frame(wire, &message), Some(messages))),
            Some(Err(error)) => Some((status_frame(wire, Some(&error)), None)),
            None => Some((status_frame(wire, None), None)),
        }
    })
}

fn status_frame(wire: Wire, error: Option<&Error>) -> Frame<Bytes> {
    let status = status::headers(error);
    if wire == Wire::Grpc {
        return Frame::trailers(status);
    }
    let mut text = Vec::new();
    for (name, value) in &status {
        text.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    frame(wire, &Message { flag: TRAILERS, data: text })
}

fn frame(wire: Wire, message: &Message) -> Frame<Bytes> {
    let Message { flag, data } = message;
    let mut out = BytesMut::with_capacity(5 + data.len());
    out.put_u8(*flag);
    out.put_u32(u32::try_from(data.len()).unwrap_or(u32::MAX));
    out.put_slice(data);
    Frame::data(if wire == Wire::WebText { STANDARD.encode(out).into() } else { out.freeze() })
}

/// Headers that gRPC cannot make sense of: plain HTTP, as in the reference.
pub fn malformed(text: &str) -> Response {
    Response::builder()
        .status(StatusCode::BAD_REQUEST)
        .content_type("text/plain; charset=utf-8")
        .header("x-content-type-options", "nosniff")
        .header("x-robots-tag", "none")
        .body(format!("{text}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    async fn bodies(wire: Wire) -> Vec<String> {
        let messages = [Ok(b"hi".to_vec().into()), Err(Error::plain(Code::Aborted, "no"))];
        let frames = frames(wire, stream::iter(messages)).map(|frame| match frame.into_data() {
            Ok(data) => data.escape_ascii().to_string(),
            Err(frame) => format!("{:?}", frame.into_trailers().unwrap()["grpc-status"]),
        });
        frames.collect().await
    }

    #[test]
    fn what_is_empty_is_not_compressed() {
        let zipped = Message::zipped(b"hi".to_vec());
        let text = io::read_to_string(flate2::read::GzDecoder::new(zipped.data.as_slice()));
        assert_eq!((zipped.flag, text.unwrap().as_str()), (COMPRESSED, "hi"));
        let empty = Message::zipped(Vec::new());
        assert_eq!((empty.flag, empty.data.len()), (PLAIN, 0));
    }

    #[tokio::test]
    async fn a_stream_ends_with_its_status() {
        assert_eq!(bodies(Wire::Grpc).await, [r"\x00\x00\x00\x00\x02hi", "\"10\""]);
        let web = bodies(Wire::Web).await;
        assert_eq!(web[1], r"\x80\x00\x00\x00#grpc-status: 10\r\ngrpc-message: no\r\n");
        let text = bodies(Wire::WebText).await;
        assert_eq!(text[0], "AAAAAAJoaQ==", "each frame is encoded by itself");
    }
}
