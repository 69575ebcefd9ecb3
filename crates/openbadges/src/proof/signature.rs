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
    if !key.serves(algorithm) {
        let served: Vec<&str> = key.algorithms().iter().map(|algorithm| algorithm.name()).collect();
        let problem = format!("the key {label} ({}) is one for {}", key.kind(), served.join(", "));
        return Err(refuse(jws.algorithm(), &problem).into());
    }
    if !key.verifies(algorithm, jws.signed(), jws.signature()) {
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

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    fn with_header(header: &str) -> Jws {
        let text = format!("{}.{}.AAAA", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode("{}"));
        Jws::parse(&text).unwrap().0
    }

    fn code(header: &str) -> &'static str {
        match algorithm(&with_header(header)) {
            Ok(algorithm) => algorithm.name(),
            Err(Trouble::Fault(fault)) => fault.code(),
            Err(Trouble::Gap(gap)) => gap.code(),
        }
    }

    #[test]
    fn what_a_header_may_not_ask_for() {
        for (header, expected) in [
            (r#"{"alg":"RS256"}"#, "RS256"),
            (r#"{"alg":"ES256"}"#, "ES256"),
            (r#"{"alg":"EdDSA"}"#, "EdDSA"),
            (r#"{"alg":"Ed25519"}"#, "EdDSA"),
            (r#"{"alg":"none"}"#, "proof.algorithm-refused"),
            (r#"{"alg":"NoNe"}"#, "proof.algorithm-refused"),
            (r#"{"alg":"HS256"}"#, "proof.algorithm-refused"),
            (r#"{"alg":"RS512"}"#, "RS512"),
            (r#"{"alg":"PS384"}"#, "PS384"),
            (r#"{"alg":"ES256K"}"#, "ES256K"),
            (r#"{"alg":"ES256K-R"}"#, "unsupported.algorithm"),
            (r#"{"alg":"Ed448"}"#, "unsupported.algorithm"),
            (r#"{"alg":"rs256"}"#, "unsupported.algorithm"),
            (r#"{"alg":""}"#, "unsupported.algorithm"),
            (r#"{"alg":"RS256","crit":["exp"],"exp":1}"#, "proof.header-refused"),
            (r#"{"alg":"RS256","crit":[]}"#, "proof.header-refused"),
            (r#"{"alg":"RS256","b64":false}"#, "proof.header-refused"),
            (r#"{"alg":"RS256","b64":"false"}"#, "proof.header-refused"),
            (r#"{"alg":"RS256","jku":"https://evil.example","x5u":"https://evil.example"}"#, "RS256"),
        ] {
            assert_eq!(code(header), expected, "{header}");
        }
    }

    #[test]
    fn the_key_chooses_the_algorithm() {
        let key = PublicKey::from_multikey("z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK").unwrap();
        let outcome = verify(&with_header(r#"{"alg":"RS256"}"#), &key, "k");
        assert!(matches!(outcome, Err(Trouble::Fault(Fault::AlgorithmRefused { .. }))), "{outcome:?}");
    }
}
