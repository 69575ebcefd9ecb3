//! SD-JWT (RFC 9901): a token of which the holder shows a part.
//!
//! The issuer signs digests; beside the token stand the disclosures that they are the digests of, and perhaps a
//! token by the holder that binds all of it (the key binding). Taking it apart gives the claims as far as they are
//! disclosed. Whatever does not fit together is kept as a [`Flaw`] for the check of integrity to report: what is
//! shown is then only what the issuer signed.

use std::collections::{HashMap, HashSet};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::jws::{Jws, JwsError};
use crate::json::{MAX_DEPTH, parse_strict_bytes};

/// More disclosures than this are not looked at.
const MAX_DISCLOSURES: usize = 10_000;

/// What came with the issuer's token.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Selective {
    /// What does not fit together, if anything.
    pub flaw: Option<Flaw>,
    /// The holder's token, if there is one.
    pub key_binding: Option<KeyBinding>,
    /// How many digests stand for something that is not shown (or for nothing: issuers add decoys).
    pub undisclosed: usize,
    /// Whether one of them could be a claim or a property of the credential itself, such as its end or its status.
    pub conceals_claims: bool,
}

/// The holder's token (RFC 9901, 4.3).
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct KeyBinding {
    /// The token and its claims, or why it is none.
    pub token: Result<(Jws, Value), JwsError>,
    /// What its claim `sd_hash` must say; `None` where the hash function is unknown.
    pub sd_hash: Option<String>,
}

/// Why the disclosures do not belong to the token (RFC 9901, 7.1).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Flaw {
    #[error("its digests are made by {name}")]
    UnknownHash { name: String },
    #[error("it has more than {MAX_DISCLOSURES} disclosures")]
    TooMany,
    #[error("disclosure {number} is {problem}")]
    Malformed { number: usize, problem: String },
    #[error("disclosure {number} is none that its issuer signed")]
    Unreferenced { number: usize },
    #[error("a digest stands in it twice")]
    Repeated,
    #[error("disclosure {number} gives the claim “{name}”, which is there already")]
    Collision { number: usize, name: String },
    #[error("the place {pointer} is not one for digests")]
    Place { pointer: String },
    #[error("its disclosures lie more than {MAX_DEPTH} levels inside one another")]
    TooDeep,
}

/// Takes an SD-JWT apart: the issuer's token, and the claims as far as they are disclosed.
pub(crate) fn parse(text: &str) -> Result<(Jws, Value), JwsError> {
    let (issued, rest) = text.split_once('~').unwrap_or((text, ""));
    let (mut jws, claims) = Jws::parse(issued)?;
    let (disclosures, last) = match rest.rsplit_once('~') {
        Some((disclosures, last)) => (Some(disclosures), last),
        None => (None, rest),
    };
    let hash = Hash::of(&claims);
    let mut opening = Opening::of(disclosures, hash.as_ref().ok().copied());
    let shown = match &hash {
        Ok(_) => opening.open(claims),
        Err(unknown) => {
            opening.flaw = Some(unknown.clone());
            claims
        }
    };
    let presented = text.len().saturating_sub(last.len());
    let key_binding = (!last.is_empty()).then(|| KeyBinding {
        token: Jws::parse(last),
        sd_hash: hash.ok().zip(text.get(..presented)).map(|(hash, presented)| hash.digest(presented)),
    });
    jws.set_selective(Selective {
        flaw: opening.flaw,
        key_binding,
        undisclosed: opening.undisclosed,
        conceals_claims: opening.conceals_claims,
    });
    Ok((jws, shown))
}

/// A hash function for digests, by its name in the IANA registry of Named Information.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    /// The one that the claims name in `_sd_alg`.
    fn of(claims: &Value) -> Result<Self, Flaw> {
        let name = match claims.get("_sd_alg") {
            None => return Ok(Self::Sha256),
            Some(name) => name.as_str().unwrap_or("something that is no name"),
        };
        match name {
            "sha-256" => Ok(Self::Sha256),
            "sha-384" => Ok(Self::Sha384),
            "sha-512" => Ok(Self::Sha512),
            other => Err(Flaw::UnknownHash { name: other.to_owned() }),
        }
    }

    fn digest(self, text: &str) -> String {
        match self {
            Self::Sha256 => URL_SAFE_NO_PAD.encode(Sha256::digest(text)),
            Self::Sha384 => URL_SAFE_NO_PAD.encode(Sha384::digest(text)),
            Self::Sha512 => URL_SAFE_NO_PAD.encode(Sha512::digest(text)),
        }
    }
}

/// A disclosure: of a claim, or of an element of an array. Its salt has done its work.
struct Disclosure {
    number: usize,
    name: Option<String>,
    value: Value,
}

impl Disclosure {
    fn read(text: &str, number: usize) -> Result<Self, Flaw> {
        let malformed = |problem: String| Flaw::Malformed { number, problem };
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| malformed("not base64url".to_owned()))?;
        let json =
            parse_strict_bytes(&bytes).map_err(|error| malformed(format!("not sound JSON ({error})")))?;
        let mut parts = match json {
            Value::Array(parts) if parts.first().is_some_and(Value::is_string) => parts,
            _ => return Err(malformed("not a list that begins with a salt".to_owned())),
        };
        let value = parts.pop().unwrap_or_default();
        match (parts.len(), parts.pop()) {
            (1, _) => Ok(Self { number, name: None, value }),
            (2, Some(Value::String(name))) if name != "_sd" && name != "..." => {
                Ok(Self { number, name: Some(name), value })
            }
            (2, _) => Err(malformed("for a claim of a name that none may have".to_owned())),
            _ => Err(malformed("neither of a claim nor of an element".to_owned())),
        }
    }
}

/// The disclosures that were not found a place yet, by their digests.
struct Opening {
    waiting: HashMap<String, Disclosure>,
    seen: HashSet<String>,
    flaw: Option<Flaw>,
    undisclosed: usize,
    conceals_claims: bool,
}

impl Opening {
    fn of(disclosures: Option<&str>, hash: Option<Hash>) -> Self {
        let mut opening = Self {
            waiting: HashMap::new(),
            seen: HashSet::new(),
            flaw: None,
            undisclosed: 0,
            conceals_claims: false,
        };
        let texts = disclosures.into_iter().flat_map(|disclosures| disclosures.split('~'));
        for (index, text) in texts.enumerate() {
            if index == MAX_DISCLOSURES {
                opening.fail(Flaw::TooMany);
                break;
            }
            let Some(hash) = hash else { break };
            match Disclosure::read(text, index + 1) {
                Err(flaw) => opening.fail(flaw),
                Ok(disclosure) => {
                    if opening.waiting.insert(hash.digest(text), disclosure).is_some() {
                        opening.fail(Flaw::Repeated);
                    }
                }
            }
        }
        opening
    }

    fn fail(&mut self, flaw: Flaw) {
        self.flaw.get_or_insert(flaw);
    }

    /// The claims with everything in its place; what was wrong on the way is kept.
    fn open(&mut self, claims: Value) -> Value {
        let mut shown = self.value(claims, "", 0);
        if let Value::Object(members) = &mut shown {
            members.shift_remove("_sd_alg");
        }
        if let Some(number) = self.waiting.values().map(|disclosure| disclosure.number).min() {
            self.fail(Flaw::Unreferenced { number });
        }
        shown
    }

    fn value(&mut self, value: Value, pointer: &str, depth: usize) -> Value {
        if depth > MAX_DEPTH {
            self.fail(Flaw::TooDeep);
            return Value::Null;
        }
        match value {
            Value::Object(members) => Value::Object(self.object(members, pointer, depth)),
            Value::Array(items) => Value::Array(self.array(items, pointer, depth)),
            other => other,
        }
    }

    fn object(&mut self, members: Map<String, Value>, pointer: &str, depth: usize) -> Map<String, Value> {
        let mut shown = Map::new();
        let mut digests = None;
        for (name, value) in members {
            match name.as_str() {
                "_sd" => digests = Some(value),
                "..." => self.fail(Flaw::Place { pointer: pointer.to_owned() }),
                _ => {
                    let below = format!("{pointer}/{name}");
                    shown.insert(name, self.value(value, &below, depth + 1));
                }
            }
        }
        let Some(digests) = digests else { return shown };
        let all = digests.as_array().filter(|all| all.iter().all(Value::is_string));
        if all.is_none() {
            self.fail(Flaw::Place { pointer: format!("{pointer}/_sd") });
        }
        for digest in all.into_iter().flatten().filter_map(Value::as_str) {
            let Some(disclosure) = self.disclosed(digest) else {
                self.conceals_claims |= ["", "/vc", "/vp"].contains(&pointer);
                continue;
            };
            let Some(name) = disclosure.name else {
                let problem = "of an element, and not of a claim".to_owned();
                self.fail(Flaw::Malformed { number: disclosure.number, problem });
                continue;
            };
            if shown.contains_key(&name) {
                self.fail(Flaw::Collision { number: disclosure.number, name });
                continue;
            }
            let value = self.value(disclosure.value, &format!("{pointer}/{name}"), depth + 1);
            shown.insert(name, value);
        }
        shown
    }

    fn array(&mut self, items: Vec<Value>, pointer: &str, depth: usize) -> Vec<Value> {
        let mut shown = Vec::new();
        for item in items {
            let place = format!("{pointer}/{}", shown.len());
            let Some(digest) = item.get("...") else {
                shown.push(self.value(item, &place, depth + 1));
                continue;
            };
            let alone = item.as_object().is_some_and(|members| members.len() == 1);
            let Some(digest) = digest.as_str().filter(|_| alone) else {
                self.fail(Flaw::Place { pointer: place });
                continue;
            };
            let Some(disclosure) = self.disclosed(digest) else { continue };
            if disclosure.name.is_some() {
                let problem = "of a claim, and not of an element".to_owned();
                self.fail(Flaw::Malformed { number: disclosure.number, problem });
                continue;
            }
            shown.push(self.value(disclosure.value, &place, depth + 1));
        }
        shown
    }

    /// The disclosure of a digest, if it is shown. No digest may stand anywhere twice.
    fn disclosed(&mut self, digest: &str) -> Option<Disclosure> {
        if !self.seen.insert(digest.to_owned()) {
            self.fail(Flaw::Repeated);
            return None;
        }
        let found = self.waiting.remove(digest);
        self.undisclosed += usize::from(found.is_none());
        found
    }
}

#[cfg(test)]
mod tests;
