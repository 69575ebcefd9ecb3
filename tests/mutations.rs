//! What happens to others' good badges when somebody changes them: the rows of the corpus's MUTATIONS.md that apply
//! to the kinds that Lapel reads, over every signed case that is expected to be good.
//!
//! A row changes each case in every place where it can. Each change must leave a badge whose integrity fails (or a
//! text that is refused), and a change that means nothing must leave the report as it was.

#![allow(clippy::unwrap_used, reason = "a test program")]

use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use lapel_testkit::corpus::{self, Failed, Trial};
use lapel_testkit::{Algorithm, Key};
use openbadges::artifact::PayloadContent;
use openbadges::proof;
use openbadges::{
    Answer, Artifact, CheckId, Credential, Document, Documents, Outcome, Policy, Report, Unavailable,
    Verdict, verify,
};
use serde_json::{Map, Value, json};

fn main() {
    let arguments = corpus::Arguments::from_args();
    let trials = corpus::suite("mutations", |shared| {
        suite(shared).unwrap_or_else(|error| vec![corpus::case("the corpus can be read", move || Err(error))])
    });
    corpus::run(&arguments, trials).exit();
}

/// A good signed badge, and what it is judged with.
struct Badge {
    content: PayloadContent,
    documents: Documents,
    now: Timestamp,
}

type Row = fn(&Badge) -> Result<(), Failed>;

const JSON_ROWS: [(&str, Row); 12] = [
    ("1 a changed value", changed_values),
    ("2 a property that no context defines", undefined_properties),
    ("3 a property that the contexts define", defined_property),
    ("4 space and order of keys", same_meaning),
    ("6 a changed signature", changed_proof_value),
    ("7 a signature of another length or base", ill_encoded_proof_value),
    ("8 changed proof options", changed_options),
    ("9 the key of somebody else", foreign_method),
    ("a property under its IRI", hidden_properties),
    ("11 no proof", no_proof),
    ("12 a second, altered proof", altered_copy),
    ("the key in the fragment is the forger's", forged_by_fragment),
];

const JWS_ROWS: [(&str, Row); 5] = [
    ("17 a changed payload", changed_payload),
    ("6 a changed signature", changed_signature),
    ("16 another algorithm", other_algorithms),
    ("17 another form of the token", ill_formed_tokens),
    ("the key in the header is the forger's", forged_by_header),
];

fn suite(shared: &Path) -> Result<Vec<Trial>, Failed> {
    let mut trials = Vec::new();
    let (mut objects, mut tokens) = (0, 0);
    for line in corpus::manifest(shared)? {
        let Some(badge) = Badge::read(&line, shared)? else { continue };
        let badge = Arc::new(badge);
        let rows: &[(&str, Row)] = match badge.content {
            PayloadContent::Json(_) => &JSON_ROWS,
            _ => &JWS_ROWS,
        };
        *if matches!(badge.content, PayloadContent::Json(_)) { &mut objects } else { &mut tokens } += 1;
        for (name, row) in rows {
            let (badge, row) = (Arc::clone(&badge), *row);
            let id = line["id"].as_str().unwrap_or_default();
            trials.push(corpus::case(format!("{id}: {name}"), move || row(&badge)));
        }
    }
    let bare = bare_tokens(shared)?;
    let count = bare.len();
    for (id, token) in bare {
        trials
            .push(corpus::case(format!("{id}: every changed character"), move || token.breaks_everywhere()));
    }
    trials.push(corpus::case("there are good bare tokens to change", move || {
        if count >= 3 { Ok(()) } else { Err(format!("{count} tokens").into()) }
    }));
    trials.push(corpus::case("there are good signed badges to change", move || {
        if objects >= 40 && tokens >= 6 {
            Ok(())
        } else {
            Err(format!("{objects} objects, {tokens} tokens").into())
        }
    }));
    Ok(trials)
}

/// A token that is no badge, and the key that it comes with.
struct BareToken {
    text: String,
    documents: Documents,
    now: Timestamp,
}

/// The tokens of the proof suites that hold: VC-JWT and SD-JWT, credentials and presentations.
fn bare_tokens(shared: &Path) -> Result<Vec<(String, BareToken)>, Failed> {
    let mut tokens = Vec::new();
    for line in corpus::manifest(shared)? {
        let text = |name: &str| line[name].as_str().unwrap_or_default();
        if !["vc-jwt", "vc-sd-jwt", "vp-jwt", "vp-sd-jwt"].contains(&text("kind"))
            || text("scope") != "proof"
            || text("expect") != "valid"
        {
            continue;
        }
        // One of them ended in December 2024.
        let now: Timestamp = "2024-12-15T00:00:00Z".parse()?;
        let file = |path: &str| shared.join("corpus").join(path);
        let mut documents = Documents::new();
        for need in line["needs"].as_array().into_iter().flatten().filter(|need| need["url"] == "key") {
            let method = std::fs::read(file(need["file"].as_str().unwrap_or_default()))?;
            let (url, document) = corpus::key_document(&serde_json::from_slice(&method)?);
            let bytes = document.to_string().into_bytes();
            documents.insert(
                url.clone(),
                Answer::Document(Document { url, bytes, media_type: None, fetched_at: now, status: 200 }),
            );
        }
        let token = std::fs::read_to_string(file(text("file")))?.trim().to_owned();
        tokens.push((text("id").to_owned(), BareToken { text: token, documents, now }));
    }
    Ok(tokens)
}

impl BareToken {
    fn holds(&self, text: &str) -> bool {
        proof::integrity(&jws(text.to_owned()), &self.documents, self.now).is_ok_and(|outcomes| {
            !outcomes.is_empty() && outcomes.iter().all(|outcome| matches!(outcome, Outcome::Pass(_)))
        })
    }

    /// No character of a token, of its disclosures or between them, can be another.
    fn breaks_everywhere(&self) -> Result<(), Failed> {
        if !self.holds(&self.text) {
            return Err("it does not hold as it is".into());
        }
        for (place, character) in self.text.char_indices() {
            let other = if character == 'A' { 'B' } else { 'A' };
            let mut changed = self.text.clone();
            changed.replace_range(place..=place, other.encode_utf8(&mut [0; 4]));
            if self.holds(&changed) {
                return Err(format!("it holds with {other} for {character} at {place}").into());
            }
        }
        Ok(())
    }
}

impl Badge {
    /// The badge of a case, if it is a signed one of a kind that Lapel reads and its proof holds.
    fn read(line: &Value, shared: &Path) -> Result<Option<Self>, Failed> {
        let text = |name: &str| line[name].as_str().unwrap_or_default();
        let wanted = ["ob3-json", "ob3-png", "ob3-svg", "ob2-jws", "vc-jwt"].contains(&text("kind"))
            && text("scope") == "full"
            && matches!(text("expect"), "valid" | "warning");
        if !wanted {
            return Ok(None);
        }
        let now: Timestamp = "2026-11-23T00:00:00Z".parse()?;
        let bytes = std::fs::read(shared.join("corpus").join(text("file")))?;
        let Ok(artifact) = Artifact::recognise(bytes) else { return Ok(None) };
        let Some(payload) = artifact.payloads().first() else { return Ok(None) };
        let badge = Self { content: payload.content.clone(), documents: documents(line, shared, now)?, now };
        let holds = badge.judge(&badge.content).is_some_and(|report| passes(&report, CheckId::Integrity));
        Ok(holds.then_some(badge))
    }

    fn judge(&self, content: &PayloadContent) -> Option<Report> {
        let credential = Credential::parse(content).ok()?;
        Some(verify(&credential, &self.documents, &Policy::at(self.now)))
    }

    fn json(&self) -> Value {
        match &self.content {
            PayloadContent::Json(text) => serde_json::from_str(text).unwrap(),
            _ => Value::Null,
        }
    }

    fn token(&self) -> &str {
        match &self.content {
            PayloadContent::Jws(text) => text.trim(),
            _ => "",
        }
    }

    /// The changed badge is refused, or it is invalid because its integrity fails.
    fn breaks(&self, what: &str, changed: &PayloadContent) -> Result<(), Failed> {
        match self.judge(changed) {
            None => Ok(()),
            Some(report) if report.verdict() == Verdict::Invalid && fails(&report, CheckId::Integrity) => {
                Ok(())
            }
            Some(report) => Err(format!("{what}: {} {report:#?}", report.verdict().as_str()).into()),
        }
    }

    fn breaks_json(&self, what: &str, changed: &Value) -> Result<(), Failed> {
        self.breaks(what, &PayloadContent::Json(changed.to_string()))
    }

    fn never_verified(&self, what: &str, changed: &PayloadContent) -> Result<(), Failed> {
        match self.judge(changed) {
            Some(report) if report.verdict() == Verdict::Verified || vouched(&report) => {
                Err(format!("{what}: {report:#?}").into())
            }
            _ => Ok(()),
        }
    }
}

fn documents(line: &Value, shared: &Path, now: Timestamp) -> Result<Documents, Failed> {
    let mut documents = Documents::new();
    for need in line["needs"].as_array().into_iter().flatten() {
        let url = need["url"].as_str().unwrap_or_default().to_owned();
        let answer = match need["file"].as_str() {
            None => Answer::Unavailable(Unavailable::Http { status: 404 }),
            Some(file) => {
                let path = match file.strip_prefix("contexts:") {
                    Some(path) => shared.join("contexts").join(path),
                    None => shared.join("corpus").join(file),
                };
                let bytes = std::fs::read(path)?;
                Answer::Document(Document {
                    url: url.clone(),
                    bytes,
                    media_type: None,
                    fetched_at: now,
                    status: 200,
                })
            }
        };
        documents.insert(url, answer);
    }
    Ok(documents)
}

fn passes(report: &Report, id: CheckId) -> bool {
    matches!(report.check(id).outcome, Outcome::Pass(_))
}

/// A signature that holds, by a key that is the issuer's.
fn vouched(report: &Report) -> bool {
    passes(report, CheckId::Integrity) && passes(report, CheckId::KeyAuthority)
}

fn fails(report: &Report, id: CheckId) -> bool {
    matches!(report.check(id).outcome, Outcome::Fail(_))
}

/// The JSON pointers of every string outside contexts and proofs.
fn texts(json: &Value) -> Vec<String> {
    fn walk(value: &Value, pointer: &str, found: &mut Vec<String>) {
        match value {
            Value::String(_) => found.push(pointer.to_owned()),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    walk(item, &format!("{pointer}/{index}"), found);
                }
            }
            Value::Object(members) => {
                for (key, member) in
                    members.iter().filter(|(key, _)| !matches!(key.as_str(), "@context" | "proof"))
                {
                    walk(member, &format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1")), found);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk(json, "", &mut found);
    found
}

/// The pointers of every object outside contexts and proofs.
fn objects(json: &Value) -> Vec<String> {
    let mut found: Vec<String> = vec![String::new()];
    for text in texts(json) {
        let mut pointer = text.as_str();
        while let Some((parent, _)) = pointer.rsplit_once('/') {
            if json.pointer(parent).is_some_and(Value::is_object)
                && !found.iter().any(|known| known == parent)
            {
                found.push(parent.to_owned());
            }
            pointer = parent;
        }
    }
    found
}

/// `text` with one bit of its last letter or digit flipped.
fn flipped(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    match bytes.iter().rposition(u8::is_ascii_alphanumeric) {
        Some(at) => bytes[at] ^= 1,
        None => bytes.push(b'x'),
    }
    String::from_utf8(bytes).unwrap()
}

fn changed_values(badge: &Badge) -> Result<(), Failed> {
    let json = badge.json();
    for pointer in texts(&json) {
        let mut changed = json.clone();
        let place = changed.pointer_mut(&pointer).unwrap();
        *place = flipped(place.as_str().unwrap()).into();
        badge.breaks_json(&pointer, &changed)?;
    }
    Ok(())
}

fn undefined_properties(badge: &Badge) -> Result<(), Failed> {
    let json = badge.json();
    for pointer in objects(&json) {
        for value in [json!("x"), json!(1), json!({ "name": "x" }), json!([])] {
            let mut changed = json.clone();
            changed.pointer_mut(&pointer).unwrap()["addedByNobody"] = value;
            badge.breaks_json(&pointer, &changed)?;
        }
    }
    Ok(())
}

fn defined_property(badge: &Badge) -> Result<(), Failed> {
    let mut changed = badge.json();
    changed["credentialSubject"]["achievement"]["fieldOfStudy"] = "Added afterwards".into();
    badge.breaks_json("achievement.fieldOfStudy", &changed)
}

fn same_meaning(badge: &Badge) -> Result<(), Failed> {
    fn backwards(value: &Value) -> Value {
        match value {
            Value::Object(members) => {
                let turned: Map<String, Value> =
                    members.iter().rev().map(|(key, value)| (key.clone(), backwards(value))).collect();
                Value::Object(turned)
            }
            Value::Array(items) => Value::Array(items.iter().map(backwards).collect()),
            other => other.clone(),
        }
    }
    let spaced = serde_json::to_string_pretty(&backwards(&badge.json()))?;
    let changed = PayloadContent::Json(spaced);
    let (before, after) = (badge.judge(&badge.content).unwrap(), badge.judge(&changed).ok_or("refused")?);
    if before == after { Ok(()) } else { Err(format!("{before:#?}\n{after:#?}").into()) }
}

/// The badge with each of its proofs changed in turn.
fn each_proof(badge: &Badge, what: &str, change: impl Fn(&mut Value)) -> Result<(), Failed> {
    let json = badge.json();
    let pointers: Vec<String> = match &json["proof"] {
        Value::Array(proofs) => (0..proofs.len()).map(|index| format!("/proof/{index}")).collect(),
        _ => vec!["/proof".to_owned()],
    };
    for pointer in pointers {
        let mut changed = json.clone();
        change(changed.pointer_mut(&pointer).unwrap());
        badge.breaks_json(&format!("{what} at {pointer}"), &changed)?;
    }
    Ok(())
}

fn changed_proof_value(badge: &Badge) -> Result<(), Failed> {
    each_proof(badge, "proofValue", |proof| {
        let value = proof["proofValue"].as_str().unwrap();
        let (start, end) = value.split_at(value.len() - 1);
        proof["proofValue"] = format!("{start}{}", if end == "2" { "3" } else { "2" }).into();
    })
}

fn ill_encoded_proof_value(badge: &Badge) -> Result<(), Failed> {
    let changes: [fn(&str) -> String; 6] = [
        |value| format!("z{}", &value[2..]),
        |value| format!("z1{}", &value[1..]),
        |value| format!("u{}", &value[1..]),
        |value| value[1..].to_owned(),
        |value| format!("{value}0OIl"),
        |value| format!("z{}", value[1..].repeat(5_000)),
    ];
    for change in changes {
        each_proof(badge, "encoding", |proof| {
            proof["proofValue"] = change(proof["proofValue"].as_str().unwrap()).into();
        })?;
    }
    each_proof(badge, "no value", |proof| proof["proofValue"] = Value::Null)
}

fn changed_options(badge: &Badge) -> Result<(), Failed> {
    let options = [
        ("created", json!("2011-11-11T11:11:11Z")),
        ("proofPurpose", json!("authentication")),
        ("proofPurpose", json!("capabilityInvocation")),
        ("domain", json!("example.org")),
        ("challenge", json!("abc")),
        ("expires", json!("2099-01-01T00:00:00Z")),
        ("expires", json!("2012-01-01T00:00:00Z")),
        ("addedByNobody", json!("x")),
        ("verificationMethod", json!(7)),
    ];
    for (name, value) in options {
        each_proof(badge, name, |proof| proof[name] = value.clone())?;
    }
    Ok(())
}

fn foreign_method(badge: &Badge) -> Result<(), Failed> {
    let key = Key::from_seed(Algorithm::EdDsa, "somebody else");
    each_proof(badge, "verificationMethod", |proof| {
        proof["verificationMethod"] = format!("{}#{}", key.did_key(), key.public_multibase()).into();
    })
}

/// The same RDF in other JSON: what a check looks for is still signed, and no longer under its name.
fn hidden_properties(badge: &Badge) -> Result<(), Failed> {
    let names = [
        ("credentialStatus", "https://www.w3.org/2018/credentials#credentialStatus"),
        ("validUntil", "https://www.w3.org/2018/credentials#validUntil"),
        ("expirationDate", "https://www.w3.org/2018/credentials#expirationDate"),
        ("credentialSubject", "https://www.w3.org/2018/credentials#credentialSubject"),
        ("issuer", "https://www.w3.org/2018/credentials#issuer"),
        ("id", "@id"),
        ("type", "@type"),
    ];
    let json = badge.json();
    for (name, iri) in names {
        let mut changed = json.clone();
        let members = changed.as_object_mut().unwrap();
        let Some(value) = members.shift_remove(name) else { continue };
        members.insert(iri.to_owned(), value);
        badge.breaks_json(iri, &changed)?;
    }
    Ok(())
}

fn no_proof(badge: &Badge) -> Result<(), Failed> {
    for nothing in [None, Some(Value::Null), Some(json!([]))] {
        let mut changed = badge.json();
        match nothing {
            None => drop(changed.as_object_mut().unwrap().shift_remove("proof")),
            Some(nothing) => changed["proof"] = nothing,
        }
        badge.breaks_json("no proof", &changed)?;
    }
    Ok(())
}

fn altered_copy(badge: &Badge) -> Result<(), Failed> {
    let json = badge.json();
    let proofs: Vec<Value> = json["proof"].as_array().cloned().unwrap_or_else(|| vec![json["proof"].clone()]);
    let mut copy = proofs[0].clone();
    copy["created"] = "2011-11-11T11:11:11Z".into();
    for both in [[proofs.clone(), vec![copy.clone()]].concat(), [vec![copy], proofs].concat()] {
        let mut changed = json.clone();
        changed["proof"] = both.into();
        badge.breaks_json("an altered copy", &changed)?;
    }
    Ok(())
}

/// The forger changes the badge, signs it with a key of their own, and names that key as the issuer's.
fn forged_by_fragment(badge: &Badge) -> Result<(), Failed> {
    let key = Key::from_seed(Algorithm::EdDsa, "forger");
    let json = badge.json();
    let issuer = json["issuer"].as_str().or(json["issuer"]["id"].as_str()).unwrap_or_default().to_owned();
    let multibase = key.public_multibase();
    let methods = [format!("{issuer}#{multibase}"), key.did_key(), format!("{}#{multibase}", key.did_key())];
    for method in methods {
        let mut forged = json.clone();
        forged["credentialSubject"]["achievement"]["name"] = "Forged".into();
        // The signer brings its own context for the proof's terms.
        let contexts = forged["@context"].as_array_mut().unwrap();
        contexts.retain(|context| context != "https://w3id.org/security/data-integrity/v1");
        lapel_testkit::sign_data_integrity_as(&mut forged, &key, &method, "2026-01-01T00:00:00Z");
        badge.never_verified(&method, &PayloadContent::Json(forged.to_string()))?;
    }
    Ok(())
}

fn parts(token: &str) -> [&str; 3] {
    let parts: Vec<&str> = token.split('.').collect();
    parts.try_into().unwrap()
}

fn decoded(part: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn encoded(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

fn jws(text: String) -> PayloadContent {
    PayloadContent::Jws(text)
}

fn changed_payload(badge: &Badge) -> Result<(), Failed> {
    let [header, payload, signature] = parts(badge.token());
    let json = decoded(payload);
    let body = if json.get("vc").is_some() { "/vc" } else { "" };
    let mut tried = 0;
    for pointer in texts(&json) {
        let mut changed = json.clone();
        let place = changed.pointer_mut(&pointer).unwrap();
        *place = flipped(place.as_str().unwrap()).into();
        let token = jws(format!("{header}.{}.{signature}", encoded(&changed)));
        // Another issuer, key or class means other documents, which are not at hand: then nothing can be decided.
        let other_documents =
            ["/badge", "/verification/creator", "/iss", "/issuer", "/issuer/id"].iter().any(|place| {
                pointer == format!("{body}{place}") || pointer == *place || pointer.starts_with("/badge/")
            });
        if other_documents {
            badge.never_verified(&pointer, &token)?;
        } else {
            badge.breaks(&pointer, &token)?;
        }
        tried += 1;
    }
    if tried > 5 { Ok(()) } else { Err("nothing to change".into()) }
}

fn changed_signature(badge: &Badge) -> Result<(), Failed> {
    let [header, payload, signature] = parts(badge.token());
    let bytes = URL_SAFE_NO_PAD.decode(signature)?;
    for at in [0, bytes.len() / 2, bytes.len() - 1] {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        badge.breaks("a bit", &jws(format!("{header}.{payload}.{}", URL_SAFE_NO_PAD.encode(changed))))?;
    }
    for other in [Vec::new(), bytes[1..].to_vec(), [bytes.clone(), vec![0]].concat(), vec![0; bytes.len()]] {
        badge.breaks(
            "another length",
            &jws(format!("{header}.{payload}.{}", URL_SAFE_NO_PAD.encode(other))),
        )?;
    }
    Ok(())
}

fn other_algorithms(badge: &Badge) -> Result<(), Failed> {
    let [header, payload, signature] = parts(badge.token());
    for algorithm in ["none", "None", "NONE", "nOnE", "HS256", "HS512", "ES256", "EdDSA"] {
        let mut changed = decoded(header);
        changed["alg"] = algorithm.into();
        for signature in [signature, ""] {
            badge.breaks(algorithm, &jws(format!("{}.{payload}.{signature}", encoded(&changed))))?;
        }
    }
    // Known, and not Lapel's: unsupported, which is never a pass.
    for algorithm in ["PS256", "RS512", "ES256K", ""] {
        let mut changed = decoded(header);
        changed["alg"] = algorithm.into();
        badge.never_verified(algorithm, &jws(format!("{}.{payload}.{signature}", encoded(&changed))))?;
    }
    Ok(())
}

fn ill_formed_tokens(badge: &Badge) -> Result<(), Failed> {
    let token = badge.token();
    let [header, payload, signature] = parts(token);
    let mut with_crit = decoded(header);
    with_crit["crit"] = json!(["b64"]);
    with_crit["b64"] = json!(false);
    let texts = [
        format!("{token}."),
        format!("{token}.{signature}"),
        format!("{token}="),
        format!("{header}.{payload}"),
        format!("{header}..{signature}"),
        format!("{header}.{payload} .{signature}"),
        format!("{}.{payload}.{signature}", encoded(&json!({ "alg": ["RS256"] }))),
        format!("{}.{payload}.{signature}", encoded(&with_crit)),
    ];
    texts.into_iter().try_for_each(|text| badge.breaks(&text.clone(), &jws(text)))
}

/// The forger changes the badge, signs it with a key of their own, and puts that key into the header.
fn forged_by_header(badge: &Badge) -> Result<(), Failed> {
    let [_, payload, _] = parts(badge.token());
    for algorithm in [Algorithm::EdDsa, Algorithm::Es256, Algorithm::Rs256] {
        let key = Key::from_seed(algorithm, "forger");
        for header in [
            json!({ "jwk": key.public_jwk() }),
            json!({ "kid": key.did_key() }),
            json!({ "kid": format!("{}#0", key.did_jwk()) }),
            json!({}),
        ] {
            let mut claims = decoded(payload);
            claims["narrative"] = "Forged".into();
            let token = lapel_testkit::sign_compact(&header, claims.to_string().as_bytes(), &key);
            badge.never_verified(&header.to_string(), &jws(token))?;
        }
    }
    Ok(())
}
