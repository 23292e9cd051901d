//! Codes that a user has to repeat, and which of them are to be sent.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use super::Event;

/// A code that the user has to repeat, encrypted under the master key.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Code {
    pub code: String,
    /// Seconds that it works, from the event on.
    pub expiry: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PasswordCode {
    #[serde(flatten)]
    pub code: Code,
    /// To the phone, not by e-mail.
    #[serde(default)]
    pub sms: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PasswordlessCode {
    pub id: String,
    #[serde(flatten)]
    pub code: Code,
}

/// The page on which a user registers a passkey, at an origin.
pub fn passwordless_link(origin: &str, [user, org, code_id, code]: [&str; 4]) -> String {
    let path = "ui/login/login/passwordless/init";
    let (user, org) =
        (utf8_percent_encode(user, NON_ALPHANUMERIC), utf8_percent_encode(org, NON_ALPHANUMERIC));
    format!("{origin}/{path}?userID={user}&orgID={org}&codeID={code_id}&code={code}")
}

/// What a code is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Initialization,
    Email,
    Phone,
    Password,
    Passwordless,
}

impl Purpose {
    pub const ALL: [Self; 5] =
        [Self::Initialization, Self::Email, Self::Phone, Self::Password, Self::Passwordless];

    pub fn name(self) -> &'static str {
        match self {
            Self::Initialization => "initialization",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Password => "password",
            Self::Passwordless => "passwordless",
        }
    }
}

/// A code that goes out. A later one of the same purpose and id replaces it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sent<'a> {
    pub purpose: Purpose,
    /// Of several links that work at once; empty for codes of which only the last works.
    pub code_id: &'a str,
    pub code: &'a Code,
    /// To the phone, not by e-mail.
    pub sms: bool,
}

/// What an event does to the codes that are on their way or wait for their user.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Effect<'a> {
    Send(Sent<'a>),
    /// It was used, or nobody needs it any more.
    End(Purpose),
    EndAll,
}

impl Event {
    pub fn effect_on_codes(&self) -> Option<Effect<'_>> {
        let sent = |purpose, code, sms| Effect::Send(Sent { purpose, code_id: "", code, sms });
        match self {
            Self::InitializationCodeAdded(code) => Some(sent(Purpose::Initialization, code, false)),
            Self::EmailCodeAdded(code) => Some(sent(Purpose::Email, code, false)),
            Self::PhoneCodeAdded(code) => Some(sent(Purpose::Phone, code, true)),
            Self::PasswordCodeAdded(added) => Some(sent(Purpose::Password, &added.code, added.sms)),
            Self::PasswordlessCodeRequested(requested) => {
                let (code_id, code) = (requested.id.as_str(), &requested.code);
                let purpose = Purpose::Passwordless;
                Some(Effect::Send(Sent { purpose, code_id, code, sms: false }))
            }
            Self::EmailChanged(_) | Self::EmailVerified => Some(Effect::End(Purpose::Email)),
            Self::PhoneChanged(_) | Self::PhoneVerified | Self::PhoneRemoved => {
                Some(Effect::End(Purpose::Phone))
            }
            Self::PasswordChanged(_) => Some(Effect::End(Purpose::Password)),
            Self::Removed => Some(Effect::EndAll),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::user::{PasswordChanged, PhoneChanged};

    fn sent(event: &Event) -> (Purpose, bool) {
        match event.effect_on_codes() {
            Some(Effect::Send(sent)) => (sent.purpose, sent.sms),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_code_goes_where_it_is_for() {
        let code = Code::default();
        assert_eq!(sent(&Event::EmailCodeAdded(code.clone())), (Purpose::Email, false));
        assert_eq!(sent(&Event::PhoneCodeAdded(code.clone())), (Purpose::Phone, true));
        for sms in [false, true] {
            let added = PasswordCode { code: code.clone(), sms };
            assert_eq!(sent(&Event::PasswordCodeAdded(added)), (Purpose::Password, sms));
        }
    }

    #[test]
    fn a_link_carries_any_id() {
        assert_eq!(
            passwordless_link("http://h", ["a b&c", "1", "2", "Xy"]),
            "http://h/ui/login/login/passwordless/init?userID=a%20b%26c&orgID=1&codeID=2&code=Xy"
        );
    }

    #[test]
    fn a_code_ends_with_what_it_was_for() {
        let phone = Event::PhoneChanged(PhoneChanged { phone: "+1".into() });
        let password = Event::PasswordChanged(PasswordChanged::default());
        let ended = |event: &Event, purpose| {
            assert_eq!(event.effect_on_codes(), Some(Effect::End(purpose)), "{event:?}");
        };
        ended(&Event::EmailVerified, Purpose::Email);
        ended(&phone, Purpose::Phone);
        ended(&Event::PhoneRemoved, Purpose::Phone);
        ended(&password, Purpose::Password);
        assert_eq!(Event::Removed.effect_on_codes(), Some(Effect::EndAll));
        assert_eq!(Event::Locked.effect_on_codes(), None);
    }
}
