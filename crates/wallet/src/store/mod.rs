//! The wallet's file: the only SQL of Lapel. One module per table (or pair of tables).
//!
//! One connection writes, as many as needed read; none is held across an `await`, and nothing is fetched inside a
//! transaction. Two processes may have the wallet open at once.

mod answers;
mod art;
mod artifacts;
mod badges;
mod credentials;
mod error;
mod index;
mod open;
mod registries;
mod removals;
mod reports;
mod schema;
mod settings;
mod watched;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use openbadges::card::BadgeCard;
use openbadges::document::{Documents, sha256_hex};
use openbadges::report::Report;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};

pub use error::StoreError;
pub use watched::{WatchedFile, WatchedRow};

use crate::api::{
    ArtifactView, BadgeId, BadgePage, BadgeSummary, ListRequest, RegistryView, Settings, VerdictAt,
};

/// An open wallet file.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    /// There is no room for sharing the file: the one connection reads, too.
    exclusive: bool,
}

/// How a credential is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// JSON with the proof inside, or hosted JSON.
    Json,
    /// A compact JWS.
    Jws,
}

/// What an artifact row holds.
#[derive(Clone, Copy, Debug)]
pub struct NewArtifact<'a> {
    /// `png`, `svg`, `json`, `jws` or `url`.
    pub kind: &'a str,
    /// The exact bytes.
    pub bytes: &'a [u8],
    /// Where it came from, for people.
    pub source: &'a str,
}

/// What a verification found, to be stored as one.
#[derive(Clone, Copy, Debug)]
pub struct Judged<'a> {
    /// The report.
    pub report: &'a Report,
    /// The answers that it rests on.
    pub documents: &'a Documents,
    /// What the badge says, completed from those documents.
    pub card: &'a BadgeCard,
    /// Its art, as shown.
    pub art: Option<&'a Art>,
}

/// A badge about to be stored.
#[derive(Clone, Copy, Debug)]
pub struct NewBadge<'a> {
    /// The bytes that carry it.
    pub artifact: NewArtifact<'a>,
    /// Equal for equal credentials in any wrapping.
    pub digest: &'a str,
    /// How the text is written down.
    pub form: Form,
    /// The credential's text.
    pub text: &'a str,
    /// What verifying it found.
    pub judged: Judged<'a>,
}

/// What became of a badge that was to be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is new here.
    Added(BadgeId),
    /// It was in the trash and is back.
    Restored(BadgeId),
    /// It was here.
    Present {
        /// The badge.
        id: BadgeId,
        /// True where these bytes were not, and are now linked to it.
        linked: bool,
    },
}

/// A picture as it is shown: a PNG of at most 512 pixels a side, or an SVG as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Art {
    /// SHA-256 of the picture that it was made from.
    pub digest: String,
    /// `image/png` or `image/svg+xml`.
    pub media_type: String,
    /// The bytes to show.
    pub bytes: Vec<u8>,
}

/// A stored badge with all that belongs to it, except the bytes of its artifacts.
#[derive(Clone, Debug)]
pub struct StoredBadge {
    /// As on the wall.
    pub summary: BadgeSummary,
    /// How the credential is written down.
    pub form: Form,
    /// The credential's text.
    pub text: String,
    /// What it says; `None` where another version of Lapel wrote it down in a way that this one cannot read. It
    /// can be made again from the text and the documents.
    pub card: Option<BadgeCard>,
    /// The latest report; `None` like the card.
    pub report: Option<Report>,
    /// Earlier verdicts, newest first (at most 100).
    pub history: Vec<VerdictAt>,
    /// What carries it, in the order it came.
    pub artifacts: Vec<ArtifactView>,
}

impl Store {
    /// Opens the wallet in `folder`, making it where there is none.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        Self::open_with(folder, schema::MIGRATIONS)
    }

    fn open_with(folder: &Path, migrations: &[&str]) -> Result<Self, StoreError> {
        let open::Opened { path, connection, exclusive } = open::open(folder, migrations)?;
        Ok(Self { path, writer: Mutex::new(connection), readers: Mutex::new(Vec::new()), exclusive })
    }

    /// The database file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Stores a badge in one transaction. A credential that is here already gains the artifact, and comes back
    /// from the trash if it was there.
    pub fn keep(&self, badge: &NewBadge, now: Timestamp) -> Result<Kept, StoreError> {
        self.write(|transaction| {
            if let Some((id, removed)) = badges::by_digest(transaction, badge.digest)? {
                let linked = artifacts::link(transaction, id, &badge.artifact, now)?;
                if removed {
                    removals::restore_one(transaction, id)?;
                    return Ok(Kept::Restored(id));
                }
                return Ok(Kept::Present { id, linked });
            }
            if let Some(art) = badge.judged.art {
                art::insert(transaction, art)?;
            }
            let id = badges::insert(transaction, badge.digest, &badge.judged, now)?;
            artifacts::link(transaction, id, &badge.artifact, now)?;
            credentials::insert(transaction, id, badge.form, badge.text, badge.judged.card)?;
            index::insert(transaction, id, badge.judged.card)?;
            reports::insert(transaction, id, &badge.judged)?;
            Ok(Kept::Added(id))
        })
    }

    /// The badges that an artifact with these exact bytes carries here, with whether each is in the trash.
    pub fn badges_of_artifact(&self, sha256: &str) -> Result<Vec<(BadgeId, bool)>, StoreError> {
        self.read(|connection| artifacts::badges_of(connection, sha256))
    }

    /// Takes a badge back from the trash.
    pub fn restore_badge(&self, id: BadgeId) -> Result<(), StoreError> {
        self.write(|transaction| removals::restore_one(transaction, id))
    }

    /// Stores a new report of a badge; lists and cards show it from now on.
    pub fn judge_again(&self, id: BadgeId, judged: &Judged) -> Result<(), StoreError> {
        self.write(|transaction| {
            badges::must_exist(transaction, id)?;
            if let Some(art) = judged.art {
                art::insert(transaction, art)?;
            }
            badges::update(transaction, id, judged)?;
            credentials::update_card(transaction, id, judged.card)?;
            index::delete(transaction, id)?;
            index::insert(transaction, id, judged.card)?;
            reports::insert(transaction, id, judged)
        })
    }

    /// A page of the wall, from one moment of the wallet.
    pub fn list(&self, request: &ListRequest) -> Result<BadgePage, StoreError> {
        self.read(|connection| badges::page(connection, request))
    }

    /// Badges that were verified, and whose validity ended by `now`.
    pub fn run_out(&self, now: Timestamp) -> Result<Vec<BadgeId>, StoreError> {
        self.read(|connection| badges::run_out(connection, now))
    }

    /// A badge as on the wall.
    pub fn summary(&self, id: BadgeId) -> Result<BadgeSummary, StoreError> {
        self.read(|connection| badges::summary(connection, id))
    }

    /// A badge with its credential, card, latest report and history; each checked against its digest.
    pub fn badge(&self, id: BadgeId) -> Result<StoredBadge, StoreError> {
        self.read(|connection| {
            let summary = badges::summary(connection, id)?;
            let part = Part { badge: id, name: &summary.name };
            let (form, text, card) = credentials::read(connection, part)?;
            let report = reports::latest(connection, part)?;
            let history = reports::history(connection, id)?;
            let artifacts = artifacts::of_badge(connection, id)?;
            Ok(StoredBadge { summary, form, text, card, report, history, artifacts })
        })
    }

    /// The answers that the latest report of a badge rests on; bytes checked against their digests.
    pub fn documents(&self, id: BadgeId) -> Result<Documents, StoreError> {
        self.read(|connection| {
            let summary = badges::summary(connection, id)?;
            answers::of_latest_report(connection, Part { badge: id, name: &summary.name })
        })
    }

    /// The exact bytes of one artifact of a badge, checked against the digest.
    pub fn artifact(&self, id: BadgeId, sha256: &str) -> Result<Vec<u8>, StoreError> {
        self.read(|connection| {
            let summary = badges::summary(connection, id)?;
            artifacts::bytes(connection, Part { badge: id, name: &summary.name }, sha256)
        })
    }

    /// A picture by the digest that lists give.
    pub fn art(&self, digest: &str) -> Result<Option<Art>, StoreError> {
        self.read(|connection| art::read(connection, digest))
    }

    /// Moves badges to the trash; gives the token that brings them back, and how many there were.
    pub fn remove(&self, ids: &[BadgeId], now: Timestamp) -> Result<(u32, u32), StoreError> {
        self.write(|transaction| removals::remove(transaction, ids, now))
    }

    /// Brings back what one [`Store::remove`] took away; gives how many badges.
    pub fn restore(&self, token: u32) -> Result<u32, StoreError> {
        self.write(|transaction| removals::restore(transaction, token))
    }

    /// Deletes for good what went to the trash before `before`; gives how many badges.
    pub fn purge(&self, before: Timestamp) -> Result<u32, StoreError> {
        if self.read(|connection| removals::due(connection, before))? == 0 {
            return Ok(0);
        }
        self.write(|transaction| removals::purge(transaction, before))
    }

    /// What the person set.
    pub fn settings(&self) -> Result<Settings, StoreError> {
        self.read(settings::read)
    }

    /// Keeps what the person set.
    pub fn save_settings(&self, settings: &Settings) -> Result<(), StoreError> {
        self.write(|transaction| settings::write(transaction, settings))
    }

    /// Keeps a registry of issuers under its name, in place of one of that name.
    pub fn put_registry(
        &self,
        name: &str,
        bytes: &[u8],
        issuers: u32,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(|transaction| registries::put(transaction, name, bytes, issuers, now))
    }

    /// The registries of issuers, in the order they came.
    pub fn registries(&self) -> Result<Vec<RegistryView>, StoreError> {
        self.read(registries::all)
    }

    /// Name and bytes of each registry that is as it was stored.
    pub fn registry_contents(&self) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        self.read(registries::contents)
    }

    /// Takes a registry away; says whether it was there.
    pub fn remove_registry(&self, name: &str) -> Result<bool, StoreError> {
        self.write(|transaction| registries::remove(transaction, name))
    }

    /// Checks every badge against its digests, and the file's own structure. Gives what is wrong, empty if
    /// nothing is.
    pub fn examine(&self) -> Result<Vec<StoreError>, StoreError> {
        let ids = self.read(badges::all_ids)?;
        let mut wrong = Vec::new();
        for id in ids {
            let examined = self.badge(id).and_then(|badge| {
                self.documents(id)?;
                badge.artifacts.iter().try_for_each(|artifact| self.artifact(id, &artifact.sha256).map(drop))
            });
            if let Err(error) = examined {
                wrong.push(error);
            }
        }
        self.read(|connection| {
            let verdict: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
            if verdict != "ok" {
                let corrupt = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
                wrong.push(rusqlite::Error::SqliteFailure(corrupt, Some(verdict)).into());
            }
            Ok(())
        })?;
        Ok(wrong)
    }

    /// Runs `work` in one write transaction: all of it happens, or nothing.
    fn write<T>(&self, work: impl FnOnce(&Transaction) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut connection = hold(&self.writer);
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let value = work(&transaction)?;
        transaction.commit()?;
        Ok(value)
    }

    /// Runs `work` over one moment of the wallet.
    fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        if self.exclusive {
            return work(&*hold(&self.writer).transaction()?);
        }
        let spare = hold(&self.readers).pop();
        let mut connection = match spare {
            Some(connection) => connection,
            None => open::open_reader(&self.path)?,
        };
        let transaction = connection.transaction()?;
        let value = work(&transaction);
        drop(transaction);
        let mut readers = hold(&self.readers);
        if readers.len() < 8 {
            readers.push(connection);
        }
        value
    }
}

/// A poisoned lock is taken over: an unwound transaction was rolled back, so the connection is sound.
fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whose part is read, for naming it when it is damaged.
#[derive(Clone, Copy)]
struct Part<'a> {
    badge: BadgeId,
    name: &'a str,
}

impl Part<'_> {
    /// The stored bytes, if they still have the digest that was stored with them.
    fn check<T: AsRef<[u8]>>(self, what: &'static str, sha256: &str, bytes: T) -> Result<T, StoreError> {
        if sha256_hex(bytes.as_ref()) == sha256 { Ok(bytes) } else { Err(self.damaged(what)) }
    }

    fn damaged(self, what: &'static str) -> StoreError {
        StoreError::Damaged { badge: self.badge.0, name: self.name.to_owned(), what }
    }

    /// For reading a part: bytes that cannot even be read as their column's type are damage, too.
    fn read<T>(self, what: &'static str, result: rusqlite::Result<T>) -> Result<T, StoreError> {
        match result.optional() {
            Ok(Some(value)) => Ok(value),
            Ok(None)
            | Err(
                rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::Utf8Error(..)
                | rusqlite::Error::InvalidColumnType(..),
            ) => Err(self.damaged(what)),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests;
