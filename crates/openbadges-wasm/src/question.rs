//! What a page asks: a badge, the documents that came with it, the instant, and whom the visitor vouches for.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use openbadges::{Answer, Document, Documents, Unavailable};
use serde::{Deserialize, Serialize};

/// A badge, what came with it, and how to judge it. Bytes are written in base64 (RFC 4648, with padding).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// What is to be judged.
    #[serde(flatten)]
    pub subject: Subject,
    /// The documents at hand.
    pub documents: Vec<Kept>,
    /// The instant to judge at.
    pub now: Timestamp,
    /// Ids of issuers that the visitor vouches for.
    #[serde(default)]
    pub trusted_issuers: Vec<String>,
}

/// Which credential is to be judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// The artefact, bit for bit.
    #[serde(with = "base64_bytes")]
    pub artifact: Vec<u8>,
    /// [`Credential::digest`](openbadges::Credential::digest) of the one that is meant, where an artefact holds several.
    #[serde(default)]
    pub credential: Option<String>,
    /// Where it was read, if it does not say so itself ([`Credential::read_at`](openbadges::Credential::read_at)).
    #[serde(default)]
    pub address: Option<String>,
}

/// What is known of one address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Kept {
    /// It answered.
    Document {
        /// Where it came from.
        url: String,
        /// When it was fetched.
        fetched_at: Timestamp,
        /// HTTP status.
        status: u16,
        /// `Content-Type`.
        media_type: Option<String>,
        /// The body, bit for bit.
        #[serde(with = "base64_bytes")]
        bytes: Vec<u8>,
    },
    /// It gave nothing.
    Unavailable {
        /// Where it would be.
        url: String,
        /// Why there is none.
        unavailable: Unavailable,
    },
}

impl Kept {
    /// What is known of `url`.
    pub fn of(url: &str, answer: &Answer) -> Self {
        match answer {
            Answer::Document(document) => Self::Document {
                url: url.to_owned(),
                fetched_at: document.fetched_at,
                status: document.status,
                media_type: document.media_type.clone(),
                bytes: document.bytes.clone(),
            },
            Answer::Unavailable(why) => Self::Unavailable { url: url.to_owned(), unavailable: why.clone() },
        }
    }

    fn answer(self) -> (String, Answer) {
        match self {
            Self::Document { url, fetched_at, status, media_type, bytes } => {
                (url.clone(), Answer::Document(Document { url, bytes, media_type, fetched_at, status }))
            }
            Self::Unavailable { url, unavailable } => (url, Answer::Unavailable(unavailable)),
        }
    }
}

/// As `verify` takes them.
pub(crate) fn documents(kept: Vec<Kept>) -> Documents {
    let mut documents = Documents::new();
    for (url, answer) in kept.into_iter().map(Kept::answer) {
        documents.insert(url, answer);
    }
    documents
}

mod base64_bytes {
    use serde::de::Error;
    use serde::{Deserializer, Serializer};

    use super::{Deserialize, Engine, STANDARD};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        STANDARD.decode(String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}
