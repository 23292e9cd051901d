//! What goes in comes out, on both drivers the same.

use super::{Place, name, note, notes};
use crate::db::{Row, Statement, Value, fold};
use crate::error::Code;

type Columns = (String, i64, Option<String>, Option<Vec<u8>>);

pub async fn every_value_comes_back(place: &Place) {
    let db = place.open().await;
    let rows: Vec<Columns> = vec![
        ("".into(), i64::MIN, None, None),
        ("a".into(), 0, Some(String::new()), Some(Vec::new())),
        ("grüße 𝄞 \u{7f}\u{feff}".into(), i64::MAX, Some("'\"\\$1%".into()), Some(vec![0, 255, 0])),
    ];
    let sql = "INSERT INTO notes (id, number, body, raw) VALUES ($1, $2, $3, $4)";
    for (id, number, body, raw) in rows.clone() {
        let params = vec![id.into(), number.into(), body.into(), raw.into()];
        db.write(vec![Statement::new(sql, params)]).await.unwrap();
    }
    let sql = "SELECT id, number, body, raw FROM notes ORDER BY number";
    let read = |row: &Row<'_>| {
        Ok((
            row.text(0)?,
            row.integer(1)?,
            row.optional_str(2)?.map(String::from),
            row.optional_bytes(3)?.map(Vec::from),
        ))
    };
    assert_eq!(db.query(sql, &[], read).await.unwrap(), rows);

    let sql = "SELECT number > $1, number < $1, 1 FROM notes WHERE number = $2";
    let flags = |row: &Row<'_>| Ok((row.flag(0)?, row.flag(1)?, row.integer(2)?));
    let found = db.first(sql, &[(-5).into(), false.into()], flags).await.unwrap();
    assert_eq!(found, Some((true, false, 1)));
}

pub async fn parameters_count_by_their_number(place: &Place) {
    let db = place.open().await;
    db.write(vec![note("a", 1), note("b", 2)]).await.unwrap();
    let sql = "SELECT id FROM notes WHERE number = $2 AND id = $1 AND number < $2 + $3::BIGINT \
               LIMIT $3::BIGINT";
    let params: [Value; 3] = ["b".into(), 2.into(), 1.into()];
    assert_eq!(db.query(sql, &params, |row| row.text(0)).await.unwrap(), ["b"]);
    let built = format!("SELECT id FROM notes WHERE id IN ({}) AND number = $3", "$2, $1");
    let params: [Value; 3] = ["b".into(), "a".into(), 1.into()];
    assert_eq!(db.query(built, &params, |row| row.text(0)).await.unwrap(), ["a"]);
    let many: Vec<Value> = (0..200).map(Value::from).collect();
    let names: Vec<String> = (1..=many.len()).rev().map(|number| format!("${number}")).collect();
    let names = names.join(", ");
    let built = format!("SELECT id FROM notes WHERE number IN ({names}) AND number = $3");
    assert_eq!(db.query(built.clone(), &many, |row| row.text(0)).await.unwrap(), ["b"]);
    let few = many.get(..150).unwrap_or_default();
    assert!(db.query(built, few, |row| row.text(0)).await.is_err());
}

pub async fn text_sorts_by_code_point_and_like_knows_case(place: &Place) {
    let db = place.open().await;
    db.write(["é", "a", "Z", "a b", "B", "𝄞", "ab", "\u{ffee}"].map(name).into()).await.unwrap();
    let sorted = db.query("SELECT name FROM names ORDER BY name", &[], |row| row.text(0));
    assert_eq!(sorted.await.unwrap(), ["B", "Z", "a", "a b", "ab", "é", "\u{ffee}", "𝄞"]);
    let like = "SELECT name FROM names WHERE name LIKE $1 ORDER BY name";
    let found = db.query(like, &["A%".into()], |row| row.text(0)).await.unwrap();
    assert!(found.is_empty(), "{found:?}");
}

pub async fn case_is_disregarded_as_in_the_program(place: &Place) {
    let db = place.open().await;
    let letters: Vec<char> = ('\u{1}'..'\u{1f000}').collect();
    let texts: Vec<String> = letters.chunks(4096).map(|chunk| chunk.iter().collect()).collect();
    for text in texts {
        let params = [(&text).into()];
        let folded = db.first("SELECT fold($1)", &params, |row| row.text(0)).await.unwrap();
        assert_eq!(folded, Some(fold(&text)));
    }
    let absent = db.first("SELECT fold($1) IS NULL", &[Value::Null], |row| row.flag(0));
    assert_eq!(absent.await.unwrap(), Some(true));
}

pub async fn a_nul_is_never_found_and_never_stored(place: &Place) {
    let db = place.open().await;
    db.write(vec![note("a", 1)]).await.unwrap();
    let sql = "SELECT id FROM notes WHERE id = $1 OR number = 1";
    assert!(db.query(sql, &["a\0b".into()], |row| row.text(0)).await.unwrap().is_empty());
    let refused = db.write(vec![note("b", 1), note("c\0", 1)]).await.unwrap_err();
    assert_eq!(refused.code, Code::InvalidArgument);
    assert_eq!(refused.message(), "text with a NUL character cannot be stored");
    assert_eq!(notes(&db).await, ["a/1"]);
}

pub async fn what_does_not_fit_is_an_internal_error(place: &Place) {
    let db = place.open().await;
    db.write(vec![note("a", 1)]).await.unwrap();
    let code = |outcome: Result<Vec<()>, crate::error::Error>| outcome.unwrap_err().code;
    let sql = "SELECT body, id FROM notes";
    let none = &[];
    assert_eq!(code(db.query(sql, none, |row| row.str(0).map(drop)).await), Code::Internal);
    assert_eq!(code(db.query(sql, none, |row| row.integer(1).map(drop)).await), Code::Internal);
    assert_eq!(code(db.query(sql, none, |row| row.str(2).map(drop)).await), Code::Internal);
    assert_eq!(code(db.query("SELECT nothing", none, |_| Ok(())).await), Code::Internal);
    let unbound = "SELECT id FROM notes WHERE id = $1";
    assert_eq!(code(db.query(unbound, none, |_| Ok(())).await), Code::Internal);
    assert_eq!(notes(&db).await, ["a/1"]);
}
