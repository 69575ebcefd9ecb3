//! The extensions that 1EdTech publishes for Open Badges 1.1 and 2.0: what their schemas ask for, as tables.

use serde_json::{Map, Value};

use super::shape::{Class, Problems, Shape, describe, many, maybe, one};
use super::value::each;

/// The vocabulary of extensions, for which contexts write `extensions:`.
const VOCABULARY: &str = "https://w3id.org/openbadges/extensions#";

/// The name of an extension in the common vocabulary.
pub(crate) fn name(class: &str) -> Option<&str> {
    class.strip_prefix("extensions:").or_else(|| class.strip_prefix(VOCABULARY))
}

/// The table of a published extension. What is not listed here is described by its own context.
pub(crate) fn published(class: &str) -> Option<&'static Class> {
    Some(match name(class)? {
        "Accessibility" | "AccessibilityExtension" | "accessibility" => &ACCESSIBILITY,
        "ApplyLink" | "OriginalCreator" | "originalCreator" => &LINK,
        "Assessment" | "AssessmentExtension" => &ASSESSMENT,
        "Endorsement" | "endorsement" => &ENDORSEMENT,
        "ExampleExtension" => &EXAMPLE,
        "ExtraDescriptionExtension" => &EXTRA_DESCRIPTION,
        "GeoCoordinates" => &GEO_COORDINATES,
        "IssuerAccreditation" | "IssuerAccreditationExtension" => &ISSUER_ACCREDITATION,
        "License" | "LicenseExtension" => &LICENSE,
        "RecipientProfile" => &RECIPIENT_PROFILE,
        _ => return None,
    })
}

/// The terms of the published contexts, as far as their names and IRIs differ: JSON-LD may write either.
const TERMS: [(&str, &str); 12] = [
    ("http://schema.org/text", "exampleProperty"),
    ("http://schema.org/geo", "geo"),
    ("http://schema.org/name", "name"),
    ("http://schema.org/description", "description"),
    ("http://schema.org/latitude", "latitude"),
    ("http://schema.org/longitude", "longitude"),
    ("http://schema.org/url", "url"),
    ("http://schema.org/address", "address"),
    ("https://w3id.org/openbadges/extensions#applyLink", "url"),
    ("https://w3id.org/openbadges/extensions##originalCreator", "url"),
    ("https://w3id.org/openbadges/extensions#accreditationContactInstructions", "contactInstructions"),
    ("https://w3id.org/openbadges/extensions#assessments", "assessments"),
];

/// `node` by the names of terms where it writes their IRIs. `terms` gives more than the published ones.
pub(crate) fn by_terms(node: &Map<String, Value>, terms: &[(String, String)]) -> Map<String, Value> {
    let term = |iri: &str| {
        let own = terms.iter().find(|(known, _)| known == iri).map(|(_, term)| term.as_str());
        own.or_else(|| TERMS.iter().find(|(known, _)| *known == iri).map(|(_, term)| *term))
    };
    node.iter()
        .map(|(name, value)| {
            let name = term(name).filter(|term| !node.contains_key(*term)).unwrap_or(name);
            let value = match value {
                Value::Object(inner) => Value::Object(by_terms(inner, terms)),
                other => other.clone(),
            };
            (name.to_owned(), value)
        })
        .collect()
}

/// The terms that a context document defines: their IRIs (prefixes of the same context written out) and names.
pub(crate) fn terms_of(context: &Value) -> Vec<(String, String)> {
    let Some(Value::Object(definitions)) = context.get("@context") else { return Vec::new() };
    let iri = |definition: &Value| super::value::id_of(definition).map(str::to_owned);
    let whole = |compact: String| match compact.split_once(':') {
        Some((prefix, rest)) if !rest.starts_with("//") => {
            let prefix = definitions.get(prefix).and_then(iri);
            prefix.map_or_else(|| compact.clone(), |prefix| format!("{prefix}{rest}"))
        }
        _ => compact,
    };
    definitions
        .iter()
        .filter_map(|(term, definition)| Some((whole(iri(definition)?), term.clone())))
        .collect()
}

/// What the schema requires here it requires in the wrong place, so that nothing is required.
static ACCESSIBILITY: Class = Class {
    types: &[],
    properties: &[
        maybe("accessibilityAPI", Shape::Str),
        many("accessibilityControl", Shape::Str),
        maybe("accessibilityFeature", Shape::Str),
        maybe("accessibilityHazard", Shape::Str),
        maybe("url", Shape::Iri),
    ],
    rule: None,
};

static LINK: Class = Class { types: &[], properties: &[one("url", Shape::Iri)], rule: None };

static ENDORSEMENT: Class = Class {
    types: &[],
    properties: &[one("description", Shape::Str), maybe("endorsedObject", Shape::Node(&ANY))],
    rule: None,
};

static EXAMPLE: Class = Class { types: &[], properties: &[one("exampleProperty", Shape::Str)], rule: None };

static EXTRA_DESCRIPTION: Class =
    Class { types: &[], properties: &[one("name", Shape::Str), one("narrative", Shape::Str)], rule: None };

static GEO_COORDINATES: Class = Class {
    types: &[],
    properties: &[
        maybe("name", Shape::Str),
        one("description", Shape::Str),
        one("geo", Shape::Node(&COORDINATES)),
    ],
    rule: None,
};

static COORDINATES: Class = Class {
    types: &[],
    properties: &[one("latitude", Shape::Number), one("longitude", Shape::Number)],
    rule: None,
};

static ISSUER_ACCREDITATION: Class = Class {
    types: &[],
    properties: &[
        one("name", Shape::Str),
        one("contactInstructions", Shape::Str),
        maybe("email", Shape::Str),
        one("url", Shape::Iri),
        maybe("description", Shape::Str),
        one("address", Shape::Node(&ADDRESS)),
        maybe("logo", Shape::Iri),
        maybe("parentOrganization", Shape::Node(&PARENT)),
        maybe("areaServed", Shape::Str),
        maybe("accreditationDate", Shape::Is(is_day, "a day such as 2026-01-31")),
        maybe("educationalSector", Shape::Str),
    ],
    rule: None,
};

static PARENT: Class = Class {
    types: &[],
    properties: &[
        maybe("name", Shape::Str),
        maybe("url", Shape::Iri),
        maybe("address", Shape::Node(&ADDRESS)),
    ],
    rule: None,
};

static ADDRESS: Class = Class {
    types: &[],
    properties: &[
        maybe("streetAddress", Shape::Str),
        maybe("addressLocality", Shape::Str),
        maybe("addressRegion", Shape::Str),
        maybe("addressCountry", Shape::Str),
        maybe("postalCode", Shape::Str),
    ],
    rule: None,
};

static LICENSE: Class = Class {
    types: &[],
    properties: &[
        one("id", Shape::Is(is_licence, "a licence such as CC-BY")),
        one("name", Shape::Str),
        maybe("legalCode", Shape::Str),
    ],
    rule: None,
};

static RECIPIENT_PROFILE: Class = Class {
    types: &[],
    properties: &[maybe("id", Shape::Str), maybe("name", Shape::Str), maybe("publicKey", Shape::Iri)],
    rule: None,
};

static ASSESSMENT: Class =
    Class { types: &[], properties: &[one("description", Shape::Str), NEEDED_ASSESSMENTS], rule: None };

const NEEDED_ASSESSMENTS: super::shape::Property = super::shape::Property {
    name: "assessments",
    needed: true,
    many: true,
    shape: Shape::Node(&ASSESSMENT_OBJECT),
};

static ASSESSMENT_OBJECT: Class = Class {
    types: &["Exam", "Performance", "Artifact"],
    properties: &[
        one("description", Shape::Str),
        one("assessmentOutput", Shape::Str),
        one("hasGroupParticipation", Shape::Bool),
        one("hasGroupEvaluation", Shape::Bool),
        one("evaluationMethod", Shape::Str),
        maybe("assessmentExample", Shape::Iri),
        maybe("scoringMethodExampleDescription", Shape::Str),
        maybe("assessmentEvaluation", Shape::Iri),
        many("rubrics", Shape::Node(&RUBRIC)),
        many("sections", Shape::Node(&SECTION)),
    ],
    rule: None,
};

static RUBRIC: Class = Class {
    types: &[],
    properties: &[
        one("identifier", UUID),
        one("title", Shape::Str),
        maybe("caseUri", Shape::Iri),
        many("rubricCriteria", Shape::Node(&RUBRIC_CRITERION)),
    ],
    rule: Some(has_criteria),
};

fn has_criteria(node: &Map<String, Value>, problems: &mut Problems) {
    if each(node.get("rubricCriteria")).is_empty() {
        let found = node.get("rubricCriteria").map_or_else(|| "nothing".to_owned(), describe);
        problems.add("rubricCriteria", "an object", found);
    }
}

static RUBRIC_CRITERION: Class = Class {
    types: &[],
    properties: &[
        one("identifier", UUID),
        maybe("category", Shape::Str),
        maybe("description", Shape::Str),
        maybe("weight", Shape::Number),
        maybe("position", Shape::Number),
        many("criterionLevels", Shape::Node(&RUBRIC_LEVEL)),
    ],
    rule: None,
};

static RUBRIC_LEVEL: Class = Class {
    types: &[],
    properties: &[
        one("identifier", UUID),
        one("description", Shape::Str),
        maybe("quality", Shape::Str),
        maybe("score", Shape::Number),
        maybe("position", Shape::Number),
        maybe("feedback", Shape::Str),
    ],
    rule: None,
};

static SECTION: Class = Class {
    types: &[],
    properties: &[
        many("questions", Shape::Node(&QUESTION)),
        maybe("title", Shape::Str),
        maybe("description", Shape::Str),
        maybe("rubricId", Shape::Str),
        maybe("url", Shape::Iri),
        maybe("required", Shape::Bool),
    ],
    rule: None,
};

static QUESTION: Class = Class {
    types: &["ExternalQuestion", "FileQuestion", "TextQuestion"],
    properties: &[
        one("text", Shape::Str),
        maybe("rubricId", Shape::Str),
        maybe("url", Shape::Iri),
        maybe("required", Shape::Bool),
        maybe("wordLimit", Shape::Number),
        maybe("characterLimit", Shape::Number),
    ],
    rule: None,
};

static ANY: Class = Class { types: &[], properties: &[], rule: None };

const UUID: Shape = Shape::Is(is_uuid, "a UUID in lower case");

fn is_uuid(value: &Value) -> bool {
    let hex = |part: &str| part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    value.as_str().is_some_and(|text| {
        let parts: Vec<&str> = text.split('-').collect();
        parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12]) && parts.iter().all(|part| hex(part))
    })
}

/// `2026-01-31` or `20260131`.
fn is_day(value: &Value) -> bool {
    value.as_str().is_some_and(|text| {
        matches!(text.len(), 8 | 10)
            && super::moment::parse_old(value)
                .is_some_and(|read| read.date.replace('-', "") == text.replace('-', ""))
    })
}

fn is_licence(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.starts_with("CC-"))
}
