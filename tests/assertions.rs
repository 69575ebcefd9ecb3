//! Badges before Open Badges 3.0, version by version and check by check: one that passes, and others that fail in
//! the check that was spoiled and in no other.

#![allow(clippy::expect_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::similar_names, reason = "issuer and issued are the words")]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lapel_testkit::{Algorithm, Award, Issued, Issuer, answer_with_status, art, document, now};
use openbadges::artifact::{PayloadContent, bake};
use openbadges::credential::Standard;
use openbadges::report::EmbeddedFinding;
use openbadges::{BadgeCard, CheckId, Credential, Documents, Outcome, Policy, Report, Verdict, verify};
use serde_json::{Value, json};

const HOST: &str = "issuer.example";
const ME: &str = "ada@example.org";

/// A version of Open Badges and a way of verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Flat,
    Hosted10,
    Signed10,
    Hosted11,
    Signed11,
    Hosted20,
    Signed20,
}

use Form::{Flat, Hosted10, Hosted11, Hosted20, Signed10, Signed11, Signed20};

const ALL: [Form; 7] = [Flat, Hosted10, Signed10, Hosted11, Signed11, Hosted20, Signed20];
const HOSTED: [Form; 4] = [Flat, Hosted10, Hosted11, Hosted20];
const OLD_SIGNED: [Form; 2] = [Signed10, Signed11];
/// Those whose BadgeClass and issuer are documents of their own.
const IN_PARTS: [Form; 6] = [Hosted10, Signed10, Hosted11, Signed11, Hosted20, Signed20];

impl Form {
    fn issue(self, award: Award) -> Issued {
        match self {
            Flat => award.host_open_badges_05(),
            Hosted10 => award.host_open_badges_10(),
            Signed10 => award.sign_open_badges_10(),
            Hosted11 => award.host_open_badges_11(),
            Signed11 => award.sign_open_badges_11(),
            Hosted20 => award.host(),
            Signed20 => award.sign_open_badges_2(),
        }
    }

    fn standard(self) -> Standard {
        match self {
            Flat => Standard::Ob05,
            Hosted10 | Signed10 => Standard::Ob10,
            Hosted11 | Signed11 => Standard::Ob11,
            Hosted20 | Signed20 => Standard::Ob2,
        }
    }

    fn is_hosted(self) -> bool {
        HOSTED.contains(&self)
    }
}

fn issuer() -> Issuer {
    Issuer::https(HOST).signing_with(Algorithm::Rs256)
}

fn award() -> Award {
    issuer().achievement("Rust").award_to_hashed(ME, "salt").expires("2027-01-01T00:00:00Z")
}

fn judged_with(issued: &Issued, documents: &Documents) -> Report {
    let policy = Policy { identities: vec![ME.to_owned()], ..Policy::at(now()) };
    verify(&issued.credential(), documents, &policy)
}

fn judged(issued: &Issued) -> Report {
    judged_with(issued, &issued.at_hand())
}

fn said(report: &Report, check: CheckId) -> (&'static str, &'static str) {
    let check = report.check(check);
    (check.outcome.as_str(), check.code())
}

/// `report` fails in `check` with `code`, and in no other.
#[track_caller]
fn fails_only_in(check: CheckId, code: &str, form: Form, report: &Report) {
    assert_eq!(said(report, check), ("fail", code), "{form:?}: {report:#?}");
    for other in report.checks().iter().filter(|other| other.id != check) {
        assert!(!matches!(other.outcome, Outcome::Fail(_)), "{form:?}: {other:?}");
    }
}

/// The document at `url` with `change` made to its JSON.
fn changed(issued: &Issued, url: &str, change: impl Fn(&mut Value)) -> Issued {
    let old = issued.documents().iter().find(|document| document.url == url).expect("it is published");
    let mut json: Value = serde_json::from_slice(&old.bytes).expect("it is JSON");
    change(&mut json);
    issued.clone().with_document(document(url, "application/json", json.to_string()))
}

fn address(issued: &Issued) -> String {
    issued.credential().id().expect("it is hosted somewhere").to_owned()
}

fn class_url() -> String {
    issuer().url("badges/rust.json")
}

#[test]
fn a_sound_badge_of_every_version_passes_every_check() {
    for form in ALL {
        let issued = form.issue(award());
        let report = judged(&issued);
        assert_eq!(issued.credential().standard(), form.standard());
        for check in report.checks() {
            let fine = matches!(check.outcome, Outcome::Pass(_) | Outcome::NotApplicable(_));
            assert!(fine, "{form:?}: {check:?}");
        }
        assert_eq!(report.verdict(), Verdict::Verified, "{form:?}");
        assert_eq!(report.missing(), [] as [&str; 0], "{form:?}");
        for asked in
            [CheckId::Structure, CheckId::Issuer, CheckId::Dates, CheckId::Recipient, CheckId::Status]
        {
            assert_eq!(said(&report, asked).0, "pass", "{form:?} {}", asked.as_str());
        }
        let proof = if form.is_hosted() { CheckId::Hosted } else { CheckId::Integrity };
        assert_eq!(said(&report, proof).0, "pass", "{form:?}");
    }
}

#[test]
fn documents_are_asked_for_until_there_are_enough() {
    for form in ALL {
        let issued = form.issue(award());
        let mut documents = Documents::new();
        for _ in 0..6 {
            let report = judged_with(&issued, &documents);
            if report.missing().is_empty() {
                break;
            }
            assert_eq!(report.verdict(), Verdict::Undecided, "{form:?}");
            for url in report.missing() {
                let found = issued.at_hand();
                let answer = found.answer(url).unwrap_or_else(|| panic!("{form:?} asks for {url}"));
                documents.insert(url.clone(), answer.clone());
            }
        }
        assert_eq!(judged_with(&issued, &documents).verdict(), Verdict::Verified, "{form:?}");
    }
}

#[test]
fn every_version_fills_the_card() {
    for form in ALL {
        let issued = form.issue(award());
        let card = BadgeCard::of(&issued.credential(), &issued.at_hand());
        assert_eq!((card.name.as_str(), card.issuer.name.as_str()), ("Rust", "Example Academy"), "{form:?}");
        assert_eq!(card.issued_on.expect("a date").date, "2026-01-15", "{form:?}");
        assert_eq!(card.expires_on.expect("a date").date, "2027-01-01", "{form:?}");
        assert!(card.image.is_some() && card.criteria.is_some() && card.description.is_some(), "{form:?}");
        assert!(card.recipient.expect("a recipient").hashed, "{form:?}");
        assert_eq!(card.public_url.is_some(), form.is_hosted(), "{form:?}");
    }
}

#[test]
fn a_kind_of_badge_without_criteria() {
    for form in IN_PARTS {
        let issued = changed(&form.issue(award()), &class_url(), |class| class["criteria"] = Value::Null);
        fails_only_in(CheckId::Structure, "structure.malformed", form, &judged(&issued));
    }
    let issued = Flat.issue(award().without("/badge/criteria"));
    fails_only_in(CheckId::Structure, "structure.malformed", Flat, &judged(&issued));
}

#[test]
fn a_problem_of_an_old_badge_points_to_what_is_written() {
    let report = judged(&Flat.issue(award().with("/issued_on", "soon")));
    let detail = report.check(CheckId::Structure).detail();
    assert!(detail.contains("/issued_on"), "{detail}");
}

#[test]
fn a_changed_token() {
    for form in OLD_SIGNED {
        let issued = form.issue(award());
        let mut claims = issued.credential().json().clone();
        claims["uid"] = "another".into();
        let (header, rest) = issued.text().split_once('.').expect("a header");
        let (_, signature) = rest.split_once('.').expect("a payload");
        let payload = URL_SAFE_NO_PAD.encode(claims.to_string());
        let forged = issued.with_text(format!("{header}.{payload}.{signature}"));
        fails_only_in(CheckId::Integrity, "proof.bad-signature", form, &judged(&forged));
        assert_eq!(judged(&forged).missing(), [] as [&str; 0]);
    }
}

#[test]
fn json_that_says_it_is_signed() {
    for form in [Signed10, Signed11, Signed20] {
        let issued = form.issue(award());
        let bare = PayloadContent::Json(issued.credential().json().to_string());
        let credential = Credential::parse(&bare).expect("it parses");
        let report = verify(&credential, &issued.at_hand(), &Policy::at(now()));
        fails_only_in(CheckId::Integrity, "proof.absent", form, &report);
    }
}

#[test]
fn a_key_that_only_verify_url_names_is_the_issuers_at_its_own_origin_alone() {
    for form in OLD_SIGNED {
        let elsewhere = "https://keys.example/key.pem";
        let issued = form.issue(award().with("/verify/url", elsewhere));
        let pem = document(elsewhere, "text/plain", issuer().key().public_pem());
        let report = judged(&issued.with_document(pem));
        assert_eq!(said(&report, CheckId::Integrity).0, "pass", "{form:?} {report:#?}");
        assert_eq!(said(&report, CheckId::KeyAuthority), ("unknown", "key.self-asserted"), "{form:?}");
        assert_eq!(report.verdict(), Verdict::Undecided, "{form:?}");
        // A profile that does list keys has the last word.
        let issued = changed(&form.issue(award()), &issuer().url("issuer.json"), |profile| {
            profile["publicKey"] = "https://issuer.example/another.pem".into();
        });
        fails_only_in(CheckId::KeyAuthority, "key.not-listed", form, &judged(&issued));
    }
}

#[test]
fn algorithms_in_small_letters_are_read_before_open_badges_2_only() {
    for (form, expected) in [(Signed10, "pass"), (Signed11, "pass"), (Signed20, "unknown")] {
        let issued = form.issue(award());
        let claims = issued.credential().json().to_string();
        let token =
            lapel_testkit::sign_compact(&json!({ "alg": "rs256" }), claims.as_bytes(), issuer().key());
        let report = judged(&issued.with_text(token));
        assert_eq!(said(&report, CheckId::Integrity).0, expected, "{form:?} {report:#?}");
    }
}

#[test]
fn a_badge_away_from_its_issuer() {
    for form in HOSTED {
        let issued = form.issue(award());
        let away = "https://evil.example/1.json";
        let text = issued.text().replace(&address(&issued), away);
        let credential =
            Credential::parse(&PayloadContent::Json(text.clone())).expect("it parses").read_at(away);
        let mut documents = issued.at_hand();
        documents.insert(away, openbadges::Answer::Document(document(away, "application/json", text)));
        let report = verify(&credential, &documents, &Policy::at(now()));
        fails_only_in(CheckId::Hosted, "hosted.out-of-scope", form, &report);
        assert_eq!(report.verdict(), Verdict::Invalid, "{form:?}");
    }
}

#[test]
fn a_flat_badge_without_the_link_to_it_stays_open() {
    let issued = Flat.issue(award());
    let credential = Credential::parse(issued.content()).expect("it parses");
    let report = verify(&credential, &issued.at_hand(), &Policy::at(now()));
    assert_eq!(said(&report, CheckId::Hosted), ("unknown", "check.unstated"));
    assert_eq!((report.verdict(), report.missing()), (Verdict::Undecided, &[][..]));
}

#[test]
fn a_badge_that_its_host_took_away_is_revoked() {
    for form in HOSTED {
        let issued = form.issue(award());
        let mut documents = Documents::new();
        let url = address(&issued);
        documents.insert(url.clone(), answer_with_status(&url, 410));
        for (url, answer) in issued.at_hand().iter() {
            documents.insert(url, answer.clone());
        }
        let report = judged_with(&issued, &documents);
        fails_only_in(CheckId::Status, "status.revoked", form, &report);
        assert_eq!(report.verdict(), Verdict::Revoked, "{form:?}");
    }
}

#[test]
fn revocation_by_uid_and_by_flag() {
    for form in IN_PARTS {
        let report = judged(&form.issue(award().revoked()));
        fails_only_in(CheckId::Status, "status.revoked", form, &report);
        assert_eq!(report.verdict(), Verdict::Revoked, "{form:?}");
        if !form.is_hosted() {
            assert_eq!(report.headline(), "Revoked: Awarded by mistake.", "{form:?}");
        }
    }
}

#[test]
fn old_dates_are_read_as_they_were_written_then() {
    for (form, pointer) in [(Flat, "/issued_on"), (Hosted10, "/issuedOn"), (Signed11, "/issuedOn")] {
        for (date, zoned) in
            [(json!("2026-01-15"), false), (json!(1_768_435_200), true), (json!("1768435200"), true)]
        {
            let report = judged(&form.issue(award().with(pointer, date.clone())));
            assert_eq!(report.verdict(), Verdict::Verified, "{form:?} {date} {report:#?}");
            let warned = report.warnings().iter().any(|warning| warning.code == "dates.no-zone");
            assert_eq!(warned, !zoned || form == Flat, "{form:?} {date}");
        }
    }
    let report = judged(&Hosted20.issue(award().with("/issuedOn", "2026-01-15")));
    assert_eq!(said(&report, CheckId::Structure), ("fail", "structure.malformed"));
}

#[test]
fn expired_and_somebody_elses() {
    for form in ALL {
        let report = judged(&form.issue(award().expires("2026-06-01T00:00:00Z")));
        fails_only_in(CheckId::Dates, "dates.expired", form, &report);
        assert_eq!(report.verdict(), Verdict::Expired, "{form:?}");
        let report = judged(&form.issue(award().award_to("eve@example.org")));
        fails_only_in(CheckId::Recipient, "recipient.other", form, &report);
    }
}

/// A hosted badge of 2.0 whose BadgeClass is endorsed by somebody, and the address of the endorsement.
fn endorsed() -> (Issued, String) {
    let endorser = Issuer::https("endorser.example");
    let (url, profile) = (endorser.url("endorsement.json"), endorser.url("profile.json"));
    let context = "https://w3id.org/openbadges/v2";
    let endorsement = json!({ "@context": context, "type": "Endorsement", "id": url,
        "claim": { "id": class_url(), "endorsementComment": "Well done." }, "issuer": profile,
        "issuedOn": "2026-02-01T00:00:00Z", "verification": { "type": "HostedBadge" } });
    let profile_json = json!({ "@context": context, "type": "Profile", "id": profile, "name": "Guild",
        "url": endorser.url(""), "email": "office@endorser.example" });
    let issued = changed(&Hosted20.issue(award()), &class_url(), |class| {
        class["endorsement"] = json!([url]);
    });
    let issued = issued
        .with_document(document(&url, "application/json", endorsement.to_string()))
        .with_document(document(&profile, "application/json", profile_json.to_string()));
    (issued, url)
}

#[test]
fn an_endorsement_is_judged_as_the_badge_is() {
    let (issued, url) = endorsed();
    let report = judged(&issued);
    assert_eq!(said(&report, CheckId::Endorsements), ("pass", "endorsements.hold"), "{report:#?}");
    assert_eq!(report.verdict(), Verdict::Verified);
    let [inner] = report.embedded() else { panic!("{report:#?}") };
    assert_eq!((inner.pointer.as_str(), inner.name.as_str()), ("/badge/endorsement/0", "Guild"));
    let EmbeddedFinding::Report(inner) = &inner.finding else { panic!("{inner:?}") };
    assert_eq!(inner.verdict(), Verdict::Verified);

    for spoil in [
        |endorsement: &mut Value| endorsement["claim"] = Value::Null,
        |endorsement: &mut Value| endorsement["issuedOn"] = "yesterday".into(),
        |endorsement: &mut Value| endorsement["claim"]["id"] = "https://issuer.example/other".into(),
        |endorsement: &mut Value| endorsement["issuer"] = "https://issuer.example/profile.json".into(),
    ] {
        let report = judged(&changed(&issued, &url, spoil));
        fails_only_in(CheckId::Endorsements, "endorsements.failed", Hosted20, &report);
        assert_eq!(report.verdict(), Verdict::Invalid);
    }
}

/// A genuine badge in the place of an endorsement endorses nothing.
#[test]
fn a_badge_is_no_endorsement() {
    let other = Issuer::https("endorser.example").signing_with(Algorithm::Rs256);
    let other = other.achievement("Another").award_to(ME).sign_open_badges_2();
    let mut issued = changed(&Hosted20.issue(award()), &class_url(), |class| {
        class["endorsement"] = json!([other.text()]);
    });
    for document in other.documents() {
        issued = issued.with_document(document.clone());
    }
    let report = judged(&issued);
    fails_only_in(CheckId::Endorsements, "endorsements.failed", Hosted20, &report);
}

#[test]
fn an_endorsement_that_does_not_come_leaves_the_badge_as_genuine_as_it_is() {
    let (issued, url) = endorsed();
    let report = judged(&issued.without_document(&url));
    assert_eq!(said(&report, CheckId::Endorsements), ("unknown", "endorsements.open"), "{report:#?}");
    assert_eq!(report.verdict(), Verdict::Verified);
    assert_eq!(report.missing(), [url.as_str()]);
    // A revoked one is no longer what anybody says, and no fault of the badge.
    let (issued, url) = endorsed();
    let revoked = changed(&issued, &url, |endorsement| endorsement["revoked"] = true.into());
    assert_eq!(judged(&revoked).verdict(), Verdict::Verified);
}

#[test]
fn what_decides_is_asked_for_before_endorsements() {
    let endorsement = "https://endorser.example/endorsement.json";
    let issued = Hosted20.issue(award().with("/endorsement", endorsement));
    let mut documents = Documents::new();
    let mut rounds = Vec::new();
    while let [url, ..] = judged_with(&issued, &documents).missing() {
        rounds.push(url.clone());
        let answer = issued.at_hand().answer(url).cloned();
        documents.insert(url.clone(), answer.unwrap_or_else(|| answer_with_status(url, 404)));
    }
    assert_eq!((rounds.len(), rounds.last().map(String::as_str)), (4, Some(endorsement)), "{rounds:?}");
}

#[test]
fn an_endorsement_on_its_own_is_judged_too() {
    let (issued, url) = endorsed();
    let text =
        issued.documents().iter().find(|document| document.url == url).expect("published").bytes.clone();
    let text = String::from_utf8(text).expect("UTF-8");
    let credential = Credential::parse(&PayloadContent::Json(text)).expect("it parses");
    assert_eq!(credential.standard(), Standard::Ob2Endorsement);
    let report = verify(&credential, &issued.at_hand(), &Policy::at(now()));
    assert_eq!(report.verdict(), Verdict::Verified, "{report:#?}");
    let card = BadgeCard::of(&credential, &issued.at_hand());
    assert_eq!((card.issuer.name.as_str(), card.description.as_deref()), ("Guild", Some("Well done.")));
}

#[test]
fn extensions_follow_the_schema_of_their_type() {
    let with = |extension: Value| judged(&Hosted20.issue(award().with("/extensions:x", extension)));
    let example = |value: Value| {
        json!({ "@context": "https://w3id.org/openbadges/extensions/exampleExtension/context.json",
        "type": ["Extension", "extensions:ExampleExtension"], "exampleProperty": value })
    };
    assert_eq!(said(&with(example("short".into())), CheckId::Schema), ("pass", "schema.extensions-fit"));
    fails_only_in(CheckId::Schema, "schema.extension-malformed", Hosted20, &with(example(1337.into())));
    let by_iri =
        json!({ "type": ["Extension", "extensions:ExampleExtension"], "http://schema.org/text": "x" });
    assert_eq!(said(&with(by_iri), CheckId::Schema).0, "pass");
    let geo = json!({ "type": ["Extension", "extensions:GeoCoordinates"], "description": "here",
        "geo": { "latitude": 1, "longitude": "west" } });
    let report = with(geo);
    fails_only_in(CheckId::Schema, "schema.extension-malformed", Hosted20, &report);
    assert!(report.check(CheckId::Schema).detail().contains("/extensions:x/geo/longitude"), "{report:#?}");
    // Nobody says what this is: no fault, and no pass.
    let report = with(json!({ "type": ["Extension", "extensions:Unheard"] }));
    assert_eq!(said(&report, CheckId::Schema), ("unknown", "unsupported.extension"));
    assert_eq!(report.verdict(), Verdict::Verified);
}

#[test]
fn an_extension_of_its_own_is_judged_by_the_schema_that_its_context_names() {
    let (context, schema) = ("https://guild.example/context.json", "https://guild.example/schema.json");
    let published = |issued: Issued| {
        let terms = json!({ "guild": "https://guild.example/#", "grade": "guild:grade" });
        let validation = json!([{ "obi:validatesType": "extensions:Grade", "obi:validationSchema": schema }]);
        let described = json!({ "@context": terms, "obi:validation": validation });
        let rules = json!({ "$schema": "http://json-schema.org/draft-04/schema#", "type": "object",
            "properties": { "grade": { "type": "number" } }, "required": ["grade"] });
        issued
            .with_document(document(context, "application/ld+json", described.to_string()))
            .with_document(document(schema, "application/json", rules.to_string()))
    };
    let with = |name: &str, grade: Value| {
        let extension =
            json!({ "@context": context, "type": ["Extension", "extensions:Grade"], name: grade });
        Hosted20.issue(award().with("/extensions:grade", extension))
    };
    let report = judged(&published(with("grade", 1.into())));
    assert_eq!(said(&report, CheckId::Schema), ("pass", "schema.extensions-fit"), "{report:#?}");
    let report = judged(&published(with("https://guild.example/#grade", 1.into())));
    assert_eq!(said(&report, CheckId::Schema).0, "pass", "{report:#?}");
    let report = judged(&published(with("grade", "first".into())));
    fails_only_in(CheckId::Schema, "schema.extension-malformed", Hosted20, &report);
    // Until both are at hand it is open, and they are asked for.
    let report = judged(&with("grade", 1.into()));
    assert_eq!(
        (said(&report, CheckId::Schema), report.missing()),
        (("unknown", "document.missing"), &[context.to_owned()][..])
    );
    let report = judged(&published(with("grade", 1.into())).without_document(schema));
    assert_eq!(report.missing(), [schema]);
    assert_eq!(report.verdict(), Verdict::Verified);
}

#[test]
fn a_picture_inside_a_badge_is_one() {
    for form in [Hosted10, Signed11, Hosted20] {
        for wrong in
            ["data:image/png;base64,AAAA", "data:image/png,hello", "data:image/svg+xml,<html></html>"]
        {
            let issued = form.issue(award().with_image(wrong));
            fails_only_in(CheckId::Image, "image.no-picture", form, &judged(&issued));
        }
        let report = judged(&form.issue(award().with_image(&art::data_uri(&art::svg("x")))));
        assert_eq!(said(&report, CheckId::Image), ("pass", "image.pictures"), "{form:?}");
        let report = judged(&form.issue(award().with_image("https://issuer.example/art.png")));
        assert_eq!(said(&report, CheckId::Image), ("not_applicable", "image.elsewhere"), "{form:?}");
        assert_eq!(report.missing(), [] as [&str; 0], "{form:?}");
    }
}

#[test]
fn a_picture_that_carries_another_badge() {
    let picture = "https://issuer.example/baked.png";
    for form in [Hosted10, Hosted11, Hosted20, Signed20] {
        let issued = form.issue(award().with("/image", picture));
        let at =
            |bytes: Vec<u8>| judged(&issued.clone().with_document(document(picture, "image/png", bytes)));
        let own = bake(&art::png("Rust"), issued.content(), form.standard()).expect("it bakes");
        assert_eq!(said(&at(own), CheckId::Image), ("pass", "image.pictures"), "{form:?}");
        let other = form.issue(issuer().achievement("Go").award_to(ME));
        let other = bake(&art::png("Go"), other.content(), form.standard()).expect("it bakes");
        fails_only_in(CheckId::Image, "image.of-another", form, &at(other));
        // What a host serves in place of a picture says nothing of the badge.
        let report = at(b"<!doctype html><html></html>".to_vec());
        assert_eq!(report.verdict(), Verdict::Verified, "{form:?}");
        assert!(report.warnings().iter().any(|warning| warning.code == "image.no-picture"), "{form:?}");
    }
}
