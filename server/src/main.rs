//! `bailey` and its commands.

use std::process::ExitCode;

use bailey::{Cli, Command, Settings, deprecations, openapi, start, verify};
use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let filter = EnvFilter::try_from_env("BAILEY_LOG").unwrap_or_else(|_| "info".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let outcome = match cli.command {
        Command::Serve(settings) => serve(&settings).await,
        Command::Openapi { version } => {
            print!("{}", openapi(&version));
            Ok(())
        }
        Command::Deprecations => {
            print!("{}", deprecations());
            Ok(())
        }
        Command::Verify { database } => verify(&database.url).await.map(|count| {
            println!("{count} events replayed, the tables agree");
        }),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bailey: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(settings: &Settings) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("cannot wait for signals: {error}");
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    let running = start(settings).await?;
    println!("Bailey listens on http://{} (started in {:.0?})", running.address, running.took);
    match (&settings.admin_pat_file, running.token.as_str()) {
        (_, "") => println!("The token of the instance owner was given at the first start."),
        (Some(file), _) => println!("Token of the instance owner: in {}", file.display()),
        (None, token) => println!("Token of the instance owner, shown only now: {token}"),
    }
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    running.stop().await;
    Ok(())
}
