use serde_json::json;

use super::*;

/// A badge that uses what the specification offers.
fn complete() -> Value {
    serde_json::from_str(
        r#"{
        "@context": ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
        "id": "urn:uuid:1",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": { "en": "Welding", "de": "Schweißen" },
        "issuer": {
            "id": "https://issuer.example/1",
            "type": ["Profile"],
            "name": "Example",
            "address": {
                "type": ["Address"], "addressCountryCode": "NO", "postalCode": "0150",
                "geo": { "type": "GeoCoordinates", "latitude": 59.9, "longitude": 10.75 }
            },
            "otherIdentifier": [{ "type": "IdentifierEntry", "identifier": "42", "identifierType": "sourcedId" }],
            "parentOrg": { "id": "https://parent.example/", "type": "Profile" }
        },
        "validFrom": "2026-01-01T00:00:00Z",
        "refreshService": { "id": "https://issuer.example/refresh", "type": "1EdTechCredentialRefresh" },
        "credentialSubject": {
            "id": "did:example:ada",
            "type": ["AchievementSubject"],
            "identifier": [{ "type": "IdentityObject", "hashed": false, "identityHash": "ada@example.org", "identityType": "emailAddress" }],
            "activityStartDate": "2025-01-01T00:00:00Z",
            "creditsEarned": 2.5,
            "source": { "id": "https://school.example/", "type": "Profile", "dateOfBirth": "1980-02-29" },
            "result": [
                { "type": ["Result"], "resultDescription": "urn:uuid:grade", "value": "B" },
                { "type": ["Result"], "resultDescription": "urn:uuid:score", "value": "87.5", "status": "Completed" },
                { "type": ["Result"], "resultDescription": "urn:uuid:rubric", "achievedLevel": "urn:uuid:good" }
            ],
            "achievement": {
                "id": "https://issuer.example/achievements/1",
                "type": ["Achievement"],
                "name": "Welding",
                "description": "Can weld",
                "criteria": { "narrative": "Weld." },
                "achievementType": "ext:Workshop",
                "alignment": [{ "type": "Alignment", "targetName": "A", "targetUrl": "https://framework.example/a", "targetType": "CFItem" }],
                "related": [{ "id": "urn:uuid:other", "type": "Related", "inLanguage": "en-US" }],
                "resultDescription": [
                    { "id": "urn:uuid:grade", "type": "ResultDescription", "name": "Grade", "resultType": "LetterGrade", "allowedValue": ["C", "B", "A"], "requiredValue": "C" },
                    { "id": "urn:uuid:score", "type": "ResultDescription", "name": "Score", "resultType": "Percent", "valueMin": "0", "valueMax": "100" },
                    {
                        "id": "urn:uuid:rubric", "type": "ResultDescription", "name": "Rubric", "resultType": "RubricCriterionLevel", "requiredLevel": "urn:uuid:fair",
                        "rubricCriterionLevel": [
                            { "id": "urn:uuid:fair", "type": "RubricCriterionLevel", "name": "Fair", "level": "1", "points": "1" },
                            { "id": "urn:uuid:good", "type": "RubricCriterionLevel", "name": "Good", "level": "2", "points": "2" }
                        ]
                    }
                ]
            }
        }
    }"#,
    )
    .unwrap()
}

fn with(pointer: &str, value: Value) -> Value {
    let mut body = complete();
    *body.pointer_mut(pointer).unwrap() = value;
    body
}

fn codes(body: &Value) -> Vec<String> {
    warnings(body).into_iter().map(|warning| warning.code).collect()
}

#[test]
fn a_badge_that_uses_everything_is_well_formed_and_gives_no_reason_to_wonder() {
    assert_eq!(problems(&complete()), []);
    assert!(codes(&complete()).is_empty(), "{:?}", warnings(&complete()));
}

#[test]
fn each_part_is_judged_by_its_class() {
    for (pointer, value, place) in [
        ("/issuer/address/addressCountryCode", json!("Norway"), "/issuer/address/addressCountryCode"),
        ("/issuer/address/geo/latitude", json!("59.9"), "/issuer/address/geo/latitude"),
        ("/issuer/address/type", json!("Place"), "/issuer/address/type"),
        ("/issuer/otherIdentifier/0/identifier", json!(42), "/issuer/otherIdentifier/0/identifier"),
        ("/issuer/parentOrg/id", json!("parent"), "/issuer/parentOrg/id"),
        ("/refreshService/type", json!(null), "/refreshService/type"),
        ("/credentialSubject/activityStartDate", json!("2025-01-01"), "/credentialSubject/activityStartDate"),
        ("/credentialSubject/creditsEarned", json!("2.5"), "/credentialSubject/creditsEarned"),
        (
            "/credentialSubject/source/dateOfBirth",
            json!("1980-02-30"),
            "/credentialSubject/source/dateOfBirth",
        ),
        ("/credentialSubject/result/1/status", json!("Passed"), "/credentialSubject/result/1/status"),
        (
            "/credentialSubject/achievement/related/0/type",
            json!("Link"),
            "/credentialSubject/achievement/related/0/type",
        ),
        (
            "/credentialSubject/achievement/resultDescription/2/rubricCriterionLevel/0/name",
            json!([]),
            "/credentialSubject/achievement/resultDescription/2/rubricCriterionLevel/0/name",
        ),
        // The description must be in the achievement that is asserted.
        (
            "/credentialSubject/result/0/resultDescription",
            json!("urn:uuid:elsewhere"),
            "/credentialSubject/result/0/resultDescription",
        ),
    ] {
        let found = problems(&with(pointer, value));
        assert!(found.iter().any(|problem| problem.pointer == place), "{pointer}: {found:?}");
        assert_eq!(found.len(), 1, "{pointer}: {found:?}");
    }
}

#[test]
fn results_beyond_their_descriptions_are_a_warning() {
    for (pointer, value) in [
        ("/credentialSubject/result/0/value", json!("D")),
        ("/credentialSubject/result/1/value", json!("101")),
        ("/credentialSubject/result/1/value", json!("-1")),
        ("/credentialSubject/result/2/achievedLevel", json!("urn:uuid:best")),
        ("/credentialSubject/achievement/resultDescription/0/requiredValue", json!("E")),
        ("/credentialSubject/achievement/resultDescription/2/requiredLevel", json!("urn:uuid:none")),
        ("/credentialSubject/achievement/resultDescription/1/resultType", json!("Status")),
    ] {
        let mut body = with(pointer, value);
        if pointer.ends_with("resultType") {
            body["credentialSubject"]["result"][1].as_object_mut().unwrap().remove("status");
        }
        assert_eq!(problems(&body), [], "{pointer}");
        assert_eq!(codes(&body), ["result.contradiction"], "{pointer}");
    }
}

#[test]
fn words_outside_the_lists_are_a_warning_unless_they_are_marked() {
    for pointer in [
        "/credentialSubject/achievement/achievementType",
        "/credentialSubject/achievement/alignment/0/targetType",
        "/credentialSubject/identifier/0/identityType",
        "/issuer/otherIdentifier/0/identifierType",
    ] {
        let body = with(pointer, json!("somethingElse"));
        assert_eq!(problems(&body), [], "{pointer}");
        assert_eq!(codes(&body), ["structure.unlisted-word"], "{pointer}");
        assert!(codes(&with(pointer, json!("ext:somethingElse"))).is_empty(), "{pointer}");
    }
}

#[test]
fn an_achievement_of_somebody_else_is_worth_knowing() {
    let mut body = complete();
    body["credentialSubject"]["achievement"]["creator"] =
        json!({ "id": "https://creator.example/", "type": "Profile" });
    assert_eq!(problems(&body), []);
    assert_eq!(codes(&body), ["achievement.other-creator"]);
}
