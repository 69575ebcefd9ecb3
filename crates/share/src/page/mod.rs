//! The self-verifying page: one HTML file that shows a badge and verifies it where it is opened, offline too, by the
//! same code as the app (compiled to WebAssembly, see build.rs). docs/self-verifying-page.md says what it shows, what it
//! proves, and what it cannot.
//!
//! The page loads nothing and sends nothing: its policy (`Content-Security-Policy`) allows its own script and style, by
//! their digests, and pictures that are inside it. What a badge says goes into it twice: into the markup, escaped, for
//! readers without script, and as JSON that ends no element, for the script, which shows it as text only.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use openbadges::{Answer, Artifact, ArtifactKind, Credential, Documents, Unavailable, Verdict};
use openbadges_wasm::{Kept, Subject};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::download::{extension, file_name};
use crate::escape;
use crate::text::{LINE, one_line};
use crate::{Art, Badge, DownloadFormat, Entry};

const HTML: &str = include_str!("page.html");
const CSS: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The verifier, compressed with gzip.
#[cfg(not(no_verifier))]
const VERIFIER: Option<&[u8]> = Some(include_bytes!(concat!(env!("OUT_DIR"), "/verifier.wasm.gz")));
#[cfg(no_verifier)]
const VERIFIER: Option<&[u8]> = None;

/// How a page is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageOptions {
    /// The instant that the page is made at, if it is to say so.
    pub made_at: Option<Timestamp>,
}

/// Why a page cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PageError {
    /// Lapel was built without the target that the verifier needs.
    #[error("self-verifying pages are not available in this build of Lapel")]
    NoVerifier,
}

impl PageError {
    /// Stable dotted code.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoVerifier => "share.page-not-in-this-build",
        }
    }

    /// What to do.
    pub fn hint(self) -> &'static str {
        match self {
            Self::NoVerifier => {
                "Whoever built this Lapel can add it: rustup target add wasm32-unknown-unknown, then build again."
            }
        }
    }
}

/// Whether this build can make self-verifying pages.
pub fn has_pages() -> bool {
    VERIFIER.is_some()
}

/// The self-verifying page of `badge`. It holds the original artefact, and with it all the personal data that
/// [`personal_data`](crate::personal_data) lists.
///
/// # Errors
/// [`PageError::NoVerifier`] where the program was built without the verifier.
pub fn page(badge: &Badge<'_>, options: PageOptions) -> Result<String, PageError> {
    let verifier = VERIFIER.ok_or(PageError::NoVerifier)?;
    let entry = Entry::of(badge);
    let subject = subject(badge);
    let island = json_island(&Island::of(badge, &entry, &subject));
    Ok(fill(HTML, &|name| match name {
        "policy" => policy(),
        "style" => CSS.to_owned(),
        "script" => SCRIPT.to_owned(),
        "name" => escape::html(&entry.name),
        "issuer" => escape::html(&entry.issuer),
        "picture" => picture(badge, &entry),
        "facts" => facts(badge, &entry),
        "description" => paragraph(entry.description.as_deref()),
        "claim" => escape::html(entry.standing.words()),
        "made" => made(options.made_at),
        "data" => island.clone(),
        "verifier" => STANDARD.encode(verifier),
        _ => String::new(),
    }))
}

/// What follows "Made with Lapel".
fn made(at: Option<Timestamp>) -> String {
    at.map_or_else(String::new, |at| format!(" on <time>{}</time>", at.strftime("%Y-%m-%d")))
}

/// A name for the page's file, safe on every system.
pub fn page_name(badge: &Badge<'_>) -> String {
    file_name(badge.card, "html")
}

/// What the script reads.
#[derive(Serialize)]
struct Island<'a> {
    #[serde(flatten)]
    subject: &'a Subject,
    documents: Vec<Kept>,
    file: File,
    /// How the badge stood for its owner: a claim of whoever made the page.
    claim: Claim<'a>,
}

/// The original, for saving.
#[derive(Serialize)]
struct File {
    name: String,
    media_type: &'static str,
}

#[derive(Serialize)]
struct Claim<'a> {
    verdict: Verdict,
    words: &'a str,
}

impl<'a> Island<'a> {
    fn of(badge: &Badge<'_>, entry: &'a Entry, subject: &'a Subject) -> Self {
        Self {
            subject,
            documents: documents(badge.documents),
            file: File {
                name: file_name(badge.card, extension(badge, DownloadFormat::Original)),
                media_type: media_type(badge.original.kind),
            },
            claim: Claim { verdict: entry.standing.verdict(), words: entry.standing.words() },
        }
    }
}

fn media_type(kind: ArtifactKind) -> &'static str {
    match kind {
        ArtifactKind::Png => "image/png",
        ArtifactKind::Svg => "image/svg+xml",
        ArtifactKind::Json => "application/json",
        ArtifactKind::Jws => "application/jwt",
        ArtifactKind::Url => "text/plain",
    }
}

/// The artefact with the way to its credential. Where it only links to a page that is not at hand, the credential's own
/// text stands for it.
fn subject(badge: &Badge<'_>) -> Subject {
    let credential = badge.credential.digest();
    let leads_there = leads_to(badge.original.bytes, &credential, badge.documents, 3);
    let bytes = if leads_there { badge.original.bytes } else { badge.credential.text().as_bytes() };
    Subject {
        artifact: bytes.to_vec(),
        credential: Some(credential),
        address: badge.card.credential_id.clone(),
    }
}

/// Whether `bytes` hold the credential of that digest, or a link that leads to it by `documents`.
fn leads_to(bytes: &[u8], digest: &str, documents: &Documents, links: usize) -> bool {
    let Ok(artifact) = Artifact::recognise(bytes.to_vec()) else { return false };
    artifact.payloads().iter().any(|payload| match Credential::parse(&payload.content) {
        Ok(credential) => credential.digest() == digest,
        Err(openbadges::ParseError::IsLink { url }) if links > 0 => match documents.answer(&url) {
            Some(Answer::Document(document)) => leads_to(&document.bytes, digest, documents, links - 1),
            _ => false,
        },
        Err(_) => false,
    })
}

/// The documents that the page brings along. Large pictures stay behind, since nothing rests on them, and so does why a
/// host could not be reached, which tells about its owner's network.
fn documents(documents: &Documents) -> Vec<Kept> {
    let goes = |answer: &Answer| match answer {
        Answer::Document(document) => {
            let art = Art { bytes: &document.bytes };
            document.bytes.len() <= crate::LARGEST_PICTURE || art.media_type().is_none()
        }
        Answer::Unavailable(why) => matches!(why, Unavailable::Http { .. }),
    };
    documents.iter().filter(|(_, answer)| goes(answer)).map(|(url, answer)| Kept::of(url, answer)).collect()
}

/// `value` as JSON that ends no script element: of all that HTML knows, only `<` begins something there.
pub(crate) fn json_island(value: &impl Serialize) -> String {
    // Texts, numbers and lists: writing them to memory does not fail.
    let json = serde_json::to_string(value).unwrap_or_default();
    json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

/// What the page may do (CSP 3): run its script and the verifier, be styled, show pictures that are in it. It may load
/// nothing.
fn policy() -> String {
    let digest = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
    format!(
        "default-src 'none'; script-src {} 'wasm-unsafe-eval'; style-src {}; img-src data: blob:; \
         base-uri 'none'; form-action 'none'",
        digest(SCRIPT),
        digest(CSS)
    )
}

fn picture(badge: &Badge<'_>, entry: &Entry) -> String {
    let art = badge.art.filter(|art| art.bytes.len() <= crate::LARGEST_PICTURE);
    if let Some((media_type, bytes)) = art.and_then(|art| Some((art.media_type()?, art.bytes))) {
        let (data, name) = (STANDARD.encode(bytes), escape::html(&entry.name));
        return format!(
            "<img id=\"picture\" src=\"data:{media_type};base64,{data}\" width=\"160\" height=\"160\" \
             alt=\"Badge: {name}\">"
        );
    }
    format!("<span id=\"picture\" aria-hidden=\"true\">{}</span>", escape::html(&initial(&entry.name)))
}

/// The letter that stands for a missing picture.
pub(crate) fn initial(name: &str) -> String {
    name.chars().find(|c| c.is_alphanumeric()).unwrap_or('•').to_string()
}

/// What a reader without script sees of the badge: terms and their values.
fn facts(badge: &Badge<'_>, entry: &Entry) -> String {
    let recipient = badge.card.recipient.as_ref();
    let recipient = recipient.and_then(|it| it.name.as_deref().or(it.identity.as_deref()));
    let recipient = recipient.map(|text| one_line(text, LINE)).filter(|text| !text.is_empty());
    let facts = [
        ("Awarded to", recipient.as_deref()),
        ("Awarded on", entry.issued.as_deref()),
        ("Valid until", entry.expires.as_deref()),
        ("Standard", Some(badge.card.standard.as_str())),
    ];
    facts.into_iter().filter_map(|(term, value)| Some((term, value?))).fold(
        String::new(),
        |mut html, (term, value)| {
            let value = escape::html(value);
            // Writing to memory does not fail.
            let _ = write!(html, "<div><dt>{term}</dt><dd dir=\"auto\">{value}</dd></div>");
            html
        },
    )
}

fn paragraph(text: Option<&str>) -> String {
    text.map_or_else(String::new, |text| {
        format!("<p id=\"description\" dir=\"auto\">{}</p>", escape::html(text))
    })
}

/// `template` with each `{{name}}` replaced by what `value` gives for the name. What is put in is not looked at again.
fn fill(template: &str, value: &dyn Fn(&str) -> String) -> String {
    let mut page = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((name, after)) = after.split_once("}}") else { break };
        page.push_str(before);
        page.push_str(&value(name));
        rest = after;
    }
    page.push_str(rest);
    page
}
