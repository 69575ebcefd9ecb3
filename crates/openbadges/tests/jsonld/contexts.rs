//! The term tables state the published contexts.

use std::path::Path;

use lapel_testkit::corpus::{Failed, Trial, case};
use openbadges::jsonld::{self, Settings};
use serde_json::{Value, json};

use super::tables::{self, Stated};

pub fn trials(shared: &Path) -> Vec<Trial> {
    let stated = tables::all(&shared.join("contexts"));
    let module = tables::module(&stated);
    let mut trials = vec![
        case("contexts: the list is up to date", move || same("mod.rs", &module)),
        case("contexts: a URL has one current text", one_current_text),
    ];
    for it in stated {
        trials.push(case(format!("contexts: {}", it.file), move || states(&it)));
    }
    trials
}

/// The table is the one that the development program writes, and says what the published text says, to the
/// last definition. It is also valid down to the contexts that its terms bring.
fn states(it: &Stated) -> Result<(), Failed> {
    same(&it.file, &it.table)?;
    for url in &it.urls {
        let Some(context) = jsonld::context(url, &it.sha256) else {
            return Err(format!("{url} is not carried with the text {}", it.sha256).into());
        };
        if *context != it.context {
            return Err(
                format!("the table of {url} says\n{context}\nbut was published as\n{}", it.context).into()
            );
        }
    }
    // A context may lean on others by name; these are written out as well.
    let context = context_written_out(&it.context);
    let used = json!({"@context": context, "@id": "urn:x:subject", "urn:x:property": "value"});
    let named = json!({"@context": it.urls[0], "@id": "urn:x:subject", "urn:x:property": "value"});
    let texts = [(it.urls[0].as_str(), it.sha256.as_str())];
    let canonical = jsonld::canonicalize_with(&named, Settings { texts: &texts, ..Settings::default() })?;
    if canonical.contexts.first() != Some(&(leak(&it.urls[0]), leak(&it.sha256))) {
        return Err(format!("the contexts used are said to be {:?}", canonical.contexts).into());
    }
    if canonical.nquads != jsonld::canonicalize(&used)?.nquads {
        return Err("the context by name and the context written out give other statements".into());
    }
    Ok(())
}

fn leak(text: &str) -> &'static str {
    text.to_owned().leak()
}

fn same(file: &str, expected: &str) -> Result<(), Failed> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/jsonld/contexts").join(file);
    if std::fs::read_to_string(path)? == expected {
        Ok(())
    } else {
        Err(format!("{file} is not up to date: run `cargo run -p openbadges --example context_tables`")
            .into())
    }
}

fn one_current_text() -> Result<(), Failed> {
    let mut seen = std::collections::BTreeMap::new();
    for (url, sha256) in jsonld::bundled() {
        if let Some(other) = seen.insert(url, sha256) {
            return Err(format!("{url} has two current texts: {other} and {sha256}").into());
        }
    }
    let versions = jsonld::alternates("https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json").count();
    assert_eq!(versions, 3, "two earlier texts of 3.0.3, and the one with two more terms");
    Ok(())
}

/// A copy of `document` with every context that Lapel carries written out, so that the tables are not used.
pub fn written_out(document: &Value) -> Value {
    match document {
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| {
                let value = if key == "@context" { context_written_out(value) } else { written_out(value) };
                (key.clone(), value)
            })
            .collect(),
        Value::Array(items) => items.iter().map(written_out).collect(),
        other => other.clone(),
    }
}

fn context_written_out(context: &Value) -> Value {
    match context {
        Value::Array(items) => items.iter().map(context_written_out).collect(),
        Value::String(url) => match published(url) {
            Some(text) => context_written_out(&text),
            None => context.clone(),
        },
        other => other.clone(),
    }
}

/// The published text of the context at `url`.
fn published(url: &str) -> Option<Value> {
    use std::sync::OnceLock;
    static STATED: OnceLock<Vec<Stated>> = OnceLock::new();
    let shared = lapel_testkit::corpus::shared()?;
    let stated = STATED.get_or_init(|| tables::all(&shared.join("contexts")));
    let current = jsonld::bundled().find(|(known, _)| *known == url)?.1;
    stated.iter().find(|it| it.sha256 == current).map(|it| it.context.clone())
}
