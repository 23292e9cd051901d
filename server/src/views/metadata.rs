//! `metadata`: keys and values of users.

use std::collections::{HashMap, HashSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::list::{self, Filter, Listed, Match, Page, Source};
use super::table::{Table, table};
use crate::db::{Db, Row, Statement};
use crate::domain::Stamp;
use crate::domain::user::Metadata;
use crate::error::Result;

/// How many keys one statement asks for.
const KEYS: usize = 1000;

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
    let source = Source { columns, tables: "metadata", order: &["key"] };
    for keys in keys.chunks(KEYS) {
        let mut filter = Filter::default();
        filter.equal("user_id", user_id);
        filter.one_of("key", keys.iter().map(AsRef::as_ref));
        found.extend(list::rows(db, source, &filter, Page::default(), &read).await?);
    }
    Ok(found)
}

/// Sequence and time of the last event that any entry of a user had; 0 if there is none.
pub async fn last(db: &Db, user_id: &str) -> Result<(i64, i64)> {
    const SQL: &str = "SELECT sequence, created_at FROM events WHERE stream = 'user/' || $1 \
        AND kind IN ('user.metadata.set', 'user.metadata.removed') ORDER BY sequence DESC LIMIT 1";
    let read = |row: &Row<'_>| Ok((row.integer(0)?, row.integer(1)?));
    Ok(db.first(SQL, &[user_id.into()], read).await?.unwrap_or_default())
}

/// The entries of a user of this organisation whose keys match all of `queries`, in the order in
/// which they were set last.
pub async fn search(
    db: &Db,
    (user_id, org): (&str, &str),
    queries: &[(Match, &str)],
    page: Page,
) -> Result<Listed<Entry>> {
    let mut filter = Filter::default();
    filter.equal("user_id", user_id);
    filter.equal("owner", org);
    for (how, key) in queries {
        filter.text("key", *how, key);
    }
    list::list(db, &filter, &["sequence"], page).await
}
