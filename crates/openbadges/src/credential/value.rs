//! Reading JSON-LD as it is written: a single value or an array, a string or an object with an `id`.

use serde_json::{Map, Value};

/// The values of a property, one or many.
pub(crate) fn each(value: Option<&Value>) -> &[Value] {
    match value {
        None | Some(Value::Null) => &[],
        Some(Value::Array(items)) => items,
        Some(single) => std::slice::from_ref(single),
    }
}

/// The first value of a property.
pub(crate) fn first(value: Option<&Value>) -> Option<&Value> {
    each(value).first()
}

/// Whether a property says anything.
pub(crate) fn is_stated(value: Option<&Value>) -> bool {
    !each(value).is_empty()
}

/// The strings among the values of a property.
pub(crate) fn strings(value: Option<&Value>) -> impl Iterator<Item = &str> {
    each(value).iter().filter_map(Value::as_str)
}

/// Whether `type` names `class`.
pub(crate) fn has_type(node: &Value, class: &str) -> bool {
    strings(node.get("type")).any(|name| name == class)
}

/// The id of a node that stands as a string or as an object with `id` (or `@id`).
pub(crate) fn id_of(value: &Value) -> Option<&str> {
    match value {
        Value::String(id) => Some(id),
        Value::Object(node) => node.get("id").or_else(|| node.get("@id")).and_then(Value::as_str),
        _ => None,
    }
}

/// The text of a property: a string, a value object, or of several languages the first.
pub(crate) fn text(value: Option<&Value>) -> Option<String> {
    match first(value)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Object(node) => in_some_language(node),
        _ => None,
    }
}

/// The text of a value object (`@value`) or of a language map.
fn in_some_language(node: &Map<String, Value>) -> Option<String> {
    if let Some(text) = node.get("@value") {
        return text.as_str().map(str::to_owned);
    }
    let preferred = ["en", "en-US", "en-GB"].into_iter().find_map(|language| node.get(language));
    let text =
        preferred.or_else(|| node.iter().find(|(key, _)| !key.starts_with('@')).map(|(_, value)| value))?;
    text.as_str().map(str::to_owned)
}

/// What kind of JSON a value is, for people.
pub(crate) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Whether `text` is an absolute IRI: a scheme, a colon, and none of the characters that no IRI may hold.
pub(crate) fn is_iri(text: &str) -> bool {
    text.split_once(':').is_some_and(|(scheme, rest)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
            && !rest.is_empty()
            && !rest.chars().any(|c| c.is_whitespace() || c.is_control() || "<>\"{}|\\^`".contains(c))
    })
}

/// Whether `text` is a web address (`http` or `https`) with a host.
pub(crate) fn is_web_address(text: &str) -> bool {
    is_iri(text)
        && url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// Whether two ids are the same identifier: as written, or without surrounding white space and percent-encoding
/// (OB 3.0, 9.2). An encoded delimiter stays what it is, for it makes another identifier (RFC 3986, 2.2): the host of
/// `did:web:a.example%3A8443` has a port, and that of `did:web:a.example:8443` has a user of this name.
pub(crate) fn same_id(one: &str, other: &str) -> bool {
    // Most ids are plain, and a registry has thousands.
    let is_plain = |id: &str| !id.contains('%') && id.trim().len() == id.len();
    one == other || !(is_plain(one) && is_plain(other)) && plain_id(one) == plain_id(other)
}

/// An id without surrounding white space, and without the percent-encoding that nothing hangs on.
fn plain_id(id: &str) -> Vec<u8> {
    let mut plain = Vec::with_capacity(id.len());
    let mut parts = id.trim().split('%');
    plain.extend(parts.next().unwrap_or_default().bytes());
    for part in parts {
        let byte = part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match byte {
            Some(byte) if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || !byte.is_ascii() => {
                plain.push(byte);
                plain.extend(part.bytes().skip(2));
            }
            Some(_) => {
                plain.push(b'%');
                plain.extend(part.bytes().take(2).map(|digit| digit.to_ascii_uppercase()));
                plain.extend(part.bytes().skip(2));
            }
            None => {
                plain.push(b'%');
                plain.extend(part.bytes());
            }
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::same_id;

    #[test]
    fn an_id_is_the_same_however_it_is_encoded() {
        for (one, other, same) in [
            ("https://a.example/b", " https://a.example/b\n", true),
            ("https://a.example/%7Eann", "https://a.example/~ann", true),
            ("https://a.example/%c3%A9", "https://a.example/\u{e9}", true),
            ("did:web:a.example%3a8443", "did:web:a.example%3A8443", true),
            ("did:web:a.example%3A8443", "did:web:a.example:8443", false),
            ("https://a.example/b%2Fc", "https://a.example/b/c", false),
            ("https://a.example/b%23c", "https://a.example/b#c", false),
            ("https://a.example/%", "https://a.example/%25", false),
            ("https://a.example/b", "https://a.example/B", false),
            ("https://a.example/%+7", "https://a.example/\u{7}", false),
        ] {
            assert_eq!(same_id(one, other), same, "{one} {other}");
        }
    }
}
