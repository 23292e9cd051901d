//! REST over HTTP/1.1.

use super::Wire;

#[tokio::test]
async fn what_is_not_there_is_said_in_json() {
    let wire = Wire::start(|_| {}).await;
    let not_found = r#"{"code":5,"message":"Not Found"}"#;
    let other_method = r#"{"code":12,"message":"Method Not Allowed"}"#;
    let bare = r#"{"code":3,"message":"Bad Request"}"#;
    for (line, status, body) in [
        ("GET /nope", 404, not_found),
        ("GET /management/v1/nope", 404, not_found),
        ("GET /management/v1/users/1/", 404, not_found),
        ("GET /management/v1/users/a%2Fb", 404, not_found),
        ("GET /debug/nope", 404, not_found),
        ("POST /zitadel.management.v1.ManagementService/Healthz", 404, not_found),
        ("PATCH /management/v1/users/1", 405, other_method),
        ("OPTIONS /management/v1/users/1", 405, other_method),
        ("get /management/v1/users/1", 405, other_method),
        ("GET /management/v1", 400, bare),
        ("GET /management/v1x/users/1", 400, bare),
    ] {
        let answer = wire.http1(line, &[], b"").await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{line}: {answer}");
        assert!(answer.contains("\r\nContent-Type: application/json\r\n"), "{line}: {answer}");
        assert!(answer.ends_with(&format!("\r\n\r\n{body}")), "{line}: {answer}");
    }
    let moved = wire.http1("GET /management/v1//users/x?y=1", &[], b"").await;
    assert!(moved.starts_with("HTTP/1.1 301 "), "{moved}");
    assert!(moved.contains("\r\nLocation: /management/v1/users/x?y=1\r\n"), "{moved}");
}

#[tokio::test]
async fn what_a_success_varies_by_is_said_in_order() {
    let wire = Wire::start(|_| {}).await;
    let answer = wire.http1("GET /management/v1/healthz", &[], b"").await;
    let vary: Vec<&str> = answer.lines().filter_map(|line| line.strip_prefix("Vary: ")).collect();
    assert_eq!(vary, ["Origin", "Cookie"], "{answer}");
}

#[tokio::test]
async fn bodies_that_are_none_are_refused_before_the_token() {
    let wire = Wire::start(|_| {}).await;
    let line = "PUT /management/v1/users/1/phone";
    let deep = format!("{{\"a\":{}", "[".repeat(1_000_000));
    for (body, text) in [
        (r#"{"phone":"+4"#, "unexpected EOF"),
        (&*deep, "invalid character '[' exceeded max depth"),
    ] {
        let answer = wire.http1(line, &[], body.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
        let end = format!(r#"{{"code":3,"message":"{text}"}}"#);
        assert!(answer.ends_with(&end), "{answer}");
    }
    for (chunks, text) in [
        ("zz\r\n", "invalid byte in chunk length"),
        ("1\r\n{}\r\n0\r\n\r\n", "malformed chunked encoding"),
    ] {
        let head = format!("{line} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
        let answer = wire.send(format!("{head}{chunks}").as_bytes()).await;
        assert!(answer.ends_with(&format!(r#"{{"code":3,"message":"{text}"}}"#)), "{answer}");
        assert!(answer.contains("\r\nConnection: close\r\n"), "{answer}");
    }
}

#[tokio::test]
async fn time_limits_and_binary_headers_are_those_of_grpc_gateway() {
    let wire = Wire::start(|_| {}).await;
    for (header, status, body) in [
        ("Grpc-Timeout: 1n", 504, r#"{"code":4,"message":"context deadline exceeded"}"#),
        ("Grpc-Timeout: 0S", 401, r#"{"code":16,"message":"auth header missing"}"#),
        ("Grpc-Metadata-X-Bin: aGk", 401, r#"{"code":16,"message":"auth header missing"}"#),
    ] {
        let answer = wire.http1("GET /management/v1/users/1", &[header], b"").await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{header}: {answer}");
        assert!(answer.ends_with(&format!("\r\n\r\n{body}")), "{header}: {answer}");
    }
}
