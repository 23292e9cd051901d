//! The program as a user starts it: settings, first start, signals, what it says when it cannot.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::client::Client;

const BAILEY: &str = env!("CARGO_BIN_EXE_bailey");

fn bailey(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(BAILEY);
    command.current_dir(folder).args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.env_clear();
    command
}

/// A server that runs, on a port of its own.
pub struct Server {
    child: Child,
    address: String,
    token: String,
}

impl Server {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        Self::start_with(folder, arguments, &[])
    }

    pub fn start_with(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut all = vec!["serve", "--listen", "127.0.0.1:0", "--admin-pat-file", "pat"];
        all.extend(arguments);
        let mut command = bailey(folder, &all);
        command.env("BAILEY_LOG", "debug").envs(variables.iter().copied());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.split("http://").nth(1).and_then(|rest| rest.split(' ').next());
        let address = address.unwrap_or_else(|| panic!("no address in {line:?}")).to_string();
        let token = fs::read_to_string(folder.join("pat")).unwrap().trim().to_string();
        Self { child, address, token }
    }

    pub fn call(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        self.client("").call(method, path, body)
    }

    fn client(&self, org: &str) -> Client {
        Client { address: self.address.clone(), token: self.token.clone(), org: org.into() }
    }

    fn add_machine(&self, name: &str) -> (u16, Value) {
        let body = format!(r#"{{"userName":"{name}","name":"{name}"}}"#);
        self.call("POST", "/management/v1/users/machine", &body)
    }

    /// Reads the log up to a line that holds this.
    pub fn await_log(&mut self, text: &str) {
        let log = BufReader::new(self.child.stderr.as_mut().unwrap());
        assert!(log.lines().map_while(Result::ok).any(|line| line.contains(text)), "no {text}");
    }

    /// Ends it as an operator does; its log.
    pub fn stop(mut self) -> String {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        assert!(self.child.wait().unwrap().success());
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        log
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
    }
}

/// The one line on stderr of a start that must fail.
fn refusal(folder: &Path, arguments: &[&str]) -> String {
    let output: Output = bailey(folder, arguments).output().unwrap();
    assert!(!output.status.success(), "it started");
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    text
}

#[test]
fn the_first_start_makes_an_instance_and_the_next_keeps_it() {
    let folder = TempDir::new().unwrap();
    let server = Server::start(folder.path(), &[]);
    for file in ["pat", "bailey.db", "bailey.db-wal", "bailey.db.key"] {
        let mode = fs::metadata(folder.path().join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    let (status, me) = server.call("GET", "/auth/v1/users/me", "");
    assert_eq!((status, me["user"]["userName"].as_str()), (200, Some("boss")));
    assert_eq!(server.add_machine("robot").0, 200);
    server.stop();
    let server = Server::start(folder.path(), &[]);
    assert_eq!(server.add_machine("robot").0, 409);
    server.stop();
    assert!(!folder.path().join("bailey.db-wal").exists());
    let verified = bailey(folder.path(), &["verify"]).output().unwrap();
    assert!(verified.status.success(), "{verified:?}");
    assert!(String::from_utf8(verified.stdout).unwrap().contains("the tables agree"));
}

#[test]
fn the_example_is_what_the_readme_says() {
    let folder = TempDir::new().unwrap();
    let server = Server::start(folder.path(), &["--example", "--database", ":memory:"]);
    let (status, answer) = server.client("acme").call("GET", "/management/v1/users/gigi/phone", "");
    assert_eq!(status, 200);
    let phone = serde_json::json!({ "phone": "+41791234567", "isPhoneVerified": true });
    assert_eq!(answer["phone"], phone);
}

#[test]
fn the_log_names_requests_and_nobody() {
    let folder = TempDir::new().unwrap();
    let server = Server::start(folder.path(), &["--database", ":memory:"]);
    let human = r#"{"userName":"secretname","profile":{"firstName":"Ann","lastName":"Onym"},
        "email":{"email":"ann@example.com","isEmailVerified":true},"password":"Passw0rd!",
        "phone":{"phone":"+41791234567"}}"#;
    let (status, made) = server.call("POST", "/management/v1/users/human/_import", human);
    assert_eq!(status, 200, "{made}");
    let id = made["userId"].as_str().unwrap().to_string();
    let path = format!("/management/v1/users/{id}/phone");
    assert_eq!(server.call("PUT", &path, r#"{"phone":"+4"}"#).0, 400);
    let token = server.token.clone();
    let log = server.stop();
    assert!(log.contains("/management/v1/users/{user_id}/phone"), "{log}");
    assert!(log.contains("id=\"") && !log.contains('\x1b'), "{log}");
    for secret in ["secretname", "ann@", "Passw0rd", "+4179", "Onym", token.as_str()] {
        assert!(!log.contains(secret), "the log holds {secret}");
    }
}

#[test]
fn a_database_that_cannot_be_used_is_named() {
    let folder = TempDir::new().unwrap();
    let serve = ["serve", "--listen", "127.0.0.1:0"];
    fs::write(folder.path().join("bailey.db"), "certainly not a database, but long enough")
        .unwrap();
    assert!(refusal(folder.path(), &serve).contains("bailey.db"));
    fs::remove_file(folder.path().join("bailey.db")).unwrap();
    let server = Server::start(folder.path(), &[]);
    assert!(refusal(folder.path(), &serve).contains("bailey.db"));
    assert!(refusal(folder.path(), &["verify"]).contains("bailey.db"));
    server.stop();
    let nowhere = ["serve", "--listen", "127.0.0.1:0", "--database", "no/such/folder/x.db"];
    assert!(refusal(folder.path(), &nowhere).contains("no/such/folder"));
}

#[test]
fn a_database_that_is_not_there_is_not_made_by_verify() {
    let folder = TempDir::new().unwrap();
    let missing = refusal(folder.path(), &["verify", "--database", "typo.db"]);
    assert!(missing.contains("typo.db") && !folder.path().join("typo.db").exists());
    fs::write(folder.path().join("empty.db"), "").unwrap();
    let empty = refusal(folder.path(), &["verify", "--database", "empty.db"]);
    assert!(empty.contains("no database of Bailey"), "{empty}");
    let other = folder.path().join("other.db");
    rusqlite::Connection::open(&other).unwrap().execute_batch("CREATE TABLE a (b)").unwrap();
    let before = fs::read(&other).unwrap();
    refusal(folder.path(), &["verify", "--database", "other.db"]);
    assert_eq!(fs::read(&other).unwrap(), before);
    let url = ["serve", "--listen", "127.0.0.1:0", "--database", "postgre://u:secret@127.0.0.1/x"];
    let text = refusal(folder.path(), &url);
    assert!(text.contains("postgre") && !text.contains("secret"), "{text}");
}

#[test]
fn a_token_that_cannot_be_written_is_not_made() {
    let folder = TempDir::new().unwrap();
    let serve = ["serve", "--listen", "127.0.0.1:0", "--admin-pat-file", "no/such/pat"];
    assert!(refusal(folder.path(), &serve).contains("no/such/pat"));
    fs::create_dir(folder.path().join("dir")).unwrap();
    let serve = ["serve", "--listen", "127.0.0.1:0", "--admin-pat-file", "dir"];
    assert!(refusal(folder.path(), &serve).contains("dir is a folder"));
    let serve = ["serve", "--listen", "127.0.0.1:0", "--delivery", "smtp://"];
    assert!(refusal(folder.path(), &serve).contains("--delivery"));
    fs::write(folder.path().join("pat"), "old").unwrap();
    let server = Server::start(folder.path(), &[]);
    assert_eq!(server.call("GET", "/auth/v1/users/me", "").0, 200);
    let mode = fs::metadata(folder.path().join("pat")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn settings_without_sense_are_refused() {
    let folder = TempDir::new().unwrap();
    for (name, value) in [
        ("--listen", "localhost:8080"),
        ("--connections", "0"),
        ("--header-timeout", "0"),
        ("--request-timeout", "18446744073709551615"),
        ("--body-limit", "0"),
        ("--external-domain", "https://auth.example.com"),
        ("--external-domain", "auth.example.com:443"),
        ("--public-url", "auth.example.com"),
        ("--public-url", "ftp://auth.example.com"),
        ("--public-url", "https://auth.example.com/?from=mail"),
        ("--log", "loud"),
    ] {
        // A folder is no database, so that no server starts where the setting is taken.
        let arguments = ["serve", "--database", ".", name, value];
        let output = bailey(folder.path(), &arguments).output().unwrap();
        assert!(String::from_utf8(output.stderr).unwrap().contains(name));
    }
}

#[test]
fn a_newer_database_is_refused() {
    let folder = TempDir::new().unwrap();
    Server::start(folder.path(), &[]).stop();
    let database = rusqlite::Connection::open(folder.path().join("bailey.db")).unwrap();
    database
        .execute("INSERT INTO schema_version SELECT max(version) + 1 FROM schema_version", [])
        .unwrap();
    drop(database);
    let text = refusal(folder.path(), &["serve", "--listen", "127.0.0.1:0"]);
    assert!(text.contains("newer"), "{text}");
}

#[test]
fn a_master_key_that_is_not_this_databases_is_refused() {
    let folder = TempDir::new().unwrap();
    Server::start(folder.path(), &[]).stop();
    let key = "another key of thirty-two letters";
    let text = refusal(folder.path(), &["serve", "--listen", "127.0.0.1:0", "--masterkey", key]);
    assert!(text.contains("wrong master key"), "{text}");
    let text =
        refusal(folder.path(), &["serve", "--listen", "127.0.0.1:0", "--masterkey", "short"]);
    assert!(text.contains("at least 32"), "{text}");
    let missing = ["serve", "--listen", "127.0.0.1:0", "--masterkey-file", "nothing"];
    assert!(refusal(folder.path(), &missing).contains("nothing"));
    let key = folder.path().join("bailey.db.key");
    fs::rename(&key, folder.path().join("moved")).unwrap();
    let text = refusal(folder.path(), &["serve", "--listen", "127.0.0.1:0"]);
    assert!(text.contains("bailey.db.key back") && !key.exists(), "{text}");
}

#[test]
fn a_name_that_looks_like_a_uri_is_a_file() {
    let folder = TempDir::new().unwrap();
    Server::start(folder.path(), &["--database", "file:z.db"]).stop();
    assert!(folder.path().join("file:z.db").metadata().unwrap().len() > 0);
    assert!(!folder.path().join("z.db").exists());
}

#[test]
fn a_port_in_use_is_named() {
    let folder = TempDir::new().unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let text = refusal(folder.path(), &["serve", "--listen", &address, "--database", ":memory:"]);
    assert!(text.contains(&address), "{text}");
}

#[test]
fn verify_takes_a_domain_that_changed_hands() {
    let folder = TempDir::new().unwrap();
    let server = Server::start(folder.path(), &[]);
    let org = |name: &str| {
        let body = format!(r#"{{"name":"{name}"}}"#);
        let made = server.call("POST", "/management/v1/orgs", &body).1;
        server.client(made["id"].as_str().unwrap())
    };
    let (older, newer) = (org("older"), org("newer"));
    let domain = ("POST", "/management/v1/orgs/me/domains", r#"{"domain":"shop.example"}"#);
    for (org, (method, path, body)) in
        [(&newer, domain), (&newer, ("DELETE", "/management/v1/orgs/me", "")), (&older, domain)]
    {
        assert_eq!(org.call(method, path, body).0, 200, "{method} {path}");
    }
    server.stop();
    let verified = bailey(folder.path(), &["verify"]).output().unwrap();
    assert!(verified.status.success(), "{verified:?}");
}

#[test]
fn verify_finds_a_row_and_an_event_that_were_changed() {
    let folder = TempDir::new().unwrap();
    Server::start(folder.path(), &[]).stop();
    let change = |sql: &str| {
        let database = rusqlite::Connection::open(folder.path().join("bailey.db")).unwrap();
        assert!(database.execute(sql, []).unwrap() > 0);
    };
    change("UPDATE users SET name = 'changed'");
    assert!(refusal(folder.path(), &["verify"]).contains("users"));
    change("UPDATE users SET name = 'boss'");
    assert!(bailey(folder.path(), &["verify"]).output().unwrap().status.success());
    change("DELETE FROM members WHERE scope = 'instance/1'");
    assert!(refusal(folder.path(), &["verify"]).contains("members"));
    change("DELETE FROM events WHERE sequence = 1 AND stream LIKE 'user/%'");
    assert!(refusal(folder.path(), &["verify"]).contains("event 2 of user/"));
}

#[test]
fn two_processes_share_a_postgres() {
    let Ok(url) = std::env::var("BAILEY_TEST_POSTGRES") else {
        return eprintln!("BAILEY_TEST_POSTGRES is not set: skipped");
    };
    let folder = TempDir::new().unwrap();
    let schema = format!("program_{}", std::process::id());
    let separator = if url.contains('?') { '&' } else { '?' };
    let url = format!("{url}{separator}options=-csearch_path%3D{schema}");
    let database = ["--database", url.as_str()];
    let psql = |sql: &str| {
        let plain = url.split(['?', '&']).next().unwrap();
        let done = Command::new("psql").args(["-q", "-d", plain, "-c", sql]).status().unwrap();
        assert!(done.success());
    };
    psql(&format!("CREATE SCHEMA {schema}"));
    let first = Server::start(folder.path(), &database);
    let second = Server::start(folder.path(), &database);
    for number in 0..20 {
        let (status, made) = first.add_machine(&format!("robot-{number}"));
        assert_eq!(status, 200, "{made}");
        let path = format!("/management/v1/users/{}", made["userId"].as_str().unwrap());
        assert_eq!(second.call("GET", &path, "").0, 200);
        assert_eq!(second.add_machine(&format!("ROBOT-{number}")).0, 409);
        assert_eq!(second.call("DELETE", &path, "").0, 200);
        assert_eq!(first.call("GET", &path, "").0, 404);
    }
    first.stop();
    second.stop();
    let verified = bailey(folder.path(), &["verify", "--database", &url]).output().unwrap();
    assert!(verified.status.success(), "{verified:?}");
    psql(&format!("DROP SCHEMA {schema} CASCADE"));
}
