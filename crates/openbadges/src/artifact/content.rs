//! What a text is: JSON, a compact JWS, a link, or something that is nearly one of them.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use percent_encoding::percent_decode_str;
use serde_json::Value;
use url::Url;

use super::PayloadContent;
use crate::json::{self, JsonError};

/// The longest link that is read, in bytes.
const MAX_LINK: usize = 8 << 10;

/// Standard base64 as `data:` URLs are written: padded or not.
const DATA_BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Why a text is neither JSON nor a compact JWS nor a link that can be followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotAText {
    /// Nothing but white space.
    #[error("there is no text")]
    Empty,
    /// The bytes begin like JSON and are not UTF-8.
    #[error("this is text in some other encoding than UTF-8")]
    NotUtf8,
    /// A JSON array.
    #[error("this is a JSON list, not a badge")]
    JsonList,
    /// Words.
    #[error("this is plain text, not a badge")]
    Words,
    /// A credential in COSE, the binary sibling of JWS (`COSE_Sign1`, RFC 9052).
    #[error("this is a credential signed by COSE, which is not supported yet")]
    Cose,
    /// A JWE.
    #[error("this is an encrypted token (JWE), which nobody but its addressee can read")]
    Encrypted,
    /// A JWS that is cut, wrapped or not of base64url.
    #[error("this looks like a signed token (JWS), but {0}")]
    BrokenJws(JwsFault),
    /// A link that is neither `http` nor `https`.
    #[error("this is a link of the kind {scheme:?}, not a badge")]
    OtherScheme {
        /// The scheme.
        scheme: String,
    },
    /// A link that no URL parser takes.
    #[error("this looks like a link, but {reason}")]
    BrokenLink {
        /// Why not.
        reason: String,
    },
    /// A `data:` URL that cannot be decoded.
    #[error("this is a data: link that cannot be decoded: {reason}")]
    BrokenDataUrl {
        /// Why not.
        reason: &'static str,
    },
    /// `data:` URLs inside `data:` URLs.
    #[error("this is a data: link inside a data: link inside a data: link")]
    NestedDataUrl,
}

/// What is wrong with a text that looks like a compact JWS (RFC 7515, section 7.1).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JwsFault {
    /// Not three parts.
    #[error("it has {0} parts instead of three")]
    Parts(usize),
    /// A part without text.
    #[error("its {0} is empty")]
    EmptyPart(&'static str),
    /// White space or a line break inside.
    #[error("there is white space inside it")]
    WhiteSpace,
    /// `=` at the end of a part.
    #[error("its {0} is padded with \"=\"")]
    Padding(&'static str),
    /// Not strict base64url.
    #[error("its {0} is not base64url")]
    NotBase64url(&'static str),
    /// The header is no JSON object.
    #[error("its header is not a JSON object{}", .0.as_ref().map(|e| format!(": {e}")).unwrap_or_default())]
    Header(Option<JsonError>),
}

impl NotAText {
    /// A stable name of the reason.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::NotUtf8 => "not_utf8",
            Self::JsonList => "json_list",
            Self::Words => "plain_text",
            Self::Cose => "cose",
            Self::Encrypted => "jwe",
            Self::BrokenJws(_) => "broken_jws",
            Self::OtherScheme { .. } => "link_scheme",
            Self::BrokenLink { .. } => "broken_link",
            Self::BrokenDataUrl { .. } => "broken_data_url",
            Self::NestedDataUrl => "nested_data_url",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Empty | Self::BrokenDataUrl { .. } | Self::NestedDataUrl => {
                "Download the badge again from its issuer."
            }
            Self::NotUtf8 => "Save the text as UTF-8, or download the original file again.",
            Self::JsonList => {
                "An import takes lists of badges apart. If it found none, ask the issuer for the badges as files."
            }
            Self::Words => {
                "A badge is a PNG or SVG image, a JSON file, a signed token or a link that starts with https://."
            }
            Self::Cose => "Ask the issuer for the badge as JSON, or as a signed token (JWT).",
            Self::Encrypted => "Ask the issuer for the badge itself, not encrypted.",
            Self::BrokenJws(_) => {
                "Copy the whole token again, in one line and without spaces, or download the badge's file."
            }
            Self::OtherScheme { .. } | Self::BrokenLink { .. } => {
                "Give the badge's own web address, which starts with https://."
            }
        }
    }
}

/// Decides what `text` is, and keeps it: JSON exactly (but for a byte order mark), a JWS or a link without
/// outer white space.
pub(super) fn classify(text: &str) -> Result<PayloadContent, NotAText> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let trimmed = trimmed(text);
    match trimmed.bytes().next() {
        None => return Err(NotAText::Empty),
        Some(b'{') => return Ok(PayloadContent::Json(text.to_owned())),
        Some(b'[') if json::parse_strict(trimmed).is_ok() => return Err(NotAText::JsonList),
        Some(_) => {}
    }
    if looks_like_jws(trimmed) {
        return jws(trimmed);
    }
    if looks_like_cose(trimmed) {
        return Err(NotAText::Cose);
    }
    link(trimmed)
}

/// Without the white space around it (XML's, which is JSON's too).
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\r', '\n'])
}

/// Whether the first of several parts is a header: base64url of JSON, or at least of what begins like it.
fn looks_like_jws(text: &str) -> bool {
    let Some((first, _)) = text.split_once('.') else {
        return false;
    };
    (first.starts_with("eyJ") && is_base64url(first)) || is_json_object(first)
}

/// Whether the text is one `COSE_Sign1` (tag 18 of an array of four) in base64 or hexadecimal.
fn looks_like_cose(text: &str) -> bool {
    const SHORTEST: usize = 64;
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/-_=".contains(&byte);
    let begins = |starts: &[&str]| {
        text.get(..4).is_some_and(|start| starts.iter().any(|known| start.starts_with(known)))
    };
    text.len() >= SHORTEST
        && ((begins(&["0oQ", "0oR", "0oS", "0oT"]) && text.bytes().all(is_base64))
            || (begins(&["d284", "D284"]) && text.bytes().all(|byte| byte.is_ascii_hexdigit())))
}

fn jws(text: &str) -> Result<PayloadContent, NotAText> {
    const NAMES: [&str; 3] = ["header", "payload", "signature"];
    if text.contains([' ', '\t', '\r', '\n']) {
        return Err(NotAText::BrokenJws(JwsFault::WhiteSpace));
    }
    // What follows the issuer's token of an SD-JWT is for the credential to read.
    let token = text.split_once('~').map_or(text, |(token, _)| token);
    let parts: Vec<&str> = token.splitn(7, '.').collect();
    let [header, ..] = parts.as_slice() else {
        return Err(NotAText::Words);
    };
    if parts.len() == 5 {
        return Err(NotAText::Encrypted);
    }
    if parts.len() != 3 {
        return Err(NotAText::BrokenJws(JwsFault::Parts(token.split('.').count())));
    }
    for (part, name) in parts.iter().zip(NAMES) {
        base64url_fault(part, name).map_err(NotAText::BrokenJws)?;
    }
    header_fault(header).map_err(NotAText::BrokenJws)?;
    Ok(PayloadContent::Jws(text.to_owned()))
}

fn base64url_fault(part: &str, name: &'static str) -> Result<(), JwsFault> {
    if part.is_empty() {
        Err(JwsFault::EmptyPart(name))
    } else if part.ends_with('=') {
        Err(JwsFault::Padding(name))
    } else if BASE64_URL_SAFE_NO_PAD.decode(part).is_err() {
        Err(JwsFault::NotBase64url(name))
    } else {
        Ok(())
    }
}

fn header_fault(header: &str) -> Result<(), JwsFault> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(header).map_err(|_| JwsFault::NotBase64url("header"))?;
    match json::parse_strict_bytes(&bytes) {
        Ok(Value::Object(_)) => Ok(()),
        Ok(_) => Err(JwsFault::Header(None)),
        Err(error) => Err(JwsFault::Header(Some(error))),
    }
}

fn is_base64url(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

fn is_json_object(part: &str) -> bool {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(part).unwrap_or_default();
    json::parse_strict_bytes(&bytes).is_ok_and(|value| value.is_object())
}

fn link(text: &str) -> Result<PayloadContent, NotAText> {
    let Some(scheme) = scheme_of(text) else {
        return Err(NotAText::Words);
    };
    if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(NotAText::Words);
    }
    if !matches!(scheme.as_str(), "http" | "https") {
        return Err(NotAText::OtherScheme { scheme });
    }
    if text.len() > MAX_LINK {
        return Err(NotAText::BrokenLink { reason: format!("it is longer than {MAX_LINK} bytes") });
    }
    // "https:example.org" and "https:\\example.org" are repaired by browsers; a badge needs no repair.
    let written_out = text.get(scheme.len()..).is_some_and(|rest| rest.starts_with("://"));
    match Url::parse(text) {
        Ok(url) if written_out && url.has_host() => Ok(PayloadContent::Url(text.to_owned())),
        Ok(_) => Err(NotAText::BrokenLink { reason: "it names no host".into() }),
        Err(error) => Err(NotAText::BrokenLink { reason: error.to_string() }),
    }
}

/// Whether `text` begins with that scheme, in any case of letters.
pub(super) fn has_scheme(text: &str, scheme: &str) -> bool {
    scheme_of(text).is_some_and(|found| found == scheme)
}

/// The scheme that `text` begins with (RFC 3986, section 3.1), in small letters.
fn scheme_of(text: &str) -> Option<String> {
    const LONGEST: usize = 32;
    let (scheme, _) = text.split_once(':')?;
    let well_formed = scheme.len() <= LONGEST
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    well_formed.then(|| scheme.to_ascii_lowercase())
}

/// The bytes in a `data:` URL (RFC 2397).
pub(super) fn data_of(text: &str) -> Result<Vec<u8>, NotAText> {
    let Some((head, data)) = text.split_once(',') else {
        return Err(NotAText::BrokenDataUrl { reason: "it has no comma" });
    };
    let bytes: Vec<u8> = percent_decode_str(data).collect();
    if !head.to_ascii_lowercase().ends_with(";base64") {
        return Ok(bytes);
    }
    let packed: Vec<u8> = bytes.into_iter().filter(|b| !b.is_ascii_whitespace()).collect();
    DATA_BASE64.decode(packed).map_err(|_| NotAText::BrokenDataUrl { reason: "its base64 is broken" })
}
