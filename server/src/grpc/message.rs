//! The messages of a request, out of their frames (gRPC over HTTP/2, "Length-Prefixed-Message").

use std::fmt;
use std::io::{self, Read};
use std::pin::Pin;

use bytes::{Buf, Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use poem::error::ReadBodyError;
use poem::{Body, Request};

use super::{Wire, headers};
use crate::error::{Code, Error, Result};

const HEAD: usize = 5;
/// The begin of gzip data (RFC 1952, section 2.3.1).
const GZIP: &[u8] = b"\x1f\x8b\x08";

/// Reads the messages of a request one by one.
pub struct Messages {
    body: Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send + Sync>>,
    buffer: BytesMut,
    gzip: bool,
    limit: usize,
}

impl Messages {
    /// `limit` is the most bytes of one message, decompressed.
    pub async fn of(wire: Wire, request: &mut Request, limit: usize) -> Result<Self> {
        let encoding = request.header("grpc-encoding").unwrap_or_default();
        if !matches!(encoding, "" | "identity" | "gzip") {
            let text = "grpc: Decompressor is not installed for grpc-encoding";
            return Err(Error::plain(Code::Unimplemented, format!("{text} {encoding:?}")));
        }
        let gzip = encoding == "gzip";
        let body = request.take_body();
        let body = if wire == Wire::WebText { decoded(body, limit).await? } else { body };
        let body = Box::pin(body.into_bytes_stream());
        Ok(Self { body, buffer: BytesMut::new(), gzip, limit })
    }

    /// The next message, decompressed; none behind the last one and behind a cut prefix.
    pub async fn next(&mut self) -> Result<Option<Bytes>> {
        if !self.holds(HEAD).await? {
            return Ok(None);
        }
        let (flag, length) = (self.buffer.get_u8(), self.buffer.get_u32() as usize);
        if length > self.limit {
            return Err(too_large(length, self.limit));
        }
        let compressed = self.is_compressed(flag)?;
        if !self.holds(length).await? {
            return Err(Error::plain(Code::Unknown, "unexpected EOF"));
        }
        let data = self.buffer.split_to(length).freeze();
        if compressed { unzipped(&data, self.limit).map(Some) } else { Ok(Some(data)) }
    }

    fn is_compressed(&self, flag: u8) -> Result<bool> {
        let fault = match flag {
            0 => return Ok(false),
            1 if self.gzip => return Ok(true),
            1 => "grpc: compressed flag set with identity or empty encoding".to_owned(),
            _ => format!("grpc: received unexpected payload format {flag}"),
        };
        Err(Error::plain(Code::Internal, fault))
    }

    /// Reads until the buffer has this many bytes; tells whether there are so many.
    async fn holds(&mut self, length: usize) -> Result<bool> {
        while self.buffer.len() < length {
            match self.body.next().await {
                Some(bytes) => self.buffer.extend_from_slice(&bytes.map_err(|e| unreadable(&e))?),
                None => return Ok(false),
            }
        }
        Ok(true)
    }
}

/// A body of gRPC-web's text variant: base64 with padding, in any number of lines. What is behind
/// the last group of four is lost, as with Go's decoder.
async fn decoded(body: Body, limit: usize) -> Result<Body> {
    let most = (limit + HEAD).div_ceil(3) * 4;
    let text = body.into_bytes_limit(most).await.map_err(|error| match error {
        ReadBodyError::PayloadTooLarge => too_large(most, limit),
        error => unreadable(&error),
    })?;
    let mut text: Vec<u8> =
        text.into_iter().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    text.truncate(text.len() / 4 * 4);
    headers::from_base64(&text).map(Body::from).map_err(|fault| unreadable(&fault))
}

/// The client broke the body, or went away.
fn unreadable(fault: &impl fmt::Display) -> Error {
    let fault = fault.to_string();
    Error::plain(Code::Unknown, format!("connection error: desc = {fault:?}"))
}

fn unzipped(data: &[u8], limit: usize) -> Result<Bytes> {
    let mut out = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    flate2::read::GzDecoder::new(data).take(most).read_to_end(&mut out).map_err(|error| {
        let why = match error.kind() {
            _ if data.is_empty() => "EOF".into(),
            io::ErrorKind::UnexpectedEof => "unexpected EOF".into(),
            _ if !data.starts_with(GZIP) => "gzip: invalid header".into(),
            _ => error.to_string(),
        };
        let step = if data.len() < 10 || !data.starts_with(GZIP) {
            "decompress the message"
        } else {
            "read decompressed data"
        };
        let text = format!("grpc: failed to {step}: {why}");
        Error::plain(Code::Internal, text)
    })?;
    if out.len() <= limit {
        return Ok(out.into());
    }
    let text = format!("grpc: received message after decompression larger than max {limit}");
    Err(Error::plain(Code::ResourceExhausted, text))
}

fn too_large(length: usize, limit: usize) -> Error {
    let text = format!("grpc: received message larger than max ({length} vs. {limit})");
    Error::plain(Code::ResourceExhausted, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use futures_util::stream;
    use std::io::Write;

    const LIMIT: usize = 50;

    /// The messages of a body that comes in pieces of this size, up to the first fault.
    async fn read(body: &[u8], piece: usize, encoding: &str) -> (Vec<Bytes>, String) {
        let pieces: Vec<_> =
            body.chunks(piece).map(|piece| Ok::<_, io::Error>(piece.to_vec())).collect();
        let request = Request::builder().header("grpc-encoding", encoding);
        let mut request = request.body(Body::from_bytes_stream(stream::iter(pieces)));
        let mut read = Vec::new();
        let mut messages = Messages::of(Wire::Grpc, &mut request, LIMIT).await.unwrap();
        loop {
            match messages.next().await {
                Ok(Some(message)) => read.push(message),
                Ok(None) => return (read, String::new()),
                Err(error) => return (read, format!("{} {}", error.code as i32, error.text)),
            }
        }
    }

    #[tokio::test]
    async fn messages_are_taken_out_of_their_frames() {
        for piece in [1, 6, 100] {
            let (messages, fault) = read(b"\0\0\0\0\x02hi\0\0\0\0\0\0\0", piece, "").await;
            assert_eq!((messages, fault.as_str()), (vec!["hi".into(), "".into()], ""));
        }
    }

    #[tokio::test]
    async fn text_comes_in_lines_and_ends_with_its_last_group() {
        for (text, bytes) in
            [("AAAA\r\nAAJo\naQ==", "\0\0\0\0\x02hi"), ("AAAAAAJoaQ", "\0\0\0\0\x02h")]
        {
            let body = decoded(Body::from(text), LIMIT).await.unwrap();
            assert_eq!(body.into_string().await.unwrap(), bytes);
        }
    }

    #[tokio::test]
    async fn broken_frames_are_told_apart() {
        let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
        bomb.write_all(&[b'x'; 100 * LIMIT]).unwrap();
        let bomb = bomb.finish().unwrap();
        let bomb = [&[1, 0, 0, 0, bomb.len() as u8], bomb.as_slice()].concat();
        for (body, encoding, fault) in [
            (b"\0\0\0\0\x05hi".as_slice(), "", "2 unexpected EOF"),
            (b"\x01\0\0\0\0", "", "13 grpc: compressed flag set with identity or empty encoding"),
            (b"\x02\0\0\0\0", "gzip", "13 grpc: received unexpected payload format 2"),
            (b"\0\0\0\0\x33", "", "8 grpc: received message larger than max (51 vs. 50)"),
        ] {
            assert_eq!(read(body, 100, encoding).await, (Vec::new(), fault.to_owned()));
        }
        for (body, fault) in [
            (b"\x01\0\0\0\0".as_slice(), "decompress the message: EOF"),
            (b"\x01\0\0\0\x02hi", "decompress the message: unexpected EOF"),
            (b"\x01\0\0\0\x0chello, world", "decompress the message: gzip: invalid header"),
            (
                b"\x01\0\0\0\x0a\x1f\x8b\x08\0\0\0\0\0\0\xff",
                "read decompressed data: unexpected EOF",
            ),
        ] {
            let fault = format!("13 grpc: failed to {fault}");
            assert_eq!(read(body, 100, "gzip").await.1, fault);
        }
        let (_, fault) = read(&bomb, 100, "gzip").await;
        assert_eq!(fault, "8 grpc: received message after decompression larger than max 50");
    }
}
