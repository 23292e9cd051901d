//! Makes the Rust side of the contract from the `.proto` files: messages, schemas, field rules,
//! the table of operations, and one handler trait with its REST and gRPC adapters per noun.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod handlers;
mod messages;
mod model;
mod operations;
mod rules;
mod schemas;
mod wire_types;

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

const SERVICES: [&str; 3] = [
    "zitadel/management/v1/management.proto",
    "zitadel/auth/v1/auth.proto",
    "zitadel/admin/v1/admin.proto",
];
const MISSING: &str = "../openapi/missing.txt";
const SUCCESSORS: &str = "successors.txt";

fn main() {
    println!("cargo:rerun-if-changed=proto");
    println!("cargo:rerun-if-changed=build");
    println!("cargo:rerun-if-changed={MISSING}");
    println!("cargo:rerun-if-changed={SUCCESSORS}");
    let out = PathBuf::from(std::env::var("OUT_DIR").unwrap());
    let mut compiler = protox::Compiler::new(["proto"]).unwrap();
    compiler.include_imports(true).include_source_info(true).open_files(SERVICES).unwrap();
    let descriptors = compiler.encode_file_descriptor_set();
    write_dated_back(&out.join("descriptors.bin"), &descriptors).unwrap();
    let files: Vec<String> = compiler
        .files()
        .map(|file| file.name().to_string())
        .filter(|name| name.starts_with("zitadel"))
        .collect();
    buffa_build::Config::new()
        .files(&files)
        .descriptor_set(out.join("descriptors.bin"))
        .generate_views(false)
        .generate_text(false)
        .generate_json(true)
        .preserve_unknown_fields(false)
        .include_file("messages.rs")
        .compile()
        .unwrap();
    let text = |file: &str| std::fs::read_to_string(file).unwrap();
    let skipping: usize = files.iter().map(|name| wire_types::skip_others(&out, name)).sum();
    assert!(skipping > 0, "buffa no longer checks wire types as it did");
    let model = model::Model::read(&descriptors, &text(MISSING), &text(SUCCESSORS));
    std::fs::write(out.join("operations.rs"), operations::emit(&model)).unwrap();
    std::fs::write(out.join("rules.rs"), rules::emit(&model)).unwrap();
    std::fs::write(out.join("schemas.rs"), schemas::emit(&model)).unwrap();
    std::fs::write(out.join("handlers.rs"), handlers::emit(&model)).unwrap();
}

/// buffa-build tells cargo to run this again when its input changes. That is written here, so that
/// it would be newer than the build at each one.
fn write_dated_back(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.set_modified(SystemTime::UNIX_EPOCH)
}
