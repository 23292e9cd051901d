//! The response of a call: headers, message and status, where each wire has them.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::{BufMut, Bytes, BytesMut};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, EXPIRES, PRAGMA, TRAILER, VARY};
use http::{HeaderMap, HeaderValue};
use http_body::Frame;
use poem::Response;

use super::{Answer, Wire, status};
use crate::serve::request_id;
use crate::{cors, date};

const TRAILERS: u8 = 0x80;

pub fn response(
    wire: Wire,
    kind: HeaderValue,
    encoding: Option<HeaderValue>,
    origin: Option<&HeaderValue>,
    answer: Answer,
) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, kind);
    headers.insert("x-robots-tag", HeaderValue::from_static("none"));
    if answer.called {
        called(&mut headers);
        headers
            .extend(encoding.map(|value| (http::HeaderName::from_static("grpc-encoding"), value)));
    }
    let status = status::headers(answer.result.as_ref().err());
    let mut frames = VecDeque::new();
    match (wire, answer.result) {
        (Wire::Grpc, message) => {
            for name in ["Grpc-Status", "Grpc-Message", "Grpc-Status-Details-Bin"] {
                headers.append(TRAILER, HeaderValue::from_static(name));
            }
            frames.extend(message.ok().map(|message| Frame::data(framed(0, &message))));
            frames.push_back(Frame::trailers(status));
        }
        (_, Err(_)) => {
            headers.extend(status);
            web(&mut headers, origin);
        }
        (_, Ok(message)) => {
            web(&mut headers, origin);
            frames.push_back(Frame::data(web_body(wire, &message)));
        }
    }
    let mut response = Response::from(http::Response::new(Frames(frames)));
    *response.headers_mut() = headers;
    response
}

fn called(headers: &mut HeaderMap) {
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

fn web(headers: &mut HeaderMap, origin: Option<&HeaderValue>) {
    headers.insert(VARY, HeaderValue::from_static("Origin"));
    cors::expose_web(origin, headers);
}

fn web_body(wire: Wire, message: &[u8]) -> Bytes {
    let body = [framed(0, message), framed(TRAILERS, b"grpc-status: 0\r\n")].concat();
    if wire == Wire::WebText { STANDARD.encode(body).into() } else { body.into() }
}

fn framed(flag: u8, data: &[u8]) -> Bytes {
    let mut out = BytesMut::with_capacity(5 + data.len());
    out.put_u8(flag);
    out.put_u32(u32::try_from(data.len()).unwrap_or(u32::MAX));
    out.put_slice(data);
    out.freeze()
}

struct Frames(VecDeque<Frame<Bytes>>);

impl http_body::Body for Frames {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        Poll::Ready(self.0.pop_front().map(Ok))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }
}
