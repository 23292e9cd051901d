//! `events`: the log, as the history of one stream.

use crate::db::Db;
use crate::error::Result;

/// The most entries of one answer: what a client that asks for everything can make a server hold.
/// Whoever wants more goes on at the last sequence.
const MOST: usize = 100_000;

/// Entries read at a time, so that nobody waits long for the thread that answers.
const CHUNK: usize = 1000;

/// One event, without what it holds.
pub struct Entry {
    pub sequence: i64,
    pub kind: String,
    pub editor: String,
    pub at: i64,
}

/// Which part of a history, in which direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Outside of the part: ascending the sequence before it, descending the one behind it.
    from: i64,
    limit: usize,
    asc: bool,
}

impl Span {
    /// `sequence` 0: from the start, which is the newest entry when descending; `limit` 0: as many
    /// as there are.
    pub fn new(sequence: u64, limit: u32, asc: bool) -> Self {
        let sequence = i64::try_from(sequence).unwrap_or(i64::MAX);
        let from = if sequence == 0 && !asc { i64::MAX } else { sequence };
        let limit = usize::try_from(limit).ok().filter(|limit| *limit > 0);
        Self { from, limit: limit.map_or(MOST, |limit| limit.min(MOST)), asc }
    }
}

/// The events of a stream that happened while this organisation owned it.
pub async fn of(db: &Db, stream: &str, owner: &str, mut span: Span) -> Result<Vec<Entry>> {
    const UP: &str = "SELECT sequence, kind, editor, created_at FROM events \
        WHERE stream = $1 AND owner = $2 AND sequence > $3 ORDER BY sequence LIMIT $4";
    const DOWN: &str = "SELECT sequence, kind, editor, created_at FROM events \
        WHERE stream = $1 AND owner = $2 AND sequence < $3 ORDER BY sequence DESC LIMIT $4";
    let mut all: Vec<Entry> = Vec::new();
    loop {
        let chunk = CHUNK.min(span.limit);
        let params = [stream.into(), owner.into(), span.from.into(), (chunk as i64).into()];
        let read = |row: &crate::db::Row<'_>| {
            let (sequence, at) = (row.integer(0)?, row.integer(3)?);
            Ok(Entry { sequence, kind: row.text(1)?, editor: row.text(2)?, at })
        };
        let entries = db.query(if span.asc { UP } else { DOWN }, &params, read).await?;
        let Some(last) = entries.last() else { return Ok(all) };
        span = Span { from: last.sequence, limit: span.limit - entries.len(), ..span };
        let ended = entries.len() < chunk || span.limit == 0;
        all.extend(entries);
        if ended {
            return Ok(all);
        }
        tokio::task::yield_now().await;
    }
}

/// Stream, kind and owner of every event, stream by stream.
pub async fn all(db: &Db) -> Result<Vec<[String; 3]>> {
    const ALL: &str = "SELECT stream, kind, owner FROM events ORDER BY stream, sequence";
    db.query(ALL, &[], |row| Ok([row.text(0)?, row.text(1)?, row.text(2)?])).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_begins_at_an_end_or_at_a_sequence() {
        let span = |sequence, limit, asc| {
            let Span { from, limit, .. } = Span::new(sequence, limit, asc);
            (from, limit)
        };
        assert_eq!(span(0, 0, false), (i64::MAX, MOST));
        assert_eq!(span(0, 5, true), (0, 5));
        assert_eq!(span(4, u32::MAX, false), (4, MOST));
        assert_eq!(span(u64::MAX, 1, true), (i64::MAX, 1));
    }
}
