//! Google's Wycheproof vectors, through the same doors that badges' keys and signatures take.

#![allow(clippy::unwrap_used, reason = "a test program")]

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openbadges::proof::key::{Algorithm, PublicKey};
use serde_json::json;
use wycheproof::{TestResult, ecdsa, eddsa, rsa_pkcs1_verify, rsa_pss_verify};

/// Counts vectors, and fails on the first that is judged wrongly.
#[derive(Default)]
struct Tally {
    vectors: usize,
    accepted: usize,
    /// What the authors leave to the verifier, and how much of it is accepted.
    open: (usize, usize),
}

impl Tally {
    fn judge(&mut self, set: &str, id: usize, expected: TestResult, accepted: bool) {
        self.vectors += 1;
        self.accepted += usize::from(accepted);
        match expected {
            TestResult::Valid => assert!(accepted, "{set} {id}: a good signature is refused"),
            TestResult::Invalid => assert!(!accepted, "{set} {id}: a bad signature is accepted"),
            TestResult::Acceptable => {
                self.open.0 += 1;
                self.open.1 += usize::from(accepted);
            }
        }
    }

    /// The suite is as large as it was, and not everything is refused.
    fn holds(&self, vectors: usize, accepted: usize) {
        let (open, taken) = self.open;
        println!("{} vectors, {} accepted ({taken} of {open} acceptable)", self.vectors, self.accepted);
        assert!(
            self.vectors >= vectors && self.accepted >= accepted,
            "{} accepted of {}",
            self.accepted,
            self.vectors
        );
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
            let accepted = key.verifies(Algorithm::EdDsa, &test.msg, &test.sig);
            tally.judge("Ed25519", test.tc_id, test.result, accepted);
        }
    }
    tally.holds(150, 80);
}

/// Signatures as r ‖ s (IEEE P1363), the form of a JWS.
fn ecdsa(name: ecdsa::TestName, curve: &str, algorithm: Algorithm) -> Tally {
    let mut tally = Tally::default();
    for group in ecdsa::TestSet::load(name).unwrap().test_groups {
        let point: &[u8] = group.key.key.as_ref();
        let (x, y) = point[1..].split_at(point.len() / 2);
        let jwk = json!({
            "kty": "EC", "crv": curve, "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y),
        });
        let key = PublicKey::from_jwk(&jwk).unwrap();
        for test in group.tests {
            let accepted = key.verifies(algorithm, &test.msg, &test.sig);
            tally.judge(curve, test.tc_id, test.result, accepted);
        }
    }
    tally
}

#[test]
fn p256() {
    ecdsa(ecdsa::TestName::EcdsaSecp256r1Sha256P1363, "P-256", Algorithm::Es256).holds(250, 150);
}

#[test]
fn p384() {
    ecdsa(ecdsa::TestName::EcdsaSecp384r1Sha384P1363, "P-384", Algorithm::Es384).holds(250, 150);
}

#[test]
fn p521() {
    ecdsa(ecdsa::TestName::EcdsaSecp521r1Sha512P1363, "P-521", Algorithm::Es512).holds(250, 150);
}

#[test]
fn secp256k1() {
    ecdsa(ecdsa::TestName::EcdsaSecp256k1Sha256P1363, "secp256k1", Algorithm::Es256k).holds(250, 150);
}

fn rsa_pkcs1(names: &[rsa_pkcs1_verify::TestName], algorithm: Algorithm) -> Tally {
    let mut tally = Tally::default();
    for name in names {
        for group in rsa_pkcs1_verify::TestSet::load(*name).unwrap().test_groups {
            let jwk = json!({ "kty": "RSA", "n": encode(&group.key.n), "e": encode(&group.key.e) });
            // A group may be about a key that nobody may use; then every vector of it is refused.
            let key = PublicKey::from_jwk(&jwk);
            for test in group.tests {
                let accepted = key.as_ref().is_ok_and(|key| key.verifies(algorithm, &test.msg, &test.sig));
                tally.judge(algorithm.name(), test.tc_id, test.result, accepted);
            }
        }
    }
    tally
}

#[test]
fn rsa_pkcs1_sha256() {
    use rsa_pkcs1_verify::TestName::{Rsa2048Sha256, Rsa3072Sha256, Rsa4096Sha256, Rsa8192Sha256};
    let names = [Rsa2048Sha256, Rsa3072Sha256, Rsa4096Sha256, Rsa8192Sha256];
    rsa_pkcs1(&names, Algorithm::Rs256).holds(900, 20);
}

#[test]
fn rsa_pkcs1_sha384() {
    use rsa_pkcs1_verify::TestName::{Rsa2048Sha384, Rsa3072Sha384, Rsa4096Sha384};
    rsa_pkcs1(&[Rsa2048Sha384, Rsa3072Sha384, Rsa4096Sha384], Algorithm::Rs384).holds(700, 20);
}

#[test]
fn rsa_pkcs1_sha512() {
    use rsa_pkcs1_verify::TestName::{Rsa2048Sha512, Rsa3072Sha512, Rsa4096Sha512};
    rsa_pkcs1(&[Rsa2048Sha512, Rsa3072Sha512, Rsa4096Sha512], Algorithm::Rs512).holds(700, 20);
}

fn rsa_pss(names: &[rsa_pss_verify::TestName], algorithm: Algorithm) -> Tally {
    let mut tally = Tally::default();
    for name in names {
        for group in rsa_pss_verify::TestSet::load(*name).unwrap().test_groups {
            let jwk = json!({ "kty": "RSA", "n": encode(&group.key.n), "e": encode(&group.key.e) });
            let key = PublicKey::from_jwk(&jwk);
            for test in group.tests {
                let accepted = key.as_ref().is_ok_and(|key| key.verifies(algorithm, &test.msg, &test.sig));
                tally.judge(algorithm.name(), test.tc_id, test.result, accepted);
            }
        }
    }
    tally
}

/// JWS fixes the salt to the length of the hash (RFC 7518, 3.5), so the sets with another salt are not its.
#[test]
fn rsa_pss_sha256() {
    use rsa_pss_verify::TestName::{
        RsaPss2048Sha256Mgf1SaltLen32, RsaPss3072Sha256Mgf1SaltLen32, RsaPss4096Sha256Mgf1SaltLen32,
    };
    let names = [RsaPss2048Sha256Mgf1SaltLen32, RsaPss3072Sha256Mgf1SaltLen32, RsaPss4096Sha256Mgf1SaltLen32];
    rsa_pss(&names, Algorithm::Ps256).holds(300, 100);
}

#[test]
fn rsa_pss_sha384_and_sha512() {
    use rsa_pss_verify::TestName::{
        RsaPss2048Sha384Mgf1SaltLen48, RsaPss4096Sha384Mgf1SaltLen48, RsaPss4096Sha512Mgf1SaltLen64,
    };
    let names = [RsaPss2048Sha384Mgf1SaltLen48, RsaPss4096Sha384Mgf1SaltLen48];
    rsa_pss(&names, Algorithm::Ps384).holds(100, 50);
    rsa_pss(&[RsaPss4096Sha512Mgf1SaltLen64], Algorithm::Ps512).holds(100, 50);
}

/// The good signatures of these sets have salts of another length, and are refused. (Bad ones may be bad by having
/// the right one.)
#[test]
fn another_salt_is_refused() {
    use rsa_pss_verify::TestName::{RsaPss2048Sha256Mgf1SaltLen0, RsaPss4096Sha512Mgf1SaltLen32};
    for (name, algorithm) in
        [(RsaPss2048Sha256Mgf1SaltLen0, Algorithm::Ps256), (RsaPss4096Sha512Mgf1SaltLen32, Algorithm::Ps512)]
    {
        for group in rsa_pss_verify::TestSet::load(name).unwrap().test_groups {
            let jwk = json!({ "kty": "RSA", "n": encode(&group.key.n), "e": encode(&group.key.e) });
            let key = PublicKey::from_jwk(&jwk).unwrap();
            for test in group.tests.iter().filter(|test| test.result == TestResult::Valid) {
                assert!(!key.verifies(algorithm, &test.msg, &test.sig), "{name:?} {}", test.tc_id);
            }
        }
    }
}
