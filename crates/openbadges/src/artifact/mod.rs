//! Artefacts: the exact bytes that a person brought in, with a kind decided from the bytes.
//!
//! Names, extensions and media types play no part. What is no badge is told apart by what it looks like,
//! so that a person reads "this is a web page" rather than "parse error".

mod bake;
mod content;
mod likeness;
pub(crate) mod picture;
pub mod png;
pub mod svg;

use serde::{Deserialize, Serialize};

pub use bake::{BakeError, bake};
pub use content::{JwsFault, NotAText};
pub use likeness::Likeness;
pub use png::PngError;
pub use svg::SvgError;

use crate::credential::Standard;

/// The largest artefact that is read, in bytes (32 MiB).
pub const MAX_BYTES: usize = 32 << 20;

/// `data:` URLs inside one another, at most.
const MAX_DATA_DEPTH: usize = 2;

/// What the bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArtifactKind {
    /// A PNG image.
    Png,
    /// An SVG image.
    Svg,
    /// A JSON text.
    Json,
    /// A compact JWS.
    Jws,
    /// A link. Of a `data:` URL the payloads are those of the data in it.
    Url,
}

impl ArtifactKind {
    /// The kind as one word, as it is serialised.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Svg => "svg",
            Self::Json => "json",
            Self::Jws => "jws",
            Self::Url => "url",
        }
    }
}

/// The exact text of a credential, or a link to one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PayloadContent {
    /// JSON text, without a byte order mark, otherwise as it was found. That it is well-formed is for
    /// [`Credential::parse`](crate::Credential::parse) to see.
    Json(String),
    /// Compact JWS, without outer white space.
    Jws(String),
    /// An `http` or `https` link, without outer white space.
    Url(String),
}

impl PayloadContent {
    /// The text, whatever it is.
    pub fn text(&self) -> &str {
        match self {
            Self::Json(text) | Self::Jws(text) | Self::Url(text) => text,
        }
    }
}

/// Where in an artefact a payload stood.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Carrier {
    /// The artefact is the payload.
    Plain,
    /// A text chunk of a PNG.
    Png {
        /// The chunk's keyword.
        keyword: String,
    },
    /// An element of an SVG.
    Svg {
        /// The element's namespace.
        namespace: String,
    },
}

/// A credential text as an artefact carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    /// Where it stood.
    pub carrier: Carrier,
    /// The text.
    pub content: PayloadContent,
}

/// The places for a badge in an image: a PNG keyword, and the SVG element that goes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Keyword {
    /// Open Badges 1 and 2.
    OpenBadges,
    /// Open Badges 3.0.
    OpenBadgeCredential,
    /// Comprehensive Learner Record 2.0.
    ClrCredential,
}

impl Keyword {
    /// Every place.
    pub const ALL: [Self; 3] = [Self::OpenBadges, Self::OpenBadgeCredential, Self::ClrCredential];

    /// The keyword of the PNG text chunk.
    pub fn png_keyword(self) -> &'static str {
        match self {
            Self::OpenBadges => "openbadges",
            Self::OpenBadgeCredential => "openbadgecredential",
            Self::ClrCredential => "clrcredential",
        }
    }

    /// The namespace of the SVG element.
    pub fn svg_namespace(self) -> &'static str {
        match self {
            Self::OpenBadges => "http://openbadges.org",
            Self::OpenBadgeCredential => "https://purl.imsglobal.org/ob/v3p0",
            Self::ClrCredential => "https://purl.imsglobal.org/clr/v2p0",
        }
    }

    /// The local name of the SVG element.
    pub fn svg_element(self) -> &'static str {
        match self {
            Self::OpenBadges => "assertion",
            Self::OpenBadgeCredential | Self::ClrCredential => "credential",
        }
    }
}

impl From<Standard> for Keyword {
    fn from(standard: Standard) -> Self {
        match standard {
            standard if standard.is_assertion() => Self::OpenBadges,
            Standard::Clr2 => Self::ClrCredential,
            _ => Self::OpenBadgeCredential,
        }
    }
}

/// Exact bytes with a known kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    bytes: Vec<u8>,
    kind: ArtifactKind,
    payloads: Vec<Payload>,
    notes: Vec<String>,
}

/// Why bytes are not a badge.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotABadge {
    /// No bytes, or white space only.
    #[error("this is empty")]
    Empty,
    /// More than [`MAX_BYTES`].
    #[error("this is too large for a badge: {bytes} bytes, where {MAX_BYTES} are the most")]
    TooLarge {
        /// How many bytes there are.
        bytes: usize,
    },
    /// Something else that is known.
    #[error("this is {0}, not a badge")]
    Other(Likeness),
    /// A PNG that nothing was baked into.
    #[error("this is a PNG image with no badge in it")]
    PngWithoutBadge,
    /// An SVG that nothing was baked into.
    #[error("this is an SVG image with no badge in it")]
    SvgWithoutBadge,
    /// A PNG that cannot be read.
    #[error(transparent)]
    Png(#[from] PngError),
    /// An SVG that cannot be read.
    #[error(transparent)]
    Svg(#[from] SvgError),
    /// A text that is nearly a badge, or a credential of a kind that is not read yet.
    #[error(transparent)]
    Text(#[from] NotAText),
    /// An image holds something in the place of a badge that is none.
    #[error("the image has no badge where one should be: {fault}")]
    BadPayload {
        /// What is wrong with the text there.
        fault: NotAText,
    },
}

impl NotABadge {
    /// A stable name of the reason.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLarge { .. } => "too_large",
            Self::Other(likeness) => likeness.code(),
            Self::PngWithoutBadge => "png_without_badge",
            Self::SvgWithoutBadge => "svg_without_badge",
            Self::Png(error) => error.code(),
            Self::Svg(error) => error.code(),
            Self::Text(error) => error.code(),
            Self::BadPayload { .. } => "bad_payload",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Empty => "The download may have failed: get the badge again from its issuer.".into(),
            Self::TooLarge { .. } => {
                "Download the badge's own file from its issuer; no badge needs that much.".into()
            }
            Self::Other(likeness) => likeness.hint().into(),
            Self::PngWithoutBadge | Self::SvgWithoutBadge => {
                "It may be a screenshot, or copying, an editor or a social network has stripped the badge. \
                 Download the original image, or the badge as JSON, from its issuer."
                    .into()
            }
            Self::Png(error) => error.hint().into(),
            Self::Svg(error) => error.hint().into(),
            Self::Text(error) | Self::BadPayload { fault: error } => error.hint().into(),
        }
    }
}

impl Artifact {
    /// Decides the kind from the bytes and takes the credential texts out.
    ///
    /// The work and memory it needs are bounded by a small multiple of [`MAX_BYTES`]; nothing is fetched.
    /// Whether a text is a sound credential is not asked here.
    pub fn recognise(bytes: Vec<u8>) -> Result<Self, NotABadge> {
        let Reading { kind, payloads, notes } = read(&bytes, MAX_DATA_DEPTH)?;
        Ok(Self { bytes, kind, payloads, notes })
    }

    /// The exact bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What they are.
    pub fn kind(&self) -> ArtifactKind {
        self.kind
    }

    /// SHA-256 of the bytes, in hexadecimal.
    pub fn sha256(&self) -> String {
        crate::document::sha256_hex(&self.bytes)
    }

    /// The credential texts or links in it, in the order of reading; at least one.
    pub fn payloads(&self) -> &[Payload] {
        &self.payloads
    }

    /// What was read leniently, a sentence each.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
}

/// What reading some bytes gave.
struct Reading {
    kind: ArtifactKind,
    payloads: Vec<Payload>,
    notes: Vec<String>,
}

fn read(bytes: &[u8], data_depth: usize) -> Result<Reading, NotABadge> {
    if bytes.len() > MAX_BYTES {
        return Err(NotABadge::TooLarge { bytes: bytes.len() });
    }
    if png::is_png(bytes) {
        return read_png(bytes);
    }
    if let Some(likeness) = likeness::of_bytes(bytes) {
        return Err(NotABadge::Other(likeness));
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Err(not_utf8(bytes));
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let trimmed = content::trimmed(text);
    if trimmed.is_empty() {
        return Err(NotABadge::Empty);
    }
    if trimmed.starts_with('<') {
        return read_markup(text, trimmed);
    }
    if content::has_scheme(trimmed, "data") {
        return read_data_url(trimmed, data_depth);
    }
    let content = content::classify(text)?;
    let kind = match content {
        PayloadContent::Json(_) => ArtifactKind::Json,
        PayloadContent::Jws(_) => ArtifactKind::Jws,
        PayloadContent::Url(_) => ArtifactKind::Url,
    };
    Ok(Reading { kind, payloads: vec![Payload { carrier: Carrier::Plain, content }], notes: Vec::new() })
}

fn read_png(bytes: &[u8]) -> Result<Reading, NotABadge> {
    let png::Unbaked { texts, mut notes } = png::unbake(bytes)?;
    let mut payloads = Vec::new();
    for png::BakedText { keyword, text } in texts {
        let carrier = Carrier::Png { keyword: keyword.png_keyword().to_owned() };
        payloads.push(payload(carrier, keyword, &text, &mut notes)?);
    }
    if payloads.is_empty() {
        return Err(NotABadge::PngWithoutBadge);
    }
    Ok(Reading { kind: ArtifactKind::Png, payloads, notes })
}

fn read_markup(text: &str, trimmed: &str) -> Result<Reading, NotABadge> {
    let svg::Unbaked { texts, mut notes } = match svg::unbake(text.as_bytes()) {
        Err(_) if likeness::has_html_near_start(trimmed) => return Err(NotABadge::Other(Likeness::WebPage)),
        Err(SvgError::NotSvg { root }) => return Err(NotABadge::Other(Likeness::Xml { root })),
        unbaked => unbaked?,
    };
    let mut payloads = Vec::new();
    for svg::BakedText { keyword, text } in texts {
        let carrier = Carrier::Svg { namespace: keyword.svg_namespace().to_owned() };
        payloads.push(payload(carrier, keyword, &text, &mut notes)?);
    }
    if payloads.is_empty() {
        return Err(NotABadge::SvgWithoutBadge);
    }
    Ok(Reading { kind: ArtifactKind::Svg, payloads, notes })
}

/// A payload out of an image's text.
fn payload(
    carrier: Carrier,
    keyword: Keyword,
    text: &str,
    notes: &mut Vec<String>,
) -> Result<Payload, NotABadge> {
    let content = content::classify(text).map_err(|fault| NotABadge::BadPayload { fault })?;
    if matches!(content, PayloadContent::Url(_)) && keyword != Keyword::OpenBadges {
        notes.push(format!(
            "The image holds a link under {}, where the specification wants the credential itself.",
            keyword.png_keyword()
        ));
    }
    Ok(Payload { carrier, content })
}

fn read_data_url(text: &str, depth: usize) -> Result<Reading, NotABadge> {
    let Some(depth) = depth.checked_sub(1) else {
        return Err(NotAText::NestedDataUrl.into());
    };
    let inner = read(&content::data_of(text)?, depth)?;
    Ok(Reading { kind: ArtifactKind::Url, ..inner })
}

/// Text that is not UTF-8, told apart from bytes that are no text.
fn not_utf8(bytes: &[u8]) -> NotABadge {
    let start = bytes.iter().copied().find(|b| !b.is_ascii_whitespace());
    match start {
        Some(b'<') => SvgError::NotUtf8.into(),
        Some(b'{') => NotAText::NotUtf8.into(),
        _ if bytes.starts_with(&[0xd2, 0x84]) => NotAText::Cose.into(),
        _ => NotABadge::Other(Likeness::Binary),
    }
}

#[cfg(test)]
mod tests;
