//! Disclosures find their places, or are found to have none.

use serde_json::json;

use super::*;

/// The disclosures and digests that RFC 9901 prints (4.2).
const FAMILY_NAME: &str = "WyI2cU1RdlJMNWhhaiIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0";
const FAMILY_NAME_DIGEST: &str = "uutlBuYeMDyjLLTpf6Jxi7yNkEF35jdyWMn9U7b_RYY";
const FR: &str = "WyJsa2x4RjVqTVlsR1RQVW92TU5JdkNBIiwgIkZSIl0";
const FR_DIGEST: &str = "w0I8EKcdCtUPkGCNUrfwVp2xEgNjtoIDlOxc9-PlOhs";

fn encode(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

fn digest(text: &str) -> String {
    Hash::Sha256.digest(text)
}

/// What is shown of `payload` with these disclosures, and what is wrong.
fn opened(payload: &Value, disclosures: &[String]) -> (Value, Option<Flaw>) {
    let token = format!("{}.{}.{}", encode(&json!({ "alg": "ES256" })), encode(payload), encode(&json!(0)));
    let text = [token].iter().chain(disclosures).fold(String::new(), |text, part| text + part + "~");
    let (jws, shown) = parse(&text).unwrap();
    (shown, jws.selective().unwrap().flaw.clone())
}

#[test]
fn the_digests_of_the_specification_are_found() {
    let payload = json!({ "_sd": [FAMILY_NAME_DIGEST], "nationalities": [{ "...": FR_DIGEST }, "DE"] });
    let (shown, flaw) = opened(&payload, &[FR.to_owned(), FAMILY_NAME.to_owned()]);
    assert_eq!((shown, flaw), (json!({ "family_name": "Möbius", "nationalities": ["FR", "DE"] }), None));
    let (shown, flaw) = opened(&payload, &[]);
    assert_eq!((shown, flaw), (json!({ "nationalities": ["DE"] }), None));
}

#[test]
fn disclosures_inside_disclosures_are_opened() {
    let inner = encode(&json!(["s", "city", "Basel"]));
    let outer = encode(&json!(["t", "address", { "_sd": [digest(&inner), "a decoy"], "country": "CH" }]));
    let payload = json!({ "_sd_alg": "sha-256", "_sd": [digest(&outer)], "iss": "x" });
    let whole = json!({ "iss": "x", "address": { "country": "CH", "city": "Basel" } });
    assert_eq!(opened(&payload, &[inner.clone(), outer.clone()]), (whole, None));
    let part = json!({ "iss": "x", "address": { "country": "CH" } });
    assert_eq!(opened(&payload, &[outer]), (part, None));
    // Without the outer one, nothing that is signed leads to the inner one.
    assert_eq!(opened(&payload, &[inner]), (json!({ "iss": "x" }), Some(Flaw::Unreferenced { number: 1 })));
}

#[test]
fn what_does_not_fit_is_named_and_never_shown() {
    let claim = encode(&json!(["s", "name", "Ada"]));
    let element = encode(&json!(["s", "Ada"]));
    let list = |digests: &[&str]| json!({ "_sd": digests });
    let twice = json!({ "_sd": [digest(&claim)], "x": { "_sd": [digest(&claim)] } });
    let reserved = encode(&json!(["s", "_sd", []]));
    let dots = encode(&json!(["s", "...", "x"]));
    for (what, payload, disclosures, expected) in [
        ("unsigned", list(&[]), vec![claim.clone()], "none that its issuer signed"),
        ("given twice", list(&[&digest(&claim)]), vec![claim.clone(), claim.clone()], "twice"),
        ("referred to twice", twice, vec![claim.clone()], "twice"),
        ("decoy twice", list(&["decoy", "decoy"]), vec![], "twice"),
        (
            "over a claim",
            json!({ "name": "Bob", "_sd": [digest(&claim)] }),
            vec![claim.clone()],
            "there already",
        ),
        ("an element as a claim", list(&[&digest(&element)]), vec![element.clone()], "not of a claim"),
        (
            "a claim as an element",
            json!({ "x": [{ "...": digest(&claim) }] }),
            vec![claim.clone()],
            "not of an element",
        ),
        ("for _sd", list(&[&digest(&reserved)]), vec![reserved.clone()], "name that none may have"),
        ("for ...", list(&[&digest(&dots)]), vec![dots.clone()], "name that none may have"),
        ("no base64url", list(&[]), vec!["WyI=".to_owned()], "not base64url"),
        ("no JSON", list(&[]), vec![URL_SAFE_NO_PAD.encode("[1,")], "not sound JSON"),
        (
            "no UTF-8",
            list(&[]),
            vec![URL_SAFE_NO_PAD.encode([b'[', b'"', 0xff, b'"', b']'])],
            "not sound JSON",
        ),
        (
            "a key twice",
            list(&[]),
            vec![URL_SAFE_NO_PAD.encode(r#"["s","x",{"a":1,"a":2}]"#)],
            "not sound JSON",
        ),
        ("no list", list(&[]), vec![encode(&json!({ "s": 1 }))], "not a list"),
        (
            "no salt",
            list(&[]),
            vec![encode(&json!([1, "name", "Ada"]))],
            "not a list that begins with a salt",
        ),
        ("four parts", list(&[]), vec![encode(&json!(["s", "a", "b", "c"]))], "neither of a claim"),
        ("one part", list(&[]), vec![encode(&json!(["s"]))], "neither of a claim"),
        ("empty", list(&[]), vec![String::new()], "not sound JSON"),
        ("digests that are no list", json!({ "_sd": "x" }), vec![], "/_sd"),
        ("digests that are no texts", json!({ "_sd": [1] }), vec![], "/_sd"),
        ("more beside an element", json!({ "x": [{ "...": "d", "y": 1 }] }), vec![], "/x/0"),
        ("an element's digest that is no text", json!({ "x": [{ "...": 1 }] }), vec![], "/x/0"),
        ("dots in an object", json!({ "x": { "...": "d" } }), vec![], "/x"),
        ("an unknown hash", json!({ "_sd_alg": "md5" }), vec![], "made by md5"),
        ("a hash that is no name", json!({ "_sd_alg": 256 }), vec![], "no name"),
    ] {
        let (shown, flaw) = opened(&payload, &disclosures);
        let flaw = flaw.map(|flaw| flaw.to_string()).unwrap_or_default();
        assert!(flaw.contains(expected), "{what}: {flaw}");
        // What the issuer did sign may be shown all the same.
        let signed = ["given twice", "referred to twice"].contains(&what);
        assert!(!shown.to_string().contains("Ada") || signed, "{what}: {shown}");
    }
}

#[test]
fn depth_and_number_are_bounded() {
    let mut text = encode(&json!(["s", "x", "the innermost"]));
    let mut all = vec![text.clone()];
    for _ in 0..200 {
        text = encode(&json!(["s", "x", { "_sd": [digest(&text)] }]));
        all.push(text.clone());
    }
    let (_, flaw) = opened(&json!({ "_sd": [digest(&text)] }), &all);
    assert_eq!(flaw, Some(Flaw::TooDeep));
    let many: Vec<String> =
        (0..=MAX_DISCLOSURES).map(|number| encode(&json!([number.to_string(), 1]))).collect();
    assert_eq!(opened(&json!({}), &many).1, Some(Flaw::TooMany));
}

#[test]
fn the_holders_token_is_over_what_is_presented() {
    let token = format!("{}.{}.AAAA", encode(&json!({ "alg": "ES256" })), encode(&json!({})));
    let (jws, _) = parse(&format!("{token}~{token}")).unwrap();
    let binding = jws.selective().unwrap().key_binding.clone().unwrap();
    assert!(binding.token.is_ok());
    assert_eq!(binding.sd_hash, Some(digest(&format!("{token}~"))));
    // A disclosure without its tilde stands where only a token may.
    let (jws, _) = parse(&format!("{token}~{FR}")).unwrap();
    assert!(jws.selective().unwrap().key_binding.clone().unwrap().token.is_err());
    assert!(parse("a~b~").is_err() && parse("~").is_err() && parse("").is_err());
}
