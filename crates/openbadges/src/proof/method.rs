//! Verification methods: from the name of a key to the key, and to who publishes it.
//!
//! Controlled Identifiers 1.0, 3.3 (retrieve verification method), for `did:key`, `did:jwk`, `did:web` and https.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::Value;
use url::Url;

use super::Trouble;
use super::key::{KeyError, PublicKey};
use super::signature::key_trouble;
use crate::credential::moment;
use crate::credential::value::{each, id_of, same_id, strings};
use crate::document::{Document, Documents, Unavailable, without_fragment};
use crate::json::parse_strict_bytes;
use crate::report::{CheckId, DocumentRef, Fact, Fault, Feature, Gap, Outcome};

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

/// At most this many methods of one document are read.
const MAX_METHODS: usize = 256;

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
    if name.len() > MAX_NAME {
        let problem = "its name is too long".to_owned();
        return Method::nothing(Fault::BadKey { key: name.chars().take(80).collect(), problem }.into());
    }
    let controller = without_fragment(name);
    if let Some(encoded) = controller.strip_prefix("did:key:") {
        return Method::own(did_key(name, encoded), owner(controller, issuer));
    }
    if let Some(encoded) = controller.strip_prefix("did:jwk:") {
        return Method::own(did_jwk(name, encoded), owner(controller, issuer));
    }
    match published_at(controller) {
        Some(Ok(url)) => {
            from_document(&Named { name, controller, url: &url, relation }, issuer, documents, now)
        }
        Some(Err(problem)) => Method::nothing(Fault::BadKey { key: name.to_owned(), problem }.into()),
        None => elsewhere(name, controller, issuer),
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

fn from_document(named: &Named, issuer: &str, documents: &Documents, now: Timestamp) -> Method {
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
                of_key_document(named, issuer, &json, documents, now)
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

/// Whether a listed key is in force and may do what it is named for.
fn standing(json: &Value, entry: &Value, named: &Named, now: Timestamp) -> Result<(), Fault> {
    for property in ["revoked", "expires"] {
        if let Some(when) = entry.get(property).and_then(Value::as_str)
            && moment::parse_leniently(when).is_none_or(|when| when.instant <= now)
        {
            return Err(Fault::KeyRevoked { key: named.name.to_owned(), since: when.to_owned() });
        }
    }
    if let Some(controller) = entry.get("controller").and_then(id_of)
        && !same_id(controller, named.controller)
    {
        return Err(Fault::ForeignKey {
            controller: controller.to_owned(),
            issuer: named.controller.to_owned(),
        });
    }
    if is_listed_for(named.relation, json, entry, named.name, named.controller) {
        Ok(())
    } else {
        Err(not_listed(named))
    }
}

/// Whether the document lists the key under `relation`. A bare JWK Set and a document that is itself the
/// key have no relations: what they hold is there for signatures.
fn is_listed_for(relation: &str, json: &Value, entry: &Value, name: &str, controller: &str) -> bool {
    if std::ptr::eq(json, entry) || each(json.get("keys")).iter().any(|key| std::ptr::eq(key, entry)) {
        return true;
    }
    each(json.get(relation))
        .iter()
        .take(MAX_METHODS)
        .filter_map(id_of)
        .any(|id| same_id(&absolute(id, controller), name))
}

/// The entry for the key `name` in a controller document, a JWK Set, or a document that is the key.
fn listed_key<'a>(json: &'a Value, name: &str, controller: &str) -> Option<&'a Value> {
    let by_id = |entry: &&Value| {
        entry.is_object() && id_of(entry).is_some_and(|id| same_id(&absolute(id, controller), name))
    };
    let lists = ["verificationMethod", "assertionMethod", "authentication", "publicKey"];
    let listed = lists.iter().find_map(|list| each(json.get(*list)).iter().take(MAX_METHODS).find(by_id));
    let fragment = name.split_once('#').map(|(_, fragment)| fragment);
    let in_set = || {
        each(json.get("keys")).iter().take(MAX_METHODS).find(|key| {
            key.get("kid").and_then(Value::as_str).is_some_and(|kid| kid == name || Some(kid) == fragment)
        })
    };
    let itself = || (name == controller && holds_key(json)).then_some(json);
    listed.or_else(in_set).or_else(itself)
}

fn holds_key(json: &Value) -> bool {
    ["publicKeyMultibase", "publicKeyJwk", "publicKeyPem", "publicKeyBase58", "kty"]
        .iter()
        .any(|key| json.get(*key).is_some())
}

fn absolute(id: &str, controller: &str) -> String {
    if id.starts_with('#') { format!("{controller}{id}") } else { id.to_owned() }
}

/// The key in an entry of a document.
fn key_of(entry: &Value, name: &str) -> Result<PublicKey, Trouble> {
    let text = |property: &str| entry.get(property).and_then(Value::as_str);
    let key = if let Some(multikey) = text("publicKeyMultibase") {
        PublicKey::from_multikey(multikey)
    } else if let Some(jwk) = entry.get("publicKeyJwk") {
        PublicKey::from_jwk(jwk)
    } else if let Some(pem) = text("publicKeyPem") {
        PublicKey::from_pem(pem)
    } else if entry.get("kty").is_some() {
        PublicKey::from_jwk(entry)
    } else {
        let kind = strings(entry.get("type")).next().unwrap_or("unknown").to_owned();
        Err(KeyError::Unsupported(kind))
    };
    key.map_err(|error| key_trouble(error, name))
}

/// A document that is one key: its controller must be the issuer, whose own document must list it.
fn of_key_document(
    named: &Named,
    issuer: &str,
    json: &Value,
    documents: &Documents,
    now: Timestamp,
) -> Method {
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
            let mut method = listed_by_issuer(public, named.name, issuer, documents, now);
            method.key = key;
            method
        }
        Err(trouble) => Method::nothing(trouble.clone()),
    }
}

/// Judges a key that came with the badge, or from a place of its own: only the issuer's document makes it the
/// issuer's.
pub(crate) fn listed_by_issuer(
    key: &PublicKey,
    name: &str,
    issuer: &str,
    documents: &Documents,
    now: Timestamp,
) -> Method {
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
        match standing(
            &json,
            entry,
            &Named { name: &id, controller, url: &url, relation: "assertionMethod" },
            now,
        ) {
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

/// Every key of `issuer` that may make assertions, for a token that names none.
pub(crate) fn keys_of_issuer(
    issuer: &str,
    documents: &Documents,
) -> Result<Vec<(String, PublicKey)>, Trouble> {
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
    let named = |entry: &Value| {
        let id = id_of(entry).or_else(|| entry.get("kid").and_then(Value::as_str)).unwrap_or(issuer);
        absolute(id, controller)
    };
    Ok(entries(&json)
        .filter(|entry| is_listed_for("assertionMethod", &json, entry, &named(entry), controller))
        .filter_map(|entry| Some((named(entry), key_of(entry, issuer).ok()?)))
        .take(8)
        .collect())
}

fn entries(json: &Value) -> impl Iterator<Item = &Value> {
    ["verificationMethod", "assertionMethod", "publicKey", "keys"]
        .into_iter()
        .flat_map(|list| each(json.get(list)).iter().take(MAX_METHODS))
        .filter(|entry| holds_key(entry))
}

/// The host of a web address, as its ASCII name.
pub(crate) fn host_of(url: &str) -> Option<String> {
    Url::parse(url).ok().filter(|url| url.scheme() == "https")?.host_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::document::Answer;

    const KEY: &str = "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK";
    const OTHER: &str = "z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp";
    const ISSUER: &str = "https://issuer.example/issuer";

    fn now() -> Timestamp {
        "2026-11-23T00:00:00Z".parse().unwrap()
    }

    fn at_hand(url: &str, json: &Value) -> Documents {
        let mut documents = Documents::new();
        let (bytes, fetched_at) = (json.to_string().into_bytes(), now());
        documents.insert(
            url,
            Answer::Document(Document {
                url: url.to_owned(),
                bytes,
                media_type: None,
                fetched_at,
                status: 200,
            }),
        );
        documents
    }

    fn code(method: &Method) -> &'static str {
        match &method.authority {
            Outcome::Pass(fact) => fact.code(),
            Outcome::Fail(fault) => fault.code(),
            Outcome::Unknown(gap) => gap.code(),
            Outcome::NotApplicable(exempt) => exempt.code(),
        }
    }

    #[test]
    fn did_web_names_an_https_address() {
        for (did, url) in [
            ("did:web:a.example", "https://a.example/.well-known/did.json"),
            ("did:web:a.example:issuers:1", "https://a.example/issuers/1/did.json"),
            ("did:web:a.example%3A8443", "https://a.example:8443/.well-known/did.json"),
            ("did:web:a.example%3A8443:x", "https://a.example:8443/x/did.json"),
        ] {
            assert_eq!(did_web_url(did).as_deref(), Ok(url));
        }
        for wrong in [
            "did:web:",
            "did:web::x",
            "did:web:a.example:",
            "did:web:a.example::x",
            "did:web:user@a.example",
            "did:web:user%40a.example",
            "did:web:127.0.0.1",
            "did:web:2130706433",
            "did:web:[::1]",
            "did:web:localhost",
            "did:web:localhost%3A8080",
            "did:web:x.localhost",
            "did:web:intranet",
            "did:web:a.example/x",
            "did:web:a.example:..:x",
            "did:web:a.example:%2e%2e%2fx",
            "did:web:a.example:x%2Fy",
            "did:web:a.example%3A99999",
            "did:key:z6Mk",
        ] {
            assert!(did_web_url(wrong).is_err(), "{wrong}: {:?}", did_web_url(wrong));
        }
    }

    #[test]
    fn a_did_that_is_a_key_speaks_only_for_itself() {
        let did = format!("did:key:{KEY}");
        for name in [did.clone(), format!("{did}#{KEY}")] {
            assert_eq!(code(&resolve(&name, &did, &Documents::new(), now())), "key.is-issuer");
            assert_eq!(code(&resolve(&name, ISSUER, &Documents::new(), now())), "key.foreign");
        }
        let mixed = resolve(&format!("{did}#{OTHER}"), &did, &Documents::new(), now());
        assert!(matches!(mixed.key, Err(Trouble::Fault(Fault::BadKey { .. }))), "{mixed:?}");
    }

    #[test]
    fn a_key_in_the_fragment_is_self_asserted_until_the_issuers_document_lists_it() {
        let name = format!("{ISSUER}#{KEY}");
        let unseen = resolve(&name, ISSUER, &Documents::new(), now());
        assert!(unseen.key.is_ok());
        assert_eq!(code(&unseen), "key.self-asserted");

        let entry =
            json!({ "id": name, "type": "Multikey", "controller": ISSUER, "publicKeyMultibase": KEY });
        let listed = json!({ "id": ISSUER, "verificationMethod": [entry], "assertionMethod": [name] });
        let seen = resolve(&name, ISSUER, &at_hand(ISSUER, &listed), now());
        assert_eq!((code(&seen), seen.host.as_deref()), ("key.published", Some("issuer.example")));

        let embedded = json!({ "id": ISSUER, "assertionMethod": [entry] });
        assert_eq!(code(&resolve(&name, ISSUER, &at_hand(ISSUER, &embedded), now())), "key.published");

        for (what, document, expected) in [
            ("lists nothing", json!({ "id": ISSUER }), "key.not-listed"),
            (
                "lists it for another purpose",
                json!({ "id": ISSUER, "verificationMethod": [entry], "authentication": [name] }),
                "key.not-listed",
            ),
            (
                "is another's",
                json!({ "id": "https://other.example/", "assertionMethod": [entry] }),
                "key.document-is-another",
            ),
        ] {
            let method = resolve(&name, ISSUER, &at_hand(ISSUER, &document), now());
            assert_eq!(code(&method), expected, "{what}");
            assert!(method.key.is_ok(), "{what}: the signature can be checked all the same");
        }
    }

    #[test]
    fn a_listed_key_counts_only_while_it_is_in_force_and_its_controllers() {
        let name = format!("{ISSUER}#key-1");
        for (property, value, expected) in [
            ("revoked", "2026-01-01T00:00:00Z", "key.revoked"),
            ("expires", "2026-01-01T00:00:00Z", "key.revoked"),
            ("expires", "2027-01-01T00:00:00Z", "key.published"),
            ("controller", "https://other.example/", "key.foreign"),
        ] {
            let mut entry = json!({ "id": "#key-1", "type": "Multikey", "controller": ISSUER, "publicKeyMultibase": KEY });
            entry[property] = value.into();
            let document =
                json!({ "id": ISSUER, "verificationMethod": [entry], "assertionMethod": ["#key-1"] });
            assert_eq!(
                code(&resolve(&name, ISSUER, &at_hand(ISSUER, &document), now())),
                expected,
                "{property}"
            );
        }
    }

    #[test]
    fn what_came_over_plain_http_confirms_nothing() {
        let issuer = "http://issuer.example/issuer";
        let name = format!("{issuer}#{KEY}");
        let entry = json!({ "id": name, "controller": issuer, "publicKeyMultibase": KEY });
        let document = json!({ "id": issuer, "assertionMethod": [entry] });
        assert_eq!(code(&resolve(&name, issuer, &at_hand(issuer, &document), now())), "key.self-asserted");
    }

    #[test]
    fn unknown_names_are_never_the_issuers() {
        for name in ["did:example:123#k", "did:ion:abc", "xxx:abc", "", "#", "k", "mailto:a@b.example"] {
            let method = resolve(name, ISSUER, &Documents::new(), now());
            assert!(
                method.key.is_err() && !matches!(method.authority, Outcome::Pass(_)),
                "{name}: {method:?}"
            );
        }
        let long = format!("did:key:z{}", "2".repeat(1 << 20));
        assert!(resolve(&long, &long, &Documents::new(), now()).key.is_err());
    }
}
