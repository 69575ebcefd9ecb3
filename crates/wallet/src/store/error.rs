//! What can go wrong with the wallet's file.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// Why the store could not do as asked. `Display` says what happened, [`StoreError::hint`] what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The folder or a file in it could not be made, read or protected.
    #[error("{path} could not be used: {source}", path = path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The folder holds other things and no wallet: making it private would disturb them.
    #[error("{path} holds other files and no wallet", path = path.display())]
    Occupied {
        /// The folder.
        path: PathBuf,
    },
    /// The file is not a wallet of Lapel.
    #[error("{path} is not a Lapel wallet", path = path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The wallet was written by a later Lapel.
    #[error("this wallet was written by a newer Lapel (format {found}; this one reads up to {known})")]
    Newer {
        /// The wallet's format number.
        found: u32,
        /// The latest that this program knows.
        known: u32,
    },
    /// The linked SQLite is too old to be shared by two processes.
    #[error("the SQLite in this program ({version}) is too old to be safe; 3.51.3 is the least")]
    OldSqlite {
        /// Its version.
        version: &'static str,
    },
    /// Another program is opening or using the wallet and did not let go in time.
    #[error("another program is using the wallet")]
    Busy,
    /// What is stored is not what was stored: the disk or another program changed it.
    #[error("the {what} of badge b{badge} \u{201c}{name}\u{201d} has changed on disk since it was stored")]
    Damaged {
        /// The badge's number.
        badge: u32,
        /// Its name.
        name: String,
        /// Which part.
        what: &'static str,
    },
    /// No badge has this number (or it is in the trash).
    #[error("there is no badge b{badge} in this wallet")]
    NoSuchBadge {
        /// The number.
        badge: u32,
    },
    /// No import has this number (or it ended long ago).
    #[error("there is no import {import} in this wallet")]
    NoSuchImport {
        /// The number.
        import: u32,
    },
    /// Another program, or another part of this one, runs this import.
    #[error("import {import} is under way already")]
    ImportUnderWay {
        /// The number.
        import: u32,
    },
    /// No badge of the import waits for a decision.
    #[error("nothing of import {import} waits for a decision")]
    NothingToDecide {
        /// The number.
        import: u32,
    },
    /// The import is not over, so that it cannot be taken back.
    #[error("import {import} is not over")]
    ImportNotOver {
        /// The number.
        import: u32,
    },
    /// There is nothing to restore under this token.
    #[error("there is nothing left to restore")]
    NothingToRestore,
    /// SQLite reported an error.
    #[error("the wallet's database reported: {0}")]
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            _ => Self::Sqlite(error),
        }
    }
}

impl StoreError {
    /// For a system error about `path`.
    pub(super) fn folder(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Folder { path, source }
    }

    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Folder { .. } => "wallet.folder",
            Self::Occupied { .. } => "wallet.folder-occupied",
            Self::Foreign { .. } => "wallet.not-a-wallet",
            Self::Newer { .. } => "wallet.newer",
            Self::OldSqlite { .. } => "wallet.old-sqlite",
            Self::Busy => "wallet.busy",
            Self::Damaged { .. } => "wallet.damaged-badge",
            Self::NoSuchBadge { .. } => "wallet.no-such-badge",
            Self::NoSuchImport { .. } => "wallet.no-such-import",
            Self::ImportUnderWay { .. } => "wallet.import-under-way",
            Self::NothingToDecide { .. } => "wallet.nothing-to-decide",
            Self::ImportNotOver { .. } => "wallet.import-not-over",
            Self::NothingToRestore => "wallet.nothing-to-restore",
            Self::Sqlite(error) => match error.sqlite_error_code() {
                Some(ErrorCode::DiskFull) => "wallet.disk-full",
                Some(ErrorCode::ReadOnly) => "wallet.read-only",
                Some(ErrorCode::SystemIoFailure | ErrorCode::FileLockingProtocolFailed) => "wallet.disk",
                Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => "wallet.damaged",
                _ => "wallet.database",
            },
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> String {
        match self.code() {
            "wallet.folder" => "Check that the folder exists and is yours to write to.",
            "wallet.folder-occupied" => "Choose an empty folder, or one that does not exist yet.",
            "wallet.not-a-wallet" => "Choose another folder, or move that file away.",
            "wallet.newer" => "Install the latest Lapel. The wallet was not touched.",
            "wallet.old-sqlite" => "Use a Lapel built with the SQLite that comes with it.",
            "wallet.busy" => "Close the other program that has this wallet open, or try again in a moment.",
            "wallet.damaged-badge" => {
                "The other badges are fine. Import this badge again from its file, or restore a copy of the wallet."
            }
            "wallet.no-such-badge" => "List the badges to see their numbers.",
            "wallet.no-such-import" => "Imports are remembered for 30 days. Remove badges one by one instead.",
            "wallet.import-under-way" => "Wait until it is over, or stop it where it runs.",
            "wallet.nothing-to-decide" => "It was decided already, or the import found only badges that are valid.",
            "wallet.import-not-over" => "Stop it first, or let it end.",
            "wallet.nothing-to-restore" => "Import the badge again from its file.",
            "wallet.disk-full" => "Free some space and try again. What was saved before is safe.",
            "wallet.read-only" => "Give yourself the right to write to the wallet's folder.",
            "wallet.disk" => {
                "Check that the disk has space and works, then try again. What was saved before is safe."
            }
            "wallet.damaged" => {
                "Keep the file as it is, and restore a copy from the wallet's `backups` folder or your own backup."
            }
            _ => "Try again; if it keeps happening, please report it.",
        }
        .to_owned()
    }
}
