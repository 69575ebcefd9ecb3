//! Documents: what was fetched to decide a check.
//!
//! Not to be confused with *evidence*, which in Open Badges is the learner's work.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use url::Url;

use crate::json::parse_strict_bytes;
use crate::report::{DocumentRef, Gap};

/// An answer that came back for a URL: the exact bytes, and where and when they came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// The URL that was asked for (before redirects).
    pub url: String,
    /// The body, bit for bit, after content decoding.
    pub bytes: Vec<u8>,
    /// The `Content-Type` that came with it, if any.
    pub media_type: Option<String>,
    /// When it was fetched.
    pub fetched_at: Timestamp,
    /// The HTTP status. Only 2xx bodies are documents to rely on, but 410 on a hosted assertion has a
    /// meaning of its own (revoked), so the status is kept.
    pub status: u16,
}

impl Document {
    /// Lower-case hexadecimal SHA-256 of the bytes.
    pub fn sha256(&self) -> String {
        sha256_hex(&self.bytes)
    }

    /// Whether the host answered with success (2xx).
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Why a URL gave no document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "reason", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Unavailable {
    /// Nothing may be fetched (`--offline`, or the offline switch).
    #[error("nothing may be fetched: Lapel is offline")]
    Offline,
    /// The budget for this badge was spent.
    #[error("too many documents were needed for one badge")]
    Budget,
    /// The address may not be fetched (not https, a private network, ...).
    #[error("the address may not be fetched: {detail}")]
    Refused {
        /// Which rule refused it.
        detail: String,
    },
    /// The host did not answer, or not in time, or with something unreadable.
    #[error("the host did not answer: {detail}")]
    Unreachable {
        /// What the network said.
        detail: String,
    },
    /// The host answered, but not with success.
    #[error("the host answered with HTTP status {status}")]
    Http {
        /// The HTTP status code.
        status: u16,
    },
}

/// What is known of one URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Answer {
    /// The host answered.
    Document(Document),
    /// It was tried (or may not be tried) and gave nothing.
    Unavailable(Unavailable),
}

/// The documents at hand: URL to answer. The first answer for a URL stands; later ones are ignored, so that
/// one run of checks never mixes two texts of the same document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Documents {
    answers: BTreeMap<String, Answer>,
}

impl Documents {
    /// No documents.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an answer for `url`, unless one is there.
    pub fn insert(&mut self, url: impl Into<String>, answer: Answer) {
        self.answers.entry(url.into()).or_insert(answer);
    }

    /// What is known of `url`; `None` if it was never asked for.
    pub fn answer(&self, url: &str) -> Option<&Answer> {
        self.answers.get(url)
    }

    /// All answers, by URL.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Answer)> {
        self.answers.iter().map(|(url, answer)| (url.as_str(), answer))
    }
}

impl FromIterator<Document> for Documents {
    fn from_iter<I: IntoIterator<Item = Document>>(documents: I) -> Self {
        let mut all = Self::new();
        for document in documents {
            all.insert(document.url.clone(), Answer::Document(document));
        }
        all
    }
}

impl Documents {
    /// The document at `url`, or why there is none to rely on. The fragment is no part of the request.
    pub(crate) fn look_up(&self, url: &str) -> Result<&Document, Gap> {
        let url = without_fragment(url);
        match self.find(url) {
            None => Err(Gap::Missing { url: url.to_owned() }),
            Some(Answer::Unavailable(cause)) => {
                Err(Gap::Unavailable { url: url.to_owned(), cause: cause.clone() })
            }
            Some(Answer::Document(document)) if document.is_success() => Ok(document),
            Some(Answer::Document(document)) => Err(Gap::Unavailable {
                url: url.to_owned(),
                cause: Unavailable::Http { status: document.status },
            }),
        }
    }

    /// The answer for `url` as written, or as a URL parser writes it (`https://a.org` is `https://a.org/`).
    pub(crate) fn find(&self, url: &str) -> Option<&Answer> {
        self.answer(url).or_else(|| self.answer(Url::parse(url).ok()?.as_str()))
    }
}

impl Document {
    /// Its JSON, read strictly; otherwise a gap that says what it is instead.
    pub(crate) fn json(&self) -> Result<Value, Gap> {
        parse_strict_bytes(&self.bytes).map_err(|error| Gap::Unreadable {
            url: self.url.clone(),
            problem: format!("no sound JSON ({error})"),
        })
    }

    /// How a report names it.
    pub(crate) fn reference(&self) -> DocumentRef {
        DocumentRef { url: self.url.clone(), sha256: self.sha256(), fetched_at: self.fetched_at }
    }
}

/// `url` without its fragment.
pub(crate) fn without_fragment(url: &str) -> &str {
    url.split_once('#').map_or(url, |(base, _)| base)
}

/// Lower-case hexadecimal SHA-256 of `bytes`.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes in lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut hex, byte| {
        // Writing to memory does not fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
