//! What a parameter of a statement may be.

/// A value of one of the types that both databases share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Null,
    /// A BIGINT; a flag is 0 or 1.
    Integer(i64),
    Text(String),
    Blob(Vec<u8>),
}

impl Value {
    /// Whether this is a text that PostgreSQL cannot hold.
    pub fn has_nul(&self) -> bool {
        matches!(self, Self::Text(text) if text.as_bytes().contains(&0))
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Integer(value.into())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<&String> for Value {
    fn from(value: &String) -> Self {
        Self::Text(value.clone())
    }
}

impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        Self::Blob(value)
    }
}

impl From<&[u8]> for Value {
    fn from(value: &[u8]) -> Self {
        Self::Blob(value.to_vec())
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
