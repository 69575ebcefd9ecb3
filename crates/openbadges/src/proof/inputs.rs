//! What proofs are computed from, for those who look for the byte in which two programs differ: canonical forms,
//! their hashes, the bytes that are signed, and the key. Nothing here judges anything.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::data_integrity::{self, Setting};
use super::{ProofFinding, Purpose, ob2_signed, of_document};
use crate::artifact::PayloadContent;
use crate::credential::jws::Jws;
use crate::credential::value::id_of;
use crate::credential::{Credential, ParseError, body_of, part};
use crate::document::{Documents, hex, sha256_hex};
use crate::json::parse_strict;
use crate::report::{DocumentRef, Fact, Fault, Outcome};

/// Credentials inside credentials are followed this deep.
const MAX_DEPTH: usize = 4;

/// What one proof is computed from. What could not be computed is absent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProofInputs {
    /// Where the credential that it belongs to stands (JSON Pointer); empty for the outermost one.
    pub credential: String,
    /// How a person would name the proof.
    pub proof: String,
    /// What the integrity check says of it: its code, and a sentence.
    pub integrity: (&'static str, String),
    /// The canonical form of the document without its proofs, and its hash. Of a selective proof: its statements
    /// under the issuer's labels.
    pub document: Option<Hashed>,
    /// The canonical form of the proof without its value, and its hash.
    pub options: Option<Hashed>,
    /// Of a selective proof: the statements that must be shown, which are signed together.
    pub mandatory: Option<Hashed>,
    /// Of a JWS: its header, as written.
    pub header: Option<String>,
    /// The bytes that are signed, in hexadecimal.
    pub signed: Option<String>,
    /// The signature, in hexadecimal.
    pub signature: Option<String>,
    /// The key.
    pub key: KeyInputs,
    /// The contexts that the canonical forms were made with.
    pub contexts: Vec<ContextText>,
}

/// A text that is signed by way of its hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hashed {
    /// `n-quads` (RDFC-1.0) or `jcs` (RFC 8785).
    pub form: &'static str,
    /// The text.
    pub text: String,
    /// `sha-256` or `sha-384`.
    pub algorithm: &'static str,
    /// The hash of the text, in hexadecimal.
    pub hash: String,
}

/// The key that a proof is checked with, and where it is from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct KeyInputs {
    /// Its name, as the proof has it.
    pub name: Option<String>,
    /// Its RFC 7638 thumbprint, if it could be had.
    pub thumbprint: Option<String>,
    /// What the key-authority check says of it: its code, and a sentence.
    pub authority: Option<(&'static str, String)>,
    /// The documents that it was found in; none if its name is the key itself.
    pub documents: Vec<DocumentRef>,
}

/// A context, and the text that it stood for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ContextText {
    /// Its URL.
    pub url: &'static str,
    /// SHA-256 of the text, in hexadecimal.
    pub sha256: &'static str,
}

/// The inputs of every proof of `credential` and of the credentials inside it, as [`verify`](crate::verify()) would
/// compute them from `documents` at `now`.
pub fn inputs(credential: &Credential, documents: &Documents, now: Timestamp) -> Vec<ProofInputs> {
    let mut all = Vec::new();
    collect(credential, "", 0, documents, now, &mut all);
    all
}

/// As [`inputs`], for secured documents that are no badges.
///
/// # Errors
/// [`ParseError`] if it is a link, or no JSON and no JWS.
pub fn inputs_of(
    content: &PayloadContent,
    documents: &Documents,
    now: Timestamp,
) -> Result<Vec<ProofInputs>, ParseError> {
    let (jws, claims) = match content {
        PayloadContent::Url(url) => return Err(ParseError::IsLink { url: url.clone() }),
        PayloadContent::Json(text) => (None, parse_strict(text)?),
        PayloadContent::Jws(text) => {
            let (jws, claims) = Jws::parse(text.trim())?;
            (Some(jws), claims)
        }
    };
    let body = body_of(&claims).unwrap_or_else(|| claims.clone());
    Ok(of_parts(jws.as_ref(), &claims, &body, documents, now))
}

fn collect(
    credential: &Credential,
    place: &str,
    depth: usize,
    documents: &Documents,
    now: Timestamp,
    all: &mut Vec<ProofInputs>,
) {
    let (claims, body) = (credential.json(), credential.body());
    let found = match credential.jws() {
        Some(jws) if credential.standard().is_assertion() => vec![of_assertion(jws, credential, documents)],
        None if credential.standard().is_assertion() => Vec::new(),
        jws => of_parts(jws, claims, body, documents, now),
    };
    all.extend(found.into_iter().map(|inputs| ProofInputs { credential: place.to_owned(), ..inputs }));
    if depth == MAX_DEPTH {
        return;
    }
    for inner in credential.embedded() {
        if let Ok(credential) = &inner.credential {
            let place = format!("{place}{}", inner.pointer);
            collect(credential, &place, depth + 1, documents, now, all);
        }
    }
}

fn of_parts(
    jws: Option<&Jws>,
    claims: &Value,
    body: &Value,
    documents: &Documents,
    now: Timestamp,
) -> Vec<ProofInputs> {
    let issuer = body.get("issuer").or_else(|| body.get("holder")).and_then(id_of).unwrap_or_default();
    let purpose = match body.get("issuer") {
        None if body.get("holder").is_some() => Purpose::Authentication { challenge: None, domain: None },
        _ => Purpose::Assertion,
    };
    let work = crate::jsonld::Work::default();
    let setting = Setting { documents, now, issuer, purpose, work: &work };
    let findings = of_document(jws, claims, body, &setting);
    match jws {
        Some(jws) => findings.into_iter().map(|finding| of_jws(jws, finding)).collect(),
        None => data_integrity::inputs(body, findings, &setting),
    }
}

fn of_assertion(jws: &Jws, credential: &Credential, documents: &Documents) -> ProofInputs {
    let (assertion, standard) = (credential.body(), credential.standard());
    let issuer = part::issuer_of(assertion, standard, documents);
    of_jws(jws, ob2_signed::verify(jws, assertion, standard, issuer.as_ref(), documents))
}

fn of_jws(jws: &Jws, finding: ProofFinding) -> ProofInputs {
    let signed = jws.signed();
    let header = signed.split(|byte| *byte == b'.').next().unwrap_or_default();
    ProofInputs {
        header: Some(String::from_utf8_lossy(header).into_owned()),
        signed: Some(hex(signed)),
        signature: Some(hex(jws.signature())),
        ..ProofInputs::of(finding)
    }
}

impl ProofInputs {
    /// What is known of every proof.
    pub(crate) fn of(finding: ProofFinding) -> Self {
        let name = match &finding.integrity {
            Outcome::Pass(Fact::Signed { key, .. }) | Outcome::Fail(Fault::BadSignature { key, .. }) => {
                Some(key.clone())
            }
            _ => None,
        };
        Self {
            credential: String::new(),
            integrity: said(&finding.integrity),
            key: KeyInputs {
                name,
                thumbprint: finding.thumbprint,
                authority: Some(said(&finding.authority)),
                documents: finding.documents,
            },
            proof: finding.label,
            document: None,
            options: None,
            mandatory: None,
            header: None,
            signed: None,
            signature: None,
            contexts: Vec::new(),
        }
    }
}

impl Hashed {
    /// Statements, hashed by SHA-256.
    pub(crate) fn statements(text: String) -> Self {
        Self { form: "n-quads", hash: sha256_hex(text.as_bytes()), text, algorithm: "sha-256" }
    }
}

fn said(outcome: &Outcome) -> (&'static str, String) {
    (outcome.code(), outcome.detail())
}
