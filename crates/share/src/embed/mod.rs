//! Embeds: a badge on somebody's page, in a README, a forum or a mail, as plain markup without script.
//!
//! Every text of a badge is untrusted, so it is put on one line, stripped of invisible steering characters and
//! escaped for the place it goes to. Links lead to public https pages only; a `data:` URI is used as the source
//! of a picture and never as a link. Style is inline (`style` attributes): a page whose Content Security Policy has
//! no `style-src 'unsafe-inline'` (or `style-src-attr`) shows the same words without it, and nothing else of a
//! snippet needs leave of a policy but the picture (`img-src`).

mod html;
mod plain;
mod signature;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use openbadges::Verdict;
use openbadges::artifact::svg;
use openbadges::card::BadgeCard;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use signature::signature_mail;

use crate::link::public_page;
use crate::text::{LINE, one_line};
use crate::{Art, Standing};

/// The longest `data:` URI that goes into an embed, in bytes: more makes a page slow, and many editors
/// refuse it.
pub const LONGEST_DATA_URI: usize = 100 * 1024;

/// The largest picture that fits into such a URI, in bytes.
pub const LARGEST_PICTURE: usize = (LONGEST_DATA_URI - "data:image/svg+xml;base64,".len()) / 4 * 3;

/// A snippet of markup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Embed {
    /// Which markup.
    pub format: EmbedFormat,
    /// The snippet.
    pub text: String,
    /// What the person should know before using it.
    pub note: Option<String>,
}

/// Which markup a snippet is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum EmbedFormat {
    /// HTML with inline style: picture, name, issuer and date on a card.
    Html,
    /// HTML with inline style: the picture alone, with the standing where that has to be said.
    HtmlBadge,
    /// `CommonMark`.
    Markdown,
    /// `BBCode`, for forums.
    Bbcode,
    /// reStructuredText, for documentation.
    Rst,
    /// `AsciiDoc`.
    Asciidoc,
    /// A sandboxed frame of HTML around a page that the person names.
    Iframe,
    /// The foot of a mail, as an HTML table.
    Signature,
    /// The same as plain text.
    SignatureText,
}

/// The colours of a snippet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Theme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
    /// As the reader's system has it.
    #[default]
    Automatic,
}

/// What the snippets of a badge are made of, besides its card.
pub(crate) struct Making<'a> {
    /// The picture that is stored for it.
    pub art: Option<Art<'a>>,
    /// How it stands.
    pub standing: &'a Standing,
    /// Whether to say since when it is verified.
    pub say_verified: bool,
    /// The page that it links to.
    pub page: Option<&'a str>,
    /// A page of the person's own, which may be framed.
    pub own_page: Option<&'a str>,
    /// The colours.
    pub theme: Theme,
    /// Whether the picture goes inside, or with the mail, although the issuer has it on the web.
    pub picture_inside: bool,
}

/// The snippets for `card`. A void badge gets no signature: there is nothing to claim.
pub(crate) fn embeds(card: &BadgeCard, making: &Making<'_>) -> Vec<Embed> {
    let snippet = Snippet::of(card, making);
    let mut embeds = vec![
        snippet.card(making.theme),
        snippet.badge_only(making.theme),
        snippet.markdown(),
        snippet.bbcode(),
        snippet.rst(),
        snippet.asciidoc(),
    ];
    embeds.extend(making.own_page.map(|page| snippet.frame(page)));
    if !making.standing.is_void() {
        let snippet = Snippet { statement: claim(making.standing, making.say_verified), ..snippet };
        embeds.push(snippet.signature());
        embeds.push(snippet.signature_text());
    }
    embeds
}

/// What a snippet says of how the badge stands: that it does not stand always, since when it does only if asked.
fn statement(standing: &Standing, say_verified: bool) -> Option<String> {
    match standing.verdict() {
        Verdict::Verified => say_verified.then(|| standing.words().to_owned()),
        Verdict::Undecided => None,
        Verdict::Expired | Verdict::Revoked | Verdict::Invalid => Some(standing.words().to_owned()),
    }
}

/// The same where the person claims the badge in words of their own: there doubts are said as well.
pub(crate) fn claim(standing: &Standing, say_verified: bool) -> Option<String> {
    let is_verified = standing.verdict() == Verdict::Verified;
    (!is_verified || say_verified).then(|| standing.words().to_owned())
}

/// A snippet's parts: plain text and checked addresses, not yet escaped for any markup.
struct Snippet {
    name: String,
    issuer: String,
    issued: Option<String>,
    page: Option<String>,
    picture: Picture,
    statement: Option<String>,
    /// Whether the statement is bad news.
    is_warning: bool,
}

/// Where the picture of a snippet comes from.
enum Picture {
    Url(String),
    Data(String),
    TooLarge,
    Baked,
    None,
}

impl Snippet {
    fn of(card: &BadgeCard, making: &Making<'_>) -> Self {
        Self {
            name: some_text(&card.name, "Badge"),
            issuer: some_text(&card.issuer.name, "unknown issuer"),
            issued: card.issued_on.as_ref().map(|moment| one_line(&moment.date, 10)),
            page: making.page.map(str::to_owned),
            picture: Picture::of(card, making.art, making.picture_inside),
            statement: statement(making.standing, making.say_verified),
            is_warning: making.standing.verdict() != Verdict::Verified,
        }
    }

    /// What the picture shows, for those who cannot see it.
    fn alt(&self) -> String {
        format!("Badge: {}, issued by {}", self.name, self.issuer)
    }

    /// Who issued it, and when.
    fn issued_by(&self) -> String {
        match &self.issued {
            Some(date) => format!("{}, {date}", self.issuer),
            None => self.issuer.clone(),
        }
    }

    /// The picture's address on the web, for markups that take no other.
    fn picture_url(&self) -> Option<&str> {
        match &self.picture {
            Picture::Url(url) => Some(url),
            _ => None,
        }
    }

    fn page_note(&self) -> Option<String> {
        self.page.is_none().then(|| {
            "The badge has no public page, so the snippet links to nothing that proves it: a copied picture is no \
             proof."
                .to_owned()
        })
    }
}

impl Picture {
    fn of(card: &BadgeCard, art: Option<Art<'_>>, inside: bool) -> Self {
        let on_the_web = card.image.as_deref().and_then(public_page);
        match on_the_web {
            Some(url) if !inside => Self::Url(url),
            on_the_web => match (Self::inside(art), on_the_web) {
                // What cannot go inside is better shown from the web than not at all.
                (Self::None | Self::TooLarge | Self::Baked, Some(url)) => Self::Url(url),
                (picture, _) => picture,
            },
        }
    }

    fn inside(art: Option<Art<'_>>) -> Self {
        let Some((art, media_type)) = art.and_then(|art| Some((art, art.media_type()?))) else {
            return Self::None;
        };
        // A snippet must not carry the recipient's data into somebody's page unseen.
        let Some(bytes) = without_credential(art) else { return Self::Baked };
        let length = "data:;base64,".len() + media_type.len() + bytes.len().div_ceil(3) * 4;
        if length > LONGEST_DATA_URI {
            return Self::TooLarge;
        }
        Self::Data(format!("data:{media_type};base64,{}", STANDARD.encode(bytes)))
    }

    /// What to know about it in a place that takes pictures from the web and inside.
    fn note(&self) -> String {
        match self {
            Self::Url(url) => {
                let host = url::Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
                format!(
                    "The picture is loaded from {} whenever somebody reads it.",
                    host.unwrap_or_default()
                )
            }
            Self::Data(_) => "The picture is inside the snippet; mail and some editors remove it.".to_owned(),
            Self::TooLarge => {
                "There is no picture: the issuer publishes none, and the stored one is too large for a snippet."
                    .to_owned()
            }
            Self::Baked => {
                "There is no picture: the stored one holds the credential, and with it the recipient's data."
                    .to_owned()
            }
            Self::None => "There is no picture: Lapel has none for this badge.".to_owned(),
        }
    }
}

/// The picture alone; `None` where the credential cannot be told from it.
pub(crate) fn without_credential(art: Art<'_>) -> Option<Cow<'_, [u8]>> {
    if !art.is_baked() {
        return Some(Cow::Borrowed(art.bytes));
    }
    let stripped = svg::stripped(art.bytes).ok()?;
    let alone = !Art { bytes: &stripped }.is_baked();
    alone.then_some(Cow::Owned(stripped))
}

fn some_text(text: &str, otherwise: &str) -> String {
    let text = one_line(text, LINE);
    if text.is_empty() { otherwise.to_owned() } else { text }
}
