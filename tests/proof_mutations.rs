//! What happens to documents with a Data Integrity proof when somebody changes them: every case of the corpus whose
//! proof holds and that `mutations.rs` leaves out, and a badge of our own for each suite and algorithm.
//!
//! Each value is changed in turn, each object gets a property, each option of each proof becomes another; only the
//! integrity check is asked. What means nothing (the order of keys, and of arrays where RDF is signed) changes nothing.

#![allow(clippy::unwrap_used, reason = "a test program")]

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use lapel_testkit::corpus::{self, Failed, Trial};
use lapel_testkit::{Algorithm, DataModel, Issuer, Key, Suite, sign_data_integrity_by};
use openbadges::artifact::PayloadContent;
use openbadges::{Answer, Document, Documents, Outcome, proof};
use serde_json::{Map, Value, json};

fn main() {
    let arguments = corpus::Arguments::from_args();
    let mut trials: Vec<Trial> = own().into_iter().flat_map(rows).collect();
    trials.extend(corpus::suite("proof mutations", |shared| {
        suite(shared).unwrap_or_else(|error| vec![corpus::case("the corpus can be read", move || Err(error))])
    }));
    corpus::run(&arguments, trials).exit();
}

/// A document whose proofs hold.
struct Secured {
    name: String,
    json: Value,
    documents: Documents,
    now: Timestamp,
}

/// Of a document with more values than this each value is changed once.
const LARGE: usize = 60;

type Row = fn(&Secured) -> Result<(), Failed>;

const ROWS: [(&str, Row); 13] = [
    ("it holds as it is", as_it_is),
    ("1 a changed value", changed_values),
    ("1 a missing value", missing_values),
    ("2 a property that nobody signed", added_properties),
    ("4 the order of keys", other_order_of_keys),
    ("5 the order of arrays", other_order_of_arrays),
    ("6 a changed signature", changed_signatures),
    ("7 a signature of another length or base", ill_encoded_signatures),
    ("8 changed options", changed_options),
    ("9 the key of somebody else", foreign_keys),
    ("13 a broken chain", broken_chains),
    ("14 another context", other_contexts),
    ("15 a context of the document's own", own_contexts),
];

fn rows(secured: Secured) -> Vec<Trial> {
    let secured = Arc::new(secured);
    ROWS.iter()
        .map(|(name, row)| {
            let (secured, row) = (Arc::clone(&secured), *row);
            corpus::case(format!("{}: {name}", secured.name), move || row(&secured))
        })
        .collect()
}

/// A badge for each suite and algorithm.
fn own() -> Vec<Secured> {
    let each = Suite::ALL.into_iter().flat_map(|(suite, by)| by.iter().map(move |by| (suite, *by)));
    each.map(|(suite, algorithm)| {
        let key = Key::from_seed(algorithm, "mutations");
        let badge = Issuer::did_key("mutations").achievement("Rust").award_to("ada@example.org");
        let mut json = badge.credential(DataModel::V2);
        json["issuer"]["id"] = key.did_key().into();
        json["credentialSubject"]["achievement"]["creditsAvailable"] = json!(2.5);
        json["credentialSubject"]["achievement"]["tag"] = json!(["one", "two"]);
        sign_data_integrity_by(&mut json, suite, &key, &key.did_key(), "2026-01-01T00:00:00Z");
        let name = format!("{} {}", suite.name(), algorithm.name());
        Secured { name, json, documents: Documents::new(), now: now() }
    })
    .collect()
}

fn now() -> Timestamp {
    "2026-11-23T00:00:00Z".parse().unwrap()
}

fn suite(shared: &Path) -> Result<Vec<Trial>, Failed> {
    let mut trials = Vec::new();
    let mut count = 0;
    for line in corpus::manifest(shared)? {
        let text = |name: &str| line[name].as_str().unwrap_or_default();
        let wanted = ["bare-vc", "clr2", "ob3-endorsement"].contains(&text("kind"))
            && ["full", "proof"].contains(&text("scope"))
            && ["valid", "warning"].contains(&text("expect"));
        if !wanted {
            continue;
        }
        let Ok(json) = serde_json::from_slice(&std::fs::read(shared.join("corpus").join(text("file")))?)
        else {
            continue;
        };
        let secured =
            Secured { name: text("id").to_owned(), json, documents: documents(&line, shared)?, now: now() };
        if secured.holds(&secured.json) {
            count += 1;
            trials.extend(rows(secured));
        }
    }
    trials.push(corpus::case("there are good documents to change", move || {
        if count >= 17 { Ok(()) } else { Err(format!("{count} documents").into()) }
    }));
    Ok(trials)
}

fn documents(line: &Value, shared: &Path) -> Result<Documents, Failed> {
    let mut documents = Documents::new();
    for need in line["needs"].as_array().into_iter().flatten() {
        let (Some(url), Some(file)) = (need["url"].as_str(), need["file"].as_str()) else { continue };
        if file.starts_with("contexts:") {
            continue;
        }
        let bytes = std::fs::read(shared.join("corpus").join(file))?;
        let document =
            Document { url: url.to_owned(), bytes, media_type: None, fetched_at: now(), status: 200 };
        documents.insert(url, Answer::Document(document));
    }
    Ok(documents)
}

impl Secured {
    fn outcomes(&self, json: &Value) -> Option<Vec<Outcome>> {
        proof::integrity(&PayloadContent::Json(json.to_string()), &self.documents, self.now).ok()
    }

    fn holds(&self, json: &Value) -> bool {
        self.outcomes(json).is_some_and(|outcomes| {
            !outcomes.is_empty() && outcomes.iter().all(|outcome| matches!(outcome, Outcome::Pass(_)))
        })
    }

    /// At least one proof fails, or there is none any more.
    fn breaks(&self, what: &str, json: &Value) -> Result<(), Failed> {
        match self.outcomes(json) {
            Some(outcomes) if !outcomes.iter().any(|outcome| matches!(outcome, Outcome::Fail(_))) => {
                Err(format!("{what}: {outcomes:?}").into())
            }
            _ => Ok(()),
        }
    }

    fn never_holds(&self, what: &str, json: &Value) -> Result<(), Failed> {
        if self.holds(json) { Err(format!("{what} holds").into()) } else { Ok(()) }
    }

    fn covers_json(&self) -> bool {
        self.json.to_string().contains("-jcs-")
    }

    #[expect(clippy::unused_self, reason = "it reads as a question to the document")]
    fn statements(&self, json: &Value) -> Option<String> {
        let mut bare = json.clone();
        bare.as_object_mut()?.shift_remove("proof");
        openbadges::jsonld::canonicalize(&bare).ok().map(|canonical| canonical.nquads)
    }

    /// Pointers to the proofs.
    fn proofs(&self) -> Vec<String> {
        match &self.json["proof"] {
            Value::Array(proofs) => (0..proofs.len()).map(|index| format!("/proof/{index}")).collect(),
            _ => vec!["/proof".to_owned()],
        }
    }

    /// The document with each of its proofs changed in turn.
    fn each_proof(
        &self,
        change: impl Fn(&mut Value),
        judge: impl Fn(&str, &Value) -> Result<(), Failed>,
    ) -> Result<(), Failed> {
        self.proofs().iter().try_for_each(|pointer| {
            let mut changed = self.json.clone();
            change(changed.pointer_mut(pointer).unwrap());
            judge(pointer, &changed)
        })
    }

    fn value_name(&self) -> &'static str {
        if self.json.pointer(&format!("{}/jws", self.proofs()[0])).is_some() { "jws" } else { "proofValue" }
    }
}

/// The pointers of every value outside contexts and the document's own proofs that `wanted` takes.
fn places(json: &Value, wanted: fn(&Value) -> bool) -> Vec<String> {
    fn walk(value: &Value, pointer: &str, wanted: fn(&Value) -> bool, found: &mut Vec<String>) {
        if wanted(value) {
            found.push(pointer.to_owned());
        }
        match value {
            Value::Array(items) => items
                .iter()
                .enumerate()
                .for_each(|(index, item)| walk(item, &format!("{pointer}/{index}"), wanted, found)),
            Value::Object(members) => {
                for (key, member) in members.iter().filter(|(key, _)| *key != "@context") {
                    if pointer.is_empty() && key == "proof" {
                        continue;
                    }
                    let key = key.replace('~', "~0").replace('/', "~1");
                    walk(member, &format!("{pointer}/{key}"), wanted, found);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk(json, "", wanted, &mut found);
    found
}

/// `text` with one bit of one character flipped, for every ASCII character or for some.
fn flips(text: &str, every: bool) -> Vec<String> {
    let plain: Vec<usize> =
        text.bytes().enumerate().filter(|(_, byte)| byte.is_ascii_graphic()).map(|(at, _)| at).collect();
    let chosen: Vec<usize> = match (every, plain.as_slice()) {
        (_, []) => return vec![format!("{text}x")],
        (true, all) => all.to_vec(),
        (false, [only]) => vec![*only],
        (false, [first, .., last]) => vec![*first, plain[plain.len() / 2], *last],
    };
    chosen
        .into_iter()
        .filter_map(|at| {
            let mut bytes = text.as_bytes().to_vec();
            bytes[at] ^= 1;
            String::from_utf8(bytes).ok()
        })
        .collect()
}

fn as_it_is(secured: &Secured) -> Result<(), Failed> {
    if secured.holds(&secured.json) {
        Ok(())
    } else {
        Err(format!("{:?}", secured.outcomes(&secured.json)).into())
    }
}

fn changed_values(secured: &Secured) -> Result<(), Failed> {
    let texts = places(&secured.json, Value::is_string);
    // Every character of two of our own badges; of every other document some of each value.
    let every = secured.name.starts_with("eddsa-");
    let most = if texts.len() > LARGE { 1 } else { usize::MAX };
    for place in texts {
        let text = secured.json.pointer(&place).unwrap().as_str().unwrap();
        for flipped in flips(text, every).into_iter().take(most) {
            let mut changed = secured.json.clone();
            *changed.pointer_mut(&place).unwrap() = flipped.into();
            secured.breaks(&place, &changed)?;
        }
    }
    for place in places(&secured.json, |value| value.is_number() || value.is_boolean()) {
        let mut changed = secured.json.clone();
        let value = changed.pointer_mut(&place).unwrap();
        *value = match value.as_bool() {
            Some(truth) => json!(!truth),
            None => json!(value.as_f64().unwrap() + 1.0),
        };
        secured.breaks(&place, &changed)?;
    }
    Ok(())
}

/// Without any one value, but for the empty ones.
fn missing_values(secured: &Secured) -> Result<(), Failed> {
    let nothing = |value: &Value| value.is_null() || *value == json!([]);
    for place in places(&secured.json, Value::is_object) {
        let members = secured.json.pointer(&place).unwrap().as_object().unwrap();
        for (name, value) in members {
            let is_outer_proof = place.is_empty() && name == "proof";
            if name == "@context" || is_outer_proof || (nothing(value) && !secured.covers_json()) {
                continue;
            }
            let mut changed = secured.json.clone();
            changed.pointer_mut(&place).unwrap().as_object_mut().unwrap().shift_remove(name);
            // What is said of the same node elsewhere too is said still.
            if !secured.covers_json() && secured.statements(&changed) == secured.statements(&secured.json) {
                continue;
            }
            secured.breaks(&format!("{place}/{name}"), &changed)?;
        }
    }
    Ok(())
}

fn added_properties(secured: &Secured) -> Result<(), Failed> {
    // Where a vocabulary gives every word a meaning, an empty array has one and says nothing.
    let has_vocabulary = secured.json["@context"].to_string().contains("/credentials/examples/v2");
    let objects = places(&secured.json, Value::is_object);
    let large = objects.len() > LARGE / 2;
    for place in objects.into_iter().chain(secured.proofs()) {
        for value in [json!("x"), json!(1), json!({"name": "x"}), json!([])] {
            if large && value != json!("x") {
                continue;
            }
            if has_vocabulary && value == json!([]) && !secured.covers_json() {
                continue;
            }
            let mut changed = secured.json.clone();
            changed.pointer_mut(&place).unwrap()["addedByNobody"] = value;
            secured.breaks(&place, &changed)?;
        }
    }
    Ok(())
}

fn other_order_of_keys(secured: &Secured) -> Result<(), Failed> {
    fn backwards(value: &Value) -> Value {
        match value {
            Value::Object(members) => {
                let turned: Map<String, Value> =
                    members.iter().rev().map(|(key, value)| (key.clone(), backwards(value))).collect();
                Value::Object(turned)
            }
            Value::Array(items) => items.iter().map(backwards).collect(),
            other => other.clone(),
        }
    }
    let turned = backwards(&secured.json);
    if secured.holds(&turned) { Ok(()) } else { Err(format!("{:?}", secured.outcomes(&turned)).into()) }
}

/// Arrays are sets where RDF is signed (but for the lists of 3.0.3), and sequences where JSON is.
fn other_order_of_arrays(secured: &Secured) -> Result<(), Failed> {
    let several = |value: &Value| value.as_array().is_some_and(|items| items.first() != items.last());
    for place in places(&secured.json, several) {
        let is_list = ["/allowedValue", "/rubricCriterionLevel"].iter().any(|list| place.ends_with(list));
        let mut changed = secured.json.clone();
        changed.pointer_mut(&place).unwrap().as_array_mut().unwrap().reverse();
        if secured.covers_json() || is_list {
            secured.breaks(&place, &changed)?;
        } else if !secured.holds(&changed) {
            return Err(format!("{place}: {:?}", secured.outcomes(&changed)).into());
        }
    }
    Ok(())
}

fn changed_signatures(secured: &Secured) -> Result<(), Failed> {
    let name = secured.value_name();
    for pointer in secured.proofs() {
        let value = secured.json.pointer(&pointer).unwrap()[name].as_str().unwrap().to_owned();
        for (at, character) in value.char_indices() {
            // In steps, and the last ones all.
            if at % (value.len() / 12) != 0 && at + 4 < value.len() {
                continue;
            }
            let other = if character == '2' { '3' } else { '2' };
            let mut changed = secured.json.clone();
            let text = format!("{}{other}{}", &value[..at], &value[at + character.len_utf8()..]);
            changed.pointer_mut(&pointer).unwrap()[name] = text.into();
            secured.never_holds(&format!("{pointer} at {at}"), &changed)?;
        }
    }
    Ok(())
}

fn ill_encoded_signatures(secured: &Secured) -> Result<(), Failed> {
    let name = secured.value_name();
    let changes: [fn(&str) -> String; 9] = [
        |value| format!("{}{}", &value[..1], &value[2..]),
        |value| format!("{}1{}", &value[..1], &value[1..]),
        |value| format!("{}{}", if value.starts_with('z') { 'u' } else { 'z' }, &value[1..]),
        |value| value[1..].to_owned(),
        |value| value[..value.len() - 4].to_owned(),
        |value| format!("{value}0OIl"),
        |value| format!("{value}AAAA"),
        |value| format!("{}{}", &value[..1], value[1..].repeat(3_000)),
        |_| String::new(),
    ];
    for change in changes {
        secured.each_proof(
            |proof| proof[name] = change(proof[name].as_str().unwrap()).into(),
            |what, changed| secured.breaks(what, changed),
        )?;
    }
    for nothing in [Value::Null, json!(7), json!([]), json!({})] {
        secured.each_proof(
            |proof| proof[name] = nothing.clone(),
            |what, changed| secured.breaks(what, changed),
        )?;
    }
    Ok(())
}

fn changed_options(secured: &Secured) -> Result<(), Failed> {
    let options = [
        ("created", json!("2011-11-11T11:11:11Z")),
        ("created", json!("2099-01-01T00:00:00Z")),
        ("proofPurpose", json!("authentication")),
        ("domain", json!("example.org")),
        ("challenge", json!("abc")),
        ("nonce", json!("abc")),
        ("expires", json!("2099-01-01T00:00:00Z")),
        ("expires", json!("2012-01-01T00:00:00Z")),
        ("id", json!("urn:uuid:00000000-0000-0000-0000-000000000000")),
        ("verificationMethod", json!(7)),
    ];
    for (name, value) in options {
        secured
            .each_proof(|proof| proof[name] = value.clone(), |what, changed| secured.breaks(what, changed))?;
    }
    // Another suite may be one that Lapel has not, or one that does not fit.
    for suite in
        ["eddsa-rdfc-2022", "eddsa-jcs-2022", "ecdsa-rdfc-2019", "ecdsa-jcs-2019", "ecdsa-sd-2023", "x"]
    {
        secured.each_proof(
            |proof| {
                proof["cryptosuite"] = if proof["cryptosuite"] == suite { json!("y") } else { json!(suite) }
            },
            |what, changed| secured.never_holds(&format!("{what}: {suite}"), changed),
        )?;
    }
    secured.each_proof(|proof| proof["type"] = json!("x"), |what, changed| secured.never_holds(what, changed))
}

fn foreign_keys(secured: &Secured) -> Result<(), Failed> {
    for algorithm in [Algorithm::EdDsa, Algorithm::Es256, Algorithm::Es384, Algorithm::Rs256] {
        let key = Key::from_seed(algorithm, "somebody else");
        secured.each_proof(
            |proof| {
                proof["verificationMethod"] = format!("{}#{}", key.did_key(), key.public_multibase()).into();
            },
            |what, changed| secured.breaks(what, changed),
        )?;
    }
    Ok(())
}

/// Each proof that another one follows is taken away, or changed.
fn broken_chains(secured: &Secured) -> Result<(), Failed> {
    let Some(proofs) = secured.json["proof"].as_array() else { return Ok(()) };
    for (index, proof) in proofs.iter().enumerate() {
        let followed = |id: &Value| {
            !id.is_null()
                && proofs.iter().any(|other| {
                    let named = &other["previousProof"];
                    named == id || named.as_array().is_some_and(|ids| ids.contains(id))
                })
        };
        if !followed(&proof["id"]) {
            continue;
        }
        let mut cut = secured.json.clone();
        cut["proof"].as_array_mut().unwrap().remove(index);
        secured.breaks(&format!("proof {index} taken away"), &cut)?;
        let mut changed = secured.json.clone();
        changed["proof"][index]["created"] = "2011-11-11T11:11:11Z".into();
        let failed = secured.outcomes(&changed).unwrap();
        let count = failed.iter().filter(|outcome| matches!(outcome, Outcome::Fail(_))).count();
        if count < 2 {
            return Err(format!("proof {index} changed: {failed:?}").into());
        }
    }
    for (index, proof) in proofs.iter().enumerate().filter(|(_, proof)| proof.get("previousProof").is_some())
    {
        let mut freed = secured.json.clone();
        freed["proof"][index].as_object_mut().unwrap().shift_remove("previousProof");
        secured.breaks(&format!("proof {index} of {proof} follows nothing"), &freed)?;
    }
    Ok(())
}

/// Another version of a context, or one less: the statements change, or they are not what changed.
fn other_contexts(secured: &Secured) -> Result<(), Failed> {
    let Some(contexts) = secured.json["@context"].as_array() else { return Ok(()) };
    let before = secured.statements(&secured.json);
    for index in 0..contexts.len() {
        let mut less = contexts.clone();
        less.remove(index);
        let mut older = contexts.clone();
        older[index] = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json".into();
        let mut backwards = contexts.clone();
        backwards.reverse();
        for (what, other) in [("less", less), ("older", older), ("backwards", backwards)] {
            let mut changed = secured.json.clone();
            changed["@context"] = other.into();
            let same = before.is_some() && secured.statements(&changed) == before && !secured.covers_json();
            if secured.holds(&changed) && !same {
                return Err(format!("context {index} {what}: it holds, and says something else").into());
            }
        }
    }
    Ok(())
}

/// A context that gives the words of proofs and credentials other meanings, or their meanings other words.
fn own_contexts(secured: &Secured) -> Result<(), Failed> {
    let security = "https://w3id.org/security#";
    let credentials = "https://www.w3.org/2018/credentials#";
    for context in [
        json!({"proofPurpose": "https://e.example/purpose"}),
        json!({"assertionMethod": format!("{security}authenticationMethod")}),
        json!({"verificationMethod": "https://e.example/method"}),
        json!({"method": {"@id": format!("{security}verificationMethod"), "@type": "@id"}}),
        json!({"type": "https://e.example/type"}),
        json!({"state": {"@id": format!("{credentials}credentialStatus"), "@type": "@id"}}),
        json!({"ends": format!("{credentials}validUntil")}),
        json!({"more": "@nest"}),
        json!({"@vocab": "https://e.example/", "validUntil": null}),
    ] {
        let mut changed = secured.json.clone();
        match &mut changed["@context"] {
            Value::Array(contexts) => contexts.push(context.clone()),
            single => *single = json!([single.clone(), context.clone()]),
        }
        // A proof over JSON that states its contexts itself means the document by these alone.
        if secured.json.pointer("/proof/@context").is_some() {
            continue;
        }
        secured.breaks(&context.to_string(), &changed)?;
    }
    Ok(())
}
