//! Encoded words of display names (RFC 2047), as far as it matters whether they say something.

/// A word of a display name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    Plain {
        empty: bool,
    },
    Encoded {
        empty: bool,
    },
    /// Encoded in a character set that nobody here can read.
    Unreadable,
}

/// Sorts a word; what is not properly encoded is plain.
pub fn decode(word: &str) -> Word {
    let plain = Word::Plain { empty: word.is_empty() };
    let Some(inner) = word.strip_prefix("=?").and_then(|rest| rest.strip_suffix("?=")) else {
        return plain;
    };
    let parts: Vec<_> = inner.split('?').collect();
    let [charset, encoding, text] = parts[..] else { return plain };
    let decodes = match encoding {
        "q" | "Q" => is_quoted_printable(text),
        "b" | "B" => is_base64(text),
        _ => false,
    };
    if !decodes || charset.is_empty() {
        plain
    } else if CHARSETS.iter().any(|known| known.eq_ignore_ascii_case(charset)) {
        Word::Encoded { empty: text.is_empty() }
    } else {
        Word::Unreadable
    }
}

const CHARSETS: [&str; 3] = ["utf-8", "iso-8859-1", "us-ascii"];

/// Printable ASCII, with `=` before two hexadecimal digits only.
fn is_quoted_printable(text: &str) -> bool {
    let mut parts = text.split('=');
    let printable =
        |part: &str| part.bytes().all(|b| matches!(b, b' '..=b'~' | b'\n' | b'\r' | b'\t'));
    let hex =
        |part: &str| part.get(..2).is_some_and(|two| two.bytes().all(|b| b.is_ascii_hexdigit()));
    parts.next().is_none_or(printable) && parts.all(|part| hex(part) && printable(part))
}

/// Base64 with padding (RFC 4648 section 4).
fn is_base64(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    let alphabet = |b: u8| b.is_ascii_alphanumeric() || b == b'+' || b == b'/';
    text.len().is_multiple_of(4) && text.len() - digits.len() <= 2 && digits.bytes().all(alphabet)
}
