//! What one run over a document carries with it: where it is, what it has spent, which contexts it used.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::sync::Arc;

use super::context::{ActiveContext, Name};
use super::error::JsonLdError;

/// How much work one document may cause, in units of about one term looked at. An Open Badge takes some
/// thousands; the bound keeps memory under about 100 MiB.
const WORK: usize = 2_000_000;

/// The state of one run over a document that lives for `'a`.
pub(super) struct Processor<'a> {
    /// The texts to use in place of the current ones, by URL.
    pub(super) texts: &'a [(&'a str, &'a str)],
    /// Contexts that were applied before: see `process_once`.
    pub(super) contexts: HashMap<Applied, (Arc<ActiveContext<'a>>, Arc<ActiveContext<'a>>)>,
    used: Vec<(&'static str, &'static str)>,
    /// The words that contexts of the document itself define, and what they stand for.
    pub(super) own_words: Vec<(&'a str, Name)>,
    /// Whether a context of the document itself gives every word a meaning (`@vocab`).
    pub(super) own_vocab: bool,
    /// The first keyword or id that the document writes in another way than its readers look for.
    pub(super) respelt: Option<(String, Name)>,
    /// The types that are written as IRIs, and what they stand for.
    pub(super) types: HashSet<(&'a str, Arc<str>)>,
    /// Whether nodes are told by where they stand.
    pub(super) places: bool,
    path: Vec<Step<'a>>,
    left: usize,
}

/// The addresses of an active context and of the context applied to it, and how it was applied.
type Applied = ((usize, usize), bool, bool);

#[derive(Clone, Copy)]
enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

impl<'a> Processor<'a> {
    pub(super) fn new(texts: &'a [(&'a str, &'a str)]) -> Self {
        Self {
            texts,
            contexts: HashMap::new(),
            used: Vec::new(),
            own_words: Vec::new(),
            own_vocab: false,
            respelt: None,
            types: HashSet::new(),
            places: false,
            path: Vec::new(),
            left: WORK,
        }
    }

    /// The texts that were used so far.
    pub(super) fn used(&self) -> &[(&'static str, &'static str)] {
        &self.used
    }

    /// The contexts that were used, by URL and digest of the text, in the order of their first use.
    pub(super) fn into_used(self) -> Vec<(&'static str, &'static str)> {
        self.used
    }

    pub(super) fn note_use(&mut self, url: &'static str, sha256: &'static str) {
        if !self.used.contains(&(url, sha256)) {
            self.used.push((url, sha256));
        }
    }

    /// Notes that `word` stands where readers of the JSON would look for another. Below `termsOfUse`, where ODRL
    /// has words of its own, nobody here reads.
    pub(super) fn note_respelt(&mut self, word: &str, meaning: Name) {
        let unread = || self.path.iter().any(|step| matches!(step, Step::Key("termsOfUse")));
        if self.respelt.is_none() && !unread() {
            self.respelt = Some((word.to_owned(), meaning));
        }
    }

    /// Takes `work` from the budget.
    pub(super) fn spend(&mut self, work: usize) -> Result<(), JsonLdError> {
        self.left = self.left.checked_sub(work).ok_or(JsonLdError::TooLarge)?;
        Ok(())
    }

    /// The language tag in lower case, if it is well-formed (BCP 47, as far as JSON-LD looks).
    pub(super) fn language_tag(&self, tag: &str) -> Result<Arc<str>, JsonLdError> {
        let mut parts = tag.split('-');
        let sound = parts
            .next()
            .is_some_and(|first| is_subtag(first) && first.bytes().all(|b| b.is_ascii_alphabetic()))
            && parts.all(is_subtag);
        if sound {
            Ok(tag.to_ascii_lowercase().into())
        } else {
            Err(JsonLdError::InvalidLanguage { tag: tag.to_owned(), pointer: self.pointer() })
        }
    }

    /// Does `work` one key further down. After an error the path stays, so that the pointer can be told.
    pub(super) fn under<T>(
        &mut self,
        key: &'a str,
        work: impl FnOnce(&mut Self) -> Result<T, JsonLdError>,
    ) -> Result<T, JsonLdError> {
        self.step(Step::Key(key), work)
    }

    /// Does `work` at one item of an array.
    pub(super) fn at<T>(
        &mut self,
        index: usize,
        work: impl FnOnce(&mut Self) -> Result<T, JsonLdError>,
    ) -> Result<T, JsonLdError> {
        self.step(Step::Index(index), work)
    }

    fn step<T>(
        &mut self,
        step: Step<'a>,
        work: impl FnOnce(&mut Self) -> Result<T, JsonLdError>,
    ) -> Result<T, JsonLdError> {
        self.path.push(step);
        let done = work(self)?;
        self.path.pop();
        Ok(done)
    }

    /// Where the run is, as a JSON Pointer.
    pub(super) fn pointer(&self) -> String {
        let mut pointer = String::new();
        for step in &self.path {
            match step {
                Step::Key(key) => {
                    pointer.push('/');
                    pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                }
                Step::Index(index) => {
                    let _ = write!(pointer, "/{index}");
                }
            }
        }
        pointer
    }
}

fn is_subtag(part: &str) -> bool {
    (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
}
