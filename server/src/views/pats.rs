//! `pats`: the personal access tokens of machines, by the hash of the token.

use super::list::{self, Filter, Listed, Page};
use super::table::{Table, table, words};
use crate::db::{Db, Row, Statement};
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

    pub fn remove(id: &str) -> Statement {
        Self::delete(vec![id.into()])
    }

    pub fn delete_all(user_id: &str) -> Statement {
        Statement::new("DELETE FROM pats WHERE user_id = $1", vec![user_id.into()])
    }
}

/// A token of a machine; expired and ended ones too.
pub async fn find(db: &Db, user_id: &str, id: &str) -> Result<Option<Pat>> {
    let found: Option<Pat> =
        db.first(Pat::sql().select.as_str(), &[id.into()], Table::read).await?;
    Ok(found.filter(|pat| pat.user_id == user_id))
}

/// The tokens of a machine of this organisation, in the order in which they were made.
pub async fn of_user(db: &Db, user_id: &str, org: &str, page: Page) -> Result<Listed<Pat>> {
    let mut filter = Filter::default();
    filter.equal("user_id", user_id);
    filter.equal("owner", org);
    list::list(db, &filter, &["sequence"], page).await
}

/// Whose token this is, and what its holder may do where.
pub struct Holder {
    pub user_id: String,
    /// The user's organisation.
    pub org: String,
    /// Whether there ever was the organisation that was asked for; a removed one counts.
    pub known: bool,
    /// On the instance, in the organisation of the call, and in its projects.
    pub held: Vec<Held>,
}

/// Roles, and what they are roles of.
#[derive(Clone, Debug, Default)]
pub struct Held {
    pub roles: Vec<String>,
    /// The project; empty for roles of the organisation or of the instance.
    pub project_id: String,
    /// The project grant, if they are roles of one.
    pub grant_id: String,
}

/// The user behind a token that works at `now`: not expired, of an active user in an active
/// organisation, and made after the last time that tokens ended: the user's, by deactivation or
/// lock, or those of the organisation. `asked`: the organisation of the call, if it is not the
/// user's own.
pub async fn holder(db: &Db, hash: &[u8], now: i64, asked: Option<&str>) -> Result<Option<Holder>> {
    const SQL: &str = "SELECT u.id, u.owner, i.roles, o.roles, \
            EXISTS (SELECT 1 FROM events e WHERE e.stream = 'org/' || $3), o.scope, o.grant_id \
        FROM pats p JOIN users u ON u.id = p.user_id JOIN orgs h ON h.id = u.owner \
        LEFT JOIN members i ON i.user_id = u.id AND i.place = 'instance/1' \
        LEFT JOIN members o ON o.user_id = u.id AND o.place = 'org/' || COALESCE($3, u.owner) \
        WHERE p.hash = $1 AND p.expires_at > $2 AND p.sequence > u.tokens_ended AND u.state = 1 \
            AND p.created_at > h.tokens_ended_at AND h.state = 1";
    let read = |row: &Row<'_>| {
        let (instance, here) = (row.optional_str(2)?.map(everywhere), in_org(row)?);
        let held = instance.into_iter().chain(here).collect();
        Ok(Holder { user_id: row.text(0)?, org: row.text(1)?, known: row.flag(4)?, held })
    };
    let rows = db.query(SQL, &[hash.into(), now.into(), asked.into()], read).await?;
    Ok(rows.into_iter().reduce(|mut holder, row| {
        holder.held.extend(row.held);
        holder
    }))
}

fn everywhere(roles: &str) -> Held {
    Held { roles: words(roles), ..Held::default() }
}

fn in_org(row: &Row<'_>) -> Result<Option<Held>> {
    let Some(roles) = row.optional_str(3)?.map(words) else { return Ok(None) };
    let project_id = row.str(5)?.strip_prefix("project/").unwrap_or_default().into();
    Ok(Some(Held { roles, project_id, grant_id: row.text(6)? }))
}
