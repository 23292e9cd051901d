//! Every operation × role × own, foreign, unknown and removed target × organisation header: nothing
//! of one organisation is read or changed by who acts for another, and a refusal writes no event.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use conformance::fixture::Transport;
use conformance::operation::{self, Catalogue, Operation};
use conformance::outcome::{Outcome, Reply};
use conformance::variables::Variables;
use serde_json::Value;

use super::args::{Plausible, Target};
use super::generator::NO_FACTOR;
use super::server::{Caller, Log, Server};
use super::world::{ORGS, caller, marker, world};
use super::{served, spread};

/// The empty one is none.
const ROLES: [&str; 25] = [
    "",
    "ORG_OWNER",
    "ORG_USER_MANAGER",
    "ORG_OWNER_VIEWER",
    "ORG_SETTINGS_MANAGER",
    "ORG_USER_PERMISSION_EDITOR",
    "ORG_PROJECT_PERMISSION_EDITOR",
    "ORG_PROJECT_CREATOR",
    "ORG_ADMIN_IMPERSONATOR",
    "ORG_END_USER_IMPERSONATOR",
    "ORG_USER_SELF_MANAGER",
    "SELF_MANAGEMENT_GLOBAL",
    "IAM_OWNER",
    "IAM_OWNER_VIEWER",
    "IAM_ORG_MANAGER",
    "IAM_USER_MANAGER",
    "IAM_ADMIN_IMPERSONATOR",
    "IAM_END_USER_IMPERSONATOR",
    "IAM_LOGIN_CLIENT",
    "PROJECT_OWNER",
    "PROJECT_OWNER_VIEWER",
    "PROJECT_OWNER_GLOBAL",
    "PROJECT_OWNER_VIEWER_GLOBAL",
    "PROJECT_GRANT_OWNER",
    "PROJECT_GRANT_OWNER_VIEWER",
];

/// What reads across organisations by its meaning.
const GLOBAL: [(&str, &str); 1] = [(
    "ManagementService_GetUserByLoginNameGlobal",
    "finds a user of the whole instance by one of its login names (permission user.global.read)",
)];

/// What no caller of the matrix succeeds with.
const REFUSED: [(&str, &str); 7] = [
    ("ManagementService_RemoveHumanAuthFactorOTP", NO_FACTOR),
    ("ManagementService_RemoveHumanAuthFactorU2F", NO_FACTOR),
    ("ManagementService_RemoveHumanAuthFactorOTPSMS", NO_FACTOR),
    ("ManagementService_RemoveHumanAuthFactorOTPEmail", NO_FACTOR),
    ("ManagementService_RemoveHumanPasswordless", NO_FACTOR),
    ("ManagementService_RemoveMachineSecret", "a secret in every world would take long"),
    ("ManagementService_ReactivateOrg", "the organisations of the world are active"),
];

/// The values of the header; the last is none.
const HEADERS: [Option<&str>; 4] = [Some("home"), Some("other"), Some("unknown"), None];

/// The target and the header.
type Cell = (Target, Option<&'static str>);

struct Scene {
    server: Server,
    known: Variables,
    caller: Caller,
    before: Log,
}

#[derive(Default)]
struct Found {
    failures: Vec<String>,
    cells: usize,
    /// The operations that had an answer.
    answered: BTreeSet<String>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_organisation_reads_or_changes_another() {
    let catalogue = Arc::new(Catalogue::new().unwrap());
    let found = spread(ROLES.to_vec(), {
        let catalogue = catalogue.clone();
        move |role| {
            let catalogue = catalogue.clone();
            async move { play(&catalogue, role).await }
        }
    })
    .await;
    let cells: usize = found.iter().map(|found| found.cells).sum();
    let answered: BTreeSet<&String> = found.iter().flat_map(|found| &found.answered).collect();
    let all = served(&catalogue);
    let silent: Vec<&String> = all.iter().filter(|id| !answered.contains(id)).collect();
    println!(
        "{cells} cells; {} of {} operations had an answer, not: {silent:?}",
        answered.len(),
        all.len()
    );
    let failures: Vec<&String> = found.iter().flat_map(|found| &found.failures).collect();
    assert!(failures.is_empty(), "{failures:#?}");
    let refused: Vec<&str> = REFUSED.iter().map(|(id, _)| *id).collect();
    assert_eq!(silent, refused, "what every caller is refused, and what is said to be");
}

async fn play(catalogue: &Catalogue, role: &'static str) -> Found {
    let mut found = Found::default();
    let mut scene = Scene::new(catalogue, role).await;
    for id in served(catalogue) {
        let operation = catalogue.find(&id).unwrap();
        for target in Target::ALL {
            for header in HEADERS {
                let (outcome, after) = scene.call(operation, (target, header), found.cells).await;
                found.cells += 1;
                if matches!(outcome.reply, Reply::Answer(_)) {
                    found.answered.insert(id.clone());
                }
                let why = scene.wrong(&id, (target, header), (&outcome, &after));
                let cell = format!("{id} {role:?} {target:?} {header:?}");
                found.failures.extend(why.map(|why| format!("{cell}: {why}: {outcome}")));
                if after != scene.before {
                    scene.server.stop().await;
                    scene = Scene::new(catalogue, role).await;
                }
            }
        }
    }
    scene.server.stop().await;
    found
}

impl Scene {
    async fn new(catalogue: &Catalogue, role: &str) -> Self {
        let server = Server::start().await;
        let known = world(&server, catalogue).await;
        let caller = caller(&server, catalogue, (&known, role)).await;
        let before = server.log().await;
        Self { server, known, caller, before }
    }

    fn org(&self, name: &str) -> &str {
        self.known.get(&format!("{name}_org")).ok().and_then(Value::as_str).unwrap_or("unknown")
    }

    async fn call(
        &self,
        operation: &Operation,
        (target, header): Cell,
        number: usize,
    ) -> (Outcome, Log) {
        let path = operation.facts.path;
        let args = Plausible { path, target, known: &self.known }.request(operation);
        let org = header.map(|name| self.org(name).to_string());
        let caller = Caller { org, ..self.caller.clone() };
        let transport = Transport::ALL[number % 3];
        let outcome = self.server.call(transport, operation, (&args, &caller)).await;
        (outcome, self.server.log().await)
    }

    /// What must not be: the caller acts for the organisation of the header, or for its own; the
    /// Admin API for the one that the request names.
    fn wrong(&self, id: &str, cell: Cell, (outcome, after): (&Outcome, &Log)) -> Option<String> {
        let (target, header) = cell;
        let acts_for = match target {
            Target::Foreign if id.starts_with("AdminService") => "other",
            Target::Own if id.starts_with("AdminService") => "home",
            _ => header.unwrap_or("home"),
        };
        if !matches!(outcome.reply, Reply::Answer(_)) && *after != self.before {
            return Some("a refusal wrote an event".into());
        }
        let said = outcome.body().unwrap_or_default().to_string();
        let global = GLOBAL.iter().any(|(known, _)| *known == id);
        for org in ORGS.into_iter().filter(|org| *org != acts_for) {
            if said.contains(&marker(org)) && !global {
                return Some(format!("it tells something of {org}"));
            }
            if self.owned(after, org) != self.owned(&self.before, org) {
                return Some(format!("it changed something of {org}"));
            }
        }
        None
    }

    /// The streams of an organisation. Who is removed is nobody's: the id is free.
    fn owned<'a>(&self, log: &'a Log, org: &str) -> BTreeMap<&'a String, &'a Vec<String>> {
        let of_org = log.iter().filter(|(_, (owner, _))| owner == self.org(org));
        let streams = of_org.map(|(stream, (_, kinds))| (stream, kinds));
        streams.filter(|(_, kinds)| kinds.last().is_none_or(|k| !k.ends_with(".removed"))).collect()
    }
}

#[test]
fn what_is_global_is_still_an_operation() {
    let ids: BTreeSet<String> = contract::OPERATIONS.iter().map(operation::id).collect();
    assert!(GLOBAL.iter().all(|(id, why)| ids.contains(*id) && !why.is_empty()));
}
