//! `bailey` and its commands.

use std::io::{IsTerminal, Write};
use std::pin::pin;
use std::process::ExitCode;

use bailey::{Cli, Command, Settings, deprecations, openapi, start, verify};
use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    log(cli.log);
    let outcome = match cli.command {
        Command::Serve(settings) => serve(&settings).await,
        Command::Openapi { version } => Ok(openapi(&version).into()),
        Command::Deprecations => Ok(deprecations().to_string()),
        Command::Verify { database } => verify(&database.url)
            .await
            .map(|count| format!("{count} events replayed, the tables agree\n")),
    };
    match outcome {
        Ok(text) => {
            say(&text);
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "bailey: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Logs to stderr, of libraries only warnings and errors.
fn log(level: LevelFilter) {
    let ansi = std::io::stderr().is_terminal();
    let targets = Targets::new().with_default(level.min(LevelFilter::WARN));
    tracing_subscriber::registry()
        .with(tracing_subscriber::fmt::layer().with_ansi(ansi).with_writer(std::io::stderr))
        .with(targets.with_target("bailey", level))
        .init();
}

/// To stdout; where nobody reads that, to stderr.
fn say(text: &str) {
    let mut out = std::io::stdout();
    if out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_err() {
        let _ = std::io::stderr().write_all(text.as_bytes());
    }
}

async fn serve(settings: &Settings) -> Result<String, String> {
    let failed = |error: std::io::Error| format!("cannot wait for signals: {error}");
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    let mut stopped = pin!(async {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    });
    let running = tokio::select! {
        running = start(settings) => running?,
        () = &mut stopped => return Err("stopped before it was ready".into()),
    };
    say(&format!(
        "Bailey listens on http://{} (started in {:.0?})\n",
        running.address, running.took
    ));
    say(&match (&settings.admin_pat_file, running.token.as_str()) {
        (_, "") => "The token of the instance owner was given at the first start.\n".into(),
        (Some(file), _) => format!("Token of the instance owner: in {}\n", file.display()),
        (None, token) => format!("Token of the instance owner, shown only now: {token}\n"),
    });
    stopped.await;
    running.stop().await;
    Ok(String::new())
}
