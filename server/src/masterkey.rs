//! Where the master key comes from, and whether it is the one of this database.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::config::Settings;
use crate::db::{Db, Statement, is_postgres};
use crate::error::Error;
use crate::key::{Key, random_text};

const SHORTEST: usize = 32;
const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const CHECKED: &[u8] = b"bailey";

const FIND: &str = "SELECT sealed FROM master_key WHERE id = 1";

/// The key that the settings name, or the one beside the database, made for a new one.
pub async fn load(settings: &Settings, db: &Db) -> Result<Key, String> {
    let text = match (&settings.masterkey, &settings.masterkey_file) {
        (Some(text), _) => text.clone(),
        (None, Some(file)) => read(file)?,
        (None, None) if settings.database.url == ":memory:" => generated()?,
        (None, None) => beside(&settings.database.url, db).await?,
    };
    let text = text.trim_end_matches(['\r', '\n']);
    if text.len() < SHORTEST {
        return Err(format!(
            "the master key has {} bytes, at least {SHORTEST} are needed",
            text.len()
        ));
    }
    Ok(Key::new(&Sha256::digest(text.as_bytes()).into()))
}

/// Holds that this database is used with one key only: the first one that was ever given.
pub async fn check(db: &Db, key: &Key) -> Result<(), String> {
    const KEEP: &str =
        "INSERT INTO master_key (id, sealed) VALUES (1, $1) ON CONFLICT (id) DO NOTHING";
    let sealed = key.encrypt(CHECKED).map_err(failed)?;
    db.write(vec![Statement::new(KEEP, vec![sealed.into()])]).await.map_err(failed)?;
    let kept = sealed_in(db).await?.unwrap_or_default();
    if key.decrypt(&kept).is_some_and(|plain| plain == CHECKED) {
        return Ok(());
    }
    Err("wrong master key: this database was made with another one; give that with \
         --masterkey-file or --masterkey"
        .into())
}

async fn sealed_in(db: &Db) -> Result<Option<String>, String> {
    db.first(FIND, &[], |row| row.text(0)).await.map_err(failed)
}

fn failed(error: Error) -> String {
    format!("the master key cannot be checked: {error}")
}

fn read(file: &Path) -> Result<String, String> {
    fs::read_to_string(file)
        .map_err(|error| format!("cannot read the master key {}: {error}", file.display()))
}

fn generated() -> Result<String, String> {
    random_text(ALPHABET, SHORTEST).map_err(|error| error.to_string())
}

/// `bailey.db.key` for `bailey.db`, `bailey.key` for PostgreSQL.
async fn beside(database: &str, db: &Db) -> Result<String, String> {
    let remote = is_postgres(database);
    let file = PathBuf::from(if remote { "bailey.key".into() } else { format!("{database}.key") });
    if file.exists() {
        return read(&file);
    }
    if sealed_in(db).await?.is_some() {
        return Err(format!(
            "the master key of this database is missing: put {} back, or name another file with \
             --masterkey-file",
            file.display()
        ));
    }
    let text = generated()?;
    Private::stage(&file, &text)?.publish()?;
    Ok(text)
}

/// A file that only its owner can read, durable under a name of its own until it is published.
/// One that is not published is removed, one that cannot be is named.
pub struct Private {
    staged: PathBuf,
    file: PathBuf,
}

impl Private {
    pub fn stage(file: &Path, text: &str) -> Result<Self, String> {
        if file.is_dir() {
            return Err(format!("{} is a folder: name a file in it", file.display()));
        }
        let failed = |error| format!("cannot write {}: {error}", file.display());
        let mut name = file.as_os_str().to_owned();
        name.push(format!(".{}", std::process::id()));
        let private = Self { staged: name.into(), file: file.into() };
        // Of a process that was killed and had the same number, as in a container.
        let _ = fs::remove_file(&private.staged);
        let mut options = fs::OpenOptions::new();
        let mut open = options
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&private.staged)
            .map_err(failed)?;
        writeln!(open, "{text}").and_then(|()| open.sync_all()).map_err(failed)?;
        Ok(private)
    }

    /// A file that cannot be replaced, because it is mounted, is written to.
    pub fn publish(self) -> Result<(), String> {
        let placed = fs::rename(&self.staged, &self.file)
            .or_else(|_| fs::copy(&self.staged, &self.file).map(drop));
        placed.map_err(|error| {
            let (file, staged) = (self.file.display(), self.staged.display());
            let text = format!("cannot write {file}: {error}; what belongs there is in {staged}");
            std::mem::forget(self);
            text
        })
    }
}

impl Drop for Private {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.staged);
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
        let staged = Private::stage(&file, "token").unwrap();
        fs::create_dir(&file).unwrap();
        let text = staged.publish().unwrap_err();
        assert!(text.contains(&format!("is in {}", stale.display())), "{text}");
        assert_eq!(fs::read_to_string(&stale).unwrap(), "token\n");
        let text = Private::stage(&file, "token").err().unwrap();
        assert!(text.contains("is a folder"), "{text}");
    }
}
