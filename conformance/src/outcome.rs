//! What a server answered, in one form for every transport.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value, json};

use crate::code::Code;
use crate::compare::shown;
use crate::fixture::{Expected, Refused, Transport};

/// The type of the one detail that a refusal carries.
pub const ERROR_DETAIL: &str = "type.googleapis.com/zitadel.v1.ErrorDetail";

/// An answer as a client understood it.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub reply: Reply,
    /// What stands around it.
    pub head: Head,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    Answer(Value),
    Refused {
        code: i64,
        message: String,
        details: Vec<Value>,
    },
    /// A raw answer on gRPC or gRPC-web: messages as JSON, frames of trailers as text.
    Frames(Vec<Value>),
    /// A REST body that is neither JSON nor the error schema.
    Text(String),
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Head {
    pub status: u16,
    /// By name in lower case; the values of repeated ones in order and joined by `, `.
    pub headers: BTreeMap<String, String>,
    /// Those of gRPC-web come from its last frame.
    pub trailers: BTreeMap<String, String>,
}

impl Outcome {
    /// The body in JSON, as REST sends it.
    pub fn body(&self) -> Option<Value> {
        match &self.reply {
            Reply::Answer(body) => Some(body.clone()),
            Reply::Refused { code, message, details } if details.is_empty() => {
                Some(json!({ "code": code, "message": message }))
            }
            Reply::Refused { code, message, details } => {
                Some(json!({ "code": code, "message": message, "details": details }))
            }
            Reply::Frames(_) | Reply::Text(_) => None,
        }
    }

    /// The answer in the form of [`wanted`], headers as far as they are expected.
    pub fn seen(&self, expected: &Expected, transport: Transport) -> Value {
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
            Reply::Frames(frames) => {
                seen.insert("trailers".into(), json!(self.head.trailers));
                seen.insert("frames".into(), frames.clone().into())
            }
        };
        if transport != Transport::Rest {
            return Value::Object(seen);
        }
        let head = &self.head;
        seen.insert("status".into(), head.status.into());
        let headers = expected_headers(expected).into_keys();
        let value = |name: &str| head.headers.get(&name.to_lowercase()).cloned();
        let found = headers.filter_map(|name| Some((name.clone(), value(&name)?.into())));
        seen.insert("headers".into(), Value::Object(found.collect()));
        let json = matches!(self.reply, Reply::Answer(_) | Reply::Refused { .. });
        if json && head.header("content-type") != "application/json" {
            seen.insert("content_type".into(), head.header("content-type").into());
        }
        Value::Object(seen)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HTTP {}, {:?}, ", self.head.status, self.head.header("content-type"))?;
        match &self.reply {
            Reply::Answer(body) => f.write_str(&shown(body)),
            Reply::Refused { code, message, .. } => write!(f, "code {code}: {message}"),
            Reply::Frames(frames) => write!(f, "{} frames", frames.len()),
            Reply::Text(text) => write!(f, "no JSON of this API: {}", shown(&json!(text))),
        }
    }
}

impl Head {
    /// A header's values, empty when it is absent.
    pub fn header(&self, lower_case_name: &str) -> &str {
        self.headers.get(lower_case_name).map_or("", String::as_str)
    }
}

/// What a step expects, in the form of [`Outcome::seen`]; `${…}` are not filled in yet.
pub fn wanted(expected: &Expected, transport: Transport) -> Value {
    let Expected { answer, refused, response } = expected;
    let mut wanted = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        wanted.extend(value.map(|value| (name.to_string(), value)));
    };
    put("answer", answer.clone());
    put("refused", refused.as_ref().map(refused_form));
    if let Some(response) = response {
        put("text", response.text.clone().map(Value::from));
        put("frames", response.frames.clone().map(Value::from));
        put("trailers", response.frames.as_ref().map(|_| json!(response.trailers)));
    }
    if transport == Transport::Rest {
        put("status", Some(status(expected).into()));
        put("headers", Some(json!(expected_headers(expected))));
    }
    Value::Object(wanted)
}

fn status(expected: &Expected) -> u16 {
    let refused = expected.refused.as_ref().map(|r| r.status.unwrap_or(r.code.http_status()));
    expected.response.as_ref().map(|r| r.status).or(refused).unwrap_or(200)
}

fn expected_headers(expected: &Expected) -> BTreeMap<String, String> {
    let refused = expected.refused.as_ref().map(|r| &r.headers);
    let response = expected.response.as_ref().map(|r| &r.headers);
    response.or(refused).cloned().unwrap_or_default()
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
        Outcome {
            reply: Reply::Refused { code: 5, message: message.into(), details },
            head: Head::default(),
        }
    }

    #[test]
    fn a_standard_refusal_is_cut_to_code_id_and_text() {
        let detail = json!({"@type": ERROR_DETAIL, "id": "A-1", "message": "not there"});
        let seen = refused("not there (A-1)", vec![detail.clone()])
            .seen(&Expected::default(), Transport::Grpc);
        let short = json!({"code": "NOT_FOUND", "id": "A-1", "message": "not there"});
        assert_eq!(seen, json!({ "refused": short }));
        let seen = refused("other (A-1)", vec![detail.clone()])
            .seen(&Expected::default(), Transport::Grpc);
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
            Outcome { reply, head: Head::default() }.seen(&expected, Transport::Grpc)
        };
        assert_eq!(seen("unexpected EOF"), want);
        assert_ne!(seen("no idea"), want);
    }

    #[test]
    fn rest_expects_the_status_of_the_code() {
        let answer = Expected { answer: Some(json!({})), ..Expected::default() };
        let want = wanted(&answer, Transport::Rest);
        assert_eq!(want, json!({"answer": {}, "status": 200, "headers": {}}));
        let head = Head { status: 200, headers: [].into(), trailers: [].into() };
        let seen = Outcome { reply: Reply::Answer(json!({})), head }.seen(&answer, Transport::Rest);
        assert_eq!(seen["content_type"], "");
    }
}
