//! One import asks each URL once, however many badges need it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use crate::fetch::{Fetch, FetchError, Pending, Request, Response};

/// Answers held at most; beyond that, each badge asks for itself.
const MAX_ANSWERS: usize = 128;

type Slot = Arc<OnceCell<Result<Response, FetchError>>>;

/// Fetches through another, and remembers for as long as it lives.
pub(crate) struct SharedFetch {
    inner: Arc<dyn Fetch>,
    answers: Mutex<HashMap<Key, Slot>>,
}

type Key = (String, &'static str);

impl SharedFetch {
    pub(crate) fn new(inner: Arc<dyn Fetch>) -> Self {
        Self { inner, answers: Mutex::default() }
    }

    fn slot(&self, request: &Request) -> Option<Slot> {
        let key = (request.url.to_string(), request.purpose.accept());
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.len() >= MAX_ANSWERS && !answers.contains_key(&key) {
            return None;
        }
        Some(Arc::clone(answers.entry(key).or_default()))
    }
}

impl Fetch for SharedFetch {
    fn fetch<'a>(&'a self, request: &'a Request) -> Pending<'a> {
        Box::pin(async move {
            match self.slot(request) {
                Some(slot) => slot.get_or_init(|| self.inner.fetch(request)).await.clone(),
                None => self.inner.fetch(request).await,
            }
        })
    }
}
