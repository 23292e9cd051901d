//! Replays the log of events into an empty database and compares its tables with those kept.

use std::path::Path;

use crate::core::Stored;
use crate::db::{Db, Row, Statement, Value, is_postgres};
use crate::domain::instance::Instance;
use crate::domain::org::Org;
use crate::domain::project::Project;
use crate::domain::user::User;
use crate::domain::user_grant::UserGrant;
use crate::domain::{Event, Stamp};
use crate::error::{Error, Result};
use crate::start::MIGRATIONS;
use crate::views::{self, Sql};

const PAGE: &str = "SELECT stream, sequence, kind, payload, owner, editor, created_at FROM events \
    WHERE (stream, sequence) > ($1, $2) ORDER BY stream, sequence LIMIT 1000";

struct Recorded {
    stream: String,
    kind: String,
    payload: String,
    stamp: Stamp,
}

/// The number of events replayed. No server may be writing meanwhile.
///
/// Errors: one line that names the first event or row at fault.
pub async fn verify(database: &str) -> std::result::Result<u64, String> {
    if !is_postgres(database) && !Path::new(database).is_file() {
        return Err(format!("there is no database `{database}`"));
    }
    let kept = Db::open_current(database, &MIGRATIONS).await.map_err(|error| error.to_string())?;
    let fresh = Db::open(":memory:", &MIGRATIONS).await.map_err(|error| error.to_string())?;
    let free = views::UNIQUE.map(|index| Statement::new(format!("DROP INDEX {index}"), Vec::new()));
    fresh.write(free.to_vec()).await.map_err(|error| error.to_string())?;
    let outcome = compare(&kept, &fresh).await;
    kept.close().await;
    outcome.map_err(|error| error.to_string())
}

async fn compare(kept: &Db, fresh: &Db) -> Result<u64> {
    let count = replay(kept, fresh).await?;
    for table in views::tables() {
        same(table, kept, fresh, "is kept, but the log does not lead to it").await?;
        same(table, fresh, kept, "follows from the log, but is not kept").await?;
    }
    let check = kept.write(vec![views::user_search::check()]).await;
    check.map_err(|_| Error::invalid("the index of trigrams is not that of the users"))?;
    Ok(count)
}

async fn replay(kept: &Db, fresh: &Db) -> Result<u64> {
    let mut count = 0;
    let mut after = (String::new(), 0);
    let mut stream: Vec<Recorded> = Vec::new();
    loop {
        let params = [after.0.as_str().into(), after.1.into()];
        let page = kept.query(PAGE, &params, recorded).await?;
        let Some(last) = page.last() else { break };
        after = (last.stream.clone(), last.stamp.sequence);
        count += page.len() as u64;
        for event in page {
            if stream.first().is_some_and(|first| first.stream != event.stream) {
                fold(fresh, &stream).await?;
                stream.clear();
            }
            stream.push(event);
        }
    }
    fold(fresh, &stream).await?;
    Ok(count)
}

fn recorded(row: &Row<'_>) -> Result<Recorded> {
    let stream = row.text(0)?;
    let id = stream.split_once('/').map(|(_, id)| id.to_string()).unwrap_or_default();
    let stamp = Stamp {
        id,
        sequence: row.integer(1)?,
        owner: row.text(4)?,
        editor: row.text(5)?,
        at: row.integer(6)?,
    };
    Ok(Recorded { stream, kind: row.text(2)?, payload: row.text(3)?, stamp })
}

async fn fold(fresh: &Db, events: &[Recorded]) -> Result<()> {
    let Some(first) = events.first() else { return Ok(()) };
    let batch = match first.stream.split_once('/') {
        Some(("user", _)) => statements::<User>(events)?,
        Some(("org", _)) => statements::<Org>(events)?,
        Some(("project", _)) => statements::<Project>(events)?,
        Some(("usergrant", _)) => statements::<UserGrant>(events)?,
        Some(("instance", _)) => statements::<Instance>(events)?,
        _ => return Err(fault(first, "is of no known kind")),
    };
    fresh.write(batch).await.map_err(|error| fault(first, error))
}

fn statements<A: Stored>(events: &[Recorded]) -> Result<Vec<Statement>> {
    let mut state = A::default();
    let mut batch = Vec::new();
    for (index, recorded) in events.iter().enumerate() {
        if recorded.stamp.sequence != index as i64 + 1 {
            return Err(fault(recorded, "does not follow the one before it"));
        }
        let event = A::Event::parse(&recorded.kind, &recorded.payload);
        let event = event.map_err(|error| fault(recorded, error))?;
        state.apply(&event, &recorded.stamp);
        batch.extend(A::changes(&event, &recorded.stamp));
    }
    if state.exists() {
        batch.push(state.upsert());
    }
    batch.extend(A::follow(&A::default(), &state));
    Ok(batch)
}

fn fault(event: &Recorded, what: impl std::fmt::Display) -> Error {
    let (stream, sequence) = (&event.stream, event.stamp.sequence);
    Error::invalid(format!("event {sequence} of {stream} {what}"))
}

/// Every row of `left` stands in `right`.
async fn same(table: &'static Sql, left: &Db, right: &Db, what: &str) -> Result<()> {
    let mut after: Option<Vec<Value>> = None;
    loop {
        let (sql, params) = match &after {
            None => (table.first_page.as_str(), Vec::new()),
            Some(key) => (table.next_page.as_str(), key.clone()),
        };
        let rows = left.query(sql, &params, |row| values(row, table.columns)).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = Some(last.iter().take(table.keys).cloned().collect());
        for row in &rows {
            let key: Vec<Value> = row.iter().take(table.keys).cloned().collect();
            let found = right.first(table.select.as_str(), &key, |r| values(r, table.columns));
            if found.await?.as_ref() != Some(row) {
                return Err(Error::invalid(format!("row {key:?} of {} {what}", table.table)));
            }
        }
    }
}

fn values(row: &Row<'_>, columns: usize) -> Result<Vec<Value>> {
    (0..columns).map(|column| row.value(column)).collect()
}
