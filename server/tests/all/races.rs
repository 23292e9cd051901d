//! Many clients at once, on every database.

use std::collections::BTreeSet;
use std::thread;

use bailey::{Running, Settings};

use crate::client::Client;

const CLIENTS: usize = 32;

/// Plays `scene` against a server of its own on each database.
fn on_each_database(scene: impl Fn(&Client) + Send + Sync + 'static) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let scene = std::sync::Arc::new(scene);
    for database in [Some(":memory:".to_string()), postgres()].into_iter().flatten() {
        let server: Running = runtime.block_on(start(&database));
        let (address, token) = (server.address.to_string(), server.token.clone());
        scene(&Client { address, token, org: String::new() });
        runtime.block_on(server.stop());
        if let Some((_, schema)) = database.rsplit_once("search_path%3D") {
            psql(&format!("DROP SCHEMA {schema} CASCADE"));
        }
    }
}

async fn start(database: &str) -> Running {
    bailey::start(&Settings::for_tests(database)).await.unwrap()
}

/// A schema of its own in the PostgreSQL of the tests.
fn postgres() -> Option<String> {
    static COUNT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let url = std::env::var("BAILEY_TEST_POSTGRES").ok()?;
    let count = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let schema = format!("races_{}_{count}", std::process::id());
    psql(&format!("CREATE SCHEMA {schema}"));
    let separator = if url.contains('?') { '&' } else { '?' };
    Some(format!("{url}{separator}options=-csearch_path%3D{schema}"))
}

fn psql(sql: &str) {
    let url = std::env::var("BAILEY_TEST_POSTGRES").unwrap();
    let mut command = std::process::Command::new("psql");
    let done = command.env("PGOPTIONS", "-c client_min_messages=warning");
    assert!(done.args(["-q", "-d", &url, "-c", sql]).status().unwrap().success());
}

fn at_once<T: Send>(act: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let act = &act;
    thread::scope(|scope| {
        let threads: Vec<_> = (0..CLIENTS).map(|n| scope.spawn(move || act(n))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn one_name_is_given_once() {
    on_each_database(|client| {
        let body = |n: usize| {
            let name = if n.is_multiple_of(2) { "robot" } else { "ROBOT" };
            format!(r#"{{"userName":"{name}","name":"{n}"}}"#)
        };
        let answers = at_once(|n| client.call("POST", "/management/v1/users/machine", &body(n)).0);
        assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1, "{answers:?}");
        assert_eq!(answers.iter().filter(|status| **status == 409).count(), CLIENTS - 1);
    });
}

#[test]
fn writers_of_one_user_take_turns() {
    on_each_database(|client| {
        let id = client.machine("robot");
        let answers = at_once(|n| {
            let path = format!("/management/v1/users/{id}/metadata/key-{n}");
            client.call("POST", &path, r#"{"value":"eA=="}"#)
        });
        let sequences: BTreeSet<u64> = answers
            .iter()
            .map(|(status, answer)| {
                assert_eq!(*status, 200, "{answer}");
                answer["details"]["sequence"].as_str().unwrap().parse().unwrap()
            })
            .collect();
        assert_eq!(sequences, (2..CLIENTS as u64 + 2).collect());
    });
}

#[test]
fn of_two_states_one_is_reached_once() {
    on_each_database(|client| {
        let id = client.machine("robot");
        let path = format!("/management/v1/users/{id}/_lock");
        let answers = at_once(|_| client.call("POST", &path, "{}").0);
        assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1, "{answers:?}");
    });
}

#[test]
fn a_token_ends_with_the_lock_of_its_owner_and_stays_ended() {
    on_each_database(|client| {
        let id = client.machine("robot");
        let robot = client.with_token_of(&id);
        let me = |robot: &Client| robot.call("GET", "/auth/v1/users/me", "").0;
        assert_eq!(me(&robot), 200);
        let change = |verb: &str| {
            let path = format!("/management/v1/users/{id}/_{verb}");
            assert_eq!(client.call("POST", &path, "{}").0, 200);
        };
        change("lock");
        assert_eq!(me(&robot), 401);
        change("unlock");
        assert_eq!(me(&robot), 401);
        let robot = client.with_token_of(&id);
        assert_eq!(me(&robot), 200);
        change("deactivate");
        assert_eq!(me(&robot), 401);
        change("reactivate");
        assert_eq!(me(&robot), 401);
        let robot = client.with_token_of(&id);
        assert_eq!(client.call("DELETE", &format!("/management/v1/users/{id}"), "").0, 200);
        assert_eq!(me(&robot), 401);
    });
}

#[test]
fn who_is_removed_is_no_member_of_anything() {
    on_each_database(|client| {
        for round in 0..20 {
            let ids: Vec<String> =
                (0..4).map(|n| client.machine(&format!("r{round}-{n}"))).collect();
            let answers = at_once(|n| {
                let id = &ids[n % ids.len()];
                if n < ids.len() {
                    return client.call("DELETE", &format!("/management/v1/users/{id}"), "").0;
                }
                let member = format!(r#"{{"userId":"{id}","roles":["ORG_OWNER"]}}"#);
                client.call("POST", "/management/v1/orgs/me/members", &member).0
            });
            assert_eq!(answers[..ids.len()], [200; 4], "{answers:?}");
            for id in &ids {
                let again = format!(r#"{{"userName":"{id}","name":"x","userId":"{id}"}}"#);
                assert_eq!(client.call("POST", "/management/v1/users/machine", &again).0, 200);
                let reborn = client.with_token_of(id);
                assert_eq!(reborn.call("GET", "/management/v1/orgs/me", "").0, 404, "{answers:?}");
            }
        }
    });
}
