//! Answers from memory.

use std::collections::HashMap;

use super::{Fetch, FetchError, Pending, Purpose, Request, Response};

/// Answers from a table and refuses everything else as offline: an empty one is `--offline`.
#[derive(Clone, Debug, Default)]
pub struct MapFetch {
    answers: HashMap<String, Result<Response, FetchError>>,
    of_purpose: HashMap<(String, &'static str), Result<Response, FetchError>>,
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

    /// Answers `url` with `answer` where it is asked for `purpose`: what negotiates does so.
    #[must_use]
    pub fn with_for(mut self, url: &str, purpose: Purpose, answer: Result<Response, FetchError>) -> Self {
        self.of_purpose.insert((url.to_owned(), purpose.accept()), answer);
        self
    }
}

impl Fetch for MapFetch {
    fn fetch<'a>(&'a self, request: &'a Request) -> Pending<'a> {
        let of_purpose = self.of_purpose.get(&(request.url.to_string(), request.purpose.accept()));
        let answer = of_purpose.or_else(|| self.answers.get(request.url.as_str()));
        let answer = answer.cloned().unwrap_or(Err(FetchError::Offline));
        Box::pin(async move { answer })
    }
}
