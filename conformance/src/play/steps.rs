//! The steps of a play, one after the other.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use http::HeaderMap;
use serde_json::Value;

use super::{Failure, Kept, Player};
use crate::client::raw::{self, Raw};
use crate::client::{Call, Trouble, lines};
use crate::compare::{Marks, dig, is_mark};
use crate::deprecation;
use crate::fixture::{Request, Step, Transport};
use crate::operation::Operation;
use crate::outcome::{Outcome, Reply, wanted};
use crate::relation::Relation;
use crate::setup::{Made, set_header};
use crate::variables::Variables;

/// The first and the longest pause before a read is repeated.
const PAUSES: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(500));

/// A play in progress.
pub struct Play<'a> {
    player: &'a Player,
    transport: Transport,
    variables: Variables,
    marks: Marks,
    made: &'a mut Made,
    pub failures: Vec<Failure>,
    pub advice: BTreeSet<String>,
    pub kept: Kept,
}

impl<'a> Play<'a> {
    pub fn new(
        player: &'a Player,
        transport: Transport,
        variables: Variables,
        made: &'a mut Made,
    ) -> Self {
        let (failures, advice, kept) = (Vec::new(), BTreeSet::new(), Kept::default());
        Self { player, transport, variables, marks: Marks::default(), made, failures, advice, kept }
    }

    /// Plays a step; `false` when the server is gone and further steps would only wait for it.
    pub async fn step(&mut self, step: &Step) -> bool {
        let lag = match self.player.catalogue.reads(step) {
            true => self.player.lag.max(Duration::from_secs(step.eventually)),
            false => Duration::ZERO,
        };
        let (start, mut pause) = (Instant::now(), PAUSES.0);
        loop {
            let before = (self.variables.clone(), self.marks.clone());
            let (why, goes_on) = match self.answer(step).await {
                Ok(outcome) => {
                    let why = self.judge(step, &outcome);
                    self.keep(step, outcome);
                    (why, true)
                }
                Err(trouble) => (vec![trouble.to_string()], matches!(trouble, Trouble::Broken(_))),
            };
            if why.is_empty() {
                return true;
            }
            if !goes_on || start.elapsed() + pause > lag {
                self.failures.push(Failure::of(step, why));
                return goes_on;
            }
            (self.variables, self.marks) = before;
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(PAUSES.1);
        }
    }

    fn keep(&mut self, step: &Step, outcome: Outcome) {
        if self.player.keeps {
            self.kept.answers.retain(|(id, _)| *id != step.id);
            self.kept.answers.push((step.id.clone(), outcome));
            self.kept.variables = self.variables.clone();
        }
    }

    fn operation(&self, step: &Step) -> Result<&'a Operation, String> {
        self.player.catalogue.find(step.call.as_deref().unwrap_or_default())
    }

    async fn answer(&self, step: &Step) -> Result<Outcome, Trouble> {
        if let Some(request) = step.request.as_ref().filter(|request| !request.lines.is_empty()) {
            let closes = step.response.as_ref().is_some_and(|response| response.closes);
            return self.lines(request, closes).await;
        }
        let headers = self.headers(step)?;
        if let Some(request) = &step.request {
            return self.request(request, headers).await;
        }
        let operation = self.operation(step).map_err(Trouble::Broken)?;
        let empty = Value::Object(serde_json::Map::new());
        let args = self.variables.fill_value(step.args.as_ref().unwrap_or(&empty));
        let args = args.map_err(Trouble::Broken)?;
        let call = Call { operation, args: &args, headers };
        self.player.client.call(self.transport, call).await
    }

    async fn request(&self, request: &Request, mut headers: HeaderMap) -> Result<Outcome, Trouble> {
        let (variables, catalogue) = (&self.variables, &self.player.catalogue);
        let body = request.body.as_ref().map(|body| body.bytes(variables, catalogue));
        let mut body = body.transpose().map_err(Trouble::Broken)?.unwrap_or_default();
        if let Some(json) = &request.json {
            body = variables.fill_value(json).map_err(Trouble::Broken)?.to_string().into();
            if !headers.contains_key("content-type") {
                set_header(&mut headers, "content-type", "application/json")?;
            }
        }
        let path = variables.fill(&request.path).map_err(Trouble::Broken)?;
        let operation = catalogue.of_request(&request.method, &path);
        let raw = Raw {
            method: &request.method,
            path: &path,
            headers,
            body: body.into(),
            http2: request.http2,
            output: operation.map(|operation| operation.method.output()),
        };
        raw::send(&self.player.client, raw).await
    }

    /// A request in lines.
    async fn lines(&self, request: &Request, closes: bool) -> Result<Outcome, Trouble> {
        let (variables, catalogue) = (&self.variables, &self.player.catalogue);
        let body = request.body.as_ref().map(|body| body.bytes(variables, catalogue));
        let body = body.transpose().map_err(Trouble::Broken)?;
        let mut head = variables.fill(&request.lines.join("\r\n")).map_err(Trouble::Broken)?;
        let lower = head.to_ascii_lowercase();
        let framed = ["\r\ncontent-length:", "\r\ntransfer-encoding:"];
        if let Some(body) = &body
            && !framed.iter().any(|name| lower.contains(name))
        {
            head += &format!("\r\nContent-Length: {}", body.len());
        }
        let bytes = [head.as_bytes(), b"\r\n\r\n", &body.unwrap_or_default()].concat();
        raw::understand(&lines::send(&self.player.client, &bytes, closes).await?, None)
    }

    fn headers(&self, step: &Step) -> Result<HeaderMap, Trouble> {
        let caller = match (&step.authorization, step.actor.as_deref()) {
            (Some(whole), _) => Some(whole.clone()),
            (None, Some("none")) => None,
            (None, actor) => Some(format!("Bearer ${{{}_token}}", actor.unwrap_or("admin"))),
        };
        let org = Some(step.org.as_deref().unwrap_or("${org}")).filter(|org| *org != "none");
        let mut headers = HeaderMap::new();
        let named = step.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let caller = caller.as_deref().map(|value| ("authorization", value));
        let org = org.map(|value| ("x-zitadel-orgid", value));
        for (name, value) in caller.into_iter().chain(org).chain(named) {
            let value = self.variables.fill(value).map_err(Trouble::Broken)?;
            set_header(&mut headers, name, &value)?;
        }
        Ok(headers)
    }

    /// Saves what the step names, compares the answer and makes the other checks.
    fn judge(&mut self, step: &Step, outcome: &Outcome) -> Vec<String> {
        let mut why = Vec::new();
        if let Reply::Answer(body) = &outcome.reply {
            self.note_made(step, body);
            why.extend(self.holds(step, body));
            for (name, path) in &step.save {
                match dig(body, path) {
                    Some(Value::String(text)) if text.is_empty() || is_mark(text) => {
                        why.push(format!("{text:?} at {path} is nothing to save"));
                    }
                    Some(value) => self.variables.set(name, value.clone()),
                    None => why.push(format!("nothing to save at {path}")),
                }
            }
        }
        // A raw request is REST whatever the fixture is played on.
        let rest = step.request.is_some();
        let transport = if rest { Transport::Rest } else { self.transport };
        let expected = step.expected(transport);
        match self.variables.fill_value(&wanted(&expected, transport)) {
            Ok(want) => {
                let differences = self.marks.compare(&want, &outcome.seen(&expected, transport));
                why.extend(differences.iter().map(ToString::to_string));
            }
            Err(missing) => why.push(missing),
        }
        why.extend(self.beyond(step, outcome));
        why
    }

    /// The relations that do not hold; `${name}` is what was saved before this step.
    fn holds(&self, step: &Step, body: &Value) -> Vec<String> {
        let check = |text: &String| Relation::parse(text)?.check(body, &self.variables);
        step.holds.iter().filter_map(|text| check(text).err()).collect()
    }

    /// What every answer has to be, whatever the fixture expects.
    fn beyond(&mut self, step: &Step, outcome: &Outcome) -> Vec<String> {
        let Ok(operation) = self.operation(step) else { return Vec::new() };
        let head = &outcome.head;
        self.advice.extend(deprecation::advice(operation, outcome));
        if self.transport != Transport::Rest {
            return Vec::new();
        }
        let (Some(document), Some(body)) = (&self.player.document, outcome.body()) else {
            return Vec::new();
        };
        document.faults(step.call.as_deref().unwrap_or_default(), head.status, &body)
    }

    /// Remembers the organisation or user that the step made, so that it is removed.
    fn note_made(&mut self, step: &Step, body: &Value) {
        let text = |path: &str| dig(body, path).and_then(Value::as_str).map(String::from);
        let posted = |path: &str| {
            let raw = step.request.as_ref().map(|r| (r.method.as_str(), r.path.as_str()));
            let rpc = self.operation(step).ok().map(|o| (o.facts.method, o.facts.path));
            raw.or(rpc).is_some_and(|(method, route)| method == "POST" && route.starts_with(path))
        };
        if posted("/management/v1/users/") {
            self.made.users.extend(text("details.resourceOwner").zip(text("userId")));
        } else if posted("/management/v1/orgs") {
            self.made.orgs.extend(text("id"));
        }
    }
}
