//! poem-openapi's `Type` for every message and enum of the contract, and for the bodies that are
//! a request without the members that its path has.

use std::fmt::Write;

use prost_reflect::{
    Cardinality, DynamicMessage, EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor,
};

use crate::messages;
use crate::model::{self, Model};

pub fn emit(model: &Model) -> String {
    let mut out = String::new();
    for message in model.messages.values() {
        let (rust, schema) =
            (messages::rust(message.full_name()), messages::schema(message.full_name()));
        object(&mut out, &format!("message!({rust}, {schema:?}"), message, &[]);
    }
    for kind in model.enums.values() {
        enumeration(&mut out, kind);
    }
    writeln!(out, "pub mod body {{ use super::*;").unwrap();
    let served = model.operations.iter().filter(|operation| operation.served);
    for operation in served.filter(|o| o.body && !o.parameters().is_empty()) {
        let (rpc, name) = (&operation.rpc, operation.body_schema());
        let start = format!("body!({rpc}, {name:?}");
        object(&mut out, &start, &operation.request, &operation.parameters());
    }
    out + "}\n"
}

/// A call of one of the macros, with all fields but these.
fn object(out: &mut String, start: &str, message: &MessageDescriptor, without: &[&str]) {
    let mut fields: Vec<_> = message.fields().filter(|f| !without.contains(&f.name())).collect();
    fields.sort_by_key(|f| f.path().last().copied());
    let required = fields.iter().filter(|field| is_required(field));
    let required: Vec<String> = required.map(|f| format!("{:?}", f.json_name())).collect();
    let comment = model::comment(&message.parent_file(), message.path());
    writeln!(out, "{start}, {comment:?}, [{}], [", required.join(", ")).unwrap();
    for field in fields {
        writeln!(out, "({:?}, {}),", field.json_name(), property(&field)).unwrap();
    }
    writeln!(out, "]);").unwrap();
}

fn enumeration(out: &mut String, kind: &EnumDescriptor) {
    let values: Vec<String> = kind.values().map(|v| format!("{:?}", v.name())).collect();
    let comment = model::comment(&kind.parent_file(), kind.path());
    let (rust, schema) = (messages::rust(kind.full_name()), messages::schema(kind.full_name()));
    writeln!(out, "enumeration!({rust}, {schema:?}, {comment:?}, [{}]);", values.join(", "))
        .unwrap();
}

/// Whether a request without it is refused, or the reference says so. Of a oneof no member is.
fn is_required(field: &FieldDescriptor) -> bool {
    if field.containing_oneof().is_some() {
        return false;
    }
    let rules = rules(field);
    let flag = |name: &str| rules.as_ref().is_some_and(|r| model::flag(r, name));
    let at_least_one = rules.as_ref().and_then(|r| model::number(r, "min_len")) > Some(0);
    says_required(field) || flag("required") || at_least_one && !flag("ignore_empty")
}

/// `google.api.field_behavior`: REQUIRED is 2.
fn says_required(field: &FieldDescriptor) -> bool {
    let options = field.options();
    let mut set = options.extensions();
    let behavior = set.find(|(e, _)| e.full_name() == "google.api.field_behavior");
    let behavior = behavior.as_ref().and_then(|(_, value)| value.as_list()).unwrap_or_default();
    behavior.iter().any(|value| value.as_enum_number() == Some(2))
}

fn rules(field: &FieldDescriptor) -> Option<DynamicMessage> {
    model::extension(&field.options(), "bailey.rules")
}

fn property(field: &FieldDescriptor) -> String {
    let list = field.cardinality() == Cardinality::Repeated;
    let about = about(field);
    let (own, of_items) = match rules(field) {
        Some(rules) if list => (Some(rules.clone()), model::nested(&rules, "items")),
        rules => (None, rules),
    };
    let item = |about: &str| one(&field.kind(), of_items.as_ref(), about);
    if !list {
        return item(&about);
    }
    let most = own.and_then(|rules| model::number(&rules, "max_items"));
    format!(
        "|registry: &mut Registry| schema::list(({})(registry), Facts {{ max_items: {most:?}, \
         {about} ..NONE }})",
        item("")
    )
}

/// Comment and example, as members of `Facts`.
fn about(field: &FieldDescriptor) -> String {
    let mut out = String::new();
    let comment = model::comment(&field.parent_file(), field.path());
    if !comment.is_empty() {
        write!(out, "description: Some({comment:?}), ").unwrap();
    }
    let options = field.options();
    let mut set = options.extensions();
    if let Some((_, example)) = set.find(|(e, _)| e.full_name() == "bailey.example") {
        write!(out, "example: {:?}, ", example.as_str().expect("a text")).unwrap();
    }
    out
}

/// The schema of a value, or of an item of a list.
fn one(kind: &Kind, rules: Option<&DynamicMessage>, about: &str) -> String {
    let (name, format) = match kind {
        Kind::Message(m) if m.full_name() == "google.protobuf.Timestamp" => ("string", "date-time"),
        Kind::Message(m) if m.full_name().starts_with("zitadel.") => {
            return format!("schema::reference::<{}>", messages::rust(m.full_name()));
        }
        Kind::Enum(e) => return format!("schema::reference::<{}>", messages::rust(e.full_name())),
        Kind::String | Kind::Message(_) => ("string", ""),
        Kind::Bool => ("boolean", ""),
        Kind::Bytes => ("string", "byte"),
        Kind::Uint64 | Kind::Fixed64 => ("string", "uint64"),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => ("string", "int64"),
        Kind::Double => ("number", "double"),
        Kind::Float => ("number", "float"),
        Kind::Uint32 | Kind::Fixed32 => ("integer", "int64"),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => ("integer", "int32"),
    };
    let rules = rules.map(|rules| ruled(rules, kind)).unwrap_or_default();
    let email = if rules.contains("email") { "email" } else { format };
    format!(
        "|_: &mut Registry| schema::scalar({name:?}, {email:?}, Facts {{ {rules} {about} ..NONE }})"
    )
}

/// Field rules as members of `Facts`.
fn ruled(rules: &DynamicMessage, kind: &Kind) -> String {
    let mut out = String::new();
    let bytes = matches!(kind, Kind::Bytes);
    let least = |n: u64| if model::flag(rules, "ignore_empty") { 0 } else { n };
    if let Some(min) = model::number(rules, "min_len").map(least).filter(|min| *min > 0) {
        write!(out, "min_length: Some({min}), ").unwrap();
    }
    if let Some(max) = model::number(rules, "max_len") {
        let max = if bytes { max.div_ceil(3) * 4 } else { max };
        write!(out, "max_length: Some({max}), ").unwrap();
    }
    let prefix = model::string(rules, "prefix");
    if !prefix.is_empty() {
        write!(out, "pattern: \"^[{prefix}]\", ").unwrap();
    }
    out
}
