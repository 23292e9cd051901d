//! What a member of a message takes.

use serde::de::{Error, Expected, Visitor};

use super::{reader::Fault, scalar, text::unquote};

/// The type of a field. Serde tells no more of it than what its visitor says it expects, so these
/// are the words of the generated code.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    String,
    Bool,
    Bytes,
    Enum,
    Integer(&'static str),
    Float(&'static str),
    List,
    /// A map, or a message.
    Object,
}

impl Kind {
    pub(super) fn of<'de, V: Visitor<'de>>(visitor: &V) -> Self {
        let expected: &dyn Expected = visitor;
        let expected = expected.to_string();
        let starts = |words: &str| expected.starts_with(words);
        match () {
            () if starts("a string") => Self::String,
            () if starts("a boolean") => Self::Bool,
            () if starts("a base64") => Self::Bytes,
            () if starts("a protobuf enum") => Self::Enum,
            () if starts("a u32") => Self::Integer("uint32"),
            () if starts("a u64") => Self::Integer("uint64"),
            () if starts("an i32") => Self::Integer("int32"),
            () if starts("an i64") => Self::Integer("int64"),
            () if starts("a float") => Self::Float("float"),
            () if starts("a double") => Self::Float("double"),
            () if starts("an array") => Self::List,
            () => Self::Object,
        }
    }

    /// The name of the type, as a refusal gives it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Bool => "bool",
            Self::Bytes => "bytes",
            Self::Enum => "enum",
            Self::Integer(name) | Self::Float(name) => name,
            Self::List => "list",
            Self::Object => "message",
        }
    }

    /// Reads a scalar from its token.
    ///
    /// # Errors
    /// A fault without a text of use when the field does not take the token: nothing is coerced.
    pub(super) fn read<'de, V: Visitor<'de>>(
        self,
        raw: &str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let refused = || Fault::custom("not for this field");
        let numeric = raw.starts_with(|c: char| c == '-' || c.is_ascii_digit());
        let string = raw.starts_with('"').then(|| unquote(raw));
        match (self, string) {
            (Self::String | Self::Enum | Self::Float(_), Some(text)) => visitor.visit_str(&text),
            (Self::Bytes, Some(text)) => {
                visitor.visit_str(&scalar::base64(&text).ok_or_else(refused)?)
            }
            (Self::Integer(_), Some(text)) => {
                integer(scalar::number_in(&text).ok_or_else(refused)?, visitor)
            }
            (Self::Integer(_) | Self::Enum, None) if numeric => integer(raw, visitor),
            (Self::Float(_), None) if numeric => {
                visitor.visit_f64(raw.parse().map_err(Fault::custom)?)
            }
            (Self::Bool, None) if matches!(raw, "true" | "false") => {
                visitor.visit_bool(raw == "true")
            }
            _ => Err(refused()),
        }
    }
}

fn integer<'de, V: Visitor<'de>>(number: &str, visitor: V) -> Result<V::Value, Fault> {
    let value = scalar::whole(number).ok_or_else(|| Fault::custom("not whole"))?;
    match u64::try_from(value) {
        Ok(value) => visitor.visit_u64(value),
        Err(_) => visitor.visit_i64(i64::try_from(value).map_err(Fault::custom)?),
    }
}
