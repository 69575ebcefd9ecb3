//! The border: errors of every room as `{code, message, hint}`.

use crate::api::ApiError;
use crate::fetch::FetchError;
use crate::source::SourceError;
use crate::store::StoreError;
use crate::unpack::UnpackError;

impl ApiError {
    /// An error of its own making.
    pub fn new(code: impl Into<String>, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { code: code.into(), message: sentence(message.into()), hint: hint.into() }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Self::new(error.code(), error.to_string(), error.hint())
    }
}

impl From<SourceError> for ApiError {
    fn from(error: SourceError) -> Self {
        Self::new(error.code(), error.to_string(), error.hint())
    }
}

impl From<FetchError> for ApiError {
    fn from(error: FetchError) -> Self {
        Self::new(error.code(), error.to_string(), error.hint())
    }
}

impl From<UnpackError> for ApiError {
    fn from(error: UnpackError) -> Self {
        Self::new(error.code(), error.to_string(), error.hint())
    }
}

/// Errors are written to be joined; people read sentences.
fn sentence(mut text: String) -> String {
    if let Some(first) = text.chars().next()
        && first.is_lowercase()
        && !text.starts_with("http")
    {
        text.replace_range(..first.len_utf8(), &first.to_uppercase().to_string());
    }
    if !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
    text
}
