//! The form of a Comprehensive Learner Record 2.0: a credential of credentials, and how they belong together.

use serde_json::{Map, Value};

use super::ob3::{ACHIEVEMENT, IDENTITY, IMAGE, PROFILE, is_ob3_context};
use super::shape::{Class, Problems, Shape, describe, many, maybe, one};
use super::value::{each, first, id_of, is_stated, strings};
use super::vc::{Vocabulary, contexts_in_order, is_version_1, problems_by, states_a_start};
use crate::report::{Problem, Warning};

/// The context of the current specification text.
const CLR_CURRENT: &str = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json";

/// Whether `url` is one of the names that the context of CLR 2.0 has had.
pub(crate) fn is_clr_context(url: &str) -> bool {
    url.starts_with("https://purl.imsglobal.org/spec/clr/v2p0/context")
        || url == "https://dc.imsglobal.org/draft/clr/v2p0/context"
}

/// What is wrong with the form of `body`.
pub(crate) fn problems(body: &Value) -> Vec<Problem> {
    problems_by(body, &CREDENTIAL)
}

/// What the form of `body` leaves to wish for.
pub(crate) fn warnings(body: &Value) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn = |code: &str, detail: String| warnings.push(Warning { code: code.to_owned(), detail });
    if body.as_object().is_some_and(is_version_1) {
        warn(
            "context.outdated",
            "It follows the older data model of Verifiable Credentials, 1.1.".to_owned(),
        );
    }
    if let Some(old) = strings(body.get("@context")).find(|url| is_clr_context(url) && *url != CLR_CURRENT) {
        warn("context.outdated", format!("It uses an earlier vocabulary of learner records, {old}."));
    }
    let subject = first(body.get("credentialSubject"));
    if !subject.is_some_and(|subject| is_stated(subject.get("id")) || is_stated(subject.get("identifier"))) {
        warn(
            "structure.no-recipient",
            "It names nobody as its learner, neither by id nor by identifier.".to_owned(),
        );
    }
    if let Some(subject) = subject {
        let strange = strange_ends(subject);
        if let Some(first) = strange.first() {
            let more = strange.len() - 1;
            let more = if more == 0 { String::new() } else { format!(" (and {more} more)") };
            let detail =
                format!("An association speaks of {first}{more}, which is no achievement of the record.");
            warn("clr.unknown-achievement", detail);
        }
    }
    warnings
}

/// The ends of associations that are no achievement of the record or of a credential in it. A credential that is a
/// token or has another form may hold them: then nothing is said.
fn strange_ends(subject: &Value) -> Vec<&str> {
    let mut known: Vec<&str> = each(subject.get("achievement")).iter().filter_map(id_of).collect();
    for credential in each(subject.get("verifiableCredential")) {
        if !credential.is_object() || !is_stated(credential.get("credentialSubject")) {
            return Vec::new();
        }
        for subject in each(credential.get("credentialSubject")) {
            known.extend(each(subject.get("achievement")).iter().filter_map(id_of));
        }
    }
    known.sort_unstable();
    each(subject.get("association"))
        .iter()
        .flat_map(|association| ["sourceId", "targetId"].map(|end| association.get(end)))
        .filter_map(|end| end.and_then(Value::as_str))
        .filter(|end| known.binary_search(end).is_err())
        .collect()
}

static CREDENTIAL: Class = Class {
    types: &["ClrCredential"],
    properties: &[
        one("id", Shape::Iri),
        one("name", Shape::Text),
        maybe("description", Shape::Text),
        one("issuer", Shape::Link(&PROFILE)),
        one("credentialSubject", Shape::Node(&SUBJECT)),
        maybe("image", Shape::Node(&IMAGE)),
        maybe("partial", Shape::Bool),
        maybe("awardedDate", Shape::Moment),
        many("endorsementJwt", Shape::Str),
    ],
    rule: Some(contexts_and_start),
};

fn contexts_and_start(node: &Map<String, Value>, problems: &mut Problems) {
    let vocabularies: [Vocabulary; 2] = [(is_clr_context, "CLR 2.0"), (is_ob3_context, "Open Badges 3.0")];
    contexts_in_order(node, &vocabularies, problems);
    states_a_start(node, problems);
}

static SUBJECT: Class = Class {
    types: &["ClrSubject"],
    properties: &[
        maybe("id", Shape::Iri),
        many("identifier", Shape::Node(&IDENTITY)),
        many("achievement", Shape::Node(&ACHIEVEMENT)),
        many("association", Shape::Node(&ASSOCIATION)),
    ],
    rule: Some(holds_credentials),
};

/// At least one credential, plain or in an envelope; some publishers put tokens in as they are.
fn holds_credentials(node: &Map<String, Value>, problems: &mut Problems) {
    let credentials = each(node.get("verifiableCredential"));
    if credentials.is_empty() {
        problems.add("verifiableCredential", "at least one credential", "none");
    }
    if let Some(wrong) = credentials.iter().find(|value| !value.is_object() && !value.is_string()) {
        problems.add("verifiableCredential", "credentials, plain or in envelopes", describe(wrong));
    }
}

static ASSOCIATION: Class = Class {
    types: &["Association"],
    properties: &[
        one("associationType", Shape::Is(is_association_type, "one of the kinds of association of CLR 2.0")),
        one("sourceId", Shape::Iri),
        one("targetId", Shape::Iri),
    ],
    rule: None,
};

/// CLR 2.0, `AssociationType`: a closed list.
fn is_association_type(value: &Value) -> bool {
    matches!(
        value.as_str(),
        Some(
            "exactMatchOf"
                | "isChildOf"
                | "isParentOf"
                | "isPartOf"
                | "isPeerOf"
                | "isRelatedTo"
                | "precedes"
                | "replacedBy"
        )
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::credential::vc::{VC1, VC2};

    const OB: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";

    fn record() -> Value {
        json!({
            "@context": [VC2, CLR_CURRENT, OB], "id": "urn:uuid:1", "name": "Transcript",
            "type": ["VerifiableCredential", "ClrCredential"], "validFrom": "2024-01-01T00:00:00Z",
            "issuer": { "id": "did:web:a.example", "type": "Profile" }, "partial": false,
            "credentialSubject": {
                "type": "ClrSubject", "id": "did:example:b",
                "verifiableCredential": [{ "type": "VerifiableCredential",
                    "credentialSubject": { "achievement": { "id": "urn:a" } } }],
                "achievement": [{ "id": "urn:b", "type": "Achievement", "name": "B", "description": "B",
                    "criteria": { "narrative": "B" } }],
                "association": [{ "type": "Association", "associationType": "isParentOf",
                    "sourceId": "urn:b", "targetId": "urn:a" }],
            },
        })
    }

    fn places(body: &Value) -> Vec<String> {
        problems(body).into_iter().map(|problem| problem.pointer).collect()
    }

    /// A step of changing one place, and the place that is then wrong.
    type Case = (fn(&mut Value), &'static str);

    #[test]
    fn each_rule_names_the_place_that_breaks_it() {
        assert_eq!(places(&record()), Vec::<String>::new());
        assert!(warnings(&record()).is_empty(), "{:?}", warnings(&record()));
        let cases: [Case; 16] = [
            (|body| body["@context"] = json!([VC2, OB, CLR_CURRENT]), "/@context"),
            (|body| body["@context"] = json!([VC2, OB]), "/@context"),
            (|body| body["type"] = json!(["ClrCredential"]), "/type"),
            (|body| body["id"] = json!("7"), "/id"),
            (|body| body["name"] = json!(null), "/name"),
            (|body| body["validFrom"] = json!([]), "/validFrom"),
            (|body| body["partial"] = json!("yes"), "/partial"),
            (|body| body["issuer"]["type"] = json!("School"), "/issuer/type"),
            (|body| body["image"] = json!("https://a.example/1.png"), "/image"),
            (|body| body["credentialSubject"]["type"] = json!("Subject"), "/credentialSubject/type"),
            (
                |body| body["credentialSubject"]["verifiableCredential"] = json!([]),
                "/credentialSubject/verifiableCredential",
            ),
            (
                |body| body["credentialSubject"]["verifiableCredential"] = json!([7]),
                "/credentialSubject/verifiableCredential",
            ),
            (
                |body| body["credentialSubject"]["association"][0]["associationType"] = json!("likes"),
                "/credentialSubject/association/0/associationType",
            ),
            (
                |body| body["credentialSubject"]["association"][0]["targetId"] = json!(null),
                "/credentialSubject/association/0/targetId",
            ),
            (
                |body| body["credentialSubject"]["association"][0]["type"] = json!("Link"),
                "/credentialSubject/association/0/type",
            ),
            (
                |body| body["credentialSubject"]["achievement"][0]["name"] = json!(null),
                "/credentialSubject/achievement/0/name",
            ),
        ];
        for (change, place) in cases {
            let mut body = record();
            change(&mut body);
            let found = places(&body);
            assert!(!found.is_empty() && found.iter().all(|found| found == place), "{place}: {found:?}");
        }
    }

    #[test]
    fn wishes_are_warnings() {
        let codes = |body: &Value| -> Vec<String> {
            warnings(body).into_iter().map(|warning| warning.code).collect()
        };
        let mut body = record();
        body["credentialSubject"]["association"][0]["sourceId"] = json!("urn:elsewhere");
        assert_eq!(codes(&body), ["clr.unknown-achievement"]);
        let mut body = record();
        body["credentialSubject"].as_object_mut().unwrap().remove("id");
        assert_eq!(codes(&body), ["structure.no-recipient"]);
        let mut body = record();
        body["@context"] = json!([VC1, "https://purl.imsglobal.org/spec/clr/v2p0/context.json", OB]);
        assert_eq!(codes(&body), ["context.outdated", "context.outdated"]);
    }
}
