//! The one port: accepts connections and serves HTTP/1 and HTTP/2 (by prior knowledge) on each.
//! hyper speaks HTTP; what it lets through, or refuses in other words than the reference, is
//! settled around it.
//!
//! `connection` runs one connection, `screen` is the socket that hyper sees, `head` and `chunks`
//! are the rules for what comes in, `exchange` and `body` stand between hyper and the endpoint,
//! `watch` and `deadline` hold the time limits.

mod body;
mod chunks;
mod connection;
mod deadline;
mod exchange;
mod head;
mod request_id;
mod screen;
mod watch;

pub use deadline::{Deadline, Lasting, Stopping};
pub use request_id::request_id;

use exchange::Exchange;
use poem::Endpoint;
use poem::web::{LocalAddr, RemoteAddr};
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// How long to wait when the system gives no connection, for example for want of descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What is cut off gets this part of its limit more than what could end by itself.
const GRACE: u32 = 8;

/// What clients may hold, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Open connections. Further ones wait in the backlog of the system, so that a peak costs
    /// time and no errors.
    pub connections: usize,
    /// From the first byte of a head to its last; for a new connection from its start.
    pub header_read: Duration,
    /// From the head of a request until its endpoint has to answer. What is unfinished a little
    /// later, the answer's body included, is cut off.
    pub request: Duration,
    /// Between two requests.
    pub idle: Duration,
}

impl Limits {
    /// When an endpoint is cut off that has not answered.
    fn endpoint(&self) -> Duration {
        self.request + self.request / GRACE
    }

    /// When a request is cut off that is not answered to the end.
    fn exchange(&self) -> Duration {
        self.endpoint() + self.request / GRACE
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 10_000,
            header_read: Duration::from_secs(10),
            request: Duration::from_secs(30),
            idle: Duration::from_secs(120),
        }
    }
}

/// Serves `endpoint` until `shutdown`: then no connection is accepted, the requests in flight are
/// answered, and those that take longer than `limits.request` are cut off.
///
/// Every request has a target in origin form (or `*`), a [`Deadline`], a [`Stopping`] and, if its
/// client named one, a `Host`.
/// Errors when the listener has no address.
pub async fn serve<E>(
    listener: TcpListener,
    endpoint: Arc<E>,
    limits: Limits,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()>
where
    E: Endpoint<Output = poem::Response> + 'static,
{
    let local = LocalAddr(listener.local_addr()?.into());
    let room = Arc::new(Semaphore::new(limits.connections.min(Semaphore::MAX_PERMITS)));
    let (stop, stopping) = tokio::sync::watch::channel(());
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = async { (room.clone().acquire_owned().await, accept(&listener).await) };
        let (place, (stream, remote)) = tokio::select! {
            biased;
            () = &mut shutdown => break,
            accepted = accepted => accepted,
        };
        let exchange = Exchange {
            endpoint: endpoint.clone(),
            watch: watch::Watch::new(),
            limits,
            stopping: Stopping(stopping.clone()),
            local: local.clone(),
            remote,
        };
        let connection = connection::run(stream, exchange, stopping.clone());
        connections.spawn(async move {
            connection.await;
            drop(place);
        });
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    stop.send_replace(());
    let finished = async { while connections.join_next().await.is_some() {} };
    if timeout(limits.request, finished).await.is_err() {
        tracing::warn!("requests were cut off at shutdown");
    }
    connections.shutdown().await;
    Ok(())
}

/// The next connection; a failure to accept one is not the end of the server.
async fn accept(listener: &TcpListener) -> (TcpStream, RemoteAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, remote)) => {
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "no TCP_NODELAY");
                }
                return (stream, RemoteAddr(remote.into()));
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

#[cfg(test)]
mod tests;
