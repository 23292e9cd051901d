//! `/management/v1`

mod auth_factors;
mod avatar;
mod cascade;
mod changes;
mod domains;
mod email;
mod grants;
mod healthz;
mod human;
mod iam;
mod idps;
mod keys;
mod machine;
mod members;
mod memberships;
mod metadata;
mod orgs;
mod password;
mod passwordless;
mod pats;
mod phone;
mod profile;
mod projects;
mod roles;
mod search;
mod secret;
mod user_grants;
mod username;
mod users;

pub use orgs::message as org_message;
pub use users::message as user_message;
