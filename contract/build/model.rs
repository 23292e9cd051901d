//! The contract as the generators need it: operations with their facts, and the messages they use.

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::{
    DescriptorPool, DynamicMessage, FileDescriptor, Kind, MessageDescriptor, MethodDescriptor,
    ServiceDescriptor,
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
    /// Rpc and route, which may be empty.
    pub successors: Vec<(String, String)>,
    pub refusals: Vec<DynamicMessage>,
    pub summary: String,
    pub served: bool,
    pub request: MessageDescriptor,
    pub response: MessageDescriptor,
}

impl Operation {
    pub fn id(&self) -> String {
        format!("{}_{}", self.service.rsplit('.').next().unwrap(), self.rpc)
    }

    /// The name of the schema of a body that lacks the members of the path.
    pub fn body_schema(&self) -> String {
        format!("{}{}Body", self.service.rsplit('.').next().unwrap(), self.rpc)
    }

    pub fn prefix(&self) -> String {
        format!("/{}/v1", self.area)
    }

    /// The names in braces of the path, in order.
    pub fn parameters(&self) -> Vec<&str> {
        let braced = self.path.split('/').filter_map(|part| part.strip_prefix('{'));
        braced.map(|part| part.trim_end_matches('}').trim_end_matches("=**")).collect()
    }

    /// The fields that the query string gives, in order: of a request without a body those that
    /// the path lacks. They are texts.
    pub fn query(&self) -> Vec<String> {
        if self.body {
            return Vec::new();
        }
        let of_path = self.parameters();
        let rest = self.request.fields().filter(|field| !of_path.contains(&field.name()));
        rest.inspect(|field| assert_eq!(field.kind(), Kind::String, "{}", field.full_name()))
            .map(|field| field.name().to_string())
            .collect()
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
    /// `successors` names the rpcs of v2 with their routes, one a line.
    pub fn read(descriptors: &[u8], missing: &str, successors: &str) -> Self {
        let pool = DescriptorPool::decode(descriptors).unwrap();
        let mut missing: BTreeSet<&str> = missing.lines().collect();
        let routes = successors.lines().map(|line| line.split_once(' ').unwrap_or((line, "")));
        let routes: BTreeMap<&str, &str> = routes.collect();
        let mut operations = Vec::new();
        for name in ["management", "auth", "admin"] {
            let service =
                pool.services().find(|s| s.package_name() == format!("zitadel.{name}.v1"));
            let methods = service.unwrap();
            let methods = methods.methods();
            operations.extend(methods.map(|m| operation(&m, name, &mut missing, &routes)));
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

fn operation(
    method: &MethodDescriptor,
    area: &str,
    missing: &mut BTreeSet<&str>,
    routes: &BTreeMap<&str, &str>,
) -> Operation {
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
        successors: list("successor").into_iter().map(|rpc| with_route(rpc, routes)).collect(),
        refusals: facts.as_ref().map(|f| messages(f, "refusal")).unwrap_or_default(),
        summary: comment(&method.parent_file(), method.path()),
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

/// A number that is set.
pub fn number(message: &DynamicMessage, name: &str) -> Option<u64> {
    message.has_field_by_name(name).then(|| message.get_field_by_name(name)?.as_u64()).flatten()
}

pub fn flag(message: &DynamicMessage, name: &str) -> bool {
    message.get_field_by_name(name).is_some_and(|v| v.as_bool() == Some(true))
}

/// A message that is set.
pub fn nested(message: &DynamicMessage, name: &str) -> Option<DynamicMessage> {
    let set = message.has_field_by_name(name);
    set.then(|| message.get_field_by_name(name)?.as_message().cloned()).flatten()
}

fn strings(message: &DynamicMessage, name: &str) -> Vec<String> {
    let value = message.get_field_by_name(name);
    let list = value.as_ref().and_then(|v| v.as_list()).unwrap_or_default();
    list.iter().filter_map(|v| v.as_str().map(String::from)).collect()
}

fn messages(message: &DynamicMessage, name: &str) -> Vec<DynamicMessage> {
    let value = message.get_field_by_name(name);
    let list = value.as_ref().and_then(|v| v.as_list()).unwrap_or_default();
    list.iter().filter_map(|v| v.as_message().cloned()).collect()
}

fn with_route(rpc: String, routes: &BTreeMap<&str, &str>) -> (String, String) {
    let route = routes.get(rpc.as_str());
    let route = route.unwrap_or_else(|| panic!("successors.txt: {rpc} is missing"));
    (rpc, (*route).to_string())
}

/// The comment before what stands at this path of a file, a line for each paragraph.
pub fn comment(file: &FileDescriptor, path: &[i32]) -> String {
    let proto = file.file_descriptor_proto();
    let info = proto.source_code_info.as_ref().expect("source info");
    let location = info.location.iter().find(|l| l.path == path);
    let text = location.and_then(|l| l.leading_comments.clone()).unwrap_or_default();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let paragraphs = lines.split(|line| line.is_empty()).map(|lines| lines.join(" "));
    paragraphs.filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n")
}
