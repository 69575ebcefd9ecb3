//! SD-JWT: shown in part, changed, and bound to a holder.

use lapel_testkit::{SdJwt, sd_jwt};
use serde_json::json;

use super::*;

/// A badge of which the recipient and the description may be concealed, bound to the key of its holder.
fn badge(algorithm: Algorithm) -> (SdJwt, Documents) {
    let issuer = issuer(algorithm);
    let sd_jwt = issuer
        .achievement("Rust")
        .tagged(&["language"])
        .with("/cnf", json!({ "jwk": holder().public_jwk() }))
        .sign_sd_jwt(&["/credentialSubject/identifier/0", "/credentialSubject/achievement/tag", "/name"]);
    (sd_jwt, issuer.controller_document().into_iter().collect())
}

fn holder() -> Key {
    Key::from_seed(Algorithm::Es256, "holder")
}

const ASKED: (&str, &str) = ("https://employer.example", "n-0S6_WzA2Mj");

#[test]
fn every_part_of_a_badge_that_is_shown_is_verified() {
    for algorithm in Algorithm::ALL {
        let (sd_jwt, documents) = badge(algorithm);
        for numbers in [vec![], vec![0], vec![2, 0], vec![0, 1, 2], vec![2, 1, 0]] {
            let report = judged(&sd_jwt.shown(&numbers), &documents);
            assert_verified(&report, &format!("{algorithm:?} {numbers:?}"));
            let in_part = report.warnings().iter().any(|warning| warning.code == "jwt.undisclosed");
            assert_eq!(in_part, numbers.len() < 3, "{numbers:?}");
            // The name is a property of the credential, as its end and its status would be.
            let warned =
                report.warnings().iter().any(|warning| warning.detail.contains("how it is taken back"));
            assert_eq!(warned, !numbers.contains(&2), "{numbers:?}");
        }
    }
}

#[test]
fn only_what_is_shown_is_read() {
    let (sd_jwt, _) = badge(Algorithm::Es256);
    let body = |text: String| Credential::parse(&PayloadContent::Jws(text)).unwrap().body().to_string();
    let (whole, nothing) = (body(sd_jwt.whole()), body(sd_jwt.shown(&[])));
    for concealed in ["ada@example.org", "\"tag\"", "\"name\":\"Rust\",\"issuer\""] {
        assert!(!nothing.contains(concealed), "{concealed}");
    }
    assert!(whole.contains("ada@example.org") && whole.contains("\"language\""));
    for leftover in ["_sd", "...", "salt-"] {
        assert!(!whole.contains(leftover) && !nothing.contains(leftover), "{leftover}");
    }
}

#[test]
fn a_recipient_who_is_concealed_is_nobody_and_one_who_is_shown_is_compared() {
    let (sd_jwt, documents) = badge(Algorithm::Es256);
    let ada = Policy { identities: vec!["ada@example.org".to_owned()], ..Policy::at(now()) };
    let code = |numbers: &[usize]| {
        let credential = Credential::parse(&PayloadContent::Jws(sd_jwt.shown(numbers))).unwrap();
        verify(&credential, &documents, &ada).check(CheckId::Recipient).code()
    };
    assert_eq!(code(&[0]), "recipient.matches");
    assert_eq!(code(&[]), "recipient.none");
}

#[test]
fn a_changed_or_foreign_disclosure_fails_integrity_and_nothing_else() {
    let (sd_jwt, documents) = badge(Algorithm::Es256);
    let own = &sd_jwt.disclosures()[2];
    let forged = sd_jwt::disclosure(&json!(["salt-2", "name", "Expert"]));
    let more = sd_jwt::disclosure(&json!(["salt-9", "awardedDate", "2026-01-01T00:00:00Z"]));
    let token = sd_jwt.token();
    for (what, text) in [
        ("another value", format!("{token}~{forged}~")),
        ("one more", format!("{token}~{own}~{more}~")),
        ("the same twice", format!("{token}~{own}~{own}~")),
        ("an empty one", format!("{token}~~{own}~")),
        ("no base64url", format!("{token}~{own}=~")),
        ("in words", format!("{token}~name~")),
    ] {
        assert_fails(&judged(&text, &documents), CheckId::Integrity, "proof.malformed", what);
    }
}

#[test]
fn a_changed_byte_of_the_issuers_token_fails_integrity_and_nothing_else() {
    for algorithm in Algorithm::ALL {
        let (sd_jwt, documents) = badge(algorithm);
        let changed =
            with_payload(sd_jwt.token(), |json| json.replacen("Awarded for Rust", "Awarded for Dust", 1));
        let report = judged(&format!("{changed}~{}~", sd_jwt.disclosures()[0]), &documents);
        assert_fails(&report, CheckId::Integrity, "proof.bad-signature", algorithm.name());
    }
}

/// Changes one digest: the issuer's signature covers it.
#[test]
fn another_digest_fails_integrity() {
    let (sd_jwt, documents) = badge(Algorithm::Es256);
    let forged = sd_jwt::disclosure(&json!(["salt-2", "name", "Expert"]));
    let (old, new) =
        (sd_jwt::digest("sha-256", &sd_jwt.disclosures()[2]), sd_jwt::digest("sha-256", &forged));
    let changed = with_payload(sd_jwt.token(), |json| json.replace(&old, &new));
    let report = judged(&format!("{changed}~{forged}~"), &documents);
    assert_fails(&report, CheckId::Integrity, "proof.bad-signature", "a digest of the forger's own");
}

#[test]
fn digests_by_every_hash() {
    for hash in ["sha-256", "sha-384", "sha-512"] {
        let issuer = issuer(Algorithm::EdDsa);
        let award = issuer.achievement("Rust").with("/_sd_alg", hash);
        let documents: Documents = issuer.controller_document().into_iter().collect();
        let report =
            judged(&award.sign_sd_jwt(&["/name", "/credentialSubject/identifier"]).whole(), &documents);
        assert_verified(&report, hash);
        let unknown = issuer.achievement("Rust").with("/_sd_alg", "sha3-256").sign_sd_jwt(&["/name"]);
        let report = judged(&unknown.whole(), &documents);
        assert_eq!(report.check(CheckId::Integrity).code(), "unsupported.algorithm");
    }
}

#[test]
fn a_type_of_another_sort_is_refused() {
    let issuer = issuer(Algorithm::Es256);
    let payload = issuer.achievement("Rust").credential(lapel_testkit::DataModel::V2);
    let documents: Documents = issuer.controller_document().into_iter().collect();
    for (typ, holds) in [
        (json!("vc+sd-jwt"), true),
        (json!("dc+sd-jwt"), true),
        (json!("application/vc+sd-jwt"), true),
        (json!("vc+ld+json+sd-jwt"), true),
        (json!("vp+sd-jwt"), false),
        (json!("vc+jwt"), false),
        (json!("kb+jwt"), false),
        (json!(1), false),
    ] {
        let header = json!({ "typ": typ, "kid": issuer.verification_method() });
        let sd_jwt = SdJwt::sign(&header, payload.clone(), &["/name"], issuer.key());
        let report = judged(&sd_jwt.whole(), &documents);
        if holds {
            assert_verified(&report, &typ.to_string());
        } else {
            assert_fails(&report, CheckId::Integrity, "proof.header-refused", &typ.to_string());
        }
    }
}

#[test]
fn the_holders_token_is_by_the_holder_over_what_is_shown() {
    let (sd_jwt, documents) = badge(Algorithm::Es256);
    let presented = sd_jwt.shown(&[0]);
    let bound = |changes: Value| sd_jwt.bound(&presented, &holder(), ASKED, &changes);
    let good = bound(json!({}));
    let report = judged(&good, &documents);
    assert_verified(&report, "bound");
    let remark = report.warnings().iter().find(|warning| warning.code == "jwt.holder").expect("a remark");
    assert!(remark.detail.contains(ASKED.0) && remark.detail.contains(ASKED.1), "{}", remark.detail);

    let binding = good.strip_prefix(&presented).unwrap();
    let forger = Key::from_seed(Algorithm::Es256, "forger");
    let other_key = Key::from_seed(Algorithm::EdDsa, "holder");
    for (what, text, code) in [
        ("over another choice", format!("{}{binding}", sd_jwt.shown(&[0, 1])), "proof.claim-mismatch"),
        ("by another", sd_jwt.bound(&presented, &forger, ASKED, &json!({})), "proof.bad-signature"),
        (
            "by another algorithm",
            sd_jwt.bound(&presented, &other_key, ASKED, &json!({})),
            "proof.algorithm-refused",
        ),
        ("with another hash", bound(json!({ "sd_hash": "AAAA" })), "proof.claim-mismatch"),
        ("without a hash", bound(json!({ "sd_hash": null })), "proof.claim-mismatch"),
        ("without a nonce", bound(json!({ "nonce": null })), "proof.malformed"),
        ("without an audience", bound(json!({ "aud": 1 })), "proof.malformed"),
        ("without a time", bound(json!({ "iat": "now" })), "proof.malformed"),
        ("cut", good[..good.len() - 2].to_owned(), "proof.bad-signature"),
        ("no token", format!("{presented}holder"), "proof.malformed"),
        ("the issuer's token again", format!("{presented}{}", sd_jwt.token()), "proof.malformed"),
    ] {
        assert_fails(&judged(&text, &documents), CheckId::Integrity, code, what);
    }
}

#[test]
fn a_holder_whom_the_issuer_did_not_name_binds_nothing() {
    let issuer = issuer(Algorithm::Es256);
    let documents: Documents = issuer.controller_document().into_iter().collect();
    let bind = |award: lapel_testkit::Award| {
        let sd_jwt = award.sign_sd_jwt(&["/name"]);
        judged(&sd_jwt.bound(&sd_jwt.shown(&[]), &holder(), ASKED, &json!({})), &documents)
    };
    let unnamed = bind(issuer.achievement("Rust"));
    assert_fails(&unnamed, CheckId::Integrity, "proof.malformed", "no cnf");
    let by_name = bind(issuer.achievement("Rust").with("/cnf", json!({ "kid": "did:web:holder.example#1" })));
    assert_eq!(by_name.check(CheckId::Integrity).code(), "unsupported.proof-option");
}

#[test]
fn every_beginning_of_a_bound_token() {
    let (sd_jwt, documents) = badge(Algorithm::EdDsa);
    let whole = sd_jwt.bound(&sd_jwt.whole(), &holder(), ASKED, &json!({}));
    for end in 0..whole.len() {
        let text = &whole[..end];
        let Ok(credential) = Credential::parse(&PayloadContent::Jws(text.to_owned())) else { continue };
        let report = verify(&credential, &documents, &Policy::at(now()));
        // With a tilde at its end it is a whole text again, of less.
        assert_eq!(report.verdict() == Verdict::Verified, text.ends_with('~'), "{end}: {}", shown(&report));
        if !text.ends_with('~') {
            assert_eq!(
                report.check(CheckId::Integrity).outcome.as_str(),
                "fail",
                "{end}: {}",
                shown(&report)
            );
        }
    }
}
