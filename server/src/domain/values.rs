//! The rules of single values: what a text must look like and how it is stored.
//!
//! Everything here is pure: no input or output, no clock, no chance.

pub mod email_address;
pub mod language;
pub mod password;
pub mod phone_number;
pub mod public_key;
