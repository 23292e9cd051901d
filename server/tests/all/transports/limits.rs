//! Clients that send too much, or too slowly.

use super::{GET_USER, NOBODY, Wire};

const PUT: &str = "PUT /management/v1/users/1/phone HTTP/1.1\r\nHost: a\r\n";

#[tokio::test]
async fn a_body_over_the_limit_is_exhaustion() {
    let wire = Wire::start(|settings| settings.body_limit = 64).await;
    let body = "x".repeat(65);
    for framing in [
        format!("Content-Length: 65\r\n\r\n{body}"),
        format!("Transfer-Encoding: chunked\r\n\r\n41\r\n{body}\r\n0\r\n\r\n"),
    ] {
        let request = format!("{PUT}Connection: close\r\n{framing}");
        let answer = wire.send(request.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 429 "), "{answer}");
        let end = r#"{"code":8,"message":"grpc: received message larger than max (64 bytes)"}"#;
        assert!(answer.ends_with(end), "{answer}");
    }
    let answer = wire.grpc(GET_USER, &[], b"\0\0\0\0\x41").await;
    let text = "grpc: received message larger than max (65 vs. 64)";
    assert_eq!(answer.status(), (8, text.to_owned()));
    assert_eq!(wire.grpc(GET_USER, &[], NOBODY).await.status().0, 16, "within the limit");
}

#[tokio::test]
async fn a_body_that_does_not_come_is_answered() {
    let wire = Wire::start(|settings| settings.request_timeout = 1).await;
    let answer = wire.send(format!("{PUT}Content-Length: 9\r\n\r\n{{").as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 504 "), "{answer}");
    assert!(answer.contains("\r\nConnection: close\r\n"), "{answer}");
    assert!(answer.ends_with(r#"{"code":4,"message":"context deadline exceeded"}"#), "{answer}");
}

#[tokio::test]
async fn a_head_that_does_not_come_is_cut_off() {
    let wire = Wire::start(|settings| settings.header_timeout = 1).await;
    assert_eq!(wire.send(b"GET /management/v1/healthz HTTP/1.1\r\nHo").await, "");
}
