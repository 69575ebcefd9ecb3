//! Names of keys, and the documents that say whose they are.

use serde_json::json;

use super::*;
use crate::document::Answer;

const KEY: &str = "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK";
const OTHER: &str = "z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp";
const ISSUER: &str = "https://issuer.example/issuer";

fn now() -> Timestamp {
    "2026-11-23T00:00:00Z".parse().unwrap()
}

fn at_hand(url: &str, json: &Value) -> Documents {
    let mut documents = Documents::new();
    let (bytes, fetched_at) = (json.to_string().into_bytes(), now());
    documents.insert(
        url,
        Answer::Document(Document { url: url.to_owned(), bytes, media_type: None, fetched_at, status: 200 }),
    );
    documents
}

fn code(method: &Method) -> &'static str {
    match &method.authority {
        Outcome::Pass(fact) => fact.code(),
        Outcome::Fail(fault) => fault.code(),
        Outcome::Unknown(gap) => gap.code(),
        Outcome::NotApplicable(exempt) => exempt.code(),
    }
}

#[test]
fn did_web_names_an_https_address() {
    for (did, url) in [
        ("did:web:a.example", "https://a.example/.well-known/did.json"),
        ("did:web:a.example:issuers:1", "https://a.example/issuers/1/did.json"),
        ("did:web:a.example%3A8443", "https://a.example:8443/.well-known/did.json"),
        ("did:web:a.example%3A8443:x", "https://a.example:8443/x/did.json"),
    ] {
        assert_eq!(did_web_url(did).as_deref(), Ok(url));
    }
    for wrong in [
        "did:web:",
        "did:web::x",
        "did:web:a.example:",
        "did:web:a.example::x",
        "did:web:user@a.example",
        "did:web:user%40a.example",
        "did:web:127.0.0.1",
        "did:web:2130706433",
        "did:web:[::1]",
        "did:web:localhost",
        "did:web:localhost%3A8080",
        "did:web:x.localhost",
        "did:web:intranet",
        "did:web:a.example/x",
        "did:web:a.example:..:x",
        "did:web:a.example:%2e%2e%2fx",
        "did:web:a.example:x%2Fy",
        "did:web:a.example%3A99999",
        "did:key:z6Mk",
    ] {
        assert!(did_web_url(wrong).is_err(), "{wrong}: {:?}", did_web_url(wrong));
    }
}

#[test]
fn a_did_that_is_a_key_speaks_only_for_itself() {
    let did = format!("did:key:{KEY}");
    for name in [did.clone(), format!("{did}#{KEY}")] {
        assert_eq!(code(&resolve(&name, &did, &Documents::new(), now())), "key.is-issuer");
        assert_eq!(code(&resolve(&name, ISSUER, &Documents::new(), now())), "key.foreign");
    }
    let mixed = resolve(&format!("{did}#{OTHER}"), &did, &Documents::new(), now());
    assert!(matches!(mixed.key, Err(Trouble::Fault(Fault::BadKey { .. }))), "{mixed:?}");
}

#[test]
fn a_key_in_the_fragment_is_self_asserted_until_the_issuers_document_lists_it() {
    let name = format!("{ISSUER}#{KEY}");
    let unseen = resolve(&name, ISSUER, &Documents::new(), now());
    assert!(unseen.key.is_ok());
    assert_eq!(code(&unseen), "key.self-asserted");

    let entry = json!({ "id": name, "type": "Multikey", "controller": ISSUER, "publicKeyMultibase": KEY });
    let listed = json!({ "id": ISSUER, "verificationMethod": [entry], "assertionMethod": [name] });
    let seen = resolve(&name, ISSUER, &at_hand(ISSUER, &listed), now());
    assert_eq!((code(&seen), seen.host.as_deref()), ("key.published", Some("issuer.example")));

    let embedded = json!({ "id": ISSUER, "assertionMethod": [entry] });
    assert_eq!(code(&resolve(&name, ISSUER, &at_hand(ISSUER, &embedded), now())), "key.published");

    for (what, document, expected) in [
        ("lists nothing", json!({ "id": ISSUER }), "key.not-listed"),
        (
            "lists it for another purpose",
            json!({ "id": ISSUER, "verificationMethod": [entry], "authentication": [name] }),
            "key.not-listed",
        ),
        (
            "is another's",
            json!({ "id": "https://other.example/", "assertionMethod": [entry] }),
            "key.document-is-another",
        ),
    ] {
        let method = resolve(&name, ISSUER, &at_hand(ISSUER, &document), now());
        assert_eq!(code(&method), expected, "{what}");
        assert!(method.key.is_ok(), "{what}: the signature can be checked all the same");
    }
}

#[test]
fn a_listed_key_counts_only_while_it_is_in_force_and_its_controllers() {
    let name = format!("{ISSUER}#key-1");
    for (property, value, expected) in [
        ("revoked", "2026-01-01T00:00:00Z", "key.revoked"),
        ("expires", "2026-01-01T00:00:00Z", "key.revoked"),
        ("expires", "2027-01-01T00:00:00Z", "key.published"),
        ("controller", "https://other.example/", "key.foreign"),
    ] {
        let mut entry =
            json!({ "id": "#key-1", "type": "Multikey", "controller": ISSUER, "publicKeyMultibase": KEY });
        entry[property] = value.into();
        let document = json!({ "id": ISSUER, "verificationMethod": [entry], "assertionMethod": ["#key-1"] });
        assert_eq!(code(&resolve(&name, ISSUER, &at_hand(ISSUER, &document), now())), expected, "{property}");
    }
}

#[test]
fn what_came_over_plain_http_confirms_nothing() {
    let issuer = "http://issuer.example/issuer";
    let name = format!("{issuer}#{KEY}");
    let entry = json!({ "id": name, "controller": issuer, "publicKeyMultibase": KEY });
    let document = json!({ "id": issuer, "assertionMethod": [entry] });
    assert_eq!(code(&resolve(&name, issuer, &at_hand(issuer, &document), now())), "key.self-asserted");
}

#[test]
fn unknown_names_are_never_the_issuers() {
    for name in ["did:example:123#k", "did:ion:abc", "xxx:abc", "", "#", "k", "mailto:a@b.example"] {
        let method = resolve(name, ISSUER, &Documents::new(), now());
        assert!(method.key.is_err() && !matches!(method.authority, Outcome::Pass(_)), "{name}: {method:?}");
    }
    let long = format!("did:key:z{}", "2".repeat(1 << 20));
    assert!(resolve(&long, &long, &Documents::new(), now()).key.is_err());
}
