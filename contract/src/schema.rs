//! The messages as poem-openapi sees them.

use std::borrow::Cow;

use poem_openapi::registry::{MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::types::Type;

type Property = (&'static str, fn(&mut Registry) -> MetaSchemaRef);

fn scalar(
    kind: &'static str,
    format: &'static str,
    min: Option<usize>,
    max: Option<usize>,
) -> MetaSchemaRef {
    let schema = MetaSchema::new_with_format(kind, format);
    let format = Some(format).filter(|format| !format.is_empty());
    let lengths = MetaSchema { min_length: min, max_length: max, format, ..schema };
    MetaSchemaRef::Inline(Box::new(lengths))
}

fn reference<T: Type>(registry: &mut Registry) -> MetaSchemaRef {
    T::register(registry);
    T::schema_ref()
}

fn list(item: MetaSchemaRef) -> MetaSchemaRef {
    let schema = MetaSchema { items: Some(Box::new(item)), ..MetaSchema::new("array") };
    MetaSchemaRef::Inline(Box::new(schema))
}

fn object(registry: &mut Registry, properties: &[Property]) -> MetaSchema {
    let properties = properties.iter().map(|(name, schema)| (*name, schema(registry))).collect();
    MetaSchema { properties, ..MetaSchema::new("object") }
}

fn one_of(values: &[&str]) -> MetaSchema {
    let enum_items: Vec<serde_json::Value> = values.iter().map(|v| (*v).into()).collect();
    MetaSchema { default: enum_items.first().cloned(), enum_items, ..MetaSchema::new("string") }
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
    ($rust:ty, $name:literal, [$($property:expr),* $(,)?]) => {
        schema!($rust, $name, |registry| {
            let properties: &[Property] = &[$($property),*];
            schema::object(registry, properties)
        });
    };
}

macro_rules! enumeration {
    ($rust:ty, $name:literal, [$($value:literal),*]) => {
        schema!($rust, $name, |_| schema::one_of(&[$($value),*]));
    };
}

mod generated {
    #![allow(clippy::all, unused_qualifications)]
    use super::*;
    use super::{self as schema};
    include!(concat!(env!("OUT_DIR"), "/schemas.rs"));
}
