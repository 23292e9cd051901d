//! How strings and numbers are read into the fields of a message.

use std::borrow::Cow;

/// Brings base64 into a form that the decoder of the generated code takes. A `-` or `_` anywhere
/// selects the URL alphabet; a length that is a multiple of four (line breaks counted) makes
/// padding an obligation where it is due, any other forbids it; line breaks are skipped. None when
/// the text breaks that rule (`fixtures/users/metadata/base64.yaml`).
pub(super) fn base64(text: &str) -> Option<Cow<'_, str>> {
    let url = text.contains(['-', '_']);
    let padded = text.len().is_multiple_of(4);
    let joined = match text.contains(['\r', '\n']) {
        true => Cow::Owned(text.replace(['\r', '\n'], "")),
        false => Cow::Borrowed(text),
    };
    let data = match padded {
        true => joined.strip_suffix("==").or(joined.strip_suffix('=')).unwrap_or(&joined),
        false => &joined,
    };
    let known = |byte: u8| match byte {
        b'-' | b'_' => url,
        b'+' | b'/' => !url,
        _ => byte.is_ascii_alphanumeric(),
    };
    let whole = match padded {
        true => joined.len().is_multiple_of(4),
        false => data.len() % 4 != 1,
    };
    (whole && data.bytes().all(known)).then_some(joined)
}

/// The value of a number that is whole, however it is written (`1.0`, `10e-1`).
pub(super) fn whole(number: &str) -> Option<i128> {
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (integer, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let fraction = fraction.trim_end_matches('0');
    let digits: i128 = format!("{integer}{fraction}").parse().ok()?;
    let shift = exponent.parse::<i32>().ok()?.checked_sub(i32::try_from(fraction.len()).ok()?)?;
    let power = 10_i128.checked_pow(shift.unsigned_abs());
    match power {
        _ if digits == 0 => Some(0),
        Some(power) if shift >= 0 => digits.checked_mul(power),
        Some(power) if digits % power == 0 => Some(digits / power),
        _ => None,
    }
}

/// The number that a string holds: it has to start with one, without padding, and what follows
/// must not look like a part of it.
pub(super) fn number_in(text: &str) -> Option<&str> {
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.' | '_');
    let end = text.find(|c| !part(c)).unwrap_or(text.len());
    let number = text.get(..end)?;
    let valid = super::syntax::first_value(number.as_bytes()).ok()?? == number.as_bytes();
    let numeric = number.starts_with(|c: char| c == '-' || c.is_ascii_digit());
    (valid && numeric && text.trim().len() == text.len()).then_some(number)
}

/// Brings the text of a time into the strict form of RFC 3339 that the generated code takes: a
/// comma as decimal sign and an hour of one digit are accepted. Any other text stays as it is.
pub(super) fn time(text: &str) -> Cow<'_, str> {
    let Some((date, clock)) = text.split_once('T').filter(|(date, _)| is_date(date)) else {
        return Cow::Borrowed(text);
    };
    let hour = if clock.find(':') == Some(1) { "0" } else { "" };
    if let Some((seconds, rest)) = clock.split_once(',') {
        let zone = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (fraction, zone) = rest.split_at(zone);
        return Cow::Owned(format!("{date}T{hour}{seconds}.{fraction:.9}{zone}"));
    }
    match hour {
        "" => Cow::Borrowed(text),
        hour => Cow::Owned(format!("{date}T{hour}{clock}")),
    }
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::{base64, number_in, time, whole};

    #[test]
    fn base64_is_padded_in_full_or_not_at_all() {
        for text in [
            "", "YQ==", "YQ", "+/8=", "-_8=", "-_8", "+/8", "eB==", "eB", "eH\nh4", "eH\r\nh4",
            "\n",
        ] {
            assert_eq!(base64(text).as_deref(), Some(text.replace(['\r', '\n'], "").as_str()));
        }
        for text in [
            "YQ=", "a!", "YQ ==", "+_8=", "eHg==", "e", "eHh4e", "eHh4 ", "!!!!", "äöü", "====",
            "e===", "eA==eA==", "=", "==", "eA\n==", "eHhx\n",
        ] {
            let wanted = (text == "eHhx\n").then_some("eHhx");
            assert_eq!(base64(text).as_deref(), wanted, "{text:?}");
        }
    }

    #[test]
    fn whole_numbers_have_many_forms() {
        for (number, wanted) in [
            ("1", Some(1)),
            ("-1", Some(-1)),
            ("-0", Some(0)),
            ("1.0", Some(1)),
            ("1e0", Some(1)),
            ("1.5E+1", Some(15)),
            ("-2.50e1", Some(-25)),
            ("10e-1", Some(1)),
            ("0e999999", Some(0)),
            ("18446744073709551616", Some(18_446_744_073_709_551_616)),
            ("1.5", None),
            ("1e-1", None),
            ("1e100", None),
            ("1e99999999999", None),
        ] {
            assert_eq!(whole(number), wanted, "{number}");
        }
    }

    #[test]
    fn strings_hold_numbers() {
        for text in ["1", "-1", "1.0", "1e0", "0"] {
            assert_eq!(number_in(text), Some(text));
        }
        assert_eq!(number_in("1 x"), Some("1"));
        for text in ["", " 1", "1 ", "+1", "01", "1x", "0x1", "1.", ".5", "-", "true", "1\u{a0}"] {
            assert_eq!(number_in(text), None, "{text:?}");
        }
    }

    #[test]
    fn times_are_made_strict() {
        for (text, wanted) in [
            ("2099-01-02T03:04:05,5Z", "2099-01-02T03:04:05.5Z"),
            ("2099-01-02T03:04:05,1234567891+02:00", "2099-01-02T03:04:05.123456789+02:00"),
            ("2099-01-02T3:04:05Z", "2099-01-02T03:04:05Z"),
            ("2099-01-02T03:04:05.1234567891Z", "2099-01-02T03:04:05.1234567891Z"),
            ("2099-01-02t03:04:05,5Z", "2099-01-02t03:04:05,5Z"),
            ("Text, with a comma", "Text, with a comma"),
            ("3,5s", "3,5s"),
        ] {
            assert_eq!(time(text), wanted);
        }
    }
}
