//! The sample badges that Lapel carries: one verified, one expired, one tampered with, and all offline.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

use openbadges::artifact::PayloadContent;
use openbadges::{
    Artifact, ArtifactKind, BadgeCard, CheckId, Credential, Documents, KnownIssuer, Policy, Report, Verdict,
    verify,
};

const ISSUER: &str = include_str!("../crates/wallet/src/samples/issuer.txt");
const FIRST_STEPS: &[u8] = include_bytes!("../crates/wallet/src/samples/first-steps.png");
const NIGHT_SKY: &[u8] = include_bytes!("../crates/wallet/src/samples/night-sky.svg");
const BEEKEEPING: &[u8] = include_bytes!("../crates/wallet/src/samples/beekeeping.svg");

fn credential(sample: &[u8], kind: ArtifactKind) -> Credential {
    let artifact = Artifact::recognise(sample.to_vec()).expect("a badge");
    assert_eq!(artifact.kind(), kind);
    let [payload] = artifact.payloads() else { panic!("one badge in each image") };
    assert!(matches!(payload.content, PayloadContent::Json(_)));
    Credential::parse(&payload.content).expect("a credential")
}

fn judged(credential: &Credential) -> Report {
    let policy = Policy {
        known_issuers: vec![KnownIssuer { id: ISSUER.trim().to_owned(), known_to: "Lapel".to_owned() }],
        ..Policy::at("2026-11-23T12:00:00Z".parse().expect("an instant"))
    };
    verify(credential, &Documents::new(), &policy)
}

#[test]
fn first_steps_is_verified_without_a_network() {
    let sample = credential(FIRST_STEPS, ArtifactKind::Png);
    let report = judged(&sample);
    assert_eq!(report.verdict(), Verdict::Verified, "{report:#?}");
    assert_eq!(report.missing(), [] as [&str; 0]);
    let card = BadgeCard::of(&sample, &Documents::new());
    assert_eq!((card.name.as_str(), card.issuer.name.as_str()), ("First steps", "Lapel Academy"));
}

#[test]
fn night_sky_has_expired_and_nothing_else_is_wrong_with_it() {
    let report = judged(&credential(NIGHT_SKY, ArtifactKind::Svg));
    assert_eq!(report.verdict(), Verdict::Expired, "{report:#?}");
    assert_eq!(report.check(CheckId::Integrity).outcome.as_str(), "pass");
}

#[test]
fn beekeeping_was_changed_after_it_was_signed() {
    let sample = credential(BEEKEEPING, ArtifactKind::Svg);
    let report = judged(&sample);
    assert_eq!(report.verdict(), Verdict::Invalid, "{report:#?}");
    assert_eq!(report.check(CheckId::Integrity).code(), "proof.bad-signature");
    assert_eq!(BadgeCard::of(&sample, &Documents::new()).name, "Master beekeeper");
}

#[test]
fn the_samples_do_not_speak_for_anybody_whom_the_user_does_not_trust() {
    let sample = credential(FIRST_STEPS, ArtifactKind::Png);
    let report =
        verify(&sample, &Documents::new(), &Policy::at("2026-11-23T12:00:00Z".parse().expect("an instant")));
    assert_eq!(report.verdict(), Verdict::Undecided);
}
