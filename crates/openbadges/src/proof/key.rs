//! Public keys, in the encodings that issuers publish them in, and signatures by them.
//!
//! A signature is checked by an algorithm *and* a key: a header cannot bend a key to an algorithm that it does not
//! serve, and a key that serves several (RSA) does not choose among them.

mod read;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Verifier;
use rsa::traits::PublicKeyParts;
use rsa::{pkcs1v15, pss};
use serde_json::{Value, json};
use sha2::{Digest, Sha256, Sha384, Sha512};

pub(crate) use read::from_multibase;

/// A public key that Lapel can verify signatures with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicKey {
    /// Ed25519 (RFC 8032).
    Ed25519(ed25519_dalek::VerifyingKey),
    /// P-256 (FIPS 186-5).
    P256(p256::ecdsa::VerifyingKey),
    /// P-384 (FIPS 186-5).
    P384(Box<p384::ecdsa::VerifyingKey>),
    /// P-521 (FIPS 186-5).
    P521(Box<p521::ecdsa::VerifyingKey>),
    /// secp256k1 (SEC 2).
    Secp256k1(k256::ecdsa::VerifyingKey),
    /// RSA (RFC 8017), 2048 to 8192 bits.
    Rsa(Box<RsaKey>),
}

/// An RSA key, and the one algorithm that its publisher meant it for (`alg` of a JWK), if it names one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RsaKey {
    key: rsa::PublicKey,
    only: Option<Algorithm>,
}

/// A signature algorithm: a scheme and its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// Ed25519, checked strictly: canonical `s`, no point of small order.
    EdDsa,
    /// ECDSA with P-256 and SHA-256; 64 bytes r ‖ s.
    Es256,
    /// ECDSA with P-384 and SHA-384; 96 bytes r ‖ s.
    Es384,
    /// ECDSA with P-521 and SHA-512; 132 bytes r ‖ s.
    Es512,
    /// ECDSA with secp256k1 and SHA-256; 64 bytes r ‖ s.
    Es256k,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512,
    /// RSASSA-PSS with SHA-256, and 32 bytes of salt.
    Ps256,
    /// RSASSA-PSS with SHA-384, and 48 bytes of salt.
    Ps384,
    /// RSASSA-PSS with SHA-512, and 64 bytes of salt.
    Ps512,
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

impl Algorithm {
    /// Every algorithm.
    pub const ALL: [Self; 11] = [
        Self::EdDsa,
        Self::Es256,
        Self::Es384,
        Self::Es512,
        Self::Es256k,
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
    ];

    /// The name in a JWS header (RFC 7518, RFC 8037, RFC 8812).
    pub fn name(self) -> &'static str {
        match self {
            Self::EdDsa => "EdDSA",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Es512 => "ES512",
            Self::Es256k => "ES256K",
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
        }
    }

    /// The algorithm that a JWS header names, if Lapel has it. Names are compared as they are (RFC 7515, 4.1.1).
    pub fn named(name: &str) -> Option<Self> {
        // RFC 9864 gives the same signature the name of its curve.
        if name == "Ed25519" {
            return Some(Self::EdDsa);
        }
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }
}

impl PublicKey {
    /// The name of this kind of key: a curve, or `RSA`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Ed25519(_) => "Ed25519",
            Self::P256(_) => "P-256",
            Self::P384(_) => "P-384",
            Self::P521(_) => "P-521",
            Self::Secp256k1(_) => "secp256k1",
            Self::Rsa(_) => "RSA",
        }
    }

    /// The algorithms that this key makes signatures by: one, except for an RSA key whose publisher left it open.
    pub fn algorithms(&self) -> &'static [Algorithm] {
        use Algorithm as A;
        match self {
            Self::Ed25519(_) => &[A::EdDsa],
            Self::P256(_) => &[A::Es256],
            Self::P384(_) => &[A::Es384],
            Self::P521(_) => &[A::Es512],
            Self::Secp256k1(_) => &[A::Es256k],
            Self::Rsa(rsa) => match rsa.only {
                Some(A::Rs256) => &[A::Rs256],
                Some(A::Rs384) => &[A::Rs384],
                Some(A::Rs512) => &[A::Rs512],
                Some(A::Ps256) => &[A::Ps256],
                Some(A::Ps384) => &[A::Ps384],
                Some(A::Ps512) => &[A::Ps512],
                _ => &[A::Rs256, A::Rs384, A::Rs512, A::Ps256, A::Ps384, A::Ps512],
            },
        }
    }

    /// Whether this key makes signatures by `algorithm`.
    pub fn serves(&self, algorithm: Algorithm) -> bool {
        self.algorithms().contains(&algorithm)
    }

    /// Whether `signature` is this key's signature by `algorithm` over `message`. ECDSA signatures are r ‖ s, each
    /// as long as the curve's order (RFC 7518, 3.4), never DER. No key verifies by an algorithm that it does not
    /// [serve](Self::serves).
    pub fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        if !self.serves(algorithm) {
            return false;
        }
        match self {
            Self::Ed25519(key) => ed25519_dalek::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify_strict(message, &signature).is_ok()),
            Self::P256(key) => holds::<p256::ecdsa::Signature>(key, message, signature),
            Self::P384(key) => holds::<p384::ecdsa::Signature>(&**key, message, signature),
            Self::P521(key) => holds::<p521::ecdsa::Signature>(&**key, message, signature),
            // The crate insists on the lower of the two values of s that fit, as Bitcoin does; RFC 8812 does not.
            Self::Secp256k1(key) => k256::ecdsa::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify(message, &signature.normalize_s()).is_ok()),
            Self::Rsa(rsa) => rsa.verifies(algorithm, message, signature),
        }
    }

    /// The RFC 7638 thumbprint: equal for equal keys, however they are written.
    pub fn thumbprint(&self) -> String {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        // RFC 7638 wants the required members in lexical order.
        let canonical = match self {
            Self::Ed25519(key) => json!({ "crv": "Ed25519", "kty": "OKP", "x": encode(key.as_bytes()) }),
            Self::P256(key) => ec_members("P-256", key.to_sec1_point(false).as_bytes()),
            Self::P384(key) => ec_members("P-384", key.to_sec1_point(false).as_bytes()),
            Self::P521(key) => ec_members("P-521", key.to_sec1_point(false).as_bytes()),
            Self::Secp256k1(key) => ec_members("secp256k1", key.to_sec1_point(false).as_bytes()),
            Self::Rsa(rsa) => {
                json!({ "e": encode(&rsa.key.e_bytes()), "kty": "RSA", "n": encode(&rsa.key.n_bytes()) })
            }
        };
        encode(&Sha256::digest(canonical.to_string().as_bytes()))
    }
}

/// The members of an EC key's thumbprint (RFC 7638, 3.2), of its uncompressed point: a tag, then both coordinates.
fn ec_members(curve: &str, point: &[u8]) -> Value {
    let coordinates = point.get(1..).unwrap_or_default();
    let (x, y) = coordinates.split_at(coordinates.len() / 2);
    json!({ "crv": curve, "kty": "EC", "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y) })
}

/// Whether the bytes are a signature of this form, and it holds.
fn holds<S: for<'a> TryFrom<&'a [u8]>>(key: &impl Verifier<S>, message: &[u8], signature: &[u8]) -> bool {
    S::try_from(signature).is_ok_and(|signature| key.verify(message, &signature).is_ok())
}

impl RsaKey {
    fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        let key = self.key.clone();
        match algorithm {
            Algorithm::Rs256 => holds(&pkcs1v15::VerifyingKey::<Sha256>::new(key), message, signature),
            Algorithm::Rs384 => holds(&pkcs1v15::VerifyingKey::<Sha384>::new(key), message, signature),
            Algorithm::Rs512 => holds(&pkcs1v15::VerifyingKey::<Sha512>::new(key), message, signature),
            // RFC 7518, 3.5: the salt is as long as the hash, which is what `new` asks for.
            Algorithm::Ps256 => holds(&pss::VerifyingKey::<Sha256>::new(key), message, signature),
            Algorithm::Ps384 => holds(&pss::VerifyingKey::<Sha384>::new(key), message, signature),
            Algorithm::Ps512 => holds(&pss::VerifyingKey::<Sha512>::new(key), message, signature),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests;
