//! The documents: up to date, shaped as the reference's, and true.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::client::Client;

/// The shape of the document, operations and schemas, a line each: the reference's, and ours of
/// the operations whose shape there is not known.
const REFERENCE: &str = include_str!("document.txt");

/// What the reference leaves out of its document.
const OURS: [&str; 2] = ["ManagementService_Healthz", "v1HealthzResponse"];

/// What every token may call, and what is always there.
const NAMES_NOTHING: [&str; 1] = ["ManagementService_GetIAM"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn document() -> Value {
    serde_json::from_str(bailey::openapi("3.0")).unwrap()
}

/// Path, method and operation.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    let methods = paths.flat_map(|(path, methods)| {
        let methods = methods.as_object().unwrap().iter();
        methods.map(move |(method, of)| (path.clone(), method.to_uppercase(), of.clone()))
    });
    methods.collect()
}

#[test]
fn the_committed_documents_are_up_to_date() {
    for (file, version) in [("management.json", "3.0"), ("management-3.1.json", "3.1")] {
        let committed = fs::read_to_string(root().join("openapi").join(file)).unwrap_or_default();
        let fresh = committed == bailey::openapi(version);
        assert!(fresh, "openapi/{file} is stale: run `make openapi` and commit what it writes");
    }
}

fn reference(kind: &str) -> BTreeMap<&'static str, &'static str> {
    let rows = REFERENCE.lines().filter_map(|line| line.strip_prefix(kind));
    rows.map(|row| row.trim().split_once(" |").unwrap()).collect()
}

#[test]
fn operations_are_those_of_the_reference() {
    let (document, reference) = (document(), reference("operation"));
    for (path, method, of) in operations(&document) {
        let id = of["operationId"].as_str().unwrap();
        if OURS.contains(&id) {
            continue;
        }
        let text = |value: &Value| value.as_str().unwrap().to_string();
        let tags: Vec<String> = of["tags"].as_array().unwrap().iter().map(text).collect();
        let parameters = of["parameters"].as_array().unwrap().iter();
        let parameters = parameters.map(|p| format!("{}:{}", text(&p["in"]), text(&p["name"])));
        let parameters: Vec<String> = parameters.collect();
        let json = "/content/application~1json/schema/$ref";
        let schema = |at: &Value| {
            at.pointer(json)
                .map_or("-".into(), |name| text(name).rsplit('/').next().unwrap().into())
        };
        let (body, answer): (String, String) =
            (schema(&of["requestBody"]), schema(&of["responses"]["200"]));
        let deprecated = if of["deprecated"] == true { "deprecated" } else { "-" };
        let row = format!(
            " {method} | {path} | {} | {} | {body} | {answer} | {deprecated}",
            tags.join(", "),
            parameters.join(", ")
        );
        assert_eq!(reference.get(id), Some(&row.as_str()), "{id} in server/tests/all/document.txt");
    }
}

fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str() {
        return name.rsplit('/').next().unwrap().into();
    }
    match (schema["type"].as_str().unwrap(), schema["format"].as_str()) {
        ("array", _) => format!("[{}]", kind(&schema["items"])),
        (name, None) => name.into(),
        (name, Some(format)) => format!("{name}/{format}"),
    }
}

#[test]
fn schemas_have_the_members_of_the_reference() {
    let (document, reference) = (document(), reference("schema"));
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        let members: Vec<String> = match schema["enum"].as_array() {
            Some(values) => values.iter().map(|value| value.as_str().unwrap().into()).collect(),
            None => {
                let members = schema["properties"].as_object().into_iter().flatten();
                members.map(|(name, schema)| format!("{name}: {}", kind(schema))).collect()
            }
        };
        let row = format!(" {}", members.join(", "));
        let known = reference.get(name.as_str()).copied().unwrap_or("missing");
        let wrong = "server/tests/all/document.txt and the document differ";
        let same = OURS.contains(&name.as_str()) || known == row.trim_end();
        assert!(same, "{wrong}, {name}: {known}, {row}");
    }
}

#[test]
fn every_operation_names_every_answer() {
    for (path, method, of) in operations(&document()) {
        let mut statuses: BTreeSet<&str> =
            of["responses"].as_object().unwrap().keys().map(String::as_str).collect();
        statuses.remove("409");
        let mut wanted = BTreeSet::from(["200", "400", "429", "500", "default"]);
        if of["security"].is_null() {
            wanted.extend(["401", "403"]);
        }
        if of["security"].is_null() && !NAMES_NOTHING.contains(&of["operationId"].as_str().unwrap())
        {
            wanted.insert("404");
        }
        assert_eq!(statuses, wanted, "{method} {path}");
        for (status, answer) in of["responses"].as_object().unwrap() {
            assert_eq!(answer["content"].as_object().unwrap().len(), 3, "{method} {path} {status}");
            let deprecated = of["deprecated"] == true;
            assert_eq!(answer["headers"]["Deprecation"].is_object(), deprecated, "{path} {status}");
            assert!(answer["description"].as_str().is_some_and(|text| !text.is_empty()));
        }
        let since = of["x-deprecated-since"].as_str();
        assert_eq!(since.is_some(), of["deprecated"] == true, "{method} {path}");
        assert!(of["summary"].as_str().is_some_and(|text| text.len() > 5), "{method} {path}");
    }
}

/// What the errors of an operation look like: id and text.
fn documented(document: &Value, id: &str) -> BTreeSet<(String, String)> {
    let all = operations(document);
    let (.., of) = all.iter().find(|(.., of)| of["operationId"] == id).unwrap();
    let answers = of["responses"].as_object().unwrap().values();
    let examples = answers.filter_map(|answer| {
        answer.pointer("/content/application~1json/examples").and_then(Value::as_object)
    });
    let body = |example: &Value| match example["$ref"].as_str() {
        Some(reference) => document.pointer(&reference[1..]).unwrap()["value"].clone(),
        None => example["value"].clone(),
    };
    let bodies = examples.flat_map(|examples| examples.values().map(body));
    let facts = |body: Value| {
        let detail = &body["details"][0];
        let text = detail["message"].as_str().map(String::from);
        Some((detail["id"].as_str()?.to_string(), text?))
    };
    bodies.filter_map(facts).collect()
}

#[test]
fn every_refusal_that_is_documented_is_one_of_the_server() {
    let mut sources = String::new();
    let mut folders = vec![root().join("server/src")];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else {
                sources += &fs::read_to_string(path).unwrap_or_default();
            }
        }
    }
    let document = document();
    for (.., of) in operations(&document) {
        let operation = of["operationId"].as_str().unwrap();
        for (id, text) in documented(&document, operation) {
            assert!(sources.contains(&format!("\"{id}\"")), "{operation}: no {id} in the sources");
            assert!(sources.contains(&format!("\"{text}\"")), "{operation}: no text {text:?}");
        }
    }
}

#[tokio::test]
async fn the_examples_of_all_operations_are_real() {
    let server = bailey::start(&bailey::Settings::for_tests(":memory:")).await.unwrap();
    let (address, token) = (server.address.to_string(), server.token.clone());
    let call = move || {
        let client = |token: &str, org: &str| {
            let client = Client { address: address.clone(), token: token.into(), org: org.into() };
            client.call("GET", "/management/v1/users/x", "")
        };
        [("AUTH-7fs1e", client("nothing", "")), ("AUTH-Bs7Ds", client(&token, "nowhere"))]
    };
    let document = document();
    for (id, (status, body)) in tokio::task::spawn_blocking(call).await.unwrap() {
        let example = &document["components"]["examples"][id]["value"];
        assert_eq!(&body, example, "{id}");
        let (_, _, of) =
            operations(&document).into_iter().find(|(path, ..)| path == "/users/{id}").unwrap();
        let known = &of["responses"][status.to_string()]["content"]["application/json"]["examples"];
        assert!(known[id].is_object(), "{id} is not an example of {status}");
    }
    server.stop().await;
}

#[test]
fn every_tag_is_described() {
    let document = document();
    let tags = document["tags"].as_array().unwrap();
    let bare: Vec<_> = tags.iter().filter(|tag| !tag["description"].is_string()).collect();
    assert!(!tags.is_empty() && bare.is_empty(), "{bare:?}");
}
