//! The form of an Open Badges 3.0 credential (specification B.1), over VC Data Model 1.1 or 2.0.

use serde_json::{Map, Value};

use super::shape::{Class, Problems, Property, Shape, describe, many, maybe, one, shown};
use super::value::{each, first, has_type, is_stated, strings};
use super::vc::{VC1, VC2};
use crate::report::{Problem, Warning};

/// The context of the current specification text.
const OB3_CURRENT: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";

/// Whether `url` is one of the names that the context of Open Badges 3.0 has had.
pub(crate) fn is_ob3_context(url: &str) -> bool {
    url.starts_with("https://purl.imsglobal.org/spec/ob/v3p0/context")
        || url.starts_with("https://imsglobal.github.io/openbadges-specification/context")
        || url == "https://purl.imsglobal.org/spec/ob/v3p0/schema/context.jsonld"
}

/// What is wrong with the form of `body`.
pub(crate) fn problems(body: &Value) -> Vec<Problem> {
    let mut problems = Problems::of(None);
    if let Value::Object(node) = body {
        problems.judge(node, &CREDENTIAL);
        problems.judge(node, if is_vc1(body) { &DATES_1 } else { &DATES_2 });
    }
    problems.into_vec()
}

/// What the form of `body` leaves to wish for.
pub(crate) fn warnings(body: &Value) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn = |code: &str, detail: String| warnings.push(Warning { code: code.to_owned(), detail });
    if is_vc1(body) {
        warn(
            "context.outdated",
            "It follows the older data model of Verifiable Credentials, 1.1.".to_owned(),
        );
    }
    if let Some(old) = strings(body.get("@context")).find(|url| is_ob3_context(url) && *url != OB3_CURRENT) {
        warn("context.outdated", format!("It uses an earlier vocabulary of Open Badges 3.0, {old}."));
    }
    if !subject(body).is_some_and(names_somebody) {
        warn(
            "structure.no-recipient",
            "It names nobody as its recipient, neither by id nor by identifier.".to_owned(),
        );
    }
    if !is_stated(body.get("name")) {
        warn(
            "structure.no-name",
            "The credential itself has no name; its achievement's name is shown.".to_owned(),
        );
    }
    warnings
}

/// OB 3.0 asks for an `id` or an `identifier`. Widely used issuers leave both out, of badges that are sound
/// otherwise and are nobody's in particular: that is said, and does not make them forgeries.
fn names_somebody(subject: &Value) -> bool {
    is_stated(subject.get("id")) || is_stated(subject.get("identifier"))
}

/// Whether the credential follows VC Data Model 1.1.
pub(crate) fn is_vc1(body: &Value) -> bool {
    strings(body.get("@context")).next() == Some(VC1)
}

/// The start and the end of validity, as written.
pub(crate) fn validity(body: &Value) -> (Option<&Value>, Option<&Value>) {
    let either = |new: &str, old: &str| first(body.get(new)).or_else(|| first(body.get(old)));
    (either("validFrom", "issuanceDate"), either("validUntil", "expirationDate"))
}

static CREDENTIAL: Class = Class {
    types: &["OpenBadgeCredential", "AchievementCredential"],
    properties: &[
        one("id", Shape::Iri),
        one("issuer", Shape::Link(&PROFILE)),
        one("credentialSubject", Shape::Node(&SUBJECT)),
        maybe("name", Shape::Text),
        maybe("description", Shape::Text),
        maybe("image", Shape::Link(&IMAGE)),
        maybe("awardedDate", Shape::Moment),
        many("evidence", Shape::Node(&EVIDENCE)),
        many("credentialStatus", Shape::Node(&TYPED)),
        many("credentialSchema", Shape::Node(&IDENTIFIED)),
        many("endorsementJwt", Shape::Str),
    ],
    rule: Some(contexts_and_type),
};

fn contexts_and_type(node: &Map<String, Value>, problems: &mut Problems) {
    if !strings(node.get("type")).any(|class| class == "VerifiableCredential") {
        problems.add("type", "the type VerifiableCredential as well", "it is not named");
    }
    let contexts = each(node.get("@context"));
    match contexts.first() {
        Some(Value::String(url)) if url == VC1 || url == VC2 => {}
        first => {
            let found = first.map_or_else(|| "nothing".to_owned(), describe);
            problems.add("@context", format!("{VC2} as the first context"), found);
        }
    }
    if !strings(node.get("@context")).any(is_ob3_context) {
        problems.add("@context", "a context of Open Badges 3.0", "none");
    }
}

static DATES_1: Class = Class {
    types: &[],
    properties: &[one("issuanceDate", Shape::Moment), maybe("expirationDate", Shape::Moment)],
    rule: None,
};

static DATES_2: Class = Class {
    types: &[],
    properties: &[one("validFrom", Shape::Moment), maybe("validUntil", Shape::Moment)],
    rule: None,
};

static SUBJECT: Class = Class {
    types: &["AchievementSubject"],
    properties: &[
        one("achievement", Shape::Link(&ACHIEVEMENT)),
        maybe("id", Shape::Iri),
        many("identifier", Shape::Node(&IDENTITY)),
        maybe("image", Shape::Link(&IMAGE)),
        maybe("narrative", Shape::Text),
        many("result", Shape::Node(&RESULT)),
        maybe("source", Shape::Link(&PROFILE)),
        maybe("creditsEarned", Shape::Number),
        maybe("activityStartDate", Shape::Moment),
        maybe("activityEndDate", Shape::Moment),
        maybe("licenseNumber", Shape::Text),
        maybe("role", Shape::Text),
        maybe("term", Shape::Text),
    ],
    rule: None,
};

pub(super) static ACHIEVEMENT: Class = Class {
    types: &["Achievement"],
    properties: &[
        one("id", Shape::Iri),
        one("name", Shape::Text),
        one("description", Shape::Text),
        one("criteria", Shape::Link(&CRITERIA)),
        maybe("achievementType", Shape::Str),
        many("alignment", Shape::Node(&ALIGNMENT)),
        maybe("creator", Shape::Link(&PROFILE)),
        maybe("creditsAvailable", Shape::Number),
        maybe("fieldOfStudy", Shape::Text),
        maybe("humanCode", Shape::Text),
        maybe("image", Shape::Link(&IMAGE)),
        maybe("inLanguage", Shape::Str),
        many("otherIdentifier", Shape::Node(&IDENTIFIER)),
        many("related", Shape::Node(&RELATED)),
        many("resultDescription", Shape::Node(&RESULT_DESCRIPTION)),
        maybe("specialization", Shape::Text),
        many("tag", Shape::Text),
        maybe("version", Shape::Text),
    ],
    rule: None,
};

pub(super) static PROFILE: Class = Class {
    types: &["Profile"],
    properties: &[
        one("id", Shape::Iri),
        maybe("name", Shape::Text),
        maybe("url", Shape::Iri),
        maybe("phone", Shape::Str),
        maybe("email", Shape::Str),
        maybe("description", Shape::Text),
        maybe("image", Shape::Link(&IMAGE)),
        maybe("address", Shape::Node(&ADDRESS)),
        many("otherIdentifier", Shape::Node(&IDENTIFIER)),
        maybe("official", Shape::Text),
        maybe("parentOrg", Shape::Link(&PROFILE)),
        maybe("dateOfBirth", Shape::Str),
    ],
    rule: None,
};

static CRITERIA: Class = Class {
    types: &[],
    properties: &[maybe("id", Shape::Iri), maybe("narrative", Shape::Text)],
    rule: Some(says_what_it_took),
};

fn says_what_it_took(node: &Map<String, Value>, problems: &mut Problems) {
    if !is_stated(node.get("id")) && !is_stated(node.get("narrative")) {
        problems.add("", "an id or a narrative", "neither");
    }
}

pub(super) static EVIDENCE: Class = Class {
    types: &["Evidence"],
    properties: &[
        maybe("id", Shape::Iri),
        maybe("name", Shape::Text),
        maybe("narrative", Shape::Text),
        maybe("description", Shape::Text),
        maybe("genre", Shape::Text),
        maybe("audience", Shape::Text),
    ],
    rule: None,
};

static ALIGNMENT: Class = Class {
    types: &["Alignment"],
    properties: &[
        one("targetName", Shape::Text),
        one("targetUrl", Shape::Iri),
        maybe("targetCode", Shape::Text),
        maybe("targetDescription", Shape::Text),
        maybe("targetFramework", Shape::Text),
        maybe("targetType", Shape::Str),
    ],
    rule: None,
};

pub(super) static IMAGE: Class = Class {
    types: &["Image"],
    properties: &[one("id", Shape::Iri), maybe("caption", Shape::Text)],
    rule: None,
};

pub(super) static IDENTITY: Class = Class {
    types: &["IdentityObject"],
    properties: &[
        one("hashed", Shape::Bool),
        one("identityHash", Shape::Str),
        one("identityType", Shape::Str),
        maybe("salt", Shape::Str),
    ],
    rule: None,
};

static IDENTIFIER: Class = Class {
    types: &["IdentifierEntry"],
    properties: &[one("identifier", Shape::Str), one("identifierType", Shape::Str)],
    rule: None,
};

static RELATED: Class = Class { types: &["Related"], properties: &[one("id", Shape::Iri)], rule: None };

static RESULT: Class = Class {
    types: &["Result"],
    properties: &[
        maybe("resultDescription", Shape::Iri),
        maybe("achievedLevel", Shape::Iri),
        maybe("status", Shape::Str),
        maybe("value", Shape::Text),
        many("alignment", Shape::Node(&ALIGNMENT)),
    ],
    rule: None,
};

const RUBRIC: Property = many("rubricCriterionLevel", Shape::Node(&LEVEL));

static RESULT_DESCRIPTION: Class = Class {
    types: &["ResultDescription"],
    properties: &[
        one("id", Shape::Iri),
        one("name", Shape::Text),
        one("resultType", Shape::Str),
        many("allowedValue", Shape::Text),
        maybe("requiredLevel", Shape::Iri),
        maybe("requiredValue", Shape::Text),
        maybe("valueMin", Shape::Text),
        maybe("valueMax", Shape::Text),
        many("alignment", Shape::Node(&ALIGNMENT)),
        RUBRIC,
    ],
    rule: None,
};

static LEVEL: Class = Class {
    types: &["RubricCriterionLevel"],
    properties: &[
        one("id", Shape::Iri),
        one("name", Shape::Text),
        maybe("level", Shape::Text),
        maybe("points", Shape::Text),
        many("alignment", Shape::Node(&ALIGNMENT)),
    ],
    rule: None,
};

static ADDRESS: Class =
    Class { types: &["Address"], properties: &[maybe("geo", Shape::Node(&GEO))], rule: None };

static GEO: Class = Class {
    types: &["GeoCoordinates"],
    properties: &[one("latitude", Shape::Number), one("longitude", Shape::Number)],
    rule: None,
};

static TYPED: Class = Class { types: &[], properties: &[maybe("id", Shape::Iri)], rule: Some(names_a_type) };

static IDENTIFIED: Class =
    Class { types: &[], properties: &[one("id", Shape::Iri)], rule: Some(names_a_type) };

fn names_a_type(node: &Map<String, Value>, problems: &mut Problems) {
    if strings(node.get("type")).next().is_none() {
        problems.add("type", "a type", "none");
    }
}

/// The `AchievementSubject`.
pub(crate) fn subject(body: &Value) -> Option<&Value> {
    let subjects = each(body.get("credentialSubject"));
    subjects.iter().find(|subject| has_type(subject, "AchievementSubject")).or(subjects.first())
}

/// A short name for a value that is expected to be a date.
pub(crate) fn written(value: &Value) -> String {
    value.as_str().map_or_else(|| describe(value), shown)
}
