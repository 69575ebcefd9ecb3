//! Values as JSON Schema compares them.

use std::cmp::Ordering;
use std::fmt::Write;

use regex_lite::{Regex, RegexBuilder};
use serde_json::{Number, Value};

/// The most memory that a pattern may take, in bytes; the engine's time grows with it.
const MAX_PATTERN: usize = 16 << 10;

/// Patterns are of ECMA-262; the engine has no backtracking, so what would need it is refused.
pub(super) fn compile(pattern: &str) -> Option<Regex> {
    if pattern.len() > MAX_PATTERN {
        return None;
    }
    RegexBuilder::new(pattern).size_limit(MAX_PATTERN).nest_limit(32).build().ok()
}

pub(super) fn is_kind(value: &Value, kind: &str) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => match value {
            Value::Number(number) => {
                integer(number).is_some() || number.as_f64().is_some_and(|n| n.fract() == 0.0)
            }
            _ => false,
        },
        _ => false,
    }
}

/// A count in a schema; some write it as 2.0.
pub(super) fn whole(value: &Value) -> Option<u64> {
    let number = value.as_number()?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked first")]
    let float = |float: f64| (float.fract() == 0.0 && (0.0..9e15).contains(&float)).then_some(float as u64);
    number.as_u64().or_else(|| number.as_f64().and_then(float))
}

pub(super) fn integer(number: &Number) -> Option<i128> {
    number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from))
}

pub(super) fn compare(one: &Number, other: &Number) -> Ordering {
    match (integer(one), integer(other)) {
        (Some(one), Some(other)) => one.cmp(&other),
        _ => one.as_f64().partial_cmp(&other.as_f64()).unwrap_or(Ordering::Equal),
    }
}

/// Whether `number` is a multiple of `step`, within what a double can tell.
pub(super) fn is_multiple(number: &Number, step: &Number) -> bool {
    match (integer(number), integer(step)) {
        (_, Some(0)) => true,
        (Some(number), Some(step)) => number % step == 0,
        _ => {
            let ratio = number.as_f64().unwrap_or(0.0) / step.as_f64().unwrap_or(1.0);
            ratio.is_finite() && (ratio - ratio.round()).abs() <= 1e-9 * ratio.abs().max(1.0)
        }
    }
}

/// A text that equal values share.
pub(super) fn write_canonically(value: &Value, text: &mut String) {
    match value {
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by_key(|(name, _)| *name);
            text.push('{');
            for (name, value) in sorted {
                text.push_str(&Value::String(name.clone()).to_string());
                write_canonically(value, text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for item in items {
                write_canonically(item, text);
                text.push(',');
            }
            text.push(']');
        }
        Value::Number(number) if integer(number).is_none() => {
            let float = number.as_f64().unwrap_or(0.0) + 0.0;
            if float.fract() == 0.0 && float.abs() < 1e15 {
                let _ = write!(text, "{float:.0}");
            } else {
                text.push_str(&number.to_string());
            }
        }
        other => text.push_str(&other.to_string()),
    }
}
