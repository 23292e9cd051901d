//! The bodies of one request and of its answer.

use super::watch::{InFlight, Watch};
use bytes::Bytes;
use http_body_util::BodyExt;
use http_body_util::combinators::BoxBody;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

/// A body that the endpoint leaves is read up to here, so that the connection can go on.
const DRAIN: u64 = 256 * 1024;

/// The body of a request while the endpoint has it. It comes back when it is dropped.
///
/// A chunked body that is malformed is an error with the text for the caller. A body that ends
/// early never ends: the reference does not answer such a request (ZITADEL v4),
/// and the time limit of the request cuts it off.
struct Lent {
    body: Option<Incoming>,
    /// The end of the body will not come.
    stalled: bool,
    loan: Arc<Loan>,
}

/// What is left with the lender.
pub struct Loan {
    returned: Mutex<Option<Incoming>>,
    asked: AtomicBool,
    failed: AtomicBool,
    watch: Arc<Watch>,
}

/// Lends a body to an endpoint.
pub fn lend(body: Incoming, watch: &Arc<Watch>) -> (poem::Body, Arc<Loan>) {
    let loan = Arc::new(Loan {
        returned: Mutex::new(None),
        asked: AtomicBool::new(false),
        failed: AtomicBool::new(false),
        watch: watch.clone(),
    });
    let lent = Lent { body: Some(body), stalled: false, loan: loan.clone() };
    (poem::Body::from(BoxBody::new(lent)), loan)
}

impl Loan {
    /// Reads what the endpoint left. Returns whether the connection can take another request.
    /// A body that waits for `100 Continue` (`expected`) and was not asked for is not read.
    pub async fn settle(&self, expected: bool) -> bool {
        if expected && !self.asked.load(Relaxed) {
            self.watch.leave_unread();
            return false;
        }
        let body = self.returned.lock().unwrap_or_else(PoisonError::into_inner).take();
        match body {
            Some(body) => drain(body).await && !self.failed.load(Relaxed),
            None => true,
        }
    }

    fn error(&self, error: hyper::Error) -> io::Error {
        self.failed.store(true, Relaxed);
        match self.watch.broken_chunks() {
            Some(reason) => io::Error::new(io::ErrorKind::InvalidData, reason),
            None => io::Error::other(error),
        }
    }
}

async fn drain(mut body: Incoming) -> bool {
    let mut left = DRAIN;
    if body.size_hint().lower() > left {
        return false;
    }
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return false };
        let length = frame.data_ref().map_or(0, |data| data.len() as u64);
        match left.checked_sub(length) {
            Some(less) => left = less,
            None => return false,
        }
    }
    true
}

impl Body for Lent {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        self.loan.asked.store(true, Relaxed);
        if self.stalled {
            return Poll::Pending;
        }
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let polled = Pin::new(body).poll_frame(cx);
        if matches!(polled, Poll::Ready(Some(Err(_)))) && self.loan.watch.has_ended() {
            self.stalled = true;
            return Poll::Pending;
        }
        polled.map_err(|error| self.loan.error(error))
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(SizeHint::default, Body::size_hint)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let body = self.body.take();
        *self.loan.returned.lock().unwrap_or_else(PoisonError::into_inner) = body;
    }
}

/// The body of an answer: its request, if it counts, is in flight until hyper has taken all of it.
pub struct Answer {
    body: BoxBody<Bytes, io::Error>,
    _in_flight: Option<InFlight>,
}

impl Answer {
    pub fn new(body: BoxBody<Bytes, io::Error>, in_flight: Option<InFlight>) -> Self {
        Self { body, _in_flight: in_flight }
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
