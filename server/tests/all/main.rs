//! Everything that is tested from outside of the crate, in one binary.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod client;
mod layers;
mod program;
mod races;
mod transports;
