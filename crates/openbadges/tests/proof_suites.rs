//! Every cryptosuite that Lapel verifies, over a badge signed for the purpose: what holds, and what breaks it.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test program")]

use lapel_testkit::{Algorithm, DataModel, Issuer, Key, Suite, now, sign_data_integrity_by};
use openbadges::artifact::PayloadContent;
use openbadges::{CheckId, Credential, Documents, Gap, Outcome, Policy, Report, Verdict, proof, verify};
use serde_json::{Value, json};

const CREATED: &str = "2026-01-01T00:00:00Z";

fn badge() -> Value {
    Issuer::did_key("suites").achievement("Suites").award_to("ada@example.org").credential(DataModel::V2)
}

/// A badge whose issuer is its key, signed by `suite`.
fn signed(suite: Suite, algorithm: Algorithm) -> (Value, Key) {
    let key = Key::from_seed(algorithm, suite.name());
    let mut badge = badge();
    badge["issuer"]["id"] = key.did_key().into();
    let method = format!("{}#{}", key.did_key(), key.public_multibase());
    sign_data_integrity_by(&mut badge, suite, &key, &method, CREATED);
    (badge, key)
}

fn each() -> impl Iterator<Item = (Suite, Algorithm)> {
    Suite::ALL.into_iter().flat_map(|(suite, algorithms)| algorithms.iter().map(move |of| (suite, *of)))
}

fn judge(badge: &Value) -> Report {
    let credential = Credential::parse(&PayloadContent::Json(badge.to_string())).unwrap();
    verify(&credential, &Documents::new(), &Policy::at(now()))
}

fn integrity(badge: &Value) -> String {
    judge(badge).check(CheckId::Integrity).code().to_owned()
}

#[test]
fn a_badge_by_any_suite_holds_and_names_it() {
    for (suite, algorithm) in each() {
        let (badge, key) = signed(suite, algorithm);
        let report = judge(&badge);
        let what = format!("{} {}: {report:#?}", suite.name(), algorithm.name());
        assert_eq!(report.check(CheckId::Integrity).code(), "proof.valid", "{what}");
        assert!(report.check(CheckId::Integrity).detail().contains(suite.name()), "{what}");
        assert_eq!(report.check(CheckId::KeyAuthority).code(), "key.is-issuer", "{what}");
        // Only who the issuer is stays open.
        assert_eq!(report.verdict(), Verdict::Undecided, "{what}");
        let trusted = Policy { trusted_issuers: vec![key.did_key()], ..Policy::at(now()) };
        let credential = Credential::parse(&PayloadContent::Json(badge.to_string())).unwrap();
        assert_eq!(verify(&credential, &Documents::new(), &trusted).verdict(), Verdict::Verified, "{what}");
    }
}

#[test]
fn any_change_breaks_the_signature() {
    let edits: [(&str, Value); 7] = [
        ("/name", "Another".into()),
        ("/credentialSubject/achievement/name", "Another".into()),
        ("/validFrom", "2025-01-01T00:00:00Z".into()),
        ("/proof/created", "2025-01-01T00:00:00Z".into()),
        ("/proof/domain", "example.org".into()),
        ("/proof/expires", "2099-01-01T00:00:00Z".into()),
        ("/credentialSubject/achievement/fieldOfStudy", "Added".into()),
    ];
    for (suite, algorithm) in each() {
        let (badge, _) = signed(suite, algorithm);
        for (pointer, value) in &edits {
            let mut changed = badge.clone();
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            changed.pointer_mut(parent).unwrap()[name] = value.clone();
            let what = format!("{} {} {pointer}", suite.name(), algorithm.name());
            assert_eq!(integrity(&changed), "proof.bad-signature", "{what}");
        }
    }
}

#[test]
fn a_key_of_another_kind_is_refused_and_of_another_person_does_not_fit() {
    for (suite, algorithm) in each() {
        let (badge, _) = signed(suite, algorithm);
        let name = |key: &Key| Value::from(format!("{}#{}", key.did_key(), key.public_multibase()));
        let mut other = badge.clone();
        other["proof"]["verificationMethod"] = name(&Key::from_seed(algorithm, "another person"));
        assert_eq!(integrity(&other), "proof.bad-signature", "{} {}", suite.name(), algorithm.name());
        let kind = if algorithm == Algorithm::EdDsa { Algorithm::Es256 } else { Algorithm::EdDsa };
        let mut other = badge;
        other["proof"]["verificationMethod"] = name(&Key::from_seed(kind, "another kind"));
        assert_eq!(integrity(&other), "proof.algorithm-refused", "{} {}", suite.name(), algorithm.name());
    }
}

/// P-384 wants SHA-384 in every step, and neither hash does for the other.
#[test]
fn a_proof_of_one_suite_is_none_of_another() {
    for (suite, algorithm) in each() {
        let (badge, _) = signed(suite, algorithm);
        if badge["proof"].get("cryptosuite").is_none() {
            continue;
        }
        for (other, _) in Suite::ALL.into_iter().filter(|(other, _)| *other != suite) {
            let mut renamed = badge.clone();
            renamed["proof"]["cryptosuite"] = other.name().into();
            let report = judge(&renamed);
            let outcome = &report.check(CheckId::Integrity).outcome;
            assert!(!matches!(outcome, Outcome::Pass(_)), "{} as {}", suite.name(), other.name());
        }
    }
}

#[test]
fn where_the_json_is_signed_a_word_without_meaning_is_signed_too_and_worth_a_warning() {
    for suite in [Suite::EddsaJcs2022, Suite::EcdsaJcs2019] {
        let algorithm = if suite == Suite::EddsaJcs2022 { Algorithm::EdDsa } else { Algorithm::Es256 };
        let key = Key::from_seed(algorithm, "words");
        let mut badge = badge();
        badge["issuer"]["id"] = key.did_key().into();
        badge["colour"] = "blue".into();
        sign_data_integrity_by(&mut badge, suite, &key, &key.did_key(), CREATED);
        let report = judge(&badge);
        assert_eq!(report.check(CheckId::Integrity).code(), "proof.valid");
        let warned = report.warnings().iter().any(|warning| warning.code == "proof.undefined-term");
        assert!(warned, "{report:#?}");
        badge["colour"] = "red".into();
        assert_eq!(integrity(&badge), "proof.bad-signature");
        badge["colour"] = "blue".into();
        badge["type"] = json!(["OpenBadgeCredential", "VerifiableCredential"]);
        assert_eq!(integrity(&badge), "proof.bad-signature", "the order of an array is signed");
        let (mut badge, _) = signed(suite, algorithm);
        badge["@context"].as_array_mut().unwrap().push("https://elsewhere.example/context".into());
        assert_eq!(integrity(&badge), "proof.unknown-context");
        badge["@context"].as_array_mut().unwrap().pop();
        badge["credentialSubject"]["achievement"]["creditsAvailable"] = json!(1e300);
        assert_eq!(integrity(&badge), "proof.not-canonical");
    }
}

/// vc-di-eddsa 3.3.2 and 3.3.5: a proof that states its contexts means the document by these.
#[test]
fn contexts_stated_by_a_proof_over_json_begin_those_of_the_document() {
    let key = Key::from_seed(Algorithm::EdDsa, "contexts");
    let mut badge = badge();
    badge["issuer"]["id"] = key.did_key().into();
    let contexts = badge["@context"].clone();
    let mut options = Suite::EddsaJcs2022.options(&key.did_key(), CREATED);
    options["@context"] = contexts.clone();
    badge["proof"] = Suite::EddsaJcs2022.prove(&badge.clone(), options, &key);
    assert_eq!(integrity(&badge), "proof.valid");
    badge["@context"].as_array_mut().unwrap().push("https://w3id.org/security/multikey/v1".into());
    assert_eq!(integrity(&badge), "proof.valid", "contexts added after those of the proof");
    badge["@context"] = json!([contexts[0]]);
    assert_eq!(integrity(&badge), "proof.malformed");
}

#[test]
fn a_detached_jws_asks_for_what_its_type_says_and_for_nothing_else() {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let (badge, _) = signed(Suite::JsonWebSignature2020, Algorithm::Es256);
    let jws = badge["proof"]["jws"].as_str().unwrap().to_owned();
    let signature = jws.rsplit('.').next().unwrap();
    let with_header = |header: Value| format!("{}..{signature}", URL_SAFE_NO_PAD.encode(header.to_string()));
    for (jws, code) in [
        (with_header(json!({"alg": "none", "b64": false, "crit": ["b64"]})), "proof.algorithm-refused"),
        (with_header(json!({"alg": "HS256", "b64": false, "crit": ["b64"]})), "proof.algorithm-refused"),
        (with_header(json!({"alg": "EdDSA", "b64": false, "crit": ["b64"]})), "proof.algorithm-refused"),
        (with_header(json!({"alg": "ES512", "b64": false, "crit": ["b64"]})), "proof.algorithm-refused"),
        (with_header(json!({"alg": "XS256", "b64": false, "crit": ["b64"]})), "unsupported.algorithm"),
        (with_header(json!({"alg": "ES256"})), "proof.header-refused"),
        (with_header(json!({"alg": "ES256", "b64": true, "crit": ["b64"]})), "proof.header-refused"),
        (with_header(json!({"alg": "ES256", "b64": false})), "proof.header-refused"),
        (with_header(json!({"alg": "ES256", "b64": false, "crit": ["b64", "exp"]})), "proof.header-refused"),
        (
            with_header(json!({"alg": "ES256", "b64": false, "crit": ["b64"], "kid": "x"})),
            "proof.bad-signature",
        ),
        (with_header(json!({"b64": false, "crit": ["b64"]})), "proof.malformed"),
        (with_header(json!(["alg"])), "proof.malformed"),
        (jws.replace("..", ".AAAA."), "proof.malformed"),
        (format!("{jws}."), "proof.malformed"),
        (format!("{jws}="), "proof.malformed"),
        (jws.replacen("..", ".", 1), "proof.malformed"),
        (String::new(), "proof.malformed"),
    ] {
        let mut changed = badge.clone();
        changed["proof"]["jws"] = jws.clone().into();
        assert_eq!(integrity(&changed), code, "{jws}");
    }
    let (mut old, _) = signed(Suite::Ed25519Signature2018, Algorithm::EdDsa);
    old["proof"]["jws"] = with_header(json!({"alg": "ES256", "b64": false, "crit": ["b64"]})).into();
    assert_eq!(integrity(&old), "proof.algorithm-refused", "Ed25519Signature2018 is made by Ed25519");
}

#[test]
fn proofs_of_a_set_are_told_apart_and_each_must_hold() {
    let keys: Vec<(Suite, Key)> = [
        (Suite::EddsaRdfc2022, Algorithm::EdDsa),
        (Suite::EcdsaRdfc2019, Algorithm::Es384),
        (Suite::EcdsaJcs2019, Algorithm::Es256),
    ]
    .map(|(suite, algorithm)| (suite, Key::from_seed(algorithm, "set")))
    .into();
    let mut badge = badge();
    badge["issuer"]["id"] = keys[0].1.did_key().into();
    let proofs: Vec<Value> = keys
        .iter()
        .map(|(suite, key)| suite.prove(&badge, suite.options(&key.did_key(), CREATED), key))
        .collect();
    badge["proof"] = proofs.into();
    assert_eq!(integrity(&badge), "proof.valid");
    for (index, (suite, _)) in keys.iter().enumerate() {
        let mut changed = badge.clone();
        changed["proof"][index]["created"] = "2025-01-01T00:00:00Z".into();
        let report = judge(&changed);
        let check = report.check(CheckId::Integrity);
        assert_eq!(check.code(), "proof.bad-signature");
        let named = format!("proof {} of 3 ({})", index + 1, suite.name());
        assert!(check.detail().contains(&named), "{}", check.detail());
        assert_eq!(report.verdict(), Verdict::Invalid);
    }
    let mut unknown = badge.clone();
    unknown["proof"][2]["cryptosuite"] = "bbs-2023".into();
    let report = judge(&unknown);
    assert_eq!(report.check(CheckId::Integrity).code(), "proof.valid", "two proofs hold");
    let told = report.warnings().iter().any(|warning| warning.detail.contains("proof 3 of 3 (bbs-2023)"));
    assert!(told, "{:#?}", report.warnings());
}

#[test]
fn a_chain_covers_the_proofs_before_it_whatever_their_suites() {
    let (first, second) =
        (Key::from_seed(Algorithm::EdDsa, "first"), Key::from_seed(Algorithm::Es256, "second"));
    for (one, two) in [
        (Suite::EddsaRdfc2022, Suite::EcdsaRdfc2019),
        (Suite::EddsaJcs2022, Suite::EcdsaJcs2019),
        (Suite::EddsaJcs2022, Suite::EcdsaRdfc2019),
    ] {
        let mut badge = badge();
        badge["issuer"]["id"] = first.did_key().into();
        let mut options = one.options(&first.did_key(), CREATED);
        options["id"] = "urn:uuid:26329423-bec9-4b2e-88cb-a7c7d9dc4544".into();
        let before = one.prove(&badge, options, &first);
        let mut covered = badge.clone();
        covered["proof"] = json!([before]);
        let mut options = two.options(&second.did_key(), CREATED);
        options["previousProof"] = before["id"].clone();
        let after = two.prove(&covered, options, &second);
        badge["proof"] = json!([before, after]);
        let outcomes = |badge: &Value| {
            proof::integrity(&PayloadContent::Json(badge.to_string()), &Documents::new(), now()).unwrap()
        };
        let pass = |outcome: &Outcome| matches!(outcome, Outcome::Pass(_));
        assert!(outcomes(&badge).iter().all(pass), "{:#?}", outcomes(&badge));

        let mut changed = badge.clone();
        changed["proof"][0]["created"] = "2025-01-01T00:00:00Z".into();
        assert!(!outcomes(&changed).iter().any(pass), "both fail");
        let mut cut = badge.clone();
        cut["proof"] = json!([after]);
        assert_eq!(outcomes(&cut)[0].code(), "proof.malformed");
        let mut freed = badge.clone();
        freed["proof"][1].as_object_mut().unwrap().shift_remove("previousProof");
        assert!(pass(&outcomes(&freed)[0]) && !pass(&outcomes(&freed)[1]));
    }
}

#[test]
fn suites_that_lapel_has_not_are_named_and_never_pass() {
    let (badge, _) = signed(Suite::EddsaRdfc2022, Algorithm::EdDsa);
    for suite in ["bbs-2023", "ecdsa-xi-2023", "mldsa44-rdfc-2024", "EDDSA-RDFC-2022", ""] {
        let mut other = badge.clone();
        other["proof"]["cryptosuite"] = suite.into();
        let report = judge(&other);
        match &report.check(CheckId::Integrity).outcome {
            Outcome::Unknown(Gap::Unsupported { name, .. }) => assert_eq!(name, suite),
            other => unreachable!("{suite}: {other:?}"),
        }
        assert_eq!(report.verdict(), Verdict::Undecided);
    }
}
