//! Public keys, in the encodings that issuers publish them in, and signatures by them.
//!
//! The algorithm follows from the key. A header may only agree with it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::Signature as Ed25519Signature;
use p256::ecdsa::signature::Verifier;
use p256::pkcs8::DecodePublicKey;
use rsa::traits::PublicKeyParts;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// A public key that Lapel can verify signatures with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicKey {
    /// Ed25519 (RFC 8032).
    Ed25519(ed25519_dalek::VerifyingKey),
    /// P-256 (FIPS 186-5).
    P256(p256::ecdsa::VerifyingKey),
    /// RSA (RFC 8017), 2048 to 8192 bits.
    Rsa(Box<rsa::PublicKey>),
}

/// A signature algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// Ed25519, checked strictly: canonical `s`, no point of small order.
    EdDsa,
    /// ECDSA with P-256 and SHA-256; 64 bytes r ‖ s.
    Es256,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
}

/// Why bytes are no key to verify with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// A kind of key that Lapel does not verify with.
    #[error("Lapel does not verify with {0} keys")]
    Unsupported(String),
    /// Not a key at all, or one that must not be used.
    #[error("{0}")]
    Unusable(String),
}

/// No multibase key is longer than this many characters (an RSA key of 8192 bits has about 1,450). Decoding
/// base58 takes time by the square of the length.
const MAX_MULTIBASE: usize = 1_600;

const MIN_RSA_BITS: u32 = 2048;

impl Algorithm {
    /// The name in a JWS header (RFC 7518, RFC 8037).
    pub fn name(self) -> &'static str {
        match self {
            Self::EdDsa => "EdDSA",
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
        }
    }

    /// The algorithm that a JWS header names, if Lapel has it.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            // RFC 9864 gives the same signature the name of its curve.
            "EdDSA" | "Ed25519" => Some(Self::EdDsa),
            "ES256" => Some(Self::Es256),
            "RS256" => Some(Self::Rs256),
            _ => None,
        }
    }
}

impl PublicKey {
    /// Reads a Multikey: multibase (`z` base58btc, `u` base64url) of a multicodec prefix and the key
    /// (Controlled Identifiers 2.2.2).
    pub fn from_multikey(text: &str) -> Result<Self, KeyError> {
        let bytes = from_multibase(text)?;
        match bytes.as_slice() {
            [0xed, 0x01, key @ ..] => Self::from_ed25519(key),
            [0x80, 0x24, key @ ..] => Self::from_p256(key),
            [prefix, following, ..] => Err(KeyError::Unsupported(codec_name(*prefix, *following))),
            _ => Err(KeyError::Unusable("it is too short for a key".to_owned())),
        }
    }

    /// Reads a JSON Web Key (RFC 7517). A key with its private half in the open is refused: whoever read it
    /// could have signed.
    pub fn from_jwk(jwk: &Value) -> Result<Self, KeyError> {
        let member = |name: &str| jwk.get(name).and_then(Value::as_str);
        let unusable = |problem: &str| KeyError::Unusable(problem.to_owned());
        if jwk.get("d").is_some() {
            return Err(unusable("its private half is in the open"));
        }
        if member("use").is_some_and(|purpose| purpose != "sig") {
            return Err(unusable("it is not for signing"));
        }
        let bytes = |name: &str| {
            member(name)
                .filter(|text| text.len() <= MAX_MULTIBASE)
                .and_then(|text| URL_SAFE_NO_PAD.decode(text).ok())
                .ok_or_else(|| KeyError::Unusable(format!("its {name} is not base64url")))
        };
        let key = match (member("kty"), member("crv")) {
            (Some("OKP"), Some("Ed25519")) => Self::from_ed25519(&bytes("x")?)?,
            (Some("EC"), Some("P-256")) => {
                let (x, y) = (bytes("x")?, bytes("y")?);
                if x.len() != 32 || y.len() != 32 {
                    return Err(unusable("its coordinates have not 32 bytes each"));
                }
                Self::from_p256(&[&[4], x.as_slice(), y.as_slice()].concat())?
            }
            (Some("RSA"), _) => Self::from_rsa(&bytes("n")?, &bytes("e")?)?,
            (Some(kind), curve) => return Err(KeyError::Unsupported(curve.unwrap_or(kind).to_owned())),
            (None, _) => return Err(unusable("it names no kind (kty)")),
        };
        match member("alg") {
            Some(name) if Algorithm::named(name).is_some_and(|algorithm| algorithm != key.algorithm()) => {
                Err(unusable("its algorithm does not fit its kind"))
            }
            _ => Ok(key),
        }
    }

    /// Reads a PEM `PUBLIC KEY` (SPKI, RFC 7468), as Open Badges 2.0 publishes keys.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        if pem.len() > 16 << 10 {
            return Err(KeyError::Unusable("it is too long for a key".to_owned()));
        }
        if let Ok(key) = rsa::PublicKey::from_public_key_pem(pem) {
            return Self::sized(key);
        }
        p256::ecdsa::VerifyingKey::from_public_key_pem(pem)
            .map(Self::P256)
            .map_err(|_| KeyError::Unusable("it is no PEM public key of RSA or P-256".to_owned()))
    }

    fn from_ed25519(bytes: &[u8]) -> Result<Self, KeyError> {
        let unusable = || KeyError::Unusable("it is no Ed25519 key of 32 bytes".to_owned());
        let bytes: &[u8; 32] = bytes.try_into().map_err(|_| unusable())?;
        let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| unusable())?;
        if key.is_weak() {
            return Err(KeyError::Unusable(
                "it is a weak Ed25519 key, for which anybody can sign".to_owned(),
            ));
        }
        Ok(Self::Ed25519(key))
    }

    fn from_p256(bytes: &[u8]) -> Result<Self, KeyError> {
        p256::ecdsa::VerifyingKey::from_sec1_bytes(bytes)
            .map(Self::P256)
            .map_err(|_| KeyError::Unusable("it is no point of P-256".to_owned()))
    }

    fn from_rsa(modulus: &[u8], exponent: &[u8]) -> Result<Self, KeyError> {
        let number = |bytes: &[u8]| rsa::BoxedUint::from_be_slice_vartime(bytes);
        rsa::PublicKey::new(number(modulus), number(exponent))
            .map_err(|_| KeyError::Unusable("it is no RSA key".to_owned()))
            .and_then(Self::sized)
    }

    fn sized(key: rsa::PublicKey) -> Result<Self, KeyError> {
        if key.n().bit_width() < MIN_RSA_BITS {
            return Err(KeyError::Unusable(format!(
                "an RSA key needs {MIN_RSA_BITS} bits, this has {}",
                key.n().bit_width()
            )));
        }
        Ok(Self::Rsa(Box::new(key)))
    }

    /// The algorithm that belongs to this kind of key.
    pub fn algorithm(&self) -> Algorithm {
        match self {
            Self::Ed25519(_) => Algorithm::EdDsa,
            Self::P256(_) => Algorithm::Es256,
            Self::Rsa(_) => Algorithm::Rs256,
        }
    }

    /// Whether `signature` is this key's signature over `message`, by [`Self::algorithm`].
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Ed25519(key) => Ed25519Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify_strict(message, &signature).is_ok()),
            Self::P256(key) => p256::ecdsa::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify(message, &signature).is_ok()),
            Self::Rsa(key) => rsa::pkcs1v15::Signature::try_from(signature).is_ok_and(|signature| {
                rsa::pkcs1v15::VerifyingKey::<Sha256>::new((**key).clone())
                    .verify(message, &signature)
                    .is_ok()
            }),
        }
    }

    /// The RFC 7638 thumbprint: equal for equal keys, however they are written.
    pub fn thumbprint(&self) -> String {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        // RFC 7638 wants the required members in lexical order.
        let canonical = match self {
            Self::Ed25519(key) => json!({ "crv": "Ed25519", "kty": "OKP", "x": encode(key.as_bytes()) }),
            Self::P256(key) => {
                let point = key.to_sec1_point(false);
                let (x, y) = (point.x().map(|x| encode(x)), point.y().map(|y| encode(y)));
                json!({ "crv": "P-256", "kty": "EC", "x": x, "y": y })
            }
            Self::Rsa(key) => {
                json!({ "e": encode(&key.e_bytes()), "kty": "RSA", "n": encode(&key.n_bytes()) })
            }
        };
        encode(&Sha256::digest(canonical.to_string().as_bytes()))
    }
}

/// Decodes multibase `z` (base58btc) or `u` (base64url without padding).
pub(crate) fn from_multibase(text: &str) -> Result<Vec<u8>, KeyError> {
    let unusable = |problem: &str| KeyError::Unusable(problem.to_owned());
    if text.len() > MAX_MULTIBASE {
        return Err(unusable("it is too long"));
    }
    match text.split_at_checked(1) {
        Some(("z", rest)) => bs58::decode(rest).into_vec().map_err(|_| unusable("it is not base58")),
        Some(("u", rest)) => URL_SAFE_NO_PAD.decode(rest).map_err(|_| unusable("it is not base64url")),
        _ => Err(unusable("it begins with neither z (base58) nor u (base64url)")),
    }
}

/// The name of a multicodec key prefix (two bytes of varint).
fn codec_name(first: u8, second: u8) -> String {
    match (first, second) {
        (0xe7, 0x01) => "secp256k1",
        (0xec, 0x01) => "X25519",
        (0xeb, 0x01) => "BLS12-381 G2",
        (0xea, 0x01) => "BLS12-381 G1",
        (0x81, 0x24) => "P-384",
        (0x82, 0x24) => "P-521",
        (0x85, 0x24) => "RSA multikey",
        _ => return format!("multicodec {first:02x}{second:02x}"),
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        use std::fmt::Write;
        bytes.iter().fold(String::new(), |mut hex, byte| {
            write!(hex, "{byte:02x}").unwrap();
            hex
        })
    }

    #[test]
    fn multikeys_hold_the_bytes_that_the_specifications_print() {
        let ed25519 = [
            (
                "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
                "2e6fcce36701dc791488e0d0b1745cc1e33a4c1c9fcc41c63bd343dbbe0970e6",
            ),
            (
                "z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp",
                "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29",
            ),
        ];
        for (multikey, bytes) in ed25519 {
            let Ok(PublicKey::Ed25519(key)) = PublicKey::from_multikey(multikey) else {
                panic!("{multikey}")
            };
            assert_eq!(hex(key.as_bytes()), bytes);
        }
        let Ok(PublicKey::P256(key)) =
            PublicKey::from_multikey("zDnaepBuvsQ8cpsWrVKw8fbpGpvPeNSjVPTWoq6cRqaYzBKVP")
        else {
            panic!("P-256")
        };
        let point = hex(key.to_sec1_point(true).as_bytes());
        assert_eq!(point, "0360fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6");
    }

    #[test]
    fn other_kinds_of_keys_are_unsupported_and_nonsense_is_unusable() {
        for (prefix, name) in [([0xe7, 0x01], "secp256k1"), ([0xec, 0x01], "X25519"), ([0x81, 0x24], "P-384")]
        {
            let multikey = format!("z{}", bs58::encode([&prefix[..], &[7; 33]].concat()).into_string());
            assert_eq!(PublicKey::from_multikey(&multikey), Err(KeyError::Unsupported(name.to_owned())));
        }
        let long = format!("z{}", "2".repeat(100_000));
        for nonsense in ["", "z", "z0", "x6Mk", "zé", "6MkhaXg", "z6Mkh", long.as_str()] {
            let error = PublicKey::from_multikey(nonsense).unwrap_err();
            assert!(matches!(error, KeyError::Unusable(_) | KeyError::Unsupported(_)), "{nonsense}: {error}");
        }
    }

    #[test]
    fn weak_keys_are_refused() {
        // The neutral element and a point of order two: anybody can sign for them.
        for weak in [[1; 1].iter().chain(&[0; 31]).copied().collect::<Vec<u8>>(), vec![0; 32]] {
            let multikey =
                format!("z{}", bs58::encode([&[0xed, 0x01], weak.as_slice()].concat()).into_string());
            assert!(matches!(PublicKey::from_multikey(&multikey), Err(KeyError::Unusable(_))));
        }
        let short = json!({ "kty": "RSA", "e": "AQAB", "n": URL_SAFE_NO_PAD.encode([0xc1; 128]) });
        assert!(matches!(PublicKey::from_jwk(&short), Err(KeyError::Unusable(_))));
    }

    #[test]
    fn a_jwk_must_be_public_for_signing_and_of_one_kind() {
        let good =
            json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" });
        let key = PublicKey::from_jwk(&good).unwrap();
        // RFC 8037, appendix A.3.
        assert_eq!(key.thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        for (name, value) in
            [("d", json!("x")), ("use", json!("enc")), ("alg", json!("RS256")), ("x", json!("AA=="))]
        {
            let mut wrong = good.clone();
            wrong[name] = value;
            assert!(matches!(PublicKey::from_jwk(&wrong), Err(KeyError::Unusable(_))), "{name}");
        }
        let mut other = good.clone();
        other["crv"] = "X25519".into();
        assert_eq!(PublicKey::from_jwk(&other), Err(KeyError::Unsupported("X25519".to_owned())));
        for nonsense in
            [json!({}), json!([]), json!("x"), json!({ "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA" })]
        {
            assert!(PublicKey::from_jwk(&nonsense).is_err());
        }
    }

    #[test]
    fn signatures_of_another_length_do_not_hold() {
        let key = PublicKey::from_multikey("z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK").unwrap();
        for length in [0, 1, 63, 64, 65, 1_000] {
            assert!(!key.verifies(b"message", &vec![0; length]), "{length}");
        }
    }
}
