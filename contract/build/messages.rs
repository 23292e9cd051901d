//! Names: of messages in Rust and in the document, of handlers and traits.

use heck::{ToSnakeCase, ToUpperCamelCase};

/// Words that count as one in a name of the API.
const WORDS: [&str; 9] = ["IDPs", "OIDC", "IDs", "IDP", "OTP", "SMS", "U2F", "IAM", "ID"];

/// `GetMachineKeyByIDs` to `get_machine_key_by_ids`.
pub fn handler(rpc: &str) -> String {
    let mut out = String::new();
    let mut rest = rpc;
    while !rest.is_empty() {
        let known = WORDS.iter().find(|word| rest.starts_with(**word)).map(|word| word.len());
        let plain = || rest[1..].find(char::is_uppercase).map_or(rest.len(), |end| end + 1);
        let (word, tail) = rest.split_at(known.unwrap_or_else(plain));
        if !out.is_empty() {
            out.push('_');
        }
        out.push_str(&word.to_lowercase());
        rest = tail;
    }
    out
}

pub fn trait_name(noun: &str) -> String {
    noun.to_upper_camel_case()
}

/// `zitadel.management.v1.AddHumanUserRequest.Email` to its path in the generated messages.
pub fn rust(full_name: &str) -> String {
    let (parents, name) = full_name.rsplit_once('.').unwrap();
    let modules = parents.split('.').map(|part| part.to_snake_case());
    format!("crate::{}::{name}", modules.collect::<Vec<_>>().join("::"))
}

/// The schema's name in the document: `v1` and the name, nested ones behind their parents'.
pub fn schema(full_name: &str) -> String {
    let nested = full_name.split('.').filter(|part| part.starts_with(char::is_uppercase));
    let names: Vec<&str> = nested.collect();
    match names.as_slice() {
        [one] => format!("v1{one}"),
        many => many.concat(),
    }
}

/// A field's name in Go, which the texts of the reference show: `user_id` to `UserId`.
pub fn go_field(name: &str) -> String {
    name.split('_').map(|part| part[..1].to_uppercase() + &part[1..]).collect()
}

/// A message's name in those texts: nested ones are `Outer_Inner`.
pub fn go_message(full_name: &str) -> String {
    let nested = full_name.split('.').filter(|part| part.starts_with(char::is_uppercase));
    nested.collect::<Vec<_>>().join("_")
}

/// A field's name in Rust.
pub fn field(name: &str) -> String {
    if matches!(name, "type") { format!("r#{name}") } else { name.into() }
}
