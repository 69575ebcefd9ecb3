//! Opening: the folder, its permissions, the connection's safety settings, and migrations.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use super::error::StoreError;
use super::schema::APPLICATION_ID;

/// The database's name in the wallet's folder.
const DATABASE: &str = "wallet.db";
/// Held while a process opens or migrates the wallet.
const LOCK: &str = "wallet.lock";
/// Where copies made before a migration go.
const BACKUPS: &str = "backups";
/// How long a process waits for another that is writing.
const PATIENCE: Duration = Duration::from_secs(10);
/// SQLite before this could corrupt a WAL database that two processes write to.
const LEAST_SQLITE: i32 = 3_051_003;

/// An open database.
pub(super) struct Opened {
    pub(super) path: PathBuf,
    /// May write.
    pub(super) connection: Connection,
    /// Whether it is the only connection that there can be.
    pub(super) exclusive: bool,
}

/// Opens (or makes) the wallet in `folder` and brings its schema up to the last of `migrations`.
pub(super) fn open(folder: &Path, migrations: &[&str]) -> Result<Opened, StoreError> {
    if rusqlite::version_number() < LEAST_SQLITE {
        return Err(StoreError::OldSqlite { version: rusqlite::version() });
    }
    let path = folder.join(DATABASE);
    let known = u32::try_from(migrations.len()).unwrap_or(u32::MAX);
    refuse_foreign_or_newer(&path, known)?;
    prepare_folder(folder)?;
    let _held = lock(&folder.join(LOCK))?;
    let new = !path.exists();
    private_file(&path)?;
    let upgraded = |exclusive| {
        let mut connection = connect(&path, exclusive)?;
        migrate(&mut connection, folder, &path, migrations)?;
        Ok(Opened { path: path.clone(), connection, exclusive })
    };
    let opened = match upgraded(false) {
        // Sharing a WAL database needs a file beside it. Alone, it can be read on a full disk.
        Err(error) if !new && wants_room(&error) => upgraded(true)?,
        opened => opened?,
    };
    if new {
        // The names of a new wallet must be as durable as what is saved in it.
        folder.ancestors().take(3).try_for_each(sync_folder)?;
    }
    Ok(opened)
}

/// One more connection to an open wallet, for reading only.
pub(super) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let connection = connect(path, false)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// Judges by the file's header alone, before SQLite could write anything.
fn refuse_foreign_or_newer(path: &Path, known: u32) -> Result<(), StoreError> {
    let mut header = [0; 72];
    let mut file = match File::open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        opened => opened.map_err(StoreError::folder(path))?,
    };
    if file.metadata().map_err(StoreError::folder(path))?.len() == 0 {
        return Ok(());
    }
    let foreign = || StoreError::Foreign { path: path.to_owned() };
    file.read_exact(&mut header).map_err(|_| foreign())?;
    let number = |at: usize| u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    let (version, application) = (number(60), number(68));
    // Both are 0 in a file that was made and never migrated: its first transaction may still be in the WAL.
    let ours = application == APPLICATION_ID.cast_unsigned() || (application == 0 && version == 0);
    if !header.starts_with(b"SQLite format 3\0") || !ours {
        return Err(foreign());
    }
    if version > known {
        return Err(StoreError::Newer { found: version, known });
    }
    Ok(())
}

/// Makes the folder, or takes one that is empty or holds a wallet, and closes it to others.
fn prepare_folder(folder: &Path) -> Result<(), StoreError> {
    let failed = || StoreError::folder(folder);
    if folder.exists() {
        // A power cut while the wallet was being made may have left any of its files, also without the database.
        let mut entries = fs::read_dir(folder).map_err(failed())?.flatten();
        let journals = ["-journal", "-wal", "-shm"].map(|kind| format!("{DATABASE}{kind}"));
        let occupied = entries.any(|entry| !journals.iter().any(|ours| entry.file_name() == **ours));
        if occupied && !folder.join(DATABASE).exists() && !folder.join(LOCK).exists() {
            return Err(StoreError::Occupied { path: folder.to_owned() });
        }
    } else {
        fs::create_dir_all(folder).map_err(failed())?;
    }
    close_to_others(folder, 0o700)
}

/// Makes `path` if need be, and sees to it that only the owner can read it, whatever the umask.
/// SQLite gives the `-wal` and `-shm` files the permissions of the database.
pub(super) fn private_file(path: &Path) -> Result<File, StoreError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).map_err(StoreError::folder(path))?;
    close_to_others(path, 0o600)?;
    Ok(file)
}

/// Whether `file` is the one that is at `path` now.
#[cfg(unix)]
pub(super) fn is_still_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let (Ok(file), Ok(there)) = (file.metadata(), fs::metadata(path)) else { return false };
    (file.dev(), file.ino()) == (there.dev(), there.ino())
}

#[cfg(not(unix))]
pub(super) fn is_still_at(_: &File, _: &Path) -> bool {
    true // A file that is open is not removed there.
}

#[cfg(unix)]
fn close_to_others(path: &Path, mode: u32) -> Result<(), StoreError> {
    use std::os::unix::fs::PermissionsExt;
    let now = fs::metadata(path).map_err(StoreError::folder(path))?.permissions();
    if now.mode() & 0o7777 == mode {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(StoreError::folder(path))
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same signature as where permissions can fail")]
fn close_to_others(_: &Path, _: u32) -> Result<(), StoreError> {
    Ok(()) // The user's profile folder is private to the user there.
}

/// Two processes that open a new wallet at once take turns. The system releases the lock when a process dies.
fn lock(path: &Path) -> Result<File, StoreError> {
    let file = private_file(path)?;
    let start = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if start.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(10));
            }
            Err(TryLockError::WouldBlock) => return Err(StoreError::Busy),
            Err(TryLockError::Error(error)) => return Err(StoreError::folder(path)(error)),
        }
    }
}

fn wants_room(error: &StoreError) -> bool {
    let StoreError::Sqlite(error) = error else { return false };
    matches!(error.sqlite_error_code(), Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure))
}

fn connect(path: &Path, exclusive: bool) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    if exclusive {
        // Before the file is touched for the first time: after that it would be shared already.
        connection.pragma_update_and_check(None, "locking_mode", "EXCLUSIVE", |_| Ok(()))?;
    }
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "mmap_size", 0)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // What the user was told is saved survives a power cut.
    connection.pragma_update(None, "synchronous", "FULL")?;
    #[cfg(feature = "crash-control")]
    if let Ok(weaker) = std::env::var("LAPEL_TEST_SYNCHRONOUS") {
        connection.pragma_update(None, "synchronous", weaker)?;
    }
    // What was purged is overwritten, not merely forgotten.
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "journal_size_limit", 64 << 20)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

fn migrate(
    connection: &mut Connection,
    folder: &Path,
    path: &Path,
    migrations: &[&str],
) -> Result<(), StoreError> {
    let known = u32::try_from(migrations.len()).unwrap_or(u32::MAX);
    let found = version(connection)?;
    if found > known {
        // The header was older: the newer schema is still in the WAL. Leave that there, too.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        return Err(StoreError::Newer { found, known });
    }
    if found == 0 {
        let tables: u32 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        if tables > 0 {
            return Err(StoreError::Foreign { path: path.to_owned() });
        }
    }
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    if found == known {
        return Ok(());
    }
    if found > 0 {
        back_up(connection, folder, found)?;
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    for migration in &migrations[found as usize..] {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "user_version", known)?;
    transaction.commit()?;
    Ok(())
}

fn version(connection: &Connection) -> Result<u32, StoreError> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

/// A whole copy of the wallet, before its schema changes.
fn back_up(connection: &Connection, folder: &Path, version: u32) -> Result<(), StoreError> {
    let backups = folder.join(BACKUPS);
    fs::create_dir_all(&backups).map_err(StoreError::folder(&backups))?;
    close_to_others(&backups, 0o700)?;
    let stamp = Timestamp::now().strftime("%Y%m%dT%H%M%S%fZ");
    let copy = backups.join(format!("wallet-format{version}-{stamp}.db"));
    let file = private_file(&copy)?;
    let name = copy.to_str().ok_or_else(|| {
        StoreError::folder(&copy)(std::io::Error::other("the folder's name is not readable as text"))
    })?;
    connection.execute("VACUUM INTO ?1", [name])?;
    file.sync_all().map_err(StoreError::folder(&copy))?;
    sync_folder(&backups)
}

/// Makes the names in `folder` durable, where the system has such a thing. A folder above the wallet's need not be
/// readable to us.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => Ok(()),
        Err(error) if folder.as_os_str().is_empty() && error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        synced => synced.map_err(StoreError::folder(folder)),
    }
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same signature as where it can fail")]
fn sync_folder(_: &Path) -> Result<(), StoreError> {
    Ok(())
}
