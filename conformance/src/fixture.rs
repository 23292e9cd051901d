//! The format of a fixture: one scenario, a YAML file that a stranger can read.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_saphyr::Spanned;

use crate::code::Code;
use crate::part::Part;

/// How deep values may be nested.
const DEEPEST: usize = 512;

/// The stack for values so deep, of which the reader takes up to 16 kB a level.
const STACK: usize = 64 << 20;

/// A scenario, played in a fresh organisation.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fixture {
    /// Its path below the folder of fixtures, without the ending.
    #[serde(skip)]
    pub name: String,
    /// What it shows.
    pub about: String,
    #[serde(default)]
    pub from: Source,
    /// Machine users made for it, with their roles in the organisation; each has a token.
    #[serde(default)]
    pub actors: BTreeMap<String, Vec<String>>,
    pub steps: Vec<Step>,
}

/// Where the expected answers come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A running ZITADEL.
    Recorded,
    /// This project.
    #[default]
    Written,
}

/// One exchange: an operation on any transport, or a raw REST request.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Where it begins in its file, from 1.
    #[serde(skip)]
    pub line: u64,
    pub id: String,
    pub note: Option<String>,
    /// An operation id; either this or `request`.
    pub call: Option<String>,
    /// The request message as protobuf JSON.
    pub args: Option<Value>,
    pub request: Option<Request>,
    /// Who calls: an actor, or `none` for no token; otherwise the instance owner.
    #[serde(rename = "as")]
    pub actor: Option<String>,
    /// A whole Authorization value in place of the caller's token.
    pub authorization: Option<String>,
    /// The value of x-zitadel-orgid, `none` for none; otherwise the fresh organisation.
    pub org: Option<String>,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// What to keep for later steps: name → path in the answer (`user.details.sequence`).
    #[serde(default)]
    pub save: BTreeMap<String, String>,
    /// Seconds for which a read may differ, on servers whose reads lag behind writes.
    #[serde(default)]
    pub eventually: u64,
    /// Relations that hold for the answer: `$.details.sequence > ${before}`.
    #[serde(default)]
    pub holds: Vec<String>,
    /// The transports on which it is played; otherwise all, and for a raw request REST.
    #[serde(default)]
    pub only: Vec<Transport>,
    /// A raw request that is played for each transport, because later steps need what it does.
    #[serde(default)]
    pub always: bool,
    /// The body of a successful answer.
    pub answer: Option<Value>,
    pub refused: Option<Refused>,
    /// Any other REST answer.
    pub response: Option<Response>,
    /// What a transport answers instead.
    #[serde(default)]
    pub differs: BTreeMap<Transport, Expected>,
}

/// A raw REST request.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Request {
    #[serde(default)]
    pub method: String,
    #[serde(default)]
    pub path: String,
    /// In place of method, path and all that is sent with them: the lines of a head of HTTP/1, as
    /// they are sent. Only a length of the body is added to them, where they say nothing of it.
    #[serde(default)]
    pub lines: Vec<String>,
    /// A JSON body, sent with its content type.
    pub json: Option<Value>,
    /// A body sent as it stands, without a content type.
    pub body: Option<Part>,
    /// HTTP/2 with prior knowledge.
    #[serde(default)]
    pub http2: bool,
}

/// What a step expects: one of the three; a raw request also a response beside one of the others.
#[derive(Clone, Debug, PartialEq, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Expected {
    pub answer: Option<Value>,
    pub refused: Option<Refused>,
    pub response: Option<Response>,
}

/// A refusal in the error schema.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Refused {
    pub code: Code,
    /// The id of the error detail; without one there must be no details.
    pub id: Option<String>,
    /// The text, without the id that the wire puts behind it.
    pub message: Option<String>,
    /// A JSON decoder's own words, in place of `message`: any decoder's will do.
    pub decoder: Option<String>,
    /// The HTTP status where it is not that of the code.
    pub status: Option<u16>,
    /// Headers of the REST answer.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
}

/// The HTTP answer to a raw request: a body that is neither, or what stands around it.
#[derive(Clone, Debug, PartialEq, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Response {
    pub status: u16,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    pub text: Option<String>,
    /// The frames of gRPC and gRPC-web: messages as protobuf JSON, trailers as text.
    pub frames: Option<Vec<Value>>,
    /// The connection has to be closed after it; for a request in lines.
    #[serde(default)]
    pub closes: bool,
    /// All trailers, where there are frames.
    #[serde(default)]
    pub trailers: BTreeMap<String, String>,
}

#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
    clap::ValueEnum,
)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum Transport {
    Rest,
    Grpc,
    GrpcWeb,
}

impl Transport {
    pub const ALL: [Self; 3] = [Self::Rest, Self::Grpc, Self::GrpcWeb];
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rest => "rest",
            Self::Grpc => "grpc",
            Self::GrpcWeb => "grpc_web",
        })
    }
}

impl Step {
    /// Whether it is played when the fixture is played on this transport.
    pub fn plays_on(&self, transport: Transport) -> bool {
        let possible = self.call.is_some() || self.always || transport == Transport::Rest;
        possible && (self.only.is_empty() || self.only.contains(&transport))
    }

    /// What it expects there.
    pub fn expected(&self, transport: Transport) -> Expected {
        self.differs.get(&transport).cloned().unwrap_or_else(|| self.expected_everywhere())
    }

    /// What it expects on the transports that it does not name.
    pub fn expected_everywhere(&self) -> Expected {
        Expected {
            answer: self.answer.clone(),
            refused: self.refused.clone(),
            response: self.response.clone(),
        }
    }
}

impl Fixture {
    /// Whether a step shows something on this transport, beyond what prepares REST requests.
    pub fn plays_on(&self, transport: Transport) -> bool {
        let shows = |step: &Step| step.call.is_some() || transport == Transport::Rest;
        self.steps.iter().any(|step| shows(step) && step.plays_on(transport))
    }

    /// # Errors
    /// What is wrong, with line and column.
    pub fn parse(name: &str, text: &str) -> Result<Self, String> {
        std::thread::scope(|scope| {
            let reader = std::thread::Builder::new().stack_size(STACK);
            let reading = reader.spawn_scoped(scope, || Self::read_text(name, text));
            let read = reading.map_err(|e| e.to_string())?.join();
            read.unwrap_or_else(|_| Err("the reader of YAML panicked".into()))
        })
    }

    fn read_text(name: &str, text: &str) -> Result<Self, String> {
        let budget = serde_saphyr::budget! { max_depth: DEEPEST };
        let options = serde_saphyr::options! { budget: budget };
        let fixture = serde_saphyr::from_str_with_options(text, options.clone());
        let mut fixture: Self = fixture.map_err(|e| e.to_string())?;
        let places: Places =
            serde_saphyr::from_str_with_options(text, options).map_err(|e| e.to_string())?;
        for (step, place) in fixture.steps.iter_mut().zip(places.steps) {
            step.line = place.referenced.line();
        }
        Ok(Self { name: name.into(), ..fixture })
    }

    /// # Errors
    /// With the file's name before what is wrong.
    pub fn read(folder: &Path, file: &Path) -> Result<Self, String> {
        let in_file = |e: String| format!("{}: {e}", file.display());
        let text = std::fs::read_to_string(file).map_err(|e| in_file(e.to_string()))?;
        let name = file.strip_prefix(folder).unwrap_or(file).with_extension("");
        Self::parse(&name.to_string_lossy(), &text).map_err(in_file)
    }
}

/// Where the steps of a fixture begin.
#[derive(Deserialize)]
struct Places {
    steps: Vec<Spanned<IgnoredAny>>,
}

/// The JSON Schema of a fixture, for editors, ending with a line feed.
pub fn schema() -> String {
    let mut schema = schemars::schema_for!(Fixture);
    schema
        .insert("$comment".into(), "Over 400 lines: editors load a schema by one address.".into());
    let schema = Value::from(schema);
    format!("{schema:#}\n")
}

/// The fixture files below a folder, in order of their names.
///
/// # Errors
/// When the folder cannot be read or holds none.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let pattern = format!("{}/**/*.yaml", glob::Pattern::escape(&folder.to_string_lossy()));
    let found = glob::glob(&pattern).map_err(|e| e.to_string())?;
    let files = found.collect::<Result<Vec<_>, _>>().map_err(|e| e.to_string())?;
    if files.is_empty() { Err(format!("no fixtures in {}", folder.display())) } else { Ok(files) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: &str = "about: a\nsteps:\n  - id: x\n    call: c\n    answer: { n: 1, s: \"1\" }\n";

    #[test]
    fn texts_stay_texts_and_numbers_numbers() {
        let fixture = Fixture::parse("f", STEP).unwrap();
        let expected = fixture.steps[0].expected(Transport::Grpc);
        assert_eq!(expected.answer, Some(serde_json::json!({"n": 1, "s": "1"})));
        assert_eq!(fixture.steps[0].line, 3);
    }

    #[test]
    fn an_unknown_or_repeated_key_is_refused_with_its_line() {
        let unknown = Fixture::parse("f", &format!("{STEP}    anwser: {{}}\n")).unwrap_err();
        assert!(unknown.contains("line 6") && unknown.contains("anwser"), "{unknown}");
        let repeated = Fixture::parse("f", &format!("{STEP}    id: y\n")).unwrap_err();
        assert!(repeated.contains("line 6") && repeated.contains("id"), "{repeated}");
    }

    #[test]
    fn a_raw_request_is_played_on_rest_unless_always() {
        let mut step = Step { request: Some(Request::default()), ..Step::default() };
        assert!(step.plays_on(Transport::Rest) && !step.plays_on(Transport::Grpc));
        step.always = true;
        assert!(step.plays_on(Transport::Grpc));
    }
}
