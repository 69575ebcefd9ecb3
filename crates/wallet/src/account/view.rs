//! Accounts at badge hosts, and offers of credentials, as the shells see them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::api::{ApiError, ImportLine, ImportProgress};

/// An account's number in this wallet. Shown to people as `a3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AccountId(pub u32);

/// How a host lets programs read badges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export)]
pub enum HostKind {
    /// Open Badges 2.1: Badge Connect.
    BadgeConnect,
    /// Open Badges 3.0: its API.
    Ob3,
}

impl HostKind {
    /// Its name in the wallet and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BadgeConnect => "badge-connect",
            Self::Ob3 => "ob3",
        }
    }

    /// The kind of this name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::BadgeConnect, Self::Ob3].into_iter().find(|kind| kind.as_str() == name)
    }

    /// What people call it.
    pub fn words(self) -> &'static str {
        match self {
            Self::BadgeConnect => "Open Badges 2.1 (Badge Connect)",
            Self::Ob3 => "Open Badges 3.0",
        }
    }
}

/// An account at a badge host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AccountView {
    /// Its number in this wallet.
    pub id: AccountId,
    /// What the host speaks.
    pub kind: HostKind,
    /// The host's name.
    pub host: String,
    /// The address under which it was found.
    pub base: String,
    /// What the host calls the person (untrusted text), if it says.
    pub name: Option<String>,
    /// `connected`, or `signed-out` where the person has to sign in again.
    pub state: String,
    /// What the host granted.
    pub scopes: Vec<String>,
    /// When it was connected (RFC 3339).
    pub added_at: String,
    /// When everything there was last brought in (RFC 3339).
    pub last_synced: Option<String>,
    /// What to know about how its tokens are kept, if anything.
    pub warning: Option<String>,
}

/// How far reading an account is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SyncProgress {
    /// Which account.
    pub account: AccountId,
    /// Badges that came from the host.
    pub received: u32,
    /// How many it has in all, if it says.
    pub total: Option<u32>,
    /// How far bringing them in is, while that is being done.
    pub import: Option<ImportProgress>,
}

/// What reading an account gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SyncSummary {
    /// The account, as it is now.
    pub account: AccountView,
    /// Different badges that came from the host.
    pub received: u32,
    /// How many of them are new in the wallet.
    pub added: u32,
    /// How many were there.
    pub already_there: u32,
    /// How many could not be read. Those that may come another time are asked for again the next time.
    pub failed: u32,
    /// A line for each badge.
    pub lines: Vec<ImportLine>,
    /// Why it ended early, if it did. What came before is in the wallet, and the next time begins where this did.
    pub error: Option<ApiError>,
}

/// What became of an account that was disconnected. Its badges stay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Disconnected {
    /// The account that was.
    pub account: AccountView,
    /// Why the host could not be told to forget the tokens, or else the keyring, if one of them could not.
    pub untold: Option<ApiError>,
}

/// Credentials that an issuer offers (`OpenID4VCI`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OfferView {
    /// The issuer's identifier, an https address.
    pub issuer: String,
    /// The issuer's host.
    pub host: String,
    /// What the issuer calls what it offers (untrusted text), or its identifiers.
    pub credentials: Vec<String>,
    /// The PIN that the issuer sent another way, where one is wanted.
    pub pin: Option<PinView>,
}

/// A PIN that has to be given with an offer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PinView {
    /// It is all digits.
    pub numeric: bool,
    /// How long it is, if the issuer says.
    pub length: Option<u32>,
    /// What the issuer says about it (untrusted text).
    pub description: Option<String>,
}

/// What accepting an offer gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OfferSummary {
    /// The issuer's host.
    pub host: String,
    /// A line for each credential that came.
    pub lines: Vec<ImportLine>,
    /// Why others of the offered ones did not come.
    pub missing: Vec<ApiError>,
}
