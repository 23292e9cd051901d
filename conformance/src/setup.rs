//! What a play needs: a fresh organisation and its actors, made over REST and removed afterwards.

use std::hash::{BuildHasher, Hasher, RandomState};

use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

use crate::client::{Call, Client, Trouble, rest};
use crate::fixture::Fixture;
use crate::operation::Catalogue;
use crate::outcome::Reply;
use crate::variables::Variables;

/// Makes what fixtures need with the instance owner's token.
pub struct Setup<'a> {
    pub client: &'a Client,
    pub catalogue: &'a Catalogue,
    pub token: &'a str,
}

impl Setup<'_> {
    /// The variables that a fixture starts with.
    ///
    /// # Errors
    /// When the server cannot be reached or refuses.
    pub async fn make(&self, fixture: &Fixture) -> Result<Variables, Trouble> {
        let run = word();
        let mut variables = Variables::default();
        variables.set("run", run.clone());
        variables.set("admin_token", self.token);
        let org = self.org_named(&run).await?;
        variables.set("org", org.clone());
        for (name, roles) in &fixture.actors {
            let (id, token) = self.actor(&org, &format!("{name}-{run}"), roles).await?;
            variables.set(name, id);
            variables.set(&format!("{name}_token"), token);
        }
        Ok(variables)
    }

    /// A fresh organisation's id.
    ///
    /// # Errors
    /// As [`Self::make`].
    pub async fn org(&self) -> Result<String, Trouble> {
        self.org_named(&word()).await
    }

    async fn org_named(&self, run: &str) -> Result<String, Trouble> {
        let made = self.must("AddOrg", None, json!({ "name": format!("org-{run}") })).await?;
        member(&made, "id")
    }

    /// A machine user with these roles: its id and its token.
    async fn actor(
        &self,
        org: &str,
        name: &str,
        roles: &[String],
    ) -> Result<(String, String), Trouble> {
        let user = json!({ "userName": name, "name": name });
        let id = member(&self.must("AddMachineUser", Some(org), user).await?, "userId")?;
        if !roles.is_empty() {
            let roles = json!({ "userId": id, "roles": roles });
            self.must("AddOrgMember", Some(org), roles).await?;
        }
        let user = json!({ "userId": id });
        let made = self.must("AddPersonalAccessToken", Some(org), user).await?;
        Ok((id, member(&made, "token")?))
    }

    /// Removes the organisations; one that the server cannot remove stays.
    pub async fn remove(&self, orgs: &[String]) {
        for org in orgs {
            let _ = self.must("RemoveOrg", Some(org), json!({})).await;
        }
    }

    async fn must(&self, rpc: &str, org: Option<&str>, args: Value) -> Result<Value, Trouble> {
        let broken = |why: String| Trouble::Broken(format!("{rpc}: {why}"));
        let operation = self.catalogue.find(&format!("ManagementService_{rpc}")).map_err(broken)?;
        let mut headers = HeaderMap::new();
        set_header(&mut headers, "authorization", &format!("Bearer {}", self.token))?;
        if let Some(org) = org {
            set_header(&mut headers, "x-zitadel-orgid", org)?;
        }
        let outcome = rest::call(self.client, Call { operation, args: &args, headers }).await?;
        match outcome.reply {
            Reply::Answer(body) => Ok(body),
            other => Err(broken(format!("{other:?}"))),
        }
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
    text.ok_or_else(|| Trouble::Broken(format!("no {name} in {body}")))
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
