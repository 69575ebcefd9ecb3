//! The form of an Open Badges 2.0 badge: assertion, BadgeClass and issuer, each of which may be a document of its
//! own.

use serde_json::{Map, Value};

use super::shape::{Class, Problems, Property, Shape, describe, many, maybe, one, shown};
use super::value::{each, id_of, is_iri, is_stated, is_web_address, strings};
use crate::document::Documents;
use crate::report::{DocumentRef, Gap, Problem};

/// A part of a badge, from the document at its id or from inside the part that names it.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// Its JSON.
    pub json: Value,
    /// Where it was read; `None` where it is embedded.
    pub url: Option<String>,
    /// The documents it stands on.
    pub documents: Vec<DocumentRef>,
    /// True where the document first fetched named another address as its own, and that one was read.
    pub redirected: bool,
}

/// Why a part is not at hand.
#[derive(Clone, Debug)]
pub(crate) enum Lack {
    /// The property that should name it does not.
    Unnamed,
    /// Its document is not at hand.
    Gap(Gap),
    /// The document at `url`, and the one at the address that it names, disagree on whose they are.
    Elsewhere {
        /// Where it was fetched.
        url: String,
        /// What it says.
        found: String,
    },
}

/// The BadgeClass of `assertion`.
pub(crate) fn badge_class(assertion: &Value, documents: &Documents) -> Result<Part, Lack> {
    part(assertion.get("badge"), documents)
}

/// The issuer of `badge_class`.
pub(crate) fn issuer(badge_class: &Value, documents: &Documents) -> Result<Part, Lack> {
    part(badge_class.get("issuer"), documents)
}

/// A part that a property names: what stands at a web address is read from there, even where a copy is embedded;
/// everything else only exists inside.
fn part(property: Option<&Value>, documents: &Documents) -> Result<Part, Lack> {
    let [value] = each(property) else {
        return Err(Lack::Unnamed);
    };
    match (id_of(value), value) {
        (Some(id), _) if is_web_address(id) => {
            fetched(id, documents).or_else(|lack| placeless(id, lack, documents))
        }
        (_, Value::Object(_)) => {
            Ok(Part { json: value.clone(), url: None, documents: Vec::new(), redirected: false })
        }
        _ => Err(Lack::Unnamed),
    }
}

/// A document that gives itself an id which is no web address: what it says stands, and no address stands for it.
fn placeless(url: &str, lack: Lack, documents: &Documents) -> Result<Part, Lack> {
    match &lack {
        Lack::Elsewhere { found, .. } if !is_web_address(found) => {
            let document = documents.look_up(url).map_err(Lack::Gap)?;
            let json = document.json().map_err(Lack::Gap)?;
            Ok(Part { json, url: None, documents: vec![document.reference()], redirected: false })
        }
        _ => Err(lack),
    }
}

/// The JSON document at `url`. If it names another address as its own, that one is read, once.
pub(crate) fn fetched(url: &str, documents: &Documents) -> Result<Part, Lack> {
    let first = documents.look_up(url).map_err(Lack::Gap)?;
    let json = first.json().map_err(Lack::Gap)?;
    let declared = id_of(&json).map(str::to_owned);
    let Some(declared) = declared.filter(|id| !same_address(id, url)) else {
        return Ok(Part {
            json,
            url: Some(url.to_owned()),
            documents: vec![first.reference()],
            redirected: false,
        });
    };
    let elsewhere = || Lack::Elsewhere { url: url.to_owned(), found: declared.clone() };
    if !is_web_address(&declared) {
        return Err(elsewhere());
    }
    let second = documents.look_up(&declared).map_err(Lack::Gap)?;
    let json = second.json().map_err(Lack::Gap)?;
    if !id_of(&json).is_some_and(|id| same_address(id, &declared)) {
        return Err(elsewhere());
    }
    let documents = vec![first.reference(), second.reference()];
    Ok(Part { json, url: Some(declared), documents, redirected: true })
}

/// Whether two web addresses are one, the spelling of host and empty path aside.
pub(crate) fn same_address(one: &str, other: &str) -> bool {
    one == other
        || match (url::Url::parse(one), url::Url::parse(other)) {
            (Ok(one), Ok(other)) => one == other,
            _ => false,
        }
}

/// What is wrong with the form of an assertion.
pub(crate) fn assertion_problems(assertion: &Value) -> Vec<Problem> {
    judge(assertion, None, &ASSERTION)
}

/// What is wrong with the form of a BadgeClass.
pub(crate) fn badge_class_problems(badge_class: &Part) -> Vec<Problem> {
    let problems = judge(&badge_class.json, badge_class.url.as_deref(), &BADGE_CLASS);
    if badge_class.url.is_some() { problems } else { under(problems, "/badge") }
}

/// What is wrong with the form of an issuer's profile.
pub(crate) fn issuer_problems(issuer: &Part) -> Vec<Problem> {
    let problems = judge(&issuer.json, issuer.url.as_deref(), &ISSUER);
    if issuer.url.is_some() { problems } else { under(problems, "/badge/issuer") }
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
        maybe("verification", Shape::Node(&ANY)),
        maybe("revocationList", Shape::Iri),
        LANGUAGE,
    ],
    rule: None,
};

/// A part that is judged on its own.
static ANY: Class = Class { types: &[], properties: &[], rule: None };

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
