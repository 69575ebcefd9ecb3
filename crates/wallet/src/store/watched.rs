//! `watched_folders` and `watched_files`: folders that new badges are taken from, and what was seen in them.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{Store, StoreError};

/// The most files that are remembered of one folder. What was seen first is forgotten first.
const MOST_FILES: u32 = 200_000;

/// A watched folder, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchedRow {
    /// Its number.
    pub id: u32,
    /// Its path.
    pub path: String,
    /// When it was added (RFC 3339).
    pub added_at: String,
    /// Whether it is left alone for now.
    pub paused: bool,
}

/// What a file in a watched folder was like when it was dealt with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchedFile {
    /// Where it is, from the folder on.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// When it was changed last, in nanoseconds since 1970.
    pub modified: i64,
    /// SHA-256 of its bytes, hexadecimal; `None` where it was too large to be read.
    pub sha256: Option<String>,
}

impl Store {
    /// Watches the folder at `path` from now on; gives its number, the old one where it is watched already.
    pub fn watch_folder(&self, path: &str, now: Timestamp) -> Result<u32, StoreError> {
        self.write(|transaction| {
            transaction.execute(
                "INSERT INTO watched_folders (path, added_at) VALUES (?1, ?2) ON CONFLICT (path) DO NOTHING",
                params![path, now.to_string()],
            )?;
            let id = "SELECT id FROM watched_folders WHERE path = ?1";
            Ok(transaction.query_row(id, [path], |row| row.get(0))?)
        })
    }

    /// The watched folders, in the order they came.
    pub fn watched_folders(&self) -> Result<Vec<WatchedRow>, StoreError> {
        self.read(folders)
    }

    /// Watches a folder no longer, and forgets what was seen in it; says whether it was watched.
    pub fn unwatch_folder(&self, id: u32) -> Result<bool, StoreError> {
        self.write(|transaction| {
            Ok(transaction.execute("DELETE FROM watched_folders WHERE id = ?1", [id])? == 1)
        })
    }

    /// Leaves a folder alone for now, or watches it again; says whether it is one of the watched.
    pub fn pause_watched(&self, id: u32, paused: bool) -> Result<bool, StoreError> {
        self.write(|transaction| {
            let changed = "UPDATE watched_folders SET paused = ?2 WHERE id = ?1";
            Ok(transaction.execute(changed, params![id, paused])? == 1)
        })
    }

    /// What was seen in a folder.
    pub fn watched_files(&self, folder: u32) -> Result<Vec<WatchedFile>, StoreError> {
        self.read(|connection| files(connection, folder))
    }

    /// Notes that these files of a folder were dealt with. Nothing is noted of a folder that is watched no longer.
    pub fn note_watched(&self, folder: u32, files: &[WatchedFile], now: Timestamp) -> Result<(), StoreError> {
        self.write(|transaction| note(transaction, folder, files, now))
    }
}

fn folders(connection: &Connection) -> Result<Vec<WatchedRow>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT id, path, added_at, paused FROM watched_folders ORDER BY id")?;
    let rows = statement.query_map([], |row| {
        Ok(WatchedRow { id: row.get(0)?, path: row.get(1)?, added_at: row.get(2)?, paused: row.get(3)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn files(connection: &Connection, folder: u32) -> Result<Vec<WatchedFile>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT path, size, modified, sha256 FROM watched_files WHERE folder_id = ?1")?;
    let rows = statement.query_map([folder], |row| {
        Ok(WatchedFile {
            path: row.get(0)?,
            size: row.get::<_, i64>(1)?.unsigned_abs(),
            modified: row.get(2)?,
            sha256: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn note(
    transaction: &Transaction,
    folder: u32,
    files: &[WatchedFile],
    now: Timestamp,
) -> Result<(), StoreError> {
    let watched: Option<u32> = transaction
        .query_row("SELECT id FROM watched_folders WHERE id = ?1", [folder], |row| row.get(0))
        .optional()?;
    if watched.is_none() {
        return Ok(());
    }
    let mut insert = transaction.prepare_cached(
        "INSERT INTO watched_files (folder_id, path, size, modified, sha256, seen_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (folder_id, path) DO UPDATE SET
             size = excluded.size, modified = excluded.modified, sha256 = excluded.sha256, seen_at = excluded.seen_at",
    )?;
    for file in files {
        insert.execute(params![
            folder,
            file.path,
            i64::try_from(file.size).unwrap_or(i64::MAX),
            file.modified,
            file.sha256,
            now.to_string()
        ])?;
    }
    let count = "SELECT count(*) FROM watched_files WHERE folder_id = ?1";
    let many: u32 = transaction.query_row(count, [folder], |row| row.get(0))?;
    if many > MOST_FILES {
        transaction.execute(
            "DELETE FROM watched_files WHERE folder_id = ?1 AND path IN
                 (SELECT path FROM watched_files WHERE folder_id = ?1 ORDER BY seen_at LIMIT ?2)",
            params![folder, many - MOST_FILES],
        )?;
    }
    Ok(())
}
