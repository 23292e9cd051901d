//! The command line: `run`, `lint`, `schema`, `import`.
//!
//! Exit codes: 0 all passed and at least one played, 1 not so, 2 usage or a bad fixture,
//! 11 the server is unreachable, 12 the set-up failed.

mod command;

use std::process::ExitCode;

use clap::Parser;
use command::Command;

/// Judges any implementation of the Management API v1 by fixtures.
#[derive(Parser)]
#[command(name = "conformance", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    match Arguments::parse().command.execute() {
        Ok(code) => ExitCode::from(code),
        Err(message) => {
            eprintln!("conformance: {message}");
            ExitCode::from(2)
        }
    }
}
