//! The RDFC-1.0 test suite of the W3C.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lapel_testkit::corpus::{Failed, Trial, case};
use openbadges::jsonld::{CanonicalDataset, Hash, JsonLdError, canonicalize_quads};
use serde_json::Value;

pub fn trials(shared: &Path) -> Vec<Trial> {
    let folder = shared.join("corpus/w3c-rdf-canon/tests");
    let manifest: Value =
        serde_json::from_str(&std::fs::read_to_string(folder.join("manifest.jsonld")).unwrap()).unwrap();
    let entries = manifest["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 86, "the suite has 86 tests");
    entries.iter().map(|entry| trial(&folder, entry)).collect()
}

fn trial(folder: &Path, entry: &Value) -> Trial {
    let id = entry["id"].as_str().unwrap().trim_start_matches('#');
    let action = folder.join(entry["action"].as_str().unwrap());
    let result = entry["result"].as_str().map(|result| folder.join(result));
    let hash = match entry["hashAlgorithm"].as_str() {
        None | Some("SHA256") => Hash::Sha256,
        Some("SHA384") => Hash::Sha384,
        Some(other) => panic!("a hash that the suite did not have: {other}"),
    };
    let kind = entry["type"].as_str().unwrap().to_owned();
    case(format!("rdf-canon {id}"), move || {
        let canonical = run(&action, hash);
        match kind.as_str() {
            "rdfc:RDFC10EvalTest" => evaluates(canonical, &result.unwrap()),
            "rdfc:RDFC10MapTest" => maps(canonical, &result.unwrap()),
            "rdfc:RDFC10NegativeEvalTest" => match canonical {
                Err(JsonLdError::TooComplex) => Ok(()),
                other => Err(format!("expected a refusal, got {other:?}").into()),
            },
            other => Err(format!("a kind of test that the suite did not have: {other}").into()),
        }
    })
}

fn run(action: &PathBuf, hash: Hash) -> Result<CanonicalDataset, JsonLdError> {
    canonicalize_quads(&super::nquads::parse(&std::fs::read_to_string(action).unwrap()), hash)
}

fn evaluates(canonical: Result<CanonicalDataset, JsonLdError>, result: &Path) -> Result<(), Failed> {
    let (found, expected) = (canonical?.lines.concat(), std::fs::read_to_string(result)?);
    if found == expected { Ok(()) } else { Err(format!("expected\n{expected}\nfound\n{found}").into()) }
}

fn maps(canonical: Result<CanonicalDataset, JsonLdError>, result: &Path) -> Result<(), Failed> {
    let found = canonical?.issued;
    let expected: BTreeMap<String, String> = serde_json::from_str(&std::fs::read_to_string(result)?)?;
    if found == expected { Ok(()) } else { Err(format!("expected {expected:?}, found {found:?}").into()) }
}
