//! What is special on the three wires, down to the bytes.

pub mod client;
mod grpc;
mod http1;
mod limits;

use client::{Grpc, Wire};

const GET_USER: &str = "/zitadel.management.v1.ManagementService/GetUserByID";
const HEALTHZ: &str = "/zitadel.management.v1.ManagementService/Healthz";
const WEB: &str = "Content-Type: application/grpc-web+proto";

/// `GetUserByIDRequest { id: "nobody" }` in its frame.
const NOBODY: &[u8] = b"\0\0\0\0\x08\x0a\x06nobody";

const DETAILS: &str = "CAUSJVVzZXIgY291bGQgbm90IGJlIGZvdW5kIChRVUVSWS1EZmJnMikaVAoqdHlwZS5nb29nb\
    GVhcGlzLmNvbS96aXRhZGVsLnYxLkVycm9yRGV0YWlsEiYKC1FVRVJZLURmYmcyEhdVc2VyIGNvdWxkIG5vdCBiZSBmb3V\
    uZA";

#[tokio::test]
async fn an_error_is_the_same_on_the_three_wires() {
    let wire = Wire::start(|_| {}).await;
    let rest = wire.http1("GET /management/v1/users/nobody", &[&wire.bearer()], b"").await;
    assert!(rest.starts_with("HTTP/1.1 404 Not Found\r\n"), "{rest}");
    assert!(rest.contains("\r\nContent-Type: application/json\r\n"), "{rest}");
    assert!(rest.ends_with(concat!(
        r#"{"code":5,"message":"User could not be found (QUERY-Dfbg2)","#,
        r#""details":[{"@type":"type.googleapis.com/zitadel.v1.ErrorDetail","#,
        r#""id":"QUERY-Dfbg2","message":"User could not be found"}]}"#
    )));

    let grpc = wire.grpc(GET_USER, &[("authorization", &wire.token())], NOBODY).await;
    assert!(grpc.head.headers().get("grpc-status").is_none(), "the status stands in the trailers");
    assert_eq!(grpc.head.headers()["content-type"], "application/grpc");
    let message = "User could not be found (QUERY-Dfbg2)";
    assert_eq!(grpc.status(), (5, message.to_owned()));
    assert_eq!(grpc.trailers["grpc-status-details-bin"], DETAILS);

    let web = wire.http1(&format!("POST {GET_USER}"), &[&wire.bearer(), WEB], NOBODY).await;
    assert!(web.starts_with("HTTP/1.1 200 OK\r\n"), "{web}");
    assert!(web.contains(&format!("\r\nGrpc-Status-Details-Bin: {DETAILS}\r\n")), "{web}");
    assert!(web.contains(&format!("\r\nGrpc-Message: {message}\r\n")), "{web}");
    assert!(web.contains("\r\nTransfer-Encoding: chunked\r\n"), "{web}");
    assert!(web.ends_with("\r\n\r\n0\r\n\r\n"), "an error has no body: {web}");
}

/// grpc-gateway passes on printable ASCII alone; gRPC has no such sieve.
#[tokio::test]
async fn an_organisation_that_is_no_text_is_none_or_unknown() {
    let wire = Wire::start(|_| {}).await;
    let line = "GET /management/v1/users/nobody";
    for (org, status) in [("a\tb", 404), ("a b", 403)] {
        let answer =
            wire.http1(line, &[&wire.bearer(), &format!("x-zitadel-orgid: {org}")], b"").await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
        let headers = [("authorization", &*wire.token()), ("x-zitadel-orgid", org)];
        assert_eq!(wire.grpc(GET_USER, &headers, NOBODY).await.status().0, 7);
    }
}

#[tokio::test]
async fn a_grpc_web_success_ends_with_a_trailer_frame() {
    let wire = Wire::start(|_| {}).await;
    let empty = b"\0\0\0\0\0";
    let web = wire.http1(&format!("POST {HEALTHZ}"), &[WEB], empty).await;
    let body = "\r\n\r\n5\r\n\0\0\0\0\0\r\n15\r\n\u{fffd}\0\0\0\x10grpc-status: 0\r\n\r\n0\r\n\r\n";
    assert!(web.ends_with(body), "{web:?}");
    let text = ["Content-Type: application/grpc-web-text"];
    let web = wire.http1(&format!("POST {HEALTHZ}"), &text, b"AAAAAAA=").await;
    let body = "\r\n\r\n8\r\nAAAAAAA=\r\n1C\r\ngAAAABBncnBjLXN0YXR1czogMA0K\r\n0\r\n\r\n";
    assert!(web.ends_with(body), "{web:?}");
}

#[tokio::test]
async fn only_the_external_domain_is_answered() {
    let wire = Wire::start(|settings| {
        settings.external_domain = "localhost".into();
        settings.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    })
    .await;
    let refused = |named: &str, id: &str| {
        format!(
            "unable to set instance using origin &{{{named} http}} (ExternalDomain is localhost): \
             ID={id} Message=Instance not found. Make sure you got the domain right. Check out \
             https://zitadel.com/docs/apis/introduction#domains"
        )
    };
    for (host, named) in [
        ("Host: other.example", "other.example "),
        ("Host: LOCALHOST:1", "LOCALHOST:1 "),
        ("Host: localhost\r\nX-Forwarded-Host: b", "b "),
        ("Host: localhost\r\nX-Zitadel-Instance-Host: c", "c "),
    ] {
        let answer = wire.raw(&format!("GET /management/v1/healthz HTTP/1.1\r\n{host}\r\n")).await;
        assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
        assert!(answer.contains(&refused(named, "QUERY-1kIjX")), "{answer}");
    }
    for (host, answered) in [
        ("Host: localhost:1", true),
        ("Host:", true),
        ("Host: localhost\r\nForwarded: host=b", true),
        ("Host: localhost\r\nX-Zitadel-Public-Host: d", false),
    ] {
        let answer = wire.raw(&format!("GET /management/v1/healthz HTTP/1.1\r\n{host}\r\n")).await;
        assert_eq!(answer.starts_with("HTTP/1.1 200 "), answered, "{host}: {answer}");
        let text = refused("localhost d", "QUERY-IuGh1");
        let text = format!(r#"{text} Parent=(public domain \"d\" not trusted)"#);
        assert!(answered || answer.contains(&text), "{answer}");
    }
    let wire = Wire::start(|settings| {
        settings.external_domain = "localhost".into();
        settings.trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
    })
    .await;
    let untrusted =
        "GET /management/v1/healthz HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Host: b\r\n";
    assert!(wire.raw(untrusted).await.starts_with("HTTP/1.1 200 "));
    let Grpc { trailers, .. } = wire.grpc_at("other", HEALTHZ, &[], b"\0\0\0\0\0").await;
    assert_eq!(trailers["grpc-status"], "5");
}
