//! Hashing of passwords, in a bounded pool of its own.

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, SaltString};

use crate::blocking::Blocking;
use crate::error::{Error, Result, text};
use crate::key::random;

/// The longest password that bcrypt takes, in bytes.
const BCRYPT_MAX: usize = 72;

/// How new passwords are hashed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Algorithm {
    /// With the parameters of its crate (19 MiB, two passes, one lane: OWASP's).
    #[default]
    Argon2id,
    /// As ZITADEL does; each step of the cost doubles the work.
    Bcrypt(u32),
}

/// `argon2id`, or `bcrypt:<cost>` with a cost of 10 to 16, as imported hashes have.
pub fn algorithm(text: &str) -> Result<Algorithm, String> {
    let cost = text.strip_prefix("bcrypt:").and_then(|cost| cost.parse().ok());
    match cost.filter(|cost| (10..=16).contains(cost)) {
        Some(cost) => Ok(Algorithm::Bcrypt(cost)),
        None if text == "argon2id" => Ok(Algorithm::Argon2id),
        None => Err(format!("`{text}` is neither `argon2id` nor `bcrypt:10` to `bcrypt:16`")),
    }
}

pub struct Passwords {
    threads: Blocking,
    algorithm: Algorithm,
}

impl Passwords {
    /// At most so many are hashed at once, at least one. Half of the cores leaves the reads the
    /// other half.
    pub fn new(at_once: usize, algorithm: Algorithm) -> Self {
        Self { threads: Blocking::new(at_once), algorithm }
    }

    /// The encoded hash; empty for an empty password. Refuses what the algorithm cannot take in full.
    pub async fn hash(&self, password: &str) -> Result<String> {
        if password.is_empty() {
            return Ok(String::new());
        }
        if matches!(self.algorithm, Algorithm::Bcrypt(_)) && password.len() > BCRYPT_MAX {
            return Err(text::password::TOO_LONG.invalid("DOMAIN-Bly72"));
        }
        let (password, algorithm) = (password.to_owned(), self.algorithm);
        self.threads.run(move || encode(&password, algorithm)).await
    }
}

fn encode(password: &str, algorithm: Algorithm) -> Result<String> {
    match algorithm {
        Algorithm::Argon2id => argon2id(password),
        // Not `non_truncating_hash`: it counts the NUL behind the password, and refuses 72 bytes.
        Algorithm::Bcrypt(cost) => bcrypt::hash(password, cost).map_err(Error::internal),
    }
}

fn argon2id(password: &str) -> Result<String> {
    let salt = SaltString::encode_b64(&random::<16>()?).map_err(Error::internal)?;
    let hash = Argon2::default().hash_password(password.as_bytes(), &salt);
    Ok(hash.map_err(Error::internal)?.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn bcrypt_takes_72_bytes_and_argon2id_any_number() {
        let long = |bytes: usize| format!("Aa1!{}", "x".repeat(bytes - 4));
        let bcrypt = Passwords::new(1, Algorithm::Bcrypt(10));
        let hash = bcrypt.hash(&long(72)).await.unwrap();
        assert!(bcrypt::verify(long(72), &hash).unwrap());
        assert!(!bcrypt::verify(long(71), &hash).unwrap());
        assert_eq!(bcrypt.hash(&long(73)).await.unwrap_err().id, "DOMAIN-Bly72");
        let argon2id = Passwords::new(1, Algorithm::Argon2id);
        assert!(argon2id.hash(&long(5000)).await.unwrap().starts_with("$argon2id$"));
    }

    #[test]
    fn passwords_are_hashed_as_the_setting_says() {
        assert_eq!(algorithm("argon2id"), Ok(Algorithm::Argon2id));
        assert_eq!(algorithm("bcrypt:10"), Ok(Algorithm::Bcrypt(10)));
        for wrong in ["bcrypt", "bcrypt:9", "bcrypt:17", "md5", ""] {
            assert!(algorithm(wrong).is_err(), "{wrong}");
        }
        let hash = encode("Secr3tP4ssw0rd!", Algorithm::Bcrypt(10)).unwrap();
        assert!(hash.starts_with("$2b$10$") && bcrypt::verify("Secr3tP4ssw0rd!", &hash).unwrap());
        assert!(encode("Secr3tP4ssw0rd!", Algorithm::Argon2id).unwrap().starts_with("$argon2id$"));
    }
}
