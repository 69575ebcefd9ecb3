//! The form of an Open Badges 3.0 credential (specification B.1), over VC Data Model 1.1 or 2.0.
//!
//! The rules stand in `classes`, as tables; what no table can say of results is in `results`.

mod classes;
mod results;

use serde_json::{Map, Value};

use super::shape::{Problems, describe, shown};
use super::value::{each, first, has_type, id_of, is_stated, same_id, strings};
use super::vc::{VC1, VC2};
use crate::report::{Problem, Warning};

pub(super) use classes::{ACHIEVEMENT, IDENTITY, IMAGE, PROFILE};

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
        problems.judge(node, &classes::CREDENTIAL);
        problems.judge(node, if is_vc1(body) { &classes::DATES_1 } else { &classes::DATES_2 });
    }
    let mut problems = problems.into_vec();
    problems.extend(results::problems(body));
    problems
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
    if let Some(detail) = made_elsewhere(body) {
        warn("achievement.other-creator", detail);
    }
    for (pointer, value) in classes::unlisted(body) {
        let detail = format!("The word {} at {pointer} is not one of the specification's.", shown(value));
        warn("structure.unlisted-word", detail);
    }
    warnings.extend(results::warnings(body));
    warnings
}

/// An achievement that somebody else than the issuer defined: allowed, and worth knowing.
fn made_elsewhere(body: &Value) -> Option<String> {
    let issuer = body.get("issuer").and_then(id_of)?;
    let achievement = first(subject(body)?.get("achievement"))?;
    let creator = achievement.get("creator").and_then(id_of).filter(|creator| !same_id(creator, issuer))?;
    Some(format!("The achievement was defined by {creator}, not by the issuer of the badge."))
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

/// The contexts that a credential of Open Badges 3.0 has, and its bare type.
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

/// The `AchievementSubject`.
pub(crate) fn subject(body: &Value) -> Option<&Value> {
    let subjects = each(body.get("credentialSubject"));
    subjects.iter().find(|subject| has_type(subject, "AchievementSubject")).or(subjects.first())
}

/// A short name for a value that is expected to be a date.
pub(crate) fn written(value: &Value) -> String {
    value.as_str().map_or_else(|| describe(value), shown)
}

#[cfg(test)]
mod tests;
