//! Plays fixtures, written in YAML, over REST, gRPC and gRPC-web against any implementation of
//! the Management API v1, and says where an answer differs.
//!
//! * [`fixture`]: the format; [`lint`]: what can be wrong with a fixture, found without a server
//! * [`operation`]: the operations of the contract by operation id
//! * [`client`]: one call on each transport, its answer in one form ([`outcome`])
//! * [`setup`]: the organisation and the actors that a fixture needs, and their removal
//! * [`play`]: the steps of a fixture in order, compared ([`compare`], [`relation`]) with what it
//!   expects and checked against the OpenAPI [`document`]; [`deprecation`] is advice only
//! * [`run`]: many plays at a time
//! * [`import`]: recordings of a running server, turned into fixtures; [`report`]: the verdicts
//!
//! It knows nothing of the server in this workspace; only its test target starts one.

pub mod client;
pub mod code;
pub mod compare;
pub mod deprecation;
pub mod document;
pub mod fixture;
pub mod import;
pub mod lint;
pub mod operation;
pub mod outcome;
pub mod part;
pub mod play;
pub mod relation;
pub mod report;
pub mod run;
pub mod setup;
mod strict;
pub mod variables;
mod yaml;
