//! Relations between values: `$.details.sequence > ${before}`.
//!
//! `$.path` is a member of the answer, anything else a text in which `${name}` is filled in.
//! Numbers and times are compared as such, whatever their form; texts only for equality.

use std::cmp::Ordering;

use prost_types::Timestamp;
use serde_json::Value;

use crate::compare::dig;
use crate::variables::Variables;

/// Two operands and what has to hold between them.
#[derive(Debug)]
pub struct Relation<'a> {
    left: &'a str,
    operator: &'a str,
    right: &'a str,
}

impl<'a> Relation<'a> {
    /// # Errors
    /// When the text is not `left operator right`, with blanks between them.
    pub fn parse(text: &'a str) -> Result<Self, String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        match *words.as_slice() {
            [left, operator @ ("<" | "<=" | ">" | ">=" | "==" | "!="), right] => {
                Ok(Self { left, operator, right })
            }
            _ => Err(format!("{text}: want two values and one of < <= > >= == != between them")),
        }
    }

    /// # Errors
    /// When it does not hold for the answer, or a value is missing.
    pub fn check(&self, answer: &Value, variables: &Variables) -> Result<(), String> {
        let value = |operand: &str| match operand.strip_prefix("$.") {
            None => variables.fill(operand),
            Some(path) => match dig(answer, path) {
                Some(Value::String(text)) => Ok(text.clone()),
                Some(value) => Ok(value.to_string()),
                None => Err(format!("nothing at {operand}")),
            },
        };
        let (left, right) = (value(self.left)?, value(self.right)?);
        let order = order(&left, &right);
        let holds = match self.operator {
            "<" => order == Some(Ordering::Less),
            "<=" => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            ">" => order == Some(Ordering::Greater),
            ">=" => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
            "==" => order == Some(Ordering::Equal) || left == right,
            _ => order != Some(Ordering::Equal) && left != right,
        };
        let Self { left: a, operator, right: b } = self;
        if holds { Ok(()) } else { Err(format!("{a} {operator} {b}: {left:?} and {right:?}")) }
    }
}

/// The order of two whole numbers or two times (RFC 3339).
fn order(left: &str, right: &str) -> Option<Ordering> {
    if let (Ok(left), Ok(right)) = (left.parse::<i128>(), right.parse::<i128>()) {
        return Some(left.cmp(&right));
    }
    let time = |text: &str| text.parse::<Timestamp>().map(|t| (t.seconds, t.nanos));
    Some(time(left).ok()?.cmp(&time(right).ok()?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(text: &str) -> Result<(), String> {
        let mut variables = Variables::default();
        variables.set("before", "9");
        let answer = json!({"n": "10", "i": 9, "t": "2026-01-01T00:00:00.5Z", "l": [{"x": "y"}]});
        Relation::parse(text)?.check(&answer, &variables)
    }

    #[test]
    fn numbers_times_and_texts_are_related_each_in_their_way() {
        for holds in [
            "$.n > ${before}",
            "$.i == ${before}",
            "$.i <= ${before}",
            "$.n != ${before}",
            "$.t > 2026-01-01T00:00:00Z",
            "$.t == 2026-01-01T00:00:00.500Z",
            "$.l.0.x == y",
            "$.l.0.x != z",
        ] {
            assert_eq!(check(holds), Ok(()), "{holds}");
        }
    }

    #[test]
    fn what_does_not_hold_is_said_with_its_values() {
        assert_eq!(check("$.n < ${before}").unwrap_err(), r#"$.n < ${before}: "10" and "9""#);
        for wrong in
            ["$.i > ${before}", "$.l.0.x > a", "$.n == ${before}", "$.t <= 2025-01-01T00:00:00Z"]
        {
            assert!(check(wrong).is_err(), "{wrong}");
        }
        assert_eq!(check("$.no == x").unwrap_err(), "nothing at $.no");
        assert!(check("$.n == ${nobody}").is_err() && check("$.n => 1").is_err());
    }
}
