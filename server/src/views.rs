//! The read tables: one file a table, with its columns and its queries.

pub mod domains;
pub mod events;
pub mod factors;
pub mod idps;
pub mod keys;
pub mod list;
pub mod members;
pub mod metadata;
pub mod orgs;
pub mod outbox;
pub mod pats;
mod table;
pub mod user_search;
pub mod users;

pub use table::Sql;

use table::Table;

/// The tables that follow from the log of events.
pub fn tables() -> Vec<&'static Sql> {
    use crate::domain::{member::Instance, org::Org, user::User};
    vec![
        Instance::sql(),
        Org::sql(),
        domains::Domain::sql(),
        members::Membership::sql(),
        User::sql(),
        keys::Key::sql(),
        user_search::Searched::sql(),
        user_search::Total::sql(),
        pats::Pat::sql(),
        metadata::Entry::sql(),
        outbox::Message::sql(),
        factors::Registration::sql(),
        idps::Provider::sql(),
        idps::Link::sql(),
    ]
}
