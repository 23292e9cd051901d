//! `metadata`: keys and values of users.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::table::{Table, table};
use crate::db::{Db, Statement};
use crate::domain::Stamp;
use crate::domain::user::Metadata;
use crate::error::Result;

#[derive(Default)]
pub struct Entry {
    pub user_id: String,
    pub key: String,
    pub value: Vec<u8>,
    pub owner: String,
    pub sequence: i64,
    pub created_at: i64,
    pub changed_at: i64,
}

table!(Entry, "metadata", 2, [user_id, key, value, owner, sequence, created_at, changed_at]);

impl Entry {
    /// The time of its first setting stays.
    pub fn set(entry: &Metadata, stamp: &Stamp) -> Statement {
        const SQL: &str = "INSERT INTO metadata \
            (user_id, key, value, owner, sequence, created_at, changed_at) \
            VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT (user_id, key) DO UPDATE SET \
            value = excluded.value, sequence = excluded.sequence, changed_at = excluded.changed_at";
        let params = vec![
            (&stamp.id).into(),
            (&entry.key).into(),
            STANDARD.decode(&entry.value).unwrap_or_default().into(),
            (&stamp.owner).into(),
            stamp.sequence.into(),
            stamp.at.into(),
        ];
        Statement::new(SQL, params)
    }

    pub fn delete_all(user_id: &str) -> Statement {
        Statement::new("DELETE FROM metadata WHERE user_id = $1", vec![user_id.into()])
    }
}

/// The entry of a user under a key, compared with case.
pub async fn find(db: &Db, user_id: &str, key: &str) -> Result<Option<Entry>> {
    db.first(Entry::sql().select.as_str(), &[user_id.into(), key.into()], Table::read).await
}
