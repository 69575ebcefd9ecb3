//! The wallet, as the commands use it.

use std::path::PathBuf;
use std::sync::Arc;

use lapel_share::{Art, DownloadFormat, LARGEST_PICTURE, ShareSheet, save, share_sheet};
use lapel_wallet::api::{ApiError, BadgeId};
use lapel_wallet::fetch::MapFetch;
use lapel_wallet::{Badge, Original, Picture, Wallet, default_folder};
use openbadges::ArtifactKind;

use crate::args::Global;
use crate::problem::{Problem, told};

/// Opens the wallet that the options name, making it where there is none.
pub(crate) fn open(global: &Global) -> Result<Wallet, Problem> {
    let folder = folder(global)?;
    let opened = if global.offline {
        Wallet::open_with(&folder, Arc::new(MapFetch::offline()))
    } else {
        Wallet::open_allowing(&folder, global.allow_host.clone())
    };
    opened.map_err(Problem::unusable)
}

fn folder(global: &Global) -> Result<PathBuf, Problem> {
    let chosen = global.wallet.clone().filter(|folder| !folder.as_os_str().is_empty());
    chosen.or_else(default_folder).ok_or_else(|| {
        Problem::unusable(told(
            "wallet.no-folder",
            "there is no folder for application data on this system",
            "Name one with --wallet DIR or LAPEL_WALLET.",
        ))
    })
}

/// What the wallet could not do for a command.
impl From<ApiError> for Problem {
    fn from(error: ApiError) -> Self {
        Self::failed(error)
    }
}

/// A badge of the wallet with all that sharing it needs.
pub(crate) struct Shared {
    badge: Badge,
    original: Original,
    art: Option<Picture>,
    picture: Option<Picture>,
}

impl Shared {
    /// Reads the badge `id`.
    pub(crate) fn read(wallet: &Wallet, id: BadgeId) -> Result<Self, ApiError> {
        let badge = wallet.badge(id)?;
        let original = wallet.export_original(id)?;
        let art = wallet.small_picture(id, LARGEST_PICTURE)?;
        let picture = wallet.bakeable(id)?;
        Ok(Self { badge, original, art, picture })
    }

    /// The bytes of the badge in `format`.
    pub(crate) fn save(&self, format: DownloadFormat) -> Result<Vec<u8>, ApiError> {
        save(&self.badge(), format).map_err(|error| told(error.code(), error.to_string(), error.hint()))
    }

    /// Everything that sharing offers; with `verified`, saying so where the latest report does.
    pub(crate) fn sheet(&self, verified: bool) -> ShareSheet {
        share_sheet(&self.badge(), self.badge.verified().filter(|_| verified))
    }

    fn badge(&self) -> lapel_share::Badge<'_> {
        lapel_share::Badge {
            card: &self.badge.card,
            credential: &self.badge.credential,
            original: lapel_share::Original { kind: kind(&self.original.kind), bytes: &self.original.bytes },
            art: self.art.as_ref().map(|picture| Art { bytes: &picture.bytes }),
            picture: self.picture.as_ref().map(|picture| Art { bytes: &picture.bytes }),
        }
    }
}

/// The kind of a stored artefact by its name.
pub(crate) fn kind(name: &str) -> ArtifactKind {
    match name {
        "png" => ArtifactKind::Png,
        "svg" => ArtifactKind::Svg,
        "jws" => ArtifactKind::Jws,
        "url" => ArtifactKind::Url,
        _ => ArtifactKind::Json,
    }
}
