use super::*;

const RPC: &str = "/a.Service/Method";

/// The preflight's answer as sorted `name: value` lines, or `None` when it is no preflight.
fn answer(path: &str, headers: &[(&'static str, &'static str)]) -> Option<Vec<String>> {
    let mut request = Request::builder().method(Method::OPTIONS).uri(path.parse().unwrap());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = preflight(&request.finish(), |path| path == RPC)?;
    assert_eq!(response.status(), StatusCode::NO_CONTENT);
    Some(lines(response.headers()))
}

fn lines(headers: &HeaderMap) -> Vec<String> {
    let line = |(name, value): (&HeaderName, &HeaderValue)| {
        format!("{}: {}", title_case(name.as_str()), value.to_str().unwrap())
    };
    let mut lines: Vec<_> = headers.iter().map(line).collect();
    lines.sort();
    lines
}

const REFUSED: [&str; 4] = [
    "Set-Cookie: zitadel.quota.exhausted=; Path=/; Max-Age=0; SameSite=Lax",
    "Vary: Cookie",
    "Vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
    "X-Robots-Tag: none",
];

#[test]
fn a_preflight_is_told_by_its_method_header() {
    assert_eq!(answer("/x", &[("origin", "https://a.example")]), None);
    let empty = [("origin", "https://a.example"), ("access-control-request-method", "")];
    assert_eq!(answer("/x", &empty), None);
    assert_eq!(answer("/x", &[("access-control-request-method", "GET")]).unwrap(), REFUSED);
    let get = Request::builder().header("access-control-request-method", "GET").finish();
    assert!(preflight(&get, |_| false).is_none());
}

#[test]
fn an_allowed_preflight_echoes_what_was_asked_for() {
    let asked = [
        ("origin", "null"),
        ("access-control-request-method", "PATCH"),
        ("access-control-request-headers", "authorization, content-type"),
    ];
    let mut expected = vec![
        "Access-Control-Allow-Credentials: true",
        "Access-Control-Allow-Headers: authorization, content-type",
        "Access-Control-Allow-Methods: PATCH",
        "Access-Control-Allow-Origin: null",
    ];
    expected.extend(REFUSED);
    assert_eq!(answer("/x", &asked).unwrap(), expected);
}

#[test]
fn a_page_may_not_use_every_method() {
    let by = |method: &'static str| {
        let request = Request::builder().method(method.parse().unwrap());
        origin(&request.header("origin", "https://a.example").finish()).is_some()
    };
    assert!(by("GET") && by("PATCH") && !by("get") && !by("BREW"));
}

#[test]
fn methods_are_compared_by_case() {
    for (method, allowed) in [("GET", true), ("HEAD", true), ("put", false), ("TRACE", false)] {
        let asked = [("origin", "o"), ("access-control-request-method", method)];
        assert_eq!(answer("/x", &asked).unwrap().len() > REFUSED.len(), allowed, "{method}");
    }
}

#[test]
fn header_lists_have_the_form_of_a_browser() {
    let full = HEADERS.join(",");
    let commas = ",".repeat(16);
    let table = [
        (full.as_str(), true),
        ("accept , origin", true),
        ("accept,,origin", true),
        (commas.as_str(), false),
        ("accept,  origin", false),
        ("origin,accept", false),
        ("accept,accept", false),
        ("Accept", false),
        ("accept,x-other", false),
        ("grpc-metadata-x", false),
    ];
    for (list, allowed) in table {
        let value = HeaderValue::from_str(list).unwrap();
        assert_eq!(are_allowed([&value].into_iter()), allowed, "{list}");
    }
}

#[test]
fn grpc_web_has_its_own_form_on_the_path_of_a_method() {
    let asked = |list| {
        [
            ("origin", "https://a.example"),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", list),
        ]
    };
    let allowed = answer(RPC, &asked("authorization,x-grpc-web")).unwrap();
    assert!(allowed.contains(&"Access-Control-Max-Age: 600".to_owned()));
    assert!(!allowed.iter().any(|line| line == "Vary: Cookie" || line.starts_with("Set-Cookie")));
    let refused = answer(RPC, &asked("x-grpc-web,x-other")).unwrap();
    assert_eq!(refused, [REFUSED[2], REFUSED[3]]);
    for (path, list) in [("/other", "x-grpc-web"), (RPC, "authorization")] {
        let rest = answer(path, &asked(list)).unwrap();
        assert!(rest.contains(&"Vary: Cookie".to_owned()), "{path} {list}");
    }
}

#[test]
fn an_answer_is_opened_to_any_origin_but_an_empty_one() {
    for (origin, opened) in [(None, 0), (Some(""), 0), (Some("*"), 3), (Some("%%% no"), 3)] {
        let origin = origin.map(HeaderValue::from_static);
        let mut headers = HeaderMap::new();
        expose(origin.as_ref(), &mut headers);
        assert_eq!(headers.len(), opened);
        assert_eq!(
            headers.get("access-control-allow-origin"),
            origin.as_ref().filter(|_| opened > 0)
        );
    }
}

#[test]
fn a_grpc_web_answer_names_its_headers() {
    let mut headers = HeaderMap::new();
    headers.insert("x-request-id", HeaderValue::from_static("r"));
    expose_web(Some(&HeaderValue::from_static("o")), &mut headers);
    let names = headers.get("access-control-expose-headers").unwrap().to_str().unwrap();
    for name in ["X-Request-Id", "Access-Control-Allow-Origin", "Date", "grpc-status"] {
        assert!(names.split(", ").any(|listed| listed == name), "{name} in {names}");
    }
}
