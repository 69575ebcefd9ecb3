//! Files: in which forms a badge can be saved, under which names, and their bytes.

use openbadges::Credential;
use openbadges::artifact::{ArtifactKind, BakeError, PayloadContent, bake};
use openbadges::card::BadgeCard;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

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
    /// The credential could not be put into the picture.
    #[error("the credential could not be put into the picture: {0}")]
    Bake(#[from] BakeError),
}

impl SaveError {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAvailable { .. } => "share.format-not-available",
            Self::Bake(error) => error.code(),
        }
    }

    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NotAvailable { .. } => {
                "Save it as the original: those are the very bytes that were brought in."
            }
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

/// The bytes of `badge` in `format`.
pub fn save(badge: &Badge<'_>, format: DownloadFormat) -> Result<Vec<u8>, SaveError> {
    availability(badge, format).map_err(|note| SaveError::NotAvailable { format, note })?;
    match format {
        DownloadFormat::Original => Ok(badge.original.bytes.to_vec()),
        DownloadFormat::Json | DownloadFormat::Jwt => Ok(badge.credential.text().as_bytes().to_vec()),
        DownloadFormat::Png | DownloadFormat::Svg => {
            // `availability` has just found a picture; without one there is nothing to bake.
            let image = picture(badge, format).unwrap_or_default();
            Ok(bake(image, &content(badge.credential), badge.credential.standard())?)
        }
    }
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
        DownloadFormat::Png | DownloadFormat::Svg => match picture(badge, format) {
            Some(_) => {
                Ok("The picture with the credential inside: other wallets and validators read it.".to_owned())
            }
            None => Err(why_no_picture(badge, format)),
        },
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

fn why_no_picture(badge: &Badge<'_>, format: DownloadFormat) -> String {
    let wanted = if format == DownloadFormat::Png { "a PNG" } else { "an SVG" };
    let found = match badge.picture.and_then(Art::media_type) {
        Some("image/png") => "a PNG",
        Some("image/svg+xml") => "an SVG",
        Some("image/jpeg") => "a JPEG",
        Some("image/gif") => "a GIF",
        Some("image/webp") => "a WebP",
        _ => match badge.original.kind {
            ArtifactKind::Png => "a PNG",
            ArtifactKind::Svg => "an SVG",
            _ => return "Lapel has no picture for this badge.".to_owned(),
        },
    };
    format!("Its picture is {found} image, not {wanted}.")
}

/// The picture to bake into: the original where it is one of that kind, else the badge's picture.
fn picture<'a>(badge: &Badge<'a>, format: DownloadFormat) -> Option<&'a [u8]> {
    let (kind, media_type) = match format {
        DownloadFormat::Png => (ArtifactKind::Png, "image/png"),
        DownloadFormat::Svg => (ArtifactKind::Svg, "image/svg+xml"),
        _ => return None,
    };
    if badge.original.kind == kind {
        return Some(badge.original.bytes);
    }
    badge.picture.filter(|art| art.media_type() == Some(media_type)).map(|art| art.bytes)
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
