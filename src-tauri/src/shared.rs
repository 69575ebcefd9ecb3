//! A badge of the wallet, as sharing sees it.

use lapel_share::{
    Art, Badge, DownloadFormat, LARGEST_PICTURE, Original, ShareSheet, downloads, save, share_sheet,
};
use lapel_wallet::api::{ApiError, BadgeId};
use lapel_wallet::{Picture, Wallet};
use openbadges::ArtifactKind;

/// All that sharing reads of one badge.
pub(crate) struct Shared {
    badge: lapel_wallet::Badge,
    original: lapel_wallet::Original,
    art: Option<Picture>,
    picture: Option<Picture>,
}

impl Shared {
    /// Reads the badge `id`.
    pub(crate) fn read(wallet: &Wallet, id: BadgeId) -> Result<Self, ApiError> {
        let badge = wallet.badge(id)?;
        let art = wallet.small_picture(id, LARGEST_PICTURE)?;
        Ok(Self { badge, original: wallet.export_original(id)?, art, picture: wallet.bakeable(id)? })
    }

    /// Everything that a share sheet offers; its snippets say "Verified on ..." only where the latest report does and
    /// `verified_statement` asks for it.
    pub(crate) fn sheet(&self, verified_statement: bool) -> ShareSheet {
        share_sheet(&self.badge(), self.badge.verified().filter(|_| verified_statement))
    }

    /// A name for the file in `format`.
    pub(crate) fn file_name(&self, format: DownloadFormat) -> String {
        let downloads = downloads(&self.badge());
        downloads
            .into_iter()
            .find(|download| download.format == format)
            .map_or_else(String::new, |it| it.file_name)
    }

    /// The bytes of the file in `format`.
    pub(crate) fn save(&self, format: DownloadFormat) -> Result<Vec<u8>, ApiError> {
        save(&self.badge(), format)
            .map_err(|error| ApiError::new(error.code(), error.to_string(), error.hint()))
    }

    fn badge(&self) -> Badge<'_> {
        let kind = match self.original.kind.as_str() {
            "png" => ArtifactKind::Png,
            "svg" => ArtifactKind::Svg,
            "jws" => ArtifactKind::Jws,
            "url" => ArtifactKind::Url,
            _ => ArtifactKind::Json,
        };
        Badge {
            card: &self.badge.card,
            credential: &self.badge.credential,
            original: Original { kind, bytes: &self.original.bytes },
            art: self.art.as_ref().map(|picture| Art { bytes: &picture.bytes }),
            picture: self.picture.as_ref().map(|picture| Art { bytes: &picture.bytes }),
        }
    }
}
