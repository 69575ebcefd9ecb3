//! Statements under the issuer's labels, and those that JSON pointers select (vc-di-ecdsa 3.4).
//!
//! The specification gives every blank node an IRI for a while, so that the nodes of a selection can be told in the
//! whole. Here each node is told by where its object stands in the JSON, and a selection keeps the places of the
//! whole: what is left out of an array leaves a `null`, which says nothing.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value};
use sha2::Sha256;

use super::super::covered::{Unsecured, compact_form, fault_of};
use super::MAX_STATEMENTS;
use crate::jsonld::{self, Hash, JsonLdError, Quad, Term};
use crate::report::Fault;

/// The issuer's label of each blank node, by the label that it has here.
pub(super) type Labels = HashMap<Arc<str>, Arc<str>>;

/// Why statements cannot be told apart, or not be selected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum GroupError {
    #[error("{0}")]
    Canonical(Fault),
    #[error("the pointer {0} leads nowhere")]
    NoSuchPlace(String),
    #[error("a list of the document cannot be shown in part, and so not be signed in parts")]
    List,
    #[error("{}", super::too_many(*.0))]
    TooMany(usize),
}

impl From<JsonLdError> for GroupError {
    fn from(error: JsonLdError) -> Self {
        Self::Canonical(fault_of(error, ""))
    }
}

/// A whole document: its statements, and the issuer's labels by the places of its nodes.
pub(super) struct Labelled<'a> {
    document: &'a Value,
    /// Lines of N-Quads in canonical order.
    pub statements: Vec<String>,
    places: HashMap<Arc<str>, Arc<str>>,
}

impl<'a> Labelled<'a> {
    /// The statements as the issuer signed them: blank nodes are labelled by an HMAC of their canonical labels.
    pub(super) fn of_base(unsecured: &'a Unsecured, hmac_key: &[u8]) -> Result<Self, GroupError> {
        let document = unsecured.json();
        compact_form(document, "").map_err(GroupError::Canonical)?;
        let dataset = jsonld::dataset(document, &[])?;
        if dataset.quads.len() > MAX_STATEMENTS {
            return Err(GroupError::TooMany(dataset.quads.len()));
        }
        let canonical = jsonld::canonicalize_within(&dataset.quads, Hash::Sha256, unsecured.work())?;
        let mut labels = Labels::new();
        let mut places = HashMap::new();
        for (known, issued) in &canonical.issued {
            let known: Arc<str> = known.as_str().into();
            let secret = label(&keyed(hmac_key, issued));
            let place = dataset.places.get(&known).ok_or(GroupError::List)?;
            places.insert(place.clone(), secret.clone());
            labels.insert(known, secret);
        }
        Ok(Self { document, statements: relabelled(&dataset.quads, &labels), places })
    }

    /// Which statements the pointers select.
    pub(super) fn select(&self, pointers: &[String]) -> Result<Vec<usize>, GroupError> {
        let Some(selection) = selection(self.document, pointers)? else { return Ok(Vec::new()) };
        let (quads, labels) = self.read(&selection)?;
        let mut found = Vec::new();
        for statement in relabelled(&quads, &labels) {
            let index = self.statements.binary_search(&statement).map_err(|_| GroupError::List)?;
            found.push(index);
        }
        Ok(found)
    }

    /// The statements of a selection, and the issuer's labels for its blank nodes.
    pub(super) fn read(&self, selection: &Value) -> Result<(Vec<Quad>, Labels), GroupError> {
        let dataset = jsonld::dataset(selection, &[])?;
        let mut labels = Labels::new();
        for label in dataset.quads.iter().flat_map(blanks) {
            let place = dataset.places.get(label).ok_or(GroupError::List)?;
            let secret = self.places.get(place).ok_or(GroupError::List)?;
            labels.insert(label.clone(), secret.clone());
        }
        Ok((dataset.quads, labels))
    }
}

fn blanks(quad: &Quad) -> impl Iterator<Item = &Arc<str>> {
    [Some(&quad.subject), Some(&quad.object), quad.graph.as_ref()].into_iter().flatten().filter_map(|term| {
        match term {
            Term::Blank(label) => Some(label),
            _ => None,
        }
    })
}

/// The HMAC of a canonical label.
pub(super) fn keyed(hmac_key: &[u8], issued: &str) -> Vec<u8> {
    // An HMAC takes a key of any length.
    let Ok(mut hmac) = Hmac::<Sha256>::new_from_slice(hmac_key) else { return Vec::new() };
    hmac.update(issued.as_bytes());
    hmac.finalize().into_bytes().to_vec()
}

/// A label as it stands in statements: multibase base64url.
pub(super) fn label(secret: &[u8]) -> Arc<str> {
    format!("u{}", URL_SAFE_NO_PAD.encode(secret)).into()
}

/// The statements as lines of N-Quads with these labels, sorted.
pub(super) fn relabelled(quads: &[Quad], labels: &Labels) -> Vec<String> {
    let rename = |term: &Term| match term {
        Term::Blank(label) => Term::Blank(labels.get(label).unwrap_or(label).clone()),
        other => other.clone(),
    };
    let line = |quad: &Quad| {
        let renamed = Quad {
            subject: rename(&quad.subject),
            predicate: quad.predicate.clone(),
            object: rename(&quad.object),
            graph: quad.graph.as_ref().map(rename),
        };
        format!("{renamed}\n")
    };
    let mut lines: Vec<String> = quads.iter().map(line).collect();
    lines.sort_unstable();
    lines.dedup();
    lines
}

/// The part of a document that the pointers select, with `null` for what is left out of arrays; `None` if there are
/// no pointers. Every object on the way keeps its `id`, its `type` and its own contexts.
pub(super) fn selection(document: &Value, pointers: &[String]) -> Result<Option<Value>, GroupError> {
    if pointers.is_empty() {
        return Ok(None);
    }
    let mut selected = beginning(document);
    for pointer in pointers {
        let nowhere = || GroupError::NoSuchPlace(pointer.clone());
        let steps = steps(pointer).ok_or_else(nowhere)?;
        add(&mut selected, document, &steps).ok_or_else(nowhere)?;
    }
    Ok(Some(selected))
}

/// The steps of a JSON pointer (RFC 6901).
fn steps(pointer: &str) -> Option<Vec<String>> {
    if pointer.is_empty() {
        return Some(Vec::new());
    }
    let steps = pointer.strip_prefix('/')?.split('/');
    Some(steps.map(|step| step.replace("~1", "/").replace("~0", "~")).collect())
}

/// What is shown of a value on the way to a selected one.
fn beginning(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut kept = Map::new();
            for name in ["@context", "id", "type"] {
                let is_blank = name == "id"
                    && members.get(name).and_then(Value::as_str).is_some_and(|id| id.starts_with("_:"));
                if let Some(value) = members.get(name).filter(|_| !is_blank) {
                    kept.insert(name.to_owned(), value.clone());
                }
            }
            Value::Object(kept)
        }
        Value::Array(items) => Value::Array(vec![Value::Null; items.len()]),
        scalar => scalar.clone(),
    }
}

/// Adds what `steps` lead to; `None` if they lead nowhere.
fn add(selected: &mut Value, source: &Value, steps: &[String]) -> Option<()> {
    let Some((step, rest)) = steps.split_first() else {
        *selected = source.clone();
        return Some(());
    };
    let (child, place) = match (source, selected) {
        (Value::Object(members), Value::Object(kept)) => {
            let child = members.get(step)?;
            (child, kept.entry(step.clone()).or_insert(Value::Null))
        }
        (Value::Array(items), Value::Array(kept)) => {
            let index: usize = step.parse().ok()?;
            (items.get(index)?, kept.get_mut(index)?)
        }
        _ => return None,
    };
    if place.is_null() {
        *place = beginning(child);
    }
    add(place, child, rest)
}

/// A selection without the places of what was left out: what a holder passes on.
pub(super) fn dense(selection: Value) -> Value {
    match selection {
        Value::Array(items) => {
            Value::Array(items.into_iter().filter(|item| !item.is_null()).map(dense).collect())
        }
        Value::Object(members) => {
            Value::Object(members.into_iter().map(|(name, member)| (name, dense(member))).collect())
        }
        scalar => scalar,
    }
}
