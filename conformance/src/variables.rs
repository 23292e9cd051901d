//! `${…}` in fixtures.
//!
//! * `${name}`: a captured value, or one that the set-up gives: `run` (a word of this run),
//!   `org`, `admin_token`, `authority` (the server's host and port), and for an actor `NAME` (its
//!   user id) and `NAME_token`
//! * `${'text'*N}`: the text N times

use std::collections::BTreeMap;

use serde_json::Value;

/// The most bytes that `${'text'*N}` may make.
const LONGEST: usize = 64 << 20;

/// The values known so far.
#[derive(Clone, Debug, Default)]
pub struct Variables(BTreeMap<String, Value>);

impl Variables {
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.into(), value.into());
    }

    /// Every name with its value.
    pub fn all(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.0.iter()
    }

    /// # Errors
    /// When there is no such value.
    pub fn get(&self, name: &str) -> Result<&Value, String> {
        self.0.get(name).ok_or_else(|| format!("nothing was saved as {name}"))
    }

    /// The text with every `${…}` replaced.
    ///
    /// # Errors
    /// When a value is missing, or a repetition too long.
    pub fn fill(&self, text: &str) -> Result<String, String> {
        let mut out = String::with_capacity(text.len());
        for piece in pieces(text) {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Name(name) => match self.get(name)? {
                    Value::String(value) => out.push_str(value),
                    value => out.push_str(&value.to_string()),
                },
                Piece::Repeat(text, times) if text.len().saturating_mul(times) <= LONGEST => {
                    out.push_str(&text.repeat(times));
                }
                Piece::Repeat(..) => return Err(format!("longer than {LONGEST} bytes: {text}")),
            }
        }
        Ok(out)
    }

    /// The value with every text in it filled; a text that is one `${name}` becomes the value.
    ///
    /// # Errors
    /// As [`Self::fill`].
    pub fn fill_value(&self, value: &Value) -> Result<Value, String> {
        Ok(match value {
            Value::String(text) => match pieces(text).as_slice() {
                [Piece::Name(name)] => self.get(name)?.clone(),
                _ => self.fill(text)?.into(),
            },
            Value::Array(items) => {
                items.iter().map(|v| self.fill_value(v)).collect::<Result<_, _>>()?
            }
            Value::Object(members) => {
                let filled = members.iter().map(|(k, v)| Ok((self.fill(k)?, self.fill_value(v)?)));
                Value::Object(filled.collect::<Result<_, String>>()?)
            }
            other => other.clone(),
        })
    }
}

/// The text with each run of 40 characters or more that repeats up to eight of them written as
/// `${'text'*N}`.
pub fn shorten(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let (mut out, mut rest) = (String::new(), letters.as_slice());
    while let Some((first, behind)) = rest.split_first() {
        match (1..=8).find_map(|length| run(rest, length)) {
            Some((unit, times)) => {
                out.push_str(&format!("${{'{unit}'*{times}}}"));
                rest = rest.get(unit.chars().count() * times..).unwrap_or_default();
            }
            None => {
                out.push(*first);
                rest = behind;
            }
        }
    }
    out
}

/// The unit of this length with which the text begins and how often, where that is long.
fn run(text: &[char], length: usize) -> Option<(String, usize)> {
    let unit = text.get(..length)?;
    let times = text.chunks(length).take_while(|chunk| *chunk == unit).count();
    let quotable = !unit.contains(&'\'') && !unit.starts_with(&['$', '{']);
    (quotable && times * length >= 40).then(|| (unit.iter().collect(), times))
}

/// The names that a text uses.
pub fn names(text: &str) -> impl Iterator<Item = &str> {
    pieces(text).into_iter().filter_map(|piece| match piece {
        Piece::Name(name) => Some(name),
        _ => None,
    })
}

enum Piece<'a> {
    Text(&'a str),
    Name(&'a str),
    Repeat(&'a str, usize),
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let (mut out, mut plain, mut at) = (Vec::new(), 0, 0);
    while let Some(start) = text.get(at..).and_then(|rest| rest.find("${")).map(|n| at + n) {
        let inner = text.get(start + 2..).unwrap_or_default();
        let Some((piece, length)) = name(inner).or_else(|| repeat(inner)) else {
            at = start + 2;
            continue;
        };
        out.push(Piece::Text(text.get(plain..start).unwrap_or_default()));
        out.push(piece);
        (plain, at) = (start + 2 + length, start + 2 + length);
    }
    out.push(Piece::Text(text.get(plain..).unwrap_or_default()));
    out.retain(|piece| !matches!(piece, Piece::Text("")));
    out
}

fn name(inner: &str) -> Option<(Piece<'_>, usize)> {
    let (name, _) = inner.split_once('}')?;
    let word = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    word.then_some((Piece::Name(name), name.len() + 1))
}

fn repeat(inner: &str) -> Option<(Piece<'_>, usize)> {
    let (text, rest) = inner.strip_prefix('\'')?.split_once("'*")?;
    let (times, _) = rest.split_once('}')?;
    Some((Piece::Repeat(text, times.parse().ok()?), text.len() + times.len() + 4))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn variables() -> Variables {
        let mut variables = Variables::default();
        variables.set("u", "17");
        variables.set("list", json!(["a"]));
        variables
    }

    #[test]
    fn names_and_repetitions_are_filled() {
        let filled = variables().fill("a/${u}/${'{x}'*2}${'i'*3}$").unwrap();
        assert_eq!(filled, "a/17/{x}{x}iii$");
        assert_eq!(variables().fill("${ and ${}").unwrap(), "${ and ${}");
    }

    #[test]
    fn a_text_that_is_one_name_becomes_the_value() {
        let filled = variables().fill_value(&json!({"${u}": ["${list}", "${list}!"]})).unwrap();
        assert_eq!(filled, json!({"17": [["a"], "[\"a\"]!"]}));
    }

    #[test]
    fn what_is_shortened_is_filled_again() {
        let text = format!("a{}b{}", "{\"a\":".repeat(30), "ü".repeat(40));
        assert_eq!(shorten(&text), "a${'{\"a\":'*30}b${'ü'*40}");
        assert_eq!(variables().fill(&shorten(&text)).unwrap(), text);
        assert_eq!(shorten(&"x".repeat(39)), "x".repeat(39));
    }

    #[test]
    fn what_is_missing_or_endless_is_refused() {
        assert!(variables().fill("${nobody}").is_err());
        assert!(variables().fill("${'abcd'*99999999999}").is_err());
    }
}
