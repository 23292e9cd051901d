//! The parameters of a query string as the fields of a message.

use std::collections::{HashMap, HashSet};

use serde::{
    Deserializer,
    de::{DeserializeOwned, Error, IntoDeserializer, Visitor, value::MapDeserializer},
    forward_to_deserialize_any,
};

use super::{
    kind::Kind,
    reader::{Fault, camel_case},
};

/// Decodes a query string (or a form of that type) into the scalar fields of a message. Names are
/// in camel or snake case, unknown ones are ignored (`fixtures/wire/query.yaml`); of two spellings of
/// one name the first wins, where the reference takes any.
///
/// # Errors
/// The text of the refusal: a semicolon, a bad percent escape, a name given twice, a path below a
/// scalar field, or a value that the field does not take.
pub fn decode_query<T: DeserializeOwned>(query: &str) -> Result<T, String> {
    let parameters = distinct(parse(query)?);
    let pairs = parameters.into_iter().map(|parameter| (parameter.head().to_owned(), parameter));
    T::deserialize(MapDeserializer::<_, Fault>::new(pairs)).map_err(|fault| fault.to_string())
}

struct Parameter {
    name: String,
    values: Vec<Vec<u8>>,
}

impl Parameter {
    /// The name of the field of the message itself.
    fn head(&self) -> &str {
        self.name.split('.').next().unwrap_or_default()
    }

    fn is_single(&self) -> bool {
        self.values.len() == 1 && !self.name.contains('.')
    }
}

/// The parameters by name, with all their values. Go's `url.ParseQuery` is the model.
fn parse(query: &str) -> Result<Vec<Parameter>, String> {
    let mut parameters: Vec<Parameter> = Vec::new();
    let mut places = HashMap::new();
    if query.contains(';') {
        return Err("invalid semicolon separator in query".to_owned());
    }
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (unescape(name)?, unescape(value)?);
        let name = String::from_utf8_lossy(&name).into_owned();
        let known = places.get(&name).and_then(|place: &usize| parameters.get_mut(*place));
        if let Some(parameter) = known {
            parameter.values.push(value);
            continue;
        }
        places.insert(name.clone(), parameters.len());
        parameters.push(bracketed(name, value));
    }
    Ok(parameters)
}

/// `name[key]=value` gives `name` both the key and the value.
fn bracketed(name: String, value: Vec<u8>) -> Parameter {
    match name.strip_suffix(']').and_then(|name| name.rsplit_once('[')) {
        Some((name, key)) => {
            Parameter { name: name.to_owned(), values: vec![key.as_bytes().to_vec(), value] }
        }
        None => Parameter { name, values: vec![value] },
    }
}

/// Without the second spelling of a name; in front what is wrong, should the message know it.
fn distinct(mut parameters: Vec<Parameter>) -> Vec<Parameter> {
    let mut names = HashSet::new();
    parameters.sort_by_key(Parameter::is_single);
    parameters.retain(|parameter| {
        let first = names.insert(camel_case(&parameter.name));
        first || !parameter.is_single()
    });
    parameters
}

fn unescape(text: &str) -> Result<Vec<u8>, String> {
    let mut rest = text.as_bytes();
    let mut value = Vec::with_capacity(text.len());
    while let Some((byte, behind)) = rest.split_first() {
        let (byte, behind) = match byte {
            b'+' => (b' ', behind),
            b'%' => escaped(behind).ok_or_else(|| {
                let escape = String::from_utf8_lossy(rest.get(..3).unwrap_or(rest));
                format!("invalid URL escape {escape:?}")
            })?,
            plain => (*plain, behind),
        };
        value.push(byte);
        rest = behind;
    }
    Ok(value)
}

/// The byte that two digits mean, and what is behind them.
fn escaped(text: &[u8]) -> Option<(u8, &[u8])> {
    let ([high, low], behind) = text.split_first_chunk()?;
    Some((hexadecimal(*high)? << 4 | hexadecimal(*low)?, behind))
}

fn hexadecimal(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

impl<'de> IntoDeserializer<'de, Fault> for Parameter {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Parameter {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.name.contains('.') {
            let text = format!("invalid path: {:?} is not a message", self.head());
            return Err(Fault::Text(text));
        }
        let values: Result<Vec<String>, _> =
            self.values.into_iter().map(String::from_utf8).collect();
        let values = values.map_err(|_| {
            let because = "grpc: error while marshaling: string field contains invalid UTF-8";
            Fault::Text(because.to_owned())
        })?;
        let name = snake_case(&self.name);
        match <[String; 1]>::try_from(values) {
            Ok([value]) => scalar(&name, value, visitor),
            Err(values) => {
                let values = values.join(", ");
                Err(Fault::Text(format!("too many values for field {name:?}: {values}")))
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_some(self)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier
    }
}

fn scalar<'de, V: Visitor<'de>>(name: &str, value: String, visitor: V) -> Result<V::Value, Fault> {
    let kind = Kind::of(&visitor);
    let refused = format!("parsing field {name:?}: invalid {} {value:?}", kind.name());
    read(kind, value, visitor).map_err(|_| Fault::Text(refused))
}

fn read<'de, V: Visitor<'de>>(kind: Kind, value: String, visitor: V) -> Result<V::Value, Fault> {
    match (kind, value.as_str()) {
        (Kind::String, _) => visitor.visit_string(value),
        (Kind::Bool, "1" | "t" | "T" | "true" | "TRUE" | "True") => visitor.visit_bool(true),
        (Kind::Bool, "0" | "f" | "F" | "false" | "FALSE" | "False") => visitor.visit_bool(false),
        (Kind::Enum | Kind::Integer(_), number) if number.parse::<i64>().is_ok() => {
            visitor.visit_i64(number.parse().map_err(Fault::custom)?)
        }
        (Kind::Integer(_), number) => visitor.visit_u64(number.parse().map_err(Fault::custom)?),
        (Kind::Enum, _) => visitor.visit_string(value),
        (Kind::Float(_), number) => visitor.visit_f64(number.parse().map_err(Fault::custom)?),
        _ => Err(Fault::custom("not for a query")),
    }
}

/// The proto name of a field.
fn snake_case(name: &str) -> String {
    name.chars().fold(String::new(), |mut name, letter| {
        if letter.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
        name
    })
}

#[cfg(test)]
mod tests {
    use super::decode_query;
    use crate::zitadel::{management::v1::IsUserUniqueRequest, v1::ListQuery};

    #[test]
    fn parameters_fill_the_fields() {
        for (query, user_name, email) in [
            ("", "", ""),
            ("&&", "", ""),
            ("userName", "", ""),
            ("userName=free+one&email=a%2Bb@example.com", "free one", "a+b@example.com"),
            ("user%5Fname=a", "a", ""),
            ("UserName=a&username=a&userName=b", "b", ""),
            ("userName=a&user_name=b", "a", ""),
            ("userName=%25zz&email=e", "%zz", "e"),
            ("nope=1&nope=2&a.b.c=1&x[y]=2&email=e", "", "e"),
        ] {
            let request: IsUserUniqueRequest = decode_query(query).unwrap();
            assert_eq!((&*request.user_name, &*request.email), (user_name, email), "{query}");
        }
    }

    #[test]
    fn parameters_are_refused() {
        let many = r#"too many values for field "user_name": a, b"#;
        let path = r#"invalid path: "userName" is not a message"#;
        for (query, wanted) in [
            ("userName=a&userName=b", many),
            ("userName=c&user_name=a&user_name=b", many),
            ("userName[a]=b", many),
            ("userName=c&userName[a]=b", many),
            ("userName=%zzz&a=%4", r#"invalid URL escape "%zz""#),
            ("userName=a&%4=b", r#"invalid URL escape "%4""#),
            ("a=1;b=2", "invalid semicolon separator in query"),
            ("userName.foo=1", path),
            ("userName=a&userName.foo=1", path),
            ("userName=%FF", "grpc: error while marshaling: string field contains invalid UTF-8"),
        ] {
            let refusal = decode_query::<IsUserUniqueRequest>(query).unwrap_err();
            assert_eq!(refusal, wanted, "{query}");
        }
    }

    #[test]
    fn scalars_are_parsed() {
        let page: ListQuery = decode_query("limit=5&offset=18446744073709551615&asc=T").unwrap();
        assert_eq!((page.limit, page.offset, page.asc), (5, u64::MAX, true));
        for query in ["asc=yes", "asc=", "limit=-1", "limit=1.0", "limit=4294967296"] {
            assert!(decode_query::<ListQuery>(query).is_err(), "{query}");
        }
    }
}
