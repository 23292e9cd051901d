//! Codes that a user has to repeat: random, encrypted before they are stored.

use crate::core::Core;
use crate::domain::user::{Code, PasswordCode, PasswordlessCode};
use crate::error::Result;
use crate::key::random_text;

/// Easy to read out; the reference never draws the `9`.
const CONTACT: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345678";
pub const ALPHANUMERIC: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const HOUR: i64 = 3600;

/// Seconds that a link to register a passkey works.
pub const LINK_LIFETIME: i64 = HOUR;

impl Core {
    /// For an e-mail address or a phone number, unless it is verified already.
    pub fn contact_code(&self, verified: bool) -> Result<Code> {
        if verified {
            Ok(Code::default())
        } else {
            self.code(CONTACT, 6, HOUR).map(|(code, _)| code)
        }
    }

    /// For the first login.
    pub fn initialization_code(&self) -> Result<Code> {
        self.code(CONTACT, 6, 72 * HOUR).map(|(code, _)| code)
    }

    /// For a new password, by SMS or by e-mail.
    pub fn password_code(&self, sms: bool) -> Result<PasswordCode> {
        Ok(PasswordCode { code: self.code(CONTACT, 6, HOUR)?.0, sms })
    }

    /// For the registration of a passkey, with its plain text.
    pub fn passwordless_code(&self) -> Result<(PasswordlessCode, String)> {
        let (code, plain) = self.code(ALPHANUMERIC, 12, LINK_LIFETIME)?;
        Ok((PasswordlessCode { id: self.ids.next(self.clock), code }, plain))
    }

    fn code(&self, alphabet: &[u8], length: usize, expiry: i64) -> Result<(Code, String)> {
        let plain = random_text(alphabet, length)?;
        Ok((Code { code: self.key.encrypt(plain.as_bytes())?, expiry }, plain))
    }
}
