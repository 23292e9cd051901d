//! The fixtures as they are: without faults, their format's schema written, and every operation
//! served shown with a success and a refusal on each transport.

use std::collections::BTreeSet;
use std::path::Path;

use conformance::fixture::{self, Fixture, Transport};
use conformance::{lint, operation};

fn fixtures() -> Vec<Fixture> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures");
    let files = fixture::files(&folder).unwrap();
    files.iter().map(|file| Fixture::read(&folder, file).unwrap()).collect()
}

/// What fixtures show of operations: id, transport, whether it succeeds.
fn shown(fixtures: &[Fixture]) -> BTreeSet<(String, Transport, bool)> {
    let mut shown = BTreeSet::new();
    for step in fixtures.iter().flat_map(|fixture| &fixture.steps) {
        for transport in Transport::ALL.into_iter().filter(|t| step.plays_on(*t)) {
            let expected = step.expected(transport);
            let success = expected.answer.is_some();
            if let Some(id) = step.call.as_ref().filter(|_| success || expected.refused.is_some()) {
                shown.insert((id.clone(), transport, success));
            }
        }
    }
    shown
}

/// What no operation of this API can bring about: it removes factors and makes none.
const NEVER_SUCCEED: [&str; 5] = [
    "ManagementService_RemoveHumanAuthFactorOTP",
    "ManagementService_RemoveHumanAuthFactorOTPEmail",
    "ManagementService_RemoveHumanAuthFactorOTPSMS",
    "ManagementService_RemoveHumanAuthFactorU2F",
    "ManagementService_RemoveHumanPasswordless",
];

#[test]
fn every_served_operation_succeeds_and_is_refused_on_every_transport() {
    let shown = shown(&fixtures());
    let mut missing = Vec::new();
    for facts in contract::OPERATIONS.iter().filter(|facts| facts.served) {
        // What needs no token and takes no arguments refuses nothing.
        let refuses = facts.permission != contract::Permission::None;
        let succeeds = !NEVER_SUCCEED.contains(&operation::id(facts).as_str());
        let outcomes = [(true, succeeds), (false, refuses)];
        for (success, _) in outcomes.into_iter().filter(|(_, wanted)| *wanted) {
            for transport in Transport::ALL {
                let wanted = (operation::id(facts), transport, success);
                if !shown.contains(&wanted) {
                    missing.push(wanted);
                }
            }
        }
    }
    assert!(missing.is_empty(), "not shown by fixtures (id, transport, success): {missing:#?}");
}

/// The refusals that the operations served document and no fixture shows: operation and error id.
fn not_shown(fixtures: &[Fixture]) -> BTreeSet<(String, String)> {
    let mut missing: BTreeSet<_> = contract::OPERATIONS
        .iter()
        .filter(|facts| facts.served)
        .flat_map(|facts| facts.refusals.iter().map(|r| (operation::id(facts), r.id.to_string())))
        .collect();
    for step in fixtures.iter().flat_map(|fixture| &fixture.steps) {
        for transport in Transport::ALL {
            let id = step.expected(transport).refused.and_then(|refused| refused.id);
            if let (Some(operation), Some(id)) = (&step.call, id) {
                missing.remove(&(operation.clone(), id));
            }
        }
    }
    missing
}

/// How long the list of refusals not shown is; it only shrinks.
const NOT_SHOWN: usize = 7;

/// What a fixture shows has to leave the list, and each of its lines has a reason.
#[test]
fn every_documented_refusal_is_shown_or_listed_with_its_reason() {
    let listed: BTreeSet<(String, String)> = include_str!("../../../fixtures/not-shown.txt")
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| match *line.splitn(3, ' ').collect::<Vec<_>>().as_slice() {
            [operation, id, reason] if reason.len() > 10 => (operation.into(), id.into()),
            _ => panic!("want operation, error id and reason: {line}"),
        })
        .collect();
    assert_eq!(listed.len(), NOT_SHOWN, "fixtures/not-shown.txt only shrinks, and this with it");
    let missing = not_shown(&fixtures());
    let unlisted: Vec<_> = missing.difference(&listed).collect();
    assert!(unlisted.is_empty(), "write a fixture for these refusals: {unlisted:#?}");
    let shown: Vec<_> = listed.difference(&missing).collect();
    assert!(shown.is_empty(), "take these out of fixtures/not-shown.txt: {shown:#?}");
}

/// What every operation may be refused with before it looks at anything.
const SHARED: [&str; 5] = ["AUTH-toLo1", "AUTH-7fs1e", "AUTH-Bs7Ds", "AUTHZ-cdgFk", "AUTH-5mWD2"];

#[test]
fn every_shown_refusal_is_documented() {
    let of = |facts: &'static contract::Operation| {
        facts.refusals.iter().map(|r| (operation::id(facts), r.code, r.id.into(), r.text.into()))
    };
    let documented: BTreeSet<(String, i32, String, String)> =
        contract::OPERATIONS.iter().flat_map(of).collect();
    let mut missing = BTreeSet::new();
    for step in fixtures().iter().flat_map(|fixture| &fixture.steps) {
        for refused in Transport::ALL.iter().filter_map(|t| step.expected(*t).refused) {
            if let (Some(operation), Some(id)) = (&step.call, refused.id)
                && !SHARED.contains(&id.as_str())
            {
                let text = refused.message.unwrap_or_default();
                let shown = (operation.clone(), refused.code as i32, id, text);
                if !documented.contains(&shown) {
                    missing.insert(shown);
                }
            }
        }
    }
    assert!(missing.is_empty(), "document these refusals in the .proto: {missing:#?}");
}

#[test]
fn every_recorded_refusal_without_an_id_is_shown() {
    let mut shown = BTreeSet::new();
    for step in fixtures().iter().flat_map(|fixture| &fixture.steps) {
        for transport in Transport::ALL {
            let refused = step.expected(transport).refused.filter(|refused| refused.id.is_none());
            if let (Some(operation), Some(refused)) = (&step.call, refused) {
                let code = serde_json::to_value(refused.code).unwrap();
                let code = code.as_str().unwrap_or_default();
                shown.insert(format!("{operation} {code} {}", refused.message.unwrap_or_default()));
            }
        }
    }
    let recorded = include_str!("../../../fixtures/recorded-refusals.txt").lines();
    let missing: Vec<_> =
        recorded.filter(|line| !line.starts_with('#') && !shown.contains(*line)).collect();
    assert!(missing.is_empty(), "write a fixture for these refusals: {missing:#?}");
}

#[test]
fn no_fixture_has_a_fault() {
    let catalogue = operation::Catalogue::new().unwrap();
    for fixture in fixtures() {
        assert_eq!(lint::faults(&fixture, &catalogue), [], "{}", fixture.name);
    }
}

#[test]
fn the_schema_of_fixtures_is_written() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/schema.json");
    let written = std::fs::read_to_string(file).unwrap_or_default();
    let stale = "run: cargo run -p conformance -- schema > fixtures/schema.json";
    assert!(written == fixture::schema(), "stale; {stale}");
}
