//! The form of any Verifiable Credential or Presentation (VC Data Model 1.1 and 2.0).

use serde_json::{Map, Value};

use super::ob3::is_vc1;
use super::shape::{Class, Problems, Property, Shape, describe, many, maybe, one};
use super::value::{each, strings};
use crate::report::Problem;

/// The base context of VC Data Model 1.1.
pub(crate) const VC1: &str = "https://www.w3.org/2018/credentials/v1";
/// The base context of VC Data Model 2.0.
pub(crate) const VC2: &str = "https://www.w3.org/ns/credentials/v2";

/// What is wrong with the form of the credential `body`.
pub(crate) fn problems(body: &Value) -> Vec<Problem> {
    let mut problems = Problems::of(None);
    if let Value::Object(node) = body {
        problems.judge(node, &CREDENTIAL);
        problems.judge(node, if is_vc1(body) { &DATES_1 } else { &DATES_2 });
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

static CREDENTIAL: Class = Class {
    types: &["VerifiableCredential"],
    properties: &[
        maybe("id", Shape::Iri),
        one("issuer", Shape::Link(&ANY)),
        Property { name: "credentialSubject", needed: true, many: true, shape: Shape::Node(&ANY) },
        many("credentialStatus", Shape::Node(&TYPED)),
        many("credentialSchema", Shape::Node(&IDENTIFIED)),
    ],
    rule: Some(base_context_first),
};

static PRESENTATION: Class = Class {
    types: &["VerifiablePresentation"],
    properties: &[maybe("id", Shape::Iri), maybe("holder", Shape::Link(&ANY))],
    rule: Some(base_context_first),
};

static DATES_1: Class = Class {
    types: &[],
    properties: &[one("issuanceDate", Shape::Moment), maybe("expirationDate", Shape::Moment)],
    rule: None,
};

static DATES_2: Class = Class {
    types: &[],
    properties: &[maybe("validFrom", Shape::Moment), maybe("validUntil", Shape::Moment)],
    rule: None,
};

static ANY: Class = Class { types: &[], properties: &[], rule: None };

static TYPED: Class = Class { types: &[], properties: &[maybe("id", Shape::Iri)], rule: Some(names_a_type) };

static IDENTIFIED: Class =
    Class { types: &[], properties: &[one("id", Shape::Iri)], rule: Some(names_a_type) };

fn names_a_type(node: &Map<String, Value>, problems: &mut Problems) {
    if strings(node.get("type")).next().is_none() {
        problems.add("type", "a type", "none");
    }
}

fn base_context_first(node: &Map<String, Value>, problems: &mut Problems) {
    match each(node.get("@context")).first() {
        Some(Value::String(url)) if url == VC1 || url == VC2 => {}
        first => {
            let found = first.map_or_else(|| "nothing".to_owned(), describe);
            problems.add("@context", format!("{VC2} as the first context"), found);
        }
    }
}
