//! `/management/v1`

mod auth_factors;
mod avatar;
mod changes;
mod domains;
mod email;
mod healthz;
mod human;
mod iam;
mod idps;
mod keys;
mod machine;
mod members;
mod metadata;
mod orgs;
mod password;
mod passwordless;
mod pats;
mod phone;
mod profile;
mod roles;
mod search;
mod secret;
mod username;
mod users;

pub use orgs::message as org_message;
pub use users::message as user_message;
