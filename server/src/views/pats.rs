//! `pats`: the personal access tokens of machines, by the hash of the token.

use super::table::table;
use crate::db::{Db, Statement};
use crate::domain::Stamp;
use crate::domain::user::NewPat;
use crate::error::Result;

pub struct Pat {
    pub id: String,
    pub user_id: String,
    pub owner: String,
    pub sequence: i64,
    pub created_at: i64,
    pub hash: Vec<u8>,
    pub expires_at: i64,
    pub scopes: Vec<String>,
}

table!(Pat, "pats", 1, [id, user_id, owner, sequence, created_at, hash, expires_at, scopes]);

impl Pat {
    pub fn new(pat: &NewPat, stamp: &Stamp) -> Self {
        Self {
            id: pat.token_id.clone(),
            user_id: stamp.id.clone(),
            owner: stamp.owner.clone(),
            sequence: stamp.sequence,
            created_at: stamp.at,
            hash: hex::decode(&pat.hash).unwrap_or_default(),
            expires_at: pat.expiration,
            scopes: pat.scopes.clone(),
        }
    }

    pub fn delete_all(user_id: &str) -> Statement {
        Statement::new("DELETE FROM pats WHERE user_id = $1", vec![user_id.into()])
    }
}

/// Whose token this is.
pub struct Holder {
    pub user_id: String,
    /// The user's organisation.
    pub org: String,
}

/// The user behind a token that works at `now`: not expired, and made after the last time that the
/// user's tokens ended, by deactivation or lock.
pub async fn holder(db: &Db, hash: &[u8], now: i64) -> Result<Option<Holder>> {
    const SQL: &str = "SELECT u.id, u.owner FROM pats p JOIN users u ON u.id = p.user_id \
        WHERE p.hash = $1 AND p.expires_at > $2 AND p.sequence > u.tokens_ended";
    let read = |row: &crate::db::Row<'_>| Ok(Holder { user_id: row.text(0)?, org: row.text(1)? });
    db.first(SQL, &[hash.into(), now.into()], read).await
}
