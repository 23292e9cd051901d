//! The first line and the headers of a captured request or answer.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde_json::Value;

use crate::yaml::Node;

/// A request or an answer, its headers in lower case and without the pseudo-headers.
pub struct Message {
    pub first: IndexMap<String, String>,
    pub headers: BTreeMap<String, Vec<String>>,
}

/// Headers of an answer that say how it was cut into pieces, or when. The order of the names that
/// browsers may read is random on gRPC-Web.
const CUT: [&str; 6] = [
    "connection",
    "content-length",
    "date",
    "trailer",
    "transfer-encoding",
    "access-control-expose-headers",
];

/// Header lines or pairs.
pub fn message(headers: &Value) -> Option<Message> {
    let mut out = Message { first: IndexMap::new(), headers: BTreeMap::new() };
    for header in headers.as_array()? {
        let (name, value) = match (header.as_str(), header.as_array().map(Vec::as_slice)) {
            (Some(line), _) => line.split_once(": ")?,
            (_, Some([name, value])) => (name.as_str()?, value.as_str()?),
            _ => return None,
        };
        let (name, value) = (name.to_lowercase(), value.replace("<request-id>", "<request>"));
        match name.strip_prefix(':') {
            Some(_) => drop(out.first.insert(name, value)),
            None => out.headers.entry(name).or_default().push(value),
        }
    }
    Some(out)
}

pub fn authority(first: &mut IndexMap<String, String>) -> Option<Vec<String>> {
    first.shift_remove(":authority").map(|authority| vec![authority])
}

/// The headers of a request that a client can send: each once, of visible ASCII.
pub fn single(headers: BTreeMap<String, Vec<String>>) -> Option<IndexMap<String, String>> {
    let name_fits = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let value_fits = |value: &str| value.chars().all(|c| c.is_ascii_graphic() || c == ' ');
    let single = headers.into_iter().map(|(name, values)| match values.as_slice() {
        [value] if value_fits(value) && name_fits(&name) => Some((name, value.trim().to_string())),
        _ => None,
    });
    single.collect()
}

/// The headers of an answer, without those that say nothing of its meaning.
pub fn joined(headers: BTreeMap<String, Vec<String>>) -> IndexMap<String, String> {
    let telling = headers.into_iter().filter(|(name, _)| !CUT.contains(&name.as_str()));
    let joined = telling.map(|(name, mut values)| {
        values.sort();
        (name, values.join(", "))
    });
    joined.collect()
}

pub fn texts(headers: &IndexMap<String, String>) -> Node {
    Node::map(headers.iter().map(|(name, value)| (name.as_str(), value.as_str().into())))
}
