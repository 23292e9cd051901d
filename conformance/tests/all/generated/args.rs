//! Requests made from the descriptors of an operation. What a field names is found by its name, so
//! that operations served later need nothing here.

use conformance::operation::Operation;
use conformance::variables::Variables;
use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value, json};

use super::random::Random;
use super::world::{HASH, PUBLIC_KEY, marker};

/// How deep messages are nested; queries may hold queries.
const DEEPEST: usize = 4;

/// One request in so many may have a secret hashed or a pair of keys made: both take long on
/// purpose.
const DEAR: usize = 100;

/// Whose thing a request is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Own,
    Foreign,
    Unknown,
    Removed,
}

impl Target {
    pub const ALL: [Self; 4] = [Self::Own, Self::Foreign, Self::Unknown, Self::Removed];

    fn org(self) -> &'static str {
        if self == Self::Foreign { "other" } else { "home" }
    }
}

/// The users of an organisation, of whom the last is no more.
const USERS: [&str; 7] =
    ["human", "initial", "unverified", "machine", "inactive", "locked", "removed"];

/// The thing of the world that a field names by its id.
fn thing(path: &str, field: &str) -> Option<&'static str> {
    let grant = if path.contains("/user") { "user_grant" } else { "project_grant" };
    Some(match field {
        "user_id" => user(path),
        "id" if path.contains("/users/") => user(path),
        "id" if path.ends_with("/_reactivate") => "inactive_project",
        "id" if path.contains("/projects") => "project",
        "id" if path.contains("/idps") => "idp",
        "id" | "org_id" | "granted_org_id" => "org",
        "project_id" => "project",
        "grant_id" | "grant_ids" => grant,
        "project_grant_id" => "project_grant",
        "user_grant_id" => "user_grant",
        "token_id" => "token",
        "key_id" => "key",
        "idp_id" | "config_id" => "idp",
        _ => return None,
    })
}

/// The user of whom what the path says is true, or is not yet.
fn user(path: &str) -> &'static str {
    let has = |parts: &[&str]| parts.iter().any(|part| path.contains(part));
    let ends = |parts: &[&str]| parts.iter().any(|part| path.ends_with(part));
    match path {
        _ if has(&["machine", "/keys", "/pats", "/secret"]) => "machine",
        _ if ends(&["{id}/_reactivate"]) => "inactive",
        _ if ends(&["/_unlock"]) => "locked",
        _ if ends(&["/_resend_verification"]) => "unverified",
        _ if ends(&["/_resend_initialization", "/members", "/grants"]) => "initial",
        _ => "human",
    }
}

/// A request that a caller with the right to it makes with success, as far as names tell.
pub struct Plausible<'a> {
    pub path: &'a str,
    pub target: Target,
    pub known: &'a Variables,
}

impl Plausible<'_> {
    pub fn request(&self, operation: &Operation) -> Value {
        self.message(&operation.method.input(), 0)
    }

    fn message(&self, kind: &MessageDescriptor, depth: usize) -> Value {
        let first = |field: &FieldDescriptor| {
            let one = field.containing_oneof().and_then(|one| one.fields().next());
            one.is_none_or(|first| first.number() == field.number())
        };
        let fields = kind.fields().filter(first);
        let members =
            fields.filter_map(|f| Some((f.json_name().to_string(), self.field(&f, depth)?)));
        Value::Object(members.collect())
    }

    fn field(&self, field: &FieldDescriptor, depth: usize) -> Option<Value> {
        if self.left_out(field) {
            return None;
        }
        let value = match field.kind() {
            Kind::String => self.text(field.name())?.into(),
            Kind::Bytes if field.name() == "public_key" => PUBLIC_KEY.trim().into(),
            Kind::Bytes => "bmV3".into(),
            Kind::Bool => true.into(),
            Kind::Enum(kind) => kind.values().nth(1)?.name().into(),
            Kind::Message(kind) if depth < DEEPEST && own(&kind) => self.message(&kind, depth + 1),
            Kind::Message(_) => return None,
            _ => 1.into(),
        };
        Some(if field.is_list() { json!([value]) } else { value })
    }

    /// Conditions of a search, ways to log in that need more than a text, and grants that no
    /// organisation of the world received.
    fn left_out(&self, field: &FieldDescriptor) -> bool {
        let names = ["queries", "query", "hashed_password", "idps", "project_grant_id"];
        names.contains(&field.name())
    }

    fn text(&self, field: &str) -> Option<String> {
        if let Some(thing) = thing(self.path, field) {
            return Some(self.id(thing));
        }
        let marker = marker(self.target.org());
        Some(match field {
            "key" | "keys" | "linked_user_id" => marker,
            "login_name" => format!("{marker}-human"),
            "user_name" if self.path.contains("unique") => format!("{marker}-human"),
            "domain" => "new.example.com".into(),
            "email" => "new@example.com".into(),
            "phone" => "+41791234568".into(),
            "preferred_language" => "en".into(),
            "role_key" if self.path.ends_with("/roles") => "new".into(),
            "role_keys" if self.path.ends_with("/grants/{grant_id}") => "more".into(),
            "role_key" | "role_keys" => "role".into(),
            "roles" => self.role().into(),
            "value" if self.path.ends_with("/_import") => HASH.into(),
            "password" if self.path.contains("/password") => "Password1!".into(),
            "password" | "initial_password" | "otp_code" | "hash" => return None,
            _ if field.contains("endpoint") || field == "issuer" => "https://example.com".into(),
            _ => "new".into(),
        })
    }

    fn id(&self, thing: &str) -> String {
        let removed = self.target == Target::Removed && USERS.contains(&thing);
        let name = format!("{}_{}", self.target.org(), if removed { "removed" } else { thing });
        let there = removed || matches!(self.target, Target::Own | Target::Foreign);
        let id = self.known.get(&name).ok().filter(|_| there).and_then(Value::as_str);
        id.unwrap_or("unknown").to_string()
    }

    fn role(&self) -> &'static str {
        match self.path {
            path if path.contains("/grants") => "PROJECT_GRANT_OWNER",
            path if path.contains("/projects") => "PROJECT_OWNER",
            path if path.starts_with("/admin") => "IAM_OWNER_VIEWER",
            _ => "ORG_OWNER_VIEWER",
        }
    }
}

/// A request of the right types and no further sense. Ids are names of the world, `${home_human}`.
pub struct Arbitrary<'a> {
    pub operation: &'a Operation,
    pub known: &'a Variables,
    pub random: &'a mut Random,
    /// Most values are plausible, so that they get past the rules.
    pub careful: bool,
}

/// Texts at which code breaks. None of them may be a name of the world.
const TEXTS: [&str; 34] = [
    "",
    " ",
    "a",
    "new",
    "en",
    "und",
    "de-CH",
    "true",
    "null",
    "0",
    "-1",
    "%",
    "_",
    "\\",
    "'",
    "\"",
    "a'b;--",
    "a%2Fb",
    " padded ",
    "line\nfeed",
    "tab\t",
    "nul\0",
    "ü",
    "ß",
    "ﬁ",
    "İ",
    "👍🏽",
    "e\u{301}",
    "\u{202e}rtl",
    "\u{feff}",
    "\u{fffd}\u{ffff}",
    "a@b.c",
    "A <a@b.c>",
    "+41791234567",
];

impl Arbitrary<'_> {
    pub fn request(&mut self) -> Value {
        let input = self.operation.method.input();
        self.message(&input, 0)
    }

    fn message(&mut self, kind: &MessageDescriptor, depth: usize) -> Value {
        let mut members = Map::new();
        let mut chosen = Vec::new();
        for field in kind.fields() {
            // Where there is no public key a pair is made.
            let needed = depth == 0 && (self.in_path(field.name()) || field.name() == "public_key");
            // One member of a oneof at most.
            let one = field.containing_oneof().map(|one| one.full_name().to_string());
            let taken = one.as_ref().is_some_and(|one| chosen.contains(one));
            if !needed && (taken || self.random.chance(self.absent(&field))) {
                continue;
            }
            // A query of REST holds no list of messages.
            let no_query =
                !self.operation.body && field.is_list() && matches!(field.kind(), Kind::Message(_));
            if let Some(value) = self.field(&field, depth).filter(|_| !no_query) {
                members.insert(field.json_name().to_string(), value);
                chosen.extend(one);
            }
        }
        Value::Object(members)
    }

    fn in_path(&self, field: &str) -> bool {
        let path = self.operation.facts.path;
        path.contains(&format!("{{{field}}}")) || path.contains(&format!("{{{field}="))
    }

    fn field(&mut self, field: &FieldDescriptor, depth: usize) -> Option<Value> {
        if !field.is_list() {
            return self.value(field, depth);
        }
        let length = if self.careful { 1 } else { self.random.below(4) };
        let length = if self.random.chance(1) { 101 } else { length };
        let items = (0..length).filter_map(|_| self.value(field, depth));
        Some(items.collect::<Vec<_>>().into())
    }

    fn value(&mut self, field: &FieldDescriptor, depth: usize) -> Option<Value> {
        let careful = self.careful();
        Some(match field.kind() {
            Kind::String => self.text(field, depth, careful).into(),
            Kind::Bytes => self.bytes(field.name()).into(),
            Kind::Bool => self.random.chance(50).into(),
            Kind::Enum(kind) if careful => {
                let values: Vec<i32> = kind.values().map(|value| value.number()).collect();
                self.random.of(values.get(1..).unwrap_or(&values)).into()
            }
            Kind::Enum(kind) if self.random.chance(95) => {
                let values: Vec<i32> = kind.values().map(|value| value.number()).collect();
                self.random.of(&values).into()
            }
            Kind::Enum(_) => self.random.of(&[99, -1, i32::MAX]).into(),
            Kind::Message(kind) => return self.inner(&kind, depth),
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => {
                self.random.of(&[0, 1, 2, -1, i32::MAX, i32::MIN]).into()
            }
            Kind::Uint32 | Kind::Fixed32 => self.random.of(&[0, 1, 2, 100, 1000, u32::MAX]).into(),
            Kind::Uint64 | Kind::Fixed64 => {
                self.random.of(&[0, 1, 2, 3, 10, 1 << 53, i64::MAX as u64, u64::MAX]).into()
            }
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => {
                self.random.of(&[0, 1, -1, 1 << 53, i64::MAX, i64::MIN]).into()
            }
            Kind::Float | Kind::Double => self.random.of(&[0.0, 1.5, -1.0, 1e30]).into(),
        })
    }

    fn inner(&mut self, kind: &MessageDescriptor, depth: usize) -> Option<Value> {
        match kind.full_name() {
            "google.protobuf.Timestamp" => Some(
                self.random
                    .of(&[
                        "0001-01-01T00:00:00Z",
                        "1970-01-01T00:00:00Z",
                        "2020-02-29T23:59:59.999999999Z",
                        "2099-01-01T00:00:00Z",
                        "9999-12-31T23:59:59.999999999Z",
                    ])
                    .into(),
            ),
            "google.protobuf.Duration" => {
                Some(self.random.of(&["0s", "1.5s", "3600s", "-1s", "315576000000s"]).into())
            }
            name if name.starts_with("google.") => None,
            _ if depth < DEEPEST => Some(self.message(kind, depth + 1)),
            _ => None,
        }
    }

    fn text(&mut self, field: &FieldDescriptor, depth: usize, careful: bool) -> String {
        let (name, path) = (field.name(), self.operation.facts.path);
        if let Some(thing) = thing(path, name)
            && (careful || self.random.chance(75))
        {
            return self.id(thing);
        }
        if name.contains("password") && self.dear() {
            return "Password1!".into();
        }
        let kind = if careful { 0 } else { self.random.below(10) };
        let text = match kind {
            0..4 if thing(path, name).is_none() && !name.contains("password") => {
                self.fresh(self.plausible().text(name).unwrap_or_default())
            }
            0..8 => self.random.of(&TEXTS).to_string(),
            8 => self
                .random
                .of(&["a", "ü", "👍", "a.", " "])
                .repeat(self.random.of(&[8, 199, 200, 201, 500, 1000])),
            _ => format!(
                "{}-{}",
                marker(self.random.of(&["home", "other"])),
                self.random.of(&["human", "machine", "x"])
            ),
        };
        let segment = !text.is_empty() && !text.contains('/') && text != "." && text != "..";
        if depth == 0 && self.in_path(name) && !segment { "unknown".into() } else { text }
    }

    /// Own, foreign, unknown and removed things, mostly own.
    fn id(&mut self, thing: &str) -> String {
        let org = if self.random.chance(75) { "home" } else { "other" };
        let one = if USERS.contains(&thing) && self.random.chance(50) {
            self.random.of(&USERS)
        } else {
            thing
        };
        let secret = self.operation.facts.rpc == "GenerateMachineSecret";
        let one = if secret && !self.dear() { "human" } else { one };
        let name = format!("{org}_{one}");
        let there = self.known.get(&name).is_ok() && self.random.chance(90);
        if there { format!("${{{name}}}") } else { "unknown".into() }
    }

    /// How likely a field is left out, in a hundred times.
    fn absent(&self, field: &FieldDescriptor) -> usize {
        let text = matches!(field.kind(), Kind::String);
        match self.careful {
            _ if field.containing_oneof().is_some() || field.name() == "project_grant_id" => 70,
            true if text && self.plausible().text(field.name()).is_none() => 95,
            true => 5,
            false => 25,
        }
    }

    fn plausible(&self) -> Plausible<'_> {
        Plausible { path: self.operation.facts.path, target: Target::Own, known: self.known }
    }

    fn careful(&mut self) -> bool {
        self.careful && self.random.chance(95)
    }

    /// Names that are not taken yet, and such as were.
    fn fresh(&mut self, text: String) -> String {
        match text.strip_prefix("new") {
            Some(rest) => format!("new{}{rest}", self.random.below(1000)),
            None => text,
        }
    }

    fn dear(&mut self) -> bool {
        self.random.below(DEAR) == 0
    }

    fn bytes(&mut self, name: &str) -> String {
        if name == "public_key" && !self.dear() {
            return self.random.of(&[PUBLIC_KEY.trim(), "eA==", "LS0tLS1CRUdJTg=="]).into();
        }
        let long = "AAAA".repeat(200);
        self.random.of(&["", "eA==", "AA==", "/w==", "w7w=", "8J+RjQ==", &long]).into()
    }
}

fn own(kind: &MessageDescriptor) -> bool {
    !kind.full_name().starts_with("google.")
}
