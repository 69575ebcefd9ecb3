//! Writes published contexts as term tables (see `docs/jsonld.md` for the form).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Map, Value};

/// A published text of a context, and the table that states it.
pub struct Stated {
    /// The file's name, without folder.
    pub file: String,
    /// The table.
    pub table: String,
    /// What `@context` holds in the published text.
    pub context: Value,
    /// The URLs that it answers to.
    pub urls: Vec<String>,
    /// The digest of the published text.
    pub sha256: String,
}

/// The other copies that are carried beside the current text and its history: names in the `alternates`
/// folder. (The rest differ in nothing that a badge's proof would see.)
const ALTERNATES: [&str; 2] = ["ob-v3p0-3.0.3.json__19f6988a", "clr-v2p0-2.0.1.json__1a830552"];

/// Abbreviations of the namespaces that most contexts use.
const NAMES: [(&str, &str); 9] = [
    ("https://purl.imsglobal.org/spec/vc/ob/vocab.html#", "ob"),
    ("https://purl.imsglobal.org/spec/vc/clr/vocab.html#", "clr"),
    ("https://www.w3.org/2018/credentials#", "cred"),
    ("https://www.w3.org/ns/credentials/status#", "status"),
    ("https://w3id.org/security#", "sec"),
    ("https://schema.org/", "schema"),
    ("http://www.w3.org/2001/XMLSchema#", "xsd"),
    ("https://www.w3.org/2001/XMLSchema#", "xsds"),
    ("http://purl.org/dc/terms/", "dc"),
];

/// Every context of the folder `contexts`, with its earlier texts, sorted by the tables' names.
pub fn all(contexts: &Path) -> Vec<Stated> {
    let index = std::fs::read_to_string(contexts.join("index.jsonl")).unwrap();
    let mut stated = Vec::new();
    for line in index.lines() {
        let entry: Value = serde_json::from_str(line).unwrap();
        if entry["kind"] != "context" {
            continue;
        }
        let urls: Vec<String> =
            entry["urls"].as_array().unwrap().iter().map(|url| url.as_str().unwrap().to_owned()).collect();
        let file = entry["file"].as_str().unwrap();
        let sha256 = entry["sha256"].as_str().unwrap();
        stated.push(state(contexts, file, &urls, sha256, true));
        for list in ["history", "alternates"] {
            for other in entry[list].as_array().into_iter().flatten() {
                let (Some(file), Some(digest)) = (other["file"].as_str(), other["sha256"].as_str()) else {
                    continue;
                };
                let name = file.rsplit('/').next().unwrap();
                if digest != sha256 && (list == "history" || ALTERNATES.contains(&name)) {
                    stated.push(state(contexts, file, &urls, digest, false));
                }
            }
        }
    }
    stated.sort_by(|a, b| a.file.cmp(&b.file));
    stated
}

fn state(contexts: &Path, file: &str, urls: &[String], sha256: &str, current: bool) -> Stated {
    let text = std::fs::read_to_string(contexts.join(file)).unwrap();
    assert_eq!(
        openbadges::document::sha256_hex(text.as_bytes()),
        sha256,
        "{file} is not the text it is said to be"
    );
    let document: Value = serde_json::from_str(&text).unwrap();
    let context = document["@context"].clone();
    let name = file.rsplit('/').next().unwrap();
    let stem = name.split("__").next().unwrap().trim_end_matches(".jsonld").trim_end_matches(".json");
    let file = if current { format!("{stem}.terms") } else { format!("{stem}+{}.terms", &sha256[..8]) };
    let table = write(&context, urls, sha256, current);
    Stated { file, table, context, urls: urls.to_vec(), sha256: sha256.to_owned() }
}

/// The list of tables as a Rust module.
pub fn module(stated: &[Stated]) -> String {
    let mut text = String::from(
        "//! The term tables. Written by `cargo run -p openbadges --example context_tables`; do not edit by hand.\n\n\
         pub(super) const TEXTS: &[&str] = &[\n",
    );
    for it in stated {
        let _ = writeln!(text, "    include_str!(\"{}\"),", it.file);
    }
    text.push_str("];\n");
    text
}

fn write(context: &Value, urls: &[String], sha256: &str, current: bool) -> String {
    let mut counts = BTreeMap::new();
    count_namespaces(context, &mut counts);
    let names: Vec<(String, String)> = counts
        .into_iter()
        .filter(|(namespace, count)| *count >= 3 && namespace.len() > 8)
        .enumerate()
        .map(|(number, (namespace, _))| {
            let known = NAMES.iter().find(|(known, _)| *known == namespace);
            let name = known.map_or_else(|| format!("n{}", number + 1), |(_, name)| (*name).to_owned());
            (namespace, name)
        })
        .collect();
    let mut writer = Writer { names, text: String::new() };
    for url in urls {
        writer.line(0, &format!("url {url}"));
    }
    writer.line(0, &format!("sha256 {sha256}"));
    if !current {
        writer.line(0, "alternate");
    }
    for (namespace, name) in writer.names.clone() {
        writer.line(0, &format!("let {name} {namespace}"));
    }
    match context {
        Value::Array(items) => {
            writer.line(0, "list");
            for item in items {
                writer.item(0, item);
            }
        }
        item => writer.item(0, item),
    }
    writer.text
}

fn count_namespaces(value: &Value, counts: &mut BTreeMap<String, usize>) {
    match value {
        Value::String(text) => {
            if let Some(namespace) = namespace(text) {
                *counts.entry(namespace.to_owned()).or_default() += 1;
            }
        }
        Value::Array(items) => items.iter().for_each(|item| count_namespaces(item, counts)),
        Value::Object(map) => map.values().for_each(|item| count_namespaces(item, counts)),
        _ => {}
    }
}

/// What comes before the last name of an IRI.
fn namespace(text: &str) -> Option<&str> {
    text.contains("://").then(|| text.rfind(['#', '/']).map(|end| &text[..=end])).flatten()
}

struct Writer {
    names: Vec<(String, String)>,
    text: String,
}

impl Writer {
    fn line(&mut self, depth: usize, line: &str) {
        let _ = writeln!(self.text, "{:1$}{line}", "", depth);
    }

    fn item(&mut self, depth: usize, item: &Value) {
        match item {
            Value::String(url) => self.line(depth, &format!("use {}", self.word(url))),
            Value::Null => self.line(depth, "null"),
            Value::Object(map) => {
                self.line(depth, "context");
                self.entries(depth + 1, map);
            }
            other => panic!("not a context: {other}"),
        }
    }

    fn entries(&mut self, depth: usize, map: &Map<String, Value>) {
        for (name, value) in map {
            let bare = [
                "@version",
                "@protected",
                "@propagate",
                "@vocab",
                "@base",
                "@language",
                "@direction",
                "@import",
            ];
            assert!(!name.contains([' ', '\n', '{', '}']), "a term that the form cannot say: {name}");
            if bare.contains(&name.as_str()) {
                let line = if *value == Value::Bool(true) {
                    name.clone()
                } else {
                    format!("{name} {}", self.value(value))
                };
                self.line(depth, &line);
            } else if let Value::Object(definition) = value {
                self.definition(depth, name, definition);
            } else {
                self.line(depth, &format!("{name} = {}", self.value(value)));
            }
        }
    }

    fn definition(&mut self, depth: usize, name: &str, definition: &Map<String, Value>) {
        let mut line = format!("{name} :");
        for (keyword, value) in definition {
            let _ = match (keyword.as_str(), value) {
                ("@id", value) => write!(line, " {}", self.value(value)),
                ("@protected", Value::Bool(true)) => write!(line, " protected"),
                ("@context", Value::Object(_) | Value::Array(_)) => write!(line, " scoped"),
                (keyword, value) => write!(line, " {}={}", &keyword[1..], self.value(value)),
            };
        }
        self.line(depth, &line);
        match definition.get("@context") {
            Some(Value::Object(map)) => self.entries(depth + 1, map),
            Some(Value::Array(items)) => {
                self.line(depth + 1, "list");
                for item in items {
                    self.item(depth + 1, item);
                }
            }
            _ => {}
        }
    }

    fn value(&self, value: &Value) -> String {
        match value {
            Value::String(text) => self.word(text),
            Value::Array(items) => {
                format!("[{}]", items.iter().map(|i| self.value(i)).collect::<Vec<_>>().join(","))
            }
            Value::Object(_) => panic!("an object where the form has none: {value}"),
            Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
        }
    }

    fn word(&self, text: &str) -> String {
        assert!(
            !text.is_empty() && !text.contains([' ', '\n', ',', '[', ']', '{', '}']),
            "a value that the form cannot say: {text:?}"
        );
        assert!(
            !["null", "true", "false", "1.1"].contains(&text),
            "a string that reads as something else: {text}"
        );
        match self.names.iter().find(|(namespace, _)| self::namespace(text) == Some(namespace)) {
            Some((namespace, name)) => format!("{{{name}}}{}", &text[namespace.len()..]),
            None => text.to_owned(),
        }
    }
}
