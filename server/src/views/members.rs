//! `members`: the roles of users, by the stream of what they are members of.

use super::table::{Table, table};
use crate::core::Stored;
use crate::db::{Db, Row, Statement};
use crate::domain::Stamp;
use crate::domain::member::{Event, Instance, Member};
use crate::error::Result;

/// The stream of the instance.
pub const INSTANCE: &str = "instance/1";

/// The id of the instance, of which a database holds one.
pub const INSTANCE_ID: &str = "1";

pub struct Membership {
    user_id: String,
    scope: String,
    roles: Vec<String>,
    sequence: i64,
    created_at: i64,
    changed_at: i64,
}

table!(Membership, "members", 2, [user_id, scope, roles, sequence, created_at, changed_at]);

pub fn add(member: &Member, scope: &str, stamp: &Stamp) -> Statement {
    let row = Membership {
        user_id: member.user_id.clone(),
        scope: scope.into(),
        roles: member.roles.clone(),
        sequence: stamp.sequence,
        created_at: stamp.at,
        changed_at: stamp.at,
    };
    row.put()
}

pub fn remove(user_id: &str, scope: &str) -> Statement {
    Membership::delete(vec![user_id.into(), scope.into()])
}

/// Whether a user is a member of what this stream is of.
pub async fn is_member(db: &Db, user_id: &str, scope: &str) -> Result<bool> {
    let params = [user_id.into(), scope.into()];
    Ok(db.first(Membership::sql().select.as_str(), &params, |_| Ok(())).await?.is_some())
}

/// Gives a row while the user is a member of nothing.
pub const NONE: &str =
    "SELECT 1 FROM instances WHERE NOT EXISTS (SELECT 1 FROM members WHERE user_id = $1)";

/// The streams of everything that a user is a member of, in order.
pub async fn scopes(db: &Db, user_id: &str) -> Result<Vec<String>> {
    const SQL: &str = "SELECT scope FROM members WHERE user_id = $1 ORDER BY scope";
    db.query(SQL, &[user_id.into()], |row| row.text(0)).await
}

table!(Instance, "instances", 1, [id, default_org]);

impl Stored for Instance {
    fn select() -> &'static str {
        &Self::sql().select
    }

    fn read(row: &Row<'_>) -> Result<Self> {
        Table::read(row)
    }

    fn upsert(&self) -> Statement {
        self.put()
    }

    fn delete(id: &str) -> Statement {
        <Self as Table>::delete(vec![id.into()])
    }

    fn changes(event: &Event, stamp: &Stamp) -> Vec<Statement> {
        match event {
            Event::MemberAdded(member) => vec![add(member, INSTANCE, stamp)],
            Event::MemberCascadeRemoved(removed) => vec![remove(&removed.user_id, INSTANCE)],
            Event::DefaultOrgSet(_) => Vec::new(),
        }
    }
}
