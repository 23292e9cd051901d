//! Names: of messages in Rust and in the document, of handlers and traits.

use heck::{ToSnakeCase, ToUpperCamelCase};

/// Words that count as one in a name of the API.
const WORDS: [&str; 10] = ["IDPs", "OIDC", "IDs", "IDP", "OTP", "SMS", "U2F", "IAM", "JWT", "ID"];

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

/// Messages whose last two parts are not unique in the reference, and how many parts are.
const AMBIGUOUS: [(&str, usize); 24] = [
    ("management.v1.AddHumanUserRequest.Email", 3),
    ("management.v1.AddHumanUserRequest.Phone", 3),
    ("management.v1.AddHumanUserRequest.Profile", 3),
    ("management.v1.BulkAddProjectRolesRequest.Role", 3),
    ("management.v1.BulkSetUserMetadataRequest.Metadata", 3),
    ("management.v1.ImportHumanUserRequest.Email", 3),
    ("management.v1.ImportHumanUserRequest.IDP", 3),
    ("management.v1.ImportHumanUserRequest.Phone", 3),
    ("management.v1.ImportHumanUserRequest.Profile", 3),
    ("management.v1.SendHumanResetPasswordNotificationRequest.Type", 3),
    ("member.v1.EmailQuery", 4),
    ("member.v1.FirstNameQuery", 4),
    ("member.v1.LastNameQuery", 4),
    ("member.v1.SearchQuery", 4),
    ("metadata.v1.Metadata", 3),
    ("project.v1.Role", 3),
    ("user.v1.Email", 3),
    ("user.v1.EmailQuery", 4),
    ("user.v1.FirstNameQuery", 4),
    ("user.v1.LastNameQuery", 4),
    ("user.v1.Phone", 3),
    ("user.v1.Profile", 3),
    ("user.v1.SearchQuery", 4),
    ("user.v1.Type", 3),
];

/// The schema's name in the document: the last two parts of the name, or as many as are unique in
/// the reference (protoc-gen-openapiv2).
pub fn schema(full_name: &str) -> String {
    let short = full_name.strip_prefix("zitadel.").unwrap_or(full_name);
    let known = AMBIGUOUS.iter().find(|(name, _)| *name == short);
    let parts: Vec<&str> = full_name.split('.').collect();
    let last = &parts[parts.len() - known.map_or(2, |(_, count)| *count)..];
    let (first, rest) = last.split_first().unwrap();
    let capital = |part: &&str| part[..1].to_uppercase() + &part[1..];
    first.to_string() + &rest.iter().map(capital).collect::<String>()
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
