//! `metadata`: keys and values of users.

use std::collections::{HashMap, HashSet};
use std::iter;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::table::{Table, table};
use crate::db::{Db, Row, Statement, Value};
use crate::domain::Stamp;
use crate::domain::user::Metadata;
use crate::error::Result;

/// How many keys one statement asks for.
const KEYS: usize = 500;

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

    pub fn remove(user_id: &str, key: &str) -> Statement {
        Self::delete(vec![user_id.into(), key.into()])
    }

    pub fn delete_all(user_id: &str) -> Statement {
        Statement::new("DELETE FROM metadata WHERE user_id = $1", vec![user_id.into()])
    }
}

/// The entry of a user under a key, compared with case.
pub async fn find(db: &Db, user_id: &str, key: &str) -> Result<Option<Entry>> {
    db.first(Entry::sql().select.as_str(), &[user_id.into(), key.into()], Table::read).await
}

/// Which of these keys a user has.
pub async fn stored(db: &Db, user_id: &str, keys: &[impl AsRef<str>]) -> Result<HashSet<String>> {
    among(db, "key", user_id, keys, |row| row.text(0)).await
}

/// The values that a user has under these keys, in base64.
pub async fn values(
    db: &Db,
    user_id: &str,
    keys: &[impl AsRef<str>],
) -> Result<HashMap<String, String>> {
    let read = |row: &Row<'_>| Ok((row.text(0)?, STANDARD.encode(row.bytes(1)?)));
    among(db, "key, value", user_id, keys, read).await
}

async fn among<T, C: Default + Extend<T>>(
    db: &Db,
    columns: &str,
    user_id: &str,
    keys: &[impl AsRef<str>],
    read: impl Fn(&Row<'_>) -> Result<T>,
) -> Result<C> {
    let mut found = C::default();
    for keys in keys.chunks(KEYS) {
        let params = iter::once(user_id).chain(keys.iter().map(AsRef::as_ref));
        let params: Vec<Value> = params.map(Value::from).collect();
        let names: Vec<String> = (2..=params.len()).map(|number| format!("${number}")).collect();
        let names = names.join(", ");
        let sql = format!("SELECT {columns} FROM metadata WHERE user_id = $1 AND key IN ({names})");
        found.extend(db.query(sql, &params, &read).await?);
    }
    Ok(found)
}
