//! The cryptosuites that Lapel verifies: which form of the document each covers, by which algorithms, and how it
//! writes the signature.

use super::covered::Form;
use crate::jsonld::Hash;
use crate::proof::Trouble;
use crate::proof::key::Algorithm;
use crate::report::{Feature, Gap};

/// A way of making proofs.
#[derive(Debug)]
pub(super) struct Suite {
    /// Its name: `cryptosuite`, or the `type` of proofs older than that property.
    pub name: &'static str,
    /// What it covers.
    pub form: Form,
    /// How the signature is written.
    pub encoding: Encoding,
    /// The algorithms that it may be made by.
    pub algorithms: &'static [Algorithm],
}

/// How a proof holds its signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// `proofValue`: multibase base58.
    Multibase,
    /// `jws`: a JWS whose payload is elsewhere (RFC 7797).
    DetachedJws,
    /// `proofValue`: multibase base64url of CBOR, with a signature for each statement.
    Selective,
}

/// The suites by their `cryptosuite`, in proofs of the type `DataIntegrityProof`.
const BY_CRYPTOSUITE: [Suite; 7] = [
    // vc-di-eddsa 3.1 and 3.2
    multibase("eddsa-rdfc-2022", Form::Rdf, &[Algorithm::EdDsa]),
    multibase("eddsa-jcs-2022", Form::Json, &[Algorithm::EdDsa]),
    // The earlier name of eddsa-rdfc-2022, for the same bytes.
    multibase("eddsa-2022", Form::Rdf, &[Algorithm::EdDsa]),
    // vc-di-ecdsa 3.2, 3.3 and 3.6
    multibase("ecdsa-rdfc-2019", Form::Rdf, &[Algorithm::Es256, Algorithm::Es384]),
    multibase("ecdsa-jcs-2019", Form::Json, &[Algorithm::Es256, Algorithm::Es384]),
    // The earlier name of ecdsa-rdfc-2019.
    multibase("ecdsa-2019", Form::Rdf, &[Algorithm::Es256, Algorithm::Es384]),
    Suite {
        name: "ecdsa-sd-2023",
        form: Form::Rdf,
        encoding: Encoding::Selective,
        algorithms: &[Algorithm::Es256],
    },
];

/// The suites that are a type of proof of their own.
const BY_TYPE: [Suite; 3] = [
    multibase("Ed25519Signature2020", Form::Rdf, &[Algorithm::EdDsa]),
    detached("Ed25519Signature2018", &[Algorithm::EdDsa]),
    detached(
        "JsonWebSignature2020",
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

const fn multibase(name: &'static str, form: Form, algorithms: &'static [Algorithm]) -> Suite {
    Suite { name, form, encoding: Encoding::Multibase, algorithms }
}

const fn detached(name: &'static str, algorithms: &'static [Algorithm]) -> Suite {
    Suite { name, form: Form::Rdf, encoding: Encoding::DetachedJws, algorithms }
}

impl Suite {
    /// The suite of a proof of this `type` and `cryptosuite`. `None` for a `DataIntegrityProof` without one, which
    /// is no proof of any suite.
    pub(super) fn named(kind: &str, cryptosuite: Option<&str>) -> Result<Option<&'static Self>, Trouble> {
        let (suites, name) = match (kind, cryptosuite) {
            ("DataIntegrityProof", None) => return Ok(None),
            ("DataIntegrityProof", Some(suite)) => (BY_CRYPTOSUITE.as_slice(), suite),
            (kind, None) => (BY_TYPE.as_slice(), kind),
            (kind, Some(_)) => ([].as_slice(), kind),
        };
        match suites.iter().find(|suite| suite.name == name) {
            Some(suite) => Ok(Some(suite)),
            None => Err(Gap::Unsupported { feature: Feature::ProofType, name: name.to_owned() }.into()),
        }
    }

    /// The hash that canonical forms are made and digested with: that of the curve, where the suite has several
    /// curves; SHA-256 in all others.
    pub(super) fn hash(&self, algorithm: Algorithm) -> Hash {
        match (self.encoding, algorithm) {
            (Encoding::Multibase, Algorithm::Es384) => Hash::Sha384,
            _ => Hash::Sha256,
        }
    }
}

/// How long signatures of an algorithm are, where that is fixed.
pub(super) fn signature_length(algorithm: Algorithm) -> Option<usize> {
    match algorithm {
        Algorithm::EdDsa | Algorithm::Es256 | Algorithm::Es256k => Some(64),
        Algorithm::Es384 => Some(96),
        _ => None,
    }
}
