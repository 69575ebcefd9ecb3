//! Results and what they refer to (Open Badges 3.0, B.1.15 to B.1.17).
//!
//! The description that a result is linked to must be in the achievement that is asserted: that is the form. What a
//! result says beyond what its description allows is the issuer's own contradiction, signed as it is: a warning.

use serde_json::Value;

use super::super::shape::{Problems, shown};
use super::super::value::{each, first, is_stated, same_id, text};
use super::subject;
use crate::report::{Problem, Warning};

/// More results than this are not compared.
const MAX_RESULTS: usize = 256;

/// Results that are linked to nothing.
pub(super) fn problems(body: &Value) -> Vec<Problem> {
    let mut problems = Problems::of(None);
    if let Some(context) = Described::of(body) {
        for (index, result) in context.results.iter().enumerate().take(MAX_RESULTS) {
            let Some(id) = result.get("resultDescription").and_then(Value::as_str) else { continue };
            if context.description(id).is_none() {
                let place = format!("/credentialSubject/result/{index}/resultDescription");
                problems.add_at(&place, "a result description of the achievement", shown(id));
            }
        }
    }
    problems.into_vec()
}

/// What results and their descriptions say against each other.
pub(super) fn warnings(body: &Value) -> Vec<Warning> {
    let Some(context) = Described::of(body) else { return Vec::new() };
    let mut details = Vec::new();
    for description in context.descriptions.iter().take(MAX_RESULTS) {
        details.extend(of_description(description));
    }
    for result in context.results.iter().take(MAX_RESULTS) {
        let linked = result.get("resultDescription").and_then(Value::as_str);
        if let Some(description) = linked.and_then(|id| context.description(id)) {
            details.extend(of_result(result, description));
        }
    }
    details
        .into_iter()
        .take(8)
        .map(|detail| Warning { code: "result.contradiction".to_owned(), detail })
        .collect()
}

/// The results of a subject, and the descriptions in its achievement, if that stands in the badge.
struct Described<'a> {
    results: &'a [Value],
    descriptions: &'a [Value],
}

impl<'a> Described<'a> {
    fn of(body: &'a Value) -> Option<Self> {
        let subject = subject(body)?;
        let achievement = first(subject.get("achievement"))?.as_object()?;
        let descriptions = each(achievement.get("resultDescription"));
        Some(Self { results: each(subject.get("result")), descriptions })
    }

    fn description(&self, id: &str) -> Option<&'a Value> {
        self.descriptions.iter().take(MAX_RESULTS).find(|one| names(one, id))
    }
}

fn names(node: &Value, id: &str) -> bool {
    node.get("id").and_then(Value::as_str).is_some_and(|own| same_id(own, id))
}

fn has_level(description: &Value, id: &str) -> bool {
    each(description.get("rubricCriterionLevel")).iter().take(MAX_RESULTS).any(|level| names(level, id))
}

fn of_description(description: &Value) -> Option<String> {
    let name = text(description.get("name")).unwrap_or_default();
    if let Some(level) = description.get("requiredLevel").and_then(Value::as_str)
        && !has_level(description, level)
    {
        return Some(format!(
            "The level {} that {} requires is not among its levels.",
            shown(level),
            shown(&name)
        ));
    }
    let required = text(description.get("requiredValue"))?;
    beyond(&required, description)
        .map(|why| format!("The value {} that {} requires is {why}.", shown(&required), shown(&name)))
}

fn of_result(result: &Value, description: &Value) -> Vec<String> {
    let name = shown(&text(description.get("name")).unwrap_or_default());
    let mut details = Vec::new();
    if let Some(level) = result.get("achievedLevel").and_then(Value::as_str)
        && !has_level(description, level)
    {
        details
            .push(format!("The level {} that was achieved is not among the levels of {name}.", shown(level)));
    }
    if let Some(value) = text(result.get("value"))
        && let Some(why) = beyond(&value, description)
    {
        details.push(format!("The result {} of {name} is {why}.", shown(&value)));
    }
    let is_status = description.get("resultType").is_some_and(|kind| kind == "Status");
    if is_status && !is_stated(result.get("status")) {
        details.push(format!("The result of {name} should be a status, and names none."));
    }
    details
}

/// Why a value is none that its description allows.
fn beyond(value: &str, description: &Value) -> Option<String> {
    let allowed: Vec<String> = each(description.get("allowedValue"))
        .iter()
        .take(MAX_RESULTS)
        .filter_map(|one| text(Some(one)))
        .collect();
    if !allowed.is_empty() && !allowed.iter().any(|one| one == value) {
        return Some("not one of the values that are allowed".to_owned());
    }
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    let limit = |property: &str| text(description.get(property)).and_then(|text| number(&text));
    let value = number(value)?;
    if let Some(least) = limit("valueMin").filter(|least| value < *least) {
        return Some(format!("less than {least}"));
    }
    limit("valueMax").filter(|most| value > *most).map(|most| format!("more than {most}"))
}
