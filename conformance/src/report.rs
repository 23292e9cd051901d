//! The verdicts of a run as text, JUnit XML or JSON.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::{Value, json};

use crate::play::Verdict;

/// How many plays passed, failed and were skipped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub passed: usize,
    pub failed: usize,
    pub skipped: usize,
}

impl Totals {
    pub fn of(verdicts: &[Verdict], skipped: usize) -> Self {
        let passed = verdicts.iter().filter(|verdict| verdict.passed()).count();
        Self { passed, failed: verdicts.len() - passed, skipped }
    }

    /// The last line of a run.
    pub fn line(self) -> String {
        let Self { passed, failed, skipped } = self;
        format!("conformance: {passed} passed, {failed} failed, {skipped} skipped")
    }
}

/// What failed, what the server and its document should say and do not, and what was left on it,
/// for a terminal.
pub fn text(verdicts: &[Verdict], of_document: &[String]) -> String {
    let mut out = String::new();
    for verdict in verdicts.iter().filter(|verdict| !verdict.passed()) {
        out += &format!("FAILED {} [{}]\n", verdict.fixture, verdict.transport);
        for line in verdict.lines() {
            out += &format!("  {line}\n");
        }
    }
    let mut advice: BTreeMap<&String, BTreeSet<String>> = BTreeMap::new();
    for verdict in verdicts {
        for text in &verdict.advice {
            advice.entry(text).or_default().insert(verdict.transport.to_string());
        }
    }
    let transports = |on: &BTreeSet<String>| on.iter().cloned().collect::<Vec<_>>().join(", ");
    out.extend(advice.iter().map(|(text, on)| format!("advice: {text} [{}]\n", transports(on))));
    out.extend(of_document.iter().map(|text| format!("advice: {text}\n")));
    match verdicts.iter().map(|verdict| verdict.left.len()).sum() {
        0 => out,
        left => out + &format!("left on the server, which removes none: {left} organisations\n"),
    }
}

/// A suite for each transport, a case for each fixture.
pub fn junit(verdicts: &[Verdict]) -> String {
    let totals = Totals::of(verdicts, 0);
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let (tests, failures) = (verdicts.len(), totals.failed);
    let _ =
        writeln!(out, r#"<testsuite name="conformance" tests="{tests}" failures="{failures}">"#);
    for verdict in verdicts {
        let (name, seconds) = (escape(&verdict.fixture), verdict.took.as_secs_f64());
        let transport = verdict.transport;
        let _ =
            write!(out, r#"  <testcase classname="{transport}" name="{name}" time="{seconds:.3}""#);
        let lines = verdict.lines();
        if lines.is_empty() {
            out += "/>\n";
        } else {
            let why = escape(&lines.join("\n"));
            let _ = writeln!(out, ">\n    <failure>{why}</failure>\n  </testcase>");
        }
    }
    out + "</testsuite>\n"
}

/// The same as one object.
pub fn json(verdicts: &[Verdict], totals: Totals, of_document: &[String]) -> Value {
    let plays = verdicts.iter().map(|verdict| {
        json!({
            "fixture": verdict.fixture,
            "transport": verdict.transport,
            "passed": verdict.passed(),
            "milliseconds": u64::try_from(verdict.took.as_millis()).unwrap_or(u64::MAX),
            "failures": verdict.lines(),
            "advice": verdict.advice,
            "left": verdict.left,
        })
    });
    let Totals { passed, failed, skipped } = totals;
    let plays: Vec<Value> = plays.collect();
    json!({
        "passed": passed,
        "failed": failed,
        "skipped": skipped,
        "plays": plays,
        "document": of_document,
    })
}

/// Text for XML 1.0, which has no place for most control characters.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c if c.is_control() && !matches!(c, '\n' | '\t') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::fixture::Transport;
    use crate::play::Failure;

    fn verdicts() -> Vec<Verdict> {
        let why = vec!["a: want <b>, got \u{1}".into()];
        let failure = Failure { line: 7, step: "s".into(), call: "Get".into(), why };
        let verdict = |fixture: &str, failures| Verdict {
            fixture: fixture.into(),
            transport: Transport::GrpcWeb,
            took: Duration::from_millis(5),
            result: Ok(failures),
            advice: ["a header".into()].into(),
            left: vec!["1".into()],
            kept: Default::default(),
        };
        vec![verdict("good", vec![]), verdict("bad", vec![failure])]
    }

    #[test]
    fn every_form_names_what_failed() {
        let verdicts = verdicts();
        let totals = Totals::of(&verdicts, 3);
        assert_eq!(totals.line(), "conformance: 1 passed, 1 failed, 3 skipped");
        let shown = "FAILED bad [grpc_web]\n  line 7, step s, Get:\n    a: want <b>, got \u{1}\n\
                     advice: a header [grpc_web]\n\
                     advice: a flag\n\
                     left on the server, which removes none: 2 organisations\n";
        let of_document = ["a flag".to_string()];
        assert_eq!(text(&verdicts, &of_document), shown);
        let xml = junit(&verdicts);
        assert!(xml.contains(r#"tests="2" failures="1""#), "{xml}");
        assert!(xml.contains("  a: want &lt;b&gt;, got \u{fffd}</failure>"), "{xml}");
        let json = json(&verdicts, totals, &of_document);
        assert_eq!(json["plays"][1]["failures"][1], "  a: want <b>, got \u{1}");
        assert_eq!(json["document"][0], "a flag");
        assert_eq!((&json["plays"][0]["left"][0], &json["failed"]), (&json!("1"), &json!(1)));
    }
}
