//! Writes YAML for people: what fits on a line on one line, the rest in blocks.

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;

const WIDTH: usize = 100;

/// JSON whose members keep their order.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Node {
    Map(IndexMap<String, Node>),
    List(Vec<Node>),
    Leaf(Value),
}

impl From<&str> for Node {
    fn from(text: &str) -> Self {
        Self::Leaf(text.into())
    }
}

impl Node {
    pub fn map<'a>(members: impl IntoIterator<Item = (&'a str, Node)>) -> Self {
        Self::Map(members.into_iter().map(|(name, node)| (name.to_string(), node)).collect())
    }

    pub fn to_value(&self) -> Value {
        match self {
            Self::Map(members) => members.iter().map(|(k, v)| (k.clone(), v.to_value())).collect(),
            Self::List(items) => items.iter().map(Self::to_value).collect(),
            Self::Leaf(value) => value.clone(),
        }
    }

    /// The same with every text, keys included, changed.
    pub fn map_text(self, change: &impl Fn(&str) -> String) -> Self {
        match self {
            Self::Map(members) => Self::Map(
                members.into_iter().map(|(k, v)| (change(&k), v.map_text(change))).collect(),
            ),
            Self::List(items) => {
                Self::List(items.into_iter().map(|v| v.map_text(change)).collect())
            }
            Self::Leaf(Value::String(text)) => Self::Leaf(change(&text).into()),
            leaf => leaf,
        }
    }
}

/// A document; the items of a list at its top are set apart by blank lines.
pub fn write(document: &IndexMap<String, Node>) -> String {
    let mut out = String::new();
    for (name, node) in document {
        match node {
            Node::List(items) => {
                let items = items.iter().map(|item| item_lines(item, 2));
                out += &format!("{}:\n{}", scalar(name), items.collect::<Vec<_>>().join("\n"));
            }
            node => out += &member(name, node, 0),
        }
    }
    out
}

/// `name: value`, indented, with the line's end.
fn member(name: &str, node: &Node, indent: usize) -> String {
    let head = format!("{}{}:", " ".repeat(indent), scalar(name));
    let line = format!("{head} {}\n", flow(node));
    if line.chars().count() <= WIDTH + 1 {
        return line;
    }
    match node {
        Node::Map(members) if !members.is_empty() => {
            let lines = members.iter().map(|(name, node)| member(name, node, indent + 2));
            format!("{head}\n{}", lines.collect::<String>())
        }
        Node::List(items) if !items.is_empty() => {
            let lines = items.iter().map(|item| item_lines(item, indent + 2));
            format!("{head}\n{}", lines.collect::<String>())
        }
        _ => line,
    }
}

/// An item of a list: a map in a block of its own, anything else on a line.
fn item_lines(item: &Node, indent: usize) -> String {
    let dash = format!("{}- ", " ".repeat(indent));
    match item {
        Node::Map(members) if !members.is_empty() => {
            let lines = members.iter().map(|(name, node)| member(name, node, indent + 2));
            let lines: String = lines.collect();
            format!("{dash}{}", lines.trim_start())
        }
        item => format!("{dash}{}\n", flow(item)),
    }
}

fn flow(node: &Node) -> String {
    match node {
        Node::Map(members) if members.is_empty() => "{}".into(),
        Node::Map(members) => {
            let pairs = members.iter().map(|(k, v)| format!("{}: {}", scalar(k), flow(v)));
            format!("{{ {} }}", pairs.collect::<Vec<_>>().join(", "))
        }
        Node::List(items) => {
            format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", "))
        }
        Node::Leaf(Value::String(text)) => scalar(text),
        Node::Leaf(value) => value.to_string(),
    }
}

/// A text, plain where no reader could take it for anything else, in single quotes where that
/// saves escapes.
fn scalar(text: &str) -> String {
    const WORDS: [&str; 12] =
        ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf", "infinity"];
    let plain = |c: char| c.is_ascii_alphanumeric() || " _./@()'-".contains(c);
    let simple = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && !text.ends_with(' ')
        && text.chars().all(plain)
        && !WORDS.contains(&text.to_ascii_lowercase().as_str());
    match simple {
        true => text.into(),
        false if text.contains(['"', '\\']) && text.chars().all(visible) => {
            format!("'{}'", text.replace('\'', "''"))
        }
        false => quoted(text),
    }
}

/// Whether a reader would see the character.
fn visible(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{a0}' | '\u{ad}' | '\u{2000}'..='\u{206f}' | '\u{3000}')
        && !matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff0}'..='\u{ffff}')
}

/// In double quotes, with an escape for every character that a reader would not see.
fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if visible(c) => out.push(c),
            c => out.push_str(&format!("\\U{:08x}", u32::from(c))),
        }
    }
    out + "\""
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn node(value: Value) -> IndexMap<String, Node> {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn what_is_written_is_read_back() {
        let odd = [
            "",
            "+41",
            "1",
            "~",
            "Yes",
            "null",
            "a: b",
            "a #b",
            " a",
            "a ",
            "- a",
            "ü\u{0}",
            "\u{2028}\u{feff}\u{85}\t\n\\\"",
            "<t1>",
            "${u}",
            "'a'",
            "a'b",
            "{\"a'\": 1}",
            "\\",
            "0x1",
            "1e3",
            ".5",
            "👍🏽",
        ];
        let value = json!({"a": odd, "steps": [{"b": odd, "+1": {"c": [{}, [], null, 1, true]}}]});
        let text = write(&node(value.clone()));
        assert_eq!(serde_saphyr::from_str::<Value>(&text).unwrap(), value, "{text}");
    }

    #[test]
    fn what_fits_stands_on_a_line() {
        let long = "x".repeat(90);
        let value = json!({"s": [{"a": {"b": [1, "x y"]}}, {"l": {"m": long, "k": 1}}]});
        let lines =
            format!("s:\n  - a: {{ b: [1, x y] }}\n\n  - l:\n      k: 1\n      m: {long}\n");
        assert_eq!(write(&node(value)), lines);
    }
}
