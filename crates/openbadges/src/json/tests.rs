use proptest::prelude::*;
use serde_json::json;

use super::*;

fn code_at(text: &str) -> (&'static str, usize, usize) {
    let error = parse_strict(text).unwrap_err();
    (error.code(), error.line(), error.column())
}

#[test]
fn what_json_allows_is_read() {
    let text =
        " {\"a\" : [1, -2, 0, 2.5e3, true, false, null, \"\\u00e9\\ud83d\\ude00\\n/\\/\", {}, []]}\r\n";
    let expected = json!({"a": [1, -2, 0, 2500.0, true, false, null, "é😀\n//", {}, []]});
    assert_eq!(parse_strict(text).unwrap(), expected);
    assert_eq!(parse_strict("\"alone\"").unwrap(), json!("alone"));
}

#[test]
fn a_key_given_twice_is_named_with_its_place() {
    let error = parse_strict("{\"a\": 1,\n \"b/c\": [{}, {\"~x\": 1, \"~x\": 2}]}").unwrap_err();
    let expected = JsonFault::DuplicateKey { key: "~x".into(), pointer: "/b~1c/1/~0x".into() };
    assert_eq!((error.fault(), error.line(), error.column()), (&expected, 2, 24));
    assert_eq!(error.to_string(), "the JSON names the key \"~x\" twice (at /b~1c/1/~0x), line 2, column 24");
}

#[test]
fn keys_that_are_equal_only_once_unescaped_are_the_same_key() {
    assert_eq!(code_at(r#"{"id":1,"\u0069d":2}"#).0, "json_duplicate_key");
}

#[test]
fn half_a_surrogate_pair_is_refused_wherever_it_stands() {
    for text in [
        r#""\ud800""#,
        r#""\udc00""#,
        r#""\ud800\ud800""#,
        r#""\ud800x""#,
        r#"{"\udfff":1}"#,
        r#""\ud800\u0041""#,
    ] {
        assert_eq!(code_at(text).0, "json_lone_surrogate", "{text}");
    }
    assert_eq!(code_at("[\n\"ab\\ud800\"]"), ("json_lone_surrogate", 2, 4));
}

#[test]
fn nothing_may_follow_the_value() {
    assert_eq!(code_at("{}\n{}"), ("json_trailing_data", 2, 1));
    assert_eq!(code_at("1 2"), ("json_trailing_data", 1, 3));
    assert_eq!(code_at("{}\0"), ("json_trailing_data", 1, 3));
    assert_eq!(code_at("01"), ("json_trailing_data", 1, 2));
}

#[test]
fn depth_has_a_limit_and_no_stack_is_needed_beyond_it() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(parse_strict(&nested(MAX_DEPTH)).is_ok());
    assert_eq!(code_at(&nested(MAX_DEPTH + 1)).0, "json_too_deep");
    assert_eq!(code_at(&"[{\"a\":".repeat(1_000_000)).0, "json_too_deep");
}

#[test]
fn the_number_of_values_has_a_limit() {
    let list = format!("[{}0]", "0,".repeat(MAX_VALUES));
    assert_eq!(code_at(&list).0, "json_too_many_values");
}

#[test]
fn numbers_are_what_the_nearest_double_is() {
    assert_eq!(parse_strict("18446744073709551615").unwrap(), json!(u64::MAX));
    assert_eq!(parse_strict("-9223372036854775808").unwrap(), json!(i64::MIN));
    assert_eq!(parse_strict("18446744073709551616").unwrap(), json!(18_446_744_073_709_551_616.0_f64));
    assert_eq!(parse_strict("1e-999").unwrap(), json!(0.0));
    assert!(parse_strict("-0").unwrap().as_f64().unwrap().is_sign_negative());
    // The published vector of RFC 8785: its last digits lie between two doubles.
    let parsed = parse_strict("333333333.33333329").unwrap();
    assert_eq!(parsed.as_f64().unwrap().to_bits(), 333_333_333.333_333_3_f64.to_bits());
}

#[test]
fn numbers_that_are_none_are_refused() {
    for text in ["1e999", "-1e400"] {
        assert_eq!(code_at(text), ("json_number_out_of_range", 1, 1), "{text}");
    }
    for text in ["NaN", "Infinity", "-Infinity"] {
        assert_eq!(code_at(text).0, "json_not_finite", "{text}");
    }
    for text in ["+1", ".5", "1.x", "1e+x", "-x", "0x10"] {
        assert!(parse_strict(text).is_err(), "{text}");
    }
}

#[test]
fn a_text_that_ends_early_is_called_unfinished() {
    let whole = r#"{"a":[1.5e3,"b\u00e9\n",tru"#;
    for end in 0..whole.len() {
        assert_eq!(code_at(&whole[..end]).0, "json_unfinished", "{}", &whole[..end]);
    }
}

#[test]
fn what_javascript_allows_and_json_does_not_is_refused() {
    for text in [
        "{a:1}",
        "{'a':1}",
        "[1,]",
        "{\"a\":1,}",
        "// c\n1",
        "\"\\x41\"",
        "True",
        "undefined",
        "[1 2]",
        "{\"a\" 1}",
    ] {
        assert_eq!(code_at(text).0, "json_syntax", "{text}");
    }
    assert_eq!(code_at("[\"a\nb\"]"), ("json_control_character", 1, 4));
    assert_eq!(code_at("\u{a0}{}").0, "json_syntax");
    assert_eq!(code_at("\u{feff}{}").0, "json_syntax");
}

#[test]
fn bytes_are_checked_for_utf8_and_may_have_a_byte_order_mark() {
    assert_eq!(parse_strict_bytes(b"\xef\xbb\xbf{}").unwrap(), json!({}));
    let error = parse_strict_bytes(b"[\n\"a\xff\"]").unwrap_err();
    assert_eq!((error.code(), error.line(), error.column()), ("json_not_utf8", 2, 3));
    // An encoded surrogate is not UTF-8 either.
    assert_eq!(parse_strict_bytes(b"\"\xed\xa0\x80\"").unwrap_err().code(), "json_not_utf8");
}

#[test]
fn a_message_stays_short_whatever_the_key() {
    let key = "k".repeat(10_000);
    let error = parse_strict(&format!("{{\"{key}\":1,\"{key}\":2}}")).unwrap_err();
    assert!(error.to_string().len() < 300);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        proptest::num::f64::NORMAL.prop_map(Value::from),
        any::<String>().prop_map(Value::String),
    ];
    leaf.prop_recursive(5, 64, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            prop::collection::vec((any::<String>(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(value in any_json()) {
        prop_assert_eq!(parse_strict(&value.to_string()).unwrap(), value.clone());
        prop_assert_eq!(parse_strict(&format!("{value:#}")).unwrap(), value);
    }

    /// Whatever is accepted, the common parser accepts; whatever only the common parser accepts is of the
    /// kinds that are refused on purpose.
    #[test]
    fn it_is_stricter_than_the_common_parser_and_never_laxer(
        text in r#"([\[\]{}:,"\\ un0-9a-fE.+-]|"a"|true|null|\\ud83d|\\u0041){0,14}"#
    ) {
        let common = serde_json::from_str::<Value>(&text);
        match parse_strict(&text) {
            Ok(_) => prop_assert!(common.is_ok(), "{} is accepted", text),
            Err(error) => prop_assert!(
                common.is_err() || error.code() == "json_duplicate_key",
                "{} is refused: {}", text, error
            ),
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let _ = parse_strict_bytes(&bytes);
    }
}
