//! `users`: every user that was not removed.

use super::domains;
use super::keys::Key;
use super::metadata::Entry;
use super::pats::Pat;
use super::table::{Column, Table, table};
use super::{factors, idps, outbox, user_search};
use crate::core::Stored;
use crate::db::{Db, Row, Statement, Value, fold};
use crate::domain::Stamp;
use crate::domain::user::name::{name_key, scoped_key, scoped_keys, split_login_name};
use crate::domain::user::{Event, Kind, State, User};
use crate::error::{Error, Result, text};

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
        org_scoped,
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
        secret_hash,
        nick_name_emptied,
    ]
);

impl Column for Kind {
    fn read(row: &Row<'_>, index: usize) -> Result<Self> {
        match row.integer(index)? {
            1 => Ok(Self::Human),
            2 => Ok(Self::Machine),
            other => Err(Error::internal(format_args!("no kind of user: {other}"))),
        }
    }

    fn value(&self) -> Value {
        (*self as i64).into()
    }
}

impl Column for State {
    fn read(row: &Row<'_>, index: usize) -> Result<Self> {
        match row.integer(index)? {
            1 => Ok(Self::Active),
            2 => Ok(Self::Inactive),
            4 => Ok(Self::Locked),
            6 => Ok(Self::Initial),
            other => Err(Error::internal(format_args!("no state of a user: {other}"))),
        }
    }

    fn value(&self) -> Value {
        (*self as i64).into()
    }
}

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
        changes.extend(factors::changes(event, stamp));
        changes.extend(idps::link_changes(event, stamp));
        changes.extend(match event {
            Event::KeyAdded(key) => vec![Key::new(key, stamp).put()],
            Event::KeyRemoved(removed) => vec![Key::remove(&stamp.id, &removed.key_id)],
            Event::PatAdded(pat) => vec![Pat::new(pat, stamp).put()],
            Event::PatRemoved(removed) => vec![Pat::remove(&removed.token_id)],
            Event::MetadataSet(entry) => vec![Entry::set(entry, stamp)],
            Event::MetadataRemoved(removed) => vec![Entry::remove(&stamp.id, &removed.key)],
            Event::Removed => {
                let id = &stamp.id;
                vec![Key::delete_all(id), Pat::delete_all(id), Entry::delete_all(id)]
            }
            _ => Vec::new(),
        });
        changes
    }

    fn follow(before: &Self, after: &Self) -> Vec<Statement> {
        user_search::follow(before, after)
    }
}

/// Gives a row while the user exists.
pub const EXISTS: &str = "SELECT 1 FROM users WHERE id = $1";

/// A user by its id, in whatever organisation.
pub async fn by_id(db: &Db, id: &str) -> Result<Option<User>> {
    db.first(User::sql().select.as_str(), &[id.into()], Table::read).await
}

/// The users whom a login name means, in any organisation and without regard to case: one, unless
/// the name of one ends in the domain of another's organisation.
pub async fn by_login_name(db: &Db, login_name: &str) -> Result<Vec<User>> {
    const SQL: &str = "SELECT id FROM users WHERE name_key = $1";
    let mut keys = vec![name_key(login_name)];
    if let Some((name, domain)) = split_login_name(login_name)
        && let Some(org) = domains::owner(db, domain).await?
    {
        keys.push(scoped_key(&name_key(name), &org));
    }
    let mut found = Vec::new();
    for key in keys {
        let id = db.first(SQL, &[key.into()], |row| row.text(0)).await?;
        if let Some(id) = id {
            found.extend(by_id(db, &id).await?);
        }
    }
    Ok(found)
}

/// Whether a user has this name and this address, compared exactly. An empty value asks for
/// nothing; `org` narrows it to one organisation. An address alone is looked up in each
/// organisation, because an index without them would be written by every change of an address and
/// serve nothing else.
pub async fn any_with(db: &Db, name: &str, email: &str, org: Option<&str>) -> Result<bool> {
    let (sql, params) = any_sql(name, email, org);
    Ok(db.first(sql, &params, |_| Ok(())).await?.is_some())
}

fn any_sql(name: &str, email: &str, org: Option<&str>) -> (String, Vec<Value>) {
    const OF_EACH_ORG: &str = "orgs o CROSS JOIN user_search u WHERE u.owner = o.id";
    const NAMED: &str = "users u JOIN orgs o ON o.id = u.owner WHERE u.user_name = $1 \
        AND (u.name_key = $2 OR (u.name_key > $3 AND u.name_key < $4))";
    let (tables, mut params) = if name.is_empty() {
        (OF_EACH_ORG, Vec::new())
    } else {
        let key = name_key(name);
        let (first, last) = scoped_keys(&key);
        (NAMED, vec![name.into(), key.into(), first.into(), last.into()])
    };
    let folded = if name.is_empty() { fold(email) } else { String::new() };
    let wanted =
        [("u.email_folded", &*folded), ("u.email", email), ("o.id", org.unwrap_or_default())];
    let mut sql = format!("SELECT 1 FROM {tables}");
    for (column, value) in wanted.into_iter().filter(|(_, value)| !value.is_empty()) {
        params.push(value.into());
        sql += &format!(" AND {column} = ${}", params.len());
    }
    (sql + " LIMIT 1", params)
}

/// The ids of all users of an organisation.
pub async fn ids_of_org(db: &Db, org: &str) -> Result<Vec<String>> {
    const SQL: &str = "SELECT id FROM user_search WHERE owner = $1 ORDER BY id";
    db.query(SQL, &[org.into()], |row| row.text(0)).await
}

/// Gives a row while no user of this organisation has a name of the other scope.
pub const ALL_SCOPED: &str = "SELECT 1 FROM orgs WHERE id = $1 \
    AND NOT EXISTS (SELECT 1 FROM user_search s JOIN users u ON u.id = s.id \
    WHERE s.owner = $1 AND u.org_scoped <> $2)";

/// Gives a row while this organisation has no user.
pub const NONE_IN_ORG: &str =
    "SELECT 1 FROM orgs WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM user_search WHERE owner = $1)";

/// A user of this organisation by its id.
pub async fn in_org(db: &Db, id: &str, org: &str) -> Result<Option<User>> {
    Ok(by_id(db, id).await?.filter(|user| user.owner == org))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::start::MIGRATIONS;

    #[tokio::test]
    async fn a_user_is_looked_up_by_name_or_in_each_organisation() {
        let db = Db::open(":memory:", &MIGRATIONS).await.unwrap();
        for (name, org, steps) in [
            ("gigi", None, ["users_2 (name_key=?)", "users_2 (name_key>? AND name_key<?)"]),
            ("", None, ["SCAN o", "user_search_by_email (owner=? AND email_folded=?)"]),
            ("", Some("7"), ["o USING", "user_search_by_email (owner=? AND email_folded=?)"]),
        ] {
            let (sql, params) = any_sql(name, "gigi@x.test", org);
            let plan = db.query(format!("EXPLAIN QUERY PLAN {sql}"), &params, |row| row.text(3));
            let plan = plan.await.unwrap().join("; ");
            assert!(steps.iter().all(|step| plan.contains(step)), "{plan}");
        }
    }
}
