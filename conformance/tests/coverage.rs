//! The fixtures as they are: without faults, their format's schema written, and every operation
//! served shown with a success and a refusal on each transport.

#![allow(clippy::unwrap_used)]

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

#[test]
fn every_served_operation_succeeds_and_is_refused_on_every_transport() {
    let shown = shown(&fixtures());
    let mut missing = Vec::new();
    for facts in contract::OPERATIONS.iter().filter(|facts| facts.served) {
        // What needs no token and takes no arguments refuses nothing.
        let refuses = facts.permission != contract::Permission::None;
        for success in [true, false].into_iter().filter(|success| *success || refuses) {
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
