//! What can be wrong with a fixture, found without a server.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::fixture::{Expected, Fixture, Refused, Request, Step, Transport};
use crate::operation::Catalogue;
use crate::relation::Relation;
use crate::variables::names;

/// What is wrong, and the line of the step that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub line: u64,
    /// `step ID: what`
    pub what: String,
}

/// Every fault of a fixture that could be read.
pub fn faults(fixture: &Fixture, catalogue: &Catalogue) -> Vec<Fault> {
    let mut known: BTreeSet<String> =
        ["run", "org", "admin_token", "authority"].map(String::from).into();
    for actor in fixture.actors.keys() {
        known.extend([actor.clone(), format!("{actor}_token")]);
    }
    let mut ids = BTreeSet::new();
    let mut captures: BTreeMap<&str, &Step> = BTreeMap::new();
    let mut used = BTreeSet::new();
    let mut faults = Vec::new();
    for step in &fixture.steps {
        let mut fault = |what: String| faults.push(Fault::of(step, what));
        if !ids.insert(&step.id) {
            fault("its id is taken".into());
        }
        form(step, catalogue).into_iter().for_each(&mut fault);
        for name in step.save.keys() {
            captures.insert(name, step);
            known.insert(name.clone());
        }
        for name in used_names(step) {
            if !known.contains(&name) {
                fault(format!("nothing is saved as {name} up to here"));
            }
            used.insert(name);
        }
    }
    let unused = captures
        .iter()
        .filter(|(name, _)| !used.contains(**name) && !used.contains(&format!("{name}_token")));
    faults.extend(unused.map(|(name, s)| Fault::of(s, format!("{name} is saved and never used"))));
    if fixture.steps.is_empty() {
        faults.push(Fault { line: 1, what: "no steps".into() });
    }
    faults
}

impl Fault {
    fn of(step: &Step, what: String) -> Self {
        Self { line: step.line, what: format!("step {}: {what}", step.id) }
    }
}

/// What is wrong with the step by itself.
fn form(step: &Step, catalogue: &Catalogue) -> Vec<String> {
    let mut faults = Vec::new();
    match (&step.call, &step.request) {
        (Some(id), None) => faults.extend(catalogue.find(id).err()),
        (None, Some(_)) if step.args.is_some() => faults.push("a request takes no args".into()),
        (None, Some(request)) if request.json.is_some() && request.body.is_some() => {
            faults.push("json or body, not both".into());
        }
        (None, Some(request)) => faults.extend(request_form(step, request)),
        _ => faults.push("one of call and request".into()),
    }
    if step.actor.is_some() && step.authorization.is_some() {
        faults.push("as or authorization, not both".into());
    }
    faults.extend(step.holds.iter().filter_map(|text| Relation::parse(text).err()));
    if !step.holds.is_empty() && step.answer.is_none() {
        faults.push("relations hold in an answer only".into());
    }
    if step.eventually > 0 && !catalogue.reads(step) {
        faults.push("only a read may be repeated: eventually".into());
    }
    let same = |other: &&Expected| **other == step.expected_everywhere();
    if step.differs.values().any(|other| same(&other)) {
        faults.push("it differs in nothing".into());
    }
    let expected = step.differs.values().cloned().chain([step.expected_everywhere()]);
    for expected in expected {
        let Expected { answer, refused, response } = &expected;
        let bodies = response.as_ref().map(|r| [r.text.is_some(), r.frames.is_some()]);
        let [text, frames] = bodies.unwrap_or_default();
        let kinds = [answer.is_some(), refused.is_some(), text, frames];
        let bodies = kinds.iter().filter(|there| **there).count();
        if bodies > 1 || (bodies == 0 && response.is_none()) {
            faults.push("one of answer, refused and response".into());
        }
        if response.is_some() && step.request.is_none() {
            faults.push("a response is for a request".into());
        }
        faults.extend(refused.as_ref().and_then(refused_form));
    }
    faults
}

/// A request in lines says all by itself.
fn request_form(step: &Step, request: &Request) -> Option<String> {
    let more = !request.method.is_empty() || !request.path.is_empty() || request.http2;
    let around = step.actor.is_some() || step.org.is_some() || !step.headers.is_empty();
    let closes = step.response.as_ref().is_some_and(|response| response.closes);
    match request.lines.is_empty() {
        true if request.method.is_empty() || request.path.is_empty() => {
            Some("method and path, or lines".into())
        }
        true => closes.then(|| "only of a request in lines is it known what closes".into()),
        false => {
            let other = more || around || step.authorization.is_some() || request.json.is_some();
            other.then(|| "a request in lines takes nothing but a body".into())
        }
    }
}

fn refused_form(refused: &Refused) -> Option<String> {
    let Refused { id, message, decoder, .. } = refused;
    let one = message.is_some() != decoder.is_some() && (id.is_none() || message.is_some());
    (!one).then(|| "message, with or without an id, or decoder".into())
}

/// The names that the step uses in any text, actors included.
fn used_names(step: &Step) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    let mut text = |text: &str| out.extend(names(text).map(String::from));
    let request = step.request.as_ref();
    let texts =
        [step.org.as_deref(), step.authorization.as_deref(), request.map(|r| r.path.as_str())];
    texts
        .into_iter()
        .flatten()
        .chain(request.into_iter().flat_map(|r| &r.lines).map(String::as_str))
        .chain(step.headers.values().chain(&step.holds).map(String::as_str))
        .for_each(&mut text);
    let mut inside = |value: &Value| texts_of(value, &mut text);
    request.and_then(|r| r.body.as_ref()).into_iter().for_each(|body| body.texts(&mut inside));
    let values = [step.args.as_ref(), request.and_then(|r| r.json.as_ref())];
    values.into_iter().flatten().for_each(|value| texts_of(value, &mut text));
    for transport in Transport::ALL {
        let wanted = crate::outcome::wanted(&step.expected(transport), transport);
        texts_of(&wanted, &mut text);
    }
    let actor = step.actor.as_deref().filter(|actor| *actor != "none" && *actor != "admin");
    out.extend(actor.map(|actor| format!("{actor}_token")));
    out
}

fn texts_of(value: &Value, each: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => each(text),
        Value::Array(items) => items.iter().for_each(|item| texts_of(item, each)),
        Value::Object(members) => members.iter().for_each(|(name, value)| {
            each(name);
            texts_of(value, each);
        }),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults_of(steps: &str) -> Vec<String> {
        let text = format!("about: a\nactors: {{ v: [] }}\nsteps:\n{steps}");
        let faults = faults(&Fixture::parse("f", &text).unwrap(), &Catalogue::new().unwrap());
        faults.into_iter().map(|fault| format!("{}: {}", fault.line, fault.what)).collect()
    }

    #[test]
    fn a_good_fixture_has_none() {
        let good = "  - { id: a, call: ManagementService_GetMyOrg, as: v, save: { o: org.id }, \
                    holds: [\"$.org.id == ${org}\"], answer: { org: { id: \"${o}\" } } }\n";
        assert_eq!(faults_of(good), [""; 0]);
    }

    #[test]
    fn each_fault_is_named() {
        for (step, fault) in [
            ("call: Nope, answer: {}", "no operation Nope"),
            ("answer: {}", "one of call and request"),
            ("call: ManagementService_GetMyOrg", "one of answer, refused and response"),
            ("call: ManagementService_GetMyOrg, as: w, answer: {}", "saved as w_token"),
            ("call: ManagementService_GetMyOrg, org: \"${x}\", answer: {}", "saved as x"),
            ("call: ManagementService_GetMyOrg, save: { o: a }, answer: {}", "never used"),
            ("call: ManagementService_GetMyOrg, refused: { code: NOT_FOUND }", "or decoder"),
            ("call: ManagementService_GetMyOrg, response: { status: 200 }", "for a request"),
            ("call: ManagementService_GetMyOrg, holds: [$.a ~ b], answer: {}", "$.a ~ b"),
            (
                "call: ManagementService_GetMyOrg, holds: [$.a > 1], refused: { code: OK, message: m }",
                "only",
            ),
            (
                "call: ManagementService_GetMyOrg, answer: {}, differs: { rest: { answer: {} } }",
                "in nothing",
            ),
            (
                "request: { method: GET, path: / }, response: { status: 200, text: x }, answer: {}",
                "one of",
            ),
            (
                "call: ManagementService_UpdateHumanPhone, eventually: 5, answer: {}",
                "only a read may be repeated",
            ),
            ("request: { body: x }, answer: {}", "method and path, or lines"),
            ("request: { lines: [GET / HTTP/1.1], path: / }, answer: {}", "nothing but a body"),
            ("request: { lines: [GET / HTTP/1.1] }, org: none, answer: {}", "nothing but a body"),
            (
                "request: { method: GET, path: / }, response: { status: 200, closes: true }",
                "of a request in lines",
            ),
            ("request: { lines: [\"A: ${x}\"] }, answer: {}", "saved as x"),
            ("request: { method: GET, path: /, body: \"${x}\" }, answer: {}", "saved as x"),
            ("request: { method: GET, path: /, json: 1, body: x }, answer: {}", "not both"),
        ] {
            let found = faults_of(&format!("  - {{ id: a, {step} }}\n"));
            let one = found.len() == 1 && found[0].starts_with("4: step a: ");
            assert!(one && found[0].contains(fault), "{step}: {found:?}");
        }
        let step = "  - { id: a, call: ManagementService_GetMyOrg, answer: {} }\n";
        assert_eq!(faults_of(&step.repeat(2)), ["5: step a: its id is taken"]);
    }
}
