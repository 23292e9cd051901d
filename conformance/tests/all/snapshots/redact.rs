//! What differs from run to run, replaced by names: equal values have equal names, different values
//! different ones. A redaction that replaces nothing is a mistake of who asked for it.

use std::collections::BTreeMap;

use conformance::compare::is_time;
use conformance::variables::Variables;
use serde_json::Value;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A value that the play knows by a name: `<org>`.
    Known,
    Time,
    /// A generated id that the play has no name for.
    Id,
    /// 256 random bits, as base64url.
    Token,
}

pub struct Redactor {
    /// Values and their names, the longest value first.
    known: Vec<(String, String)>,
    given: BTreeMap<String, String>,
    hits: BTreeMap<Kind, usize>,
}

impl Redactor {
    pub fn new(variables: &Variables) -> Self {
        let texts = variables.all().filter_map(|(name, value)| Some((value.as_str()?, name)));
        // What is short is no value of its own: a sequence, a time.
        let long = texts.filter(|(value, _)| value.len() >= 8 && !is_time(value));
        let mut known: Vec<(String, String)> =
            long.map(|(value, name)| (value.to_string(), format!("<{name}>"))).collect();
        known.sort_by_key(|(value, name)| (usize::MAX - value.len(), name.clone()));
        Self { known, given: BTreeMap::new(), hits: BTreeMap::new() }
    }

    pub fn value(&mut self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.text(text).into(),
            Value::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            Value::Object(members) => {
                members.iter().map(|(name, value)| (name.clone(), self.value(value))).collect()
            }
            other => other.clone(),
        }
    }

    fn text(&mut self, text: &str) -> String {
        let mut out = text.to_string();
        for (value, name) in &self.known {
            if out.contains(value) {
                *self.hits.entry(Kind::Known).or_default() += 1;
                out = out.replace(value, name);
            }
        }
        let digits = out.bytes().all(|b| b.is_ascii_digit());
        match () {
            () if is_time(&out) => self.named(Kind::Time, out),
            () if is_token(&out) => self.named(Kind::Token, out),
            () if digits && (17..=20).contains(&out.len()) => self.named(Kind::Id, out),
            () => out,
        }
    }

    fn named(&mut self, kind: Kind, value: String) -> String {
        let word = match kind {
            Kind::Time => "time",
            Kind::Id => "id",
            Kind::Token => "token",
            Kind::Known => "known",
        };
        *self.hits.entry(kind).or_default() += 1;
        let prefix = format!("<{word}");
        let number = self.given.values().filter(|name| name.starts_with(&prefix)).count() + 1;
        self.given.entry(value).or_insert_with(|| format!("{prefix}{number}>")).clone()
    }

    /// The kinds that replaced something.
    pub fn hits(&self) -> Vec<Kind> {
        self.hits.keys().copied().collect()
    }
}

fn is_token(text: &str) -> bool {
    let letter = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    text.len() == 43 && text.chars().all(letter)
}

#[test]
fn names_keep_identity_and_hits_are_told() {
    let mut variables = Variables::default();
    variables.set("run", "rabcdefg");
    variables.set("sequence", "2");
    let mut redactor = Redactor::new(&variables);
    let [a, b] = ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.001Z"];
    let value =
        serde_json::json!(["x-rabcdefg", a, b, a, "2", 2, {"rabcdefg": "212345678901234567"}]);
    let redacted = serde_json::json!(
        ["x-<run>", "<time1>", "<time2>", "<time1>", "2", 2, {"rabcdefg": "<id1>"}]);
    assert_eq!(redactor.value(&value), redacted);
    assert_eq!(redactor.hits(), [Kind::Known, Kind::Time, Kind::Id]);
    assert_eq!(Redactor::new(&variables).hits(), []);
}
