//! Artefacts: the exact bytes that a person brought in, with a kind decided from the bytes.

use serde::{Deserialize, Serialize};

/// What the bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArtifactKind {
    /// A PNG image.
    Png,
    /// An SVG image.
    Svg,
    /// A JSON text.
    Json,
    /// A compact JWS.
    Jws,
    /// A link.
    Url,
}

/// The exact text of a credential, or a link to one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PayloadContent {
    /// JSON text.
    Json(String),
    /// Compact JWS.
    Jws(String),
    /// A link.
    Url(String),
}

/// A credential text as an artefact carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    /// The text.
    pub content: PayloadContent,
}

/// Exact bytes with a known kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    bytes: Vec<u8>,
    kind: ArtifactKind,
    payloads: Vec<Payload>,
}

/// Why bytes are not a badge.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotABadge {
    /// Nothing known.
    #[error("this is {looks_like}, not a badge")]
    Unknown {
        /// What it looked like.
        looks_like: String,
    },
}

impl Artifact {
    /// Decides the kind from the bytes and takes the credential texts out.
    pub fn recognise(bytes: Vec<u8>) -> Result<Self, NotABadge> {
        let _ = bytes;
        Err(NotABadge::Unknown { looks_like: String::new() })
    }

    /// The exact bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What they are.
    pub fn kind(&self) -> ArtifactKind {
        self.kind
    }

    /// The credential texts or links in it, in the order of reading.
    pub fn payloads(&self) -> &[Payload] {
        &self.payloads
    }
}
