//! Answers from memory.

use std::collections::HashMap;

use super::{Fetch, FetchError, Pending, Request, Response};

/// Answers from a table and refuses everything else as offline: an empty one is `--offline`.
#[derive(Clone, Debug, Default)]
pub struct MapFetch {
    answers: HashMap<String, Result<Response, FetchError>>,
}

impl MapFetch {
    /// Fetches nothing.
    pub fn offline() -> Self {
        Self::default()
    }

    /// Answers `url` with `answer` from now on.
    #[must_use]
    pub fn with(mut self, url: &str, answer: Result<Response, FetchError>) -> Self {
        self.answers.insert(url.to_owned(), answer);
        self
    }
}

impl Fetch for MapFetch {
    fn fetch<'a>(&'a self, request: &'a Request) -> Pending<'a> {
        let answer = self.answers.get(request.url.as_str()).cloned().unwrap_or(Err(FetchError::Offline));
        Box::pin(async move { answer })
    }
}
