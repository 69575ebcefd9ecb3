//! Presentations: credentials shown together by their holder, who signs that they are there (VC Data Model 2.0, 4.13;
//! VC-DI-EDDSA 1.0, 3.2, `eddsa-rdfc-2022`).
//!
//! The key stays with the caller: what is to be signed comes out, the signature goes in.

use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::credential::{Credential, Standard};
use crate::jsonld::{JsonLdError, canonicalize};

const V1: &str = "https://www.w3.org/2018/credentials/v1";
const V2: &str = "https://www.w3.org/ns/credentials/v2";
/// The terms of a proof, which the first data model has not.
const PROOFS: &str = "https://w3id.org/security/data-integrity/v2";

/// Who shows credentials, and to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occasion<'a> {
    /// The holder's DID.
    pub holder: &'a str,
    /// The DID URL of the holder's Ed25519 key.
    pub key: &'a str,
    /// Whom it is for (Data Integrity 1.0, 2.1 `domain`): it is worth nothing elsewhere.
    pub domain: Option<&'a str>,
    /// What the verifier asked to be repeated (`challenge`), so that nobody can show it again later.
    pub challenge: Option<&'a str>,
    /// When it is made.
    pub created: Timestamp,
}

/// Why credentials cannot be presented.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PresentError {
    /// There is none.
    #[error("there is no credential to present")]
    Nothing,
    /// Its standard is older than presentations, or it is none by itself.
    #[error(
        "{name} cannot be presented: it follows {standard}, and a presentation holds Verifiable Credentials"
    )]
    NoCredential {
        /// Which, by its id where it has one.
        name: String,
        /// What it follows.
        standard: &'static str,
    },
    /// What is to be signed has no canonical form.
    #[error("the presentation cannot be signed: {0}")]
    NotCanonical(#[from] JsonLdError),
}

impl PresentError {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Nothing => "present.nothing",
            Self::NoCredential { .. } => "present.no-credential",
            Self::NotCanonical(_) => "present.not-canonical",
        }
    }

    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Nothing => "Name at least one badge.",
            Self::NoCredential { .. } => "Leave it out, and share its original or its link instead.",
            Self::NotCanonical(_) => {
                "Present the badges one by one to find the one at fault, and leave it out."
            }
        }
    }
}

/// A presentation of `credentials` without a signature: nobody vouches for who shows it.
///
/// A JSON credential stands in it as it is, a token in an envelope. All of them of the first data model make a
/// presentation of that model, for verifiers that know no other; otherwise it is of the second.
///
/// # Errors
/// [`PresentError::Nothing`] and [`PresentError::NoCredential`].
pub fn unsigned(credentials: &[&Credential], holder: Option<&str>) -> Result<Value, PresentError> {
    if credentials.is_empty() {
        return Err(PresentError::Nothing);
    }
    let parts = credentials.iter().map(|credential| part(credential)).collect::<Result<Vec<Value>, _>>()?;
    let contexts = if credentials.iter().all(|it| is_first_model(it)) { vec![V1, PROOFS] } else { vec![V2] };
    let mut presentation = json!({ "@context": contexts, "type": ["VerifiablePresentation"] });
    if let Some(holder) = holder {
        presentation["holder"] = holder.into();
    }
    presentation["verifiableCredential"] = parts.into();
    Ok(presentation)
}

/// A credential as it stands in a presentation: JSON as it is, a token in an envelope (VC Data Model 2.0, 4.13.1).
fn part(credential: &Credential) -> Result<Value, PresentError> {
    let standard = credential.standard();
    if standard.is_assertion() || standard == Standard::Presentation {
        let name = credential.id().unwrap_or("A badge").to_owned();
        return Err(PresentError::NoCredential { name, standard: standard.name() });
    }
    let Some(jws) = credential.jws() else { return Ok(credential.json().clone()) };
    let media_type = if jws.selective().is_some() { "vc+sd-jwt" } else { "vc+jwt" };
    Ok(json!({
        "@context": V2,
        "id": format!("data:application/{media_type},{}", credential.text().trim()),
        "type": "EnvelopedVerifiableCredential",
    }))
}

fn is_first_model(credential: &Credential) -> bool {
    let contexts = credential.json().get("@context");
    let first = contexts.and_then(|contexts| contexts.get(0).unwrap_or(contexts).as_str());
    credential.jws().is_none() && first == Some(V1)
}

/// A presentation that waits for its holder's signature.
#[derive(Clone, Debug)]
pub struct Presentation {
    document: Value,
    options: Value,
    to_sign: Vec<u8>,
}

impl Presentation {
    /// Presents `credentials` on `occasion`.
    ///
    /// # Errors
    /// [`PresentError`].
    pub fn of(credentials: &[&Credential], occasion: &Occasion<'_>) -> Result<Self, PresentError> {
        let document = unsigned(credentials, Some(occasion.holder))?;
        let mut options = json!({
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-rdfc-2022",
            "created": occasion.created.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "verificationMethod": occasion.key,
            "proofPurpose": "authentication",
        });
        for (name, value) in [("domain", occasion.domain), ("challenge", occasion.challenge)] {
            if let Some(value) = value {
                options[name] = value.into();
            }
        }
        let mut covered = options.clone();
        covered["@context"] = document["@context"].clone();
        let digest = |json: &Value| Ok::<_, JsonLdError>(Sha256::digest(canonicalize(json)?.nquads));
        let to_sign = [digest(&covered)?, digest(&document)?].concat();
        Ok(Self { document, options, to_sign })
    }

    /// What the holder's key is to sign, as Ed25519 does it (RFC 8032): the hashes of the proof's options and of the
    /// presentation.
    pub fn to_sign(&self) -> &[u8] {
        &self.to_sign
    }

    /// The presentation with that signature.
    pub fn signed(mut self, signature: &[u8; 64]) -> Value {
        self.options["proofValue"] = format!("z{}", bs58::encode(signature).into_string()).into();
        self.document["proof"] = self.options;
        self.document
    }
}
