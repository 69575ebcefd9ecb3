//! Others' cases, one test each: every line of the corpus manifest, judged with its own documents and clock and
//! nothing else, and compared by the rules in the corpus README.
//!
//! Where Lapel and a case disagree, `corpus-exceptions.txt` says why; a listed case that passes fails.

#![allow(clippy::unwrap_used, reason = "a test program")]

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use lapel_testkit::corpus::{self, Exceptions, Failed, Trial};
use openbadges::artifact::PayloadContent;
use openbadges::proof::key::PublicKey;
use openbadges::proof::{self, method};
use openbadges::status::List;
use openbadges::{
    Answer, Artifact, CheckId, Credential, Document, Documents, EmbeddedFinding, EmbeddedReport, Fault, Gap,
    Outcome, Policy, Report, Unavailable, Verdict, verify,
};
use serde_json::Value;

fn main() {
    let arguments = corpus::Arguments::from_args();
    let trials = corpus::suite("corpus", |shared| suite(shared).unwrap_or_else(|error| vec![broken(error)]));
    corpus::run(&arguments, trials).exit();
}

fn broken(error: Failed) -> Trial {
    corpus::case("the corpus can be read", move || Err(error))
}

fn suite(shared: &Path) -> Result<Vec<Trial>, Failed> {
    let exceptions = Exceptions::parse(include_str!("corpus-exceptions.txt"))?;
    let cases: Vec<Case> = corpus::manifest(shared)?.iter().map(|line| Case::read(line, shared)).collect();
    let mut trials = vec![exceptions.no_strangers("corpus", cases.iter().map(|case| case.id.clone()))];
    let explained = include_str!("../docs/verification.md");
    let unexplained = exceptions.listed().filter(|id| !explained.contains(&format!("`{id}`")));
    let unexplained: Vec<String> = unexplained.map(str::to_owned).collect();
    trials.push(corpus::case("exceptions are explained in docs/verification.md", move || {
        if unexplained.is_empty() { Ok(()) } else { Err(unexplained.join(", ").into()) }
    }));
    trials.extend(cases.into_iter().map(|case| exceptions.case(case.id.clone(), move || case.judge())));
    Ok(trials)
}

/// A line of the manifest.
struct Case {
    id: String,
    kind: String,
    scope: String,
    expect: String,
    class: String,
    accept_unsupported: bool,
    file: PathBuf,
    clock: Timestamp,
    needs: Vec<Need>,
    identities: Vec<String>,
}

/// A URL that a case needs, and the file that answers for it (none: it answers 404).
struct Need {
    url: String,
    file: Option<PathBuf>,
    media_type: Option<String>,
}

const DEFAULT_CLOCK: &str = "2026-11-23T00:00:00Z";

impl Case {
    fn read(line: &Value, shared: &Path) -> Self {
        let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        let file = |path: &str| match path.strip_prefix("contexts:") {
            Some(path) => shared.join("contexts").join(path),
            None => shared.join("corpus").join(path),
        };
        let need = |need: &Value| Need {
            url: need["url"].as_str().unwrap_or_default().to_owned(),
            file: need["file"].as_str().map(file),
            media_type: need["content_type"].as_str().map(str::to_owned),
        };
        let strings = |value: &Value| match value {
            Value::Array(items) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            Value::String(text) => vec![text.clone()],
            _ => Vec::new(),
        };
        Self {
            id: text("id"),
            kind: text("kind"),
            scope: text("scope"),
            expect: text("expect"),
            class: text("class"),
            accept_unsupported: line["accept_unsupported"] == true,
            file: file(&text("file")),
            clock: clock(line["clock"].as_str()),
            needs: line["needs"].as_array().into_iter().flatten().map(need).collect(),
            identities: line["recipient_profile"]
                .as_object()
                .into_iter()
                .flatten()
                .flat_map(|(_, who)| strings(who))
                .collect(),
        }
    }

    fn judge(&self) -> Result<(), Failed> {
        match (self.kind.as_str(), self.scope.as_str()) {
            ("bitstring-status", _) => self.judge_list(),
            ("did-doc", _) => self.judge_keys(),
            ("bare-vc" | "vc-jwt" | "vc-sd-jwt" | "vp-jwt" | "vp-sd-jwt", "proof") => self.judge_proof(),
            ("vc-cose" | "vp-cose", _) => self.judge_cose(),
            ("vcdm2-input", _) => self.judge_form(),
            ("ob2-png" | "ob2-svg", "parse") => self.judge_extraction(),
            ("value-tables", "values") => self.judge_values(),
            (kind, "full")
                if ["ob0.5-", "ob1.0-", "ob1.1-", "ob2-", "vc-jwt"]
                    .iter()
                    .any(|known| kind.starts_with(known)) =>
            {
                self.judge_whole()
            }
            ("ob3-json" | "ob3-png" | "ob3-svg" | "ob3-endorsement" | "clr2" | "bare-vc", "full") => {
                self.judge_whole()
            }
            _ => self.judge_refusal(),
        }
    }

    fn bytes(&self) -> Result<Vec<u8>, Failed> {
        std::fs::read(&self.file).map_err(|error| format!("{}: {error}", self.file.display()).into())
    }

    fn documents(&self) -> Result<Documents, Failed> {
        let mut documents = Documents::new();
        for need in &self.needs {
            let answer = match &need.file {
                None => Answer::Unavailable(Unavailable::Http { status: 404 }),
                Some(file) => Answer::Document(Document {
                    url: need.url.clone(),
                    bytes: std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?,
                    media_type: need.media_type.clone(),
                    fetched_at: self.clock,
                    status: 200,
                }),
            };
            documents.insert(need.url.clone(), answer);
        }
        Ok(documents)
    }

    /// The badge in the case's file, links followed once as an importer would; or why there is none.
    fn credential(&self, documents: &Documents) -> Result<Result<Credential, String>, Failed> {
        let mut bytes = self.bytes()?;
        let mut link: Option<String> = None;
        for _ in 0..3 {
            let artifact = match Artifact::recognise(bytes) {
                Ok(artifact) => artifact,
                Err(error) => return Ok(Err(format!("not-a-badge/{}", error.code()))),
            };
            let Some(payload) = artifact.payloads().first() else {
                return Ok(Err("not-a-badge/empty".to_owned()));
            };
            let PayloadContent::Url(url) = &payload.content else {
                let credential = Credential::parse(&payload.content)
                    .map_err(|error| format!("parse/{}: {error}", error.code()));
                return Ok(credential.map(|credential| match &link {
                    Some(link) => credential.read_at(link),
                    None => credential,
                }));
            };
            link = Some(url.clone());
            bytes = match documents.answer(url) {
                Some(Answer::Document(document)) => document.bytes.clone(),
                _ => return Ok(Err("unreachable".to_owned())),
            };
        }
        Ok(Err("a link to a link to a link".to_owned()))
    }

    fn judge_whole(&self) -> Result<(), Failed> {
        let documents = self.documents()?;
        let credential = match self.credential(&documents)? {
            Ok(credential) => credential,
            Err(refusal) => return self.compare_refusal(&refusal),
        };
        let policy = Policy { identities: self.identities.clone(), ..Policy::at(self.clock) };
        let report = verify(&credential, &documents, &policy);
        if verify(&credential, &documents, &policy) != report {
            return Err("a replay gives another report".into());
        }
        let stored = serde_json::to_string(&report)?;
        if serde_json::from_str::<Report>(&stored)? != report {
            return Err("the report comes back from storage as another".into());
        }
        self.compare(&report).map_err(|why| format!("{why}\n{}", shown(&report)).into())
    }

    fn compare_refusal(&self, refusal: &str) -> Result<(), Failed> {
        let agrees = match self.expect.as_str() {
            "invalid" => match self.class.as_str() {
                "fetch" => refusal == "unreachable",
                "parse" | "type" | "vcdm-type" => true,
                _ => false,
            },
            "unsupported-ok" => true,
            _ => self.accept_unsupported,
        };
        if agrees {
            Ok(())
        } else {
            Err(format!("expected {} ({}), refused: {refusal}", self.expect, self.class).into())
        }
    }

    fn compare(&self, report: &Report) -> Result<(), String> {
        let unsupported = unknowns(report).any(|(_, gap)| matches!(gap, Gap::Unsupported { .. }));
        let failed = faults(report).next().is_some();
        let accepts_unsupported = self.accept_unsupported || self.expect == "unsupported-ok";
        if accepts_unsupported && unsupported && !failed {
            return Ok(());
        }
        match self.expect.as_str() {
            // What Lapel leaves open, it says in the check itself.
            "warning" if report.warnings().is_empty() && report.verdict() != Verdict::Undecided => {
                Err("no warning".to_owned())
            }
            "valid" | "warning" | "unsupported-ok" => self.is_good(report),
            "invalid" => self.is_bad(report),
            other => Err(format!("the manifest expects {other}")),
        }
    }

    /// No check fails, and what is open is what the case itself leaves open.
    fn is_good(&self, report: &Report) -> Result<(), String> {
        if let Some((id, fault)) = faults(report).next() {
            return Err(format!("{} fails: {fault}", id.as_str()));
        }
        match report.verdict() {
            Verdict::Verified => Ok(()),
            Verdict::Undecided => match unknowns(report).find(|(_, gap)| !self.leaves_open(gap)) {
                Some((id, gap)) => Err(format!("{} is open: {gap}", id.as_str())),
                None => self.are_good(report.embedded()),
            },
            other => Err(format!("the verdict is {}", other.as_str())),
        }
    }

    fn leaves_open(&self, gap: &Gap) -> bool {
        let at_hand = |url: &str| self.needs.iter().any(|need| need.url == url && need.file.is_some());
        match gap {
            Gap::SelfAssertedKey { url, .. } => !url.as_deref().is_some_and(at_hand),
            // What stands inside is asked by itself.
            Gap::IssuerUnknown { .. } | Gap::EmbeddedOpen { .. } => true,
            Gap::Missing { url } | Gap::Unavailable { url, .. } => !at_hand(url),
            // The case is about a list that cannot be relied on: what it says stays unknown.
            Gap::ListUnverified { .. } => self.class == "status-unavailable",
            gap => self.is_homeless(gap),
        }
    }

    /// A badge of Open Badges 0.5 does not say where it is hosted, and this case brings no link to it.
    fn is_homeless(&self, gap: &Gap) -> bool {
        self.kind == "ob0.5-json" && matches!(gap, Gap::Unstated { .. })
    }

    fn are_good(&self, inside: &[EmbeddedReport]) -> Result<(), String> {
        inside.iter().try_for_each(|inner| match &inner.finding {
            EmbeddedFinding::Report(report) => {
                self.is_good(report).map_err(|why| format!("{}: {why}\n{}", inner.name, shown(report)))
            }
            EmbeddedFinding::Unread { detail, .. } => Err(format!("{}: {detail}", inner.name)),
        })
    }

    /// The verdict is against the badge, by a check that belongs to the class of the case.
    fn is_bad(&self, report: &Report) -> Result<(), String> {
        let document_lacks = unknowns(report).any(|(_, gap)| {
            matches!(
                gap,
                Gap::Missing { .. }
                    | Gap::Unavailable { .. }
                    | Gap::Unreadable { .. }
                    | Gap::SelfAssertedKey { .. }
            ) || self.is_homeless(gap)
        });
        let by_document =
            matches!(self.class.as_str(), "fetch" | "did" | "key" | "status-unavailable" | "legacy");
        match report.verdict() {
            Verdict::Undecided | Verdict::Invalid if by_document && document_lacks => Ok(()),
            Verdict::Verified | Verdict::Undecided => {
                Err(format!("the verdict is {}", report.verdict().as_str()))
            }
            _ if faults(report).any(|(id, fault)| belongs(&self.class, id, fault)) => Ok(()),
            _ => Err(format!("no check of class {} fails", self.class)),
        }
    }

    /// Tables of good and bad values: each is put into the property of an otherwise sound badge that it is for. A
    /// good one is no problem there, a bad one is.
    fn judge_values(&self) -> Result<(), Failed> {
        let tables: Value = serde_json::from_slice(&self.bytes()?)?;
        let mut wrong = Vec::new();
        for (table, values) in tables.as_object().ok_or("no tables")? {
            let (piece, pointer) = place_of(table).ok_or_else(|| format!("no place for {table}"))?;
            for (quality, good) in [("good", true), ("bad", false)] {
                for value in values[quality].as_array().into_iter().flatten() {
                    if has_problem(piece, pointer, value)? == good {
                        wrong.push(format!("{table} {quality}: {value}"));
                    }
                }
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
    }

    /// Unsigned input, judged by its form alone. What the suite has its issuers fill in is filled in here.
    fn judge_form(&self) -> Result<(), Failed> {
        let text = String::from_utf8(self.bytes()?)?;
        let text =
            text.replace("PAST DATE", "2020-01-01T00:00:00Z").replace("FUTURE DATE", "2040-01-01T00:00:00Z");
        let mut body: Value = serde_json::from_str(&text)?;
        if !self.id.ends_with("no-issuer-fail") {
            let issuer = "did:web:issuer.example";
            match body.get_mut("issuer") {
                None => body["issuer"] = issuer.into(),
                Some(Value::Object(members)) if !members.contains_key("id") => {
                    members.insert("id".to_owned(), issuer.into());
                }
                Some(_) => {}
            }
        }
        let credential = match Credential::parse(&PayloadContent::Json(body.to_string())) {
            Ok(credential) => credential,
            Err(error) => return self.compare_refusal(error.code()),
        };
        let report = verify(&credential, &Documents::new(), &Policy::at(self.clock));
        match (&report.check(CheckId::Structure).outcome, self.expect.as_str()) {
            (Outcome::Pass(_), "valid") => Ok(()),
            (Outcome::Fail(Fault::Malformed { problems, .. }), "invalid")
                if problems.iter().any(|problem| is_of_form_class(&self.class, &problem.pointer)) =>
            {
                Ok(())
            }
            (outcome, expected) => {
                Err(format!("expected {expected} ({}), found {outcome:?}", self.class).into())
            }
        }
    }

    fn judge_extraction(&self) -> Result<(), Failed> {
        let found = Artifact::recognise(self.bytes()?).is_ok_and(|artifact| !artifact.payloads().is_empty());
        match (self.expect.as_str(), found) {
            ("valid", true) | ("invalid", false) => Ok(()),
            (expected, _) => Err(format!("expected {expected}; a badge was found: {found}").into()),
        }
    }

    fn judge_proof(&self) -> Result<(), Failed> {
        let bytes = self.bytes()?;
        let text = String::from_utf8(bytes)?.trim().to_owned();
        let content =
            if text.starts_with('{') { PayloadContent::Json(text) } else { PayloadContent::Jws(text) };
        let outcomes = proof::integrity(&content, &self.key_documents()?, self.clock)?;
        let passed =
            !outcomes.is_empty() && outcomes.iter().all(|outcome| matches!(outcome, Outcome::Pass(_)));
        let unsupported =
            outcomes.iter().any(|outcome| matches!(outcome, Outcome::Unknown(Gap::Unsupported { .. })));
        let unproved = outcomes.is_empty() && self.class == "no-proof";
        let failed = unproved || outcomes.iter().any(|outcome| matches!(outcome, Outcome::Fail(_)));
        match self.expect.as_str() {
            "valid" if passed => Ok(()),
            "invalid" if failed => Ok(()),
            "unsupported-ok" if passed || unsupported => Ok(()),
            _ if self.accept_unsupported && unsupported && !failed => Ok(()),
            expected => Err(format!("expected {expected}, found {outcomes:?}").into()),
        }
    }

    /// COSE is named, and nothing else is said about it.
    fn judge_cose(&self) -> Result<(), Failed> {
        let refusal = Artifact::recognise(self.bytes()?).err().map(|error| error.code());
        match refusal {
            Some("cose") if self.accept_unsupported => Ok(()),
            other => Err(format!("expected it to be named as unsupported, found {other:?}").into()),
        }
    }

    /// The key that a proof case brings, under the name of its controller.
    fn key_documents(&self) -> Result<Documents, Failed> {
        let mut documents = self.documents()?;
        for need in self.needs.iter().filter(|need| need.url == "key") {
            let Some(file) = &need.file else { continue };
            let method: Value = serde_json::from_slice(&std::fs::read(file)?)?;
            let (controller, document) = corpus::key_document(&method);
            documents.insert(
                controller.clone(),
                Answer::Document(Document {
                    url: controller,
                    bytes: document.to_string().into_bytes(),
                    media_type: None,
                    fetched_at: self.clock,
                    status: 200,
                }),
            );
        }
        Ok(documents)
    }

    fn judge_list(&self) -> Result<(), Failed> {
        let document = Document {
            url: "https://status.example/list".to_owned(),
            bytes: self.bytes()?,
            media_type: None,
            fetched_at: self.clock,
            status: 200,
        };
        let list = List::read(&document, &self.documents()?, self.clock);
        match (self.expect.as_str(), &list) {
            ("valid", Ok(list)) => list.value(0, 1).map(|_| ()).map_err(Into::into),
            ("invalid", Err(_)) => Ok(()),
            (expected, found) => Err(format!("expected {expected}, found {:?}", found.as_ref().err()).into()),
        }
    }

    /// Every key of a DID document, or of a file of many, is found where the document says, and is the one there.
    fn judge_keys(&self) -> Result<(), Failed> {
        let json: Value = serde_json::from_slice(&self.bytes()?)?;
        let many = json.get("didDocument").unwrap_or(&json);
        let documents: Vec<Value> = if json.get("id").is_some() {
            vec![json]
        } else {
            let entries = many.as_object().into_iter().flatten().map(|(_, entry)| entry);
            entries.map(|entry| entry.get("didDocument").unwrap_or(entry).clone()).collect()
        };
        if documents.is_empty() {
            return Err("no document in it".into());
        }
        documents.iter().try_for_each(|document| self.judge_did_document(document))
    }

    fn judge_did_document(&self, document: &Value) -> Result<(), Failed> {
        let did = document["id"].as_str().ok_or("a document without an id")?;
        let mut at_hand = Documents::new();
        if did.starts_with("did:web:") {
            let url = method::did_web_url(did)?;
            let bytes = serde_json::to_vec(document)?;
            at_hand.insert(
                url.clone(),
                Answer::Document(Document {
                    url,
                    bytes,
                    media_type: None,
                    fetched_at: self.clock,
                    status: 200,
                }),
            );
        }
        // Keys for agreement sign nothing: only what may make assertions is asked for.
        let asserting: Vec<&str> = each(&document["assertionMethod"]).into_iter().filter_map(id).collect();
        let listed = ["verificationMethod", "publicKey", "assertionMethod"]
            .iter()
            .flat_map(|list| each(&document[*list]));
        let methods: Vec<&Value> = listed
            .filter(|entry| entry.is_object() && id(entry).is_some_and(|id| asserting.contains(&id)))
            .collect();
        if methods.is_empty() && self.expect == "valid" {
            return Err(format!("{did} lists no key").into());
        }
        for entry in methods {
            let id = entry["id"].as_str().unwrap_or_default();
            let name = if id.starts_with('#') { format!("{did}{id}") } else { id.to_owned() };
            let found = method::resolve(&name, did, &at_hand, self.clock);
            match (&found.key, self.expect.as_str()) {
                (Ok(key), _) => {
                    same_key(key, entry)?;
                    if !matches!(found.authority, Outcome::Pass(_)) {
                        return Err(format!("{name} is not the key of {did}: {:?}", found.authority).into());
                    }
                }
                (Err(proof::Trouble::Gap(Gap::Unsupported { .. })), "unsupported-ok") => {}
                (trouble, _) => return Err(format!("{name}: {trouble:?}").into()),
            }
        }
        Ok(())
    }

    /// What is no badge of the kinds that Lapel reads is refused by name, or at least never verified.
    fn judge_refusal(&self) -> Result<(), Failed> {
        let documents = self.documents()?;
        let Ok(credential) = self.credential(&documents)? else { return Ok(()) };
        let report = verify(&credential, &documents, &Policy::at(self.clock));
        if report.verdict() == Verdict::Verified { Err(shown(&report).into()) } else { Ok(()) }
    }
}

/// Into which document, and where in it, the values of a table go.
fn place_of(table: &str) -> Option<(&'static str, &'static str)> {
    Some(match table {
        "STRINGS" => ("flat", "/badge/name"),
        "EMAILS" => ("flat", "/badge/issuer/contact"),
        "HASHES" => ("flat", "/recipient"),
        "URLS" => ("flat", "/evidence"),
        "TIMES" | "ISO8601" => ("flat", "/issued_on"),
        "OBJECTS" => ("flat", "/badge"),
        "VERSIONS" => ("flat", "/badge/version"),
        "ORIGINS" => ("flat", "/badge/issuer/origin"),
        "IDENTITY_TYPES" => ("assertion", "/recipient/type"),
        "VERIFY_TYPES" => ("assertion", "/verify/type"),
        "BOOLEANS" => ("assertion", "/recipient/hashed"),
        "ABSOLUTE_URLS" => ("assertion", "/badge"),
        "IMAGE_DATA_URLS" => ("assertion", "/image"),
        "TAGLIST" => ("class", "/tags"),
        "ALIGNMENTS" => ("class", "/alignment"),
        _ => return None,
    })
}

/// Whether a badge with `value` at `pointer` of its `piece` has a problem in that place. (Of what should be any
/// object, what is in it is not asked.)
fn has_problem(piece: &str, pointer: &str, value: &Value) -> Result<bool, Failed> {
    let flat = serde_json::json!({
        "recipient": "ada@example.org", "evidence": "https://a.example/work", "issued_on": "2013-01-01",
        "badge": { "version": "0.5.0", "name": "Rust", "image": "/art.png", "description": "d", "criteria": "/c",
            "issuer": { "origin": "https://a.example", "name": "School", "contact": "office@a.example" } },
    });
    let assertion = serde_json::json!({
        "uid": "1", "recipient": { "type": "email", "hashed": false, "identity": "ada@example.org" },
        "badge": "https://a.example/class", "issuedOn": "2013-01-01", "image": "https://a.example/baked.png",
        "verify": { "type": "hosted", "url": "https://a.example/1" },
    });
    let class = serde_json::json!({
        "name": "Rust", "description": "d", "image": "https://a.example/art.png", "tags": ["code"],
        "criteria": "https://a.example/criteria", "issuer": "https://a.example/issuer",
        "alignment": [{ "name": "S", "url": "https://s.example" }],
    });
    let (mut badge, mut class) = (if piece == "flat" { flat } else { assertion }, class);
    let place = if piece == "class" { &mut class } else { &mut badge };
    *place.pointer_mut(pointer).ok_or("no such place")? = value.clone();
    let credential = Credential::parse(&PayloadContent::Json(badge.to_string()))?;
    let document = Document {
        url: "https://a.example/class".to_owned(),
        bytes: class.to_string().into_bytes(),
        media_type: None,
        fetched_at: clock(None),
        status: 200,
    };
    let report = verify(&credential, &[document].into_iter().collect(), &Policy::at(clock(None)));
    let here = |found: &str| match pointer {
        "/badge" => found == pointer,
        _ => found == pointer || found.starts_with(&format!("{pointer}/")),
    };
    Ok(match &report.check(CheckId::Structure).outcome {
        Outcome::Fail(Fault::Malformed { problems, .. }) => {
            problems.iter().any(|problem| here(&problem.pointer))
        }
        _ => false,
    })
}

fn id(value: &Value) -> Option<&str> {
    value.as_str().or(value["id"].as_str())
}

fn each(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        Value::Null => Vec::new(),
        single => vec![single],
    }
}

/// Whether `key` is the one that `entry` writes out.
fn same_key(key: &PublicKey, entry: &Value) -> Result<(), Failed> {
    let written = if let Some(multikey) = entry["publicKeyMultibase"].as_str() {
        PublicKey::from_multikey(multikey)?
    } else if let Some(base58) = entry["publicKeyBase58"].as_str() {
        PublicKey::from_base58(entry["type"].as_str().unwrap_or_default(), base58)?
    } else {
        PublicKey::from_jwk(&entry["publicKeyJwk"])?
    };
    if written == *key { Ok(()) } else { Err(format!("another key than {entry}").into()) }
}

/// The clock of a case: the usual one, unless the case only holds before an earlier instant.
fn clock(condition: Option<&str>) -> Timestamp {
    let usual: Timestamp = DEFAULT_CLOCK.parse().unwrap();
    let before =
        condition.into_iter().flat_map(|text| text.split(", ")).find_map(|part| part.strip_prefix("before "));
    let instant = |text: &str| {
        let whole = if text.contains('T') { text.to_owned() } else { format!("{text}T00:00:00Z") };
        whole.parse::<Timestamp>().ok()
    };
    match before.and_then(instant) {
        Some(end) if end <= usual => Timestamp::from_second(end.as_second() - 60).unwrap(),
        _ => usual,
    }
}

fn unknowns(report: &Report) -> impl Iterator<Item = (CheckId, &Gap)> {
    report.checks().iter().filter(|check| check.id != CheckId::Recipient).filter_map(|check| {
        match &check.outcome {
            Outcome::Unknown(gap) => Some((check.id, gap)),
            _ => None,
        }
    })
}

fn faults(report: &Report) -> impl Iterator<Item = (CheckId, &Fault)> {
    report.checks().iter().filter_map(|check| match &check.outcome {
        Outcome::Fail(fault) => Some((check.id, fault)),
        _ => None,
    })
}

/// Where the problem of a case about the data model may lie.
fn is_of_form_class(class: &str, pointer: &str) -> bool {
    let last = pointer.rsplit('/').next().unwrap_or_default();
    match class {
        "vcdm-context" => last == "@context",
        // What a type means stands in the contexts.
        "vcdm-type" => matches!(last, "type" | "@context"),
        // The end of the validity is filed among the ids.
        "vcdm-id" => matches!(last, "id" | "validUntil"),
        "vcdm-issuer" => pointer.starts_with("/issuer"),
        "vcdm-subject" => pointer.starts_with("/credentialSubject"),
        "vcdm-text" => matches!(last, "name" | "description"),
        _ => false,
    }
}

/// Which checks may fail for a case of a class.
fn belongs(class: &str, id: CheckId, fault: &Fault) -> bool {
    match class {
        // A type that no context defines is one that no signature covers.
        "type" if matches!(fault, Fault::UndefinedTerm { pointer, .. } if pointer == "/type") => true,
        // That it says it is signed, and is not, is a fault of its proof.
        "structure" if matches!(fault, Fault::NoProof) => true,
        "structure" | "type" => id == CheckId::Structure,
        "schema" => matches!(id, CheckId::Structure | CheckId::Schema),
        "image" => matches!(id, CheckId::Structure | CheckId::Image),
        "endorsement" => id == CheckId::Endorsements,
        "extension" => id == CheckId::Schema,
        "context" | "context-attack" | "jsonld" => matches!(id, CheckId::Structure | CheckId::Integrity),
        "signature" | "algorithm" | "no-proof" | "claims" | "media-type" => id == CheckId::Integrity,
        "key" | "did" => matches!(id, CheckId::KeyAuthority | CheckId::Integrity),
        "expired" | "not-yet-valid" => id == CheckId::Dates,
        "datetime" => matches!(id, CheckId::Structure | CheckId::Dates),
        "revoked" | "status-malformed" | "status-unavailable" => id == CheckId::Status,
        "scope" | "redirect" | "fetch" => id == CheckId::Hosted,
        "recipient" => {
            id == CheckId::Recipient
                || matches!(fault, Fault::Malformed { problems, .. } if problems.iter().any(|problem| problem.pointer.starts_with("/recipient")))
        }
        _ => false,
    }
}

/// A report as text, for a failing test.
fn shown(report: &Report) -> String {
    let checks = report.checks().iter().map(|check| {
        format!("  {} {} {}: {}", check.id.as_str(), check.outcome.as_str(), check.code(), check.detail())
    });
    let warnings =
        report.warnings().iter().map(|warning| format!("  warning {}: {}", warning.code, warning.detail));
    let inside = report.embedded().iter().map(|inner| match &inner.finding {
        EmbeddedFinding::Report(report) => {
            format!("  {} {}: {}", inner.pointer, inner.name, shown(report).replace('\n', "\n  "))
        }
        EmbeddedFinding::Unread { code, detail } => format!("  {} {code}: {detail}", inner.pointer),
    });
    let lines: Vec<String> = checks.chain(warnings).chain(inside).collect();
    format!("{} ({})\n{}", report.verdict().as_str(), report.headline(), lines.join("\n"))
}
