//! The program: what it prints and its exit codes, for right and for wrong input.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

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
    trusting(Path::new("/none"), arguments)
}

/// The same where the system trusts the certificates of this file.
fn trusting(certificates: &Path, arguments: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_conformance"));
    command.env("SSL_CERT_FILE", certificates).env_remove("SSL_CERT_DIR");
    let output = command.args(arguments).output().unwrap();
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
    let (token, certificates) = (folder.join("token"), folder.join("certificates"));
    let (folder, token) = (folder.to_str().unwrap(), token.to_str().unwrap());
    let given = ["run", "--fixtures", folder, "--token-file", token, "--base-url", url];
    trusting(&certificates, &[&given, more].concat())
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
    for more in [
        &["--report", "yaml", "x"][..],
        &["--report", "json", "/no/x"],
        &["--transport", "fax"],
        &["--document", "/no"],
    ] {
        let (code, text) = run(folder.path(), "http://127.0.0.1:1", more);
        assert_eq!(code, 2, "{more:?}: {text}");
    }
    let token = folder.path().join("token");
    fs::write(&token, "\n").unwrap();
    let (code, text) = run(folder.path(), "http://127.0.0.1:1", &[]);
    assert!(code == 2 && text.contains("there is no token in it"), "{code} {text}");
    fs::write(token, "token").unwrap();
    for url in ["ftp://x", "http://127.0.0.1:1/prefix"] {
        let (code, text) = run(folder.path(), url, &[]);
        assert!(code == 2 && text.contains("want http://"), "{url}: {code} {text}");
    }
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
    fs::write(folder.path().join("token"), "302").unwrap();
    let (code, text) = run(folder.path(), &url, &[]);
    assert!(code == 12 && text.contains("GetMyOrg: HTTP <admin_token>"), "{code} {text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_verdict_is_the_exit_code_and_the_last_line() {
    let server = bailey::start(&bailey::Settings::for_tests(":memory:")).await.unwrap();
    let url = format!("http://{}", server.address);
    for (from, to, more, code, last) in [
        ("", "", &["--repeat", "3"][..], 0, "conformance: 9 passed, 0 failed, 0 skipped"),
        ("", "", &["--transport", "grpc"], 0, "conformance: 1 passed, 0 failed, 0 skipped"),
        (
            "",
            "",
            &["--only", "no*"],
            2,
            "conformance: there is no such fixture: look at --fixtures and --only",
        ),
        (
            "    answer",
            "    only: [grpc]\n    answer",
            &["--transport", "rest"],
            1,
            "conformance: 0 passed, 0 failed, 1 skipped",
        ),
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

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_run_removes_what_it_made() {
    let server = bailey::start(&bailey::Settings::for_tests(":memory:")).await.unwrap();
    let url = format!("http://{}", server.address);
    let folder = folder("", "");
    let token = folder.path().join("token");
    fs::write(&token, &server.token).unwrap();
    let (fixtures, token) = (folder.path().to_str().unwrap(), token.to_str().unwrap());
    let mut run = Command::new(env!("CARGO_BIN_EXE_conformance"));
    run.args(["run", "--repeat", "100000", "--fixtures", fixtures]);
    run.args(["--token-file", token, "--base-url", &url]).stderr(Stdio::piped());
    let run = run.spawn().unwrap();
    let kept = async || {
        let log = server.log().await.unwrap();
        let orgs: Vec<_> = log.into_iter().filter(|(id, _)| id.starts_with("org/")).collect();
        let removed = |kinds: &[String]| kinds.iter().any(|kind| kind == "org.removed");
        (orgs.len(), orgs.iter().filter(|(_, (_, kinds))| !removed(kinds)).count())
    };
    while kept().await.0 < 3 {
        tokio::task::yield_now().await;
    }
    Command::new("kill").args(["-TERM", &run.id().to_string()]).status().unwrap();
    let output = run.wait_with_output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        (output.status.code(), &*text),
        (Some(130), "conformance: interrupted, 0 organisations left\n")
    );
    assert_eq!(kept().await.1, 1, "the organisation of the instance alone");
    server.stop().await;
}

/// A server with TLS, as a proxy of another one; its port and its certificate.
async fn behind_tls(upstream: std::net::SocketAddr) -> (u16, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_string()]).unwrap();
    let key = made.signing_key.serialize_der().try_into().unwrap();
    let mut config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut outside) = acceptor.accept(stream).await else { return };
                let mut inside = tokio::net::TcpStream::connect(upstream).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut outside, &mut inside).await;
            });
        }
    });
    (port, made.cert.pem())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_behind_tls_has_to_be_trusted() {
    let server = bailey::start(&bailey::Settings::for_tests(":memory:")).await.unwrap();
    let (port, certificate) = behind_tls(server.address).await;
    let url = format!("https://localhost:{port}");
    let folder = folder("", "");
    fs::write(folder.path().join("token"), &server.token).unwrap();
    fs::write(folder.path().join("certificates"), certificate).unwrap();
    let (code, text) = run(folder.path(), &url, &[]);
    let last = "conformance: 3 passed, 0 failed, 0 skipped";
    assert!(code == 0 && text.lines().any(|line| line == last), "{code} {text}");
    let made = rcgen::generate_simple_self_signed(["localhost".to_string()]).unwrap();
    fs::write(folder.path().join("certificates"), made.cert.pem()).unwrap();
    let (code, text) = run(folder.path(), &url, &[]);
    assert!(code == 11 && text.contains("certificate"), "{code} {text}");
    server.stop().await;
}
