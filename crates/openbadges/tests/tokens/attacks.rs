//! What forgers try.

use openbadges::ParseError;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::*;

/// A token of exactly these bytes.
fn token(header: &str, payload: &[u8], sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
    let signature = URL_SAFE_NO_PAD.encode(sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}

/// A good badge by an issuer with a `did:web`, and its payload.
fn good(algorithm: Algorithm) -> (Issuer, Issued, Vec<u8>) {
    let issuer = issuer(algorithm);
    let issued = issuer.achievement("Rust").sign_jwt();
    let payload = URL_SAFE_NO_PAD.decode(issued.text().split('.').nth(1).unwrap()).unwrap();
    (issuer, issued, payload)
}

/// The good badge, signed by its issuer, under a header with these members more.
fn with_header(members: &Value) -> (String, Documents) {
    let (issuer, issued, payload) = good(Algorithm::Es256);
    let mut header = json!({ "alg": "ES256", "typ": "vc+jwt", "kid": issuer.verification_method() });
    for (name, value) in members.as_object().unwrap() {
        header[name] = value.clone();
    }
    let token = token(&header.to_string(), &payload, |signed| issuer.key().sign(signed));
    (token, issued.at_hand())
}

fn refusal(token: &str) -> &'static str {
    match Credential::parse(&PayloadContent::Jws(token.to_owned())) {
        Err(error @ ParseError::Jws(_)) => error.code(),
        other => panic!("{other:?}"),
    }
}

fn hmac_sha256(secret: &[u8], message: &[u8]) -> Vec<u8> {
    let mut block = [0; 64];
    if secret.len() > 64 {
        block[..32].copy_from_slice(&Sha256::digest(secret));
    } else {
        block[..secret.len()].copy_from_slice(secret);
    }
    let inner = Sha256::new().chain_update(block.map(|byte| byte ^ 0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(block.map(|byte| byte ^ 0x5c)).chain_update(inner).finalize().to_vec()
}

#[test]
fn no_signature_at_all() {
    let (issuer, issued, payload) = good(Algorithm::Es256);
    for name in ["none", "None", "NONE", "nOnE"] {
        for signature in [vec![], vec![0; 64]] {
            let header = json!({ "alg": name, "kid": issuer.verification_method() }).to_string();
            let report = judged(&token(&header, &payload, |_| signature.clone()), &issued.at_hand());
            assert_fails(&report, CheckId::Integrity, "proof.algorithm-refused", name);
        }
    }
}

#[test]
fn an_hmac_by_the_public_key() {
    let (issuer, issued, payload) = good(Algorithm::Rs256);
    let key = issuer.key();
    for secret in
        [key.public_pem().into_bytes(), key.public_jwk().to_string().into_bytes(), key.public_bytes()]
    {
        for name in ["HS256", "HS384", "HS512"] {
            let header = json!({ "alg": name, "kid": issuer.verification_method() }).to_string();
            let forged = token(&header, &payload, |signed| hmac_sha256(&secret, signed));
            let report = judged(&forged, &issued.at_hand());
            assert_fails(&report, CheckId::Integrity, "proof.algorithm-refused", name);
        }
    }
}

#[test]
fn a_key_of_the_forgers_own_in_the_header() {
    let (issuer, issued, payload) = good(Algorithm::Es256);
    let forger = Key::from_seed(Algorithm::Es256, "forger");
    let header = json!({ "alg": "ES256", "jwk": forger.public_jwk() });
    let forged = token(&header.to_string(), &payload, |signed| forger.sign(signed));
    let report = judged(&forged, &issued.at_hand());
    assert_fails(&report, CheckId::KeyAuthority, "key.not-listed", "a key that the issuer does not list");
    let unseen = judged(&forged, &Documents::new());
    assert_eq!(unseen.verdict(), Verdict::Undecided);
    assert_eq!(unseen.check(CheckId::KeyAuthority).code(), "key.self-asserted");

    let mut both = header.clone();
    both["kid"] = issuer.verification_method().into();
    let report = judged(&token(&both.to_string(), &payload, |signed| forger.sign(signed)), &issued.at_hand());
    assert_fails(&report, CheckId::Integrity, "proof.header-refused", "beside the name of the issuer's key");

    let by_did = Issuer::did_key("real").signing_with(Algorithm::Es256).achievement("Rust").sign_jwt();
    let payload = URL_SAFE_NO_PAD.decode(by_did.text().split('.').nth(1).unwrap()).unwrap();
    let forged = token(&header.to_string(), &payload, |signed| forger.sign(signed));
    let report = judged(&forged, &Documents::new());
    assert_fails(&report, CheckId::KeyAuthority, "key.foreign", "a did:key of somebody else");
}

#[test]
fn the_key_of_another_named_in_the_header() {
    let (_, issued, payload) = good(Algorithm::Es256);
    let forger = Issuer::did_key("forger").signing_with(Algorithm::Es256);
    let elsewhere = Issuer::did_web("forger.example").signing_with(Algorithm::Es256);
    for other in [forger, elsewhere] {
        let header = json!({ "alg": "ES256", "kid": other.verification_method() }).to_string();
        let forged = token(&header, &payload, |signed| other.key().sign(signed));
        let mut documents = issued.at_hand();
        if let Some(document) = other.controller_document() {
            documents.insert(document.url.clone(), openbadges::Answer::Document(document));
        }
        let report = judged(&forged, &documents);
        assert_fails(&report, CheckId::KeyAuthority, "key.foreign", &other.id());
    }
}

#[test]
fn a_private_key_in_the_header() {
    let mut jwk = issuer(Algorithm::Es256).key().public_jwk();
    jwk["d"] = "AAAA".into();
    let (token, documents) = with_header(&json!({ "jwk": jwk }));
    let report = judged(&token, &documents);
    assert_fails(&report, CheckId::Integrity, "proof.header-refused", "d");
}

#[test]
fn demands_that_nobody_knows() {
    for members in [
        json!({ "crit": ["exp"], "exp": 1 }),
        json!({ "crit": ["b64"], "b64": true }),
        json!({ "crit": [] }),
        json!({ "crit": "exp" }),
        json!({ "crit": null }),
        json!({ "b64": false }),
        json!({ "b64": "false" }),
        json!({ "b64": null }),
        json!({ "typ": "vp+jwt" }),
        json!({ "typ": "vc+sd-jwt" }),
        json!({ "typ": "at+jwt" }),
        json!({ "typ": ["vc+jwt"] }),
        json!({ "typ": "" }),
    ] {
        let (token, documents) = with_header(&members);
        let report = judged(&token, &documents);
        assert_fails(&report, CheckId::Integrity, "proof.header-refused", &members.to_string());
    }
}

#[test]
fn addresses_in_the_header_are_called_on_by_nobody() {
    let elsewhere = json!({
        "jku": "https://forger.example/keys", "x5u": "https://forger.example/chain", "x5c": ["AAAA"],
    });
    let (token, documents) = with_header(&elsewhere);
    let report = judged(&token, &documents);
    assert_verified(&report, "jku and x5u beside the issuer's own key");
    assert!(report.warnings().iter().any(|warning| warning.code == "jwt.header-ignored"));
    let unseen = judged(&token, &Documents::new());
    assert_eq!(unseen.missing(), ["https://issuer.example/.well-known/did.json"]);
}

#[test]
fn names_given_twice() {
    let (issuer, _, payload) = good(Algorithm::Es256);
    let sign = |signed: &[u8]| issuer.key().sign(signed);
    let payload = String::from_utf8(payload).unwrap();
    for (header, payload) in [
        (r#"{"alg":"ES256","alg":"none"}"#.to_owned(), payload.clone()),
        (r#"{"alg":"none","\u0061lg":"ES256"}"#.to_owned(), payload.clone()),
        (r#"{"alg":"ES256"}"#.to_owned(), payload.replacen('{', r#"{"issuer":"did:web:forger.example","#, 1)),
        (r#"{"alg":"ES256"}"#.to_owned(), payload.replace(r#""name":"#, r#""name":"Expert","name":"#)),
    ] {
        assert_eq!(refusal(&token(&header, payload.as_bytes(), sign)), "malformed-jws");
    }
}

#[test]
fn numbers_that_no_clock_holds() {
    let (issuer, issued, payload) = good(Algorithm::Es256);
    let header = json!({ "alg": "ES256", "kid": issuer.verification_method() }).to_string();
    let payload = String::from_utf8(payload).unwrap();
    let forged = |exp: &str| {
        let changed = payload.replacen('{', &format!("{{\"exp\":{exp},"), 1);
        token(&header, changed.as_bytes(), |signed| issuer.key().sign(signed))
    };
    for exp in ["1e400", "-1e400", "NaN", "Infinity", "01", "1."] {
        assert_eq!(refusal(&forged(exp)), "malformed-jws", "{exp}");
    }
    for exp in [
        "1e300",
        "-1e300",
        "99999999999999999999",
        "18446744073709551615",
        "9223372036854775807",
        "253402300800",
        "\"2030-01-01T00:00:00Z\"",
        "true",
        "null",
        "[]",
    ] {
        let report = judged(&forged(exp), &issued.at_hand());
        assert_fails(&report, CheckId::Integrity, "proof.malformed", exp);
    }
    let ended = judged(&forged("1780000000.5"), &issued.at_hand());
    assert_eq!(ended.verdict(), Verdict::Expired, "{}", shown(&ended));
}

#[test]
fn texts_that_are_no_json() {
    let (issuer, _, payload) = good(Algorithm::Es256);
    let sign = |signed: &[u8]| issuer.key().sign(signed);
    let header = r#"{"alg":"ES256"}"#;
    let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
    let mut latin: Vec<u8> = payload.clone();
    let name = latin.windows(4).position(|four| four == b"Rust").unwrap();
    latin[name] = 0xff;
    for payload in [
        latin,
        deep("[", "]").into_bytes(),
        deep("{\"a\":", "}").into_bytes(),
        [payload.as_slice(), b" x"].concat(),
        [payload.as_slice(), &payload].concat(),
        b"\"\\ud800\"".to_vec(),
        Vec::new(),
    ] {
        assert_eq!(refusal(&token(header, &payload, sign)), "malformed-jws");
    }
    for header in ["", "{", "[]", "\"alg\"", "{\"alg\":1}", "{}", "{\"alg\":\"ES256\"} {}"] {
        assert_eq!(refusal(&token(header, &payload, sign)), "malformed-jws", "{header}");
    }
    let latin = String::from_utf8_lossy(b"{\"alg\":\"ES256\"}").replace('2', "\u{1}");
    assert_eq!(refusal(&token(&latin, &payload, sign)), "malformed-jws");
    let whole = token(header, &payload, sign);
    for wrong in
        [format!("{whole}="), format!("{whole}."), whole.replace('.', ".."), format!("{whole}\u{e9}")]
    {
        assert_eq!(refusal(&wrong), "malformed-jws");
    }
}

const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The last character of a base64url text of 64 bytes carries four bits that mean nothing: only zeros will do.
#[test]
fn another_spelling_of_the_same_signature() {
    let (_, issued, _) = good(Algorithm::Es256);
    let (rest, last) = issued.text().split_at(issued.text().len() - 1);
    let value = ALPHABET.find(last).unwrap();
    for stray in 1..16 {
        let other = &ALPHABET[value + stray..=value + stray];
        assert_eq!(refusal(&format!("{rest}{other}")), "malformed-jws");
    }
}

/// Ed25519 has one `s` that counts: adding the order of the group gives another that fits the equation.
#[test]
fn another_signature_from_a_good_one() {
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let (_, issued, _) = good(Algorithm::EdDsa);
    let (signed, signature) = issued.text().rsplit_once('.').unwrap();
    let mut signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let mut carry = 0;
    for (byte, order) in signature[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        *byte = u8::try_from(sum & 0xff).unwrap();
        carry = sum >> 8;
    }
    let report = judged(&format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)), &issued.at_hand());
    assert_fails(&report, CheckId::Integrity, "proof.bad-signature", "s plus the order");
}

#[test]
fn a_signature_in_der() {
    let (_, issued, _) = good(Algorithm::Es256);
    let (signed, signature) = issued.text().rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let der = p256::ecdsa::Signature::from_slice(&signature).unwrap().to_der();
    let report = judged(&format!("{signed}.{}", URL_SAFE_NO_PAD.encode(der.as_bytes())), &issued.at_hand());
    assert_fails(&report, CheckId::Integrity, "proof.bad-signature", "DER");
    for zeros in ["r", "s", "both"] {
        let mut zeroed = signature.clone();
        let (r, s) = zeroed.split_at_mut(32);
        if zeros != "s" {
            r.fill(0);
        }
        if zeros != "r" {
            s.fill(0);
        }
        let report = judged(&format!("{signed}.{}", URL_SAFE_NO_PAD.encode(&zeroed)), &issued.at_hand());
        assert_fails(&report, CheckId::Integrity, "proof.bad-signature", zeros);
    }
}

/// The issuer's document lists `jwk` under the name of its key; the token is by the algorithm that the key would
/// have.
fn published_as(jwk: &Value, algorithm: Algorithm) -> Report {
    let (issuer, issued, _) = good(algorithm);
    let mut document = issuer.controller_json();
    let method = issuer.verification_method();
    document["verificationMethod"] =
        json!([{ "id": method, "type": "JsonWebKey", "controller": issuer.id(), "publicKeyJwk": jwk }]);
    judged(issued.text(), &at_hand(&issuer.controller_url().unwrap(), &document))
}

/// For these keys, R = the neutral element and s = 0 is a signature over anything.
#[test]
fn points_of_small_order() {
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let mut order_two = [0xff; 32];
    (order_two[0], order_two[31]) = (0xec, 0x7f);
    let order_four = [0; 32];
    let order_eight = [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5,
        0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ];
    for point in [neutral.to_vec(), order_two.to_vec(), order_four.to_vec(), order_eight.to_vec()] {
        let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(&point) });
        let report = published_as(&jwk, Algorithm::EdDsa);
        assert_fails(&report, CheckId::Integrity, "key.unusable", &jwk.to_string());
    }
    // Such an R under a good key.
    let (_, issued, _) = good(Algorithm::EdDsa);
    let (signed, signature) = issued.text().rsplit_once('.').unwrap();
    let mut signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    signature[..32].copy_from_slice(&neutral);
    let report = judged(&format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)), &issued.at_hand());
    assert_fails(&report, CheckId::Integrity, "proof.bad-signature", "a small R");
}

#[test]
fn weak_rsa_keys() {
    let jwk = |modulus: Vec<u8>, exponent: &str| json!({ "kty": "RSA", "n": URL_SAFE_NO_PAD.encode(modulus), "e": exponent });
    for (what, jwk) in [
        ("512 bits", jwk(vec![0xc1; 64], "AQAB")),
        ("1,024 bits", jwk(vec![0xc1; 128], "AQAB")),
        ("2,040 bits", jwk(vec![0xc1; 255], "AQAB")),
        ("an even modulus", jwk(vec![0xc0; 256], "AQAB")),
        ("the exponent 1", jwk(vec![0xc1; 256], "AQ")),
        ("an even exponent", jwk(vec![0xc1; 256], "AQAA")),
        ("a modulus of 32,768 bits", jwk(vec![0xc1; 4_096], "AQAB")),
    ] {
        let report = published_as(&jwk, Algorithm::Rs256);
        assert_fails(&report, CheckId::Integrity, "key.unusable", what);
    }
}

#[test]
fn points_of_another_curve_or_of_none() {
    for (name, algorithm) in [("P-256", Algorithm::Es256), ("secp256k1", Algorithm::Es256k)] {
        let other = if algorithm == Algorithm::Es256 { Algorithm::Es256k } else { Algorithm::Es256 };
        // The point of the one curve, called by the name of the other.
        let mut jwk = issuer(other).key().public_jwk();
        jwk["crv"] = name.into();
        let report = published_as(&jwk, algorithm);
        assert_fails(&report, CheckId::Integrity, "key.unusable", name);
        // A sound key of the other curve.
        let report = published_as(&issuer(other).key().public_jwk(), algorithm);
        assert_fails(&report, CheckId::Integrity, "proof.algorithm-refused", name);
    }
}

/// The issuer's JWK says which of the RSA algorithms it is for.
#[test]
fn an_rsa_algorithm_that_the_key_is_not_for() {
    for (named, used) in [
        (Algorithm::Rs256, Algorithm::Ps256),
        (Algorithm::Ps256, Algorithm::Rs256),
        (Algorithm::Rs512, Algorithm::Rs256),
    ] {
        let mut jwk = issuer(used).key().public_jwk();
        jwk["alg"] = used.name().into();
        assert_verified(&published_as(&jwk, used), used.name());
        jwk["alg"] = named.name().into();
        let report = published_as(&jwk, used);
        assert_fails(&report, CheckId::Integrity, "proof.algorithm-refused", named.name());
    }
}

#[test]
fn every_beginning_of_a_token() {
    for issued in tokens(Algorithm::EdDsa) {
        let documents = issued.at_hand();
        for end in 0..issued.text().len() {
            let content = PayloadContent::Jws(issued.text()[..end].to_owned());
            if let Ok(credential) = Credential::parse(&content) {
                let report = verify(&credential, &documents, &Policy::at(now()));
                assert_fails(&report, CheckId::Integrity, "proof.bad-signature", &end.to_string());
            }
        }
    }
}
