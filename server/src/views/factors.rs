//! `factors`: second factors and passkeys of users.

use super::table::{Column, Table, table};
use crate::db::{Db, Row, Statement, Value};
use crate::domain::Stamp;
use crate::domain::user::{Event, Factor, FactorState, NewCredential, ReadyCredential};
use crate::error::{Error, Result};

#[derive(Debug, PartialEq)]
pub struct Registration {
    pub user_id: String,
    pub factor: Factor,
    /// Of a key; empty for one-time passwords, which a user has once.
    pub id: String,
    pub state: FactorState,
    pub name: String,
    /// What the factor is checked with.
    pub secret: String,
    pub sequence: i64,
}

table!(Registration, "factors", 3, [user_id, factor, id, state, name, secret, sequence]);

impl Column for Factor {
    fn read(row: &Row<'_>, index: usize) -> Result<Self> {
        let name = row.str(index)?;
        let found = Self::ALL.into_iter().find(|factor| factor.name() == name);
        found.ok_or_else(|| Error::internal(format_args!("no kind of factor: {name}")))
    }

    fn value(&self) -> Value {
        self.name().into()
    }
}

impl Column for FactorState {
    fn read(row: &Row<'_>, index: usize) -> Result<Self> {
        match row.integer(index)? {
            1 => Ok(Self::NotReady),
            2 => Ok(Self::Ready),
            other => Err(Error::internal(format_args!("no state of a factor: {other}"))),
        }
    }

    fn value(&self) -> Value {
        (*self as i64).into()
    }
}

impl Registration {
    fn new(factor: Factor, stamp: &Stamp) -> Self {
        Self {
            user_id: stamp.id.clone(),
            factor,
            id: String::new(),
            state: FactorState::NotReady,
            name: String::new(),
            secret: String::new(),
            sequence: stamp.sequence,
        }
    }

    fn begun(factor: Factor, key: &NewCredential, stamp: &Stamp) -> Self {
        let (id, secret) = (key.token_id.clone(), key.challenge.clone());
        Self { id, secret, ..Self::new(factor, stamp) }
    }

    fn ready(factor: Factor, stamp: &Stamp) -> Self {
        Self { state: FactorState::Ready, ..Self::new(factor, stamp) }
    }

    fn ready_key(factor: Factor, key: &ReadyCredential, stamp: &Stamp) -> Self {
        let (id, name, secret) = (key.token_id.clone(), key.name.clone(), key.credential.clone());
        Self { id, name, secret, ..Self::ready(factor, stamp) }
    }
}

/// What an event changes here.
pub fn changes(event: &Event, stamp: &Stamp) -> Vec<Statement> {
    let statement = match event {
        Event::OtpAdded(added) => {
            let secret = added.secret.clone();
            Registration { secret, ..Registration::new(Factor::Otp, stamp) }.put()
        }
        Event::OtpVerified => otp_ready(stamp),
        Event::OtpSmsAdded => Registration::ready(Factor::OtpSms, stamp).put(),
        Event::OtpEmailAdded => Registration::ready(Factor::OtpEmail, stamp).put(),
        Event::OtpRemoved => delete(Factor::Otp, stamp),
        Event::OtpSmsRemoved | Event::PhoneRemoved => delete(Factor::OtpSms, stamp),
        Event::OtpEmailRemoved => delete(Factor::OtpEmail, stamp),
        Event::U2fAdded(key) => Registration::begun(Factor::U2f, key, stamp).put(),
        Event::PasskeyAdded(key) => Registration::begun(Factor::Passkey, key, stamp).put(),
        Event::U2fVerified(key) => Registration::ready_key(Factor::U2f, key, stamp).put(),
        Event::PasskeyVerified(key) => Registration::ready_key(Factor::Passkey, key, stamp).put(),
        Event::U2fRemoved(key) | Event::PasskeyRemoved(key) => delete_key(&key.token_id, stamp),
        Event::Removed => delete_all(stamp),
        _ => return Vec::new(),
    };
    vec![statement]
}

fn otp_ready(stamp: &Stamp) -> Statement {
    const SQL: &str =
        "UPDATE factors SET state = 2, sequence = $2 WHERE user_id = $1 AND factor = 'otp'";
    Statement::new(SQL, vec![(&stamp.id).into(), stamp.sequence.into()])
}

fn delete(factor: Factor, stamp: &Stamp) -> Statement {
    Registration::delete(vec![(&stamp.id).into(), factor.name().into(), "".into()])
}

/// The one of this id, whatever it is used as.
fn delete_key(id: &str, stamp: &Stamp) -> Statement {
    const SQL: &str = "DELETE FROM factors WHERE user_id = $1 AND id = $2";
    Statement::new(SQL, vec![(&stamp.id).into(), id.into()])
}

fn delete_all(stamp: &Stamp) -> Statement {
    Statement::new("DELETE FROM factors WHERE user_id = $1", vec![(&stamp.id).into()])
}

/// Whether a user has one-time passwords of this kind, ready or not.
pub async fn has(db: &Db, user_id: &str, factor: Factor) -> Result<bool> {
    let key = [user_id.into(), factor.name().into(), "".into()];
    let found = db.first(Registration::sql().select.as_str(), &key, |_| Ok(()));
    Ok(found.await?.is_some())
}

/// Whether a user has a key of this id, as second factor or as passkey, ready or not.
pub async fn has_key(db: &Db, user_id: &str, id: &str) -> Result<bool> {
    const SQL: &str = "SELECT 1 FROM factors WHERE user_id = $1 AND id = $2 AND id <> ''";
    Ok(db.first(SQL, &[user_id.into(), id.into()], |_| Ok(())).await?.is_some())
}

/// What a user of this organisation can use, in order of registration.
pub async fn ready(db: &Db, user_id: &str, org: &str) -> Result<Vec<Registration>> {
    const SQL: &str = "SELECT f.user_id, f.factor, f.id, f.state, f.name, f.secret, f.sequence \
        FROM factors f JOIN users u ON u.id = f.user_id \
        WHERE f.user_id = $1 AND u.owner = $2 AND f.state = 2 ORDER BY f.sequence";
    db.query(SQL, &[user_id.into(), org.into()], Table::read).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::user::{CredentialRemoved, OtpSecret};
    use crate::start::MIGRATIONS;

    async fn play(events: &[Event]) -> Db {
        let db = Db::open(":memory:", &MIGRATIONS).await.unwrap();
        for (sequence, event) in (1..).zip(events) {
            let stamp = Stamp { id: "u".into(), sequence, ..Stamp::default() };
            db.write(changes(event, &stamp)).await.unwrap();
        }
        db
    }

    async fn states(events: &[Event]) -> Vec<(Factor, FactorState)> {
        let read = |row: &Row<'_>| Registration::read(row).map(|row| (row.factor, row.state));
        play(events).await.query(Registration::sql().first_page.as_str(), &[], read).await.unwrap()
    }

    fn begun() -> NewCredential {
        NewCredential { token_id: "k".into(), challenge: "c".into() }
    }

    fn finished() -> ReadyCredential {
        ReadyCredential { token_id: "k".into(), name: "key".into(), credential: "p".into() }
    }

    #[tokio::test]
    async fn a_factor_is_ready_when_its_registration_is_finished() {
        let otp = Event::OtpAdded(OtpSecret { secret: "s".into() });
        let begun = [otp, Event::U2fAdded(begun())];
        let waits = [(Factor::Otp, FactorState::NotReady), (Factor::U2f, FactorState::NotReady)];
        assert_eq!(states(&begun).await, waits);
        let ends = [Event::OtpVerified, Event::U2fVerified(finished())];
        let finished = [begun.as_slice(), &ends].concat();
        let ready = [(Factor::Otp, FactorState::Ready), (Factor::U2f, FactorState::Ready)];
        assert_eq!(states(&finished).await, ready);
    }

    #[tokio::test]
    async fn removals_take_what_they_name() {
        let added = [
            Event::OtpSmsAdded,
            Event::OtpEmailAdded,
            Event::PasskeyAdded(begun()),
            Event::PasskeyVerified(finished()),
        ];
        let after = |event: Event| {
            let events = [added.as_slice(), &[event]].concat();
            async move { states(&events).await.len() }
        };
        assert_eq!(states(&added).await.len(), 3);
        assert_eq!(after(Event::PhoneRemoved).await, 2);
        assert_eq!(after(Event::OtpRemoved).await, 3);
        let key = CredentialRemoved { token_id: "k".into() };
        assert_eq!(after(Event::U2fRemoved(key)).await, 2);
        let other = CredentialRemoved { token_id: "x".into() };
        assert_eq!(after(Event::PasskeyRemoved(other)).await, 3);
        assert_eq!(after(Event::Removed).await, 0);
    }

    #[tokio::test]
    async fn it_is_found_by_kind_or_id() {
        let db = play(&[Event::OtpSmsAdded, Event::PasskeyAdded(begun())]).await;
        assert!(has(&db, "u", Factor::OtpSms).await.unwrap());
        assert!(!has(&db, "u", Factor::Otp).await.unwrap());
        assert!(!has(&db, "v", Factor::OtpSms).await.unwrap());
        assert!(has_key(&db, "u", "k").await.unwrap());
        assert!(!has_key(&db, "u", "").await.unwrap());
    }
}
