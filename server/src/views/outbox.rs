//! `outbox`: the codes that are to be sent, by user and purpose. What was sent follows from no
//! event: the columns of the delivery are not part of the row that the log leads to.

use super::table::{Column, Table, table};
use crate::db::{Db, Row, Statement, Value};
use crate::domain::Stamp;
use crate::domain::user::{Effect, Event, Purpose, Sent};
use crate::error::{Error, Result};

#[derive(Clone, Debug)]
pub struct Message {
    pub user_id: String,
    pub purpose: Purpose,
    pub code_id: String,
    /// Of the event that made the code.
    pub sequence: i64,
    pub owner: String,
    /// To the phone, not by e-mail.
    pub sms: bool,
    /// Encrypted under the master key.
    pub code: String,
    pub created_at: i64,
    pub expires_at: i64,
}

table!(
    Message,
    "outbox",
    3,
    [user_id, purpose, code_id, sequence, owner, sms, code, created_at, expires_at]
);

impl Column for Purpose {
    fn read(row: &Row<'_>, index: usize) -> Result<Self> {
        let name = row.str(index)?;
        let found = Self::ALL.into_iter().find(|purpose| purpose.name() == name);
        found.ok_or_else(|| Error::internal(format_args!("no purpose of a code: {name}")))
    }

    fn value(&self) -> Value {
        self.name().into()
    }
}

impl Message {
    /// The same at each attempt to deliver it.
    pub fn id(&self) -> String {
        format!("{}/{}/{}", self.user_id, self.purpose.name(), self.sequence)
    }

    /// The parameters that tell this message from a later one of the same purpose.
    fn identity(&self) -> Vec<Value> {
        let key = [self.user_id.as_str(), self.purpose.name(), &self.code_id].map(Value::from);
        key.into_iter().chain([self.sequence.into()]).collect()
    }
}

/// A message that is to be sent now, and to whom.
#[derive(Clone, Debug)]
pub struct Due {
    pub message: Message,
    /// How often it was tried.
    pub attempts: i64,
    pub email: String,
    pub phone: String,
    pub name: String,
}

impl Due {
    /// Empty if the user has none of this kind.
    pub fn address(&self) -> &str {
        if self.message.sms { &self.phone } else { &self.email }
    }
}

/// How a delivery ended. The numbers are those of the column `state`; 0 is none of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Delivered = 1,
    /// Tried in vain.
    Dead = 2,
    /// Not tried: expired, or nobody to send it to.
    Dropped = 3,
}

/// The messages that are to be sent at `now`, the oldest first.
pub async fn due(db: &Db, now: i64) -> Result<Vec<Due>> {
    const SQL: &str = "SELECT m.user_id, m.purpose, m.code_id, m.sequence, m.owner, m.sms, m.code, \
            m.created_at, m.expires_at, m.attempts, u.email, u.phone, u.display_name \
        FROM outbox m JOIN users u ON u.id = m.user_id \
        WHERE m.state = 0 AND m.due_at <= $1 ORDER BY m.due_at LIMIT 16";
    let read = |row: &Row<'_>| {
        Ok(Due {
            message: Table::read(row)?,
            attempts: row.integer(9)?,
            email: row.text(10)?,
            phone: row.text(11)?,
            name: row.text(12)?,
        })
    };
    db.query(SQL, &[now.into()], read).await
}

/// Counts an attempt and keeps the message from others until then.
///
/// Errors: a conflict, when it is no longer as it was found.
pub async fn claim(db: &Db, due: &Due, until: i64) -> Result<()> {
    const FREE: &str = "SELECT 1 FROM outbox WHERE user_id = $1 AND purpose = $2 AND code_id = $3 \
        AND sequence = $4 AND attempts = $5 AND state = 0";
    const CLAIM: &str = "UPDATE outbox SET attempts = attempts + 1, due_at = $5 \
        WHERE user_id = $1 AND purpose = $2 AND code_id = $3 AND sequence = $4";
    let with = |value: i64| {
        let identity = due.message.identity().into_iter();
        identity.chain([value.into()]).collect::<Vec<Value>>()
    };
    let free = Statement::guard(FREE, with(due.attempts));
    db.write(vec![free, Statement::new(CLAIM, with(until))]).await
}

/// Tries again at this time.
pub async fn postpone(db: &Db, due: &Due, until: i64) -> Result<()> {
    const SQL: &str = "UPDATE outbox SET due_at = $5 \
        WHERE user_id = $1 AND purpose = $2 AND code_id = $3 AND sequence = $4";
    let params = due.message.identity().into_iter().chain([until.into()]).collect();
    db.write(vec![Statement::new(SQL, params)]).await
}

/// Ends the delivery of this message; not that of a later one in its place.
pub async fn settle(db: &Db, due: &Due, fate: Fate) -> Result<()> {
    const SQL: &str = "UPDATE outbox SET state = $5 \
        WHERE user_id = $1 AND purpose = $2 AND code_id = $3 AND sequence = $4";
    let params = due.message.identity().into_iter().chain([(fate as i64).into()]).collect();
    db.write(vec![Statement::new(SQL, params)]).await
}

/// What an event changes here.
pub fn changes(event: &Event, stamp: &Stamp) -> Vec<Statement> {
    const END: &str = "DELETE FROM outbox WHERE user_id = $1 AND purpose = $2";
    const END_ALL: &str = "DELETE FROM outbox WHERE user_id = $1";
    let user = Value::from(&stamp.id);
    match event.effect_on_codes() {
        None => Vec::new(),
        Some(Effect::Send(sent)) => vec![send(&sent, stamp)],
        Some(Effect::End(purpose)) => {
            vec![Statement::new(END, vec![user, purpose.name().into()])]
        }
        Some(Effect::EndAll) => vec![Statement::new(END_ALL, vec![user])],
    }
}

/// A new code of the same purpose takes the place of the one before, and is to be sent anew.
fn send(sent: &Sent<'_>, stamp: &Stamp) -> Statement {
    const SQL: &str = "INSERT INTO outbox (user_id, purpose, code_id, sequence, owner, sms, code, \
            created_at, expires_at, state, attempts, due_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, $8) \
        ON CONFLICT (user_id, purpose, code_id) DO UPDATE SET sequence = excluded.sequence, \
            owner = excluded.owner, sms = excluded.sms, code = excluded.code, \
            created_at = excluded.created_at, expires_at = excluded.expires_at, \
            state = excluded.state, attempts = excluded.attempts, due_at = excluded.due_at";
    let row = Message {
        user_id: stamp.id.clone(),
        purpose: sent.purpose,
        code_id: sent.code_id.into(),
        sequence: stamp.sequence,
        owner: stamp.owner.clone(),
        sms: sent.sms,
        code: sent.code.code.clone(),
        created_at: stamp.at,
        expires_at: stamp.at.saturating_add(sent.code.expiry.saturating_mul(1_000_000)),
    };
    Statement::new(SQL, row.values())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::user::{Code, EmailChanged, PhoneChanged};
    use crate::domain::{Event as _, user::Event::*};
    use crate::start::MIGRATIONS;

    /// An event of user `1`, with the code and the lifetime that events have.
    fn history() -> Vec<Event> {
        let code = |number: u8, expiry| Code { code: format!("c+/{number}"), expiry };
        let (email, phone) = ("a@b.c".into(), "+1".into());
        vec![
            InitializationCodeAdded(code(1, 259_200)),
            EmailCodeAdded(code(2, 3600)),
            PhoneCodeAdded(code(3, 3600)),
            EmailChanged(EmailChanged { email }),
            PhoneChanged(PhoneChanged { phone }),
            PhoneCodeAdded(code(4, 3600)),
            InitializationCodeAdded(code(5, 259_200)),
        ]
    }

    fn stamp(sequence: usize) -> Stamp {
        let sequence = sequence as i64;
        Stamp { id: "1".into(), sequence, owner: "o".into(), editor: "e".into(), at: sequence }
    }

    async fn rows(db: &Db) -> Vec<String> {
        let read = |row: &Row<'_>| Message::read(row).map(|message| format!("{message:?}"));
        db.query(Message::sql().first_page.as_str(), &[], read).await.unwrap()
    }

    #[tokio::test]
    async fn the_last_code_of_a_purpose_waits_until_it_ends() {
        let db = Db::open(":memory:", &MIGRATIONS).await.unwrap();
        for (index, event) in history().iter().enumerate() {
            db.write(changes(event, &stamp(index))).await.unwrap();
        }
        let found = rows(&db).await;
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("c+/5") && found[1].contains("c+/4"), "{found:?}");
        db.write(changes(&Removed, &stamp(9))).await.unwrap();
        assert_eq!(rows(&db).await, Vec::<String>::new());
    }

    #[tokio::test]
    async fn an_older_database_gets_the_rows_that_its_log_leads_to() {
        const EVENT: &str = "INSERT INTO events VALUES ('user/1', $1, $2, $3, 'o', 'e', $1)";
        let folder = tempfile::TempDir::new().unwrap();
        let file = folder.path().join("old.db");
        let file = file.to_str().unwrap();
        let (old, new) = (&MIGRATIONS[..1], Db::open(":memory:", &MIGRATIONS).await.unwrap());
        let db = Db::open(file, old).await.unwrap();
        for (index, event) in history().iter().enumerate() {
            let (kind, payload) = (event.kind().into(), event.payload().unwrap().into());
            let params = vec![(index as i64).into(), kind, payload];
            db.write(vec![Statement::new(EVENT, params)]).await.unwrap();
            new.write(changes(event, &stamp(index))).await.unwrap();
        }
        db.close().await;
        let db = Db::open(file, &MIGRATIONS).await.unwrap();
        let found = rows(&db).await;
        assert_eq!(found.len(), 2);
        assert_eq!(found, rows(&new).await);
        db.close().await;
    }
}
