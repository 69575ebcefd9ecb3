//! Data Integrity proofs (W3C Verifiable Credential Data Integrity 1.0, `eddsa-rdfc-2022`).

use openbadges::jsonld::canonicalize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::{Algorithm, Issuer, Key};

/// The context that defines the terms of a proof where the credential's own does not (VC 1.1).
const PROOF_CONTEXT: &str = "https://w3id.org/security/data-integrity/v2";

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
#[expect(
    clippy::expect_used,
    reason = "development only: a credential that cannot be signed is a wrong test"
)]
pub fn sign_as(credential: &mut Value, key: &Key, method: &str, created: &str) {
    assert_eq!(key.algorithm(), Algorithm::EdDsa, "eddsa-rdfc-2022 wants an Ed25519 key");
    if let Some(members) = credential.as_object_mut() {
        members.shift_remove("proof");
    }
    name_proof_terms(credential);
    let mut proof = json!({
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": created,
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    });
    let mut options = json!({"@context": credential["@context"]});
    if let (Some(options), Some(proof)) = (options.as_object_mut(), proof.as_object()) {
        options.extend(proof.clone());
    }
    let hash = |document: &Value| {
        Sha256::digest(canonicalize(document).expect("the credential has a canonical form").nquads)
    };
    let signed = [hash(&options), hash(credential)].concat();
    proof["proofValue"] = format!("z{}", bs58::encode(key.sign(&signed)).into_string()).into();
    credential["proof"] = proof;
}

fn name_proof_terms(credential: &mut Value) {
    let Some(contexts) = credential["@context"].as_array_mut() else { return };
    let is_v1 = contexts.first().is_some_and(|first| first == "https://www.w3.org/2018/credentials/v1");
    if is_v1 && !contexts.iter().any(|context| context == PROOF_CONTEXT) {
        contexts.push(PROOF_CONTEXT.into());
    }
}
