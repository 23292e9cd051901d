//! Many callers at once.

use super::{Place, note, notes, together};
use crate::error::Error;

pub async fn all_that_is_acknowledged_is_kept(place: &Place) {
    let db = place.open().await;
    let outcomes = together(64, |id| {
        let db = db.clone();
        async move {
            for number in 0..10 {
                db.write(vec![note(&id.to_string(), number)]).await?;
            }
            Ok(())
        }
    });
    assert!(outcomes.await.iter().all(Result::is_ok));
    let db = place.reopen(db).await;
    assert_eq!(notes(&db).await.len(), 640);
}

pub async fn one_of_many_wins_a_key(place: &Place) {
    let db = place.open().await;
    for round in 0..10 {
        let outcomes = together(16, |id| {
            let db = db.clone();
            let own = note(&format!("own {id}"), round);
            let batch = vec![own, note("contested", round).taken(Error::conflict())];
            async move { db.write(batch).await }
        })
        .await;
        let lost = outcomes.iter().filter(|o| **o == Err(Error::conflict())).count();
        assert_eq!((lost, outcomes.iter().filter(|o| o.is_ok()).count()), (15, 1));
        assert_eq!(notes(&db).await.len(), 2 * (round as usize + 1));
    }
}

/// Each batch adds two notes, so that every count is even, and none is smaller than an earlier one.
pub async fn readers_never_see_half_a_batch(place: &Place) {
    let db = place.open().await;
    let outcomes = together(24, |id| {
        let db = db.clone();
        async move {
            let mut last = 0;
            for number in 0..50 {
                if id < 8 {
                    let id = id.to_string();
                    db.write(vec![note(&id, number), note(&id, -1 - number)]).await?;
                }
                let sql = "SELECT count(*) FROM notes";
                let count = db.first(sql, &[], |row| row.integer(0)).await?.unwrap();
                assert!(count % 2 == 0 && count >= last, "{count} after {last}");
                last = count;
            }
            Ok(())
        }
    });
    assert!(outcomes.await.iter().all(Result::is_ok));
    assert_eq!(notes(&db).await.len(), 800);
}
