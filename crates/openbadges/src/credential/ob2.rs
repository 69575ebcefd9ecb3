//! The form of an Open Badges 2.0 badge: assertion, BadgeClass and issuer, each of which may be a document of its
//! own.

use serde_json::{Map, Value};

use super::Standard;
use super::ob1::{self, Piece};
use super::part::Part;
use super::shape::{CRITERIA, Class, Problems, Property, Shape, describe, many, maybe, one, shown};
use super::value::{each, id_of, is_iri, strings};
use crate::report::Problem;

/// What is wrong with the form of a part, by the version that it is written by. `place` is where it stands in the
/// assertion, if it stands inside.
pub(crate) fn problems(part: &Part, piece: Piece, place: &str) -> Vec<Problem> {
    let problems = problems_of(part.written(), piece, part.standard, part.url.as_deref());
    if part.url.is_some() { problems } else { under(problems, place) }
}

/// What is wrong with the form of `json`, which is written by `standard`, in `document` or in the badge itself.
pub(crate) fn problems_of(
    json: &Value,
    piece: Piece,
    standard: Standard,
    document: Option<&str>,
) -> Vec<Problem> {
    let class = ob1::class_of(piece, standard).unwrap_or(match piece {
        Piece::Assertion => &ASSERTION,
        Piece::BadgeClass => &BADGE_CLASS,
        Piece::Issuer => &ISSUER,
        Piece::Other => &ENDORSEMENT,
    });
    judge(json, document, class)
}

fn judge(json: &Value, document: Option<&str>, class: &Class) -> Vec<Problem> {
    let mut problems = Problems::of(document);
    match json {
        Value::Object(node) => problems.judge(node, class),
        other => problems.add("", "an object", describe(other)),
    }
    problems.into_vec()
}

fn under(mut problems: Vec<Problem>, place: &str) -> Vec<Problem> {
    for problem in &mut problems {
        problem.pointer.insert_str(0, place);
    }
    problems
}

/// Whether the badge is to be verified by its signature (`SignedBadge`) rather than at its address.
pub(crate) fn is_signed(assertion: &Value) -> bool {
    each(assertion.get("verification")).iter().any(|verification| {
        strings(verification.get("type")).any(|class| matches!(class, "SignedBadge" | "signed"))
    })
}

static ASSERTION: Class = Class {
    types: &["Assertion"],
    properties: &[
        one("id", Shape::Iri),
        one("recipient", Shape::Node(&IDENTITY)),
        one("badge", Shape::Link(&ANY)),
        one("verification", Shape::Node(&VERIFICATION)),
        one("issuedOn", Shape::Moment),
        maybe("expires", Shape::Moment),
        maybe("image", Shape::Is(is_hosted_image, "a web address of an image")),
        many("evidence", Shape::Link(&EVIDENCE)),
        maybe("narrative", Shape::Text),
        maybe("revoked", Shape::Bool),
        maybe("revocationReason", Shape::Text),
        LANGUAGE,
        VERSION,
        RELATED,
    ],
    rule: Some(only_known_types),
};

static BADGE_CLASS: Class = Class {
    types: &["BadgeClass"],
    properties: &[
        one("id", Shape::Iri),
        one("name", Shape::Text),
        one("description", Shape::Text),
        one("image", Shape::Is(is_image, "a web address or a PNG or SVG as data: URI")),
        one("criteria", Shape::Link(&CRITERIA)),
        one("issuer", Shape::Link(&ANY)),
        many("alignment", Shape::Node(&ALIGNMENT)),
        many("tags", Shape::Text),
        LANGUAGE,
        VERSION,
        RELATED,
    ],
    rule: Some(only_known_types),
};

static ISSUER: Class = Class {
    types: &["Issuer", "Profile"],
    properties: &[
        one("id", Shape::Iri),
        one("name", Shape::Text),
        one("url", Shape::WebAddress),
        one("email", Shape::Is(is_email, "a mail address")),
        maybe("telephone", Shape::Is(is_telephone, "a telephone number such as +15550100;ext=1")),
        maybe("description", Shape::Text),
        maybe("image", Shape::Is(is_image, "a web address or a PNG or SVG as data: URI")),
        maybe("verification", Shape::Node(&ISSUER_VERIFICATION)),
        maybe("revocationList", Shape::Iri),
        LANGUAGE,
        VERSION,
        RELATED,
    ],
    rule: None,
};

static ENDORSEMENT: Class = Class {
    types: &["Endorsement"],
    properties: &[
        one("id", Shape::Iri),
        one("claim", Shape::Node(&CLAIM)),
        one("issuer", Shape::Link(&ANY)),
        one("issuedOn", Shape::Moment),
        one("verification", Shape::Node(&VERIFICATION)),
        maybe("expires", Shape::Moment),
        maybe("revoked", Shape::Bool),
        maybe("revocationReason", Shape::Text),
        LANGUAGE,
        VERSION,
        RELATED,
    ],
    rule: None,
};

/// What an endorsement says of what it speaks of. The rest of it is in the endorser's own words.
static CLAIM: Class = Class {
    types: &[],
    properties: &[one("id", Shape::Iri), maybe("endorsementComment", Shape::Text)],
    rule: None,
};

/// A part that is judged on its own.
static ANY: Class = Class { types: &[], properties: &[], rule: None };

/// A version is a text or a number, and one that was translated has a related one.
const VERSION: Property = maybe("version", Shape::Is(is_version, "a text or a number"));
const RELATED: Property = many("related", Shape::Link(&RELATED_NODE));

static RELATED_NODE: Class =
    Class { types: &[], properties: &[one("id", Shape::Iri), LANGUAGE, VERSION], rule: None };

fn is_version(value: &Value) -> bool {
    value.is_string() || value.is_number()
}

const LANGUAGE: Property = maybe("@language", Shape::Is(is_language_tag, "a language tag such as en-US"));

static IDENTITY: Class = Class {
    types: &[],
    properties: &[
        one("identity", Shape::Str),
        one("type", Shape::Str),
        one("hashed", Shape::Bool),
        maybe("salt", Shape::Str),
    ],
    rule: None,
};

static VERIFICATION: Class = Class {
    types: &["HostedBadge", "hosted", "SignedBadge", "signed"],
    properties: &[maybe("creator", Shape::Iri)],
    rule: None,
};

/// How the issuer's badges are to be verified. Hosted badges are known by their id, and by nothing else.
static ISSUER_VERIFICATION: Class = Class {
    types: &[],
    properties: &[
        maybe("verificationProperty", Shape::Is(is_id_property, "id")),
        many("startsWith", Shape::Str),
        many("allowedOrigins", Shape::Str),
    ],
    rule: None,
};

fn is_id_property(value: &Value) -> bool {
    matches!(value.as_str(), Some("id" | "@id"))
}

static EVIDENCE: Class = Class {
    types: &[],
    properties: &[
        maybe("id", Shape::Is(is_node_id, "an identifier (URI)")),
        maybe("narrative", Shape::Text),
        maybe("name", Shape::Text),
        maybe("description", Shape::Text),
        maybe("genre", Shape::Text),
        maybe("audience", Shape::Text),
    ],
    rule: None,
};

static ALIGNMENT: Class = Class {
    types: &[],
    properties: &[
        one("targetName", Shape::Text),
        one("targetUrl", Shape::WebAddress),
        maybe("targetDescription", Shape::Text),
        maybe("targetFramework", Shape::Text),
        maybe("targetCode", Shape::Text),
    ],
    rule: None,
};

/// Types are the specification's, an extension's (`extensions:...`) or an IRI; a bare word means nothing.
fn only_known_types(node: &Map<String, Value>, problems: &mut Problems) {
    for class in strings(node.get("type")) {
        if !KNOWN_TYPES.contains(&class) && !class.contains(':') {
            problems.add("type", "types of the specification or IRIs", shown(class));
        }
    }
}

const KNOWN_TYPES: [&str; 13] = [
    "Assertion",
    "BadgeClass",
    "Issuer",
    "Profile",
    "Extension",
    "Endorsement",
    "AlignmentObject",
    "CryptographicKey",
    "Criteria",
    "Evidence",
    "Image",
    "IdentityObject",
    "VerificationObject",
];

/// An IRI, or the name of a node within the document.
fn is_node_id(value: &Value) -> bool {
    value.as_str().is_some_and(|id| is_iri(id) || id.starts_with("_:"))
}

fn image_address(image: &Value) -> Option<&str> {
    id_of(image)
}

fn is_hosted_image(image: &Value) -> bool {
    image_address(image).is_some_and(|address| is_iri(address) && !address.starts_with("data:"))
}

fn is_image(image: &Value) -> bool {
    image_address(image).is_some_and(|address| match address.strip_prefix("data:") {
        Some(data) => ["image/png", "image/svg+xml"].iter().any(|kind| data.starts_with(kind)),
        None => is_iri(address),
    })
}

pub(crate) fn is_email(value: &Value) -> bool {
    value.as_str().is_some_and(|text| {
        text.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
            && !text.contains(char::is_whitespace)
    })
}

/// A number in the form of E.164, with an extension or without.
fn is_telephone(value: &Value) -> bool {
    value.as_str().and_then(|text| text.strip_prefix('+')).is_some_and(|number| {
        let (number, extension) = number.split_once(";ext=").unwrap_or((number, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        digits(number) && number.len() <= 15 && digits(extension)
    })
}

/// A tag in the form of BCP 47: subtags of one to eight letters and digits, the first of letters.
fn is_language_tag(value: &Value) -> bool {
    value.as_str().is_some_and(|tag| {
        tag.split('-')
            .all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
            && tag
                .split('-')
                .next()
                .is_some_and(|first| first.len() >= 2 && first.bytes().all(|b| b.is_ascii_alphabetic()))
    })
}
