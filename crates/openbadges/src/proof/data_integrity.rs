//! Data Integrity proofs (W3C Data Integrity 1.0, and the `EdDSA` cryptosuites): `eddsa-rdfc-2022`, and the two
//! earlier names of the same construction, `eddsa-2022` and `Ed25519Signature2020`.
//!
//! The proof covers the RDF that the contexts make of the document, so a property that they do not define is not
//! covered: canonicalisation refuses it, and so does this check.

use jiff::Timestamp;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::key::{Algorithm, from_multibase};
use super::method::{Method, resolve};
use super::{ProofFinding, Trouble};
use crate::credential::moment;
use crate::credential::value::{each, is_stated};
use crate::document::Documents;
use crate::jsonld::{JsonLdError, canonicalize};
use crate::report::{Fact, Fault, Feature, Gap};

/// More proofs than this on one document are not looked at.
const MAX_PROOFS: usize = 16;

/// What proofs are judged by.
pub(crate) struct Setting<'a> {
    pub documents: &'a Documents,
    pub now: Timestamp,
    /// The id of whoever should have signed.
    pub issuer: &'a str,
}

/// Judges every proof of `document` (a proof set: each covers the document without any proof).
pub(crate) fn verify(document: &Value, setting: &Setting) -> Vec<ProofFinding> {
    let proofs = each(document.get("proof"));
    if proofs.len() > MAX_PROOFS {
        let problem = format!("it has {} proofs; no more than {MAX_PROOFS} are checked", proofs.len());
        return vec![ProofFinding::unread("proof".to_owned(), malformed("proof", problem))];
    }
    let unsecured = Unsecured::of(document);
    proofs
        .iter()
        .enumerate()
        .map(|(index, proof)| one(&label(proof, index, proofs.len()), proof, &unsecured, setting))
        .collect()
}

/// The document without its proofs, and the hash of its canonical form.
struct Unsecured {
    context: Value,
    hash: Result<[u8; 32], Fault>,
}

impl Unsecured {
    fn of(document: &Value) -> Self {
        let mut unsecured = document.clone();
        if let Some(members) = unsecured.as_object_mut() {
            members.shift_remove("proof");
        }
        Self {
            context: document.get("@context").cloned().unwrap_or(Value::Null),
            hash: hash_of(&unsecured, ""),
        }
    }
}

fn hash_of(document: &Value, place: &str) -> Result<[u8; 32], Fault> {
    canonicalize(document)
        .map(|canonical| Sha256::digest(canonical.nquads.as_bytes()).into())
        .map_err(|error| fault_of(error, place))
}

/// What it means that a document has no canonical form. `place` is where the document stands in the credential.
fn fault_of(error: JsonLdError, place: &str) -> Fault {
    match error {
        JsonLdError::UnknownContext { url } => Fault::UnknownContext { url },
        #[allow(unreachable_patterns, reason = "more variants are to come")]
        other => Fault::NotCanonical {
            problem: format!("{other}{}", if place.is_empty() { "" } else { " in its proof" }),
        },
    }
}

/// How a person would name the proof.
fn label(proof: &Value, index: usize, count: usize) -> String {
    let text = |property: &str| proof.get(property).and_then(Value::as_str);
    let kind = text("cryptosuite").or_else(|| text("type")).unwrap_or("of no type");
    if count == 1 { kind.to_owned() } else { format!("proof {} of {count} ({kind})", index + 1) }
}

fn malformed(label: &str, problem: impl Into<String>) -> Trouble {
    Fault::MalformedProof { proof: label.to_owned(), problem: problem.into() }.into()
}

fn one(label: &str, proof: &Value, unsecured: &Unsecured, setting: &Setting) -> ProofFinding {
    match read(label, proof) {
        Err(trouble) => ProofFinding::unread(label.to_owned(), trouble),
        Ok(read) => {
            let method = resolve(read.method, setting.issuer, setting.documents, setting.now);
            let integrity = check(&read, &method, unsecured, setting.now);
            ProofFinding {
                label: label.to_owned(),
                integrity: integrity.map_or_else(Into::into, crate::report::Outcome::Pass),
                thumbprint: method.key.as_ref().ok().map(super::key::PublicKey::thumbprint),
                authority: method.authority,
                documents: method.documents,
                host: method.host,
            }
        }
    }
}

/// A proof that has what it needs.
struct Read<'a> {
    label: &'a str,
    members: &'a Map<String, Value>,
    method: &'a str,
    value: &'a str,
}

fn read<'a>(label: &'a str, proof: &'a Value) -> Result<Read<'a>, Trouble> {
    let members = proof.as_object().ok_or_else(|| malformed(label, "it is not an object"))?;
    let text = |property: &str| members.get(property).and_then(Value::as_str);
    let kind = text("type").ok_or_else(|| malformed(label, "it has no type"))?;
    let unsupported =
        |name: &str| Trouble::from(Gap::Unsupported { feature: Feature::ProofType, name: name.to_owned() });
    match (kind, text("cryptosuite")) {
        ("DataIntegrityProof", Some("eddsa-rdfc-2022" | "eddsa-2022")) | ("Ed25519Signature2020", None) => {}
        ("DataIntegrityProof", Some(suite)) => return Err(unsupported(suite)),
        ("DataIntegrityProof", None) => return Err(malformed(label, "it names no cryptosuite")),
        (other, _) => return Err(unsupported(other)),
    }
    if is_stated(members.get("previousProof")) {
        return Err(
            Gap::Unsupported { feature: Feature::ProofOption, name: "previousProof".to_owned() }.into()
        );
    }
    match text("proofPurpose") {
        Some("assertionMethod") => {}
        Some(other) => return Err(malformed(label, format!("its purpose is {other}, not assertionMethod"))),
        None => return Err(malformed(label, "it has no purpose")),
    }
    let method = match members.get("verificationMethod") {
        Some(Value::String(id)) => id,
        Some(embedded) => {
            embedded.get("id").and_then(Value::as_str).ok_or_else(|| malformed(label, "its key has no id"))?
        }
        None => return Err(malformed(label, "it names no key")),
    };
    let value = text("proofValue").ok_or_else(|| malformed(label, "it has no proofValue"))?;
    Ok(Read { label, members, method, value })
}

fn check(read: &Read, method: &Method, unsecured: &Unsecured, now: Timestamp) -> Result<Fact, Trouble> {
    let document_hash = unsecured.hash.clone()?;
    check_dates(read, now)?;
    let signature = signature(read)?;
    let options_hash = options_hash(read, &unsecured.context)?;
    let key = method.key.clone()?;
    if key.algorithm() != Algorithm::EdDsa {
        let problem = format!("the key {} is one for {}", read.method, key.algorithm().name());
        return Err(Fault::AlgorithmRefused { algorithm: suite(read).to_owned(), problem }.into());
    }
    let signed = [options_hash, document_hash].concat();
    if !key.verifies(&signed, &signature) {
        return Err(Fault::BadSignature { proof: suite(read).to_owned(), key: read.method.to_owned() }.into());
    }
    Ok(Fact::Signed { proof: suite(read).to_owned(), key: read.method.to_owned(), context: None })
}

fn suite<'a>(read: &Read<'a>) -> &'a str {
    let text = |property: &str| read.members.get(property).and_then(Value::as_str);
    text("cryptosuite").or_else(|| text("type")).unwrap_or_default()
}

fn signature(read: &Read) -> Result<Vec<u8>, Trouble> {
    if !read.value.starts_with('z') {
        return Err(malformed(read.label, "its value is not base58 (multibase z)"));
    }
    let bytes = from_multibase(read.value)
        .map_err(|error| malformed(read.label, format!("its value cannot be read: {error}")))?;
    if bytes.len() != 64 {
        return Err(malformed(read.label, format!("its value has {} bytes, not 64", bytes.len())));
    }
    Ok(bytes)
}

/// The hash of the proof without its value, read in the contexts of the document.
fn options_hash(read: &Read, context: &Value) -> Result<[u8; 32], Trouble> {
    let mut options = read.members.clone();
    options.shift_remove("proofValue");
    options.insert("@context".to_owned(), context.clone());
    Ok(hash_of(&Value::Object(options), "/proof")?)
}

/// `created` and `expires`: date-times with a zone, around the instant.
fn check_dates(read: &Read, now: Timestamp) -> Result<(), Trouble> {
    let instant = |property: &str| match read.members.get(property) {
        None => Ok(None),
        Some(value) => {
            value.as_str().and_then(moment::parse).map(|moment| Some(moment.instant)).ok_or_else(|| {
                malformed(read.label, format!("its {property} is not a date-time with a zone"))
            })
        }
    };
    if instant("created")?.is_some_and(|created| created > now) {
        return Err(malformed(read.label, "it was made in the future"));
    }
    if instant("expires")?.is_some_and(|expires| expires <= now) {
        return Err(malformed(read.label, "it has itself expired"));
    }
    Ok(())
}
