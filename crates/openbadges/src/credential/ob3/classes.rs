//! The classes of Open Badges 3.0 as tables (specification B.1 and B.2), facts of its published schemas stated in our
//! own form. Where the strict schema asks for a list and the lenient one for a single value, both are taken.

use serde_json::{Map, Value};

use super::super::shape::{CRITERIA, Class, Problems, Property, Shape, describe, escaped, many, maybe, one};
use super::super::value::strings;
use super::contexts_and_type;

pub(super) static CREDENTIAL: Class = Class {
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
        many("endorsementJwt", COMPACT_JWS),
        STATUS,
        SCHEMA,
        REFRESH,
        TERMS,
    ],
    rule: Some(contexts_and_type),
};

const STATUS: Property = many("credentialStatus", Shape::Node(&TYPED));
const SCHEMA: Property = many("credentialSchema", Shape::Node(&IDENTIFIED));
const REFRESH: Property = many("refreshService", Shape::Node(&TYPED));
const TERMS: Property = many("termsOfUse", Shape::Node(&TYPED));
const COMPACT_JWS: Shape = Shape::Is(is_compact_jws, "a compact JWS");

pub(super) static DATES_1: Class = Class {
    types: &[],
    properties: &[one("issuanceDate", Shape::Moment), maybe("expirationDate", Shape::Moment)],
    rule: None,
};

pub(super) static DATES_2: Class = Class {
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

pub(crate) static ACHIEVEMENT: Class = Class {
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
        many("endorsementJwt", COMPACT_JWS),
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

pub(crate) static PROFILE: Class = Class {
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
        many("endorsementJwt", COMPACT_JWS),
        maybe("official", Shape::Text),
        maybe("parentOrg", Shape::Link(&PROFILE)),
        maybe("familyName", Shape::Text),
        maybe("givenName", Shape::Text),
        maybe("additionalName", Shape::Text),
        maybe("patronymicName", Shape::Text),
        maybe("honorificPrefix", Shape::Text),
        maybe("honorificSuffix", Shape::Text),
        maybe("familyNamePrefix", Shape::Text),
        maybe("dateOfBirth", Shape::Is(is_date, "a date such as 2001-12-31")),
    ],
    rule: None,
};

static EVIDENCE: Class = Class {
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

pub(crate) static IMAGE: Class = Class {
    types: &["Image"],
    properties: &[one("id", Shape::Iri), maybe("caption", Shape::Text)],
    rule: None,
};

pub(crate) static IDENTITY: Class = Class {
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

static RELATED: Class = Class {
    types: &["Related"],
    properties: &[one("id", Shape::Iri), maybe("inLanguage", Shape::Str), maybe("version", Shape::Text)],
    rule: None,
};

static RESULT: Class = Class {
    types: &["Result"],
    properties: &[
        maybe("resultDescription", Shape::Iri),
        maybe("achievedLevel", Shape::Iri),
        maybe("status", Shape::Is(is_result_status, "a status of a result, such as Completed")),
        maybe("value", Shape::Text),
        many("alignment", Shape::Node(&ALIGNMENT)),
    ],
    rule: None,
};

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
        many("rubricCriterionLevel", Shape::Node(&LEVEL)),
    ],
    rule: None,
};

static LEVEL: Class = Class {
    types: &["RubricCriterionLevel"],
    properties: &[
        one("id", Shape::Iri),
        one("name", Shape::Text),
        maybe("description", Shape::Text),
        maybe("level", Shape::Text),
        maybe("points", Shape::Text),
        many("alignment", Shape::Node(&ALIGNMENT)),
    ],
    rule: None,
};

static ADDRESS: Class = Class {
    types: &["Address"],
    properties: &[
        maybe("addressCountry", Shape::Text),
        maybe("addressCountryCode", Shape::Is(is_country_code, "a country code of two letters")),
        maybe("addressRegion", Shape::Text),
        maybe("addressLocality", Shape::Text),
        maybe("streetAddress", Shape::Text),
        maybe("postOfficeBoxNumber", Shape::Text),
        maybe("postalCode", Shape::Text),
        maybe("geo", Shape::Node(&GEO)),
    ],
    rule: None,
};

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
        problems.add("type", "a type", node.get("type").map_or_else(|| "none".to_owned(), describe));
    }
}

fn is_compact_jws(value: &Value) -> bool {
    value.as_str().is_some_and(|text| {
        let parts: Vec<&str> = text.splitn(4, '.').collect();
        let is_base64url =
            |part: &&str| part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        matches!(parts.as_slice(), [header, _, signature] if !header.is_empty() && !signature.is_empty())
            && parts.iter().all(is_base64url)
    })
}

/// A calendar date (`YYYY-MM-DD`).
fn is_date(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok())
}

fn is_country_code(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.len() == 2 && text.bytes().all(|b| b.is_ascii_alphabetic()))
}

/// Of the enumerations of the specification this one alone cannot be extended.
fn is_result_status(value: &Value) -> bool {
    const STATUSES: [&str; 7] =
        ["Completed", "Enrolled", "Failed", "InProgress", "OnHold", "Provisional", "Withdrew"];
    value.as_str().is_some_and(|text| STATUSES.contains(&text))
}

/// A word list of the specification that others extend by words of the form `ext:...`.
type Words = [&'static str];

const ACHIEVEMENT_TYPES: &Words = &[
    "Achievement",
    "ApprenticeshipCertificate",
    "Assessment",
    "Assignment",
    "AssociateDegree",
    "Award",
    "BachelorDegree",
    "Badge",
    "Certificate",
    "CertificateOfCompletion",
    "Certification",
    "CoCurricular",
    "CommunityService",
    "Competency",
    "Course",
    "Degree",
    "Diploma",
    "DoctoralDegree",
    "Fieldwork",
    "GeneralEducationDevelopment",
    "JourneymanCertificate",
    "LearningProgram",
    "License",
    "MasterCertificate",
    "MasterDegree",
    "Membership",
    "MicroCredential",
    "ProfessionalDoctorate",
    "QualityAssuranceCredential",
    "ResearchDoctorate",
    "SecondarySchoolDiploma",
];

const RESULT_TYPES: &Words = &[
    "GradePointAverage",
    "LetterGrade",
    "Percent",
    "PerformanceLevel",
    "PredictedScore",
    "RawScore",
    "Result",
    "RubricCriterion",
    "RubricCriterionLevel",
    "RubricScore",
    "ScaledScore",
    "Status",
];

const TARGET_TYPES: &Words = &[
    "CFItem",
    "CFRubric",
    "CFRubricCriterion",
    "CFRubricCriterionLevel",
    "CTDL",
    "ceasn:Competency",
    "ceterms:Credential",
];

/// `email` is not in the list of the specification; its own guide uses it.
const IDENTIFIER_TYPES: &Words = &[
    "accountId",
    "email",
    "emailAddress",
    "identifier",
    "isbn",
    "issn",
    "lisSourcedId",
    "ltiContextId",
    "ltiDeploymentId",
    "ltiPlatformId",
    "ltiToolId",
    "ltiUserId",
    "name",
    "nationalIdentityNumber",
    "oneRosterSourcedId",
    "productId",
    "sisSourcedId",
    "sourcedId",
    "systemId",
    "userName",
];

const EXTENSIBLE: [(&str, &Words); 5] = [
    ("achievementType", ACHIEVEMENT_TYPES),
    ("resultType", RESULT_TYPES),
    ("targetType", TARGET_TYPES),
    ("identityType", IDENTIFIER_TYPES),
    ("identifierType", IDENTIFIER_TYPES),
];

/// Words in the subject and the issuer that are neither of the specification's lists nor marked as an extension:
/// where they stand, and what they are. At most eight.
pub(super) fn unlisted(body: &Value) -> Vec<(String, &str)> {
    let mut found = Vec::new();
    for property in ["credentialSubject", "issuer"] {
        search(body.get(property), &mut format!("/{property}"), &mut found);
    }
    found
}

fn search<'a>(value: Option<&'a Value>, pointer: &mut String, found: &mut Vec<(String, &'a str)>) {
    let within = |step: &str, pointer: &mut String, inner: &'a Value, found: &mut Vec<(String, &'a str)>| {
        let length = pointer.len();
        pointer.push('/');
        pointer.push_str(&escaped(step));
        search(Some(inner), pointer, found);
        pointer.truncate(length);
    };
    match value {
        Some(Value::Object(node)) => {
            for (name, words) in EXTENSIBLE {
                for word in strings(node.get(name)) {
                    if !words.contains(&word) && !word.starts_with("ext:") && found.len() < 8 {
                        found.push((format!("{pointer}/{name}"), word));
                    }
                }
            }
            for (name, inner) in node {
                if name != "endorsement" {
                    within(name, pointer, inner, found);
                }
            }
        }
        Some(Value::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                within(&index.to_string(), pointer, item, found);
            }
        }
        _ => {}
    }
}
