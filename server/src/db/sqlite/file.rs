//! Where a SQLite database lies, who may use it, and how its connections are set up.

use std::ffi::CStr;
use std::fs::{File, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, Error, ErrorCode, OpenFlags, Result};

use crate::db::{OpenError, fold};

/// Constant statements that stay prepared on each connection.
const PREPARED: usize = 128;
/// Longest wait for a tool that still has the file at the start, a backup for example.
const BUSY: Duration = Duration::from_secs(5);

/// The file is this process's alone, so that no query asks the system for a lock
/// (<https://www.sqlite.org/vfs.html#standard_unix_vfses>).
const EXCLUSIVE: &CStr = c"unix-excl";

/// `synchronous=FULL` makes each commit durable (<https://www.sqlite.org/pragma.html>); LIKE
/// distinguishes case, as in PostgreSQL; the cache is in KiB and per connection, and grows with
/// use: that of the writer holds the inner pages of the indexes of a million users.
const WRITER: &str = "PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000; \
     PRAGMA journal_size_limit=67108864; \
     PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-16384; \
     PRAGMA case_sensitive_like=ON";
const READER: &str = "PRAGMA query_only=ON; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-1024; \
     PRAGMA case_sensitive_like=ON";

pub enum Place {
    File(PathBuf),
    /// The URI of a database in memory, shared by the connections of this process
    /// (<https://www.sqlite.org/src/file/src/memdb.c>: a name with `/` is shared).
    Memory(String),
}

impl Place {
    /// The place that `target` names, and the lock that keeps other servers from it.
    pub fn claim(target: &str) -> Result<(Self, Option<File>), OpenError> {
        static OPENED: AtomicU64 = AtomicU64::new(0);
        if target == ":memory:" {
            let number = OPENED.fetch_add(1, Ordering::Relaxed);
            return Ok((Self::Memory(format!("file:/bailey-{number}?vfs=memdb")), None));
        }
        let path = Path::new(target);
        if target.is_empty() {
            return Err(OpenError::new("the path of the database is empty: name a file"));
        }
        if path.is_dir() {
            return Err(OpenError::new(format!("`{target}` is a folder: name a file in it")));
        }
        // Absolute, because SQLite would take `file:…` for a URI.
        let path = path.canonicalize().or_else(|_| std::path::absolute(path)).map_err(|cause| {
            OpenError::new(format!("`{target}` is no path ({cause}): name a file"))
        })?;
        let lock = lock(&path)?;
        make_private(&path)?;
        Ok((Self::File(path), Some(lock)))
    }

    pub fn in_memory(&self) -> bool {
        matches!(self, Self::Memory(_))
    }

    /// The connection that writes; makes the file when it is missing.
    pub fn open_writer(&self) -> Result<Connection, OpenError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        self.open(flags, WRITER).map_err(|cause| self.explain(&cause))
    }

    /// WAL lets readers go on while a batch is written; memory has none.
    pub fn keep_log(&self, connection: &Connection) -> Result<(), OpenError> {
        let Self::File(path) = self else { return Ok(()) };
        let mode: String = connection
            .query_one("PRAGMA journal_mode=wal", (), |row| row.get(0))
            .map_err(|cause| self.explain(&cause))?;
        if mode == "wal" {
            return Ok(());
        }
        let path = path.display();
        let why = format!("`{path}` lies where SQLite cannot keep a WAL: choose a local disk");
        Err(OpenError::new(why))
    }

    pub fn open_reader(&self) -> Result<Connection> {
        let flags = match self {
            Self::File(_) => OpenFlags::SQLITE_OPEN_READ_ONLY,
            Self::Memory(_) => OpenFlags::SQLITE_OPEN_READ_WRITE,
        };
        self.open(flags, READER)
    }

    fn open(&self, flags: OpenFlags, settings: &str) -> Result<Connection> {
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = match self {
            Self::File(path) => Connection::open_with_flags_and_vfs(path, flags, EXCLUSIVE)?,
            Self::Memory(uri) => {
                Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI)?
            }
        };
        connection.busy_timeout(if self.in_memory() { Duration::ZERO } else { BUSY })?;
        connection.execute_batch(settings)?;
        // Without it SQLite prepares a cached statement again whenever its parameters change.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        connection.set_prepared_statement_cache_capacity(PREPARED);
        let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
        connection.create_scalar_function("fold", 1, flags, |arguments| {
            Ok(arguments.get_raw(0).as_str_or_null()?.map(fold))
        })?;
        Ok(connection)
    }

    fn explain(&self, cause: &Error) -> OpenError {
        let Self::File(path) = self else {
            return OpenError::new(format!("no database in memory: {cause}"));
        };
        let path = path.display();
        OpenError::new(match cause.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => {
                format!("`{path}` is not a SQLite database: name another file, or move it away")
            }
            Some(ErrorCode::DatabaseCorrupt) => {
                format!("`{path}` is damaged: restore it from a backup")
            }
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                format!("`{path}` cannot be written: check the rights of the file and its folder")
            }
            _ => format!("`{path}` cannot be opened: {cause}"),
        })
    }
}

/// Makes the file, if it is missing, so that only its owner reads it; SQLite gives its log the same
/// mode.
fn make_private(path: &Path) -> Result<(), OpenError> {
    let made = File::options().create(true).append(true).mode(0o600).open(path);
    let rights = "check the rights of the file and its folder";
    made.map(drop).map_err(|cause| {
        OpenError::new(format!("`{}` cannot be written ({cause}): {rights}", path.display()))
    })
}

/// Locks `<path>.lock`. The file stays; the lock ends with the process at the latest.
fn lock(path: &Path) -> Result<File, OpenError> {
    let shown = path.display();
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let file = File::options().create(true).append(true).open(&name).map_err(|cause| {
        OpenError::new(format!(
            "`{shown}` cannot be used ({cause}): its folder has to exist and to be writable"
        ))
    })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::new(format!(
            "`{shown}` is in use by another server: stop that one, or name another file"
        ))),
        Err(TryLockError::Error(cause)) => Err(OpenError::new(format!(
            "`{shown}` cannot be locked ({cause}): choose a local disk"
        ))),
    }
}
