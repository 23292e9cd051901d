//! What the errors of PostgreSQL mean; their codes:
//! <https://www.postgresql.org/docs/current/errcodes-appendix.html>.

use std::error::Error as _;

use deadpool_postgres::PoolError;
use tokio_postgres::Error as Cause;
use tokio_postgres::error::SqlState;

use crate::error::{Code, Error};

/// The error of a statement.
pub fn error(sql: &str, cause: &Cause) -> Error {
    let state = cause.code().map_or("", SqlState::code);
    if ["40001", "40P01"].contains(&state) {
        Error::conflict()
    } else if is_lost(state, cause) {
        unavailable(&describe(cause))
    } else {
        Error::internal(format_args!("{}: {sql}", describe(cause)))
    }
}

/// No connection was to be had.
pub fn unreachable(cause: PoolError) -> Error {
    match cause {
        PoolError::Backend(cause) => unavailable(&describe(&cause)),
        PoolError::Closed => Error::internal("the database is closed"),
        cause => unavailable(&cause.to_string()),
    }
}

pub fn is_taken(cause: &Cause) -> bool {
    cause.code() == Some(&SqlState::UNIQUE_VIOLATION)
}

/// Class 08 is the connection's; 57P01 to 57P03 come from a server that stops or starts, 57014 from
/// one that gave a statement up, 25006 from one that only reads.
fn is_lost(state: &str, cause: &Cause) -> bool {
    let io = cause.source().is_some_and(|source| source.is::<std::io::Error>());
    let refused = ["57014", "25006"].contains(&state);
    cause.is_closed() || io || refused || state.starts_with("08") || state.starts_with("57P0")
}

fn unavailable(cause: &str) -> Error {
    tracing::error!(cause, "PostgreSQL cannot be reached");
    Error::plain(Code::Unavailable, "the database cannot be reached, try again")
}

/// The text of the server, or of the client with what lies under it. The client's own text for an
/// error of the server is "db error".
pub fn describe(cause: &Cause) -> String {
    match (cause.as_db_error(), cause.source()) {
        (Some(error), _) => error.message().to_owned(),
        (None, Some(source)) => format!("{cause}: {source}"),
        (None, None) => cause.to_string(),
    }
}
