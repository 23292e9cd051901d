//! The field rules as code: `Validate` for every message that has one, directly or inside.

use std::collections::BTreeSet;
use std::fmt::Write;

use prost_reflect::{Cardinality, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor};

use crate::messages;
use crate::model::{self, Model};

pub fn emit(model: &Model) -> String {
    let mut ruled: BTreeSet<String> = BTreeSet::new();
    loop {
        let more: Vec<_> = model.messages.values().filter(|m| has_rules(m, &ruled)).collect();
        let names: BTreeSet<_> = more.iter().map(|m| m.full_name().to_string()).collect();
        if names == ruled {
            break;
        }
        ruled = names;
    }
    let mut out = String::new();
    for message in model.messages.values() {
        writeln!(out, "impl Validate for {} {{", messages::rust(message.full_name())).unwrap();
        if ruled.contains(message.full_name()) {
            writeln!(out, "fn validate(&self) -> Result<(), String> {{").unwrap();
            checks(&mut out, message, &ruled);
            writeln!(out, "Ok(()) }}").unwrap();
        }
        writeln!(out, "}}").unwrap();
    }
    out
}

fn has_rules(message: &MessageDescriptor, ruled: &BTreeSet<String>) -> bool {
    let inner = |f: &FieldDescriptor| match f.kind() {
        Kind::Message(m) => ruled.contains(m.full_name()),
        _ => false,
    };
    message.fields().any(|f| rules(&f).is_some() || inner(&f))
        || message.oneofs().any(|o| required(&o))
}

fn rules(field: &FieldDescriptor) -> Option<DynamicMessage> {
    model::extension(&field.options(), "bailey.rules")
}

fn required(oneof: &prost_reflect::OneofDescriptor) -> bool {
    let options = oneof.options();
    let mut set = options.extensions();
    set.any(|(e, v)| e.full_name() == "bailey.required" && v.as_bool() == Some(true))
}

/// Fields in order of declaration, then oneofs, then `optional` fields.
fn checks(out: &mut String, message: &MessageDescriptor, ruled: &BTreeSet<String>) {
    let synthetic = |f: &FieldDescriptor| f.containing_oneof().is_some_and(|o| o.is_synthetic());
    let mut fields: Vec<_> = message.fields().collect();
    fields.sort_by_key(|f| f.path().last().copied());
    for field in fields.iter().filter(|f| f.containing_oneof().is_none()) {
        field_check(out, message, field, ruled);
    }
    for oneof in message.oneofs().filter(|o| !o.is_synthetic()) {
        oneof_check(out, message, &oneof, ruled);
    }
    for field in fields.iter().filter(|f| synthetic(f)) {
        let Some(rules) = rules(field) else { continue };
        let name = messages::field(field.name());
        let at = at(message, field);
        writeln!(out, "if let Some(value) = &self.{name} {{").unwrap();
        scalar(out, &rules, &field.kind(), "value", &at);
        writeln!(out, "}}").unwrap();
    }
}

fn at(message: &MessageDescriptor, field: &FieldDescriptor) -> String {
    let owner = messages::go_message(message.full_name());
    format!("{owner}.{}", messages::go_field(field.name()))
}

fn field_check(
    out: &mut String,
    message: &MessageDescriptor,
    field: &FieldDescriptor,
    ruled: &BTreeSet<String>,
) {
    let (name, at) = (messages::field(field.name()), at(message, field));
    let rules = rules(field);
    let inner = matches!(field.kind(), Kind::Message(m) if ruled.contains(m.full_name()));
    if field.cardinality() == Cardinality::Repeated {
        if let Some(most) = rules.as_ref().and_then(|r| model::number(r, "max_items")) {
            writeln!(out, "rule::max_items({at:?}, self.{name}.len(), {most})?;").unwrap();
        }
        let items = rules.as_ref().and_then(|r| model::nested(r, "items"));
        if items.is_none() && !inner {
            return;
        }
        writeln!(out, "for (index, value) in self.{name}.iter().enumerate() {{").unwrap();
        writeln!(out, "let at = format!(\"{at}[{{index}}]\");").unwrap();
        if let Some(items) = items {
            scalar_at(out, &items, &field.kind(), "value", "&at");
        }
        if inner {
            writeln!(out, "rule::embedded(&at, value)?;").unwrap();
        }
        writeln!(out, "}}").unwrap();
        return;
    }
    if matches!(field.kind(), Kind::Message(_)) {
        if rules.as_ref().is_some_and(|r| model::flag(r, "required")) {
            writeln!(out, "rule::required({at:?}, self.{name}.is_set())?;").unwrap();
        }
        if inner {
            writeln!(out, "if let Some(value) = self.{name}.as_option() {{").unwrap();
            writeln!(out, "rule::embedded({at:?}, value)?; }}").unwrap();
        }
        return;
    }
    if let Some(rules) = rules {
        scalar(out, &rules, &field.kind(), &format!("&self.{name}"), &at);
    }
}

fn oneof_check(
    out: &mut String,
    message: &MessageDescriptor,
    oneof: &prost_reflect::OneofDescriptor,
    ruled: &BTreeSet<String>,
) {
    use heck::{ToSnakeCase, ToUpperCamelCase};
    let owner = messages::go_message(message.full_name());
    let kind = oneof.name().to_upper_camel_case();
    let package = messages::rust(&format!("{}.X", message.parent_file().package_name()));
    let package = package.trim_end_matches("::X");
    let nested = message.full_name()[message.parent_file().package_name().len() + 1..].split('.');
    let modules: Vec<_> = nested.map(|part| part.to_snake_case()).collect();
    let path = format!("{package}::__buffa::oneof::{}::{kind}", modules.join("::"));
    writeln!(out, "match &self.{} {{", messages::field(oneof.name())).unwrap();
    for field in oneof.fields() {
        let variant = field.name().to_upper_camel_case();
        let at = at(message, &field);
        let inner = matches!(field.kind(), Kind::Message(m) if ruled.contains(m.full_name()));
        if inner {
            writeln!(out, "Some({path}::{variant}(value)) => rule::embedded({at:?}, &**value)?,")
                .unwrap();
        } else if let Some(rules) = rules(&field) {
            writeln!(out, "Some({path}::{variant}(value)) => {{").unwrap();
            scalar(out, &rules, &field.kind(), "value", &at);
            writeln!(out, "}}").unwrap();
        }
    }
    if required(oneof) {
        let at = format!("{owner}.{}", messages::go_field(oneof.name()));
        writeln!(out, "None => rule::required({at:?}, false)?,").unwrap();
    }
    writeln!(out, "#[allow(unreachable_patterns)] _ => {{}} }}").unwrap();
}

fn scalar(out: &mut String, rules: &DynamicMessage, kind: &Kind, value: &str, at: &str) {
    scalar_at(out, rules, kind, value, &format!("{at:?}"));
}

fn scalar_at(out: &mut String, rules: &DynamicMessage, kind: &Kind, value: &str, at: &str) {
    let (min, max) = (model::number(rules, "min_len"), model::number(rules, "max_len"));
    if min.is_some() || max.is_some() {
        let bytes = if matches!(kind, Kind::Bytes) { "bytes" } else { "runes" };
        let empty = model::flag(rules, "ignore_empty");
        writeln!(out, "rule::{bytes}({at}, {value}, {min:?}, {max:?}, {empty})?;").unwrap();
    }
    let prefix = model::string(rules, "prefix");
    if !prefix.is_empty() {
        writeln!(out, "rule::prefix({at}, {value}, {prefix:?})?;").unwrap();
    }
    let not_in = rules.get_field_by_name("not_in");
    if not_in.is_some_and(|v| v.as_list().is_some_and(|l| !l.is_empty())) {
        let Kind::Enum(kind) = kind else { panic!("not_in is a rule of enums") };
        let zero = kind.get_value(0).unwrap().name().to_string();
        writeln!(out, "rule::not_zero({at}, {value}, {zero:?})?;").unwrap();
    }
    if model::flag(rules, "defined_only") {
        writeln!(out, "rule::defined({at}, {value})?;").unwrap();
    }
    if model::flag(rules, "email") {
        writeln!(out, "rule::email({at}, {value})?;").unwrap();
    }
}
