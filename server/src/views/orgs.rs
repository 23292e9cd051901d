//! `orgs` and their verified domains.

use super::members;
use super::table::{Table, table};
use crate::core::{Stored, stream};
use crate::db::{Db, Row, Statement};
use crate::domain::Stamp;
use crate::domain::org::{Event, Org};
use crate::error::{Error, Result, text};

table!(
    Org,
    "orgs",
    1,
    [id, owner, sequence, created_at, changed_at, state, name, name_key, primary_domain,]
);

/// A verified domain.
pub struct Domain {
    domain: String,
    org_id: String,
}

table!(Domain, "org_domains", 1, [domain, org_id]);

impl Stored for Org {
    fn select() -> &'static str {
        &Self::sql().select
    }

    fn read(row: &Row<'_>) -> Result<Self> {
        Table::read(row)
    }

    fn upsert(&self) -> Statement {
        self.put().taken(taken())
    }

    fn delete(id: &str) -> Statement {
        <Self as Table>::delete(vec![id.into()])
    }

    fn changes(event: &Event, stamp: &Stamp) -> Vec<Statement> {
        const VERIFIED: &str = "INSERT INTO org_domains (domain, org_id) VALUES ($1, $2)";
        match event {
            Event::DomainVerified(verified) => {
                let params = vec![(&verified.domain).into(), (&stamp.id).into()];
                vec![Statement::new(VERIFIED, params).taken(taken())]
            }
            Event::MemberAdded(member) => {
                vec![members::add(member, &stream::<Self>(&stamp.id), stamp)]
            }
            Event::MemberChanged(member) => {
                vec![members::change(member, &stream::<Self>(&stamp.id), stamp)]
            }
            Event::MemberRemoved(removed) | Event::MemberCascadeRemoved(removed) => {
                vec![members::remove(&removed.user_id, &stream::<Self>(&stamp.id))]
            }
            _ => Vec::new(),
        }
    }
}

fn taken() -> Error {
    text::org::ALREADY_EXISTS.already_exists("V3-DKcYh")
}

pub async fn by_id(db: &Db, id: &str) -> Result<Option<Org>> {
    db.first(Org::sql().select.as_str(), &[id.into()], Table::read).await
}

/// Whether another organisation has verified this domain, compared letter by letter.
pub async fn domain_is_foreign(db: &Db, domain: &str, org: &str) -> Result<bool> {
    const SQL: &str = "SELECT 1 FROM org_domains WHERE domain = $1 AND org_id <> $2";
    let found = db.first(SQL, &[domain.into(), org.into()], |_| Ok(())).await?;
    Ok(found.is_some())
}
