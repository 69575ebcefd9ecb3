//! What a forger can do to a good badge, and that none of it ever yields *verified*.

#![allow(clippy::expect_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::similar_names, reason = "issuer and issued, forger and forged are the words")]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lapel_testkit::{Algorithm, Award, DataModel, Issued, Issuer, Key, Kind, document, now, sign_compact};
use lapel_testkit::{sign_data_integrity, sign_data_integrity_as};
use openbadges::artifact::PayloadContent;
use openbadges::{CheckId, Credential, Documents, Outcome, Policy, Report, Verdict, verify};
use serde_json::{Value, json};

const HOST: &str = "issuer.example";
const ME: &str = "ada@example.org";
const CREATED: &str = "2026-01-15T09:30:00Z";

/// The real issuer of a kind; every identity that its documents can bear out.
fn issuers(kind: Kind) -> Vec<Issuer> {
    let identities = match kind.algorithm() {
        Algorithm::Rs256 => vec![Issuer::did_web(HOST), Issuer::https(HOST), Issuer::did_jwk("real")],
        _ => {
            vec![Issuer::did_web(HOST), Issuer::https(HOST), Issuer::did_jwk("real"), Issuer::did_key("real")]
        }
    };
    identities.into_iter().map(|issuer| issuer.signing_with(kind.algorithm())).collect()
}

/// A badge as small as it may be, so that every byte can be tried.
fn small(issuer: &Issuer) -> Award {
    issuer.achievement("Rust").award_to(ME).without("/name").without("/issuer/url").without("/issuer/email")
}

/// A policy that is as kind to the forger as a user can be: the real issuer is trusted.
fn trusting(issuer: &Issuer) -> Policy {
    let trusted_issuers = vec![issuer.id(), issuer.url("profile.json")];
    Policy { identities: vec![ME.to_owned()], trusted_issuers, ..Policy::at(now()) }
}

fn impostor(algorithm: Algorithm) -> Key {
    Key::from_seed(algorithm, "impostor")
}

/// Judges `text` with the real issuer's documents, with none, and with the forger's own added.
fn judge_everywhere(
    text: &PayloadContent,
    real: &Issued,
    forged: &[openbadges::Document],
    policy: &Policy,
) -> Vec<Report> {
    let Ok(credential) = Credential::parse(text) else { return Vec::new() };
    let with_both: Documents = real.documents().iter().chain(forged).cloned().collect();
    let forged_only: Documents = forged.iter().cloned().collect();
    [real.at_hand(), Documents::new(), with_both, forged_only]
        .iter()
        .map(|documents| verify(&credential, documents, policy))
        .collect()
}

#[track_caller]
fn never_verified(what: &str, reports: &[Report]) {
    assert!(!reports.is_empty(), "{what}: the forgery does not even parse, so this test tries nothing");
    for report in reports {
        assert_ne!(report.verdict(), Verdict::Verified, "{what}: {report:#?}");
        let holds = |check| matches!(report.check(check).outcome, Outcome::Pass(_));
        let vouched = holds(CheckId::Integrity) && holds(CheckId::KeyAuthority);
        assert!(!vouched && !holds(CheckId::Hosted), "{what}: {report:#?}");
    }
}

#[test]
fn what_the_forger_starts_from_is_verified() {
    for kind in Kind::ALL {
        for issuer in issuers(kind) {
            let issued = small(&issuer).issue(kind);
            let report = verify(&issued.credential(), &issued.at_hand(), &trusting(&issuer));
            assert_eq!(report.verdict(), Verdict::Verified, "{kind:?} {}: {report:#?}", issuer.id());
        }
    }
}

#[test]
fn a_key_in_the_url_fragment_of_the_issuer_proves_nothing() {
    let key = impostor(Algorithm::EdDsa);
    let multibase = key.public_multibase();
    for model in [DataModel::V2, DataModel::V1] {
        for issuer in issuers(Kind::DataIntegrity(model)) {
            let real = small(&issuer).sign_data_integrity(model);
            let methods = [
                format!("{}#{multibase}", issuer.id()),
                format!("https://{HOST}/issuer#{multibase}"),
                format!("{}#{multibase}", key.did_key()),
                key.did_key(),
                format!("{}#0", key.did_jwk()),
                issuer.verification_method(),
            ];
            for method in methods {
                let mut forged = issuer.achievement("Master of Rust").award_to(ME).credential(model);
                sign_data_integrity_as(&mut forged, &key, &method, CREATED);
                let text = PayloadContent::Json(forged.to_string());
                let reports = judge_everywhere(&text, &real, &[], &trusting(&issuer));
                never_verified(&format!("{} as {method}", issuer.id()), &reports);
            }
        }
    }
}

#[test]
fn a_second_proof_of_the_forgers_own_does_not_carry_a_changed_badge() {
    let kind = Kind::DataIntegrity(DataModel::V2);
    let key = impostor(Algorithm::EdDsa);
    for issuer in issuers(kind) {
        let real = small(&issuer).issue(kind);
        let genuine: Value = serde_json::from_str(real.text()).expect("JSON");
        let mut forged = genuine.clone();
        forged["credentialSubject"]["achievement"]["name"] = "Master of Rust".into();
        sign_data_integrity_as(
            &mut forged,
            &key,
            &format!("{}#{}", key.did_key(), key.public_multibase()),
            CREATED,
        );
        for proofs in [json!([genuine["proof"], forged["proof"]]), json!([forged["proof"], genuine["proof"]])]
        {
            let mut both = forged.clone();
            both["proof"] = proofs;
            let text = PayloadContent::Json(both.to_string());
            never_verified("two proofs", &judge_everywhere(&text, &real, &[], &trusting(&issuer)));
        }
    }
}

#[test]
fn a_key_in_the_header_of_a_token_proves_nothing() {
    for kind in Kind::ALL.into_iter().filter(|kind| matches!(kind, Kind::Jwt(_) | Kind::VcClaim(_))) {
        let key = impostor(kind.algorithm());
        for issuer in issuers(kind) {
            let real = small(&issuer).issue(kind);
            let forged = issuer.achievement("Master of Rust").award_to(ME).issue(kind);
            let payload = URL_SAFE_NO_PAD
                .decode(forged.text().split('.').nth(1).expect("a payload"))
                .expect("base64url");
            let method = issuer.verification_method();
            let headers = [
                json!({"jwk": key.public_jwk()}),
                json!({"kid": method}),
                json!({"kid": method, "jwk": key.public_jwk()}),
                json!({"kid": "#key-1", "jwk": key.public_jwk()}),
                json!({"kid": format!("{}#{}", issuer.id(), key.public_multibase())}),
                json!({"kid": format!("{}#{}", key.did_key(), key.public_multibase())}),
                json!({"kid": format!("{}#0", key.did_jwk())}),
                json!({"jku": "https://forger.example/keys.json", "kid": "1"}),
                json!({"x5u": "https://forger.example/chain.pem"}),
                json!({}),
            ];
            for header in headers {
                let text = PayloadContent::Jws(sign_compact(&header, &payload, &key));
                let reports = judge_everywhere(&text, &real, &[], &trusting(&issuer));
                never_verified(&format!("{kind:?} {} {header}", issuer.id()), &reports);
            }
        }
    }
}

#[test]
fn the_issuers_public_key_is_no_shared_secret() {
    // RS256 and ES256 keys used as HMAC secrets: the classic confusion. The signature is beside the point: the
    // algorithm alone must be refused.
    for kind in [Kind::Jwt(Algorithm::Rs256), Kind::Jwt(Algorithm::Es256), Kind::Signed] {
        let issuer = Issuer::did_web(HOST).signing_with(kind.algorithm());
        let real = small(&issuer).issue(kind);
        let payload = real.text().split('.').nth(1).expect("a payload");
        for algorithm in ["HS256", "hs256", "none", "NONE", ""] {
            let header = json!({"alg": algorithm, "kid": issuer.verification_method()});
            let header = URL_SAFE_NO_PAD.encode(header.to_string());
            let text = PayloadContent::Jws(format!("{header}.{payload}.{}", URL_SAFE_NO_PAD.encode([7; 32])));
            if Credential::parse(&text).is_ok() {
                never_verified(algorithm, &judge_everywhere(&text, &real, &[], &trusting(&issuer)));
            }
        }
    }
}

#[test]
fn an_open_badges_2_key_of_the_forgers_own_proves_nothing() {
    let issuer = Issuer::did_web(HOST).signing_with(Algorithm::Rs256);
    let real = small(&issuer).sign_open_badges_2();
    let key = impostor(Algorithm::Rs256);
    let forgers_key = |id: &str| {
        let json = json!({
            "@context": "https://w3id.org/openbadges/v2", "type": "CryptographicKey", "id": id,
            "owner": issuer.url("profile.json"), "publicKeyPem": key.public_pem(),
        });
        document(id, "application/json", json.to_string())
    };
    let elsewhere = "https://forger.example/key.json";
    for creator in [Some(elsewhere), Some("https://issuer.example/keys/1.json"), None] {
        let award = issuer.achievement("Master of Rust").award_to(ME);
        let award = match creator {
            Some(creator) => award.with("/verification/creator", creator),
            None => award.without("/verification/creator"),
        };
        let forged = award.sign_open_badges_2();
        let payload =
            URL_SAFE_NO_PAD.decode(forged.text().split('.').nth(1).expect("a payload")).expect("base64url");
        for header in [json!({}), json!({"jwk": key.public_jwk()})] {
            let text = PayloadContent::Jws(sign_compact(&header, &payload, &key));
            // Of the class that was made up, the real issuer knows nothing: it comes from the forger's text alone.
            let class = forged.documents()[0].clone();
            let reports =
                judge_everywhere(&text, &real, &[forgers_key(elsewhere), class], &trusting(&issuer));
            never_verified(&format!("{creator:?} {header}"), &reports);
        }
    }
}

#[test]
fn an_assertion_on_the_forgers_host_is_not_the_issuers() {
    let issuer = Issuer::did_web(HOST).signing_with(Algorithm::Rs256);
    let real = small(&issuer).host();
    let url = "https://forger.example/assertions/1.json";
    let lookalikes =
        ["https://issuer.example.forger.example/a", "https://issuer.example@forger.example/a", url];
    for url in lookalikes {
        let forged = issuer.achievement("Rust").award_to(ME).with("/id", url).host();
        let served = document(url, "application/json", forged.text());
        let reports = judge_everywhere(forged.content(), &real, &[served], &trusting(&issuer));
        never_verified(url, &reports);
    }
}

#[test]
fn a_controller_document_on_the_forgers_host_does_not_speak_for_the_issuer() {
    // The forger's document says that it is the issuer's, and names the forger's key.
    for model in [DataModel::V2, DataModel::V1] {
        let issuer = Issuer::did_web(HOST);
        let real = small(&issuer).sign_data_integrity(model);
        let key = impostor(Algorithm::EdDsa);
        let forger = Issuer::did_web("forger.example").with_key(key.clone());
        let mut speaks_for = forger.controller_json();
        speaks_for["id"] = issuer.id().into();
        speaks_for["verificationMethod"][0]["controller"] = issuer.id().into();
        let url = forger.controller_url().expect("did:web has one");
        let documents = [
            document(&url, "application/did+json", speaks_for.to_string()),
            forger.controller_document().expect("one"),
        ];
        for served in documents {
            let mut forged = issuer.achievement("Master of Rust").award_to(ME).credential(model);
            sign_data_integrity_as(&mut forged, &key, &forger.verification_method(), CREATED);
            let text = PayloadContent::Json(forged.to_string());
            never_verified(&url, &judge_everywhere(&text, &real, &[served], &trusting(&issuer)));
        }
    }
}

#[test]
fn no_byte_of_a_data_integrity_badge_can_change() {
    for model in [DataModel::V2, DataModel::V1] {
        let issuer = Issuer::did_key("real");
        let real = small(&issuer).sign_data_integrity(model);
        let proof_at = real.text().find("\"proof\":").expect("a proof");
        let mut tried = 0;
        for (at, text) in one_byte_changes(real.text()) {
            let Ok(credential) = Credential::parse(&PayloadContent::Json(text.clone())) else { continue };
            let report = verify(&credential, &real.at_hand(), &trusting(&issuer));
            let around = &text[at.saturating_sub(20)..(at + 20).min(text.len())];
            assert_ne!(report.verdict(), Verdict::Verified, "byte {at}: …{around}…");
            if at < proof_at {
                assert_eq!(
                    report.check(CheckId::Integrity).outcome.as_str(),
                    "fail",
                    "byte {at}: …{around}…"
                );
                assert_eq!(report.verdict(), Verdict::Invalid, "byte {at}: …{around}…");
                tried += 1;
            }
        }
        assert!(tried > 300, "{model:?}: only {tried} changes were tried");
    }
}

#[test]
fn no_byte_of_a_signed_payload_can_change() {
    for kind in Kind::ALL.into_iter().filter(|kind| !matches!(kind, Kind::DataIntegrity(_) | Kind::Hosted)) {
        let issuer = Issuer::did_web(HOST).signing_with(kind.algorithm());
        let real = small(&issuer).issue(kind);
        let parts: Vec<&str> = real.text().split('.').collect();
        let payload = String::from_utf8(URL_SAFE_NO_PAD.decode(parts[1]).expect("base64url")).expect("UTF-8");
        let mut tried = 0;
        for (at, changed) in one_byte_changes(&payload) {
            let text = format!("{}.{}.{}", parts[0], URL_SAFE_NO_PAD.encode(&changed), parts[2]);
            let Ok(credential) = Credential::parse(&PayloadContent::Jws(text)) else { continue };
            let report = verify(&credential, &real.at_hand(), &trusting(&issuer));
            let around = &changed[at.saturating_sub(20)..(at + 20).min(changed.len())];
            assert_ne!(report.verdict(), Verdict::Verified, "{kind:?} byte {at}: …{around}…");
            if names_another_document(&report) {
                continue;
            }
            assert_eq!(
                report.check(CheckId::Integrity).outcome.as_str(),
                "fail",
                "{kind:?} byte {at}: …{around}…"
            );
            assert_eq!(report.verdict(), Verdict::Invalid, "{kind:?} byte {at}: …{around}…");
            tried += 1;
        }
        assert!(tried > 100, "{kind:?}: only {tried} changes were tried");
    }
}

#[test]
fn no_character_of_a_token_can_change() {
    for kind in Kind::ALL.into_iter().filter(|kind| !matches!(kind, Kind::DataIntegrity(_) | Kind::Hosted)) {
        let issuer = Issuer::did_web(HOST).signing_with(kind.algorithm());
        let real = small(&issuer).issue(kind);
        for at in 0..real.text().len() {
            let mut bytes = real.text().as_bytes().to_vec();
            // Also flips bits that a careless decoder would throw away at the end of a part.
            bytes[at] = if bytes[at] == b'B' { b'A' } else { b'B' };
            let text = PayloadContent::Jws(String::from_utf8(bytes).expect("ASCII"));
            let Ok(credential) = Credential::parse(&text) else { continue };
            let report = verify(&credential, &real.at_hand(), &trusting(&issuer));
            assert_ne!(report.verdict(), Verdict::Verified, "{kind:?} character {at}");
        }
    }
}

#[test]
fn no_object_of_a_data_integrity_badge_takes_a_property_that_no_context_defines() {
    for model in [DataModel::V2, DataModel::V1] {
        let issuer = Issuer::did_key("real");
        let real = small(&issuer).sign_data_integrity(model);
        let json: Value = serde_json::from_str(real.text()).expect("JSON");
        let places = objects(&json, "");
        assert!(places.len() >= 5, "{places:?}");
        for place in places {
            for (name, value) in
                [("grade", json!("A")), ("x-grade", json!(1)), ("grade", json!({"name": "A"}))]
            {
                let mut forged = json.clone();
                forged.pointer_mut(&place).expect("it is there")[name] = value;
                let credential =
                    Credential::parse(&PayloadContent::Json(forged.to_string())).expect("it parses");
                let report = verify(&credential, &real.at_hand(), &trusting(&issuer));
                assert_eq!(
                    report.check(CheckId::Integrity).outcome.as_str(),
                    "fail",
                    "{place}/{name}: {report:#?}"
                );
                assert_eq!(report.verdict(), Verdict::Invalid, "{place}/{name}");
            }
        }
    }
}

#[test]
fn an_issuer_cannot_sign_what_its_contexts_do_not_define() {
    // Not a forgery: the issuer itself would sign a document whose stray property the signature does not cover.
    let issuer = Issuer::did_key("real");
    let mut credential = small(&issuer).credential(DataModel::V2);
    sign_data_integrity(&mut credential, &issuer, CREATED);
    credential["credentialSubject"]["grade"] = "with distinction".into();
    let credential = Credential::parse(&PayloadContent::Json(credential.to_string())).expect("it parses");
    let report = verify(&credential, &Documents::new(), &trusting(&issuer));
    assert_eq!(report.verdict(), Verdict::Invalid);
}

#[test]
fn the_same_documents_give_an_equal_report_also_after_it_was_stored() {
    for kind in Kind::ALL {
        for issuer in issuers(kind) {
            let real = small(&issuer).issue(kind);
            let thinner = real.documents().iter().skip(1).cloned().collect();
            for documents in [real.at_hand(), Documents::new(), thinner] {
                let judge = || verify(&real.credential(), &documents, &trusting(&issuer));
                let report = judge();
                assert_eq!(report, judge(), "{kind:?}");
                let stored = serde_json::to_string(&report).expect("a report is JSON");
                let restored: Report = serde_json::from_str(&stored).expect("and comes back");
                assert_eq!(restored, report, "{kind:?}");
                assert_eq!(serde_json::to_string(&restored).expect("JSON"), stored, "{kind:?}");
            }
        }
    }
}

/// Whether the change made the badge name another class, key or issuer, without whose document the signature
/// cannot be tried: then it is either not the issuer's at all, or undecided until the document is seen.
fn names_another_document(report: &Report) -> bool {
    let untried = matches!(report.check(CheckId::Integrity).outcome, Outcome::Unknown(_));
    untried && (report.verdict() == Verdict::Invalid || !report.missing().is_empty())
}

/// Every text that differs from `json` in one letter or digit of a string (a key or a value), with the place.
fn one_byte_changes(json: &str) -> impl Iterator<Item = (usize, String)> + '_ {
    let mut within = false;
    let mut places = Vec::new();
    for (at, byte) in json.bytes().enumerate() {
        match byte {
            b'"' => within = !within,
            _ if byte.is_ascii_alphanumeric() && (within || byte.is_ascii_digit()) => places.push(at),
            _ => {}
        }
    }
    places.into_iter().map(|at| {
        let mut bytes = json.as_bytes().to_vec();
        bytes[at] = match bytes[at] {
            b'9' | b'z' | b'Z' => bytes[at] - 1,
            other => other + 1,
        };
        (at, String::from_utf8(bytes).expect("ASCII for ASCII"))
    })
}

/// Pointers to every object of `json` outside its proof.
fn objects(json: &Value, here: &str) -> Vec<String> {
    match json {
        Value::Object(members) => {
            let within = members
                .iter()
                .filter(|(name, _)| *name != "proof")
                .flat_map(|(name, value)| objects(value, &format!("{here}/{name}")));
            std::iter::once(here.to_owned()).chain(within).collect()
        }
        Value::Array(items) => items
            .iter()
            .enumerate()
            .flat_map(|(index, item)| objects(item, &format!("{here}/{index}")))
            .collect(),
        _ => Vec::new(),
    }
}
