//! Reading keys: Multikey, JWK, PEM, and the bare bytes of older verification methods.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rsa::pkcs1::DecodeRsaPublicKey;
use rsa::pkcs8::SubjectPublicKeyInfoRef;
use rsa::pkcs8::der::asn1::ObjectIdentifier;
use rsa::pkcs8::der::{Decode, Document};
use rsa::traits::PublicKeyParts;
use serde_json::Value;

use super::{Algorithm, KeyError, PublicKey, RsaKey};

/// No multibase key is longer than this many characters (an RSA key of 8192 bits has about 1,450). Decoding
/// base58 takes time by the square of the length.
const MAX_MULTIBASE: usize = 1_600;

/// No PEM key is longer than this many bytes.
const MAX_PEM: usize = 16 << 10;

const MIN_RSA_BITS: u32 = 2048;

const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// A curve of ECDSA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Curve {
    P256,
    P384,
    P521,
    Secp256k1,
}

impl Curve {
    const ALL: [Self; 4] = [Self::P256, Self::P384, Self::P521, Self::Secp256k1];

    /// Its name in a JWK (RFC 7518, 6.2.1.1; RFC 8812).
    fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
            Self::Secp256k1 => "secp256k1",
        }
    }

    /// How many bytes a coordinate has.
    fn coordinate(self) -> usize {
        match self {
            Self::P256 | Self::Secp256k1 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    /// Its object identifier (RFC 5480; SEC 2).
    fn oid(self) -> ObjectIdentifier {
        ObjectIdentifier::new_unwrap(match self {
            Self::P256 => "1.2.840.10045.3.1.7",
            Self::P384 => "1.3.132.0.34",
            Self::P521 => "1.3.132.0.35",
            Self::Secp256k1 => "1.3.132.0.10",
        })
    }
}

impl PublicKey {
    /// Reads a Multikey: multibase (`z` base58btc, `u` base64url) of a multicodec prefix and the key
    /// (Controlled Identifiers 2.2.2; RSA: `PKCS#1` in DER).
    pub fn from_multikey(text: &str) -> Result<Self, KeyError> {
        let bytes = from_multibase(text)?;
        match bytes.as_slice() {
            [0xed, 0x01, key @ ..] => Self::from_ed25519(key),
            [0xe7, 0x01, key @ ..] => Self::from_compressed(Curve::Secp256k1, key),
            [0x80, 0x24, key @ ..] => Self::from_compressed(Curve::P256, key),
            [0x81, 0x24, key @ ..] => Self::from_compressed(Curve::P384, key),
            [0x82, 0x24, key @ ..] => Self::from_compressed(Curve::P521, key),
            [0x85, 0x24, key @ ..] => Self::from_pkcs1(key),
            [prefix, following, ..] => Err(KeyError::Unsupported(codec_name(*prefix, *following))),
            _ => Err(unusable("it is too short for a key")),
        }
    }

    /// Reads a JSON Web Key (RFC 7517). A key with its private half in the open is refused: whoever read it
    /// could have signed.
    pub fn from_jwk(jwk: &Value) -> Result<Self, KeyError> {
        let member = |name: &str| jwk.get(name).and_then(Value::as_str);
        if jwk.get("d").is_some() {
            return Err(unusable("its private half is in the open"));
        }
        if !is_for_signing(jwk) {
            return Err(unusable("it is not for signing"));
        }
        let bytes = |name: &str| {
            member(name)
                .filter(|text| text.len() <= MAX_MULTIBASE)
                .and_then(|text| URL_SAFE_NO_PAD.decode(text).ok())
                .ok_or_else(|| KeyError::Unusable(format!("its {name} is not base64url")))
        };
        let curve = || Curve::ALL.into_iter().find(|curve| Some(curve.name()) == member("crv"));
        let mut key = match (member("kty"), member("crv")) {
            (Some("OKP"), Some("Ed25519")) => Self::from_ed25519(&bytes("x")?)?,
            (Some("EC"), Some(name)) => {
                let curve = curve().ok_or_else(|| KeyError::Unsupported(name.to_owned()))?;
                Self::from_coordinates(curve, &bytes("x")?, &bytes("y")?)?
            }
            (Some("RSA"), _) => Self::from_rsa(&bytes("n")?, &bytes("e")?)?,
            (Some(kind), curve) => return Err(KeyError::Unsupported(curve.unwrap_or(kind).to_owned())),
            (None, _) => return Err(unusable("it names no kind (kty)")),
        };
        match jwk.get("alg").map(|name| name.as_str().and_then(Algorithm::named)) {
            None => {}
            Some(Some(algorithm)) if key.serves(algorithm) => {
                if let Self::Rsa(rsa) = &mut key {
                    rsa.only = Some(algorithm);
                }
            }
            Some(_) => return Err(unusable("its algorithm (alg) is none that it could sign by")),
        }
        Ok(key)
    }

    /// Reads a PEM `PUBLIC KEY` (SPKI, RFC 7468), as Open Badges 2.0 publishes keys, or `RSA PUBLIC KEY` (`PKCS#1`).
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        if pem.len() > MAX_PEM {
            return Err(unusable("it is too long for a key"));
        }
        let (label, der) = Document::from_pem(pem).map_err(|_| unusable("it is no PEM"))?;
        match label {
            "PUBLIC KEY" => Self::from_spki(der.as_bytes()),
            "RSA PUBLIC KEY" => Self::from_pkcs1(der.as_bytes()),
            "PRIVATE KEY" | "RSA PRIVATE KEY" | "EC PRIVATE KEY" => {
                Err(unusable("its private half is in the open"))
            }
            other => Err(KeyError::Unusable(format!("it is no public key, but a PEM of “{other}”"))),
        }
    }

    /// Reads the bare bytes of a key in base58 (`publicKeyBase58`), whose type is named beside it: an
    /// `Ed25519VerificationKey2018` or an `EcdsaSecp256k1VerificationKey2019`.
    pub fn from_base58(kind: &str, text: &str) -> Result<Self, KeyError> {
        if text.len() > MAX_MULTIBASE {
            return Err(unusable("it is too long"));
        }
        let bytes = bs58::decode(text).into_vec().map_err(|_| unusable("it is not base58"))?;
        Self::from_bare(kind, &bytes)
    }

    /// Reads the bare bytes of a key in hexadecimal (`publicKeyHex`), as [`Self::from_base58`].
    pub fn from_hex(kind: &str, text: &str) -> Result<Self, KeyError> {
        let digit =
            |character: u8| char::from(character).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let pairs = text.as_bytes().chunks(2).map(|pair| match pair {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        });
        let bytes: Option<Vec<u8>> = pairs.take(MAX_MULTIBASE).collect();
        Self::from_bare(kind, &bytes.ok_or_else(|| unusable("it is not hexadecimal"))?)
    }

    fn from_bare(kind: &str, bytes: &[u8]) -> Result<Self, KeyError> {
        match kind {
            "Ed25519VerificationKey2018" => Self::from_ed25519(bytes),
            "EcdsaSecp256k1VerificationKey2019" => Self::from_sec1(Curve::Secp256k1, bytes),
            other => Err(KeyError::Unsupported(other.to_owned())),
        }
    }

    fn from_ed25519(bytes: &[u8]) -> Result<Self, KeyError> {
        let no_key = || unusable("it is no Ed25519 key of 32 bytes");
        let bytes: &[u8; 32] = bytes.try_into().map_err(|_| no_key())?;
        let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| no_key())?;
        if key.is_weak() {
            return Err(unusable("it is a weak Ed25519 key, for which anybody can sign"));
        }
        Ok(Self::Ed25519(key))
    }

    fn from_coordinates(curve: Curve, x: &[u8], y: &[u8]) -> Result<Self, KeyError> {
        let length = curve.coordinate();
        if x.len() != length || y.len() != length {
            return Err(KeyError::Unusable(format!("its coordinates have not {length} bytes each")));
        }
        Self::from_sec1(curve, &[&[4], x, y].concat())
    }

    /// A point in its compressed form, the only one that a Multikey has.
    fn from_compressed(curve: Curve, bytes: &[u8]) -> Result<Self, KeyError> {
        if !matches!(bytes, [2 | 3, x @ ..] if x.len() == curve.coordinate()) {
            return Err(KeyError::Unusable(format!("it is no compressed point of {}", curve.name())));
        }
        Self::from_sec1(curve, bytes)
    }

    /// A point in the compressed or the uncompressed form of SEC 1, 2.3.3.
    fn from_sec1(curve: Curve, bytes: &[u8]) -> Result<Self, KeyError> {
        let key = match (curve, bytes) {
            (_, [] | [0 | 1 | 5.., ..]) => None,
            (Curve::P256, _) => p256::ecdsa::VerifyingKey::from_sec1_bytes(bytes).ok().map(Self::P256),
            (Curve::P384, _) => {
                p384::ecdsa::VerifyingKey::from_sec1_bytes(bytes).ok().map(|key| Self::P384(Box::new(key)))
            }
            (Curve::P521, _) => {
                p521::ecdsa::VerifyingKey::from_sec1_bytes(bytes).ok().map(|key| Self::P521(Box::new(key)))
            }
            (Curve::Secp256k1, _) => {
                k256::ecdsa::VerifyingKey::from_sec1_bytes(bytes).ok().map(Self::Secp256k1)
            }
        };
        key.ok_or_else(|| KeyError::Unusable(format!("it is no point of {}", curve.name())))
    }

    fn from_spki(der: &[u8]) -> Result<Self, KeyError> {
        let info = SubjectPublicKeyInfoRef::from_der(der).map_err(|_| unusable("it is no SPKI"))?;
        let key = info.subject_public_key.as_bytes().ok_or_else(|| unusable("it is no SPKI"))?;
        match info.algorithm.oid {
            RSA_ENCRYPTION => Self::from_pkcs1(key),
            ED25519 => Self::from_ed25519(key),
            EC_PUBLIC_KEY => {
                let oid = info.algorithm.parameters_oid().map_err(|_| unusable("it names no curve"))?;
                let curve = Curve::ALL.into_iter().find(|curve| curve.oid() == oid);
                let curve = curve.ok_or_else(|| KeyError::Unsupported(format!("curve {oid}")))?;
                Self::from_sec1(curve, key)
            }
            other => Err(KeyError::Unsupported(other.to_string())),
        }
    }

    fn from_pkcs1(der: &[u8]) -> Result<Self, KeyError> {
        rsa::PublicKey::from_pkcs1_der(der).map_err(|_| no_rsa()).and_then(sound)
    }

    fn from_rsa(modulus: &[u8], exponent: &[u8]) -> Result<Self, KeyError> {
        let number = |bytes: &[u8]| rsa::BoxedUint::from_be_slice_vartime(bytes);
        rsa::PublicKey::new(number(modulus), number(exponent)).map_err(|_| no_rsa()).and_then(sound)
    }
}

fn unusable(problem: &str) -> KeyError {
    KeyError::Unusable(problem.to_owned())
}

fn no_rsa() -> KeyError {
    unusable("it is no RSA key: its modulus or its exponent is none")
}

/// An RSA key that is long enough. (The crate has refused even moduli, and exponents that are even or 1.)
fn sound(key: rsa::PublicKey) -> Result<PublicKey, KeyError> {
    let bits = key.n().bit_width();
    if bits < MIN_RSA_BITS {
        return Err(KeyError::Unusable(format!("an RSA key needs {MIN_RSA_BITS} bits, this has {bits}")));
    }
    Ok(PublicKey::Rsa(Box::new(RsaKey { key, only: None })))
}

/// What a JWK says it is for (RFC 7517, 4.2 and 4.3).
fn is_for_signing(jwk: &Value) -> bool {
    let verifies = |operations: &Value| {
        operations.as_array().is_some_and(|all| all.iter().any(|operation| operation == "verify"))
    };
    jwk.get("use").is_none_or(|purpose| purpose == "sig") && jwk.get("key_ops").is_none_or(verifies)
}

/// Decodes multibase `z` (base58btc) or `u` (base64url without padding).
pub(crate) fn from_multibase(text: &str) -> Result<Vec<u8>, KeyError> {
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
        (0xec, 0x01) => "X25519",
        (0xeb, 0x01) => "BLS12-381 G2",
        (0xea, 0x01) => "BLS12-381 G1",
        (0xee, 0x01) => "BLS12-381 G1 and G2",
        _ => return format!("multicodec {first:02x}{second:02x}"),
    }
    .to_owned()
}
