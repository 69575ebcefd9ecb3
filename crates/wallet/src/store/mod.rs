//! The wallet's file: the only SQL of Lapel. One module per table (or pair of tables).
//!
//! One connection writes, as many as needed read; none is held across an `await`, and nothing is fetched inside a
//! transaction. Two processes may have the wallet open at once.

mod accounts;
mod answers;
mod art;
mod artifacts;
mod badges;
mod credentials;
mod error;
mod imports;
mod index;
mod keep;
mod listings;
mod open;
mod registries;
mod removals;
mod reports;
mod schema;
mod settings;
mod shares;
mod versions;
mod watched;

use std::collections::BTreeSet;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use openbadges::Credential;
use openbadges::artifact::PayloadContent;
use openbadges::card::BadgeCard;
use openbadges::document::{Documents, sha256_hex};
use openbadges::report::Report;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};

pub use accounts::StoredAccount;
pub use error::StoreError;
pub use imports::{Item, Plan, RecordedLeaf, Standing};
pub use watched::{WatchedFile, WatchedRow};

use crate::api::{
    ArtifactView, BadgeId, BadgePage, BadgeSummary, ImportLine, ImportLinesPage, ImportLinesRequest,
    ImportOutcome, ImportReport, ImportState, ListRequest, NewShare, NotValid, RegistryView, SelfListedView,
    Settings, ShareView, SharesRequest, Undone, VerdictAt, VersionView,
};
use crate::link::Listing;
use crate::self_listed::SelfListed;
use imports::{Line, Place};
use keep::Occasion;

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
    /// The mail address that the link or the mail around it named.
    pub recipient_hint: Option<&'a str>,
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
    /// What all versions of the credential share ([`Credential::identity`](openbadges::Credential::identity)).
    pub identity: Option<&'a str>,
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
    /// It is new here, and invalid or revoked.
    NotValid(BadgeId),
    /// It was in the trash and is back.
    Restored(BadgeId),
    /// It stands in the place of an earlier version now.
    Updated(BadgeId),
    /// It was here.
    Present {
        /// The badge.
        id: BadgeId,
        /// True where these bytes were not, and are now linked to it.
        linked: bool,
    },
    /// It is invalid or revoked, and was not kept: the person is to decide.
    Held,
    /// It is invalid or revoked, and was not kept: the person wants none of these.
    LeftOut,
}

/// One thing that an import found, with what it carries.
#[derive(Clone, Debug)]
pub struct Leaf<'a> {
    /// What it was found in ([`Item`]).
    pub item: i64,
    /// Which it is of those in there, from 0.
    pub number: u32,
    /// The SHA-256 of what it is.
    pub digest: &'a str,
    /// Where it was, for people.
    pub source: &'a str,
    /// What it carries; at least one.
    pub parts: Vec<LeafPart<'a>>,
}

/// A part of a [`Leaf`].
#[derive(Clone, Debug)]
pub enum LeafPart<'a> {
    /// A badge to keep.
    Badge(Box<NewBadge<'a>>),
    /// A badge that carries these very bytes already.
    Known(BadgeId),
    /// An achievement without a credential, for the shelf of those.
    SelfListed(SelfListed),
    /// Nothing to keep.
    Told(ImportOutcome),
}

/// What recording some leaves gave.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Where the import stands: another process may have paused or stopped it.
    pub state: ImportState,
    /// The lines that are new.
    pub lines: Vec<ImportLine>,
    /// How many of them stand in the place of a line that waited for a decision.
    pub decided: u32,
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
    /// Earlier versions and other forms of its credential, the latest first.
    pub versions: Vec<VersionView>,
}

/// The right to run an import. It goes with the process that has it, however that ends.
#[derive(Debug)]
pub struct Claim {
    path: PathBuf,
    _file: File,
}

impl Drop for Claim {
    fn drop(&mut self) {
        // Before the lock is let go of: whoever takes it next makes the file anew. Left behind, it does no harm.
        let _ = std::fs::remove_file(&self.path);
    }
}

impl LeafPart<'_> {
    /// Keeps it, and says what became of it.
    fn keep(
        &self,
        transaction: &Transaction,
        leaf: &Leaf,
        occasion: &Occasion,
    ) -> Result<ImportOutcome, StoreError> {
        let summary = |id| badges::summary(transaction, id);
        let badge = match self {
            Self::Told(outcome) => return Ok(outcome.clone()),
            Self::SelfListed(listed) => {
                let (achievement, added) = listings::add(transaction, listed, leaf.source, occasion.now)?;
                return Ok(ImportOutcome::SelfListed { achievement, added });
            }
            Self::Known(id) => {
                return if removals::restore_one(transaction, *id)? {
                    Ok(ImportOutcome::Added { badge: summary(*id)? })
                } else {
                    Ok(ImportOutcome::AlreadyThere { badge: summary(*id)?, linked: false })
                };
            }
            Self::Badge(badge) => badge,
        };
        let told = || {
            let report = badge.judged.report;
            let name = badge.judged.card.name.clone();
            (name, report.verdict().as_str().to_owned(), report.headline())
        };
        Ok(match keep::keep(transaction, badge, occasion)? {
            Kept::Added(id) | Kept::Restored(id) => ImportOutcome::Added { badge: summary(id)? },
            Kept::NotValid(id) => ImportOutcome::KeptNotValid { badge: summary(id)? },
            Kept::Updated(id) => ImportOutcome::Updated { badge: summary(id)? },
            Kept::Present { id, linked } => ImportOutcome::AlreadyThere { badge: summary(id)?, linked },
            Kept::Held => {
                let (name, verdict, headline) = told();
                ImportOutcome::Held { name, verdict, headline }
            }
            Kept::LeftOut => {
                let (name, verdict, headline) = told();
                ImportOutcome::LeftOut { name, verdict, headline }
            }
        })
    }
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

    /// Stores a badge in one transaction, whatever its verdict. A credential that is here already gains the artifact,
    /// and comes back from the trash if it was there; a newer version of it takes its place.
    pub fn keep(&self, badge: &NewBadge, now: Timestamp) -> Result<Kept, StoreError> {
        let occasion = Occasion { import: None, not_valid: NotValid::Keep, now };
        self.write(|transaction| keep::keep(transaction, badge, &occasion))
    }

    /// Writes down what an import is to bring in; gives its number, and the right to run it: nobody sees it before it
    /// is claimed.
    pub fn begin_import(
        &self,
        plan: &Plan,
        not_valid: NotValid,
        now: Timestamp,
    ) -> Result<(u32, Claim), StoreError> {
        self.write(|transaction| {
            let import = imports::begin(transaction, plan, not_valid, now)?;
            Ok((import, self.claim_import(import)?))
        })
    }

    /// How far an import is.
    pub fn import_standing(&self, import: u32) -> Result<Standing, StoreError> {
        self.read(|connection| imports::standing(connection, import))
    }

    /// One thing that was brought, until it was looked into.
    pub fn import_item(&self, item: i64) -> Result<Option<Item>, StoreError> {
        self.read(|connection| imports::item(connection, item))
    }

    /// Keeps what an import found, and writes down what became of it: all of it in one transaction. `finished` are
    /// the items of which nothing more comes.
    pub fn record(
        &self,
        import: u32,
        leaves: &[Leaf],
        finished: &[i64],
        now: Timestamp,
    ) -> Result<Recorded, StoreError> {
        self.write(|transaction| {
            let (state, not_valid) = imports::terms(transaction, import)?;
            let occasion = Occasion { import: Some(import), not_valid, now };
            let mut recorded = Recorded { state, lines: Vec::new(), decided: 0 };
            for leaf in leaves {
                for (part, number) in leaf.parts.iter().zip(0..) {
                    let line = ImportLine {
                        source: leaf.source.to_owned(),
                        outcome: part.keep(transaction, leaf, &occasion)?,
                    };
                    let place =
                        Place { item: leaf.item, leaf: leaf.number, part: number, digest: Some(leaf.digest) };
                    let written = imports::add_line(transaction, import, place, &line)?;
                    recorded.decided += u32::from(written == Line::Decided);
                    if written != Line::Known {
                        recorded.lines.push(line);
                    }
                }
            }
            for item in finished {
                let gone = imports::finish_item(transaction, *item)?;
                recorded.decided += u32::try_from(gone.len()).unwrap_or(u32::MAX);
                recorded.lines.extend(gone);
            }
            Ok(recorded)
        })
    }

    /// Says where an import stands now, unless it is over; gives whether it was not.
    pub fn set_import_state(
        &self,
        import: u32,
        state: ImportState,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write(|transaction| imports::set_state(transaction, import, state, now))
    }

    /// Decides on the badges of an import that are not valid; those that waited are read again.
    pub fn decide_import(&self, import: u32, not_valid: NotValid) -> Result<(), StoreError> {
        self.write(|transaction| imports::decide(transaction, import, not_valid))
    }

    /// The imports that are not over, the earliest first.
    pub fn unfinished_imports(&self) -> Result<Vec<u32>, StoreError> {
        self.read(imports::unfinished)
    }

    /// The latest imports, at most `most`, the last first.
    pub fn latest_imports(&self, most: u32) -> Result<Vec<u32>, StoreError> {
        self.read(|connection| imports::latest(connection, most))
    }

    /// What became of an import.
    pub fn import_report(&self, import: u32) -> Result<ImportReport, StoreError> {
        self.read(|connection| imports::report(connection, import))
    }

    /// Some lines of an import.
    pub fn import_lines(&self, request: &ImportLinesRequest) -> Result<ImportLinesPage, StoreError> {
        self.read(|connection| imports::lines(connection, request))
    }

    /// The public lists of badges that an import came upon.
    pub fn import_listings(&self, import: u32) -> Result<Vec<Listing>, StoreError> {
        let outcomes = self.read(|connection| imports::outcomes(connection, import, "collection"))?;
        let listing = |outcome| match outcome {
            ImportOutcome::Collection { listing } => Some(listing),
            _ => None,
        };
        Ok(outcomes.into_iter().filter_map(listing).collect())
    }

    /// Takes an import back: what it added goes to the trash, what it superseded stands in its place again, and the
    /// wrappings that it linked are forgotten.
    pub fn undo_import(&self, import: u32, now: Timestamp) -> Result<Undone, StoreError> {
        self.write(|transaction| {
            let state = imports::standing(transaction, import)?.state;
            if matches!(state, ImportState::Running | ImportState::Paused) {
                return Err(StoreError::ImportNotOver { import });
            }
            let brought = imports::brought(transaction, import)?;
            let superseded = versions::superseded_by(transaction, import)?;
            for version in &superseded {
                put_back(transaction, version)?;
            }
            versions::forget_of_import(transaction, import)?;
            for outcome in imports::outcomes(transaction, import, "self_listed")? {
                if let ImportOutcome::SelfListed { achievement, added: true } = outcome {
                    listings::remove(transaction, achievement.id)?;
                }
            }
            artifacts::unlink_import(transaction, import)?;
            let (token, removed) = removals::remove(transaction, &brought, now)?;
            imports::set_state(transaction, import, ImportState::Undone, now)?;
            let mut reverted: BTreeSet<BadgeId> = superseded.iter().map(|version| version.badge).collect();
            reverted.retain(|badge| !brought.contains(badge));
            Ok(Undone { token, removed, reverted: u32::try_from(reverted.len()).unwrap_or(u32::MAX) })
        })
    }

    /// The text of an earlier version, or another form, of a badge's credential, by its SHA-256.
    pub fn version_text(&self, id: BadgeId, sha256: &str) -> Result<String, StoreError> {
        self.read(|connection| {
            let summary = badges::summary(connection, id)?;
            versions::text(connection, Part { badge: id, name: &summary.name }, sha256)
        })
    }

    /// The text of a badge's credential, also of one in the trash.
    pub fn content(&self, id: BadgeId) -> Result<PayloadContent, StoreError> {
        self.read(|connection| {
            let name = badges::name(connection, id)?;
            let (form, text, _) = credentials::read(connection, Part { badge: id, name: &name })?;
            Ok(form.content(text))
        })
    }

    /// Makes sure that nobody else runs an import, for as long as what is given lives.
    pub fn claim_import(&self, import: u32) -> Result<Claim, StoreError> {
        let path = self.path.with_file_name(format!("import-{import}.lock"));
        loop {
            let file = open::private_file(&path)?;
            match file.try_lock() {
                // Whoever had it may have removed the file between opening and locking it.
                Ok(()) if !open::is_still_at(&file, &path) => {}
                Ok(()) => return Ok(Claim { path, _file: file }),
                Err(TryLockError::WouldBlock) => return Err(StoreError::ImportUnderWay { import }),
                Err(TryLockError::Error(error)) => return Err(StoreError::folder(&path)(error)),
            }
        }
    }

    /// The badge that has this credential, now or as a version, also in the trash.
    pub fn badge_of_credential(&self, digest: &str) -> Result<Option<BadgeId>, StoreError> {
        self.read(|connection| {
            let now = badges::by_digest(connection, digest)?;
            let found = now.map_or_else(|| versions::by_digest(connection, digest), |now| Ok(Some(now)))?;
            Ok(found.map(|(id, _)| id))
        })
    }

    /// Badges of which it was not written down yet what their versions share: an earlier Lapel kept them.
    pub fn unidentified(&self) -> Result<Vec<BadgeId>, StoreError> {
        self.read(badges::unidentified)
    }

    /// Writes down what all versions of some badges share (empty for those that have nothing to be known by), and
    /// whether it is proven that the issuer made them.
    pub fn identify(&self, identities: &[(BadgeId, String)]) -> Result<(), StoreError> {
        self.write(|transaction| {
            for (id, identity) in identities {
                let name = badges::name(transaction, *id)?;
                let report = reports::latest(transaction, Part { badge: *id, name: &name });
                let proven = report.ok().flatten().is_some_and(|report| keep::is_proven(&report));
                badges::set_identity(transaction, *id, identity, proven)?;
            }
            Ok(())
        })
    }

    /// The badges that an artifact with these exact bytes carries here, also those in the trash.
    pub fn badges_of_artifact(&self, sha256: &str) -> Result<Vec<BadgeId>, StoreError> {
        self.read(|connection| artifacts::badges_of(connection, sha256))
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
            let versions = versions::of_badge(connection, id)?;
            Ok(StoredBadge { summary, form, text, card, report, history, artifacts, versions })
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
        let due = self.read(|connection| {
            Ok(removals::due(connection, before)? > 0 || imports::is_due(connection, before)?)
        })?;
        if !due {
            return Ok(0);
        }
        self.write(|transaction| {
            imports::purge(transaction, before)?;
            removals::purge(transaction, before)
        })
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

    /// Keeps achievements that carry no credential, all or none; gives each as it is kept, with whether it is new.
    pub fn add_self_listed(
        &self,
        listed: &[SelfListed],
        source: &str,
        now: Timestamp,
    ) -> Result<Vec<(SelfListedView, bool)>, StoreError> {
        self.write(|transaction| {
            listed.iter().map(|listed| listings::add(transaction, listed, source, now)).collect()
        })
    }

    /// The achievements that carry no credential, added last first.
    pub fn self_listed(&self) -> Result<Vec<SelfListedView>, StoreError> {
        self.read(listings::all)
    }

    /// Writes down what left the wallet.
    pub fn note_share(&self, share: &NewShare, now: Timestamp) -> Result<(), StoreError> {
        self.write(|transaction| shares::add(transaction, share, now))
    }

    /// What left the wallet, the latest first.
    pub fn shares(&self, request: &SharesRequest) -> Result<Vec<ShareView>, StoreError> {
        self.read(|connection| shares::page(connection, request.badge, request.before, request.limit))
    }

    /// Forgets what left the wallet: these, or all.
    pub fn forget_shares(&self, shares: Option<&[u32]>) -> Result<u32, StoreError> {
        self.write(|transaction| shares::forget(transaction, shares))
    }

    /// Takes an achievement that carries no credential away; says whether it was there.
    pub fn remove_self_listed(&self, id: u32) -> Result<bool, StoreError> {
        self.write(|transaction| listings::remove(transaction, id))
    }

    /// Checks every badge against its digests, and the file's own structure. Gives what is wrong, empty if
    /// nothing is.
    pub fn examine(&self) -> Result<Vec<StoreError>, StoreError> {
        let ids = self.read(badges::all_ids)?;
        let mut wrong = Vec::new();
        for id in ids {
            let examined = self.badge(id).and_then(|badge| {
                self.documents(id)?;
                badge
                    .versions
                    .iter()
                    .try_for_each(|version| self.version_text(id, &version.sha256).map(drop))?;
                badge.artifacts.iter().try_for_each(|artifact| self.artifact(id, &artifact.sha256).map(drop))
            });
            if let Err(error) = examined {
                wrong.push(error);
            }
        }
        if let Some(verdict) = self.integrity()? {
            let corrupt = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
            wrong.push(rusqlite::Error::SqliteFailure(corrupt, Some(verdict)).into());
        }
        Ok(wrong)
    }

    /// What SQLite finds wrong with the file's structure.
    fn integrity(&self) -> Result<Option<String>, StoreError> {
        let verdict = |connection: &Connection| {
            connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get::<_, String>(0))
        };
        let verdict = if self.exclusive {
            verdict(&hold(&self.writer))?
        } else {
            // A connection of its own: in one that was used before, the full-text index is checked by what was
            // read of it then (SQLite 3.54), and looks broken where another connection has written since.
            verdict(&open::open_reader(&self.path)?)?
        };
        Ok((verdict != "ok").then_some(verdict))
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

/// Puts a superseded credential back, with the report and the card that go with it.
fn put_back(transaction: &Transaction, version: &versions::Superseded) -> Result<(), StoreError> {
    let id = version.badge;
    versions::put_back(transaction, version)?;
    let name = badges::name(transaction, id)?;
    let part = Part { badge: id, name: &name };
    let documents = answers::of_latest_report(transaction, part)?;
    let report = reports::latest(transaction, part)?.ok_or_else(|| part.damaged("report"))?;
    let credential = Credential::parse(&version.content()).map_err(|_| part.damaged("credential"))?;
    let card = BadgeCard::of(&credential, &documents);
    let judged = Judged { report: &report, documents: &documents, card: &card, art: None };
    badges::update(transaction, id, &judged)?;
    credentials::update_card(transaction, id, &card)?;
    index::delete(transaction, id)?;
    index::insert(transaction, id, &card)
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
