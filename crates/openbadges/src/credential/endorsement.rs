//! The form of an `EndorsementCredential` (Open Badges 3.0): what somebody says about an achievement, a profile or a
//! credential.

use serde_json::{Map, Value};

use super::ob3::{PROFILE, is_ob3_context};
use super::shape::{Class, Problems, Shape, maybe, one};
use super::vc::{Vocabulary, contexts_in_order, is_version_1, problems_by, states_a_start};
use crate::report::{Problem, Warning};

/// What is wrong with the form of `body`.
pub(crate) fn problems(body: &Value) -> Vec<Problem> {
    problems_by(body, &CREDENTIAL)
}

/// What the form of `body` leaves to wish for.
pub(crate) fn warnings(body: &Value) -> Vec<Warning> {
    let Some(node) = body.as_object() else { return Vec::new() };
    let mut warnings = Vec::new();
    let mut warn = |code: &str, detail: &str| {
        warnings.push(Warning { code: code.to_owned(), detail: detail.to_owned() });
    };
    if is_version_1(node) {
        warn("context.outdated", "It follows the older data model of Verifiable Credentials, 1.1.");
    }
    if !super::value::is_stated(node.get("name")) {
        warn("structure.no-name", "The endorsement has no name.");
    }
    warnings
}

static CREDENTIAL: Class = Class {
    types: &["EndorsementCredential"],
    properties: &[
        one("id", Shape::Iri),
        maybe("name", Shape::Text),
        maybe("description", Shape::Text),
        one("issuer", Shape::Link(&PROFILE)),
        one("credentialSubject", Shape::Node(&SUBJECT)),
        maybe("awardedDate", Shape::Moment),
    ],
    rule: Some(contexts_and_start),
};

fn contexts_and_start(node: &Map<String, Value>, problems: &mut Problems) {
    let vocabularies: [Vocabulary; 1] = [(is_ob3_context, "Open Badges 3.0")];
    contexts_in_order(node, &vocabularies, problems);
    states_a_start(node, problems);
}

static SUBJECT: Class = Class {
    types: &["EndorsementSubject"],
    properties: &[one("id", Shape::Iri), maybe("endorsementComment", Shape::Text)],
    rule: None,
};

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::credential::vc::VC2;

    #[test]
    fn each_rule_names_the_place_that_breaks_it() {
        let endorsement = json!({
            "@context": [VC2, "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"], "id": "urn:uuid:1",
            "type": ["VerifiableCredential", "EndorsementCredential"], "name": "In good standing",
            "issuer": "did:web:board.example", "validFrom": "2024-01-01T00:00:00Z",
            "credentialSubject": { "type": "EndorsementSubject", "id": "urn:a", "endorsementComment": "Fine" },
        });
        assert!(problems(&endorsement).is_empty() && warnings(&endorsement).is_empty());
        for (change, place) in [
            (json!({ "@context": [VC2] }), "/@context"),
            (json!({ "type": ["EndorsementCredential"] }), "/type"),
            (json!({ "id": [] }), "/id"),
            (json!({ "issuer": [] }), "/issuer"),
            (json!({ "issuer": { "id": "urn:a" } }), "/issuer/type"),
            (json!({ "validFrom": [] }), "/validFrom"),
            (json!({ "validFrom": "yesterday" }), "/validFrom"),
            (json!({ "credentialSubject": { "type": "EndorsementSubject" } }), "/credentialSubject/id"),
            (json!({ "credentialSubject": { "id": "urn:a" } }), "/credentialSubject/type"),
            (
                json!({ "credentialSubject": { "type": "EndorsementSubject", "id": "urn:a", "endorsementComment": 7 } }),
                "/credentialSubject/endorsementComment",
            ),
        ] {
            let mut body = endorsement.clone();
            for (name, value) in change.as_object().unwrap() {
                body[name] = value.clone();
            }
            let found: Vec<String> = problems(&body).into_iter().map(|problem| problem.pointer).collect();
            assert_eq!(found, [place], "{change}");
        }
    }
}
