//! What gRPC and gRPC-web share: messages, frames of five bytes, and the status of a call.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::{BufMut, Bytes, BytesMut};
use http::HeaderMap;
use percent_encoding::percent_decode_str;
use prost::Message;
use prost_reflect::{
    DeserializeOptions, DynamicMessage, MessageDescriptor, SerializeOptions, Value as Kind,
};
use serde_json::{Value, json};

use super::{Answer, Call, Trouble, header};
use crate::outcome::{ERROR_DETAIL, Reply};

/// The flag of a frame that holds trailers, gRPC-web only.
pub const TRAILERS: u8 = 0x80;
const ANY_PADDING: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// `google.rpc.Status`.
#[derive(Clone, PartialEq, Message)]
struct Status {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
    #[prost(message, repeated, tag = "3")]
    details: Vec<Any>,
}

/// `google.protobuf.Any`.
#[derive(Clone, PartialEq, Message)]
struct Any {
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

/// `zitadel.v1.ErrorDetail`.
#[derive(Clone, PartialEq, Message)]
struct ErrorDetail {
    #[prost(string, tag = "1")]
    id: String,
    #[prost(string, tag = "2")]
    message: String,
}

/// The call's message in one frame. Members that the message does not have are left out.
pub fn request(call: &Call<'_>) -> Result<Bytes, Trouble> {
    let options = DeserializeOptions::new().deny_unknown_fields(false);
    let input = call.operation.method.input();
    let message = DynamicMessage::deserialize_with_options(input, call.args, &options);
    let message = message.map_err(|e| Trouble::Broken(format!("args: {e}")))?.encode_to_vec();
    let length = u32::try_from(message.len()).map_err(|e| Trouble::Broken(e.to_string()))?;
    let mut frame = BytesMut::with_capacity(message.len() + 5);
    frame.put_u8(0);
    frame.put_u32(length);
    frame.put_slice(&message);
    Ok(frame.freeze())
}

/// The frames of a body, as flag and content.
pub fn frames(mut body: Bytes) -> Result<Vec<(u8, Bytes)>, Trouble> {
    let mut out = Vec::new();
    while !body.is_empty() {
        let head = body.first_chunk::<5>().copied();
        let Some([flag, length @ ..]) = head else {
            return Err(Trouble::Broken("a cut frame".into()));
        };
        let end = 5 + usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX - 5);
        if body.len() < end {
            return Err(Trouble::Broken("a cut frame".into()));
        }
        out.push((flag, body.split_to(end).slice(5..)));
    }
    Ok(out)
}

/// The one message of a unary call, if there is one.
pub fn message(frames: Vec<(u8, Bytes)>) -> Result<Option<Bytes>, Trouble> {
    let mut frames = frames.into_iter();
    let broken = |what: String| Err(Trouble::Broken(what));
    match (frames.next(), frames.next()) {
        (None, _) => Ok(None),
        (Some((0, message)), None) => Ok(Some(message)),
        (Some((0, _)), Some(_)) => broken("more than one message".into()),
        (Some((flag, _)), _) => {
            broken(format!("a frame with flag {flag:#04x} instead of a plain message"))
        }
    }
}

/// Where the status is: a call that ends at once, without a body, has it in the headers (gRPC over
/// HTTP/2, Trailers-Only), any other one behind the body, and each only once.
pub fn status_headers<'a>(
    answer: &'a Answer,
    behind: &'a HeaderMap,
) -> Result<&'a HeaderMap, Trouble> {
    let count = |headers: &HeaderMap| headers.get_all("grpc-status").iter().count();
    match (count(&answer.headers), count(behind)) {
        (0, 1) => Ok(behind),
        (1, 0) if answer.body.is_empty() => Ok(&answer.headers),
        (0, 0) => Err(Trouble::Broken("no grpc-status".into())),
        (1, 0) => {
            Err(Trouble::Broken("grpc-status in the headers of an answer with a body".into()))
        }
        _ => Err(Trouble::Broken("more than one grpc-status".into())),
    }
}

/// What message and trailers tell.
pub fn reply(
    output: MessageDescriptor,
    message: Option<Bytes>,
    trailers: &HeaderMap,
) -> Result<Reply, Trouble> {
    let broken = |what: String| Err(Trouble::Broken(what));
    match (header(trailers, "grpc-status").parse::<i64>(), message) {
        (Ok(0), Some(message)) => Ok(Reply::Answer(to_json(output, message)?)),
        (Ok(0), None) => broken("grpc-status 0 without a message".into()),
        (Ok(code), None) => refusal(code, trailers),
        (Ok(code), Some(_)) => broken(format!("a message with grpc-status {code}")),
        (Err(_), _) => broken("no grpc-status".into()),
    }
}

/// The message as protobuf JSON; a field that the contract does not have is broken.
pub fn to_json(output: MessageDescriptor, message: Bytes) -> Result<Value, Trouble> {
    let decoded = DynamicMessage::decode(output, message);
    let decoded = decoded.map_err(|e| Trouble::Broken(format!("the message: {e}")))?;
    if let Some(number) = unknown_field(&decoded) {
        return Err(Trouble::Broken(format!("the message has an unknown field {number}")));
    }
    let json =
        decoded.serialize_with_options(serde_json::value::Serializer, &SerializeOptions::new());
    json.map_err(|e| Trouble::Broken(format!("the message: {e}")))
}

/// The number of a field that the contract does not have, at any depth.
fn unknown_field(message: &DynamicMessage) -> Option<u32> {
    let here = message.unknown_fields().next().map(|field| field.number());
    let inner = |value: &Kind| match value {
        Kind::Message(inner) => unknown_field(inner),
        Kind::List(items) => items.iter().filter_map(Kind::as_message).find_map(unknown_field),
        _ => None,
    };
    here.or_else(|| message.fields().find_map(|(_, value)| inner(value)))
}

/// The refusal in the trailers; the status in `grpc-status-details-bin` has to say the same.
fn refusal(code: i64, trailers: &HeaderMap) -> Result<Reply, Trouble> {
    let message = percent_decode_str(header(trailers, "grpc-message")).decode_utf8_lossy();
    let details = match header(trailers, "grpc-status-details-bin") {
        "" => Vec::new(),
        text => details(text, code, &message)?,
    };
    Ok(Reply::Refused { code, message: message.into(), details })
}

fn details(text: &str, code: i64, message: &str) -> Result<Vec<Value>, Trouble> {
    let broken = |e: String| Trouble::Broken(format!("grpc-status-details-bin: {e}"));
    let bytes = ANY_PADDING.decode(text).map_err(|e| broken(e.to_string()))?;
    let status = Status::decode(bytes.as_slice()).map_err(|e| broken(e.to_string()))?;
    if (i64::from(status.code), status.message.as_str()) != (code, message) {
        return Err(broken(format!("{} {:?} is not the status", status.code, status.message)));
    }
    let detail = |any: &Any| match ErrorDetail::decode(any.value.as_slice()) {
        Ok(detail) if any.type_url == ERROR_DETAIL => {
            json!({ "@type": any.type_url, "id": detail.id, "message": detail.message })
        }
        _ => json!({ "@type": any.type_url, "value": ANY_PADDING.encode(&any.value) }),
    };
    Ok(status.details.iter().map(detail).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trailers(code: i32, message: &str, status: &Status) -> HeaderMap {
        let details = ANY_PADDING.encode(status.encode_to_vec());
        let pairs = [
            ("grpc-status", code.to_string()),
            ("grpc-message", message.to_string()),
            ("grpc-status-details-bin", details.trim_end_matches('=').to_string()),
        ];
        HeaderMap::from_iter(
            pairs.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())),
        )
    }

    fn output() -> MessageDescriptor {
        let catalogue = crate::operation::Catalogue::new().unwrap();
        catalogue.find("ManagementService_GetMyOrg").unwrap().method.output()
    }

    #[test]
    fn a_refusal_is_read_with_its_detail() {
        let detail = ErrorDetail { id: "A-1".into(), message: "näh".into() };
        let any = Any { type_url: ERROR_DETAIL.into(), value: detail.encode_to_vec() };
        let status = Status { code: 5, message: "näh (A-1)".into(), details: vec![any] };
        let read = reply(output(), None, &trailers(5, "n%C3%A4h (A-1)", &status)).unwrap();
        let details = vec![json!({"@type": ERROR_DETAIL, "id": "A-1", "message": "näh"})];
        let message = "näh (A-1)".to_string();
        assert_eq!(read, Reply::Refused { code: 5, message, details });
    }

    #[test]
    fn details_that_contradict_the_status_are_broken() {
        let status = Status { code: 3, message: "m".into(), details: vec![] };
        assert!(reply(output(), None, &trailers(3, "m", &status)).is_ok());
        assert!(reply(output(), None, &trailers(5, "m", &status)).is_err());
        assert!(reply(output(), None, &trailers(3, "n", &status)).is_err());
    }

    #[test]
    fn a_status_is_needed_and_a_message_only_with_success() {
        let ok = HeaderMap::from_iter([("grpc-status".parse().unwrap(), "0".parse().unwrap())]);
        assert!(reply(output(), None, &ok).is_err());
        assert!(reply(output(), Some(Bytes::new()), &HeaderMap::new()).is_err());
        let answer = reply(output(), Some(Bytes::new()), &ok).unwrap();
        assert_eq!(answer, Reply::Answer(json!({})));
    }

    #[test]
    fn a_field_that_the_contract_does_not_have_is_broken() {
        let ok = HeaderMap::from_iter([("grpc-status".parse().unwrap(), "0".parse().unwrap())]);
        // Field 1 is the organisation, its field 1 the id; a field 99 in it.
        let known = Bytes::from_static(b"\x0a\x03\x0a\x01x");
        let unknown = Bytes::from_static(b"\x0a\x06\x0a\x01x\x98\x06\x01");
        assert!(reply(output(), Some(known), &ok).is_ok());
        assert!(reply(output(), Some(unknown), &ok).is_err());
    }

    #[test]
    fn one_plain_message_is_taken() {
        let frame = |flag| (flag, Bytes::from_static(b"a"));
        assert_eq!(message(vec![]).unwrap(), None);
        assert_eq!(message(vec![frame(0)]).unwrap().as_deref(), Some(b"a".as_slice()));
        for frames in [[frame(0), frame(0)], [frame(TRAILERS), frame(0)], [frame(0), frame(1)]] {
            assert!(message(frames.to_vec()).is_err(), "{frames:?}");
        }
        assert!(message(vec![frame(1)]).is_err());
    }

    #[test]
    fn a_status_is_where_it_belongs_and_alone() {
        let status = |codes: &[&str]| {
            let pair = |code: &&str| ("grpc-status".parse().unwrap(), code.parse().unwrap());
            HeaderMap::from_iter(codes.iter().map(pair))
        };
        for (headers, body, behind, good) in [
            (&["5"][..], "", &[][..], true),
            (&[], "x", &["0"], true),
            (&[], "", &["5"], true),
            (&["0"], "x", &[], false),
            (&["0"], "", &["13"], false),
            (&[], "x", &["0", "13"], false),
            (&[], "x", &[], false),
        ] {
            let answer = Answer {
                status: http::StatusCode::OK,
                headers: status(headers),
                body: body.into(),
                trailers: HeaderMap::new(),
            };
            let found = status_headers(&answer, &status(behind)).is_ok();
            assert_eq!(found, good, "{headers:?} {body} {behind:?}");
        }
    }

    #[test]
    fn frames_are_taken_apart_and_cut_ones_refused() {
        let body = Bytes::from_static(b"\0\0\0\0\x01a\x80\0\0\0\0");
        let whole = frames(body.clone()).unwrap();
        assert_eq!(whole, [(0, Bytes::from_static(b"a")), (TRAILERS, Bytes::new())]);
        assert!(frames(body.slice(..8)).is_err());
        assert!(frames(Bytes::from_static(b"\0\xff\xff\xff\xff")).is_err());
    }
}
