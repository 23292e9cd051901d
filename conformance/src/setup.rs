//! What a play needs: a fresh organisation and its actors, made over REST and removed afterwards.

use std::hash::{BuildHasher, Hasher, RandomState};

use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

use crate::client::{Call, Client, Trouble};
use crate::fixture::{Fixture, Transport};
use crate::operation::Catalogue;
use crate::outcome::{Outcome, Reply};
use crate::variables::Variables;

/// What was made on the server and has to be removed.
#[derive(Debug, Default)]
pub struct Made {
    /// Ids of organisations.
    pub orgs: Vec<String>,
    /// Users, each as organisation and id.
    pub users: Vec<(String, String)>,
}

/// Makes what fixtures need with the instance owner's token.
pub struct Setup<'a> {
    pub client: &'a Client,
    pub catalogue: &'a Catalogue,
    pub token: &'a str,
}

impl Setup<'_> {
    /// The variables that a fixture starts with; what is made for them is noted, also on failure.
    ///
    /// # Errors
    /// When the server cannot be reached or refuses.
    pub async fn make(&self, fixture: &Fixture, made: &mut Made) -> Result<Variables, Trouble> {
        let run = word();
        let mut variables = Variables::default();
        variables.set("run", run.clone());
        variables.set("admin_token", self.token);
        variables.set("authority", self.client.authority());
        let org = self.must("AddOrg", None, json!({ "name": format!("org-{run}") })).await?;
        let org = member(&org, "id")?;
        variables.set("org", org.clone());
        made.orgs.push(org.clone());
        for (name, roles) in &fixture.actors {
            let user = format!("{name}-{run}");
            let user = json!({ "userName": user, "name": user });
            let id = member(&self.must("AddMachineUser", Some(&org), user).await?, "userId")?;
            made.users.push((org.clone(), id.clone()));
            variables.set(&format!("{name}_token"), self.token(&org, &id, roles).await?);
            variables.set(name, id);
        }
        Ok(variables)
    }

    /// Reads something that every server has.
    ///
    /// # Errors
    /// As [`Self::make`].
    pub async fn try_server(&self) -> Result<(), Trouble> {
        self.must("GetMyOrg", None, json!({})).await.map(drop)
    }

    /// A token of the user, who is given these roles.
    async fn token(&self, org: &str, id: &str, roles: &[String]) -> Result<String, Trouble> {
        if !roles.is_empty() {
            let roles = json!({ "userId": id, "roles": roles });
            self.must("AddOrgMember", Some(org), roles).await?;
        }
        let user = json!({ "userId": id });
        let made = self.must("AddPersonalAccessToken", Some(org), user).await?;
        member(&made, "token")
    }

    /// Removes organisations with their users; where that is impossible, the users alone.
    /// Gives the organisations that stay.
    pub async fn remove(&self, made: Made) -> Vec<String> {
        let mut left = Vec::new();
        for org in made.orgs {
            let reply = self.call("RemoveOrg", Some(&org), json!({})).await;
            if !reply.is_ok_and(|outcome| is_gone(&outcome.reply)) {
                left.push(org);
            }
        }
        for (org, id) in made.users.iter().filter(|(org, _)| left.contains(org)) {
            // The fixture may have removed it already.
            let _ = self.must("RemoveUser", Some(org), json!({ "id": id })).await;
        }
        left
    }

    async fn must(&self, rpc: &str, org: Option<&str>, args: Value) -> Result<Value, Trouble> {
        let outcome = self.call(rpc, org, args).await?;
        match outcome.reply {
            Reply::Answer(body) => Ok(body),
            _ => Err(Trouble::Broken(format!("{rpc}: {outcome}"))),
        }
    }

    async fn call(&self, rpc: &str, org: Option<&str>, args: Value) -> Result<Outcome, Trouble> {
        let broken = |why: String| Trouble::Broken(format!("{rpc}: {why}"));
        let operation = self.catalogue.find(&format!("ManagementService_{rpc}")).map_err(broken)?;
        let mut headers = HeaderMap::new();
        set_header(&mut headers, "authorization", &format!("Bearer {}", self.token))?;
        if let Some(org) = org {
            set_header(&mut headers, "x-zitadel-orgid", org)?;
        }
        let call = Call { operation, args: &args, headers };
        self.client.call(Transport::Rest, call).await
    }
}

/// Whether an organisation is removed, now or by the fixture before. A server that does not know
/// the operation refuses it without an error id.
fn is_gone(reply: &Reply) -> bool {
    match reply {
        Reply::Answer(_) => true,
        Reply::Refused { code: 5, details, .. } => !details.is_empty(),
        _ => false,
    }
}

/// # Errors
/// When name or value cannot stand in a header.
pub fn set_header(headers: &mut HeaderMap, name: &str, value: &str) -> Result<(), Trouble> {
    let name = HeaderName::from_bytes(name.as_bytes());
    let name = name.map_err(|e| Trouble::Broken(format!("a header's name: {e}")))?;
    let value = HeaderValue::from_bytes(value.as_bytes());
    headers.insert(name, value.map_err(|e| Trouble::Broken(format!("a header's value: {e}")))?);
    Ok(())
}

fn member(body: &Value, name: &str) -> Result<String, Trouble> {
    let text = body.get(name).and_then(Value::as_str).map(String::from);
    text.ok_or_else(|| Trouble::Broken(format!("no {name} in the answer")))
}

/// A word of eight letters and digits for the names of one play: fixtures count on its length.
fn word() -> String {
    const LETTERS: [char; 31] = [
        'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'j', 'k', 'm', 'n', 'p', 'q', 'r', 's', 't', 'u',
        'v', 'w', 'x', 'y', 'z', '2', '3', '4', '5', '6', '7', '8', '9',
    ];
    let mut random = RandomState::new().build_hasher().finish();
    let mut letter = || {
        let letter = LETTERS.get((random % 31) as usize);
        random /= 31;
        letter.copied().unwrap_or('a')
    };
    std::iter::once('r').chain(std::iter::repeat_with(&mut letter).take(7)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_short_and_new() {
        let words: std::collections::BTreeSet<String> = (0..1000).map(|_| word()).collect();
        assert_eq!(words.len(), 1000);
        assert!(words.iter().all(|w| w.len() == 8 && w.starts_with('r')));
    }
}
