//! The head of an HTTP/1 request before hyper sees it: what is refused, with the words of the
//! reference (`fixtures/wire/http1.yaml`), and what is rewritten so that hyper understands it.

use std::borrow::Cow;
use std::fmt;

/// More than this many fields are refused, as hyper would.
const MAX_FIELDS: usize = 100;

/// How the body behind a head is framed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    Length(u64),
    Chunked,
}

/// An answer without an endpoint: plain text, after which the connection closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub status: &'static str,
    pub text: &'static str,
}

impl Refusal {
    const fn of(status: &'static str) -> Self {
        Self { status, text: status }
    }
}

/// The refusal as it is sent.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, text } = self;
        let length = text.len();
        write!(f, "HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\n")?;
        write!(f, "Connection: close\r\nContent-Length: {length}\r\n\r\n{text}")
    }
}

const BAD: Refusal = Refusal::of("400 Bad Request");
const BAD_NAME: Refusal = Refusal::of("400 Bad Request: invalid header name");
const BAD_HOST: Refusal = Refusal::of("400 Bad Request: malformed Host header");
const NO_HOST: Refusal = Refusal::of("400 Bad Request: missing required Host header");
const BAD_VERSION: Refusal =
    Refusal::of("505 HTTP Version Not Supported: unsupported protocol version");
const BAD_CODING: Refusal =
    Refusal { status: "501 Not Implemented", text: "Unsupported transfer encoding" };
pub const TOO_LARGE: Refusal = Refusal::of("431 Request Header Fields Too Large");

/// A head that may be passed on.
#[derive(Debug, PartialEq, Eq)]
pub struct Screened {
    pub framing: Framing,
    /// The request line that hyper reads as meant, and the length of the one that it replaces.
    pub line: Option<(Vec<u8>, usize)>,
}

/// Judges a head: the request line, the fields and the empty line behind them.
/// Folded lines are refused (RFC 9112 §5.2), and so is a transfer coding in HTTP/1.0 (§6.1).
pub fn screen(head: &[u8]) -> Result<Screened, Refusal> {
    let end = head.iter().position(|byte| *byte == b'\n').ok_or(BAD)?;
    let (line, fields) = head.split_at(end + 1);
    let line = line.strip_suffix(b"\r\n").or(line.strip_suffix(b"\n")).unwrap_or(line);
    let (version, replaced) = request_line(line)?;
    let framing = framing(fields, version)?;
    Ok(Screened { framing, line: replaced.map(|new| (new, line.len())) })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    Http10,
    Http11,
}

/// The version, and the line in the form that hyper reads if it is not yet.
fn request_line(line: &[u8]) -> Result<(Version, Option<Vec<u8>>), Refusal> {
    let mut parts = line.splitn(3, |byte| *byte == b' ');
    let (Some(method), Some(raw), Some(protocol)) = (parts.next(), parts.next(), parts.next())
    else {
        return Err(BAD);
    };
    if method.is_empty() || !method.iter().all(|byte| is_token(*byte)) {
        return Err(BAD);
    }
    let target = target(raw)?;
    let (version, known) = version(protocol)?;
    let replaced = match (target, known) {
        (Cow::Borrowed(_), true) => None,
        (target, _) => Some([method, b" ", &target, b" ", version.name()].concat()),
    };
    Ok((version, replaced))
}

impl Version {
    fn name(self) -> &'static [u8] {
        match self {
            Self::Http10 => b"HTTP/1.0",
            Self::Http11 => b"HTTP/1.1",
        }
    }
}

/// The version to answer with, and whether hyper knows it: a later 1.x is spoken to as 1.1.
fn version(protocol: &[u8]) -> Result<(Version, bool), Refusal> {
    match protocol {
        b"HTTP/1.1" => Ok((Version::Http11, true)),
        b"HTTP/1.0" => Ok((Version::Http10, true)),
        [b'H', b'T', b'T', b'P', b'/', b'1', b'.', b'2'..=b'9'] => Ok((Version::Http11, false)),
        [b'H', b'T', b'T', b'P', b'/', b'0'..=b'9', b'.', b'0'..=b'9'] => Err(BAD_VERSION),
        _ => Err(BAD),
    }
}

/// The target with every byte percent-encoded that RFC 3986 does not allow there, `#` included:
/// a request has no fragment. A bad escape is refused in the path and left in the query.
fn target(raw: &[u8]) -> Result<Cow<'_, [u8]>, Refusal> {
    let path = raw.split(|byte| *byte == b'?').next().unwrap_or_default();
    let absolute = || path.windows(3).any(|part| part == b"://");
    if !(raw == b"*" || raw.starts_with(b"/") || absolute()) || has_bad_escape(path) {
        return Err(BAD);
    }
    if raw.iter().all(|byte| is_target(*byte)) {
        return Ok(Cow::Borrowed(raw));
    }
    if raw.iter().any(u8::is_ascii_control) {
        return Err(BAD);
    }
    let encode = |byte: &u8| match *byte {
        byte if is_target(byte) => vec![byte],
        byte => format!("%{byte:02X}").into_bytes(),
    };
    Ok(Cow::Owned(raw.iter().flat_map(encode).collect()))
}

fn has_bad_escape(path: &[u8]) -> bool {
    let mut parts = path.split(|byte| *byte == b'%');
    parts.next();
    parts.any(|part| !matches!(part, [a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit()))
}

fn is_target(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?%".contains(&byte)
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Host as RFC 3986 §3.2 allows it, and empty.
fn is_host(value: &[u8]) -> bool {
    let allowed =
        |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@[]%".contains(byte);
    value.iter().all(allowed)
}

fn framing(fields: &[u8], version: Version) -> Result<Framing, Refusal> {
    let mut room = [httparse::EMPTY_HEADER; MAX_FIELDS];
    let fields = match httparse::parse_headers(fields, &mut room) {
        Ok(httparse::Status::Complete((_, fields))) => fields,
        Ok(httparse::Status::Partial) => return Err(BAD),
        Err(httparse::Error::TooManyHeaders) => return Err(TOO_LARGE),
        Err(_) => return Err(if has_blank_name(fields) { BAD_NAME } else { BAD }),
    };
    let mut seen = Fields::default();
    for field in fields {
        seen.take(field)?;
    }
    seen.judge(version)
}

/// The fields that HTTP itself is decided by.
#[derive(Default)]
struct Fields<'a> {
    host: Option<&'a [u8]>,
    length: Option<u64>,
    coding: Option<&'a [u8]>,
}

impl<'a> Fields<'a> {
    fn take(&mut self, field: &httparse::Header<'a>) -> Result<(), Refusal> {
        if field.name.eq_ignore_ascii_case("host") {
            self.host.replace(field.value).map_or(Ok(()), |_| Err(BAD))
        } else if field.name.eq_ignore_ascii_case("content-length") {
            let length = length(field.value).ok_or(BAD)?;
            let same = self.length.replace(length).is_none_or(|other| other == length);
            if same { Ok(()) } else { Err(BAD) }
        } else if field.name.eq_ignore_ascii_case("transfer-encoding") {
            self.coding.replace(field.value).map_or(Ok(()), |_| Err(BAD_CODING))
        } else {
            Ok(())
        }
    }

    /// `chunked` beats a length (RFC 9112 §6.3).
    fn judge(self, version: Version) -> Result<Framing, Refusal> {
        let framing = match self.coding {
            Some(_) if version == Version::Http10 => return Err(BAD),
            Some(coding) if coding.eq_ignore_ascii_case(b"chunked") => Framing::Chunked,
            Some(_) => return Err(BAD_CODING),
            None => Framing::Length(self.length.unwrap_or(0)),
        };
        match self.host {
            None if version == Version::Http11 => Err(NO_HOST),
            Some(host) if !is_host(host) => Err(BAD_HOST),
            _ => Ok(framing),
        }
    }
}

/// Digits only: no sign, no list.
fn length(value: &[u8]) -> Option<u64> {
    let digits = value.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(value).ok().filter(|_| digits)?.parse().ok()
}

/// Whether the first wrong field name is wrong only by blanks in or behind it.
fn has_blank_name(fields: &[u8]) -> bool {
    let names = fields.split(|byte| *byte == b'\n').map(|line| match line {
        b"" | b"\r" => b"end".as_slice(),
        line => {
            line.iter().position(|byte| *byte == b':').map_or(&[][..], |at| line.split_at(at).0)
        }
    });
    let mut wrong = names.skip_while(|name| !name.is_empty() && name.iter().copied().all(is_token));
    wrong.next().is_some_and(|name| {
        !name.is_empty()
            && !name.starts_with(b" ")
            && name.iter().all(|byte| is_token(*byte) || *byte == b' ')
    })
}

#[cfg(test)]
mod tests;
