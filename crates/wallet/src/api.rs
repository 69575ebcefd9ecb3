//! Requests and responses of the wallet, shared by the app and the command line.
//!
//! These are the shapes that the window sees (TypeScript types are generated from them) and that
//! `lapel --json` prints. Ids cross as numbers below 2^32, times as RFC 3339 text.

mod import;

use std::collections::BTreeMap;

use openbadges::card::BadgeCard;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::self_listed::SelfListed;
pub use import::{
    FailureGroup, ImportCounts, ImportLine, ImportLinesPage, ImportLinesRequest, ImportOutcome,
    ImportProgress, ImportReport, ImportState, NotValid, Undone, VersionView,
};
pub use openbadges::view::{
    CheckView, ContrastView, DocumentView, EmbeddedView, ReportView, UnreadView, WarningView,
};

/// A badge's number in this wallet. Shown to people as `b17`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct BadgeId(pub u32);

/// What could not be done, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ApiError {
    /// Stable code, such as `import.not-a-badge`.
    pub code: String,
    /// What happened.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// A badge as the wall and `lapel list` show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct BadgeSummary {
    /// Its number in this wallet.
    pub id: BadgeId,
    /// The achievement's name.
    pub name: String,
    /// The issuer's name (its own claim).
    pub issuer: String,
    /// The issuer's calendar date of award, `YYYY-MM-DD`.
    pub issued_on: Option<String>,
    /// The issuer's calendar date of expiry, `YYYY-MM-DD`.
    pub expires_on: Option<String>,
    /// The latest verdict: `verified`, `expired`, `revoked`, `invalid` or `undecided`.
    pub verdict: String,
    /// The latest verdict in words.
    pub headline: String,
    /// Digest of the art, where the wallet has some; the window asks for `art://localhost/<digest>`.
    pub art: Option<String>,
    /// When it was added (RFC 3339).
    pub added_at: String,
}

/// What to list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ListRequest {
    /// Full-text search over name, issuer, description, criteria, tags, recipient; empty lists all.
    pub query: String,
    /// Only these verdicts; empty lists all.
    pub verdicts: Vec<String>,
    /// Only this issuer's (by name); `None` lists all.
    pub issuer: Option<String>,
    /// `newest` (added last first), `name`, `issuer`, `issued`.
    pub sort: String,
    /// How many to skip.
    pub offset: u32,
    /// How many at most (1 to 1000).
    pub limit: u32,
}

/// A page of the wall.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct BadgePage {
    /// The badges.
    pub badges: Vec<BadgeSummary>,
    /// How many match in all.
    pub total: u32,
    /// Counts over the whole wallet, for the sidebar.
    pub counts: Counts,
}

/// Counts over the whole wallet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Counts {
    /// All badges.
    pub all: u32,
    /// By verdict.
    pub verified: u32,
    /// By verdict.
    pub expired: u32,
    /// By verdict.
    pub revoked: u32,
    /// By verdict.
    pub invalid: u32,
    /// By verdict.
    pub undecided: u32,
    /// By issuer name, most badges first.
    pub issuers: Vec<IssuerCount>,
}

/// How many badges an issuer has in the wallet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct IssuerCount {
    /// The issuer's name.
    pub name: String,
    /// Its badges.
    pub badges: u32,
}

/// A badge, opened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct BadgeDetail {
    /// As on the wall.
    pub summary: BadgeSummary,
    /// What it says; the cards of the credentials inside it are in its report.
    #[ts(type = "import('./BadgeCard').BadgeCard")]
    pub card: BadgeCard,
    /// `badge`, `record` (a learner record), `presentation`, `endorsement` or `credential` (any other).
    pub credential_kind: String,
    /// The latest report.
    pub report: ReportView,
    /// Earlier verdicts, newest first.
    pub history: Vec<VerdictAt>,
    /// The artefacts that carry it (more than one where it came in several wrappings).
    pub artifacts: Vec<ArtifactView>,
    /// Earlier versions and other forms of its credential, the latest first.
    pub versions: Vec<VersionView>,
    /// The credential's text, as signed.
    pub credential_text: String,
}

/// A verdict of the past.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct VerdictAt {
    /// When it was judged (RFC 3339).
    pub as_of: String,
    /// The verdict.
    pub verdict: String,
    /// In words.
    pub headline: String,
}

/// The exact bytes that were brought in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ArtifactView {
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// `png`, `svg`, `json`, `jws` or `url`.
    pub kind: String,
    /// Bytes.
    pub size: u32,
    /// Where it came from: a file name, a URL or `pasted text`.
    pub source: String,
    /// When it was brought in (RFC 3339).
    pub added_at: String,
    /// The mail address that the link or the mail around it named: perhaps who earned it.
    pub recipient_hint: Option<String>,
}

/// Badges that went to the trash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Removed {
    /// Brings them back.
    pub token: u32,
    /// How many there were.
    pub removed: u32,
}

/// What verifying without keeping found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CheckedBadge {
    /// A file name, a URL or `pasted text`.
    pub source: String,
    /// `png`, `svg`, `json`, `jws` or `url`.
    pub kind: String,
    /// What it says; the cards of the credentials inside it are in its report.
    #[ts(type = "import('./BadgeCard').BadgeCard")]
    pub card: BadgeCard,
    /// `badge`, `record` (a learner record), `presentation`, `endorsement` or `credential` (any other).
    pub credential_kind: String,
    /// Its report.
    pub report: ReportView,
    /// Art as a `data:` URI, where there is some.
    pub art: Option<String>,
}

/// What the person set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(default)]
pub struct Settings {
    /// Mail addresses, URLs and DIDs that are the person's own.
    pub identities: Vec<String>,
    /// Ids of issuers that the person vouches for.
    pub trusted_issuers: Vec<String>,
    /// Fetch nothing.
    pub offline: bool,
    /// `system`, `light` or `dark`.
    pub appearance: String,
    /// What is done with badges that are not valid, where the person asked to remember it.
    pub not_valid: NotValid,
    /// Hosts with their ports, such as `badges.school.lan:443`, that are fetched although they are on no public
    /// network; by `http` also.
    pub allowed_hosts: Vec<String>,
    /// A proxy that is fetched through: `http://`, `https://`, `socks5://` or `socks5h://` with host and port.
    pub proxy: Option<String>,
    /// LinkedIn's page ids by issuers' ids, where issuers do not state them.
    pub linkedin_organizations: BTreeMap<String, String>,
    /// The person's Mastodon instance, such as `mastodon.social`.
    pub mastodon: Option<String>,
}

/// An achievement on the shelf of those that carry no credential. It never bears a verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SelfListedView {
    /// Its number on the shelf. Shown to people as `l3`.
    pub id: u32,
    /// What it says: untrusted text.
    #[serde(flatten)]
    pub listed: SelfListed,
    /// Where it came from: a file name, a URL or `pasted text`.
    pub source: String,
    /// When it was added (RFC 3339).
    pub added_at: String,
}

/// What became of an achievement that was put on the shelf.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Shelved {
    /// As it is kept.
    pub listed: SelfListedView,
    /// Whether it was not there before.
    pub added: bool,
}

/// What leaves the wallet, to be written down.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct NewShare {
    /// In which form: `linkedin`, `page`, `cv.pdf`, `original`, ...
    pub target: String,
    /// Where to, where that is known: a file's path, a host, a verifier's domain.
    pub place: Option<String>,
    /// Which badges.
    pub badges: Vec<BadgeId>,
    /// Which personal data went along, in words.
    pub personal: Vec<String>,
}

/// What left the wallet, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ShareView {
    /// Its number in the log.
    pub id: u32,
    /// When (RFC 3339).
    pub at: String,
    /// In which form.
    pub target: String,
    /// Where to, where that is known.
    pub place: Option<String>,
    /// Which badges, by the names that they had.
    pub badges: Vec<SharedBadge>,
    /// Which personal data went along, in words.
    pub personal: Vec<String>,
}

/// A badge that left the wallet. It may have been deleted since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SharedBadge {
    /// Its number.
    pub id: BadgeId,
    /// Its name then.
    pub name: String,
}

/// Which part of the log is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SharesRequest {
    /// Only what this badge was among.
    pub badge: Option<BadgeId>,
    /// Only what is older than this one.
    pub before: Option<u32>,
    /// At most so many.
    pub limit: u32,
}

/// A registry of issuers that the person relies on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RegistryView {
    /// How reports name it.
    pub name: String,
    /// How many issuers it lists.
    pub issuers: u32,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// When it was added (RFC 3339).
    pub added_at: String,
}

/// A folder that new badges are taken from as they appear in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct WatchedFolder {
    /// Its number.
    pub id: u32,
    /// Where it is.
    pub path: String,
    /// When it was added (RFC 3339).
    pub added_at: String,
    /// `watching`, `paused` or `unreachable`.
    pub state: String,
    /// How many files are in it now that could be looked at.
    pub files: u32,
    /// Whether there are more, which are not looked at.
    pub too_many: bool,
    /// Why it cannot be read now.
    pub trouble: Option<ApiError>,
}

/// What the window needs to know first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AppInfo {
    /// Lapel's version.
    pub version: String,
    /// The folder of the wallet.
    pub wallet: String,
    /// What the person set.
    pub settings: Settings,
}
