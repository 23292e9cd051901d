//! A recorded step, and the same step in a fixture.

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::code::Code;
use crate::operation::Catalogue;
use crate::outcome::{is_decoder_text, standard};
use crate::yaml::Node;

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Recorded {
    pub id: String,
    note: Option<String>,
    pub call: Option<String>,
    args: Option<Node>,
    http: Option<Http>,
    #[serde(rename = "as")]
    actor: Option<String>,
    org: Option<String>,
    headers: IndexMap<String, Node>,
    save: IndexMap<String, Node>,
    only: Vec<Node>,
    always: bool,
    http_status: Option<u16>,
    answer: Answer,
    differs: IndexMap<String, Answer>,
}

#[derive(Deserialize)]
struct Http {
    method: String,
    path: String,
    raw: Option<String>,
    json: Option<Node>,
    #[serde(default)]
    headers: IndexMap<String, Node>,
}

/// A call's answer has a code, a raw request's a status.
#[derive(Clone, Deserialize, Default, PartialEq)]
#[serde(default)]
pub struct Answer {
    code: Option<i64>,
    message: String,
    details: Vec<Value>,
    status: Option<u16>,
    headers: IndexMap<String, Node>,
    body: Option<Node>,
}

impl Recorded {
    /// The recorded server failed, or redirected an unclean path.
    pub fn is_fault(&self) -> bool {
        let inner = self.answer.body.as_ref().map(Node::to_value).unwrap_or_default();
        let code = self.answer.code.or(inner.get("code").and_then(Value::as_i64));
        let status = self.answer.status.or(self.http_status);
        matches!(code, Some(2 | 13)) || status.is_some_and(|s| s == 301 || s >= 500)
    }

    /// The step as a fixture says it.
    ///
    /// # Errors
    /// When the format has no place for it.
    pub fn node(&self, catalogue: &Catalogue) -> Result<Node, String> {
        let in_step = |e: String| format!("step {}: {e}", self.id);
        let mut step = IndexMap::from([("id".to_string(), Node::from(self.id.as_str()))]);
        let mut put = |name: &str, node: Option<Node>| {
            step.extend(node.map(|node| (name.to_string(), node)));
        };
        put("note", self.note.as_deref().map(Node::from));
        if let Some(rpc) = &self.call {
            let id = catalogue.id_of_rpc(rpc);
            let id = id.ok_or_else(|| in_step(format!("no operation has the rpc {rpc}")))?;
            put("call", Some(id.as_str().into()));
        }
        put("args", self.args.clone().filter(|args| *args != Node::Map(IndexMap::new())));
        put("request", self.http.as_ref().map(Http::node));
        let raw = self.actor.as_deref().and_then(|actor| actor.strip_prefix("raw:"));
        put("as", self.actor.as_deref().filter(|_| raw.is_none()).map(Node::from));
        put("authorization", raw.map(Node::from));
        put("org", self.org.as_deref().map(Node::from));
        put("headers", Some(Node::Map(self.headers())).filter(|h| *h != Node::Map([].into())));
        put("save", Some(Node::Map(self.save.clone())).filter(|_| !self.save.is_empty()));
        put("only", Some(Node::List(self.only.clone())).filter(|_| !self.only.is_empty()));
        put("always", self.always.then_some(Node::Leaf(true.into())));
        let (kind, answer) = self.answer.node().map_err(in_step)?;
        put(kind, Some(answer));
        let differs = self.differs.iter().filter(|(_, answer)| **answer != self.answer).map(
            |(transport, answer)| {
                let (kind, node) = answer.node()?;
                Ok((transport.as_str(), Node::map([(kind, node)])))
            },
        );
        let differs = differs.collect::<Result<Vec<_>, String>>().map_err(in_step)?;
        put("differs", Some(Node::map(differs)).filter(|node| *node != Node::Map([].into())));
        Ok(Node::Map(step))
    }

    fn headers(&self) -> IndexMap<String, Node> {
        let inner = self.http.iter().flat_map(|http| http.headers.clone());
        self.headers.clone().into_iter().chain(inner).collect()
    }
}

impl Http {
    fn node(&self) -> Node {
        let mut node = IndexMap::from([
            ("method".to_string(), Node::from(self.method.as_str())),
            ("path".to_string(), self.path.as_str().into()),
        ]);
        node.extend(self.json.clone().map(|json| ("json".to_string(), json)));
        node.extend(self.raw.as_deref().map(|raw| ("body".to_string(), raw.into())));
        Node::Map(node)
    }
}

impl Answer {
    /// That of a raw request, with a body in JSON.
    pub fn of(body: Value, status: u16) -> Self {
        let body = serde_json::from_value(body).ok();
        Self { body, status: Some(status), ..Self::default() }
    }

    /// The member of a step that says it: `answer`, `refused` or `response`.
    pub fn node(&self) -> Result<(&'static str, Node), String> {
        if let Some(code) = self.code.filter(|code| *code != 0) {
            return Ok(("refused", refused(code, &self.message, &self.details)?));
        }
        let body = self.body.as_ref().map(Node::to_value).unwrap_or_default();
        let schema = (body.get("code").and_then(Value::as_i64), body.get("message"));
        if let (Some(code), Some(Value::String(message)), Some(status)) =
            (schema.0, schema.1, self.status.filter(|status| *status != 200))
        {
            let details = body.get("details").and_then(Value::as_array).cloned();
            let node = refused(code, message, &details.unwrap_or_default())?;
            return Ok(("refused", self.with_head(node, code, status)));
        }
        match (&self.body, self.status) {
            (Some(body @ Node::Map(_)), None | Some(200)) => Ok(("answer", body.clone())),
            (Some(text @ Node::Leaf(Value::String(_))), Some(status)) => {
                let mut node = IndexMap::from([("status".to_string(), number(status))]);
                if !self.headers.is_empty() {
                    node.insert("headers".into(), Node::Map(self.headers.clone()));
                }
                node.insert("text".into(), text.clone());
                Ok(("response", Node::Map(node)))
            }
            _ => Err("an answer that is neither a message nor a refusal".into()),
        }
    }

    /// The refusal with status and headers where they do not follow from its code.
    fn with_head(&self, refused: Node, code: i64, status: u16) -> Node {
        let Node::Map(mut node) = refused else { return refused };
        if Code::from_number(code).map(Code::http_status) != Some(status) {
            node.insert("status".into(), number(status));
        }
        if !self.headers.is_empty() {
            node.insert("headers".into(), Node::Map(self.headers.clone()));
        }
        Node::Map(node)
    }
}

fn number(n: u16) -> Node {
    Node::Leaf(n.into())
}

fn refused(code: i64, message: &str, details: &[Value]) -> Result<Node, String> {
    let name = Code::from_number(code).ok_or_else(|| format!("no code {code}"))?;
    let code = ("code", Node::Leaf(json!(name)));
    match details {
        [] if name == Code::InvalidArgument && is_decoder_text(message) => {
            Ok(Node::map([code, ("decoder", message.into())]))
        }
        [] => Ok(Node::map([code, ("message", message.into())])),
        [detail] => {
            let (id, text) = standard(message, detail).ok_or("a detail of another form")?;
            Ok(Node::map([code, ("id", id.into()), ("message", text.into())]))
        }
        _ => Err("more than one detail".into()),
    }
}
