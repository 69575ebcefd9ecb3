//! Detached JWS in proofs (`jws` of `Ed25519Signature2018` and `JsonWebSignature2020`; RFC 7797): a header, no
//! payload, and a signature over the header as written, a dot, and the bytes of the payload as they are.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::malformed;
use super::stated::Stated;
use crate::json::parse_strict_bytes;
use crate::proof::Trouble;
use crate::proof::key::Algorithm;
use crate::report::{Fault, Feature, Gap};

/// Longer than any header with a name of an algorithm in it.
const MAX_HEADER: usize = 1 << 10;

/// A detached JWS.
pub(super) struct Detached<'a> {
    /// The header as written, in base64url.
    pub header: &'a str,
    pub algorithm: Algorithm,
    pub signature: Vec<u8>,
}

pub(super) fn read<'a>(stated: &Stated<'a>) -> Result<Detached<'a>, Trouble> {
    let wrong = |problem: &str| malformed(stated.label, format!("its jws {problem}"));
    let parts: Vec<&str> = stated.value.splitn(4, '.').collect();
    let [header, "", signature] = parts.as_slice() else {
        return Err(wrong("is not a header and a signature with two dots between them"));
    };
    if header.len() > MAX_HEADER {
        return Err(wrong("has a header that is too long"));
    }
    let signature =
        URL_SAFE_NO_PAD.decode(signature).map_err(|_| wrong("has a signature that is not base64url"))?;
    let json = URL_SAFE_NO_PAD.decode(header).ok().and_then(|bytes| parse_strict_bytes(&bytes).ok());
    let Some(Value::Object(members)) = json else { return Err(wrong("has a header that is no JSON object")) };
    let Some(name) = members.get("alg").and_then(Value::as_str) else {
        return Err(wrong("names no algorithm"));
    };
    if members.get("b64") != Some(&json!(false)) || members.get("crit") != Some(&json!(["b64"])) {
        let problem = "it must ask for an unencoded payload (b64), and for nothing else (crit)".to_owned();
        return Err(Fault::HeaderRefused { problem }.into());
    }
    let algorithm = algorithm(name, stated)?;
    Ok(Detached { header, algorithm, signature })
}

fn algorithm(name: &str, stated: &Stated) -> Result<Algorithm, Trouble> {
    let refuse =
        |problem: &str| Fault::AlgorithmRefused { algorithm: name.to_owned(), problem: problem.to_owned() };
    match Algorithm::named(name) {
        Some(algorithm) if stated.suite.algorithms.contains(&algorithm) => Ok(algorithm),
        Some(_) => Err(refuse(&format!("{} is not made by it", stated.suite.name)).into()),
        None if name.eq_ignore_ascii_case("none") => Err(refuse("it is no signature at all").into()),
        None if name.starts_with("HS") => {
            Err(refuse("it needs a shared secret, so whoever can check it could have made it").into())
        }
        None => Err(Gap::Unsupported { feature: Feature::Algorithm, name: name.to_owned() }.into()),
    }
}
