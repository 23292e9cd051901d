//! Making a human: by AddHumanUser and by ImportHumanUser, which differ in much.

use std::ops::Not;

use serde::{Deserialize, Serialize};

use super::idp::IdpLink;
use super::user::{Code, Event, PasswordlessCode, User, email, phone, stored_language};
use super::values::password::{self, HashFault, Weakness};
use crate::error::{Result, text};

/// The shortest password that the default policy allows, in bytes.
const MIN_LENGTH: usize = 8;

/// A human as it is added; the payload of its first event.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NewHuman {
    pub user_name: String,
    /// The name is unique in its organisation, not in the instance.
    #[serde(skip_serializing_if = "Not::not")]
    pub org_scoped: bool,
    pub first_name: String,
    pub last_name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub nick_name: String,
    pub display_name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub preferred_language: String,
    pub gender: i64,
    pub email: String,
    /// E.164, empty if there is none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub phone: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub encoded_hash: String,
    pub change_required: bool,
}

/// What is to be sent to a new human, each encrypted.
#[derive(Clone, Debug, Default)]
pub struct Codes {
    pub initialization: Code,
    pub email: Code,
    pub phone: Code,
    pub passwordless: Option<PasswordlessCode>,
}

/// What the request says of the contacts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Verified {
    pub email: bool,
    pub phone: bool,
}

impl NewHuman {
    /// What AddHumanUser makes of a request: names trimmed, the address as typed.
    pub fn added(mut self) -> Result<Self> {
        email::check(&self.email)?;
        self.user_name = self.user_name.trim().into();
        self.first_name = self.first_name.trim().into();
        self.last_name = self.last_name.trim().into();
        if self.user_name.is_empty() {
            return Err(text::INVALID_ARGUMENT.invalid("V2-zzad3"));
        }
        if self.first_name.is_empty() {
            return Err(text::user::FIRST_NAME_EMPTY.invalid("USER-UCej2"));
        }
        if self.last_name.is_empty() {
            return Err(text::user::LAST_NAME_EMPTY.invalid("USER-4hB7d"));
        }
        if self.display_name.trim().is_empty() {
            self.display_name.clear();
        }
        self.normalised()
    }

    /// What ImportHumanUser makes of a request: user name and address trimmed, names as typed.
    pub fn imported(mut self) -> Result<Self> {
        email::check(&self.email)?;
        self.email = self.email.trim().into();
        self.normalised()
    }

    fn normalised(mut self) -> Result<Self> {
        if !self.phone.is_empty() {
            self.phone = phone::parse(&self.phone)?;
        }
        if self.display_name.is_empty() {
            self.display_name = format!("{} {}", self.first_name, self.last_name);
        }
        self.preferred_language = stored_language(&self.preferred_language);
        Ok(self)
    }
}

impl User {
    /// AddHumanUser: INITIAL unless the address is verified and there is a password.
    pub fn add_human(&self, human: NewHuman, verified: Verified, codes: Codes) -> Vec<Event> {
        let initial = !verified.email || human.encoded_hash.is_empty();
        let phone = phone_event(&human, verified, codes.phone);
        let email = verified.email.then_some(Event::EmailVerified);
        let code = initial.then_some(Event::InitializationCodeAdded(codes.initialization));
        [Event::HumanAdded(human)].into_iter().chain(email).chain(code).chain(phone).collect()
    }

    /// ImportHumanUser: an INITIAL user loses that its address is verified. Who is linked to an
    /// identity provider is never INITIAL.
    pub fn import_human(
        &self,
        human: NewHuman,
        verified: Verified,
        codes: Codes,
        links: Vec<IdpLink>,
    ) -> Vec<Event> {
        let can_log_in = !human.encoded_hash.is_empty() || codes.passwordless.is_some();
        let phone = phone_event(&human, verified, codes.phone);
        let state = if links.is_empty() && !(verified.email && can_log_in) {
            Event::InitializationCodeAdded(codes.initialization)
        } else if verified.email {
            Event::EmailVerified
        } else {
            Event::EmailCodeAdded(codes.email)
        };
        let link = codes.passwordless.map(Event::PasswordlessCodeAdded);
        let links = links.into_iter().map(Event::IdpLinkAdded);
        let added = [Event::HumanAdded(human)].into_iter().chain(links);
        added.chain([state]).chain(phone).chain(link).collect()
    }
}

fn phone_event(human: &NewHuman, verified: Verified, code: Code) -> Option<Event> {
    let event = if verified.phone { Event::PhoneVerified } else { Event::PhoneCodeAdded(code) };
    (!human.phone.is_empty()).then_some(event)
}

/// Whose ids a weak password is refused with.
#[derive(Clone, Copy, Debug)]
pub enum Origin {
    Add,
    ImportOrSet,
}

/// Refuses a password that the policy does not allow.
pub fn check_password(password: &str, origin: Origin) -> Result<()> {
    let Some(weakness) = password::weakness(password, MIN_LENGTH) else { return Ok(()) };
    let (text, add, import) = match weakness {
        Weakness::Length => (text::password::TOO_SHORT, "COMMA-HuJf6", "DOMAIN-HuJf6"),
        Weakness::Lower => (text::password::NO_LOWER, "COMMA-co3Xw", "DOMAIN-co3Xw"),
        Weakness::Upper => (text::password::NO_UPPER, "COMMA-VoaRj", "DOMAIN-VoaRj"),
        Weakness::Number => (text::password::NO_NUMBER, "COMMA-ZBv4H", "DOMAIN-ZBv4H"),
        Weakness::Symbol => (text::password::NO_SYMBOL, "COMMA-ZDLwA", "DOMAIN-ZDLwA"),
    };
    Err(text.invalid(match origin {
        Origin::Add => add,
        Origin::ImportOrSet => import,
    }))
}

/// Refuses a foreign password hash that could never be compared with.
pub fn check_imported_hash(hash: &str) -> Result<()> {
    password::check_imported(hash).map_err(|fault| match fault {
        HashFault::Malformed => text::password::INVALID.invalid("CRYPT-r8Qm2"),
        HashFault::Cost => text::password::INVALID.invalid("CRYPT-5uV9n"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn human() -> NewHuman {
        NewHuman {
            user_name: " gigi ".into(),
            first_name: " Gigi ".into(),
            last_name: "Giraffe".into(),
            email: " gigi@example.com ".into(),
            ..NewHuman::default()
        }
    }

    fn kinds(events: &[Event]) -> Vec<&str> {
        events.iter().map(|e| crate::domain::Event::kind(e)["user.human.".len()..].into()).collect()
    }

    #[test]
    fn add_trims_names_and_keeps_the_address() {
        let added = human().added().unwrap();
        assert_eq!(added.user_name, "gigi");
        assert_eq!(added.display_name, "Gigi Giraffe");
        assert_eq!(added.email, " gigi@example.com ");
    }

    #[test]
    fn import_keeps_names_and_trims_the_address() {
        let imported = human().imported().unwrap();
        assert_eq!(imported.display_name, " Gigi  Giraffe");
        assert_eq!(imported.email, "gigi@example.com");
    }

    #[test]
    fn the_first_fault_is_refused() {
        let mut bad = human();
        bad.phone = "+".into();
        assert_eq!(bad.clone().added().unwrap_err().id, "PHONE-so0wa");
        bad.last_name = " ".into();
        assert_eq!(bad.clone().added().unwrap_err().id, "USER-4hB7d");
        bad.first_name = "\u{3000}".into();
        assert_eq!(bad.clone().added().unwrap_err().id, "USER-UCej2");
        bad.user_name = "\u{a0}".into();
        assert_eq!(bad.clone().added().unwrap_err().id, "V2-zzad3");
        bad.email = "x".into();
        assert_eq!(bad.added().unwrap_err().id, "EMAIL-599BI");
    }

    #[test]
    fn add_keeps_the_verified_address_of_an_initial_user() {
        let verified = Verified { email: true, phone: false };
        let mut human = human();
        let made = User::default().add_human(human.clone(), verified, Codes::default());
        assert_eq!(kinds(&made), ["added", "email.verified", "initialization.code.added"]);
        human.encoded_hash = "x".into();
        human.phone = "+41".into();
        let made = User::default().add_human(human, verified, Codes::default());
        assert_eq!(kinds(&made), ["added", "email.verified", "phone.code.added"]);
    }

    #[test]
    fn import_loses_it() {
        let verified = Verified { email: true, phone: true };
        let mut human = human();
        let made = User::default().import_human(human.clone(), verified, Codes::default(), vec![]);
        assert_eq!(kinds(&made), ["added", "initialization.code.added"]);
        human.phone = "+41".into();
        let codes = Codes { passwordless: Some(PasswordlessCode::default()), ..Codes::default() };
        let made = User::default().import_human(human, verified, codes, vec![]);
        let link = "passwordless.initialization.code.added";
        assert_eq!(kinds(&made), ["added", "email.verified", "phone.verified", link]);
    }

    #[test]
    fn who_is_linked_is_never_initial() {
        let links = vec![IdpLink::default(), IdpLink::default()];
        for (email, state) in [(false, "email.code.added"), (true, "email.verified")] {
            let verified = Verified { email, phone: false };
            let made =
                User::default().import_human(human(), verified, Codes::default(), links.clone());
            assert_eq!(kinds(&made), ["added", "externalidp.added", "externalidp.added", state]);
        }
    }

    #[test]
    fn the_first_weakness_is_named_by_who_asks() {
        assert_eq!(check_password("a", Origin::Add).unwrap_err().id, "COMMA-HuJf6");
        let refused = check_password("AAAAAAAA", Origin::ImportOrSet).unwrap_err();
        assert_eq!(refused.id, "DOMAIN-co3Xw");
        assert!(check_password("Passw0rd!", Origin::Add).is_ok());
    }
}
