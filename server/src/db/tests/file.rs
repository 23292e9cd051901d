//! What only a SQLite file has.

use std::fs;

use super::{MIGRATIONS, Place, note, notes};
use crate::db::Db;

async fn refusal(target: &str) -> String {
    Db::open(target, MIGRATIONS).await.err().unwrap().to_string()
}

#[tokio::test]
async fn a_file_of_another_kind_is_refused_and_left_alone() {
    let place = Place::file();
    let content = "not a database ".repeat(100);
    fs::write(&place.target, &content).unwrap();
    let text = refusal(&place.target).await;
    assert!(text.contains("is not a SQLite database"), "{text}");
    assert_eq!(fs::read_to_string(&place.target).unwrap(), content);
}

#[tokio::test]
async fn a_folder_or_no_name_is_refused() {
    let place = Place::file();
    let text = refusal(place.folder().to_str().unwrap()).await;
    assert!(text.contains("is a folder"), "{text}");
    assert!(refusal("").await.contains("is empty"));
}

#[tokio::test]
async fn a_folder_that_is_missing_is_named() {
    let place = Place::file();
    let target = place.folder().join("missing/test.db");
    let text = refusal(target.to_str().unwrap()).await;
    assert!(text.contains("missing/test.db") && text.contains("has to exist"), "{text}");
}

#[tokio::test]
async fn only_one_server_uses_a_file() {
    let place = Place::file();
    let db = place.open().await;
    let text = refusal(&place.target).await;
    assert!(text.contains("in use by another server"), "{text}");
    db.close().await;
    place.open().await;
}

#[cfg(unix)]
#[tokio::test]
async fn another_name_of_the_same_file_is_in_use_too() {
    let place = Place::file();
    let _db = place.open().await;
    let link = place.folder().join("link.db");
    std::os::unix::fs::symlink(&place.target, &link).unwrap();
    let text = refusal(link.to_str().unwrap()).await;
    assert!(text.contains("in use by another server"), "{text}");
}

#[tokio::test]
async fn a_closed_database_is_one_file() {
    let place = Place::file();
    let db = place.open().await;
    db.write(vec![note("a", 1)]).await.unwrap();
    assert_eq!(notes(&db).await, ["a/1"]);
    db.close().await;
    let mut names: Vec<_> =
        fs::read_dir(place.folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["test.db", "test.db.lock"]);
}

#[tokio::test]
async fn databases_in_memory_are_separate() {
    let (one, other) = (Place::memory().open().await, Place::memory().open().await);
    one.write(vec![note("a", 1)]).await.unwrap();
    assert!(notes(&other).await.is_empty());
}
