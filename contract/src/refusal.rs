//! What the contract itself refuses, before any handler is asked.

use std::fmt;

/// A request that cannot be decoded or breaks a field rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A field rule; the text names message, field and reason.
    Rule(String),
    /// A JSON body or query that is not one of the request; the decoder's text.
    Json(String),
    /// Bytes that are no protobuf.
    Protobuf,
    /// A protobuf string that is not UTF-8.
    Utf8,
    /// A body over the limit (bytes).
    TooLarge { limit: usize },
    /// The body could not be read, for this reason: the client broke the framing or went away.
    Unreadable(String),
}

impl Refusal {
    pub(crate) fn message(error: buffa::DecodeError) -> Self {
        match error {
            buffa::DecodeError::InvalidUtf8 => Self::Utf8,
            _ => Self::Protobuf,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNMARSHALLING: &str = "grpc: error unmarshalling request:";
        match self {
            Self::Rule(text) | Self::Json(text) | Self::Unreadable(text) => f.write_str(text),
            Self::Protobuf => {
                write!(f, "{UNMARSHALLING} proto: cannot parse invalid wire-format data")
            }
            Self::Utf8 => write!(f, "{UNMARSHALLING} string field contains invalid UTF-8"),
            Self::TooLarge { limit } => {
                write!(f, "grpc: received message larger than max ({limit} bytes)")
            }
        }
    }
}

impl std::error::Error for Refusal {}
