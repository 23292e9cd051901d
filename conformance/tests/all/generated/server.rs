//! A server in this process that is called without a connection.

use bytes::Bytes;
use conformance::client::{Answer, Call, outcome, request};
use conformance::fixture::Transport;
use conformance::operation::{Catalogue, Operation};
use conformance::outcome::{Outcome, Reply};
use http::{HeaderMap, Request, Version};
use http_body_util::BodyExt;
use serde_json::Value;

/// What every event of a stream is: its owner and the kinds.
pub type Log = std::collections::BTreeMap<String, (String, Vec<String>)>;

pub struct Server(bailey::Running);

/// Who calls, and the value of `x-zitadel-orgid`, if there is one.
#[derive(Clone, Default)]
pub struct Caller {
    pub token: String,
    pub org: Option<String>,
}

impl Caller {
    fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("host", "localhost".parse().unwrap());
        if !self.token.is_empty() {
            headers.insert("authorization", format!("Bearer {}", self.token).parse().unwrap());
        }
        if let Some(org) = &self.org {
            headers.insert("x-zitadel-orgid", org.parse().unwrap());
        }
        headers
    }
}

impl Server {
    pub async fn start() -> Self {
        Self(bailey::start(&bailey::Settings::for_tests(":memory:")).await.unwrap())
    }

    pub async fn stop(self) {
        self.0.stop().await;
    }

    /// The instance owner, for an organisation.
    pub fn admin(&self, org: Option<&str>) -> Caller {
        Caller { token: self.0.token.clone(), org: org.map(String::from) }
    }

    pub async fn log(&self) -> Log {
        self.0.log().await.unwrap()
    }

    /// The answer, which has to follow the rules of its transport.
    pub async fn call(
        &self,
        transport: Transport,
        operation: &Operation,
        (args, caller): (&Value, &Caller),
    ) -> Outcome {
        let call = Call { operation, args, headers: caller.headers() };
        let request = request(transport, call).unwrap_or_else(|e| panic!("{e}: {args}"));
        let (mut head, body) = request.into_parts();
        if transport == Transport::Grpc {
            head.version = Version::HTTP_2;
        }
        let body = body.collect().await.unwrap().to_bytes();
        let answer = self.answer(Request::from_parts(head, body)).await;
        outcome(transport, operation, &answer)
            .unwrap_or_else(|e| panic!("{transport} {}: {e}: {args}", operation.facts.rpc))
    }

    async fn answer(&self, request: Request<Bytes>) -> Answer {
        let (head, body) = self.0.answer(request).await.into_parts();
        let body = body.collect().await.unwrap();
        let trailers = body.trailers().cloned().unwrap_or_default();
        let body = body.to_bytes();
        Answer { status: head.status, headers: head.headers, body, trailers }
    }

    /// A call of an instance owner that has to succeed.
    pub async fn must(
        &self,
        catalogue: &Catalogue,
        rpc: &str,
        args: &Value,
        caller: &Caller,
    ) -> Value {
        let id = catalogue.id_of_rpc(rpc).unwrap();
        let operation = catalogue.find(&id).unwrap();
        match self.call(Transport::Grpc, operation, (args, caller)).await.reply {
            Reply::Answer(body) => body,
            refused => panic!("{rpc} {args}: {refused:?}"),
        }
    }
}
