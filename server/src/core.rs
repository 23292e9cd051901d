//! Load, decide, append, store: the one way in which anything is written.

use std::borrow::Cow;
use std::collections::hash_map::RandomState;
use std::future::Future;
use std::hash::BuildHasher;
use std::sync::Arc;

use futures_util::future::try_join_all;
use tokio::sync::{Mutex, MutexGuard};

use crate::clock::Clock;
use crate::db::{Db, Row, Statement, Value};
use crate::domain::{Aggregate, Event, Stamp};
use crate::error::{Code, Error, Result};
use crate::ids::Ids;
use crate::key::Key;
use crate::key_pairs::KeyPairs;
use crate::passwords::Passwords;

/// How often a push is tried when another process was faster.
const ATTEMPTS: usize = 8;
const LOCKS: usize = 1024;
/// Aggregates that are asked for at once.
const TOGETHER: usize = 16;

const APPEND: &str = "INSERT INTO events \
    (stream, sequence, kind, payload, owner, editor, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
const LAST: &str = "SELECT sequence, created_at FROM events WHERE stream = $1 \
    ORDER BY sequence DESC LIMIT 1";

/// The server's state behind every handler. A clone is another handle of the same.
#[derive(Clone)]
pub struct Core(Arc<Inner>);

pub struct Inner {
    pub db: Db,
    pub clock: Clock,
    pub ids: Ids,
    pub key: Key,
    pub passwords: Passwords,
    pub key_pairs: KeyPairs,
    /// The one host name that requests may name; empty: any.
    pub external_domain: String,
    pub locks: Locks,
}

impl std::ops::Deref for Core {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// How an aggregate and what hangs on it are kept in tables.
pub trait Stored: Aggregate + Clone {
    fn select() -> &'static str;
    fn read(row: &Row<'_>) -> Result<Self>;
    fn upsert(&self) -> Statement;
    fn delete(id: &str) -> Statement;
    /// The rows of other tables that this event changes.
    fn changes(event: &Self::Event, stamp: &Stamp) -> Vec<Statement>;
    /// The rows of other tables that follow from what the aggregate was and what it is now.
    fn follow(_before: &Self, _after: &Self) -> Vec<Statement> {
        Vec::new()
    }
}

/// The outcome of a push: the last event's sequence and time, and the owner of the first stream.
#[derive(Clone, Debug, Default)]
pub struct Meta {
    pub sequence: i64,
    pub at: i64,
    pub owner: String,
}

/// An aggregate as a push found it.
pub struct Loaded<A> {
    pub id: String,
    pub state: A,
    sequence: i64,
    at: i64,
}

impl<A> std::ops::Deref for Loaded<A> {
    type Target = A;

    fn deref(&self) -> &A {
        &self.state
    }
}

impl<A: Aggregate> Loaded<A> {
    /// One under an id that was just made, so that there is nothing to load. Were the id taken all
    /// the same, the push would be refused: its stream has its first event already.
    pub fn new(id: &str) -> Self {
        Self { id: id.into(), state: A::default(), sequence: 0, at: 0 }
    }

    /// Whether there was one that is no more.
    pub fn was_removed(&self) -> bool {
        self.sequence > 0 && !self.state.exists()
    }

    /// Sequence and time of the last event of the stream.
    pub fn last(&self) -> (i64, i64) {
        (self.sequence, self.at)
    }
}

/// Who writes, for which organisation.
#[derive(Clone, Debug)]
pub struct Author {
    pub editor: String,
    pub owner: String,
}

/// Events of one or more streams that are written together, and guards on what was only read.
pub struct Push<'a> {
    core: &'a Core,
    author: &'a Author,
    at: i64,
    batch: Vec<Statement>,
    meta: Meta,
}

impl Core {
    pub fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    /// Runs `decide` with the stream locked and writes what it pushed. A lost race against another
    /// process runs it again on what is then there.
    ///
    /// Errors: what `decide` refuses; the error that a unique key means; `Aborted`, where each of
    /// the attempts lost its race; `Unavailable`.
    pub async fn commit<'a, F, Fut>(
        &'a self,
        author: &'a Author,
        stream: (&str, &str),
        decide: F,
    ) -> Result<Meta>
    where
        F: Fn(Push<'a>) -> Fut,
        Fut: Future<Output = Result<Push<'a>>>,
    {
        let _lock = self.locks.lock(stream).await;
        let mut attempts = 1;
        loop {
            let push = decide(Push::new(self, author)).await?;
            if push.batch.is_empty() {
                return Ok(push.meta);
            }
            match self.db.write(push.batch).await {
                Err(error) if error.code == Code::Aborted && attempts < ATTEMPTS => attempts += 1,
                outcome => return outcome.map(|()| push.meta),
            }
        }
    }

    /// [`Self::commit`] for pushes that touch members of what they do not lock: they take turns.
    pub async fn commit_members<'a, F, Fut>(
        &'a self,
        author: &'a Author,
        stream: (&str, &str),
        decide: F,
    ) -> Result<Meta>
    where
        F: Fn(Push<'a>) -> Fut,
        Fut: Future<Output = Result<Push<'a>>>,
    {
        let _turn = self.locks.members.lock().await;
        self.commit(author, stream, decide).await
    }

    /// One decision on one aggregate of the author's organisation.
    pub async fn change<A, E>(
        &self,
        author: &Author,
        id: &str,
        decide: impl Fn(&A) -> Result<E> + Sync,
    ) -> Result<Meta>
    where
        A: Stored,
        E: IntoIterator<Item = A::Event>,
    {
        let decide = &decide;
        self.commit(author, (A::STREAM, id), |mut push| async move {
            let mut loaded = push.own::<A>(id).await?;
            let events = decide(&loaded)?;
            push.append(&mut loaded, events)?;
            Ok(push)
        })
        .await
    }

    /// An aggregate as it is now; absent ones are their default.
    pub async fn load<A: Stored>(&self, id: &str) -> Result<A> {
        Ok(self.db.first(A::select(), &[id.into()], A::read).await?.unwrap_or_default())
    }

    /// Sequence and time of the last event of a stream; 0 and 0 where there is none.
    async fn last(&self, stream: &str) -> Result<(i64, i64)> {
        let read = |row: &Row<'_>| Ok((row.integer(0)?, row.integer(1)?));
        Ok(self.db.first(LAST, &[stream.into()], read).await?.unwrap_or_default())
    }
}

impl<'a> Push<'a> {
    fn new(core: &'a Core, author: &'a Author) -> Self {
        let meta = Meta { owner: author.owner.clone(), ..Meta::default() };
        Self { core, author, at: core.clock.now(), batch: Vec::new(), meta }
    }

    /// An aggregate of the caller's organisation; those of others look absent.
    pub async fn own<A: Stored>(&self, id: &str) -> Result<Loaded<A>> {
        let mut loaded = self.any::<A>(id).await?;
        if loaded.state.owner() != self.author.owner {
            loaded.state = A::default();
        }
        Ok(loaded)
    }

    /// [`Self::own`] of each, in order.
    pub async fn own_all<A: Stored>(&self, ids: &[String]) -> Result<Vec<Loaded<A>>> {
        let mut found = Vec::with_capacity(ids.len());
        for some in ids.chunks(TOGETHER) {
            found.extend(try_join_all(some.iter().map(|id| self.own(id))).await?);
            tokio::task::yield_now().await;
        }
        Ok(found)
    }

    /// An aggregate, whoever owns it.
    pub async fn any<A: Stored>(&self, id: &str) -> Result<Loaded<A>> {
        let (sequence, at) = self.core.last(&stream::<A>(id)).await?;
        Ok(Loaded { id: id.into(), state: self.core.load(id).await?, sequence, at })
    }

    /// Appends the events, in order, and stores the state that they lead to. Its row comes before
    /// the rows that hang on it: a taken user name is refused before a taken external id.
    pub fn append<A: Stored>(
        &mut self,
        loaded: &mut Loaded<A>,
        events: impl IntoIterator<Item = A::Event>,
    ) -> Result<()> {
        let owner = if loaded.exists() { loaded.owner() } else { &self.author.owner };
        let mut stamp = Stamp {
            id: loaded.id.clone(),
            sequence: loaded.sequence,
            owner: owner.to_string(),
            editor: self.author.editor.clone(),
            at: self.at,
        };
        let mut events = events.into_iter().peekable();
        if events.peek().is_none() {
            if self.meta.at == 0 {
                self.meta.owner = stamp.owner;
                self.stays((loaded.sequence, loaded.at));
            }
            return Ok(());
        }
        let before = loaded.state.clone();
        let mut changes = Vec::new();
        for event in events {
            stamp.sequence += 1;
            self.batch.push(insert::<A>(&event, &stamp)?);
            loaded.state.apply(&event, &stamp);
            changes.extend(A::changes(&event, &stamp));
        }
        (loaded.sequence, loaded.at) = (stamp.sequence, stamp.at);
        let exists = loaded.exists();
        self.batch.push(if exists { loaded.state.upsert() } else { A::delete(&loaded.id) });
        self.batch.extend(A::follow(&before, &loaded.state));
        self.batch.append(&mut changes);
        if self.meta.at == 0 {
            self.meta.owner = stamp.owner;
        }
        (self.meta.sequence, self.meta.at) = (stamp.sequence, stamp.at);
        Ok(())
    }

    /// Holds that this SELECT gives a row until the push is written.
    pub fn guard(&mut self, sql: impl Into<Cow<'static, str>>, params: Vec<Value>) {
        self.batch.push(Statement::guard(sql, params));
    }

    /// What a push without an event answers: sequence and time of the last one.
    pub fn stays(&mut self, (sequence, at): (i64, i64)) {
        (self.meta.sequence, self.meta.at) = (sequence, at);
    }
}

fn insert<A: Aggregate>(event: &A::Event, stamp: &Stamp) -> Result<Statement> {
    let params = vec![
        stream::<A>(&stamp.id).into(),
        stamp.sequence.into(),
        event.kind().into(),
        event.payload().map_err(Error::internal)?.into(),
        (&stamp.owner).into(),
        (&stamp.editor).into(),
        stamp.at.into(),
    ];
    Ok(Statement::new(APPEND, params).taken(Error::conflict()))
}

/// `user/<id>`
pub fn stream<A: Aggregate>(id: &str) -> String {
    format!("{}/{id}", A::STREAM)
}

/// One lock for many streams: writers of one stream wait for each other instead of retrying.
pub struct Locks {
    streams: Vec<Mutex<()>>,
    hasher: RandomState,
    members: Mutex<()>,
}

impl Default for Locks {
    fn default() -> Self {
        let streams = (0..LOCKS).map(|_| Mutex::new(())).collect();
        Self { streams, hasher: RandomState::new(), members: Mutex::new(()) }
    }
}

impl Locks {
    async fn lock(&self, stream: (&str, &str)) -> Option<MutexGuard<'_, ()>> {
        let slot = self.hasher.hash_one(stream) as usize % LOCKS;
        match self.streams.get(slot) {
            Some(lock) => Some(lock.lock().await),
            None => None,
        }
    }
}
