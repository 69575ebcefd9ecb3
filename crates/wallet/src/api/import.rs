//! Imports: what becomes of each thing that a person brought, and of all of it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ApiError, BadgeSummary, SelfListedView};
use crate::link::Listing;

/// What became of one thing that was found in what a person brought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[ts(export)]
pub enum ImportOutcome {
    /// It is in the wallet now.
    Added {
        /// The new badge.
        badge: BadgeSummary,
    },
    /// It is a newer version of a credential that was here, and stands in its place. The earlier version is kept
    /// with the badge.
    Updated {
        /// The badge as it is now.
        badge: BadgeSummary,
    },
    /// The same bytes or the same credential was there.
    AlreadyThere {
        /// The badge that has it.
        badge: BadgeSummary,
        /// True where this was another wrapping of it, which is now linked to it.
        linked: bool,
    },
    /// It is in the wallet now, although it is invalid or revoked: the person wanted such badges, too.
    KeptNotValid {
        /// The new badge.
        badge: BadgeSummary,
    },
    /// It is invalid or revoked. It is not in the wallet, and waits for the person to decide.
    Held {
        /// The achievement's name.
        name: String,
        /// `invalid` or `revoked`.
        verdict: String,
        /// The verdict in words.
        headline: String,
    },
    /// It is invalid or revoked, and the person wants no such badges.
    LeftOut {
        /// The achievement's name.
        name: String,
        /// `invalid` or `revoked`.
        verdict: String,
        /// The verdict in words.
        headline: String,
    },
    /// An achievement without a credential: it is on the shelf of those, and bears no verdict.
    SelfListed {
        /// As it is kept.
        achievement: SelfListedView,
        /// Whether it was not there before.
        added: bool,
    },
    /// A public list of badges. None of them was asked for: the person is to say so, knowing how many there are
    /// ([`Wallet::begin_import_of_list`](crate::Wallet::begin_import_of_list)).
    Collection {
        /// The list.
        listing: Listing,
    },
    /// An offer of a credential, which is taken up with the holder's key.
    Offer {
        /// Its whole address.
        offer: String,
    },
    /// Nobody said that it is a badge, and it is none: a picture that a mail shows, say.
    Skipped {
        /// What it is instead.
        error: ApiError,
    },
    /// It could not be read; nothing was kept.
    Failed {
        /// Why.
        error: ApiError,
    },
}

impl ImportOutcome {
    /// The name by which JSON tells it from the others.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Added { .. } => "added",
            Self::Updated { .. } => "updated",
            Self::AlreadyThere { .. } => "already_there",
            Self::KeptNotValid { .. } => "kept_not_valid",
            Self::Held { .. } => "held",
            Self::LeftOut { .. } => "left_out",
            Self::SelfListed { .. } => "self_listed",
            Self::Collection { .. } => "collection",
            Self::Offer { .. } => "offer",
            Self::Skipped { .. } => "skipped",
            Self::Failed { .. } => "failed",
        }
    }

    /// The badge of the wallet that it is about.
    pub fn badge(&self) -> Option<&BadgeSummary> {
        match self {
            Self::Added { badge }
            | Self::Updated { badge }
            | Self::AlreadyThere { badge, .. }
            | Self::KeptNotValid { badge } => Some(badge),
            Self::Held { .. }
            | Self::LeftOut { .. }
            | Self::SelfListed { .. }
            | Self::Collection { .. }
            | Self::Offer { .. }
            | Self::Skipped { .. }
            | Self::Failed { .. } => None,
        }
    }
}

/// One line of an import's summary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ImportLine {
    /// A file name, a URL or `pasted text`; of something inside a file, the way to it: `mail.eml › badge.png`.
    pub source: String,
    /// What became of it.
    #[serde(flatten)]
    pub outcome: ImportOutcome,
}

/// How many things came to which end. Each has one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ImportCounts {
    /// See [`ImportOutcome`].
    pub added: u32,
    /// See [`ImportOutcome`].
    pub updated: u32,
    /// See [`ImportOutcome`].
    pub already_there: u32,
    /// See [`ImportOutcome`].
    pub kept_not_valid: u32,
    /// See [`ImportOutcome`].
    pub held: u32,
    /// See [`ImportOutcome`].
    pub left_out: u32,
    /// See [`ImportOutcome`].
    pub self_listed: u32,
    /// See [`ImportOutcome`].
    pub collection: u32,
    /// See [`ImportOutcome`].
    pub offer: u32,
    /// See [`ImportOutcome`].
    pub skipped: u32,
    /// See [`ImportOutcome`].
    pub failed: u32,
}

impl ImportCounts {
    /// Counts `number` more with the outcome of this name.
    pub(crate) fn add(&mut self, outcome: &str, number: u32) {
        let count = match outcome {
            "added" => &mut self.added,
            "updated" => &mut self.updated,
            "already_there" => &mut self.already_there,
            "kept_not_valid" => &mut self.kept_not_valid,
            "held" => &mut self.held,
            "left_out" => &mut self.left_out,
            "self_listed" => &mut self.self_listed,
            "collection" => &mut self.collection,
            "offer" => &mut self.offer,
            "skipped" => &mut self.skipped,
            _ => &mut self.failed,
        };
        *count += number;
    }
}

/// Where an import stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ImportState {
    /// It is under way; or it was when the program that ran it ended, and can be resumed.
    Running,
    /// The person paused it.
    Paused,
    /// All was read; some badges are not valid and wait for the person to decide.
    Waiting,
    /// All was read.
    Finished,
    /// The person stopped it; what was in stays in.
    Cancelled,
    /// The person took it back.
    Undone,
}

impl ImportState {
    /// The name used in JSON and in the wallet's file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Waiting => "waiting",
            Self::Finished => "finished",
            Self::Cancelled => "cancelled",
            Self::Undone => "undone",
        }
    }

    /// Whether nothing more comes of it: it can only be undone.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Finished | Self::Cancelled | Self::Undone)
    }

    pub(crate) fn of_name(name: &str) -> Option<Self> {
        [Self::Running, Self::Paused, Self::Waiting, Self::Finished, Self::Cancelled, Self::Undone]
            .into_iter()
            .find(|state| state.as_str() == name)
    }
}

/// What is done with badges that are invalid or revoked and not in the wallet yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum NotValid {
    /// They are held until the person decides.
    #[default]
    Ask,
    /// They are kept, marked as what they are.
    Keep,
    /// They are left out.
    LeaveOut,
}

impl NotValid {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Ask => "ask",
            Self::Keep => "keep",
            Self::LeaveOut => "leave_out",
        }
    }

    pub(crate) fn of_name(name: &str) -> Self {
        match name {
            "keep" => Self::Keep,
            "leave_out" => Self::LeaveOut,
            _ => Self::Ask,
        }
    }
}

/// How far an import is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ImportProgress {
    /// Which import.
    pub import: u32,
    /// Where it stands.
    pub state: ImportState,
    /// Things read, judged and saved.
    pub done: u32,
    /// Things in all, as far as is known: what is inside a file is counted as it is found.
    pub total: u32,
    /// What became of those that are done.
    pub counts: ImportCounts,
    /// How many are done in a minute, by the pace of this run; `None` until there is a pace to speak of.
    pub per_minute: Option<u32>,
    /// Seconds left, by the same pace.
    pub seconds_left: Option<u32>,
    /// The lines that were just saved.
    pub lines: Vec<ImportLine>,
    /// Why it stopped before its end, where the wallet could not save any more. It can be resumed.
    pub error: Option<ApiError>,
    /// True in the last word of this run: nothing follows until it is resumed.
    pub finished: bool,
}

/// Failures of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FailureGroup {
    /// The code that they share.
    pub code: String,
    /// How many.
    pub count: u32,
    /// What happened to the first of them.
    pub message: String,
    /// What to do.
    pub hint: String,
    /// Where the first few of them were.
    pub sources: Vec<String>,
}

/// All that became of an import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ImportReport {
    /// Which import.
    pub import: u32,
    /// Where it stands.
    pub state: ImportState,
    /// When it began (RFC 3339).
    pub started_at: String,
    /// When it ended (RFC 3339).
    pub finished_at: Option<String>,
    /// Things read, judged and saved.
    pub done: u32,
    /// Files, links and texts that were not looked into yet.
    pub left: u32,
    /// What became of those that are done.
    pub counts: ImportCounts,
    /// What could not be read, by reason; the most frequent first.
    pub failures: Vec<FailureGroup>,
    /// Symbolic links in folders, which are not followed.
    pub links_skipped: u32,
    /// Hidden files and folders, which are not looked into.
    pub hidden_skipped: u32,
}

/// Some lines of an import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ImportLinesRequest {
    /// Which import.
    pub import: u32,
    /// Only those with this outcome (see [`ImportOutcome`]); `None` lists all.
    pub outcome: Option<String>,
    /// How many to skip.
    pub offset: u32,
    /// How many at most (1 to 1000).
    pub limit: u32,
}

/// A page of an import's lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ImportLinesPage {
    /// The lines, in the order of what was brought.
    pub lines: Vec<ImportLine>,
    /// How many there are in all.
    pub total: u32,
}

/// What taking an import back did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Undone {
    /// Brings the removed badges back, as for any removal.
    pub token: u32,
    /// Badges that it had added, now in the trash.
    pub removed: u32,
    /// Badges that it had updated, now as they were before.
    pub reverted: u32,
}

/// An earlier version, or another form, of a badge's credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct VersionView {
    /// SHA-256 of its text, hexadecimal.
    pub sha256: String,
    /// `earlier` (a version that was superseded) or `form` (the same, secured in another way).
    pub how: String,
    /// When it was put aside (RFC 3339).
    pub since: String,
}
