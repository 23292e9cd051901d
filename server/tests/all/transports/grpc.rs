//! gRPC over HTTP/2.

use super::{GET_USER, HEALTHZ, NOBODY, Wire};

const MY_ORG: &str = "/zitadel.management.v1.ManagementService/GetMyOrg";
const CHECK: &str = "/grpc.health.v1.Health/Check";
const REFLECTION: &str = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";

#[tokio::test]
async fn broken_messages_are_told_apart() {
    let wire = Wire::start(|_| {}).await;
    const PROTOBUF: &str =
        "grpc: error unmarshalling request: proto: cannot parse invalid wire-format data";
    const UTF8: &str = "grpc: error unmarshalling request: string field contains invalid UTF-8";
    for (body, code, text) in [
        (b"".as_slice(), 2, "EOF"),
        (b"\0\0", 2, "EOF"),
        (b"\0\0\0\0\x05", 2, "unexpected EOF"),
        (b"\0\0\0\0\x02\x0a\x06", 13, PROTOBUF),
        (b"\0\0\0\0\x03\x0a\x01\xff", 13, UTF8),
        (b"\x01\0\0\0\0", 13, "grpc: compressed flag set with identity or empty encoding"),
        (NOBODY, 16, "auth header missing"),
    ] {
        let answer = wire.grpc(GET_USER, &[], body).await;
        assert_eq!(answer.status(), (code, text.to_owned()), "{}", body.escape_ascii());
        assert_eq!(answer.body, b"");
    }
}

#[tokio::test]
async fn an_answer_is_compressed_as_its_request_is() {
    let wire = Wire::start(|_| {}).await;
    let (token, gzip) = (wire.token(), ("grpc-encoding", "gzip"));
    for (path, begin) in [(MY_ORG, &[1]), (HEALTHZ, &[0])] {
        let headers = [("authorization", token.as_str()), gzip];
        let answer = wire.grpc(path, &headers, b"\0\0\0\0\0").await;
        assert_eq!(answer.status().0, 0);
        assert_eq!(answer.head.headers()["grpc-encoding"], "gzip");
        assert!(answer.body.starts_with(begin), "{path}: {}", answer.body.escape_ascii());
    }
}

#[tokio::test]
async fn what_is_not_served_is_said_before_the_token() {
    let wire = Wire::start(|_| {}).await;
    for (path, text) in [
        ("/nope", "malformed method name: \"/nope\""),
        ("/no.such.Service/X", "unknown service no.such.Service"),
        (
            "/zitadel.management.v1.ManagementService/Nope",
            "unknown method Nope for service zitadel.management.v1.ManagementService",
        ),
        ("/grpc.health.v1.Health/Nope", "unknown method Nope for service grpc.health.v1.Health"),
    ] {
        assert_eq!(wire.grpc(path, &[], NOBODY).await.status(), (12, text.to_owned()));
    }
    let moved = wire.grpc(&format!("/{HEALTHZ}"), &[], b"").await.head;
    assert_eq!(
        (moved.status().as_u16(), &moved.headers()["location"]),
        (301, &HEALTHZ.parse().unwrap())
    );
}

#[tokio::test]
async fn time_limits_and_binary_headers() {
    let wire = Wire::start(|_| {}).await;
    let late = wire.grpc(HEALTHZ, &[("grpc-timeout", "1n")], b"\0\0\0\0\0").await;
    assert_eq!(late.status(), (4, "context deadline exceeded".to_owned()));
    assert!(late.head.headers().get("x-request-id").is_none(), "no handler was asked");
    let long = wire.grpc(HEALTHZ, &[("grpc-timeout", "99999999H")], b"\0\0\0\0\0").await;
    assert_eq!(long.status().0, 0);
    for (header, text) in [
        (
            ("grpc-timeout", "5x"),
            "malformed grpc-timeout: transport: timeout unit is not recognized: \"5x\"\n",
        ),
        (
            ("x-bin", "!!!"),
            "malformed binary metadata \"\" in header \"x-bin\": \
             illegal base64 data at input byte 0\n",
        ),
    ] {
        let answer = wire.grpc(HEALTHZ, &[header], b"\0\0\0\0\0").await;
        assert_eq!(answer.head.status(), 400);
        assert_eq!(answer.head.headers()["content-type"], "text/plain; charset=utf-8");
        assert_eq!(String::from_utf8(answer.body).unwrap(), text);
    }
}

#[tokio::test]
async fn the_health_of_the_server_and_its_services() {
    let wire = Wire::start(|_| {}).await;
    for service in ["", "zitadel.management.v1.ManagementService"] {
        let answer = wire.grpc(CHECK, &[], &named(service)).await;
        assert_eq!(
            (answer.status().0, answer.body.as_slice()),
            (0, b"\0\0\0\0\x02\x08\x01".as_slice())
        );
    }
    let unknown = wire.grpc(CHECK, &[], &named("nope")).await;
    assert_eq!(unknown.status(), (5, "unknown service".to_owned()));
}

/// A message whose field 1 is this text, in its frame.
fn named(service: &str) -> Vec<u8> {
    let length = service.len() as u8;
    [&[0, 0, 0, 0, length + 2, 0x0a, length], service.as_bytes()].concat()
}

#[tokio::test]
async fn a_watch_lasts_until_the_server_stops() {
    let wire = Wire::start(|settings| settings.request_timeout = 1).await;
    let mut watch = wire.open("/grpc.health.v1.Health/Watch", b"\0\0\0\0\0").await;
    assert_eq!(watch.next().await, b"\0\0\0\0\x02\x08\x01");
    // The server's limit on a request passes, in a request that stalls.
    assert_eq!(
        wire.open(HEALTHZ, b"").await.answer.trailers().await.unwrap().unwrap()["grpc-status"],
        "4"
    );
    wire.0.stop().await;
    assert_eq!(watch.next().await, b"\0\0\0\0\x02\x08\x02");
    assert_eq!(watch.answer.trailers().await.unwrap().unwrap()["grpc-status"], "0");
}

#[tokio::test]
async fn reflection_answers_question_by_question() {
    let wire = Wire::start(|_| {}).await;
    for path in [REFLECTION, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"] {
        let mut stream = wire.open(path, b"\0\0\0\0\x02\x3a\0").await;
        let mut headers: Vec<_> = stream.headers.keys().map(|name| name.as_str()).collect();
        headers.sort_unstable();
        assert_eq!(headers, ["content-type", "date", "grpc-accept-encoding", "x-robots-tag"]);
        let services = stream.next().await;
        let names = String::from_utf8_lossy(&services).into_owned();
        assert!(names.contains("zitadel.management.v1.ManagementService"), "{names}");
        stream.request.send_data(b"\0\0\0\0\x06\x22\x04nope".as_slice().into(), true).unwrap();
        assert!(stream.next().await.ends_with(b"\x3a\x0d\x08\x05\x12\x09not found"));
        assert!(stream.answer.data().await.is_none());
        assert_eq!(stream.answer.trailers().await.unwrap().unwrap()["grpc-status"], "0");
    }
}
