//! Decisions: from a state and a request to events or a refusal. Pure: no clock, random, SQL, HTTP.

pub mod human;
pub mod idp;
pub mod instance;
pub mod member;
pub mod metadata;
pub mod org;
pub mod project;
pub mod role;
pub mod user;
pub mod user_grant;
pub mod values;

/// Where and when an event happened.
#[derive(Clone, Debug, Default)]
pub struct Stamp {
    /// The aggregate's id.
    pub id: String,
    pub sequence: i64,
    /// The organisation that owns the aggregate.
    pub owner: String,
    /// The user who caused it.
    pub editor: String,
    /// Microseconds since 1970.
    pub at: i64,
}

/// What can happen to one kind of aggregate. Its kind is the event type of the reference.
pub trait Event: Sized + Clone + Send + Sync {
    fn kind(&self) -> &'static str;
    fn payload(&self) -> Result<String, serde_json::Error>;
    fn parse(kind: &str, payload: &str) -> Result<Self, serde_json::Error>;
}

/// A thing with a history. Absent ones are their default.
pub trait Aggregate: Default + Send + Sync {
    type Event: Event;
    /// The first part of its streams: `user` of `user/<id>`.
    const STREAM: &'static str;

    fn owner(&self) -> &str;
    fn exists(&self) -> bool;
    fn apply(&mut self, event: &Self::Event, stamp: &Stamp);
}

/// The events of an aggregate, one row each: type of the reference, name, payload.
macro_rules! events {
    ($($kind:literal $name:ident $(($payload:ty))?,)*) => {
        #[derive(Clone, Debug, PartialEq)]
        pub enum Event {
            $($name $(($payload))?,)*
        }

        /// The types of all of them.
        #[cfg(test)]
        #[allow(dead_code, reason = "a test of users asks for it")]
        pub const KINDS: &[&str] = &[$($kind),*];

        impl $crate::domain::Event for Event {
            fn kind(&self) -> &'static str {
                match self {
                    $(Self::$name { .. } => $kind,)*
                }
            }

            fn payload(&self) -> Result<String, serde_json::Error> {
                match self {
                    $(events!(@pattern $name $($payload)?, payload) =>
                        events!(@write $($payload)?, payload),)*
                }
            }

            fn parse(kind: &str, payload: &str) -> Result<Self, serde_json::Error> {
                match kind {
                    $($kind => events!(@read $name $($payload)?, payload),)*
                    other => Err(serde::de::Error::custom(format_args!("unknown event {other}"))),
                }
            }
        }
    };
    (@pattern $name:ident, $value:ident) => { Self::$name };
    (@pattern $name:ident $payload:ty, $value:ident) => { Self::$name($value) };
    (@write , $value:ident) => { Ok("{}".to_string()) };
    (@write $payload:ty, $value:ident) => { serde_json::to_string($value) };
    (@read $name:ident, $value:ident) => { Ok(Self::$name) };
    (@read $name:ident $payload:ty, $value:ident) => { serde_json::from_str($value).map(Self::$name) };
}
pub(crate) use events;

#[cfg(test)]
mod tests {
    use super::Event as _;
    use super::user::{Event, PhoneChanged};

    #[test]
    fn an_event_survives_its_kind_and_payload() {
        let changed = Event::PhoneChanged(PhoneChanged { phone: "+41".into() });
        for event in [changed, Event::PhoneRemoved] {
            let payload = event.payload().unwrap();
            assert_eq!(Event::parse(event.kind(), &payload).unwrap(), event);
        }
        assert!(Event::parse("user.flown", "{}").is_err());
    }
}
