//! The table of operations.

use std::fmt::Write;

use prost_reflect::DynamicMessage;

use crate::model::{self, Model, Operation};

pub fn emit(model: &Model) -> String {
    let mut out = String::from("pub static OPERATIONS: &[Operation] = &[\n");
    for (number, operation) in model.operations.iter().enumerate() {
        row(&mut out, number, operation);
    }
    out + "];\n"
}

fn row(out: &mut String, number: usize, o: &Operation) {
    let dummies = o.path.split('/').map(|part| if part.starts_with('{') { "-" } else { part });
    let dummies = dummies.collect::<Vec<_>>().join("/");
    let successor =
        |(rpc, route): &(_, _)| format!("Successor {{ rpc: {rpc:?}, route: {route:?} }}");
    let successors: Vec<String> = o.successors.iter().map(successor).collect();
    let refusals: Vec<String> = o.refusals.iter().map(refused).collect();
    writeln!(
        out,
        "Operation {{ number: {number}, rpc: {:?}, service: {:?}, method: {:?}, path: {:?}, \
         routed: {:?}, has_body: {}, permission: {}, deprecated_since: {:?}, successors: &[{}], refusals: &[{}], served: {} }},",
        o.rpc,
        o.service,
        o.verb,
        o.prefix() + &o.path,
        o.prefix() + &dummies,
        o.body,
        permission(&o.permission),
        o.deprecated_since,
        successors.join(", "),
        refusals.join(", "),
        o.served,
    )
    .unwrap();
}

fn refused(refusal: &DynamicMessage) -> String {
    let text = |name: &str| model::string(refusal, name);
    let code = refusal.get_field_by_name("code").and_then(|code| code.as_enum_number());
    format!(
        "Refused {{ code: {}, id: {:?}, text: {:?}, when: {:?} }}",
        code.expect("a code"),
        text("id"),
        text("text"),
        text("when")
    )
}

fn permission(name: &str) -> String {
    match name {
        "" => "Permission::None".into(),
        "authenticated" => "Permission::Authenticated".into(),
        name => format!("Permission::Named({name:?})"),
    }
}
