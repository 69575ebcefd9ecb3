//! What a holder may show of a badge and what they may keep back (`ecdsa-sd-2023`, Data Integrity ECDSA
//! Cryptosuites 1.0, 3.4).

use openbadges::artifact::PayloadContent;
use openbadges::proof::{DeriveError, derive, mandatory_pointers};
use openbadges::{Credential, ParseError};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::text::one_line;

/// The most parts that are offered.
const MOST: usize = 200;

/// The longest value that is shown of a part, in characters.
const VALUE: usize = 120;

/// The deepest place of a part.
const DEEPEST: usize = 16;

/// A part of a badge that can be shown by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Choice {
    /// Where it is (JSON Pointer, RFC 6901).
    pub pointer: String,
    /// Its place in words, such as `credentialSubject › achievement › name`.
    pub place: String,
    /// What it says, cut short.
    pub value: String,
    /// Whether the issuer wants it shown whatever else is.
    pub mandatory: bool,
}

/// Why a part of a badge cannot be shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DiscloseError {
    /// Nothing can be derived from it.
    #[error(transparent)]
    Derive(#[from] DeriveError),
    /// What was derived is no badge any more.
    #[error("what would be left is no credential: {0}")]
    NoCredential(#[from] ParseError),
}

impl DiscloseError {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Derive(error) => error.code(),
            Self::NoCredential(error) => error.code(),
        }
    }

    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Derive(error) => error.hint(),
            Self::NoCredential(_) => "Show more of it: its type and its issuer at least.",
        }
    }
}

/// The parts that can be shown or kept back; none where the issuer's proof covers the whole only.
pub fn choices(credential: &Credential) -> Vec<Choice> {
    let Ok(mandatory) = mandatory_pointers(credential.json()) else { return Vec::new() };
    let mut choices = Vec::new();
    walk(credential.json(), &mut Vec::new(), &mandatory, &mut choices);
    choices
}

/// The credential that shows what `pointers` lead to, what its issuer made mandatory, and nothing else.
///
/// # Errors
/// [`DiscloseError`].
pub fn disclosed(credential: &Credential, pointers: &[String]) -> Result<Credential, DiscloseError> {
    let derived = derive(credential.json(), pointers)?;
    Ok(Credential::parse(&PayloadContent::Json(derived.to_string()))?)
}

/// Every scalar is a part by itself. Ids and types come along with whatever they belong to.
fn walk(value: &Value, path: &mut Vec<String>, mandatory: &[String], choices: &mut Vec<Choice>) {
    if choices.len() >= MOST || path.len() >= DEEPEST {
        return;
    }
    let mut step = |name: String, value: &Value| {
        path.push(name);
        walk(value, path, mandatory, choices);
        path.pop();
    };
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                if !matches!(name.as_str(), "@context" | "proof" | "type" | "id") {
                    step(name.clone(), value);
                }
            }
        }
        Value::Array(members) => {
            members.iter().enumerate().for_each(|(index, value)| step(index.to_string(), value));
        }
        scalar => choices.push(choice(scalar, path, mandatory)),
    }
}

fn choice(scalar: &Value, path: &[String], mandatory: &[String]) -> Choice {
    let escaped = path.iter().map(|name| name.replace('~', "~0").replace('/', "~1"));
    let pointer: String = escaped.flat_map(|name| ["/".to_owned(), name]).collect();
    let covers = |wanted: &String| {
        pointer.strip_prefix(wanted.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let text = scalar.as_str().map_or_else(|| scalar.to_string(), str::to_owned);
    Choice {
        place: one_line(&path.join(" › "), 4 * VALUE),
        value: one_line(&text, VALUE),
        mandatory: mandatory.iter().any(covers),
        pointer,
    }
}
