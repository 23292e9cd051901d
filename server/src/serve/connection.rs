//! One connection from its first byte to its last.

use super::Limits;
use super::exchange::Exchange;
use super::screen::Screen;
use super::watch::Watch;
use bytes::BytesMut;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::TokioExecutor;
use poem::Endpoint;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::watch::Receiver;
use tokio::time::timeout;

/// How an HTTP/2 connection begins (RFC 9113 §3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// How long a client may take to notice that the connection is closing, so that what it still
/// sends does not destroy the answer (RFC 9112 §9.6).
const LINGER: Duration = Duration::from_millis(500);

/// What hyper reads ahead and writes behind on HTTP/1, in bytes.
const BUFFER: usize = 64 * 1024;

/// What HTTP/2 clients may hold: streams at once, bytes of headers, and streams that they
/// cancelled before they were served ("rapid reset").
const STREAMS: u32 = 250;
const HEADER_LIST: u32 = 64 * 1024;
const RESET_STREAMS: usize = 20;
const STREAM_WINDOW: u32 = 256 * 1024;
const CONNECTION_WINDOW: u32 = 1024 * 1024;

/// Serves a connection until it closes, a phase lasts too long, or `stop` changes and the requests
/// in flight are answered.
pub async fn run<S, E>(mut stream: S, exchange: Exchange<E>, mut stop: Receiver<()>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    E: Endpoint<Output = poem::Response> + 'static,
{
    let (watch, limits) = (exchange.watch.clone(), exchange.limits);
    let mut buffer = BytesMut::new();
    let http2 = tokio::select! {
        sniffed = sniff(&mut stream, &mut buffer) => sniffed,
        _ = stop.changed() => return,
        () = watch.expired(&limits) => return,
    };
    let Ok(http2) = http2 else { return };
    let end = Ends { stop, watch: watch.clone(), limits };
    let screen = Screen::new(stream, buffer, watch, http2);
    let exchange = Arc::new(exchange);
    let service = service_fn(move |request| exchange.clone().run(request));
    if http2 {
        let connection = pin!(http2_builder().serve_connection(screen, service));
        end.drive(connection, http2::Connection::graceful_shutdown).await;
    } else {
        let mut connection = http1_builder().serve_connection(screen, service);
        let pinned = Pin::new(&mut connection);
        if end.drive(pinned, http1::Connection::graceful_shutdown).await {
            let closed = timeout(3 * LINGER, close(connection.into_parts().io)).await;
            tracing::trace!(?closed, "connection closed");
        }
    }
}

fn http1_builder() -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder.half_close(true).title_case_headers(true).header_read_timeout(None);
    builder.max_buf_size(BUFFER);
    builder
}

fn http2_builder() -> http2::Builder<TokioExecutor> {
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(HEADER_LIST)
        .max_pending_accept_reset_streams(RESET_STREAMS)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW);
    builder
}

/// What ends a connection besides its client.
struct Ends {
    stop: Receiver<()>,
    watch: Arc<Watch>,
    limits: Limits,
}

impl Ends {
    /// Returns whether the connection came to its own end; otherwise it is cut off.
    async fn drive<C: Future>(
        mut self,
        mut connection: Pin<&mut C>,
        goodbye: fn(Pin<&mut C>),
    ) -> bool {
        tokio::select! {
            biased;
            _ = connection.as_mut() => return true,
            _ = self.stop.changed() => {}
            () = self.watch.expired(&self.limits) => {}
        }
        goodbye(connection.as_mut());
        tokio::select! {
            biased;
            _ = connection => true,
            () = self.watch.expired(&self.limits) => false,
        }
    }
}

/// Whether the client speaks HTTP/2. What was read for that is in `buffer`.
async fn sniff(stream: &mut (impl AsyncRead + Unpin), buffer: &mut BytesMut) -> io::Result<bool> {
    loop {
        let known = buffer.len().min(PREFACE.len());
        if buffer.get(..known) != PREFACE.get(..known) {
            return Ok(false);
        }
        if known == PREFACE.len() {
            return Ok(true);
        }
        buffer.reserve(BUFFER / 8);
        if stream.read_buf(buffer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

/// Writes what the client is refused with, if it is, and closes without destroying the answer.
async fn close<S: AsyncRead + AsyncWrite + Unpin>(screen: Screen<S>) -> io::Result<()> {
    let Screen { mut stream, watch, refusal, .. } = screen;
    if let Some(refusal) = refusal {
        stream.write_all(refusal.to_string().as_bytes()).await?;
    }
    if watch.is_unread() {
        discard(&mut stream).await;
    }
    stream.shutdown().await?;
    if !watch.has_ended() {
        discard(&mut stream).await;
    }
    Ok(())
}

/// Reads until the client closes or [`LINGER`] is over.
async fn discard(stream: &mut (impl AsyncRead + Unpin)) {
    let mut nowhere = tokio::io::sink();
    let _ = timeout(LINGER, tokio::io::copy(stream, &mut nowhere)).await;
}
