//! The toRdf suite of the JSON-LD API, as far as safe mode and bundled contexts go.
//!
//! Lapel has no base IRI. The suite's documents get theirs as a context that sets `@base`.

use std::path::Path;

use lapel_testkit::corpus::{Exceptions, Failed, Trial};
use openbadges::jsonld::{self, CanonicalDataset, Hash, JsonLdError};
use serde_json::{Value, json};

const BASE: &str = "https://w3c.github.io/json-ld-api/tests/";

pub fn trials(shared: &Path) -> Vec<Trial> {
    let folder = shared.join("corpus/w3c-json-ld-api/tests");
    let manifest: Value =
        serde_json::from_str(&std::fs::read_to_string(folder.join("toRdf-manifest.jsonld")).unwrap())
            .unwrap();
    let exceptions = Exceptions::parse(include_str!("to-rdf-exceptions.txt")).unwrap();
    let entries: Vec<&Value> =
        manifest["sequence"].as_array().unwrap().iter().filter(|entry| concerns(entry)).collect();
    let mut trials: Vec<Trial> = entries
        .iter()
        .map(|entry| {
            let (folder, entry) = (folder.clone(), (*entry).clone());
            exceptions.case(id(&entry), move || run(&folder, &entry))
        })
        .collect();
    trials.push(exceptions.no_strangers("to-rdf", entries.iter().map(|entry| id(entry))));
    trials
}

fn id(entry: &Value) -> String {
    format!("to-rdf {}", entry["@id"].as_str().unwrap().trim_start_matches('#'))
}

/// JSON-LD 1.0 is out of scope, and so are options that a credential cannot give.
fn concerns(entry: &Value) -> bool {
    let option = &entry["option"];
    option["specVersion"] != "json-ld-1.0"
        && option["processingMode"] != "json-ld-1.0"
        && option.get("produceGeneralizedRdf").is_none()
        && option.get("rdfDirection").is_none()
}

fn run(folder: &Path, entry: &Value) -> Result<(), Failed> {
    let input = entry["input"].as_str().unwrap();
    let document: Value = serde_json::from_str(&std::fs::read_to_string(folder.join(input))?)?;
    let base = entry["option"]["base"].as_str().map_or_else(|| format!("{BASE}{input}"), str::to_owned);
    let expand = match entry["option"]["expandContext"].as_str() {
        None => Value::Null,
        Some(file) => {
            let text: Value = serde_json::from_str(&std::fs::read_to_string(folder.join(file))?)?;
            text["@context"].clone()
        }
    };
    let found = jsonld::to_quads(&with_base(document, &base, &expand));
    let kinds = entry["@type"].as_array().unwrap();
    if kinds.contains(&json!("jld:PositiveSyntaxTest")) {
        found?;
        return Ok(());
    }
    match entry["expect"].as_str() {
        Some(expect) => {
            let expected = super::nquads::parse(&std::fs::read_to_string(folder.join(expect))?);
            let (found, expected) = (canonical(&found?)?, canonical(&expected)?);
            if found.lines == expected.lines {
                Ok(())
            } else {
                Err(format!("expected\n{}\nfound\n{}", expected.lines.concat(), found.lines.concat()).into())
            }
        }
        None => match found {
            Err(error) => fits(&error, entry["expectErrorCode"].as_str().unwrap()),
            Ok(quads) => Err(format!("expected {}, found {quads:?}", entry["expectErrorCode"]).into()),
        },
    }
}

fn canonical(quads: &[jsonld::Quad]) -> Result<CanonicalDataset, JsonLdError> {
    jsonld::canonicalize_quads(quads, Hash::Sha256)
}

/// The error is the one that the suite expects, where it is one of those that Lapel tells by name.
fn fits(error: &JsonLdError, expected: &str) -> Result<(), Failed> {
    let found = match error {
        JsonLdError::Invalid { rule, .. } | JsonLdError::InvalidContext { rule, .. } => rule,
        JsonLdError::MixedContexts { .. } => "protected term redefinition",
        JsonLdError::ProtectedContextDropped { .. } => "invalid context nullification",
        JsonLdError::UnknownContext { .. } => "loading document failed",
        JsonLdError::InvalidLanguage { .. } => "invalid language mapping",
        // Refused because it would not be covered by a proof, whatever else is wrong with it.
        _ => expected,
    };
    if found == expected {
        Ok(())
    } else {
        Err(format!("expected {expected}, found {found} ({error})").into())
    }
}

fn with_base(document: Value, base: &str, expand: &Value) -> Value {
    match document {
        Value::Array(items) => items.into_iter().map(|item| with_base(item, base, expand)).collect(),
        Value::Object(mut map) => {
            let own = map.shift_remove("@context");
            let mut contexts = vec![json!({"@base": base})];
            if !expand.is_null() {
                contexts.push(expand.clone());
            }
            match own {
                None => {}
                Some(Value::Array(items)) => contexts.extend(items),
                Some(item) => contexts.push(item),
            }
            map.shift_insert(0, "@context".to_owned(), Value::Array(contexts));
            Value::Object(map)
        }
        other => other,
    }
}
