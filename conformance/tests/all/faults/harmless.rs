//! What a server may do as it likes, and what it should do: neither fails a play.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use conformance::fixture::Transport;
use serde_json::Value;

use super::Server;
use super::answer::Answer;
use super::plant::Plant::{self, Any, TitleCase};

const HARMLESS: [(&str, Plant); 6] = [
    ("order of members", Any(|answer| rewrite(answer, reversed))),
    ("white space", Any(|answer| rewrite(answer, |json| format!("\n{json:#}\n")))),
    ("unknown header", Any(|answer| drop(answer.headers.insert("x-more", "1".parse().unwrap())))),
    ("letter case of headers", TitleCase),
    ("padding of details", Any(|answer| details(answer, |d| STANDARD.encode(d)))),
    ("no padding of details", Any(|answer| details(answer, |d| STANDARD_NO_PAD.encode(d)))),
];

#[tokio::test]
async fn no_harmless_change_fails() {
    let server = Server::start().await;
    for (name, plant) in HARMLESS {
        for transport in Transport::ALL {
            let verdict = server.verdict("GetHumanPhone", plant, transport).await;
            assert_eq!(verdict.lines(), [""; 0], "{name} [{transport}]");
        }
    }
}

#[tokio::test]
async fn a_missing_deprecation_is_advice() {
    let server = Server::start().await;
    let says: Plant = Any(|answer| {
        // 26 July 2024, since when the operation is deprecated.
        answer.headers.insert("deprecation", "@1721952000".parse().unwrap());
        let link = "</v2/users>; rel=\"successor-version\"";
        answer.headers.insert("link", link.parse().unwrap());
    });
    let says_not: Plant = Any(|answer| {
        answer.headers.remove("deprecation");
        answer.headers.remove("link");
    });
    for transport in Transport::ALL {
        for (plant, missing) in [(says, 0), (says_not, 1)] {
            let verdict = server.verdict("GetHumanPhone", plant, transport).await;
            assert!(verdict.passed(), "{:?}", verdict.lines());
            let advice = verdict.advice.iter().filter(|a| a.contains("_GetHumanPhone "));
            assert_eq!(advice.count(), missing, "{transport}: {:?}", verdict.advice);
        }
    }
}

fn rewrite(answer: &mut Answer, write: fn(Value) -> String) {
    if answer.is_rest() {
        answer.body = write(answer.json()).into();
    }
}

/// JSON with the members of objects in reverse.
fn reversed(value: Value) -> String {
    match value {
        Value::Object(members) => {
            let member = |(name, value)| format!("{}:{}", Value::from(name), reversed(value));
            let members: Vec<String> = members.into_iter().rev().map(member).collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(items) => {
            let items: Vec<String> = items.into_iter().map(reversed).collect();
            format!("[{}]", items.join(","))
        }
        leaf => leaf.to_string(),
    }
}

fn details(answer: &mut Answer, encode: fn(Vec<u8>) -> String) {
    let name = "grpc-status-details-bin";
    if let Some(text) = answer.call_status().get(name).cloned() {
        let bytes = STANDARD_NO_PAD.decode(text.to_str().unwrap().trim_end_matches('='));
        answer.set(name, &encode(bytes.unwrap()));
    }
}
