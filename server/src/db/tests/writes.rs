//! Batches: whole or not at all, and what their failure means.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use super::{Place, name, note, notes, together};
use crate::db::Statement;
use crate::error::{Code, Error};

fn known(name: &str) -> Statement {
    Statement::guard("SELECT name FROM names WHERE name = $1", vec![name.into()])
}

pub async fn a_write_is_seen_by_the_next_query(place: &Place) {
    let db = place.open().await;
    for number in 0..100 {
        db.write(vec![note("a", number)]).await.unwrap();
        let sql = "SELECT 1 FROM notes WHERE id = 'a' AND number = $1";
        let found = db.first(sql, &[number.into()], |row| row.integer(0)).await.unwrap();
        assert_eq!(found, Some(1), "number {number}");
    }
}

/// Every third batch fails at its last statement.
pub async fn a_batch_that_fails_leaves_its_neighbours(place: &Place) {
    let db = place.open().await;
    db.write(vec![name("taken")]).await.unwrap();
    let outcomes = together(30, |number| {
        let db = db.clone();
        let last = if number % 3 == 0 { name("taken") } else { note("last", number) };
        async move { db.write(vec![note("first", number), last]).await }
    });
    for (number, outcome) in outcomes.await.into_iter().enumerate() {
        assert_eq!(outcome.is_err(), number % 3 == 0, "batch {number}: {outcome:?}");
    }
    let found = notes(&db).await;
    assert_eq!(found.len(), 40);
    assert!(!found.iter().any(|note| note == "first/3"), "{found:?}");
}

pub async fn a_taken_key_is_the_error_that_the_statement_names(place: &Place) {
    let db = place.open().await;
    db.write(vec![name("taken")]).await.unwrap();
    let exists = Error::plain(Code::AlreadyExists, "that name is taken");
    let batch = vec![
        note("a", 1).taken(Error::conflict()),
        name("taken").taken(exists.clone()),
        note("a", 1).taken(Error::conflict()),
    ];
    assert_eq!(db.write(batch).await, Err(exists.clone()));
    assert_eq!(db.write(vec![name("taken")]).await.unwrap_err().code, Code::Internal);
    let null = Statement::new("INSERT INTO names (name) VALUES (NULL)", vec![]).taken(exists);
    assert_eq!(db.write(vec![null]).await.unwrap_err().code, Code::Internal);
    assert!(notes(&db).await.is_empty());
}

pub async fn a_guard_without_a_row_is_a_conflict(place: &Place) {
    let db = place.open().await;
    db.write(vec![name("there")]).await.unwrap();
    let refused = db.write(vec![note("a", 1), known("gone"), note("a", 2)]).await;
    assert_eq!(refused, Err(Error::conflict()));
    assert!(notes(&db).await.is_empty());
    db.write(vec![note("a", 1), known("there"), note("a", 2)]).await.unwrap();
    assert_eq!(notes(&db).await, ["a/1", "a/2"]);
}

/// A note is written only under a name; who removes the name removes its notes. So none is left.
pub async fn a_guard_holds_until_the_commit(place: &Place) {
    let db = place.open().await;
    for round in 0..30 {
        db.write(vec![name("there")]).await.unwrap();
        together(8, |number| {
            let db = db.clone();
            let batch = if number == 4 {
                vec![
                    Statement::new("DELETE FROM names", vec![]),
                    Statement::new("DELETE FROM notes", vec![]),
                ]
            } else {
                vec![known("there"), note("under", number)]
            };
            async move { db.write(batch).await }
        })
        .await;
        assert!(notes(&db).await.is_empty(), "round {round}");
    }
}

/// A deferred reference is judged by the COMMIT.
pub async fn a_commit_that_fails_writes_nothing(place: &Place) {
    let db = place.open().await;
    let part = Statement::new("INSERT INTO parts (whole) VALUES ('no')", vec![]);
    let failed = db.write(vec![note("a", 1), part]).await.unwrap_err();
    assert_eq!(failed.code, Code::Internal);
    db.write(vec![note("b", 1)]).await.unwrap();
    assert_eq!(notes(&db).await, ["b/1"]);
}

/// Longer than what is sent to PostgreSQL at once; each statement needs the one before it.
pub async fn a_long_batch_is_written_in_order(place: &Place) {
    let db = place.open().await;
    let mut batch = vec![note("a", 0)];
    for number in 1..200 {
        let sql = "UPDATE notes SET number = $1 WHERE number = $2";
        batch.push(Statement::new(sql, vec![number.into(), (number - 1).into()]));
    }
    db.write(batch.clone()).await.unwrap();
    assert_eq!(notes(&db).await, ["a/199"]);
    batch.insert(0, Statement::new("DELETE FROM notes", vec![]));
    batch.push(known("gone"));
    assert_eq!(db.write(batch).await, Err(Error::conflict()));
    assert_eq!(notes(&db).await, ["a/199"]);
}

/// Each caller is dropped after its first step, by which the batch is accepted.
pub async fn a_caller_that_goes_away_does_not_undo(place: &Place) {
    let db = place.open().await;
    for number in 0..20 {
        let mut write = pin!(db.write(vec![note("first", number), note("last", number)]));
        poll_fn(|context| Poll::Ready(write.as_mut().poll(context).is_pending())).await;
    }
    if !place.lasting {
        db.write(vec![name("after")]).await.unwrap();
    }
    let db = place.reopen(db).await;
    assert_eq!(notes(&db).await.len(), 40);
}

pub async fn a_closed_database_takes_no_more(place: &Place) {
    let db = place.open().await;
    db.clone().close().await;
    assert_eq!(db.write(vec![note("a", 1)]).await.unwrap_err().code, Code::Internal);
}
