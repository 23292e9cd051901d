//! Second factors and passkeys: what they are, and taking them away. Setting one up is not part of
//! this API; its events are.

use serde::{Deserialize, Serialize};

use super::{Event, PasswordlessCode, User};
use crate::domain::Aggregate;
use crate::error::{Result, text};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Factor {
    /// One-time passwords by an app (TOTP, RFC 6238).
    Otp,
    OtpSms,
    OtpEmail,
    /// A security key as second factor (WebAuthn).
    U2f,
    /// A security key instead of a password (WebAuthn).
    Passkey,
}

impl Factor {
    pub const ALL: [Self; 5] = [Self::Otp, Self::OtpSms, Self::OtpEmail, Self::U2f, Self::Passkey];

    pub fn name(self) -> &'static str {
        match self {
            Self::Otp => "otp",
            Self::OtpSms => "otp_sms",
            Self::OtpEmail => "otp_email",
            Self::U2f => "u2f",
            Self::Passkey => "passkey",
        }
    }
}

/// The values are the API's own (`zitadel.user.v1.AuthFactorState`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactorState {
    /// Its registration is not finished.
    NotReady = 1,
    Ready = 2,
}

/// The secret of one-time passwords, encrypted under the master key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OtpSecret {
    pub secret: String,
}

/// A security key whose registration began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewCredential {
    pub token_id: String,
    pub challenge: String,
}

/// A security key whose registration is finished.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReadyCredential {
    pub token_id: String,
    pub name: String,
    /// What its signatures are checked with.
    pub credential: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CredentialRemoved {
    pub token_id: String,
}

impl User {
    /// `found`: the user has this factor, ready or not.
    pub fn remove_one_time_passwords(&self, factor: Factor, found: bool) -> Result<[Event; 1]> {
        let (event, id) = match factor {
            Factor::OtpSms => (Event::OtpSmsRemoved, "COMMAND-Sr3h3"),
            Factor::OtpEmail => (Event::OtpEmailRemoved, "COMMAND-b312D"),
            _ => (Event::OtpRemoved, "COMMAND-Hd9sd"),
        };
        if !self.exists() || !found {
            return Err(text::factor::OTP_NOT_EXISTING.not_found(id));
        }
        Ok([event])
    }

    /// `found`: the user has a key of this id, as second factor or as passkey.
    pub fn remove_credential(
        &self,
        factor: Factor,
        token_id: &str,
        found: bool,
    ) -> Result<[Event; 1]> {
        if !self.exists() || !found {
            return Err(text::factor::KEY_NOT_FOUND.not_found("COMMAND-DAfb2"));
        }
        let removed = CredentialRemoved { token_id: token_id.into() };
        Ok([match factor {
            Factor::Passkey => Event::PasskeyRemoved(removed),
            _ => Event::U2fRemoved(removed),
        }])
    }

    /// A link for whoever asked for it.
    pub fn add_passwordless_code(&self, code: PasswordlessCode) -> Result<[Event; 1]> {
        self.can_have_links()?;
        Ok([Event::PasswordlessCodeAdded(code)])
    }

    /// A link that is sent to the user.
    pub fn send_passwordless_code(&self, code: PasswordlessCode) -> Result<[Event; 1]> {
        self.can_have_links()?;
        Ok([Event::PasswordlessCodeRequested(code)])
    }

    /// Every user, machines too (`fixtures/users/passwordless.yaml`).
    fn can_have_links(&self) -> Result<()> {
        if self.exists() {
            return Ok(());
        }
        Err(text::user::NOT_FOUND.not_found("COMMAND-Bly01"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::user::Kind;

    fn human() -> User {
        User { kind: Kind::Human, ..User::default() }
    }

    #[test]
    fn one_time_passwords_are_removed_by_kind() {
        let table = [
            (Factor::Otp, "COMMAND-Hd9sd", Event::OtpRemoved),
            (Factor::OtpSms, "COMMAND-Sr3h3", Event::OtpSmsRemoved),
            (Factor::OtpEmail, "COMMAND-b312D", Event::OtpEmailRemoved),
        ];
        for (factor, id, event) in table {
            let remove = |user: &User, found| user.remove_one_time_passwords(factor, found);
            assert_eq!(remove(&human(), false).unwrap_err().id, id);
            assert_eq!(remove(&User::default(), true).unwrap_err().id, id);
            assert_eq!(remove(&human(), true).unwrap(), [event]);
        }
    }

    #[test]
    fn a_key_is_removed_as_what_it_was_asked_for() {
        let removed = CredentialRemoved { token_id: "k".into() };
        let (u2f, passkey) = (Event::U2fRemoved(removed.clone()), Event::PasskeyRemoved(removed));
        assert_eq!(human().remove_credential(Factor::U2f, "k", true).unwrap(), [u2f]);
        assert_eq!(human().remove_credential(Factor::Passkey, "k", true).unwrap(), [passkey]);
        for (user, found) in [(human(), false), (User::default(), true)] {
            let refused = user.remove_credential(Factor::U2f, "k", found).unwrap_err();
            assert_eq!(refused.id, "COMMAND-DAfb2");
        }
    }

    #[test]
    fn links_are_for_users_that_are_there() {
        let code = PasswordlessCode::default;
        assert_eq!(User::default().add_passwordless_code(code()).unwrap_err().id, "COMMAND-Bly01");
        assert!(User::default().send_passwordless_code(code()).is_err());
        let machine = User { kind: Kind::Machine, ..User::default() };
        assert!(machine.add_passwordless_code(code()).is_ok());
        assert!(human().send_passwordless_code(code()).is_ok());
    }
}
