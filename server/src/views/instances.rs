//! `instances`: the one instance of a database.

use super::members;
use super::table::{Table, table};
use crate::core::Stored;
use crate::db::{Db, Row, Statement};
use crate::domain::Stamp;
use crate::domain::instance::{Event, Instance};
use crate::error::Result;

/// Its stream.
pub const STREAM: &str = "instance/1";

/// Its id.
pub const ID: &str = "1";

table!(Instance, "instances", 1, [id, default_org, shown_id, project_id]);

/// When the instance was made.
pub async fn made(db: &Db) -> Result<i64> {
    const SQL: &str = "SELECT created_at FROM events WHERE stream = $1 AND sequence = 1";
    Ok(db.first(SQL, &[STREAM.into()], |row| row.integer(0)).await?.unwrap_or_default())
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
            Event::MemberAdded(member) => vec![members::add(member, STREAM, stamp)],
            Event::MemberRemoved(removed) | Event::MemberCascadeRemoved(removed) => {
                vec![members::remove(&removed.user_id, STREAM)]
            }
            Event::Added(_) | Event::ProjectSet(_) | Event::DefaultOrgSet(_) => Vec::new(),
        }
    }
}
