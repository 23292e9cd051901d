//! `orgs`, the removed ones too: their ids stay known.

use super::table::{Table, table};
use super::{domains, idps, members};
use crate::core::{Stored, stream};
use crate::db::{Db, Row, Statement};
use crate::domain::Stamp;
use crate::domain::org::{Event, Org};
use crate::error::{Error, Result, text};

table!(
    Org,
    "orgs",
    1,
    [
        id,
        owner,
        sequence,
        created_at,
        changed_at,
        state,
        name,
        name_key,
        primary_domain,
        custom_policy,
        login_must_be_domain,
        validate_domains,
        tokens_ended_at,
    ]
);

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
        match event {
            Event::DomainAdded(added) => vec![domains::add(&added.domain, stamp)],
            Event::DomainVerified(verified) => {
                vec![domains::verify(&verified.domain, stamp, taken())]
            }
            Event::PrimaryDomainSet(set) => vec![domains::set_primary(&set.domain, stamp)],
            Event::Removed => {
                vec![
                    domains::delete_all(&stamp.id),
                    members::remove_all(&stream::<Self>(&stamp.id)),
                    idps::delete_all(&stamp.id),
                ]
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
            _ => idps::provider_changes(event, stamp),
        }
    }
}

fn taken() -> Error {
    text::org::ALREADY_EXISTS.already_exists("V3-DKcYh")
}

/// Gives a row while the organisation stands and its policy on login names is this.
pub const STANDS: &str =
    "SELECT 1 FROM orgs WHERE id = $1 AND state > 0 AND login_must_be_domain = $2";

/// Gives a row while the organisation stands.
pub const EXISTS: &str = "SELECT 1 FROM orgs WHERE id = $1 AND state > 0";

pub async fn by_id(db: &Db, id: &str) -> Result<Option<Org>> {
    db.first(Org::sql().select.as_str(), &[id.into()], Table::read).await
}
