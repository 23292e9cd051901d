//! Plays a fixture on one transport and compares every answer.

use std::time::{Duration, Instant};

use http::HeaderMap;
use serde_json::Value;

use crate::client::{Call, Client, Trouble, rest};
use crate::compare::Marks;
use crate::fixture::{Fixture, Request, Step, Transport};
use crate::operation::Catalogue;
use crate::outcome::{Outcome, Reply, wanted};
use crate::setup::{Setup, set_header};
use crate::variables::Variables;

/// What a play found.
#[derive(Clone, Debug)]
pub struct Verdict {
    pub fixture: String,
    pub transport: Transport,
    pub took: Duration,
    pub result: Result<Vec<Failure>, Trouble>,
}

/// A step that was not answered as the fixture says.
#[derive(Clone, Debug)]
pub struct Failure {
    pub step: String,
    /// A difference each.
    pub why: Vec<String>,
}

impl Verdict {
    pub fn passed(&self) -> bool {
        self.result.as_ref().is_ok_and(Vec::is_empty)
    }

    /// What failed, a line each; empty for a pass.
    pub fn lines(&self) -> Vec<String> {
        match &self.result {
            Err(trouble) => vec![format!("set-up: {trouble}")],
            Ok(failures) => {
                let lines = failures.iter().map(|f| (&f.step, &f.why));
                lines
                    .flat_map(|(step, why)| why.iter().map(move |w| format!("{step}: {w}")))
                    .collect()
            }
        }
    }
}

/// Plays fixtures against one server.
pub struct Player {
    pub client: Client,
    pub catalogue: Catalogue,
    /// The instance owner's.
    pub token: String,
}

impl Player {
    /// Makes an organisation and removes it: whether this server can be judged at all.
    ///
    /// # Errors
    /// When it cannot be reached, or refuses.
    pub async fn try_setup(&self) -> Result<(), Trouble> {
        let org = self.setup().org().await?;
        self.setup().remove(&[org]).await;
        Ok(())
    }

    fn setup(&self) -> Setup<'_> {
        Setup { client: &self.client, catalogue: &self.catalogue, token: &self.token }
    }

    /// Makes what the fixture needs, plays each of its steps on the transport, and removes what
    /// was made.
    pub async fn play(&self, fixture: &Fixture, transport: Transport) -> Verdict {
        let start = Instant::now();
        let setup = self.setup();
        let result = match setup.make(fixture).await {
            Err(trouble) => Err(trouble),
            Ok(variables) => {
                let mut play = Play::new(self, transport, variables);
                for step in fixture.steps.iter().filter(|step| step.plays_on(transport)) {
                    if !play.step(step).await {
                        break;
                    }
                }
                setup.remove(&play.orgs).await;
                Ok(play.failures)
            }
        };
        Verdict { fixture: fixture.name.clone(), transport, took: start.elapsed(), result }
    }
}

/// A play in progress.
struct Play<'a> {
    player: &'a Player,
    transport: Transport,
    variables: Variables,
    marks: Marks,
    failures: Vec<Failure>,
    /// The organisations made.
    orgs: Vec<String>,
}

impl<'a> Play<'a> {
    fn new(player: &'a Player, transport: Transport, variables: Variables) -> Self {
        let org = variables.get("org").ok().and_then(Value::as_str).map(String::from);
        let orgs = org.into_iter().collect();
        Self { player, transport, variables, marks: Marks::default(), failures: Vec::new(), orgs }
    }

    /// Plays a step; `false` when the server is gone and further steps would only wait for it.
    async fn step(&mut self, step: &Step) -> bool {
        let (why, goes_on) = match self.answer(step).await {
            Ok(outcome) => (self.judge(step, &outcome), true),
            Err(trouble) => (vec![trouble.to_string()], matches!(trouble, Trouble::Broken(_))),
        };
        if !why.is_empty() {
            self.failures.push(Failure { step: step.id.clone(), why });
        }
        goes_on
    }

    async fn answer(&self, step: &Step) -> Result<Outcome, Trouble> {
        let headers = self.headers(step)?;
        if let Some(request) = &step.request {
            return self.request(request, headers).await;
        }
        let operation = self.player.catalogue.find(step.call.as_deref().unwrap_or_default());
        let operation = operation.map_err(Trouble::Broken)?;
        let empty = Value::Object(serde_json::Map::new());
        let args = self.variables.fill_value(step.args.as_ref().unwrap_or(&empty));
        let args = args.map_err(Trouble::Broken)?;
        let call = Call { operation, args: &args, headers };
        self.player.client.call(self.transport, call).await
    }

    async fn request(&self, request: &Request, mut headers: HeaderMap) -> Result<Outcome, Trouble> {
        let fill = |text: &str| self.variables.fill(text).map_err(Trouble::Broken);
        let mut body = fill(request.body.as_deref().unwrap_or_default())?;
        if let Some(json) = &request.json {
            body = self.variables.fill_value(json).map_err(Trouble::Broken)?.to_string();
            if !headers.contains_key("content-type") {
                set_header(&mut headers, "content-type", "application/json")?;
            }
        }
        let path = fill(&request.path)?;
        rest::raw(&self.player.client, &request.method, &path, headers, body.into()).await
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

    /// Saves what the step names and compares the answer.
    fn judge(&mut self, step: &Step, outcome: &Outcome) -> Vec<String> {
        let mut why = Vec::new();
        if let Reply::Answer(body) = &outcome.reply {
            self.note_org(step, body);
            for (name, path) in &step.save {
                match dig(body, path) {
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
                let differences = self.marks.compare(&want, &outcome.seen(&expected));
                why.extend(differences.iter().map(ToString::to_string));
            }
            Err(missing) => why.push(missing),
        }
        why
    }

    /// Remembers an organisation that the step made, so that it is removed.
    fn note_org(&mut self, step: &Step, body: &Value) {
        let called = step.call.as_deref() == Some("ManagementService_AddOrg");
        let posted = |r: &Request| r.method == "POST" && r.path == "/management/v1/orgs";
        if called || step.request.as_ref().is_some_and(posted) {
            self.orgs.extend(body.get("id").and_then(Value::as_str).map(String::from));
        }
    }
}

/// The value at a path of member names and list positions, `result.0.id`.
fn dig<'a>(body: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(body, |value, part| match value {
        Value::Array(items) => items.get(part.parse::<usize>().ok()?),
        value => value.get(part),
    })
}
