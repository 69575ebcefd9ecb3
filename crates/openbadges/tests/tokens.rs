//! Tokens by every algorithm and every kind of published key: whole, changed, and forged. Each attack is a test that
//! names the check which must fail, and lets no other fail.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test program")]
#![allow(clippy::similar_names, reason = "an issuer and what it issued, a forger and what it forged")]

#[path = "tokens/attacks.rs"]
mod attacks;
#[path = "tokens/keys.rs"]
mod keys;
#[path = "tokens/presentations.rs"]
mod presentations;
#[path = "tokens/selective.rs"]
mod selective;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lapel_testkit::{Algorithm, Issued, Issuer, Key, document, now};
use openbadges::artifact::PayloadContent;
use openbadges::{CheckId, Credential, Documents, Outcome, Policy, Report, Verdict, verify};
use serde_json::Value;

const HOST: &str = "issuer.example";

fn issuer(algorithm: Algorithm) -> Issuer {
    Issuer::did_web(HOST).signing_with(algorithm)
}

/// Judges the text of a token.
fn judged(token: &str, documents: &Documents) -> Report {
    let credential = Credential::parse(&PayloadContent::Jws(token.to_owned())).expect("it parses");
    verify(&credential, documents, &Policy::at(now()))
}

fn judge(issued: &Issued) -> Report {
    judged(issued.text(), &issued.at_hand())
}

/// The documents at hand if `json` is what the host answers for `url`.
fn at_hand(url: &str, json: &Value) -> Documents {
    [document(url, "application/json", json.to_string())].into_iter().collect()
}

/// Lists a report's failed checks with their codes.
fn failures(report: &Report) -> Vec<(CheckId, &'static str)> {
    let failed = report.checks().iter().filter(|check| matches!(check.outcome, Outcome::Fail(_)));
    failed.map(|check| (check.id, check.code())).collect()
}

#[track_caller]
fn assert_verified(report: &Report, what: &str) {
    assert_eq!(report.verdict(), Verdict::Verified, "{what}: {}", shown(report));
}

/// `check` fails with `code`, nothing else fails, and the verdict is against the badge.
#[track_caller]
fn assert_fails(report: &Report, check: CheckId, code: &str, what: &str) {
    assert_eq!(failures(report), [(check, code)], "{what}: {}", shown(report));
    assert_eq!(report.verdict(), Verdict::Invalid, "{what}");
}

fn shown(report: &Report) -> String {
    let line =
        |check: &openbadges::Check| format!("\n  {} {} {}", check.id.as_str(), check.code(), check.detail());
    format!("{}{}", report.verdict().as_str(), report.checks().iter().map(line).collect::<String>())
}

/// The token with its payload, as JSON text, changed by `change`; header and signature stay.
fn with_payload(token: &str, change: impl Fn(String) -> String) -> String {
    let parts: Vec<&str> = token.split('.').collect();
    let payload = String::from_utf8(URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
    let changed = change(payload.clone());
    assert_ne!(payload, changed, "the change changes nothing");
    format!("{}.{}.{}", parts[0], URL_SAFE_NO_PAD.encode(changed), parts[2])
}

/// The three ways of putting a badge into a token.
fn tokens(algorithm: Algorithm) -> [Issued; 3] {
    let award = || issuer(algorithm).achievement("Rust");
    [award().sign_jwt(), award().sign_vc_claim(), award().sign_open_badges_2()]
}

#[test]
fn a_token_by_every_algorithm_is_verified() {
    for algorithm in Algorithm::ALL {
        for issued in tokens(algorithm) {
            assert_verified(&judge(&issued), algorithm.name());
        }
    }
}

#[test]
fn a_changed_byte_of_the_payload_fails_integrity_and_nothing_else() {
    for algorithm in Algorithm::ALL {
        for issued in tokens(algorithm) {
            let changed =
                with_payload(issued.text(), |json| json.replacen("ada@example.org", "eda@example.org", 1));
            let report = judged(&changed, &issued.at_hand());
            assert_fails(&report, CheckId::Integrity, "proof.bad-signature", algorithm.name());
        }
    }
}

#[test]
fn every_changed_byte_of_the_signature_fails_integrity_and_nothing_else() {
    for algorithm in [Algorithm::EdDsa, Algorithm::Es256k, Algorithm::Ps256] {
        let issued = issuer(algorithm).achievement("Rust").sign_jwt();
        let (signed, signature) = issued.text().rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        for place in 0..signature.len() {
            let mut wrong = signature.clone();
            wrong[place] ^= 0x10;
            let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(&wrong));
            let report = judged(&token, &issued.at_hand());
            assert_fails(&report, CheckId::Integrity, "proof.bad-signature", algorithm.name());
        }
    }
}

/// A token by one algorithm under the published key of another: whatever the header says, the key decides.
#[test]
fn no_token_holds_by_the_key_of_another_algorithm() {
    for signed_with in Algorithm::ALL {
        let issued = issuer(signed_with).achievement("Rust").sign_jwt();
        for published in Algorithm::ALL {
            let key = Key::from_seed(published, HOST).public_jwk();
            if key == issuer(signed_with).key().public_jwk() {
                continue;
            }
            let other = issuer(published).controller_document().unwrap();
            let report = judge(&issued.clone().with_document(other));
            let code = "proof.algorithm-refused";
            assert_fails(&report, CheckId::Integrity, code, &format!("{signed_with:?} by {published:?}"));
        }
    }
}
