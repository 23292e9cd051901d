//! The master key: what makes codes unreadable for who only has the database.

use aes_gcm::aead::{Aead, KeyInit};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;

use crate::error::{Error, Result};

const NONCE: usize = 12;

/// AES-256-GCM under a key of 32 bytes.
pub struct Key(Aes256Gcm);

impl Key {
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self(Aes256Gcm::new(bytes.into()))
    }

    /// Nonce and ciphertext in base64.
    pub fn encrypt(&self, plain: &[u8]) -> Result<String> {
        let nonce = random::<NONCE>()?;
        let sealed = self.0.encrypt(&Nonce::from(nonce), plain).map_err(Error::internal)?;
        Ok(BASE64.encode([nonce.as_slice(), &sealed].concat()))
    }

    /// `None` for what this key did not encrypt.
    pub fn decrypt(&self, sealed: &str) -> Option<Vec<u8>> {
        let bytes = BASE64.decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE>()?;
        self.0.decrypt(&Nonce::from(*nonce), sealed).ok()
    }
}

/// Bytes from the operating system.
pub fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(Error::internal)?;
    Ok(bytes)
}

/// A text of so many letters out of an alphabet, each as likely as the others.
pub fn random_text(alphabet: &[u8], length: usize) -> Result<String> {
    let mut out = String::with_capacity(length);
    let fair = 256 - 256 % alphabet.len().max(1);
    while out.len() < length {
        for byte in random::<32>()?.into_iter().filter(|byte| usize::from(*byte) < fair) {
            let letter = alphabet.get(usize::from(byte) % alphabet.len());
            out.extend(letter.map(|letter| char::from(*letter)));
        }
        out.truncate(length);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_key_that_encrypted_decrypts() {
        let (key, other) = (Key::new(&[1; 32]), Key::new(&[2; 32]));
        let sealed = key.encrypt(b"code").unwrap();
        assert_eq!(key.decrypt(&sealed).as_deref(), Some(&b"code"[..]));
        assert_eq!(other.decrypt(&sealed), None);
        assert_eq!(key.decrypt("AAAA"), None);
        assert_ne!(key.encrypt(b"code").unwrap(), sealed);
    }

    #[test]
    fn a_random_text_is_of_its_alphabet() {
        let text = random_text(b"ab", 100).unwrap();
        assert_eq!(text.len(), 100);
        assert!(text.contains('a') && text.contains('b'));
        assert!(text.bytes().all(|letter| b"ab".contains(&letter)));
    }
}
