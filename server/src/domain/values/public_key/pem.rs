//! PEM as lax as the reference reads it: lines of any length, text around the blocks, headers.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical),
);

/// What the first whole block of a text holds.
pub fn first(text: &[u8]) -> Option<Vec<u8>> {
    let text = String::from_utf8_lossy(text);
    let lines: Vec<&str> = text.split('\n').map(|line| line.trim_end_matches(BLANKS)).collect();
    let starts = 0..lines.len();
    starts.filter_map(|start| lines.get(start..)?.split_first()).find_map(|(first, behind)| {
        let label = first.strip_prefix("-----BEGIN ")?.strip_suffix("-----")?;
        block(label, behind)
    })
}

const BLANKS: [char; 3] = [' ', '\t', '\r'];

/// The bytes between a first line and the last line of the same label.
fn block(label: &str, behind: &[&str]) -> Option<Vec<u8>> {
    let last = format!("-----END {label}-----");
    let end = behind.iter().position(|line| *line == last)?;
    let lines = behind.get(..end)?.iter().skip_while(|line| line.contains(':'));
    let body: String =
        lines.flat_map(|line| line.chars()).filter(|c| !BLANKS.contains(c)).collect();
    BASE64.decode(body).ok()
}
