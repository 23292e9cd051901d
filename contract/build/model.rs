//! The contract as the generators need it: operations with their facts, and the messages they use.

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::{
    DescriptorPool, DynamicMessage, Kind, MessageDescriptor, MethodDescriptor, ServiceDescriptor,
};

pub struct Operation {
    pub rpc: String,
    pub service: String,
    /// `management`, `auth` or `admin`.
    pub area: String,
    pub verb: String,
    /// The route after the prefix, as in the `.proto` file.
    pub path: String,
    pub body: bool,
    pub permission: String,
    pub tags: Vec<String>,
    pub deprecated: bool,
    pub deprecated_since: String,
    pub successors: Vec<String>,
    pub summary: String,
    pub served: bool,
    pub request: MessageDescriptor,
    pub response: MessageDescriptor,
}

impl Operation {
    pub fn id(&self) -> String {
        format!("{}_{}", self.service.rsplit('.').next().unwrap(), self.rpc)
    }

    pub fn prefix(&self) -> String {
        format!("/{}/v1", self.area)
    }

    /// The names in braces of the path, in order.
    pub fn parameters(&self) -> Vec<&str> {
        let braced = self.path.split('/').filter_map(|part| part.strip_prefix('{'));
        braced.map(|part| part.trim_end_matches('}').trim_end_matches("=**")).collect()
    }

    /// The noun of the URL: the last plain segment behind a parameter, else the last plain one.
    pub fn noun(&self) -> String {
        let plain =
            |part: &&str| !part.starts_with(['{', '_']) && !matches!(*part, "me" | "default");
        let parts: Vec<&str> = self.path.split('/').skip(1).collect();
        let behind = parts.windows(2).rfind(|pair| !plain(&pair[0]) && plain(&pair[1]));
        let last = || parts.iter().copied().rfind(plain).unwrap();
        behind.map_or_else(last, |pair| pair[1]).to_string()
    }
}

pub struct Model {
    pub operations: Vec<Operation>,
    /// Every message that an operation reaches, by full name.
    pub messages: BTreeMap<String, MessageDescriptor>,
    pub enums: BTreeMap<String, prost_reflect::EnumDescriptor>,
}

impl Model {
    pub fn read(descriptors: &[u8], missing: &str) -> Self {
        let pool = DescriptorPool::decode(descriptors).unwrap();
        let mut missing: BTreeSet<&str> = missing.lines().collect();
        let mut operations = Vec::new();
        for name in ["management", "auth", "admin"] {
            let service =
                pool.services().find(|s| s.package_name() == format!("zitadel.{name}.v1"));
            operations
                .extend(service.unwrap().methods().map(|m| operation(&m, name, &mut missing)));
        }
        assert!(missing.is_empty(), "openapi/missing.txt: no such operation: {missing:?}");
        let mut model = Self { operations, messages: BTreeMap::new(), enums: BTreeMap::new() };
        let roots = model.operations.iter().flat_map(|o| [o.request.clone(), o.response.clone()]);
        for message in roots.collect::<Vec<_>>() {
            model.reach(message);
        }
        model
    }

    fn reach(&mut self, message: MessageDescriptor) {
        let ours = message.full_name().starts_with("zitadel.");
        if !ours || self.messages.insert(message.full_name().into(), message.clone()).is_some() {
            return;
        }
        for field in message.fields() {
            match field.kind() {
                Kind::Message(inner) => self.reach(inner),
                Kind::Enum(inner) => {
                    self.enums.insert(inner.full_name().into(), inner);
                }
                _ => {}
            }
        }
    }
}

fn operation(method: &MethodDescriptor, area: &str, missing: &mut BTreeSet<&str>) -> Operation {
    let service: ServiceDescriptor = method.parent_service().clone();
    let options = method.options();
    let http = extension(&options, "google.api.http").expect("every rpc has a route");
    let facts = extension(&options, "bailey.operation");
    let text = |name: &str| facts.as_ref().map(|f| string(f, name)).unwrap_or_default();
    let list = |name: &str| facts.as_ref().map(|f| strings(f, name)).unwrap_or_default();
    let verb = ["get", "put", "post", "delete"].into_iter().find(|v| http.has_field_by_name(v));
    let verb = verb.expect("a verb");
    let id = format!("{}_{}", service.name(), method.name());
    Operation {
        rpc: method.name().into(),
        service: service.full_name().into(),
        area: area.into(),
        path: string(&http, verb),
        verb: verb.to_uppercase(),
        body: !string(&http, "body").is_empty(),
        permission: text("permission"),
        tags: list("tags"),
        deprecated: options
            .get_field_by_name("deprecated")
            .is_some_and(|v| v.as_bool() == Some(true)),
        deprecated_since: text("deprecated_since"),
        successors: list("successor"),
        summary: comment(method),
        served: !missing.remove(id.as_str()),
        request: method.input(),
        response: method.output(),
    }
}

/// The extension with this full name, where it is set.
pub fn extension(options: &DynamicMessage, name: &str) -> Option<DynamicMessage> {
    let mut set = options.extensions();
    set.find(|(e, _)| e.full_name() == name).and_then(|(_, v)| v.as_message().cloned())
}

pub fn string(message: &DynamicMessage, name: &str) -> String {
    message.get_field_by_name(name).and_then(|v| v.as_str().map(String::from)).unwrap_or_default()
}

fn strings(message: &DynamicMessage, name: &str) -> Vec<String> {
    let value = message.get_field_by_name(name);
    let list = value.as_ref().and_then(|v| v.as_list()).unwrap_or_default();
    list.iter().filter_map(|v| v.as_str().map(String::from)).collect()
}

fn comment(method: &MethodDescriptor) -> String {
    let file = method.parent_file();
    let proto = file.file_descriptor_proto();
    let info = proto.source_code_info.as_ref().expect("source info");
    let location = info.location.iter().find(|l| l.path == method.path());
    location.and_then(|l| l.leading_comments.clone()).unwrap_or_default().trim().to_string()
}
