//! What bytes look like that are no badge.

use std::fmt;

/// Something known that is no badge.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Likeness {
    /// HTML.
    WebPage,
    /// PDF.
    Pdf,
    /// ZIP, or what is made of it (office documents, for one).
    Zip,
    /// Another archive or compressed file.
    Archive {
        /// Its name.
        format: &'static str,
    },
    /// An image of a kind that carries no badge.
    Image {
        /// Its name.
        format: &'static str,
    },
    /// Text of two or four bytes a character.
    Utf16,
    /// XML with another root element than SVG's.
    Xml {
        /// The name of the root element.
        root: String,
    },
    /// A key or certificate.
    Pem,
    /// Bytes of no known kind.
    Binary,
}

impl Likeness {
    /// A stable name.
    pub fn code(&self) -> &'static str {
        match self {
            Self::WebPage => "web_page",
            Self::Pdf => "pdf",
            Self::Zip => "zip",
            Self::Archive { .. } => "archive",
            Self::Image { .. } => "other_image",
            Self::Utf16 => "utf16",
            Self::Xml { .. } => "other_xml",
            Self::Pem => "pem",
            Self::Binary => "unknown_bytes",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::WebPage => {
                "On the badge's page, look for a download of the badge (PNG, SVG or JSON), or import the page's address."
            }
            Self::Pdf => {
                "An import looks for badges inside a PDF. If it found none, download the badge as PNG, SVG or JSON."
            }
            Self::Zip | Self::Archive { .. } => {
                "An import opens ZIP, gzip and tar archives. Unpack any other, and import the badges in it."
            }
            Self::Image { .. } => {
                "Badges are baked into PNG and SVG only: download the original from its issuer. \
                 Converting this image brings nothing back."
            }
            Self::Utf16 => "Save the text as UTF-8.",
            Self::Xml { .. } | Self::Pem | Self::Binary => {
                "A badge is a PNG or SVG image, a JSON file, a signed token or a link that starts with https://."
            }
        }
    }
}

impl fmt::Display for Likeness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WebPage => write!(f, "a web page"),
            Self::Pdf => write!(f, "a PDF document"),
            Self::Zip => write!(f, "a ZIP archive"),
            Self::Archive { format } => write!(f, "a {format} archive"),
            Self::Image { format } => write!(f, "a {format} image"),
            Self::Utf16 => write!(f, "UTF-16 text"),
            Self::Xml { root } => {
                let short: String = root.chars().take(40).collect();
                write!(f, "an XML document ({short:?})")
            }
            Self::Pem => write!(f, "a key or certificate"),
            Self::Binary => write!(f, "a file of unknown kind"),
        }
    }
}

/// First bytes that give a file away.
const MAGIC: &[(&[u8], Likeness)] = &[
    (b"\xff\xd8\xff", Likeness::Image { format: "JPEG" }),
    (b"GIF8", Likeness::Image { format: "GIF" }),
    (b"BM", Likeness::Image { format: "BMP" }),
    (b"II*\0", Likeness::Image { format: "TIFF" }),
    (b"MM\0*", Likeness::Image { format: "TIFF" }),
    (b"\0\0\x01\0", Likeness::Image { format: "ICO" }),
    (b"%PDF", Likeness::Pdf),
    (b"PK\x03\x04", Likeness::Zip),
    (b"PK\x05\x06", Likeness::Zip),
    (b"\x1f\x8b", Likeness::Archive { format: "gzip" }),
    (b"7z\xbc\xaf\x27\x1c", Likeness::Archive { format: "7z" }),
    (b"Rar!\x1a\x07", Likeness::Archive { format: "RAR" }),
    (b"BZh", Likeness::Archive { format: "bzip2" }),
    (b"\xfd7zXZ\0", Likeness::Archive { format: "xz" }),
    (b"(\xb5/\xfd", Likeness::Archive { format: "Zstandard" }),
    (b"\xff\xfe", Likeness::Utf16),
    (b"\xfe\xff", Likeness::Utf16),
    (b"-----BEGIN ", Likeness::Pem),
];

/// Knows other files by their first bytes.
pub(super) fn of_bytes(bytes: &[u8]) -> Option<Likeness> {
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Some(Likeness::Image { format: "WebP" });
    }
    if bytes.get(4..8) == Some(b"ftyp") {
        return Some(match bytes.get(8..12) {
            Some(b"avif" | b"avis") => Likeness::Image { format: "AVIF" },
            Some(b"heic" | b"heix" | b"mif1" | b"msf1") => Likeness::Image { format: "HEIC" },
            _ => Likeness::Binary,
        });
    }
    if let Some((_, likeness)) = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        let is_text =
            matches!(bytes, [b'B', b'M', ..]) && std::str::from_utf8(bytes).is_ok_and(|t| !t.contains('\0'));
        return (!is_text).then(|| likeness.clone());
    }
    // "{" or "<" in UTF-16 without a byte order mark.
    match bytes {
        [b'{' | b'<', 0, ..] | [0, b'{' | b'<', ..] => Some(Likeness::Utf16),
        _ => None,
    }
}

/// Whether trimmed text that starts with `<` is HTML.
pub(super) fn is_html(text: &str) -> bool {
    ["<!doctype html", "<html", "<head", "<body"].iter().any(|start| {
        let head = text.get(..start.len());
        let next = text.as_bytes().get(start.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(start))
            && next.is_none_or(|b| !b.is_ascii_alphanumeric())
    })
}

/// Whether HTML begins somewhere near the start of a text, behind comments and the like.
pub(super) fn has_html_near_start(text: &str) -> bool {
    const NEAR: usize = 4096;
    text.char_indices().take(NEAR).any(|(at, c)| c == '<' && text.get(at..).is_some_and(is_html))
}
