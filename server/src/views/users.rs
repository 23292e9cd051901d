//! `users`: every user that was not removed.

use super::metadata::Entry;
use super::outbox;
use super::pats::Pat;
use super::table::{Table, table};
use crate::core::Stored;
use crate::db::{Db, Row, Statement};
use crate::domain::Stamp;
use crate::domain::user::{Event, User};
use crate::error::{Result, text};

table!(
    User,
    "users",
    1,
    [
        id,
        owner,
        sequence,
        created_at,
        changed_at,
        kind,
        state,
        uninitialized,
        tokens_ended,
        user_name,
        name_key,
        first_name,
        last_name,
        nick_name,
        display_name,
        language,
        gender,
        email,
        email_verified,
        phone,
        phone_verified,
        password_hash,
        password_change_required,
        password_changed_at,
        name,
        description,
        token_type,
    ]
);

impl Stored for User {
    fn select() -> &'static str {
        &Self::sql().select
    }

    fn read(row: &Row<'_>) -> Result<Self> {
        Table::read(row)
    }

    fn upsert(&self) -> Statement {
        self.put().taken(text::user::ALREADY_EXISTS.already_exists("V3-DKcYh"))
    }

    fn delete(id: &str) -> Statement {
        <Self as Table>::delete(vec![id.into()])
    }

    fn changes(event: &Event, stamp: &Stamp) -> Vec<Statement> {
        let mut changes = outbox::changes(event, stamp);
        changes.extend(match event {
            Event::PatAdded(pat) => vec![Pat::new(pat, stamp).put()],
            Event::MetadataSet(entry) => vec![Entry::set(entry, stamp)],
            Event::Removed => vec![Pat::delete_all(&stamp.id), Entry::delete_all(&stamp.id)],
            _ => Vec::new(),
        });
        changes
    }
}

/// Gives a row while the user exists.
pub const EXISTS: &str = "SELECT 1 FROM users WHERE id = $1";

/// A user by its id, in whatever organisation.
pub async fn by_id(db: &Db, id: &str) -> Result<Option<User>> {
    db.first(User::sql().select.as_str(), &[id.into()], Table::read).await
}

/// A user of this organisation by its id.
pub async fn in_org(db: &Db, id: &str, org: &str) -> Result<Option<User>> {
    Ok(by_id(db, id).await?.filter(|user| user.owner == org))
}
