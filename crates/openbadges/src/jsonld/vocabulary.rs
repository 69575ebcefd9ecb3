//! Whether a document's own contexts agree with the published ones that it uses.
//!
//! A proof covers statements, and people (and this crate) read JSON. A context inside the document can part the two:
//! it renames `credentialStatus`, or swaps `name` and `description`, and the statements stay as they were signed. So
//! a document's own context may add words for meanings of its own, and nothing else.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::Value;

use super::context::{ActiveContext, Manner, Name};
use super::error::JsonLdError;
use super::processor::Processor;
use super::table;

/// The words of a published context, at every depth.
#[derive(Default)]
pub(super) struct Vocabulary {
    /// A word may stand for several things, in contexts that come with different types.
    words: HashMap<&'static str, Vec<Name>>,
    meanings: HashSet<Name>,
}

impl Vocabulary {
    pub(super) fn of(context: &'static Value) -> Self {
        let mut processor = Processor::new(&[]);
        // Whatever it cannot make sense of stays without a word here; tests hold the tables themselves.
        let _ = processor.process_context(&Arc::new(ActiveContext::default()), context, Manner::EMBEDDED);
        let mut vocabulary = Self::default();
        for (word, meaning) in processor.own_words {
            vocabulary.meanings.insert(meaning.clone());
            vocabulary.words.entry(word).or_default().push(meaning);
        }
        vocabulary
    }

    fn knows(&self, word: &str, meaning: &Name) -> bool {
        self.words.get(word).is_some_and(|meanings| meanings.contains(meaning))
    }

    fn is_touched_by(&self, word: &str, meaning: &Name) -> bool {
        self.words.contains_key(word) || self.meanings.contains(meaning)
    }
}

/// Holds the words that the document's own contexts define against the published contexts that it uses.
pub(super) fn check(processor: &Processor<'_>) -> Result<(), JsonLdError> {
    if processor.own_words.is_empty() {
        return Ok(());
    }
    let published: Vec<&Vocabulary> = processor
        .used()
        .iter()
        .flat_map(|(url, sha256)| table::of(url).iter().filter(move |table| table.sha256 == *sha256))
        .map(|table| table.vocabulary())
        .collect();
    for (word, meaning) in &processor.own_words {
        let touches = published.iter().any(|vocabulary| vocabulary.is_touched_by(word, meaning))
            || matches!(meaning, Name::Keyword(_)) && !published.is_empty();
        if touches && !published.iter().any(|vocabulary| vocabulary.knows(word, meaning)) {
            let meaning = match meaning {
                Name::Iri(iri) => iri.to_string(),
                Name::Keyword(keyword) => format!("{keyword:?}"),
                Name::Nothing => "nothing".to_owned(),
            };
            return Err(JsonLdError::Redefined { word: (*word).to_owned(), meaning });
        }
    }
    Ok(())
}
