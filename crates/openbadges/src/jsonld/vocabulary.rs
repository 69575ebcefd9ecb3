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
use super::expand::{Node, Object};
use super::processor::Processor;
use super::table::{self, Table};

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

/// The properties of credentials. Those of the outermost one are read where it stands, and nowhere else.
const CREDENTIAL: &str = "https://www.w3.org/2018/credentials#";

/// Holds the words of the document against the published contexts that it uses. A document that uses none is no
/// credential, and may write what it likes.
pub(super) fn check(processor: &Processor<'_>, nodes: &[Object<'_>]) -> Result<(), JsonLdError> {
    if processor.used().is_empty() {
        return Ok(());
    }
    if let Some((word, meaning)) = &processor.respelt {
        return Err(redefined(word, meaning));
    }
    if !processor.own_words.is_empty() || !processor.types.is_empty() {
        check_words(processor)?;
    }
    check_scattered(nodes)
}

/// A word that is the document's own stands for a meaning of its own: for none that a bundled context has a word for,
/// whether the document uses that context or leaves it out to say the same in its own words. A type that there is a
/// word for is written as that word.
fn check_words(processor: &Processor<'_>) -> Result<(), JsonLdError> {
    let used = |table: &&Table| {
        let used = |(url, sha256): &(_, _)| table.sha256 == *sha256 && table.urls.contains(url);
        processor.used().iter().any(used)
    };
    let all: Vec<&Vocabulary> = table::tables().iter().map(Table::vocabulary).collect();
    let published: Vec<&Vocabulary> = table::tables().iter().filter(used).map(Table::vocabulary).collect();
    let is_known = |word: &str, meaning: &Name| all.iter().any(|one| one.knows(word, meaning));
    let is_meant = |meaning: &Name| all.iter().any(|one| one.meanings.contains(meaning));
    for (word, meaning) in &processor.own_words {
        if published.iter().any(|one| one.knows(word, meaning)) {
            continue;
        }
        let touches = published.iter().any(|one| one.is_touched_by(word, meaning))
            || matches!(meaning, Name::Keyword(_))
            || is_meant(meaning) && !is_known(word, meaning);
        if touches {
            return Err(redefined(word, meaning));
        }
    }
    for (word, iri) in &processor.types {
        let meaning = Name::Iri(iri.clone());
        if is_meant(&meaning) && !is_known(word, &meaning) {
            return Err(redefined(word, &meaning));
        }
    }
    Ok(())
}

fn redefined(word: &str, meaning: &Name) -> JsonLdError {
    let meaning = match meaning {
        Name::Iri(iri) => iri.to_string(),
        Name::Keyword(keyword) => format!("{keyword:?}"),
        Name::Nothing => "nothing".to_owned(),
    };
    JsonLdError::Redefined { word: word.to_owned(), meaning }
}

/// A node may stand in several places, and its statements are then one node's. Of the outermost credential, none
/// may stand elsewhere: its end or its status would be signed, and nobody would look for it there.
fn check_scattered(nodes: &[Object<'_>]) -> Result<(), JsonLdError> {
    let [Object::Node(root)] = nodes else { return Ok(()) };
    let Some(id) = &root.id else { return Ok(()) };
    let mut waiting: Vec<&Object<'_>> = parts(root).collect();
    while let Some(object) = waiting.pop() {
        match object {
            Object::Literal(_) => {}
            Object::List(items) => waiting.extend(items),
            Object::Node(node) => {
                let stray = node.properties.iter().find(|(property, _)| property.starts_with(CREDENTIAL));
                if let (true, Some((property, _))) = (node.id.as_ref() == Some(id), stray) {
                    return Err(JsonLdError::Scattered {
                        id: id.to_string(),
                        property: property.to_string(),
                    });
                }
                waiting.extend(parts(node));
            }
        }
    }
    Ok(())
}

/// What hangs on a node.
fn parts<'n, 'a>(node: &'n Node<'a>) -> impl Iterator<Item = &'n Object<'a>> {
    let properties = node.properties.iter().chain(&node.reverse).flat_map(|(_, objects)| objects);
    properties.chain(node.graph.iter().flatten()).chain(&node.included)
}
