//! JSON Schema, as credentials and extensions are described by: drafts 4, 6, 7, 2019-09 and 2020-12.
//!
//! Why our own: the schema comes from whoever wrote the badge, so validating it must be bounded, need no network,
//! clock or source of randomness, and must never take what it does not understand for a pass. What a schema says
//! beyond this module (a pattern that needs backtracking, an unknown dialect, a dynamic reference) is a gap.
//!
//! `format` is an annotation, as drafts 2019-09 and 2020-12 say and the earlier ones leave open.

mod credential;
mod judge;
mod library;
#[cfg(test)]
mod tests;
mod value;

use serde_json::Value;

use crate::document::{Document, Documents, Unavailable};
use crate::report::{DocumentRef, Feature, Gap, Problem};

pub(crate) use credential::of_credential;
use judge::Judge;
use library::Library;

/// A schema of more bytes than this is not read.
const MAX_SCHEMA_BYTES: usize = 1 << 20;

/// At most this many further documents are followed from one schema.
const MAX_DOCUMENTS: usize = 16;

/// A version of JSON Schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Draft {
    /// Draft 4.
    D4,
    /// Draft 6.
    D6,
    /// Draft 7.
    D7,
    /// Draft 2019-09.
    D2019,
    /// Draft 2020-12.
    D2020,
}

impl Draft {
    /// The draft that `$schema` names; `None` for a dialect of somebody's own.
    fn named(url: &str) -> Option<Self> {
        let url = url.trim_end_matches('#').trim_end_matches('/');
        let url = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
        Some(match url {
            "json-schema.org/draft-04/schema" => Self::D4,
            "json-schema.org/draft-06/schema" => Self::D6,
            "json-schema.org/draft-07/schema" => Self::D7,
            "json-schema.org/draft/2019-09/schema" => Self::D2019,
            "json-schema.org/draft/2020-12/schema" | "json-schema.org/schema" => Self::D2020,
            _ => return None,
        })
    }

    /// The draft of `schema`: what it names, or draft 2020-12 where it names none.
    fn of(schema: &Value) -> Result<Self, Gap> {
        match schema.get("$schema").and_then(Value::as_str) {
            None => Ok(Self::D2020),
            Some(url) => Self::named(url)
                .ok_or_else(|| Gap::Unsupported { feature: Feature::Schema, name: url.to_owned() }),
        }
    }

    /// The keyword that names a schema.
    fn id(self) -> &'static str {
        if self == Self::D4 { "id" } else { "$id" }
    }
}

/// What stands in the way of validating with other documents: how [`validate`] asks for them.
pub(crate) type Resolve<'a> = dyn FnMut(&str) -> Result<Value, Gap> + 'a;

/// Validates `instance` by `schema`, which was read at `url`; `resolve` gives the JSON of other documents that it
/// refers to, by their URLs without fragment (see [`at_hand`]).
///
/// Gives every problem, at most [`Fault::MAX_PROBLEMS`](crate::report::Fault::MAX_PROBLEMS), or none where the
/// instance is valid. A gap means that this cannot be told: a document is not at hand, or the schema says something
/// that is not understood or takes too much work.
pub(crate) fn validate(
    schema: &Value,
    url: &str,
    instance: &Value,
    resolve: &mut Resolve,
) -> Result<Vec<Problem>, Gap> {
    let draft = Draft::of(schema)?;
    let others = library::others(schema, url, draft, resolve);
    let library = Library::of(schema, url, draft, &others);
    Judge::new(&library, url).verdict(schema, instance)
}

/// A [`Resolve`] by what is at hand. Only https is believed; `references` takes up what was read.
pub(crate) fn at_hand<'a>(
    documents: &'a Documents,
    references: &'a mut Vec<DocumentRef>,
) -> impl FnMut(&str) -> Result<Value, Gap> + 'a {
    |url| {
        let document = found(url, documents)?;
        references.push(document.reference());
        document.json()
    }
}

/// The document of the schema at `url`.
pub(crate) fn found<'a>(url: &str, documents: &'a Documents) -> Result<&'a Document, Gap> {
    if !url.starts_with("https://") {
        let cause = Unavailable::Refused { detail: "a schema is only read over https".to_owned() };
        return Err(Gap::Unavailable { url: url.to_owned(), cause });
    }
    let document = documents.look_up(url)?;
    if document.bytes.len() > MAX_SCHEMA_BYTES {
        let problem = format!("larger than {MAX_SCHEMA_BYTES} bytes");
        return Err(Gap::Unreadable { url: url.to_owned(), problem });
    }
    Ok(document)
}
