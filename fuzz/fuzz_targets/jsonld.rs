//! JSON-LD: what has a canonical form has the same one however its members are ordered; nothing hangs.
#![no_main]

use libfuzzer_sys::fuzz_target;
use openbadges::json::parse_strict_bytes;
use openbadges::jsonld::canonicalize;
use serde_json::{Map, Value};

fuzz_target!(|bytes: &[u8]| {
    let Ok(document) = parse_strict_bytes(bytes) else { return };
    let canonical = canonicalize(&document);
    let turned = canonicalize(&turned(&document));
    match (&canonical, &turned) {
        (Ok(one), Ok(other)) => assert_eq!(one.nquads, other.nquads),
        (Err(_), Err(_)) => {}
        // What two members mean together may stop at either of them, but not at one order of them alone.
        _ => panic!("{canonical:?}\n{turned:?}"),
    }
    if let Ok(canonical) = canonical {
        let lines: Vec<&str> = canonical.nquads.lines().collect();
        assert!(lines.is_sorted() && lines.iter().all(|line| line.ends_with(" .")));
    }
});

/// The same JSON with the members of every object in the opposite order.
fn turned(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members: Map<String, Value> =
                members.iter().rev().map(|(name, member)| (name.clone(), turned(member))).collect();
            Value::Object(members)
        }
        Value::Array(items) => Value::Array(items.iter().map(turned).collect()),
        other => other.clone(),
    }
}
