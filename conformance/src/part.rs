//! Bodies of raw requests, put together from parts.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use prost_reflect::prost::Message;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::operation::Catalogue;
use crate::variables::Variables;

/// The most bytes of a body.
const LONGEST: usize = 64 << 20;

/// A text, a list of parts, or one of the others.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged, deny_unknown_fields)]
pub enum Part {
    Text(String),
    Many(Vec<Part>),
    Hex {
        hex: String,
    },
    Repeat {
        repeat: Box<Part>,
        times: usize,
    },
    Base64 {
        base64: Box<Part>,
    },
    /// A protobuf message by its full name, its members as protobuf JSON.
    Message {
        message: String,
        json: Value,
    },
    /// gRPC's prefix of five bytes before another part; its length, unless another is claimed.
    Frame {
        frame: Box<Part>,
        #[serde(default)]
        flag: u8,
        length: Option<u32>,
    },
}

impl Part {
    /// # Errors
    /// When a value is missing, a part is not what it says, or the body too long.
    pub fn bytes(&self, variables: &Variables, catalogue: &Catalogue) -> Result<Vec<u8>, String> {
        let inner = |part: &Self| part.bytes(variables, catalogue);
        match self {
            Self::Text(text) => variables.fill(text).map(String::into_bytes),
            Self::Many(parts) => {
                Ok(parts.iter().map(inner).collect::<Result<Vec<_>, _>>()?.concat())
            }
            Self::Hex { hex } => from_hex(hex).ok_or_else(|| format!("{hex}: not hexadecimal")),
            Self::Repeat { repeat, times } => {
                let bytes = inner(repeat)?;
                let fits = bytes.len().saturating_mul(*times) <= LONGEST;
                if fits { Ok(bytes.repeat(*times)) } else { Err("too long a body".into()) }
            }
            Self::Base64 { base64 } => Ok(STANDARD.encode(inner(base64)?).into_bytes()),
            Self::Message { message, json } => {
                catalogue.message(message, &variables.fill_value(json)?).map(|m| m.encode_to_vec())
            }
            Self::Frame { frame, flag, length } => {
                let bytes = inner(frame)?;
                let true_length = u32::try_from(bytes.len()).map_err(|e| e.to_string())?;
                let length = length.unwrap_or(true_length).to_be_bytes();
                Ok([&[*flag], length.as_slice(), &bytes].concat())
            }
        }
    }

    /// Every text and value in it, for what they name.
    pub fn texts(&self, each: &mut impl FnMut(&Value)) {
        match self {
            Self::Text(text) => each(&text.as_str().into()),
            Self::Many(parts) => parts.iter().for_each(|part| part.texts(each)),
            Self::Hex { .. } => {}
            Self::Repeat { repeat: part, .. }
            | Self::Base64 { base64: part }
            | Self::Frame { frame: part, .. } => part.texts(each),
            Self::Message { json, .. } => each(json),
        }
    }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|c| c.to_digit(16)).collect();
    let pairs = digits.filter(|digits| digits.len() % 2 == 0)?;
    let byte =
        |pair: &[u32]| pair.iter().try_fold(0, |n, d| u8::try_from(n * 16 + d).map(u32::from));
    pairs.chunks(2).map(|pair| byte(pair).ok().and_then(|n| u8::try_from(n).ok())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &str) -> Result<Vec<u8>, String> {
        let mut variables = Variables::default();
        variables.set("u", "17");
        let part: Part = serde_saphyr::from_str(text).map_err(|e| e.to_string())?;
        part.bytes(&variables, &Catalogue::new().unwrap())
    }

    #[test]
    fn parts_become_bytes() {
        let message =
            "{ message: zitadel.management.v1.GetUserByIDRequest, json: { id: \"${u}\" } }";
        for (text, expected) in [
            ("a${u}", &b"a17"[..]),
            ("[a, { hex: 00fF }]", b"a\x00\xff"),
            ("{ repeat: ab, times: 2 }", b"abab"),
            ("{ base64: a }", b"YQ=="),
            (message, b"\x0a\x0217"),
            (&format!("{{ frame: {message} }}"), b"\0\0\0\0\x04\x0a\x0217"),
            ("{ frame: a, flag: 1, length: 9 }", b"\x01\0\0\0\x09a"),
        ] {
            assert_eq!(bytes(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_part_is_refused() {
        for text in [
            "{ hex: 0 }",
            "{ hex: xx }",
            "${nobody}",
            "{ repeat: a, times: 99999999999 }",
            "{ message: No, json: {} }",
            "{ hex: 00, more: 1 }",
        ] {
            assert!(bytes(text).is_err(), "{text}");
        }
    }
}
