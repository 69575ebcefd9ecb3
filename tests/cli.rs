//! The command line, run as a person or a script runs it: the built program, files, and what it prints.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says what went wrong by panicking")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lapel_testkit::{DataModel, Issued, Issuer, NOW, art, ten};
use lapel_wallet::api::Settings;
use lapel_wallet::{SelfListed, Wallet};
use openbadges::artifact::bake;
use openbadges::credential::Standard;
use serde_json::Value;
use tempfile::TempDir;

/// A folder to work in, with a home of its own, and `lapel` in it.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        name.to_owned()
    }

    /// A badge's file, and its issuer's documents in a folder `<name>.documents`.
    fn issue(&self, name: &str, issued: &Issued) -> String {
        self.documents(&format!("{name}.documents"), issued);
        self.write(name, issued.text())
    }

    fn documents(&self, folder: &str, issued: &Issued) -> String {
        let mut list = Vec::new();
        for (index, document) in issued.documents().iter().enumerate() {
            let file = format!("{index}.json");
            self.write(&format!("{folder}/{file}"), &document.bytes);
            list.push(serde_json::json!({
                "url": document.url, "file": file, "media_type": document.media_type,
                "fetched_at": document.fetched_at.to_string(), "status": document.status,
            }));
        }
        self.write(&format!("{folder}/documents.json"), serde_json::to_vec(&list).unwrap());
        folder.to_owned()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lapel"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.path("home"))
            .env("LAPEL_WALLET", self.path("wallet"))
            // No keyring is told of in this environment: what would be in one is in files.
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
            .stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Run {
        Run::of(self.command(arguments).output().unwrap())
    }

    fn run_with_stdin(&self, arguments: &[&str], stdin: &[u8]) -> Run {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(stdin).unwrap();
        Run::of(child.wait_with_output().unwrap())
    }

    /// `lapel verify --offline --explain`, at the test kit's instant.
    fn explain(&self, arguments: &[&str]) -> Run {
        self.run(&[&["verify", "--offline", "--explain", "--at", NOW], arguments].concat())
    }

    /// `lapel verify --offline --json`, at the test kit's instant.
    fn verify(&self, arguments: &[&str]) -> Run {
        self.run(&[&["verify", "--offline", "--json", "--at", NOW], arguments].concat())
    }
}

/// What a run gave.
#[derive(Debug)]
struct Run {
    status: i32,
    stdout: Vec<u8>,
    stderr: String,
}

impl Run {
    fn of(output: Output) -> Self {
        Self {
            status: output.status.code().unwrap(),
            stdout: output.stdout,
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).unwrap()
    }

    fn lines(&self) -> Vec<Value> {
        self.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[track_caller]
    fn one_line(&self) -> Value {
        let mut lines = self.lines();
        assert_eq!(lines.len(), 1, "{self:?}");
        lines.remove(0)
    }
}

fn university() -> Issuer {
    Issuer::did_web("university.example")
}

/// A badge that its documents verify.
fn good() -> Issued {
    university().achievement("Rust").award_to("ada@example.org").sign_jwt()
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

fn check<'a>(line: &'a Value, name: &str) -> &'a Value {
    let found = line["checks"].as_array().unwrap().iter().find(|check| check["check"] == name);
    found.unwrap_or_else(|| panic!("no check {name} in {line}"))
}

mod verify {
    use super::*;

    #[test]
    fn a_line_has_the_shape_of_the_contract() {
        let desk = Desk::new();
        let file = desk.issue("rust.jwt", &good());
        let run = desk.verify(&["--documents", "rust.jwt.documents", &file]);
        let line = run.one_line();
        assert_eq!(
            keys(&line),
            [
                "input", "format", "verdict", "checks", "warnings", "badge", "because", "embedded", "as_of",
                "missing"
            ]
        );
        assert_eq!(line["input"], "rust.jwt");
        assert_eq!(line["format"], "jws");
        assert_eq!(line["verdict"], "verified", "{line}");
        assert_eq!(line["as_of"], NOW);
        assert_eq!(line["missing"], serde_json::json!([]));
        let checks = line["checks"].as_array().unwrap();
        let names: Vec<&str> = checks.iter().map(|check| check["check"].as_str().unwrap()).collect();
        assert_eq!(
            names,
            [
                "structure",
                "integrity",
                "key_authority",
                "hosted",
                "issuer",
                "dates",
                "status",
                "recipient",
                "schema",
                "endorsements",
                "image",
                "credentials"
            ]
        );
        assert!(
            line["because"].as_str().is_some_and(|because| because.starts_with("It is verified")),
            "{line}"
        );
        for check in checks {
            let keys: Vec<&str> = keys(check).into_iter().filter(|key| *key != "would_decide").collect();
            assert_eq!(keys, ["check", "outcome", "code", "detail", "documents"]);
            let outcome = check["outcome"].as_str().unwrap();
            assert!(["pass", "fail", "unknown", "not_applicable"].contains(&outcome), "{outcome}");
            assert!(check["code"].as_str().is_some_and(|code| code.contains('.')), "{check}");
            assert!(check["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{check}");
        }
        assert_eq!(
            check(&line, "key_authority")["documents"],
            serde_json::json!(["https://university.example/.well-known/did.json"])
        );
        let badge = &line["badge"];
        assert_eq!(badge["name"], "Rust");
        assert_eq!(badge["recipient"], "ada@example.org");
        assert_eq!(badge["issued_on"], "2026-01-15T09:30:00Z");
        assert_eq!(badge["expires_on"], Value::Null);
        assert_eq!(badge["issuer_id"], "did:web:university.example");
        assert!(badge["issuer"].as_str().is_some_and(|name| !name.is_empty()));
        assert_eq!(run.status, 0);
    }

    /// A learner record whose first badge is genuine and whose second was changed, with a place for a third.
    fn record(desk: &Desk) -> (String, String) {
        let school = university();
        let signed = |name| school.achievement(name).sign_data_integrity(DataModel::V2);
        let cooking = signed("Cooking");
        let cooking =
            cooking.with_text(cooking.text().replace("Awarded for Cooking.", "Cooked for the king."));
        let issued = school
            .record("Transcript", &[signed("Rust"), cooking])
            .with(
                "/credentialSubject/verifiableCredential/-",
                "urn:uuid:1f3a0a52-6d54-4a0e-9d8e-6f6d5c9a7b10",
            )
            .sign();
        (desk.issue("record.json", &issued), "record.json.documents".to_owned())
    }

    #[test]
    fn what_is_inside_is_judged_by_itself_and_told_below() {
        let desk = Desk::new();
        let (file, documents) = record(&desk);
        let line = desk.verify(&["--documents", &documents, &file]).one_line();
        assert_eq!(line["verdict"], "invalid", "{line}");
        assert_eq!(check(&line, "integrity")["outcome"], "pass");
        assert_eq!(check(&line, "credentials")["code"], "credentials.failed");
        let inside = line["embedded"].as_array().unwrap();
        let told: Vec<_> = inside
            .iter()
            .map(|inner| [&inner["pointer"], &inner["role"], &inner["verdict"], &inner["badge"]["name"]])
            .collect();
        let at = |index: u32| format!("/credentialSubject/verifiableCredential/{index}");
        let (first, second, third) = (Value::from(at(0)), Value::from(at(1)), Value::from(at(2)));
        assert_eq!(
            told,
            [
                [&first, &"credential".into(), &"verified".into(), &"Rust".into()],
                [&second, &"credential".into(), &"invalid".into(), &"Cooking".into()],
                [&third, &"credential".into(), &"error".into(), &Value::Null],
            ]
        );
        assert_eq!(check(&inside[1], "integrity")["outcome"], "fail");
        assert_eq!(inside[0]["embedded"], serde_json::json!([]));
        assert!(inside[2]["error"]["detail"].is_string(), "{}", inside[2]);

        let text = desk.run(&["verify", "--offline", "--at", NOW, "--documents", &documents, &file]);
        assert!(
            text.text().contains("Credentials inside it: 3 (1 verified, 1 invalid, 1 not read)"),
            "{}",
            text.text()
        );
    }

    #[test]
    fn explained_a_good_badge_says_what_each_check_stands_on() {
        let desk = Desk::new();
        let file = desk.issue("rust.jwt", &good());
        let run = desk.explain(&["--documents", "rust.jwt.documents", &file]);
        let text = run.text();
        let issued = good();
        let document = &issued.documents()[0];
        let digest = openbadges::document::sha256_hex(&document.bytes);
        assert!(text.contains("Does the issuer itself say that it signs with this key?"), "{text}");
        assert!(text.contains(&format!("stands on {}\n", document.url)), "{text}");
        assert!(text.contains(&format!("SHA-256 {digest}, fetched 2026-")), "{text}");
        assert!(text.trim_end().lines().last().unwrap().contains("Why: It is verified because"), "{text}");
        assert!(!text.contains("expected:"), "{text}");
        assert_eq!(run.status, 0);
    }

    #[test]
    fn explained_a_bad_badge_says_what_was_expected_and_what_is_there() {
        let desk = Desk::new();
        let (file, documents) = record(&desk);
        let run = desk.explain(&["--documents", &documents, &file]);
        let text = run.text();
        let inside =
            text.split("Credentials inside it: 3 (1 verified, 1 invalid, 1 not read)").nth(1).unwrap();
        let (first, others) = inside.split_once("2. Cooking, issued by").unwrap();
        let (cooking, unread) = others.split_once("3. ").unwrap();
        assert!(first.contains("1. Rust") && first.contains("Why: It is verified"), "{text}");
        assert!(cooking.contains("expected:") && cooking.contains("found:"), "{text}");
        assert!(cooking.contains("Why: It is invalid because this failed: its signature."), "{text}");
        assert!(unread.contains("Not read: "), "{text}");
        let whole = text.trim_end().lines().last().unwrap();
        assert!(
            whole.starts_with("  Why: It is invalid because this failed: the credentials in it."),
            "{text}"
        );
        assert_eq!(run.status, 1);
    }

    #[test]
    fn explained_an_open_badge_says_what_would_decide_it() {
        let desk = Desk::new();
        let file = desk.write("rust.jwt", good().text());
        let run = desk.explain(&[&file]);
        let text = run.text();
        assert!(
            text.contains(
                "would be decided by: The document at https://university.example/.well-known/did.json"
            ),
            "{text}"
        );
        let last = text.trim_end().lines().last().unwrap();
        assert!(
            last.contains("Why: It is undecided because nothing failed, but this decides and is open"),
            "{text}"
        );
        assert!(last.contains(": its signature"), "{text}");
        assert_eq!(run.status, 3);
    }

    #[test]
    fn the_status_says_the_worst() {
        let desk = Desk::new();
        let issued = good();
        let documents = desk.documents("documents", &issued);
        let good = desk.write("good", issued.text());
        let expired = university().achievement("Rust").expires("2026-02-01T00:00:00Z").sign_jwt();
        let expired = desk.write("expired", expired.text());
        let forged = university().achievement("Rust").sign_jwt().text().replace('.', "..");
        let unreadable = desk.write("unreadable", forged);
        let tampered = {
            // Another payload under the signature of the first.
            let other = university().achievement("Haskell").sign_jwt();
            let (mine, others): (Vec<&str>, Vec<&str>) =
                (issued.text().split('.').collect(), other.text().split('.').collect());
            desk.write("tampered", format!("{}.{}.{}", mine[0], others[1], mine[2]))
        };
        let open = Issuer::did_web("elsewhere.example").achievement("Go").sign_jwt();
        let open = desk.write("open", open.text());
        for (inputs, verdicts, status) in [
            (vec![&good], vec!["verified"], 0),
            (vec![&expired], vec!["expired"], 1),
            (vec![&tampered], vec!["invalid"], 1),
            (vec![&open], vec!["undecided"], 3),
            (vec![&unreadable], vec!["error"], 2),
            (vec![&good, &open], vec!["verified", "undecided"], 3),
            (vec![&open, &tampered, &good], vec!["undecided", "invalid", "verified"], 1),
            (vec![&unreadable, &good, &expired], vec!["error", "verified", "expired"], 2),
        ] {
            let inputs: Vec<&str> = inputs.iter().map(|input| input.as_str()).collect();
            let run = desk.verify(&[&["--documents", &documents], &inputs[..]].concat());
            let lines = run.lines();
            let found: Vec<&str> = lines.iter().map(|line| line["verdict"].as_str().unwrap()).collect();
            assert_eq!((found, run.status), (verdicts, status), "{inputs:?}");
            let named: Vec<&str> = lines.iter().map(|line| line["input"].as_str().unwrap()).collect();
            assert_eq!(named, inputs);
        }
    }

    #[test]
    fn without_documents_it_says_what_is_missing() {
        let desk = Desk::new();
        let file = desk.write("rust.jwt", good().text());
        let run = desk.verify(&[&file]);
        let line = run.one_line();
        assert_eq!((line["verdict"].as_str(), run.status), (Some("undecided"), 3));
        assert_eq!(line["missing"], serde_json::json!(["https://university.example/.well-known/did.json"]));
        assert_eq!(check(&line, "key_authority")["outcome"], "unknown");
    }

    /// The inputs of a proof give the signed bytes again, and the verdict is as it was.
    #[test]
    fn what_proofs_are_computed_from_is_told_on_request() {
        use openbadges::document::sha256_hex;
        let desk = Desk::new();
        let issued =
            university().achievement("Rust").award_to("ada@example.org").sign_data_integrity(DataModel::V2);
        let documents = desk.documents("documents", &issued);
        let file = desk.write("rust.json", issued.text());
        let plain = desk.verify(&["--documents", &documents, &file]).one_line();
        let run = desk.verify(&["--debug-proof", "--documents", &documents, &file]);
        let mut line = run.one_line();
        let proofs = line.as_object_mut().unwrap().remove("proofs").unwrap();
        assert_eq!(line, plain, "nothing else changes");
        let inputs = &proofs[0];
        let hash = |half: &Value| sha256_hex(half["text"].as_str().unwrap().as_bytes());
        let (options, document) = (hash(&inputs["options"]), hash(&inputs["document"]));
        assert_eq!(inputs["document"]["hash"], document.as_str());
        assert_eq!(inputs["signed"], format!("{options}{document}"));
        assert_eq!(inputs["key"]["documents"][0]["url"], "https://university.example/.well-known/did.json");
        assert!(inputs["contexts"].as_array().unwrap().len() >= 2, "{inputs}");

        let told = desk.run(&["verify", "--offline", "--debug-proof", "--at", NOW, &file]);
        assert!(told.text().contains("Proof inputs: eddsa-rdfc-2022"), "{told:?}");
        assert!(told.text().contains("<https://schema.org/name> \"Rust\" ."), "{told:?}");
        let token = desk.write("rust.jwt", good().text());
        let of_token = desk.verify(&["--debug-proof", &token]).one_line();
        let signed = good()
            .text()
            .rsplit_once('.')
            .unwrap()
            .0
            .bytes()
            .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        assert_eq!(of_token["proofs"][0]["signed"], signed);
    }

    #[test]
    fn an_unreadable_input_says_why_and_the_others_are_judged() {
        let desk = Desk::new();
        let issued = good();
        let documents = desk.documents("documents", &issued);
        let good = desk.write("good", issued.text());
        desk.write("notes.txt", "Remember the milk.");
        let run =
            desk.verify(&["--documents", &documents, "missing.png", "notes.txt", "documents", "b99", &good]);
        let lines = run.lines();
        assert_eq!(run.status, 2);
        for line in &lines[..4] {
            assert_eq!(line["verdict"], "error");
            assert_eq!(keys(&line["error"]), ["code", "message", "hint"]);
            for text in line["error"].as_object().unwrap().values() {
                assert!(text.as_str().is_some_and(|text| !text.is_empty()), "{line}");
            }
        }
        assert_eq!(lines[0]["error"]["code"], "input.unreadable");
        assert_eq!(lines[2]["error"]["code"], "input.folder");
        assert_eq!(lines[4]["verdict"], "verified");
    }

    #[test]
    fn standard_input_is_a_dash() {
        let desk = Desk::new();
        let issued = good();
        let documents = desk.documents("documents", &issued);
        let arguments = ["verify", "--offline", "--json", "--at", NOW, "--documents", &documents, "-"];
        let run = desk.run_with_stdin(&arguments, issued.text().as_bytes());
        let line = run.one_line();
        assert_eq!((line["input"].as_str(), line["verdict"].as_str()), (Some("-"), Some("verified")));
        assert_eq!(run.status, 0);
    }

    #[test]
    fn the_instant_decides_about_dates() {
        let desk = Desk::new();
        let issued = university().achievement("Rust").expires("2026-02-01T00:00:00Z").sign_jwt();
        let file = desk.issue("rust", &issued);
        for (at, verdict) in [
            ("2026-01-20T00:00:00Z", "verified"),
            ("2026-02-02T00:00:00Z", "expired"),
            ("2026-02-01T01:30:00+02:00", "verified"),
            ("2025-01-01T00:00:00Z", "invalid"),
        ] {
            let run = desk.run(&[
                "verify",
                "--offline",
                "--json",
                "--at",
                at,
                "--documents",
                "rust.documents",
                &file,
            ]);
            let line = run.one_line();
            assert_eq!(line["verdict"], verdict, "{at}: {line}");
        }
    }

    #[test]
    fn one_identity_of_several_is_enough() {
        let desk = Desk::new();
        let file = desk.issue("rust", &good());
        let outcome = |identities: &[&str]| {
            let mut arguments = vec!["--documents", "rust.documents"];
            for identity in identities {
                arguments.extend(["--identity", identity]);
            }
            arguments.push(&file);
            let line = desk.verify(&arguments).one_line();
            check(&line, "recipient")["outcome"].as_str().unwrap().to_owned()
        };
        assert_eq!(outcome(&[]), "not_applicable");
        assert_eq!(outcome(&["ada@example.org"]), "pass");
        assert_eq!(outcome(&["grace@example.org", "ada@example.org"]), "pass");
        assert_eq!(outcome(&["grace@example.org"]), "fail");
    }

    #[test]
    fn documents_answer_with_their_status() {
        let desk = Desk::new();
        let file = desk.write("rust", good().text());
        let did = "https://university.example/.well-known/did.json";
        desk.write(
            "documents/documents.json",
            serde_json::json!([{"url": did, "file": null, "status": 404}]).to_string(),
        );
        let run = desk.verify(&["--documents", "documents", &file]);
        let line = run.one_line();
        assert_eq!(line["verdict"], "undecided", "{line}");
        let detail = check(&line, "key_authority")["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains("404"), "{detail}");
        assert_eq!(run.status, 3);
    }

    #[test]
    fn a_link_is_answered_by_the_documents_and_else_undecided() {
        let desk = Desk::new();
        let hosted = Issuer::https("university.example").achievement("Rust").host();
        let documents = desk.documents("documents", &hosted);
        let id: Value = serde_json::from_str(hosted.text()).unwrap();
        let id = id["id"].as_str().unwrap();
        let line = desk.verify(&["--documents", &documents, id]).one_line();
        assert_eq!(
            (line["format"].as_str(), line["verdict"].as_str()),
            (Some("url"), Some("verified")),
            "{line}"
        );
        let run = desk.verify(&[id]);
        let line = run.one_line();
        assert_eq!((line["verdict"].as_str(), run.status), (Some("undecided"), 3), "{line}");
        assert_eq!(line["missing"], serde_json::json!([id]));
        assert_eq!(check(&line, "hosted")["outcome"], "unknown");
    }

    #[test]
    fn a_link_that_answers_410_is_a_badge_that_was_taken_back() {
        let desk = Desk::new();
        let url = "https://university.example/assertions/1.json";
        let gone = serde_json::json!([{ "url": url, "status": 410 }]);
        desk.write("gone/documents.json", gone.to_string());
        let run = desk.verify(&["--documents", "gone", url]);
        let line = run.one_line();
        assert_eq!((line["verdict"].as_str(), run.status), (Some("revoked"), 1), "{line}");
        assert_eq!(check(&line, "status")["code"], "status.revoked");
        assert_eq!(line["missing"], serde_json::json!([]));
    }

    #[test]
    fn a_badge_of_open_badges_0_5_is_known_by_its_link() {
        let desk = Desk::new();
        let flat = Issuer::https("university.example").achievement("Rust").host_open_badges_05();
        let documents = desk.documents("documents", &flat);
        let line = desk.verify(&["--documents", &documents, flat.link().unwrap()]).one_line();
        assert_eq!(line["verdict"], "verified", "{line}");
        assert_eq!(line["badge"]["standard"], "Open Badges 0.5");
        let file = desk.write("flat.json", flat.text());
        let line = desk.verify(&["--documents", &documents, &file]).one_line();
        assert_eq!(
            (line["verdict"].as_str(), check(&line, "hosted")["code"].as_str()),
            (Some("undecided"), Some("check.unstated"))
        );
    }

    #[test]
    fn the_wallet_is_left_alone() {
        let desk = Desk::new();
        let file = desk.issue("rust", &good());
        desk.verify(&["--documents", "rust.documents", &file]);
        desk.verify(&["missing"]);
        assert!(!desk.path("wallet").exists());
        assert!(!desk.path("home").exists());
    }

    #[test]
    fn a_file_wins_over_a_badge_of_that_name() {
        let desk = Desk::new();
        desk.issue("b17", &good());
        let line = desk.verify(&["--documents", "b17.documents", "b17"]).one_line();
        assert_eq!(line["verdict"], "verified");
        assert!(!desk.path("wallet").exists());
    }

    #[test]
    fn a_baked_image_is_judged_by_what_it_carries() {
        let desk = Desk::new();
        let issued = good();
        let documents = desk.documents("documents", &issued);
        let png = bake(&art::png("Rust"), issued.content(), Standard::Ob3).unwrap();
        let svg = bake(art::svg("Rust").as_bytes(), issued.content(), Standard::Ob3).unwrap();
        desk.write("rust.png", png);
        desk.write("rust.svg", svg);
        let lines = desk.verify(&["--documents", &documents, "rust.png", "rust.svg"]).lines();
        let found: Vec<_> =
            lines.iter().map(|l| (l["format"].as_str().unwrap(), l["verdict"].as_str().unwrap())).collect();
        assert_eq!(found, [("png", "verified"), ("svg", "verified")]);
    }

    #[test]
    fn wrong_usage_is_two() {
        let desk = Desk::new();
        let file = desk.write("rust", good().text());
        desk.write("broken/documents.json", "{}");
        for arguments in [
            &["verify"][..],
            &["verify", "--at", "yesterday", &file],
            &["verify", "--documents", "nowhere", &file],
            &["verify", "--documents", "broken", &file],
            &["verify", "--no-such-option", &file],
            &["frobnicate"],
            &[],
        ] {
            let run = desk.run(arguments);
            assert_eq!(run.status, 2, "{arguments:?}: {run:?}");
            assert!(!run.stderr.is_empty(), "{arguments:?}");
        }
    }

    #[test]
    fn hostile_text_does_not_reach_the_terminal() {
        let desk = Desk::new();
        let issued =
            university().achievement("Rust\u{1b}]0;owned\u{7}\u{202e}\u{9b}2J\r\nverified").sign_jwt();
        let file = desk.issue("rust", &issued);
        let run = desk.run(&["verify", "--offline", "--at", NOW, "--documents", "rust.documents", &file]);
        assert!(run.text().contains("Rust]0;owned"), "{}", run.text());
        let steering = |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
        assert!(!run.text().contains(steering), "{:?}", run.text());
        assert_eq!(run.status, 0);
    }

    #[test]
    fn nobody_listening_is_no_disaster() {
        let desk = Desk::new();
        let file = desk.issue("rust", &good());
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = desk.command(&["verify", "--offline", "--json", &file]);
        let output =
            command.stdout(writer).stderr(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap();
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
        assert_eq!(output.status.code(), Some(141));
    }
}

mod wallet {
    use super::*;

    #[test]
    fn a_pattern_is_what_it_matches() {
        let desk = Desk::new();
        for name in ["Rust", "Chess"] {
            desk.write(&format!("{name}.jwt"), university().achievement(name).sign_jwt().text().as_bytes());
        }
        desk.write("notes.txt", b"dear diary");
        let run = desk.run(&["import", "--offline", "--json", "*.jwt"]);
        assert_eq!((run.status, run.lines().len()), (0, 2), "{}", run.text());
        let run = desk.run(&["import", "--offline", "--json", "*.png"]);
        assert_eq!(run.one_line()["error"]["code"], "import.no-match");
        assert_eq!(run.status, 1);
    }

    #[test]
    fn a_badge_goes_in_and_comes_out_bit_for_bit() {
        let desk = Desk::new();
        let issued = university().achievement("Rust").award_to("ada@example.org").with_art().sign_jwt();
        let png = bake(&art::png("Rust"), issued.content(), Standard::Ob3).unwrap();
        desk.write("rust.png", &png);

        let run = desk.run(&["import", "--offline", "--json", "rust.png"]);
        let line = run.one_line();
        assert_eq!(
            (line["source"].as_str(), line["outcome"].as_str()),
            (Some("rust.png"), Some("added")),
            "{line}"
        );
        assert_eq!(run.status, 0);
        let id = format!("b{}", line["badge"]["id"]);

        let list = desk.run(&["list", "--json"]).one_line();
        assert_eq!(list["name"], "Rust");
        assert_eq!(list["id"], line["badge"]["id"]);
        let text = desk.run(&["list"]);
        assert!(text.text().starts_with(&format!("{id}  undecided  2026-01-15  Rust  ")), "{}", text.text());

        let shown = desk.run(&["show", "--json", &id]).one_line();
        assert_eq!(
            keys(&shown),
            [
                "summary",
                "card",
                "credential_kind",
                "report",
                "history",
                "artifacts",
                "versions",
                "credential_text"
            ]
        );
        assert_eq!(shown["credential_text"], issued.text());
        assert!(desk.run(&["show", &id]).text().contains("ada@example.org"));

        assert_eq!(desk.run(&["search", "--json", "rust"]).one_line()["id"], line["badge"]["id"]);
        assert_eq!(desk.run(&["search", "--json", "ada@example.org"]).lines().len(), 1);
        assert_eq!(desk.run(&["search", "--json", "haskell"]).lines().len(), 0);

        let run = desk.run(&["export", "--json", &id, "-o", "out.png"]);
        let exported = run.one_line();
        assert_eq!(
            (exported["path"].as_str(), exported["format"].as_str()),
            (Some("out.png"), Some("original"))
        );
        assert_eq!(fs::read(desk.path("out.png")).unwrap(), png);
        assert_eq!(desk.run(&["export", &id, "-o", "-"]).stdout, png);

        let removed = desk.run(&["rm", "--json", &id]).one_line();
        assert_eq!(removed["removed"], 1);
        assert_eq!(desk.run(&["list", "--json"]).lines().len(), 0);
        let token = removed["token"].to_string();
        assert_eq!(desk.run(&["restore", "--json", &token]).one_line()["restored"], 1);
        assert_eq!(desk.run(&["list", "--json"]).one_line()["id"], line["badge"]["id"]);
        assert_eq!(desk.run(&["export", &id, "-o", "-"]).stdout, png);
    }

    #[test]
    fn every_form_that_a_badge_has_can_be_saved() {
        let desk = Desk::new();
        let issued = university().achievement("Rust").award_to("ada@example.org").with_art().sign_jwt();
        let png = bake(&art::png("Rust"), issued.content(), Standard::Ob3).unwrap();
        desk.write("rust.png", &png);
        desk.run(&["import", "--offline", "rust.png"]);
        assert_eq!(desk.run(&["export", "b1", "--as", "jwt", "-o", "-"]).text(), issued.text());
        let run = desk.run(&["export", "b1", "--as", "png"]);
        assert_eq!(run.status, 0, "{run:?}");
        assert!(run.text().contains("ada@example.org"), "{}", run.text());
        let saved: Vec<String> = fs::read_dir(desk.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.starts_with("Rust - "))
            .collect();
        assert_eq!(saved.len(), 1);
        let line = desk.verify(&[&saved[0]]).one_line();
        assert_eq!((line["format"].as_str(), line["badge"]["name"].as_str()), (Some("png"), Some("Rust")));
        let run = desk.run(&["export", "b1", "--as", "json", "--json"]);
        assert_eq!(
            (run.status, run.one_line()["error"]["code"].as_str()),
            (1, Some("share.format-not-available"))
        );
        // Its picture is a PNG: an SVG is made around it.
        desk.run(&["export", "b1", "--as", "svg", "-o", "rust.svg"]);
        assert_eq!(desk.verify(&["rust.svg"]).one_line()["badge"]["name"], "Rust");
    }

    #[test]
    fn a_badge_without_a_picture_gets_a_drawn_one_and_any_size() {
        let desk = Desk::new();
        let file = desk.write("rust.jwt", good().text());
        desk.run(&["import", "--offline", &file]);
        for (form, size, side) in [("png", "400", 400), ("png", "64", 64)] {
            let run = desk.run(&["export", "b1", "--as", form, "--size", size, "-o", "-"]);
            let image = image::load_from_memory(&run.stdout).unwrap();
            assert_eq!((image.width(), image.height()), (side, side));
            desk.write("drawn.png", &run.stdout);
            assert_eq!(desk.verify(&["drawn.png"]).one_line()["badge"]["name"], "Rust");
        }
        desk.run(&["export", "b1", "--as", "svg", "-o", "drawn.svg"]);
        assert_eq!(desk.verify(&["drawn.svg"]).one_line()["badge"]["name"], "Rust");
        for (form, size, code) in [
            ("png", "9", "share.bad-size"),
            ("png", "5000", "share.bad-size"),
            ("svg", "64", "share.no-size"),
        ] {
            let run = desk.run(&["export", "b1", "--as", form, "--size", size, "-o", "-", "--json"]);
            assert_eq!(run.one_line()["error"]["code"], code);
        }
    }

    #[test]
    fn several_badges_are_saved_in_a_folder_or_an_archive() {
        let desk = Desk::new();
        let texts: Vec<String> = ["Rust", "Go", "Rust"]
            .iter()
            .enumerate()
            .map(|(index, name)| {
                let badge =
                    university().achievement(name).issued(&format!("2020-0{}-01T00:00:00Z", index + 1));
                badge.sign_jwt().text().to_owned()
            })
            .collect();
        for (index, text) in texts.iter().enumerate() {
            let file = desk.write(&format!("{index}.jwt"), text);
            desk.run(&["import", "--offline", &file]);
        }
        let run = desk.run(&["export", "--all", "-o", "out"]);
        assert_eq!(run.status, 0, "{run:?}");
        let saved = |folder: &str| {
            let entries = fs::read_dir(desk.path(folder)).unwrap().map(|entry| entry.unwrap().path());
            let mut texts: Vec<String> = entries.map(|path| fs::read_to_string(path).unwrap()).collect();
            texts.sort();
            texts
        };
        let mut expected = texts.clone();
        expected.sort();
        assert_eq!(saved("out"), expected, "two badges of the same name are two files");
        let run = desk.run(&["export", "b1", "b2", "--as", "json", "-o", "json", "--json"]);
        assert_eq!((run.status, run.lines().len()), (1, 2), "a JWT has no JSON form");

        desk.run(&["export", "--all", "--as", "zip"]);
        let archive = fs::File::open(desk.path("badges.zip")).unwrap();
        let mut archive = zip::ZipArchive::new(archive).unwrap();
        let mut text = |name: &str| std::io::read_to_string(archive.by_name(name).unwrap()).unwrap();
        let index: Value = serde_json::from_str(&text("index.json")).unwrap();
        let badges = index["badges"].as_array().unwrap();
        let mut found: Vec<String> =
            badges.iter().map(|badge| text(badge["file"].as_str().unwrap())).collect();
        found.sort();
        assert_eq!(found, expected);
        assert!(badges.iter().all(|badge| badge["verdict"] == "undecided"));
        let page = text("index.html");
        assert!(page.contains("Rust") && !page.contains("Verified") && !page.contains("<script"), "{page}");
        assert_eq!(desk.run(&["export", "--all", "-o", "-"]).status, 2);
    }

    #[test]
    fn a_file_that_is_there_is_not_replaced_unasked() {
        let desk = Desk::new();
        let file = desk.write("rust.jwt", good().text());
        desk.run(&["import", "--offline", &file]);
        desk.write("mine", "precious");
        let run = desk.run(&["export", "--json", "b1", "-o", "mine"]);
        assert_eq!((run.status, run.one_line()["error"]["code"].as_str()), (1, Some("export.exists")));
        assert_eq!(fs::read(desk.path("mine")).unwrap(), b"precious");
        assert_eq!(desk.run(&["export", "b1", "-o", "mine", "--force"]).status, 0);
        assert_eq!(fs::read_to_string(desk.path("mine")).unwrap(), good().text());
    }

    #[test]
    fn folders_are_walked_and_every_source_gets_its_line() {
        let desk = Desk::new();
        desk.write("badges/2/haskell.jwt", university().achievement("Haskell").sign_jwt().text());
        desk.write("badges/1.jwt", good().text());
        desk.write("badges/again.jwt", good().text());
        desk.write("badges/notes.txt", "Remember the milk.");
        desk.write("badges/.DS_Store", "hidden");
        let run = desk.run(&["import", "--offline", "--json", "badges", "missing.png"]);
        let lines = run.lines();
        let outcome = |source: &str| {
            let line = lines.iter().find(|line| line["source"] == source);
            line.unwrap_or_else(|| panic!("no line for {source}"))["outcome"].as_str().unwrap()
        };
        assert_eq!(lines.len(), 5, "{lines:?}");
        assert_eq!(outcome("badges/2/haskell.jwt"), "added");
        // Whichever of the twins came first is the badge.
        let mut twins = [outcome("badges/1.jwt"), outcome("badges/again.jwt")];
        twins.sort_unstable();
        assert_eq!(twins, ["added", "already_there"]);
        assert_eq!((outcome("badges/notes.txt"), outcome("missing.png")), ("failed", "failed"));
        assert_eq!(run.status, 1);
        for line in lines.iter().filter(|line| line["outcome"] == "failed") {
            assert_eq!(keys(&line["error"]), ["code", "message", "hint"]);
        }
        assert_eq!(desk.run(&["list", "--json"]).lines().len(), 2);
        let run = desk.run(&["import", "--offline", "badges/1.jwt"]);
        assert_eq!(run.status, 0, "{run:?}");
    }

    #[test]
    fn standard_input_can_be_kept() {
        let desk = Desk::new();
        let run = desk.run_with_stdin(&["import", "--offline", "--json", "-"], good().text().as_bytes());
        assert_eq!(run.one_line()["outcome"], "added");
        assert_eq!(desk.run(&["show", "--json", "b1"]).one_line()["credential_text"], good().text());
    }

    #[test]
    fn a_badge_of_the_wallet_can_be_verified_by_its_name() {
        let desk = Desk::new();
        let file = desk.issue("rust", &good());
        desk.run(&["import", "--offline", &file]);
        let line = desk.verify(&["--documents", "rust.documents", "b1"]).one_line();
        assert_eq!(
            (line["input"].as_str(), line["verdict"].as_str()),
            (Some("b1"), Some("verified")),
            "{line}"
        );
        let run = desk.verify(&["b2"]);
        assert_eq!((run.status, run.one_line()["verdict"].as_str()), (2, Some("error")));
    }

    #[test]
    fn linkedin_gets_every_value() {
        let desk = Desk::new();
        let issued = university()
            .named("Ünï & Söhne")
            .achievement("C++ & C#")
            .expires("2029-02-28T00:00:00Z")
            .sign_jwt();
        let file = desk.write("c.jwt", issued.text());
        desk.run(&["import", "--offline", &file]);
        let shared = desk.run(&["share", "b1", "--as", "linkedin", "--json"]).one_line();
        let url = shared["url"].as_str().unwrap();
        assert!(
            url.starts_with(
                "https://www.linkedin.com/profile/add?startTask=CERTIFICATION_NAME&name=C%2B%2B%20%26%20C%23\
                 &organizationName=%C3%9Cn%C3%AF%20%26%20S%C3%B6hne&issueYear=2026&issueMonth=1\
                 &expirationYear=2029&expirationMonth=2"
            ),
            "{url}"
        );
        let text = desk.run(&["share", "b1", "--as", "linkedin"]);
        assert_eq!(text.text().lines().next(), Some(url));
        assert!(text.text().contains("C++ & C#"));
    }

    #[test]
    fn snippets_go_to_standard_output_alone() {
        let desk = Desk::new();
        let issued = university().achievement("<script>alert(1)</script>").with_art().sign_jwt();
        let file = desk.write("x.jwt", issued.text());
        desk.run(&["import", "--offline", &file]);
        let html = desk.run(&["share", "b1", "--as", "html"]);
        assert!(
            html.text().starts_with("<figure ") && html.text().ends_with("</figure>\n"),
            "{}",
            html.text()
        );
        assert!(!html.text().contains("<script"), "{}", html.text());
        assert!(!html.stderr.is_empty());
        let markdown = desk.run(&["share", "b1", "--as", "markdown"]);
        assert!(markdown.text().contains("\\<script\\>"), "{}", markdown.text());
        let sheet = desk.run(&["share", "b1", "--json"]).one_line();
        assert_eq!(
            keys(&sheet),
            [
                "standing",
                "linkedin",
                "posts",
                "not_claimed",
                "page",
                "page_refused",
                "public_url",
                "qr",
                "qr_refused",
                "embeds",
                "downloads",
                "leaving",
                "verified_on"
            ]
        );
        assert_eq!(sheet["verified_on"], Value::Null);
    }

    #[test]
    fn every_way_of_sharing_gives_what_it_is_asked_for() {
        let desk = Desk::new();
        let file = desk.write("rust.jwt", good().text());
        desk.run(&["import", "--offline", &file]);
        let own = "https://ada.example/badge.html";
        let share = |arguments: &[&str]| desk.run(&[&["share", "b1", "--as"], arguments].concat());
        assert_eq!(share(&["link", "--json"]).one_line()["error"]["code"], "share.no-public-page");
        assert_eq!(share(&["link", "--url", own]).text(), format!("{own}\n"));
        assert_eq!(
            share(&["link", "--url", "http://x", "--json"]).one_line()["error"]["code"],
            "share.page-refused"
        );
        for (form, begin) in [
            ("html", "<figure "),
            ("html-badge", "<span "),
            ("markdown", "["),
            ("bbcode", "[url=https://ada.example/badge.html]"),
            ("rst", "`"),
            ("asciidoc", "link:https://ada.example/badge.html["),
            ("iframe", "<iframe "),
            ("signature", "<table "),
            ("signature-text", "Rust, "),
            ("qr-svg", "<svg "),
            ("signature-mail", "MIME-Version: 1.0"),
        ] {
            let run = share(&[form, "--url", own]);
            assert!(run.text().starts_with(begin), "{form}: {}", run.text());
        }
        assert!(share(&["qr-png", "--url", own]).stdout.starts_with(b"\x89PNG"));
        assert_eq!(share(&["iframe", "--json"]).one_line()["error"]["code"], "share.no-own-page");
        assert!(share(&["html", "--theme", "dark"]).text().contains("color-scheme:dark"));
        assert_eq!(share(&["qr-png", "--url", own, "-o", "qr.png"]).status, 0);
        assert!(desk.path("qr.png").exists());
    }

    #[test]
    fn posts_say_what_they_will_and_the_instance_is_remembered() {
        let desk = Desk::new();
        let file = desk.write("rust.jwt", good().text());
        desk.run(&["import", "--offline", &file]);
        let share = |arguments: &[&str]| desk.run(&[&["share", "b1", "--as", "post"], arguments].concat());
        assert_eq!(share(&["--json"]).lines().len(), 8);
        assert_eq!(share(&["--to", "mastodon"]).status, 1, "no instance is known");
        let run = share(&["--to", "mastodon", "--instance", "@ada@norden.social"]);
        assert!(run.text().contains("https://norden.social/share?text=I%20earned"), "{}", run.text());
        assert_eq!(share(&["--to", "mastodon"]).status, 0);
        assert_eq!(
            share(&["--to", "mastodon", "--instance", "x", "--json"]).one_line()["error"]["code"],
            "share.bad-instance"
        );
        let linkedin = |arguments: &[&str]| {
            desk.run(&[&["share", "b1", "--as", "linkedin"], arguments].concat()).text().to_owned()
        };
        assert!(linkedin(&["--organization", "42"]).contains("&organizationId=42"));
        assert!(linkedin(&[]).contains("&organizationId=42"));
        assert!(linkedin(&["--organization", "0"]).contains("&organizationName="));
    }

    #[test]
    fn a_badge_that_is_void_is_claimed_nowhere_and_said_to_be_so() {
        let desk = Desk::new();
        // The key of a `did:key` is in the identifier itself: nothing has to be fetched to see that it did not sign.
        let academy = Issuer::did_key("academy").achievement("Own").sign_jwt().text().to_owned();
        let (head, signature) = academy.rsplit_once('.').unwrap();
        let other = if signature.starts_with('A') { "B" } else { "A" };
        let changed = format!("{other}{}", &signature[1..]);
        let own = desk.write("own.jwt", format!("{head}.{changed}"));
        desk.run(&["import", "--offline", "--not-valid", "keep", &own]);
        let run = desk.run(&["show", "b1", "--json"]).one_line();
        assert_eq!(run["report"]["verdict"], "invalid", "{run}");
        for form in ["linkedin", "post", "signature", "signature-text", "signature-mail"] {
            let run = desk.run(&["share", "b1", "--as", form, "--json"]);
            assert_eq!(
                (run.status, run.one_line()["error"]["code"].as_str()),
                (1, Some("share.void")),
                "{form}"
            );
        }
        for form in ["html", "html-badge", "markdown", "bbcode", "rst", "asciidoc"] {
            let run = desk.run(&["share", "b1", "--as", form]);
            assert!(
                run.text().contains("nvalid") && !run.text().contains("erified on"),
                "{form}: {}",
                run.text()
            );
        }
    }

    #[test]
    fn a_snippet_has_the_picture_and_not_the_credential_in_it() {
        let desk = Desk::new();
        let issued = good();
        let images = [("png", art::png("Rust")), ("svg", art::svg("Rust").into_bytes())];
        for (index, (kind, image)) in images.iter().enumerate() {
            let file = format!("rust.{kind}");
            // Two badges, not two files of one.
            let issued = if index == 0 { issued.clone() } else { university().achievement("Go").sign_jwt() };
            desk.write(&file, bake(image, issued.content(), Standard::Ob3).unwrap());
            desk.run(&["import", "--offline", &file]);
            let html = desk.run(&["share", &format!("b{}", index + 1), "--as", "html"]);
            let source = html.text().split("src=\"").nth(1).unwrap_or_else(|| panic!("no picture: {html:?}"));
            let picture = source.split('"').next().unwrap().split("base64,").nth(1).unwrap();
            let picture = STANDARD.decode(picture).unwrap();
            assert!(!String::from_utf8_lossy(&picture).contains(issued.text()), "{kind}");
            desk.write(&format!("picture.{kind}"), &picture);
            let line = desk.verify(&[&format!("picture.{kind}")]).one_line();
            assert_eq!(line["verdict"], "error", "{line}");
        }
    }

    #[test]
    fn verified_on_is_said_only_where_a_report_says_so() {
        let desk = Desk::new();
        let file = desk.write("open.jwt", good().text());
        // An identifier that is its own key, and an issuer that the person vouches for: nothing has to be fetched.
        let academy = Issuer::did_key("academy");
        let own = desk.write("own.jwt", academy.achievement("Own").sign_jwt().text());
        let trusting = Settings { trusted_issuers: vec![academy.id()], ..Settings::default() };
        Wallet::open(&desk.path("wallet")).unwrap().save_settings(&trusting).unwrap();
        desk.run(&["import", "--offline", &file]);
        desk.run(&["import", "--offline", &own]);
        let run = desk.run(&["share", "b1", "--as", "html", "--verified", "--json"]);
        assert_eq!((run.status, run.one_line()["error"]["code"].as_str()), (1, Some("share.not-verified")));
        let verdict = desk.run(&["show", "b2", "--json"]).one_line()["report"]["verdict"].clone();
        let run = desk.run(&["share", "b2", "--as", "html", "--verified"]);
        assert_eq!((verdict.as_str(), run.status), (Some("verified"), 0), "{run:?}");
        assert!(run.text().contains("Verified on 20"), "{}", run.text());
        assert!(!desk.run(&["share", "b2", "--as", "html"]).text().contains("Verified on"));
    }

    #[test]
    fn a_page_that_verifies_itself_is_saved_with_the_badge_in_it() {
        let desk = Desk::new();
        let file = desk.write("rust.jwt", good().text());
        desk.run(&["import", "--offline", &file]);
        let run = desk.run(&["share", "b1", "--as", "page", "-o", "rust.html", "--json"]);
        if run.status == 1 {
            // Built without the target that the page needs: that is said, and nothing is written.
            assert_eq!(run.one_line()["error"]["code"], "share.page-not-in-this-build");
            assert!(!desk.path("rust.html").exists());
            return;
        }
        assert_eq!(run.one_line()["format"], "page");
        let page = fs::read_to_string(desk.path("rust.html")).unwrap();
        assert!(page.contains(&STANDARD.encode(good().text())), "the badge is in it, bit for bit");
        assert_eq!(desk.run(&["share", "b1", "--as", "page", "-o", "rust.html"]).status, 1);
        assert_eq!(desk.run(&["share", "b1", "--as", "page", "-o", "rust.html", "--force"]).status, 0);
    }

    #[test]
    fn a_portfolio_is_written_and_brought_up_to_date() {
        let desk = Desk::new();
        let files = ["One", "Two"].map(|name| {
            let issued = university().achievement(name).award_to("ada@example.org").sign_jwt();
            desk.write(&format!("{name}.jwt"), issued.text())
        });
        desk.run(&["import", "--offline", &files[0], &files[1]]);
        let first = desk.run(&["portfolio", "--all", "-o", "site", "--json"]).one_line();
        assert!(fs::read_to_string(desk.path("site/index.html")).unwrap().contains("2 badges"));
        assert_eq!(first["removed"], serde_json::json!([]));
        desk.write("site/CNAME", "ada.example");
        let second = desk.run(&["portfolio", "b1", "-o", "site", "--json"]).one_line();
        assert!(!second["removed"].as_array().unwrap().is_empty(), "{second}");
        assert_eq!(fs::read_to_string(desk.path("site/CNAME")).unwrap(), "ada.example");
        let third = desk.run(&["portfolio", "b1", "-o", "site", "--json"]).one_line();
        assert_eq!(third["written"], serde_json::json!([]));
        desk.write("site/index.html", "mine");
        let run = desk.run(&["portfolio", "b1", "-o", "site", "--json"]);
        assert_eq!((run.status, run.one_line()["error"]["code"].as_str()), (1, Some("portfolio.in-the-way")));
        assert_eq!(desk.run(&["portfolio", "b1", "-o", "site", "--base-url", "ftp://x"]).status, 2);
    }

    #[test]
    fn what_is_not_there_fails_with_a_reason() {
        let desk = Desk::new();
        for arguments in [
            &["show", "b9", "--json"][..],
            &["export", "b9", "--json"],
            &["share", "b9", "--json"],
            &["rm", "b9", "--json"],
            &["restore", "9", "--json"],
        ] {
            let run = desk.run(arguments);
            assert_eq!(run.status, 1, "{arguments:?}: {run:?}");
            assert_eq!(keys(&run.one_line()["error"]), ["code", "message", "hint"]);
        }
        let run = desk.run(&["list"]);
        assert_eq!((run.status, run.text()), (0, "No badges.\n"));
        for wrong in [&["show", "x1"][..], &["show"], &["rm"], &["share", "b1"]] {
            assert_eq!(desk.run(wrong).status, 2, "{wrong:?}");
        }
    }
}

mod manual {
    use super::*;

    #[test]
    fn manual_pages_are_fresh() {
        let desk = Desk::new();
        assert_eq!(desk.run(&["man", "man"]).status, 0);
        let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/man");
        let names = |folder: &Path| {
            let mut names: Vec<_> =
                fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
            names.sort();
            names
        };
        assert_eq!(
            names(&desk.path("man")),
            names(&kept),
            "write them with: cargo run -p lapel-cli -- man docs/man"
        );
        for name in names(&kept) {
            let (made, kept) = (desk.path("man").join(&name), kept.join(&name));
            assert_eq!(
                fs::read_to_string(made).unwrap(),
                fs::read_to_string(kept).unwrap(),
                "write them with: cargo run -p lapel-cli -- man docs/man"
            );
        }
    }

    #[test]
    fn every_shell_gets_completions() {
        let desk = Desk::new();
        for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
            let run = desk.run(&["completions", shell]);
            assert_eq!(run.status, 0);
            for word in ["import", "verify", "documents", "restore"] {
                assert!(run.text().contains(word), "{shell} lacks {word}");
            }
        }
        assert_eq!(desk.run(&["completions", "tcsh"]).status, 2);
    }

    #[test]
    fn help_names_every_command() {
        let desk = Desk::new();
        let run = desk.run(&["--help"]);
        assert_eq!(run.status, 0);
        for command in [
            "import",
            "list",
            "show",
            "search",
            "verify",
            "export",
            "share",
            "portfolio",
            "rm",
            "restore",
            "completions",
        ] {
            assert!(run.text().contains(&format!("\n  {command} ")), "{command}");
        }
        assert!(!run.text().contains("\n  man "));
    }
}

#[test]
fn identities_and_trusted_issuers_are_the_windows_settings() {
    let desk = Desk::new();
    for (command, key, one, other, wrong) in [
        ("identity", "identity", "ada@example.org", "did:example:ada", "ada"),
        ("trust", "issuer", "did:web:academy.example", "https://academy.example/issuer", "the academy"),
    ] {
        let added = desk.run(&["--json", command, "add", one, other, one]);
        assert_eq!(added.status, 0, "{added:?}");
        let outcomes: Vec<Value> = added.lines().iter().map(|line| line["outcome"].clone()).collect();
        assert_eq!(outcomes, ["added", "added", "already_there"], "{command}");
        let refused = desk.run(&["--json", command, "add", "did:web:new.example", wrong]);
        assert_eq!(
            (refused.status, refused.lines()[0]["error"]["code"].clone()),
            (2, "settings.not-an-id".into())
        );
        let unknown = desk.run(&["--json", command, "rm", one, "did:web:never.example"]);
        assert_eq!(
            (unknown.status, unknown.lines()[0]["error"]["code"].clone()),
            (1, "settings.none".into())
        );
        let listed: Vec<Value> =
            desk.run(&["--json", command, "list"]).lines().iter().map(|line| line[key].clone()).collect();
        assert_eq!(listed, [one, other], "what failed changed nothing");
        assert_eq!(desk.run(&[command, "rm", one]).status, 0);
        assert_eq!(desk.run(&[command, "list"]).text(), format!("{other}\n"));
    }
    let settings = Wallet::open(&desk.path("wallet")).unwrap().settings().unwrap();
    assert_eq!(settings.identities, ["did:example:ada"]);
    assert_eq!(settings.trusted_issuers, ["https://academy.example/issuer"]);
}

#[test]
fn a_registry_vouches_for_the_issuers_that_it_lists() {
    let desk = Desk::new();
    let issuer = Issuer::did_key("a stranger");
    let badge = desk
        .issue("badge.json", &issuer.achievement("Rust").sign_data_integrity(lapel_testkit::DataModel::V2));
    let registry = serde_json::json!({ "registry": { issuer.id(): { "name": "Example Academy" } } });
    let file = desk.write("members.json", registry.to_string());

    let verdict = |run: &Run| run.lines()[0]["verdict"].clone();
    let stranger = desk.verify(&[&badge]);
    assert_eq!((stranger.status, verdict(&stranger)), (3, "undecided".into()));
    let known = desk.verify(&["--registry", &file, &badge]);
    assert_eq!((known.status, verdict(&known)), (0, "verified".into()), "{}", known.text());
    assert!(known.text().contains("members, as “Example Academy”"));
    assert!(!desk.path("wallet").exists(), "verifying a file touches no wallet");

    let added = desk.run(&["--json", "registry", "add", &file, "--name", "the consortium"]);
    assert_eq!((added.status, added.lines()[0]["issuers"].clone()), (0, 1.into()), "{added:?}");
    assert_eq!(desk.run(&["import", "--offline", &badge]).status, 0);
    let shown = desk.run(&["--json", "show", "b1"]).lines();
    assert_eq!(shown[0]["summary"]["verdict"], "verified");
    assert!(shown[0]["report"].to_string().contains("the consortium"));

    // Under the same name it is replaced, and without it nobody vouches any more.
    let other = desk.write("other.json", "[\"did:web:other.example\", \"did:web:third.example\"]");
    assert_eq!(desk.run(&["registry", "add", &other, "--name", "the consortium"]).status, 0);
    let listed = desk.run(&["--json", "registry", "list"]).lines();
    assert_eq!((listed.len(), listed[0]["issuers"].clone()), (1, 2.into()));
    let judged = desk.run(&["verify", "--offline", "--json", "b1"]);
    assert_eq!(verdict(&judged), "undecided");
    assert_eq!(desk.run(&["registry", "rm", "the consortium"]).status, 0);
    assert_eq!(desk.run(&["registry", "rm", "the consortium"]).status, 1);
    assert!(desk.run(&["registry", "list"]).text().is_empty());
}

#[test]
fn what_is_no_registry_is_refused() {
    let desk = Desk::new();
    for (text, code) in [
        ("{", "registry.not-json"),
        ("{\"type\":\"Profile\"}", "registry.not-a-registry"),
        (
            "[{\"name\":\"x\",\"type\":\"dcc-legacy\",\"url\":\"https://r.example/\"}]",
            "registry.list-of-registries",
        ),
    ] {
        let file = desk.write("registry.json", text);
        let refused = desk.run(&["--json", "registry", "add", &file]);
        assert_eq!((refused.status, refused.lines()[0]["error"]["code"].clone()), (1, code.into()));
        assert_eq!(desk.verify(&["--registry", &file, "x.json"]).status, 2);
    }
    assert_eq!(desk.run(&["registry", "add", "absent.json"]).status, 2);
}

#[test]
fn self_listed_achievements_are_listed_and_bear_no_verdict() {
    let desk = Desk::new();
    assert!(desk.run(&["listed"]).text().is_empty());
    let wallet = Wallet::open(&desk.path("wallet")).unwrap();
    let listed = |name: &str| SelfListed {
        name: name.to_owned(),
        issuer: Some("Coursera".to_owned()),
        ..SelfListed::default()
    };
    wallet.add_self_listed(vec![listed("Rust\u{1b}[2J"), listed("Cooking")], "a.csv").unwrap();
    drop(wallet);
    assert_eq!(
        desk.run(&["listed"]).text(),
        "l2  self-listed  Cooking  Coursera\nl1  self-listed  Rust [2J  Coursera\n"
    );
    let lines = desk.run(&["--json", "listed"]).lines();
    assert_eq!((lines[0]["name"].as_str(), lines[0]["id"].as_u64()), (Some("Cooking"), Some(2)));
    assert!(lines[0].get("verdict").is_none());
    assert_eq!(desk.run(&["listed", "rm", "l2", "l9"]).status, 1);
    assert_eq!(desk.run(&["listed", "rm", "l2"]).text(), "l2  Cooking: removed\n");
    assert_eq!(desk.run(&["--json", "listed"]).lines().len(), 1);
    assert_eq!(desk.run(&["listed", "rm", "b1"]).status, 2);
    assert_eq!(desk.run(&["--allow-host", "school.lan", "listed"]).status, 2);
    assert_eq!(desk.run(&["--allow-host", "school.lan:443", "listed"]).status, 0);
}

mod presenting {
    use super::*;

    /// A desk with a badge of its own key, whose issuer its owner vouches for, as a token and as JSON.
    fn desk() -> Desk {
        let desk = Desk::new();
        let academy = Issuer::did_key("academy").named("Harbour School");
        let trusting = Settings { trusted_issuers: vec![academy.id()], ..Settings::default() };
        Wallet::open(&desk.path("wallet")).unwrap().save_settings(&trusting).unwrap();
        let award = |name: &str| academy.achievement(name).award_to("ada@example.org");
        desk.write("knots.json", award("Knots").sign_data_integrity(DataModel::V2).text());
        desk.write("sails.jwt", award("Sails").sign_jwt().text());
        // One after the other: of those that come in together, either may be the first.
        desk.run(&["import", "--offline", "knots.json"]);
        desk.run(&["import", "--offline", "sails.jwt"]);
        desk
    }

    fn verified(desk: &Desk, arguments: &[&str]) -> (i32, Value) {
        let registry = desk.write(
            "registry.json",
            serde_json::json!({"registry": {Issuer::did_key("academy").id(): {"name": "Harbour School"}}})
                .to_string(),
        );
        let all = [&["verify", "--offline", "--json", "--registry", &registry], arguments].concat();
        let run = desk.run(&all);
        (run.status, run.one_line())
    }

    #[test]
    fn badges_are_shown_with_a_signature_that_answers_the_verifier() {
        let desk = desk();
        let arguments =
            ["present", "b1", "b2", "--domain", "verifier.example", "--challenge", "7f3a", "-o", "vp.json"];
        let run = desk.run(&arguments);
        assert_eq!(run.status, 0, "{run:?}");
        let asked = ["vp.json", "--domain", "verifier.example", "--challenge", "7f3a"];
        let (status, line) = verified(&desk, &asked);
        assert_eq!((status, line["verdict"].as_str()), (0, Some("verified")), "{line}");
        assert_eq!(line["embedded"].as_array().map(Vec::len), Some(2));
        let (status, line) = verified(&desk, &["vp.json", "--challenge", "7f3b"]);
        assert_eq!((status, line["verdict"].as_str()), (1, Some("invalid")), "{line}");

        // The same key signs again, and the log says for whom it was.
        desk.run(&["present", "b1", "-o", "again.json"]);
        let holder = |file: &str| {
            let presentation: Value = serde_json::from_slice(&fs::read(desk.path(file)).unwrap()).unwrap();
            presentation["holder"].clone()
        };
        assert_eq!(holder("vp.json"), holder("again.json"));
        let log = desk.run(&["shares", "list", "--json"]);
        let log: Vec<Value> = log.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(log.len(), 2);
        assert_eq!(log[1]["place"], "verifier.example");
        let names: Vec<&str> =
            log[1]["badges"].as_array().unwrap().iter().filter_map(|it| it["name"].as_str()).collect();
        assert_eq!(names, ["Knots", "Sails"]);
        assert_eq!(desk.run(&["shares", "list", "b2"]).text().lines().count(), 1);
        desk.run(&["shares", "forget", "--all"]);
        assert_eq!(desk.run(&["shares", "list"]).text(), "");
    }

    #[test]
    fn a_badge_alone_is_no_answer_to_a_challenge() {
        let desk = desk();
        let (status, line) = verified(&desk, &["knots.json", "--challenge", "7f3a"]);
        assert_eq!((status, line["error"]["code"].as_str()), (2, Some("verify.no-presentation")));
        desk.run(&["present", "b1", "--unsigned", "-o", "unsigned.json"]);
        let (status, line) = verified(&desk, &["unsigned.json"]);
        assert_eq!((status, line["verdict"].as_str()), (0, Some("verified")), "{line}");
        let (status, line) = verified(&desk, &["unsigned.json", "--challenge", "7f3a"]);
        assert_eq!((status, line["verdict"].as_str()), (1, Some("invalid")), "{line}");
    }

    #[test]
    fn a_badge_signed_as_a_whole_is_shown_as_a_whole() {
        let desk = desk();
        let parts = desk.run(&["present", "b1", "--parts"]);
        assert!(parts.text().contains("as a whole only"), "{parts:?}");
        let run = desk.run(&["present", "b1", "--show", "/name", "--json"]);
        assert_eq!((run.status, run.one_line()["error"]["code"].as_str()), (1, Some("derive.no-base-proof")));
        assert_eq!(desk.run(&["shares", "list"]).text(), "", "nothing left");
    }
}

/// The ten badges of the test kit in a wallet, and their issuers' documents in the folder `web`.
fn desk_with_ten() -> Desk {
    let desk = Desk::new();
    let ten = ten();
    for badge in &ten {
        let file = desk.write(badge.file, &badge.bytes);
        assert_eq!(desk.run(&["import", "--offline", "--not-valid", "keep", &file]).status, 0, "{file}");
    }
    let all = ten.iter().flat_map(|badge| badge.issued.documents().to_vec());
    desk.documents("web", &all.fold(ten[0].issued.clone(), Issued::with_document));
    desk
}

#[test]
fn another_wallet_restores_every_badge_from_a_universal_wallet() {
    let desk = desk_with_ten();
    let made = desk.run(&["export", "--all", "--as", "wallet", "--json"]);
    assert_eq!((made.status, made.one_line()["path"].as_str()), (0, Some("wallet.json")), "{made:?}");
    let wallet: Value = serde_json::from_slice(&fs::read(desk.path("wallet.json")).unwrap()).unwrap();
    assert_eq!((&wallet["type"], &wallet["status"]), (&"UniversalWallet2020".into(), &"UNLOCKED".into()));
    assert_eq!(wallet["contents"].as_array().unwrap().len(), 11);
    let run = desk.run(&[
        "import",
        "--wallet",
        "other",
        "--offline",
        "--not-valid",
        "keep",
        "--json",
        "wallet.json",
    ]);
    assert_eq!(run.text().matches("\"outcome\":\"added\"").count(), 11, "{}", run.text());
    let texts = |arguments: &[&str]| {
        let listed = desk.run(&[&["list", "--json"], arguments].concat()).lines();
        let mut texts: Vec<Value> = listed
            .iter()
            .map(|badge| {
                let id = format!("b{}", badge["id"]);
                let shown = desk.run(&[&["show", "--json", &id], arguments].concat()).one_line();
                let text = shown["credential_text"].as_str().unwrap().to_owned();
                // JSON may be spaced otherwise there; what is signed is the same.
                serde_json::from_str(&text).unwrap_or(Value::String(text))
            })
            .collect();
        texts.sort_by_key(Value::to_string);
        texts
    };
    assert_eq!(texts(&["--wallet", "other"]), texts(&[]));
    assert_eq!(
        desk.run(&["export", "--all", "--as", "wallet", "-o", "-"]).stdout,
        fs::read(desk.path("wallet.json")).unwrap()
    );
}

#[test]
fn a_presentation_without_a_signature_holds_what_is_a_verifiable_credential_and_names_the_rest() {
    let desk = desk_with_ten();
    let made = desk.run(&["export", "--all", "--as", "vp", "-o", "vp.json", "--json"]);
    // Of the ten, five and the course in the record are Verifiable Credentials; two of these are expired or forged.
    let inside = made.one_line()["ids"].as_array().unwrap().len();
    assert_eq!((made.status, made.stderr.lines().count()), (1, 11 - inside), "{made:?}");
    assert!(made.stderr.lines().all(|line| line.contains("Open Badges")), "{}", made.stderr);
    let verified = desk.verify(&["--documents", "web", "vp.json"]).one_line();
    assert_eq!(verified["embedded"].as_array().map(Vec::len), Some(inside), "{verified}");
    let none = desk.run(&["export", "b3", "--as", "vp", "--json"]);
    assert_eq!((none.status, none.one_line()["error"]["code"].as_str()), (1, Some("present.no-credential")));
}

#[test]
fn whatever_leaves_is_in_the_log() {
    let desk = desk_with_ten();
    let gone: [&[&str]; 6] = [
        &["share", "b1", "--as", "html"],
        &["share", "b1", "--as", "post", "--to", "x"],
        &["share", "b1", "--as", "page", "-o", "page.html"],
        &["export", "b1", "-o", "b1.png"],
        &["export", "b1", "b2", "--as", "zip", "-o", "two.zip"],
        &["export", "b1", "b3", "--as", "original", "-o", "folder"],
    ];
    for arguments in gone {
        assert_eq!(desk.run(arguments).status, 0, "{arguments:?}");
    }
    // What was refused has not left.
    assert_eq!(desk.run(&["share", "b1", "--as", "iframe"]).status, 2, "no page of one's own is named");
    assert_eq!(desk.run(&["export", "b1", "-o", "b1.png"]).status, 1);
    // A sheet to look at gives nothing away.
    desk.run(&["share", "b1", "--json"]);
    let log = desk.run(&["shares", "list", "--json"]).lines();
    let entries: Vec<(&str, Option<&str>, usize)> = log
        .iter()
        .rev()
        .map(|share| {
            (
                share["target"].as_str().unwrap(),
                share["place"].as_str(),
                share["badges"].as_array().unwrap().len(),
            )
        })
        .collect();
    assert_eq!(
        entries,
        [
            ("html", None, 1),
            ("post", Some("X"), 1),
            ("page", Some("page.html"), 1),
            ("original", Some("b1.png"), 1),
            ("zip", Some("two.zip"), 2),
            ("original", Some("folder"), 2),
        ]
    );
    let personal = |index: usize| log[log.len() - 1 - index]["personal"].as_array().unwrap().len();
    assert_eq!(personal(0), 0, "a card names no recipient");
    assert!(personal(3) > 0, "a file does: {log:?}");
}

#[test]
fn every_badge_in_a_pdf_is_verified_and_is_there_bit_for_bit() {
    let desk = desk_with_ten();
    // The course in the learner record is a badge of its own: b7 or b8, whichever of the two was judged first.
    let badges = desk.run(&["list", "--json"]).lines();
    let course = badges.iter().find(|badge| badge["name"] == "पर्वतारोहण").unwrap()["id"].clone();
    let ids: Vec<String> = (1..=11).filter(|id| course != *id).map(|id| format!("b{id}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let made =
        desk.run(&[&["cv", "--json", "--name", "Ada Example", "-o", "cv.pdf"], ids.as_slice()].concat());
    assert_eq!(made.status, 0, "{made:?}");
    assert_eq!(
        (made.one_line()["badges"].as_u64(), made.one_line()["format"].as_str()),
        (Some(10), Some("pdf"))
    );

    let verified = desk.verify(&["--documents", "web", "cv.pdf"]);
    let lines: Vec<Value> = verified.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 10, "{}", verified.text());
    for (line, badge) in lines.iter().zip(ten()) {
        assert_eq!(line["verdict"], badge.verdict.as_str(), "{}: {line}", badge.file);
        assert!(line["input"].as_str().unwrap().starts_with("cv.pdf \u{203a} "), "{line}");
        assert_eq!(line["format"], badge.kind.as_str());
    }
    // One of them is revoked and one invalid.
    assert_eq!(verified.status, 1);

    let imported =
        desk.run(&["import", "--wallet", "other", "--offline", "--not-valid", "keep", "--json", "cv.pdf"]);
    assert_eq!(imported.text().matches("\"outcome\":\"added\"").count(), 11, "{}", imported.text());
    let originals: Vec<Vec<u8>> = (1..=11)
        .map(|id| desk.run(&["export", "--wallet", "other", &format!("b{id}"), "-o", "-"]).stdout)
        .collect();
    for badge in ten() {
        assert!(originals.contains(&badge.bytes), "{} is not in the other wallet bit for bit", badge.file);
    }
}

#[test]
fn a_pdf_of_verified_badges_is_verified_and_one_without_badges_is_none() {
    let desk = desk_with_ten();
    assert_eq!(
        desk.run(&["cv", "b1", "b3", "b8", "--style", "modern", "--group", "year", "-o", "cv.pdf"]).status,
        0
    );
    assert_eq!(desk.verify(&["--documents", "web", "cv.pdf"]).status, 0);
    // Without the issuers' documents nothing is decided.
    assert_eq!(desk.verify(&["cv.pdf"]).status, 3);
    desk.write("none.pdf", "%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n");
    assert_eq!(desk.verify(&["none.pdf"]).status, 2);
}

#[test]
fn a_cv_leaves_void_badges_out_unless_asked() {
    let desk = Desk::new();
    let issuer = Issuer::did_key("cv").named("Harbour School");
    let sound = issuer.achievement("First Aid").sign_data_integrity(DataModel::V2);
    let changed = issuer.achievement("Sailing").sign_data_integrity(DataModel::V2);
    let changed = changed.text().replace("Sailing", "Piloting");
    for (name, text) in [("1.json", sound.text()), ("2.json", &changed)] {
        let file = desk.write(name, text);
        assert_eq!(desk.run(&["import", "--offline", "--not-valid", "keep", &file]).status, 0);
    }
    let markdown = desk.run(&["cv", "b2", "b1", "b1", "--as", "markdown", "-o", "-"]);
    assert_eq!(markdown.text().matches("First Aid").count(), 2, "once by name, once in its description");
    assert!(!markdown.text().contains("Piloting"));
    assert!(markdown.stderr.starts_with("Left out: Piloting (Invalid: "), "{}", markdown.stderr);
    let with = desk.run(&["cv", "--all", "--include-void", "--as", "markdown", "-o", "-"]);
    assert!(with.text().contains("Piloting") && with.text().contains("Invalid"), "{}", with.text());
    let none = desk.run(&["cv", "b2", "--json"]);
    assert_eq!((none.status, none.one_line()["error"]["code"].as_str()), (1, Some("cv.empty")));
}

#[test]
fn a_portfolio_tells_nothing_of_badges_that_it_leaves_out() {
    let desk = Desk::new();
    let issuer = Issuer::did_key("portfolio").named("Harbour School");
    let sound =
        issuer.achievement("First Aid").award_to("ada@example.org").sign_data_integrity(DataModel::V2);
    let changed =
        issuer.achievement("Sailing").award_to("eve@example.org").sign_data_integrity(DataModel::V2);
    let changed = changed.text().replace("Sailing", "Piloting");
    for (name, text) in [("1.json", sound.text()), ("2.json", &changed)] {
        let file = desk.write(name, text);
        assert_eq!(desk.run(&["import", "--offline", "--not-valid", "keep", &file]).status, 0);
    }
    let told = |more: &[&str]| {
        let site = desk.run(&[&["portfolio", "--all", "-o", "site", "--json"], more].concat()).one_line();
        site["personal_data"].to_string()
    };
    let without = told(&[]);
    assert!(without.contains("ada@example.org") && !without.contains("eve@example.org"), "{without}");
    assert!(told(&["--include-void"]).contains("eve@example.org"));
}

#[test]
fn a_cv_comes_in_every_form_and_replaces_no_file() {
    let desk = desk_with_ten();
    for (form, extension) in [
        ("pdf", "pdf"),
        ("docx", "docx"),
        ("latex", "tex"),
        ("moderncv", "tex"),
        ("markdown", "md"),
        ("html", "html"),
        ("json-resume", "json"),
        ("europass", "xml"),
        ("ler-rs", "json"),
    ] {
        let run = desk.run(&["cv", "--all", "--as", form, "--name", "Ada/Example", "--json"]);
        let name = format!("Ada-Example - Badges.{extension}");
        assert_eq!(run.one_line()["path"], name.as_str(), "{form}: {run:?}");
        let again = desk.run(&["cv", "--all", "--as", form, "--name", "Ada/Example", "--json"]);
        assert_eq!(again.one_line()["error"]["code"], "export.exists");
        fs::remove_file(desk.path(&name)).unwrap();
    }
}
