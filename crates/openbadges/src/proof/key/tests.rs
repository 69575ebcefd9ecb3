//! Keys in every encoding, and what must not be taken for one.

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
        let Ok(PublicKey::Ed25519(key)) = PublicKey::from_multikey(multikey) else { panic!("{multikey}") };
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
    for (prefix, name) in [([0xec, 0x01], "X25519"), ([0xeb, 0x01], "BLS12-381 G2")] {
        let multikey = multikey(&prefix, &[7; 32]);
        assert_eq!(PublicKey::from_multikey(&multikey), Err(KeyError::Unsupported(name.to_owned())));
    }
    let long = format!("z{}", "2".repeat(100_000));
    for nonsense in ["", "z", "z0", "x6Mk", "zé", "6MkhaXg", "z6Mkh", long.as_str()] {
        let error = PublicKey::from_multikey(nonsense).unwrap_err();
        assert!(matches!(error, KeyError::Unusable(_) | KeyError::Unsupported(_)), "{nonsense}: {error}");
    }
}

fn multikey(prefix: &[u8], key: &[u8]) -> String {
    format!("z{}", bs58::encode([prefix, key].concat()).into_string())
}

#[test]
fn weak_keys_are_refused() {
    // The neutral element and a point of order two: anybody can sign for them.
    for weak in [[1; 1].iter().chain(&[0; 31]).copied().collect::<Vec<u8>>(), vec![0; 32]] {
        let multikey = format!("z{}", bs58::encode([&[0xed, 0x01], weak.as_slice()].concat()).into_string());
        assert!(matches!(PublicKey::from_multikey(&multikey), Err(KeyError::Unusable(_))));
    }
    let modulus = |bytes: usize| URL_SAFE_NO_PAD.encode(vec![0xc1; bytes]);
    let rsa = |n: &str, e: &str| PublicKey::from_jwk(&json!({ "kty": "RSA", "n": n, "e": e }));
    assert!(rsa(&modulus(256), "AQAB").is_ok());
    assert!(rsa(&modulus(256), "Aw").is_ok(), "3 is a permitted exponent");
    for (what, n, e) in [
        ("1,024 bits", modulus(128), "AQAB"),
        ("2,040 bits", modulus(255), "AQAB"),
        ("16,384 bits", modulus(2_048), "AQAB"),
        ("an even modulus", URL_SAFE_NO_PAD.encode(vec![0xc0; 256]), "AQAB"),
        ("the exponent 0", modulus(256), "AA"),
        ("the exponent 1", modulus(256), "AQ"),
        ("an even exponent", modulus(256), "AQAA"),
        ("an exponent of 40 bits", modulus(256), "_____w8"),
        ("no modulus", String::new(), "AQAB"),
        ("no exponent", modulus(256), ""),
    ] {
        assert!(matches!(rsa(&n, e), Err(KeyError::Unusable(_))), "{what}");
    }
}

#[test]
fn a_jwk_must_be_public_for_signing_and_of_one_kind() {
    let good = json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" });
    let key = PublicKey::from_jwk(&good).unwrap();
    // RFC 8037, appendix A.3.
    assert_eq!(key.thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    for (name, value) in [
        ("d", json!("x")),
        ("use", json!("enc")),
        ("key_ops", json!(["encrypt"])),
        ("alg", json!("RS256")),
        ("alg", json!(null)),
        ("x", json!("AA==")),
    ] {
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
        assert!(!key.verifies(Algorithm::EdDsa, b"message", &vec![0; length]), "{length}");
    }
}
