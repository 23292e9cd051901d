//! What stands around the body of an answer: status, headers, trailers.

use std::collections::BTreeMap;

use conformance::outcome::{Outcome, Reply};
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Envelope {
    /// None: that of the refusal's code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    pub headers: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub trailers: BTreeMap<String, String>,
}

/// Headers whose values are another in each answer, or follow from the body.
const REDACTED: [(&str, &str); 8] = [
    ("content-length", "<length>"),
    ("date", "<date>"),
    ("expires", "<date>"),
    ("grpc-message", "<message>"),
    ("grpc-metadata-expires", "<date>"),
    ("grpc-status-details-bin", "<details>"),
    ("www-authenticate", "<message>"),
    ("x-request-id", "<request>"),
];

/// What `deprecation` judges, by operation.
const JUDGED: [&str; 2] = ["deprecation", "link"];

impl Envelope {
    pub fn of(outcome: &Outcome) -> Self {
        let names =
            |headers: &BTreeMap<String, String>| headers.iter().filter_map(redacted).collect();
        let head = &outcome.head;
        let (headers, trailers) = (names(&head.headers), names(&head.trailers));
        Self { status: Some(head.status), headers, trailers }
    }

    /// The same for every code of a refusal.
    pub fn of_any_code(outcome: &Outcome) -> Self {
        let mut envelope = Self::of(outcome);
        if matches!(outcome.reply, Reply::Refused { .. }) {
            let parts = [&mut envelope.headers, &mut envelope.trailers];
            let codes = parts.into_iter().filter_map(|part| part.get_mut("grpc-status"));
            let rpc = codes.map(|code| *code = "<code>".into()).count() > 0;
            envelope.status = envelope.status.filter(|_| rpc);
        }
        envelope
    }
}

fn redacted((name, value): (&String, &String)) -> Option<(String, String)> {
    let known = REDACTED.iter().find(|(redacted, _)| redacted == name);
    // The names that deprecated operations expose beside the others.
    let value = value.replace(", Deprecation, Link", "");
    let value = known.map_or(value, |(_, word)| (*word).to_string());
    (!JUDGED.contains(&name.as_str())).then(|| (name.clone(), value))
}

/// Envelopes by number, each once.
#[derive(Default)]
pub struct Envelopes(pub Vec<Envelope>);

impl Envelopes {
    pub fn number(&mut self, envelope: Envelope) -> usize {
        let known = self.0.iter().position(|other| *other == envelope);
        known.unwrap_or_else(|| {
            self.0.push(envelope);
            self.0.len() - 1
        })
    }
}
