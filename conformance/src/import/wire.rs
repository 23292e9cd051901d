//! Raw captures of HTTP/1.1 and HTTP/2, as steps of a fixture.
//!
//! What a well-made HTTP client cannot send (broken request lines, repeated headers) is kept line by
//! line. Left out are several requests on a connection, bodies in pieces, and other hosts, which
//! depend on the domain of the recorded server.

mod head;

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Value, json};

use super::step;
use crate::yaml::Node;
use head::{Message, authority, joined, message, single, texts};

#[derive(Deserialize)]
pub struct Capture {
    pub id: String,
    note: Option<String>,
    http1: Option<Value>,
    h2: Option<Value>,
    answer: Value,
}

/// Headers of a request that are the client's own business.
const OWN: [&str; 5] = ["connection", "content-length", "expect", "transfer-encoding", "upgrade"];

impl Capture {
    /// The step, where a client can send it, or a connection by itself.
    pub fn node(&self) -> Option<Node> {
        self.of_client().or_else(|| self.of_lines())
    }

    /// The step with the head line by line.
    fn of_lines(&self) -> Option<Node> {
        let head = self.http1.as_ref()?.as_object()?;
        let known = ["line", "headers", "body"];
        if !head.keys().all(|name| known.contains(&name.as_str())) {
            return None;
        }
        let headers = head.get("headers")?.as_array()?.iter().map(Value::as_str);
        let lines = [head.get("line")?.as_str()].into_iter().chain(headers);
        let lines = lines.collect::<Option<Vec<&str>>>()?;
        if lines.iter().any(|line| names_a_host(line)) {
            return None;
        }
        let lines = lines.into_iter().map(Node::from).collect();
        let mut request = IndexMap::from([("lines".to_string(), Node::List(lines))]);
        if let Some(body) = head.get("body") {
            request.insert("body".into(), part(body)?);
        }
        let mut node = IndexMap::from([("id".to_string(), Node::from(self.id.as_str()))]);
        node.extend(self.note.as_deref().map(|note| ("note".to_string(), note.into())));
        node.insert("request".into(), Node::Map(request));
        node.extend(self.answer()?);
        let closes = self.answer.get("connection").and_then(Value::as_str) == Some("closed");
        if let Some(Node::Map(response)) = node.get_mut("response").filter(|_| closes) {
            response.insert("closes".into(), Node::Leaf(true.into()));
        }
        Some(Node::Map(node))
    }

    fn of_client(&self) -> Option<Node> {
        let request = self.request()?;
        let mut headers = single(request.headers)?;
        let mut node = IndexMap::from([("id".to_string(), Node::from(self.id.as_str()))]);
        node.extend(self.note.as_deref().map(|note| ("note".to_string(), note.into())));
        node.insert("request".into(), self.request_node(&request.first)?);
        match headers.shift_remove("authorization").as_deref() {
            Some("Bearer ${admin_token}") => None,
            Some(whole) => node.insert("authorization".into(), whole.into()),
            None => node.insert("as".into(), "none".into()),
        };
        match headers.shift_remove("x-zitadel-orgid").as_deref() {
            Some("${org}") => None,
            Some(other) => node.insert("org".into(), other.into()),
            None => node.insert("org".into(), "none".into()),
        };
        if !headers.is_empty() {
            node.insert("headers".into(), texts(&headers));
        }
        node.extend(self.answer()?);
        Some(Node::Map(node))
    }

    fn request(&self) -> Option<Message> {
        let (line, head) = match (&self.http1, &self.h2) {
            (Some(http1), None) => (http1.get("line")?.as_str()?, http1),
            (None, Some(h2)) => ("", h2),
            _ => return None,
        };
        let known = ["line", "headers", "body", "data"];
        let plain = head.as_object()?.keys().all(|name| known.contains(&name.as_str()));
        let mut request = message(head.get("headers").filter(|_| plain)?)?;
        let host = request.headers.remove("host").or(authority(&mut request.first))?;
        let own = |name: &&str| request.headers.contains_key(*name);
        let other_host = |name: &String| names_a_host(&format!("{name}: "));
        if host != ["${authority}"]
            || OWN.iter().any(own)
            || request.headers.keys().any(other_host)
            || line.contains('#')
        {
            return None;
        }
        if let [method, path, "HTTP/1.1"] = *line.split(' ').collect::<Vec<_>>() {
            request.first.insert(":method".into(), method.into());
            request.first.insert(":path".into(), path.into());
        }
        request.first.get(":path").is_some_and(|path| path.starts_with('/')).then_some(request)
    }

    fn request_node(&self, first: &IndexMap<String, String>) -> Option<Node> {
        let mut node = IndexMap::from([
            ("method".to_string(), Node::from(first.get(":method")?.as_str())),
            ("path".to_string(), first.get(":path")?.as_str().into()),
        ]);
        if self.h2.is_some() {
            node.insert("http2".into(), Node::Leaf(true.into()));
        }
        let head = self.http1.as_ref().or(self.h2.as_ref())?;
        if let Some(body) = head.get("body").or(head.get("data")) {
            node.insert("body".into(), part(body)?);
        }
        Some(Node::Map(node))
    }

    /// What it expects: a response, and the body beside it where that is JSON.
    fn answer(&self) -> Option<Vec<(String, Node)>> {
        let one = match self.answer.get("responses").map(Value::as_array) {
            Some(Some(responses)) if responses.len() == 1 => responses.first()?,
            Some(_) => return None,
            None => &self.answer,
        };
        let head = message(one.get("headers").filter(|_| one.get("reset").is_none())?)?;
        let line = one.get("status_line").and_then(Value::as_str).unwrap_or_default();
        let status = line.split(' ').nth(1).or(head.first.get(":status").map(String::as_str))?;
        let status = status.parse::<u16>().ok().filter(|status| *status < 500)?;
        let headers = joined(head.headers);
        let grpc = headers.get("content-type").is_some_and(|t| t.starts_with("application/grpc"));
        let mut response = IndexMap::from([("status".to_string(), Node::Leaf(status.into()))]);
        response.insert("headers".into(), texts(&headers));
        let mut out = Vec::new();
        let body = one.get("body").and_then(Value::as_str).unwrap_or_default();
        if grpc {
            response.insert("frames".into(), frames(one)?);
            let trailers = one.get("trailers").map(|trailers| Some(message(trailers)?.headers));
            let trailers = trailers.unwrap_or_default().unwrap_or_default();
            response.insert("trailers".into(), texts(&joined(trailers)));
        } else if let Ok(json @ Value::Object(_)) = serde_json::from_str(body) {
            let (kind, node) = step::Answer::of(json, status).node().ok()?;
            out.push((kind.to_string(), node));
        } else {
            response.insert("text".into(), body.into());
        }
        out.insert(0, ("response".to_string(), Node::Map(response)));
        Some(out)
    }
}

/// Whether a line names a host that another server does not have.
fn names_a_host(line: &str) -> bool {
    let lower = line.to_ascii_lowercase();
    let (name, value) = lower.split_once(':').unwrap_or_default();
    let name = name.trim();
    let others = name == "host" && !["", "${authority}"].contains(&value.trim());
    others || name.ends_with("-host") || name.starts_with("forwarded") || lower.contains("//other")
}

/// The frames of an answer: messages as JSON, trailers as text.
fn frames(answer: &Value) -> Option<Node> {
    let frames = answer.get("frames").and_then(Value::as_array).cloned().unwrap_or_default();
    let frame = |frame: Value| frame.get("message").or(frame.get("text")).cloned();
    let frames = frames.into_iter().map(frame).collect::<Option<Vec<_>>>()?;
    serde_json::from_value(Value::from(frames)).ok()
}

/// A body part, where a fixture has it too.
fn part(part: &Value) -> Option<Node> {
    let known: BTreeSet<&str> =
        ["hex", "repeat", "times", "base64", "message", "pb", "json", "frame", "flag", "length"]
            .into();
    let inner = |value: &Value| part_or_leaf(value);
    match part {
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| {
                let name = known.get(name.as_str())?;
                let json = || serde_json::from_value(value.clone()).ok();
                let node = if *name == "json" { json() } else { inner(value) };
                Some((if *name == "pb" { "message" } else { name }, node?))
            });
            let members: BTreeMap<_, _> = members.collect::<Option<_>>()?;
            let message = members.contains_key("message") && !members.contains_key("json");
            let empty = message.then_some(("json", Node::Map(IndexMap::new())));
            Some(Node::map(members.into_iter().chain(empty)))
        }
        other => inner(other),
    }
}

fn part_or_leaf(value: &Value) -> Option<Node> {
    match value {
        Value::Array(parts) => Some(Node::List(parts.iter().map(part).collect::<Option<_>>()?)),
        Value::Object(_) => part(value),
        leaf => Some(Node::Leaf(leaf.clone())),
    }
}

/// The step that makes the user `u` of the captures.
pub fn user() -> Option<Node> {
    let step = json!({
        "id": "user",
        "call": "ManagementService_ImportHumanUser",
        "args": {
            "userName": "gigi-${run}",
            "profile": { "firstName": "Gigi", "lastName": "Giraffe" },
            "email": { "email": "gigi@example.com", "isEmailVerified": true },
            "phone": { "phone": "+41791234567", "isPhoneVerified": true },
            "password": "Password1!"
        },
        "only": ["rest"],
        "save": { "u": "userId" },
        "answer": {
            "userId": "${u}",
            "details":
                { "sequence": "<sequence>", "creationDate": "<time>", "resourceOwner": "${org}" }
        }
    });
    serde_json::from_value(step).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(capture: Value) -> Option<Value> {
        serde_json::from_value::<Capture>(capture).unwrap().node().map(|node| node.to_value())
    }

    fn http1(headers: &[&str]) -> Value {
        let answer = json!({
            "status_line": "HTTP/1.1 404 Not Found",
            "headers": ["Vary: Origin", "Date: <date>", "Vary: Cookie", "X-Request-Id: <request-id>"],
            "body": "{\"code\":5,\"message\":\"Not Found\"}"});
        let host = ["Host: ${authority}"];
        let headers = [&host, headers].concat();
        json!({"id": "a", "http1": {"line": "GET /x HTTP/1.1", "headers": headers},
            "answer": {"responses": [answer]}})
    }

    #[test]
    fn a_capture_is_a_request_and_its_answer() {
        let expected = json!({
            "id": "a", "request": {"method": "GET", "path": "/x"}, "as": "none", "org": "none",
            "headers": {"origin": "null"},
            "response":
                {"status": 404, "headers": {"vary": "Cookie, Origin", "x-request-id": "<request>"}},
            "refused": {"code": "NOT_FOUND", "message": "Not Found"}});
        assert_eq!(node(http1(&["Origin: null"])), Some(expected));
    }

    #[test]
    fn frames_go_both_ways() {
        let headers = [[":method", "POST"], [":path", "/s/R"], [":authority", "${authority}"]];
        let body = json!({"frame": {"pb": "s.M"}, "flag": 1});
        let answer = json!({
            "headers": [[":status", "200"], ["content-type", "application/grpc"]],
            "frames": [{"message": {"a": 1}}], "trailers": [["grpc-status", "0"]]});
        let h2 = json!({"headers": headers, "data": body});
        let step = node(json!({"id": "a", "h2": h2, "answer": answer})).unwrap();
        let body = json!({"frame": {"message": "s.M", "json": {}}, "flag": 1});
        let request = json!({"method": "POST", "path": "/s/R", "http2": true, "body": body});
        assert_eq!(step["request"], request);
        assert_eq!(step["response"]["frames"], json!([{"a": 1}]));
        assert_eq!(step["response"]["trailers"], json!({"grpc-status": "0"}));
    }

    #[test]
    fn what_a_client_cannot_send_is_kept_in_lines() {
        for header in ["Expect: x", "Content-Length: 1", "x y: z", "x: \t", "no colon"] {
            let step = node(http1(&[header])).unwrap();
            let lines = json!(["GET /x HTTP/1.1", "Host: ${authority}", header]);
            assert_eq!(step["request"], json!({ "lines": lines }), "{header}");
            assert!(step.get("as").is_none() && step["response"].get("closes").is_none());
        }
        let mut closed = http1(&["x: 1", "X: 2"]);
        closed["answer"]["connection"] = json!("closed");
        assert_eq!(node(closed).unwrap()["response"]["closes"], json!(true));
    }

    #[test]
    fn what_takes_more_than_a_request_is_left_out() {
        for header in ["Host: other", "X-Forwarded-Host: x", "Forwarded: host=x"] {
            assert_eq!(node(http1(&["x y: z", header])), None, "{header}");
        }
        let mut pipelined = http1(&[]);
        pipelined["http1"]["pipeline"] = json!(true);
        assert_eq!(node(pipelined), None);
    }
}
