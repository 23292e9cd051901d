//! A server seen from inside, for tests that make millions of requests and count events.

use std::collections::BTreeMap;
use std::io;

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use poem::http::uri::Scheme;
use poem::web::{LocalAddr, RemoteAddr};
use poem::{Endpoint, RequestParts};

use crate::start::Running;
use crate::views::events;

impl Running {
    /// Answers a request without the port.
    pub async fn answer(
        &self,
        request: http::Request<Bytes>,
    ) -> http::Response<BoxBody<Bytes, io::Error>> {
        let (head, body) = request.into_parts();
        let head = RequestParts::from((
            head,
            LocalAddr(self.address.into()),
            RemoteAddr(self.address.into()),
            Scheme::HTTP,
        ));
        let request = poem::Request::from_parts(head, body.into());
        self.app.get_response(request).await.into()
    }

    /// The streams of the log, each with the owner of its last event and the kinds of all.
    ///
    /// Errors: one line.
    pub async fn log(&self) -> Result<BTreeMap<String, (String, Vec<String>)>, String> {
        let rows = events::all(&self.db).await.map_err(|error| error.to_string())?;
        let mut streams = BTreeMap::new();
        for [stream, kind, owner] in rows {
            let stream: &mut (String, Vec<String>) = streams.entry(stream).or_default();
            stream.0 = owner;
            stream.1.push(kind);
        }
        Ok(streams)
    }
}
