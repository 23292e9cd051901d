//! A start on the database of an older program. `first.sql` holds the rows that the first one
//! wrote for its example and three users: one of another phone, one removed, one locked.

use bytes::Bytes;
use http_body_util::BodyExt;
use serde_json::Value;

use super::*;
use crate::db::Statement;
use crate::db::tests::place::Place;
use crate::gate::token_hash;
use crate::verify::verify;

const TOKEN: &str = "the first token";
const PAT: &str = "INSERT INTO pats VALUES ('1002', '1001', '1000', 2, 1795289074669200, $1, \
    253402300799000000, 'openid profile urn:zitadel:iam:user:metadata urn:zitadel:iam:user:resourceowner')";

async fn write_as_the_first_program(target: &str) {
    let db = Db::open(target, &MIGRATIONS[..1]).await.unwrap();
    let rows = include_str!("first.sql").lines().map(|row| Statement::new(row, Vec::new()));
    let pat = Statement::new(PAT, vec![token_hash(TOKEN).to_vec().into()]);
    db.write(rows.chain([pat]).collect()).await.unwrap();
    db.close().await;
}

async fn ask(server: &Running, method: &str, path: &str, body: &'static str) -> Value {
    let request = http::Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", format!("Bearer {TOKEN}"))
        .body(Bytes::from(body));
    let answer = server.answer(request.unwrap()).await;
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    serde_json::from_slice(&body).unwrap()
}

async fn upgrades(place: &Place) {
    write_as_the_first_program(&place.target).await;
    let server = start(&Settings::for_tests(&place.target)).await.unwrap();

    let query = r#"{"sortingColumn":"USER_FIELD_NAME_USER_NAME","query":{"asc":true}}"#;
    let found = ask(&server, "POST", "/management/v1/users/_search", query).await;
    let names = found["result"].as_array().unwrap().iter().map(|user| &user["userName"]);
    assert_eq!(names.collect::<Vec<_>>(), ["admin", "anna", "locked"], "{found}");
    let contains = r#"{"queries":[{"loginNameQuery":{"loginName":"nn","method":"TEXT_QUERY_METHOD_CONTAINS"}}]}"#;
    let found = ask(&server, "POST", "/management/v1/users/_search", contains).await;
    assert_eq!(found["result"][0]["human"]["phone"]["phone"], "+41791234568", "{found}");
    let path = "/management/v1/users/1004/_unlock";
    assert_eq!(ask(&server, "POST", path, "{}").await["code"], 5);
    let iam = ask(&server, "GET", "/management/v1/iam", "").await;
    assert_eq!(iam["defaultOrgId"], "1000", "{iam}");
    assert_ne!(iam["iamProjectId"].as_str().unwrap_or_default(), "", "{iam}");

    server.stop().await;
    assert!(verify(&place.target).await.unwrap() > 30);
}

#[tokio::test]
async fn a_database_of_the_first_program_is_brought_up_to_date_on_sqlite() {
    upgrades(&Place::file()).await;
}

#[tokio::test]
async fn a_database_of_the_first_program_is_brought_up_to_date_on_postgresql() {
    let Some(place) = Place::postgres().await else { return };
    upgrades(&place).await;
    place.remove().await;
}
