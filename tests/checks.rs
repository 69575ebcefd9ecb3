//! For each check and each kind of badge: one that passes, and others that fail in that check alone.
//!
//! A fault of one check must never show as a fault of another. So every test here starts from a badge whose report
//! is known to be clean, spoils one thing, and compares the whole report: the check in question has the expected
//! outcome and code, no other check fails, and what changed elsewhere is at most that it could no longer be asked.

#![allow(clippy::expect_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::similar_names, reason = "issuer and issued, forger and forged are the words")]

use lapel_testkit::{
    Algorithm, Award, DataModel, Issued, Issuer, Key, Kind, RevocationNames, StatusForm, StatusList,
    answer_with_status, document, instant, now,
};
use openbadges::{
    Answer, CheckId, Documents, KnownIssuer, Outcome, Policy, Report, Unavailable, Verdict, verify,
};
use serde_json::{Value, json};

const HOST: &str = "issuer.example";
const ME: &str = "ada@example.org";
const INDEX: usize = 94_567;

/// The issuer of `kind`, by `did:web` (Open Badges 2.0: by its profile on the same host).
fn issuer(kind: Kind) -> Issuer {
    Issuer::did_web(HOST).signing_with(kind.algorithm())
}

/// A badge of `kind` that has everything: an end, a status (Open Badges 3.0), a recipient.
fn award(kind: Kind) -> Award {
    let award = issuer(kind).achievement("Rust").award_to(ME).expires("2027-01-01T00:00:00Z");
    if kind.is_open_badges_2() { award } else { award.status(&StatusList::of(&issuer(kind)), INDEX) }
}

fn policy() -> Policy {
    Policy { identities: vec![ME.to_owned()], ..Policy::at(now()) }
}

fn judged(issued: &Issued) -> Report {
    verify(&issued.credential(), &issued.at_hand(), &policy())
}

fn kinds(wanted: impl Fn(Kind) -> bool) -> impl Iterator<Item = Kind> {
    Kind::ALL.into_iter().filter(move |&kind| wanted(kind))
}

fn open_badges_3(kind: Kind) -> bool {
    !kind.is_open_badges_2()
}

/// What is asserted of a check: its outcome and its code.
fn said(report: &Report, check: CheckId) -> (&'static str, &'static str) {
    let check = report.check(check);
    (check.outcome.as_str(), check.code())
}

/// `report` differs from that of a clean badge in `check` alone, which says `outcome` with `code`.
#[track_caller]
fn differs_only_in(check: CheckId, outcome: &str, code: &str, kind: Kind, report: &Report) {
    let clean = judged(&award(kind).issue(kind));
    assert_eq!(said(report, check), (outcome, code), "{kind:?}: {:#?}", report.check(check));
    // Without a proof that holds nobody knows whose badge it is.
    let proof = [CheckId::Integrity, CheckId::KeyAuthority, CheckId::Hosted].contains(&check);
    for other in CheckId::ALL.into_iter().filter(|&other| other != check) {
        let no_longer_asked = match said(report, other) {
            ("unknown", "check.not-reached") => true,
            ("unknown", "issuer.unknown") => proof && other == CheckId::Issuer,
            _ => false,
        };
        assert!(
            no_longer_asked || said(report, other) == said(&clean, other),
            "{kind:?}: {} was spoiled, and {} says {:?}",
            check.as_str(),
            other.as_str(),
            report.check(other),
        );
    }
}

#[track_caller]
fn fails_only_in(check: CheckId, code: &str, verdict: Verdict, kind: Kind, issued: &Issued) {
    let report = judged(issued);
    differs_only_in(check, "fail", code, kind, &report);
    assert_eq!(report.verdict(), verdict, "{kind:?}");
}

#[track_caller]
fn is_undecided_only_in(check: CheckId, code: &str, kind: Kind, report: &Report) {
    differs_only_in(check, "unknown", code, kind, report);
    assert_eq!(report.verdict(), Verdict::Undecided, "{kind:?}");
}

/// The document at `url` with `change` made to its JSON.
fn changed(issued: &Issued, url: &str, change: impl Fn(&mut Value)) -> Issued {
    let old = issued.documents().iter().find(|document| document.url == url).expect("it is published");
    let mut json: Value = serde_json::from_slice(&old.bytes).expect("it is JSON");
    change(&mut json);
    issued.clone().with_document(document(url, "application/json", json.to_string()))
}

#[test]
fn a_sound_badge_of_every_kind_passes_every_check() {
    for kind in Kind::ALL {
        let report = judged(&award(kind).issue(kind));
        for check in report.checks() {
            let fine = matches!(check.outcome, Outcome::Pass(_) | Outcome::NotApplicable(_));
            assert!(fine, "{kind:?}: {check:?}");
        }
        assert_eq!(report.verdict(), Verdict::Verified, "{kind:?}");
        assert_eq!(report.missing(), [] as [&str; 0], "{kind:?}");
        for asked in [CheckId::Structure, CheckId::Issuer, CheckId::Dates, CheckId::Recipient] {
            assert_eq!(said(&report, asked).0, "pass", "{kind:?} {}", asked.as_str());
        }
        let proof = if kind == Kind::Hosted { CheckId::Hosted } else { CheckId::Integrity };
        assert_eq!(said(&report, proof).0, "pass", "{kind:?}");
    }
}

#[test]
fn every_way_to_name_an_issuer_leads_to_its_key() {
    for kind in kinds(open_badges_3) {
        for issuer in [Issuer::did_web(HOST), Issuer::https(HOST), Issuer::did_key("a"), Issuer::did_jwk("a")]
        {
            let issuer = issuer.signing_with(kind.algorithm());
            if issuer.id().starts_with("did:key:") && kind.algorithm() == Algorithm::Rs256 {
                continue;
            }
            let report = judged(&issuer.achievement("Rust").issue(kind));
            assert_eq!(said(&report, CheckId::Integrity).0, "pass", "{kind:?} {}: {report:#?}", issuer.id());
            assert_eq!(
                said(&report, CheckId::KeyAuthority).0,
                "pass",
                "{kind:?} {}: {report:#?}",
                issuer.id()
            );
        }
    }
}

mod structure {
    use super::*;

    #[test]
    fn a_credential_without_criteria() {
        for kind in kinds(open_badges_3) {
            let issued = award(kind).without("/credentialSubject/achievement/criteria").issue(kind);
            fails_only_in(CheckId::Structure, "structure.malformed", Verdict::Invalid, kind, &issued);
        }
    }

    #[test]
    fn a_name_that_is_no_text() {
        for kind in kinds(|kind| matches!(kind, Kind::Jwt(_) | Kind::VcClaim(_))) {
            let issued = award(kind).with("/credentialSubject/achievement/name", 5).issue(kind);
            fails_only_in(CheckId::Structure, "structure.malformed", Verdict::Invalid, kind, &issued);
        }
    }

    #[test]
    fn a_badge_class_without_criteria() {
        for kind in kinds(Kind::is_open_badges_2) {
            let issued = award(kind).issue(kind);
            let issued = changed(&issued, "https://issuer.example/badges/rust.json", |class| {
                class.as_object_mut().expect("an object").remove("criteria");
            });
            fails_only_in(CheckId::Structure, "structure.malformed", Verdict::Invalid, kind, &issued);
        }
    }

    #[test]
    fn an_issuer_profile_without_an_address() {
        for kind in kinds(Kind::is_open_badges_2) {
            let issued = award(kind).issue(kind);
            let issued = changed(&issued, "https://issuer.example/profile.json", |profile| {
                profile.as_object_mut().expect("an object").remove("email");
            });
            fails_only_in(CheckId::Structure, "structure.malformed", Verdict::Invalid, kind, &issued);
        }
    }
}

mod integrity {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    #[test]
    fn a_word_changed_after_signing() {
        for kind in kinds(|kind| kind != Kind::Hosted) {
            let issued = award(kind).issue(kind);
            let text = match kind {
                Kind::DataIntegrity(_) => issued.text().replace("Awarded for Rust", "Awarded for rust"),
                // The recipient is the same to the checks that come after: only the signature can tell.
                _ => with_payload(issued.text(), |text| {
                    text.replace("2026-01-15T09:30:00Z", "2026-01-15T09:30:00.0Z")
                }),
            };
            assert_ne!(text, issued.text(), "{kind:?}");
            let forged = issued.with_text(text);
            fails_only_in(CheckId::Integrity, "proof.bad-signature", Verdict::Invalid, kind, &forged);
        }
    }

    #[test]
    fn a_property_outside_the_contexts() {
        for kind in kinds(|kind| matches!(kind, Kind::DataIntegrity(_))) {
            for place in ["", "/credentialSubject", "/credentialSubject/achievement", "/issuer"] {
                let issued = award(kind).issue(kind);
                let mut json: Value = serde_json::from_str(issued.text()).expect("it is JSON");
                json.pointer_mut(place).expect("it is there")["grade"] = "with distinction".into();
                let forged = issued.with_text(json.to_string());
                fails_only_in(CheckId::Integrity, "proof.undefined-term", Verdict::Invalid, kind, &forged);
            }
        }
    }

    #[test]
    fn a_context_that_nobody_pinned() {
        for kind in kinds(|kind| matches!(kind, Kind::DataIntegrity(_))) {
            let issued = award(kind).issue(kind);
            let mut json: Value = serde_json::from_str(issued.text()).expect("it is JSON");
            let contexts = json["@context"].as_array_mut().expect("an array");
            contexts.push("https://issuer.example/context.json".into());
            let forged = issued.with_text(json.to_string());
            fails_only_in(CheckId::Integrity, "proof.unknown-context", Verdict::Invalid, kind, &forged);
        }
    }

    #[test]
    fn no_proof_at_all() {
        for kind in kinds(|kind| matches!(kind, Kind::DataIntegrity(_))) {
            let issued = award(kind).issue(kind);
            let mut json: Value = serde_json::from_str(issued.text()).expect("it is JSON");
            json.as_object_mut().expect("an object").remove("proof");
            let forged = issued.with_text(json.to_string());
            fails_only_in(CheckId::Integrity, "proof.absent", Verdict::Invalid, kind, &forged);
        }
    }

    #[test]
    fn a_token_that_says_it_needs_no_signature() {
        for kind in kinds(|kind| !matches!(kind, Kind::DataIntegrity(_) | Kind::Hosted)) {
            let issued = award(kind).issue(kind);
            let payload = issued.text().split('.').nth(1).expect("a payload");
            for algorithm in ["none", "None", "HS256"] {
                let header = URL_SAFE_NO_PAD.encode(json!({"alg": algorithm, "typ": "JWT"}).to_string());
                let forged = issued.with_text(format!("{header}.{payload}.AAAA"));
                fails_only_in(CheckId::Integrity, "proof.algorithm-refused", Verdict::Invalid, kind, &forged);
            }
        }
    }

    #[test]
    fn claims_that_contradict_the_credential() {
        for kind in kinds(|kind| matches!(kind, Kind::Jwt(_) | Kind::VcClaim(_))) {
            let issuer = issuer(kind);
            let issued = award(kind).issue(kind);
            let payload = issued.text().split('.').nth(1).expect("a payload");
            let mut claims: Value =
                serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).expect("base64url")).expect("JSON");
            claims["jti"] = "urn:uuid:00000000-0000-8000-8000-000000000000".into();
            let header = json!({"typ": "JWT", "kid": issuer.verification_method()});
            let text = lapel_testkit::sign_compact(&header, claims.to_string().as_bytes(), issuer.key());
            let forged = issued.with_text(text);
            fails_only_in(CheckId::Integrity, "proof.claim-mismatch", Verdict::Invalid, kind, &forged);
        }
    }

    fn with_payload(jws: &str, change: impl Fn(&str) -> String) -> String {
        let mut parts: Vec<String> = jws.split('.').map(str::to_owned).collect();
        let payload = URL_SAFE_NO_PAD.decode(&parts[1]).expect("base64url");
        parts[1] = URL_SAFE_NO_PAD.encode(change(std::str::from_utf8(&payload).expect("UTF-8")));
        parts.join(".")
    }
}

mod key_authority {
    use super::*;

    const DID_DOCUMENT: &str = "https://issuer.example/.well-known/did.json";

    #[test]
    fn the_issuer_does_not_list_the_key_for_assertions() {
        for kind in kinds(open_badges_3) {
            let issued = award(kind).issue(kind);
            let issued = changed(&issued, DID_DOCUMENT, |document| {
                document["authentication"] = document["assertionMethod"].take();
                document["assertionMethod"] = json!([]);
            });
            let report = judged(&issued);
            // The status list is signed with the same key: what it says cannot be relied on either.
            assert_eq!(
                said(&report, CheckId::KeyAuthority),
                ("fail", "key.not-listed"),
                "{kind:?} {report:#?}"
            );
            assert_eq!(said(&report, CheckId::Integrity).0, "pass", "{kind:?}");
            assert_eq!(report.verdict(), Verdict::Invalid, "{kind:?}");
            no_other_fails(CheckId::KeyAuthority, kind, &report);
        }
    }

    #[test]
    fn the_issuer_revoked_the_key() {
        for kind in kinds(open_badges_3) {
            let issued = award(kind).issue(kind);
            let issued = changed(&issued, DID_DOCUMENT, |document| {
                document["verificationMethod"][0]["revoked"] = "2025-01-01T00:00:00Z".into();
            });
            let report = judged(&issued);
            assert_eq!(said(&report, CheckId::KeyAuthority), ("fail", "key.revoked"), "{kind:?} {report:#?}");
            assert_eq!(report.verdict(), Verdict::Invalid, "{kind:?}");
            no_other_fails(CheckId::KeyAuthority, kind, &report);
        }
    }

    #[test]
    fn a_key_in_the_fragment_vouches_only_for_itself_until_the_document_is_seen() {
        for model in [DataModel::V2, DataModel::V1] {
            let kind = Kind::DataIntegrity(model);
            let issuer = issuer(kind);
            let mut credential = issuer.achievement("Rust").award_to(ME).credential(model);
            lapel_testkit::sign_data_integrity_as(
                &mut credential,
                issuer.key(),
                &format!("{}#{}", issuer.id(), issuer.key().public_multibase()),
                "2026-01-15T09:30:00Z",
            );
            let issued = award(kind).issue(kind).with_text(credential.to_string());
            let report = verify(&issued.credential(), &Documents::new(), &policy());
            assert_eq!(said(&report, CheckId::Integrity).0, "pass", "{report:#?}");
            assert_eq!(said(&report, CheckId::KeyAuthority), ("unknown", "key.self-asserted"), "{report:#?}");
            assert_eq!(report.verdict(), Verdict::Undecided);
            assert_eq!(report.missing(), [DID_DOCUMENT]);
        }
    }

    #[test]
    fn an_open_badges_2_key_that_the_profile_does_not_list() {
        let kind = Kind::Signed;
        let issued = award(kind).issue(kind);
        let stranger = Issuer::did_web(HOST).with_key(Key::from_seed(Algorithm::Rs256, "impostor"));
        let other = "https://issuer.example/keys/2.json";
        let key = json!({
            "@context": "https://w3id.org/openbadges/v2", "type": "CryptographicKey", "id": other,
            "owner": "https://issuer.example/profile.json", "publicKeyPem": stranger.key().public_pem(),
        });
        let issued = changed(&issued, "https://issuer.example/profile.json", |profile| {
            profile["publicKey"] = json!(other);
        });
        let issued = issued.with_document(document(other, "application/json", key.to_string()));
        let report = judged(&issued);
        assert_eq!(said(&report, CheckId::KeyAuthority).0, "fail", "{report:#?}");
        assert_eq!(report.verdict(), Verdict::Invalid);
    }

    #[test]
    fn the_document_cannot_be_had() {
        for kind in kinds(|kind| kind != Kind::Hosted) {
            let url = match kind {
                Kind::Signed => "https://issuer.example/keys/1.json",
                _ => DID_DOCUMENT,
            };
            let mut documents = Documents::new();
            documents
                .insert(url, Answer::Unavailable(Unavailable::Unreachable { detail: "no route".into() }));
            for (url, answer) in award(kind).issue(kind).at_hand().iter() {
                documents.insert(url, answer.clone());
            }
            let report = verify(&award(kind).issue(kind).credential(), &documents, &policy());
            assert_eq!(
                said(&report, CheckId::Integrity),
                ("unknown", "document.unavailable"),
                "{kind:?} {report:#?}"
            );
            assert_eq!(report.verdict(), Verdict::Undecided, "{kind:?}: failing to fetch is never invalid");
            assert_eq!(report.missing(), [] as [&str; 0], "{kind:?}: it was tried");
        }
    }
}

#[track_caller]
fn no_other_fails(check: CheckId, kind: Kind, report: &Report) {
    for other in report.checks().iter().filter(|other| other.id != check) {
        assert!(!matches!(other.outcome, Outcome::Fail(_)), "{kind:?}: {other:?}");
    }
}

mod hosted {
    use super::*;

    const KIND: Kind = Kind::Hosted;

    fn own_url(issued: &Issued) -> String {
        issued.documents()[0].url.clone()
    }

    #[test]
    fn the_issuer_serves_another_badge_there() {
        let issued = award(KIND).issue(KIND);
        let second = "https://issuer.example/assertions/2";
        let issued = changed(&issued, &own_url(&issued), |assertion| assertion["id"] = second.into());
        // The copy says that its home is elsewhere: that home is asked once.
        let report = judged(&issued);
        assert_eq!(said(&report, CheckId::Hosted), ("unknown", "document.missing"));
        assert_eq!(report.missing(), [second]);
        // It sends us on again, or does not know the badge.
        let third = json!({"id": "https://issuer.example/assertions/3", "type": "Assertion"});
        let report = judged(&issued.with_document(document(second, "application/json", third.to_string())));
        assert_eq!(said(&report, CheckId::Hosted), ("fail", "hosted.elsewhere"), "{report:#?}");
        assert_eq!(report.verdict(), Verdict::Invalid);
    }

    #[test]
    fn an_address_outside_the_issuers_own_scope() {
        let issued = award(KIND).issue(KIND);
        let issued = changed(&issued, "https://issuer.example/profile.json", |profile| {
            profile["verification"] =
                json!({"type": "VerificationObject", "allowedOrigins": "elsewhere.example"});
        });
        fails_only_in(CheckId::Hosted, "hosted.out-of-scope", Verdict::Invalid, KIND, &issued);
    }

    #[test]
    fn an_origin_that_only_begins_like_the_issuers() {
        let issued = award(KIND).issue(KIND);
        let issued = changed(&issued, "https://issuer.example/profile.json", |profile| {
            profile["verification"] =
                json!({"type": "VerificationObject", "startsWith": "https://issuer.exam"});
        });
        fails_only_in(CheckId::Hosted, "hosted.out-of-scope", Verdict::Invalid, KIND, &issued);
    }

    #[test]
    fn the_copy_was_not_asked_for_or_does_not_answer() {
        let issued = award(KIND).issue(KIND);
        let url = own_url(&issued);
        let report = judged(&issued.clone().without_document(&url));
        assert_eq!(said(&report, CheckId::Hosted), ("unknown", "document.missing"), "{report:#?}");
        assert_eq!(report.verdict(), Verdict::Undecided);
        assert!(report.missing().contains(&url));

        for status in [403, 404, 500] {
            let mut documents = Documents::new();
            documents.insert(url.clone(), answer_with_status(&url, status));
            for (url, answer) in issued.at_hand().iter() {
                documents.insert(url, answer.clone());
            }
            let report = verify(&issued.credential(), &documents, &policy());
            assert_eq!(
                said(&report, CheckId::Hosted),
                ("unknown", "document.unavailable"),
                "{status} {report:#?}"
            );
            assert_eq!(report.verdict(), Verdict::Undecided, "{status}");
        }
    }
}

mod issuer {
    use super::*;

    #[test]
    fn a_key_of_nobody_is_undecided_until_the_user_vouches_for_it() {
        for kind in kinds(|kind| open_badges_3(kind) && kind.algorithm() == Algorithm::EdDsa) {
            let issuer = Issuer::did_key("nobody");
            let issued = issuer.achievement("Rust").award_to(ME).issue(kind);
            let report = judged(&issued);
            assert_eq!(said(&report, CheckId::Issuer), ("unknown", "issuer.unknown"), "{kind:?}");
            assert_eq!(report.verdict(), Verdict::Undecided, "{kind:?}");

            let trusting = Policy { trusted_issuers: vec![issuer.id()], ..policy() };
            let report = verify(&issued.credential(), &issued.at_hand(), &trusting);
            assert_eq!(said(&report, CheckId::Issuer), ("pass", "issuer.trusted"), "{kind:?}");
            assert_eq!(report.verdict(), Verdict::Verified, "{kind:?}");

            let known = KnownIssuer { id: issuer.id(), known_to: "a registry".to_owned() };
            let knowing = Policy { known_issuers: vec![known], ..policy() };
            let report = verify(&issued.credential(), &issued.at_hand(), &knowing);
            assert_eq!(said(&report, CheckId::Issuer), ("pass", "issuer.known"), "{kind:?}");
            assert_eq!(report.verdict(), Verdict::Verified, "{kind:?}");

            let trusting = Policy { trusted_issuers: vec![Issuer::did_key("somebody").id()], ..policy() };
            let report = verify(&issued.credential(), &issued.at_hand(), &trusting);
            assert_eq!(report.verdict(), Verdict::Undecided, "{kind:?}: another issuer is trusted");
        }
    }
}

mod dates {
    use super::*;

    #[test]
    fn expired() {
        for kind in Kind::ALL {
            let issued = award(kind).expires("2026-11-23T11:59:59Z").issue(kind);
            fails_only_in(CheckId::Dates, "dates.expired", Verdict::Expired, kind, &issued);
        }
    }

    #[test]
    fn not_yet_valid() {
        for kind in Kind::ALL {
            let issued = award(kind).issued("2026-11-24T00:00:00Z").issue(kind);
            fails_only_in(CheckId::Dates, "dates.not-yet-valid", Verdict::Invalid, kind, &issued);
        }
    }

    #[test]
    fn ends_before_it_begins() {
        for kind in Kind::ALL {
            let issued = award(kind).expires("2025-01-01T00:00:00Z").issue(kind);
            fails_only_in(CheckId::Dates, "dates.ends-before-start", Verdict::Invalid, kind, &issued);
        }
    }

    #[test]
    fn the_same_badge_passes_before_its_end_and_not_after() {
        for kind in Kind::ALL {
            let issued = award(kind).issue(kind);
            for (at, verdict) in [
                ("2026-12-31T23:59:59Z", Verdict::Verified),
                ("2027-01-01T00:00:00Z", Verdict::Expired),
                ("2036-01-01T00:00:00Z", Verdict::Expired),
            ] {
                let at = Policy { now: instant(at), ..policy() };
                let report = verify(&issued.credential(), &issued.at_hand(), &at);
                assert_eq!(report.verdict(), verdict, "{kind:?} at {}", at.now);
            }
        }
    }
}

mod status {
    use super::*;
    use openbadges::Document;

    fn list(kind: Kind) -> StatusList {
        StatusList::of(&issuer(kind))
    }

    fn signed(list: &StatusList, kind: Kind) -> Document {
        if kind.algorithm() == Algorithm::EdDsa { list.signed() } else { list.signed_as_jwt() }
    }

    #[test]
    fn revoked_by_a_list() {
        for kind in kinds(open_badges_3) {
            let issued = award(kind).issue(kind).with_document(signed(&list(kind).set(INDEX), kind));
            fails_only_in(CheckId::Status, "status.revoked", Verdict::Revoked, kind, &issued);
        }
    }

    #[test]
    fn the_neighbours_bits_are_nobody_elses() {
        for kind in kinds(open_badges_3) {
            let neighbours = list(kind).set(INDEX - 1).set(INDEX + 1).set(INDEX ^ 7).set(0).set(131_071);
            let report = judged(&award(kind).issue(kind).with_document(signed(&neighbours, kind)));
            assert_eq!(said(&report, CheckId::Status), ("pass", "status.not-revoked"), "{kind:?}");
        }
    }

    #[test]
    fn suspended_by_a_second_list() {
        for kind in kinds(open_badges_3) {
            let suspended = list(kind).for_purpose("suspension").set(7);
            let issued = award(kind).status(&suspended, 7).issue(kind);
            fails_only_in(CheckId::Status, "status.suspended", Verdict::Revoked, kind, &issued);
        }
    }

    #[test]
    fn a_list_that_cannot_be_had_is_never_good_news() {
        for kind in kinds(open_badges_3) {
            let url = list(kind).url().to_owned();
            let issued = award(kind).issue(kind).without_document(&url);
            let report = judged(&issued);
            is_undecided_only_in(CheckId::Status, "document.missing", kind, &report);
            assert_eq!(report.missing(), [url.as_str()], "{kind:?}");

            for status in [404, 410, 500] {
                let mut documents = issued.at_hand();
                documents.insert(url.clone(), answer_with_status(&url, status));
                let report = verify(&issued.credential(), &documents, &policy());
                is_undecided_only_in(CheckId::Status, "document.unavailable", kind, &report);
            }
        }
    }

    #[test]
    fn a_list_that_nobody_signed() {
        for kind in kinds(open_badges_3) {
            let issued = award(kind).issue(kind).with_document(list(kind).unsigned());
            let report = judged(&issued);
            is_undecided_only_in(CheckId::Status, "status.list-unverified", kind, &report);
        }
    }

    #[test]
    fn a_list_that_somebody_else_signed() {
        for kind in kinds(open_badges_3) {
            let impostor = issuer(kind).with_key(Key::from_seed(kind.algorithm(), "impostor"));
            let issued = award(kind).issue(kind).with_document(signed(&StatusList::of(&impostor), kind));
            let report = judged(&issued);
            is_undecided_only_in(CheckId::Status, "status.list-unverified", kind, &report);
        }
    }

    #[test]
    fn a_list_that_is_out_of_date() {
        for kind in kinds(open_badges_3) {
            let stale = signed(&list(kind).valid_until("2026-06-01T00:00:00Z"), kind);
            let report = judged(&award(kind).issue(kind).with_document(stale));
            is_undecided_only_in(CheckId::Status, "status.list-stale", kind, &report);
        }
    }

    #[test]
    fn a_list_too_short_to_hide_anybody() {
        for kind in kinds(open_badges_3) {
            let short = signed(&list(kind).with_length(1024), kind);
            let report = judged(&award(kind).issue(kind).with_document(short));
            assert_ne!(said(&report, CheckId::Status).0, "pass", "{kind:?} {report:#?}");
            assert_ne!(report.verdict(), Verdict::Verified, "{kind:?}");
        }
    }

    #[test]
    fn an_entry_that_points_nowhere() {
        for kind in kinds(open_badges_3) {
            for index in ["131072", "-1", "1.5", "abc", "99999999999999999999"] {
                let issued = award(kind).with("/credentialStatus/statusListIndex", index).issue(kind);
                let report = judged(&issued);
                assert_ne!(said(&report, CheckId::Status).0, "pass", "{kind:?} {index}");
                assert_ne!(report.verdict(), Verdict::Verified, "{kind:?} {index}");
            }
        }
    }

    #[test]
    fn a_status_that_lapel_does_not_know_is_not_a_pass() {
        for kind in kinds(|kind| matches!(kind, Kind::Jwt(_) | Kind::VcClaim(_))) {
            let issued = award(kind).with("/credentialStatus/type", "SomeFutureStatus").issue(kind);
            let report = judged(&issued);
            is_undecided_only_in(CheckId::Status, "unsupported.status-type", kind, &report);
        }
    }

    /// The earlier kinds of lists, in badges whose proof asks nothing of JSON-LD.
    fn early() -> impl Iterator<Item = (Kind, StatusForm)> {
        let forms = [StatusForm::StatusList2021, StatusForm::RevocationList2020];
        kinds(|kind| matches!(kind, Kind::Jwt(_) | Kind::VcClaim(_)))
            .flat_map(move |kind| forms.into_iter().map(move |form| (kind, form)))
    }

    fn listed(kind: Kind, at: &StatusList) -> Award {
        award(kind).with("/credentialStatus", at.entry(INDEX))
    }

    #[test]
    fn earlier_lists_clear_and_revoke() {
        for (kind, form) in early() {
            let clear = list(kind).in_form(form);
            let report = judged(&listed(kind, &clear).issue(kind).with_document(clear.signed_as_jwt()));
            assert_eq!(said(&report, CheckId::Status), ("pass", "status.not-revoked"), "{kind:?} {form:?}");
            assert_eq!(report.verdict(), Verdict::Verified, "{kind:?} {form:?}");
            let revoked = list(kind).in_form(form).set(INDEX);
            let issued = listed(kind, &revoked).issue(kind).with_document(revoked.signed_as_jwt());
            fails_only_in(CheckId::Status, "status.revoked", Verdict::Revoked, kind, &issued);
        }
    }

    #[test]
    fn earlier_lists_are_verified_before_they_are_believed() {
        for (kind, form) in early() {
            let clear = list(kind).in_form(form);
            let issued = listed(kind, &clear).issue(kind);
            let tampered = {
                let token = String::from_utf8(clear.signed_as_jwt().bytes).expect("a token");
                let (signed, signature) = token.rsplit_once('.').expect("three parts");
                let other = String::from_utf8(clear.clone().set(1).signed_as_jwt().bytes).expect("a token");
                let (other, _) = other.rsplit_once('.').expect("three parts");
                assert_ne!(other, signed);
                document(clear.url(), "application/vc+jwt", format!("{other}.{signature}"))
            };
            let stale = clear.clone().valid_until("2026-06-01T00:00:00Z").signed_as_jwt();
            for (wrong, code) in [
                (clear.unsigned(), "status.list-unverified"),
                (tampered, "status.list-unverified"),
                (stale, "status.list-stale"),
            ] {
                let report = judged(&issued.clone().with_document(wrong));
                is_undecided_only_in(CheckId::Status, code, kind, &report);
            }
            let report = judged(&issued.without_document(clear.url()));
            is_undecided_only_in(CheckId::Status, "document.missing", kind, &report);
        }
    }

    #[test]
    fn short_lists_that_can_be_read_both_ways_decide_nothing() {
        for (kind, form) in early() {
            let short = list(kind).in_form(form).with_length(100_000).lowest_bit_first();
            // Bit 94,567 from one end of its byte is bit 94,560 from the other.
            for (set, code) in [(INDEX, "status.list-unverified"), (94_560, "status.list-unverified")] {
                let short = short.clone().set(set);
                let report = judged(&listed(kind, &short).issue(kind).with_document(short.signed_as_jwt()));
                is_undecided_only_in(CheckId::Status, code, kind, &report);
            }
            let report = judged(&listed(kind, &short).issue(kind).with_document(short.signed_as_jwt()));
            assert_eq!(said(&report, CheckId::Status).0, "pass", "{kind:?} {form:?}");
            assert!(report.warnings().iter().any(|warning| warning.code == "status.short-list"));
        }
    }

    #[test]
    fn an_entry_and_a_list_of_different_kinds_do_not_fit() {
        for (kind, form) in early() {
            let entry = list(kind).in_form(form);
            let issued = listed(kind, &entry).issue(kind).with_document(list(kind).signed_as_jwt());
            fails_only_in(CheckId::Status, "status.malformed", Verdict::Invalid, kind, &issued);
        }
    }

    #[test]
    fn a_list_that_outlived_its_time() {
        for kind in kinds(open_badges_3) {
            let issued = award(kind).issue(kind);
            let fresh = signed(&list(kind).living(60_000), kind);
            let mut stale = fresh.clone();
            stale.fetched_at = instant("2026-11-23T11:58:59Z");
            let report = judged(&issued.clone().with_document(fresh));
            assert_eq!(said(&report, CheckId::Status).0, "pass", "{kind:?}");
            let report = judged(&issued.with_document(stale));
            is_undecided_only_in(CheckId::Status, "status.list-stale", kind, &report);
        }
    }

    #[test]
    fn messages_are_passed_on_and_revoke_nothing() {
        for kind in kinds(open_badges_3) {
            let messages = list(kind)
                .for_purpose("message")
                .with_size(2)
                .saying(0, "pending")
                .saying(2, "delivered")
                .set_to(7, 2);
            let newer = list(kind).for_purpose("refresh").set(9);
            let report = judged(&award(kind).status(&messages, 7).status(&newer, 9).issue(kind));
            assert_eq!(said(&report, CheckId::Status), ("pass", "status.not-revoked"), "{kind:?}");
            assert_eq!(report.verdict(), Verdict::Verified, "{kind:?}");
            let told = |code: &str| {
                report
                    .warnings()
                    .iter()
                    .filter(|warning| warning.code == code)
                    .map(|warning| warning.detail.clone())
                    .collect::<String>()
            };
            assert!(told("status.message").contains("delivered"), "{kind:?}: {:?}", report.warnings());
            assert!(!told("status.refresh").is_empty(), "{kind:?}");
        }
    }

    #[test]
    fn every_entry_is_looked_at() {
        for kind in kinds(open_badges_3) {
            let second = list(kind).for_purpose("suspension");
            let third = list(kind).for_purpose("revocation").set(3);
            let issued = award(kind).status(&second, 2).status(&third, 3).issue(kind);
            fails_only_in(CheckId::Status, "status.revoked", Verdict::Revoked, kind, &issued);
        }
    }

    #[test]
    fn a_list_of_names_clears_and_revokes() {
        for kind in kinds(|kind| matches!(kind, Kind::Jwt(_) | Kind::VcClaim(_))) {
            let names = RevocationNames::of(&issuer(kind));
            let badge = award(kind).with("/credentialStatus", names.entry());
            let (id, issued) = (badge.credential_id(), badge.issue(kind));
            let others =
                names.clone().with(json!("urn:uuid:other")).with(json!({ "id": id, "revoked": false }));
            let report = judged(&issued.clone().with_document(others.published()));
            assert_eq!(said(&report, CheckId::Status), ("pass", "status.not-revoked"), "{kind:?}");
            assert_eq!(report.verdict(), Verdict::Verified, "{kind:?}");
            assert!(report.warnings().iter().any(|warning| warning.code == "status.unsigned-list"));
            for entry in [
                json!(id),
                json!({ "id": id, "revocationReason": "by mistake" }),
                json!({ "id": id, "revoked": true }),
            ] {
                for list in [names.clone(), names.clone().in_plural()] {
                    let issued = issued.clone().with_document(list.with(entry.clone()).published());
                    fails_only_in(CheckId::Status, "status.revoked", Verdict::Revoked, kind, &issued);
                }
            }
            let page = document(names.url(), "application/json", "{\"error\":\"not today\"}");
            let report = judged(&issued.clone().with_document(page));
            is_undecided_only_in(CheckId::Status, "document.unreadable", kind, &report);
            let report = judged(&issued.without_document(names.url()));
            is_undecided_only_in(CheckId::Status, "document.missing", kind, &report);
        }
    }

    #[test]
    fn a_list_of_names_is_only_believed_over_https() {
        for kind in kinds(|kind| matches!(kind, Kind::Jwt(_) | Kind::VcClaim(_))) {
            let names = RevocationNames::of(&issuer(kind));
            let plain = names.url().replace("https://", "http://");
            let issued = award(kind)
                .with("/credentialStatus", json!({ "id": plain, "type": "1EdTechRevocationList" }))
                .issue(kind)
                .with_document(document(&plain, "application/json", names.published().bytes));
            is_undecided_only_in(CheckId::Status, "document.unavailable", kind, &judged(&issued));
        }
    }

    #[test]
    fn open_badges_2_taken_back() {
        for kind in kinds(Kind::is_open_badges_2) {
            let issued = award(kind).revoked().issue(kind);
            fails_only_in(CheckId::Status, "status.revoked", Verdict::Revoked, kind, &issued);
        }
    }

    #[test]
    fn open_badges_2_gone() {
        let kind = Kind::Hosted;
        let issued = award(kind).issue(kind);
        let url = issued.documents()[0].url.clone();
        let mut documents = Documents::new();
        documents.insert(url.clone(), answer_with_status(&url, 410));
        for (url, answer) in issued.at_hand().iter() {
            documents.insert(url, answer.clone());
        }
        let report = verify(&issued.credential(), &documents, &policy());
        assert_eq!(said(&report, CheckId::Status), ("fail", "status.revoked"), "{report:#?}");
        assert_eq!(report.verdict(), Verdict::Revoked);
    }

    #[test]
    fn open_badges_2_list_out_of_reach() {
        let kind = Kind::Signed;
        let issued = award(kind).issue(kind).without_document("https://issuer.example/revoked.json");
        is_undecided_only_in(CheckId::Status, "document.missing", kind, &judged(&issued));
    }
}

mod schema {
    use super::*;

    const URL: &str = "https://issuer.example/schemas/badge.json";
    const OWN: &str =
        "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json";

    fn described(kind: Kind, url: &str, class: &str) -> Issued {
        award(kind).with("/credentialSchema", json!({ "id": url, "type": class })).issue(kind)
    }

    fn schema(minimum: u32) -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "properties": { "credentialSubject": { "properties": { "achievement": { "properties": { "name": { "type": "string", "minLength": minimum } } } } } },
        })
    }

    #[test]
    fn the_standards_own_schema_needs_no_document() {
        for kind in kinds(|kind| matches!(kind, Kind::Jwt(_) | Kind::VcClaim(_))) {
            let report = judged(&described(kind, OWN, "1EdTechJsonSchemaValidator2019"));
            assert_eq!(said(&report, CheckId::Schema), ("pass", "schema.followed"), "{kind:?}");
            assert_eq!(report.verdict(), Verdict::Verified, "{kind:?}");
            assert!(report.missing().is_empty(), "{kind:?}");
        }
    }

    #[test]
    fn another_schema_is_followed_or_not() {
        for kind in kinds(|kind| matches!(kind, Kind::Jwt(_) | Kind::VcClaim(_))) {
            let issued = described(kind, URL, "JsonSchema");
            let followed = document(URL, "application/schema+json", schema(2).to_string());
            let report = judged(&issued.clone().with_document(followed));
            assert_eq!(said(&report, CheckId::Schema), ("pass", "schema.followed"), "{kind:?}");
            assert_eq!(report.verdict(), Verdict::Verified, "{kind:?}");
            let violated = document(URL, "application/schema+json", schema(50).to_string());
            let issued = issued.with_document(violated);
            fails_only_in(CheckId::Schema, "schema.violated", Verdict::Invalid, kind, &issued);
        }
    }

    #[test]
    fn a_schema_that_is_not_at_hand_leaves_a_badge_verified() {
        for kind in kinds(|kind| matches!(kind, Kind::Jwt(_) | Kind::VcClaim(_))) {
            for (url, class, code) in [
                (URL, "JsonSchema", "document.missing"),
                ("http://issuer.example/schema.json", "JsonSchema", "document.unavailable"),
                (URL, "SomeFutureSchema", "unsupported.schema"),
            ] {
                let report = judged(&described(kind, url, class));
                assert_eq!(said(&report, CheckId::Schema), ("unknown", code), "{kind:?} {class}");
                assert_eq!(report.verdict(), Verdict::Verified, "{kind:?} {class}");
                let missing = report.missing().contains(&URL.to_owned());
                assert_eq!(missing, code == "document.missing", "{kind:?} {class}");
            }
        }
    }

    #[test]
    fn a_signed_schema_is_verified_first() {
        for kind in kinds(|kind| matches!(kind, Kind::Jwt(_) | Kind::VcClaim(_))) {
            let by = issuer(kind);
            let credential = |minimum: u32| {
                json!({
                    "@context": ["https://www.w3.org/ns/credentials/v2"],
                    "id": URL,
                    "type": ["VerifiableCredential", "JsonSchemaCredential"],
                    "issuer": by.id(),
                    "validFrom": "2026-01-01T00:00:00Z",
                    "credentialSubject": { "id": URL, "type": "JsonSchema", "jsonSchema": schema(minimum) },
                })
            };
            let token = |json: &Value| {
                let header = json!({ "typ": "vc+jwt", "kid": by.verification_method() });
                lapel_testkit::sign_compact(&header, json.to_string().as_bytes(), by.key())
            };
            let issued = described(kind, URL, "JsonSchemaCredential");
            let with = |text: String| {
                judged(&issued.clone().with_document(document(URL, "application/vc+jwt", text)))
            };
            assert_eq!(said(&with(token(&credential(2))), CheckId::Schema).0, "pass", "{kind:?}");
            assert_eq!(said(&with(token(&credential(50))), CheckId::Schema).1, "schema.violated", "{kind:?}");
            let unsigned = with(credential(50).to_string());
            assert_eq!(said(&unsigned, CheckId::Schema), ("unknown", "document.unreadable"), "{kind:?}");
            assert_eq!(unsigned.verdict(), Verdict::Verified, "{kind:?}");
        }
    }
}

mod resources {
    use super::*;

    const URL: &str = "https://issuer.example/evidence.html";
    // SHA-256 of "what was meant", by another program.
    const DIGEST: &str = "sha256-7DZ7H6npR5Aa2Qgm/rtuJim+YN6xYaODnNdpfW4a36c=";

    fn resting_on(kind: Kind) -> Issued {
        award(kind).with("/relatedResource", json!([{ "id": URL, "digestSRI": DIGEST }])).issue(kind)
    }

    #[test]
    fn what_a_badge_rests_on_is_what_was_meant_or_the_badge_is_not_whole() {
        for kind in kinds(|kind| matches!(kind, Kind::Jwt(_))) {
            let meant = judged(&resting_on(kind).with_document(document(URL, "text/html", "what was meant")));
            assert_eq!(meant.verdict(), Verdict::Verified, "{kind:?}");
            let other = resting_on(kind).with_document(document(URL, "text/html", "something else"));
            fails_only_in(CheckId::Integrity, "proof.resource-changed", Verdict::Invalid, kind, &other);
            let absent = judged(&resting_on(kind));
            assert_eq!(absent.verdict(), Verdict::Verified, "{kind:?}");
            assert!(absent.warnings().iter().any(|warning| warning.code == "resource.unchecked"), "{kind:?}");
        }
    }

    #[test]
    fn evidence_that_changed_is_a_warning() {
        for kind in kinds(|kind| matches!(kind, Kind::Jwt(_))) {
            let evidence = json!([{ "id": URL, "type": ["Evidence"], "digestSRI": DIGEST }]);
            let issued = award(kind).with("/evidence", evidence).issue(kind);
            let report = judged(&issued.with_document(document(URL, "text/html", "something else")));
            assert_eq!(report.verdict(), Verdict::Verified, "{kind:?}");
            assert!(report.warnings().iter().any(|warning| warning.code == "resource.changed"), "{kind:?}");
        }
    }

    #[test]
    fn a_refresh_service_is_said_and_not_followed() {
        for kind in kinds(open_badges_3) {
            let service =
                json!({ "id": "https://issuer.example/refresh", "type": "1EdTechCredentialRefresh" });
            let report = judged(
                &award(kind)
                    .with("/refreshService", service)
                    .with("/@context/-", "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json")
                    .issue(kind),
            );
            assert_eq!(report.verdict(), Verdict::Verified, "{kind:?} {report:#?}");
            assert!(report.missing().is_empty(), "{kind:?}");
            assert!(report.warnings().iter().any(|warning| warning.code == "refresh.offered"), "{kind:?}");
        }
    }
}

mod recipient {
    use super::*;

    #[test]
    fn somebody_else() {
        for kind in Kind::ALL {
            let issued = award(kind).award_to("eve@example.org").issue(kind);
            fails_only_in(CheckId::Recipient, "recipient.other", Verdict::Invalid, kind, &issued);
        }
    }

    #[test]
    fn somebody_else_under_a_hash() {
        for kind in Kind::ALL {
            let issued = award(kind).award_to_hashed("eve@example.org", "salt").issue(kind);
            fails_only_in(CheckId::Recipient, "recipient.other", Verdict::Invalid, kind, &issued);
        }
    }

    #[test]
    fn me_under_a_hash() {
        for kind in Kind::ALL {
            let report = judged(&award(kind).award_to_hashed(ME, "salt").issue(kind));
            assert_eq!(said(&report, CheckId::Recipient), ("pass", "recipient.matches"), "{kind:?}");
            assert_eq!(report.verdict(), Verdict::Verified, "{kind:?}");
        }
    }

    #[test]
    fn me_by_another_identity_of_mine() {
        let mine = "did:example:ada";
        for kind in kinds(open_badges_3) {
            let issued = award(kind).award_to_id(mine).issue(kind);
            let identities = vec!["someone@example.org".to_owned(), mine.to_owned()];
            let report = verify(&issued.credential(), &issued.at_hand(), &Policy { identities, ..policy() });
            assert_eq!(said(&report, CheckId::Recipient), ("pass", "recipient.matches"), "{kind:?}");
        }
    }

    #[test]
    fn nobody_asked() {
        for kind in Kind::ALL {
            let issued = award(kind).award_to("eve@example.org").issue(kind);
            let report = verify(&issued.credential(), &issued.at_hand(), &Policy::at(now()));
            assert_eq!(
                said(&report, CheckId::Recipient),
                ("not_applicable", "recipient.not-asked"),
                "{kind:?}"
            );
            assert_eq!(report.verdict(), Verdict::Verified, "{kind:?}");
        }
    }
}

mod image {
    use super::*;

    #[test]
    fn a_picture_written_out_in_a_badge_must_be_one() {
        for kind in kinds(open_badges_3) {
            let good = judged(&award(kind).with_art().issue(kind));
            assert_eq!(said(&good, CheckId::Image), ("pass", "image.pictures"), "{kind:?}");
            let issued = award(kind).with_image("data:image/png;base64,bm8gcGljdHVyZQ==").issue(kind);
            fails_only_in(CheckId::Image, "image.no-picture", Verdict::Invalid, kind, &issued);
        }
    }

    #[test]
    fn a_picture_elsewhere_is_not_asked_for() {
        for kind in kinds(open_badges_3) {
            let report = judged(&award(kind).with_image("https://elsewhere.example/art.png").issue(kind));
            assert_eq!(said(&report, CheckId::Image), ("not_applicable", "image.elsewhere"), "{kind:?}");
            assert_eq!(report.verdict(), Verdict::Verified, "{kind:?}");
            assert!(report.missing().is_empty(), "{kind:?}: {:?}", report.missing());
        }
    }
}
