//! What leaves: links, LinkedIn, embeds and files. Data in, text and bytes out; nothing here opens a file, a
//! socket or a clock.
//!
//! [`share_sheet`] gives everything at once, [`save`] the bytes of one file. How a badge stands is said by its
//! [`Standing`], and only a report can make one of those: "Verified on ..." is written nowhere else.

mod bundle;
mod cv;
mod disclosure;
mod download;
mod embed;
mod entry;
#[allow(dead_code, reason = "the targets that use the others follow")]
mod escape;
mod link;
mod linkedin;
mod page;
mod personal;
mod portfolio;
mod standing;
mod text;

pub use bundle::universal_wallet;
pub use cv::{Cv, CvError, CvFormat, CvOptions, CvStyle, Fonts, Grouping, Rendered};
pub use disclosure::{Choice, DiscloseError, choices, disclosed};
pub use download::{Download, DownloadFormat, SaveError, downloads, file_name, save};
pub use embed::{Embed, EmbedFormat, LARGEST_PICTURE, LONGEST_DATA_URI};
pub use entry::Entry;
pub use link::public_page;
pub use linkedin::{Field, LinkedIn, post_url};
pub use page::{PageError, PageOptions, has_pages, page, page_name};
pub use personal::{PersonalData, personal_data};
pub use portfolio::{BaseUrl, LeftOut, Portfolio, PortfolioOptions, SiteFile};
pub use standing::Standing;
pub use text::is_steering;

use openbadges::artifact::ArtifactKind;
use openbadges::{Artifact, BadgeCard, Credential, Documents, Verdict};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A badge, as sharing sees it.
#[derive(Clone, Debug)]
pub struct Badge<'a> {
    /// What it says.
    pub card: &'a BadgeCard,
    /// The credential.
    pub credential: &'a Credential,
    /// The artefact that was brought in.
    pub original: Original<'a>,
    /// Its picture for snippets, at most [`LARGEST_PICTURE`] bytes if it is to be used.
    pub art: Option<Art<'a>>,
    /// Its picture in full, for baking the credential into.
    pub picture: Option<Art<'a>>,
    /// How it stands.
    pub standing: Standing,
    /// What its latest report rests on.
    pub documents: &'a Documents,
}

/// The artefact that was brought in, bit for bit.
#[derive(Clone, Copy, Debug)]
pub struct Original<'a> {
    /// What the bytes are.
    pub kind: ArtifactKind,
    /// The bytes.
    pub bytes: &'a [u8],
}

/// A picture.
#[derive(Clone, Copy, Debug)]
pub struct Art<'a> {
    /// The bytes of a PNG, JPEG, GIF, WebP or SVG image.
    pub bytes: &'a [u8],
}

impl Art<'_> {
    /// Whether the picture holds a credential: whoever has the picture then has that, too.
    pub fn is_baked(self) -> bool {
        Artifact::recognise(self.bytes.to_vec()).is_ok()
    }

    /// The media type, from the bytes; `None` where they are no picture that Lapel knows.
    pub fn media_type(self) -> Option<&'static str> {
        let bytes = self.bytes;
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some("image/png")
        } else if bytes.starts_with(b"\xFF\xD8\xFF") {
            Some("image/jpeg")
        } else if bytes.starts_with(b"GIF8") {
            Some("image/gif")
        } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            Some("image/webp")
        } else {
            is_svg(bytes).then_some("image/svg+xml")
        }
    }
}

/// Whether the text begins like XML and has an `svg` element near its beginning.
fn is_svg(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    let head = &bytes[..bytes.len().min(4096)];
    head.starts_with(b"<")
        && (head.windows(4).any(|w| w == b"<svg") || head.windows(5).any(|w| w == b":svg "))
}

/// Everything that a share sheet offers for one badge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ShareSheet {
    /// LinkedIn's profile form.
    pub linkedin: LinkedIn,
    /// LinkedIn's page for a post, where the badge has a public page.
    pub post_url: Option<String>,
    /// The badge's public page, if it has one.
    pub public_url: Option<String>,
    /// Snippets for web pages and READMEs.
    pub embeds: Vec<Embed>,
    /// Files.
    pub downloads: Vec<Download>,
    /// What the files tell about the recipient. LinkedIn's form and the snippets tell none of it.
    pub personal_data: Vec<PersonalData>,
    /// The date (UTC, `YYYY-MM-DD`) of the statement "Verified on ..." in the snippets; `None` where they do
    /// not make it.
    pub verified_on: Option<String>,
}

/// The share sheet of `badge`. Its snippets say since when it is verified where `say_verified` asks for that and it
/// is; that it is expired, revoked or invalid they say always.
pub fn share_sheet(badge: &Badge<'_>, say_verified: bool) -> ShareSheet {
    let public_url = badge.card.public_url.as_deref().and_then(public_page);
    let is_verified = badge.standing.verdict() == Verdict::Verified;
    let statement = match badge.standing.verdict() {
        Verdict::Verified => say_verified.then_some(badge.standing.words()),
        Verdict::Undecided => None,
        Verdict::Expired | Verdict::Revoked | Verdict::Invalid => Some(badge.standing.words()),
    };
    ShareSheet {
        linkedin: LinkedIn::of(badge.card),
        post_url: public_url.as_deref().map(post_url),
        public_url,
        embeds: embed::embeds(badge.card, badge.art, statement),
        downloads: downloads(badge),
        personal_data: personal_data(badge.card, badge.credential.json()),
        verified_on: (is_verified && say_verified).then(|| badge.standing.on().to_owned()),
    }
}

#[cfg(test)]
mod test_cards {
    //! Cards to share.

    use openbadges::BadgeCard;
    use openbadges::card::{IssuerCard, Moment};
    use proptest::prelude::*;

    /// Any text at all, often made of what markup is made of.
    pub(crate) fn any_text() -> impl Strategy<Value = String> {
        prop_oneof![
            prop::collection::vec(any::<char>(), 0..40).prop_map(String::from_iter),
            "[ -/:-@\\[-`{-~a\n\r\t\x00&;#x0-9\u{202e}]{0,40}",
            "[A-Za-z ]{1,30}",
        ]
    }

    /// A badge of March 2026 with a public page.
    pub(crate) fn card() -> BadgeCard {
        BadgeCard {
            standard: "Open Badges 3.0".to_owned(),
            name: "Rust Basics".to_owned(),
            issuer: IssuerCard { name: "Example University".to_owned(), ..IssuerCard::default() },
            issued_on: Some(moment("2026-03-01T12:00:00Z", "2026-03-01")),
            public_url: Some("https://badges.example/assertions/1".to_owned()),
            ..BadgeCard::default()
        }
    }

    /// A moment whose issuer's calendar says `date`.
    pub(crate) fn moment(text: &str, date: &str) -> Moment {
        Moment { text: text.to_owned(), instant: text.parse().unwrap(), date: date.to_owned() }
    }
}
