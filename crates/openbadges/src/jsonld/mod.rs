//! JSON-LD in safe mode, over bundled contexts only, to canonical N-Quads.
//!
//! A Data Integrity proof covers not the bytes of a credential but the RDF statements that its JSON-LD makes.
//! So what the proof means depends on two things that this module keeps strict: contexts are those that Lapel
//! carries, pinned by digest and never fetched; and anything that JSON-LD would silently drop (a property that
//! no context defines, a relative IRI, a free-floating value) is an error, because the proof would not cover
//! it.
//!
//! ```text
//! document ── expand ──▶ nodes ── quads ──▶ Vec<Quad> ── RDFC-1.0 ──▶ canonical N-Quads
//!                ▲
//!   contexts/*.terms (tables)
//! ```
//!
//! What is *not* here: compaction, framing, flattening, remote documents, a base IRI, JSON-LD 1.0.

mod context;
mod contexts;
mod error;
mod expand;
mod iri;
mod jcs;
mod kept;
mod keyword;
mod processor;
mod quads;
mod rdfc;
mod table;
mod vocabulary;

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use processor::Processor;

pub use error::JsonLdError;
pub use jcs::{UnsafeNumber, canonical_json};
pub use quads::{Quad, Term};
pub(crate) use rdfc::canonicalize_within;
pub use rdfc::{CanonicalDataset, Hash, Work, canonicalize_quads};

/// The deepest nesting of arrays and objects that is read.
pub const DEEPEST: usize = 64;

/// The largest document that is read, in values and bytes of text.
const LARGEST: usize = 16 << 20;

/// How to canonicalise, where not in the usual way.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings<'a> {
    /// The texts to use in place of the current ones: (URL, lower-case hexadecimal SHA-256), as [`alternates`]
    /// lists them.
    pub texts: &'a [(&'a str, &'a str)],
    /// The hash algorithm that RDFC-1.0 runs with.
    pub hash: Hash,
    /// What this and other documents may take together.
    pub work: Option<&'a Work>,
}

/// A canonical RDF dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canonical {
    /// Canonical N-Quads (RDFC-1.0), sorted, each line ended by a line feed.
    pub nquads: String,
    /// The contexts that were used: URL and SHA-256 of the text, in the order of their first use.
    pub contexts: Vec<(&'static str, &'static str)>,
}

/// The canonical form of `document` in safe mode, with the current texts of the bundled contexts and SHA-256.
///
/// # Errors
/// [`JsonLdError`] says what a proof over the document would not cover, or why it cannot be read.
pub fn canonicalize(document: &Value) -> Result<Canonical, JsonLdError> {
    canonicalize_with(document, Settings::default())
}

/// The canonical form of `document` in safe mode, with other texts of contexts or another hash.
pub fn canonicalize_with(document: &Value, settings: Settings<'_>) -> Result<Canonical, JsonLdError> {
    let Dataset { quads, contexts, .. } = read(document, settings.texts, false)?;
    let dataset = match settings.work {
        Some(work) => canonicalize_within(&quads, settings.hash, work)?,
        None => canonicalize_quads(&quads, settings.hash)?,
    };
    Ok(Canonical { nquads: dataset.lines.concat(), contexts })
}

/// The statements of a document, and which of its objects its blank nodes are.
pub(crate) struct Dataset {
    pub(crate) quads: Vec<Quad>,
    /// Where each blank node stands, by its label: a JSON Pointer, or the label that the document itself gives it.
    /// The cells of lists stand nowhere.
    pub(crate) places: HashMap<Arc<str>, Arc<str>>,
    /// The contexts that were used.
    pub(crate) contexts: Used,
}

/// The statements of `document` in safe mode, with the places of their blank nodes.
pub(crate) fn dataset(document: &Value, texts: &[(&str, &str)]) -> Result<Dataset, JsonLdError> {
    read(document, texts, true)
}

/// The statements of `document` in safe mode, in no particular order; blank nodes are `b0`, `b1`, ...
pub fn to_quads(document: &Value) -> Result<Vec<Quad>, JsonLdError> {
    read(document, &[], false).map(|dataset| dataset.quads)
}

/// Whether Lapel carries the context at `url`.
pub fn is_bundled(url: &str) -> bool {
    !table::of(url).is_empty()
}

/// The text that `url` stands for now: the URL that it is published under, and its SHA-256.
pub(crate) fn current_text(url: &str) -> Option<(&'static str, &'static str)> {
    table::of(url).first().map(|table| (table.urls[0], table.sha256))
}

/// The contexts that Lapel carries: each URL, and the SHA-256 of the text that is used unless another is asked
/// for.
pub fn bundled() -> impl Iterator<Item = (&'static str, &'static str)> {
    table::tables()
        .iter()
        .filter(|table| table.current)
        .flat_map(|table| table.urls.iter().map(|url| (*url, table.sha256)))
}

/// The other texts that were published under `url`, by SHA-256. Some contexts changed without changing their
/// URL, and a proof made over one text holds only with that text.
pub fn alternates(url: &str) -> impl Iterator<Item = &'static str> {
    table::of(url).iter().filter(|table| !table.current).map(|table| table.sha256)
}

/// The other texts of the contexts that `document` names, at any depth: URL (as the document writes it) and
/// SHA-256. Where a proof does not hold with the current texts, each can be tried in [`Settings::texts`].
pub fn other_texts(document: &Value) -> Vec<(&'static str, &'static str)> {
    let mut found = Vec::new();
    let mut waiting = vec![document];
    while let Some(value) = waiting.pop() {
        match value {
            Value::Array(items) => waiting.extend(items),
            Value::Object(map) => waiting.extend(map.values()),
            _ => {}
        }
        let contexts = match value.get("@context") {
            Some(Value::Array(items)) => items.as_slice(),
            Some(item) => std::slice::from_ref(item),
            None => &[],
        };
        for url in contexts.iter().filter_map(Value::as_str) {
            for table in table::of(url).iter().filter(|table| !table.current) {
                let known = table.urls.iter().find(|known| **known == url);
                found.extend(known.map(|url| (*url, table.sha256)));
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// What `@context` holds in the text of the context at `url` with the digest `sha256`.
pub fn context(url: &str, sha256: &str) -> Option<&'static Value> {
    table::of(url).iter().find(|table| table.sha256 == sha256).map(|table| table.value())
}

type Used = Vec<(&'static str, &'static str)>;

fn read(document: &Value, texts: &[(&str, &str)], places: bool) -> Result<Dataset, JsonLdError> {
    check_size(document)?;
    let mut processor = Processor::new(texts);
    processor.places = places;
    let nodes = processor.expand_document(document)?;
    vocabulary::check(&processor, &nodes)?;
    let (quads, places) = quads::quads_of(&nodes)?;
    Ok(Dataset { quads, places, contexts: processor.into_used() })
}

/// Refuses what is too deep or too large, without recursion.
fn check_size(document: &Value) -> Result<(), JsonLdError> {
    let mut waiting = vec![(document, 1)];
    let mut left = LARGEST;
    while let Some((value, depth)) = waiting.pop() {
        let cost = match value {
            Value::String(text) => text.len(),
            Value::Object(map) => map.keys().map(String::len).sum(),
            _ => 0,
        };
        left = left.checked_sub(cost + 8).ok_or(JsonLdError::TooLarge)?;
        if depth > DEEPEST && (value.is_array() || value.is_object()) {
            return Err(JsonLdError::TooDeep { limit: DEEPEST });
        }
        match value {
            Value::Array(items) => waiting.extend(items.iter().map(|item| (item, depth + 1))),
            Value::Object(map) => waiting.extend(map.values().map(|item| (item, depth + 1))),
            _ => {}
        }
    }
    Ok(())
}
/// SHA-256 (lower-case hexadecimal) of every published text of the context at `url`; none where it is not bundled.
pub(crate) fn context_digests(url: &str) -> impl Iterator<Item = &'static str> {
    table::of(url).iter().map(|table| table.sha256)
}
