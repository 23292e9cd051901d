//! The read tables: one file a table, with its columns and its queries.

pub mod domains;
pub mod events;
pub mod factors;
pub mod idps;
pub mod instances;
pub mod keys;
pub mod list;
pub mod members;
pub mod metadata;
pub mod orgs;
pub mod outbox;
pub mod pats;
pub mod projects;
mod table;
pub mod user_grants;
pub mod user_search;
pub mod users;

pub use table::Sql;

use table::Table;

/// The indexes that rows beside aggregates share across streams. A replay goes stream by stream, so
/// that what changed hands has two owners for a while.
pub const UNIQUE: [&str; 2] = ["domains_once", "idp_links_once"];

/// The tables that follow from the log of events.
pub fn tables() -> Vec<&'static Sql> {
    use crate::domain::instance::Instance;
    use crate::domain::org::Org;
    use crate::domain::project::Project;
    use crate::domain::user::User;
    use crate::domain::user_grant::UserGrant;
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
        Project::sql(),
        projects::Role::sql(),
        projects::Grant::sql(),
        UserGrant::sql(),
    ]
}
