//! Deprecated operations say so on every wire, and refusals do too.

use crate::transports::client::Wire;

const RPC: &str = "/zitadel.management.v1.ManagementService/LockUser";
/// `LockUserRequest { id: "nobody" }` in its frame.
const NOBODY: &[u8] = b"\0\0\0\0\x08\x0a\x06nobody";
/// 26 July 2024.
const SINCE: &str = "@1721952000";
const LINK: &str = "</zitadel.user.v2.UserService/LockUser>; rel=\"successor-version\"";

fn lines(answer: &str) -> Vec<String> {
    let head = answer.split("\r\n\r\n").next().unwrap();
    head.lines().map(str::to_lowercase).collect()
}

fn tells(answer: &str) -> bool {
    let lines = lines(answer);
    let link = format!("link: {}", LINK.to_lowercase());
    lines.contains(&format!("deprecation: {SINCE}")) && lines.contains(&link)
}

fn exposes(answer: &str) -> bool {
    let lines = lines(answer);
    let exposed = lines.iter().filter(|line| line.starts_with("access-control-expose-headers:"));
    exposed.flat_map(|line| line.split([':', ','])).any(|name| name.trim() == "deprecation")
}

#[tokio::test]
async fn on_rest_and_in_refusals() {
    let wire = Wire::start(|_| ()).await;
    let lock = "POST /management/v1/users/nobody/_lock";
    let origin = "Origin: https://example.com";
    for headers in [&[wire.bearer().as_str(), origin][..], &[origin]] {
        let answer = wire.http1(lock, headers, b"{}").await;
        assert!(tells(&answer) && exposes(&answer), "{answer}");
    }
    let undecodable = wire.http1(lock, &[], b"{").await;
    assert!(tells(&undecodable) && !exposes(&undecodable), "{undecodable}");
    let other = wire.http1("GET /management/v1/healthz", &[origin], b"").await;
    assert!(!tells(&other) && !exposes(&other), "{other}");
}

#[tokio::test]
async fn on_grpc_and_grpc_web() {
    let wire = Wire::start(|_| ()).await;
    let grpc = wire.grpc(RPC, &[("authorization", &wire.token())], NOBODY).await;
    assert_eq!(grpc.status().0, 5);
    assert_eq!(grpc.head.headers()["deprecation"], SINCE);
    assert_eq!(grpc.head.headers()["link"], LINK);
    let kind = "Content-Type: application/grpc-web+proto";
    let web = wire.http1(&format!("POST {RPC}"), &[&wire.bearer(), kind], NOBODY).await;
    assert!(tells(&web) && exposes(&web), "{web}");
}

#[tokio::test]
async fn not_where_they_are_not_wanted() {
    let wire = Wire::start(|settings| settings.deprecation_headers = false).await;
    let answer = wire.http1("POST /management/v1/users/nobody/_lock", &[], b"{}").await;
    assert!(answer.starts_with("HTTP/1.1 401") && !tells(&answer), "{answer}");
}
