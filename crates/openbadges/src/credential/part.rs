//! The parts of an assertion: badge, BadgeClass, issuer and key, each of which may be a document of its own. Older
//! ones are read in the terms of Open Badges 2.0.

use std::borrow::Cow;

use serde_json::Value;

use super::Standard;
use super::ob1::{self, Piece};
use super::value::{each, id_of, is_web_address};
use crate::document::Documents;
use crate::report::{DocumentRef, Gap};

/// A part of a badge, from the document at its id or from inside the part that names it.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// Its JSON, in the terms of Open Badges 2.0.
    pub json: Value,
    /// Its JSON as written, where that is in other terms.
    written: Option<Value>,
    /// What it is written by.
    pub standard: Standard,
    /// Where it was read; `None` where it is embedded.
    pub url: Option<String>,
    /// The documents it stands on.
    pub documents: Vec<DocumentRef>,
    /// True where the document first fetched named another address as its own, and that one was read.
    pub redirected: bool,
}

impl Part {
    /// Its JSON as written.
    pub(crate) fn written(&self) -> &Value {
        self.written.as_ref().unwrap_or(&self.json)
    }

    fn of(written: Value, piece: Piece, parent: Standard, url: Option<&str>) -> Self {
        let standard = ob1::standard_of(&written, piece, parent);
        let (json, written) = match ob1::upgraded(&written, piece, standard, url) {
            Cow::Borrowed(_) => (written, None),
            Cow::Owned(json) => (json, Some(written)),
        };
        let url = url.map(str::to_owned);
        Self { json, written, standard, url, documents: Vec::new(), redirected: false }
    }
}

/// Why a part is not at hand.
#[derive(Clone, Debug)]
pub(crate) enum Lack {
    /// The property that should name it does not.
    Unnamed,
    /// Its document is not at hand.
    Gap(Gap),
    /// The document at `url`, and the one at the address that it names, disagree on whose they are.
    Elsewhere {
        /// Where it was fetched.
        url: String,
        /// What it says.
        found: String,
    },
}

/// The BadgeClass of `assertion`, which is written by `standard` and given in the terms of Open Badges 2.0.
pub(crate) fn badge_class(
    assertion: &Value,
    standard: Standard,
    documents: &Documents,
) -> Result<Part, Lack> {
    part(assertion.get("badge"), Piece::BadgeClass, standard, documents)
}

/// The issuer of `node` (a BadgeClass, an endorsement).
pub(crate) fn issuer(node: &Value, standard: Standard, documents: &Documents) -> Result<Part, Lack> {
    part(node.get("issuer"), Piece::Issuer, standard, documents)
}

/// Who issued `subject`, an assertion or an endorsement.
pub(crate) fn issuer_of(subject: &Value, standard: Standard, documents: &Documents) -> Result<Part, Lack> {
    if standard == Standard::Ob2Endorsement {
        return issuer(subject, Standard::Ob2, documents);
    }
    let class = badge_class(subject, standard, documents)?;
    issuer(&class.json, class.standard, documents)
}

/// A part that a property names: what stands at a web address is read from there, even where a copy is embedded;
/// everything else only exists inside. So does every part of a badge of Open Badges 0.5, which has no ids.
fn part(
    property: Option<&Value>,
    piece: Piece,
    standard: Standard,
    documents: &Documents,
) -> Result<Part, Lack> {
    let [value] = each(property) else {
        return Err(Lack::Unnamed);
    };
    match (id_of(value), value) {
        (Some(id), _) if is_web_address(id) && standard != Standard::Ob05 => {
            fetched(id, piece, standard, documents)
                .or_else(|lack| placeless(id, lack, piece, standard, documents))
        }
        // The whole of a badge of Open Badges 0.5 was brought into today's terms at once.
        (_, Value::Object(_)) if standard == Standard::Ob05 => Ok(Part {
            json: value.clone(),
            written: None,
            standard,
            url: None,
            documents: Vec::new(),
            redirected: false,
        }),
        (_, Value::Object(_)) => Ok(Part::of(value.clone(), piece, standard, None)),
        _ => Err(Lack::Unnamed),
    }
}

/// A document that gives itself an id which is no web address: what it says stands, and no address stands for it.
fn placeless(
    url: &str,
    lack: Lack,
    piece: Piece,
    standard: Standard,
    documents: &Documents,
) -> Result<Part, Lack> {
    match &lack {
        Lack::Elsewhere { found, .. } if !is_web_address(found) => {
            let document = documents.look_up(url).map_err(Lack::Gap)?;
            let json = document.json().map_err(Lack::Gap)?;
            Ok(Part { documents: vec![document.reference()], ..Part::of(json, piece, standard, None) })
        }
        _ => Err(lack),
    }
}

/// The JSON document at `url`, where a part of a badge written by `standard` names it. If it names another address
/// as its own, that one is read, once.
pub(crate) fn fetched(
    url: &str,
    piece: Piece,
    standard: Standard,
    documents: &Documents,
) -> Result<Part, Lack> {
    let first = documents.look_up(url).map_err(Lack::Gap)?;
    let part = Part::of(first.json().map_err(Lack::Gap)?, piece, standard, Some(url));
    let declared = id_of(&part.json).map(str::to_owned);
    let Some(declared) = declared.filter(|id| !same_address(id, url)) else {
        return Ok(Part { documents: vec![first.reference()], ..part });
    };
    let elsewhere = || Lack::Elsewhere { url: url.to_owned(), found: declared.clone() };
    if !is_web_address(&declared) {
        return Err(elsewhere());
    }
    let second = documents.look_up(&declared).map_err(Lack::Gap)?;
    let part = Part::of(second.json().map_err(Lack::Gap)?, piece, standard, Some(&declared));
    if !id_of(&part.json).is_some_and(|id| same_address(id, &declared)) {
        return Err(elsewhere());
    }
    let documents = vec![first.reference(), second.reference()];
    Ok(Part { documents, redirected: true, ..part })
}

/// Whether two web addresses are one, the spelling of host and empty path aside.
pub(crate) fn same_address(one: &str, other: &str) -> bool {
    one == other
        || match (url::Url::parse(one), url::Url::parse(other)) {
            (Ok(one), Ok(other)) => one == other,
            _ => false,
        }
}
