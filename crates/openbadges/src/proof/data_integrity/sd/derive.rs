//! What a holder passes on of a credential with a base proof (vc-di-ecdsa 3.5.5 and 3.6.6).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::super::covered::Unsecured;
use super::super::stated::Stated;
use super::group::{self, GroupError, Labelled};
use super::value::{Base, Derived, Disclosed};
use crate::credential::value::each;
use crate::jsonld::{self, Hash, Work};
use crate::report::Fault;

/// Why nothing can be derived.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeriveError {
    /// It has no base proof of `ecdsa-sd-2023`.
    #[error("It has no proof from which a part could be derived (a base proof of ecdsa-sd-2023)")]
    NoBaseProof,
    /// A pointer that leads nowhere in the credential.
    #[error("There is nothing at {pointer}")]
    NoSuchPlace {
        /// The JSON pointer.
        pointer: String,
    },
    /// A list, whose members are signed together.
    #[error("A list can only be shown as a whole")]
    PartOfList,
    /// The credential or its proof is not sound, so nothing that is derived from it would be.
    #[error("It has no sound form to derive from: {0}")]
    Unsound(Fault),
}

impl DeriveError {
    /// The stable code of this error, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoBaseProof => "derive.no-base-proof",
            Self::NoSuchPlace { .. } => "derive.no-such-place",
            Self::PartOfList => "derive.part-of-list",
            Self::Unsound(_) => "derive.unsound",
        }
    }

    /// What a person can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoBaseProof => "Pass on the whole credential: only some issuers let parts of it be shown.",
            Self::NoSuchPlace { .. } => {
                "Name places by JSON pointers, such as /credentialSubject/achievement/name."
            }
            Self::PartOfList => "Name the list itself, and not a member of it.",
            Self::Unsound(_) => "Verify the credential, and ask its issuer for a sound one.",
        }
    }
}

impl From<GroupError> for DeriveError {
    fn from(error: GroupError) -> Self {
        match error {
            GroupError::NoSuchPlace(pointer) => Self::NoSuchPlace { pointer },
            GroupError::List => Self::PartOfList,
            GroupError::Canonical(fault) => Self::Unsound(fault),
            other @ GroupError::TooMany(_) => {
                Self::Unsound(Fault::NotCanonical { problem: other.to_string() })
            }
        }
    }
}

/// The JSON pointers to what the issuer wants shown whatever else is.
///
/// # Errors
/// [`DeriveError::NoBaseProof`] if the credential has none.
pub fn mandatory(credential: &Value) -> Result<Vec<String>, DeriveError> {
    base_proof(credential).map(|(_, base)| base.mandatory)
}

/// A credential that shows what `pointers` (JSON pointers, RFC 6901) lead to, and what its issuer made mandatory,
/// and nothing else. Its proof is derived from the base proof; other proofs, which cover the whole, are left out.
///
/// It is not asked here whether the base proof holds: [`verify`](crate::verify()) the credential first.
///
/// # Errors
/// [`DeriveError`] if there is no base proof, if a pointer leads nowhere, or if the credential has no canonical form.
pub fn derive(credential: &Value, pointers: &[String]) -> Result<Value, DeriveError> {
    let (proof, base) = base_proof(credential)?;
    let unsecured = Unsecured::of(credential, &Work::default());
    let whole = Labelled::of_base(&unsecured, &base.hmac_key)?;
    let mandatory = whole.select(&base.mandatory)?;
    let chosen = whole.select(pointers)?;
    let mut shown: Vec<usize> = mandatory.iter().chain(&chosen).copied().collect();
    shown.sort_unstable();
    shown.dedup();

    let all = [base.mandatory.as_slice(), pointers].concat();
    let selection = group::selection(unsecured.json(), &all)?
        .ok_or(DeriveError::NoSuchPlace { pointer: String::new() })?;
    let (quads, labels) = whole.read(&selection)?;
    let canonical = jsonld::canonicalize_quads(&quads, Hash::Sha256).map_err(GroupError::from)?;
    let secret = |label: &str| {
        let label = labels.get(label)?;
        URL_SAFE_NO_PAD.decode(label.strip_prefix('u')?).ok()
    };
    let numbered = canonical
        .issued
        .iter()
        .filter_map(|(label, issued)| Some((issued.strip_prefix("c14n")?.parse().ok()?, secret(label)?)));

    // The signatures are those of the statements that are not mandatory, in the order of the statements.
    let signed: Vec<usize> = (0..whole.statements.len()).filter(|index| !mandatory.contains(index)).collect();
    let signature = |index: &usize| {
        let at = signed.binary_search(index).ok()?;
        base.signatures.get(at).cloned()
    };
    let derived = Derived {
        signatures: shown.iter().filter_map(signature).collect(),
        labels: numbered.collect(),
        mandatory: (0..shown.len()).filter(|at| mandatory.contains(&shown[*at])).collect(),
        signature: base.signature,
        public_key: base.public_key,
    };
    Ok(with_proof(group::dense(selection), proof, &derived))
}

fn with_proof(mut document: Value, proof: &Value, derived: &Derived) -> Value {
    let mut proof = proof.clone();
    proof["proofValue"] = format!("u{}", URL_SAFE_NO_PAD.encode(derived.written())).into();
    document["proof"] = proof;
    document
}

fn base_proof(credential: &Value) -> Result<(&Value, Base), DeriveError> {
    let found = each(credential.get("proof")).iter().find_map(|proof| {
        let stated = Stated::read("", "/proof", proof).ok()?;
        match Disclosed::read(&stated) {
            Ok(Disclosed::Base(base)) => Some((proof, base)),
            _ => None,
        }
    });
    found.ok_or(DeriveError::NoBaseProof)
}
