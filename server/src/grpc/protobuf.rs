//! Protobuf by field numbers, for the few messages that the contract does not have.

use buffa::{UnknownField, UnknownFieldData, UnknownFields};
use contract::Refusal;

use crate::error::Result;

/// Appends a string, bytes or a message.
pub fn put(out: &mut Vec<u8>, number: u32, bytes: &[u8]) {
    buffa::types::put_len_delimited_header(number, bytes.len() as u64, out);
    out.extend_from_slice(bytes);
}

/// The fields of a message in the order that they have.
///
/// # Errors
/// Code 13 if it is none.
pub fn fields(message: &[u8]) -> Result<UnknownFields> {
    UnknownFields::decode_from_slice(message).map_err(|_| Refusal::Protobuf.into())
}

/// What a string, bytes or message field holds; nothing if it is of another kind.
pub fn bytes(field: &UnknownField) -> &[u8] {
    match &field.data {
        UnknownFieldData::LengthDelimited(bytes) => bytes,
        _ => &[],
    }
}

/// The string field of this number; the last one counts, and none is empty.
///
/// # Errors
/// Code 13 if it is not UTF-8.
pub fn text(fields: &UnknownFields, number: u32) -> Result<String> {
    let last = fields.iter().rfind(|field| field.number == number);
    let text = last.map(bytes).unwrap_or_default().to_vec();
    String::from_utf8(text).map_err(|_| Refusal::Utf8.into())
}
