//! Turns recordings of a running server into fixtures.
//!
//! Left out is what another server need not follow: steps where the recorded one failed itself
//! (5xx, codes UNKNOWN and INTERNAL), redirects of unclean paths (301), and steps named in a list.
//! A named step that saves what a later one uses stays; its sequence may be any.
//!
//! What is not served yet: a recording that calls it is left out; a raw request for it is, too,
//! and where it changed something all steps after it.

mod step;
mod wire;

use std::collections::BTreeSet;

use glob::Pattern;
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;

use crate::operation::Catalogue;
use crate::variables::{names, shorten};
use crate::yaml::{self, Node};
use step::Recorded;
use wire::Capture;

/// A scenario as it was recorded, step by step.
#[derive(Deserialize)]
pub struct Recording {
    pub name: String,
    about: String,
    #[serde(default)]
    actors: IndexMap<String, Value>,
    #[serde(default)]
    steps: Vec<Recorded>,
    /// Raw captures, in place of steps.
    #[serde(default)]
    cases: Vec<Capture>,
}

/// The steps that need not be followed, as `recording/step` patterns, one a line.
pub struct NotRequired(Vec<Pattern>);

impl NotRequired {
    /// # Errors
    /// When a line does not begin with a pattern.
    pub fn parse(text: &str) -> Result<Self, String> {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let patterns = lines.filter_map(|line| line.split_whitespace().next()).map(Pattern::new);
        patterns.collect::<Result<_, _>>().map(Self).map_err(|e| e.to_string())
    }

    fn has(&self, recording: &str, step: &str) -> bool {
        let name = format!("{recording}/{step}");
        self.0.iter().any(|pattern| pattern.matches(&name))
    }
}

impl Recording {
    /// How many steps were recorded.
    pub fn length(&self) -> usize {
        self.steps.len() + self.cases.len()
    }

    /// The first rpc that it calls and that is not served, or that the contract does not have.
    pub fn unserved(&self, catalogue: &Catalogue) -> Option<&str> {
        let served = |rpc: &&str| {
            let operation = catalogue.id_of_rpc(rpc).and_then(|id| catalogue.find(&id).ok());
            operation.is_some_and(|operation| operation.facts.served)
        };
        self.steps.iter().filter_map(|step| step.call.as_deref()).find(|rpc| !served(rpc))
    }
}

/// Where the fixture of a recording belongs: by the noun of the URL, as the recordings' names tell.
pub fn place(recording: &str) -> String {
    const FOLDERS: [(&str, &str); 27] = [
        ("http1", "wire/http1"),
        ("cors", "wire/cors"),
        ("grpc_web", "wire/grpc-web"),
        ("grpc", "wire/grpc"),
        ("phone", "users/phone/read-change-remove"),
        ("profile-phone-", "users/phone/"),
        ("profile-email-", "users/email/"),
        ("profile-password", "users/password/password"),
        ("profile-state-", "users/states/"),
        ("profile-", "users/profile/"),
        ("humans-", "users/human/"),
        ("machine-pat-", "users/pats/"),
        ("machine-pats", "users/pats/add-list-remove"),
        ("machine-keys-", "users/keys/"),
        ("machine-authz-", "permissions/"),
        ("machine-", "users/machine/"),
        ("extras-metadata-", "users/metadata/"),
        ("extras-metadata", "users/metadata/set-get-remove"),
        ("extras-grants-", "users/grants/"),
        ("extras-grants", "users/grants/add-change-remove"),
        ("extras-memberships", "users/memberships/kinds"),
        ("extras-", "users/"),
        ("search-memberships-", "users/memberships/"),
        ("search-memberships", "users/memberships/queries"),
        ("search-changes-", "users/changes/"),
        ("search-", "users/search/"),
        ("wire-", "wire/"),
    ];
    let found = FOLDERS.iter().find_map(|(prefix, folder)| {
        recording.strip_prefix(prefix).map(|rest| format!("{folder}{rest}"))
    });
    found.unwrap_or_else(|| recording.into())
}

/// The fixture as YAML.
///
/// # Errors
/// When a step cannot be said in the format.
pub fn fixture(
    recording: &Recording,
    catalogue: &Catalogue,
    left_out: &NotRequired,
) -> Result<String, String> {
    let mut steps = Vec::new();
    for step in recording.steps.iter().filter(|step| !step.is_fault()) {
        steps.push((step.node(catalogue)?, left_out.has(&recording.name, &step.id)));
    }
    let wanted = |case: &&Capture| !left_out.has(&recording.name, &case.id);
    let captures = recording.cases.iter().filter(wanted).filter_map(Capture::node);
    // Some of the captures that cannot be sent write, too.
    let captures = captures.map(any_sequence);
    let user = recording.cases.first().and_then(|_| wire::user());
    steps.extend(user.into_iter().chain(captures).map(|step| (step, false)));
    let judged = steps.iter().filter(|(_, left_out)| !left_out).map(|(step, _)| step);
    let used = used_names(judged);
    let steps = steps.into_iter().map(|(step, left_out)| (keep_used(step, &used), left_out));
    let steps = steps.filter_map(|(step, left_out)| match left_out {
        false => Some(step),
        true => saves(&step).then(|| any_sequence(step)),
    });
    let actors = recording.actors.iter().map(|(name, roles)| (name.as_str(), roles_node(roles)));
    let mut document = IndexMap::from([
        ("about".to_string(), Node::from(recording.about.as_str())),
        ("from".to_string(), "recorded".into()),
    ]);
    if !recording.actors.is_empty() {
        document.insert("actors".into(), Node::map(actors));
    }
    document.insert("steps".into(), Node::List(steps.collect()).map_text(&shorten));
    Ok(with_reason(yaml::write(&document)))
}

/// A long file says why it is one.
fn with_reason(text: String) -> String {
    const REASON: &str =
        "# Over 400 lines: one recording, whose steps build on those before them.\n";
    if text.lines().count() > 400 { format!("{REASON}{text}") } else { text }
}

fn roles_node(roles: &Value) -> Node {
    Node::List(match roles {
        Value::Array(roles) => roles.iter().cloned().map(Node::Leaf).collect(),
        role if *role == Value::Null || *role == "" => vec![],
        role => vec![Node::Leaf(role.clone())],
    })
}

/// Every name that the steps use.
fn used_names<'a>(steps: impl Iterator<Item = &'a Node>) -> BTreeSet<String> {
    let text = Value::from_iter(steps.map(Node::to_value)).to_string();
    names(&text).map(String::from).collect()
}

fn saves(step: &Node) -> bool {
    matches!(step, Node::Map(members) if members.contains_key("save"))
}

/// The same with every `sequence` any.
fn any_sequence(node: Node) -> Node {
    let Node::Map(members) = node else { return node };
    let members = members.into_iter().map(|(name, node)| match name.as_str() {
        "sequence" => (name, "<sequence>".into()),
        _ => (name, any_sequence(node)),
    });
    Node::Map(members.collect())
}

/// The step without the captures that nothing uses.
fn keep_used(step: Node, used: &BTreeSet<String>) -> Node {
    let Node::Map(mut members) = step else { return step };
    if let Some(Node::Map(save)) = members.get_mut("save") {
        save.retain(|name, _| used.contains(name) || used.contains(&format!("{name}_token")));
        if save.is_empty() {
            members.shift_remove("save");
        }
    }
    Node::Map(members)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fixture::{Fixture, Source, Transport};

    fn import(steps: Value) -> Fixture {
        let recording = json!({"name": "r", "about": "a", "actors": {"v": "ROLE", "w": null, "x": ""}, "steps": steps});
        let recording: Recording = serde_json::from_value(recording).unwrap();
        let left_out = NotRequired::parse("# why\nr/not-*  a reason\n").unwrap();
        let text = fixture(&recording, &Catalogue::new().unwrap(), &left_out).unwrap();
        Fixture::parse("r", &text).unwrap()
    }

    fn call(id: &str, answer: Value) -> Value {
        json!({"id": id, "call": "GetMyOrg", "save": {"o": "org.id"}, "answer": answer})
    }

    #[test]
    fn faults_and_named_steps_are_left_out() {
        let ok = json!({"code": 0, "body": {"org": {"id": "${o}"}}});
        let fixture = import(json!([
            call("good", ok.clone()),
            {"id": "not-this", "call": "GetMyOrg", "answer": ok},
            {"id": "not-but-saved", "call": "GetMyOrg", "save": {"p": "org.id"},
             "answer": {"code": 0, "body": {"org": {"id": "${p}", "details": {"sequence": "7"}}}}},
            {"id": "uses", "call": "GetMyOrg", "org": "${p}", "answer": {"code": 0, "body": {}}},
            call("unknown", json!({"code": 2, "message": "m", "details": []})),
            {"id": "moved", "http": {"method": "GET", "path": "/"}, "answer": {"status": 301, "body": ""}},
            {"id": "broken", "http": {"method": "GET", "path": "/"}, "answer": {"status": 503, "body": ""}},
        ]));
        let ids: Vec<&str> = fixture.steps.iter().map(|s| s.id.as_str()).collect();
        assert_eq!((ids, fixture.from), (vec!["good", "not-but-saved", "uses"], Source::Recorded));
        assert_eq!(fixture.actors["v"], ["ROLE"]);
        assert!(fixture.actors["w"].is_empty() && fixture.actors["x"].is_empty());
        assert_eq!(fixture.steps[0].save["o"], "org.id");
        let kept = fixture.steps[1].answer.as_ref().unwrap();
        assert_eq!(kept["org"]["details"]["sequence"], "<sequence>");
    }

    #[test]
    fn refusals_are_cut_to_what_they_say() {
        let detail = json!({"@type": crate::outcome::ERROR_DETAIL, "id": "A-1", "message": "m"});
        let body = json!({"code": 12, "message": "Method Not Allowed"});
        let fixture = import(json!([
            call("standard", json!({"code": 5, "message": "m (A-1)", "details": [detail]})),
            call("decoder", json!({"code": 3, "message": "proto: x", "details": []})),
            {"id": "status", "http": {"method": "PUT", "path": "/x", "raw": "{"}, "as": "raw:Basic x",
             "answer": {"status": 405, "headers": {"allow": "GET"}, "body": body}},
        ]));
        let refused = |n: usize| fixture.steps[n].expected(Transport::Rest).refused.unwrap();
        assert_eq!(
            (refused(0).id.as_deref(), refused(0).message.as_deref()),
            (Some("A-1"), Some("m"))
        );
        assert_eq!(refused(1).decoder.as_deref(), Some("proto: x"));
        assert_eq!((refused(2).status, refused(2).headers["allow"].as_str()), (Some(405), "GET"));
        assert_eq!(fixture.steps[2].authorization.as_deref(), Some("Basic x"));
        assert!(fixture.steps[0].save.is_empty(), "nothing uses it");
    }

    #[test]
    fn what_is_not_served_is_named() {
        let recording = |rpc: &str| {
            let steps = json!([{"id": "a", "call": "GetMyOrg"}, {"id": "b", "call": rpc}]);
            let text = json!({"name": "r", "about": "a", "actors": {}, "steps": steps});
            serde_json::from_value::<Recording>(text).unwrap()
        };
        let catalogue = Catalogue::new().unwrap();
        assert_eq!(recording("GetUserByID").unserved(&catalogue), None);
        assert_eq!(recording("NoSuchRpc").unserved(&catalogue), Some("NoSuchRpc"));
    }

    #[test]
    fn folders_are_nouns() {
        assert_eq!(place("profile-phone-formats"), "users/phone/formats");
        assert_eq!(place("extras-metadata-keys"), "users/metadata/keys");
        assert_eq!(place("machine-add"), "users/machine/add");
    }
}
