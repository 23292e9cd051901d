//! The messages as poem-openapi sees them.

use std::borrow::Cow;

use poem_openapi::registry::{MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::types::Type;

type Property = (&'static str, fn(&mut Registry) -> MetaSchemaRef);

/// What is known of a field beside its type.
#[derive(Clone, Copy)]
struct Facts {
    description: Option<&'static str>,
    /// JSON, or empty.
    example: &'static str,
    min_length: Option<usize>,
    max_length: Option<usize>,
    max_items: Option<usize>,
    pattern: &'static str,
}

const NONE: Facts = Facts {
    description: None,
    example: "",
    min_length: None,
    max_length: None,
    max_items: None,
    pattern: "",
};

impl Facts {
    fn inline(self, schema: MetaSchema) -> MetaSchemaRef {
        MetaSchemaRef::Inline(Box::new(MetaSchema {
            description: self.description,
            example: serde_json::from_str(self.example).ok(),
            min_length: self.min_length,
            max_length: self.max_length,
            max_items: self.max_items,
            pattern: some(self.pattern).map(String::from),
            ..schema
        }))
    }
}

fn some(text: &'static str) -> Option<&'static str> {
    match text {
        "" => None,
        text => Some(text),
    }
}

fn scalar(kind: &'static str, format: &'static str, facts: Facts) -> MetaSchemaRef {
    facts.inline(MetaSchema { format: some(format), ..MetaSchema::new(kind) })
}

fn reference<T: Type>(registry: &mut Registry) -> MetaSchemaRef {
    T::register(registry);
    T::schema_ref()
}

fn list(item: MetaSchemaRef, facts: Facts) -> MetaSchemaRef {
    facts.inline(MetaSchema { items: Some(Box::new(item)), ..MetaSchema::new("array") })
}

fn object(
    registry: &mut Registry,
    description: &'static str,
    required: &[&'static str],
    properties: &[Property],
) -> MetaSchema {
    let properties = properties.iter().map(|(name, schema)| (*name, schema(registry))).collect();
    MetaSchema {
        description: some(description),
        required: required.to_vec(),
        properties,
        ..MetaSchema::new("object")
    }
}

fn one_of(description: &'static str, values: &[&str]) -> MetaSchema {
    let enum_items: Vec<serde_json::Value> = values.iter().map(|v| (*v).into()).collect();
    let default = enum_items.first().cloned();
    MetaSchema { description: some(description), default, enum_items, ..MetaSchema::new("string") }
}

macro_rules! schema {
    ($rust:ty, $name:literal, $make:expr) => {
        impl Type for $rust {
            const IS_REQUIRED: bool = true;
            type RawValueType = Self;
            type RawElementValueType = Self;

            fn name() -> Cow<'static, str> {
                $name.into()
            }

            fn schema_ref() -> MetaSchemaRef {
                MetaSchemaRef::Reference($name.into())
            }

            fn register(registry: &mut Registry) {
                registry.create_schema::<Self, _>($name.into(), $make);
            }

            fn as_raw_value(&self) -> Option<&Self> {
                Some(self)
            }

            fn raw_element_iter<'a>(
                &'a self,
            ) -> Box<dyn Iterator<Item = &'a Self::RawElementValueType> + 'a> {
                Box::new(std::iter::once(self))
            }
        }
    };
}

macro_rules! message {
    ($rust:ty, $name:literal, $description:literal, [$($required:literal),*],
     [$($property:expr),* $(,)?]) => {
        schema!($rust, $name, |registry| {
            let properties: &[Property] = &[$($property),*];
            schema::object(registry, $description, &[$($required),*], properties)
        });
    };
}

/// The schema of a body that is no message of its own.
macro_rules! body {
    ($rust:ident, $($rest:tt)*) => {
        pub enum $rust {}
        message!($rust, $($rest)*);
    };
}

macro_rules! enumeration {
    ($rust:ty, $name:literal, $description:literal, [$($value:literal),*]) => {
        schema!($rust, $name, |_| schema::one_of($description, &[$($value),*]));
    };
}

mod generated {
    #![allow(clippy::all, unused_qualifications)]
    use super::*;
    use super::{self as schema};
    include!(concat!(env!("OUT_DIR"), "/schemas.rs"));
}
pub use generated::body;
