//! Hashing of passwords, in a bounded pool of its own.

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, SaltString};

use crate::blocking::Blocking;
use crate::error::{Error, Result};
use crate::key::random;

/// argon2id with the parameters of its crate (19 MiB, two passes, one lane: OWASP's).
pub struct Passwords {
    threads: Blocking,
}

impl Passwords {
    /// At most so many are hashed at once, at least one, each with 19 MiB. Half of the cores leaves
    /// the reads the other half.
    pub fn new(at_once: usize) -> Self {
        Self { threads: Blocking::new(at_once) }
    }

    /// The encoded hash; empty for an empty password.
    pub async fn hash(&self, password: &str) -> Result<String> {
        if password.is_empty() {
            return Ok(String::new());
        }
        let password = password.to_owned();
        self.threads.run(move || encode(&password)).await
    }
}

fn encode(password: &str) -> Result<String> {
    let salt = SaltString::encode_b64(&random::<16>()?).map_err(Error::internal)?;
    let hash = Argon2::default().hash_password(password.as_bytes(), &salt);
    Ok(hash.map_err(Error::internal)?.to_string())
}
