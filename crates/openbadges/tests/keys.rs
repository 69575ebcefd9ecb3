//! Keys of every kind, read from every encoding, and signatures by every algorithm.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lapel_testkit::{Algorithm, Key};
use openbadges::proof::key::{KeyError, PublicKey};

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn multikey(prefix: &[u8], key: &[u8]) -> String {
    format!("z{}", bs58::encode([prefix, key].concat()).into_string())
}

/// A key of every algorithm, by the issuer of the tests.
fn keys() -> impl Iterator<Item = (Algorithm, Key)> {
    Algorithm::ALL.into_iter().map(|algorithm| (algorithm, Key::from_seed(algorithm, "issuer.example")))
}

#[test]
fn every_encoding_of_a_key_gives_the_same_key() {
    for (algorithm, key) in keys() {
        let by_multikey = PublicKey::from_multikey(&key.public_multibase()).unwrap();
        let by_jwk = PublicKey::from_jwk(&key.public_jwk()).unwrap();
        let by_pem = PublicKey::from_pem(&key.public_pem()).unwrap();
        assert_eq!(by_multikey, by_jwk, "{algorithm:?}");
        assert_eq!(by_multikey, by_pem, "{algorithm:?}");
        assert_eq!(by_multikey.thumbprint(), by_pem.thumbprint(), "{algorithm:?}");
    }
    let old = Key::from_seed(Algorithm::EdDsa, "a");
    let base58 = bs58::encode(old.public_bytes()).into_string();
    let by_base58 = PublicKey::from_base58("Ed25519VerificationKey2018", &base58).unwrap();
    assert_eq!(Ok(by_base58), PublicKey::from_multikey(&old.public_multibase()));
    let old = Key::from_seed(Algorithm::Es256k, "a");
    let by_hex = PublicKey::from_hex("EcdsaSecp256k1VerificationKey2019", &hex(&old.public_bytes())).unwrap();
    assert_eq!(Ok(by_hex), PublicKey::from_multikey(&old.public_multibase()));
}

#[test]
fn a_signature_holds_by_its_own_algorithm_and_key_alone() {
    let message = b"message";
    let all: Vec<(Algorithm, PublicKey, Vec<u8>)> = keys()
        .map(|(algorithm, key)| {
            (algorithm, PublicKey::from_jwk(&key.public_jwk()).unwrap(), key.sign(message))
        })
        .collect();
    for (made_by, _, signature) in &all {
        for (_, key, _) in &all {
            for algorithm in Algorithm::ALL {
                let expected = algorithm == *made_by && key.serves(algorithm);
                assert_eq!(
                    key.verifies(algorithm, message, signature),
                    expected,
                    "a signature by {made_by:?}, taken for {algorithm:?} by a key of {}",
                    key.kind()
                );
            }
        }
    }
}

#[test]
fn a_changed_signature_or_message_never_holds() {
    for (algorithm, key) in keys() {
        let public = PublicKey::from_jwk(&key.public_jwk()).unwrap();
        let signature = key.sign(b"message");
        assert!(public.verifies(algorithm, b"message", &signature), "{algorithm:?}");
        assert!(!public.verifies(algorithm, b"messagE", &signature), "{algorithm:?}");
        for place in 0..signature.len() {
            let mut wrong = signature.clone();
            wrong[place] ^= 1;
            assert!(!public.verifies(algorithm, b"message", &wrong), "{algorithm:?} {place}");
            assert!(!public.verifies(algorithm, b"message", &signature[..place]), "{algorithm:?} {place}");
        }
        let longer = [signature.as_slice(), &[0]].concat();
        assert!(!public.verifies(algorithm, b"message", &longer), "{algorithm:?}");
    }
}

/// RFC 7518 and RFC 8812 ask for no particular one of the two values of s that fit, so both hold, on every curve.
#[test]
fn the_other_s_of_an_ecdsa_signature_holds_too() {
    let key = Key::from_seed(Algorithm::Es256k, "a");
    let signature = k256::ecdsa::Signature::from_slice(&key.sign(b"message")).unwrap();
    let (r, s) = signature.split_scalars();
    let high = k256::ecdsa::Signature::from_scalars(r, -s).unwrap();
    assert_ne!(high, signature);
    let public = PublicKey::from_jwk(&key.public_jwk()).unwrap();
    assert!(public.verifies(Algorithm::Es256k, b"message", &high.to_bytes()));

    let key = Key::from_seed(Algorithm::Es256, "a");
    let signature = p256::ecdsa::Signature::from_slice(&key.sign(b"message")).unwrap();
    let (r, s) = signature.split_scalars();
    let other = p256::ecdsa::Signature::from_scalars(r, -s).unwrap();
    let public = PublicKey::from_jwk(&key.public_jwk()).unwrap();
    assert!(public.verifies(Algorithm::Es256, b"message", &other.to_bytes()));
}

#[test]
fn der_is_no_signature_of_a_jws() {
    let key = Key::from_seed(Algorithm::Es256, "a");
    let signature = p256::ecdsa::Signature::from_slice(&key.sign(b"message")).unwrap();
    let public = PublicKey::from_jwk(&key.public_jwk()).unwrap();
    assert!(!public.verifies(Algorithm::Es256, b"message", signature.to_der().as_bytes()));
}

#[test]
fn points_off_the_curve_or_in_another_form_are_no_keys() {
    for algorithm in [Algorithm::Es256, Algorithm::Es384, Algorithm::Es512, Algorithm::Es256k] {
        let key = Key::from_seed(algorithm, "a");
        let jwk = key.public_jwk();
        for coordinate in ["x", "y"] {
            let mut bytes = URL_SAFE_NO_PAD.decode(jwk[coordinate].as_str().unwrap()).unwrap();
            *bytes.last_mut().unwrap() ^= 1;
            let mut wrong = jwk.clone();
            wrong[coordinate] = URL_SAFE_NO_PAD.encode(&bytes).into();
            assert!(PublicKey::from_jwk(&wrong).is_err(), "{algorithm:?} {coordinate} off the curve");
            wrong[coordinate] = URL_SAFE_NO_PAD.encode(&bytes[1..]).into();
            assert!(PublicKey::from_jwk(&wrong).is_err(), "{algorithm:?} {coordinate} too short");
        }
        for curve in ["P-256", "P-384", "P-521", "secp256k1"] {
            let mut wrong = jwk.clone();
            wrong["crv"] = curve.into();
            assert_eq!(PublicKey::from_jwk(&wrong).is_ok(), jwk["crv"] == curve, "{algorithm:?} as {curve}");
        }
        let prefix = match algorithm {
            Algorithm::Es256 => [0x80, 0x24],
            Algorithm::Es384 => [0x81, 0x24],
            Algorithm::Es512 => [0x82, 0x24],
            _ => [0xe7, 0x01],
        };
        let coordinate = |name: &str| URL_SAFE_NO_PAD.decode(jwk[name].as_str().unwrap()).unwrap();
        let (x, y) = (coordinate("x"), coordinate("y"));
        for (form, point) in [
            ("uncompressed", [&[4], x.as_slice(), y.as_slice()].concat()),
            ("compact", [&[5], x.as_slice()].concat()),
            ("at infinity", vec![0]),
        ] {
            assert!(PublicKey::from_multikey(&multikey(&prefix, &point)).is_err(), "{algorithm:?} {form}");
        }
    }
}

#[test]
fn an_rsa_key_serves_the_one_algorithm_that_its_publisher_names() {
    let mut jwk = Key::from_seed(Algorithm::Rs256, "a").public_jwk();
    assert_eq!(PublicKey::from_jwk(&jwk).unwrap().algorithms().len(), 6);
    jwk["alg"] = "PS256".into();
    assert_eq!(PublicKey::from_jwk(&jwk).unwrap().algorithms(), [Algorithm::Ps256]);
    for other in ["ES256", "RSA-OAEP", "none", ""] {
        jwk["alg"] = other.into();
        assert!(PublicKey::from_jwk(&jwk).is_err(), "{other}");
    }
}

#[test]
fn a_pem_is_a_public_key_and_nothing_else() {
    let key = Key::from_seed(Algorithm::Rs256, "a");
    let body = base64::engine::general_purpose::STANDARD.encode(key.public_bytes());
    let lines: Vec<&str> =
        body.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let pem = |label: &str| format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"));
    assert_eq!(
        PublicKey::from_pem(&pem("RSA PUBLIC KEY")),
        PublicKey::from_multikey(&key.public_multibase())
    );
    for wrong in
        [pem("PUBLIC KEY"), pem("CERTIFICATE"), pem("RSA PRIVATE KEY"), String::new(), "x".repeat(1 << 20)]
    {
        assert!(matches!(PublicKey::from_pem(&wrong), Err(KeyError::Unusable(_))), "{wrong:.30}");
    }
}
