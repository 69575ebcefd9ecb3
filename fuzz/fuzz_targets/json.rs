//! Strict JSON: whatever it takes the common reader takes, and it reads its own output back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use openbadges::json::parse_strict_bytes;
use serde_json::Value;

fuzz_target!(|bytes: &[u8]| {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let common = serde_json::from_slice::<Value>(bytes);
    match parse_strict_bytes(bytes) {
        Ok(value) => {
            assert!(common.is_ok(), "the common reader refuses it: {common:?}");
            assert_eq!(parse_strict_bytes(value.to_string().as_bytes()).as_ref(), Ok(&value));
        }
        Err(error) => {
            let on_purpose = matches!(
                error.code(),
                "json_duplicate_key" | "json_too_deep" | "json_too_many_values" | "json_not_utf8"
            );
            assert!(on_purpose || common.is_err(), "{error}");
            assert!(error.line() >= 1 && error.column() >= 1);
        }
    }
});
