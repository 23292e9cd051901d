//! From checked JSON to a message, with the positions that refusals name.
//!
//! This is what differs from serde's own JSON: nothing is coerced, a member may stand only once
//! whatever its spelling, and values of unknown members may nest as deep as the grammar allows.

use std::{any::type_name, borrow::Cow, fmt};

use serde::{
    Deserializer,
    de::{DeserializeSeed, MapAccess, SeqAccess, Visitor, value::StrDeserializer},
    forward_to_deserialize_any,
};

use super::{
    kind::Kind,
    scalar,
    text::{Token, WHITE_SPACE, position, token, unquote},
};

/// Why a body is refused.
#[derive(Debug)]
pub(super) enum Fault {
    /// The whole text of the refusal.
    Text(String),
    /// What the generated code found, without a position.
    Found(String),
    /// A member stands twice.
    Duplicate,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Found(text) => write!(f, "proto: {text}"),
            Self::Duplicate => f.write_str("proto: duplicate field"),
        }
    }
}

impl std::error::Error for Fault {}

impl serde::de::Error for Fault {
    fn custom<T: fmt::Display>(found: T) -> Self {
        Self::Found(found.to_string())
    }

    fn duplicate_field(_: &'static str) -> Self {
        Self::Duplicate
    }
}

/// A position in a text that is known to be JSON; a deserializer of the value that comes next.
pub(super) struct Reader<'de> {
    text: &'de str,
    at: usize,
    last: Token<'de>,
    /// The member whose value comes next.
    field: Token<'de>,
    /// The value that comes next is a time.
    time: bool,
    /// The last value was of no interest.
    ignored: bool,
    nesting: u32,
}

impl<'de> Reader<'de> {
    pub(super) fn new(text: &'de str) -> Self {
        Self {
            text,
            at: 0,
            last: Token::default(),
            field: Token::default(),
            time: false,
            ignored: false,
            nesting: 0,
        }
    }

    fn next(&mut self) -> Token<'de> {
        self.last = token(self.text, self.at);
        self.at = self.last.at + self.last.raw.len();
        self.last
    }

    /// Reads over the token, if it comes next.
    fn took(&mut self, raw: &str) -> bool {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let next = rest.trim_start_matches(WHITE_SPACE).starts_with(raw);
        if next {
            self.next();
        }
        next
    }

    /// Reads over a `null` that stands for an unset field.
    fn unset(&mut self) -> bool {
        self.took("null")
    }

    fn refuse(&self, token: Token<'_>, because: fmt::Arguments<'_>) -> Fault {
        Fault::Text(format!("proto: ({}): {because}", position(self.text, token.at)))
    }

    fn unexpected(&self, token: Token<'_>) -> Fault {
        let place = position(self.text, token.at);
        Fault::Text(format!("proto: syntax error ({place}): unexpected token {}", token.raw))
    }

    /// Adds the place to what the generated code found in the member that was read last.
    fn placed(&self, fault: Fault) -> Fault {
        let name = unquote(self.field.raw);
        match fault {
            Fault::Text(text) => Fault::Text(text),
            Fault::Duplicate => self.refuse(self.field, format_args!("duplicate field {name:?}")),
            Fault::Found(text) if text.starts_with("invalid RFC 3339") => {
                let because = "invalid google.protobuf.Timestamp value";
                self.refuse(self.last, format_args!("{because} {}", self.last.raw))
            }
            Fault::Found(text) => {
                self.refuse(self.field, format_args!("error parsing {name:?}, {text}"))
            }
        }
    }

    fn scalar<V: Visitor<'de>>(&mut self, kind: Kind, visitor: V) -> Result<V::Value, Fault> {
        let token = self.next();
        kind.read(token.raw, visitor).map_err(|_| {
            let (kind, field, raw) = (kind.name(), camel_case(&unquote(self.field.raw)), token.raw);
            self.refuse(token, format_args!("invalid value for {kind} field {field}: {raw}"))
        })
    }

    /// Opens a list or an object.
    fn open(&mut self, bracket: &str) -> Result<(), Fault> {
        let token = self.next();
        if token.raw != bracket {
            return Err(self.unexpected(token));
        }
        self.nesting += 1;
        if self.nesting > crate::MAX_NESTING {
            return Err(self.refuse(token, format_args!("exceeded maximum recursion depth")));
        }
        Ok(())
    }

    fn list<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Fault> {
        self.open("[")?;
        let value = visitor.visit_seq(Items { reader: self })?;
        self.nesting -= 1;
        Ok(value)
    }

    fn object<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Fault> {
        self.open("{")?;
        let value = visitor.visit_map(Members { reader: self, seen: Vec::new() });
        let value = value.map_err(|fault| self.placed(fault))?;
        self.nesting -= 1;
        self.ignored = false;
        Ok(value)
    }
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.unset() {
            return visitor.visit_unit();
        }
        match Kind::of(&visitor) {
            Kind::List => self.list(visitor),
            Kind::Object => self.object(visitor),
            kind => self.scalar(kind, visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.unset() {
            return visitor.visit_none();
        }
        // A time asks for a string too: only the name of its type tells.
        self.time = type_name::<V::Value>().contains("Timestamp");
        visitor.visit_some(self)
    }

    /// A string that is no plain field: an item of a list, a member that has a presence of its own,
    /// or a time.
    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if !self.time {
            return self.scalar(Kind::String, visitor);
        }
        let token = self.next();
        if !token.raw.starts_with('"') {
            return Err(self.unexpected(token));
        }
        visitor.visit_str(&scalar::time(&unquote(token.raw)))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.list(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.object(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.object(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let mut open = 0_usize;
        loop {
            match self.next().raw {
                "{" | "[" => open += 1,
                "}" | "]" => open = open.saturating_sub(1),
                "" => open = 0,
                _ => {}
            }
            if open == 0 {
                break;
            }
        }
        self.ignored = true;
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str bytes byte_buf unit
        unit_struct newtype_struct tuple tuple_struct enum identifier
    }
}

struct Items<'a, 'de> {
    reader: &'a mut Reader<'de>,
}

impl<'de> SeqAccess<'de> for Items<'_, 'de> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Fault> {
        if self.reader.took("]") {
            return Ok(None);
        }
        self.reader.took(",");
        seed.deserialize(&mut *self.reader).map(Some)
    }
}

struct Members<'a, 'de> {
    reader: &'a mut Reader<'de>,
    /// The names of the known members so far.
    seen: Vec<Cow<'de, str>>,
}

impl<'de> MapAccess<'de> for Members<'_, 'de> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        if self.reader.took("}") {
            return Ok(None);
        }
        self.reader.took(",");
        let key = self.reader.next();
        self.reader.took(":");
        self.reader.field = key;
        seed.deserialize(StrDeserializer::new(&unquote(key.raw))).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let key = self.reader.field;
        self.reader.time = false;
        self.reader.ignored = false;
        let value = seed.deserialize(&mut *self.reader);
        self.reader.field = key;
        let name = unquote(key.raw);
        if !self.reader.ignored {
            if self.seen.iter().any(|seen| same_field(seen, &name)) {
                return Err(Fault::Duplicate);
            }
            self.seen.push(name);
        }
        value
    }
}

/// Whether two names of known members mean the same: the one in snake case, the other in camel.
fn same_field(one: &str, other: &str) -> bool {
    letters(one).eq(letters(other))
}

fn letters(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().filter(|byte| *byte != b'_').map(|byte| byte.to_ascii_lowercase())
}

/// The JSON name of a field.
pub(super) fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let mut letters = word.chars();
        let initial = letters.next().map(|c| c.to_ascii_uppercase());
        name + &initial.into_iter().chain(letters).collect::<String>()
    })
}
