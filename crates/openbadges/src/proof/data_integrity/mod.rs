//! Data Integrity proofs (W3C Data Integrity 1.0), by the cryptosuites of [`suite`].
//!
//! ```text
//! proof ── stated ──▶ what it says ── method::resolve_for ──▶ key
//!   │                                                           │
//!   └─ covered: canonical forms of options and document ──▶ signed bytes ──▶ does the signature hold?
//! ```
//!
//! Where a suite covers the RDF that the contexts make of the document, a property that they do not define is not
//! covered: canonicalisation refuses it, and so does this check. Where it covers the JSON itself, every property is
//! covered, and one without a meaning is worth a warning.

mod covered;
mod detached;
pub(crate) mod sd;
mod stated;
mod suite;

use jiff::Timestamp;
use serde_json::Value;

use self::covered::{Canonical, Covered, Form, Text, Unsecured};
use self::stated::Stated;
use self::suite::Encoding;
use super::inputs::{ContextText, ProofInputs};
use super::key::{Algorithm, PublicKey};
use super::method::{Method, resolve_for};
use super::{ProofFinding, Purpose, Trouble};
use crate::credential::value::each;
use crate::document::{Documents, hex};
use crate::jsonld::{Hash, JsonLdError, Work, to_quads};
use crate::report::{Fact, Fault, Outcome, Warning};

/// More proofs than this on one document are not looked at.
const MAX_PROOFS: usize = 16;

/// What proofs are judged by.
pub(crate) struct Setting<'a> {
    pub documents: &'a Documents,
    pub now: Timestamp,
    /// The id of whoever should have signed.
    pub issuer: &'a str,
    /// What the proofs must have been made for.
    pub purpose: Purpose<'a>,
    /// What canonicalising may take, for all documents that are judged together.
    pub work: &'a Work,
}

/// Judges every proof of `document`. In a set, each covers the document without any proof; one that names others
/// before it (`previousProof`, a chain) covers the document with these.
pub(crate) fn verify(document: &Value, setting: &Setting) -> Vec<ProofFinding> {
    let proofs = each(document.get("proof"));
    if proofs.len() > MAX_PROOFS {
        let problem = format!("it has {} proofs; no more than {MAX_PROOFS} are checked", proofs.len());
        return vec![ProofFinding::unread("proof".to_owned(), malformed("proof", problem))];
    }
    let unsecured = Unsecured::of(document, setting.work);
    let judge = |(index, proof): (usize, &Value)| {
        let (label, place) = (label(proof, index, proofs.len()), place(document, index));
        match unsecured.before(proof, proofs) {
            Ok(None) => one(&label, &place, proof, &unsecured, setting),
            Ok(Some(chained)) => one(&label, &place, proof, &chained, setting),
            Err(problem) => ProofFinding::unread(label.clone(), malformed(&label, problem)),
        }
    };
    proofs.iter().enumerate().map(judge).collect()
}

/// What the proofs of `document` leave to wish for.
pub(crate) fn warnings(document: &Value) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn = |code: &str, detail: String| {
        if !warnings.iter().any(|warning: &Warning| warning.code == code) {
            warnings.push(Warning { code: code.to_owned(), detail });
        }
    };
    let mut is_read = false;
    for proof in each(document.get("proof")).iter().take(MAX_PROOFS) {
        let Ok(stated) = Stated::read("", "", proof) else { continue };
        // Whatever its words mean, they mean it for every proof.
        if stated.suite.form == Form::Json
            && !std::mem::replace(&mut is_read, true)
            && let Err(
                JsonLdError::UndefinedTerm { term, pointer }
                | JsonLdError::UndefinedType { name: term, pointer },
            ) = to_quads(Unsecured::of(document, &Work::default()).json())
        {
            warn(
                "proof.undefined-term",
                format!(
                    "“{term}” at {pointer} is signed, but means nothing in the vocabularies that it uses."
                ),
            );
        }
        if sd::is_base(&stated) {
            warn(
                "proof.base",
                "It is in the form that its issuer gives to its holder, who shows a part of it to others: \
                 derive that part before you pass it on."
                    .to_owned(),
            );
        }
    }
    warnings
}

/// How a person would name the proof.
fn label(proof: &Value, index: usize, count: usize) -> String {
    let text = |property: &str| proof.get(property).and_then(Value::as_str);
    let kind = text("cryptosuite").or_else(|| text("type")).unwrap_or("of no type");
    if count == 1 { kind.to_owned() } else { format!("proof {} of {count} ({kind})", index + 1) }
}

/// Where a proof stands (JSON Pointer).
fn place(document: &Value, index: usize) -> String {
    match document.get("proof") {
        Some(Value::Array(_)) => format!("/proof/{index}"),
        _ => "/proof".to_owned(),
    }
}

fn malformed(label: &str, problem: impl Into<String>) -> Trouble {
    Fault::MalformedProof { proof: label.to_owned(), problem: problem.into() }.into()
}

fn one(label: &str, place: &str, proof: &Value, unsecured: &Unsecured, setting: &Setting) -> ProofFinding {
    match Stated::read(label, place, proof) {
        Err(Trouble::Gap(gap)) => {
            ProofFinding::unread(label.to_owned(), undefined(proof, place, unsecured).unwrap_or(gap.into()))
        }
        Err(trouble) => ProofFinding::unread(label.to_owned(), trouble),
        Ok(stated) => {
            let method = method(&stated, setting);
            let integrity = check(&stated, &method, unsecured, setting);
            ProofFinding {
                label: label.to_owned(),
                integrity: integrity.map_or_else(Into::into, Outcome::Pass),
                thumbprint: method.key.as_ref().ok().map(PublicKey::thumbprint),
                authority: method.authority,
                documents: method.documents,
                host: method.host,
            }
        }
    }
}

fn method(stated: &Stated, setting: &Setting) -> Method {
    let relation = setting.purpose.relation();
    resolve_for(stated.method, setting.issuer, setting.documents, setting.now, relation)
}

/// A proof of an unknown type is a gap; one whose type or members mean nothing in the contexts is a fault like any
/// other undefined term.
fn undefined(proof: &Value, place: &str, unsecured: &Unsecured) -> Option<Trouble> {
    let mut options = proof.clone();
    options.as_object_mut()?.insert("@context".to_owned(), unsecured.context());
    match covered::rdf(&options, Hash::Sha256, None, place, unsecured.work()) {
        Err(fault @ Fault::UndefinedTerm { .. }) => Some(fault.into()),
        _ => None,
    }
}

fn check(
    stated: &Stated,
    method: &Method,
    unsecured: &Unsecured,
    setting: &Setting,
) -> Result<Fact, Trouble> {
    stated.check_purpose(setting.purpose)?;
    stated.check_dates(setting.now)?;
    if stated.suite.encoding == Encoding::Selective {
        return sd::check(stated, method, unsecured);
    }
    let signature = Signature::read(stated)?;
    let key = match &method.key {
        Ok(key) => key,
        // What no key could sign is wrong whoever's key it would be.
        Err(trouble) => {
            return Err(unsecured
                .covered(stated, Hash::Sha256, None)
                .map_or_else(Into::into, |_| trouble.clone()));
        }
    };
    let algorithm = signature.algorithm(stated, key)?;
    let hash = stated.suite.hash(algorithm);
    let holds = |covered: &Covered| key.verifies(algorithm, &signature.signed(covered), &signature.bytes);
    if let Some((text, _)) = holding(stated, unsecured, hash, holds) {
        return Ok(Fact::Signed {
            proof: stated.suite.name.to_owned(),
            key: stated.method.to_owned(),
            context: text.map(named),
        });
    }
    unsecured.give_up_earlier_texts();
    unsecured.covered(stated, hash, None)?;
    Err(Fault::BadSignature { proof: stated.label.to_owned(), key: stated.method.to_owned() }.into())
}

/// What the proof covers by the first texts of the contexts with which it holds: the current ones, or earlier ones.
fn holding<'u>(
    stated: &Stated,
    unsecured: &'u Unsecured,
    hash: Hash,
    holds: impl Fn(&Covered) -> bool,
) -> Option<(Option<Text<'u>>, Covered<'u>)> {
    let earlier = unsecured.earlier_texts().filter(|_| stated.suite.form == Form::Rdf);
    std::iter::once(None).chain(earlier.map(Some)).find_map(|text| {
        let covered = unsecured.covered(stated, hash, text).ok().filter(&holds)?;
        Some((text, covered))
    })
}

/// What each proof of `document` is computed from; `findings` are what [`verify`] said of them.
pub(super) fn inputs(document: &Value, findings: Vec<ProofFinding>, setting: &Setting) -> Vec<ProofInputs> {
    let proofs = each(document.get("proof"));
    let unsecured = Unsecured::of(document, setting.work);
    let of_proof = |(index, finding): (usize, ProofFinding)| {
        let mut inputs = ProofInputs::of(finding);
        let label = inputs.proof.clone();
        if let Some(proof) = proofs.get(index)
            && let Ok(stated) = Stated::read(&label, &place(document, index), proof)
            && let Ok(chained) = unsecured.before(proof, proofs)
        {
            fill(&mut inputs, &stated, chained.as_ref().unwrap_or(&unsecured), setting);
        }
        inputs
    };
    findings.into_iter().enumerate().map(of_proof).collect()
}

fn fill(inputs: &mut ProofInputs, stated: &Stated, unsecured: &Unsecured, setting: &Setting) {
    inputs.key.name = Some(stated.method.to_owned());
    if stated.suite.encoding == Encoding::Selective {
        sd::fill(inputs, stated, unsecured);
        return;
    }
    let Ok(signature) = Signature::read(stated) else { return };
    inputs.signature = Some(hex(&signature.bytes));
    inputs.header = signature.header.map(|(header, _)| header.to_owned());
    let key = method(stated, setting).key.ok();
    let algorithm = key.as_ref().and_then(|key| signature.algorithm(stated, key).ok());
    let hash = algorithm.map_or(Hash::Sha256, |algorithm| stated.suite.hash(algorithm));
    let holds = |covered: &Covered| {
        let by = key.as_ref().zip(algorithm);
        by.is_some_and(|(key, by)| key.verifies(by, &signature.signed(covered), &signature.bytes))
    };
    let covered = match holding(stated, unsecured, hash, holds) {
        Some((_, covered)) => covered,
        None => match unsecured.covered(stated, hash, None) {
            Ok(covered) => covered,
            Err(_) => return,
        },
    };
    inputs.signed = Some(hex(&signature.signed(&covered)));
    inputs.contexts = contexts(&[&covered.document, &covered.options]);
    inputs.document = Some(covered.document.hashed(stated.suite.form, hash));
    inputs.options = Some(covered.options.hashed(stated.suite.form, hash));
}

/// The texts of contexts that canonical forms were made with, each once.
fn contexts(forms: &[&Canonical]) -> Vec<ContextText> {
    let mut texts: Vec<ContextText> = Vec::new();
    for (url, sha256) in forms.iter().flat_map(|form| &form.contexts) {
        let text = ContextText { url, sha256 };
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    texts
}

/// How a person would name the text of a context.
fn named((url, sha256): Text) -> String {
    format!("{url} (text {})", sha256.get(..8).unwrap_or(sha256))
}

/// The signature of a proof, taken out of its envelope.
struct Signature<'a> {
    bytes: Vec<u8>,
    /// The header of a detached JWS, as written, and the algorithm that it names.
    header: Option<(&'a str, Algorithm)>,
}

impl<'a> Signature<'a> {
    fn read(stated: &Stated<'a>) -> Result<Self, Trouble> {
        if stated.suite.encoding == Encoding::DetachedJws {
            let jws = detached::read(stated)?;
            return Ok(Self { bytes: jws.signature, header: Some((jws.header, jws.algorithm)) });
        }
        let bytes = stated.multibase('z')?;
        Ok(Self { bytes, header: None })
    }

    /// The algorithm to verify by: the one that the suite has for this kind of key, and that a header agrees with.
    fn algorithm(&self, stated: &Stated, key: &PublicKey) -> Result<Algorithm, Trouble> {
        let refuse = |name: &str| {
            let problem = format!("the key {} is one of {}", stated.method, key.kind());
            Trouble::from(Fault::AlgorithmRefused { algorithm: name.to_owned(), problem })
        };
        let algorithm = match self.header {
            Some((_, algorithm)) if key.serves(algorithm) => algorithm,
            Some((_, algorithm)) => return Err(refuse(algorithm.name())),
            None => {
                let fits = |algorithm: &&Algorithm| key.serves(**algorithm);
                *stated.suite.algorithms.iter().find(fits).ok_or_else(|| refuse(stated.suite.name))?
            }
        };
        let length = self.bytes.len();
        match suite::signature_length(algorithm) {
            Some(expected) if expected != length => {
                Err(malformed(stated.label, format!("its signature has {length} bytes, not {expected}")))
            }
            _ => Ok(algorithm),
        }
    }

    /// The bytes that the signature is over.
    fn signed(&self, covered: &Covered) -> Vec<u8> {
        match self.header {
            Some((header, _)) => [header.as_bytes(), b".", &covered.digests()].concat(),
            None => covered.digests(),
        }
    }
}
