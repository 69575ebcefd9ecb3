//! Badges in PNG images (Open Badges 2.0 baking, 3.0 section 5.3.1; PNG third edition, section 11.3.3).
//!
//! The image itself is not decoded: a PNG is a signature and a row of chunks, each a length, a type, data
//! and a CRC-32. Reading walks the row to `IEND`; baking splices one chunk in and leaves every other byte
//! as it was.

use std::io::Read;

use flate2::read::ZlibDecoder;

use super::Keyword;
use super::bake::{BakeError, checked};

/// The most that a compressed text may unfold to, in bytes (4 MiB).
pub const MAX_INFLATED: usize = 4 << 20;

const SIGNATURE: &[u8; 8] = b"\x89PNG\r\n\x1a\n";

/// Text chunks with badge keywords in one image, at most.
pub const MAX_BADGES: usize = 64;

/// Length of a chunk less its data: length, type and CRC.
const FRAME: usize = 12;

/// What a PNG carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unbaked {
    /// One text for each keyword found, in the order of the file.
    pub texts: Vec<BakedText>,
    /// What was read leniently, a sentence each.
    pub notes: Vec<String>,
}

/// A text under one of the badge keywords.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BakedText {
    /// The keyword.
    pub keyword: Keyword,
    /// The text.
    pub text: String,
}

/// Why a PNG cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PngError {
    /// The file ends before its `IEND` chunk.
    #[error("the PNG image is cut short after {bytes} bytes")]
    Truncated {
        /// How long the file is.
        bytes: usize,
    },
    /// The signature is changed in the way that it is made to show: the file went through something that
    /// took it for text.
    #[error("the PNG image was damaged in transfer, where it was taken for text")]
    TakenForText,
    /// The chunks are not laid out as in a PNG.
    #[error("the PNG image is broken at byte {offset}: {what}")]
    Malformed {
        /// Where.
        offset: usize,
        /// What is wrong.
        what: &'static str,
    },
    /// More than [`MAX_BADGES`] chunks with badge keywords.
    #[error("the PNG image has more than {MAX_BADGES} badges in it")]
    TooManyBadges,
    /// The checksum of the badge's chunk does not match.
    #[error("the badge in the PNG image is damaged: the checksum of its {keyword:?} chunk is wrong")]
    BadCrc {
        /// The chunk's keyword.
        keyword: &'static str,
    },
    /// The badge's chunk is not made as text chunks are.
    #[error("the {keyword:?} chunk in the PNG image is broken: {what}")]
    BadChunk {
        /// The chunk's keyword.
        keyword: &'static str,
        /// What is wrong.
        what: &'static str,
    },
    /// A compressed text that unfolds to more than [`MAX_INFLATED`].
    #[error(
        "the {keyword:?} chunk in the PNG image is a decompression bomb: it unfolds to more than {MAX_INFLATED} bytes"
    )]
    Bomb {
        /// The chunk's keyword.
        keyword: &'static str,
    },
}

impl PngError {
    /// A stable name of the reason.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Truncated { .. } => "png_truncated",
            Self::TakenForText => "png_taken_for_text",
            Self::Malformed { .. } => "png_malformed",
            Self::TooManyBadges => "png_too_many_badges",
            Self::BadCrc { .. } => "png_bad_crc",
            Self::BadChunk { .. } => "png_bad_chunk",
            Self::Bomb { .. } => "png_bomb",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Truncated { .. } | Self::TakenForText | Self::Malformed { .. } | Self::BadCrc { .. } => {
                "Download the image again from its issuer."
            }
            Self::BadChunk { .. } => "Download the image again; if it is the same, tell the issuer.",
            Self::TooManyBadges | Self::Bomb { .. } => {
                "Do not trust this file. Get the badge from its issuer."
            }
        }
    }
}

/// Whether bytes are a PNG, or were one.
pub(super) fn is_png(bytes: &[u8]) -> bool {
    const REPLACED: &[u8] = "\u{fffd}PNG".as_bytes();
    bytes.starts_with(b"\x89PNG")
        || bytes.starts_with(REPLACED)
        || (!bytes.is_empty() && SIGNATURE.starts_with(bytes))
}

/// Takes the badge texts out of a PNG.
///
/// Under each keyword the first `iTXt` chunk counts; without one, the first `tEXt` or `zTXt`. Only that
/// chunk's checksum is judged. Nothing found is no error: `texts` is empty then.
pub fn unbake(image: &[u8]) -> Result<Unbaked, PngError> {
    let Layout { badges, end, .. } = layout(image)?;
    let mut notes = Vec::new();
    if end < image.len() {
        let extra = image.len() - end;
        notes.push(format!("The PNG image has {extra} bytes after its end, which were not read."));
    }
    let mut chosen = Vec::new();
    for keyword in Keyword::ALL {
        let candidates: Vec<&Chunk> = badges.iter().filter(|c| c.badge_keyword() == Some(keyword)).collect();
        let itxt = candidates.iter().find(|c| c.kind == *b"iTXt");
        if let Some(first) = itxt.or(candidates.first()) {
            note_duplicates(first, &candidates, keyword, &mut notes);
            chosen.push((keyword, *first));
        }
    }
    chosen.sort_by_key(|(_, chunk)| chunk.offset);
    let mut texts = Vec::new();
    for (keyword, chunk) in chosen {
        texts.push(BakedText { keyword, text: chunk.text(keyword.png_keyword(), &mut notes)? });
    }
    Ok(Unbaked { texts, notes })
}

/// Bakes `text` into a PNG: one uncompressed `iTXt` chunk directly after `IHDR`; chunks with any badge
/// keyword that were there are taken out, and every other byte stays.
///
/// The text must be what readers will take for a badge: strict JSON, a compact JWS, or, under
/// [`Keyword::OpenBadges`] only, a link.
pub fn bake(image: &[u8], keyword: Keyword, text: &str) -> Result<Vec<u8>, BakeError> {
    checked(keyword, text)?;
    let Layout { header_end, badges, .. } = layout(image)?;
    let chunk = itxt(keyword, text)?;
    let mut baked = Vec::with_capacity(image.len() + chunk.len());
    baked.extend_from_slice(slice(image, 0, header_end));
    baked.extend_from_slice(&chunk);
    let mut from = header_end;
    for old in badges {
        baked.extend_from_slice(slice(image, from, old.offset));
        from = old.end();
    }
    baked.extend_from_slice(slice(image, from, image.len()));
    Ok(baked)
}

/// An uncompressed `iTXt` chunk, without language and translated keyword.
fn itxt(keyword: Keyword, text: &str) -> Result<Vec<u8>, BakeError> {
    let mut body = b"iTXt".to_vec();
    body.extend_from_slice(keyword.png_keyword().as_bytes());
    body.extend_from_slice(b"\0\0\0\0\0");
    body.extend_from_slice(text.as_bytes());
    let data = body.len() - 4;
    let length = u32::try_from(data).ok().filter(|length| *length <= MAX_CHUNK);
    let length = length.ok_or(BakeError::TooLarge { bytes: data })?;
    let mut chunk = length.to_be_bytes().to_vec();
    chunk.extend_from_slice(&body);
    chunk.extend_from_slice(&crc32fast::hash(&body).to_be_bytes());
    Ok(chunk)
}

/// The longest data of a chunk that PNG allows.
const MAX_CHUNK: u32 = 0x7fff_ffff;

/// What matters of the row of chunks.
struct Layout<'a> {
    /// After `IHDR`.
    header_end: usize,
    /// Text chunks with a badge keyword, in order.
    badges: Vec<Chunk<'a>>,
    /// After `IEND`.
    end: usize,
}

/// A chunk in place.
struct Chunk<'a> {
    /// Where it begins (its length field).
    offset: usize,
    kind: [u8; 4],
    data: &'a [u8],
    /// The type and the data: what the checksum is over.
    summed: &'a [u8],
    crc: u32,
}

/// Walks the chunks from `IHDR`, which has to be the first, to `IEND`.
fn layout(image: &[u8]) -> Result<Layout<'_>, PngError> {
    let truncated = || PngError::Truncated { bytes: image.len() };
    if !image.starts_with(SIGNATURE) {
        return Err(if SIGNATURE.starts_with(image) { truncated() } else { PngError::TakenForText });
    }
    let header = chunk_at(image, SIGNATURE.len())?.ok_or_else(truncated)?;
    if header.kind != *b"IHDR" || header.data.len() != 13 {
        return Err(PngError::Malformed { offset: header.offset, what: "it does not begin with its header" });
    }
    let header_end = header.end();
    let mut offset = header_end;
    let mut badges = Vec::new();
    loop {
        let chunk = chunk_at(image, offset)?.ok_or_else(truncated)?;
        offset = chunk.end();
        if chunk.kind == *b"IEND" {
            return Ok(Layout { header_end, badges, end: offset });
        }
        if chunk.kind == *b"IHDR" {
            return Err(PngError::Malformed { offset: chunk.offset, what: "it has a second header" });
        }
        if chunk.badge_keyword().is_some() {
            if badges.len() == MAX_BADGES {
                return Err(PngError::TooManyBadges);
            }
            badges.push(chunk);
        }
    }
}

/// The chunk that begins at `offset`; none when the image ends first.
fn chunk_at(image: &[u8], offset: usize) -> Result<Option<Chunk<'_>>, PngError> {
    let Some((length, rest)) = image.get(offset..).and_then(|rest| rest.split_first_chunk::<4>()) else {
        return Ok(None);
    };
    let length = u32::from_be_bytes(*length);
    if length > MAX_CHUNK {
        return Err(PngError::Malformed { offset, what: "a chunk has an impossible length" });
    }
    let Some(kind) = rest.first_chunk::<4>() else {
        return Ok(None);
    };
    if !kind.iter().all(u8::is_ascii_alphabetic) {
        return Err(PngError::Malformed { offset, what: "a chunk's type is not made of letters" });
    }
    let summed_length = usize::try_from(length).ok().and_then(|length| length.checked_add(4));
    let Some((summed, rest)) = summed_length.and_then(|length| rest.split_at_checked(length)) else {
        return Ok(None);
    };
    let Some(crc) = rest.first_chunk::<4>() else {
        return Ok(None);
    };
    let data = summed.get(4..).unwrap_or_default();
    Ok(Some(Chunk { offset, kind: *kind, data, summed, crc: u32::from_be_bytes(*crc) }))
}

impl Chunk<'_> {
    /// Where the next chunk begins.
    fn end(&self) -> usize {
        self.offset + FRAME + self.data.len()
    }

    /// The badge keyword that a text chunk begins with.
    fn badge_keyword(&self) -> Option<Keyword> {
        if !matches!(&self.kind, b"iTXt" | b"tEXt" | b"zTXt") {
            return None;
        }
        let (keyword, _) = split_nul(self.data)?;
        Keyword::ALL.into_iter().find(|known| known.png_keyword().as_bytes() == keyword)
    }

    /// The text of a text chunk; what it lacks of the specified form goes to `notes`.
    fn text(&self, keyword: &'static str, notes: &mut Vec<String>) -> Result<String, PngError> {
        if crc32fast::hash(self.summed) != self.crc {
            return Err(PngError::BadCrc { keyword });
        }
        let broken = |what| PngError::BadChunk { keyword, what };
        let (_, rest) = split_nul(self.data).ok_or(broken("its keyword does not end"))?;
        match &self.kind {
            b"iTXt" => international(rest, keyword, notes),
            b"zTXt" => {
                notes.push(format!("The {keyword:?} text in the image is a compressed Latin-1 chunk (zTXt); it should be an iTXt chunk."));
                let (method, packed) =
                    rest.split_first().ok_or(broken("its compression method is missing"))?;
                Ok(latin1(&inflated(*method, packed, keyword)?))
            }
            _ => {
                notes.push(format!(
                    "The {keyword:?} text in the image is a Latin-1 chunk (tEXt); it should be an iTXt chunk."
                ));
                Ok(latin1(rest))
            }
        }
    }
}

/// The text of an `iTXt` chunk, from its compression flag on.
fn international(rest: &[u8], keyword: &'static str, notes: &mut Vec<String>) -> Result<String, PngError> {
    let broken = |what| PngError::BadChunk { keyword, what };
    let ([flag, method], rest) = rest.split_first_chunk::<2>().ok_or(broken("it ends before its text"))?;
    let (_language, rest) = split_nul(rest).ok_or(broken("its language tag does not end"))?;
    let (_translated, text) = split_nul(rest).ok_or(broken("its translated keyword does not end"))?;
    let bytes = match flag {
        0 => text.to_vec(),
        1 => {
            notes.push(format!(
                "The {keyword:?} text in the image is compressed, which the specification does not allow."
            ));
            inflated(*method, text, keyword)?
        }
        _ => return Err(broken("its compression flag is neither 0 nor 1")),
    };
    String::from_utf8(bytes).map_err(|_| broken("its text is not UTF-8"))
}

fn inflated(method: u8, packed: &[u8], keyword: &'static str) -> Result<Vec<u8>, PngError> {
    if method != 0 {
        return Err(PngError::BadChunk { keyword, what: "its compression method is unknown" });
    }
    let mut text = Vec::new();
    // One byte more than is allowed tells a bomb from a text that just fits.
    ZlibDecoder::new(packed)
        .take(MAX_INFLATED as u64 + 1)
        .read_to_end(&mut text)
        .map_err(|_| PngError::BadChunk { keyword, what: "its compressed text cannot be unfolded" })?;
    if text.len() > MAX_INFLATED { Err(PngError::Bomb { keyword }) } else { Ok(text) }
}

/// Says that other chunks stand under the same keyword. They are compared as they are, not unfolded: many
/// small bombs would make a big one.
fn note_duplicates(chosen: &Chunk, candidates: &[&Chunk], keyword: Keyword, notes: &mut Vec<String>) {
    let keyword = keyword.png_keyword();
    let others = candidates.iter().filter(|c| c.offset != chosen.offset);
    let (same, different): (Vec<&&Chunk>, Vec<&&Chunk>) = others.partition(|c| c.summed == chosen.summed);
    if !different.is_empty() {
        notes.push(format!(
            "The image has {} more {keyword:?} text(s) that differ from the one that was read.",
            different.len()
        ));
    } else if !same.is_empty() {
        notes.push(format!("The image has its {keyword:?} text {} times.", same.len() + 1));
    }
}

/// What stands before the first NUL, and after it.
fn split_nul(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let nul = data.iter().position(|b| *b == 0)?;
    Some((data.get(..nul)?, data.get(nul + 1..)?))
}

/// Latin-1, whose codes are those of the first 256 characters.
fn latin1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

fn slice(image: &[u8], from: usize, to: usize) -> &[u8] {
    image.get(from..to).unwrap_or_default()
}

#[cfg(test)]
mod tests;
