//! How long canonicalisation takes. `cargo bench -p openbadges --bench jsonld`
#![allow(clippy::unwrap_used, missing_docs, reason = "a development program")]

use divan::Bencher;
use openbadges::jsonld;
use serde_json::{Value, json};

fn main() {
    divan::main();
}

/// A badge as small as they come, without its proof.
fn simple() -> Value {
    json!({
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
        ],
        "id": "http://example.edu/credentials/3732",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": "https://example.edu/issuers/565049", "type": ["Profile"], "name": "Example University"},
        "validFrom": "2010-01-01T00:00:00Z",
        "name": "Example University Degree",
        "credentialSubject": {
            "id": "did:example:ebfeb1f712ebc6f1c276e12ec21",
            "type": ["AchievementSubject"],
            "achievement": {
                "id": "https://example.com/achievements/21st-century-skills/teamwork",
                "type": ["Achievement"],
                "name": "Teamwork",
                "description": "This badge recognizes the capacity to collaborate within a group.",
                "criteria": {"narrative": "Team members are nominated for this badge by their peers."}
            }
        }
    })
}

/// The largest badge of the corpus, if it is at hand.
fn complete() -> Option<Value> {
    let corpus = lapel_testkit::corpus::shared()?.join("corpus/1edtech-vc-validator/ob30/complete.json");
    let mut badge: Value = serde_json::from_str(&std::fs::read_to_string(corpus).ok()?).ok()?;
    badge.as_object_mut()?.shift_remove("proof");
    Some(badge)
}

#[divan::bench]
fn simple_badge(bencher: Bencher) {
    let badge = simple();
    bencher.bench(|| jsonld::canonicalize(divan::black_box(&badge)).unwrap());
}

#[divan::bench]
fn simple_badge_to_quads(bencher: Bencher) {
    let badge = simple();
    bencher.bench(|| jsonld::to_quads(divan::black_box(&badge)).unwrap());
}

#[divan::bench]
fn complete_badge(bencher: Bencher) {
    let Some(badge) = complete() else { return };
    bencher.bench(|| jsonld::canonicalize(divan::black_box(&badge)).unwrap());
}

#[divan::bench]
fn complete_badge_to_quads(bencher: Bencher) {
    let Some(badge) = complete() else { return };
    bencher.bench(|| jsonld::to_quads(divan::black_box(&badge)).unwrap());
}
