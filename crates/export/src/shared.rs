//! A badge of the wallet, as sharing sees it.

use jiff::Timestamp;
use lapel_share::{
    Art, Badge, DownloadFormat, LARGEST_PICTURE, Original, PageOptions, ShareSheet, Standing, downloads,
    page, page_name, save, share_sheet,
};
use lapel_wallet::api::{ApiError, BadgeId};
use lapel_wallet::{Picture, Wallet};
use openbadges::{ArtifactKind, Documents};

/// All that sharing reads of one badge.
#[derive(Debug)]
pub struct Shared {
    badge: lapel_wallet::Badge,
    original: lapel_wallet::Original,
    documents: Documents,
    art: Option<Picture>,
    picture: Option<Picture>,
}

impl Shared {
    /// Reads the badge `id`.
    ///
    /// # Errors
    /// Where there is no such badge, or the wallet cannot be read.
    pub fn read(wallet: &Wallet, id: BadgeId) -> Result<Self, ApiError> {
        let badge = wallet.badge(id)?;
        let original = wallet.export_original(id)?;
        let documents = wallet.documents(id)?;
        let art = wallet.small_picture(id, LARGEST_PICTURE)?;
        let picture = wallet.bakeable(id)?;
        Ok(Self { badge, original, documents, art, picture })
    }

    /// Everything that a share sheet offers; its snippets say "Verified on ..." only where the latest report does and
    /// `say_verified` asks for it.
    pub fn sheet(&self, say_verified: bool) -> ShareSheet {
        share_sheet(&self.badge(), say_verified)
    }

    /// A name for the file in `format`.
    pub fn file_name(&self, format: DownloadFormat) -> String {
        let downloads = downloads(&self.badge());
        let found = downloads.into_iter().find(|download| download.format == format);
        found.map_or_else(String::new, |download| download.file_name)
    }

    /// The bytes of the file in `format`.
    ///
    /// # Errors
    /// Where the badge has no such form.
    pub fn save(&self, format: DownloadFormat) -> Result<Vec<u8>, ApiError> {
        save(&self.badge(), format)
            .map_err(|error| ApiError::new(error.code(), error.to_string(), error.hint()))
    }

    /// The self-verifying page. It holds the original, with all the personal data that the sheet lists.
    ///
    /// # Errors
    /// Where Lapel was built without the verifier that the page needs.
    pub fn page(&self) -> Result<String, ApiError> {
        page(&self.badge(), PageOptions { made_at: Some(Timestamp::now()) })
            .map_err(|error| ApiError::new(error.code(), error.to_string(), error.hint()))
    }

    /// A name for the file of the self-verifying page.
    pub fn page_name(&self) -> String {
        page_name(&self.badge())
    }

    /// The badge as it stands now.
    pub fn badge(&self) -> Badge<'_> {
        let lapel_wallet::Badge { card, credential, report, .. } = &self.badge;
        Badge {
            card,
            credential,
            original: Original { kind: kind(&self.original.kind), bytes: &self.original.bytes },
            art: self.art.as_ref().map(|picture| Art { bytes: &picture.bytes }),
            picture: self.picture.as_ref().map(|picture| Art { bytes: &picture.bytes }),
            standing: Standing::of(credential, card, report, Timestamp::now()),
            documents: &self.documents,
        }
    }
}

/// The kind of a stored artefact by its name.
pub fn kind(name: &str) -> ArtifactKind {
    match name {
        "png" => ArtifactKind::Png,
        "svg" => ArtifactKind::Svg,
        "jws" => ArtifactKind::Jws,
        "url" => ArtifactKind::Url,
        _ => ArtifactKind::Json,
    }
}
