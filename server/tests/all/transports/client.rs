//! Callers that show every byte.

use std::time::Duration;

use bailey::{Running, Settings};
use bytes::Bytes;
use h2::{RecvStream, SendStream};
use http::{HeaderMap, Request, Response};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// What no answer takes.
const LONG: Duration = Duration::from_secs(30);

/// A server and its callers.
pub struct Wire(pub Running);

/// A gRPC answer to its end.
pub struct Grpc {
    pub head: Response<()>,
    pub body: Vec<u8>,
    pub trailers: HeaderMap,
}

impl Grpc {
    pub fn status(&self) -> (u16, String) {
        let text = |name| self.trailers.get(name).map_or("", |value| value.to_str().unwrap());
        (text("grpc-status").parse().unwrap(), text("grpc-message").to_owned())
    }
}

/// A call whose request goes on.
pub struct Open {
    pub request: SendStream<Bytes>,
    pub headers: HeaderMap,
    pub answer: RecvStream,
}

impl Open {
    pub async fn next(&mut self) -> Vec<u8> {
        let data = timeout(LONG, self.answer.data()).await.unwrap().unwrap().unwrap();
        self.answer.flow_control().release_capacity(data.len()).unwrap();
        data.to_vec()
    }
}

impl Wire {
    pub async fn start(change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings::for_tests(":memory:");
        change(&mut settings);
        Self(bailey::start(&settings).await.unwrap())
    }

    pub fn token(&self) -> String {
        format!("Bearer {}", self.0.token)
    }

    pub fn bearer(&self) -> String {
        format!("Authorization: {}", self.token())
    }

    /// Sends bytes and reads until the server closes.
    pub async fn send(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.0.address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        let mut answer = Vec::new();
        timeout(LONG, stream.read_to_end(&mut answer)).await.unwrap().unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// A head that lacks its end.
    pub async fn raw(&self, head: &str) -> String {
        self.send(format!("{head}Connection: close\r\n\r\n").as_bytes()).await
    }

    /// `line` is method and target.
    pub async fn http1(&self, line: &str, headers: &[&str], body: &[u8]) -> String {
        let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
        let length = body.len();
        let head = format!(
            "{line} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{headers}\
             Content-Length: {length}\r\n\r\n"
        );
        self.send(&[head.as_bytes(), body].concat()).await
    }

    pub async fn grpc(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Grpc {
        self.grpc_at("a", path, headers, body).await
    }

    pub async fn grpc_at(
        &self,
        host: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Grpc {
        let (mut request, head) = self.call(host, path, headers).await;
        request.send_data(Bytes::copy_from_slice(body), true).unwrap();
        let (head, mut answer) = timeout(LONG, head).await.unwrap().unwrap().into_parts();
        let mut body = Vec::new();
        while let Some(data) = timeout(LONG, answer.data()).await.unwrap() {
            let data = data.unwrap();
            answer.flow_control().release_capacity(data.len()).unwrap();
            body.extend(data);
        }
        let trailers = answer.trailers().await.unwrap().unwrap_or_default();
        Grpc { head: Response::from_parts(head, ()), body, trailers }
    }

    pub async fn open(&self, path: &str, first: &'static [u8]) -> Open {
        let (mut request, head) = self.call("a", path, &[]).await;
        request.send_data(Bytes::from_static(first), false).unwrap();
        let (head, answer) = timeout(LONG, head).await.unwrap().unwrap().into_parts();
        Open { request, headers: head.headers, answer }
    }

    async fn call(
        &self,
        host: &str,
        path: &str,
        headers: &[(&str, &str)],
    ) -> (SendStream<Bytes>, h2::client::ResponseFuture) {
        let stream = TcpStream::connect(self.0.address).await.unwrap();
        let (sender, connection) = h2::client::handshake(stream).await.unwrap();
        tokio::spawn(connection);
        let request = Request::post(format!("http://{host}{path}"));
        let request = request.header("content-type", "application/grpc").header("te", "trailers");
        let request =
            headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let mut sender = sender.ready().await.unwrap();
        let (head, request) = sender.send_request(request.body(()).unwrap(), false).unwrap();
        (request, head)
    }
}
