//! Credentials inside a credential: those of a learner record or a presentation, and endorsements.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::value::{each, has_type, id_of};
use super::{Credential, ParseError, Standard};
use crate::artifact::PayloadContent;

/// What a credential is to the one that it stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A part of it: of a learner record or a presentation (`verifiableCredential`).
    Credential,
    /// What somebody says about it, its achievement or its issuer (`endorsement`, `endorsementJwt`).
    Endorsement,
}

impl Role {
    /// The stable name used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Credential => "credential",
            Self::Endorsement => "endorsement",
        }
    }

    /// For the beginning of a sentence.
    pub(crate) fn in_words(self) -> &'static str {
        match self {
            Self::Credential => "Credentials",
            Self::Endorsement => "Endorsements",
        }
    }
}

/// A credential inside another, exactly as it stands there.
#[derive(Clone, Debug, PartialEq)]
pub struct Embedded {
    /// Where it stands in the outer [`Credential::body`] (JSON Pointer, RFC 6901).
    pub pointer: String,
    /// What it is to the outer one.
    pub role: Role,
    /// The id of the node that it is attached to: of an endorsement, what it must speak of.
    pub about: Option<String>,
    /// The credential, or why it is none.
    pub credential: Result<Credential, ParseError>,
}

impl Embedded {
    /// More than this many are not looked at, in the outermost and all that stand inside it together.
    pub const MAX: usize = 1_000;

    /// How many credentials stand around one at most: a presentation of a record of badges with endorsements is
    /// four deep, and nothing needs more.
    pub const MAX_DEPTH: usize = 4;
}

/// Deeper than this no property is looked for.
const MAX_DEPTH: usize = 32;

/// The credentials inside `outer`, in the order of the text; those inside these are theirs.
pub(super) fn of(outer: &Credential) -> Vec<Embedded> {
    let mut search = Search {
        standard: outer.standard(),
        contexts: inherited(outer),
        pointer: String::new(),
        found: Vec::new(),
    };
    if !outer.standard().is_assertion() {
        search.look(outer.body(), 0);
    }
    search.found
}

/// The contexts that JSON-LD reads a node in that names none: those around it, but in a presentation of the second
/// data model, which drops them at each credential.
fn inherited(outer: &Credential) -> Option<&Value> {
    let is_version_1 = outer.body().as_object().is_some_and(super::vc::is_version_1);
    let drops = outer.standard() == Standard::Presentation && !is_version_1;
    outer.body().get("@context").filter(|_| !drops)
}

struct Search<'a> {
    /// The standard of the outer one.
    standard: Standard,
    /// What nodes without contexts of their own are read in.
    contexts: Option<&'a Value>,
    pointer: String,
    found: Vec<Embedded>,
}

impl Search<'_> {
    fn look(&mut self, node: &Value, depth: usize) {
        let Value::Object(members) = node else { return };
        for (name, member) in members {
            match name.as_str() {
                "verifiableCredential" => self.each_of(name, member, Role::Credential, None),
                "endorsement" | "endorsementJwt" if self.is_endorsement(member) => {
                    self.each_of(name, member, Role::Endorsement, id_of(node));
                }
                "proof" | "@context" => {}
                _ => self.below(name, member, depth),
            }
        }
    }

    /// Of a credential that follows no specification of badges, a property of this name may say anything.
    fn is_endorsement(&self, member: &Value) -> bool {
        let is_credential = |value: &Value| {
            has_type(value, "VerifiableCredential") || has_type(value, "EnvelopedVerifiableCredential")
        };
        self.standard != Standard::Vc || each(Some(member)).iter().any(is_credential)
    }

    fn each_of(&mut self, name: &str, member: &Value, role: Role, about: Option<&str>) {
        let listed = member.is_array();
        for (index, value) in each(Some(member)).iter().enumerate() {
            let place = if listed { format!("/{index}") } else { String::new() };
            let pointer = format!("{}/{name}{place}", self.pointer);
            let about = about.map(str::to_owned);
            if self.found.len() < Embedded::MAX {
                self.found.push(Embedded { pointer, role, about, credential: read(value, self.contexts) });
            } else {
                let limit = Embedded::MAX;
                if self.found.len() == limit {
                    let credential = Err(ParseError::TooMany { limit });
                    self.found.push(Embedded { pointer, role, about, credential });
                }
                return;
            }
        }
    }

    fn below(&mut self, name: &str, member: &Value, depth: usize) {
        if depth >= MAX_DEPTH {
            return;
        }
        let length = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(&super::shape::escaped(name));
        match member {
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.below(&index.to_string(), item, depth + 1);
                }
            }
            node => self.look(node, depth + 1),
        }
        self.pointer.truncate(length);
    }
}

/// A credential that stands in another: an object, or the text of a token.
fn read(value: &Value, contexts: Option<&Value>) -> Result<Credential, ParseError> {
    match value {
        Value::String(text) => Credential::parse(&PayloadContent::Jws(text.clone())),
        node => Credential::of_value(node, contexts),
    }
}
