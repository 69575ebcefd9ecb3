//! Signing keys: deterministic, public, and good for nothing but tests.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::Signer as _;
use rsa::pkcs1::EncodeRsaPublicKey as _;
use rsa::pkcs8::{DecodePrivateKey as _, EncodePublicKey as _};
use rsa::signature::SignatureEncoding as _;
use rsa::traits::PublicKeyParts as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// What a key signs with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// Ed25519.
    EdDsa,
    /// ECDSA over P-256 with SHA-256.
    Es256,
    /// RSASSA-PKCS1-v1_5 with SHA-256, 2048 bits.
    Rs256,
}

impl Algorithm {
    /// Every algorithm.
    pub const ALL: [Self; 3] = [Self::EdDsa, Self::Es256, Self::Rs256];

    /// The JOSE `alg` name.
    pub fn name(self) -> &'static str {
        match self {
            Self::EdDsa => "EdDSA",
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
        }
    }
}

/// RSA keys take seconds to find, so four of our own are kept as files.
const RSA_KEYS: [&str; 4] = [
    include_str!("../keys/rsa-2048-0.pem"),
    include_str!("../keys/rsa-2048-1.pem"),
    include_str!("../keys/rsa-2048-2.pem"),
    include_str!("../keys/rsa-2048-3.pem"),
];

/// A private key.
#[derive(Clone)]
pub struct Key(Secret);

#[derive(Clone)]
enum Secret {
    Ed25519(ed25519_dalek::SigningKey),
    P256(p256::ecdsa::SigningKey),
    Rsa(Box<rsa::PrivateKey>),
}

#[expect(clippy::expect_used, reason = "development only; the inputs are this file's own")]
impl Key {
    /// The key of `algorithm` for `seed`: the same seed gives the same key. RSA has only four keys: two seeds
    /// may share one (`issuer.example` and `impostor` do not).
    pub fn from_seed(algorithm: Algorithm, seed: &str) -> Self {
        let secret: [u8; 32] = Sha256::digest(format!("lapel test key {} {seed}", algorithm.name())).into();
        match algorithm {
            Algorithm::EdDsa => Self::ed25519(secret),
            Algorithm::Es256 => Self(Secret::P256(
                p256::ecdsa::SigningKey::from_slice(&secret).expect("a hash below the order of P-256"),
            )),
            Algorithm::Rs256 => {
                let pem = RSA_KEYS[usize::from(secret[0]) % RSA_KEYS.len()];
                Self(Secret::Rsa(Box::new(rsa::PrivateKey::from_pkcs8_pem(pem).expect("our own key file"))))
            }
        }
    }

    /// The Ed25519 key with this secret.
    pub fn ed25519(secret: [u8; 32]) -> Self {
        Self(Secret::Ed25519(ed25519_dalek::SigningKey::from_bytes(&secret)))
    }

    /// What it signs with.
    pub fn algorithm(&self) -> Algorithm {
        match self.0 {
            Secret::Ed25519(_) => Algorithm::EdDsa,
            Secret::P256(_) => Algorithm::Es256,
            Secret::Rsa(_) => Algorithm::Rs256,
        }
    }

    /// The signature over `message` in JOSE form (ECDSA as `r ‖ s`).
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.0 {
            Secret::Ed25519(key) => key.sign(message).to_bytes().to_vec(),
            Secret::P256(key) => {
                let signature: p256::ecdsa::Signature = key.sign(message);
                signature.to_bytes().to_vec()
            }
            Secret::Rsa(key) => {
                let key = rsa::pkcs1v15::SigningKey::<Sha256>::new(key.as_ref().clone());
                key.sign(message).to_vec()
            }
        }
    }

    /// The public key as a JWK (RFC 7517), without `kid` and `alg`.
    pub fn public_jwk(&self) -> Value {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match &self.0 {
            Secret::Ed25519(key) => {
                json!({"kty": "OKP", "crv": "Ed25519", "x": encode(key.verifying_key().as_bytes())})
            }
            Secret::P256(key) => {
                let point = key.verifying_key().to_sec1_point(false);
                let (x, y) = (point.x().expect("not the identity"), point.y().expect("not compressed"));
                json!({"kty": "EC", "crv": "P-256", "x": encode(x), "y": encode(y)})
            }
            Secret::Rsa(key) => json!({
                "kty": "RSA",
                "n": encode(&key.n().to_be_bytes_trimmed_vartime()),
                "e": encode(&key.e().to_be_bytes_trimmed_vartime()),
            }),
        }
    }

    /// The public key as a Multikey value (`publicKeyMultibase`, base58btc).
    pub fn public_multibase(&self) -> String {
        let (prefix, public): (&[u8], Vec<u8>) = match &self.0 {
            Secret::Ed25519(key) => (&[0xed, 0x01], key.verifying_key().as_bytes().to_vec()),
            Secret::P256(key) => (&[0x80, 0x24], key.verifying_key().to_sec1_point(true).as_bytes().to_vec()),
            Secret::Rsa(key) => {
                let der = key.to_public_key().to_pkcs1_der().expect("a public key encodes");
                (&[0x85, 0x24], der.as_bytes().to_vec())
            }
        };
        format!("z{}", bs58::encode([prefix, &public].concat()).into_string())
    }

    /// The public key as PEM (`SubjectPublicKeyInfo`), as an Open Badges 2.0 `CryptographicKey` holds it.
    pub fn public_pem(&self) -> String {
        match &self.0 {
            Secret::Rsa(key) => key
                .to_public_key()
                .to_public_key_pem(rsa::pkcs8::LineEnding::LF)
                .expect("a public key encodes"),
            Secret::P256(key) => p256::PublicKey::from(key.verifying_key())
                .to_public_key_pem(p256::pkcs8::LineEnding::LF)
                .expect("a public key encodes"),
            Secret::Ed25519(key) => {
                // RFC 8410: a fixed prefix before the 32 bytes of the key.
                let prefix = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
                let der = [&prefix[..], key.verifying_key().as_bytes()].concat();
                let body = base64::engine::general_purpose::STANDARD.encode(der);
                format!("-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n")
            }
        }
    }

    /// Its `did:key`.
    pub fn did_key(&self) -> String {
        format!("did:key:{}", self.public_multibase())
    }

    /// Its `did:jwk`.
    pub fn did_jwk(&self) -> String {
        format!("did:jwk:{}", URL_SAFE_NO_PAD.encode(self.public_jwk().to_string()))
    }
}

/// The public half alone, so that a failing test prints no secret.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.public_multibase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_key_every_time_and_another_seed_another() {
        for algorithm in Algorithm::ALL {
            let key = Key::from_seed(algorithm, "issuer.example");
            assert_eq!(key.public_jwk(), Key::from_seed(algorithm, "issuer.example").public_jwk());
            assert_ne!(key.public_jwk(), Key::from_seed(algorithm, "impostor").public_jwk());
            assert_eq!(key.algorithm(), algorithm);
        }
    }

    #[test]
    fn multibase_values_start_as_the_did_key_registry_says() {
        assert!(Key::from_seed(Algorithm::EdDsa, "a").public_multibase().starts_with("z6Mk"));
        assert!(Key::from_seed(Algorithm::Es256, "a").public_multibase().starts_with("zDn"));
        assert!(Key::from_seed(Algorithm::Rs256, "a").public_multibase().starts_with("z4MX"));
    }

    #[test]
    fn the_did_key_of_a_known_secret_is_the_known_one() {
        // The key of 32 zero bytes: a vector of the reference implementations of did:key.
        assert_eq!(
            Key::ed25519([0; 32]).did_key(),
            "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"
        );
    }
}
