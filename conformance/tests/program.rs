//! The program: what it prints and its exit codes, for right and for wrong input.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::thread;

const FIXTURE: &str = "about: a
steps:
  - id: get
    call: ManagementService_GetMyOrg
    answer:
      org:
        id: \"${org}\"
        details:
          { sequence: <sequence>, creationDate: <time>, changeDate: <time>, resourceOwner: \"${org}\" }
        state: ORG_STATE_ACTIVE
        name: \"org-${run}\"
        primaryDomain: <domain>
";

/// The exit code and what was printed.
fn conformance(arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_conformance")).args(arguments).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(text).unwrap())
}

/// A folder with a token, and a fixture in which a text is replaced.
fn folder(from: &str, to: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("token"), "token\n").unwrap();
    fs::write(folder.path().join("f.yaml"), FIXTURE.replace(from, to)).unwrap();
    folder
}

fn run(folder: &Path, url: &str, more: &[&str]) -> (i32, String) {
    let token = folder.join("token");
    let (folder, token) = (folder.to_str().unwrap(), token.to_str().unwrap());
    let given = ["run", "--fixtures", folder, "--token-file", token, "--base-url", url];
    conformance(&[&given, more].concat())
}

#[test]
fn a_bad_fixture_is_named_with_file_and_line() {
    for (from, to, line, what) in [
        ("answer:", "anwser:", 5, "anwser"),
        ("    call", "    id: x\n    call", 4, "id"),
        ("_GetMyOrg", "_GetMyHat", 3, "no operation ManagementService_GetMyHat"),
        ("${org}", "${user}", 3, "nothing is saved as user"),
        ("    answer", "    save: { x: org.id }\n    answer", 3, "x is saved and never used"),
        ("    answer", "    holds: [a b]\n    answer", 3, "a b"),
        ("steps:", "steps: 7 #", 2, ""),
        ("org:", "org: ]", 6, ""),
    ] {
        let folder = folder(from, to);
        let (code, text) = conformance(&["lint", "--fixtures", folder.path().to_str().unwrap()]);
        assert_eq!(code, 2, "{to}: {text}");
        let place = [format!("f.yaml:{line}:"), format!("line {line}")];
        let placed = text.contains("f.yaml") && place.iter().any(|place| text.contains(place));
        assert!(placed && text.contains(what), "{to}: {text}");
        assert_eq!(run(folder.path(), "http://127.0.0.1:1", &[]).0, 2, "run looks first");
    }
}

#[test]
fn wrong_use_is_2() {
    let folder = folder("", "");
    for more in [&["--report", "yaml", "x"][..], &["--transport", "fax"], &["--document", "/no"]] {
        let (code, text) = run(folder.path(), "http://127.0.0.1:1", more);
        assert_eq!(code, 2, "{more:?}: {text}");
    }
    assert_eq!(run(folder.path(), "ftp://x", &[]).0, 2);
}

#[test]
fn no_server_is_11_and_one_that_is_none_12() {
    let folder = folder("", "");
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (code, text) = run(folder.path(), &format!("http://{gone}"), &[]);
    assert!(code == 11 && text.contains("unreachable"), "{code} {text}");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ =
                stream.write_all(b"HTTP/1.1 302 Found\r\nlocation: /\r\ncontent-length: 0\r\n\r\n");
        }
    });
    let (code, text) = run(folder.path(), &url, &[]);
    assert!(code == 12 && text.contains("GetMyOrg: HTTP 302"), "{code} {text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_verdict_is_the_exit_code_and_the_last_line() {
    let server = bailey::start(&bailey::Settings::for_tests(":memory:")).await.unwrap();
    let url = format!("http://{}", server.address);
    for (from, to, more, code, last) in [
        ("", "", &["--repeat", "3"][..], 0, "conformance: 9 passed, 0 failed, 0 skipped"),
        ("", "", &["--transport", "grpc"], 0, "conformance: 1 passed, 0 failed, 0 skipped"),
        ("", "", &["--only", "no*"], 1, "conformance: 0 passed, 0 failed, 0 skipped"),
        ("ACTIVE", "REMOVED", &[], 1, "conformance: 0 passed, 3 failed, 0 skipped"),
    ] {
        let folder = folder(from, to);
        fs::write(folder.path().join("token"), &server.token).unwrap();
        let (seen, text) = run(folder.path(), &url, more);
        assert!(seen == code && text.lines().any(|line| line == last), "{more:?}: {seen} {text}");
        let named = text.contains("FAILED f [grpc_web]\n  line 3, step get, ManagementService_");
        assert_eq!(named, to == "REMOVED", "{text}");
    }
    server.stop().await;
}
