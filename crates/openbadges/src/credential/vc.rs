//! The form of any Verifiable Credential or Presentation (VC Data Model 1.1 and 2.0).

use serde_json::{Map, Value};

use super::shape::{Class, Problems, Property, Shape, describe, many, maybe, one};
use super::value::{each, is_iri, is_stated, strings};
use crate::jsonld::{self, JsonLdError};
use crate::report::Problem;

/// The base context of VC Data Model 1.1.
pub(crate) const VC1: &str = "https://www.w3.org/2018/credentials/v1";
/// The base context of VC Data Model 2.0.
pub(crate) const VC2: &str = "https://www.w3.org/ns/credentials/v2";

/// What is wrong with the form of the credential `body`.
pub(crate) fn problems(body: &Value) -> Vec<Problem> {
    problems_by(body, &CREDENTIAL)
}

/// What is wrong with the form of the credential `body`, by the rules of all and by those of its own `class`.
pub(super) fn problems_by(body: &Value, class: &Class) -> Vec<Problem> {
    let mut problems = Problems::of(None);
    if let Value::Object(node) = body {
        judge_common(node, &mut problems);
        problems.judge(node, class);
    }
    problems.into_vec()
}

/// What is wrong with the form of the presentation `body`.
pub(crate) fn presentation_problems(body: &Value) -> Vec<Problem> {
    let mut problems = Problems::of(None);
    if let Value::Object(node) = body {
        problems.judge(node, &PRESENTATION);
    }
    problems.into_vec()
}

/// The rules that every Verifiable Credential obeys, whatever its own specification adds.
pub(super) fn judge_common(node: &Map<String, Value>, problems: &mut Problems) {
    problems.judge(node, &COMMON);
    problems.judge(node, if is_version_1(node) { &VERSION_1 } else { &VERSION_2 });
}

/// Whether `node` follows VC Data Model 1.1.
pub(super) fn is_version_1(node: &Map<String, Value>) -> bool {
    strings(node.get("@context")).next() == Some(VC1)
}

/// Open Badges 3.0 and Comprehensive Learner Record 2.0 ask for a start in version 2.0 too, where it is optional.
pub(super) fn states_a_start(node: &Map<String, Value>, problems: &mut Problems) {
    if !is_version_1(node) && !is_stated(node.get("validFrom")) {
        problems.add("validFrom", "a date and time with a zone", "nothing");
    }
}

/// A vocabulary: whether a URL is one of the names of its context, and its own name.
pub(super) type Vocabulary = (fn(&str) -> bool, &'static str);

/// That the contexts after the base are of these vocabularies, in this order.
pub(super) fn contexts_in_order(
    node: &Map<String, Value>,
    vocabularies: &[Vocabulary],
    problems: &mut Problems,
) {
    let contexts = each(node.get("@context"));
    for (index, (is_it, name)) in vocabularies.iter().enumerate() {
        let place = index + 1;
        let there = contexts.get(place);
        if there.and_then(Value::as_str).is_some_and(is_it) {
            continue;
        }
        let found = there.map_or_else(|| "nothing".to_owned(), describe);
        problems.add("@context", format!("a context of {name} at place {}", place + 1), found);
    }
}

/// What both versions of the data model say of every credential.
static COMMON: Class = Class {
    types: &["VerifiableCredential"],
    properties: &[
        many("evidence", Shape::Node(&TYPED)),
        many("termsOfUse", Shape::Node(&TYPED)),
        many("credentialSchema", Shape::Node(&IDENTIFIED)),
        many("relatedResource", Shape::Node(&RESOURCE)),
    ],
    rule: Some(contexts_and_types),
};

static VERSION_1: Class = Class {
    types: &[],
    properties: &[
        one("issuanceDate", Shape::Moment),
        maybe("expirationDate", Shape::Moment),
        many("credentialStatus", Shape::Node(&IDENTIFIED)),
        many("refreshService", Shape::Node(&IDENTIFIED)),
    ],
    rule: None,
};

static VERSION_2: Class = Class {
    types: &[],
    properties: &[
        maybe("validFrom", Shape::Moment),
        maybe("validUntil", Shape::Moment),
        many("credentialStatus", Shape::Node(&TYPED)),
        many("refreshService", Shape::Node(&TYPED)),
    ],
    rule: Some(nothing_is_null),
};

/// A credential of no specification of its own.
static CREDENTIAL: Class = Class {
    types: &[],
    properties: &[
        maybe("id", Shape::Iri),
        many("name", Shape::Text),
        many("description", Shape::Text),
        one("issuer", Shape::Link(&ISSUER)),
        Property { name: "credentialSubject", needed: true, many: true, shape: Shape::Node(&SUBJECT) },
    ],
    rule: None,
};

static PRESENTATION: Class = Class {
    types: &["VerifiablePresentation"],
    properties: &[
        maybe("id", Shape::Iri),
        maybe("holder", Shape::Link(&ISSUER)),
        many("termsOfUse", Shape::Node(&TYPED)),
    ],
    rule: Some(presented),
};

static ISSUER: Class = Class {
    types: &[],
    properties: &[one("id", Shape::Iri), many("name", Shape::Text), many("description", Shape::Text)],
    rule: None,
};

static SUBJECT: Class =
    Class { types: &[], properties: &[maybe("id", Shape::Iri)], rule: Some(says_something) };

static TYPED: Class = Class { types: &[], properties: &[maybe("id", Shape::Iri)], rule: Some(names_a_type) };

static IDENTIFIED: Class =
    Class { types: &[], properties: &[one("id", Shape::Iri)], rule: Some(names_a_type) };

static RESOURCE: Class =
    Class { types: &[], properties: &[one("id", Shape::Iri)], rule: Some(names_a_digest) };

fn says_something(node: &Map<String, Value>, problems: &mut Problems) {
    if node.is_empty() {
        problems.add("", "at least one claim", "none");
    }
}

fn names_a_type(node: &Map<String, Value>, problems: &mut Problems) {
    if strings(node.get("type")).next().is_none() {
        problems.add("type", "a type", "none");
    }
    types_are_names(node, problems);
}

/// VC Data Model 2.0, 5.3.
fn names_a_digest(node: &Map<String, Value>, problems: &mut Problems) {
    if !["digestSRI", "digestMultibase"].iter().any(|digest| is_stated(node.get(*digest))) {
        problems.add("", "a digest of the resource (digestSRI or digestMultibase)", "none");
    }
}

/// VC Data Model 2.0, 4.4: each type is a term or a URL.
fn types_are_names(node: &Map<String, Value>, problems: &mut Problems) {
    let is_name = |value: &Value| {
        value.as_str().is_some_and(|name| {
            if name.contains(':') {
                is_iri(name)
            } else {
                !name.is_empty() && !name.contains(char::is_whitespace)
            }
        })
    };
    if let Some(wrong) = each(node.get("type")).iter().find(|value| !is_name(value)) {
        problems.add("type", "names of types (terms or URLs)", describe(wrong));
    }
}

fn contexts_and_types(node: &Map<String, Value>, problems: &mut Problems) {
    base_context_first(node, problems);
    types_are_names(node, problems);
}

/// VC Data Model 2.0, 4.3: an ordered list of URLs and objects, the base context first. What the objects in it
/// define must be definitions, and must leave alone what the contexts before them protect.
fn base_context_first(node: &Map<String, Value>, problems: &mut Problems) {
    let contexts = each(node.get("@context"));
    match contexts.first() {
        Some(Value::String(url)) if url == VC1 || url == VC2 => {}
        first => {
            let found = first.map_or_else(|| "nothing".to_owned(), describe);
            problems.add("@context", format!("{VC2} as the first context"), found);
        }
    }
    let is_context = |context: &Value| match context {
        Value::String(url) => is_iri(url),
        other => other.is_object(),
    };
    if let Some(wrong) = contexts.iter().find(|context| !is_context(context)) {
        problems.add("@context", "addresses of contexts, or contexts", describe(wrong));
    } else if contexts.iter().any(Value::is_object) {
        own_terms_hold(node.get("@context"), problems);
    }
}

/// Contexts that the credential brings itself are read here; those of the specifications are known to hold.
fn own_terms_hold(contexts: Option<&Value>, problems: &mut Problems) {
    let alone = serde_json::json!({ "@context": contexts });
    match jsonld::to_quads(&alone) {
        Err(JsonLdError::InvalidContext { rule, term, .. }) => {
            let about = term.map_or_else(String::new, |term| format!(" of “{term}”"));
            problems.add("@context", "contexts that JSON-LD accepts", format!("one with an {rule}{about}"));
        }
        Err(JsonLdError::MixedContexts { term, .. }) => {
            let found = format!("another meaning for “{term}”");
            problems.add("@context", "contexts that leave protected terms as they are", found);
        }
        Err(JsonLdError::ProtectedContextDropped { .. }) => {
            problems.add(
                "@context",
                "contexts that leave protected terms as they are",
                "one that drops them",
            );
        }
        _ => {}
    }
}

/// VC Data Model 2.0, 4.4 and 4.5: what is stated has a value. (In JSON-LD `null` states nothing, and so hides.)
fn nothing_is_null(node: &Map<String, Value>, problems: &mut Problems) {
    for name in ["id", "validFrom", "validUntil", "credentialStatus", "credentialSchema"] {
        if node.get(name).is_some_and(Value::is_null) {
            problems.add(name, "a value, or no such property", "null");
        }
    }
}

/// VC Data Model 2.0, 4.13: what is presented are credentials, plain or in envelopes. In 1.1 it may be a token.
fn presented(node: &Map<String, Value>, problems: &mut Problems) {
    base_context_first(node, problems);
    types_are_names(node, problems);
    let tokens = is_version_1(node);
    let fits = |value: &&Value| value.is_object() || (tokens && value.is_string());
    if let Some(wrong) = each(node.get("verifiableCredential")).iter().find(|value| !fits(value)) {
        problems.add("verifiableCredential", "credentials, plain or in envelopes", describe(wrong));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A credential with `change` put in; a member that is `"-"` is left out.
    fn with(change: &Value) -> Vec<String> {
        let mut body = json!({
            "@context": [VC2], "type": ["VerifiableCredential"], "issuer": "did:web:a.example",
            "credentialSubject": { "id": "did:example:b" },
        });
        for (name, value) in change.as_object().unwrap() {
            if value == "-" {
                body.as_object_mut().unwrap().remove(name);
            } else {
                body[name] = value.clone();
            }
        }
        problems(&body).into_iter().map(|problem| problem.pointer).collect()
    }

    #[test]
    fn each_rule_names_the_place_that_breaks_it() {
        for (change, pointer) in [
            (json!({ "@context": "-" }), "/@context"),
            (json!({ "@context": [VC2, "https ://x.example"] }), "/@context"),
            (json!({ "@context": [VC2, 7] }), "/@context"),
            (json!({ "@context": [VC2, { "VerifiableCredential": "https://x.example/#y" }] }), "/@context"),
            (
                json!({ "@context": [VC2, { "Own": "https ://x.example/#y" }], "type": ["VerifiableCredential", "Own"] }),
                "/@context",
            ),
            (json!({ "type": ["Own"] }), "/type"),
            (json!({ "type": ["VerifiableCredential", 7] }), "/type"),
            (json!({ "id": null }), "/id"),
            (json!({ "id": "https ://x" }), "/id"),
            (json!({ "id": ["urn:a", "urn:b"] }), "/id"),
            (json!({ "issuer": "-" }), "/issuer"),
            (json!({ "issuer": null }), "/issuer"),
            (json!({ "issuer": { "name": "A" } }), "/issuer/id"),
            (json!({ "issuer": { "id": "a" } }), "/issuer/id"),
            (json!({ "issuer": { "id": "urn:a", "name": { "@value": "A", "url": "x" } } }), "/issuer/name"),
            (json!({ "name": { "@value": "A", "url": "x" } }), "/name"),
            (json!({ "description": 7 }), "/description"),
            (json!({ "credentialSubject": {} }), "/credentialSubject"),
            (json!({ "credentialSubject": [{ "id": "urn:a" }, {}] }), "/credentialSubject/1"),
            (json!({ "credentialSubject": { "id": ["urn:a", "urn:b"] } }), "/credentialSubject/id"),
            (json!({ "credentialSubject": "urn:a" }), "/credentialSubject"),
            (json!({ "validFrom": "2024-01-01" }), "/validFrom"),
            (json!({ "credentialStatus": { "id": "urn:a" } }), "/credentialStatus/type"),
            (json!({ "credentialStatus": { "id": "urn:a", "type": 2 } }), "/credentialStatus/type"),
            (json!({ "credentialStatus": { "id": "a b:c", "type": "T" } }), "/credentialStatus/id"),
            (json!({ "credentialSchema": { "type": "T" } }), "/credentialSchema/id"),
            (json!({ "credentialSchema": { "id": "urn:a" } }), "/credentialSchema/type"),
            (json!({ "refreshService": { "id": "urn:a" } }), "/refreshService/type"),
            (json!({ "termsOfUse": [{ "type": "T" }, {}] }), "/termsOfUse/1/type"),
            (json!({ "evidence": { "id": "urn:a" } }), "/evidence/type"),
            (json!({ "relatedResource": { "id": "urn:a" } }), "/relatedResource"),
            (json!({ "relatedResource": { "digestSRI": "sha384-x" } }), "/relatedResource/id"),
            (json!({ "@context": [VC1] }), "/issuanceDate"),
            (
                json!({ "@context": [VC1], "issuanceDate": "2024-01-01T00:00:00Z", "credentialStatus": { "type": "T" } }),
                "/credentialStatus/id",
            ),
        ] {
            let found = with(&change);
            assert!(found.iter().any(|place| place == pointer), "{change}: {found:?}");
            assert!(found.iter().all(|place| place == pointer), "{change}: {found:?}");
        }
    }

    #[test]
    fn what_the_data_model_admits_has_no_problem() {
        for change in [
            json!({}),
            json!({ "id": "urn:uuid:1", "validFrom": "2024-01-01T00:00:00-06:00", "validUntil": "4023-01-01T00:00:00.5Z" }),
            json!({ "@context": [VC2, { "Own": "https://x.example/#Own" }], "type": ["VerifiableCredential", "Own"] }),
            json!({ "type": ["https://x.example/#Own", "VerifiableCredential"] }),
            json!({ "credentialSubject": [{ "id": "urn:a" }, { "knows": "b" }] }),
            json!({ "issuer": { "id": "urn:a", "name": [{ "@value": "A", "@language": "en" }, { "@value": "B", "@direction": "ltr" }] } }),
            json!({ "credentialStatus": { "type": "T" }, "refreshService": { "type": "T" }, "termsOfUse": { "type": "T" } }),
            json!({ "relatedResource": [{ "id": "https://x.example/1", "digestMultibase": "u1" }] }),
            json!({ "@context": [VC1], "issuanceDate": "2024-01-01T00:00:00Z" }),
        ] {
            assert_eq!(with(&change), Vec::<String>::new(), "{change}");
        }
    }

    #[test]
    fn a_presentation_holds_credentials() {
        let places = |body: &Value| -> Vec<String> {
            presentation_problems(body).into_iter().map(|problem| problem.pointer).collect()
        };
        let with = |context: &str, presented: Value| json!({ "@context": context, "type": "VerifiablePresentation", "verifiableCredential": presented });
        assert_eq!(places(&with(VC2, json!([{}]))), Vec::<String>::new());
        assert_eq!(places(&with(VC1, json!(["a.b.c", {}]))), Vec::<String>::new());
        assert_eq!(places(&with(VC2, json!(["a.b.c"]))), ["/verifiableCredential"]);
        assert_eq!(places(&with(VC1, json!([7]))), ["/verifiableCredential"]);
        assert_eq!(
            places(&json!({ "@context": VC2, "type": "VerifiablePresentation", "holder": "me" })),
            ["/holder"]
        );
        assert_eq!(places(&json!({ "type": ["Own"], "@context": VC2 })), ["/type"]);
    }
}
