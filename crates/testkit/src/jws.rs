//! Compact JWS (RFC 7515).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::Key;

/// The compact JWS of `payload` under `header`, signed with `key`. `alg` is put first where the header has none.
pub fn compact(header: &Value, payload: &[u8], key: &Key) -> String {
    let mut members = serde_json::Map::new();
    members.insert("alg".to_owned(), key.algorithm().name().into());
    if let Value::Object(given) = header {
        members.extend(given.clone());
    }
    let header = URL_SAFE_NO_PAD.encode(Value::Object(members).to_string());
    let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(payload));
    let signature = URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::Verifier as _;
    use sha2::Sha256;

    use super::*;
    use crate::Algorithm;

    fn parts(jws: &str) -> (String, Vec<u8>) {
        let (signed, signature) = jws.rsplit_once('.').unwrap();
        (signed.to_owned(), URL_SAFE_NO_PAD.decode(signature).unwrap())
    }

    fn member(key: &Key, name: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(key.public_jwk()[name].as_str().unwrap()).unwrap()
    }

    #[test]
    fn ed25519_signatures_hold_under_the_published_jwk() {
        let key = Key::from_seed(Algorithm::EdDsa, "a");
        let (signed, signature) = parts(&compact(&Value::Null, b"{}", &key));
        let public: [u8; 32] = member(&key, "x").try_into().unwrap();
        let public = ed25519_dalek::VerifyingKey::from_bytes(&public).unwrap();
        let signature = ed25519_dalek::Signature::from_slice(&signature).unwrap();
        public.verify_strict(signed.as_bytes(), &signature).unwrap();
    }

    #[test]
    fn p256_signatures_hold_under_the_published_jwk() {
        let key = Key::from_seed(Algorithm::Es256, "a");
        let (signed, signature) = parts(&compact(&Value::Null, b"{}", &key));
        let point = [vec![4], member(&key, "x"), member(&key, "y")].concat();
        let public = p256::ecdsa::VerifyingKey::from_sec1_bytes(&point).unwrap();
        public.verify(signed.as_bytes(), &p256::ecdsa::Signature::from_slice(&signature).unwrap()).unwrap();
    }

    #[test]
    fn rsa_signatures_hold_under_the_published_jwk() {
        let key = Key::from_seed(Algorithm::Rs256, "a");
        let (signed, signature) = parts(&compact(&Value::Null, b"{}", &key));
        let number = |name| rsa::BoxedUint::from_be_slice_vartime(&member(&key, name));
        let public = rsa::PublicKey::new(number("n"), number("e")).unwrap();
        let public = rsa::pkcs1v15::VerifyingKey::<Sha256>::new(public);
        let signature = rsa::pkcs1v15::Signature::try_from(signature.as_slice()).unwrap();
        public.verify(signed.as_bytes(), &signature).unwrap();
    }
}
