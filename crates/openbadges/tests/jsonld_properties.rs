//! What holds for JSON-LD of any shape: no panic, no dependence on order, and an end in good time.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a test program")]

use std::time::{Duration, Instant};

use openbadges::jsonld::{self, Hash, JsonLdError, Quad, Term};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const V2: &str = "https://www.w3.org/ns/credentials/v2";
const OB: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";

/// Names and strings that mean something to JSON-LD, among others.
const WORDS: [&str; 44] = [
    "@context",
    "@id",
    "@type",
    "@value",
    "@language",
    "@direction",
    "@index",
    "@list",
    "@set",
    "@graph",
    "@reverse",
    "@included",
    "@nest",
    "@container",
    "@protected",
    "@propagate",
    "@import",
    "@version",
    "@vocab",
    "@base",
    "@prefix",
    "@json",
    "@none",
    "@foo",
    "",
    ":",
    "_:b",
    "a:b",
    "http://x.example/p",
    "urn:x:y",
    "id",
    "type",
    "name",
    "proof",
    "issuer",
    "credentialSubject",
    "achievement",
    "VerifiableCredential",
    "OpenBadgeCredential",
    "Achievement",
    "x",
    "en",
    "ltr",
    V2,
];

fn any_json() -> impl Strategy<Value = Value> {
    let word = prop_oneof![4 => prop::sample::select(WORDS.to_vec()).prop_map(str::to_owned), 1 => ".{0,6}"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 48, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((word.clone(), inner), 0..6)
                .prop_map(|entries| Value::Object(entries.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// Documents that mostly canonicalise: nodes with properties of one vocabulary.
fn any_document() -> impl Strategy<Value = Value> {
    let key = prop::sample::select(vec!["a", "b", "c", "set", "list", "ref", "graph"]);
    let leaf = prop_oneof![
        "[a-z \"\\\\]{0,5}".prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        (-1000i32..1000).prop_map(|n| Value::from(f64::from(n) / 8.0)),
    ];
    let node = leaf.prop_recursive(5, 40, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            (prop::option::of(0u8..4), prop::collection::vec((key.clone(), inner), 1..5)).prop_map(
                |(id, entries)| {
                    let mut node: Map<String, Value> =
                        entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
                    if let Some(id) = id {
                        node.insert("id".to_owned(), json!(format!("urn:x:{id}")));
                    }
                    Value::Object(node)
                }
            ),
        ]
    });
    prop::collection::vec(node, 1..4).prop_map(|values| {
        json!({"@context": {
            "id": "@id",
            "a": "http://v.example/a", "b": "http://v.example/b", "c": "http://v.example/c",
            "set": {"@id": "http://v.example/set", "@container": "@set"},
            "list": {"@id": "http://v.example/list", "@container": "@list"},
            "ref": {"@id": "http://v.example/ref", "@type": "http://v.example/datatype"},
            "graph": {"@id": "http://v.example/graph", "@container": "@graph"},
        }, "a": values})
    })
}

/// The same document, its keys in the opposite order, and the members of its sets too.
fn turned(value: &Value, ordered: bool) -> Value {
    match value {
        Value::Object(map) => {
            map.iter().rev().map(|(key, value)| (key.clone(), turned(value, key == "list"))).collect()
        }
        Value::Array(items) if ordered => items.iter().map(|item| turned(item, true)).collect(),
        Value::Array(items) => items.iter().rev().map(|item| turned(item, false)).collect(),
        other => other.clone(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_json_makes_it_panic(document in any_json()) {
        let _ = jsonld::canonicalize(&document);
        let _ = jsonld::canonicalize(&json!({"@context": document, "@id": "urn:x:y", "x": document}));
        let _ = jsonld::canonicalize(&json!({"@context": [V2, OB], "type": "VerifiableCredential", "proof": document}));
        let _ = jsonld::canonical_json(&document);
    }

    #[test]
    fn the_order_of_keys_and_sets_makes_no_difference(document in any_document()) {
        let found = jsonld::canonicalize(&document).map(|canonical| canonical.nquads);
        match (&found, jsonld::canonicalize(&turned(&document, false)).map(|canonical| canonical.nquads)) {
            (Ok(found), Ok(other)) => prop_assert_eq!(found, &other),
            (found, other) => prop_assert_eq!(found.is_err(), other.is_err()),
        }
    }

    #[test]
    fn blank_node_labels_and_repetitions_make_no_difference(
        edges in prop::collection::vec((0usize..6, 0usize..2, 0usize..6), 1..12),
        shift in 1usize..6,
    ) {
        let quads = |label: &dyn Fn(usize) -> usize| -> Vec<Quad> {
            edges.iter().map(|(from, property, to)| edge(label(*from), *property, label(*to))).collect()
        };
        let one = jsonld::canonicalize_quads(&quads(&|n| n), Hash::Sha256);
        let mut other = quads(&|n| (n + shift) % 6);
        other.reverse();
        other.extend(other.clone());
        let other = jsonld::canonicalize_quads(&other, Hash::Sha256);
        prop_assert_eq!(one.map(|it| it.lines), other.map(|it| it.lines));
    }
}

fn edge(from: usize, property: usize, to: usize) -> Quad {
    Quad {
        subject: Term::Blank(format!("n{from}").into()),
        predicate: Term::Iri(format!("http://v.example/{property}").into()),
        object: Term::Blank(format!("n{to}").into()),
        graph: None,
    }
}

/// Runs `work` on a thread with a small stack and gives its result and how long it took.
fn timed<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> (T, Duration) {
    let start = Instant::now();
    let done = std::thread::Builder::new().stack_size(2 << 20).spawn(work).unwrap().join().unwrap();
    (done, start.elapsed())
}

/// Generous, because the tests run unoptimised on busy machines; without the bounds these never end.
const SOON: Duration = Duration::from_secs(20);

#[test]
fn a_deep_document_is_refused() {
    let mut document = json!("x");
    for _ in 0..2000 {
        document = Value::Object(
            [("http://v.example/p".to_owned(), Value::Array(vec![document]))].into_iter().collect(),
        );
    }
    let (found, took) = timed(move || {
        let found = jsonld::canonicalize(&document);
        // Dropping it would recurse as deeply as it is nested; that is not what is tested.
        std::mem::forget(document);
        found
    });
    assert_eq!(found, Err(JsonLdError::TooDeep { limit: jsonld::DEEPEST }));
    assert!(took < SOON, "{took:?}");
}

#[test]
fn the_deepest_document_that_is_read_fits_the_stack() {
    let mut document = json!("x");
    for _ in 0..jsonld::DEEPEST - 1 {
        document = json!({"@context": {"@propagate": false, "x": "http://v.example/x"}, "http://v.example/p": document});
    }
    let (found, took) = timed(move || jsonld::canonicalize(&document));
    assert!(found.is_ok(), "{found:?}");
    assert!(took < SOON, "{took:?}");
}

#[test]
fn blank_nodes_that_are_all_alike_are_refused() {
    let nodes: Vec<usize> = (0..10).collect();
    let quads: Vec<Quad> = nodes
        .iter()
        .flat_map(|from| nodes.iter().filter(move |to| *to != from).map(move |to| edge(*from, 0, *to)))
        .collect();
    let (found, took) = timed(move || jsonld::canonicalize_quads(&quads, Hash::Sha256));
    assert_eq!(found.map(|it| it.lines), Err(JsonLdError::TooComplex));
    assert!(took < SOON, "{took:?}");
}

#[test]
fn a_long_ring_of_blank_nodes_ends_without_overflow() {
    let quads: Vec<Quad> = (0..20_000).map(|n| edge(n, 0, (n + 1) % 20_000)).collect();
    let (found, took) = timed(move || jsonld::canonicalize_quads(&quads, Hash::Sha256));
    assert_eq!(found.map(|it| it.lines), Err(JsonLdError::TooComplex));
    assert!(took < SOON, "{took:?}");
}

#[test]
fn two_equal_lists_are_told_apart_by_nothing_and_still_canonicalise() {
    let list = json!({"@list": (0..100).collect::<Vec<_>>()});
    let document = json!({"@id": "urn:x:y", "http://v.example/p": [list, list.clone()]});
    let (found, took) = timed(move || jsonld::canonicalize(&document));
    assert_eq!(found.unwrap().nquads.lines().count(), 402);
    assert!(took < SOON, "{took:?}");
}

#[test]
fn contexts_that_multiply_are_refused() {
    // Each of many terms brings a context of its own, which is checked on top of all the terms.
    let context: Map<String, Value> = (0..3000)
        .map(|n| (format!("t{n}"), json!({"@id": format!("http://v.example/{n}"), "@context": {}})))
        .collect();
    let document = json!({"@context": context, "t1": {"t2": {"t3": "x"}}});
    let (found, took) = timed(move || jsonld::canonicalize(&document));
    assert_eq!(found, Err(JsonLdError::TooLarge));
    assert!(took < SOON, "{took:?}");
}

#[test]
fn a_long_prefix_used_often_is_refused() {
    let prefix = format!("http://v.example/{}/", "x".repeat(1 << 16));
    let values: Vec<Value> = (0..200_000).map(|n| json!(format!("p:{n}"))).collect();
    let document = json!({"@context": {"p": prefix, "link": {"@id": "http://v.example/l", "@type": "@id"}}, "link": values});
    let (found, took) = timed(move || jsonld::canonicalize(&document));
    assert_eq!(found, Err(JsonLdError::TooLarge));
    assert!(took < SOON, "{took:?}");
}

#[test]
fn terms_that_lean_on_one_another_do_not_overflow() {
    let mut context: Map<String, Value> =
        (0..50_000).map(|n| (format!("t{n}"), json!(format!("t{}:x", n + 1)))).collect();
    context.insert("t50000".to_owned(), json!("http://v.example/"));
    let (found, took) = timed(move || jsonld::canonicalize(&json!({"@context": context, "t0": "x"})));
    assert!(matches!(found, Err(JsonLdError::InvalidContext { .. })), "{found:?}");
    assert!(took < SOON, "{took:?}");
}
