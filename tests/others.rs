//! Good badges of others, given to the built `lapel` as a person would: the file, and the documents that its issuer
//! serves in a folder. No check fails, and name and issuer are shown.

use std::path::Path;
use std::process::{Command, ExitCode};

use lapel_testkit::corpus::{self, Failed, Trial};
use serde_json::{Value, json};

/// When the cases hold, unless they say otherwise.
const CLOCK: &str = "2026-11-23T00:00:00Z";

fn main() -> ExitCode {
    let arguments = corpus::Arguments::from_args();
    corpus::run(&arguments, corpus::suite("others", trials)).exit_code()
}

fn trials(shared: &Path) -> Vec<Trial> {
    match corpus::manifest(shared) {
        Ok(cases) => cases.into_iter().filter(is_good_sample).map(|case| trial(shared, case)).collect(),
        Err(error) => vec![corpus::case("manifest", || Err(error))],
    }
}

/// Whole badges that others published as good, of the kinds that Lapel reads.
fn is_good_sample(case: &Value) -> bool {
    let text = |member: &str| case[member].as_str().unwrap_or_default();
    let kinds = ["ob2-png", "ob2-svg", "ob2-jws", "ob3-json", "ob3-png", "ob3-svg", "vc-jwt"];
    text("source") == "1edtech-vc-validator"
        && text("scope") == "full"
        && ["valid", "warning"].contains(&text("expect"))
        && case["clock"].is_null()
        && kinds.contains(&text("kind"))
}

fn trial(shared: &Path, case: Value) -> Trial {
    let shared = shared.to_owned();
    let name = case["id"].as_str().unwrap_or_default().to_owned();
    corpus::case(name, move || {
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join("documents.json"), documents(&shared, &case).to_string())?;
        let file = shared.join("corpus").join(case["file"].as_str().unwrap_or_default());
        let output = Command::new(env!("CARGO_BIN_EXE_lapel"))
            .args(["verify", "--offline", "--json", "--at", CLOCK, "--documents"])
            .arg(folder.path())
            .arg(&file)
            .env("LAPEL_WALLET", folder.path().join("wallet"))
            .output()?;
        let line: Value = serde_json::from_slice(&output.stdout)?;
        judge(&line).map_err(|problem| Failed::from(format!("{problem}: {line}")))
    })
}

/// The documents of a case, as `--documents` takes them.
fn documents(shared: &Path, case: &Value) -> Value {
    let needs = case["needs"].as_array().cloned().unwrap_or_default();
    let answers = needs.iter().map(|need| match need["file"].as_str() {
        Some(file) => {
            let place = match file.strip_prefix("contexts:") {
                Some(file) => shared.join("contexts").join(file),
                None => shared.join("corpus").join(file),
            };
            json!({"url": need["url"], "file": place, "media_type": need["content_type"]})
        }
        None => json!({"url": need["url"], "status": 404}),
    });
    answers.collect()
}

fn judge(line: &Value) -> Result<(), &'static str> {
    let Some(checks) = line["checks"].as_array() else { return Err("it was not read") };
    let told = |member: &str| line["badge"][member].as_str().is_some_and(|text| !text.is_empty());
    if checks.iter().any(|check| check["outcome"] == "fail") {
        Err("a check failed")
    } else if line["verdict"] != "verified" && line["verdict"] != "undecided" {
        Err("the verdict is neither verified nor undecided")
    } else if !told("name") || !told("issuer") {
        Err("it does not say what it is or whose")
    } else {
        Ok(())
    }
}
