//! The picture of a badge: found, decoded within limits, and made small.

use std::io::Cursor;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use image::{ImageFormat, ImageReader, Limits};
use openbadges::card::BadgeCard;
use openbadges::document::{Answer, Documents, sha256_hex};
use openbadges::{Artifact, ArtifactKind};
use percent_encoding::percent_decode_str;
use tokio::time::Instant;
use url::Url;

use crate::fetch::{Fetch, Purpose, Request};
use crate::source::blocking;
use crate::store::Art;
use crate::{data_uri, gather};

/// A side of the picture as shown, in pixels, at most.
const SIDE: u32 = 512;
/// A side of a picture that is decoded, in pixels, at most.
const MAX_SIDE: u32 = 8192;
/// Memory for decoding, in bytes, at most.
const MAX_DECODED: u64 = 160 << 20;
/// An SVG is shown as it came, if it is no larger.
const MAX_SVG: usize = 2 << 20;

/// A picture as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// `image/png`, `image/svg+xml`, `image/jpeg`, `image/gif` or `image/webp`, by its bytes.
    pub media_type: &'static str,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// The picture of a badge at hand: the baked image itself, else what the card names, from `documents` or from
/// a `data:` URI. Nothing is fetched.
pub fn picture(
    artifacts: &[(ArtifactKind, Vec<u8>)],
    card: &BadgeCard,
    documents: &Documents,
) -> Option<Picture> {
    let baked = artifacts.iter().find(|(kind, _)| matches!(kind, ArtifactKind::Png | ArtifactKind::Svg));
    baked.and_then(|(_, bytes)| recognise(bytes.clone())).or_else(|| named(card.image.as_deref()?, documents))
}

/// The picture as shown, for an artifact and what its card says. An image that the card names by an https link is
/// fetched, once, and kept in `documents`; no check rests on it.
pub async fn art(
    artifact: &Artifact,
    card: &BadgeCard,
    documents: &mut Documents,
    kept: &Documents,
    fetch: &dyn Fetch,
) -> Option<Art> {
    let baked = matches!(artifact.kind(), ArtifactKind::Png | ArtifactKind::Svg);
    let baked = if baked { recognise(artifact.bytes().to_vec()) } else { None };
    if let Some(picture) = baked
        && let Some(art) = blocking(move || shown(&picture)).await
    {
        return Some(art);
    }
    let image = card.image.as_deref()?;
    if documents.answer(image).is_none()
        && let Ok(url) = Url::parse(image)
        && url.scheme() == "https"
    {
        let answer = match kept.answer(image) {
            Some(Answer::Document(document)) => Answer::Document(document.clone()),
            _ => match fetch.fetch(&Request { url, purpose: Purpose::Image }).await {
                Ok(response) => gather::answer(image, response),
                Err(error) => Answer::Unavailable(error.unavailable()),
            },
        };
        documents.insert(image, answer);
    }
    let picture = named(image, documents)?;
    blocking(move || shown(&picture)).await
}

/// Pictures of the credentials inside one that are fetched, at most.
const MOST_INSIDE: usize = 24;
/// How many of them are asked for at once.
const AT_ONCE: usize = 4;
/// Time for all of them.
const TIME_INSIDE: Duration = Duration::from_secs(10);

/// Fetches the pictures that the credentials inside that of `card` name by https links, once, and keeps them in
/// `documents`; no check rests on them.
pub async fn fetch_inside(card: &BadgeCard, documents: &mut Documents, kept: &Documents, fetch: &dyn Fetch) {
    let mut wanted = Vec::new();
    images_inside(card, documents, &mut wanted);
    wanted.retain(|image| match kept.answer(image) {
        Some(Answer::Document(document)) => {
            documents.insert(image.as_str(), Answer::Document(document.clone()));
            false
        }
        _ => true,
    });
    wanted.truncate(MOST_INSIDE);
    let deadline = Instant::now() + TIME_INSIDE;
    for images in wanted.chunks(AT_ONCE) {
        for (image, answer) in gather::answers(images, Purpose::Image, fetch, deadline).await {
            documents.insert(image, answer);
        }
    }
}

/// The pictures that are named inside the credential of `card`, each once, and not at hand.
fn images_inside(card: &BadgeCard, documents: &Documents, wanted: &mut Vec<String>) {
    for inner in &card.embedded {
        if let Some(image) = &inner.card.image
            && image.starts_with("https://")
            && documents.answer(image).is_none()
            && !wanted.contains(image)
        {
            wanted.push(image.clone());
        }
        images_inside(&inner.card, documents, wanted);
    }
}

/// A side of a small picture, in pixels, at most.
const SMALL_SIDE: u32 = 256;
/// Bytes of a picture that is shown as it came.
const SMALL_BYTES: usize = 64 << 10;

/// What a card names as its picture, small, as a `data:` URI: where it is in the badge itself or in `documents`.
pub fn small(image: &str, documents: &Documents) -> Option<String> {
    let picture = named(image, documents)?;
    let art = if picture.bytes.len() <= SMALL_BYTES && is_modest(&picture) {
        Art { digest: String::new(), media_type: picture.media_type.to_owned(), bytes: picture.bytes }
    } else if picture.media_type == "image/svg+xml" {
        return None;
    } else {
        let bytes = png(&picture.bytes, SMALL_SIDE)?;
        Art { digest: String::new(), media_type: "image/png".to_owned(), bytes }
    };
    Some(data_uri(&art))
}

/// Whether a web view may decode it as it is: nobody's picture of 60,000 pixels a side.
fn is_modest(picture: &Picture) -> bool {
    if picture.media_type == "image/svg+xml" {
        return true;
    }
    let reader = ImageReader::new(Cursor::new(&picture.bytes)).with_guessed_format();
    let sides = reader.ok().and_then(|reader| reader.into_dimensions().ok());
    sides.is_some_and(|(width, height)| width <= 1024 && height <= 1024)
}

fn named(image: &str, documents: &Documents) -> Option<Picture> {
    if let Some(data) = image.strip_prefix("data:") {
        return recognise(data_bytes(data)?);
    }
    match documents.answer(image)? {
        Answer::Document(document) if document.is_success() => recognise(document.bytes.clone()),
        _ => None,
    }
}

/// The bytes of a `data:` URI (RFC 2397), after its scheme.
fn data_bytes(data: &str) -> Option<Vec<u8>> {
    let (head, body) = data.split_once(',')?;
    let body: Vec<u8> = percent_decode_str(body).collect();
    if !head.to_ascii_lowercase().ends_with(";base64") {
        return Some(body);
    }
    let body: Vec<u8> = body.into_iter().filter(|byte| !byte.is_ascii_whitespace()).collect();
    STANDARD.decode(&body).or_else(|_| STANDARD_NO_PAD.decode(&body)).ok()
}

/// What the bytes are, by themselves.
fn recognise(bytes: Vec<u8>) -> Option<Picture> {
    let media_type = match image::guess_format(&bytes) {
        Ok(ImageFormat::Png) => "image/png",
        Ok(ImageFormat::Jpeg) => "image/jpeg",
        Ok(ImageFormat::Gif) => "image/gif",
        Ok(ImageFormat::WebP) => "image/webp",
        _ if is_svg(&bytes) => "image/svg+xml",
        _ => return None,
    };
    Some(Picture { media_type, bytes })
}

fn is_svg(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let text = text.trim_start_matches('\u{feff}').trim_start();
    bytes.len() <= MAX_SVG
        && text.starts_with('<')
        && text.contains("<svg")
        && text.contains("http://www.w3.org/2000/svg")
}

/// The picture as shown; `None` if it cannot be decoded within the limits.
pub fn shown(picture: &Picture) -> Option<Art> {
    let digest = sha256_hex(&picture.bytes);
    if picture.media_type == "image/svg+xml" {
        // Shown through <img> only, where nothing in it runs and nothing is loaded.
        return Some(Art { digest, media_type: picture.media_type.to_owned(), bytes: picture.bytes.clone() });
    }
    Some(Art { digest, media_type: "image/png".to_owned(), bytes: png(&picture.bytes, SIDE)? })
}

/// `bytes` (PNG, JPEG, GIF or WebP) as a PNG of at most `side` pixels a side; smaller ones keep their size.
pub fn png(bytes: &[u8], side: u32) -> Option<Vec<u8>> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_DECODED);
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    reader.limits(limits);
    let mut image = reader.decode().ok()?;
    if image.width() > side || image.height() > side {
        image = image.thumbnail(side, side);
    }
    let mut png = Cursor::new(Vec::new());
    // PNG has no 32-bit float pixels; what the other formats decode to it has.
    image.to_rgba8().write_to(&mut png, ImageFormat::Png).ok()?;
    Some(png.into_inner())
}
