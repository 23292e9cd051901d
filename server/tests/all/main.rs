//! Everything that is tested from outside of the crate, in one binary.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod browser;
mod client;
mod delivery;
mod deprecation;
mod layers;
mod openapi;
mod program;
mod races;
mod transports;
