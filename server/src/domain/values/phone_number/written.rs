//! Numbers as they are written: what of it is dialled, and the digits of that.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use super::PLUS;

/// Fewer letters than this are slips of the pen, from here on they are keys of a telephone.
const VANITY_LETTERS: usize = 3;

/// The number to dial, without an extension; `None` if the text cannot be one.
pub fn number(input: &str) -> Option<Cow<'_, str>> {
    let patterns = PATTERNS.as_ref().ok()?;
    let number = dialled_part(input)?;
    if !patterns.viable.is_match(&number) {
        return None;
    }
    let end = patterns.extension.find(&number).map(|extension| extension.start());
    match end.and_then(|end| number.get(..end)).filter(|rest| patterns.viable.is_match(rest)) {
        Some(rest) => Some(Cow::Owned(rest.to_owned())),
        None => Some(number),
    }
}

/// The digits of a number: those of a vanity number from its letters, of others without them.
pub fn digits(number: &str) -> Option<String> {
    let letters = |line: &str| line.chars().filter(char::is_ascii_alphabetic).count();
    if number.split('\n').any(|line| letters(line) >= VANITY_LETTERS) {
        return Some(number.chars().filter_map(key).collect());
    }
    let digits = PATTERNS.as_ref().ok()?.no_digit.replace_all(number, "");
    Some(digits.chars().map(ascii_digit).collect())
}

static PATTERNS: LazyLock<Result<Patterns, regex::Error>> = LazyLock::new(Patterns::new);

struct Patterns {
    viable: Regex,
    extension: Regex,
    no_digit: Regex,
}

impl Patterns {
    fn new() -> Result<Self, regex::Error> {
        Ok(Self {
            viable: Regex::new(VIABLE)?,
            extension: Regex::new(EXTENSION)?,
            no_digit: Regex::new(r"\P{Nd}")?,
        })
    }
}

/// Two digits side by side, or three with nothing but punctuation between them.
const VIABLE: &str = r"(?x) \p{Nd}{2} | \p{Nd} (?: [
    \ x*./~()\[\]\-
    \u{a0}\u{ad}\u{200b}\u{2010}-\u{2015}\u{2053}\u{2060}\u{2212}\u{223c}\u{3000}\u{30fc}
    \u{ff08}\u{ff09}\u{ff0d}-\u{ff0f}\u{ff3b}\u{ff3d}\u{ff5e}
    ]* \p{Nd} ){2}";

/// An extension at the end: RFC 3966, a word or sign with 1 to 7 digits, or `- 123#`.
const EXTENSION: &str = r"(?x) (?:
    ;ext= \p{Nd}{1,7}
    | [\ \u{a0}\t,]*
      (?: e?xt (?: ensi (?: o\u{301}? | ó ) )? n? | ｅ?ｘｔｎ? | [,xｘ\#＃~～] | int | ｉｎｔ | anexo )
      [:.．]? [\ \u{a0}\t,-]* \p{Nd}{1,7} \#?
    | [-\ ]+ \p{Nd}{1,5} \#
    ) $";

/// The text that is dialled: RFC 3966 parameters resolved, text before and a second number cut.
fn dialled_part(input: &str) -> Option<Cow<'_, str>> {
    let number = match input.split_once(";phone-context=") {
        Some((number, context)) if !number.is_empty() => Cow::Owned(with_context(number, context)?),
        _ => Cow::Borrowed(possible_number(input)),
    };
    Some(match number.find(";isub=") {
        Some(end) if end > 0 => Cow::Owned(number.get(..end)?.to_owned()),
        _ => number,
    })
}

/// Puts a context that is a number in front. Parameters after such a context are not read.
fn with_context(number: &str, context: &str) -> Option<String> {
    let number = number.split_once("tel:").map_or(number, |(_, number)| number);
    let prefix = if context.starts_with('+') { context } else { "" };
    let readable = !context.is_empty() && !prefix.contains(';');
    readable.then(|| format!("{prefix}{number}"))
}

/// Everything from the first plus or digit on, without a second number (`/x302`).
fn possible_number(input: &str) -> &str {
    let start = input.find(|c: char| PLUS.contains(&c) || c.is_numeric()).unwrap_or(input.len());
    let number = input.get(start..).unwrap_or_default();
    let second = number.match_indices(['/', '\\']).find(|(at, _)| {
        number.get(at + 1..).is_some_and(|rest| rest.trim_start_matches(' ').starts_with('x'))
    });
    second.and_then(|(at, _)| number.get(..at)).unwrap_or(number)
}

/// The digit of the key that bears a letter (ITU-T E.161); digits, `+` and `*` stay.
fn key(c: char) -> Option<char> {
    const KEYS: [&str; 8] = ["ABC", "DEF", "GHI", "JKL", "MNO", "PQRS", "TUV", "WXYZ"];
    if c.is_ascii_digit() || c == '+' || c == '*' {
        return Some(c);
    }
    let mut upper = c.to_uppercase();
    let letter = upper.next().filter(|_| upper.next().is_none())?;
    let key = ('2'..='9').zip(KEYS).find(|(_, letters)| letters.contains(letter));
    key.map(|(digit, _)| digit)
}

/// Full-width, Arabic-Indic and Persian digits as ASCII; digits of other scripts stay.
fn ascii_digit(c: char) -> char {
    let zero = match c {
        '０'..='９' => '０',
        '٠'..='٩' => '٠',
        '۰'..='۹' => '۰',
        _ => return c,
    };
    char::from_digit(u32::from(c) - u32::from(zero), 10).unwrap_or(c)
}
