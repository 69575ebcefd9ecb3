//! Verification methods: from the name of a key to the key, and to who publishes it.
//!
//! Controlled Identifiers 1.0, 3.3 (retrieve verification method), for `did:key`, `did:jwk`, `did:web` and https.

mod listing;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::Value;
use url::Url;

use super::Trouble;
use super::data_integrity::Setting;
use super::key::{KeyError, PublicKey};
use super::signature::key_trouble;
use crate::credential::value::{id_of, same_id};
use crate::document::{Document, Documents, Unavailable, without_fragment};
use crate::json::parse_strict_bytes;
use crate::report::{CheckId, DocumentRef, Fact, Fault, Feature, Gap, Outcome};
use listing::{absolute, entries, is_called, is_listed_for, key_of, kid, listed_key, standing};

/// What is known about a key that a proof names.
#[derive(Clone, Debug)]
pub struct Method {
    /// The key, or why there is none to check a signature with.
    pub key: Result<PublicKey, Trouble>,
    /// Whether it is the issuer's.
    pub authority: Outcome,
    /// What both stand on.
    pub documents: Vec<DocumentRef>,
    /// The host whose document lists the key.
    pub host: Option<String>,
}

impl Method {
    fn own(key: Result<PublicKey, Trouble>, authority: Outcome) -> Self {
        Self { key, authority, documents: Vec::new(), host: None }
    }

    fn nothing(trouble: Trouble) -> Self {
        Self { key: Err(trouble.clone()), authority: trouble.into(), documents: Vec::new(), host: None }
    }
}

/// The longest name of a key: a `did:jwk` of an RSA key fits.
const MAX_NAME: usize = 8 << 10;

/// At most this many keys of an issuer are tried for a token that names none.
const MAX_TRIED: usize = 8;

/// Whose key it must be, and for what: what is asked of a key.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// The id of the issuer, or of the holder of a presentation.
    pub issuer: &'a str,
    /// The relation under which the controller's document must list it.
    pub relation: &'static str,
    pub documents: &'a Documents,
    pub now: Timestamp,
}

impl<'a> From<&Setting<'a>> for Asked<'a> {
    fn from(setting: &Setting<'a>) -> Self {
        let relation = setting.purpose.relation();
        Self { issuer: setting.issuer, relation, documents: setting.documents, now: setting.now }
    }
}

/// Finds the key that `name` (a DID URL or https URL) means, and judges whether it is `issuer`'s, for making
/// assertions, at `now`.
pub fn resolve(name: &str, issuer: &str, documents: &Documents, now: Timestamp) -> Method {
    resolve_for(name, issuer, documents, now, "assertionMethod")
}

/// As [`resolve`], for a key that the controller's document lists under `relation`.
pub fn resolve_for(
    name: &str,
    issuer: &str,
    documents: &Documents,
    now: Timestamp,
    relation: &'static str,
) -> Method {
    find(name, &Asked { issuer, relation, documents, now })
}

/// As [`resolve`].
pub(crate) fn find(name: &str, asked: &Asked) -> Method {
    if name.len() > MAX_NAME {
        let problem = "its name is too long".to_owned();
        return Method::nothing(Fault::BadKey { key: name.chars().take(80).collect(), problem }.into());
    }
    let controller = without_fragment(name);
    if let Some(encoded) = controller.strip_prefix("did:key:") {
        return Method::own(did_key(name, encoded), owner(controller, asked.issuer));
    }
    if let Some(encoded) = controller.strip_prefix("did:jwk:") {
        return Method::own(did_jwk(name, encoded), owner(controller, asked.issuer));
    }
    match published_at(controller) {
        Some(Ok(url)) => {
            let named = Named { name, controller, url: &url, relation: asked.relation };
            from_document(&named, asked)
        }
        Some(Err(problem)) => Method::nothing(Fault::BadKey { key: name.to_owned(), problem }.into()),
        None => elsewhere(name, controller, asked.issuer),
    }
}

/// The URL of the document of a controller: of a `did:web` or an https address; `None` for any other name.
fn published_at(controller: &str) -> Option<Result<String, String>> {
    if controller.starts_with("did:web:") {
        return Some(did_web_url(controller));
    }
    let is_web = ["https://", "http://"].iter().any(|scheme| controller.starts_with(scheme));
    is_web.then(|| Ok(controller.to_owned()))
}

/// A name by a DID method or scheme that Lapel cannot follow. Whose key it would be can still be told.
fn elsewhere(name: &str, controller: &str, issuer: &str) -> Method {
    let key = if controller.starts_with("did:") {
        let method: Vec<&str> = controller.splitn(3, ':').take(2).collect();
        Gap::Unsupported { feature: Feature::DidMethod, name: method.join(":") }.into()
    } else {
        Trouble::Fault(Fault::BadKey {
            key: name.to_owned(),
            problem: "it is named by neither a DID nor a web address".to_owned(),
        })
    };
    let authority = match owner(controller, issuer) {
        Outcome::Fail(fault) => Outcome::Fail(fault),
        _ => key.clone().into(),
    };
    Method::own(Err(key), authority)
}

/// A DID that is its own key is the issuer's only if it is the issuer.
fn owner(controller: &str, issuer: &str) -> Outcome {
    if same_id(controller, issuer) {
        Outcome::Pass(Fact::KeyIsIssuer { issuer: issuer.to_owned() })
    } else {
        Outcome::Fail(Fault::ForeignKey { controller: controller.to_owned(), issuer: issuer.to_owned() })
    }
}

/// `did:key` (its fragment, if any, repeats the key).
fn did_key(name: &str, encoded: &str) -> Result<PublicKey, Trouble> {
    let key = PublicKey::from_multikey(encoded).map_err(|error| key_trouble(error, name))?;
    if name.split_once('#').is_some_and(|(_, fragment)| fragment != encoded) {
        let problem = "the parts before and after # name different keys".to_owned();
        return Err(Fault::BadKey { key: name.to_owned(), problem }.into());
    }
    Ok(key)
}

/// `did:jwk` (its only key is `#0`, and none for encryption can sign).
fn did_jwk(name: &str, encoded: &str) -> Result<PublicKey, Trouble> {
    let unusable =
        |problem: &str| Trouble::Fault(Fault::BadKey { key: name.to_owned(), problem: problem.to_owned() });
    if name.split_once('#').is_some_and(|(_, fragment)| fragment != "0") {
        return Err(unusable("a did:jwk has one key, #0"));
    }
    let bytes = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| unusable("it is not base64url"))?;
    let jwk = parse_strict_bytes(&bytes).map_err(|_| unusable("it holds no JSON"))?;
    PublicKey::from_jwk(&jwk).map_err(|error| key_trouble(error, name))
}

/// The address of the document of a `did:web` (did:web Method, 2.5.2). Only names of hosts: no user, no IP
/// address, no `localhost`, and no slash hidden in a percent-encoding.
pub fn did_web_url(did: &str) -> Result<String, String> {
    let wrong = |problem: &str| Err(format!("it is no did:web: {problem}"));
    let Some(rest) = did.strip_prefix("did:web:") else {
        return wrong("it does not begin so");
    };
    let mut parts = rest.split(':');
    let host = parts.next().unwrap_or_default();
    let host = host.replace("%3A", ":").replace("%3a", ":");
    if host.is_empty() || host.contains(['%', '@', '/', '?', '\\']) {
        return wrong("its host is none");
    }
    let mut path = String::new();
    for part in parts {
        let hidden = part.to_ascii_lowercase();
        if part.is_empty()
            || matches!(part, "." | "..")
            || part.contains(['/', '?', '\\'])
            || hidden.contains("%2f")
            || hidden.contains("%5c")
        {
            return wrong("its path is none");
        }
        path.push('/');
        path.push_str(part);
    }
    if path.is_empty() {
        path.push_str("/.well-known");
    }
    let address = format!("https://{host}{path}/did.json");
    match Url::parse(&address) {
        Ok(url) if is_named_host(&url) => Ok(address),
        _ => wrong("its host is not the name of one"),
    }
}

fn is_named_host(url: &Url) -> bool {
    url.domain().is_some_and(|name| {
        let name = name.trim_end_matches('.');
        name.contains('.') && name != "localhost" && !name.ends_with(".localhost")
    }) && url.username().is_empty()
        && url.password().is_none()
}

/// A key by its full name, whose controller has a document.
struct Named<'a> {
    name: &'a str,
    controller: &'a str,
    url: &'a str,
    /// What the key must be listed for.
    relation: &'static str,
}

fn from_document(named: &Named, asked: &Asked) -> Method {
    let Asked { issuer, documents, now, .. } = *asked;
    let whole = named.name == named.controller;
    // By its name with a fragment, a key is its controller's. A whole document may be a key that names its own.
    if !whole && !same_id(named.controller, issuer) {
        let foreign =
            Fault::ForeignKey { controller: named.controller.to_owned(), issuer: issuer.to_owned() };
        let key = found_or_carried(named, documents).map_err(|trouble| match trouble {
            // Whatever the document says, the key is not the issuer's: nothing is gained by asking for it.
            Trouble::Gap(Gap::Missing { .. }) => Gap::NotReached { after: CheckId::KeyAuthority }.into(),
            other => other,
        });
        return Method::own(key, Outcome::Fail(foreign));
    }
    match securely(named.url, documents) {
        Err(gap) => unseen(named, issuer, gap),
        Ok((document, json)) => {
            let mut method = if whole && !same_id(named.controller, issuer) {
                of_key_document(named, &json, asked)
            } else {
                of_controller(named, issuer, &json, now)
            };
            method.documents.insert(0, document.reference());
            method
        }
    }
}

/// The document at `url` and its JSON. What came over plain http anybody on the way could have written.
fn securely<'a>(url: &str, documents: &'a Documents) -> Result<(&'a Document, Value), Gap> {
    if !url.starts_with("https://") {
        let cause = Unavailable::Refused { detail: "a key is only believed over https".to_owned() };
        return Err(Gap::Unavailable { url: url.to_owned(), cause });
    }
    let document = documents.look_up(url)?;
    Ok((document, document.json()?))
}

fn found_or_carried(named: &Named, documents: &Documents) -> Result<PublicKey, Trouble> {
    match (securely(named.url, documents), carried(named.name)) {
        (Ok((_, json)), carried) => match listed_key(&json, named.name, named.controller) {
            Some(entry) => key_of(entry, named.name),
            None => carried.unwrap_or_else(|| Err(not_listed(named).into())),
        },
        (Err(_), Some(carried)) => carried,
        (Err(gap), None) => Err(gap.into()),
    }
}

/// The issuer's document was not seen: only a key that the name carries itself can be used, and nothing is known
/// about whose it is.
fn unseen(named: &Named, issuer: &str, gap: Gap) -> Method {
    let Some(key) = carried(named.name) else {
        return Method::nothing(gap.into());
    };
    let authority = Outcome::Unknown(self_asserted(named.name, issuer, Some(named.url), &gap));
    Method::own(key, authority)
}

/// The gap of a key that only vouches for itself.
pub(crate) fn self_asserted(key: &str, issuer: &str, url: Option<&str>, gap: &Gap) -> Gap {
    let cause = match gap {
        Gap::Unavailable { cause, .. } => Some(cause.clone()),
        Gap::Unreadable { problem, .. } => {
            Some(Unavailable::Unreachable { detail: format!("what came back is {problem}") })
        }
        _ => None,
    };
    Gap::SelfAssertedKey {
        key: key.to_owned(),
        issuer: issuer.to_owned(),
        url: url.map(str::to_owned),
        cause,
    }
}

/// The key that stands in the fragment of its own name.
fn carried(name: &str) -> Option<Result<PublicKey, Trouble>> {
    let (_, fragment) = name.split_once('#')?;
    match PublicKey::from_multikey(fragment) {
        Ok(key) => Some(Ok(key)),
        Err(error @ KeyError::Unsupported(_)) if fragment.starts_with('z') && fragment.len() > 40 => {
            Some(Err(key_trouble(error, name)))
        }
        Err(_) => None,
    }
}

/// The issuer's document is at hand: the key is in it, for making assertions, or it is not the issuer's.
fn of_controller(named: &Named, issuer: &str, json: &Value, now: Timestamp) -> Method {
    let not_listed = || not_listed(named);
    if let Some(id) = id_of(json).filter(|id| !same_id(id, named.controller)) {
        let fault = Fault::DocumentIsAnother { url: named.url.to_owned(), found: id.to_owned() };
        return Method::own(
            carried(named.name).unwrap_or_else(|| Err(fault.clone().into())),
            Outcome::Fail(fault),
        );
    }
    let Some(entry) = listed_key(json, named.name, named.controller) else {
        let key = carried(named.name).unwrap_or_else(|| Err(not_listed().into()));
        return Method::own(key, Outcome::Fail(not_listed()));
    };
    let authority = standing(json, entry, named, now).map_or_else(Outcome::Fail, |()| {
        Outcome::Pass(Fact::KeyPublished { key: named.name.to_owned(), url: named.url.to_owned() })
    });
    let host = host_of(named.url).filter(|_| same_id(named.controller, issuer));
    Method { key: key_of(entry, named.name), authority, documents: Vec::new(), host }
}

fn not_listed(named: &Named) -> Fault {
    Fault::KeyNotListed { key: named.name.to_owned(), url: named.url.to_owned() }
}

/// A document that is one key: its controller must be the issuer, whose own document must list it.
fn of_key_document(named: &Named, json: &Value, asked: &Asked) -> Method {
    let issuer = asked.issuer;
    let Some(entry) = listed_key(json, named.name, named.controller) else {
        return Method::own(Err(not_listed(named).into()), Outcome::Fail(not_listed(named)));
    };
    let key = key_of(entry, named.name);
    let controller = ["controller", "owner"].iter().find_map(|property| entry.get(*property).and_then(id_of));
    if let Some(controller) = controller.filter(|controller| !same_id(controller, issuer)) {
        let fault = Fault::ForeignKey { controller: controller.to_owned(), issuer: issuer.to_owned() };
        return Method::own(key, Outcome::Fail(fault));
    }
    match &key {
        Ok(public) => {
            let mut method = listed_by_issuer(public, named.name, asked);
            method.key = key;
            method
        }
        Err(trouble) => Method::nothing(trouble.clone()),
    }
}

/// Judges a key that came with the badge, or from a place of its own: only the issuer's document makes it the
/// issuer's.
pub(crate) fn listed_by_issuer(key: &PublicKey, name: &str, asked: &Asked) -> Method {
    let Asked { issuer, relation, documents, now } = *asked;
    let thumbprint = key.thumbprint();
    let of =
        |authority, references, host| Method { key: Ok(key.clone()), authority, documents: references, host };
    let own = issuer.strip_prefix("did:key:").map(|encoded| did_key(issuer, encoded));
    if let Some(own) = own.or_else(|| issuer.strip_prefix("did:jwk:").map(|encoded| did_jwk(issuer, encoded)))
    {
        let same = own.as_ref().is_ok_and(|own| own.thumbprint() == thumbprint);
        let foreign = Fault::ForeignKey { controller: name.to_owned(), issuer: issuer.to_owned() };
        let authority = if same {
            Outcome::Pass(Fact::KeyIsIssuer { issuer: issuer.to_owned() })
        } else {
            Outcome::Fail(foreign)
        };
        return of(authority, Vec::new(), None);
    }
    let controller = without_fragment(issuer);
    let Some(Ok(url)) = published_at(controller) else {
        let gap =
            Gap::SelfAssertedKey { key: name.to_owned(), issuer: issuer.to_owned(), url: None, cause: None };
        return of(Outcome::Unknown(gap), Vec::new(), None);
    };
    let (document, json) = match securely(&url, documents) {
        Ok(found) => found,
        Err(gap) => {
            return of(Outcome::Unknown(self_asserted(name, issuer, Some(&url), &gap)), Vec::new(), None);
        }
    };
    let references = vec![document.reference()];
    let mut refused = None;
    for entry in entries(&json) {
        if !key_of(entry, name).is_ok_and(|listed| listed.thumbprint() == thumbprint) {
            continue;
        }
        let id = id_of(entry).map_or_else(|| name.to_owned(), |id| absolute(id, controller));
        match standing(&json, entry, &Named { name: &id, controller, url: &url, relation }, now) {
            Ok(()) => {
                let fact = Fact::KeyPublished { key: id, url: url.clone() };
                return of(Outcome::Pass(fact), references, host_of(&url));
            }
            Err(fault) => refused = Some(fault),
        }
    }
    let fault = refused.unwrap_or(Fault::KeyNotListed { key: name.to_owned(), url });
    of(Outcome::Fail(fault), references, None)
}

/// The keys of the issuer that may do what is asked, for a token that names none by its full name: those that its
/// `kid` means, or, where it means none of them, all.
pub(crate) fn keys_of_issuer(
    kid_of_token: Option<&str>,
    asked: &Asked,
) -> Result<Vec<(String, PublicKey)>, Trouble> {
    let Asked { issuer, relation, documents, .. } = *asked;
    if let Some(encoded) = issuer.strip_prefix("did:key:") {
        return Ok(vec![(issuer.to_owned(), did_key(issuer, encoded)?)]);
    }
    if let Some(encoded) = issuer.strip_prefix("did:jwk:") {
        return Ok(vec![(format!("{issuer}#0"), did_jwk(issuer, encoded)?)]);
    }
    let controller = without_fragment(issuer);
    let no_place =
        || Gap::Unstated { problem: format!("no key is named, and {issuer} is no place to look for one") };
    let url = published_at(controller).and_then(Result::ok).ok_or_else(no_place)?;
    let (_, json) = securely(&url, documents)?;
    let named = |entry: &Value| absolute(id_of(entry).or_else(|| kid(entry)).unwrap_or(issuer), controller);
    let called = |entry: &Value| kid_of_token.is_some_and(|kid| is_called(entry, kid));
    let any_is_called = entries(&json).any(called);
    Ok(entries(&json)
        .filter(|entry| !any_is_called || called(entry))
        .filter(|entry| is_listed_for(relation, &json, entry, &named(entry), controller))
        .filter_map(|entry| Some((named(entry), key_of(entry, issuer).ok()?)))
        .take(MAX_TRIED)
        .collect())
}

/// The host of a web address, as its ASCII name.
pub(crate) fn host_of(url: &str) -> Option<String> {
    Url::parse(url).ok().filter(|url| url.scheme() == "https")?.host_str().map(str::to_owned)
}

#[cfg(test)]
mod tests;
