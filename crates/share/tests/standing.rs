//! What is said of a badge where it is shown: only what a report found, and never "verified" of one that is not.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use jiff::Timestamp;
use lapel_share::{Entry, Original, Standing};
use lapel_testkit::{Award, DataModel, Issuer};
use openbadges::artifact::{ArtifactKind, PayloadContent};
use openbadges::{BadgeCard, Credential, Documents, Policy, Report, Verdict, verify};

const ISSUED: &str = "2020-03-01T12:00:00Z";
const NOW: &str = "2026-11-23T12:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn award() -> Award {
    issuer().achievement("First Aid").award_to("ada@example.org").issued(ISSUED)
}

fn issuer() -> Issuer {
    Issuer::did_key("standing").named("Harbour School")
}

fn judged(text: &str, when: &str) -> (Credential, BadgeCard, Report) {
    let credential = Credential::parse(&PayloadContent::Json(text.to_owned())).unwrap();
    let mut policy = Policy::at(at(when));
    policy.trusted_issuers = vec![issuer().id()];
    let documents = Documents::new();
    let report = verify(&credential, &documents, &policy);
    let card = BadgeCard::of(&credential, &documents);
    (credential, card, report)
}

fn standing(text: &str, when: &str, now: &str) -> Standing {
    let (credential, card, report) = judged(text, when);
    Standing::of(&credential, &card, &report, at(now))
}

#[test]
fn a_verified_badge_says_since_when() {
    let badge = award().sign_data_integrity(DataModel::V2);
    let standing = standing(badge.text(), NOW, NOW);
    assert_eq!((standing.verdict(), standing.words()), (Verdict::Verified, "Verified on 2026-11-23"));
    assert!(!standing.is_void());
}

#[test]
fn what_ended_since_it_was_verified_is_expired() {
    let badge = award().expires("2021-05-31T23:00:00-05:00").sign_data_integrity(DataModel::V2);
    let standing = standing(badge.text(), "2021-01-01T00:00:00Z", NOW);
    assert_eq!((standing.verdict(), standing.words()), (Verdict::Expired, "Expired on 2021-05-31"));
}

#[test]
fn a_changed_badge_is_void_and_says_why() {
    let badge = award().sign_data_integrity(DataModel::V2).text().replace("First Aid", "Surgery");
    let standing = standing(&badge, NOW, NOW);
    assert_eq!(standing.verdict(), Verdict::Invalid);
    assert!(standing.is_void());
    assert!(standing.words().starts_with("Invalid: "), "{}", standing.words());
    assert!(standing.words().ends_with(" (checked on 2026-11-23)"), "{}", standing.words());
}

#[test]
fn a_report_on_another_badge_says_nothing() {
    let (_, _, report) = judged(award().sign_data_integrity(DataModel::V2).text(), NOW);
    let other = award().issued("2021-03-01T12:00:00Z").sign_data_integrity(DataModel::V2);
    let (credential, card, _) = judged(other.text(), NOW);
    let standing = Standing::of(&credential, &card, &report, at(NOW));
    assert_eq!((standing.verdict(), standing.words()), (Verdict::Undecided, "Not checked"));
}

#[test]
fn an_entry_says_what_a_list_needs() {
    let badge =
        award().expires("2021-05-31T12:00:00Z").tagged(&["sea", "Sea"]).sign_data_integrity(DataModel::V2);
    let (credential, card, report) = judged(badge.text(), NOW);
    let documents = Documents::new();
    let badge = lapel_share::Badge {
        card: &card,
        credential: &credential,
        original: Original { kind: ArtifactKind::Json, bytes: badge.text().as_bytes() },
        art: None,
        picture: None,
        standing: Standing::of(&credential, &card, &report, at(NOW)),
        documents: &documents,
    };
    let entry = Entry::of(&badge);
    assert_eq!((entry.name.as_str(), entry.issuer.as_str()), ("First Aid", "Harbour School"));
    assert_eq!((entry.issued.as_deref(), entry.expires.as_deref()), (Some("2020-03-01"), Some("2021-05-31")));
    assert_eq!(entry.skills, ["sea"]);
    assert_eq!(entry.id, None, "a URN is nothing that a person reads out");
    assert_eq!(entry.standing.verdict(), Verdict::Expired);
}
