//! `members`: the roles of users, by the stream of what they are members of.

use std::sync::LazyLock;

use super::table::{Column, Table, table};
use crate::core::Stored;
use crate::db::{Db, Row, Statement};
use crate::domain::Stamp;
use crate::domain::member::{Event, Instance, Member, MemberRemoved};
use crate::error::{Error, Result};

/// The stream of the instance.
pub const INSTANCE: &str = "instance/1";

/// The id of the instance, of which a database holds one.
pub const INSTANCE_ID: &str = "1";

/// One row for each organisation (or the instance) in which the roles count.
#[derive(Clone, Debug)]
pub struct Membership {
    pub user_id: String,
    /// The stream of the organisation or of the instance in which the roles count.
    pub place: String,
    /// The stream of what the user is a member of.
    pub scope: String,
    /// The project grant, where the scope is a project and the member is one of a grant of it.
    pub grant_id: String,
    pub owner: String,
    pub roles: Vec<String>,
    pub sequence: i64,
    pub created_at: i64,
    pub changed_at: i64,
}

table!(
    Membership,
    "members",
    4,
    [user_id, place, scope, grant_id, owner, roles, sequence, created_at, changed_at]
);

/// A member of an organisation or of the instance.
pub fn add(member: &Member, scope: &str, stamp: &Stamp) -> Statement {
    row(member, scope, scope, stamp).put()
}

fn row(member: &Member, place: &str, scope: &str, stamp: &Stamp) -> Membership {
    Membership {
        user_id: member.user_id.clone(),
        place: place.into(),
        scope: scope.into(),
        grant_id: String::new(),
        owner: stamp.owner.clone(),
        roles: member.roles.clone(),
        sequence: stamp.sequence,
        created_at: stamp.at,
        changed_at: stamp.at,
    }
}

/// Other roles; the time of becoming a member stays.
pub fn change(member: &Member, scope: &str, stamp: &Stamp) -> Statement {
    const SQL: &str = "UPDATE members SET roles = $1, sequence = $2, changed_at = $3 \
        WHERE scope = $4 AND user_id = $5 AND grant_id = ''";
    let params = vec![
        member.roles.value(),
        stamp.sequence.into(),
        stamp.at.into(),
        scope.into(),
        (&member.user_id).into(),
    ];
    Statement::new(SQL, params)
}

pub fn remove(user_id: &str, scope: &str) -> Statement {
    const SQL: &str = "DELETE FROM members WHERE scope = $1 AND user_id = $2 AND grant_id = ''";
    Statement::new(SQL, vec![scope.into(), user_id.into()])
}

/// What a user is in what this stream is of.
pub async fn find(db: &Db, user_id: &str, scope: &str) -> Result<Option<Membership>> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        let all = Membership::sql().all.as_str();
        format!("SELECT {all} FROM members WHERE scope = $1 AND user_id = $2 AND grant_id = ''")
    });
    db.first(SQL.as_str(), &[scope.into(), user_id.into()], Table::read).await
}

/// Sequence and time of the last removal of a user from what this stream is of.
pub async fn left(db: &Db, scope: &str, removed: &MemberRemoved) -> Result<Option<(i64, i64)>> {
    const SQL: &str = "SELECT sequence, created_at FROM events WHERE stream = $1 AND payload = $2 \
        ORDER BY sequence DESC LIMIT 1";
    let payload = serde_json::to_string(removed).map_err(Error::internal)?;
    let read = |row: &Row<'_>| Ok((row.integer(0)?, row.integer(1)?));
    db.first(SQL, &[scope.into(), payload.into()], read).await
}

/// Ends every role in what this stream is of.
pub fn remove_all(scope: &str) -> Statement {
    Statement::new("DELETE FROM members WHERE scope = $1", vec![scope.into()])
}

/// Gives a row while the user is a member of nothing.
pub const NONE: &str =
    "SELECT 1 FROM instances WHERE NOT EXISTS (SELECT 1 FROM members WHERE user_id = $1)";

/// The streams of everything that a user is a member of, in order.
pub async fn scopes(db: &Db, user_id: &str) -> Result<Vec<String>> {
    const SQL: &str = "SELECT scope FROM members WHERE user_id = $1 ORDER BY scope";
    db.query(SQL, &[user_id.into()], |row| row.text(0)).await
}

table!(Instance, "instances", 1, [id, default_org, shown_id, project_id]);

/// When the instance was made.
pub async fn instance_made(db: &Db) -> Result<i64> {
    const SQL: &str = "SELECT created_at FROM events WHERE stream = $1 AND sequence = 1";
    Ok(db.first(SQL, &[INSTANCE.into()], |row| row.integer(0)).await?.unwrap_or_default())
}

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
            Event::MemberRemoved(removed) | Event::MemberCascadeRemoved(removed) => {
                vec![remove(&removed.user_id, INSTANCE)]
            }
            Event::Added(_) | Event::ProjectSet(_) | Event::DefaultOrgSet(_) => Vec::new(),
        }
    }
}
