//! What a server answered, in one form for every transport.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::code::Code;
use crate::fixture::{Expected, Refused, Transport};

/// The type of the one detail that a refusal carries.
pub const ERROR_DETAIL: &str = "type.googleapis.com/zitadel.v1.ErrorDetail";

/// An answer as a client understood it.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub reply: Reply,
    /// Status and headers, on REST.
    pub head: Option<Head>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    Answer(Value),
    Refused {
        code: i64,
        message: String,
        details: Vec<Value>,
    },
    /// A REST body that is neither JSON nor the error schema.
    Text(String),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
}

impl Outcome {
    /// The answer in the form of [`wanted`], headers as far as they are expected.
    pub fn seen(&self, expected: &Expected) -> Value {
        let refused = expected.refused.as_ref();
        let mut seen = Map::new();
        match &self.reply {
            Reply::Answer(body) => seen.insert("answer".into(), body.clone()),
            Reply::Refused { code, message, details } => {
                let decoder = refused.and_then(|r| r.decoder.as_deref());
                seen.insert("refused".into(), refusal(*code, message, details, decoder))
            }
            Reply::Text(_) if expected.response.as_ref().is_some_and(|r| r.text.is_none()) => None,
            Reply::Text(text) => seen.insert("text".into(), text.clone().into()),
        };
        let Some(head) = &self.head else { return Value::Object(seen) };
        seen.insert("status".into(), head.status.into());
        let headers = expected_headers(expected).into_keys();
        let value = |name: &str| head.headers.get(&name.to_lowercase()).cloned();
        let found = headers.filter_map(|name| Some((name.clone(), value(&name)?.into())));
        seen.insert("headers".into(), Value::Object(found.collect()));
        if !matches!(self.reply, Reply::Text(_)) && head.content_type() != "application/json" {
            seen.insert("content_type".into(), head.content_type().into());
        }
        Value::Object(seen)
    }
}

impl Head {
    fn content_type(&self) -> &str {
        self.headers.get("content-type").map_or("", String::as_str)
    }
}

/// What a step expects, in the form of [`Outcome::seen`]; `${…}` are not filled in yet.
pub fn wanted(expected: &Expected, transport: Transport) -> Value {
    let (mut wanted, status) = match expected {
        Expected { answer: Some(body), .. } => (json!({ "answer": body }), 200),
        Expected { refused: Some(refused), .. } => {
            let status = refused.status.unwrap_or(refused.code.http_status());
            (json!({ "refused": refused_form(refused) }), status)
        }
        Expected { response: Some(response), .. } => {
            let text = response.text.as_ref();
            (text.map_or(json!({}), |text| json!({ "text": text })), response.status)
        }
        _ => (json!({}), 200),
    };
    if let (Transport::Rest, Some(members)) = (transport, wanted.as_object_mut()) {
        members.insert("status".into(), status.into());
        members.insert("headers".into(), json!(expected_headers(expected)));
    }
    wanted
}

fn expected_headers(expected: &Expected) -> BTreeMap<String, String> {
    let refused = expected.refused.as_ref().map(|r| &r.headers);
    let response = expected.response.as_ref().map(|r| &r.headers);
    refused.or(response).cloned().unwrap_or_default()
}

fn refused_form(refused: &Refused) -> Value {
    let mut form = Map::from_iter([("code".into(), json!(refused.code))]);
    let texts = [("id", &refused.id), ("message", &refused.message), ("decoder", &refused.decoder)];
    for (name, text) in texts {
        form.extend(text.as_ref().map(|text| (name.to_string(), text.clone().into())));
    }
    Value::Object(form)
}

/// A refusal as fixtures write it: a message that repeats its detail is cut to the detail's text.
fn refusal(code: i64, message: &str, details: &[Value], decoder: Option<&str>) -> Value {
    let code = Code::from_number(code).map_or(json!(code), |code| json!(code));
    match (details, decoder) {
        ([], Some(words)) if is_decoder_text(message) => json!({ "code": code, "decoder": words }),
        ([], _) => json!({ "code": code, "message": message }),
        ([detail], _) => match standard(message, detail) {
            Some((id, text)) => json!({ "code": code, "id": id, "message": text }),
            None => json!({ "code": code, "message": message, "details": details }),
        },
        _ => json!({ "code": code, "message": message, "details": details }),
    }
}

/// The id and text of a detail, where it has no more and the message is `text (id)`.
pub fn standard<'a>(message: &str, detail: &'a Value) -> Option<(&'a str, &'a str)> {
    let member = |name: &str| detail.get(name).and_then(Value::as_str);
    let (id, text) = (member("id")?, member("message")?);
    let plain = member("@type")? == ERROR_DETAIL && detail.as_object()?.len() == 3;
    (plain && message == format!("{text} ({id})")).then_some((id, text))
}

/// Whether a text is a JSON decoder's own. The reference's decoder varies its words on purpose.
pub fn is_decoder_text(message: &str) -> bool {
    const BEGINNINGS: [&str; 6] = [
        "proto:",
        "unexpected EOF",
        "invalid character",
        "type mismatch",
        "json:",
        "error during parsing",
    ];
    BEGINNINGS.iter().any(|beginning| message.starts_with(beginning))
        || message.contains("syntax error")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(message: &str, details: Vec<Value>) -> Outcome {
        Outcome { reply: Reply::Refused { code: 5, message: message.into(), details }, head: None }
    }

    #[test]
    fn a_standard_refusal_is_cut_to_code_id_and_text() {
        let detail = json!({"@type": ERROR_DETAIL, "id": "A-1", "message": "not there"});
        let seen = refused("not there (A-1)", vec![detail.clone()]).seen(&Expected::default());
        let short = json!({"code": "NOT_FOUND", "id": "A-1", "message": "not there"});
        assert_eq!(seen, json!({ "refused": short }));
        let seen = refused("other (A-1)", vec![detail.clone()]).seen(&Expected::default());
        let long = json!({"code": "NOT_FOUND", "message": "other (A-1)", "details": [detail]});
        assert_eq!(seen, json!({ "refused": long }));
    }

    #[test]
    fn a_detail_of_another_form_is_not_standard() {
        let detail = |kind: &str| json!({"@type": kind, "id": "A-1", "message": "m"});
        assert_eq!(standard("m (A-1)", &detail(ERROR_DETAIL)), Some(("A-1", "m")));
        assert_eq!(standard("m (A-1)", &detail("type.googleapis.com/other")), None);
        let mut more = detail(ERROR_DETAIL);
        more["more"] = json!(1);
        assert_eq!(standard("m (A-1)", &more), None);
    }

    #[test]
    fn any_decoder_text_stands_for_another() {
        let words = Some("proto: syntax error".to_string());
        let refused = |decoder| {
            let code = Code::InvalidArgument;
            Refused { code, id: None, message: None, decoder, status: None, headers: [].into() }
        };
        let expected = Expected { refused: Some(refused(words)), ..Expected::default() };
        let want = wanted(&expected, Transport::Grpc);
        let seen = |message: &str| {
            let reply = Reply::Refused { code: 3, message: message.into(), details: vec![] };
            Outcome { reply, head: None }.seen(&expected)
        };
        assert_eq!(seen("unexpected EOF"), want);
        assert_ne!(seen("no idea"), want);
    }

    #[test]
    fn rest_expects_the_status_of_the_code() {
        let answer = Expected { answer: Some(json!({})), ..Expected::default() };
        let want = wanted(&answer, Transport::Rest);
        assert_eq!(want, json!({"answer": {}, "status": 200, "headers": {}}));
        let head = Head { status: 200, headers: [].into() };
        let seen = Outcome { reply: Reply::Answer(json!({})), head: Some(head) }.seen(&answer);
        assert_eq!(seen["content_type"], "");
    }
}
