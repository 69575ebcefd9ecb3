//! A badge of the wallet, as sharing sees it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use lapel_share::{
    Art, Badge, DownloadFormat, EmbedFormat, LARGEST_PICTURE, Original, PageOptions, Qr, ShareOptions,
    ShareSheet, Standing, downloads, instance, not_claimed, organization_id, page, page_name, picture_png,
    save, share_sheet, signature_mail,
};
use lapel_wallet::api::{ApiError, BadgeId, Settings};
use lapel_wallet::{Picture, Wallet};
use openbadges::{ArtifactKind, Credential, Documents};

use crate::picture_fonts;

/// The pixels of a picture that goes along with a signature: shown at half of that, for fine screens.
const SIGNATURE_SIDE: u32 = 128;

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

    /// The id of its issuer, if it has one.
    pub fn issuer_id(&self) -> Option<&str> {
        self.badge.card.issuer.id.as_deref()
    }

    /// The credential.
    pub(crate) fn credential(&self) -> &Credential {
        &self.badge.credential
    }

    /// Everything that a share sheet offers, by what the person chose.
    pub fn sheet(&self, options: &ShareOptions) -> ShareSheet {
        share_sheet(&self.badge(), options)
    }

    /// A name for the file in `format`.
    pub fn file_name(&self, format: DownloadFormat) -> String {
        let downloads = downloads(&self.badge());
        let found = downloads.into_iter().find(|download| download.format == format);
        found.map_or_else(String::new, |download| download.file_name)
    }

    /// The bytes of the file in `format`; a PNG of at most `size` pixels a side where that is asked for.
    ///
    /// # Errors
    /// Where the badge has no such form, or its picture cannot be used.
    pub fn save(&self, format: DownloadFormat, size: Option<u32>) -> Result<Vec<u8>, ApiError> {
        save(&self.badge(), format, size, picture_fonts())
            .map_err(|error| ApiError::new(error.code(), sentence(&error), error.hint()))
    }

    /// The self-verifying page. It holds the original, with all the personal data that the sheet lists.
    ///
    /// # Errors
    /// Where Lapel was built without the verifier that the page needs.
    pub fn page(&self) -> Result<String, ApiError> {
        page(&self.badge(), PageOptions { made_at: Some(Timestamp::now()) })
            .map_err(|error| ApiError::new(error.code(), sentence(&error), error.hint()))
    }

    /// A name for the file of the self-verifying page.
    pub fn page_name(&self) -> String {
        page_name(&self.badge())
    }

    /// The QR code of the page that the badge is shared by.
    ///
    /// # Errors
    /// Where there is no such page, or its address does not fit.
    pub fn qr(&self, options: &ShareOptions) -> Result<Qr, ApiError> {
        let page = self.sheet(options).page.ok_or_else(no_page)?;
        Qr::of(&page).map_err(|error| ApiError::new(error.code(), sentence(&error), error.hint()))
    }

    /// A draft of a mail with the badge's signature, which mail programs open.
    ///
    /// # Errors
    /// Where nobody can claim the badge any more.
    pub fn signature_mail(&self, options: &ShareOptions) -> Result<Vec<u8>, ApiError> {
        let sheet = self.sheet(options);
        let text = |format| sheet.embeds.iter().find(|embed| embed.format == format).map(|embed| &embed.text);
        match (text(EmbedFormat::Signature), text(EmbedFormat::SignatureText)) {
            (Some(html), Some(text)) => {
                Ok(signature_mail(html, text, &picture_png(&self.badge(), SIGNATURE_SIDE, picture_fonts())))
            }
            _ => Err(void(&self.badge().standing)),
        }
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

/// What a library says went wrong, as a sentence: it is shown to people beside other sentences.
fn sentence(error: &impl std::error::Error) -> String {
    let text = error.to_string();
    let mut characters = text.chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase);
    let end = if text.ends_with('.') { "" } else { "." };
    first.chain(characters.as_str().chars()).chain(end.chars()).collect()
}

/// `options` with what the settings of `wallet` say besides: the map of LinkedIn's page ids, and the Mastodon instance
/// where none is named.
///
/// # Errors
/// Where the settings cannot be read.
pub fn with_settings(wallet: &Wallet, options: ShareOptions) -> Result<ShareOptions, ApiError> {
    let Settings { linkedin_organizations, mastodon, .. } = wallet.settings()?;
    Ok(ShareOptions { mastodon: options.mastodon.or(mastodon), linkedin_organizations, ..options })
}

/// `settings` as they are to be kept, with what sharing remembers looked at: the Mastodon instance becomes its host, and
/// LinkedIn's page ids are numbers.
///
/// # Errors
/// Where an instance is no host, or a page id no number.
pub fn checked_settings(settings: Settings) -> Result<Settings, ApiError> {
    let mut linkedin_organizations = BTreeMap::new();
    for (issuer, number) in &settings.linkedin_organizations {
        let issuer = issuer.trim();
        if issuer.is_empty() {
            let message = "There is no issuer to remember the LinkedIn page of.";
            return Err(ApiError::new("share.no-issuer-id", message, "Give the issuer's address or DID."));
        }
        let id = organization_id(number).ok_or_else(|| bad_organization(number))?;
        linkedin_organizations.insert(issuer.to_owned(), id);
    }
    let mastodon = settings.mastodon.as_deref().map(mastodon_instance).transpose()?;
    Ok(Settings { linkedin_organizations, mastodon, ..settings })
}

/// The host of the Mastodon instance that `named` means: its name, its address, or an account there.
///
/// # Errors
/// Where it means none.
pub fn mastodon_instance(named: &str) -> Result<String, ApiError> {
    instance(named).ok_or_else(|| {
        let message = format!("“{named}” is no Mastodon instance.");
        ApiError::new("share.bad-instance", message, "Name its host, such as mastodon.social.")
    })
}

fn bad_organization(number: &str) -> ApiError {
    let message = format!("“{number}” is no number of a LinkedIn page.");
    let hint =
        "It has digits only, 20 at most: LinkedIn shows it in the address of the page to whoever manages it.";
    ApiError::new("share.bad-organization", message, hint)
}

/// Those of the chosen badges that a document with them is made of, and their ids: void ones only where they are asked for.
pub(crate) fn carried<'a, 'b>(
    ids: &[BadgeId],
    badges: &'b [Badge<'a>],
    include_void: bool,
) -> (Vec<BadgeId>, Vec<&'b Badge<'a>>) {
    let pairs = ids.iter().zip(badges);
    pairs.filter(|(_, badge)| include_void || !badge.standing.is_void()).unzip()
}

/// There is no page to link to.
pub fn no_page() -> ApiError {
    ApiError::new(
        "share.no-public-page",
        "This badge has no public page to link to.",
        "Name a page of your own, such as the self-verifying page where you put it, or send the file instead.",
    )
}

/// Nobody can claim the badge any more.
pub fn void(standing: &Standing) -> ApiError {
    let why = not_claimed(standing).unwrap_or_default();
    ApiError::new("share.void", why, "Share another badge.")
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
