//! The pool of read-only connections.

use std::time::Duration;

use r2d2::{ManageConnection, NopErrorHandler, Pool};
use rusqlite::{Connection, Error};

use super::file::Place;
use crate::db::OpenError;
use crate::error::{Code, Error as Refusal};

/// Longest wait for a connection while all are in use.
const WAIT: Duration = Duration::from_secs(10);

/// All connections were in use for that long.
pub fn busy() -> Refusal {
    tracing::error!("no connection of the database became free");
    Refusal::plain(Code::Unavailable, "the database is busy, try again")
}

/// Opens the connections of the pool.
pub struct Readers(Place);

impl ManageConnection for Readers {
    type Connection = Connection;
    type Error = Error;

    fn connect(&self) -> Result<Connection, Error> {
        self.0.open_reader()
    }

    fn is_valid(&self, _: &mut Connection) -> Result<(), Error> {
        Ok(())
    }

    fn has_broken(&self, _: &mut Connection) -> bool {
        false
    }
}

/// A pool of `size` connections, opened now and kept: none is opened behind the back of a close.
pub fn pool(place: Place, size: usize) -> Result<Pool<Readers>, OpenError> {
    Pool::builder()
        .max_size(size.try_into().unwrap_or(u32::MAX))
        .idle_timeout(None)
        .max_lifetime(None)
        .test_on_check_out(false)
        .connection_timeout(WAIT)
        .error_handler(Box::new(NopErrorHandler))
        .build(Readers(place))
        .map_err(|cause| OpenError::new(format!("the database cannot be read: {cause}")))
}
