//! What each command does; a code to exit with, or a message for a wrong use.

mod run;

use std::fs;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use conformance::fixture::{self, Fixture};
use conformance::import::{self, NotRequired, Recording};
use conformance::lint;
use conformance::operation::Catalogue;

#[derive(Subcommand)]
pub enum Command {
    /// Play fixtures against a server.
    Run(run::Run),
    /// Check every fixture without a server.
    Lint {
        #[arg(long, default_value = "fixtures")]
        fixtures: PathBuf,
    },
    /// Print the JSON Schema of a fixture.
    Schema,
    /// Turn recordings into fixtures, as far as all that they call is served.
    Import {
        #[arg(required = true)]
        recordings: Vec<PathBuf>,
        /// The folder of fixtures.
        #[arg(long, default_value = "fixtures")]
        out: PathBuf,
        /// Steps to leave out, as `recording/step` patterns, one a line.
        #[arg(long)]
        not_required: Option<PathBuf>,
    },
}

impl Command {
    pub fn execute(self) -> Result<u8, String> {
        match self {
            Self::Run(run) => run.execute(),
            Self::Lint { fixtures } => {
                let count = load(&fixtures, &Catalogue::new()?)?.len();
                println!("{count} fixtures, no faults");
                Ok(0)
            }
            Self::Schema => {
                print!("{}", fixture::schema());
                Ok(0)
            }
            Self::Import { recordings, out, not_required } => {
                let text = not_required.map_or(Ok(String::new()), |file| read(&file))?;
                let left_out = NotRequired::parse(&text)?;
                let catalogue = Catalogue::new()?;
                for file in recordings {
                    import_one(&file, &out, &catalogue, &left_out)?;
                }
                Ok(0)
            }
        }
    }
}

fn import_one(
    file: &Path,
    out: &Path,
    catalogue: &Catalogue,
    left_out: &NotRequired,
) -> Result<(), String> {
    let in_file = |e: String| format!("{}: {e}", file.display());
    let recording: Recording =
        serde_json::from_str(&read(file)?).map_err(|e| in_file(e.to_string()))?;
    if let Some(rpc) = recording.unserved(catalogue) {
        println!("{}: left out, {rpc} is not served", file.display());
        return Ok(());
    }
    let text = import::fixture(&recording, catalogue, left_out).map_err(in_file)?;
    let name = import::place(&recording.name);
    if text.ends_with("steps:\n") {
        println!("{}: nothing that another server has to follow", file.display());
        return Ok(());
    }
    let fixture = Fixture::parse(&name, &text).map_err(in_file)?;
    for fault in lint::faults(&fixture, catalogue) {
        eprintln!("{}: {}", file.display(), fault.what);
    }
    let target = out.join(name).with_extension("yaml");
    let folder = target.parent().unwrap_or(out);
    let written = fs::create_dir_all(folder).and_then(|()| fs::write(&target, text));
    written.map_err(|e| format!("{}: {e}", target.display()))?;
    let (steps, of) = (fixture.steps.len(), recording.length());
    println!("{}: {steps} of {of} steps", target.display());
    Ok(())
}

fn read(file: &Path) -> Result<String, String> {
    fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))
}

/// Every fixture below the folder.
///
/// # Errors
/// Every fault of every fixture, a line each.
fn load(folder: &Path, catalogue: &Catalogue) -> Result<Vec<Fixture>, String> {
    let (mut fixtures, mut faults) = (Vec::new(), Vec::new());
    for file in fixture::files(folder)? {
        match Fixture::read(folder, &file) {
            Err(fault) => faults.push(fault),
            Ok(fixture) => {
                let found = lint::faults(&fixture, catalogue);
                let place = |fault: &lint::Fault| format!("{}:{}", file.display(), fault.line);
                faults
                    .extend(found.iter().map(|fault| format!("{}: {}", place(fault), fault.what)));
                fixtures.push(fixture);
            }
        }
    }
    if faults.is_empty() { Ok(fixtures) } else { Err(faults.join("\n")) }
}
