//! The JSON Canonicalization Scheme (RFC 8785).

use std::fmt::Write as _;

use serde_json::{Number, Value};

/// The largest integer up to which every integer is a number of its own everywhere (2^53).
const LARGEST_INTEGER: u64 = 1 << 53;

/// The number, if it is not beyond 2^53 (where programs read integers differently).
pub(super) fn exact(number: &Number) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "2^53 is a number of its own")]
    let largest = LARGEST_INTEGER as f64;
    let integer = number.as_u64().or_else(|| number.as_i64().map(i64::unsigned_abs));
    let near = integer.is_none_or(|integer| integer <= LARGEST_INTEGER);
    number.as_f64().filter(|value| near && value.abs() <= largest)
}

/// A number beyond 2^53: what it says would depend on who reads it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the number {number} is too large to be read alike by every program")]
pub struct UnsafeNumber {
    /// The number.
    pub number: String,
}

/// The canonical text of `value` (RFC 8785): keys in the order of their UTF-16 code units, no white space,
/// numbers as ECMAScript writes them. Numbers beyond 2^53 are refused.
pub fn canonical_json(value: &Value) -> Result<String, UnsafeNumber> {
    let mut text = String::new();
    write_value(&mut text, value)?;
    Ok(text)
}

/// The first number in `value` that is beyond 2^53.
pub(super) fn unsafe_number(value: &Value) -> Option<&Number> {
    match value {
        Value::Number(number) => exact(number).is_none().then_some(number),
        Value::Array(items) => items.iter().find_map(unsafe_number),
        Value::Object(map) => map.values().find_map(unsafe_number),
        _ => None,
    }
}

fn write_value(text: &mut String, value: &Value) -> Result<(), UnsafeNumber> {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(truth) => text.push_str(if *truth { "true" } else { "false" }),
        Value::Number(number) => text.push_str(&number_text(number)?),
        Value::String(string) => write_string(text, string),
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write_value(text, item)?;
            }
            text.push(']');
        }
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort_by(|a, b| a.encode_utf16().cmp(b.encode_utf16()));
            text.push('{');
            for (index, key) in keys.into_iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write_string(text, key);
                text.push(':');
                write_value(text, &map[key])?;
            }
            text.push('}');
        }
    }
    Ok(())
}

fn write_string(text: &mut String, string: &str) {
    text.push('"');
    for c in string.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\u{8}' => text.push_str("\\b"),
            '\t' => text.push_str("\\t"),
            '\n' => text.push_str("\\n"),
            '\u{c}' => text.push_str("\\f"),
            '\r' => text.push_str("\\r"),
            c if c < ' ' => {
                let _ = write!(text, "\\u{:04x}", u32::from(c));
            }
            c => text.push(c),
        }
    }
    text.push('"');
}

/// `Number::toString` of ECMAScript (ECMA-262, 6.1.6.1.20).
fn number_text(number: &Number) -> Result<String, UnsafeNumber> {
    let Some(value) = exact(number) else { return Err(UnsafeNumber { number: number.to_string() }) };
    if value == 0.0 {
        return Ok("0".to_owned());
    }
    // The shortest digits that read back as the same number, and where the point stands among them.
    let scientific = format!("{:e}", value.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let digits = mantissa.replace('.', "");
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let sign = if value < 0.0 { "-" } else { "" };
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or_default());
    let magnitude = if !(-6..21).contains(&exponent) {
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let plus = if exponent > 0 { "+" } else { "" };
        format!("{first}{point}{rest}e{plus}{exponent}")
    } else if exponent < 0 {
        format!("0.{}{digits}", zeros(-exponent - 1))
    } else if count <= exponent + 1 {
        format!("{digits}{}", zeros(exponent + 1 - count))
    } else {
        let (whole, fraction) = digits.split_at(usize::try_from(exponent + 1).unwrap_or(1));
        format!("{whole}.{fraction}")
    };
    Ok(format!("{sign}{magnitude}"))
}

#[cfg(test)]
mod tests {
    use super::canonical_json;
    use serde_json::{Value, json};

    #[test]
    fn numbers_are_written_as_in_ecmascript() {
        let numbers: Value =
            serde_json::from_str("[333333333.33333329, 4.50, 2e-3, 1e-27, -0, 100, 1e6, 1E-6, 1e-7]")
                .unwrap();
        assert_eq!(
            canonical_json(&numbers).unwrap(),
            "[333333333.3333333,4.5,0.002,1e-27,0,100,1000000,0.000001,1e-7]"
        );
        assert_eq!(
            canonical_json(&json!([9_007_199_254_740_992_u64, -1.25])).unwrap(),
            "[9007199254740992,-1.25]"
        );
        assert!(canonical_json(&json!(9_007_199_254_740_993_u64)).is_err());
        assert!(canonical_json(&json!(-9_007_199_254_740_993_i64)).is_err());
        assert!(canonical_json(&json!(1e30)).is_err());
    }

    #[test]
    fn keys_are_sorted_by_utf_16_and_strings_are_not_normalised() {
        let value = json!({"\u{fb33}": 1, "\u{1f600}": 2, "\u{80}": 3, "1": 4, "\r": 5, "A\u{30a}": "A\u{30a}\u{f}\""});
        assert_eq!(
            canonical_json(&value).unwrap(),
            "{\"\\r\":5,\"1\":4,\"A\u{30a}\":\"A\u{30a}\\u000f\\\"\",\"\u{80}\":3,\"\u{1f600}\":2,\"\u{fb33}\":1}"
        );
    }
}
