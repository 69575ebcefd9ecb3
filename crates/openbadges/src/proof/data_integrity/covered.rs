//! What a proof covers: the canonical form of the document without its proofs, and that of the proof's own options.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell};
use std::rc::Rc;

use serde_json::Value;
use sha2::{Digest, Sha256, Sha384};

use super::stated::Stated;
use crate::credential::value::{each, strings};
use crate::document::hex;
use crate::jsonld::{self, Hash, JsonLdError, Settings, Work, alternates, canonical_json, canonicalize_with};
use crate::proof::inputs::Hashed;
use crate::report::Fault;

/// Which canonical form a suite covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// The statements that the contexts make of the JSON, as canonical N-Quads (RDFC-1.0).
    Rdf,
    /// The JSON itself (JCS, RFC 8785).
    Json,
}

/// A text of a context other than the current one: URL and SHA-256.
pub(super) type Text<'a> = (&'a str, &'static str);

/// No more than this many earlier texts of contexts are tried.
const MAX_TEXTS: usize = 8;

/// A canonical form.
#[derive(Clone, Debug)]
pub(super) struct Canonical {
    pub text: String,
    /// The hash of the text.
    pub digest: Vec<u8>,
    /// The contexts that it was made with: URL and SHA-256 of the text.
    pub contexts: Vec<(&'static str, &'static str)>,
}

impl Canonical {
    /// The same for those who look into proofs.
    pub(super) fn hashed(&self, form: Form, hash: Hash) -> Hashed {
        Hashed {
            form: if form == Form::Rdf { "n-quads" } else { "jcs" },
            text: self.text.clone(),
            algorithm: if hash == Hash::Sha384 { "sha-384" } else { "sha-256" },
            hash: hex(&self.digest),
        }
    }
}

/// The two halves of what is signed.
pub(super) struct Covered<'a> {
    pub options: Canonical,
    pub document: Cow<'a, Canonical>,
}

impl Covered<'_> {
    /// The hash of the options, then that of the document (vc-di-eddsa 3.3.4 and its like in other suites).
    pub(super) fn digests(&self) -> Vec<u8> {
        [self.options.digest.as_slice(), &self.document.digest].concat()
    }
}

/// A document without its proofs, and its canonical forms as far as they were asked for.
pub(super) struct Unsecured {
    json: Value,
    work: Work,
    /// Whether the earlier texts of its contexts helped no proof. One that fails fails the document, so it is enough
    /// to have tried them for one.
    in_vain: Rc<Cell<bool>>,
    rdf: OnceCell<Result<Canonical, Fault>>,
    rdf_384: OnceCell<Result<Canonical, Fault>>,
}

impl Unsecured {
    /// `document` without its proofs; its canonical forms may take what is left of `work`.
    pub(super) fn of(document: &Value, work: &Work) -> Self {
        let without = |members: &serde_json::Map<String, Value>| {
            let kept = members.iter().filter(|(name, _)| *name != "proof");
            kept.map(|(name, value)| (name.clone(), value.clone())).collect()
        };
        let json = document.as_object().map_or(Value::Null, |members| Value::Object(without(members)));
        Self::with(json, work.clone(), Rc::default())
    }

    fn with(json: Value, work: Work, in_vain: Rc<Cell<bool>>) -> Self {
        Self { json, work, in_vain, rdf: OnceCell::new(), rdf_384: OnceCell::new() }
    }

    pub(super) fn work(&self) -> &Work {
        &self.work
    }

    pub(super) fn json(&self) -> &Value {
        &self.json
    }

    pub(super) fn context(&self) -> Value {
        self.json.get("@context").cloned().unwrap_or(Value::Null)
    }

    /// What a proof of a chain covers: the document with exactly the proofs that it names (Data Integrity 1.0, 4.5).
    pub(super) fn before(&self, proof: &Value, proofs: &[Value]) -> Result<Option<Self>, String> {
        let named = each(proof.get("previousProof"));
        if named.is_empty() {
            return Ok(None);
        }
        let mut previous = Vec::new();
        for id in named {
            let found = proofs.iter().find(|proof| id.is_string() && proof.get("id") == Some(id));
            previous.push(found.cloned().ok_or("it follows a proof that is not there")?);
        }
        let mut json = self.json.clone();
        if let Some(members) = json.as_object_mut() {
            members.insert("proof".to_owned(), Value::Array(previous));
        }
        Ok(Some(Self::with(json, self.work.clone(), self.in_vain.clone())))
    }

    /// The texts that its contexts have had under the same URLs before.
    pub(super) fn earlier_texts(&self) -> impl Iterator<Item = Text<'_>> {
        strings(self.json.get("@context"))
            .filter(|_| !self.in_vain.get())
            .flat_map(|url| alternates(url).map(move |sha256| (url, sha256)))
            .take(MAX_TEXTS)
    }

    /// Notes that no text of the contexts made a proof hold.
    pub(super) fn give_up_earlier_texts(&self) {
        self.in_vain.set(true);
    }

    /// What a proof covers of itself and of this document, with the current texts of the contexts or another one.
    pub(super) fn covered(
        &self,
        stated: &Stated,
        hash: Hash,
        text: Option<Text>,
    ) -> Result<Covered<'_>, Fault> {
        match stated.suite.form {
            Form::Json => self.covered_json(stated, hash),
            Form::Rdf => {
                let document = match text {
                    None => Cow::Borrowed(self.rdf(hash)?),
                    Some(_) => Cow::Owned(rdf(&self.json, hash, text, "", &self.work)?),
                };
                Ok(Covered { options: self.options(stated, hash, text)?, document })
            }
        }
    }

    /// The canonical form of the proof's options, read in the contexts of the document.
    pub(super) fn options(
        &self,
        stated: &Stated,
        hash: Hash,
        text: Option<Text>,
    ) -> Result<Canonical, Fault> {
        let mut options = stated.options();
        options.insert("@context".to_owned(), self.context());
        rdf(&Value::Object(options), hash, text, &stated.place, &self.work)
    }

    fn rdf(&self, hash: Hash) -> Result<&Canonical, Fault> {
        let known = if hash == Hash::Sha384 { &self.rdf_384 } else { &self.rdf };
        known.get_or_init(|| rdf(&self.json, hash, None, "", &self.work)).as_ref().map_err(Clone::clone)
    }

    /// vc-di-eddsa 3.3.2 and 3.3.5: a proof may state its contexts itself, and then means the document by these.
    fn covered_json(&self, stated: &Stated, hash: Hash) -> Result<Covered<'_>, Fault> {
        let options = Value::Object(stated.options());
        let mut json = Cow::Borrowed(&self.json);
        if let Some(stated_context) = stated.members.get("@context") {
            let (own, outer) = (each(Some(stated_context)), each(self.json.get("@context")));
            if !outer.starts_with(own) {
                let problem = "its contexts are not those that the document begins with".to_owned();
                return Err(Fault::MalformedProof { proof: stated.label.to_owned(), problem });
            }
            if self.json.get("@context") != Some(stated_context) {
                json.to_mut()["@context"] = stated_context.clone();
            }
        }
        let contexts = known_contexts(&self.json)?;
        let form = |json: &Value| match canonical_json(json) {
            Ok(text) => Ok(Canonical { digest: digest(hash, &text), text, contexts: contexts.clone() }),
            Err(number) => Err(Fault::NotCanonical { problem: number.to_string() }),
        };
        Ok(Covered { options: form(&options)?, document: Cow::Owned(form(&json)?) })
    }
}

/// The contexts that a document names, at any depth: each must be known (Data Integrity 1.0, 4.6), for a word means
/// what its context says.
fn known_contexts(document: &Value) -> Result<Vec<(&'static str, &'static str)>, Fault> {
    let mut found = Vec::new();
    let mut waiting = vec![document];
    while let Some(value) = waiting.pop() {
        match value {
            Value::Array(items) => waiting.extend(items),
            Value::Object(members) => waiting.extend(members.values()),
            _ => continue,
        }
        for url in strings(value.get("@context")) {
            match jsonld::current_text(url) {
                Some(text) if found.contains(&text) => {}
                Some(text) => found.push(text),
                None => return Err(Fault::UnknownContext { url: url.to_owned() }),
            }
        }
    }
    Ok(found)
}

/// The canonical statements of a document; `place` is where it stands in the credential.
pub(super) fn rdf(
    document: &Value,
    hash: Hash,
    text: Option<Text>,
    place: &str,
    work: &Work,
) -> Result<Canonical, Fault> {
    compact_form(document, place)?;
    let settings = Settings { texts: text.as_slice(), hash, work: Some(work) };
    canonicalize_with(document, settings)
        .map(|canonical| Canonical {
            digest: digest(hash, &canonical.nquads),
            text: canonical.nquads,
            contexts: canonical.contexts,
        })
        .map_err(|error| fault_of(error, place))
}

fn digest(hash: Hash, text: &str) -> Vec<u8> {
    match hash {
        Hash::Sha256 => Sha256::digest(text).to_vec(),
        Hash::Sha384 => Sha384::digest(text).to_vec(),
    }
}

/// Refuses names that would say the same RDF in other JSON. A signature cannot tell `validUntil` from its IRI,
/// `https://www.w3.org/2018/credentials#validUntil`, and so whoever holds a badge could hide the end of its validity
/// or its status from every check that reads JSON. (VC Data Model 2.0, 6.1, asks for the compact form.)
pub(super) fn compact_form(value: &Value, pointer: &str) -> Result<(), Fault> {
    let mut path = Vec::new();
    let Some(name) = uncompacted(value, &mut path) else { return Ok(()) };
    path.reverse();
    let place = path.iter().fold(pointer.to_owned(), |place, step| format!("{place}/{step}"));
    let place = if place.is_empty() { "the top level" } else { &place };
    let problem =
        format!("“{name}” at {place} is not the plain name of a property, and could hide what it says");
    Err(Fault::NotCanonical { problem })
}

/// The first name that is no plain one; `path` leads from it to the top.
fn uncompacted<'a>(value: &'a Value, path: &mut Vec<String>) -> Option<&'a str> {
    match value {
        Value::Array(items) => items.iter().enumerate().find_map(|(index, item)| {
            let found = uncompacted(item, path)?;
            path.push(index.to_string());
            Some(found)
        }),
        Value::Object(members) => members.iter().find_map(|(name, member)| {
            if name == "@context" {
                return None;
            }
            let is_plain = match name.strip_prefix('@') {
                Some(keyword) => {
                    members.contains_key("@value")
                        && matches!(keyword, "value" | "type" | "language" | "direction")
                }
                None => !name.contains(':'),
            };
            if !is_plain {
                return Some(name.as_str());
            }
            let found = uncompacted(member, path)?;
            path.push(name.clone());
            Some(found)
        }),
        _ => None,
    }
}

/// What it means that a document has no canonical form.
pub(super) fn fault_of(error: JsonLdError, place: &str) -> Fault {
    match error {
        JsonLdError::UnknownContext { url } => Fault::UnknownContext { url },
        JsonLdError::UndefinedTerm { term, pointer } | JsonLdError::UndefinedType { name: term, pointer } => {
            Fault::UndefinedTerm { term, pointer: format!("{place}{pointer}") }
        }
        other => Fault::NotCanonical { problem: other.to_string() },
    }
}
