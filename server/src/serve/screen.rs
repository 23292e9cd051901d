//! The socket as hyper sees it. On HTTP/1 each head is judged before hyper gets it; when one is
//! refused, hyper sees the end of the stream, answers what came before, and the refusal is
//! written by the connection. On HTTP/2 every byte passes.

use super::chunks::Chunks;
use super::head::{self, Framing, Refusal};
use super::watch::Watch;
use bytes::{Buf, BytesMut};
use hyper::rt::{Read, ReadBufCursor, Write};
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::io::poll_read_buf;

/// The longest head, in bytes.
const MAX_HEAD: usize = 64 * 1024;
const READ_SIZE: usize = 8 * 1024;

pub struct Screen<S> {
    pub stream: S,
    pub watch: Arc<Watch>,
    /// What the client was refused with.
    pub refusal: Option<Refusal>,
    http2: bool,
    part: Part,
    buffer: BytesMut,
    /// How many bytes at the start of the buffer hyper may have.
    cleared: usize,
    /// How many bytes of the buffer hold no end of a head.
    scanned: usize,
}

/// What the next bytes are.
enum Part {
    Head,
    Length(u64),
    Chunked(Chunks),
    /// Not looked at: HTTP/2, or a body whose end is not known.
    Any,
    /// Nothing more is read.
    Over,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Screen<S> {
    /// `buffer` holds what was read from `stream` already.
    pub fn new(stream: S, buffer: BytesMut, watch: Arc<Watch>, http2: bool) -> Self {
        let part = if http2 { Part::Any } else { Part::Head };
        Self { stream, watch, refusal: None, http2, part, buffer, cleared: 0, scanned: 0 }
    }

    fn fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        self.buffer.reserve(READ_SIZE);
        poll_read_buf(Pin::new(&mut self.stream), cx, &mut self.buffer)
    }

    /// Clears what can be told from the buffer.
    fn clear(&mut self) {
        self.cleared = match &mut self.part {
            Part::Over => 0,
            Part::Any => self.buffer.len(),
            Part::Length(left) => {
                let here = usize::try_from(*left).unwrap_or(usize::MAX).min(self.buffer.len());
                *left -= here as u64;
                here
            }
            Part::Chunked(chunks) => match chunks.advance(&self.buffer) {
                Ok(here) => here,
                Err(text) => {
                    self.watch.break_chunks(text);
                    self.part = Part::Any;
                    self.buffer.len()
                }
            },
            Part::Head => self.clear_head(),
        };
        if matches!(self.part, Part::Length(0) | Part::Chunked(Chunks::End)) {
            self.part = Part::Head;
        }
    }

    fn clear_head(&mut self) -> usize {
        self.skip_empty_lines();
        if self.buffer.is_empty() {
            return 0;
        }
        self.watch.head_begins();
        match end_of_head(&self.buffer, self.scanned) {
            Some(end) if end <= MAX_HEAD => self.judge(end),
            None if self.buffer.len() <= MAX_HEAD => {
                self.scanned = self.buffer.len();
                0
            }
            _ => self.refuse(head::TOO_LARGE),
        }
    }

    /// Empty lines before a request are ignored (RFC 9112 §2.2).
    fn skip_empty_lines(&mut self) {
        let empty = self.buffer.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        self.buffer.advance(empty);
    }

    fn judge(&mut self, end: usize) -> usize {
        self.scanned = 0;
        match head::screen(self.buffer.get(..end).unwrap_or_default()) {
            Err(refusal) => self.refuse(refusal),
            Ok(screened) => {
                self.part = match screened.framing {
                    Framing::Length(length) => Part::Length(length),
                    Framing::Chunked => Part::Chunked(Chunks::START),
                };
                screened.line.map_or(end, |(line, old)| {
                    self.replace_line(&line, old);
                    end + line.len() - old
                })
            }
        }
    }

    fn replace_line(&mut self, line: &[u8], old: usize) {
        let mut buffer = BytesMut::with_capacity(self.buffer.len() + line.len());
        buffer.extend_from_slice(line);
        buffer.extend_from_slice(self.buffer.get(old..).unwrap_or_default());
        self.buffer = buffer;
    }

    fn refuse(&mut self, refusal: Refusal) -> usize {
        self.refusal = Some(refusal);
        self.part = Part::Over;
        0
    }
}

/// The length of the head in `bytes`, of which the first `scanned` are known to hold no end.
fn end_of_head(bytes: &[u8], scanned: usize) -> Option<usize> {
    let start = scanned.saturating_sub(2);
    let late = bytes.get(start..)?;
    memchr::memchr_iter(b'\n', late).find_map(|at| match late.get(at + 1..)? {
        [b'\n', ..] => Some(start + at + 2),
        [b'\r', b'\n', ..] => Some(start + at + 3),
        _ => None,
    })
}

impl<S: AsyncRead + AsyncWrite + Unpin> Read for Screen<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut out: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let me = self.get_mut();
        loop {
            if me.cleared == 0 {
                me.clear();
            }
            if let Some(bytes) = me.buffer.get(..me.cleared.min(out.remaining()))
                && !bytes.is_empty()
            {
                let taken = bytes.len();
                out.put_slice(bytes);
                me.buffer.advance(taken);
                me.cleared -= taken;
                return Poll::Ready(Ok(()));
            }
            if matches!(me.part, Part::Over) {
                return Poll::Ready(Ok(()));
            }
            if ready!(me.fill(cx))? == 0 {
                me.part = Part::Over;
                me.watch.end();
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Screen<S> {
    fn watched<T>(&self, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_pending() {
            self.watch.write_blocks();
        }
        written
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Write for Screen<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.watched(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, parts);
        self.watched(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.watch.write_done();
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    /// On HTTP/1 the socket stays open: the connection closes it, after a refusal.
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.http2 { Pin::new(&mut self.stream).poll_shutdown(cx) } else { self.poll_flush(cx) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_head_is_found_however_it_is_cut() {
        for (bytes, end) in [("a\r\nb\r\n\r\nc", 8), ("a\nb\n\nc", 5), ("a\n\r\nb", 4)] {
            let bytes = bytes.as_bytes();
            assert_eq!(end_of_head(bytes, 0), Some(end));
            for scanned in 0..end {
                assert_eq!(end_of_head(&bytes[..scanned], scanned), None);
                assert_eq!(end_of_head(bytes, scanned), Some(end), "{scanned}");
            }
        }
    }
}
