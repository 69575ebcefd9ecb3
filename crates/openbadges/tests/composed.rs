//! Credentials made of credentials: learner records, presentations, endorsements; each check passing and failing
//! alone.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::time::{Duration, Instant};

use lapel_testkit::{Algorithm, DataModel, Draft, Issued, Issuer, StatusList, now};
use openbadges::artifact::PayloadContent;
use openbadges::credential::{Embedded, Role, Standard};
use openbadges::{
    CheckId, Credential, EmbeddedFinding, EmbeddedReport, Gap, Outcome, Policy, Report, Verdict, verify,
};
use serde_json::{Value, json};

fn judged(issued: &Issued) -> Report {
    judged_for(issued, &Policy::at(now()))
}

fn judged_for(issued: &Issued, policy: &Policy) -> Report {
    verify(&issued.credential(), &issued.at_hand(), policy)
}

fn school() -> Issuer {
    Issuer::did_web("school.example")
}

fn badge(issuer: &Issuer, name: &str) -> Issued {
    issuer.achievement(name).award_to_id("did:example:ada").sign_data_integrity(DataModel::V2)
}

fn badges(count: usize) -> Vec<Issued> {
    (0..count).map(|index| badge(&Issuer::did_web("club.example"), &format!("Skill {index}"))).collect()
}

/// What fails: each check with its code.
fn failures(report: &Report) -> Vec<(CheckId, &'static str)> {
    let failed = |check: &&openbadges::Check| matches!(check.outcome, Outcome::Fail(_));
    report.checks().iter().filter(failed).map(|check| (check.id, check.code())).collect()
}

fn inner(report: &Report, index: usize) -> &Report {
    of(&report.embedded()[index])
}

fn of(embedded: &EmbeddedReport) -> &Report {
    match &embedded.finding {
        EmbeddedFinding::Report(report) => report,
        EmbeddedFinding::Unread { code, detail } => panic!("{code}: {detail}"),
    }
}

fn warnings(report: &Report) -> Vec<&str> {
    report.warnings().iter().map(|warning| warning.code.as_str()).collect()
}

#[track_caller]
fn assert_verified(report: &Report) {
    assert_eq!(report.verdict(), Verdict::Verified, "{}: {:#?}", report.headline(), report.checks());
}

/// The same text with every `from` in it replaced.
fn changed(issued: &Issued, from: &str, to: &str) -> Issued {
    assert!(issued.text().contains(from), "{from}");
    issued.with_text(issued.text().replace(from, to))
}

#[test]
fn a_record_is_verified_with_each_credential_in_it() {
    let token = Issuer::did_web("bank.example").achievement("Saving").sign_jwt();
    let inside = [badges(2), vec![token]].concat();
    for record in
        [school().record("Transcript", &inside).sign(), school().record("Transcript", &inside).sign_jwt()]
    {
        let report = judged(&record);
        assert_verified(&report);
        assert_eq!(report.check(CheckId::Credentials).code(), "credentials.hold");
        let names: Vec<&str> = report.embedded().iter().map(|inner| inner.name.as_str()).collect();
        assert_eq!(names, ["Skill 0", "Skill 1", "Saving"]);
        assert!(report.embedded().iter().all(|inner| of(inner).verdict() == Verdict::Verified));
        assert_eq!(report.embedded()[2].pointer, "/credentialSubject/verifiableCredential/2");
        // A token need not repeat what the credential in it says, and is told that it could.
        assert!(warnings(&report).iter().all(|code| *code == "jwt.claim-absent"), "{:?}", warnings(&report));
        let stored = serde_json::to_string(&report).unwrap();
        assert_eq!(serde_json::from_str::<Report>(&stored).unwrap(), report);
    }
}

#[test]
fn a_change_inside_fails_that_credential_and_every_signature_around_it() {
    let record = school().record("Transcript", &badges(3)).sign();
    let shown = school().present(&[record]).sign();
    assert_verified(&judged(&shown));
    let report = judged(&changed(&shown, "Show that you know Skill 1", "Show that you know Skill 9"));
    let around = [(CheckId::Integrity, "proof.bad-signature"), (CheckId::Credentials, "credentials.failed")];
    assert_eq!(failures(&report), around);
    let record = inner(&report, 0);
    assert_eq!(failures(record), around);
    assert_eq!(failures(inner(record, 1)), [(CheckId::Integrity, "proof.bad-signature")]);
    for untouched in [0, 2] {
        assert_verified(inner(record, untouched));
    }
}

#[test]
fn an_issuer_of_the_whole_does_not_vouch_for_a_forged_part() {
    let forged = changed(&badge(&Issuer::did_web("club.example"), "Chess"), "Chess", "Judo");
    for whole in [
        school().record("Transcript", std::slice::from_ref(&forged)).sign(),
        school().present(std::slice::from_ref(&forged)).sign(),
        school().present(std::slice::from_ref(&forged)).unsigned(),
    ] {
        let report = judged(&whole);
        assert_eq!(report.verdict(), Verdict::Invalid);
        assert_eq!(failures(&report), [(CheckId::Credentials, "credentials.failed")]);
        assert_eq!(failures(inner(&report, 0)), [(CheckId::Integrity, "proof.bad-signature")]);
    }
}

#[test]
fn what_has_ended_or_was_taken_back_says_so_itself() {
    let club = Issuer::did_web("club.example");
    let ended = club.achievement("Chess").expires("2026-06-01T00:00:00Z").sign_data_integrity(DataModel::V2);
    let list = StatusList::of(&club).set(7);
    let revoked = club.achievement("Judo").status(&list, 7).sign_data_integrity(DataModel::V2);
    let report = judged(&school().record("Transcript", &[ended, revoked]).sign());
    assert_verified(&report);
    assert_eq!(warnings(&report), ["credentials.expired", "credentials.revoked"]);
    assert_eq!(inner(&report, 0).verdict(), Verdict::Expired);
    assert_eq!(inner(&report, 1).verdict(), Verdict::Revoked);
}

#[test]
fn what_is_open_inside_leaves_the_whole_open() {
    let record = school().record("Transcript", &badges(1)).sign();
    let missing = "https://club.example/.well-known/did.json";
    let report = judged(&record.without_document(missing));
    assert_eq!(report.verdict(), Verdict::Undecided);
    assert_eq!(report.check(CheckId::Credentials).code(), "credentials.open");
    assert_eq!(report.missing(), [missing]);
}

#[test]
fn the_same_open_question_is_asked_once() {
    let unknown = Issuer::did_key("somebody");
    let report = judged(&unknown.record("Transcript", &[badge(&unknown, "Chess")]).sign());
    assert_eq!(report.verdict(), Verdict::Undecided);
    assert_eq!(report.headline(), "Signature valid, issuer unknown");
    assert_eq!(report.check(CheckId::Credentials).code(), "credentials.hold");
    // Of another issuer it is another question.
    let other = Issuer::did_key("somebody else");
    let report = judged(&unknown.record("Transcript", &[badge(&other, "Chess")]).sign());
    assert_eq!(report.check(CheckId::Credentials).code(), "credentials.open");
}

#[test]
fn what_is_not_signed_by_itself_is_only_what_the_whole_says() {
    let unsigned = Issued::with_text(
        &badge(&Issuer::did_web("club.example"), "Chess"),
        Issuer::did_web("club.example").achievement("Chess").credential(DataModel::V2).to_string(),
    );
    let report = judged(&school().record("Transcript", std::slice::from_ref(&unsigned)).sign());
    assert_eq!(report.verdict(), Verdict::Undecided);
    assert_eq!(inner(&report, 0).check(CheckId::Integrity).code(), "proof.outer-only");
    assert_eq!(failures(&report), []);
    // A holder says nothing by showing it.
    let report = judged(&school().present(&[unsigned]).sign());
    assert_eq!(failures(inner(&report, 0)), [(CheckId::Integrity, "proof.absent")]);
    assert_eq!(report.verdict(), Verdict::Invalid);
}

#[test]
fn a_credential_about_somebody_else_is_a_warning() {
    let club = Issuer::did_web("club.example");
    let other = club.achievement("Chess").award_to_id("did:example:bob").sign_data_integrity(DataModel::V2);
    let report = judged(&school().record("Transcript", std::slice::from_ref(&other)).sign());
    assert_verified(&report);
    assert_eq!(warnings(&report), ["credentials.other-subject"]);
    // One who is named otherwise may be the same.
    let by_mail = club.achievement("Chess").award_to("ada@example.org").sign_data_integrity(DataModel::V2);
    let report = judged(&school().record("Transcript", &[by_mail]).sign());
    assert_eq!(warnings(&report), Vec::<&str>::new());

    let report = judged(&school().present(&[other]).sign());
    assert_verified(&report);
    assert_eq!(warnings(&report), ["presentation.other-holder"]);
}

#[test]
fn the_form_of_a_record_is_its_own_check() {
    let draft = || school().record("Transcript", &badges(1));
    let cases: [fn(Draft) -> Draft; 3] = [
        |draft| draft.without("/name"),
        |draft| draft.with("/credentialSubject/type", json!(["AchievementSubject"])),
        |draft| {
            draft.with(
                "/credentialSubject/association",
                json!([{ "type": "Association",
            "associationType": "isLike", "sourceId": "urn:example:a", "targetId": "urn:example:b" }]),
            )
        },
    ];
    for change in cases {
        let report = judged(&change(draft()).sign_jwt());
        assert_eq!(
            failures(&report),
            [(CheckId::Structure, "structure.malformed")],
            "{:#?}",
            report.checks()
        );
    }
    let empty = judged(&school().record("Transcript", &[]).sign());
    assert_eq!(failures(&empty), [(CheckId::Structure, "structure.malformed")]);
}

#[test]
fn contexts_are_inherited_and_must_not_be() {
    // Signed in the very contexts of the record, which is where it then stands without naming them.
    let club = Issuer::did_web("club.example");
    let contexts = json!([
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    ]);
    let signed = club.achievement("Chess").with("/@context", contexts).sign_data_integrity(DataModel::V2);
    let mut json: Value = serde_json::from_str(signed.text()).unwrap();
    json.as_object_mut().unwrap().remove("@context");
    let part = signed.with_text(json.to_string());
    let report = judged(&school().record("Transcript", std::slice::from_ref(&part)).sign());
    assert_eq!(failures(inner(&report, 0)), [(CheckId::Structure, "structure.malformed")]);
    // A presentation drops its contexts at each credential (VC Data Model 2.0, B.2).
    let report = judged(&school().present(&[part]).unsigned());
    let failed: Vec<CheckId> = failures(inner(&report, 0)).into_iter().map(|(id, _)| id).collect();
    assert_eq!(failed, [CheckId::Structure, CheckId::Integrity]);
}

#[test]
fn endorsements_are_judged_wherever_they_hang() {
    let club = Issuer::did_web("club.example");
    let board = Issuer::did_web("board.example");
    let award = || club.achievement("Chess");
    let places = [
        ("/endorsement", award().credential_id()),
        ("/credentialSubject/achievement/endorsement", club.url("achievements/chess")),
        ("/issuer/endorsement", club.id()),
    ];
    for (place, about) in places {
        let endorsement = board.endorse(&about, "In good standing").sign();
        let documents = endorsement.documents()[0].clone();
        let issue = |endorsement: &Issued| {
            award()
                .endorsed(place, endorsement)
                .sign_data_integrity(DataModel::V2)
                .with_document(documents.clone())
        };
        let report = judged(&issue(&endorsement));
        assert_verified(&report);
        assert_eq!(report.check(CheckId::Endorsements).code(), "endorsements.hold");
        assert_eq!(report.embedded()[0].role, Role::Endorsement);
        assert_eq!(report.embedded()[0].pointer, format!("{place}/0"));
        assert_eq!(inner(&report, 0).check(CheckId::Recipient).code(), "recipient.endorsed");

        let other = board.endorse("urn:example:other", "In good standing").sign();
        let report = judged(&issue(&other));
        assert_eq!(failures(&report), [(CheckId::Endorsements, "endorsements.failed")]);
        assert_eq!(failures(inner(&report, 0)), [(CheckId::Recipient, "recipient.endorses-other")]);
        assert_eq!(report.verdict(), Verdict::Invalid);

        let forged = changed(&endorsement, "In good standing", "Outstanding");
        let report = judged(&issue(&forged));
        assert_eq!(failures(&report), [(CheckId::Endorsements, "endorsements.failed")]);
        assert_eq!(failures(inner(&report, 0)), [(CheckId::Integrity, "proof.bad-signature")]);

        // Unsigned, it is the club that says so; the badge is as genuine.
        let report = judged(&issue(&board.endorse(&about, "In good standing").unsigned()));
        assert_verified(&report);
        assert_eq!(report.check(CheckId::Endorsements).code(), "endorsements.open");
        assert_eq!(inner(&report, 0).check(CheckId::Integrity).code(), "proof.outer-only");

        // An endorser who cannot be asked leaves the badge as it is, and the question open.
        let report = judged(&issue(&endorsement).without_document(&documents.url));
        assert_verified(&report);
        assert_eq!(report.check(CheckId::Endorsements).code(), "endorsements.open");
        assert_eq!(report.missing(), [documents.url.as_str()]);
    }
}

#[test]
fn an_endorsement_as_a_token_is_judged_as_one() {
    let club = Issuer::did_web("club.example").signing_with(Algorithm::Es256);
    let board = Issuer::did_web("board.example");
    let endorsement = board.endorse(&club.id(), "In good standing").sign_jwt();
    let issued = club
        .achievement("Chess")
        .with("/issuer/endorsementJwt", json!([endorsement.text()]))
        .sign_jwt()
        .with_document(endorsement.documents()[0].clone());
    let report = judged(&issued);
    assert_verified(&report);
    assert_eq!(report.check(CheckId::Endorsements).code(), "endorsements.hold");

    let broken = club.achievement("Chess").with("/issuer/endorsementJwt", json!(["a.b.c"])).sign_jwt();
    let report = judged(&broken);
    assert!(
        failures(&report).contains(&(CheckId::Endorsements, "endorsements.failed")),
        "{:?}",
        failures(&report)
    );
}

#[test]
fn an_endorsement_by_itself_asks_for_no_recipient() {
    let endorsement = Issuer::did_web("board.example").endorse("urn:example:club", "In good standing").sign();
    let policy = Policy { identities: vec!["ada@example.org".to_owned()], ..Policy::at(now()) };
    let report = judged_for(&endorsement, &policy);
    assert_verified(&report);
    assert_eq!(report.check(CheckId::Recipient).code(), "recipient.none");
    assert_eq!(endorsement.credential().standard(), Standard::Endorsement);
    let unsigned = Issuer::did_web("board.example").endorse("urn:example:club", "Fine").unsigned();
    assert_eq!(failures(&judged(&unsigned)), [(CheckId::Integrity, "proof.absent")]);
}

#[test]
fn a_credential_of_no_known_kind_is_judged_by_the_data_model() {
    let state = || Issuer::did_web("town.example").state(json!({ "id": "did:example:ada", "name": "Ada" }));
    for issued in [state().sign(), state().sign_jwt()] {
        assert_verified(&judged(&issued));
    }
    let report =
        judged(&state().with("/credentialSubject", json!([{ "id": "did:example:ada" }, {}])).sign_jwt());
    assert_eq!(failures(&report), [(CheckId::Structure, "structure.malformed")]);
    let report = judged(&changed(&state().sign(), "Ada", "Bob"));
    assert_eq!(failures(&report), [(CheckId::Integrity, "proof.bad-signature")]);
}

#[test]
fn a_presentation_is_signed_by_its_holder_or_by_nobody() {
    let holder = Issuer::did_web("holder.example");
    let draft = || holder.present(&badges(2));
    let report = judged(&draft().sign());
    assert_verified(&report);
    assert_eq!(report.check(CheckId::KeyAuthority).code(), "key.published");
    let report = judged(&draft().without("/holder").sign());
    assert_verified(&report);
    let report = judged(&draft().unsigned());
    assert_verified(&report);
    assert_eq!(report.check(CheckId::Integrity).code(), "proof.unsigned-presentation");

    // For assertion, by another's key, in the name of another.
    let for_assertion = changed(
        &draft().sign(),
        "\"proofPurpose\":\"authentication\"",
        "\"proofPurpose\":\"assertionMethod\"",
    );
    assert_eq!(failures(&judged(&for_assertion))[0], (CheckId::Integrity, "proof.malformed"));
    let named = draft().with("/holder", "did:web:other.example").sign();
    let report = judged(&named);
    assert_eq!(failures(&report), [(CheckId::KeyAuthority, "key.foreign")]);
    let report = judged(&changed(
        &draft().sign(),
        "did:web:holder.example\",\"verifiableCredential",
        "did:web:elder.example\",\"verifiableCredential",
    ));
    assert!(
        failures(&report).contains(&(CheckId::Integrity, "proof.bad-signature")),
        "{:?}",
        failures(&report)
    );

    // Nothing shown, nothing verified.
    let report = judged(&holder.present(&[]).sign());
    assert_eq!(report.verdict(), Verdict::Undecided);
    // Something shown that is no credential.
    let report =
        judged(&holder.present(&[]).with("/verifiableCredential", json!([{ "type": "Cat" }])).unsigned());
    assert_eq!(failures(&report), [(CheckId::Credentials, "credentials.failed")]);
}

#[test]
fn an_envelope_is_read_wherever_it_stands() {
    let token = Issuer::did_web("club.example").achievement("Chess").sign_jwt();
    let envelope = token.as_part().to_string();
    let credential = Credential::parse(&PayloadContent::Json(envelope)).unwrap();
    assert_verified(&verify(&credential, &token.at_hand(), &Policy::at(now())));
    // An envelope of something else is open, not wrong.
    let cbor = token.as_part().to_string().replace("vc+jwt,", "vc+cose;base64,");
    let report = judged(
        &school()
            .present(&[])
            .with("/verifiableCredential", json!([serde_json::from_str::<Value>(&cbor).unwrap()]))
            .unsigned(),
    );
    assert_eq!(report.check(CheckId::Credentials).code(), "credentials.open");
}

/// All reports of a tree, and how many credentials in it were not judged.
fn count(report: &Report) -> (usize, usize) {
    report.embedded().iter().fold((0, 0), |(judged, left), inner| match &inner.finding {
        EmbeddedFinding::Report(report) => {
            let (more, less) = count(report);
            (judged + 1 + more, left + less)
        }
        EmbeddedFinding::Unread { .. } => (judged, left + 1),
    })
}

#[test]
fn nesting_has_a_limit() {
    let mut nested = badges(1).remove(0);
    for _ in 0..Embedded::MAX_DEPTH {
        nested = school().present(&[nested]).unsigned();
    }
    assert_verified(&judged(&nested));
    let deeper = judged(&school().present(&[nested]).unsigned());
    assert_eq!(deeper.verdict(), Verdict::Undecided);
    assert_eq!(count(&deeper), (Embedded::MAX_DEPTH, 1));
}

#[test]
fn a_thousand_inside_are_judged_and_no_more_in_bounded_time() {
    let one = badges(1).remove(0);
    let many = |count: usize| school().present(&vec![one.clone(); count]).unsigned();
    let start = Instant::now();
    let report = judged(&many(Embedded::MAX));
    assert_verified(&report);
    let time = start.elapsed();
    assert!(time < Duration::from_mins(1), "{time:?}");

    let report = judged(&many(Embedded::MAX + 500));
    assert_eq!(report.verdict(), Verdict::Undecided, "what was not looked at is not verified");
    assert_eq!(count(&report), (Embedded::MAX, 1));
    assert!(matches!(report.check(CheckId::Credentials).outcome, Outcome::Unknown(Gap::EmbeddedOpen { .. })));
}

#[test]
fn a_bomb_of_presentations_in_presentations_is_put_out() {
    let mut nested = school().state(json!({ "id": "urn:example:a" })).unsigned();
    for _ in 0..3 {
        nested = school().present(&vec![nested; 20]).unsigned();
    }
    let report = judged(&nested);
    let (judged, left) = count(&report);
    assert!(judged <= Embedded::MAX && left > 0, "{judged} {left}");
    assert_ne!(report.verdict(), Verdict::Verified);
}

/// A credential whose subject is a graph of nodes that cannot be told apart, with a proof that nobody made.
fn poison(index: usize) -> Value {
    let size = 12;
    let node = |from: usize| {
        let others = (0..size).filter(|to| *to != from).map(|to| format!("_:n{to}"));
        json!({ "id": format!("_:n{from}"), "knows": others.collect::<Vec<_>>() })
    };
    json!({
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            { "knows": { "@id": "https://vocabulary.example/knows", "@type": "@id" } },
        ],
        "type": ["VerifiableCredential"],
        "id": format!("urn:example:{index}"),
        "issuer": school().id(),
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": { "knows": (0..size).map(node).collect::<Value>() },
        "proof": {
            "type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022", "created": "2026-01-01T00:00:00Z",
            "proofPurpose": "assertionMethod", "verificationMethod": school().verification_method(),
            "proofValue": format!("z{}", "1".repeat(64)),
        },
    })
}

#[test]
fn a_bomb_of_graphs_is_put_out() {
    let alone = json!({ "@context": "https://www.w3.org/ns/credentials/v2", "type": "VerifiablePresentation",
        "verifiableCredential": [poison(0)] });
    let judged = |json: &Value| {
        let credential = Credential::parse(&PayloadContent::Json(json.to_string())).unwrap();
        let start = Instant::now();
        let report = verify(&credential, &school().present(&[]).unsigned().at_hand(), &Policy::at(now()));
        (report, start.elapsed())
    };
    let (report, one) = judged(&alone);
    assert_eq!(failures(inner(&report, 0)), [(CheckId::Integrity, "proof.not-canonical")], "it is one");
    let mut many = alone;
    many["verifiableCredential"] = (0..300).map(poison).collect();
    let (report, all) = judged(&many);
    assert_eq!(report.verdict(), Verdict::Invalid);
    // Together they take what ten of them may take, and not what three hundred would.
    assert!(all < one * 60 + Duration::from_secs(5), "{one:?} {all:?}");
}

#[test]
fn a_record_of_a_hundred_achievements_is_verified() {
    let record = school().record("Transcript", &badges(100)).sign();
    let report = judged(&record);
    assert_verified(&report);
    assert_eq!(count(&report), (100, 0));
}
