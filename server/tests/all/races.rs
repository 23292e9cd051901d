//! Many clients at once, on every database.

use std::collections::BTreeSet;
use std::thread;

use bailey::{Running, Settings};

use crate::client::Client;

const CLIENTS: usize = 64;

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
        for round in 0..2 {
            let name = |n| format!("r{round}-{n}");
            let ids: Vec<String> = (0..CLIENTS).map(|n| client.machine(&name(n))).collect();
            let answers = at_once(|n| {
                let name = if n % 4 < 2 { "robot" } else { "ROBOT" };
                if n % 2 == 0 {
                    let path = format!("/management/v1/users/{}/username", ids[n]);
                    return client.call("PUT", &path, &format!(r#"{{"userName":"{name}"}}"#));
                }
                let body = format!(r#"{{"userName":"{name}","name":"{n}"}}"#);
                client.call("POST", "/management/v1/users/machine", &body)
            });
            let count = |wanted| answers.iter().filter(|(status, _)| *status == wanted).count();
            assert_eq!((count(200), count(409)), (1, CLIENTS - 1), "{answers:?}");
            let path = "/management/v1/global/users/_by_login_name?loginName=robot";
            let (status, found) = client.call("GET", path, "");
            assert_eq!(status, 200, "{found}");
            let path = format!("/management/v1/users/{}", found["user"]["id"].as_str().unwrap());
            assert_eq!(client.call("DELETE", &path, "").0, 200);
        }
    });
}

/// A new organisation, as the caller of a client.
fn organisation(client: &Client, name: &str) -> Client {
    let (status, made) =
        client.call("POST", "/management/v1/orgs", &format!(r#"{{"name":"{name}"}}"#));
    assert_eq!(status, 200, "{made}");
    Client { org: made["id"].as_str().unwrap().into(), ..client.clone() }
}

/// While one in the middle acts, the others make machines; gives the ids of those that were made.
fn machines_while(client: &Client, name: &str, act: impl Fn() -> u16 + Sync) -> Vec<String> {
    let made = at_once(|n| {
        if n == CLIENTS / 2 {
            assert_eq!(act(), 200);
            return None;
        }
        let body = format!(r#"{{"userName":"{name}-{n}","name":"{n}"}}"#);
        let (status, made) = client.call("POST", "/management/v1/users/machine", &body);
        assert!(matches!(status, 200 | 400), "{made}");
        made["userId"].as_str().map(String::from)
    });
    made.into_iter().flatten().collect()
}

#[test]
fn a_policy_reaches_users_that_are_made_meanwhile() {
    on_each_database(|client| {
        for round in 0..8 {
            let there = organisation(client, &format!("acme{round}"));
            let path = format!("/admin/v1/orgs/{}/policies/domain", there.org);
            let ids = machines_while(&there, &format!("r{round}"), || {
                client.call("POST", &path, r#"{"userLoginMustBeDomain":true}"#).0
            });
            assert_eq!(ids.len(), CLIENTS - 1);
            for id in ids {
                let (_, answer) = there.call("GET", &format!("/management/v1/users/{id}"), "");
                let name = answer["user"]["preferredLoginName"].as_str().unwrap();
                assert!(name.ends_with(&format!("@acme{round}.localhost")), "{name}");
            }
            assert!(!client.machine(&format!("r{round}-1")).is_empty());
        }
    });
}

#[test]
fn nobody_outlives_an_organisation() {
    on_each_database(|client| {
        for round in 0..4 {
            let there = organisation(client, "acme");
            let ids = machines_while(&there, &format!("r{round}"), || {
                there.call("DELETE", "/management/v1/orgs/me", "").0
            });
            for id in ids {
                let (status, answer) = there.call("GET", &format!("/management/v1/users/{id}"), "");
                assert_eq!(status, 404, "{answer}");
            }
            for n in 0..CLIENTS {
                assert!(!client.machine(&format!("r{round}-{n}")).is_empty());
            }
        }
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

#[test]
fn what_is_removed_is_granted_to_nobody() {
    on_each_database(|client| {
        let users: Vec<String> = (1..CLIENTS).map(|n| client.machine(&format!("u{n}"))).collect();
        for (round, whole) in [false, true].into_iter().cycle().take(10).enumerate() {
            let name = format!(r#"{{"name":"p{round}"}}"#);
            let made = client.call("POST", "/management/v1/projects", &name).1;
            let id = made["id"].as_str().unwrap();
            let project = format!("/management/v1/projects/{id}");
            let role = r#"{"roleKey":"a","displayName":"A"}"#;
            assert_eq!(client.call("POST", &format!("{project}/roles"), role).0, 200);
            let gone = if whole { project } else { format!("{project}/roles/a") };
            let grant = format!(r#"{{"projectId":"{id}","roleKeys":["a"]}}"#);
            let answers = at_once(|n| match n.checked_sub(1) {
                None => client.call("DELETE", &gone, "").0,
                Some(n) => {
                    let path = format!("/management/v1/users/{}/grants", users[n]);
                    client.call("POST", &path, &grant).0
                }
            });
            assert!(answers.iter().all(|status| [200, 400].contains(status)), "{answers:?}");
            let left = r#"{"queries":[{"roleKeyQuery":{"roleKey":"a"}}]}"#;
            let left = client.call("POST", "/management/v1/users/grants/_search", left).1;
            assert!(left.get("result").is_none(), "{answers:?} {left}");
        }
    });
}
