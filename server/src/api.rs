//! The handlers: one file per noun of the URL.

mod admin;
mod auth;
mod code;
mod details;
mod list;
mod management;
