//! Baking: putting a credential into an image.

use super::content::{self, NotAText};
use super::{Keyword, MAX_BYTES, PayloadContent, PngError, SvgError, png, svg};
use crate::credential::Standard;
use crate::json::{self, JsonError};

/// Why a credential cannot be baked into an image.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BakeError {
    /// Neither PNG nor SVG.
    #[error("only PNG and SVG images can carry a badge, and this is neither")]
    NotAnImage,
    /// A broken PNG.
    #[error(transparent)]
    Png(#[from] PngError),
    /// A broken SVG.
    #[error(transparent)]
    Svg(#[from] SvgError),
    /// The text is no credential.
    #[error("the text to bake is not a badge: {0}")]
    NotABadge(#[from] NotAText),
    /// The text is broken JSON.
    #[error("the badge to bake is broken: {0}")]
    BadJson(#[from] JsonError),
    /// The content says of itself that it is something else than its text is.
    #[error("the text to bake is not of the kind that it was said to be")]
    OtherKind,
    /// A link under a keyword that takes credentials only.
    #[error("an image of Open Badges 3.0 carries the credential itself, never a link")]
    Link,
    /// The text or the result is too large.
    #[error("the badge is too large to bake: {bytes} bytes")]
    TooLarge {
        /// How many bytes there are.
        bytes: usize,
    },
    /// A character that XML has no way to write.
    #[error("the badge has the character U+{code:04X}, which an SVG image cannot hold")]
    NotXml {
        /// The character's code.
        code: u32,
    },
}

impl BakeError {
    /// A stable name of the reason.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAnImage => "bake_not_an_image",
            Self::Png(error) => error.code(),
            Self::Svg(error) => error.code(),
            Self::NotABadge(_) => "bake_not_a_badge",
            Self::BadJson(_) => "bake_bad_json",
            Self::OtherKind => "bake_other_kind",
            Self::Link => "bake_link",
            Self::TooLarge { .. } => "bake_too_large",
            Self::NotXml { .. } => "bake_not_xml",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NotAnImage | Self::Png(_) | Self::Svg(_) => "Choose another PNG or SVG image.",
            Self::NotABadge(_) | Self::BadJson(_) | Self::OtherKind | Self::Link => {
                "Choose the badge's own file."
            }
            Self::TooLarge { .. } => "Export the badge as JSON, or choose a smaller image.",
            Self::NotXml { .. } => "Bake it into a PNG image.",
        }
    }
}

/// Bakes a credential into `image`, which is PNG or SVG by its content, in the place that `standard`
/// names. Badges that were in it are replaced; every other byte stays as it was.
///
/// What comes out is read back by [`Artifact::recognise`](super::Artifact::recognise) as the same content.
pub fn bake(image: &[u8], content: &PayloadContent, standard: Standard) -> Result<Vec<u8>, BakeError> {
    let keyword = Keyword::from(standard);
    if checked(keyword, content.text())? != *content {
        return Err(BakeError::OtherKind);
    }
    let baked = if png::is_png(image) {
        png::bake(image, keyword, content.text())?
    } else if svg::is_markup(image) {
        svg::bake(image, keyword, content.text())?
    } else {
        return Err(BakeError::NotAnImage);
    };
    if baked.len() > MAX_BYTES { Err(BakeError::TooLarge { bytes: baked.len() }) } else { Ok(baked) }
}

/// What `text` is, when it may stand under `keyword`.
pub(super) fn checked(keyword: Keyword, text: &str) -> Result<PayloadContent, BakeError> {
    let content = content::classify(text)?;
    match &content {
        PayloadContent::Json(text) => {
            json::parse_strict(text)?;
        }
        PayloadContent::Url(_) if keyword != Keyword::OpenBadges => return Err(BakeError::Link),
        PayloadContent::Jws(_) | PayloadContent::Url(_) => {}
    }
    if content.text() == text { Ok(content) } else { Err(BakeError::OtherKind) }
}
