//! What leaves: links, LinkedIn, embeds and files. Data in, text and bytes out; nothing here opens a file, a
//! socket or a clock.
//!
//! [`share_sheet`] gives everything at once, [`save`] the bytes of one file. How a badge stands is said by its
//! [`Standing`], and only a report can make one of those: "Verified on ..." is written nowhere else.

mod cv;
mod disclosure;
mod download;
mod embed;
mod entry;
mod escape;
mod index;
mod link;
mod linkedin;
mod page;
mod personal;
mod picture;
mod portfolio;
mod post;
mod qr;
mod standing;
mod text;
mod universal_wallet;

pub use cv::{Cv, CvError, CvFormat, CvOptions, CvStyle, Fonts, Grouping, Rendered};
pub use disclosure::{Choice, DiscloseError, choices, disclosed};
pub use download::{Download, DownloadFormat, SaveError, downloads, file_name, picture_png, save};
pub use embed::{Embed, EmbedFormat, LARGEST_PICTURE, LONGEST_DATA_URI, Theme, signature_mail};
pub use entry::Entry;
pub use index::{Indexed, index_html, index_json};
pub use link::public_page;
pub use linkedin::{Field, LinkedIn, organization_id, post_url};
pub use page::{PageError, PageOptions, has_pages, page, page_name};
pub use personal::{Leaving, PersonalData, Target, personal_data};
pub use picture::{LARGEST_SIDE, PictureFonts, placeholder};
pub use portfolio::{BaseUrl, LeftOut, Portfolio, PortfolioOptions, SiteFile};
pub use post::{Network, Post, instance};
pub use qr::{Qr, QrView, TooLong};
pub use standing::Standing;
pub use text::is_steering;
pub use universal_wallet::universal_wallet;

use std::collections::BTreeMap;

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

/// What the person chose for sharing one badge.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct ShareOptions {
    /// Whether to say since when the badge is verified, where it is.
    pub say_verified: bool,
    /// The colours of snippets.
    pub theme: Theme,
    /// Whether pictures go inside snippets, and along with mail, rather than be loaded from the issuer.
    pub picture_inside: bool,
    /// A page to link to instead of the issuer's, such as the self-verifying page where the person put it.
    pub page: Option<String>,
    /// Whether the credential's id stays out of LinkedIn's form.
    pub leave_out_id: bool,
    /// The person's own words for posts, instead of ours.
    pub words: Option<String>,
    /// The person's Mastodon instance.
    pub mastodon: Option<String>,
    /// LinkedIn's page ids by issuers' ids, where issuers do not state them.
    pub linkedin_organizations: BTreeMap<String, String>,
}

/// Everything that a share sheet offers for one badge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ShareSheet {
    /// How the badge stands, in words.
    pub standing: String,
    /// LinkedIn's profile form; none where the badge is void.
    pub linkedin: Option<LinkedIn>,
    /// Posts, one for each network; none where the badge is void.
    pub posts: Vec<Post>,
    /// Why there is no LinkedIn, no post and no signature: the badge is revoked or invalid.
    pub not_claimed: Option<String>,
    /// The page that everything links to: the person's, or else the issuer's, if there is one.
    pub page: Option<String>,
    /// Why the page that the person named is not linked to.
    pub page_refused: Option<String>,
    /// The issuer's public page, if it has one.
    pub public_url: Option<String>,
    /// The QR code of the page; none where there is no page, or it does not fit.
    pub qr: Option<QrView>,
    /// Why there is no QR code although there is a page.
    pub qr_refused: Option<String>,
    /// Snippets for web pages, READMEs, forums and mail.
    pub embeds: Vec<Embed>,
    /// Files.
    pub downloads: Vec<Download>,
    /// What leaves each way about the recipient.
    pub leaving: Vec<Leaving>,
    /// The date (UTC, `YYYY-MM-DD`) of the statement "Verified on ..." in the snippets; `None` where they do
    /// not make it.
    pub verified_on: Option<String>,
}

/// The share sheet of `badge`. It says since when the badge is verified where that is asked for and it is; that it is
/// expired, revoked or invalid it says always. What nobody may claim any more gets no LinkedIn, post or signature.
pub fn share_sheet(badge: &Badge<'_>, options: &ShareOptions) -> ShareSheet {
    let Badge { card, standing, .. } = badge;
    let public_url = card.public_url.as_deref().and_then(public_page);
    let named = options.page.as_deref().map(str::trim).filter(|page| !page.is_empty());
    let own_page = named.and_then(public_page);
    let page = own_page.clone().or_else(|| public_url.clone());
    let page = page.as_deref();
    let qr = page.map(Qr::of);
    let making = embed::Making {
        art: badge.art,
        standing,
        say_verified: options.say_verified,
        page,
        own_page: own_page.as_deref(),
        theme: options.theme,
        picture_inside: options.picture_inside,
    };
    let is_verified = standing.verdict() == Verdict::Verified;
    ShareSheet {
        standing: standing.words().to_owned(),
        linkedin: (!standing.is_void()).then(|| linkedin(card, page, options)),
        posts: if standing.is_void() { Vec::new() } else { posts(badge, page, options) },
        not_claimed: not_claimed(standing),
        page: page.map(str::to_owned),
        page_refused: (named.is_some() && own_page.is_none()).then(|| {
            "That is no page that anybody can open: it has to begin with https:// and name a public host."
                .to_owned()
        }),
        qr: qr.as_ref().and_then(|qr| Some(qr.as_ref().ok()?.view(page?))),
        qr_refused: qr.and_then(Result::err).map(|error| format!("{error}. {}", error.hint())),
        embeds: embed::embeds(card, &making),
        downloads: downloads(badge),
        leaving: personal::leaving(card, badge.credential, page, options.leave_out_id),
        verified_on: (is_verified && options.say_verified).then(|| standing.on().to_owned()),
        public_url,
    }
}

fn linkedin(card: &BadgeCard, page: Option<&str>, options: &ShareOptions) -> LinkedIn {
    let organizations = Some(&options.linkedin_organizations);
    LinkedIn::of(card, &linkedin::Making { page, organizations, leave_out_id: options.leave_out_id })
}

fn posts(badge: &Badge<'_>, page: Option<&str>, options: &ShareOptions) -> Vec<Post> {
    let statement = embed::claim(&badge.standing, options.say_verified);
    let making = post::Making {
        statement: statement.as_deref(),
        page,
        words: options.words.as_deref(),
        instance: options.mastodon.as_deref(),
    };
    post::posts(&Entry::of(badge), making)
}

/// Why nobody may claim the badge any more; `None` where one may.
pub fn not_claimed(standing: &Standing) -> Option<String> {
    standing.is_void().then(|| {
        format!(
            "Nobody can claim this badge: {}. Its files and snippets say so.",
            lower_first(standing.words())
        )
    })
}

fn lower_first(words: &str) -> String {
    let mut characters = words.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
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
