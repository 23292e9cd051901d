//! Phone numbers, stored in E.164 form.
//!
//! The steps are those of libphonenumber as it was in 2021, in a port that looks for its patterns
//! anywhere in the text. That makes it more lenient than the library of today
//! (`fixtures/users/phone`), of which only the country data are used.

mod numbering_plan;
mod written;

use std::borrow::Cow;
use std::ops::RangeInclusive;

/// The calling code of the default region, Switzerland.
const DEFAULT_CODE: u16 = 41;
const PLUS: [char; 2] = ['+', '＋'];
/// Digits of a national number; E.164 allows 15 with the calling code, longer ones are taken too.
const NATIONAL_LENGTH: RangeInclusive<usize> = 2..=17;

/// The E.164 form of a number as people write it; `None` if it cannot be read.
///
/// A number without a plus sign is one of Switzerland. Lengths and number ranges are not checked
/// against the country; extensions are dropped, three letters or more are keys of a telephone.
pub fn e164(input: &str) -> Option<String> {
    let number = written::number(input)?;
    let digits = written::digits(number.trim_start_matches(PLUS))?;
    let abroad = || split_calling_code(digits.strip_prefix("00")?);
    let (code, national) = if number.starts_with(PLUS) {
        split_calling_code(&digits).or_else(abroad)?
    } else {
        abroad().unwrap_or((DEFAULT_CODE, &digits))
    };
    let stripped = numbering_plan::without_trunk_prefix(code, national);
    let national = stripped.as_deref().unwrap_or(national);
    NATIONAL_LENGTH.contains(&national.len()).then(|| format!("+{code}{}", value(national)))
}

/// The country calling code and the national number behind it.
fn split_calling_code(digits: &str) -> Option<(u16, &str)> {
    if digits.starts_with('0') || digits.len() <= *NATIONAL_LENGTH.start() {
        return None;
    }
    (1..=3).find_map(|length| {
        let (code, national) = digits.split_at_checked(length)?;
        let code = code.parse().ok()?;
        numbering_plan::is_calling_code(code).then_some((code, national))
    })
}

/// A national number with a sign that is no ASCII digit counts as zero.
fn value(national: &str) -> Cow<'_, str> {
    if national.bytes().all(|b| b.is_ascii_digit()) {
        return Cow::Borrowed(national);
    }
    let zeros = national.len() - national.trim_start_matches('0').len();
    Cow::Owned("0".repeat(zeros + 1))
}

#[cfg(test)]
mod tests {
    use super::e164;

    /// Inputs and stored numbers of the original.
    const READ: &[(&str, &str)] = &[
        ("+41 71 000 00 00", "+41710000000"),
        (" +41791234567", "+41791234567"),
        ("+41/79/1234567", "+41791234567"),
        ("+41710000000", "+41710000000"),
        ("+41abc", "+41222"),
        ("+41.79.123.45.67", "+41791234567"),
        ("+41791234567", "+41791234567"),
        ("+1800FLOWERS", "+18003569377"),
        ("+41 79 123 45 67 / 68", "+4179123456768"),
        ("+41 (0)79 123 45 67", "+41791234567"),
        ("+1-800-FLOWERS", "+18003569377"),
        ("+86 10 1234 5678", "+861012345678"),
        ("+41079 123 45 67", "+41791234567"),
        ("+7 912 345 67 89", "+79123456789"),
        ("0791234567", "+41791234567"),
        ("+4179123456789012", "+4179123456789012"),
        ("+79123456789", "+79123456789"),
        ("+4179123456", "+4179123456"),
        ("+491701234567", "+491701234567"),
        ("+5511912345678", "+5511912345678"),
        ("+4901701234567", "+491701234567"),
        ("+5491112345678", "+5491112345678"),
        ("+39 06 1234 5678", "+390612345678"),
        ("+54 9 11 1234 5678", "+5491112345678"),
        ("+390612345678", "+390612345678"),
        ("+541115 12345678", "+5491112345678"),
        ("+44 20 7946 0958", "+442079460958"),
        ("+521 55 1234 5678", "+525512345678"),
        ("+4402079460958", "+442079460958"),
        ("+6591234567", "+6591234567"),
        ("+123", "+123"),
        ("+33612345678", "+33612345678"),
        ("+12 3", "+123"),
        ("+330612345678", "+33612345678"),
        ("+16505551234", "+16505551234"),
        ("+80012345678", "+80012345678"),
        ("+1 (650) 555-1234", "+16505551234"),
        ("+8001234567", "+8001234567"),
        ("+41 12", "+4112"),
        ("+1-650-555-1234 ext 5", "+16505551234"),
        ("+979123456789", "+979123456789"),
        ("+4112", "+4112"),
        ("+16505551234x123", "+16505551234"),
        ("+88213300655", "+88213300655"),
        ("+41 123", "+41123"),
        ("+1650555", "+1650555"),
        ("+423 1234567", "+4231234567"),
        ("+1 12345678901234567", "+12345678901234567"),
        ("+1 000 000 0000", "+10000000000"),
        ("+41791234567;ext=12", "+41791234567"),
        ("+3934612345", "+3934612345"),
        ("+00 41 79 123 45 67", "+41791234567"),
        ("+41791234567;isub=1", "+41791234567"),
        ("+378 0549 123456", "+3780549123456"),
        ("++41791234567", "+41791234567"),
        (
            "+\u{664}\u{661}\u{667}\u{669}\u{661}\u{662}\u{663}\u{664}\u{665}\u{666}\u{667}",
            "+41791234567",
        ),
        ("+247 1234", "+2471234"),
        ("+41791234567 ", "+41791234567"),
        ("\u{ff0b}41791234567", "+41791234567"),
        ("+1876", "+1876"),
        ("+41791234501w12", "+4179123450112"),
        ("+16505551208 extension 12", "+16505551208"),
        ("+16505551217;12", "+1650555121712"),
        ("+4179ab1234502", "+41791234502"),
        ("+16505551209 EXT. 12", "+1650555120939812"),
        ("+16505551218;phone-context=+41", "+4116505551218"),
        ("+4179a12345b03", "+41791234503"),
        ("+16505551210 x 12", "+16505551210"),
        ("+41\u{200b}791234519", "+41791234519"),
        ("+41a79b1234c04", "+4127921234204"),
        ("+16505551211 int 12", "+16505551211"),
        ("+\u{200e}41791234520", "+41791234520"),
        ("+41791234580 abc", "+41791234580222"),
        ("+16505551212~12", "+16505551212"),
        ("+41\u{ff0d}79\u{ff0d}1234521", "+41791234521"),
        ("+1 800 GOT MILK", "+18004686455"),
        ("+16505551213 ext 1234567", "+16505551213"),
        ("+41\u{2013}79\u{2014}1234522", "+41791234522"),
        ("+16505551205#12", "+16505551205"),
        ("+41 [79] 1234523", "+41791234523"),
        ("+1 650 555 1206 # 12", "+16505551206"),
        ("+16505551215 ext", "+16505551215398"),
        ("+41*79*1234524", "+41791234524"),
        ("+16505551207 extn 12", "+16505551207"),
        ("+16505551216,12", "+16505551216"),
        ("+4179\u{0}123", "+4179123"),
        ("+41 79 123 45 67", "+41791234567"),
        ("+41791234568", "+41791234568"),
        ("+41791234569", "+41791234569"),
        ("+4171 000 00 00", "+41710000000"),
        ("+41 79 123 45 68", "+41791234568"),
        ("+4915112345678", "+4915112345678"),
        ("+41790000001", "+41790000001"),
        ("+41 (0)79 123 45 68", "+41791234568"),
        ("+41079 123 45 69", "+41791234569"),
        ("+41/79/1234570", "+41791234570"),
        ("+41.79.123.45.71", "+41791234571"),
        ("+1-650-555-1235", "+16505551235"),
        ("+1 (650) 555-1236", "+16505551236"),
        ("+1-650-555-1237 ext 5", "+16505551237"),
        ("+16505551238x123", "+16505551238"),
        ("+41791234572;ext=12", "+41791234572"),
        ("+41791234573;isub=1", "+41791234573"),
        ("+41791234574 ", "+41791234574"),
        ("++41791234575", "+41791234575"),
        ("+00 41 79 123 45 76", "+41791234576"),
        (
            "+\u{664}\u{661}\u{667}\u{669}\u{661}\u{662}\u{663}\u{664}\u{665}\u{667}\u{667}",
            "+41791234577",
        ),
        ("+４１７９1234578", "+41791234578"),
        ("+41\t79 123 45 79", "+41791234579"),
        ("+41791234581                                      ", "+41791234581"),
        ("+49 0170 1234568", "+491701234568"),
        ("+393461234567", "+393461234567"),
        ("+4402079460959", "+442079460959"),
        ("+43 664 1234567", "+436641234567"),
        ("+7 701 234 5678", "+77012345678"),
        ("+81 3-1234-5678", "+81312345678"),
        ("+91 98765 43210", "+919876543210"),
        ("+541115 12345679", "+5491112345679"),
    ];

    const UNREADABLE: &[&str] = &[
        "+41791234567890123456789",
        "+41",
        "+4",
        "+",
        "+1",
        "+12",
        "+1 2",
        "+41 1",
        "+411",
        "+210",
        "+999123456",
        "+2101234",
        "+999 12345678",
        "+tel:+41791234567",
        "+0123456",
        "+16505551214 ext 12345678",
        "+4111111111111111111111111111111111111111111111111",
        "+abc",
        "+FLOWERS",
        "+\u{1f992}",
    ];

    #[test]
    fn numbers_are_stored_as_the_original_stores_them() {
        for (input, stored) in READ {
            assert_eq!(e164(input).as_deref(), Some(*stored), "{input:?}");
        }
    }

    #[test]
    fn unreadable_numbers_are_refused() {
        for input in UNREADABLE {
            assert_eq!(e164(input), None, "{input:?}");
        }
    }

    #[test]
    fn digits_without_an_ascii_form_count_as_zero() {
        assert_eq!(e164("+4179\u{967}\u{968}\u{969}").as_deref(), Some("+410"));
        assert_eq!(e164("+41 555 abc *").as_deref(), Some("+410"));
    }

    #[test]
    fn a_context_that_is_no_number_is_ignored() {
        assert_eq!(e164("+41791234567;phone-context=a.b").as_deref(), Some("+41791234567"));
        assert_eq!(e164("+41791234567;phone-context="), None);
    }

    #[test]
    fn plans_are_those_of_2021() {
        let kept = ["+5940800012345", "+5080800012345", "+962090641325", "+2510885982774"];
        for number in kept.into_iter().chain(["+8606665007", "+2650933631601"]) {
            assert_eq!(e164(number).as_deref(), Some(number));
        }
        let stripped = [
            ("+57 01 2345678", "+5712345678"),
            ("+234 01 804 0123", "+23418040123"),
            ("+998 8 66 9050123", "+998669050123"),
            ("+7 8 7165055051235", "+77165055051235"),
            ("+84 0807 4910", "+848074910"),
        ];
        for (number, stored) in stripped {
            assert_eq!(e164(number).as_deref(), Some(stored), "{number}");
        }
    }

    #[test]
    fn the_trunk_prefix_stays_where_no_number_of_the_country_follows() {
        assert_eq!(e164("+41 (0)79 123 45 67 / 68").as_deref(), Some("+4179123456768"));
        assert_eq!(e164("+41 0123").as_deref(), Some("+410123"));
        assert_eq!(e164("+379 01234").as_deref(), Some("+37901234"));
    }
}
