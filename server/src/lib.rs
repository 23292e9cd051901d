//! ZITADEL's user management API as one small server.
//!
//! The way of a request: [`serve`] takes it from the port, [`app`] finds its wire, [`rest`] or
//! [`grpc`] decode it, the gate admits its caller, a handler of [`api`] asks [`domain`] for a
//! decision, and [`core`] appends and stores it through [`db`]. `docs/architecture.md` says who may
//! know whom.

mod api;
mod app;
mod blocking;
mod clock;
mod config;
mod core;
mod cors;
mod date;
mod db;
mod delivery;
mod deprecation;
mod document;
mod domain;
mod error;
mod first;
mod gate;
mod grpc;
mod ids;
mod inside;
mod key;
mod key_pairs;
mod masterkey;
mod passwords;
mod private_file;
mod proxies;
mod rest;
mod route;
mod serve;
mod site;
mod start;
mod verify;
mod views;

pub use config::{Cli, Command, Database, Settings};
pub use deprecation::timeline as deprecations;
pub use document::openapi;
pub use start::{Running, start};
pub use verify::verify;
