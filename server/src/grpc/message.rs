//! The one message of a unary request, out of its frame (gRPC over HTTP/2, "Length-Prefixed-Message").

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::{Buf, Bytes};
use poem::Request;
use poem::error::ReadBodyError;

use super::Wire;
use crate::error::{Code, Error, Result};

const HEAD: usize = 5;

/// The message, decompressed. A second one and bytes behind it are ignored, as in the reference.
pub async fn read(wire: Wire, request: &mut Request, limit: usize) -> Result<Bytes> {
    let encoding = request.header("grpc-encoding").unwrap_or("identity").to_owned();
    if !matches!(&*encoding, "" | "identity" | "gzip") {
        let text = format!("grpc: Decompressor is not installed for grpc-encoding {encoding:?}");
        return Err(Error::plain(Code::Unimplemented, text));
    }
    let most = if wire == Wire::WebText { (limit + HEAD) * 4 / 3 + 4 } else { limit + HEAD };
    let body = request.take_body().into_bytes_limit(most).await.map_err(|error| match error {
        ReadBodyError::PayloadTooLarge => too_large(limit),
        _ => Error::plain(Code::Unknown, "unexpected EOF"),
    })?;
    let body = if wire == Wire::WebText { decoded(&body)? } else { body };
    unframed(body, encoding == "gzip", limit)
}

fn decoded(text: &[u8]) -> Result<Bytes> {
    STANDARD.decode(text).map(Bytes::from).map_err(|error| {
        let at = match error {
            base64::DecodeError::InvalidByte(at, _) => at,
            _ => 0,
        };
        let text = format!("connection error: desc = \"illegal base64 data at input byte {at}\"");
        Error::plain(Code::Unknown, text)
    })
}

fn unframed(mut body: Bytes, gzip: bool, limit: usize) -> Result<Bytes> {
    if body.is_empty() {
        return Err(Error::plain(Code::Unknown, "EOF"));
    }
    if body.len() < HEAD {
        return Err(Error::plain(Code::Unknown, "unexpected EOF"));
    }
    let (flag, length) = (body.get_u8(), body.get_u32() as usize);
    if flag > 1 {
        let text = format!("grpc: received unexpected payload format {flag}");
        return Err(Error::plain(Code::Internal, text));
    }
    if flag == 1 && !gzip {
        let text = "grpc: compressed flag set with identity or empty encoding";
        return Err(Error::plain(Code::Internal, text));
    }
    if length > limit {
        return Err(too_large(limit));
    }
    if body.len() < length {
        return Err(Error::plain(Code::Unknown, "unexpected EOF"));
    }
    let data = body.split_to(length);
    if flag == 1 { unzipped(&data, limit) } else { Ok(data) }
}

fn unzipped(data: &[u8], limit: usize) -> Result<Bytes> {
    let mut out = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    flate2::read::GzDecoder::new(data).take(most).read_to_end(&mut out).map_err(|error| {
        Error::plain(
            Code::Internal,
            format!("grpc: failed to decompress the received message: {error}"),
        )
    })?;
    if out.len() > limit { Err(too_large(limit)) } else { Ok(out.into()) }
}

fn too_large(limit: usize) -> Error {
    contract::Refusal::TooLarge { limit }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(bytes: &'static [u8], gzip: bool) -> (Code, String) {
        let error = unframed(Bytes::from_static(bytes), gzip, 10).unwrap_err();
        (error.code, error.text.into_owned())
    }

    #[test]
    fn one_message_is_taken_out_of_its_frame() {
        let body = Bytes::from_static(b"\0\0\0\0\x02hi\0\0\0\0\0");
        assert_eq!(unframed(body, false, 10).unwrap(), "hi");
    }

    #[test]
    fn broken_frames_are_told_apart() {
        assert_eq!(refused(b"", false), (Code::Unknown, "EOF".into()));
        assert_eq!(refused(b"\0\0", false), (Code::Unknown, "unexpected EOF".into()));
        assert_eq!(refused(b"\0\0\0\0\x05hi", false), (Code::Unknown, "unexpected EOF".into()));
        assert_eq!(refused(b"\x01\0\0\0\0", false).0, Code::Internal);
        assert_eq!(refused(b"\x02\0\0\0\0", true).0, Code::Internal);
        assert_eq!(refused(b"\x01\0\0\0\x02hi", true).0, Code::Internal);
        assert_eq!(refused(b"\0\0\0\0\x0b12345678901", false).0, Code::ResourceExhausted);
    }
}
