//! A user: the state that its events lead to, and the decisions that hold for humans and machines.

mod avatar;
mod code;
pub mod email;
mod event;
mod factor;
pub mod history;
mod initialization;
pub mod key;
pub mod machine;
pub mod name;
pub mod password;
pub mod phone;
pub mod profile;
mod state;

pub use code::*;
pub use event::*;
pub use factor::*;

use super::human::NewHuman;
use super::values::language;
use super::{Aggregate, Stamp};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    #[default]
    Absent,
    Human,
    Machine,
}

/// The values are the API's own (`zitadel.user.v1.UserState`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    #[default]
    Unspecified = 0,
    Active = 1,
    Inactive = 2,
    Locked = 4,
    Initial = 6,
}

/// A user as its events left it; one row of `users`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct User {
    pub id: String,
    pub owner: String,
    /// The last event that reads count, not the last of the stream.
    pub sequence: i64,
    pub created_at: i64,
    pub changed_at: i64,
    pub kind: Kind,
    pub state: State,
    /// An initialization code was sent and never used; outlives the state INITIAL.
    pub uninitialized: bool,
    /// Tokens whose sequence is not above this one have ended.
    pub tokens_ended: i64,
    pub user_name: String,
    /// What is unique in the instance.
    pub name_key: String,
    /// The organisation's policy puts its domains behind the name, which is unique only there.
    pub org_scoped: bool,
    pub first_name: String,
    pub last_name: String,
    pub nick_name: String,
    /// It had one that was taken away: searches know this from never having had one.
    pub nick_name_emptied: bool,
    pub display_name: String,
    pub language: String,
    pub gender: i64,
    pub email: String,
    pub email_verified: bool,
    /// E.164, empty if there is none.
    pub phone: String,
    pub phone_verified: bool,
    pub password_hash: String,
    pub password_change_required: bool,
    pub password_changed_at: Option<i64>,
    /// The machine's name.
    pub name: String,
    pub description: String,
    pub token_type: i64,
    /// Of the machine's client secret; empty if there is none.
    pub secret_hash: String,
}

impl User {
    pub fn is_human(&self) -> bool {
        self.kind == Kind::Human
    }

    /// The display name of a human, the name of a machine.
    pub fn shown_name(&self) -> &str {
        if self.is_human() { &self.display_name } else { &self.name }
    }

    fn become_human(&mut self, human: &NewHuman, at: i64) {
        let human = human.clone();
        self.kind = Kind::Human;
        self.user_name = human.user_name;
        self.org_scoped = human.org_scoped;
        self.first_name = human.first_name;
        self.last_name = human.last_name;
        self.nick_name = human.nick_name;
        self.display_name = human.display_name;
        self.language = human.preferred_language;
        self.gender = human.gender;
        self.email = human.email;
        self.phone = human.phone;
        self.password_changed_at = (!human.encoded_hash.is_empty()).then_some(at);
        self.password_hash = human.encoded_hash;
        self.password_change_required = human.change_required;
    }

    fn become_machine(&mut self, machine: &NewMachine) {
        let machine = machine.clone();
        self.kind = Kind::Machine;
        self.user_name = machine.user_name;
        self.org_scoped = machine.org_scoped;
        self.name = machine.name;
        self.description = machine.description;
        self.token_type = machine.access_token_type;
    }

    fn added(&mut self, stamp: &Stamp) {
        self.id.clone_from(&stamp.id);
        self.owner.clone_from(&stamp.owner);
        self.created_at = stamp.at;
        self.state = State::Active;
        self.set_name_key();
    }

    fn set_email(&mut self, email: &str) {
        self.email = email.into();
        self.email_verified = false;
    }

    fn set_phone(&mut self, phone: &str) {
        self.phone = phone.into();
        self.phone_verified = false;
    }

    /// The new state; the tokens made until now have ended.
    fn end_tokens(&mut self, state: State, stamp: &Stamp) {
        self.state = state;
        self.tokens_ended = stamp.sequence;
    }
}

impl Aggregate for User {
    type Event = Event;
    const STREAM: &'static str = "user";

    fn owner(&self) -> &str {
        &self.owner
    }

    fn exists(&self) -> bool {
        self.kind != Kind::Absent
    }

    fn apply(&mut self, event: &Event, stamp: &Stamp) {
        match event {
            Event::HumanAdded(human) => {
                self.become_human(human, stamp.at);
                self.added(stamp);
            }
            Event::MachineAdded(machine) => {
                self.become_machine(machine);
                self.added(stamp);
            }
            Event::UserNameChanged(changed) => self.apply_name(changed),
            Event::MachineChanged(changed) => self.apply_machine(changed),
            Event::MachineSecretSet(secret) => self.secret_hash.clone_from(&secret.encoded_hash),
            Event::MachineSecretRemoved => self.secret_hash.clear(),
            Event::ProfileChanged(changed) => self.apply_profile(changed),
            Event::EmailChanged(changed) => self.set_email(&changed.email),
            Event::EmailVerified => self.email_verified = true,
            Event::PhoneChanged(changed) => self.set_phone(&changed.phone),
            Event::PhoneVerified => self.phone_verified = true,
            Event::PhoneRemoved => self.set_phone(""),
            Event::PasswordChanged(changed) => self.apply_password(changed, stamp.at),
            Event::InitializationCodeAdded(_) => {
                self.state = State::Initial;
                self.uninitialized = true;
            }
            Event::Locked => self.end_tokens(State::Locked, stamp),
            Event::Deactivated => self.end_tokens(State::Inactive, stamp),
            Event::Unlocked | Event::Reactivated => self.state = State::Active,
            Event::Removed => *self = Self::default(),
            // What these change has tables of its own.
            _ => {}
        }
        if counts(event) {
            self.sequence = stamp.sequence;
            self.changed_at = stamp.at;
        }
    }
}

/// Whether reads of the user show the event's sequence and time (as in ZITADEL v4).
fn counts(event: &Event) -> bool {
    !matches!(
        event,
        Event::InitializationCodeAdded(_)
            | Event::EmailCodeAdded(_)
            | Event::PhoneCodeAdded(_)
            | Event::PasswordChanged(_)
            | Event::PasswordCodeAdded(_)
            | Event::PasswordlessCodeAdded(_)
            | Event::KeyAdded(_)
            | Event::KeyRemoved(_)
            | Event::PasswordlessCodeRequested(_)
            | Event::PasskeyAdded(_)
            | Event::PasskeyVerified(_)
            | Event::PasskeyRemoved(_)
            | Event::U2fAdded(_)
            | Event::U2fVerified(_)
            | Event::U2fRemoved(_)
            | Event::OtpAdded(_)
            | Event::OtpVerified
            | Event::OtpRemoved
            | Event::OtpSmsAdded
            | Event::OtpSmsRemoved
            | Event::OtpEmailAdded
            | Event::OtpEmailRemoved
            | Event::IdpLinkAdded(_)
            | Event::IdpLinkRemoved(_)
            | Event::PatAdded(_)
            | Event::PatRemoved(_)
            | Event::MetadataSet(_)
            | Event::MetadataRemoved(_)
            | Event::Removed
    )
}

/// The stored form of a language tag: canonical, empty if it is none.
pub fn stored_language(tag: &str) -> String {
    language::canonical(tag).unwrap_or_default()
}
