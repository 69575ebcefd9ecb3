//! jsonld.js in safe mode as a second opinion, where it is installed (`npm install` in `tests/oracle`).

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use lapel_testkit::corpus::{Completion, Exceptions, Failed, Trial};
use openbadges::jsonld;
use serde_json::Value;

use super::vectors::{documents, halves};

pub fn trials(shared: &Path) -> Vec<Trial> {
    let shared = shared.to_owned();
    vec![Trial::ignorable_test("oracle: jsonld.js agrees on the corpus", move || {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle");
        if !folder.join("node_modules/jsonld").exists() {
            return Ok(Completion::ignored_with("needs `npm install` in crates/openbadges/tests/oracle"));
        }
        agrees(&folder, &shared).map(|()| Completion::Completed)
    })]
}

fn agrees(oracle: &Path, shared: &Path) -> Result<(), Failed> {
    let corpus = shared.join("corpus");
    let cases: Vec<(String, Value)> =
        documents(&corpus).iter().flat_map(|path| parts(&corpus, path)).collect();
    let opinions = ask(oracle, shared, &cases)?;
    if opinions.len() != cases.len() {
        return Err(format!("{} answers to {} documents", opinions.len(), cases.len()).into());
    }
    let exceptions = Exceptions::parse(include_str!("oracle-exceptions.txt"))?;
    let mut wrong = exceptions.strangers(cases.iter().map(|(name, _)| name.clone()));
    for ((name, document), opinion) in cases.iter().zip(&opinions) {
        let judged = exceptions.judge(name, same(document, opinion));
        if let Err(failed) = judged {
            wrong.push(format!("{name}: {}", failed.message().unwrap_or_default()));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

fn same(document: &Value, opinion: &Value) -> Result<(), Failed> {
    match (jsonld::canonicalize(document), opinion["nquads"].as_str()) {
        (Ok(ours), Some(theirs)) if ours.nquads == theirs => Ok(()),
        (Ok(ours), Some(theirs)) => Err(format!("ours\n{}theirs\n{theirs}", ours.nquads).into()),
        (Ok(_), None) => Err(format!("accepted here, refused there: {}", opinion["refused"]).into()),
        (Err(error), Some(_)) => Err(format!("refused here, accepted there: {error}").into()),
        (Err(_), None) => Ok(()),
    }
}

/// The document as it is; where it has a proof, also what the proof covers, and its options.
fn parts(corpus: &Path, path: &PathBuf) -> Vec<(String, Value)> {
    let name = path.strip_prefix(corpus).unwrap().display().to_string();
    let document: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut parts = vec![(name.clone(), document.clone())];
    if document
        .get("proof")
        .is_some_and(|proof| proof.is_object() || proof.get(0).is_some_and(Value::is_object))
    {
        let (unsecured, options) = halves(&document);
        parts.push((format!("{name} (unsecured)"), unsecured));
        parts.push((format!("{name} (proof options)"), options));
    }
    parts
}

fn ask(oracle: &Path, shared: &Path, cases: &[(String, Value)]) -> Result<Vec<Value>, Failed> {
    let mut node = Command::new("node")
        .arg(oracle.join("canonize.cjs"))
        .arg(shared.join("contexts"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let lines: Vec<String> = cases.iter().map(|(_, document)| document.to_string()).collect();
    let mut input = node.stdin.take().ok_or("no standard input")?;
    let writer = std::thread::spawn(move || input.write_all(lines.join("\n").as_bytes()));
    let output = node.wait_with_output()?;
    writer.join().map_err(|_| "the writer stopped")??;
    String::from_utf8(output.stdout)?
        .lines()
        .map(|line| serde_json::from_str(line).map_err(Failed::from))
        .collect()
}
