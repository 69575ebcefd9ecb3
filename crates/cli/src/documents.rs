//! `--documents DIR`: answers that are at hand, listed in `DIR/documents.json`.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use openbadges::{Answer, Document, Documents, Unavailable};
use serde::Deserialize;

use crate::problem::{Problem, told};

/// A member of the array in `documents.json`.
#[derive(Debug, Deserialize)]
struct Entry {
    /// The URL that the document answers for.
    url: String,
    /// Where its bytes are, relative to the folder; without one the answer has no body.
    #[serde(default)]
    file: Option<PathBuf>,
    /// `Content-Type`.
    #[serde(default)]
    media_type: Option<String>,
    /// When it was fetched (RFC 3339).
    #[serde(default)]
    fetched_at: Option<String>,
    /// HTTP status.
    #[serde(default = "ok")]
    status: u16,
}

fn ok() -> u16 {
    200
}

/// The documents listed in `folder/documents.json`; those that do not say when they were fetched count as
/// fetched at `now`.
pub(crate) fn read(folder: &Path, now: Timestamp) -> Result<Documents, Problem> {
    let list = folder.join("documents.json");
    let text = fs::read(&list).map_err(|error| unreadable(&list, &error.to_string()))?;
    let entries: Vec<Entry> =
        serde_json::from_slice(&text).map_err(|error| unreadable(&list, &error.to_string()))?;
    let mut documents = Documents::new();
    for entry in entries {
        let bytes = match &entry.file {
            Some(file) => {
                let path = folder.join(file);
                fs::read(&path).map_err(|error| unreadable(&path, &error.to_string()))?
            }
            None => Vec::new(),
        };
        let fetched_at = match &entry.fetched_at {
            Some(text) => text.parse().map_err(|_| {
                unreadable(&list, &format!("fetched_at {text:?} of {} is no instant", entry.url))
            })?,
            None => now,
        };
        let Entry { url, media_type, status, .. } = entry;
        documents.insert(url.clone(), answer(Document { url, bytes, media_type, fetched_at, status }));
    }
    Ok(documents)
}

/// As an answer of the network counts: success is a document, and so is 410, which says of a hosted assertion that
/// it is revoked; any other status is only that.
pub(crate) fn answer(document: Document) -> Answer {
    match document.status {
        200..300 | 410 => Answer::Document(document),
        status => Answer::Unavailable(Unavailable::Http { status }),
    }
}

fn unreadable(path: &Path, why: &str) -> Problem {
    Problem::unusable(told(
        "documents.unreadable",
        format!("the documents could not be read: {}: {why}", path.display()),
        "documents.json is an array of {\"url\", \"file\", \"media_type\", \"fetched_at\", \"status\"}; files are \
         named relative to its folder.",
    ))
}
