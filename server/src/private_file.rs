//! A file that only its owner can read: the master key, the first token.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Durable under a name of its own until it is published or discarded.
pub struct PrivateFile {
    staged: PathBuf,
    file: PathBuf,
}

impl PrivateFile {
    pub fn stage(file: &Path, text: &str) -> Result<Self, String> {
        if file.is_dir() {
            return Err(format!("{} is a folder: name a file in it", file.display()));
        }
        let mut name = file.as_os_str().to_owned();
        name.push(format!(".{}", std::process::id()));
        let private = Self { staged: name.into(), file: file.into() };
        // Of a process that was killed and had the same number, as in a container.
        let _ = fs::remove_file(&private.staged);
        if let Err(error) = private.write(text) {
            private.discard();
            return Err(format!("cannot write {}: {error}", file.display()));
        }
        Ok(private)
    }

    fn write(&self, text: &str) -> io::Result<()> {
        let mut options = fs::OpenOptions::new();
        let mut file = options.write(true).create_new(true).mode(0o600).open(&self.staged)?;
        writeln!(file, "{text}")?;
        file.sync_all()
    }

    /// A file that cannot be replaced, because it is mounted, is written to. What cannot be put in
    /// its place is kept, and the error names it.
    pub fn publish(self) -> Result<(), String> {
        if fs::rename(&self.staged, &self.file).is_ok() {
            return Ok(());
        }
        fs::copy(&self.staged, &self.file).map_err(|error| {
            let (file, staged) = (self.file.display(), self.path());
            format!("cannot write {file}: {error}; what belongs there is in {staged}")
        })?;
        self.discard();
        Ok(())
    }

    /// Where it is until then.
    pub fn path(&self) -> std::path::Display<'_> {
        self.staged.display()
    }

    pub fn discard(self) {
        let _ = fs::remove_file(self.staged);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_put_in_its_place_is_kept_and_named() {
        let folder = tempfile::TempDir::new().unwrap();
        let file = folder.path().join("pat");
        let stale = folder.path().join(format!("pat.{}", std::process::id()));
        fs::write(&stale, "of a process that was killed").unwrap();
        let staged = PrivateFile::stage(&file, "token").unwrap();
        fs::create_dir(&file).unwrap();
        let text = staged.publish().unwrap_err();
        assert!(text.contains(&format!("is in {}", stale.display())), "{text}");
        assert_eq!(fs::read_to_string(&stale).unwrap(), "token\n");
        let text = PrivateFile::stage(&file, "token").err().unwrap();
        assert!(text.contains("is a folder"), "{text}");
    }
}
