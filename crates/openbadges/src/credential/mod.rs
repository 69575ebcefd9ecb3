//! Credentials: the version-free tree beside the original text.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::artifact::PayloadContent;

/// Which specification a credential follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standard {
    /// Open Badges 2.0.
    Ob2,
    /// Open Badges 3.0.
    Ob3,
}

/// A parsed credential.
#[derive(Clone, Debug, PartialEq)]
pub struct Credential {
    text: String,
    json: Value,
    standard: Standard,
}

/// Why a text is not a credential that Lapel reads.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// It is a link: fetch it and recognise what comes back.
    #[error("this is a link to {url}, not the badge itself")]
    IsLink {
        /// Where it leads.
        url: String,
    },
}

impl Credential {
    /// Parses the text of a credential.
    pub fn parse(content: &PayloadContent) -> Result<Self, ParseError> {
        let _ = content;
        Err(ParseError::IsLink { url: String::new() })
    }

    /// The text as it was signed or served.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The JSON of the credential (of a JWS: its payload).
    pub fn json(&self) -> &Value {
        &self.json
    }

    /// Which specification it follows.
    pub fn standard(&self) -> Standard {
        self.standard
    }

    /// SHA-256 (hexadecimal) that equal credentials share, however they are wrapped or spaced.
    pub fn digest(&self) -> String {
        crate::document::sha256_hex(self.text.as_bytes())
    }
}
