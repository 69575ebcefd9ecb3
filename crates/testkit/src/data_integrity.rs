//! Data Integrity proofs (W3C Verifiable Credential Data Integrity 1.0), by every suite that Lapel verifies but
//! `ecdsa-sd-2023`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openbadges::jsonld::{Hash, Settings, canonical_json, canonicalize_with};
use openbadges::proof::key::Algorithm;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256, Sha384};

use crate::{Issuer, Key};

/// The context that defines the terms of a proof where the credential's own does not (VC 1.1).
const PROOF_CONTEXT: &str = "https://w3id.org/security/data-integrity/v2";

/// A way of making proofs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suite {
    /// `eddsa-rdfc-2022`
    EddsaRdfc2022,
    /// `eddsa-jcs-2022`
    EddsaJcs2022,
    /// `ecdsa-rdfc-2019`, with a key of P-256 or P-384
    EcdsaRdfc2019,
    /// `ecdsa-jcs-2019`, with a key of P-256 or P-384
    EcdsaJcs2019,
    /// `Ed25519Signature2020`
    Ed25519Signature2020,
    /// `Ed25519Signature2018`
    Ed25519Signature2018,
    /// `JsonWebSignature2020`, by the algorithm of the key
    JsonWebSignature2020,
}

impl Suite {
    /// Each suite with the algorithms that it has.
    pub const ALL: [(Self, &'static [Algorithm]); 7] = [
        (Self::EddsaRdfc2022, &[Algorithm::EdDsa]),
        (Self::EddsaJcs2022, &[Algorithm::EdDsa]),
        (Self::EcdsaRdfc2019, &[Algorithm::Es256, Algorithm::Es384]),
        (Self::EcdsaJcs2019, &[Algorithm::Es256, Algorithm::Es384]),
        (Self::Ed25519Signature2020, &[Algorithm::EdDsa]),
        (Self::Ed25519Signature2018, &[Algorithm::EdDsa]),
        (
            Self::JsonWebSignature2020,
            &[
                Algorithm::EdDsa,
                Algorithm::Es256,
                Algorithm::Es384,
                Algorithm::Es256k,
                Algorithm::Ps256,
                Algorithm::Rs256,
            ],
        ),
    ];

    /// The name: the `cryptosuite`, or the `type` of proofs older than that property.
    pub fn name(self) -> &'static str {
        match self {
            Self::EddsaRdfc2022 => "eddsa-rdfc-2022",
            Self::EddsaJcs2022 => "eddsa-jcs-2022",
            Self::EcdsaRdfc2019 => "ecdsa-rdfc-2019",
            Self::EcdsaJcs2019 => "ecdsa-jcs-2019",
            Self::Ed25519Signature2020 => "Ed25519Signature2020",
            Self::Ed25519Signature2018 => "Ed25519Signature2018",
            Self::JsonWebSignature2020 => "JsonWebSignature2020",
        }
    }

    /// The context that defines the terms of its proofs, if the second data model has not those itself.
    fn context(self) -> Option<&'static str> {
        match self {
            Self::Ed25519Signature2020 => Some("https://w3id.org/security/suites/ed25519-2020/v1"),
            Self::Ed25519Signature2018 => Some("https://w3id.org/security/suites/ed25519-2018/v1"),
            Self::JsonWebSignature2020 => Some("https://w3id.org/security/suites/jws-2020/v1"),
            _ => None,
        }
    }

    fn covers_json(self) -> bool {
        matches!(self, Self::EddsaJcs2022 | Self::EcdsaJcs2019)
    }

    fn is_detached(self) -> bool {
        matches!(self, Self::Ed25519Signature2018 | Self::JsonWebSignature2020)
    }

    /// The options of a proof of this suite, for an assertion.
    pub fn options(self, method: &str, created: &str) -> Value {
        let mut options = json!({
            "type": self.name(),
            "created": created,
            "verificationMethod": method,
            "proofPurpose": "assertionMethod",
        });
        let is_type = matches!(
            self,
            Self::Ed25519Signature2020 | Self::Ed25519Signature2018 | Self::JsonWebSignature2020
        );
        if !is_type {
            options["type"] = "DataIntegrityProof".into();
            options["cryptosuite"] = self.name().into();
        }
        options
    }

    /// The proof with these options, by `key`, over `document` as it stands: without any proof, or in a chain with
    /// those that the new one follows.
    ///
    /// # Panics
    /// If the document has no canonical form: the test is wrong.
    #[expect(clippy::expect_used, reason = "development only: what cannot be signed is a wrong test")]
    pub fn prove(self, document: &Value, mut options: Value, key: &Key) -> Value {
        let hash = match key.algorithm() {
            Algorithm::Es384 if !self.is_detached() => Hash::Sha384,
            _ => Hash::Sha256,
        };
        let digest = |text: &str| match hash {
            Hash::Sha384 => Sha384::digest(text).to_vec(),
            Hash::Sha256 => Sha256::digest(text).to_vec(),
        };
        let form = |json: &Value| {
            if self.covers_json() {
                return canonical_json(json).expect("it has a canonical form");
            }
            let settings = Settings { hash, ..Settings::default() };
            canonicalize_with(json, settings).expect("it has a canonical form").nquads
        };
        let covered = if self.covers_json() {
            options.clone()
        } else {
            let mut covered = options.clone();
            covered["@context"] = document["@context"].clone();
            covered
        };
        let digests = [digest(&form(&covered)), digest(&form(document))].concat();
        if self.is_detached() {
            let header = json!({"alg": key.algorithm().name(), "b64": false, "crit": ["b64"]}).to_string();
            let header = URL_SAFE_NO_PAD.encode(header);
            let signed = [header.as_bytes(), b".", &digests].concat();
            let signature = URL_SAFE_NO_PAD.encode(key.sign(&signed));
            options["jws"] = format!("{header}..{signature}").into();
        } else {
            let signature = bs58::encode(key.sign(&digests)).into_string();
            options["proofValue"] = format!("z{signature}").into();
        }
        options
    }
}

/// Adds a proof by `issuer`, made at `created` (RFC 3339), to `credential`. A proof that is there is replaced.
///
/// # Panics
/// If the issuer's key is not Ed25519, or the credential has no canonical form: the test is wrong.
pub fn sign(credential: &mut Value, issuer: &Issuer, created: &str) {
    sign_as(credential, issuer.key(), &issuer.verification_method(), created);
}

/// Adds a proof by `key` under whatever name `method` gives it: what a forger does.
///
/// # Panics
/// As [`sign`].
pub fn sign_as(credential: &mut Value, key: &Key, method: &str, created: &str) {
    assert_eq!(key.algorithm(), Algorithm::EdDsa, "eddsa-rdfc-2022 wants an Ed25519 key");
    sign_by(credential, Suite::EddsaRdfc2022, key, method, created);
}

/// Adds a proof of `suite` by `key`, in place of any that is there.
///
/// # Panics
/// If the credential has no canonical form: the test is wrong.
pub fn sign_by(credential: &mut Value, suite: Suite, key: &Key, method: &str, created: &str) {
    if let Some(members) = credential.as_object_mut() {
        members.shift_remove("proof");
    }
    name_proof_terms(credential, suite);
    let proof = suite.prove(credential, suite.options(method, created), key);
    credential["proof"] = proof;
}

fn name_proof_terms(credential: &mut Value, suite: Suite) {
    let Some(contexts) = credential["@context"].as_array_mut() else { return };
    let is_v1 = contexts.first().is_some_and(|first| first == "https://www.w3.org/2018/credentials/v1");
    let wanted = suite.context().or(is_v1.then_some(PROOF_CONTEXT));
    if let Some(wanted) = wanted.filter(|wanted| !contexts.iter().any(|context| context == wanted)) {
        contexts.push(wanted.into());
    }
}
