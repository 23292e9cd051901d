//! One statement of a batch.

use std::borrow::Cow;

use super::Value;
use crate::error::{Error, Result};

/// SQL with its parameters, and what its failure means. Constant SQL stays prepared; a `String` is
/// for SQL that is put together.
#[derive(Clone, Debug)]
pub struct Statement {
    pub(super) sql: Cow<'static, str>,
    pub(super) params: Vec<Value>,
    taken: Option<Error>,
    guard: bool,
    index: bool,
}

impl Statement {
    pub fn new(sql: impl Into<Cow<'static, str>>, params: Vec<Value>) -> Self {
        Self { sql: sql.into(), params, taken: None, guard: false, index: false }
    }

    /// A SELECT of table rows (no aggregate, no DISTINCT) that has to give one, otherwise the batch
    /// is refused with [`Error::conflict`]. What it saw stays so until the batch is committed.
    pub fn guard(sql: impl Into<Cow<'static, str>>, params: Vec<Value>) -> Self {
        Self { guard: true, ..Self::new(sql, params) }
    }

    /// Keeps an index of trigrams up to date, where the database does not do so by itself.
    pub fn for_index(sql: impl Into<Cow<'static, str>>, params: Vec<Value>) -> Self {
        Self { index: true, ..Self::new(sql, params) }
    }

    /// What it means that a unique key of this statement is taken. Without it: an internal error.
    #[must_use]
    pub fn taken(mut self, error: Error) -> Self {
        self.taken = Some(error);
        self
    }

    pub(super) fn has_nul(&self) -> bool {
        self.params.iter().any(Value::has_nul)
    }

    pub(super) fn is_for_index(&self) -> bool {
        self.index
    }

    pub(super) fn is_guard(&self) -> bool {
        self.guard
    }

    /// The answer to a unique violation, if it means something to the caller.
    pub(super) fn taken_error(&self) -> Option<Error> {
        self.taken.clone()
    }

    /// Judges a statement that ran: a guard has to give a row.
    pub(super) fn judge(&self, gave_row: bool) -> Result<()> {
        if self.guard && !gave_row { Err(Error::conflict()) } else { Ok(()) }
    }
}
