//! Signing keys: deterministic, public, and good for nothing but tests.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::Signer;
use openbadges::proof::key::Algorithm;
use rsa::pkcs1::EncodeRsaPublicKey as _;
use rsa::pkcs8::{DecodePrivateKey as _, EncodePublicKey, LineEnding};
use rsa::signature::{RandomizedSigner, SignatureEncoding};
use rsa::traits::PublicKeyParts as _;
use rsa::{pkcs1v15, pss};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use chance::Chance;

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
    P384(Box<p384::ecdsa::SigningKey>),
    P521(Box<p521::ecdsa::SigningKey>),
    Secp256k1(k256::ecdsa::SigningKey),
    Rsa(Box<rsa::PrivateKey>, Algorithm),
}

#[expect(clippy::expect_used, reason = "development only; the inputs are this file's own")]
impl Key {
    /// The key of `algorithm` for `seed`: the same seed gives the same key. RSA has only four keys: two seeds
    /// may share one (`issuer.example` and `impostor` do not).
    pub fn from_seed(algorithm: Algorithm, seed: &str) -> Self {
        let secret: [u8; 32] = Sha256::digest(format!("lapel test key {} {seed}", algorithm.name())).into();
        // Enough for the longer curves, below their orders.
        let long = Sha512::digest(secret);
        let below = "a hash below the order of the curve";
        Self(match algorithm {
            Algorithm::EdDsa => return Self::ed25519(secret),
            Algorithm::Es256 => Secret::P256(p256::ecdsa::SigningKey::from_slice(&secret).expect(below)),
            Algorithm::Es384 => {
                Secret::P384(Box::new(p384::ecdsa::SigningKey::from_slice(&long[..48]).expect(below)))
            }
            Algorithm::Es512 => {
                let padded = [&[0, 0], long.as_slice()].concat();
                Secret::P521(Box::new(p521::ecdsa::SigningKey::from_slice(&padded).expect(below)))
            }
            Algorithm::Es256k => {
                Secret::Secp256k1(k256::ecdsa::SigningKey::from_slice(&secret).expect(below))
            }
            _ => {
                let secret = Sha256::digest(format!("lapel test key RS256 {seed}"));
                let pem = RSA_KEYS[usize::from(secret[0]) % RSA_KEYS.len()];
                let key = rsa::PrivateKey::from_pkcs8_pem(pem).expect("our own key file");
                Secret::Rsa(Box::new(key), algorithm)
            }
        })
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
            Secret::P384(_) => Algorithm::Es384,
            Secret::P521(_) => Algorithm::Es512,
            Secret::Secp256k1(_) => Algorithm::Es256k,
            Secret::Rsa(_, algorithm) => algorithm,
        }
    }

    /// The signature over `message` in JOSE form (ECDSA as `r ‖ s`).
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.0 {
            Secret::Ed25519(key) => key.sign(message).to_bytes().to_vec(),
            Secret::P256(key) => signed::<p256::ecdsa::Signature>(key, message),
            Secret::P384(key) => signed::<p384::ecdsa::Signature>(&**key, message),
            Secret::P521(key) => signed::<p521::ecdsa::Signature>(&**key, message),
            Secret::Secp256k1(key) => signed::<k256::ecdsa::Signature>(key, message),
            Secret::Rsa(key, algorithm) => sign_rsa(key, *algorithm, message),
        }
    }

    /// The public key as a JWK (RFC 7517), without `kid` and `alg`.
    pub fn public_jwk(&self) -> Value {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match &self.0 {
            Secret::Ed25519(key) => {
                json!({"kty": "OKP", "crv": "Ed25519", "x": encode(key.verifying_key().as_bytes())})
            }
            Secret::P256(key) => ec_jwk("P-256", key.verifying_key().to_sec1_point(false).as_bytes()),
            Secret::P384(key) => ec_jwk("P-384", key.verifying_key().to_sec1_point(false).as_bytes()),
            Secret::P521(key) => ec_jwk("P-521", key.verifying_key().to_sec1_point(false).as_bytes()),
            Secret::Secp256k1(key) => {
                ec_jwk("secp256k1", key.verifying_key().to_sec1_point(false).as_bytes())
            }
            Secret::Rsa(key, _) => json!({
                "kty": "RSA",
                "n": encode(&key.n().to_be_bytes_trimmed_vartime()),
                "e": encode(&key.e().to_be_bytes_trimmed_vartime()),
            }),
        }
    }

    /// The bytes of the public key: of Ed25519 the 32 of RFC 8032, of a curve the compressed point, of RSA the
    /// `PKCS#1` in DER.
    pub fn public_bytes(&self) -> Vec<u8> {
        match &self.0 {
            Secret::Ed25519(key) => key.verifying_key().as_bytes().to_vec(),
            Secret::P256(key) => key.verifying_key().to_sec1_point(true).as_bytes().to_vec(),
            Secret::P384(key) => key.verifying_key().to_sec1_point(true).as_bytes().to_vec(),
            Secret::P521(key) => key.verifying_key().to_sec1_point(true).as_bytes().to_vec(),
            Secret::Secp256k1(key) => key.verifying_key().to_sec1_point(true).as_bytes().to_vec(),
            Secret::Rsa(key, _) => {
                key.to_public_key().to_pkcs1_der().expect("a public key encodes").as_bytes().to_vec()
            }
        }
    }

    /// The public key as a Multikey value (`publicKeyMultibase`, base58btc).
    pub fn public_multibase(&self) -> String {
        let prefix = match &self.0 {
            Secret::Ed25519(_) => [0xed, 0x01],
            Secret::P256(_) => [0x80, 0x24],
            Secret::P384(_) => [0x81, 0x24],
            Secret::P521(_) => [0x82, 0x24],
            Secret::Secp256k1(_) => [0xe7, 0x01],
            Secret::Rsa(..) => [0x85, 0x24],
        };
        format!("z{}", bs58::encode([&prefix[..], &self.public_bytes()].concat()).into_string())
    }

    /// The public key as PEM (`SubjectPublicKeyInfo`), as an Open Badges 2.0 `CryptographicKey` holds it.
    pub fn public_pem(&self) -> String {
        let pem = |key: &dyn Fn(LineEnding) -> rsa::pkcs8::spki::Result<String>| {
            key(LineEnding::LF).expect("a public key encodes")
        };
        match &self.0 {
            Secret::Rsa(key, _) => pem(&|ending| key.to_public_key().to_public_key_pem(ending)),
            Secret::P256(key) => pem(&|ending| key.verifying_key().to_public_key_pem(ending)),
            Secret::P384(key) => pem(&|ending| key.verifying_key().to_public_key_pem(ending)),
            Secret::P521(key) => pem(&|ending| key.verifying_key().to_public_key_pem(ending)),
            Secret::Secp256k1(key) => pem(&|ending| key.verifying_key().to_public_key_pem(ending)),
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

fn signed<S: SignatureEncoding>(key: &impl Signer<S>, message: &[u8]) -> Vec<u8> {
    key.sign(message).to_vec()
}

fn sign_rsa(key: &rsa::PrivateKey, algorithm: Algorithm, message: &[u8]) -> Vec<u8> {
    let key = key.clone();
    // PSS wants a salt; ours follows from the message, so that the same calls give the same bytes.
    let mut salt = Chance::from(message);
    match algorithm {
        Algorithm::Rs384 => signed(&pkcs1v15::SigningKey::<Sha384>::new(key), message),
        Algorithm::Rs512 => signed(&pkcs1v15::SigningKey::<Sha512>::new(key), message),
        Algorithm::Ps256 => pss::SigningKey::<Sha256>::new(key).sign_with_rng(&mut salt, message).to_vec(),
        Algorithm::Ps384 => pss::SigningKey::<Sha384>::new(key).sign_with_rng(&mut salt, message).to_vec(),
        Algorithm::Ps512 => pss::SigningKey::<Sha512>::new(key).sign_with_rng(&mut salt, message).to_vec(),
        _ => signed(&pkcs1v15::SigningKey::<Sha256>::new(key), message),
    }
}

/// The JWK of an uncompressed point: a tag, then both coordinates.
fn ec_jwk(curve: &str, point: &[u8]) -> Value {
    let (x, y) = point[1..].split_at(point.len() / 2);
    json!({"kty": "EC", "crv": curve, "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y)})
}

/// Bytes that look like chance and are the same every time.
mod chance {
    use std::convert::Infallible;

    use rsa::rand_core::{TryCryptoRng, TryRng};
    use sha2::{Digest as _, Sha256};

    pub(super) struct Chance([u8; 32]);

    impl Chance {
        pub(super) fn from(seed: &[u8]) -> Self {
            Self(Sha256::digest(seed).into())
        }

        fn next(&mut self) -> [u8; 32] {
            self.0 = Sha256::digest(self.0).into();
            self.0
        }
    }

    impl TryRng for Chance {
        type Error = Infallible;

        fn try_next_u32(&mut self) -> Result<u32, Infallible> {
            let mut bytes = [0; 4];
            self.try_fill_bytes(&mut bytes)?;
            Ok(u32::from_le_bytes(bytes))
        }

        fn try_next_u64(&mut self) -> Result<u64, Infallible> {
            let mut bytes = [0; 8];
            self.try_fill_bytes(&mut bytes)?;
            Ok(u64::from_le_bytes(bytes))
        }

        fn try_fill_bytes(&mut self, target: &mut [u8]) -> Result<(), Infallible> {
            for chunk in target.chunks_mut(32) {
                chunk.copy_from_slice(&self.next()[..chunk.len()]);
            }
            Ok(())
        }
    }

    // Good enough for test signatures, which protect nothing.
    impl TryCryptoRng for Chance {}
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
        assert!(Key::from_seed(Algorithm::Es384, "a").public_multibase().starts_with("z82"));
        assert!(Key::from_seed(Algorithm::Es512, "a").public_multibase().starts_with("z2J9"));
        assert!(Key::from_seed(Algorithm::Es256k, "a").public_multibase().starts_with("zQ3s"));
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
