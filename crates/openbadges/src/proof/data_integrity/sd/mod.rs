//! `ecdsa-sd-2023` (vc-di-ecdsa 3.4 and 3.6): an issuer signs each statement on its own, and the holder shows some.
//!
//! The issuer gives the holder a *base* proof. It names the statements that must always be shown (mandatory), signs
//! these together, and each other one by a key made for this proof alone. What a holder passes on has a *derived*
//! proof: the mandatory statements, and those that the holder chose.

mod derive;
mod group;
mod value;

use p256::ecdsa::signature::Verifier;
use sha2::{Digest, Sha256};

use self::group::{Labelled, Labels};
use self::value::{Base, Derived, Disclosed};
use super::covered::{Unsecured, compact_form, fault_of};
use super::malformed;
use super::stated::Stated;
use super::suite::Encoding;
use crate::document::hex;
use crate::jsonld::{self, Hash};
use crate::proof::Trouble;
use crate::proof::inputs::{Hashed, ProofInputs};
use crate::proof::key::Algorithm;
use crate::proof::method::Method;
use crate::report::{Fact, Fault};

pub use derive::{DeriveError, derive, mandatory};

/// No more statements than this are looked at: each costs a signature check.
const MAX_STATEMENTS: usize = 1_000;

/// Whether the proof is an issuer's base proof, which only its holder should see.
pub(super) fn is_base(stated: &Stated) -> bool {
    stated.suite.encoding == Encoding::Selective && matches!(Disclosed::read(stated), Ok(Disclosed::Base(_)))
}

pub(super) fn check(stated: &Stated, method: &Method, unsecured: &Unsecured) -> Result<Fact, Trouble> {
    let disclosed = Disclosed::read(stated)?;
    let covered = Covered::of(stated, &disclosed, unsecured)?;
    let key = method.key.as_ref().map_err(Clone::clone)?;
    if !key.serves(Algorithm::Es256) {
        let problem = format!("the key {} is one of {}", stated.method, key.kind());
        return Err(Fault::AlgorithmRefused { algorithm: stated.suite.name.to_owned(), problem }.into());
    }
    let (base_signature, proof_key, signatures) = disclosed.signatures();
    let bad = || {
        let key = stated.method.to_owned();
        Trouble::from(Fault::BadSignature { proof: stated.label.to_owned(), key })
    };
    if !key.verifies(Algorithm::Es256, &covered.signed(proof_key), base_signature) {
        return Err(bad());
    }
    let proof_key =
        own_key(proof_key).ok_or_else(|| malformed(stated.label, "its own key is none of P-256"))?;
    let each_holds = covered.others.iter().zip(signatures).all(|(statement, signature)| {
        p256::ecdsa::Signature::from_slice(signature)
            .is_ok_and(|signature| proof_key.verify(statement.as_bytes(), &signature).is_ok())
    });
    if each_holds {
        Ok(Fact::Signed { proof: stated.suite.name.to_owned(), key: stated.method.to_owned(), context: None })
    } else {
        Err(bad())
    }
}

/// Fills in what the proof is computed from.
pub(super) fn fill(inputs: &mut ProofInputs, stated: &Stated, unsecured: &Unsecured) {
    let Ok(disclosed) = Disclosed::read(stated) else { return };
    let (signature, proof_key, _) = disclosed.signatures();
    inputs.signature = Some(hex(signature));
    let Ok(options) = unsecured.options(stated, Hash::Sha256, None) else { return };
    inputs.contexts = super::contexts(&[&options]);
    inputs.options = Some(options.hashed(stated.suite.form, Hash::Sha256));
    let Ok(covered) = Covered::of(stated, &disclosed, unsecured) else { return };
    inputs.signed = Some(hex(&covered.signed(proof_key)));
    let (all, together) = covered.texts;
    inputs.document = Some(Hashed::statements(all));
    inputs.mandatory = Some(Hashed::statements(together));
}

/// The key that was made for one proof, as a Multikey.
fn own_key(bytes: &[u8]) -> Option<p256::ecdsa::VerifyingKey> {
    let point = bytes.strip_prefix(&[0x80, 0x24])?;
    p256::ecdsa::VerifyingKey::from_sec1_bytes(point).ok()
}

/// What the signatures of a proof are over.
struct Covered {
    /// SHA-256 of the canonical form of the proof's options.
    options: [u8; 32],
    /// SHA-256 of the mandatory statements.
    mandatory: [u8; 32],
    /// The other statements, as lines of N-Quads, in the order of their signatures.
    others: Vec<String>,
    /// All statements, in canonical order, and those that are mandatory, for those who look into proofs.
    texts: (String, String),
}

impl Covered {
    fn of(stated: &Stated, disclosed: &Disclosed, unsecured: &Unsecured) -> Result<Self, Trouble> {
        let options = unsecured.options(stated, Hash::Sha256, None)?;
        let options = options.digest.try_into().unwrap_or_default();
        let (statements, mandatory) = match disclosed {
            Disclosed::Base(base) => of_base(stated, base, unsecured)?,
            Disclosed::Derived(derived) => of_derived(stated, derived, unsecured)?,
        };
        let all = statements.concat();
        let mut together = String::new();
        let mut others = Vec::new();
        for (index, statement) in statements.into_iter().enumerate() {
            if mandatory.contains(&index) {
                together.push_str(&statement);
            } else {
                others.push(statement);
            }
        }
        let (_, _, signatures) = disclosed.signatures();
        if signatures.len() != others.len() {
            let problem = format!(
                "it signs {} statements by themselves, and the document has {} of these",
                signatures.len(),
                others.len()
            );
            return Err(malformed(stated.label, problem));
        }
        let mandatory = Sha256::digest(together.as_bytes()).into();
        Ok(Self { options, mandatory, others, texts: (all, together) })
    }

    /// What the issuer's own key signed (vc-di-ecdsa 3.5.1).
    fn signed(&self, proof_key: &[u8]) -> Vec<u8> {
        [self.options.as_slice(), proof_key, &self.mandatory].concat()
    }
}

/// The statements of the document under the issuer's labels, and which of them are mandatory.
type Statements = (Vec<String>, Vec<usize>);

fn of_base(stated: &Stated, base: &Base, unsecured: &Unsecured) -> Result<Statements, Trouble> {
    let whole = Labelled::of_base(unsecured, &base.hmac_key).map_err(|error| group_trouble(stated, error))?;
    let mandatory = whole.select(&base.mandatory).map_err(|error| group_trouble(stated, error))?;
    Ok((whole.statements, mandatory))
}

fn of_derived(stated: &Stated, derived: &Derived, unsecured: &Unsecured) -> Result<Statements, Trouble> {
    compact_form(unsecured.json(), "")?;
    let dataset = jsonld::dataset(unsecured.json(), &[]).map_err(|error| fault_of(error, ""))?;
    let canonical = jsonld::canonicalize_within(&dataset.quads, Hash::Sha256, unsecured.work())
        .map_err(|error| Trouble::from(fault_of(error, "")))?;
    let mut labels = Labels::new();
    for (label, issued) in &canonical.issued {
        let number = issued.strip_prefix("c14n").and_then(|number| number.parse().ok());
        let Some(secret) = number.and_then(|number: u64| derived.labels.get(&number)) else {
            return Err(malformed(stated.label, format!("it gives no label for the node {issued}")));
        };
        labels.insert(label.as_str().into(), group::label(secret));
    }
    let statements = group::relabelled(&dataset.quads, &labels);
    if statements.len() > MAX_STATEMENTS {
        return Err(malformed(stated.label, too_many(statements.len())));
    }
    if derived.mandatory.iter().any(|index| *index >= statements.len()) {
        return Err(malformed(stated.label, "it asks for a statement that is not there"));
    }
    Ok((statements, derived.mandatory.clone()))
}

fn too_many(found: usize) -> String {
    format!("the document makes {found} statements; no more than {MAX_STATEMENTS} are checked one by one")
}

fn group_trouble(stated: &Stated, error: group::GroupError) -> Trouble {
    match error {
        group::GroupError::Canonical(fault) => fault.into(),
        other => malformed(stated.label, other.to_string()),
    }
}
