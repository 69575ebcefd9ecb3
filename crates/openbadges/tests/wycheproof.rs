//! Google's Wycheproof vectors, through the same doors that badges' keys and signatures take.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openbadges::proof::key::PublicKey;
use serde_json::json;
use wycheproof::{TestResult, ecdsa, eddsa, rsa_pkcs1_verify};

/// Counts vectors, and fails on the first that is judged wrongly.
#[derive(Default)]
struct Tally {
    vectors: usize,
    accepted: usize,
}

impl Tally {
    fn judge(&mut self, set: &str, id: usize, expected: TestResult, accepted: bool) {
        self.vectors += 1;
        self.accepted += usize::from(accepted);
        match expected {
            TestResult::Valid => assert!(accepted, "{set} {id}: a good signature is refused"),
            TestResult::Invalid => assert!(!accepted, "{set} {id}: a bad signature is accepted"),
            TestResult::Acceptable => {}
        }
    }
}

fn encode(bytes: &[u8]) -> String {
    // Vectors write numbers with a leading zero byte; a JWK must not.
    let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len());
    URL_SAFE_NO_PAD.encode(&bytes[start..])
}

#[test]
fn ed25519() {
    let mut tally = Tally::default();
    for group in eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap().test_groups {
        let key = [&[0xed, 0x01], group.key.pk.as_ref()].concat();
        let key = PublicKey::from_multikey(&format!("z{}", bs58::encode(key).into_string())).unwrap();
        for test in group.tests {
            tally.judge("Ed25519", test.tc_id, test.result, key.verifies(&test.msg, &test.sig));
        }
    }
    assert!(tally.vectors >= 150 && tally.accepted >= 80, "{} of {}", tally.accepted, tally.vectors);
}

#[test]
fn p256() {
    let mut tally = Tally::default();
    for group in ecdsa::TestSet::load(ecdsa::TestName::EcdsaSecp256r1Sha256P1363).unwrap().test_groups {
        let point: &[u8] = group.key.key.as_ref();
        let jwk = json!({
            "kty": "EC", "crv": "P-256",
            "x": URL_SAFE_NO_PAD.encode(&point[1..33]), "y": URL_SAFE_NO_PAD.encode(&point[33..]),
        });
        let key = PublicKey::from_jwk(&jwk).unwrap();
        for test in group.tests {
            tally.judge("P-256", test.tc_id, test.result, key.verifies(&test.msg, &test.sig));
        }
    }
    assert!(tally.vectors >= 250 && tally.accepted >= 150, "{} of {}", tally.accepted, tally.vectors);
}

#[test]
fn rsa_pkcs1_sha256() {
    use rsa_pkcs1_verify::TestName::{Rsa2048Sha256, Rsa3072Sha256, Rsa4096Sha256};
    let mut tally = Tally::default();
    for name in [Rsa2048Sha256, Rsa3072Sha256, Rsa4096Sha256] {
        for group in rsa_pkcs1_verify::TestSet::load(name).unwrap().test_groups {
            let jwk = json!({ "kty": "RSA", "n": encode(&group.key.n), "e": encode(&group.key.e) });
            // A group may be about a key that nobody may use; then every vector of it is refused.
            let key = PublicKey::from_jwk(&jwk);
            for test in group.tests {
                let accepted = key.as_ref().is_ok_and(|key| key.verifies(&test.msg, &test.sig));
                tally.judge("RSA", test.tc_id, test.result, accepted);
            }
        }
    }
    assert!(tally.vectors >= 700 && tally.accepted >= 20, "{} of {}", tally.accepted, tally.vectors);
}
