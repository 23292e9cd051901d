//! Tokens, strings and positions in a text that is known to be JSON.

use std::borrow::Cow;

pub(super) const WHITE_SPACE: [char; 4] = [' ', '\t', '\n', '\r'];

/// A token as it was written, and where it starts.
#[derive(Clone, Copy, Default)]
pub(super) struct Token<'a> {
    pub(super) raw: &'a str,
    pub(super) at: usize,
}

/// The first token at `at` or behind it; empty at the end. A string that the text cuts off is the
/// rest of it.
pub(super) fn token(text: &str, at: usize) -> Token<'_> {
    let rest = text.get(at..).unwrap_or_default();
    let rest = rest.trim_start_matches(WHITE_SPACE);
    Token { raw: rest.get(..length(rest)).unwrap_or_default(), at: text.len() - rest.len() }
}

fn length(rest: &str) -> usize {
    let end = match rest.as_bytes().first() {
        Some(b'"') => return string_length(rest),
        Some(b'{' | b'}' | b'[' | b']' | b',' | b':') => return 1,
        _ => rest.find([',', '}', ']', ' ', '\t', '\n', '\r']),
    };
    end.unwrap_or(rest.len())
}

fn string_length(rest: &str) -> usize {
    let mut bytes = rest.bytes().enumerate().skip(1);
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' => return at + 1,
            b'\\' => drop(bytes.next()),
            _ => {}
        }
    }
    rest.len()
}

/// Checks what the grammar leaves open: the bytes are UTF-8, and surrogate escapes come in pairs.
///
/// # Errors
/// The text of the refusal. It names the string, and for a surrogate quotes the six bytes that
/// should have been its other half; when fewer are left, it is an unexpected end.
pub(super) fn checked(value: &[u8]) -> Result<&str, String> {
    let text = std::str::from_utf8(value).map_err(|error| {
        let valid = value.get(..error.valid_up_to()).unwrap_or_default();
        let start = last_token(&String::from_utf8_lossy(valid));
        format!("proto: syntax error ({start}): invalid UTF-8 in string")
    })?;
    let mut rest = text;
    while let Some((_, escape)) = rest.split_once('\\') {
        let (_, length) = unescape(escape).ok_or_else(|| lone_surrogate(text, escape))?;
        rest = escape.get(length..).unwrap_or_default();
    }
    Ok(text)
}

fn lone_surrogate(text: &str, escape: &str) -> String {
    let before = text.get(..text.len() - escape.len()).unwrap_or_default();
    let start = last_token(before);
    match escape.as_bytes().get(5..11) {
        None => "proto: unexpected EOF".to_owned(),
        Some(next) => {
            let next = String::from_utf8_lossy(next);
            format!("proto: syntax error ({start}): invalid escape code {next:?} in string")
        }
    }
}

/// The position of the last token of a text.
fn last_token(text: &str) -> String {
    let mut last = token(text, 0);
    loop {
        let next = token(text, last.at + last.raw.len());
        if next.raw.is_empty() {
            return position(text, last.at);
        }
        last = next;
    }
}

/// Line and column of a byte, from 1; columns count characters.
pub(super) fn position(text: &str, at: usize) -> String {
    let before = text.get(..at).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("line {line}:{column}")
}

/// The value of a string token.
pub(super) fn unquote(raw: &str) -> Cow<'_, str> {
    let inner = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')).unwrap_or(raw);
    let Some((mut plain, mut escape)) = inner.split_once('\\') else {
        return Cow::Borrowed(inner);
    };
    let mut value = String::with_capacity(inner.len());
    loop {
        value.push_str(plain);
        let (character, length) = unescape(escape).unwrap_or((char::REPLACEMENT_CHARACTER, 1));
        value.push(character);
        let rest = escape.get(length..).unwrap_or_default();
        match rest.split_once('\\') {
            Some(next) => (plain, escape) = next,
            None => return Cow::Owned(value + rest),
        }
    }
}

/// What an escape means, from the text behind its backslash, and how much of that it takes. None:
/// a surrogate without its other half.
fn unescape(escape: &str) -> Option<(char, usize)> {
    let first = escape.chars().next()?;
    let character = match first {
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => return unicode_escape(escape),
        same => same,
    };
    Some((character, first.len_utf8()))
}

fn unicode_escape(escape: &str) -> Option<(char, usize)> {
    let unit = |at| u16::from_str_radix(escape.get(at..at + 4)?, 16).ok();
    let first = unit(1)?;
    if let Some(character) = char::from_u32(first.into()) {
        return Some((character, 5));
    }
    escape.get(5..)?.strip_prefix("\\u")?;
    let pair = char::decode_utf16([first, unit(7)?]).next()?.ok()?;
    Some((pair, 11))
}

/// A byte between single quotes, control characters and what is no ASCII by their code point.
pub(super) fn quote(byte: u8) -> String {
    let character = char::from(byte);
    match byte {
        b'"' => "'\"'".to_owned(),
        7 => r"'\a'".to_owned(),
        8 => r"'\b'".to_owned(),
        11 => r"'\v'".to_owned(),
        12 => r"'\f'".to_owned(),
        b'\t' | b'\n' | b'\r' | b'\'' | b'\\' => format!("'{}'", character.escape_default()),
        0..b' ' | 127 => format!("'\\x{byte:02x}'"),
        128..=160 | 173 => format!("'\\u{byte:04x}'"),
        _ => format!("'{character}'"),
    }
}

#[cfg(test)]
mod tests {
    use super::{checked, position, quote, unquote};

    #[test]
    fn strings_are_unescaped() {
        for (raw, wanted) in [
            (r#""""#, ""),
            (r#""plain ä""#, "plain ä"),
            (r#""\u002b41\u0000""#, "+41\0"),
            (r#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
            (r#""a\ud83d\ude00b""#, "a😀b"),
            (r#""\\ud83d""#, r"\ud83d"),
        ] {
            assert_eq!(unquote(raw), wanted, "{raw}");
        }
    }

    #[test]
    fn lone_surrogates_are_refused() {
        let invalid = |place: &str, next: &str| {
            Err(format!("proto: syntax error ({place}): invalid escape code {next:?} in string"))
        };
        let cut = || Err("proto: unexpected EOF".to_owned());
        for (text, wanted) in [
            (r#"{"a":"\ud83d\ude00"}"#, Ok(())),
            (r#"{"a":"\\ud83d"}"#, Ok(())),
            (r#"{"phone":"+41\ud83d"}"#, cut()),
            (r#"{"phone":"+41\ude00"}"#, cut()),
            (r#"{"phone":"+41\ude00\ud83d"}"#, invalid("line 1:10", r"\ud83d")),
            (r#"{"other":"\ud83d","phone":""}"#, invalid("line 1:10", r#"","pho"#)),
            ("{\n \"\\ud83d\\n12345\":1}", invalid("line 2:2", r"\n1234")),
        ] {
            assert_eq!(checked(text.as_bytes()).map(drop), wanted, "{text}");
        }
    }

    #[test]
    fn invalid_utf8_is_refused_at_its_string() {
        for (body, wanted) in [
            (&b"{\"phone\":\"+41\xff\xfe\"}"[..], "1:10"),
            (b"{\"x\":\"\xc3\x28\",\"phone\":1}", "1:6"),
            (b"{\"\xff\":1}", "1:2"),
        ] {
            let text = format!("proto: syntax error (line {wanted}): invalid UTF-8 in string");
            assert_eq!(checked(body), Err(text));
        }
    }

    #[test]
    fn positions_count_lines_and_characters() {
        assert_eq!(position("{}", 0), "line 1:1");
        assert_eq!(position("{\n \"ä\": 1}", 8), "line 2:6");
    }

    #[test]
    fn bytes_are_quoted() {
        for (byte, wanted) in [
            (b'x', "'x'"),
            (b'"', "'\"'"),
            (b'\'', r"'\''"),
            (b'\\', r"'\\'"),
            (0, r"'\x00'"),
            (0x7f, r"'\x7f'"),
            (0x0b, r"'\v'"),
            (b'\n', r"'\n'"),
            (0xa0, r"'\u00a0'"),
            (0xef, "'ï'"),
        ] {
            assert_eq!(quote(byte), wanted);
        }
    }
}
