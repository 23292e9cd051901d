//! Who may know whom (`docs/architecture.md`): what a module may name of this crate.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A layer is the first part of a path below `src`.
const ALLOWED: [(&str, &[&str]); 6] = [
    ("domain", &["domain", "error"]),
    ("db", &["db", "error"]),
    ("core", &["core", "clock", "db", "domain", "error", "ids", "key", "key_pairs", "passwords"]),
    ("delivery", &["delivery", "core", "domain", "error", "views"]),
    ("views", &["views", "core", "db", "domain", "error"]),
    ("api", &["api", "core", "domain", "error", "gate", "key", "views"]),
];

/// What only some layers may name, of other crates.
const RESERVED: [(&str, &[&str]); 5] = [
    ("poem::", &["app", "cors", "document", "inside", "rest", "grpc", "serve", "site"]),
    (
        "http::",
        &[
            "app",
            "cors",
            "date",
            "delivery",
            "deprecation",
            "document",
            "gate",
            "inside",
            "proxies",
            "rest",
            "grpc",
            "serve",
            "site",
        ],
    ),
    ("hyper", &["delivery", "serve"]),
    ("rusqlite", &["db"]),
    ("tokio_postgres", &["db"]),
];

fn sources() -> BTreeMap<PathBuf, String> {
    let mut sources = texts(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    sources.retain(|path, _| path.extension().is_some_and(|extension| extension == "rs"));
    sources
}

/// The text files below a folder.
fn texts(root: &Path) -> BTreeMap<PathBuf, String> {
    let mut folders = vec![root.to_owned()];
    let mut out = BTreeMap::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                out.insert(path.strip_prefix(root).unwrap().into(), text);
            }
        }
    }
    out
}

fn layer(path: &Path) -> String {
    let first = path.iter().next().unwrap().to_str().unwrap();
    first.trim_end_matches(".rs").into()
}

/// The code before the tests, without comments.
fn code(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn named(code: &str) -> Vec<String> {
    let groups = code.split("use crate::{").skip(1).flat_map(|rest| {
        let group = rest.split('}').next().unwrap_or_default();
        group.split(',').map(|name| name.trim().to_string()).collect::<Vec<_>>()
    });
    let paths = code.split("crate::").skip(1).map(String::from);
    let word = |text: String| {
        text.split(|c: char| !c.is_alphanumeric() && c != '_')
            .next()
            .unwrap_or_default()
            .to_string()
    };
    paths.chain(groups).map(word).filter(|name| !name.is_empty()).collect()
}

#[test]
fn a_layer_names_only_what_it_may() {
    let mut faults = Vec::new();
    for (path, text) in sources() {
        let layer = layer(&path);
        let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == layer) else { continue };
        for name in named(&code(&text)) {
            if !allowed.contains(&name.as_str()) {
                faults.push(format!("{} names crate::{name}", path.display()));
            }
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn transports_and_drivers_stay_where_they_belong() {
    let mut faults = Vec::new();
    for (path, text) in sources() {
        let (layer, code) = (layer(&path), code(&text));
        for (name, allowed) in RESERVED {
            let used = code.match_indices(name).any(|(at, _)| {
                !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '"')
            });
            if used && !allowed.contains(&layer.as_str()) {
                faults.push(format!("{} names {name}", path.display()));
            }
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn only_views_and_core_write_sql() {
    let words = ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM "];
    for (path, text) in sources() {
        let layer = layer(&path);
        let allowed = ["core", "views", "db", "masterkey", "verify"].contains(&layer.as_str());
        let found = words.iter().find(|word| code(&text).contains(&format!("\"{word}")));
        assert!(allowed || found.is_none(), "{} holds SQL", path.display());
    }
}

/// Rust never is; `openapi/` and `Cargo.lock` are generated whole.
#[test]
fn a_file_over_400_lines_says_why() {
    const FOLDERS: [&str; 7] =
        ["bench", "conformance", "contract", "docs", "fixtures", "server", "tools"];
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for (path, text) in FOLDERS.iter().flat_map(|folder| texts(&root.join(folder))) {
        let rust = path.extension().is_some_and(|extension| extension == "rs");
        let says_why = text.lines().take(5).any(|line| line.contains("Over 400 lines"));
        let short = text.lines().count() <= 400;
        assert!(short || says_why && !rust, "{} is too long", path.display());
    }
}
