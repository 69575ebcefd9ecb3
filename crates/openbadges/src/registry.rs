//! Registries of issuers: files in which somebody lists the issuers that they know.
//!
//! Three forms are read: the registry of the Digital Credentials Consortium (`{"registry": {"did:...": {"name": ...}}}`),
//! a list of ids, and a list of objects with an id. A list of *registries* is recognised and refused, for it names
//! no issuer.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::credential::value::{is_iri, kind_of};
use crate::json::{JsonError, parse_strict_bytes};
use crate::verify::KnownIssuer;

/// A file of issuers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registry {
    /// The issuers, in the order of the file, each id once.
    pub issuers: Vec<Listed>,
}

/// An issuer as a registry lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its id: a DID or URL.
    pub id: String,
    /// Its name, where the registry gives one.
    pub name: Option<String>,
}

/// Why a file is no registry of issuers.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// It is larger than any registry.
    #[error("this file has {length} bytes; a registry of issuers has at most {}", Registry::MAX_BYTES)]
    TooLong {
        /// Its length.
        length: usize,
    },
    /// It is not strict JSON.
    #[error("{0}")]
    Json(#[from] JsonError),
    /// It has no form of a registry.
    #[error("this is {found}, not a registry of issuers")]
    NotARegistry {
        /// What it is.
        found: &'static str,
    },
    /// It lists where registries are, not issuers.
    #[error("this is a list of {} registries, not of issuers", addresses.len())]
    ListOfRegistries {
        /// Where they are.
        addresses: Vec<String>,
    },
    /// An entry is no issuer.
    #[error("the entry {entry} is no issuer: {problem}")]
    BadEntry {
        /// Its place or key.
        entry: String,
        /// Why not.
        problem: &'static str,
    },
    /// It lists more issuers than any registry.
    #[error("this file lists more than {} issuers", Registry::MAX_ISSUERS)]
    TooMany,
}

impl RegistryError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLong { .. } | Self::TooMany => "registry.too-large",
            Self::Json(_) => "registry.not-json",
            Self::NotARegistry { .. } => "registry.not-a-registry",
            Self::ListOfRegistries { .. } => "registry.list-of-registries",
            Self::BadEntry { .. } => "registry.bad-entry",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::ListOfRegistries { addresses } => {
                format!(
                    "Download the registries that you rely on and add them one by one: {}.",
                    addresses.join(", ")
                )
            }
            Self::Json(error) => error.hint(),
            _ => "A registry is JSON: a list of ids, or {\"registry\": {\"did:...\": {\"name\": \"...\"}}}."
                .to_owned(),
        }
    }
}

/// The properties that name an issuer in a list of objects.
const IDS: [&str; 4] = ["id", "did", "issuer", "iss"];

impl Registry {
    /// The largest file that is read, in bytes.
    pub const MAX_BYTES: usize = 8 << 20;
    /// The most issuers that are read.
    pub const MAX_ISSUERS: usize = 20_000;
    /// The longest id that is read, in bytes.
    const MAX_ID: usize = 2_048;

    /// Reads a registry from the bytes of a file.
    pub fn parse(bytes: &[u8]) -> Result<Self, RegistryError> {
        if bytes.len() > Self::MAX_BYTES {
            return Err(RegistryError::TooLong { length: bytes.len() });
        }
        let json = parse_strict_bytes(bytes)?;
        let mut reader = Reader { seen: BTreeSet::new(), issuers: Vec::new() };
        match &json {
            Value::Array(entries) => reader.list(entries)?,
            Value::Object(file) => reader.file(file)?,
            other => return Err(RegistryError::NotARegistry { found: kind_of(other) }),
        }
        Ok(Self { issuers: reader.issuers })
    }

    /// The issuers as a policy knows them: vouched for by the registry called `name`.
    pub fn known_issuers(&self, name: &str) -> Vec<KnownIssuer> {
        let known = self.issuers.iter().map(|issuer| KnownIssuer {
            id: issuer.id.clone(),
            known_to: match &issuer.name {
                Some(listed) => format!("{name}, as “{listed}”"),
                None => name.to_owned(),
            },
        });
        known.collect()
    }
}

struct Reader {
    seen: BTreeSet<String>,
    issuers: Vec<Listed>,
}

impl Reader {
    fn file(&mut self, file: &Map<String, Value>) -> Result<(), RegistryError> {
        match (file.get("registry"), file.get("issuers"), file.get("registries")) {
            (Some(Value::Object(registry)), ..) => {
                registry.iter().try_for_each(|(id, about)| self.take(id, Some(id), about))
            }
            (Some(Value::Array(entries)), ..) | (None, Some(Value::Array(entries)), _) => self.list(entries),
            (None, None, Some(Value::Array(registries))) => Err(list_of_registries(registries)),
            _ => Err(RegistryError::NotARegistry { found: "an object without the property registry" }),
        }
    }

    fn list(&mut self, entries: &[Value]) -> Result<(), RegistryError> {
        let names_no_issuer = |entry: &Value| {
            entry.get("type").is_some()
                && ["url", "fetchEndpoint"].iter().any(|address| entry.get(*address).is_some())
                && !IDS.iter().any(|id| entry.get(*id).is_some())
        };
        if !entries.is_empty() && entries.iter().all(names_no_issuer) {
            return Err(list_of_registries(entries));
        }
        for (index, entry) in entries.iter().enumerate() {
            let id = match entry {
                Value::String(id) => Some(id.as_str()),
                about => IDS.iter().find_map(|name| about.get(*name)).and_then(Value::as_str),
            };
            self.take(&format!("number {}", index + 1), id, entry)?;
        }
        Ok(())
    }

    fn take(&mut self, entry: &str, id: Option<&str>, about: &Value) -> Result<(), RegistryError> {
        let bad = |problem| RegistryError::BadEntry { entry: entry.chars().take(80).collect(), problem };
        let id = id.map(str::trim).ok_or_else(|| bad("it has no id"))?;
        if id.len() > Registry::MAX_ID {
            return Err(bad("its id is too long"));
        }
        if !is_iri(id) {
            return Err(bad("its id is neither a DID nor a URL"));
        }
        if self.issuers.len() >= Registry::MAX_ISSUERS {
            return Err(RegistryError::TooMany);
        }
        if self.seen.insert(id.to_owned()) {
            let name =
                about.get("name").and_then(Value::as_str).map(one_line).filter(|name| !name.is_empty());
            self.issuers.push(Listed { id: id.to_owned(), name });
        }
        Ok(())
    }
}

fn list_of_registries(registries: &[Value]) -> RegistryError {
    let address = |registry: &Value| {
        ["url", "fetchEndpoint"]
            .iter()
            .find_map(|name| registry.get(*name))
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    RegistryError::ListOfRegistries { addresses: registries.iter().filter_map(address).take(20).collect() }
}

/// A name short enough for a sentence, in one line.
fn one_line(name: &str) -> String {
    name.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .filter(|c| !c.is_control())
        .take(120)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(text: &str) -> Vec<String> {
        Registry::parse(text.as_bytes()).unwrap().issuers.into_iter().map(|issuer| issuer.id).collect()
    }

    #[test]
    fn every_form_gives_its_issuers() {
        let consortium = r#"{"meta":{"created":"2020-12-02"},"registry":{
            "did:key:z6MkA":{"name":"Example\n College","location":"Cambridge","url":"https://college.example/"},
            "did:web:school.example":{"name":""}}}"#;
        let registry = Registry::parse(consortium.as_bytes()).unwrap();
        let listed =
            |id: &str, name: Option<&str>| Listed { id: id.to_owned(), name: name.map(str::to_owned) };
        assert_eq!(
            registry.issuers,
            [listed("did:key:z6MkA", Some("Example College")), listed("did:web:school.example", None)]
        );
        let known: Vec<String> =
            registry.known_issuers("the members").into_iter().map(|known| known.known_to).collect();
        assert_eq!(known, ["the members, as “Example College”", "the members"]);
        assert_eq!(ids(r#"["did:web:a.example", "https://b.example/issuer", "did:web:a.example"]"#).len(), 2);
        assert_eq!(ids(r#"[{"did":"did:web:a.example"},{"id":"https://b.example/"}]"#).len(), 2);
        assert_eq!(ids(r#"{"issuers":["did:web:a.example"]}"#).len(), 1);
        assert!(ids("[]").is_empty());
    }

    #[test]
    fn what_lists_no_issuers_is_refused_with_the_reason() {
        let long = format!(r#"["did:web:{}"]"#, "a".repeat(3_000));
        for (text, code) in [
            ("{", "registry.not-json"),
            ("7", "registry.not-a-registry"),
            (r#"{"type":"Profile"}"#, "registry.not-a-registry"),
            (r#"{"registry":"did:web:a.example"}"#, "registry.not-a-registry"),
            (r#"["somebody"]"#, "registry.bad-entry"),
            (r#"[{"name":"somebody"}]"#, "registry.bad-entry"),
            ("[7]", "registry.bad-entry"),
            (r#"{"registry":{"a b":{}}}"#, "registry.bad-entry"),
            (long.as_str(), "registry.bad-entry"),
            (
                r#"[{"name":"DCC","type":"dcc-legacy","url":"https://registry.example/r.json"}]"#,
                "registry.list-of-registries",
            ),
        ] {
            let error = Registry::parse(text.as_bytes()).unwrap_err();
            assert_eq!(error.code(), code, "{text}: {error}");
            assert!(!error.hint().is_empty());
        }
        let many: Vec<String> =
            (0..=Registry::MAX_ISSUERS).map(|n| format!("\"did:web:a{n}.example\"")).collect();
        assert_eq!(Registry::parse(format!("[{}]", many.join(",")).as_bytes()), Err(RegistryError::TooMany));
        assert!(Registry::parse(&vec![b' '; Registry::MAX_BYTES + 1]).is_err());
    }
}
