//! `members`: the roles of users, by the stream of what they are members of.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::table::{Column, Table, table};
use crate::core::stream;
use crate::db::{Db, Row, Statement};
use crate::domain::Stamp;
use crate::domain::member::{Member, MemberRemoved};
use crate::domain::org::Org;
use crate::domain::project::GrantMember;
use crate::domain::user::Kind;
use crate::error::{Error, Result};

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

/// A member with what reads show of the user.
pub struct Seen {
    pub user_id: String,
    pub scope: String,
    pub owner: String,
    pub roles: Vec<String>,
    pub sequence: i64,
    pub created_at: i64,
    pub changed_at: i64,
    /// The preferred one.
    pub login_name: String,
    pub first_name: String,
    pub last_name: String,
    pub display_name: String,
    pub name: String,
    pub email: String,
    pub kind: Kind,
    pub user_org: String,
}

table!(
    Seen,
    "(SELECT m.user_id, m.scope, m.owner, m.roles, m.sequence, m.created_at, m.changed_at, \
        u.first_name, u.last_name, u.display_name, u.name, u.email, u.kind, \
        CASE WHEN u.org_scoped = 1 THEN u.user_name || '@' || h.primary_domain \
            ELSE u.user_name END AS login_name, \
        u.owner AS user_org FROM members m JOIN users u ON u.id = m.user_id \
        JOIN orgs h ON h.id = u.owner) AS seen",
    1,
    [
        user_id,
        scope,
        owner,
        roles,
        sequence,
        created_at,
        changed_at,
        login_name,
        first_name,
        last_name,
        display_name,
        name,
        email,
        kind,
        user_org,
    ]
);

/// A membership with the name of what it is of; each once, where it belongs.
pub struct Named {
    pub user_id: String,
    pub place: String,
    pub scope: String,
    pub grant_id: String,
    pub owner: String,
    pub roles: Vec<String>,
    pub sequence: i64,
    pub created_at: i64,
    pub changed_at: i64,
    /// Empty for the instance.
    pub name: String,
}

table!(
    Named,
    "(SELECT m.*, COALESCE(o.name, p.name, '') AS name FROM members m \
        LEFT JOIN orgs o ON o.id = substr(m.scope, 5) AND substr(m.scope, 1, 4) = 'org/' \
        LEFT JOIN projects p ON p.id = substr(m.scope, 9) AND substr(m.scope, 1, 8) = 'project/' \
        WHERE m.place = 'instance/1' OR m.place = 'org/' || m.owner) AS named",
    1,
    [user_id, place, scope, grant_id, owner, roles, sequence, created_at, changed_at, name]
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

/// A member of a project: the roles count in its organisation.
pub fn add_to_project(member: &Member, scope: &str, stamp: &Stamp) -> Statement {
    row(member, &stream::<Org>(&stamp.owner), scope, stamp).put()
}

/// A member of a project grant: the roles count where it was given and where it was received.
pub fn add_to_grant(added: &GrantMember, scope: &str, stamp: &Stamp) -> Vec<Statement> {
    let places = BTreeSet::from([&stamp.owner, &added.granted_org_id]);
    let rows = places.into_iter().map(|org| Membership {
        grant_id: added.grant_id.clone(),
        ..row(&added.member, &stream::<Org>(org), scope, stamp)
    });
    rows.map(|row| row.put()).collect()
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
    remove_from_grant(user_id, scope, "")
}

pub fn remove_from_grant(user_id: &str, scope: &str, grant_id: &str) -> Statement {
    const SQL: &str = "DELETE FROM members WHERE scope = $1 AND user_id = $2 AND grant_id = $3";
    Statement::new(SQL, vec![scope.into(), user_id.into(), grant_id.into()])
}

/// All members of what this stream is of, and of its grants.
pub fn remove_all(scope: &str) -> Statement {
    Statement::new("DELETE FROM members WHERE scope = $1", vec![scope.into()])
}

/// All members of a project grant.
pub fn remove_all_of_grant(scope: &str, grant_id: &str) -> Statement {
    const SQL: &str = "DELETE FROM members WHERE scope = $1 AND grant_id = $2";
    Statement::new(SQL, vec![scope.into(), grant_id.into()])
}

/// What a user is in what this stream is of.
pub async fn find(db: &Db, user_id: &str, scope: &str) -> Result<Option<Membership>> {
    find_in_grant(db, user_id, scope, "").await
}

pub async fn find_in_grant(
    db: &Db,
    user_id: &str,
    scope: &str,
    grant_id: &str,
) -> Result<Option<Membership>> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        let all = Membership::sql().all.as_str();
        format!("SELECT {all} FROM members WHERE scope = $1 AND user_id = $2 AND grant_id = $3")
    });
    let params = [scope.into(), user_id.into(), grant_id.into()];
    db.first(SQL.as_str(), &params, Table::read).await
}

/// Sequence and time of the last removal of a user from what this stream is of.
pub async fn left(db: &Db, scope: &str, removed: &MemberRemoved) -> Result<Option<(i64, i64)>> {
    const SQL: &str = "SELECT sequence, created_at FROM events WHERE stream = $1 AND payload = $2 \
        ORDER BY sequence DESC LIMIT 1";
    let payload = serde_json::to_string(removed).map_err(Error::internal)?;
    let read = |row: &Row<'_>| Ok((row.integer(0)?, row.integer(1)?));
    db.first(SQL, &[scope.into(), payload.into()], read).await
}

/// Gives a row while the user is a member of nothing.
pub const NONE: &str =
    "SELECT 1 FROM instances WHERE NOT EXISTS (SELECT 1 FROM members WHERE user_id = $1)";

/// What a user is a member of.
#[derive(Clone, Debug)]
pub struct Scope {
    pub stream: String,
    /// The project grant, if it is one of the project.
    pub grant_id: String,
}

/// Everything that a user is a member of, in order.
pub async fn scopes(db: &Db, user_id: &str) -> Result<Vec<Scope>> {
    const SQL: &str = "SELECT DISTINCT scope, grant_id FROM members WHERE user_id = $1 \
        ORDER BY scope, grant_id";
    let read = |row: &Row<'_>| Ok(Scope { stream: row.text(0)?, grant_id: row.text(1)? });
    db.query(SQL, &[user_id.into()], read).await
}

/// What the users of an organisation are members of, each with the user's id, in order.
pub async fn scopes_of_org(db: &Db, org: &str) -> Result<Vec<(String, Scope)>> {
    const SQL: &str = "SELECT DISTINCT user_id, scope, grant_id FROM members \
        JOIN user_search ON id = user_id WHERE user_search.owner = $1 \
        ORDER BY user_id, scope, grant_id";
    let read =
        |row: &Row<'_>| Ok((row.text(0)?, Scope { stream: row.text(1)?, grant_id: row.text(2)? }));
    db.query(SQL, &[org.into()], read).await
}
