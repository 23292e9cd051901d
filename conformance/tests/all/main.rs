//! What is tested of the suite from outside of the crate, in one binary; the fixtures are played by
//! another, which names a test for each of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod coverage;
mod faults;
mod generated;
mod notices;
mod program;
mod snapshots;

/// The allocator of the server: the generator makes millions of requests.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
