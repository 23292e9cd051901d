//! Everything that is tested from outside of the crate, in one binary.
#![allow(clippy::panic)]

mod client;
mod layers;
mod program;
mod races;
