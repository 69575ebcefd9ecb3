//! Data Integrity proofs (W3C Data Integrity 1.0, and the `EdDSA` cryptosuites): `eddsa-rdfc-2022`, and the two
//! earlier names of the same construction, `eddsa-2022` and `Ed25519Signature2020`.
//!
//! The proof covers the RDF that the contexts make of the document, so a property that they do not define is not
//! covered: canonicalisation refuses it, and so does this check.

use jiff::Timestamp;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::key::{Algorithm, from_multibase};
use super::method::{Method, resolve_for};
use super::{ProofFinding, Purpose, Trouble};
use crate::credential::moment;
use crate::credential::value::{each, strings};
use crate::document::Documents;
use crate::jsonld::{JsonLdError, Settings, alternates, canonicalize_with};
use crate::report::{Fact, Fault, Feature, Gap};

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
}

/// Judges every proof of `document`. In a set, each covers the document without any proof; one that names others
/// before it (`previousProof`, a chain) covers the document with these.
pub(crate) fn verify(document: &Value, setting: &Setting) -> Vec<ProofFinding> {
    let proofs = each(document.get("proof"));
    if proofs.len() > MAX_PROOFS {
        let problem = format!("it has {} proofs; no more than {MAX_PROOFS} are checked", proofs.len());
        return vec![ProofFinding::unread("proof".to_owned(), malformed("proof", problem))];
    }
    let unsecured = Unsecured::of(document);
    let judge = |(index, proof): (usize, &Value)| {
        let label = label(proof, index, proofs.len());
        match after(proof, proofs, &unsecured) {
            Ok(None) => one(&label, proof, &unsecured, setting),
            Ok(Some(chained)) => one(&label, proof, &chained, setting),
            Err(problem) => ProofFinding::unread(label.clone(), malformed(&label, problem)),
        }
    };
    proofs.iter().enumerate().map(judge).collect()
}

/// The document without its proofs, and the hash of its canonical form.
struct Unsecured {
    document: Value,
    hash: Result<[u8; 32], Fault>,
}

/// What a proof of a chain covers: the document with exactly the proofs that it names (Data Integrity 1.0, 4.5).
fn after(proof: &Value, proofs: &[Value], unsecured: &Unsecured) -> Result<Option<Unsecured>, String> {
    let named = each(proof.get("previousProof"));
    if named.is_empty() {
        return Ok(None);
    }
    let mut previous = Vec::new();
    for id in named {
        let found = proofs.iter().find(|proof| id.is_string() && proof.get("id") == Some(id));
        previous.push(found.cloned().ok_or("it follows a proof that is not there")?);
    }
    let mut document = unsecured.document.clone();
    if let Some(members) = document.as_object_mut() {
        members.insert("proof".to_owned(), Value::Array(previous));
    }
    Ok(Some(Unsecured { hash: hash_of(&document, None, ""), document }))
}

/// A text of a context other than the current one: URL and SHA-256.
type Text<'a> = (&'a str, &'static str);

/// No more than this many earlier texts of contexts are tried.
const MAX_TEXTS: usize = 8;

impl Unsecured {
    fn of(document: &Value) -> Self {
        let mut document = document.clone();
        if let Some(members) = document.as_object_mut() {
            members.shift_remove("proof");
        }
        Self { hash: hash_of(&document, None, ""), document }
    }

    fn context(&self) -> Value {
        self.document.get("@context").cloned().unwrap_or(Value::Null)
    }

    /// The texts that its contexts have had under the same URLs before.
    fn earlier_texts(&self) -> impl Iterator<Item = Text<'_>> {
        strings(self.document.get("@context"))
            .flat_map(|url| alternates(url).map(move |sha256| (url, sha256)))
            .take(MAX_TEXTS)
    }
}

/// Refuses names that would say the same RDF in other JSON. A signature cannot tell `validUntil` from its IRI,
/// `https://www.w3.org/2018/credentials#validUntil`, and so whoever holds a badge could hide the end of its validity
/// or its status from every check that reads JSON. (VC Data Model 2.0, 6.1, asks for the compact form.)
fn compact_form(value: &Value, pointer: &str) -> Result<(), Fault> {
    match value {
        Value::Array(items) => items
            .iter()
            .enumerate()
            .try_for_each(|(index, item)| compact_form(item, &format!("{pointer}/{index}"))),
        Value::Object(members) => {
            members.iter().filter(|(name, _)| *name != "@context").try_for_each(|(name, member)| {
                let is_plain = match name.strip_prefix('@') {
                    Some(keyword) => {
                        members.contains_key("@value")
                            && matches!(keyword, "value" | "type" | "language" | "direction")
                    }
                    None => !name.contains(':'),
                };
                if is_plain {
                    return compact_form(member, &format!("{pointer}/{name}"));
                }
                let place = if pointer.is_empty() { "the top level" } else { pointer };
                let problem = format!(
                    "“{name}” at {place} is not the plain name of a property, and could hide what it says"
                );
                Err(Fault::NotCanonical { problem })
            })
        }
        _ => Ok(()),
    }
}

/// The hash of the canonical form; `place` is where the document stands in the credential.
fn hash_of(document: &Value, text: Option<Text>, place: &str) -> Result<[u8; 32], Fault> {
    compact_form(document, place)?;
    let settings = Settings { texts: text.as_slice(), ..Settings::default() };
    canonicalize_with(document, settings)
        .map(|canonical| Sha256::digest(canonical.nquads.as_bytes()).into())
        .map_err(|error| fault_of(error, place))
}

/// What it means that a document has no canonical form.
fn fault_of(error: JsonLdError, place: &str) -> Fault {
    match error {
        JsonLdError::UnknownContext { url } => Fault::UnknownContext { url },
        JsonLdError::UndefinedTerm { term, pointer } | JsonLdError::UndefinedType { name: term, pointer } => {
            Fault::UndefinedTerm { term, pointer: format!("{place}{pointer}") }
        }
        other => Fault::NotCanonical { problem: other.to_string() },
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
        Err(Trouble::Gap(gap)) => {
            ProofFinding::unread(label.to_owned(), undefined(proof, unsecured).unwrap_or(gap.into()))
        }
        Err(trouble) => ProofFinding::unread(label.to_owned(), trouble),
        Ok(read) => {
            let method = resolve_for(
                read.method,
                setting.issuer,
                setting.documents,
                setting.now,
                setting.purpose.relation(),
            );
            let integrity = check(&read, &method, unsecured, setting);
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

/// A proof of an unknown type is a gap; one whose type or members mean nothing in the contexts is a fault like any
/// other undefined term.
fn undefined(proof: &Value, unsecured: &Unsecured) -> Option<Trouble> {
    let mut options = proof.clone();
    options.as_object_mut()?.insert("@context".to_owned(), unsecured.context());
    match hash_of(&options, None, "/proof") {
        Err(fault @ (Fault::UndefinedTerm { .. } | Fault::UnknownContext { .. })) => Some(fault.into()),
        _ => None,
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

fn check(read: &Read, method: &Method, unsecured: &Unsecured, setting: &Setting) -> Result<Fact, Trouble> {
    check_purpose(read, setting.purpose)?;
    check_dates(read, setting.now)?;
    let signature = signature(read)?;
    let options = options(read, unsecured.context());
    let by_current = signed_bytes(unsecured.hash.clone(), &options, None);
    let key = match &method.key {
        Ok(key) => key,
        // What no key could sign is wrong whoever's key it would be.
        Err(trouble) => return Err(by_current.map_or_else(Into::into, |_| trouble.clone())),
    };
    if !key.serves(Algorithm::EdDsa) {
        let problem = format!("the key {} is one of {}", read.method, key.kind());
        return Err(Fault::AlgorithmRefused { algorithm: suite(read).to_owned(), problem }.into());
    }
    let fact = |context| Fact::Signed { proof: suite(read).to_owned(), key: read.method.to_owned(), context };
    if by_current.as_ref().is_ok_and(|signed| key.verifies(Algorithm::EdDsa, signed, &signature)) {
        return Ok(fact(None));
    }
    for text in unsecured.earlier_texts() {
        let hash = hash_of(&unsecured.document, Some(text), "");
        if signed_bytes(hash, &options, Some(text))
            .is_ok_and(|signed| key.verifies(Algorithm::EdDsa, &signed, &signature))
        {
            let (url, sha256) = text;
            return Ok(fact(Some(format!("{url} (text {})", sha256.get(..8).unwrap_or(sha256)))));
        }
    }
    by_current?;
    Err(Fault::BadSignature { proof: suite(read).to_owned(), key: read.method.to_owned() }.into())
}

/// What the signature covers: the hash of the proof's options, then that of the document.
fn signed_bytes(
    document: Result<[u8; 32], Fault>,
    options: &Value,
    text: Option<Text>,
) -> Result<Vec<u8>, Fault> {
    let document = document?;
    Ok([hash_of(options, text, "/proof")?, document].concat())
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

/// The proof without its value, to be read in the contexts of the document.
fn options(read: &Read, context: Value) -> Value {
    let mut options = read.members.clone();
    options.shift_remove("proofValue");
    options.insert("@context".to_owned(), context);
    Value::Object(options)
}

/// What the proof was made for; and in a presentation, whether it answers this verifier (Data Integrity 1.0, 4.4).
fn check_purpose(read: &Read, purpose: Purpose) -> Result<(), Trouble> {
    let text = |property: &str| read.members.get(property).and_then(Value::as_str);
    match text("proofPurpose") {
        Some(stated) if stated == purpose.relation() => {}
        Some(other) => {
            let problem = format!("its purpose is {other}, not {}", purpose.relation());
            return Err(malformed(read.label, problem));
        }
        None => return Err(malformed(read.label, "it has no purpose")),
    }
    let Purpose::Authentication { challenge, domain } = purpose else { return Ok(()) };
    if challenge.is_some_and(|challenge| text("challenge") != Some(challenge)) {
        return Err(malformed(read.label, "it does not answer the challenge that was set"));
    }
    if domain.is_some_and(|domain| !strings(read.members.get("domain")).any(|stated| stated == domain)) {
        return Err(malformed(read.label, "it was made for another domain"));
    }
    Ok(())
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
