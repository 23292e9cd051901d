//! The table of operations.

use std::fmt::Write;

use crate::model::{Model, Operation};

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
    let successors: Vec<String> = o.successors.iter().map(|s| format!("{s:?}")).collect();
    writeln!(
        out,
        "Operation {{ number: {number}, rpc: {:?}, service: {:?}, method: {:?}, path: {:?}, \
         routed: {:?}, has_body: {}, permission: {}, deprecated_since: {:?}, successors: &[{}], served: {} }},",
        o.rpc,
        o.service,
        o.verb,
        o.prefix() + &o.path,
        o.prefix() + &dummies,
        o.body,
        permission(&o.permission),
        o.deprecated_since,
        successors.join(", "),
        o.served,
    )
    .unwrap();
}

fn permission(name: &str) -> String {
    match name {
        "" => "Permission::None".into(),
        "authenticated" => "Permission::Authenticated".into(),
        name => format!("Permission::Named({name:?})"),
    }
}
