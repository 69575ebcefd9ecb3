//! Presentations that Lapel makes: held to what it demands of others', and every answer that a verifier asks for.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use jiff::Timestamp;
use lapel_testkit::{DataModel, Issued, Issuer};
use openbadges::artifact::PayloadContent;
use openbadges::proof::present::{Occasion, PresentError, Presentation, unsigned};
use openbadges::report::{CheckId, Outcome};
use openbadges::{Credential, Documents, Policy, Report, Verdict, verify};
use serde_json::Value;

fn now() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

fn school() -> Issuer {
    Issuer::did_key("school").named("Harbour School")
}

fn ada() -> Issuer {
    Issuer::did_key("ada")
}

fn badge(name: &str, model: DataModel) -> Issued {
    school().achievement(name).award_to("ada@example.org").sign_data_integrity(model)
}

fn token(name: &str) -> Issued {
    school().achievement(name).award_to("ada@example.org").sign_jwt()
}

fn parsed(issued: &[Issued]) -> Vec<Credential> {
    issued.iter().map(|issued| Credential::parse(issued.content()).unwrap()).collect()
}

fn present(issued: &[Issued], domain: Option<&str>, challenge: Option<&str>) -> Value {
    let (holder, credentials) = (ada(), parsed(issued));
    let (did, key) = (holder.id(), holder.verification_method());
    let occasion = Occasion { holder: &did, key: &key, domain, challenge, created: now() };
    let presentation = Presentation::of(&credentials.iter().collect::<Vec<_>>(), &occasion).unwrap();
    let signature = holder.key().sign(presentation.to_sign());
    presentation.signed(&signature.try_into().unwrap())
}

fn judged(presentation: &Value, domain: Option<&str>, challenge: Option<&str>) -> Report {
    let credential = Credential::parse(&PayloadContent::Json(presentation.to_string())).unwrap();
    let policy = Policy {
        trusted_issuers: vec![school().id()],
        domain: domain.map(str::to_owned),
        challenge: challenge.map(str::to_owned),
        ..Policy::at(now())
    };
    verify(&credential, &Documents::new(), &policy)
}

fn code(report: &Report, check: CheckId) -> &'static str {
    report.check(check).code()
}

#[test]
fn credentials_of_every_form_are_shown_and_verified_together() {
    let all = [badge("Knots", DataModel::V2), badge("Sails", DataModel::V1), token("Tides")];
    let report = judged(&present(&all, None, None), None, None);
    assert_eq!(report.verdict(), Verdict::Verified, "{}", report.headline());
    assert_eq!(report.embedded().len(), 3);
    assert!(matches!(report.check(CheckId::Integrity).outcome, Outcome::Pass(_)));
    assert!(matches!(report.check(CheckId::KeyAuthority).outcome, Outcome::Pass(_)));
}

#[test]
fn what_is_shown_is_what_was_signed_by_its_issuer() {
    let badge = badge("Knots", DataModel::V2);
    let presentation = present(std::slice::from_ref(&badge), None, None);
    let shown = &presentation["verifiableCredential"][0];
    assert_eq!(shown, &serde_json::from_str::<Value>(badge.text()).unwrap());
    let token = token("Tides");
    let presentation = present(std::slice::from_ref(&token), None, None);
    let enveloped = &presentation["verifiableCredential"][0];
    assert_eq!(enveloped["id"], format!("data:application/vc+jwt,{}", token.text()));
    assert_eq!(enveloped["type"], "EnvelopedVerifiableCredential");
}

#[test]
fn old_verifiers_get_the_data_model_that_they_know() {
    let context = |model| present(&[badge("Knots", model)], None, None)["@context"][0].clone();
    assert_eq!(context(DataModel::V1), "https://www.w3.org/2018/credentials/v1");
    assert_eq!(context(DataModel::V2), "https://www.w3.org/ns/credentials/v2");
    let report = judged(&present(&[badge("Knots", DataModel::V1)], None, None), None, None);
    assert_eq!(report.verdict(), Verdict::Verified, "{}", report.headline());
}

#[test]
fn domain_and_challenge_are_answered_and_asked_for() {
    let presentation = present(&[badge("Knots", DataModel::V2)], Some("verifier.example"), Some("7f3a"));
    let verdict = |domain, challenge| judged(&presentation, domain, challenge);
    assert_eq!(verdict(Some("verifier.example"), Some("7f3a")).verdict(), Verdict::Verified);
    assert_eq!(verdict(None, None).verdict(), Verdict::Verified);
    for (domain, challenge) in [(Some("other.example"), None), (None, Some("7f3b"))] {
        let report = verdict(domain, challenge);
        assert_eq!(code(&report, CheckId::Integrity), "proof.malformed");
        assert_eq!(report.verdict(), Verdict::Invalid);
        assert!(
            matches!(report.check(CheckId::Credentials).outcome, Outcome::Pass(_)),
            "they are as good as before"
        );
    }
}

#[test]
fn a_changed_presentation_does_not_hold() {
    let whole = present(&[badge("Knots", DataModel::V2)], Some("verifier.example"), Some("7f3a"));
    for (pointer, value) in [
        ("/proof/domain", "other.example"),
        ("/proof/challenge", "7f3b"),
        ("/proof/created", "2026-11-22T12:00:00Z"),
    ] {
        let mut changed = whole.clone();
        *changed.pointer_mut(pointer).unwrap() = value.into();
        assert_eq!(
            code(&judged(&changed, None, None), CheckId::Integrity),
            "proof.bad-signature",
            "{pointer}"
        );
    }
    let mut another = whole.clone();
    another["verifiableCredential"][0] =
        present(&[badge("Sails", DataModel::V2)], None, None)["verifiableCredential"][0].clone();
    assert_eq!(code(&judged(&another, None, None), CheckId::Integrity), "proof.bad-signature");
}

#[test]
fn without_a_signature_it_shows_nobody_and_answers_nobody() {
    let credentials = parsed(&[badge("Knots", DataModel::V2)]);
    let presentation = unsigned(&credentials.iter().collect::<Vec<_>>(), None).unwrap();
    assert_eq!(judged(&presentation, None, None).verdict(), Verdict::Verified);
    let report = judged(&presentation, None, Some("7f3a"));
    assert_eq!((report.verdict(), code(&report, CheckId::Integrity)), (Verdict::Invalid, "proof.absent"));
}

#[test]
fn what_is_no_verifiable_credential_is_refused_by_name() {
    assert_eq!(unsigned(&[], None), Err(PresentError::Nothing));
    let hosted = Issuer::https("school.example").achievement("Knots").award_to("ada@example.org").host();
    let credentials = parsed(&[hosted]);
    let refused = unsigned(&[&credentials[0]], None).unwrap_err();
    assert_eq!(refused.code(), "present.no-credential");
    assert!(refused.to_string().contains("Open Badges 2.0"), "{refused}");
}
