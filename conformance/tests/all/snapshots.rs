//! Snapshots of whole answers (`insta`): of each step of some fixtures the body, which the three
//! transports share, and what each transport puts around it; and around the answers of every
//! operation served. `INSTA_UPDATE=always cargo test -p conformance --test all snapshots` writes them.

mod envelope;
mod redact;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use conformance::client::Client;
use conformance::fixture::{self, Fixture, Step, Transport};
use conformance::operation::Catalogue;
use conformance::outcome::{Outcome, Reply};
use conformance::play::{Kept, Player};
use envelope::{Envelope, Envelopes};
use redact::Kind::{self, Id, Known, Time, Token};
use redact::Redactor;
use serde::Serialize;
use serde_json::{Value, json};

/// Fixtures written by hand, and the redactions that each of them needs.
const SNAPSHOTS: [(&str, &[Kind]); 9] = [
    ("auth/my-user", &[Known, Time]),
    ("orgs/members", &[Known, Time]),
    ("orgs/read", &[Known, Time]),
    ("users/email/refused", &[Known, Time]),
    ("users/metadata/set-get", &[Known, Time]),
    ("users/pats/add", &[Known, Time, Id, Token]),
    ("users/phone/read-change-remove", &[Known, Time]),
    ("users/profile/update", &[Known, Time]),
    ("users/remove", &[Known, Time]),
];

#[derive(Serialize)]
struct Snapshot {
    about: String,
    steps: Vec<Shown>,
    envelopes: Vec<Envelope>,
}

#[derive(Serialize)]
struct Shown {
    id: String,
    call: Value,
    /// One for all transports, or by transport where the fixture says that they differ.
    body: Value,
    /// Numbers in the list of envelopes.
    envelope: BTreeMap<String, usize>,
}

struct Server {
    running: bailey::Running,
    player: Player,
}

impl Server {
    async fn start() -> Self {
        let running = bailey::start(&bailey::Settings::for_tests(":memory:")).await.unwrap();
        let url = format!("http://{}", running.address);
        let client = Client::new(&url, Duration::from_secs(60)).unwrap();
        let mut player = Player::new(client, Catalogue::new().unwrap(), running.token.clone());
        player.keeps = true;
        Self { running, player }
    }

    async fn answers(&self, fixture: &Fixture, transport: Transport) -> Kept {
        let verdict = self.player.play(fixture, transport).await;
        assert_eq!(verdict.lines(), [""; 0], "{} [{transport}]", fixture.name);
        verdict.kept
    }
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures")
}

#[tokio::test(flavor = "multi_thread")]
async fn whole_answers() {
    let server = Server::start().await;
    for (name, kinds) in SNAPSHOTS {
        let file = folder().join(name).with_extension("yaml");
        let fixture = Fixture::read(&folder(), &file).unwrap();
        let (snapshot, hits) = snapshot(&server, &fixture).await;
        assert_eq!(hits, kinds, "{name}: the redactions that replaced something");
        settings().bind(|| insta::assert_yaml_snapshot!(name.replace('/', "-"), snapshot));
    }
    server.running.stop().await;
}

/// The files are named for what they show.
fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_description("Over 400 lines where a fixture has many steps.");
    settings
}

/// The snapshot, and the redactions that replaced something in it.
async fn snapshot(server: &Server, fixture: &Fixture) -> (Snapshot, Vec<Kind>) {
    let (mut bodies, mut hits) =
        (BTreeMap::<String, BTreeMap<String, Value>>::new(), BTreeSet::new());
    let (mut numbers, mut envelopes) =
        (BTreeMap::<String, BTreeMap<String, usize>>::new(), Envelopes::default());
    for transport in Transport::ALL {
        let kept = server.answers(fixture, transport).await;
        let mut redactor = Redactor::new(&kept.variables);
        for (id, outcome) in &kept.answers {
            let (body, name) = (redactor.value(&body(outcome)), transport.to_string());
            bodies.entry(id.clone()).or_default().insert(name.clone(), body);
            let number = envelopes.number(Envelope::of(outcome));
            numbers.entry(id.clone()).or_default().insert(name, number);
        }
        hits.extend(redactor.hits());
    }
    let steps = fixture.steps.iter().map(|step| Shown {
        id: step.id.clone(),
        call: called(step),
        body: shared(step, &bodies[&step.id]),
        envelope: numbers[&step.id].clone(),
    });
    let snapshot =
        Snapshot { about: fixture.about.clone(), steps: steps.collect(), envelopes: envelopes.0 };
    (snapshot, hits.into_iter().collect())
}

fn called(step: &Step) -> Value {
    let request = step.request.as_ref().map(|r| format!("{} {}", r.method, r.path));
    json!(step.call.clone().or(request))
}

/// The body that all transports share.
fn shared(step: &Step, bodies: &BTreeMap<String, Value>) -> Value {
    let mut different: Vec<&Value> = bodies.values().collect();
    different.dedup();
    match different.as_slice() {
        [one] => (*one).clone(),
        _ => {
            assert!(!step.differs.is_empty(), "{}: the transports differ: {bodies:#?}", step.id);
            json!(bodies)
        }
    }
}

fn body(outcome: &Outcome) -> Value {
    match &outcome.reply {
        Reply::Frames(frames) => json!(frames),
        Reply::Text(text) => json!(text),
        _ => outcome.body().unwrap_or_default(),
    }
}

/// Envelopes by kind of answer and transport, and the operations that have each.
type Around = BTreeMap<(&'static str, String), BTreeMap<Envelope, BTreeSet<String>>>;

#[derive(Serialize)]
struct Group {
    kind: &'static str,
    transport: String,
    /// `all`, unless operations differ.
    operations: Value,
    envelope: Envelope,
}

#[tokio::test(flavor = "multi_thread")]
async fn around_the_answers_of_every_operation() {
    let server = Server::start().await;
    let mut around = Around::new();
    for fixture in enough(&folder()) {
        for transport in Transport::ALL {
            for (id, outcome) in server.answers(&fixture, transport).await.answers {
                let step = fixture.steps.iter().find(|step| step.id == id).unwrap();
                let Some((call, kind)) = step.call.clone().zip(kind(&outcome)) else { continue };
                let envelopes = around.entry((kind, transport.to_string())).or_default();
                envelopes.entry(Envelope::of_any_code(&outcome)).or_default().insert(call);
            }
        }
    }
    let succeeds = |step: &Step| step.answer.as_ref().and(step.call.clone());
    let fixtures = enough(&folder());
    let shown = fixtures.iter().flat_map(|fixture| fixture.steps.iter().filter_map(succeeds));
    let succeeding: BTreeSet<String> = shown.collect();
    for ((kind, transport), envelopes) in &around {
        let shown: BTreeSet<String> = envelopes.values().flatten().cloned().collect();
        let silent: Vec<_> = succeeding.difference(&shown).filter(|_| *kind == "answer").collect();
        assert!(silent.is_empty(), "{transport}: no answer of {silent:?}");
    }
    settings().bind(|| insta::assert_yaml_snapshot!("envelopes", groups(around)));
    server.running.stop().await;
}

fn groups(around: Around) -> Vec<Group> {
    let mut groups = Vec::new();
    for ((kind, transport), envelopes) in around {
        let alone = envelopes.len() == 1;
        groups.extend(envelopes.into_iter().map(|(envelope, operations)| Group {
            kind,
            transport: transport.clone(),
            operations: if alone { "all".into() } else { json!(operations) },
            envelope,
        }));
    }
    groups
}

/// What REST says where arguments make a path that is no operation's.
const UNROUTED: [&str; 2] = ["Not Found", "Method Not Allowed"];

/// What kind of answer it is; the refusals of the gate have a header of their own.
fn kind(outcome: &Outcome) -> Option<&'static str> {
    match &outcome.reply {
        Reply::Answer(_) => Some("answer"),
        Reply::Refused { code: 16, details, .. } if details.is_empty() => {
            Some("unauthenticated, without details")
        }
        Reply::Refused { code: 16, .. } => Some("unauthenticated"),
        Reply::Refused { message, .. } if UNROUTED.contains(&&**message) => Some("unrouted"),
        Reply::Refused { details, .. } if details.is_empty() => Some("refused, without details"),
        Reply::Refused { .. } => Some("refused"),
        _ => None,
    }
}

/// Fixtures that show a success and a refusal of every operation, each adding to those before it.
fn enough(folder: &Path) -> Vec<Fixture> {
    let (mut fixtures, mut shown) = (Vec::new(), BTreeSet::new());
    for file in fixture::files(folder).unwrap() {
        let fixture = Fixture::read(folder, &file).unwrap();
        let before = shown.len();
        for transport in Transport::ALL {
            let played = fixture.steps.iter().filter(|step| step.plays_on(transport));
            shown.extend(played.filter_map(|step| {
                let success = step.expected(transport).answer.is_some();
                Some((step.call.clone()?, success, transport))
            }));
        }
        if shown.len() > before {
            fixtures.push(fixture);
        }
    }
    fixtures
}
