use super::*;

/// The status line's text that a head of this line and these fields is refused with.
fn refused(line: &str, fields: &str) -> Option<&'static str> {
    let head = format!("{line}\r\n{fields}\r\n");
    screen(head.as_bytes()).err().map(|refusal| refusal.status)
}

fn passed(line: &str, fields: &str) -> Screened {
    screen(format!("{line}\r\n{fields}\r\n").as_bytes()).unwrap()
}

const GET: &str = "GET /a HTTP/1.1";
const HOST: &str = "Host: a\r\n";

#[test]
fn fields_are_refused() {
    let table = [
        ("", NO_HOST.status),
        ("Host: a\r\nhost: b\r\n", BAD.status),
        ("Host: a b\r\n", BAD_HOST.status),
        ("Host: a\r\nX: a\0b\r\n", BAD.status),
        ("Host: a\r\nX: a\x01b\r\n", BAD.status),
        ("Host: a\r\nnonsense\r\n", BAD.status),
        ("Host: a\r\nnonsense\r\nX A: b\r\n", BAD.status),
        ("Host: a\r\n: b\r\n", BAD.status),
        ("Host: a\r\nX(: b\r\n", BAD.status),
        ("Host: a\r\n folded: b\r\n", BAD.status),
        ("Host: a\r\nX A: b\r\n", BAD_NAME.status),
        ("Host: a\r\nX : b\r\n", BAD_NAME.status),
        ("Host: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n", BAD.status),
        ("Host: a\r\nContent-Length: two\r\n", BAD.status),
        ("Host: a\r\nContent-Length: +2\r\n", BAD.status),
        ("Host: a\r\nContent-Length: 2, 2\r\n", BAD.status),
        ("Host: a\r\nContent-Length:\r\n", BAD.status),
        ("Host: a\r\nContent-Length: 99999999999999999999\r\n", BAD.status),
        ("Host: a\r\nTransfer-Encoding: gzip\r\n", BAD_CODING.status),
        ("Host: a\r\nTransfer-Encoding: gzip, chunked\r\n", BAD_CODING.status),
        (
            "Host: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            "501 Not Implemented",
        ),
    ];
    for (fields, status) in table {
        assert_eq!(refused(GET, fields), Some(status), "{fields:?}");
    }
    let many = "X: y\r\n".repeat(MAX_FIELDS) + HOST;
    assert_eq!(refused(GET, &many), Some(TOO_LARGE.status));
}

#[test]
fn request_lines_are_refused() {
    let table = [
        ("GET /a", BAD.status),
        ("GET  /a HTTP/1.1", BAD.status),
        ("GET /a  HTTP/1.1", BAD.status),
        ("GET /a HTTP/1.1 ", BAD.status),
        ("G(T /a HTTP/1.1", BAD.status),
        (" /a HTTP/1.1", BAD.status),
        ("GET a HTTP/1.1", BAD.status),
        ("GET /%zz HTTP/1.1", BAD.status),
        ("GET /% HTTP/1.1", BAD.status),
        ("GET /%4 HTTP/1.1", BAD.status),
        ("GET /a\x01 HTTP/1.1", BAD.status),
        ("GET /a http/1.1", BAD.status),
        ("GET /a HTTP/1.11", BAD.status),
        ("GET /a HTTP/2.0", BAD_VERSION.status),
        ("GET /a HTTP/0.9", BAD_VERSION.status),
    ];
    for (line, status) in table {
        assert_eq!(refused(line, HOST), Some(status), "{line:?}");
    }
    assert_eq!(refused("PUT /a HTTP/1.0", "Transfer-Encoding: chunked\r\n"), Some(BAD.status));
}

#[test]
fn lines_are_rewritten_only_where_hyper_would_misread_them() {
    let table = [
        (GET, None),
        ("OPTIONS * HTTP/1.1", None),
        ("get /%c3%a9?a=%zz&b;c HTTP/1.1", None),
        ("GET http://a:1/b HTTP/1.1", None),
        ("GET /a HTTP/1.2", Some("GET /a HTTP/1.1")),
        ("GET /a#b?c#d HTTP/1.1", Some("GET /a%23b?c%23d HTTP/1.1")),
        (
            "GET /é\\<>`\"{}|^[] HTTP/1.1",
            Some("GET /%C3%A9%5C%3C%3E%60%22%7B%7D%7C%5E%5B%5D HTTP/1.1"),
        ),
    ];
    for (line, expected) in table {
        let expected = expected.map(|new| (new.as_bytes().to_vec(), line.len()));
        assert_eq!(passed(line, HOST).line, expected, "{line}");
    }
}

#[test]
fn the_body_is_framed() {
    let table = [
        ("", Framing::Length(0)),
        ("Content-Length: 7\r\n", Framing::Length(7)),
        ("Content-Length: 7\r\nContent-Length: 7\r\n", Framing::Length(7)),
        ("transfer-encoding: Chunked\r\n", Framing::Chunked),
        ("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", Framing::Chunked),
        ("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", Framing::Chunked),
    ];
    for (fields, framing) in table {
        assert_eq!(passed(GET, &format!("{HOST}{fields}")).framing, framing, "{fields:?}");
    }
}

#[test]
fn hosts_may_be_empty_and_in_http_10_missing() {
    assert_eq!(passed(GET, "Host:\r\n").line, None);
    assert_eq!(passed(GET, "Host: [::1]:80\r\n").line, None);
    assert_eq!(passed("GET /a HTTP/1.0", "").line, None);
}
