//! Where the master key comes from, and whether it is the one of this database.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::config::Settings;
use crate::db::{Db, Statement, is_postgres};
use crate::error::Error;
use crate::key::{Key, random_text};
use crate::private_file::PrivateFile;

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
    PrivateFile::stage(&file, &text)?.publish()?;
    Ok(text)
}
