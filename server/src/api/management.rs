//! `/management/v1`

mod avatar;
mod email;
mod healthz;
mod human;
mod machine;
mod members;
mod metadata;
mod orgs;
mod password;
mod pats;
mod phone;
mod profile;
mod roles;
mod users;

pub use users::message as user_message;
