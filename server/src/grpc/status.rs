//! `grpc-status`, `grpc-message` and `grpc-status-details-bin`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use http::{HeaderMap, HeaderValue};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::protobuf::put;
use crate::error::Error;

/// What `grpc-message` escapes: all but printable ASCII, and the percent sign.
const ESCAPED: &AsciiSet = &CONTROLS.add(b'%');

/// The status of an answer as headers or trailers; `None` is OK.
pub fn headers(error: Option<&Error>) -> HeaderMap {
    let mut out = HeaderMap::with_capacity(3);
    let Some(error) = error else {
        out.insert("grpc-status", HeaderValue::from_static("0"));
        return out;
    };
    out.insert("grpc-status", HeaderValue::from(error.code as i32));
    let message = error.message();
    insert(&mut out, "grpc-message", &utf8_percent_encode(&message, ESCAPED).to_string());
    if !error.id.is_empty() {
        let details = STANDARD_NO_PAD.encode(details(error, &message));
        insert(&mut out, "grpc-status-details-bin", &details);
    }
    out
}

fn insert(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// `google.rpc.Status { code = 1, message = 2, details = 3 }` with one `Any { type_url = 1,
/// value = 2 }`, a `zitadel.v1.ErrorDetail { id = 1, message = 2 }`
/// (<https://github.com/googleapis/googleapis/blob/master/google/rpc/status.proto>).
fn details(error: &Error, message: &str) -> Vec<u8> {
    let mut detail = Vec::new();
    put(&mut detail, 1, error.id.as_bytes());
    put(&mut detail, 2, error.text.as_bytes());
    let mut any = Vec::new();
    put(&mut any, 1, b"type.googleapis.com/zitadel.v1.ErrorDetail");
    put(&mut any, 2, &detail);
    let mut status = vec![1 << 3, error.code as u8];
    put(&mut status, 2, message.as_bytes());
    put(&mut status, 3, &any);
    status
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Code, text};

    #[test]
    fn the_details_are_those_of_the_reference() {
        let headers = headers(Some(&text::user::NOT_FOUND.not_found("QUERY-Dfbg2")));
        assert_eq!(headers["grpc-status"], "5");
        assert_eq!(headers["grpc-message"], "User could not be found (QUERY-Dfbg2)");
        let recorded = "CAUSJVVzZXIgY291bGQgbm90IGJlIGZvdW5kIChRVUVSWS1EZmJnMikaVAoqdHlwZS5nb29nb\
            GVhcGlzLmNvbS96aXRhZGVsLnYxLkVycm9yRGV0YWlsEiYKC1FVRVJZLURmYmcyEhdVc2VyIGNvdWxkIG5vdCBi\
            ZSBmb3VuZA";
        assert_eq!(headers["grpc-status-details-bin"], recorded);
    }

    #[test]
    fn a_message_is_escaped_and_may_have_no_details() {
        let headers = headers(Some(&Error::plain(Code::InvalidArgument, "é 100% \"x\"")));
        assert_eq!(headers["grpc-message"], "%C3%A9 100%25 \"x\"");
        assert!(!headers.contains_key("grpc-status-details-bin"));
    }
}
