//! The grammar of a request body (RFC 8259), in one pass without recursion.

use super::text::quote;

/// How many arrays and objects may stand inside each other, the outermost counted.
const MAX_DEPTH: usize = 10_000;

/// Gives the first JSON value of `body`; what follows it does not matter. Nothing but white space
/// is no value.
///
/// # Errors
/// The text of the refusal, when the bytes up to the end of that value are no JSON. Strings are
/// not looked into: they may hold invalid UTF-8 and lone surrogates.
pub(super) fn first_value(body: &[u8]) -> Result<Option<&[u8]>, String> {
    let mut scan = Scan { body, at: 0, open: Vec::new() };
    if scan.next_character().is_none() {
        return Ok(None);
    }
    let start = scan.at;
    scan.value()?;
    Ok(body.get(start..scan.at))
}

#[derive(Clone, Copy, PartialEq)]
enum Container {
    Array,
    Object,
}

struct Scan<'a> {
    body: &'a [u8],
    at: usize,
    open: Vec<Container>,
}

impl Scan<'_> {
    fn peek(&self) -> Option<u8> {
        self.body.get(self.at).copied()
    }

    /// The next character that is no white space.
    fn next_character(&mut self) -> Option<u8> {
        self.skip(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
        self.peek()
    }

    fn skip(&mut self, wanted: impl Fn(u8) -> bool) {
        let rest = self.body.get(self.at..).unwrap_or_default();
        self.at += rest.iter().position(|byte| !wanted(*byte)).unwrap_or(rest.len());
    }

    /// The refusal of the character that comes next.
    fn refuse<T>(&self, because: &str) -> Result<T, String> {
        Err(match self.peek() {
            None => "unexpected EOF".to_owned(),
            Some(byte) => format!("invalid character {} {because}", quote(byte)),
        })
    }

    /// One value with everything in it.
    fn value(&mut self) -> Result<(), String> {
        loop {
            if !self.begin_value()? && !self.end_value()? {
                return Ok(());
            }
        }
    }

    /// Reads a scalar, or the start of a container; true when a value has to come next.
    fn begin_value(&mut self) -> Result<bool, String> {
        match self.next_character() {
            Some(b'{') => {
                self.open(Container::Object)?;
                self.first_item(b'}')
            }
            Some(b'[') => {
                self.open(Container::Array)?;
                self.first_item(b']')
            }
            Some(b'"') => self.string().map(|()| false),
            Some(b'-' | b'0'..=b'9') => self.number().map(|()| false),
            Some(b't') => self.literal("true").map(|()| false),
            Some(b'f') => self.literal("false").map(|()| false),
            Some(b'n') => self.literal("null").map(|()| false),
            _ => self.refuse("looking for beginning of value"),
        }
    }

    fn open(&mut self, container: Container) -> Result<(), String> {
        if self.open.len() == MAX_DEPTH {
            return self.refuse("exceeded max depth");
        }
        self.open.push(container);
        self.at += 1;
        Ok(())
    }

    /// After an opening bracket: true when a value has to come next, false after an empty one.
    fn first_item(&mut self, closing: u8) -> Result<bool, String> {
        if self.next_character() == Some(closing) {
            self.at += 1;
            self.open.pop();
            return Ok(false);
        }
        if closing == b'}' {
            self.key()?;
        }
        Ok(true)
    }

    /// After a value: closes what ends here; true when another value has to come next.
    fn end_value(&mut self) -> Result<bool, String> {
        while let Some(container) = self.open.last().copied() {
            let (closing, because) = match container {
                Container::Array => (b']', "after array element"),
                Container::Object => (b'}', "after object key:value pair"),
            };
            match self.next_character() {
                Some(b',') => {
                    self.at += 1;
                    if container == Container::Object {
                        self.key()?;
                    }
                    return Ok(true);
                }
                Some(byte) if byte == closing => self.at += 1,
                _ => return self.refuse(because),
            }
            self.open.pop();
        }
        Ok(false)
    }

    /// A member's name and its colon.
    fn key(&mut self) -> Result<(), String> {
        if self.next_character() != Some(b'"') {
            return self.refuse("looking for beginning of object key string");
        }
        self.string()?;
        if self.next_character() != Some(b':') {
            return self.refuse("after object key");
        }
        self.at += 1;
        Ok(())
    }

    fn string(&mut self) -> Result<(), String> {
        self.at += 1;
        loop {
            self.skip(|byte| byte >= b' ' && byte != b'"' && byte != b'\\');
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => self.escape()?,
                _ => return self.refuse("in string literal"),
            }
        }
        self.at += 1;
        Ok(())
    }

    fn escape(&mut self) -> Result<(), String> {
        self.at += 1;
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 1,
            Some(b'u') => {
                self.at += 1;
                for _ in 0..4 {
                    if !self.peek().is_some_and(|byte| byte.is_ascii_hexdigit()) {
                        return self.refuse(r"in \u hexadecimal character escape");
                    }
                    self.at += 1;
                }
            }
            _ => return self.refuse("in string escape code"),
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), String> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits("in numeric literal")?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits("after decimal point in numeric literal")?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits("in exponent of numeric literal")?;
        }
        Ok(())
    }

    /// One digit or more.
    fn digits(&mut self, because: &str) -> Result<(), String> {
        if !self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return self.refuse(because);
        }
        self.skip(|byte| byte.is_ascii_digit());
        Ok(())
    }

    fn literal(&mut self, word: &str) -> Result<(), String> {
        for wanted in word.bytes() {
            if self.peek() != Some(wanted) {
                let wanted = char::from(wanted);
                return self.refuse(&format!("in literal {word} (expecting '{wanted}')"));
            }
            self.at += 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::first_value;

    fn value(body: &str) -> Result<Option<&str>, String> {
        first_value(body.as_bytes()).map(|value| value.map(|v| std::str::from_utf8(v).unwrap()))
    }

    #[test]
    fn the_first_value_ends_where_it_ends() {
        for (body, wanted) in [
            ("", None),
            (" \n\t\r\n ", None),
            (" {} ", Some("{}")),
            (r#"{"a":[1,{"b":null}]} garbage"#, Some(r#"{"a":[1,{"b":null}]}"#)),
            ("{}{}", Some("{}")),
            ("[]]", Some("[]")),
            ("-1.5e+3x", Some("-1.5e+3")),
            ("null,", Some("null")),
            (r#""\"\\\u0000" x"#, Some(r#""\"\\\u0000""#)),
        ] {
            assert_eq!(value(body), Ok(wanted), "{body}");
        }
    }

    #[test]
    fn what_is_no_json_is_refused_with_the_place_in_the_grammar() {
        for (body, wanted) in [
            ("{", "unexpected EOF"),
            (r#"{"a":tru"#, "unexpected EOF"),
            (r#"{"a":"+41"#, "unexpected EOF"),
            ("-", "unexpected EOF"),
            ("hello", "invalid character 'h' looking for beginning of value"),
            ("\u{b}{}", "invalid character '\\v' looking for beginning of value"),
            ("\u{feff}{}", "invalid character 'ï' looking for beginning of value"),
            ("{'a':1}", "invalid character '\\'' looking for beginning of object key string"),
            (r#"{"a":1,}"#, "invalid character '}' looking for beginning of object key string"),
            (r#"{"a" 1}"#, "invalid character '1' after object key"),
            (r#"{"a":01}"#, "invalid character '1' after object key:value pair"),
            ("[1 2]", "invalid character '2' after array element"),
            ("[1,]", "invalid character ']' looking for beginning of value"),
            ("[1}", "invalid character '}' after array element"),
            ("{\"a\":\"\t\"}", "invalid character '\\t' in string literal"),
            (r#"{"a":"\x41"}"#, "invalid character 'x' in string escape code"),
            (r#"["\u12"]"#, "invalid character '\"' in \\u hexadecimal character escape"),
            ("[tru]", "invalid character ']' in literal true (expecting 'e')"),
            ("[-a]", "invalid character 'a' in numeric literal"),
            ("[1.]", "invalid character ']' after decimal point in numeric literal"),
            ("[1e]", "invalid character ']' in exponent of numeric literal"),
        ] {
            assert_eq!(value(body), Err(wanted.to_owned()), "{body}");
        }
    }

    #[test]
    fn the_depth_is_limited() {
        let nested = |depth| "[".repeat(depth) + &"]".repeat(depth);
        assert_eq!(value(&nested(10_000)), Ok(Some(nested(10_000).as_str())));
        let refusal = Err("invalid character '[' exceeded max depth".to_owned());
        assert_eq!(value(&nested(10_001)), refusal);
        assert_eq!(value(&"[".repeat(1_000_000)), refusal);
    }
}
