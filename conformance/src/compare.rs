//! Compares what was wanted with what was seen, member by member.
//!
//! A wanted text may be a mark, which stands for what differs from run to run. Within one play
//! equal marks stand for equal values and different marks for different ones:
//!
//! * `<t1>`, `<t2>`, …: times; `<id1>`, …: generated ids
//!
//! Marks without a number stand for any value of their kind: `<time>`, `<sequence>`, and every
//! other word (`<token>`, `<link>`) for a text that is not empty.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::Value;

/// So many items of a list are shown that nobody wanted.
const SHOWN: usize = 10;

/// One place where an answer is not what was wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// `answer.user.loginNames[0]`
    pub path: String,
    /// JSON; empty for nothing.
    pub want: String,
    pub got: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or_nothing = |text: &str| if text.is_empty() { "nothing" } else { text }.to_string();
        write!(f, "{}: want {}, got {}", self.path, or_nothing(&self.want), or_nothing(&self.got))
    }
}

/// What the marks of a play have stood for.
#[derive(Clone, Debug, Default)]
pub struct Marks(BTreeMap<String, String>);

impl Marks {
    /// Every difference between the two, in order.
    pub fn compare(&mut self, want: &Value, got: &Value) -> Vec<Difference> {
        let mut out = Vec::new();
        self.walk(String::new(), Some(want), Some(got), &mut out);
        out
    }

    fn walk(
        &mut self,
        path: String,
        want: Option<&Value>,
        got: Option<&Value>,
        out: &mut Vec<Difference>,
    ) {
        match (want, got) {
            (Some(Value::Object(wants)), Some(Value::Object(gots))) => {
                let names: BTreeSet<&String> = wants.keys().chain(gots.keys()).collect();
                for name in names {
                    let dot = if path.is_empty() { "" } else { "." };
                    let inner = format!("{path}{dot}{name}");
                    self.walk(inner, wants.get(name), gots.get(name), out);
                }
            }
            (Some(Value::Array(wants)), Some(Value::Array(gots))) => {
                for n in 0..wants.len().max(gots.len().min(wants.len() + SHOWN)) {
                    self.walk(format!("{path}[{n}]"), wants.get(n), gots.get(n), out);
                }
                if gots.len() > wants.len() + SHOWN {
                    let [want, got] = [wants, gots].map(|items| format!("{} items", items.len()));
                    out.push(Difference { path, want, got });
                }
            }
            (Some(Value::String(mark)), Some(got)) if is_mark(mark) => {
                if let Err(want) = self.agree(mark, got) {
                    out.push(Difference { path, want, got: shown(got) });
                }
            }
            (want, got) if want != got => {
                let [want, got] = [want, got].map(|value| value.map(shown).unwrap_or_default());
                out.push(Difference { path, want, got });
            }
            _ => {}
        }
    }

    /// Whether the mark can stand for the value; otherwise what it should have been.
    fn agree(&mut self, mark: &str, got: &Value) -> Result<(), String> {
        let word = mark.trim_matches(|c: char| !c.is_ascii_alphabetic());
        let value = got.as_str().unwrap_or_default();
        let fits = match word {
            "t" => is_time(value) && value.starts_with("20") && !value.starts_with("2099"),
            "time" => is_time(value),
            "id" => (17..=20).contains(&value.len()) && is_number(value),
            "sequence" => is_number(value),
            _ => !value.is_empty(),
        };
        if !fits {
            return Err(mark.into());
        }
        if !mark.contains(|c: char| c.is_ascii_digit()) {
            return Ok(());
        }
        if let Some(known) = self.0.get(mark) {
            return if known == value { Ok(()) } else { Err(format!("{mark} = {known:?}")) };
        }
        let same = self.0.iter().find(|(_, known)| *known == value).map(|(other, _)| other);
        if let Some(other) = same {
            return Err(format!("{mark}, another value than {other}"));
        }
        self.0.insert(mark.into(), value.into());
        Ok(())
    }
}

/// Whether a wanted text is a mark.
pub fn is_mark(text: &str) -> bool {
    let inner = text.strip_prefix('<').and_then(|text| text.strip_suffix('>'));
    let word = inner.map(|inner| inner.trim_end_matches(|c: char| c.is_ascii_digit()));
    word.is_some_and(|word| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphabetic()))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// A time as protobuf JSON writes it, in UTC.
pub fn is_time(text: &str) -> bool {
    let digits_as_zero = |c: char| if c.is_ascii_digit() { '0' } else { c };
    let form: String = text.chars().map(digits_as_zero).collect();
    let Some(rest) = form.strip_prefix("0000-00-00T00:00:00") else { return false };
    matches!(rest, "Z" | ".000Z" | ".000000Z" | ".000000000Z")
}

/// The value at a path of member names and list positions, `result.0.id`.
pub fn dig<'a>(body: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(body, |value, part| match value {
        Value::Array(items) => items.get(part.parse::<usize>().ok()?),
        value => value.get(part),
    })
}

/// JSON, cut where it is long.
pub fn shown(value: &Value) -> String {
    const LONGEST: usize = 300;
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn differences(want: Value, got: Value) -> Vec<String> {
        Marks::default().compare(&want, &got).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn each_difference_has_its_path() {
        let want = json!({"a": {"b": ["x", "y"]}, "c": 1});
        assert_eq!(differences(want.clone(), want.clone()), [""; 0]);
        let got = json!({"a": {"b": ["x"]}, "c": "1", "d": null});
        let expected = [
            r#"a.b[1]: want "y", got nothing"#,
            r#"c: want 1, got "1""#,
            "d: want nothing, got null",
        ];
        assert_eq!(differences(want, got), expected);
    }

    #[test]
    fn a_list_that_is_far_too_long_is_counted() {
        let found = differences(json!(["x"]), json!(vec!["x"; 1000]));
        assert_eq!((found.len(), &*found[10]), (11, ": want 1 items, got 1000 items"));
    }

    #[test]
    fn a_mark_keeps_its_value_and_no_other_mark_has_it() {
        let [a, b] = ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.001Z"];
        assert!(differences(json!(["<t1>", "<t1>", "<t2>"]), json!([a, a, b])).is_empty());
        assert_eq!(differences(json!(["<t1>", "<t1>"]), json!([a, b])).len(), 1);
        assert_eq!(differences(json!(["<t1>", "<t2>"]), json!([a, a])).len(), 1);
        assert_eq!(differences(json!(["<id1>", "<id1>"]), json!(["1", "1"])).len(), 2);
    }

    #[test]
    fn a_mark_is_of_its_kind() {
        for (mark, good, bad) in [
            ("<t1>", "2026-01-01T00:00:00.123456Z", "2026-01-01T00:00:00.12Z"),
            ("<t1>", "2026-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
            ("<time>", "0001-01-01T00:00:00Z", "2026-01-01T00:00:00+01:00"),
            ("<id1>", "312345678901234567", "nobody"),
            ("<sequence>", "17", ""),
            ("<token>", "x", ""),
        ] {
            assert!(differences(json!(mark), json!(good)).is_empty(), "{mark} {good}");
            assert_eq!(differences(json!(mark), json!(bad)).len(), 1, "{mark} {bad}");
        }
        assert_eq!(differences(json!("<token>"), json!(null)).len(), 1);
        assert_eq!(
            differences(json!({"a": "<t1>"}), json!({})),
            [r#"a: want "<t1>", got nothing"#]
        );
        assert_eq!(differences(json!("<>"), json!("x")).len(), 1);
    }
}
