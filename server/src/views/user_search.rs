//! `user_search`: what users are searched and sorted by, once as it is and once in lower case. A row
//! follows from the user's, but is only written when it changes. `user_totals`: how many users an
//! organisation has, in parts, so that creations do not wait for each other.

mod login_name;
mod query;

pub use query::{Order, Query, Search, Text, find};

use super::table::{Table, table};
use crate::db::{Statement, Value, fold};
use crate::domain::Aggregate;
use crate::domain::user::{Kind, State, User};

/// Columns that only humans have are NULL for machines, and the nick name for who never had one.
pub struct Searched {
    owner: String,
    id: String,
    kind: Kind,
    state: State,
    created_at: i64,
    user_name: String,
    first_name: Option<String>,
    last_name: Option<String>,
    nick_name: Option<String>,
    display_name: Option<String>,
    email: Option<String>,
    user_name_folded: String,
    first_name_folded: Option<String>,
    last_name_folded: Option<String>,
    nick_name_folded: Option<String>,
    display_name_folded: Option<String>,
    email_folded: Option<String>,
}

table!(
    Searched,
    "user_search",
    2,
    [
        owner,
        id,
        kind,
        state,
        created_at,
        user_name,
        first_name,
        last_name,
        nick_name,
        display_name,
        email,
        user_name_folded,
        first_name_folded,
        last_name_folded,
        nick_name_folded,
        display_name_folded,
        email_folded,
    ]
);

/// A part of an organisation's users: those whose id ends with this character.
pub struct Total {
    owner: String,
    part: String,
    users: i64,
}

table!(Total, "user_totals", 2, [owner, part, users]);

/// The texts of a user, in the order of their columns.
fn texts(user: &User) -> [Option<&str>; 6] {
    let human = |text| user.is_human().then_some(text);
    let nick_name = human(user.nick_name.as_str());
    [
        Some(&user.user_name),
        human(&user.first_name),
        human(&user.last_name),
        nick_name.filter(|name| !name.is_empty() || user.nick_name_emptied),
        human(&user.display_name),
        human(&user.email),
    ]
}

impl Searched {
    fn of(user: &User) -> Self {
        let texts = texts(user);
        let [_, first_name, last_name, nick_name, display_name, email] =
            texts.map(|text| text.map(String::from));
        let [
            _,
            first_name_folded,
            last_name_folded,
            nick_name_folded,
            display_name_folded,
            email_folded,
        ] = texts.map(|text| text.map(fold));
        Self {
            owner: user.owner.clone(),
            id: user.id.clone(),
            kind: user.kind,
            state: user.state,
            created_at: user.created_at,
            user_name: user.user_name.clone(),
            first_name,
            last_name,
            nick_name,
            display_name,
            email,
            user_name_folded: fold(&user.user_name),
            first_name_folded,
            last_name_folded,
            nick_name_folded,
            display_name_folded,
            email_folded,
        }
    }
}

/// The row of a user and its part of the total, after a push that found `before` and left `after`.
pub fn follow(before: &User, after: &User) -> Vec<Statement> {
    match (before.exists(), after.exists()) {
        (false, false) => Vec::new(),
        (false, true) => vec![Searched::of(after).put(), index(after), count(after, 1)],
        (true, false) => {
            vec![unindex(before), Searched::delete(key(before)), count(before, -1), none(before)]
        }
        (true, true) if texts(before) != texts(after) => {
            vec![unindex(before), Searched::of(after).put(), index(after)]
        }
        (true, true) if before.state != after.state => vec![set_state(after)],
        (true, true) => Vec::new(),
    }
}

fn key(user: &User) -> Vec<Value> {
    vec![(&user.owner).into(), (&user.id).into()]
}

fn set_state(user: &User) -> Statement {
    const SQL: &str = "UPDATE user_search SET state = $3 WHERE owner = $1 AND id = $2";
    let mut params = key(user);
    params.push((user.state as i64).into());
    Statement::new(SQL, params)
}

fn count(user: &User, change: i64) -> Statement {
    const SQL: &str = "INSERT INTO user_totals (owner, part, users) VALUES ($1, $2, $3) \
        ON CONFLICT (owner, part) DO UPDATE SET users = user_totals.users + excluded.users";
    Statement::new(SQL, vec![(&user.owner).into(), part(user).into(), change.into()])
}

/// A part without users is no row.
fn none(user: &User) -> Statement {
    const SQL: &str = "DELETE FROM user_totals WHERE owner = $1 AND part = $2 AND users = 0";
    Statement::new(SQL, vec![(&user.owner).into(), part(user).into()])
}

fn part(user: &User) -> String {
    user.id.chars().next_back().into_iter().collect()
}

fn index(user: &User) -> Statement {
    const SQL: &str = "INSERT INTO user_trigrams (rowid, user_name_folded, first_name_folded, \
            last_name_folded, nick_name_folded, display_name_folded, email_folded) \
        VALUES ((SELECT number FROM user_search WHERE owner = $1 AND id = $2), \
            $3, $4, $5, $6, $7, $8)";
    Statement::for_index(SQL, indexed(user))
}

/// An index of trigrams forgets a row by what it holds
/// (<https://www.sqlite.org/fts5.html#the_delete_command>).
fn unindex(user: &User) -> Statement {
    const SQL: &str = "INSERT INTO user_trigrams (user_trigrams, rowid, user_name_folded, \
            first_name_folded, last_name_folded, nick_name_folded, display_name_folded, \
            email_folded) \
        VALUES ('delete', (SELECT number FROM user_search WHERE owner = $1 AND id = $2), \
            $3, $4, $5, $6, $7, $8)";
    Statement::for_index(SQL, indexed(user))
}

fn indexed(user: &User) -> Vec<Value> {
    let mut params = key(user);
    params.extend(texts(user).map(|text| text.map(fold).into()));
    params
}

/// Fails if the index does not hold what the table holds.
pub fn check() -> Statement {
    const SQL: &str =
        "INSERT INTO user_trigrams (user_trigrams, rank) VALUES ('integrity-check', 1)";
    Statement::for_index(SQL, Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn human(first_name: &str, state: State) -> User {
        let first_name = first_name.into();
        User { kind: Kind::Human, state, first_name, id: "7".into(), ..User::default() }
    }

    #[test]
    fn only_what_is_searched_is_written() {
        let (absent, ada) = (User::default(), human("Ada", State::Active));
        let count = |before: &User, after: &User| follow(before, after).len();
        assert_eq!(count(&absent, &absent), 0);
        assert_eq!(count(&absent, &ada), 3);
        assert_eq!(count(&ada, &human("Eve", State::Active)), 3);
        assert_eq!(count(&ada, &human("Ada", State::Locked)), 1);
        assert_eq!(count(&ada, &User { phone: "+41".into(), ..ada.clone() }), 0);
        assert_eq!(count(&ada, &absent), 4);
    }

    #[test]
    fn what_a_machine_does_not_have_is_null() {
        let machine = User { kind: Kind::Machine, ..human("Ada", State::Active) };
        assert_eq!(texts(&machine), [Some(""), None, None, None, None, None]);
    }

    #[test]
    fn a_nick_name_that_was_taken_away_is_empty() {
        let mut user = human("Ada", State::Active);
        assert_eq!(texts(&user)[3], None);
        user.nick_name_emptied = true;
        assert_eq!(texts(&user)[3], Some(""));
    }
}
