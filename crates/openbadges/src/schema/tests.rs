use serde_json::{Value, json};

use super::*;

const DRAFTS: [&str; 5] = [
    "http://json-schema.org/draft-04/schema#",
    "http://json-schema.org/draft-06/schema#",
    "http://json-schema.org/draft-07/schema#",
    "https://json-schema.org/draft/2019-09/schema#",
    "https://json-schema.org/draft/2020-12/schema",
];

fn none_at_hand(url: &str) -> Result<Value, Gap> {
    Err(Gap::Missing { url: url.to_owned() })
}

fn judged(schema: &Value, instance: &Value) -> Result<Vec<Problem>, Gap> {
    validate(schema, "https://schemas.example/badge.json", instance, &mut none_at_hand)
}

fn is_valid(schema: &Value, instance: &Value) -> bool {
    judged(schema, instance).unwrap().is_empty()
}

fn drafted(draft: &str, mut schema: Value) -> Value {
    schema["$schema"] = draft.into();
    schema
}

#[test]
fn a_problem_names_the_place_and_both_sides() {
    let schema = json!({
        "type": "object",
        "required": ["credentialSubject"],
        "properties": { "credentialSubject": { "properties": { "degree": { "type": "string" } }, "required": ["grade"] } },
    });
    let problems = judged(&schema, &json!({ "credentialSubject": { "degree": 7 } })).unwrap();
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.iter().any(|told| told.contains("/credentialSubject/degree")
        && told.contains("type string")
        && told.contains('7')));
    assert!(told.iter().any(|told| told.contains("/credentialSubject/grade") && told.contains("nothing")));
    assert!(is_valid(&schema, &json!({ "credentialSubject": { "degree": "BSc", "grade": 1 } })));
}

#[test]
fn every_keyword_that_all_drafts_share_has_a_good_and_a_bad_value() {
    for (schema, good, bad) in [
        (json!({ "type": ["string", "null"] }), json!(null), json!(1)),
        (json!({ "type": "integer" }), json!(3), json!(3.5)),
        (json!({ "enum": ["a", { "b": [1.0] }] }), json!({ "b": [1] }), json!({ "b": [2] })),
        (json!({ "minimum": 2, "maximum": 4 }), json!(4), json!(4.1)),
        (json!({ "multipleOf": 0.01 }), json!(1.15), json!(1.155)),
        (json!({ "minLength": 2, "maxLength": 3 }), json!("äöü"), json!("äöüß")),
        (json!({ "pattern": "^\\d{2}$" }), json!("42"), json!("٤٢")),
        (json!({ "minItems": 1, "maxItems": 2 }), json!([1]), json!([])),
        (
            json!({ "uniqueItems": true }),
            json!([1, "1", [1]]),
            json!([{ "a": 1, "b": 2 }, { "b": 2.0, "a": 1 }]),
        ),
        (json!({ "items": { "type": "string" } }), json!(["a"]), json!(["a", 1])),
        (json!({ "required": ["a"] }), json!({ "a": null }), json!({})),
        (json!({ "minProperties": 1, "maxProperties": 1 }), json!({ "a": 1 }), json!({ "a": 1, "b": 2 })),
        (
            json!({ "properties": { "a": {} }, "additionalProperties": false }),
            json!({ "a": 1 }),
            json!({ "b": 1 }),
        ),
        (
            json!({ "patternProperties": { "^x-": { "type": "number" } }, "additionalProperties": { "type": "string" } }),
            json!({ "x-a": 1, "b": "c" }),
            json!({ "x-a": "1" }),
        ),
        (json!({ "allOf": [{ "minimum": 1 }, { "maximum": 2 }] }), json!(1), json!(3)),
        (json!({ "anyOf": [{ "type": "string" }, { "minimum": 2 }] }), json!(2), json!(1)),
        (json!({ "oneOf": [{ "minimum": 1 }, { "minimum": 2 }] }), json!(1), json!(3)),
        (json!({ "not": { "type": "string" } }), json!(1), json!("a")),
        (
            json!({ "$ref": "#/definitions/b~1c%25", "definitions": { "b/c%": { "type": "string" } } }),
            json!("a"),
            json!(1),
        ),
    ] {
        for draft in DRAFTS {
            let schema = drafted(draft, schema.clone());
            assert!(is_valid(&schema, &good), "{schema} refuses {good}");
            assert!(!is_valid(&schema, &bad), "{schema} takes {bad}");
        }
    }
}

#[test]
fn each_draft_is_read_by_its_own_rules() {
    let [d4, d6, d7, d2019, d2020] = DRAFTS;
    for (draft, schema, instance, valid) in [
        (d4, json!({ "minimum": 1, "exclusiveMinimum": true }), json!(1), false),
        (d6, json!({ "exclusiveMinimum": 1 }), json!(1), false),
        (d4, json!({ "const": 1 }), json!(2), true),
        (d6, json!({ "const": 1 }), json!(2), false),
        (d6, json!({ "if": { "const": 1 }, "then": false }), json!(1), true),
        (d7, json!({ "if": { "const": 1 }, "then": false }), json!(1), false),
        (d7, json!({ "if": { "const": 1 }, "else": false }), json!(2), false),
        (d4, json!({ "contains": { "const": 1 } }), json!([2]), true),
        (d6, json!({ "contains": { "const": 1 } }), json!([2]), false),
        (d2019, json!({ "contains": { "const": 1 }, "minContains": 2 }), json!([1, 2]), false),
        (d2019, json!({ "contains": { "const": 1 }, "maxContains": 1 }), json!([1, 1]), false),
        (d2019, json!({ "items": [{ "type": "string" }], "additionalItems": false }), json!(["a", 1]), false),
        (d2020, json!({ "prefixItems": [{ "type": "string" }], "items": false }), json!(["a", 1]), false),
        (d2020, json!({ "prefixItems": [{ "type": "string" }], "items": false }), json!(["a"]), true),
        (d7, json!({ "dependencies": { "a": ["b"] } }), json!({ "a": 1 }), false),
        (d7, json!({ "dependencies": { "a": { "required": ["c"] } } }), json!({ "a": 1 }), false),
        (d2019, json!({ "dependentRequired": { "a": ["b"] } }), json!({ "a": 1 }), false),
        (d2020, json!({ "dependentSchemas": { "a": { "required": ["c"] } } }), json!({ "a": 1 }), false),
        (d6, json!({ "propertyNames": { "pattern": "^[a-z]+$" } }), json!({ "A": 1 }), false),
        // Up to draft 7 a reference hides its neighbours.
        (d7, json!({ "$ref": "#/definitions/a", "minimum": 5, "definitions": { "a": {} } }), json!(1), true),
        (d2019, json!({ "$ref": "#/$defs/a", "minimum": 5, "$defs": { "a": {} } }), json!(1), false),
        (
            d2019,
            json!({ "properties": { "a": {} }, "unevaluatedProperties": false }),
            json!({ "a": 1, "b": 2 }),
            false,
        ),
        (
            d2020,
            json!({ "anyOf": [{ "properties": { "a": {} } }], "unevaluatedProperties": false }),
            json!({ "a": 1 }),
            true,
        ),
        (d2020, json!({ "prefixItems": [true], "unevaluatedItems": false }), json!([1, 2]), false),
    ] {
        let schema = drafted(draft, schema);
        assert_eq!(is_valid(&schema, &instance), valid, "{schema} {instance}");
    }
}

#[test]
fn references_follow_names_and_anchors_within_a_document() {
    let schema = json!({
        "$id": "https://schemas.example/badge.json",
        "properties": {
            "anchored": { "$ref": "#label" },
            "named": { "$ref": "inner.json" },
            "within": { "$ref": "inner.json#/$defs/deep" },
            "again": { "$ref": "#" },
        },
        "$defs": {
            "a": { "$anchor": "label", "type": "string" },
            "b": { "$id": "inner.json", "type": "number", "$defs": { "deep": { "$ref": "#/$defs/more" }, "more": { "type": "null" } } },
        },
    });
    assert!(is_valid(
        &schema,
        &json!({ "anchored": "x", "named": 1, "within": null, "again": { "named": 2 } })
    ));
    for wrong in [
        json!({ "anchored": 1 }),
        json!({ "named": "x" }),
        json!({ "within": 1 }),
        json!({ "again": { "named": "x" } }),
    ] {
        assert!(!is_valid(&schema, &wrong), "{wrong}");
    }
}

#[test]
fn other_documents_come_from_the_caller_or_are_a_gap() {
    let schema = json!({ "properties": { "a": { "$ref": "other.json#/$defs/text" }, "b": { "$ref": "absent.json" } } });
    let mut asked = Vec::new();
    let mut resolve = |url: &str| {
        asked.push(url.to_owned());
        if url.ends_with("/other.json") {
            Ok(json!({ "$defs": { "text": { "$ref": "third.json" } } }))
        } else if url.ends_with("/third.json") {
            Ok(json!({ "type": "string" }))
        } else {
            none_at_hand(url)
        }
    };
    let url = "https://schemas.example/v1/badge.json";
    assert_eq!(validate(&schema, url, &json!({ "a": "x" }), &mut resolve), Ok(vec![]));
    assert_eq!(validate(&schema, url, &json!({ "a": 1 }), &mut resolve).unwrap().len(), 1);
    let missing = Gap::Missing { url: "https://schemas.example/v1/absent.json".to_owned() };
    assert_eq!(validate(&schema, url, &json!({ "b": 1 }), &mut resolve), Err(missing));
    // A certain problem is one, whatever else is not at hand.
    assert_eq!(validate(&schema, url, &json!({ "a": 1, "b": 1 }), &mut resolve).unwrap().len(), 1);
    asked.sort();
    asked.dedup();
    assert_eq!(asked.len(), 3, "{asked:?}");
}

#[test]
fn what_cannot_be_told_is_neither_valid_nor_invalid() {
    let open = json!({ "$ref": "https://elsewhere.example/x.json" });
    for schema in [
        json!({ "not": open }),
        json!({ "anyOf": [false, open] }),
        json!({ "oneOf": [true, open] }),
        json!({ "if": open, "then": false }),
        json!({ "contains": open }),
        json!({ "pattern": "(a)\\1" }),
        json!({ "pattern": "(?=a)" }),
        json!({ "$schema": "https://dialects.example/mine" }),
        json!({ "$schema": DRAFTS[2], "type": 5, "$ref": "#/nowhere" }),
        json!({ "allOf": [7] }),
    ] {
        let instance = if schema.get("contains").is_some() { json!(["x"]) } else { json!("x") };
        assert!(judged(&schema, &instance).is_err(), "{schema}: {:?}", judged(&schema, &instance));
    }
    assert!(is_valid(&json!({ "anyOf": [true, open] }), &json!(1)));
    assert!(!is_valid(&json!({ "oneOf": [true, true, open] }), &json!(1)));
}

#[test]
fn hostile_schemas_come_to_an_end_and_are_a_gap() {
    let circle = json!({ "$ref": "#/$defs/a", "$defs": { "a": { "$ref": "#/$defs/b" }, "b": { "$ref": "#/$defs/a" } } });
    // Each level doubles the work of the one below.
    let mut tree = json!({ "$defs": { "d0": { "type": "string" } } });
    for level in 1..40 {
        let below = json!({ "$ref": format!("#/$defs/d{}", level - 1) });
        tree["$defs"][format!("d{level}")] = json!({ "allOf": [below, below] });
    }
    tree["$ref"] = "#/$defs/d39".into();
    let long: String = "a".repeat(400_000);
    for (schema, instance) in [
        (circle, json!("x")),
        (tree, json!("x")),
        (json!({ "pattern": "^(a+)+$" }), json!(format!("{long}b"))),
        (json!({ "pattern": "(a{1000}){1000}" }), json!("x")),
        (json!({ "pattern": "(".repeat(20_000) }), json!("x")),
    ] {
        assert!(judged(&schema, &instance).is_err(), "{instance}");
    }
}
