//! The wire contract of the Management API v1, made from the `.proto` files beside this crate.
//!
//! * [`zitadel`]: the messages, with protobuf and JSON encodings and poem-openapi schemas
//! * [`OPERATIONS`]: every operation of the contract, served or not, with its facts
//! * [`management`], [`auth`], [`admin`]: one handler trait per noun of the URL; implementing all
//!   of them makes a [`Handlers`], which [`unary`] and the `api` functions serve
//! * [`Validate`]: the field rules

use std::future::Future;

use buffa::{DecodeOptions, Message};
use http::HeaderMap;
use poem_openapi::OpenApi;

pub mod json;
mod operation;
mod refusal;
mod rest;
mod rule;
mod schema;

pub use operation::{Operation, Permission, Refused, Successor};
pub use refusal::Refusal;
pub use rest::{BodyLimit, Parameters};
pub use rule::Validate;

use rest::{Answer, Body, Call, Path, Query, QueryText, Tag};

/// The descriptor set that everything here was made from, options of our own included.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));

mod messages {
    #![allow(clippy::all, clippy::too_many_lines, clippy::indexing_slicing, unused_qualifications)]
    include!(concat!(env!("OUT_DIR"), "/messages.rs"));
}
pub use messages::zitadel;

mod table {
    use super::{Operation, Permission, Refused, Successor};
    include!(concat!(env!("OUT_DIR"), "/operations.rs"));
}
pub use table::OPERATIONS;

/// What a server brings along so that its handlers can be called.
pub trait Server: Clone + Send + Sync + 'static {
    /// Who calls, from which organisation.
    type Caller: Send + Sync;
    type Error: From<Refusal> + Into<poem::Error> + Send;

    /// The stage before the token: is this server the one that was asked for?
    fn receive(&self, operation: &Operation, headers: &HeaderMap) -> Result<(), Self::Error>;

    /// The gate: token, organisation, permission.
    fn admit(
        &self,
        operation: &'static Operation,
        headers: &HeaderMap,
    ) -> impl Future<Output = Result<Self::Caller, Self::Error>> + Send;
}

/// What became of a gRPC call.
pub enum Outcome<E> {
    /// There is no handler for it.
    NotServed,
    /// The message could not be decoded; no handler was asked.
    Undecodable(Refusal),
    /// The response message, encoded, or the refusal.
    Answered(Result<Vec<u8>, E>),
}

mod generated {
    #![allow(
        clippy::all,
        clippy::too_many_lines,
        clippy::indexing_slicing,
        unused_mut,
        unused_qualifications
    )]
    use super::*;
    include!(concat!(env!("OUT_DIR"), "/handlers.rs"));
}
pub use generated::*;

/// How deep the messages of a request, and the lists of one in JSON, may stand in each other. What
/// reads them recurses with less than a kilobyte of stack a level, so this keeps it within half of
/// a thread's two megabytes.
const MAX_NESTING: u32 = 1000;

fn decode<T: Message>(message: &[u8]) -> Result<T, Refusal> {
    let options = DecodeOptions::new().with_recursion_limit(MAX_NESTING);
    options.decode_from_slice(message).map_err(Refusal::message)
}

#[cfg(test)]
mod tests {
    use super::{Refusal, decode, json, zitadel::management::v1::ListUsersRequest};

    /// The field of this number with a message inside.
    fn field(number: u64, message: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        buffa::encoding::encode_varint(number << 3 | 2, &mut bytes);
        buffa::encoding::encode_varint(message.len() as u64, &mut bytes);
        [bytes.as_slice(), message].concat()
    }

    #[test]
    fn messages_nest_deep_and_do_not_exhaust_the_stack() {
        let negated = |depth| {
            let query = (0..depth).fold(vec![], |query, _| field(13, &field(1, &query)));
            decode::<ListUsersRequest>(&field(3, &query))
        };
        let text = |depth| {
            let (open, close) = (r#"{"notQuery":{"query":"#.repeat(depth), "}}".repeat(depth));
            format!(r#"{{"queries":[{open}{{}}{close}]}}"#)
        };
        let read: ListUsersRequest = json::decode(text(490).as_bytes()).unwrap();
        assert!(negated(490).unwrap() == read);
        assert!(matches!(negated(510), Err(Refusal::Protobuf)));
    }
}
