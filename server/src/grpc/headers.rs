//! The request headers of gRPC that REST takes too: time limits and binary metadata.

use std::time::Duration;

use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::{DecodeError, Engine};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::error::{Code, Error};

pub const TIMEOUT: &str = "grpc-timeout";

/// Digits of a count; one more character is the unit ("Timeout" of gRPC over HTTP/2).
const DIGITS: usize = 8;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Lets a header stand in for a plain one that is absent.
pub fn stand_in(headers: &mut HeaderMap, name: &str, plain: HeaderName) {
    if !headers.contains_key(&plain)
        && let Some(value) = headers.get(name).cloned()
    {
        headers.insert(plain, value);
    }
}

/// The time limit of a gRPC call, if it has one.
///
/// # Errors
/// What is wrong with it, in the words of the reference.
pub fn timeout(headers: &HeaderMap) -> Result<Option<Duration>, String> {
    let Some(text) = value(headers) else { return Ok(None) };
    if text.len() < 2 {
        return Err(format!("transport: timeout string is too short: {text:?}"));
    }
    if text.len() > DIGITS + 1 {
        return Err(format!("transport: timeout string is too long: {text:?}"));
    }
    let Some((count, unit)) = split(text) else {
        return Err(format!("transport: timeout unit is not recognized: {text:?}"));
    };
    let digits = count.bytes().all(|byte| byte.is_ascii_digit());
    let count = count
        .parse::<u32>()
        .ok()
        .filter(|_| digits)
        .ok_or_else(|| format!("strconv.ParseUint: parsing {count:?}: invalid syntax"))?;
    Ok(Some(unit.saturating_mul(count)))
}

/// The time limit of a REST call, if it has one: as [`timeout`], but nothing is too long, zero is
/// none, and a negative one is over at once.
///
/// # Errors
/// The text for the caller.
pub fn gateway_timeout(headers: &HeaderMap) -> Result<Option<Duration>, String> {
    let Some(text) = value(headers) else { return Ok(None) };
    let parsed = split(text).and_then(|(count, unit)| Some((count.parse::<i64>().ok()?, unit)));
    let (count, unit) = parsed.ok_or_else(|| format!("invalid {TIMEOUT}: {text}"))?;
    let whole = u32::try_from(count.max(0)).unwrap_or(u32::MAX);
    Ok((count != 0).then(|| unit.saturating_mul(whole)))
}

/// The header; an empty one counts as none.
fn value(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(TIMEOUT)?.to_str().unwrap_or("?");
    (!value.is_empty()).then_some(value)
}

fn split(text: &str) -> Option<(&str, Duration)> {
    let (count, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let unit = match unit {
        "H" => Duration::from_secs(3600),
        "M" => Duration::from_secs(60),
        "S" => Duration::from_secs(1),
        "m" => Duration::from_millis(1),
        "u" => Duration::from_micros(1),
        "n" => Duration::from_nanos(1),
        _ => return None,
    };
    Some((count, unit))
}

/// Decodes standard base64, with or without padding.
///
/// # Errors
/// The text of the reference, with the place of the first byte that is wrong.
pub fn from_base64(text: &[u8]) -> Result<Vec<u8>, String> {
    BASE64.decode(text).map_err(|error| {
        let at = match error {
            DecodeError::InvalidByte(at, _) => at,
            _ => text.len() / 4 * 4,
        };
        format!("illegal base64 data at input byte {at}")
    })
}

/// The first header of this prefix that names itself binary (`-bin`) and is not base64, with what
/// is wrong.
pub fn broken_binary<'a>(headers: &'a HeaderMap, prefix: &str) -> Option<(&'a str, String)> {
    let fault = |(name, value): (&'a HeaderName, &HeaderValue)| {
        let name = name.as_str();
        let binary = name.starts_with(prefix) && name.ends_with("-bin");
        binary.then(|| from_base64(value.as_bytes()).err()).flatten().map(|fault| (name, fault))
    };
    headers.iter().find_map(fault)
}

/// The refusal of a call whose time is over.
pub fn overdue() -> Error {
    Error::plain(Code::DeadlineExceeded, "context deadline exceeded")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(HeaderName::from_static(TIMEOUT), value.parse().unwrap())])
    }

    #[test]
    fn time_limits_of_grpc() {
        let hours = Duration::from_secs(99_999_999 * 3600);
        for (text, limit) in [
            ("", None),
            ("0S", Some(Duration::ZERO)),
            ("1n", Some(Duration::from_nanos(1))),
            ("20u", Some(Duration::from_micros(20))),
            ("300m", Some(Duration::from_millis(300))),
            ("2M", Some(Duration::from_secs(120))),
            ("99999999H", Some(hours)),
        ] {
            assert_eq!(timeout(&with(text)), Ok(limit), "{text}");
        }
        for (text, fault) in [
            ("S", "transport: timeout string is too short: \"S\""),
            ("5x", "transport: timeout unit is not recognized: \"5x\""),
            ("123456789S", "transport: timeout string is too long: \"123456789S\""),
            ("-1S", "strconv.ParseUint: parsing \"-1\": invalid syntax"),
            ("+1S", "strconv.ParseUint: parsing \"+1\": invalid syntax"),
        ] {
            assert_eq!(timeout(&with(text)), Err(fault.to_owned()));
        }
    }

    #[test]
    fn time_limits_of_rest() {
        for (text, limit) in [
            ("", None),
            ("0S", None),
            ("-1S", Some(Duration::ZERO)),
            ("5S", Some(Duration::from_secs(5))),
            ("123456789S", Some(Duration::from_secs(123_456_789))),
        ] {
            assert_eq!(gateway_timeout(&with(text)), Ok(limit), "{text}");
        }
        for text in ["soon", "5x", "S", "1.5S"] {
            assert_eq!(gateway_timeout(&with(text)), Err(format!("invalid grpc-timeout: {text}")));
        }
    }

    #[test]
    fn base64_may_be_padded() {
        for text in ["aGk", "aGk=", "aGl="] {
            assert_eq!(from_base64(text.as_bytes()).as_deref(), Ok(b"hi".as_slice()), "{text}");
        }
        for (text, at) in [("!!!", 0), ("aGk!", 3), ("aGkaa", 4)] {
            let fault = format!("illegal base64 data at input byte {at}");
            assert_eq!(from_base64(text.as_bytes()), Err(fault), "{text}");
        }
    }
}
