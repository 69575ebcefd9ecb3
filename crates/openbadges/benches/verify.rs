//! `./dev bench verify`: what a full verification costs, from the text of a badge to its report, as a multiple of a bare
//! signature check of the same kind, and beside other libraries on the same badges in the same run. Writes the figures
//! into docs/performance.md.
//!
//! Other libraries are asked only where they are installed (`benches/peers`); `./dev bench verify` does that.

#![allow(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    clippy::format_push_string,
    clippy::type_complexity,
    missing_docs,
    reason = "a development program: a panic is a machine that cannot be measured"
)]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use lapel_testkit::{Algorithm, DataModel, Issuer, Key, Suite, now, sign_data_integrity_by};
use openbadges::artifact::PayloadContent;
use openbadges::proof::key::PublicKey;
use openbadges::proof::method;
use openbadges::{CheckId, Credential, Documents, Outcome, Policy, jsonld, verify};
use serde_json::{Value, json};

/// How often everything is measured, in turns.
const ROUNDS: usize = 40;
/// How long one measurement lasts at least, in seconds.
const LEAST: f64 = 0.004;
/// How many achievements the learner record has.
const ACHIEVEMENTS: usize = 100;
/// The goals: how many bare signature checks a simple badge may cost, and how often a peer's time it must fit in.
const MOST_CHECKS: f64 = 5.0;
const LEAST_TIMES: f64 = 10.0;

const CREATED: &str = "2026-01-01T00:00:00Z";

fn main() {
    if std::env::args().any(|argument| argument == "--test") {
        // `cargo test --benches` only asks whether the badges can be verified.
        cases().iter().for_each(Case::once);
        return;
    }
    let cases = cases();
    let mut times: Vec<(Vec<f64>, Vec<f64>)> = vec![Default::default(); cases.len()];
    measure(&cases, &mut times);
    let parts = parts(&cases[0]);
    let peers = peers(&cases);
    // Once more, so that a machine that grew slower or faster meanwhile tells on both sides.
    measure(&cases, &mut times);
    let tenths: Vec<(f64, f64)> = times.into_iter().map(|(full, bare)| (tenth(full), tenth(bare))).collect();
    report(&[against_bare(&cases, &tenths), spent(&parts), against_peers(&cases, &tenths, &peers)].concat());
}

struct Case {
    /// What is verified, for people and for peers.
    name: &'static str,
    text: String,
    is_token: bool,
    documents: Documents,
    /// The documents, for peers that fetch them.
    pages: BTreeMap<String, String>,
    key: Key,
    /// How many signatures it has.
    signatures: usize,
}

impl Case {
    fn content(&self) -> PayloadContent {
        if self.is_token {
            PayloadContent::Jws(self.text.clone())
        } else {
            PayloadContent::Json(self.text.clone())
        }
    }

    /// From text to report, as an app does it.
    fn full(&self) -> bool {
        let credential = Credential::parse(black_box(&self.content())).unwrap();
        let report = verify(&credential, &self.documents, &Policy::at(now()));
        matches!(report.check(CheckId::Integrity).outcome, Outcome::Pass(_))
    }

    fn once(&self) {
        assert!(self.full(), "{} does not hold", self.name);
    }
}

fn cases() -> Vec<Case> {
    let mut cases = vec![simple()];
    cases.extend(complete());
    let token = Issuer::did_key("bench").signing_with(Algorithm::EdDsa).achievement("Bench");
    let token = token.award_to("ada@example.org").sign_jwt();
    cases.push(of_issued("a VC-JWT (EdDSA)", &token, Algorithm::EdDsa));
    let assertion = Issuer::https("bench.example").signing_with(Algorithm::Rs256).achievement("Bench");
    let assertion = assertion.award_to("ada@example.org").sign_open_badges_2();
    cases.push(of_issued("a signed Open Badges 2.0 assertion (RS256)", &assertion, Algorithm::Rs256));
    cases.push(learner_record());
    cases
}

fn of_issued(name: &'static str, issued: &lapel_testkit::Issued, algorithm: Algorithm) -> Case {
    let pages = issued
        .documents()
        .iter()
        .map(|document| (document.url.clone(), String::from_utf8(document.bytes.clone()).unwrap()))
        .collect();
    Case {
        name,
        text: issued.text().to_owned(),
        is_token: true,
        documents: issued.at_hand(),
        pages,
        key: Key::from_seed(algorithm, "bench"),
        signatures: 1,
    }
}

fn of_json(name: &'static str, mut credential: Value, signatures: usize) -> Case {
    let key = sign(&mut credential);
    Case {
        name,
        text: credential.to_string(),
        is_token: false,
        documents: Documents::new(),
        pages: BTreeMap::new(),
        key,
        signatures,
    }
}

/// Signs by `eddsa-rdfc-2022`; the issuer is the key.
fn sign(credential: &mut Value) -> Key {
    let key = Key::from_seed(Algorithm::EdDsa, "bench");
    match &mut credential["issuer"] {
        Value::Object(profile) => drop(profile.insert("id".to_owned(), key.did_key().into())),
        other => *other = key.did_key().into(),
    }
    let method = format!("{}#{}", key.did_key(), key.public_multibase());
    sign_data_integrity_by(credential, Suite::EddsaRdfc2022, &key, &method, CREATED);
    key
}

fn badge(name: &str) -> Value {
    Issuer::did_key("bench").achievement(name).award_to("ada@example.org").credential(DataModel::V2)
}

fn simple() -> Case {
    of_json("a simple Open Badges 3.0 badge (eddsa-rdfc-2022)", badge("Teamwork"), 1)
}

/// The fullest badge of the corpus, under a key of our own; absent where the corpus is.
fn complete() -> Option<Case> {
    let path = lapel_testkit::corpus::shared()?.join("corpus/1edtech-vc-validator/ob30/complete.json");
    let mut badge: Value = serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok()?;
    let members = badge.as_object_mut()?;
    // Not to be measured here: what would have to be fetched, and others' badges inside this one.
    for name in ["credentialStatus", "refreshService", "credentialSchema", "endorsement"] {
        members.shift_remove(name);
    }
    strip(&mut badge);
    Some(of_json("a complete Open Badges 3.0 badge (eddsa-rdfc-2022)", badge, 1))
}

fn strip(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.shift_remove("endorsement");
            members.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}

fn learner_record() -> Case {
    let inner: Vec<Value> = (0..ACHIEVEMENTS)
        .map(|number| {
            let mut badge = badge(&format!("Achievement {number}"));
            sign(&mut badge);
            badge
        })
        .collect();
    let record = json!({
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
        ],
        "id": "urn:uuid:1f7b8f2c-7a0e-4d4c-9f2e-0f3a4c7f9b11",
        "type": ["VerifiableCredential", "ClrCredential"],
        "issuer": {"id": "did:example:replaced", "type": ["Profile"], "name": "Bench"},
        "name": "A record",
        "validFrom": CREATED,
        "credentialSubject": {
            "id": "did:example:learner",
            "type": ["ClrSubject"],
            "verifiableCredential": inner
        }
    });
    of_json("a learner record of 100 achievements (eddsa-rdfc-2022)", record, ACHIEVEMENTS + 1)
}

fn measure(cases: &[Case], times: &mut [(Vec<f64>, Vec<f64>)]) {
    for case in cases {
        case.once();
    }
    let bares: Vec<Box<dyn Fn()>> = cases.iter().map(bare).collect();
    for _ in 0..ROUNDS {
        for ((case, bare), (full, of_bare)) in cases.iter().zip(&bares).zip(times.iter_mut()) {
            full.push(time(&|| assert!(black_box(case.full()))));
            of_bare.push(time(bare));
        }
    }
}

/// One check of a signature by a key of this kind, over as many bytes as are signed.
fn bare(case: &Case) -> Box<dyn Fn()> {
    let message: Vec<u8> =
        if case.is_token { case.text.rsplit_once('.').unwrap().0.into() } else { vec![7; 64] };
    let signature = case.key.sign(&message);
    let key = PublicKey::from_multikey(&case.key.public_multibase()).unwrap();
    let algorithm = case.key.algorithm();
    Box::new(move || assert!(key.verifies(algorithm, black_box(&message), black_box(&signature))))
}

/// Nanoseconds that one run takes, by as many as fill the least time.
fn time(run: &dyn Fn()) -> f64 {
    let begun = Instant::now();
    let mut runs = 0;
    loop {
        run();
        runs += 1;
        let elapsed = begun.elapsed().as_secs_f64();
        if elapsed >= LEAST {
            return elapsed * 1e9 / f64::from(runs);
        }
    }
}

/// The time that the fastest tenth stay within: what else the machine does falls on the others.
fn tenth(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 10]
}

/// What the parts of one verification take, measured one by one.
fn parts(case: &Case) -> Vec<(&'static str, f64)> {
    let signed: Value = serde_json::from_str(&case.text).unwrap();
    let mut document = signed.clone();
    let mut options = document.as_object_mut().unwrap().shift_remove("proof").unwrap();
    options.as_object_mut().unwrap().shift_remove("proofValue");
    options["@context"] = document["@context"].clone();
    let key_name = options["verificationMethod"].as_str().unwrap().to_owned();
    let issuer = document["issuer"]["id"].as_str().unwrap().to_owned();
    let documents = Documents::new();
    let runs: [(&'static str, Box<dyn Fn()>); 6] = [
        ("all of it", Box::new(|| assert!(black_box(case.full())))),
        ("reading the JSON strictly", Box::new(|| drop(black_box(Credential::parse(&case.content()))))),
        ("statements of the document, in canonical form", {
            Box::new(|| drop(black_box(jsonld::canonicalize(&document))))
        }),
        ("statements of the proof's options, in canonical form", {
            Box::new(|| drop(black_box(jsonld::canonicalize(&options))))
        }),
        ("reading the key from its name", {
            Box::new(|| drop(black_box(method::resolve(&key_name, &issuer, &documents, now()))))
        }),
        ("the signature", bare(case)),
    ];
    let mut times = vec![Vec::new(); runs.len()];
    for _ in 0..ROUNDS {
        for ((_, run), times) in runs.iter().zip(&mut times) {
            times.push(time(run));
        }
    }
    let tenths: Vec<f64> = times.into_iter().map(tenth).collect();
    let rest = tenths[0] - tenths[1..].iter().sum::<f64>();
    let mut parts: Vec<(&'static str, f64)> = runs.iter().map(|(name, _)| *name).zip(tenths).collect();
    parts.push(("the other checks, and the report", rest.max(0.0)));
    parts
}

fn micros(nanos: f64) -> String {
    let micros = nanos / 1000.0;
    if micros < 100.0 { format!("{micros:.1} µs") } else { format!("{micros:.0} µs") }
}

fn against_bare(cases: &[Case], tenths: &[(f64, f64)]) -> String {
    let mut table = "| | from text to report | a bare signature check | as many signatures | ratio |\n\
                     |---|---|---|---|---|\n"
        .to_owned();
    for (case, (full, bare)) in cases.iter().zip(tenths) {
        let ratio = full / (bare * case.signatures as f64);
        table += &format!(
            "| {} | {} | {} | {} | {ratio:.1} |\n",
            case.name,
            micros(*full),
            micros(*bare),
            case.signatures
        );
    }
    let ratio = tenths[0].0 / tenths[0].1;
    let met = if ratio <= MOST_CHECKS { "met" } else { "**missed**" };
    table
        + &format!(
            "\nGoal: a simple badge within {MOST_CHECKS} bare signature checks; it takes {ratio:.1}, {met}.\n"
        )
}

fn spent(parts: &[(&'static str, f64)]) -> String {
    let whole = parts[0].1;
    let mut table = "\nWhere the time of a simple badge goes:\n\n| | | |\n|---|---|---|\n".to_owned();
    for (name, time) in &parts[1..] {
        table += &format!("| {name} | {} | {:.0} % |\n", micros(*time), 100.0 * time / whole);
    }
    table
}

/// A library's time for each case that it verified, in nanoseconds, or why it did not.
type Peer = (String, BTreeMap<String, Result<f64, String>>);

fn peers(cases: &[Case]) -> Vec<Peer> {
    let folder = std::env::temp_dir().join(format!("lapel-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let task = folder.join("task.json");
    std::fs::write(&task, task_for(cases).to_string()).unwrap();
    let peers = ["NODE"]
        .into_iter()
        .filter_map(|name| std::env::var(format!("LAPEL_PEER_{name}")).ok())
        .filter_map(|command| ask(&command, &task))
        .collect();
    std::fs::remove_dir_all(&folder).unwrap();
    peers
}

/// What peers are asked to do: the badges, the contexts that these use, and the pages of their issuers.
fn task_for(cases: &[Case]) -> Value {
    let mut pages = BTreeMap::new();
    let badges: Vec<Value> = cases
        .iter()
        .map(|case| {
            pages.extend(case.pages.clone());
            json!({"name": case.name, "text": case.text, "token": case.is_token})
        })
        .collect();
    json!({"badges": badges, "contexts": contexts(), "pages": pages, "now": now().to_string()})
}

/// The published contexts, by URL.
fn contexts() -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    let Some(folder) = lapel_testkit::corpus::shared().map(|shared| shared.join("contexts")) else {
        return found;
    };
    for line in std::fs::read_to_string(folder.join("index.jsonl")).unwrap().lines() {
        let entry: Value = serde_json::from_str(line).unwrap();
        let Ok(text) = std::fs::read_to_string(folder.join(entry["file"].as_str().unwrap())) else {
            continue;
        };
        let Ok(context) = serde_json::from_str::<Value>(&text) else { continue };
        for url in entry["urls"].as_array().unwrap() {
            found.insert(url.as_str().unwrap().to_owned(), context.clone());
        }
    }
    found
}

/// Runs a peer: a command with its arguments, to which the task is added. It prints its name, then a line of JSON for
/// each badge.
fn ask(command: &str, task: &Path) -> Option<Peer> {
    let words: Vec<&str> = command.split_whitespace().collect();
    let output = Command::new(words[0]).args(&words[1..]).arg(task).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut lines = text.lines();
    let Some(name) = lines.next() else {
        eprintln!("{command}: {}", String::from_utf8_lossy(&output.stderr));
        return None;
    };
    let times = lines
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .map(|line| {
            let time = line["nanoseconds"].as_f64().ok_or_else(|| line["problem"].to_string());
            (line["name"].as_str().unwrap_or_default().to_owned(), time)
        })
        .collect();
    Some((name.to_owned(), times))
}

fn against_peers(cases: &[Case], tenths: &[(f64, f64)], peers: &[Peer]) -> String {
    if peers.is_empty() {
        return "\nNo other library was at hand in this run.\n".to_owned();
    }
    let mut table = "\nOther libraries on the same badges in the same run, warm, contexts at hand:\n\n\
                     | library | badge | its time | times Lapel's |\n|---|---|---|---|\n"
        .to_owned();
    let mut least: Option<f64> = None;
    for (peer, times) in peers {
        for (case, (full, _)) in cases.iter().zip(tenths) {
            match times.get(case.name) {
                Some(Ok(time)) => {
                    let factor = time / full;
                    least = Some(least.map_or(factor, |least| least.min(factor)));
                    table += &format!("| {peer} | {} | {} | {factor:.0} |\n", case.name, micros(*time));
                }
                Some(Err(problem)) => table += &format!("| {peer} | {} | {problem} | |\n", case.name),
                None => {}
            }
        }
    }
    let Some(least) = least else { return table };
    let met = if least >= LEAST_TIMES { "met" } else { "**missed**" };
    table
        + &format!(
            "\nGoal: at least {LEAST_TIMES} times the rate of the fastest; it is {least:.0} times, {met}.\n"
        )
}

/// Prints the figures and puts them into docs/performance.md.
fn report(figures: &str) {
    println!("{figures}");
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/performance.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (begin, end) = ("<!-- verify-core -->\n", "<!-- end of verify-core -->");
    let (before, rest) = page.split_once(begin).unwrap();
    let (_, after) = rest.split_once(end).unwrap();
    std::fs::write(&path, format!("{before}{begin}\n{figures}\n{end}{after}")).unwrap();
}
