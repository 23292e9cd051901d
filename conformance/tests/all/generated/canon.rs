//! What is compared of an answer: all but generated ids, times and secrets.

use std::collections::BTreeMap;

use conformance::compare::is_time;
use conformance::outcome::{Outcome, Reply};
use conformance::variables::Variables;
use serde_json::{Value, json};

/// Members whose values are random.
const SECRETS: [&str; 6] = ["clientSecret", "code", "keyDetails", "link", "token", "url"];

/// The fewest digits of an id; no time is shorter.
const ID: usize = 17;

/// The names of the values of a world.
pub struct Names(BTreeMap<String, String>);

impl Names {
    pub fn of(known: &Variables) -> Self {
        let mut names = Self(BTreeMap::new());
        known.all().for_each(|(name, value)| names.add(name, value));
        names
    }

    fn add(&mut self, name: &str, value: &Value) {
        let text = value.as_str().map(|text| (text.to_string(), format!("<{name}>")));
        self.0.extend(text);
    }

    /// One more value of this name, told apart from those before.
    pub fn learn(&mut self, name: &str, value: &Value) {
        self.add(&format!("{name}_{}", self.0.len()), value);
    }

    /// The answer with names in place of what each server makes its own.
    pub fn canonical(&self, outcome: &Outcome) -> Value {
        match &outcome.reply {
            Reply::Answer(body) => json!({ "answer": self.value("", body) }),
            Reply::Refused { code, message, details } => json!({
                "code": code, "message": self.text(message), "details": self.value("", &json!(details)),
            }),
            other => json!(format!("{other:?}")),
        }
    }

    fn value(&self, name: &str, value: &Value) -> Value {
        match value {
            Value::String(_) if SECRETS.contains(&name) => "<secret>".into(),
            Value::String(text) => self.text(text).into(),
            Value::Array(items) => items.iter().map(|item| self.value(name, item)).collect(),
            Value::Object(members) => members
                .iter()
                .map(|(name, value)| (name.clone(), self.value(name, value)))
                .collect(),
            other => other.clone(),
        }
    }

    fn text(&self, text: &str) -> String {
        if text.len() < ID {
            return text.into();
        }
        if is_time(text) {
            return "<time>".into();
        }
        let mut out = String::new();
        for piece in text.split_inclusive(|c: char| !c.is_ascii_digit()) {
            let digits = piece.trim_end_matches(|c: char| !c.is_ascii_digit());
            let id = digits.len() >= ID;
            out += if id { self.0.get(digits).map_or("<id>", String::as_str) } else { digits };
            out += &piece[digits.len()..];
        }
        out
    }
}
