//! Signatures over the bytes of a JWS: which header may be believed, and which may not.

use super::Trouble;
use super::key::{Algorithm, KeyError, PublicKey};
use crate::credential::jws::Jws;
use crate::report::{Fact, Fault, Feature, Gap};

/// Refuses what no header may ask for (RFC 7515, 4.1.11; RFC 7797), and names the algorithm that it asks for.
///
/// `jku`, `x5u`, `x5c` and an unprotected header are not looked at: they would let the token choose its own judge.
pub(crate) fn algorithm(jws: &Jws) -> Result<Algorithm, Trouble> {
    let header = jws.header();
    let refused = |problem: String| Trouble::Fault(Fault::HeaderRefused { problem });
    if header.contains_key("crit") {
        return Err(refused("it demands extensions (crit) that Lapel does not know".to_owned()));
    }
    if header.get("b64").is_some_and(|b64| b64 != true) {
        return Err(refused("it asks for an unencoded payload (b64)".to_owned()));
    }
    let name = jws.algorithm();
    if name.eq_ignore_ascii_case("none") {
        return Err(refuse(name, "it is no signature at all").into());
    }
    if name.starts_with("HS") {
        return Err(
            refuse(name, "it needs a shared secret, so whoever can check it could have made it").into()
        );
    }
    Algorithm::named(name)
        .ok_or_else(|| Gap::Unsupported { feature: Feature::Algorithm, name: name.to_owned() }.into())
}

/// Whether the signature of `jws` is by `key`, which is named `label`.
pub(crate) fn verify(jws: &Jws, key: &PublicKey, label: &str) -> Result<Fact, Trouble> {
    let algorithm = algorithm(jws)?;
    if algorithm != key.algorithm() {
        let problem = format!("the key {label} is one for {}", key.algorithm().name());
        return Err(refuse(jws.algorithm(), &problem).into());
    }
    if !key.verifies(jws.signed(), jws.signature()) {
        return Err(Fault::BadSignature { proof: algorithm.name().to_owned(), key: label.to_owned() }.into());
    }
    Ok(Fact::Signed { proof: algorithm.name().to_owned(), key: label.to_owned(), context: None })
}

fn refuse(algorithm: &str, problem: &str) -> Fault {
    Fault::AlgorithmRefused { algorithm: algorithm.to_owned(), problem: problem.to_owned() }
}

/// What a key that cannot be used means for a check.
pub(crate) fn key_trouble(error: KeyError, label: &str) -> Trouble {
    match error {
        KeyError::Unsupported(name) => Gap::Unsupported { feature: Feature::KeyType, name }.into(),
        KeyError::Unusable(problem) => Fault::BadKey { key: label.to_owned(), problem }.into(),
    }
}
