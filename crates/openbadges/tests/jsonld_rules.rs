//! What safe mode refuses in a badge, and that it says where; and what the texts of a context change.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a test program")]

use openbadges::jsonld::{self, JsonLdError, Settings};
use serde_json::{Value, json};

const V1: &str = "https://www.w3.org/2018/credentials/v1";
const V2: &str = "https://www.w3.org/ns/credentials/v2";
const OB: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";
const OB_3_0_2: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json";

fn badge() -> Value {
    json!({
        "@context": [V2, OB],
        "id": "https://issuer.example/credentials/1",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": "https://issuer.example", "type": ["Profile"], "name": "Issuer"},
        "validFrom": "2026-01-01T00:00:00Z",
        "name": "Teamwork",
        "credentialSubject": {
            "id": "did:example:learner",
            "type": ["AchievementSubject"],
            "achievement": {
                "id": "https://issuer.example/achievements/1",
                "type": ["Achievement"],
                "name": "Teamwork",
                "description": "Works in a team.",
                "criteria": {"narrative": "Worked in a team."},
                "creditsAvailable": 2.5
            }
        }
    })
}

/// The badge with `value` put at `pointer`.
fn with(pointer: &str, value: Value) -> Value {
    let mut badge = badge();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let parent = badge.pointer_mut(parent).unwrap();
    match parent {
        Value::Object(map) => {
            map.insert(key.replace("~1", "/").replace("~0", "~"), value);
        }
        Value::Array(items) => items.insert(key.parse().unwrap(), value),
        _ => panic!("{pointer} is nowhere"),
    }
    badge
}

fn refusal(document: &Value) -> JsonLdError {
    match jsonld::canonicalize(document) {
        Err(error) => error,
        Ok(canonical) => panic!("accepted:\n{}", canonical.nquads),
    }
}

#[test]
fn a_badge_is_made_of_the_statements_it_makes() {
    let canonical = jsonld::canonicalize(&badge()).unwrap();
    assert_eq!(
        canonical.nquads,
        "<did:example:learner> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://purl.imsglobal.org/spec/vc/ob/vocab.html#AchievementSubject> .\n\
         <did:example:learner> <https://purl.imsglobal.org/spec/vc/ob/vocab.html#achievement> <https://issuer.example/achievements/1> .\n\
         <https://issuer.example/achievements/1> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://purl.imsglobal.org/spec/vc/ob/vocab.html#Achievement> .\n\
         <https://issuer.example/achievements/1> <https://purl.imsglobal.org/spec/vc/ob/vocab.html#Criteria> _:c14n0 .\n\
         <https://issuer.example/achievements/1> <https://purl.imsglobal.org/spec/vc/ob/vocab.html#creditsAvailable> \"2.5E0\"^^<https://www.w3.org/2001/XMLSchema#float> .\n\
         <https://issuer.example/achievements/1> <https://schema.org/description> \"Works in a team.\" .\n\
         <https://issuer.example/achievements/1> <https://schema.org/name> \"Teamwork\" .\n\
         <https://issuer.example/credentials/1> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://purl.imsglobal.org/spec/vc/ob/vocab.html#OpenBadgeCredential> .\n\
         <https://issuer.example/credentials/1> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://www.w3.org/2018/credentials#VerifiableCredential> .\n\
         <https://issuer.example/credentials/1> <https://schema.org/name> \"Teamwork\" .\n\
         <https://issuer.example/credentials/1> <https://www.w3.org/2018/credentials#credentialSubject> <did:example:learner> .\n\
         <https://issuer.example/credentials/1> <https://www.w3.org/2018/credentials#issuer> <https://issuer.example> .\n\
         <https://issuer.example/credentials/1> <https://www.w3.org/2018/credentials#validFrom> \"2026-01-01T00:00:00Z\"^^<http://www.w3.org/2001/XMLSchema#dateTime> .\n\
         <https://issuer.example> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://purl.imsglobal.org/spec/vc/ob/vocab.html#Profile> .\n\
         <https://issuer.example> <https://schema.org/name> \"Issuer\" .\n\
         _:c14n0 <https://purl.imsglobal.org/spec/vc/ob/vocab.html#narrative> \"Worked in a team.\" .\n"
    );
    let used: Vec<&str> = canonical.contexts.iter().map(|(url, _)| *url).collect();
    assert_eq!(used, [V2, OB]);
}

#[test]
fn what_a_proof_would_not_cover_is_refused_with_its_place() {
    let achievement = "/credentialSubject/achievement";
    let mut wrong = Vec::new();
    for (pointer, value, code, place) in [
        ("/endorsementJwt", json!(["eyJ"]), "jsonld.undefined-term", "/endorsementJwt"),
        (
            "/credentialSubject/achievement/level~1up",
            json!("x"),
            "jsonld.undefined-term",
            "/credentialSubject/achievement/level~1up",
        ),
        (
            "/credentialSubject/achievement/level",
            json!(null),
            "jsonld.undefined-term",
            "/credentialSubject/achievement/level",
        ),
        ("/type/2", json!("Diploma"), "jsonld.undefined-type", "/type"),
        ("/id", json!("credentials/1"), "jsonld.relative-iri", "/id"),
        ("/id", json!("https://issuer.example/a b"), "jsonld.relative-iri", "/id"),
        ("/issuer", json!("issuer"), "jsonld.relative-iri", "/issuer"),
        ("/_:p", json!("x"), "jsonld.blank-node-predicate", "/_:p"),
        ("/@shape", json!("x"), "jsonld.reserved-name", "/@shape"),
        ("/@default", json!("x"), "jsonld.reserved-name", "/@default"),
        ("/@base", json!("x"), "jsonld.reserved-name", "/@base"),
        ("/proof", json!("urn:x:proof"), "jsonld.free-floating", "/proof"),
        ("/proof", json!({}), "jsonld.free-floating", "/proof"),
        ("/proof", json!({"id": "urn:x:proof"}), "jsonld.free-floating", "/proof"),
        ("/@graph", json!(["x"]), "jsonld.free-floating", "/@graph/0"),
        ("/name", json!({"@language": "en"}), "jsonld.free-floating", "/name"),
        ("/name", json!({"@value": "x", "@language": "e n"}), "jsonld.invalid-language", "/name/@language"),
        ("/name", json!({"@value": "x", "@direction": "ltr"}), "jsonld.direction", "/name/@direction"),
        ("/name", json!({"@value": null}), "jsonld.null-value", "/name"),
        ("/name", json!({"@value": "x", "@index": "i"}), "jsonld.index", "/name/@index"),
        (
            "/name",
            json!({"@value": "x", "@type": "https://t.example", "@language": "en"}),
            "jsonld.invalid",
            "/name",
        ),
        ("/name", json!({"@value": ["x"]}), "jsonld.invalid", "/name"),
        ("/@id", json!("urn:x:other"), "jsonld.invalid", "/@id"),
        (
            "/credentialSubject/achievement/creditsAvailable",
            json!(9_007_199_254_740_993_u64),
            "jsonld.unsafe-number",
            "/credentialSubject/achievement/creditsAvailable",
        ),
        (
            "/credentialSubject/achievement/creditsAvailable",
            json!(1e300),
            "jsonld.unsafe-number",
            "/credentialSubject/achievement/creditsAvailable",
        ),
        ("/@context/2", json!("https://elsewhere.example/context"), "jsonld.unknown-context", ""),
        ("/@context/2", json!(null), "jsonld.protected-context-dropped", "/@context"),
        (
            "/@context/2",
            json!({"VerifiableCredential": "https://elsewhere.example/vc"}),
            "jsonld.mixed-contexts",
            "/@context",
        ),
        (
            "/@context/2",
            json!({"x": {"@id": "https://e.example/x", "@context": {"y": 1}}}),
            "jsonld.invalid-context",
            "/@context",
        ),
        ("/@context/2", json!(7), "jsonld.invalid-context", "/@context"),
        ("/@context/2", json!(V1), "jsonld.mixed-contexts", "/@context"),
        ("/@context/2", json!(OB_3_0_2), "jsonld.mixed-contexts", "/@context"),
    ] {
        let Err(error) = jsonld::canonicalize(&with(pointer, value.clone())) else {
            wrong.push(format!("{pointer} = {value}: expected {code}, but it is accepted"));
            continue;
        };
        let told = format!("{error:?}");
        let placed = place.is_empty() || told.contains(&format!("pointer: {place:?}"));
        if error.code() != code || !placed || error.to_string().is_empty() || error.hint().is_empty() {
            wrong.push(format!("{pointer} = {value}: expected {code} at {place}, found {told}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(jsonld::canonicalize(&with(&format!("{achievement}/inLanguage"), json!("en"))).is_ok());
}

#[test]
fn what_says_the_same_has_the_same_form() {
    let plain = jsonld::canonicalize(&badge()).unwrap().nquads;
    for same in [
        with("/type", json!(["OpenBadgeCredential", "VerifiableCredential"])),
        with("/name", json!(["Teamwork"])),
        with("/name", json!({"@value": "Teamwork"})),
        with("/credentialSubject/achievement/tag", json!([])),
        with("/credentialSubject/achievement/tag", json!(null)),
        with("/issuer/type", json!("Profile")),
    ] {
        assert_eq!(jsonld::canonicalize(&same).unwrap().nquads, plain);
    }
    for other in [
        with("/name", json!("Teamwork ")),
        with("/name", json!({"@value": "Teamwork", "@language": "en"})),
        with("/credentialSubject/achievement/creditsAvailable", json!("2.5")),
        with("/credentialSubject/achievement/tag", json!(["x"])),
    ] {
        assert_ne!(jsonld::canonicalize(&other).unwrap().nquads, plain);
    }
}

#[test]
fn an_embedded_proof_is_a_graph_of_its_own() {
    let proof = json!({
        "type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022", "created": "2026-01-01T00:00:00Z",
        "verificationMethod": "https://issuer.example#key", "proofPurpose": "assertionMethod", "proofValue": "z1"
    });
    let nquads = jsonld::canonicalize(&with("/proof", proof)).unwrap().nquads;
    let in_graph = nquads
        .lines()
        .filter(|line| line.contains("<https://w3id.org/security#proofValue>"))
        .collect::<Vec<_>>();
    let [line] = in_graph.as_slice() else { panic!("{nquads}") };
    let graph = line.strip_suffix(" .").unwrap().rsplit(' ').next().unwrap();
    assert!(graph.starts_with("_:c14n"), "{line}");
    assert!(nquads.contains(&format!("<https://w3id.org/security#proof> {graph} .")), "{nquads}");
}

#[test]
fn numbers_have_one_form_and_keep_their_datatype() {
    let object = |value: Value| {
        let document = json!({"@context": {"p": "http://v.example/p"}, "@id": "urn:x:y", "p": value});
        let nquads = jsonld::canonicalize(&document).unwrap().nquads;
        nquads.strip_prefix("<urn:x:y> <http://v.example/p> ").unwrap().trim_end_matches(" .\n").to_owned()
    };
    assert_eq!(object(json!(3)), "\"3\"^^<http://www.w3.org/2001/XMLSchema#integer>");
    assert_eq!(object(json!(3.0)), "\"3\"^^<http://www.w3.org/2001/XMLSchema#integer>");
    assert_eq!(object(json!(-0.0)), "\"0\"^^<http://www.w3.org/2001/XMLSchema#integer>");
    assert_eq!(object(json!(2.5)), "\"2.5E0\"^^<http://www.w3.org/2001/XMLSchema#double>");
    assert_eq!(object(json!(1e-7)), "\"1.0E-7\"^^<http://www.w3.org/2001/XMLSchema#double>");
    assert_eq!(object(json!(true)), "\"true\"^^<http://www.w3.org/2001/XMLSchema#boolean>");
    assert_eq!(object(json!({"@value": 3, "@type": "http://v.example/t"})), "\"3\"^^<http://v.example/t>");
    assert_eq!(
        object(json!({"@value": 3, "@type": "http://www.w3.org/2001/XMLSchema#double"})),
        "\"3.0E0\"^^<http://www.w3.org/2001/XMLSchema#double>"
    );
    assert_eq!(
        object(json!({"@value": {"b": 1.0, "a": [null]}, "@type": "@json"})),
        "\"{\\\"a\\\":[null],\\\"b\\\":1}\"^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON>"
    );
}

#[test]
fn each_text_of_a_context_can_be_asked_for() {
    // `inLanguage` came to 3.0.3 in January 2024, `awardedDate` in March, without a new URL.
    let badge = with("/credentialSubject/achievement/inLanguage", json!("en"));
    let texts = jsonld::other_texts(&badge);
    assert_eq!(texts.len(), 3);
    assert!(texts.iter().all(|(url, _)| *url == OB));
    let over = |sha256: &str, document: &Value| {
        jsonld::canonicalize_with(document, Settings { texts: &[(OB, sha256)], ..Settings::default() })
    };
    let (mut accepted, mut refused) = (Vec::new(), Vec::new());
    for (_, sha256) in &texts {
        match over(sha256, &badge) {
            Ok(canonical) => {
                assert!(canonical.contexts.contains(&(OB, *sha256)));
                accepted.push(*sha256);
            }
            Err(error) => {
                assert_eq!(error.code(), "jsonld.undefined-term");
                refused.push(&sha256[..8]);
            }
        }
    }
    assert_eq!(refused, ["c3ce8c08"], "the first text of 3.0.3");
    assert_eq!(accepted.len(), 2);
    assert_eq!(
        over("00", &badge),
        Err(JsonLdError::UnknownText { url: OB.to_owned(), sha256: "00".to_owned() })
    );
}

#[test]
fn contexts_are_carried_and_nothing_is_fetched() {
    assert!(jsonld::is_bundled(V2) && jsonld::is_bundled(OB));
    assert!(!jsonld::is_bundled("https://www.w3.org/ns/credentials/v3"));
    let pinned: Vec<_> = jsonld::bundled().filter(|(url, _)| *url == V2).collect();
    assert_eq!(pinned, [(V2, "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734")]);
    assert_eq!(refusal(&json!({"@context": "context.json", "a": 1})).code(), "jsonld.unknown-context");
}

/// The statements stay as they were signed, and the JSON says something else: a status that no check finds, a name
/// that is the description.
#[test]
fn a_context_of_the_documents_own_hides_nothing() {
    let status = "https://www.w3.org/2018/credentials#credentialStatus";
    let holder = json!({"id": "https://issuer.example/status/1", "type": "BitstringStatusListEntry"});
    for (what, context, name, value) in [
        ("another word", json!({"state": {"@id": status, "@type": "@id"}}), "state", holder.clone()),
        (
            "a prefix",
            json!({"c": "https://www.w3.org/2018/credentials#", "s": "c:credentialStatus"}),
            "s",
            holder.clone(),
        ),
        (
            "a vocabulary",
            json!({"@vocab": "https://www.w3.org/2018/cred"}),
            "entials#credentialStatus",
            holder.clone(),
        ),
        ("a nest", json!({"more": "@nest"}), "more", json!({"credentialStatus": holder})),
        ("a graph", json!({"more": "@included"}), "more", json!([{"id": "urn:x:1", "name": "x"}])),
        (
            "a reverse",
            json!({"issued": {"@reverse": "https://www.w3.org/2018/credentials#issuer"}}),
            "issued",
            json!({"id": "urn:x:1", "name": "x"}),
        ),
        (
            "inside a type",
            json!({"Extra": {"@id": "https://e.example/Extra", "@context": {"title": "https://schema.org/name"}}}),
            "name",
            json!("Teamwork"),
        ),
        ("a known word", json!({"Achievement": "https://e.example/Achievement"}), "name", json!("Teamwork")),
    ] {
        let mut document = with("/@context/2", context);
        document[name] = value;
        let error = refusal(&document);
        let refused = ["jsonld.redefined-word", "jsonld.mixed-contexts"].contains(&error.code());
        assert!(refused, "{what}: {error}");
    }
    let mut swapped = badge();
    swapped["@context"] = json!([
        V1,
        "https://purl.imsglobal.org/spec/ob/v3p0/context.json",
        {"humanCode": "https://purl.imsglobal.org/spec/vc/ob/vocab.html#version"}
    ]);
    swapped.as_object_mut().unwrap().shift_remove("validFrom");
    assert_eq!(refusal(&swapped).code(), "jsonld.redefined-word");

    let own = json!({"color": "https://e.example/color", "e": "https://e.example/"});
    let mut extended = with("/@context/2", own);
    extended["color"] = "blue".into();
    assert!(jsonld::canonicalize(&extended).is_ok());
    let again = json!({"name": "https://schema.org/name"});
    assert!(jsonld::canonicalize(&with("/@context/2", again)).is_ok(), "the same word for the same thing");
}
