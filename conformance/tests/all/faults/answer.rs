//! An answer in parts that can be changed, the same for every transport.

use std::convert::Infallible;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use bytes::Bytes;
use conformance::fixture::Transport;
use conformance::operation::Operation;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use prost_reflect::DynamicMessage;
use prost_reflect::prost::Message;
use serde_json::Value;

#[derive(Clone)]
pub struct Answer {
    pub transport: Transport,
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// JSON, or frames without that of trailers.
    pub body: Bytes,
    pub trailers: HeaderMap,
}

impl Answer {
    /// With the trailers of gRPC-web taken out of the body.
    pub fn decoded(mut self) -> Self {
        if self.transport != Transport::GrpcWeb {
            return self;
        }
        let mut rest = self.body.clone();
        while rest.first().is_some_and(|flag| *flag != 0x80) {
            let length = u32::from_be_bytes(rest[1..5].try_into().unwrap()) as usize;
            rest = rest.slice(5 + length..);
        }
        self.body = self.body.slice(..self.body.len() - rest.len());
        let lines = String::from_utf8(rest.slice(rest.len().min(5)..).to_vec()).unwrap();
        for (name, value) in lines.lines().filter_map(|line| line.split_once(':')) {
            self.trailers
                .insert(name.parse::<HeaderName>().unwrap(), value.trim().parse().unwrap());
        }
        self
    }

    pub fn encode(
        self,
    ) -> Response<impl hyper::body::Body<Data = Bytes, Error = Infallible> + use<>> {
        let (mut body, mut trailers) = (self.body.to_vec(), None);
        if self.transport == Transport::GrpcWeb && !self.trailers.is_empty() {
            let line = |(name, value): (&HeaderName, &HeaderValue)| {
                format!("{name}: {}\r\n", value.to_str().unwrap())
            };
            let lines: String = self.trailers.iter().map(line).collect();
            body.push(0x80);
            body.extend((lines.len() as u32).to_be_bytes());
            body.extend(lines.bytes());
        } else if !self.trailers.is_empty() {
            trailers = Some(Ok(self.trailers));
        }
        let body = Full::new(Bytes::from(body)).with_trailers(async { trailers });
        let mut response = Response::new(body);
        (*response.status_mut(), *response.headers_mut()) = (self.status, self.headers);
        response
    }

    pub fn is_rest(&self) -> bool {
        self.transport == Transport::Rest
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The headers or trailers that hold the status of a gRPC call.
    pub fn call_status(&mut self) -> &mut HeaderMap {
        let only = self.headers.contains_key("grpc-status");
        if only { &mut self.headers } else { &mut self.trailers }
    }

    pub fn set(&mut self, name: &'static str, value: &str) {
        self.call_status().insert(name, value.parse().unwrap());
    }

    /// Changes the message of a success, whatever its encoding.
    pub fn change_message(&mut self, operation: &Operation, change: impl Fn(&mut Value)) {
        if self.is_rest() && self.status == 200 {
            let mut message = self.json();
            change(&mut message);
            self.body = message.to_string().into();
        } else if !self.is_rest() && !self.body.is_empty() {
            let output = operation.method.output();
            let message = DynamicMessage::decode(output.clone(), self.body.slice(5..)).unwrap();
            let mut json = serde_json::to_value(message).unwrap();
            change(&mut json);
            let message = DynamicMessage::deserialize(output, json).unwrap().encode_to_vec();
            self.set_frame(&message);
        }
    }

    pub fn set_frame(&mut self, message: &[u8]) {
        let head = (message.len() as u32).to_be_bytes();
        self.body = [&[0], head.as_slice(), message].concat().into();
    }

    /// Puts a text of the same length in place of another, in every encoding of a refusal.
    pub fn replace(&mut self, from: &str, to: &str) {
        assert_eq!(from.len(), to.len());
        let bytes = |bytes: &[u8]| replaced(bytes, from.as_bytes(), to.as_bytes());
        if self.is_rest() {
            self.body = bytes(&self.body).into();
            return;
        }
        if let Some(text) = self.call_status().get("grpc-message").cloned() {
            let text = bytes(text.as_bytes());
            self.set("grpc-message", &String::from_utf8(text).unwrap());
        }
        self.change_details(bytes);
    }

    pub fn change_details(&mut self, change: impl Fn(&[u8]) -> Vec<u8>) {
        let Some(details) = self.call_status().get("grpc-status-details-bin").cloned() else {
            return;
        };
        let text = details.to_str().unwrap().trim_end_matches('=');
        let details = change(&STANDARD_NO_PAD.decode(text).unwrap());
        self.set("grpc-status-details-bin", &STANDARD.encode(details));
    }
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for at in 0..bytes.len().saturating_sub(from.len() - 1) {
        if out[at..].starts_with(from) {
            out[at..at + from.len()].copy_from_slice(to);
        }
    }
    out
}
