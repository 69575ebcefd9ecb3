//! `verify`: any artefact and any documents give a report, the same one each time, that is never *verified* by
//! accident: who made these bytes holds no key of an issuer that the policy trusts.
//!
//! The input is an artefact and the documents that answer for whatever the reports ask for, in order, parted by
//! [`BETWEEN`].
#![no_main]

use libfuzzer_sys::fuzz_target;
use openbadges::artifact::Artifact;
use openbadges::{Answer, BadgeCard, Credential, Document, Documents, Policy, Report, Verdict, verify};

/// What parts the artefact and the documents in an input; `seeds.mjs` writes it too.
const BETWEEN: &[u8] = b"\n\0---\0\n";

/// How often what is missing is answered, as the wallet does.
const ROUNDS: usize = 6;

fuzz_target!(|bytes: &[u8]| {
    let mut parts = parts(bytes);
    let Some(artifact) = parts.next().and_then(|part| Artifact::recognise(part.to_vec()).ok()) else { return };
    let answers: Vec<&[u8]> = parts.collect();
    let policy = Policy {
        identities: vec!["learner@example.org".to_owned()],
        ..Policy::at("2026-11-23T00:00:00Z".parse().expect("a time"))
    };
    for payload in artifact.payloads() {
        let Ok(credential) = Credential::parse(&payload.content) else { continue };
        judge(&credential, answers.iter().copied(), &policy);
    }
});

fn judge<'a>(credential: &Credential, mut answers: impl Iterator<Item = &'a [u8]>, policy: &Policy) {
    let mut documents = Documents::new();
    let mut report = verify(credential, &documents, policy);
    for _ in 0..ROUNDS {
        let missing = report.missing().to_vec();
        for url in missing {
            let Some(bytes) = answers.next() else { break };
            let fetched_at = policy.now;
            let document =
                Document { url: url.clone(), bytes: bytes.to_vec(), media_type: None, fetched_at, status: 200 };
            documents.insert(url, Answer::Document(document));
        }
        report = verify(credential, &documents, policy);
    }
    assert_eq!(verify(credential, &documents, policy), report, "a replay gives an equal report");
    let stored = serde_json::to_string(&report).expect("a report is JSON");
    assert_eq!(serde_json::from_str::<Report>(&stored).expect("what was stored is read"), report);
    assert!(!report.headline().is_empty());
    for check in report.checks() {
        assert!(!check.code().is_empty() && !check.detail().is_empty());
    }
    assert_eq!(report.verified(credential).is_some(), report.verdict() == Verdict::Verified);
    let _ = BadgeCard::of(credential, &documents);
}

fn parts(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(bytes);
    std::iter::from_fn(move || {
        let bytes = rest?;
        match bytes.windows(BETWEEN.len()).position(|window| window == BETWEEN) {
            Some(at) => {
                rest = Some(&bytes[at + BETWEEN.len()..]);
                Some(&bytes[..at])
            }
            None => rest.take(),
        }
    })
}
