//! Databases for the tests, each of its own; opening and migrating.

use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

use tempfile::TempDir;
use tokio_postgres::NoTls;

use super::{MIGRATIONS, note, notes};
use crate::db::Db;

pub struct Place {
    pub target: String,
    /// Whether it is still there after `close`.
    pub lasting: bool,
    folder: Option<TempDir>,
    schema: Option<String>,
}

impl Place {
    pub fn file() -> Self {
        let folder = TempDir::new().unwrap();
        let target = folder.path().join("test.db").to_str().unwrap().to_owned();
        Self { target, lasting: true, folder: Some(folder), schema: None }
    }

    pub fn memory() -> Self {
        Self { target: ":memory:".into(), lasting: false, folder: None, schema: None }
    }

    /// A new schema; `None`, and a word about it, where there is no server.
    pub async fn postgres() -> Option<Self> {
        static MADE: AtomicU64 = AtomicU64::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let schema = format!("test_{}_{number}", process::id());
        if !administer(&format!("CREATE SCHEMA {schema}")).await {
            eprintln!("skipped: BAILEY_TEST_POSTGRES is not set");
            return None;
        }
        let url = std::env::var("BAILEY_TEST_POSTGRES").unwrap();
        let joint = if url.contains('?') { '&' } else { '?' };
        let options = format!("options=-csearch_path%3D{schema}&application_name={schema}");
        let target = format!("{url}{joint}{options}");
        Some(Self { target, lasting: true, folder: None, schema: Some(schema) })
    }

    pub async fn open(&self) -> Db {
        Db::open(&self.target, MIGRATIONS).await.unwrap()
    }

    /// Closes and opens again, where that keeps the rows.
    pub async fn reopen(&self, db: Db) -> Db {
        if !self.lasting {
            return db;
        }
        db.close().await;
        self.open().await
    }

    /// The name of the schema, which is also that of the connections.
    pub fn schema(&self) -> &str {
        self.schema.as_deref().unwrap()
    }

    pub fn folder(&self) -> &std::path::Path {
        self.folder.as_ref().unwrap().path()
    }

    pub async fn remove(self) {
        administer(&format!("DROP SCHEMA {} CASCADE", self.schema())).await;
    }
}

/// Runs SQL on a connection beside the driver; false where there is no server.
pub async fn administer(sql: &str) -> bool {
    let Ok(url) = std::env::var("BAILEY_TEST_POSTGRES") else { return false };
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
    let task = tokio::spawn(connection);
    client.batch_execute(sql).await.unwrap();
    drop(client);
    task.await.unwrap().unwrap();
    true
}

pub async fn a_schema_is_brought_up_to_date_and_kept(place: &Place) {
    let db = Db::open(&place.target, &MIGRATIONS[..1]).await.unwrap();
    db.write(vec![note("kept", 1)]).await.unwrap();
    assert_eq!(notes(&db).await, ["kept/1"]);
    if place.lasting {
        let db = place.reopen(db).await;
        db.write(vec![super::name("new")]).await.unwrap();
        let db = place.reopen(db).await;
        assert_eq!(notes(&db).await, ["kept/1"]);
        let versions =
            db.query("SELECT version FROM schema_version ORDER BY 1", &[], |row| row.integer(0));
        assert_eq!(versions.await.unwrap(), [1, 2]);
    }
}

pub async fn a_newer_schema_is_refused(place: &Place) {
    place.open().await.close().await;
    if place.lasting {
        let refusal = Db::open(&place.target, &MIGRATIONS[..1]).await.err().unwrap().to_string();
        assert!(refusal.contains("version 2") && refusal.contains("newer program"), "{refusal}");
    }
}

pub async fn a_migration_that_fails_leaves_nothing(place: &Place) {
    let wrong = &[MIGRATIONS[0], "CREATE TABLE"];
    let refusal = Db::open(&place.target, wrong).await.err().unwrap().to_string();
    assert!(refusal.contains("schema"), "{refusal}");
    let db = place.open().await;
    assert!(notes(&db).await.is_empty());
}
