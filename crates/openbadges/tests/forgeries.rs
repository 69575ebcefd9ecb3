//! What a holder may try with a badge that was made for somebody else, was revoked or has ended. A signature over
//! RDF stays whole while the JSON is written anew; readers of the JSON must not be led astray by that.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test program")]

use lapel_testkit::{
    Algorithm, Award, DataModel, Issuer, Key, StatusList, Suite, document, now, sign_data_integrity_by,
};
use openbadges::artifact::PayloadContent;
use openbadges::{CheckId, Credential, Documents, Policy, Report, Verdict, verify};
use serde_json::{Value, json};

const CREATED: &str = "2026-01-01T00:00:00Z";
const OB: &str = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#";

fn award() -> Award {
    Issuer::did_key("forgeries").achievement("Forging")
}

/// Signs `badge` by a key that is its issuer.
fn signed(mut badge: Value) -> Value {
    let key = Key::from_seed(Algorithm::EdDsa, "forgeries");
    badge["issuer"]["id"] = key.did_key().into();
    let method = format!("{}#{}", key.did_key(), key.public_multibase());
    sign_data_integrity_by(&mut badge, Suite::EddsaRdfc2022, &key, &method, CREATED);
    badge
}

/// Judges `badge` for somebody who trusts its issuer, and is mallory@example.org.
fn judge(badge: &Value, documents: &Documents) -> Report {
    let policy = Policy {
        trusted_issuers: vec![badge["issuer"]["id"].as_str().unwrap().to_owned()],
        identities: vec!["mallory@example.org".to_owned()],
        ..Policy::at(now())
    };
    let credential = Credential::parse(&PayloadContent::Json(badge.to_string())).unwrap();
    verify(&credential, documents, &policy)
}

/// Before, the badge is `code` and nothing worse; rewritten, it is no badge at all.
#[track_caller]
fn assert_refused(genuine: &Value, code: &str, rewritten: &Value, documents: &Documents) {
    let report = judge(genuine, documents);
    assert_eq!(report.check(CheckId::Integrity).code(), "proof.valid", "{report:#?}");
    assert!(report.checks().iter().any(|check| check.code() == code), "{report:#?}");
    let report = judge(rewritten, documents);
    assert_eq!(report.verdict(), Verdict::Invalid);
    assert_eq!(report.check(CheckId::Integrity).code(), "proof.not-canonical", "{report:#?}");
}

/// ODRL has a word of its own for `id`. The statements stay the same, and the recipient would be nobody.
#[test]
fn a_recipient_cannot_be_named_by_a_word_that_nobody_looks_for() {
    let genuine = signed(award().award_to_id("did:key:zAda").credential(DataModel::V2));
    for place in ["", "/credentialSubject"] {
        let mut rewritten = genuine.clone();
        let odrl = Value::from("https://www.w3.org/ns/odrl.jsonld");
        match rewritten.pointer_mut(place).unwrap() {
            node if place.is_empty() => node["@context"].as_array_mut().unwrap().push(odrl),
            node => node["@context"] = odrl,
        }
        let id = rewritten["credentialSubject"].as_object_mut().unwrap().remove("id").unwrap();
        rewritten["credentialSubject"]["uid"] = id;
        assert_refused(&genuine, "recipient.other", &rewritten, &Documents::new());
    }
}

/// A prefix of the document's own makes one id of another.
#[test]
fn an_id_is_what_it_says() {
    let genuine =
        signed(award().award_to_id("https://a.example/mallory@example.org").credential(DataModel::V2));
    let mut rewritten = genuine.clone();
    rewritten["credentialSubject"]["@context"] = json!({ "mailto": "https://a.example/" });
    rewritten["credentialSubject"]["id"] = "mailto:mallory@example.org".into();
    assert_refused(&genuine, "recipient.other", &rewritten, &Documents::new());
}

/// The node that an endorsement speaks of is the badge itself: what is moved there is still said of the badge.
#[test]
fn end_and_status_stand_where_they_are_looked_for() {
    let issuer = Issuer::did_key("forgeries");
    let list = StatusList::of(&issuer).set(7);
    let badge = |award: Award| {
        let badge = award.credential(DataModel::V2);
        let endorsement = json!([{
            "@context": badge["@context"], "id": "urn:uuid:e", "name": "Praise",
            "type": ["VerifiableCredential", "EndorsementCredential"],
            "issuer": { "id": "did:key:zOther", "type": "Profile" }, "validFrom": CREATED,
            "credentialSubject": {
                "id": badge["id"], "type": ["EndorsementSubject"], "endorsementComment": "Well done"
            }
        }]);
        let mut badge = badge;
        badge["endorsement"] = endorsement;
        signed(badge)
    };
    let ended = badge(award().expires("2026-02-01T00:00:00Z"));
    let revoked = badge(award().status(&list, 7));
    for (genuine, property, code) in
        [(ended, "validUntil", "dates.expired"), (revoked, "credentialStatus", "status.revoked")]
    {
        let mut rewritten = genuine.clone();
        let hidden = rewritten.as_object_mut().unwrap().remove(property).unwrap();
        let subject = &mut rewritten["endorsement"][0]["credentialSubject"];
        subject[property] = hidden;
        subject["type"] = json!(["EndorsementSubject", "VerifiableCredential"]);
        let documents = [list.signed()].into_iter().collect();
        assert_refused(&genuine, code, &rewritten, &documents);
    }
}

/// Without the context of Open Badges, its meanings could be given any words.
#[test]
fn a_published_meaning_keeps_its_word_where_its_context_is_left_out() {
    let anyuri = "https://www.w3.org/2001/XMLSchema#anyURI";
    let boolean = "https://www.w3.org/2001/XMLSchema#boolean";
    let genuine = signed(award().credential(DataModel::V2));
    let mut rewritten = genuine.clone();
    rewritten["@context"][1] = json!({
        "Doctor": format!("{OB}OpenBadgeCredential"), "AchievementSubject": format!("{OB}AchievementSubject"),
        "Achievement": format!("{OB}Achievement"), "doctorate": format!("{OB}achievement"),
        "criteria": { "@id": format!("{OB}Criteria"), "@type": "@id" }, "narrative": format!("{OB}narrative"),
        "Profile": format!("{OB}Profile"), "achievementType": format!("{OB}achievementType"),
        "identifier": format!("{OB}identifier"), "IdentityObject": format!("{OB}IdentityObject"),
        "hashed": { "@id": format!("{OB}hashed"), "@type": boolean },
        "identityHash": format!("{OB}identityHash"), "identityType": format!("{OB}identityType"),
        "url": { "@id": "https://schema.org/url", "@type": anyuri }, "email": "https://schema.org/email",
    });
    rewritten["type"] = json!(["VerifiableCredential", "Doctor"]);
    let subject = &mut rewritten["credentialSubject"];
    let achievement = subject.as_object_mut().unwrap().remove("achievement").unwrap();
    subject["doctorate"] = achievement;
    assert_refused(&genuine, "structure.well-formed", &rewritten, &Documents::new());
}

/// A type written as an IRI says the same in RDF, and nothing to who looks for the word.
#[test]
fn a_type_is_written_as_its_word() {
    let list = StatusList::of(&Issuer::did_key("forgeries")).set(7);
    let genuine = signed(award().status(&list, 7).credential(DataModel::V2));
    let mut rewritten = genuine.clone();
    let status = "https://www.w3.org/ns/credentials/status#";
    let entry = &mut rewritten["credentialStatus"];
    entry["type"] = format!("{status}BitstringStatusListEntry").into();
    let iri = |word: &str| json!({ "@id": format!("{status}{word}"), "@type": "@id" });
    entry["@context"] = json!({
        "statusPurpose": format!("{status}statusPurpose"), "statusListIndex": format!("{status}statusListIndex"),
        "statusListCredential": iri("statusListCredential"),
    });
    let documents = [list.signed()].into_iter().collect();
    assert_refused(&genuine, "status.revoked", &rewritten, &documents);
}

/// `%3A` parts host and port; a colon parts host and path. On a host that many share these are two parties.
#[test]
fn a_port_in_a_did_is_no_path() {
    let mut badge = award().credential(DataModel::V2);
    let key = Key::from_seed(Algorithm::EdDsa, "a user of the host");
    let neighbour = "did:web:host.example:8443";
    let method = format!("{neighbour}#key");
    badge["issuer"]["id"] = "did:web:host.example%3A8443".into();
    sign_data_integrity_by(&mut badge, Suite::EddsaRdfc2022, &key, &method, CREATED);
    let listed = json!({
        "id": neighbour, "assertionMethod": [{
            "id": method, "type": "Multikey", "controller": neighbour,
            "publicKeyMultibase": key.public_multibase(),
        }]
    });
    let documents =
        [document("https://host.example/8443/did.json", "application/did+json", listed.to_string())];
    let report = judge(&badge, &documents.into_iter().collect());
    assert_eq!(report.check(CheckId::KeyAuthority).code(), "key.foreign", "{report:#?}");
}

/// An issuer's clock may go ahead of ours, and a badge may be looked at as soon as it is made.
#[test]
fn a_proof_made_just_now_by_another_clock_holds() {
    let mut badge = award().credential(DataModel::V2);
    let key = Key::from_seed(Algorithm::EdDsa, "forgeries");
    badge["issuer"]["id"] = key.did_key().into();
    for (created, code) in
        [("2026-11-23T12:01:00Z", "proof.valid"), ("2026-11-23T12:01:01Z", "proof.malformed")]
    {
        badge.as_object_mut().unwrap().remove("proof");
        sign_data_integrity_by(&mut badge, Suite::EddsaRdfc2022, &key, &key.did_key(), created);
        let report = judge(&badge, &Documents::new());
        assert_eq!(report.check(CheckId::Integrity).code(), code, "{created}: {report:#?}");
    }
}
