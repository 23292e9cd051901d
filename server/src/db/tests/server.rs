//! What only the server of PostgreSQL has.

use super::place::administer;
use super::{MIGRATIONS, Place, note, notes};
use crate::db::migrate::Schema;
use crate::db::{Db, Statement};
use crate::error::{Code, Error};

async fn refusal(target: &str) -> String {
    Db::open(target, MIGRATIONS).await.err().unwrap().to_string()
}

#[tokio::test]
async fn a_server_that_cannot_be_used_is_refused_with_the_cause() {
    let text = refusal("postgres://bailey:secret@127.0.0.1:1/none").await;
    assert!(text.contains("refuses the connection (error connecting to server"), "{text}");
    assert!(!text.contains("secret"), "{text}");
    let text = refusal("postgresql://127.0.0.1/none?sslmode=require").await;
    assert!(text.contains("TLS to PostgreSQL is not supported"), "{text}");
    let text = refusal("postgres://127.0.0.1/none?nonsense=1").await;
    assert!(text.contains("nonsense"), "{text}");
}

#[tokio::test]
async fn a_lost_race_of_the_server_is_a_conflict() {
    let Some(place) = Place::postgres().await else { return };
    let db = place.open().await;
    for condition in ["serialization_failure", "deadlock_detected"] {
        let raise = format!("DO $$ BEGIN RAISE {condition}; END $$");
        let batch = vec![note("a", 1), Statement::new(raise, vec![])];
        assert_eq!(db.write(batch).await, Err(Error::conflict()), "{condition}");
    }
    assert!(notes(&db).await.is_empty());
    place.remove().await;
}

/// One that breaks in the middle of a batch, and idle ones that the server ends.
#[tokio::test]
async fn lost_connections_are_replaced() {
    let Some(place) = Place::postgres().await else { return };
    let db = place.open().await;
    let end = Statement::new("SELECT pg_terminate_backend(pg_backend_pid())", vec![]);
    let lost = db.write(vec![note("a", 1), end]).await.unwrap_err();
    assert_eq!(lost.code, Code::Unavailable);
    db.write(vec![note("a", 2)]).await.unwrap();
    administer(&format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{}'",
        place.schema()
    ))
    .await;
    if let Err(error) = db.write(vec![note("a", 3)]).await {
        assert_eq!(error.code, Code::Unavailable);
        db.write(vec![note("a", 3)]).await.unwrap();
    }
    assert_eq!(notes(&db).await, ["a/2", "a/3"]);
    place.remove().await;
}

#[tokio::test]
async fn no_statement_takes_for_ever() {
    let Some(place) = Place::postgres().await else { return };
    let limit = |db: Db| async move {
        const SQL: &str = "SELECT current_setting('statement_timeout')";
        db.first(SQL, &[], |row| row.text(0)).await.unwrap().unwrap()
    };
    assert_eq!(limit(place.open().await).await, "1min");
    let own = place.target.replace("options=", "options=-cstatement_timeout%3D200ms%20");
    let db = Db::open(&own, MIGRATIONS).await.unwrap();
    assert_eq!(limit(db.clone()).await, "200ms");
    let slow = db.query("SELECT pg_sleep(60)", &[], |_| Ok(())).await.unwrap_err();
    assert_eq!(slow.code, Code::Unavailable);
    place.remove().await;
}

#[tokio::test]
async fn a_server_that_only_reads_is_worth_another_try() {
    let Some(place) = Place::postgres().await else { return };
    let db = place.open().await;
    let read_only = "SELECT set_config('transaction_read_only', 'on', true)";
    let replica = vec![Statement::new(read_only, vec![]), note("a", 1)];
    assert_eq!(db.write(replica).await.unwrap_err().code, Code::Unavailable);
    place.remove().await;
}

#[tokio::test]
async fn a_connection_is_clean_after_a_failed_batch() {
    let Some(place) = Place::postgres().await else { return };
    let one = std::num::NonZeroUsize::new(1);
    let db = Db::open_with(&place.target, Schema { migrations: MIGRATIONS, upgrade: true }, one)
        .await
        .unwrap();
    let wrong = Statement::new("INSERT INTO nowhere VALUES (1)", vec![]);
    assert!(db.write(vec![note("a", 1), wrong]).await.is_err());
    db.write(vec![note("b", 1)]).await.unwrap();
    assert_eq!(notes(&db).await, ["b/1"]);
    place.remove().await;
}
