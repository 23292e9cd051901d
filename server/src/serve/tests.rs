//! Bytes in, bytes out, over real sockets.

use super::*;
use poem::{Body, Request, Response};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

/// Answers what it saw; some paths do more.
#[derive(Default)]
struct Echo {
    served: AtomicUsize,
    entered: Notify,
    release: Notify,
}

impl Endpoint for Echo {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        self.served.fetch_add(1, SeqCst);
        let host = request.header("host").unwrap_or("-");
        let seen = format!("{} {} {host}", request.method(), request.uri());
        Ok(match request.uri().path() {
            "/body" => match request.take_body().into_vec().await {
                Ok(body) => format!("{} bytes", body.len()).into(),
                Err(error) => format!("{error:?}").into(),
            },
            "/wait" => {
                self.entered.notify_one();
                self.release.notified().await;
                seen.into()
            }
            "/endless" => {
                let zeros = tokio::io::repeat(0);
                Response::from(Body::from_async_read(zeros))
            }
            "/large" => vec![0; 32 << 20].into(),
            "/panic" => panic!("on purpose"),
            _ => seen.into(),
        })
    }
}

struct Served {
    address: SocketAddr,
    echo: Arc<Echo>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<io::Result<()>>,
}

const LONG: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(100);
const PATIENT: Limits = Limits { connections: 10, header_read: LONG, request: LONG, idle: LONG };

async fn start(limits: Limits) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let echo = Arc::new(Echo::default());
    let (stop, stopped) = oneshot::channel();
    let endpoint = echo.clone();
    let task = tokio::spawn(async move {
        serve(listener, endpoint, limits, async { stopped.await.unwrap_or_default() }).await
    });
    Served { address, echo, stop, task }
}

impl Served {
    async fn send(&self, bytes: impl AsRef<[u8]>) -> Client {
        let mut client = Client(TcpStream::connect(self.address).await.unwrap());
        client.0.write_all(bytes.as_ref()).await.unwrap();
        client
    }
}

struct Client(TcpStream);

impl Client {
    /// Reads up to and with `end`.
    async fn until(&mut self, end: &str) -> String {
        let mut read = Vec::new();
        while !read.ends_with(end.as_bytes()) {
            let byte = timeout(LONG / 6, self.0.read_u8()).await;
            let seen = || String::from_utf8_lossy(&read).into_owned();
            read.push(byte.unwrap_or_else(|_| panic!("no more after {:?}", seen())).unwrap());
        }
        String::from_utf8(read).unwrap()
    }

    /// Reads until the server closes, which a reset is too.
    async fn rest(&mut self) -> String {
        let mut read = Vec::new();
        let _ = timeout(LONG / 6, self.0.read_to_end(&mut read)).await.expect("still open");
        String::from_utf8_lossy(&read).into_owned()
    }
}

#[tokio::test]
async fn what_http_refuses_is_plain_text_and_closes() {
    let served = start(PATIENT).await;
    let table = [
        ("GET / HTTP/1.1\r\n\r\n", "400 Bad Request: missing required Host header"),
        ("GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", "400 Bad Request"),
        (
            "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
            "505 HTTP Version Not Supported: unsupported protocol version",
        ),
        ("GET /\r\n\r\n", "400 Bad Request"),
    ];
    for (request, text) in table {
        let answer = served.send(request).await.rest().await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {text}\r\n")), "{answer}");
        assert!(
            answer.contains("\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n")
        );
        assert!(answer.ends_with(&format!("\r\n\r\n{text}")), "{answer}");
    }
    let coded = "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n{}";
    let answer = served.send(coded).await.rest().await;
    assert!(answer.starts_with("HTTP/1.1 501 Not Implemented\r\n"));
    assert!(answer.ends_with("\r\n\r\nUnsupported transfer encoding"));
    let long = format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}", "x".repeat(70_000));
    assert!(served.send(long).await.rest().await.starts_with("HTTP/1.1 431 "));
    assert_eq!(served.echo.served.load(SeqCst), 0);
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order_and_a_refusal_last() {
    let served = start(PATIENT).await;
    let requests = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n\
        PUT /body HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc\
        PUT /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n\
        GET /4#x HTTP/1.2\r\nHost: a\r\n\r\n\
        \r\nGET /5 HTTP/1.1\r\n\r\n\
        GET /6 HTTP/1.1\r\nHost: a\r\n\r\n";
    let answer = served.send(requests).await.rest().await;
    let bodies = ["GET /1 a", "3 bytes", "2 bytes", "GET /4%23x a", "missing required Host header"];
    let mut rest = answer.as_str();
    for body in bodies {
        rest = rest.split_once(body).unwrap_or_else(|| panic!("{body} not in {answer}")).1;
    }
    assert!(rest.ends_with("missing required Host header") && !rest.contains("GET /6"), "{answer}");
}

#[tokio::test]
async fn targets_and_versions_are_made_alike() {
    let served = start(PATIENT).await;
    let table = [
        ("GET http://b:1/x?y HTTP/1.1\r\nHost: a\r\n", "HTTP/1.1 200 OK", "GET /x?y b:1"),
        ("GET /\u{e9} HTTP/1.1\r\nHost: a\r\n", "HTTP/1.1 200 OK", "GET /%C3%A9 a"),
        ("GET / HTTP/1.0\r\n", "HTTP/1.0 200 OK", "GET / -"),
        ("OPTIONS * HTTP/1.1\r\nHost: a\r\n", "HTTP/1.1 200 OK", ""),
    ];
    for (head, status, body) in table {
        let close = if head.contains("1.0") { "\r\n" } else { "Connection: close\r\n\r\n" };
        let answer = served.send(format!("{head}{close}")).await.rest().await;
        assert!(
            answer.starts_with(status) && answer.ends_with(&format!("\r\n\r\n{body}")),
            "{answer}"
        );
    }
    let mut kept = served.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").await;
    assert!(kept.until("GET / -").await.contains("\r\nConnection: keep-alive\r\n"));
    kept.0.write_all(b"GET /2 HTTP/1.0\r\n\r\n").await.unwrap();
    assert!(kept.rest().await.ends_with("GET /2 -"));
}

#[tokio::test]
async fn a_client_that_stops_sending_is_answered() {
    let served = start(PATIENT).await;
    let mut client = served.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    client.0.shutdown().await.unwrap();
    assert!(client.rest().await.ends_with("GET / a"));
}

#[tokio::test]
async fn an_unread_body_leaves_the_connection_open_if_it_is_small() {
    let served = start(PATIENT).await;
    let mut client = served.send("PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n").await;
    client.0.write_all(b"helloGET /y HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    assert!(!client.until("PUT /x a").await.contains("Connection"));
    client.until("GET /y a").await;
    let large = "PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n";
    assert!(served.send(large).await.rest().await.contains("\r\nConnection: close\r\n"));
}

#[tokio::test]
async fn a_body_is_asked_for_when_it_is_read() {
    let served = start(PATIENT).await;
    let put = |path, expect| {
        format!("PUT {path} HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: {expect}\r\n\r\n")
    };
    let mut read = served.send(put("/body", "100-continue")).await;
    assert_eq!(read.until("\r\n\r\n").await, "HTTP/1.1 100 Continue\r\n\r\n");
    read.0.write_all(b"{}").await.unwrap();
    assert!(!read.until("2 bytes").await.contains("Connection"));
    let start = std::time::Instant::now();
    let answer = served.send(put("/x", "100-continue")).await.rest().await;
    assert!(start.elapsed() >= 2 * SHORT, "the body may be on its way");
    assert!(
        answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains("\r\nConnection: close\r\n")
    );
    let answer = served.send(put("/x", "magic") + "{}").await.rest().await;
    assert!(answer.starts_with("HTTP/1.1 417 ") && answer.contains("\r\nConnection: close\r\n"));
}

#[tokio::test]
async fn malformed_chunks_reach_the_endpoint_as_texts() {
    let served = start(PATIENT).await;
    for (body, text) in
        [("zz\r\n", "invalid byte in chunk length"), ("1\r\nab\r\n", "malformed chunked encoding")]
    {
        let head = "PUT /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
        let answer = served.send(format!("{head}{body}")).await.rest().await;
        assert!(answer.contains(text) && answer.contains("\r\nConnection: close\r\n"), "{answer}");
    }
}

#[tokio::test]
async fn a_panic_is_an_answer() {
    let served = start(PATIENT).await;
    let mut client = served.send("GET /panic HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let answer = client.until("}").await;
    assert!(answer.starts_with("HTTP/1.1 500 ") && answer.contains("{\"code\":13,"), "{answer}");
    client.0.write_all(b"GET /y HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    client.until("GET /y a").await;
}

#[tokio::test]
async fn slow_clients_are_cut_off() {
    let head = Limits { header_read: SHORT, ..PATIENT };
    let request = Limits { request: SHORT, ..PATIENT };
    let idle = Limits { idle: SHORT, ..PATIENT };
    let table = [
        (head, "", "silent"),
        (head, "GET / HTT", "half a head"),
        (head, "PRI * HTTP/2.0\r\n", "half a preface"),
        (head, "GET /x HTTP/1.1\r\nHost: a\r\n\r\nGET", "half a second head"),
        (request, "PUT /body HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc", "half a body"),
        (
            request,
            "PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc",
            "half an unread body",
        ),
        (request, "GET /wait HTTP/1.1\r\nHost: a\r\n\r\n", "a slow endpoint"),
        (idle, "GET /x HTTP/1.1\r\nHost: a\r\n\r\n", "idle"),
    ];
    for (limits, bytes, case) in table {
        let served = start(limits).await;
        let answer = served.send(bytes).await.rest().await;
        let answered = ["idle", "half a second head"].contains(&case);
        assert_eq!(answer.ends_with("GET /x a"), answered, "{case}: {answer}");
    }
}

#[tokio::test]
async fn a_body_that_ends_early_is_not_answered() {
    let served = start(Limits { request: SHORT, ..PATIENT }).await;
    let put = "PUT /body HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc";
    let mut client = served.send(put).await;
    client.0.shutdown().await.unwrap();
    assert_eq!(client.rest().await, "");
}

#[tokio::test]
async fn a_client_that_does_not_read_is_cut_off() {
    let served = start(Limits { connections: 1, request: SHORT, ..PATIENT }).await;
    for path in ["/endless", "/large"] {
        let deaf = served.send(format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n")).await;
        let mut next = served.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n").await;
        next.until("GET /x a").await;
        drop(deaf);
    }
}

#[tokio::test]
async fn connections_above_the_limit_wait() {
    let served = start(Limits { connections: 1, ..PATIENT }).await;
    let get = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";
    let mut first = served.send(get).await;
    first.until("GET /x a").await;
    let mut second = served.send(get).await;
    for _ in 0..10 {
        first.0.write_all(get.as_bytes()).await.unwrap();
        first.until("GET /x a").await;
    }
    assert_eq!(served.echo.served.load(SeqCst), 11, "the second waits");
    drop(first);
    second.until("GET /x a").await;
}

#[tokio::test]
async fn shutdown_finishes_what_is_in_flight() {
    let served = start(PATIENT).await;
    let mut idle = served.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n").await;
    idle.until("GET /x a").await;
    let mut silent = served.send("").await;
    let mut busy = served.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n").await;
    served.echo.entered.notified().await;
    served.stop.send(()).unwrap();
    assert_eq!(idle.rest().await, "");
    assert_eq!(silent.rest().await, "");
    assert!(TcpStream::connect(served.address).await.is_err());
    served.echo.release.notify_one();
    let answer = busy.rest().await;
    assert!(answer.ends_with("GET /wait a") && answer.contains("\r\nConnection: close\r\n"));
    drop((idle, silent, busy));
    served.task.await.unwrap().unwrap();
}

/// HTTP/2 frames by hand: length, type, flags, stream, payload.
fn frame(kind: u8, flags: u8, stream: u8, payload: &[u8]) -> Vec<u8> {
    let head = [0, 0, payload.len() as u8, kind, flags, 0, 0, 0, stream];
    [&head, payload].concat()
}

const SETTINGS: u8 = 4;
const HEADERS: u8 = 1;
const RESET: u8 = 3;
const DATA: u8 = 0;
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// The payload of the next frame of this kind on this stream.
async fn next_frame(client: &mut Client, kind: u8, stream: u8) -> Vec<u8> {
    loop {
        let mut head = [0; 9];
        timeout(LONG / 6, client.0.read_exact(&mut head)).await.unwrap().unwrap();
        let mut payload = vec![0; usize::from(head[1]) << 8 | usize::from(head[2])];
        client.0.read_exact(&mut payload).await.unwrap();
        if (head[3], head[8]) == (kind, stream) {
            return payload;
        }
    }
}

/// `:method` by its index in the static table, `http`, a literal `:path`, `:authority: a`.
fn h2_head(method: u8, path: &str) -> Vec<u8> {
    let path = [&[0x44, path.len() as u8], path.as_bytes()].concat();
    [vec![0x80 | method, 0x86], path, vec![0x41, 1, b'a']].concat()
}

const GET: u8 = 2;
const POST: u8 = 3;

#[tokio::test]
async fn http2_is_spoken_by_prior_knowledge() {
    let served = start(PATIENT).await;
    let get = frame(HEADERS, END_STREAM | END_HEADERS, 1, &h2_head(GET, "/h2"));
    let mut client = served.send(&PREFACE[..10]).await;
    let rest = [&PREFACE[10..], &frame(SETTINGS, 0, 0, &[]), &get].concat();
    client.0.write_all(&rest).await.unwrap();
    assert_eq!(next_frame(&mut client, HEADERS, 1).await[0], 0x88, ":status 200");
    assert_eq!(next_frame(&mut client, DATA, 1).await, b"GET /h2 a");
}

#[tokio::test]
async fn an_http2_stream_that_stalls_is_reset_alone() {
    let served = start(Limits { request: SHORT, ..PATIENT }).await;
    let stalled = frame(HEADERS, END_HEADERS, 1, &h2_head(POST, "/body"));
    let bytes = [PREFACE, &frame(SETTINGS, 0, 0, &[]), &stalled].concat();
    let mut client = served.send(bytes).await;
    assert_eq!(next_frame(&mut client, RESET, 1).await.len(), 4);
    let get = frame(HEADERS, END_STREAM | END_HEADERS, 3, &h2_head(GET, "/h2"));
    client.0.write_all(&get).await.unwrap();
    assert_eq!(next_frame(&mut client, DATA, 3).await, b"GET /h2 a");
}
