//! The suite notices what is wrong: each wrong expectation fails at its step, on every transport,
//! and a server that is none is named as such.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use conformance::client::{Client, Trouble};
use conformance::fixture::{Fixture, Transport};
use conformance::operation::Catalogue;
use conformance::play::Player;

const GOOD: &str = r#"
about: a machine, read twice
steps:
  - id: add
    call: ManagementService_AddMachineUser
    args: { userName: "robot-${run}", name: robot }
    save: { m: userId }
    answer:
      userId: "${m}"
      details: { sequence: "1", changeDate: "<t1>", resourceOwner: "${org}" }
  - id: read
    call: ManagementService_GetUserByID
    args: { id: "${m}" }
    answer:
      user:
        id: "${m}"
        details: { sequence: "1", creationDate: "<t1>", changeDate: "<t1>", resourceOwner: "${org}" }
        state: USER_STATE_ACTIVE
        userName: "robot-${run}"
        loginNames: ["robot-${run}"]
        preferredLoginName: "robot-${run}"
        machine: { name: robot }
  - id: phone
    call: ManagementService_GetHumanPhone
    args: { userId: "${m}" }
    refused: { code: FAILED_PRECONDITION, id: QUERY-hliQl, message: The User must be personal }
  - id: header
    call: ManagementService_GetHumanPhone
    args: { userId: "${m}" }
    as: none
    refused: { code: UNAUTHENTICATED, message: auth header missing }
"#;

/// The step, a text of the fixture and what is wrong in its place.
const WRONG: [(&str, &str, &str); 13] = [
    ("add", r#"sequence: "1", changeDate"#, r#"sequence: "2", changeDate"#),
    ("add", r#"changeDate: "<t1>", resourceOwner"#, r#"creationDate: "<t1>", resourceOwner"#),
    ("add", r#"resourceOwner: "${org}" }"#, r#"resourceOwner: "${run}" }"#),
    ("add", "save: { m: userId }", "save: { m: userId, x: nothing.there }"),
    (
        "read",
        r#"creationDate: "<t1>", changeDate: "<t1>""#,
        r#"creationDate: "<t2>", changeDate: "<t2>""#,
    ),
    ("read", "USER_STATE_ACTIVE", "USER_STATE_LOCKED"),
    ("read", r#"loginNames: ["robot-${run}"]"#, "loginNames: []"),
    ("read", r#"        machine: { name: robot }"#, ""),
    ("read", "machine: { name: robot }", "machine: { name: robot, description: x }"),
    ("phone", "code: FAILED_PRECONDITION", "code: NOT_FOUND"),
    ("phone", "id: QUERY-hliQl, ", ""),
    ("phone", "message: The User must be personal", "message: The user must be personal"),
    ("header", "message: auth header missing", "id: AUTH-1, message: auth header missing"),
];

fn player(url: &str, token: &str) -> Player {
    let client = Client::new(url, Duration::from_secs(30)).unwrap();
    Player::new(client, Catalogue::new().unwrap(), token.into())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_wrong_expectation_fails_at_its_step() {
    let server = bailey::start(&bailey::Settings::for_tests(":memory:")).await.unwrap();
    let player = player(&format!("http://{}", server.address), &server.token);
    for transport in Transport::ALL {
        let good = player.play(&Fixture::parse("good", GOOD).unwrap(), transport).await;
        assert_eq!(good.lines(), [""; 0], "{transport}");
        for (step, right, wrong) in WRONG {
            assert!(GOOD.contains(right), "{right}");
            let fixture = Fixture::parse("wrong", &GOOD.replacen(right, wrong, 1)).unwrap();
            let verdict = player.play(&fixture, transport).await;
            let failures = verdict.result.as_ref().unwrap();
            assert!(!failures.is_empty(), "{transport}: {wrong} was not noticed");
            assert!(failures.iter().any(|f| f.step == step), "{wrong}: {:?}", verdict.lines());
        }
    }
    server.stop().await;
}

/// A server that answers every connection with these bytes and closes it; its URL.
fn answering(bytes: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(bytes.as_bytes());
        }
    });
    format!("http://{address}")
}

#[tokio::test]
async fn a_server_that_is_none_is_trouble() {
    let html = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<html>";
    let moved = "HTTP/1.1 302 Found\r\nlocation: /management/v1/orgs\r\ncontent-length: 0\r\n\r\n";
    let cut = "HTTP/1.1 200 OK\r\ncontent-length: 60\r\n\r\n{\"id\":";
    for bytes in [html, moved, cut, "", "SSH-2.0-x\r\n"] {
        let trouble = player(&answering(bytes), "token").try_server().await.unwrap_err();
        assert!(matches!(trouble, Trouble::Broken(_)), "{bytes}: {trouble:?}");
    }
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let trouble = player(&format!("http://{gone}"), "token").try_server().await.unwrap_err();
    assert!(matches!(trouble, Trouble::Unreachable(_)), "{trouble:?}");
}
