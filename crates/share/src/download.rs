//! Files: in which forms a badge can be saved, under which names, and their bytes.

use openbadges::Credential;
use openbadges::artifact::{ArtifactKind, BakeError, PayloadContent, bake};
use openbadges::card::BadgeCard;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use ts_rs::TS;

use crate::picture::{self, LARGEST_SIDE, PictureFonts, USUAL_SIDE};
use crate::text::one_line;
use crate::{Art, Badge};

/// A form in which a badge can be saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum DownloadFormat {
    /// The very bytes that were brought in.
    Original,
    /// A PNG image with the credential in it.
    Png,
    /// An SVG image with the credential in it.
    Svg,
    /// The credential's JSON text.
    Json,
    /// The credential's JWT (compact JWS).
    Jwt,
}

impl DownloadFormat {
    /// All of them, in the order of a share sheet.
    pub const ALL: [Self; 5] = [Self::Original, Self::Png, Self::Svg, Self::Json, Self::Jwt];

    /// `original`, `png`, `svg`, `json` or `jwt`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Png => "png",
            Self::Svg => "svg",
            Self::Json => "json",
            Self::Jwt => "jwt",
        }
    }
}

/// A file that can, or cannot, be made of a badge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Download {
    /// Which form.
    pub format: DownloadFormat,
    /// A name for the file that is safe on every system.
    pub file_name: String,
    /// Whether it can be made.
    pub available: bool,
    /// What it is good for, or why it cannot be made.
    pub note: String,
}

/// Why a file cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SaveError {
    /// The badge has no such form.
    #[error("{note}")]
    NotAvailable {
        /// The form that was asked for.
        format: DownloadFormat,
        /// Why not.
        note: String,
    },
    /// The picture cannot be read within the limits.
    #[error("the badge's picture cannot be read, or is too large")]
    BadPicture,
    /// A size that nobody can want.
    #[error("a picture has at least 16 and at most {LARGEST_SIDE} pixels a side")]
    BadSize,
    /// A size for something that has none.
    #[error("only a PNG has a size in pixels")]
    NoSize,
    /// The credential could not be put into the picture.
    #[error("the credential could not be put into the picture: {0}")]
    Bake(#[from] BakeError),
}

impl SaveError {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAvailable { .. } => "share.format-not-available",
            Self::BadPicture => "share.bad-picture",
            Self::BadSize => "share.bad-size",
            Self::NoSize => "share.no-size",
            Self::Bake(error) => error.code(),
        }
    }

    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NotAvailable { .. } => {
                "Save it as the original: those are the very bytes that were brought in."
            }
            Self::BadPicture => "Save it as the original, or as JSON or JWT: those need no picture.",
            Self::BadSize => "Ask for another size, such as 400.",
            Self::NoSize => "Leave the size out, or ask for a PNG: an SVG fits itself to any size.",
            Self::Bake(error) => error.hint(),
        }
    }
}

/// Every form, and whether `badge` has it.
pub fn downloads(badge: &Badge<'_>) -> Vec<Download> {
    DownloadFormat::ALL
        .into_iter()
        .map(|format| {
            let availability = availability(badge, format);
            Download {
                format,
                file_name: file_name(badge.card, extension(badge, format)),
                available: availability.is_ok(),
                note: availability.unwrap_or_else(|why_not| why_not),
            }
        })
        .collect()
}

/// The bytes of `badge` in `format`; a PNG with at most `size` pixels a side where that is asked for. Its picture is
/// the badge's own, or else one drawn from its name, with text in `fonts`.
///
/// # Errors
/// Where the badge has no such form, or its picture cannot be used.
pub fn save(
    badge: &Badge<'_>,
    format: DownloadFormat,
    size: Option<u32>,
    fonts: &PictureFonts,
) -> Result<Vec<u8>, SaveError> {
    availability(badge, format).map_err(|note| SaveError::NotAvailable { format, note })?;
    if size.is_some_and(|size| !(16..=LARGEST_SIDE).contains(&size)) {
        return Err(SaveError::BadSize);
    }
    if size.is_some() && format != DownloadFormat::Png {
        return Err(SaveError::NoSize);
    }
    let image = match format {
        DownloadFormat::Original => return Ok(badge.original.bytes.to_vec()),
        DownloadFormat::Json | DownloadFormat::Jwt => return Ok(badge.credential.text().as_bytes().to_vec()),
        DownloadFormat::Png => png_of(badge, size, fonts).ok_or(SaveError::BadPicture)?,
        DownloadFormat::Svg => svg_of(badge, fonts).ok_or(SaveError::BadPicture)?,
    };
    Ok(bake(&image, &content(badge.credential), badge.credential.standard())?)
}

/// A PNG to bake into. One that is there and has no other size stays as it is.
fn png_of<'a>(badge: &Badge<'a>, size: Option<u32>, fonts: &PictureFonts) -> Option<Cow<'a, [u8]>> {
    let own = own_picture(badge, ArtifactKind::Png);
    match own {
        Some((bytes, "image/png")) if size.is_none() => Some(Cow::Borrowed(bytes)),
        Some((bytes, media_type)) => {
            let usual = if media_type == "image/svg+xml" { USUAL_SIDE } else { LARGEST_SIDE };
            picture::png(bytes, size.unwrap_or(usual), fonts).map(Cow::Owned)
        }
        None => drawn(badge, size, fonts).map(Cow::Owned),
    }
}

/// An SVG to bake into: the badge's own, or one around its picture.
fn svg_of<'a>(badge: &Badge<'a>, fonts: &PictureFonts) -> Option<Cow<'a, [u8]>> {
    match own_picture(badge, ArtifactKind::Svg) {
        Some((bytes, "image/svg+xml")) => Some(Cow::Borrowed(bytes)),
        Some((bytes, _)) => {
            let png = picture::png(bytes, USUAL_SIDE, fonts)?;
            picture::svg_around(&png).map(|svg| Cow::Owned(svg.into_bytes()))
        }
        None => Some(Cow::Owned(picture::placeholder(&one_line(&badge.card.name, 300)).into_bytes())),
    }
}

fn drawn(badge: &Badge<'_>, size: Option<u32>, fonts: &PictureFonts) -> Option<Vec<u8>> {
    let drawing = picture::placeholder(&one_line(&badge.card.name, 300));
    picture::png(drawing.as_bytes(), size.unwrap_or(USUAL_SIDE), fonts)
}

/// The badge's picture alone as a PNG of at most `size` pixels a side: without the credential and without anything
/// else that was in the file. Drawn from its name where it has none that can be used.
pub fn picture_png(badge: &Badge<'_>, size: u32, fonts: &PictureFonts) -> Vec<u8> {
    let size = size.clamp(16, LARGEST_SIDE);
    let own = own_picture(badge, ArtifactKind::Png).and_then(|(bytes, _)| picture::png(bytes, size, fonts));
    own.or_else(|| drawn(badge, Some(size), fonts)).unwrap_or_default()
}

/// A safe file name for the badge of `card`: `Name - Issuer.extension`.
///
/// It holds no path separator, no character that Windows refuses, no control or direction character and no
/// name that Windows reserves, begins with neither dot, hyphen nor tilde, and stays under 150 bytes.
pub fn file_name(card: &BadgeCard, extension: &str) -> String {
    let name = clean(&card.name, 60);
    let issuer = clean(&card.issuer.name, 40);
    let mut stem = match (name.is_empty(), issuer.is_empty()) {
        (false, false) => format!("{name} - {issuer}"),
        (false, true) => name,
        (true, false) => format!("Badge - {issuer}"),
        (true, true) => "Badge".to_owned(),
    };
    while stem.len() > 140 {
        stem.pop();
    }
    let stem = stem.trim_end_matches(['.', ' ', '-']);
    // Windows takes the part before the first dot for the device, whatever follows.
    let device = stem.split('.').next().unwrap_or_default().trim().to_ascii_uppercase();
    let prefix = if is_reserved(&device) { "Badge " } else { "" };
    format!("{prefix}{stem}.{extension}")
}

/// A person's name as the beginning of a file name; empty where nothing of it is left.
pub(crate) fn clean_name(name: &str) -> String {
    clean(name, 60)
}

fn clean(text: &str, max: usize) -> String {
    let line = one_line(text, 4 * max);
    let safe: String = line
        .chars()
        .map(|c| if matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|') { '-' } else { c })
        .take(max)
        .collect();
    safe.trim_matches(|c: char| matches!(c, '.' | '-' | '~' | ' ')).to_owned()
}

fn is_reserved(device: &str) -> bool {
    let numbered = |prefix: &str| {
        device.strip_prefix(prefix).is_some_and(|rest| {
            let mut rest = rest.chars();
            rest.next().is_some_and(|c| c.is_ascii_digit() || "¹²³".contains(c)) && rest.next().is_none()
        })
    };
    matches!(device, "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$")
        || numbered("COM")
        || numbered("LPT")
}

pub(crate) fn extension(badge: &Badge<'_>, format: DownloadFormat) -> &'static str {
    match format {
        DownloadFormat::Png => "png",
        DownloadFormat::Svg => "svg",
        DownloadFormat::Json => "json",
        DownloadFormat::Jwt => "jwt",
        DownloadFormat::Original => match badge.original.kind {
            ArtifactKind::Png => "png",
            ArtifactKind::Svg => "svg",
            ArtifactKind::Json => "json",
            ArtifactKind::Jws => "jwt",
            ArtifactKind::Url => "txt",
        },
    }
}

/// `Ok` with what the form is good for, or `Err` with why there is none.
fn availability(badge: &Badge<'_>, format: DownloadFormat) -> Result<String, String> {
    let is_jwt = matches!(content(badge.credential), PayloadContent::Jws(_));
    match format {
        DownloadFormat::Original => Ok("The very bytes that you brought in.".to_owned()),
        DownloadFormat::Png => Ok(picture_note(badge, ArtifactKind::Png)),
        DownloadFormat::Svg => Ok(picture_note(badge, ArtifactKind::Svg)),
        DownloadFormat::Json if is_jwt => {
            Err("This credential is signed as a JWT; as plain JSON its proof would be lost.".to_owned())
        }
        DownloadFormat::Json => Ok("The credential alone, as it was signed.".to_owned()),
        DownloadFormat::Jwt if is_jwt => Ok("The credential alone, as it was signed.".to_owned()),
        DownloadFormat::Jwt => {
            Err("This credential is JSON; only its issuer could sign it as a JWT.".to_owned())
        }
    }
}

fn picture_note(badge: &Badge<'_>, kind: ArtifactKind) -> String {
    let picture = match own_picture(badge, kind).map(|(_, media_type)| media_type) {
        None => "Lapel draws the picture from the badge's name, and puts the credential inside",
        Some("image/svg+xml") if kind == ArtifactKind::Png => {
            "The picture drawn as a PNG, with the credential inside"
        }
        Some("image/svg+xml") => "The picture with the credential inside",
        Some("image/png") if kind == ArtifactKind::Png => "The picture with the credential inside",
        Some(_) if kind == ArtifactKind::Png => "The picture turned into a PNG, with the credential inside",
        Some(_) => "The picture in an SVG, with the credential inside",
    };
    format!("{picture}: other wallets and validators read it.")
}

/// The badge's own picture and its media type: the original where it is of the wanted kind, else the picture that is
/// stored for it, else an original of the other kind.
fn own_picture<'a>(badge: &Badge<'a>, wanted: ArtifactKind) -> Option<(&'a [u8], &'static str)> {
    let original = match badge.original.kind {
        ArtifactKind::Png => Some((badge.original.bytes, "image/png")),
        ArtifactKind::Svg => Some((badge.original.bytes, "image/svg+xml")),
        _ => None,
    };
    if badge.original.kind == wanted {
        return original;
    }
    badge.picture.and_then(|art: Art<'a>| Some((art.bytes, art.media_type()?))).or(original)
}

/// The credential's text as a payload; a compact JWS never begins with a brace.
fn content(credential: &Credential) -> PayloadContent {
    let text = credential.text();
    if text.trim_start_matches('\u{FEFF}').trim_start().starts_with('{') {
        PayloadContent::Json(text.to_owned())
    } else {
        PayloadContent::Jws(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::test_cards::{any_text, card};

    fn named(name: &str, issuer: &str) -> String {
        let mut card = card();
        card.name = name.to_owned();
        card.issuer.name = issuer.to_owned();
        file_name(&card, "png")
    }

    #[test]
    fn names_are_safe_everywhere() {
        assert_eq!(named("Rust Basics", "Example University"), "Rust Basics - Example University.png");
        assert_eq!(named("", ""), "Badge.png");
        assert_eq!(named("", "Example"), "Badge - Example.png");
        assert_eq!(named("../../etc/passwd", ""), "etc-passwd.png");
        assert_eq!(named("C:\\Windows", "a/b"), "C--Windows - a-b.png");
        assert_eq!(named("-rf ~", ".hidden"), "rf - hidden.png");
        assert_eq!(named("con", ""), "Badge con.png");
        assert_eq!(named("NUL.txt", ""), "Badge NUL.txt.png");
        assert_eq!(named("com1", ""), "Badge com1.png");
        assert_eq!(named("LPT²", ""), "Badge LPT².png");
        assert_eq!(named("Computing", ""), "Computing.png");
        assert_eq!(named("gpj\u{202E}.exe", "a\nb\0c"), "gpj.exe - a bc.png");
    }

    proptest! {
        #[test]
        fn any_text_gives_one_safe_name(name in any_text(), issuer in any_text(), repeat in 1..20_usize) {
            let file = named(&name.repeat(repeat), &issuer.repeat(repeat));
            prop_assert!(file.len() < 150, "{}", file.len());
            prop_assert!(!file.starts_with(['.', '-', '~', ' ']));
            let bad = |c: char| crate::is_steering(c) || "/\\:*?\"<>|".contains(c) || (c.is_whitespace() && c != ' ');
            prop_assert!(!file.contains(bad), "{file:?}");
            let stem = file.strip_suffix(".png").unwrap();
            prop_assert!(!stem.is_empty());
            prop_assert!(!stem.ends_with(['.', ' ']));
        }
    }
}
