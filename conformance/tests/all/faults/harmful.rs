//! The faults, each of which has to be noticed.

use std::sync::Arc;

use Transport::{Grpc, GrpcWeb, Rest};
use conformance::fixture::Transport;
use http::StatusCode;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::Server;
use super::answer::Answer;
use super::plant::Plant::{self, Any, Close, Hang, Message, Other, Stale, Text};

const ALL: &[Transport] = &Transport::ALL;
const REST: &[Transport] = &[Rest];
/// gRPC and gRPC-web.
const RPC: &[Transport] = &[Grpc, GrpcWeb];

/// A fault and the transports on which it is planted.
struct Fault {
    name: &'static str,
    on: &'static [Transport],
    plant: Plant,
    /// The first step that has to fail, and what its failure has to say.
    step: &'static str,
    says: &'static str,
}

const fn fault(
    name: &'static str,
    on: &'static [Transport],
    plant: Plant,
    (step, says): (&'static str, &'static str),
) -> Fault {
    Fault { name, on, plant, step, says }
}

const FAULTS: [Fault; 41] = [
    // Values
    fault(
        "sequence off by one",
        ALL,
        Message(|m| m["details"]["sequence"] = "4".into()),
        ("read", r#"sequence: want "3", got "4""#),
    ),
    fault(
        "missing member",
        ALL,
        Message(|m| remove(&mut m["details"], "resourceOwner")),
        ("read", "resourceOwner: want "),
    ),
    fault(
        "known member too many",
        ALL,
        Message(|m| m["phone"]["isPhoneVerified"] = true.into()),
        ("read-other", "isPhoneVerified: want nothing"),
    ),
    fault(
        "creationDate where it must not be",
        ALL,
        Message(creation_date),
        ("change", "creationDate: want nothing"),
    ),
    fault(
        "another time",
        ALL,
        Message(|m| m["details"]["changeDate"] = "2026-01-01T00:00:00Z".into()),
        ("read", "changeDate: want <t1>"),
    ),
    fault("empty answer", ALL, Message(|m| *m = json!({})), ("read", "details: want ")),
    fault("stale read", ALL, Stale(usize::MAX), ("read-again", "$.details.sequence > ${before}")),
    fault("another user's data", ALL, Other, ("read-other", r#"phone: want "+41791234569""#)),
    fault(
        "sequence that does not grow",
        ALL,
        Message(|m| m["details"]["sequence"] = "3".into()),
        ("change", "$.details.sequence > ${before}"),
    ),
    // Refusals
    fault(
        "detail id",
        ALL,
        Text("QUERY-DAvb3", "QUERY-DAvb4"),
        ("unknown", r#"id: want "QUERY-DAvb3""#),
    ),
    fault(
        "message",
        ALL,
        Text("User could not be found", "User could not be fount"),
        ("unknown", "message: want "),
    ),
    fault("code", ALL, Any(code), ("unknown", r#"code: want "NOT_FOUND""#)),
    fault(
        "refusal made a success",
        REST,
        Any(|a| a.status = StatusCode::OK),
        ("unknown", "answer: want nothing"),
    ),
    // The rules of REST
    fault(
        "status of a success",
        REST,
        Any(|a| status(a, 200, 201)),
        ("read", "status: want 200, got 201"),
    ),
    fault(
        "status of a refusal",
        REST,
        Any(|a| status(a, 404, 400)),
        ("unknown", "status: want 404, got 400"),
    ),
    fault(
        "number for a string",
        REST,
        Message(|m| m["details"]["sequence"] = 3.into()),
        ("read", r#"sequence: want "3", got 3"#),
    ),
    fault(
        "unknown member",
        REST,
        Message(|m| m["more"] = 1.into()),
        ("read", "more: want nothing"),
    ),
    fault(
        "default written out",
        REST,
        Message(|m| default(&mut m["phone"])),
        ("read-other", "isPhoneVerified: want nothing"),
    ),
    fault(
        "content type",
        REST,
        Any(|a| header(a, "content-type", "text/plain")),
        ("read", "content_type: want nothing"),
    ),
    fault("HTML", REST, Any(html), ("read", "<html>")),
    fault(
        "cut JSON",
        REST,
        Any(|a| a.body = a.body.slice(..a.body.len() - 1)),
        ("read", "answer: want "),
    ),
    fault(
        "member that stands twice",
        REST,
        Any(|a| a.body = [b"{\"details\":{},", &a.body[1..]].concat().into()),
        ("read", "\"details\" stands twice"),
    ),
    fault("two bodies", REST, Any(|a| a.body = a.body.repeat(2).into()), ("read", "answer: want ")),
    fault("redirect to itself", REST, Any(redirect), ("read", "status: want 200, got 307")),
    fault(
        "details dropped",
        REST,
        Any(|a| error(a, |e| remove(e, "details"))),
        ("unknown", "id: want "),
    ),
    fault(
        "empty list of details",
        REST,
        Any(|a| error(a, |e| e["details"] = json!([]))),
        ("unknown", "refused: want "),
    ),
    fault(
        "unknown member of an error",
        REST,
        Any(|a| error(a, |e| e["error"] = json!("x"))),
        ("unknown", "refused: want "),
    ),
    fault(
        "header missing",
        REST,
        Any(|a| drop(a.headers.remove("access-control-allow-origin"))),
        ("browser", "access-control-allow-origin: want "),
    ),
    // The rules of gRPC and gRPC-web
    fault(
        "content type of a call",
        RPC,
        Any(|a| header(a, "content-type", "application/json")),
        ("read", "content-type"),
    ),
    fault(
        "HTTP status of a call",
        RPC,
        Any(|a| a.status = StatusCode::BAD_GATEWAY),
        ("read", "HTTP 502"),
    ),
    fault(
        "details dropped on gRPC",
        RPC,
        Any(|a| drop(a.call_status().remove("grpc-status-details-bin"))),
        ("unknown", "id: want "),
    ),
    fault(
        "status other than its details",
        RPC,
        Any(|a| refused(a, "grpc-status", "3")),
        ("unknown", "is not the status"),
    ),
    fault(
        "message other than its details",
        RPC,
        Any(|a| refused(a, "grpc-message", "no")),
        ("unknown", "is not the status"),
    ),
    fault("unknown field", RPC, Any(unknown_field), ("read", "unknown field 1000")),
    fault(
        "two messages",
        RPC,
        Any(|a| a.body = a.body.repeat(2).into()),
        ("read", "more than one message"),
    ),
    fault(
        "frame said to be compressed",
        RPC,
        Any(|a| a.body = [b"\x01", &a.body[1..]].concat().into()),
        ("read", "a frame with flag 0x01"),
    ),
    fault(
        "status in the headers, too",
        RPC,
        Any(|a| header(a, "grpc-status", "0")),
        ("read", "more than one grpc-status"),
    ),
    fault(
        "trailers missing",
        RPC,
        Any(|a| drop(a.call_status().drain())),
        ("read", "no grpc-status"),
    ),
    fault(
        "message with a refusal",
        RPC,
        Any(|a| a.set("grpc-status", "13")),
        ("read", "a message with grpc-status 13"),
    ),
    // No answer
    fault("closed connection", ALL, Close, ("read", "")),
    fault("hang", ALL, Hang, ("read", "no answer in time")),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_is_noticed() {
    let server = Server::start().await;
    let (mut plays, slots) = (JoinSet::new(), Arc::new(Semaphore::new(8)));
    for fault in FAULTS {
        for transport in fault.on {
            let (server, slots) = (server.clone(), slots.clone());
            plays.spawn(async move {
                let _slot = slots.acquire_owned().await.unwrap();
                let rpc = if fault.step == "change" { "UpdateHumanPhone" } else { "GetHumanPhone" };
                let verdict = server.verdict(rpc, fault.plant, *transport).await;
                let failures = verdict.result.clone().unwrap();
                let first = failures.first().filter(|failure| failure.step == fault.step);
                let seen = first.is_some_and(|f| f.why.iter().any(|why| why.contains(fault.says)));
                let lines = verdict.lines().join("\n");
                (!seen).then(|| format!("{} [{transport}]:\n{lines}", fault.name))
            });
        }
    }
    let missed: Vec<String> = plays.join_all().await.into_iter().flatten().collect();
    assert!(missed.is_empty(), "not noticed, or not for its reason:\n{}", missed.join("\n"));
}

fn remove(value: &mut Value, name: &str) {
    value.as_object_mut().unwrap().remove(name);
}

fn creation_date(message: &mut Value) {
    message["details"]["creationDate"] = message["details"]["changeDate"].clone();
}

fn default(phone: &mut Value) {
    if phone.get("isPhoneVerified").is_none() {
        phone["isPhoneVerified"] = false.into();
    }
}

fn status(answer: &mut Answer, from: u16, to: u16) {
    if answer.status == from {
        answer.status = StatusCode::from_u16(to).unwrap();
    }
}

fn header(answer: &mut Answer, name: &'static str, value: &'static str) {
    answer.headers.insert(name, value.parse().unwrap());
}

/// Another code, consistently.
fn code(answer: &mut Answer) {
    error(answer, |error| error["code"] = 3.into());
    refused(answer, "grpc-status", "3");
    answer.change_details(|details| [&[8, 3], &details[2..]].concat());
}

fn error(answer: &mut Answer, change: fn(&mut Value)) {
    if answer.is_rest() && answer.status != 200 {
        let mut body = answer.json();
        change(&mut body);
        answer.body = body.to_string().into();
    }
}

fn refused(answer: &mut Answer, name: &'static str, value: &str) {
    if !answer.is_rest() && answer.call_status()["grpc-status"] != "0" {
        answer.set(name, value);
    }
}

fn html(answer: &mut Answer) {
    header(answer, "content-type", "text/html");
    answer.body = "<html>Bad gateway</html>".into();
}

fn redirect(answer: &mut Answer) {
    answer.status = StatusCode::TEMPORARY_REDIRECT;
    header(answer, "location", "/management/v1/users/x/phone");
}

fn unknown_field(answer: &mut Answer) {
    if !answer.body.is_empty() {
        let message = [&answer.body[5..], &[0xc0, 0x3e, 1]].concat();
        answer.set_frame(&message);
    }
}
