//! Keys in every form that issuers publish them in.

use serde_json::json;

use super::*;

/// The ways in which a controller document may write a key.
fn methods(key: &Key) -> Vec<Value> {
    let multibase = key.public_multibase();
    let bare = bs58::encode(key.public_bytes()).into_string();
    let hex: String = key.public_bytes().iter().flat_map(|byte| [byte >> 4, byte & 15]).map(digit).collect();
    let mut all = vec![
        json!({ "type": "Multikey", "publicKeyMultibase": multibase }),
        json!({ "type": "JsonWebKey", "publicKeyJwk": key.public_jwk() }),
        json!({ "type": "JsonWebKey2020", "publicKeyJwk": key.public_jwk() }),
        json!({ "type": "Multikey", "publicKeyMultibase": multibase, "publicKeyJwk": key.public_jwk() }),
        json!({ "type": "CryptographicKey", "publicKeyPem": key.public_pem() }),
    ];
    match key.algorithm() {
        Algorithm::EdDsa => all.extend([
            json!({ "type": "Ed25519VerificationKey2018", "publicKeyBase58": bare }),
            json!({ "type": "Ed25519VerificationKey2020", "publicKeyMultibase": multibase }),
        ]),
        Algorithm::Es256k => all.extend([
            json!({ "type": "EcdsaSecp256k1VerificationKey2019", "publicKeyBase58": bare }),
            json!({ "type": "EcdsaSecp256k1VerificationKey2019", "publicKeyHex": hex }),
            json!({ "type": "EcdsaSecp256k1VerificationKey2019", "publicKeyJwk": key.public_jwk() }),
        ]),
        _ => {}
    }
    all
}

fn digit(value: u8) -> char {
    char::from_digit(value.into(), 16).unwrap()
}

/// The badge of `issuer`, whose document is changed by `change` before it is published.
fn judge_with(issuer: &Issuer, change: impl Fn(&mut Value)) -> Report {
    let mut document = issuer.controller_json();
    change(&mut document);
    let issued = issuer.achievement("Rust").sign_jwt();
    judged(issued.text(), &at_hand(&issuer.controller_url().unwrap(), &document))
}

#[test]
fn a_key_that_is_the_issuers_id() {
    for algorithm in Algorithm::ALL {
        for issuer in [Issuer::did_key("a"), Issuer::did_jwk("a")] {
            let issuer = issuer.signing_with(algorithm);
            let issued = issuer.achievement("Rust").sign_jwt();
            let trusting = Policy { trusted_issuers: vec![issuer.id()], ..Policy::at(now()) };
            let report = verify(&issued.credential(), &Documents::new(), &trusting);
            assert_verified(&report, &issuer.id());
            assert_eq!(report.check(CheckId::KeyAuthority).code(), "key.is-issuer");
        }
    }
}

#[test]
fn a_key_in_the_issuers_document_in_every_form() {
    for algorithm in Algorithm::ALL {
        for issuer in [Issuer::did_web(HOST), Issuer::https(HOST)] {
            let issuer = issuer.signing_with(algorithm);
            for mut method in methods(issuer.key()) {
                method["id"] = issuer.verification_method().into();
                method["controller"] = issuer.id().into();
                let report = judge_with(&issuer, |document| {
                    document["verificationMethod"] = json!([method]);
                });
                assert_verified(&report, &method.to_string());
                assert_eq!(report.check(CheckId::KeyAuthority).code(), "key.published");
            }
        }
    }
}

#[test]
fn a_key_in_a_jwk_set() {
    let issuer = Issuer::https(HOST).signing_with(Algorithm::Es384);
    let url = issuer.controller_url().unwrap();
    let other = Key::from_seed(Algorithm::Es384, "another").public_jwk();
    let mut named = issuer.key().public_jwk();
    named["kid"] = "key-1".into();
    let bare = issuer.key().public_jwk();
    let thumbprint = openbadges::proof::key::PublicKey::from_jwk(&bare).unwrap().thumbprint();
    let payload = issuer.achievement("Rust").credential(lapel_testkit::DataModel::V2).to_string();
    let token = |kid: Option<&str>| {
        let header = kid.map_or_else(|| json!({}), |kid| json!({ "kid": kid }));
        lapel_testkit::sign_compact(&header, payload.as_bytes(), issuer.key())
    };
    for (kid, key) in [
        (Some("key-1"), &named),
        (Some("#key-1"), &named),
        (Some("https://issuer.example/issuer#key-1"), &named),
        (Some(thumbprint.as_str()), &bare),
        (Some(&format!("#{thumbprint}")), &bare),
        (Some("a name that nobody listed"), &named),
        (None, &bare),
    ] {
        let set = json!({ "keys": [other, key] });
        let report = judged(&token(kid), &at_hand(&url, &set));
        assert_verified(&report, &format!("{kid:?}"));
    }
    // The name is taken at its word, and another key of the set does not step in.
    let mut misnamed = other.clone();
    misnamed["kid"] = "key-1".into();
    let report = judged(&token(Some("key-1")), &at_hand(&url, &json!({ "keys": [misnamed, bare] })));
    assert_fails(&report, CheckId::Integrity, "proof.bad-signature", "the key that is called so");
    let report = judged(&token(None), &at_hand(&url, &json!({ "keys": [other] })));
    assert_fails(&report, CheckId::Integrity, "proof.bad-signature", "a set without the key");
}

type Change = fn(&mut Value);

#[test]
fn a_key_that_is_no_longer_or_not_for_this() {
    let issuer = issuer(Algorithm::Es256);
    let changes: [(&str, Change, &str); 10] = [
        ("revoked", |method| method["revoked"] = "2026-01-01T00:00:00Z".into(), "key.revoked"),
        ("revoked without a date", |method| method["revoked"] = true.into(), "key.revoked"),
        ("expired", |method| method["expires"] = "2026-01-01T00:00:00Z".into(), "key.revoked"),
        (
            "controlled by another",
            |method| method["controller"] = "did:web:forger.example".into(),
            "key.foreign",
        ),
        (
            "controlled by a list",
            |method| method["controller"] = json!(["did:web:forger.example"]),
            "key.foreign",
        ),
        ("of an unknown kind", |method| method["publicKeyJwk"] = json!({ "kty": "OKP", "crv": "X" }), ""),
        ("private", |method| method["publicKeyJwk"]["d"] = "AAAA".into(), "key.unusable"),
        ("for encryption", |method| method["publicKeyJwk"]["use"] = "enc".into(), "key.unusable"),
        ("of two values", |method| method["publicKeyMultibase"] = other().into(), "key.unusable"),
        ("of another type", |method| method["type"] = "Ed25519VerificationKey2020".into(), "key.unusable"),
    ];
    for (what, change, code) in changes {
        let report = judge_with(&issuer, |document| change(&mut document["verificationMethod"][0]));
        match code {
            "" => assert_eq!(report.check(CheckId::Integrity).code(), "unsupported.key-type", "{what}"),
            "key.unusable" => assert_fails(&report, CheckId::Integrity, code, what),
            _ => assert_fails(&report, CheckId::KeyAuthority, code, what),
        }
    }
    let later = judge_with(&issuer, |document| {
        document["verificationMethod"][0]["expires"] = "2030-01-01T00:00:00Z".into();
    });
    assert_verified(&later, "expires later");
    for relation in ["authentication", "keyAgreement", "capabilityInvocation"] {
        let report = judge_with(&issuer, |document| {
            let listed = document["assertionMethod"].take();
            document[relation] = listed;
        });
        assert_fails(&report, CheckId::KeyAuthority, "key.not-listed", relation);
    }
}

fn other() -> String {
    Key::from_seed(Algorithm::Es256, "another").public_multibase()
}
