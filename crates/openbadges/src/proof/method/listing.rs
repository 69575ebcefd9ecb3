//! The keys that a document lists: a controller document, a DID document, a JWK Set, or a document that is one key.

use jiff::Timestamp;
use serde_json::Value;

use super::super::Trouble;
use super::super::key::{KeyError, PublicKey};
use super::super::signature::key_trouble;
use super::{Named, not_listed};
use crate::credential::moment;
use crate::credential::shape::describe;
use crate::credential::value::{each, id_of, is_stated, same_id, strings};
use crate::report::Fault;

/// At most this many methods of one document are read.
const MAX_METHODS: usize = 256;

/// The properties of a document under which methods stand.
const LISTS: [&str; 4] = ["verificationMethod", "assertionMethod", "authentication", "publicKey"];

/// The properties of a method that hold its key.
const MATERIAL: [&str; 6] =
    ["publicKeyMultibase", "publicKeyJwk", "publicKeyPem", "publicKeyBase58", "publicKeyHex", "kty"];

/// Whether a listed key is in force and may do what it is named for.
pub(super) fn standing(json: &Value, entry: &Value, named: &Named, now: Timestamp) -> Result<(), Fault> {
    for property in ["revoked", "expires"] {
        // What denotes no instant is taken for one that has passed.
        if let Some(when) = entry.get(property).filter(|when| !when.is_null())
            && when.as_str().and_then(moment::parse_leniently).is_none_or(|when| when.instant <= now)
        {
            let since = when.as_str().map_or_else(|| describe(when), str::to_owned);
            return Err(Fault::KeyRevoked { key: named.name.to_owned(), since });
        }
    }
    if let Some(controller) = entry.get("controller").filter(|controller| is_stated(Some(controller)))
        && !id_of(controller).is_some_and(|controller| same_id(controller, named.controller))
    {
        let controller = id_of(controller).map_or_else(|| describe(controller), str::to_owned);
        return Err(Fault::ForeignKey { controller, issuer: named.controller.to_owned() });
    }
    if is_listed_for(named.relation, json, entry, named.name, named.controller) {
        Ok(())
    } else {
        Err(not_listed(named))
    }
}

/// Whether the document lists the key under `relation`. A bare JWK Set and a document that is itself the
/// key have no relations: what they hold is there for signatures.
pub(super) fn is_listed_for(
    relation: &str,
    json: &Value,
    entry: &Value,
    name: &str,
    controller: &str,
) -> bool {
    if std::ptr::eq(json, entry) || each(json.get("keys")).iter().any(|key| std::ptr::eq(key, entry)) {
        return true;
    }
    each(json.get(relation))
        .iter()
        .take(MAX_METHODS)
        .filter_map(id_of)
        .any(|id| same_id(&absolute(id, controller), name))
}

/// The entry for the key `name` in a controller document, a JWK Set (by `kid`, or by thumbprint), or a document that
/// is the key.
pub(super) fn listed_key<'a>(json: &'a Value, name: &str, controller: &str) -> Option<&'a Value> {
    let by_id = |entry: &&Value| {
        entry.is_object() && id_of(entry).is_some_and(|id| same_id(&absolute(id, controller), name))
    };
    let listed = LISTS.iter().find_map(|list| methods(json, list).find(by_id));
    let fragment = name.split_once('#').map(|(_, fragment)| fragment);
    let in_set = || {
        let named = |key: &&Value| kid(key).is_some_and(|kid| kid == name || Some(kid) == fragment);
        let equal = |key: &&Value| fragment.is_some_and(|fragment| has_thumbprint(key, fragment));
        methods(json, "keys").find(named).or_else(|| methods(json, "keys").find(equal))
    };
    let itself = || (name == controller && holds_key(json)).then_some(json);
    listed.or_else(in_set).or_else(itself)
}

fn methods<'a>(json: &'a Value, list: &str) -> impl Iterator<Item = &'a Value> {
    each(json.get(list)).iter().take(MAX_METHODS)
}

/// Every method of the document that holds a key.
pub(super) fn entries(json: &Value) -> impl Iterator<Item = &Value> {
    LISTS
        .into_iter()
        .chain(["keys"])
        .flat_map(|list| each(json.get(list)).iter().take(MAX_METHODS))
        .filter(|entry| holds_key(entry))
}

/// Whether a token's `kid` means this entry: by its id, the fragment of its id, its own `kid`, or its thumbprint.
pub(super) fn is_called(entry: &Value, kid_of_token: &str) -> bool {
    let by_id = id_of(entry).is_some_and(|id| {
        id == kid_of_token || id.split_once('#').is_some_and(|(_, fragment)| fragment == kid_of_token)
    });
    by_id || kid(entry) == Some(kid_of_token) || has_thumbprint(entry, kid_of_token)
}

/// The `kid` of a JWK, or of the JWK in a method.
pub(super) fn kid(entry: &Value) -> Option<&str> {
    let jwk = entry.get("publicKeyJwk").unwrap_or(entry);
    jwk.get("kid").and_then(Value::as_str)
}

fn has_thumbprint(entry: &Value, thumbprint: &str) -> bool {
    // base64url of 32 bytes
    thumbprint.len() == 43 && key_of(entry, "").is_ok_and(|key| key.thumbprint() == thumbprint)
}

fn holds_key(json: &Value) -> bool {
    MATERIAL.iter().any(|key| json.get(*key).is_some())
}

pub(super) fn absolute(id: &str, controller: &str) -> String {
    if id.starts_with('#') { format!("{controller}{id}") } else { id.to_owned() }
}

/// The key in an entry of a document. Written in several ways, it must be the same key in each.
pub(super) fn key_of(entry: &Value, name: &str) -> Result<PublicKey, Trouble> {
    let unusable =
        |problem: &str| Trouble::from(Fault::BadKey { key: name.to_owned(), problem: problem.to_owned() });
    let mut keys = MATERIAL.iter().filter_map(|property| {
        let material = entry.get(*property).filter(|material| !material.is_null())?;
        Some(read(entry, property, material).map_err(|error| key_trouble(error, name)))
    });
    let Some(key) = keys.next() else {
        let kind = strings(entry.get("type")).next().unwrap_or("unknown").to_owned();
        return Err(key_trouble(KeyError::Unsupported(kind), name));
    };
    let key = key?;
    for other in keys {
        if other?.thumbprint() != key.thumbprint() {
            return Err(unusable("its document holds two keys under this name"));
        }
    }
    match curve_of_type(entry) {
        Some(kind) if kind != key.kind() => Err(unusable("it is of another kind than its type says")),
        _ => Ok(key),
    }
}

fn read(entry: &Value, property: &str, material: &Value) -> Result<PublicKey, KeyError> {
    let text = || material.as_str().ok_or_else(|| KeyError::Unusable(format!("its {property} is no text")));
    let kind = || strings(entry.get("type")).next().unwrap_or("unknown");
    match property {
        "publicKeyMultibase" => PublicKey::from_multikey(text()?),
        "publicKeyJwk" => PublicKey::from_jwk(material),
        "publicKeyPem" => PublicKey::from_pem(text()?),
        "publicKeyBase58" => PublicKey::from_base58(kind(), text()?),
        "publicKeyHex" => PublicKey::from_hex(kind(), text()?),
        _ => PublicKey::from_jwk(entry),
    }
}

/// The one kind of key that the type of a method admits, where it names one.
fn curve_of_type(entry: &Value) -> Option<&'static str> {
    strings(entry.get("type")).find_map(|kind| match kind {
        "Ed25519VerificationKey2018" | "Ed25519VerificationKey2020" => Some("Ed25519"),
        "EcdsaSecp256k1VerificationKey2019" => Some("secp256k1"),
        "RsaVerificationKey2018" => Some("RSA"),
        _ => None,
    })
}
