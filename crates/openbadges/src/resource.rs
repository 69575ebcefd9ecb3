//! Digests of what a credential points to: `digestSRI` and `digestMultibase` (VC Data Model 2.0, 5.3).
//!
//! The specification asks for an error where a listed resource (`relatedResource`) that a verifier makes use of is
//! not the one that was meant: then what the badge rests on was changed after it was signed, and the check of
//! integrity fails. A digest elsewhere (beside a picture, evidence) that does not fit is a warning. What is not at
//! hand is said, and decides nothing: nobody needs to call on every address of a badge to know that it is genuine.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use crate::credential::value::{each, id_of, strings};
use crate::document::{Documents, hex};
use crate::jsonld;
use crate::proof::key::from_multibase;
use crate::report::{DocumentRef, Fault, Feature, Gap, Warning};

/// More resources than this of one credential are not looked at.
const MAX_RESOURCES: usize = 64;

/// The digests that a credential gives for something: all kinds of them must fit.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Digest {
    /// Of each kind those that count; one of them must be the right one.
    kinds: Vec<Vec<Expected>>,
}

/// A digest as written.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Expected {
    Sha256(Vec<u8>),
    Sha384(Vec<u8>),
    Sha512(Vec<u8>),
    /// By an algorithm that Lapel does not know, or not a digest at all.
    Other(String),
}

impl Expected {
    fn strength(&self) -> u8 {
        match self {
            Self::Other(_) => 0,
            Self::Sha256(_) => 1,
            Self::Sha384(_) => 2,
            Self::Sha512(_) => 3,
        }
    }

    fn fits(&self, bytes: &[u8]) -> Result<bool, Gap> {
        match self {
            Self::Sha256(digest) => Ok(**digest == *Sha256::digest(bytes)),
            Self::Sha384(digest) => Ok(**digest == *Sha384::digest(bytes)),
            Self::Sha512(digest) => Ok(**digest == *Sha512::digest(bytes)),
            Self::Other(name) => {
                Err(Gap::Unsupported { feature: Feature::Algorithm, name: format!("the digest {name}") })
            }
        }
    }
}

impl Digest {
    /// The digests that `node` gives for what its `id` names, if it gives any.
    pub(crate) fn of(node: &Value) -> Option<Self> {
        let integrity: Vec<Expected> = strings(node.get("digestSRI"))
            .flat_map(str::split_ascii_whitespace)
            .map(subresource_integrity)
            .collect();
        // Of several the strongest count (Subresource Integrity, 3.3.4).
        let strongest = integrity.iter().map(Expected::strength).max();
        let integrity = integrity.into_iter().filter(|one| Some(one.strength()) == strongest).collect();
        let multibase: Vec<Expected> = strings(node.get("digestMultibase")).map(multihash).collect();
        let kinds: Vec<_> = [integrity, multibase].into_iter().filter(|kind| !kind.is_empty()).collect();
        (!kinds.is_empty()).then_some(Self { kinds })
    }

    /// Whether `bytes` are what was meant; a gap where that cannot be told.
    pub(crate) fn fits(&self, bytes: &[u8]) -> Result<bool, Gap> {
        let mut open = None;
        for kind in &self.kinds {
            let mut fits = false;
            let mut unknown = None;
            for one in kind {
                match one.fits(bytes) {
                    Ok(fit) => fits |= fit,
                    Err(gap) => unknown = Some(gap),
                }
            }
            match unknown {
                None if !fits => return Ok(false),
                Some(gap) if !fits => open = Some(gap),
                _ => {}
            }
        }
        open.map_or(Ok(true), Err)
    }

    /// As [`Self::fits`], of a text whose SHA-256 alone is known.
    fn fits_sha256(&self, wanted: &str) -> Option<bool> {
        let known = self.kinds.iter().flatten().filter_map(|one| match one {
            Expected::Sha256(digest) => Some(digest),
            _ => None,
        });
        known.map(|digest| hex(digest) == wanted).reduce(|one, other| one || other)
    }
}

/// A `hash-expression` of Subresource Integrity: `sha256-` and base64, with options after `?` that say nothing yet.
fn subresource_integrity(text: &str) -> Expected {
    let expression = text.split('?').next().unwrap_or_default();
    let read = expression.split_once('-').and_then(|(name, digest)| {
        let bytes = STANDARD.decode(digest).ok()?;
        match (name.to_ascii_lowercase().as_str(), bytes.len()) {
            ("sha256", 32) => Some(Expected::Sha256(bytes)),
            ("sha384", 48) => Some(Expected::Sha384(bytes)),
            ("sha512", 64) => Some(Expected::Sha512(bytes)),
            _ => None,
        }
    });
    read.unwrap_or_else(|| other(text))
}

/// A multibase of a multihash, or (as some write it) of the bare SHA-256.
fn multihash(text: &str) -> Expected {
    let Ok(bytes) = from_multibase(text) else { return other(text) };
    match bytes.as_slice() {
        [0x12, 0x20, digest @ ..] | digest if digest.len() == 32 => Expected::Sha256(digest.to_vec()),
        [0x20, 0x30, digest @ ..] if digest.len() == 48 => Expected::Sha384(digest.to_vec()),
        [0x13, 0x40, digest @ ..] if digest.len() == 64 => Expected::Sha512(digest.to_vec()),
        _ => other(text),
    }
}

fn other(text: &str) -> Expected {
    Expected::Other(text.chars().take(40).collect())
}

/// What the digests of a credential come to.
pub(crate) struct Resources {
    /// A listed resource that is another one now.
    pub fault: Option<Fault>,
    /// The documents that were compared.
    pub references: Vec<DocumentRef>,
    pub warnings: Vec<Warning>,
}

/// Compares every digest in `body` with what is at hand.
pub(crate) fn of_credential(body: &Value, documents: &Documents) -> Resources {
    let mut found = Resources { fault: None, references: Vec::new(), warnings: Vec::new() };
    let mut named = Vec::new();
    collect(body, &mut named);
    let listed = each(body.get("relatedResource"));
    let mut not_at_hand = Vec::new();
    for node in named.into_iter().take(MAX_RESOURCES) {
        let is_listed = listed.iter().filter_map(Value::as_object).any(|one| std::ptr::eq(one, node.members));
        match compare(&node, documents, &mut found.references) {
            Compared::Fits => {}
            Compared::Differs if is_listed => {
                found.fault.get_or_insert(Fault::ResourceChanged { url: node.url.to_owned() });
            }
            Compared::Differs => found.warnings.push(Warning {
                code: "resource.changed".to_owned(),
                detail: format!("What {} answers now is not what the badge was signed with.", node.url),
            }),
            Compared::Open(why) => found.warnings.push(Warning {
                code: "resource.unchecked".to_owned(),
                detail: format!("The digest of {} could not be compared: {why}", node.url),
            }),
            Compared::NotAtHand => not_at_hand.push(node.url),
        }
    }
    if let [first, rest @ ..] = not_at_hand.as_slice() {
        let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
        found.warnings.push(Warning {
            code: "resource.unchecked".to_owned(),
            detail: format!("The badge gives digests of {first}{more}, which were not compared: nothing of them was fetched."),
        });
    }
    found
}

/// Something with an address and a digest.
struct Named<'a> {
    url: &'a str,
    members: &'a Map<String, Value>,
    digest: Digest,
}

enum Compared {
    Fits,
    Differs,
    NotAtHand,
    Open(Gap),
}

fn compare(node: &Named, documents: &Documents, references: &mut Vec<DocumentRef>) -> Compared {
    let Ok(document) = documents.look_up(node.url) else {
        return compare_with_context(node);
    };
    references.push(document.reference());
    match node.digest.fits(&document.bytes) {
        Ok(true) => Compared::Fits,
        Ok(false) => Compared::Differs,
        Err(gap) => Compared::Open(gap),
    }
}

/// A context is bundled, and of its texts the SHA-256 is known. Which of them the proof holds with, the check of
/// integrity says.
fn compare_with_context(node: &Named) -> Compared {
    let known: Vec<bool> =
        jsonld::context_digests(node.url).filter_map(|hex| node.digest.fits_sha256(hex)).collect();
    match known.as_slice() {
        [] => Compared::NotAtHand,
        known if known.contains(&true) => Compared::Fits,
        _ => Compared::Differs,
    }
}

/// Every node that gives a digest for its `id`, except inside proofs and other credentials. A schema's is compared
/// where the schema is read.
fn collect<'a>(value: &'a Value, named: &mut Vec<Named<'a>>) {
    match value {
        Value::Object(members) => {
            let here = id_of(value).filter(|id| id.starts_with("https://"));
            if let (Some(url), Some(digest)) = (here, Digest::of(value)) {
                named.push(Named { url, members, digest });
            }
            for (name, inner) in members {
                if !matches!(
                    name.as_str(),
                    "proof" | "verifiableCredential" | "endorsement" | "credentialSchema" | "@context"
                ) {
                    collect(inner, named);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, named)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::json;

    use super::*;

    const BYTES: &[u8] = b"a page of evidence";

    fn integrity(name: &str, digest: &[u8]) -> String {
        format!("{name}-{}", STANDARD.encode(digest))
    }

    fn fits(node: &Value) -> Result<bool, Gap> {
        Digest::of(node).unwrap().fits(BYTES)
    }

    #[test]
    fn digests_of_every_spelling_fit_their_bytes_and_no_others() {
        let sha256 = Sha256::digest(BYTES);
        let hash = [&[0x12, 0x20], sha256.as_slice()].concat();
        for node in [
            json!({ "digestSRI": integrity("sha256", &sha256) }),
            json!({ "digestSRI": integrity("sha384", &Sha384::digest(BYTES)) }),
            json!({ "digestSRI": format!("{}?x=y", integrity("sha512", &Sha512::digest(BYTES))) }),
            json!({ "digestSRI": [integrity("sha256", &[0; 32]), integrity("sha256", &sha256)] }),
            // The stronger of two counts.
            json!({ "digestSRI": format!("{} {}", integrity("sha256", &[0; 32]), integrity("sha384", &Sha384::digest(BYTES))) }),
            json!({ "digestMultibase": format!("u{}", URL_SAFE_NO_PAD.encode(&hash)) }),
            json!({ "digestMultibase": format!("z{}", bs58::encode(&hash).into_string()) }),
            json!({ "digestMultibase": format!("u{}", URL_SAFE_NO_PAD.encode(sha256)) }),
        ] {
            assert_eq!(fits(&node), Ok(true), "{node}");
            assert_eq!(Digest::of(&node).unwrap().fits(b"another page"), Ok(false), "{node}");
        }
        let one_of_two = json!({
            "digestSRI": integrity("sha256", &sha256),
            "digestMultibase": format!("u{}", URL_SAFE_NO_PAD.encode([0; 32])),
        });
        assert_eq!(fits(&one_of_two), Ok(false));
    }

    #[test]
    fn what_is_no_digest_fits_nothing_and_contradicts_nothing() {
        for text in ["md5-AAAA", "sha256-AAAA", "sha256", "sha256-****", "-"] {
            assert!(fits(&json!({ "digestSRI": text })).is_err(), "{text}");
        }
        assert!(fits(&json!({ "digestMultibase": "zQm" })).is_err());
        assert_eq!(Digest::of(&json!({ "digestSRI": 7 })), None);
        assert_eq!(Digest::of(&json!({ "id": "https://a.example/" })), None);
    }

    #[test]
    fn a_context_is_compared_with_the_text_that_is_bundled() {
        let url = "https://www.w3.org/ns/credentials/v2";
        let current = "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734";
        let bytes: Vec<u8> =
            (0..32).map(|at| u8::from_str_radix(&current[at * 2..at * 2 + 2], 16).unwrap()).collect();
        let body = |digest: &[u8]| json!({ "relatedResource": [{ "id": url, "digestSRI": integrity("sha256", digest) }] });
        let none = Documents::new();
        assert!(of_credential(&body(&bytes), &none).fault.is_none());
        assert!(matches!(of_credential(&body(&[0; 32]), &none).fault, Some(Fault::ResourceChanged { .. })));
    }
}
