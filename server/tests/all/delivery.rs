//! Delivery of codes, to a real SMTP server and to a webhook.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::Server;

/// How long a message may take to arrive.
const PATIENCE: Duration = Duration::from_secs(60);

/// aiosmtpd, which prints what it takes.
struct Mailbox {
    child: Child,
    port: u64,
    taken: Receiver<Value>,
}

impl Mailbox {
    /// `None`, and a word about it, where there is no Python with aiosmtpd.
    fn open(folder: &Path, mode: &str, refusals: &str) -> Option<Self> {
        let there = Command::new("python3").args(["-c", "import aiosmtpd"]).output();
        if !there.is_ok_and(|output| output.status.success()) {
            eprintln!("skipped: python3 has no aiosmtpd");
            return None;
        }
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_string()]).unwrap();
        fs::write(folder.join("certificate"), made.cert.pem()).unwrap();
        fs::write(folder.join("key"), made.signing_key.serialize_pem()).unwrap();
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/smtp.py");
        let mut command = Command::new("python3");
        command.current_dir(folder).args([script, mode, "certificate", "key", refusals]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (sender, taken) = channel::<Value>();
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let _ = sender.send(serde_json::from_str(&line).unwrap());
            }
        });
        let port = taken.recv_timeout(PATIENCE).unwrap().as_u64().unwrap();
        Some(Self { child, port, taken })
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn add_human(server: &Server, name: &str, phone: bool) -> String {
    let mut body = json!({
        "userName": name,
        "profile": { "firstName": "<Gigi>", "lastName": "Giraffe" },
        "email": { "email": format!("{name}@example.com") },
    });
    if phone {
        body["phone"] = json!({ "phone": "+41791234567" });
    }
    let (status, made) = server.call("POST", "/management/v1/users/human", &body.to_string());
    assert_eq!(status, 200, "{made}");
    made["userId"].as_str().unwrap().into()
}

/// The first message is refused once, and all arrive once, over a restart too.
fn mails(mode: &str, scheme: &str, query: &str) {
    let folder = TempDir::new().unwrap();
    let Some(mailbox) = Mailbox::open(folder.path(), mode, "1") else { return };
    let url = format!("{scheme}://localhost:{}{query}", mailbox.port);
    let arguments = ["--delivery", &url, "--delivery-pause", "0"];
    let start =
        || Server::start_with(folder.path(), &arguments, &[("SSL_CERT_FILE", "certificate")]);
    let mut server = start();
    for name in ["first", "second", "third"] {
        let id = add_human(&server, name, false);
        let mail = mailbox.taken.recv_timeout(PATIENCE).unwrap();
        assert_eq!(mail["to"], json!([format!("{name}@example.com")]));
        assert_eq!(
            (&mail["from"], &mail["tls"]),
            (&json!("bailey@localhost"), &json!(mode != "none"))
        );
        assert_eq!(mail["id"], format!("<{id}.initialization.2@bailey>"));
        assert_eq!(mail["subject"], "Finish setting up your account");
        let text = mail["parts"]["text/plain"].as_str().unwrap();
        let code = text.lines().find_map(|line| line.strip_prefix("    ")).unwrap();
        assert_eq!(code.len(), 6, "{text}");
        let html = mail["parts"]["text/html"].as_str().unwrap();
        assert!(html.contains(code) && html.contains("&lt;Gigi&gt;"), "{html}");
        let log = server.stop();
        assert!(!log.contains(code) && !log.contains("@example.com"), "{log}");
        server = start();
    }
    server.stop();
}

#[test]
fn mails_go_out_over_starttls() {
    mails("starttls", "smtp", "");
}

#[test]
fn mails_go_out_over_tls() {
    mails("tls", "smtps", "");
}

#[test]
fn mails_go_out_in_the_clear_where_that_is_wanted() {
    mails("none", "smtp", "?tls=none");
}

#[test]
fn a_server_without_tls_gets_nothing_unless_that_is_wanted() {
    let folder = TempDir::new().unwrap();
    let Some(mailbox) = Mailbox::open(folder.path(), "none", "0") else { return };
    let url = format!("smtp://localhost:{}", mailbox.port);
    let arguments = ["--delivery", &url, "--delivery-pause", "0", "--delivery-attempts", "1"];
    let mut server =
        Server::start_with(folder.path(), &arguments, &[("SSL_CERT_FILE", "certificate")]);
    add_human(&server, "gigi", false);
    server.await_log("a message cannot be delivered");
    server.stop();
    assert!(mailbox.taken.try_recv().is_err());
}

/// A webhook that answers with these statuses in turn, then with 200; what it was sent.
fn webhook(statuses: Vec<u16>) -> (u16, Receiver<(String, Value)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, taken) = channel();
    thread::spawn(move || {
        let mut statuses = statuses.into_iter();
        for stream in listener.incoming().map_while(Result::ok) {
            let status = statuses.next().unwrap_or(200);
            let _ = sender.send(answer(stream, status));
        }
    });
    (port, taken)
}

/// Head and body of one request.
fn answer(mut stream: TcpStream, status: u16) -> (String, Value) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        let line = line.to_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        head += &line;
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let text = format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    stream.write_all(text.as_bytes()).unwrap();
    (head, serde_json::from_slice(&body).unwrap())
}

fn hooked(folder: &Path, port: u16) -> Server {
    let url = format!("http://user:p%40ss@127.0.0.1:{port}/codes");
    let arguments = ["--delivery", &url, "--delivery-pause", "0", "--delivery-attempts", "3"];
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    Server::start_with(folder, &arguments, &[("BAILEY_DELIVERY_SECRET", secret)])
}

#[test]
fn a_webhook_gets_a_message_until_it_takes_it() {
    let folder = TempDir::new().unwrap();
    let (port, taken) = webhook(vec![500, 302]);
    let server = hooked(folder.path(), port);
    let id = add_human(&server, "gigi", false);
    let sent: Vec<_> = (0..3).map(|_| taken.recv_timeout(PATIENCE).unwrap()).collect();
    for (head, message) in &sent {
        assert!(head.starts_with("post /codes http/1.1"), "{head}");
        assert!(head.contains("authorization: basic dxnlcjpwqhnz"), "{head}");
        assert!(head.contains(&format!("idempotency-key: {id}/initialization/2")), "{head}");
        assert!(head.contains(&format!("webhook-id: {id}/initialization/2")), "{head}");
        assert!(head.contains("webhook-timestamp: "), "{head}");
        assert!(head.contains("webhook-signature: v1,"), "{head}");
        assert_eq!(message, &sent[0].1);
        assert_eq!(
            (&message["to"], &message["channel"]),
            (&json!("gigi@example.com"), &json!("email"))
        );
        assert_eq!(message["userId"], json!(id));
        assert_eq!(message["code"].as_str().unwrap().len(), 6);
    }
    let path = format!("/management/v1/users/{id}/passwordless/_send_link");
    assert_eq!(server.call("POST", &path, "{}").0, 200);
    let (_, message) = taken.recv_timeout(PATIENCE).unwrap();
    assert_eq!(message["purpose"], "passwordless");
    let start =
        format!("http://localhost:8080/ui/login/login/passwordless/init?userID={id}&orgID=");
    assert!(message["link"].as_str().unwrap().starts_with(&start), "{message}");
    server.stop();
}

#[test]
fn what_nobody_takes_is_given_up() {
    let folder = TempDir::new().unwrap();
    let (port, taken) = webhook(vec![500; 3]);
    let server = hooked(folder.path(), port);
    let given_up = add_human(&server, "gigi", false);
    for _ in 0..3 {
        assert_eq!(taken.recv_timeout(PATIENCE).unwrap().1["userId"], json!(given_up));
    }
    let next = add_human(&server, "next", true);
    let mut channels: Vec<(Value, Value)> = (0..2)
        .map(|_| taken.recv_timeout(PATIENCE).unwrap().1)
        .map(|message| (message["channel"].clone(), message["userId"].clone()))
        .collect();
    channels.sort_by_key(|(channel, _)| channel.to_string());
    assert_eq!(channels, [(json!("email"), json!(next)), (json!("sms"), json!(next))]);
    let log = server.stop();
    assert_eq!(log.matches("a message cannot be delivered").count(), 1, "{log}");
    assert_eq!(log.matches("a message is to be sent again").count(), 2, "{log}");
}
