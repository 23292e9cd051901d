//! poem-openapi's `Type` for every message and enum of the contract.

use std::fmt::Write;

use prost_reflect::{Cardinality, FieldDescriptor, Kind};

use crate::messages;
use crate::model::{self, Model};

pub fn emit(model: &Model) -> String {
    let mut out = String::new();
    for message in model.messages.values() {
        let name = message.full_name();
        writeln!(out, "message!({}, {:?}, [", messages::rust(name), messages::schema(name))
            .unwrap();
        let mut fields: Vec<_> = message.fields().collect();
        fields.sort_by_key(|f| f.path().last().copied());
        for field in fields {
            writeln!(out, "({:?}, {}),", field.json_name(), property(&field)).unwrap();
        }
        writeln!(out, "]);").unwrap();
    }
    for kind in model.enums.values() {
        let name = kind.full_name();
        let values: Vec<String> = kind.values().map(|v| format!("{:?}", v.name())).collect();
        let (rust, schema) = (messages::rust(name), messages::schema(name));
        writeln!(out, "enumeration!({rust}, {schema:?}, [{}]);", values.join(", ")).unwrap();
    }
    out
}

fn property(field: &FieldDescriptor) -> String {
    let one = match field.kind() {
        Kind::String => scalar("string", "", field),
        Kind::Bool => scalar("boolean", "", field),
        Kind::Bytes => scalar("string", "byte", field),
        Kind::Uint64 | Kind::Fixed64 => scalar("string", "uint64", field),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => scalar("string", "int64", field),
        Kind::Double => scalar("number", "double", field),
        Kind::Float => scalar("number", "float", field),
        Kind::Uint32 | Kind::Fixed32 => scalar("integer", "int64", field),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => scalar("integer", "int32", field),
        Kind::Message(m) if m.full_name() == "google.protobuf.Timestamp" => {
            scalar("string", "date-time", field)
        }
        Kind::Message(m) if !m.full_name().starts_with("zitadel.") => scalar("string", "", field),
        Kind::Message(m) => format!("schema::reference::<{}>", messages::rust(m.full_name())),
        Kind::Enum(e) => format!("schema::reference::<{}>", messages::rust(e.full_name())),
    };
    if field.cardinality() == Cardinality::Repeated {
        format!("|registry: &mut Registry| schema::list(({one})(registry))")
    } else {
        one
    }
}

fn scalar(kind: &str, format: &str, field: &FieldDescriptor) -> String {
    let rules = model::extension(&field.options(), "bailey.rules");
    let length = |name: &str| -> Option<u64> {
        let rules = rules.as_ref().filter(|r| r.has_field_by_name(name))?;
        rules.get_field_by_name(name)?.as_u64()
    };
    let (min, max) = (length("min_len"), length("max_len"));
    format!("|_: &mut Registry| schema::scalar({kind:?}, {format:?}, {min:?}, {max:?})")
}
