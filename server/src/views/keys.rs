//! `machine_keys`: the public keys of machines.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::list::{self, Filter, Listed, Page};
use super::table::{Table, table};
use crate::db::{Db, Statement};
use crate::domain::Stamp;
use crate::domain::user::NewKey;
use crate::error::Result;

pub struct Key {
    pub user_id: String,
    pub id: String,
    pub owner: String,
    pub sequence: i64,
    pub created_at: i64,
    pub expires_at: i64,
    /// PKIX in DER.
    pub public_key: Vec<u8>,
}

table!(Key, "machine_keys", 2, [user_id, id, owner, sequence, created_at, expires_at, public_key]);

impl Key {
    pub fn new(key: &NewKey, stamp: &Stamp) -> Self {
        Self {
            user_id: stamp.id.clone(),
            id: key.key_id.clone(),
            owner: stamp.owner.clone(),
            sequence: stamp.sequence,
            created_at: stamp.at,
            expires_at: key.expiration,
            public_key: STANDARD.decode(&key.public_key).unwrap_or_default(),
        }
    }

    pub fn remove(user_id: &str, id: &str) -> Statement {
        Self::delete(vec![user_id.into(), id.into()])
    }

    pub fn delete_all(user_id: &str) -> Statement {
        Statement::new("DELETE FROM machine_keys WHERE user_id = $1", vec![user_id.into()])
    }
}

/// A key of a machine; expired ones too.
pub async fn find(db: &Db, user_id: &str, id: &str) -> Result<Option<Key>> {
    db.first(Key::sql().select.as_str(), &[user_id.into(), id.into()], Table::read).await
}

/// The keys of a machine of this organisation, in the order in which they were made.
pub async fn of_user(db: &Db, user_id: &str, org: &str, page: Page) -> Result<Listed<Key>> {
    let mut filter = Filter::default();
    filter.equal("user_id", user_id);
    filter.equal("owner", org);
    list::list(db, &filter, &["sequence"], page).await
}
