//! One trait per noun, its poem-openapi methods, and the gRPC dispatch.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::messages;
use crate::model::{self, Model, Operation};

type Nouns<'a> = BTreeMap<String, Vec<(usize, &'a Operation)>>;

pub fn emit(model: &Model) -> String {
    let mut areas: BTreeMap<&str, Nouns> = BTreeMap::new();
    for (number, operation) in model.operations.iter().enumerate().filter(|(_, o)| o.served) {
        let nouns = areas.entry(&operation.area).or_default();
        nouns.entry(operation.noun()).or_default().push((number, operation));
    }
    let mut out = String::new();
    for (area, nouns) in &areas {
        writeln!(out, "/// Handlers of `/{area}/v1`.\npub mod {area} {{ use super::*;").unwrap();
        for (noun, operations) in nouns {
            noun_items(&mut out, area, noun, operations);
        }
        all(&mut out, nouns);
        writeln!(out, "}}").unwrap();
    }
    dispatch(&mut out, &areas);
    broken_rules(&mut out, model);
    out
}

fn noun_items(out: &mut String, area: &str, noun: &str, operations: &[(usize, &Operation)]) {
    let name = messages::trait_name(noun);
    writeln!(out, "/// The operations on `{noun}`.\npub trait {name}: Server {{").unwrap();
    for (_, operation) in operations {
        signature(out, operation);
    }
    writeln!(out, "}}").unwrap();
    for (number, operation) in operations {
        call(out, *number, &name, operation);
    }
    writeln!(out, "pub struct {name}Api<S>(pub S);").unwrap();
    writeln!(out, "#[OpenApi(prefix_path = \"/{area}/v1\")] impl<S: {name}> {name}Api<S> {{")
        .unwrap();
    for (_, operation) in operations {
        rest(out, operation);
    }
    writeln!(out, "}}").unwrap();
}

fn signature(out: &mut String, o: &Operation) {
    let caller = if o.permission.is_empty() { "" } else { "caller: &Self::Caller, " };
    writeln!(
        out,
        "/// {}\nfn {}(&self, {caller}request: {}) \
         -> impl Future<Output = Result<{}, Self::Error>> + Send;",
        o.summary.replace('\n', "\n///"),
        messages::handler(&o.rpc),
        messages::rust(o.request.full_name()),
        messages::rust(o.response.full_name()),
    )
    .unwrap();
}

/// The way of one request behind decoding: the gate, the field rules, the handler.
fn call(out: &mut String, number: usize, name: &str, o: &Operation) {
    let handler = messages::handler(&o.rpc);
    let (gate, caller) = if o.permission.is_empty() {
        ("", "")
    } else {
        ("let caller = server.admit(operation, headers).await?;", "&caller, ")
    };
    writeln!(
        out,
        "async fn {handler}<S: {name}>(server: &S, headers: &HeaderMap, request: {}) \
         -> Result<{}, S::Error> {{ let operation = &OPERATIONS[{number}]; \
         server.receive(operation, headers)?; {gate} \
         request.validate().map_err(Refusal::Rule)?; server.{handler}({caller}request).await }}",
        messages::rust(o.request.full_name()),
        messages::rust(o.response.full_name()),
    )
    .unwrap();
}

fn rest(out: &mut String, o: &Operation) {
    let handler = messages::handler(&o.rpc);
    let (request, response) =
        (messages::rust(o.request.full_name()), messages::rust(o.response.full_name()));
    let deprecated = if o.deprecated { ", deprecated" } else { "" };
    let parameters = o.parameters();
    let path = document_path(o);
    let arguments: String = parameters.iter().map(|p| argument(o, p)).collect();
    let assignments: String = parameters.iter().map(|p| format!("request.{p} = {p}.0;")).collect();
    let (body, start) = if o.body {
        let schema = if parameters.is_empty() {
            request.clone()
        } else {
            format!("crate::schema::body::{}", o.rpc)
        };
        (format!(", body: Body<{request}, {schema}>"), "body.0".to_string())
    } else {
        from_query(o, &request)
    };
    let mutable = if parameters.is_empty() { "" } else { "mut " };
    writeln!(
        out,
        "/// {}\n#[oai(path = {path:?}, method = {:?}, operation_id = {:?}{deprecated}{})] \
         async fn {handler}(&self, call: Call<'_>{arguments}{body}) -> poem::Result<Answer<{response}>> \
         {{ let {mutable}request = {start}; {assignments} \
         {handler}(&self.0, call.0, request).await.map(Answer).map_err(Into::into) }}",
        o.summary.replace('\n', "\n///"),
        o.verb.to_lowercase(),
        o.id(),
        tags(o),
    )
    .unwrap();
}

/// What a request without a body is made of: the query string gives the fields that the path lacks.
fn from_query(o: &Operation, request: &str) -> (String, String) {
    let fields = o.query();
    if fields.is_empty() {
        return (String::new(), format!("{request}::default()"));
    }
    let shown = |name: &String| {
        let (min, max) = length(o, name);
        format!(", #[oai(name = {:?})] _{name}: QueryText<{min}, {max}>", camel(name))
    };
    let shown: String = fields.iter().map(shown).collect();
    (format!("{shown}, query: Query<{request}>"), "query.0".to_string())
}

/// The route in poem's notation, with the parameters' names in JSON.
fn document_path(o: &Operation) -> String {
    let part = |part: &str| match part.strip_prefix('{') {
        Some(name) => format!(":{}", camel(name.trim_end_matches('}').trim_end_matches("=**"))),
        None => part.to_string(),
    };
    o.path.split('/').map(part).collect::<Vec<_>>().join("/")
}

fn argument(o: &Operation, name: &str) -> String {
    let (min, max) = length(o, name);
    format!(", #[oai(name = {:?})] {name}: Path<{min}, {max}>", camel(name))
}

/// The bounds of a field of the request, 0 for none.
fn length(o: &Operation, name: &str) -> (u64, u64) {
    let field = o.request.get_field_by_name(name).unwrap();
    let rules = model::extension(&field.options(), "bailey.rules");
    let length = |rule: &str| rules.as_ref().and_then(|r| model::number(r, rule)).unwrap_or(0);
    (length("min_len"), length("max_len"))
}

fn tags(o: &Operation) -> String {
    use heck::ToUpperCamelCase;
    o.tags.iter().map(|t| format!(", tag = \"Tag::{}\"", t.to_upper_camel_case())).collect()
}

/// A real text of a refusal for every operation that is served.
fn broken_rules(out: &mut String, model: &Model) {
    writeln!(out, "/// What the field rules say of a request without any field.").unwrap();
    writeln!(out, "pub fn broken_rule(operation: &Operation) -> Option<String> {{").unwrap();
    writeln!(out, "match operation.number {{").unwrap();
    for (number, o) in model.operations.iter().enumerate().filter(|(_, o)| o.served) {
        let request = messages::rust(o.request.full_name());
        writeln!(out, "{number} => {request}::default().validate().err(),").unwrap();
    }
    writeln!(out, "_ => None, }} }}").unwrap();
}

fn camel(name: &str) -> String {
    use heck::ToLowerCamelCase;
    name.to_lower_camel_case()
}

fn all(out: &mut String, nouns: &Nouns) {
    let traits: Vec<String> = nouns.keys().map(|noun| messages::trait_name(noun)).collect();
    let bounds = traits.join(" + ");
    writeln!(out, "/// Every handler of this area.\npub trait All: {bounds} {{}}").unwrap();
    writeln!(out, "impl<S: {bounds}> All for S {{}}").unwrap();
    let apis = traits.iter().rev().fold("()".to_string(), |rest, name| {
        if rest == "()" { format!("{name}Api<S>") } else { format!("({name}Api<S>, {rest})") }
    });
    let values = traits.iter().rev().fold("()".to_string(), |rest, name| {
        let api = format!("{name}Api(server.clone())");
        if rest == "()" { api } else { format!("({api}, {rest})") }
    });
    writeln!(out, "/// The REST side of this area, for poem-openapi.").unwrap();
    writeln!(out, "pub type Api<S> = {apis};").unwrap();
    writeln!(out, "/// The REST side over these handlers.").unwrap();
    writeln!(out, "pub fn api<S: All>(server: &S) -> Api<S> {{ {values} }}").unwrap();
    writeln!(out, "/// One message in, one message out: the gRPC side of this area.").unwrap();
    writeln!(
        out,
        "pub(super) async fn unary<S: All>(server: &S, number: usize, headers: &HeaderMap, message: &[u8]) \
         -> Outcome<S::Error> {{ match number {{"
    )
    .unwrap();
    for (number, operation) in nouns.values().flatten() {
        let handler = messages::handler(&operation.rpc);
        writeln!(
            out,
            "{number} => match decode(message) {{ Ok(request) => Outcome::Answered(Box::pin({handler}(server, \
             headers, request)).await.map(|answer| answer.encode_to_vec())), Err(refusal) => Outcome::Undecodable(refusal) }},"
        )
        .unwrap();
    }
    writeln!(out, "_ => Outcome::NotServed, }} }}").unwrap();
}

fn dispatch(out: &mut String, areas: &BTreeMap<&str, Nouns>) {
    let bounds: Vec<String> = areas.keys().map(|area| format!("{area}::All")).collect();
    let bounds = bounds.join(" + ");
    writeln!(
        out,
        "/// Every handler of the contract that is served.\npub trait Handlers: {bounds} {{}}"
    )
    .unwrap();
    writeln!(out, "impl<S: {bounds}> Handlers for S {{}}").unwrap();
    writeln!(
        out,
        "/// One gRPC call: the message without its frame, decoded, answered, encoded.\n\
         pub async fn unary<S: Handlers>(server: &S, operation: &Operation, headers: &HeaderMap, message: &[u8]) \
         -> Outcome<S::Error> {{ match operation.service {{"
    )
    .unwrap();
    for area in areas.keys() {
        let service = format!("zitadel.{area}.v1.{}Service", messages::trait_name(area));
        writeln!(
            out,
            "{service:?} => {area}::unary(server, operation.number, headers, message).await,"
        )
        .unwrap();
    }
    writeln!(out, "_ => Outcome::NotServed, }} }}").unwrap();
}
