//! `domains`: the domains of organisations, and the login names that end in them.

use std::collections::HashMap;

use super::table::{Table, table};
use crate::db::{Db, Statement};
use crate::domain::Stamp;
use crate::domain::user::User;
use crate::domain::user::name::name_key;
use crate::error::{Error, Result};

pub struct Domain {
    pub org_id: String,
    pub domain: String,
    /// What is unique in the instance, once the domain is verified.
    pub claim: Option<String>,
    pub sequence: i64,
    pub created_at: i64,
    pub changed_at: i64,
}

table!(Domain, "domains", 2, [org_id, domain, claim, sequence, created_at, changed_at]);

pub fn add(domain: &str, stamp: &Stamp) -> Statement {
    let row = Domain {
        org_id: stamp.id.clone(),
        domain: domain.into(),
        claim: None,
        sequence: stamp.sequence,
        created_at: stamp.at,
        changed_at: stamp.at,
    };
    row.put()
}

/// `taken`: what it means that another organisation has verified the domain.
pub fn verify(domain: &str, stamp: &Stamp, taken: Error) -> Statement {
    const SQL: &str = "UPDATE domains SET claim = $3, sequence = $4, changed_at = $5 \
        WHERE org_id = $1 AND domain = $2";
    let [org, domain_, sequence, at] = changed(domain, stamp);
    Statement::new(SQL, vec![org, domain_, name_key(domain).into(), sequence, at]).taken(taken)
}

pub fn set_primary(domain: &str, stamp: &Stamp) -> Statement {
    const SQL: &str = "UPDATE domains SET sequence = $3, changed_at = $4 \
        WHERE org_id = $1 AND domain = $2";
    Statement::new(SQL, changed(domain, stamp).to_vec())
}

fn changed(domain: &str, stamp: &Stamp) -> [crate::db::Value; 4] {
    [(&stamp.id).into(), domain.into(), stamp.sequence.into(), stamp.at.into()]
}

pub fn delete_all(org: &str) -> Statement {
    Statement::new("DELETE FROM domains WHERE org_id = $1", vec![org.into()])
}

/// Whether another organisation has verified this domain, compared letter by letter.
pub async fn is_foreign(db: &Db, domain: &str, org: &str) -> Result<bool> {
    const SQL: &str =
        "SELECT 1 FROM domains WHERE domain = $1 AND claim IS NOT NULL AND org_id <> $2";
    let found = db.first(SQL, &[domain.into(), org.into()], |_| Ok(())).await?;
    Ok(found.is_some())
}

/// Whether an organisation has this domain, verified or not.
pub async fn has(db: &Db, org: &str, domain: &str) -> Result<bool> {
    let key = [org.into(), domain.into()];
    Ok(db.first(Domain::sql().select.as_str(), &key, |_| Ok(())).await?.is_some())
}

/// The organisation that has verified this domain, compared without regard to case.
pub async fn owner(db: &Db, domain: &str) -> Result<Option<String>> {
    const SQL: &str = "SELECT org_id FROM domains WHERE claim = $1";
    db.first(SQL, &[name_key(domain).into()], |row| row.text(0)).await
}

/// The verified domains of an organisation, sorted.
pub async fn verified(db: &Db, org: &str) -> Result<Vec<String>> {
    const SQL: &str =
        "SELECT domain FROM domains WHERE org_id = $1 AND claim IS NOT NULL ORDER BY domain";
    db.query(SQL, &[org.into()], |row| row.text(0)).await
}

/// What stands behind the user name in the login names of an organisation: nothing, or each of its
/// verified domains.
pub async fn login_endings(db: &Db, org: &str) -> Result<Vec<String>> {
    const SQL: &str = "SELECT 1 FROM orgs WHERE id = $1 AND login_must_be_domain = 1";
    if db.first(SQL, &[org.into()], |_| Ok(())).await?.is_none() {
        return Ok(vec![String::new()]);
    }
    Ok(verified(db, org).await?.iter().map(|domain| format!("@{domain}")).collect())
}

/// The login names of users, as the domain policies of their organisations make them.
#[derive(Default)]
pub struct LoginNames(HashMap<String, Ends>);

/// What the login names of one organisation end in.
#[derive(Default)]
struct Ends {
    primary: String,
    verified: Vec<String>,
}

impl LoginNames {
    /// Asks only for organisations that put their domains behind the names.
    pub async fn of(db: &Db, users: impl IntoIterator<Item = &User>) -> Result<Self> {
        const SQL: &str = "SELECT primary_domain FROM orgs WHERE id = $1";
        let mut ends = HashMap::new();
        for user in users {
            if !user.org_scoped || ends.contains_key(&user.owner) {
                continue;
            }
            let org = user.owner.as_str();
            let primary = db.first(SQL, &[org.into()], |row| row.text(0)).await?;
            let verified = verified(db, org).await?;
            ends.insert(org.into(), Ends { primary: primary.unwrap_or_default(), verified });
        }
        Ok(Self(ends))
    }

    /// All of them, sorted.
    pub fn all(&self, user: &User) -> Vec<String> {
        match self.0.get(&user.owner).filter(|_| user.org_scoped) {
            None => vec![user.user_name.clone()],
            Some(ends) => ends.verified.iter().map(|domain| with_domain(user, domain)).collect(),
        }
    }

    pub fn preferred(&self, user: &User) -> String {
        match self.0.get(&user.owner).filter(|_| user.org_scoped) {
            None => user.user_name.clone(),
            Some(ends) => with_domain(user, &ends.primary),
        }
    }
}

fn with_domain(user: &User, domain: &str) -> String {
    format!("{}@{domain}", user.user_name)
}
