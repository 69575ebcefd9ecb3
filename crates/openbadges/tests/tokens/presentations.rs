//! Presentations as tokens: by the holder, with a key for authentication.

use lapel_testkit::{SdJwt, sign_compact};
use openbadges::report::{EmbeddedFinding, EmbeddedReport};
use serde_json::json;

use super::*;

const MODELS: [&str; 2] = ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/2018/credentials/v1"];

fn holder(algorithm: Algorithm) -> Issuer {
    Issuer::did_web("holder.example").signing_with(algorithm)
}

/// The presentation of a badge by `holder`: as the payload, or in the `vp` claim.
fn presented(holder: &Issuer, badge: &Issued, in_claim: bool, changes: &Value) -> String {
    let context = MODELS[usize::from(in_claim)];
    let mut presentation = json!({
        "@context": [context], "id": "urn:uuid:1", "type": ["VerifiablePresentation"],
    });
    let inner = if in_claim {
        json!(badge.text())
    } else {
        json!({
            "@context": context, "type": "EnvelopedVerifiableCredential",
            "id": format!("data:application/vc+jwt,{}", badge.text()),
        })
    };
    presentation["verifiableCredential"] = json!([inner]);
    let mut payload = if in_claim {
        json!({ "iss": holder.id(), "jti": "urn:uuid:1", "vp": presentation })
    } else {
        presentation["holder"] = holder.id().into();
        presentation
    };
    for (name, value) in changes.as_object().unwrap() {
        payload[name] = value.clone();
    }
    let typ = if in_claim { "JWT" } else { "vp+jwt" };
    let header = json!({ "typ": typ, "kid": holder.verification_method() });
    sign_compact(&header, payload.to_string().as_bytes(), holder.key())
}

/// What the issuer and the holder publish; the holder lists its key under `relation`.
fn documents(holder: &Issuer, badge: &Issued, relation: &str) -> Documents {
    let mut document = holder.controller_json();
    let listed = document["assertionMethod"].take();
    document[relation] = listed;
    let mut documents = badge.at_hand();
    for (url, answer) in at_hand(&holder.controller_url().unwrap(), &document).iter() {
        documents.insert(url, answer.clone());
    }
    documents
}

fn verdict_of(embedded: &EmbeddedReport) -> Option<Verdict> {
    match &embedded.finding {
        EmbeddedFinding::Report(report) => Some(report.verdict()),
        EmbeddedFinding::Unread { .. } => None,
    }
}

#[track_caller]
fn assert_shown_by_holder(report: &Report, what: &str) {
    assert!(failures(report).is_empty(), "{what}: {}", shown(report));
    assert_eq!(report.check(CheckId::Integrity).code(), "proof.valid", "{what}");
    assert_eq!(report.check(CheckId::KeyAuthority).code(), "key.published", "{what}");
    let inside: Vec<Verdict> = report.embedded().iter().filter_map(verdict_of).collect();
    assert_eq!(inside, [Verdict::Verified], "{what}: {}", shown(report));
}

#[test]
fn a_presentation_by_every_algorithm() {
    let badge = issuer(Algorithm::Es256).achievement("Rust").sign_jwt();
    for algorithm in Algorithm::ALL {
        let holder = holder(algorithm);
        let documents = documents(&holder, &badge, "authentication");
        for in_claim in [false, true] {
            let token = presented(&holder, &badge, in_claim, &json!({}));
            assert_shown_by_holder(&judged(&token, &documents), algorithm.name());
            let changed = with_payload(&token, |json| json.replacen("urn:uuid:1", "urn:uuid:2", 1));
            let report = judged(&changed, &documents);
            assert_eq!(
                failures(&report),
                [(CheckId::Integrity, "proof.bad-signature")],
                "{}",
                shown(&report)
            );
        }
    }
}

#[test]
fn a_key_for_assertions_alone_shows_no_presence() {
    let badge = issuer(Algorithm::Es256).achievement("Rust").sign_jwt();
    let holder = holder(Algorithm::Es256);
    for in_claim in [false, true] {
        let token = presented(&holder, &badge, in_claim, &json!({}));
        let report = judged(&token, &documents(&holder, &badge, "assertionMethod"));
        assert_eq!(failures(&report), [(CheckId::KeyAuthority, "key.not-listed")], "{}", shown(&report));
    }
}

#[test]
fn a_token_that_has_ended_or_says_two_things() {
    let badge = issuer(Algorithm::Es256).achievement("Rust").sign_jwt();
    let holder = holder(Algorithm::Es256);
    let documents = documents(&holder, &badge, "authentication");
    for (changes, in_claim, code) in [
        (json!({ "exp": 1_700_000_000 }), false, "proof.malformed"),
        (json!({ "exp": 1_700_000_000 }), true, "proof.malformed"),
        (json!({ "nbf": 4_000_000_000_u32 }), true, "proof.malformed"),
        (json!({ "exp": "2030" }), false, "proof.malformed"),
        (json!({ "vc": { "type": ["VerifiableCredential"] } }), true, "proof.malformed"),
        (json!({ "vp": { "type": ["VerifiablePresentation"] } }), false, "proof.malformed"),
        (json!({ "iss": "did:web:other.example" }), false, "proof.claim-mismatch"),
        (json!({ "jti": "urn:uuid:2" }), false, "proof.claim-mismatch"),
    ] {
        // A token with both claims is read by the first of them; either way it is refused.
        let token = presented(&holder, &badge, in_claim, &changes);
        let report = judged(&token, &documents);
        assert_eq!(report.check(CheckId::Integrity).code(), code, "{changes}: {}", shown(&report));
    }
}

/// A presentation of which the holder conceals a part is by the holder all the same (`vp+sd-jwt`).
#[test]
fn a_presentation_shown_in_part() {
    let badge = issuer(Algorithm::Es256).achievement("Rust").sign_jwt();
    let holder = holder(Algorithm::Es384);
    let documents = documents(&holder, &badge, "authentication");
    let payload = json!({
        "@context": [MODELS[0]], "type": ["VerifiablePresentation"], "id": "urn:uuid:1", "holder": holder.id(),
        "verifiableCredential": [{
            "@context": MODELS[0], "type": "EnvelopedVerifiableCredential",
            "id": format!("data:application/vc+jwt,{}", badge.text()),
        }],
    });
    for (typ, holds) in [("vp+sd-jwt", true), ("vc+sd-jwt", false), ("vp+jwt", false)] {
        let header = json!({ "typ": typ, "kid": holder.verification_method() });
        let sd_jwt = SdJwt::sign(&header, payload.clone(), &["/id", "/holder"], holder.key());
        let report = judged(&sd_jwt.shown(&[1]), &documents);
        if holds {
            assert_shown_by_holder(&report, typ);
            assert!(report.warnings().iter().any(|warning| warning.code == "jwt.undisclosed"));
        } else {
            assert_eq!(
                failures(&report),
                [(CheckId::Integrity, "proof.header-refused")],
                "{}",
                shown(&report)
            );
        }
    }
}
