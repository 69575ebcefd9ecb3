//! Open Badges 1 and 2, signed: a JWS by a key that the issuer's profile lists (2.0, 5.2), or, where the profile is
//! too old to list any, by one that the issuer serves beside its profile (1.0).

use serde_json::Value;
use url::Url;

use super::key::PublicKey;
use super::method::host_of;
use super::signature::{self, key_trouble};
use super::{ProofFinding, Trouble};
use crate::credential::Standard;
use crate::credential::jws::Jws;
use crate::credential::ob1::Piece;
use crate::credential::part::{Lack, Part, fetched};
use crate::credential::value::{each, first, id_of, is_web_address, same_id};
use crate::document::Documents;
use crate::report::{CheckId, DocumentRef, Fact, Fault, Gap, Outcome};

/// At most this many keys of an issuer are tried.
const MAX_KEYS: usize = 16;

/// A key that the issuer lists, or that the assertion names.
struct Candidate {
    id: String,
    key: Result<PublicKey, Trouble>,
    owner: Option<String>,
    documents: Vec<DocumentRef>,
}

/// Judges `jws`, whose payload is `assertion`, written by `standard`, and whose issuer is `issuer`.
pub(crate) fn verify(
    jws: &Jws,
    assertion: &Value,
    standard: Standard,
    issuer: Result<&Part, &Lack>,
    documents: &Documents,
) -> ProofFinding {
    let label = format!("JWS ({})", jws.algorithm());
    let capitals = standard.is_before_2().then(|| jws.in_capitals()).flatten();
    let jws = capitals.as_ref().unwrap_or(jws);
    if let Err(trouble) = signature::algorithm(jws) {
        return ProofFinding::unread(label, trouble);
    }
    if jws.selective().is_some() {
        let problem = "Open Badges 2.0 knows no disclosures beside a token".to_owned();
        return ProofFinding::unread(label.clone(), Fault::MalformedProof { proof: label, problem }.into());
    }
    let creator = first(assertion.get("verification"))
        .and_then(|verification| verification.get("creator"))
        .and_then(id_of);
    let candidates: Vec<Candidate> = match (creator, issuer) {
        (Some(creator), issuer) => vec![candidate(creator, standard, issuer.ok(), documents)],
        (None, Ok(issuer)) => listed(&issuer.json)
            .filter_map(id_or_embedded)
            .take(MAX_KEYS)
            .map(|id| candidate(&id, standard, Some(issuer), documents))
            .collect(),
        (None, Err(lack)) => return ProofFinding::unread(label, lack_trouble(lack)),
    };
    let judged = candidates.into_iter().map(|candidate| {
        let integrity = candidate.key.clone().and_then(|key| signature::verify(jws, &key, &candidate.id));
        (candidate, integrity)
    });
    // One of several listed keys fits; if none does, the first says why.
    let mut first_failure = None;
    for (candidate, integrity) in judged {
        if integrity.is_ok() {
            return finding(label, candidate, integrity, standard, issuer);
        }
        first_failure.get_or_insert((candidate, integrity));
    }
    match first_failure {
        Some((candidate, integrity)) => finding(label, candidate, integrity, standard, issuer),
        None => no_key(label, issuer),
    }
}

/// The issuer lists no key, and the assertion names none.
fn no_key(label: String, issuer: Result<&Part, &Lack>) -> ProofFinding {
    let url =
        issuer.ok().and_then(|issuer| issuer.url.clone().or_else(|| id_of(&issuer.json).map(str::to_owned)));
    let fault = Fault::KeyNotListed { key: "(none named)".to_owned(), url: url.unwrap_or_default() };
    ProofFinding {
        authority: Outcome::Fail(fault),
        ..ProofFinding::unread(label, Gap::NotReached { after: CheckId::KeyAuthority }.into())
    }
}

fn finding(
    label: String,
    candidate: Candidate,
    integrity: Result<Fact, Trouble>,
    standard: Standard,
    issuer: Result<&Part, &Lack>,
) -> ProofFinding {
    let authority = authority(&candidate, standard, issuer);
    let confirmed = matches!(authority, Outcome::Pass(_));
    let mut documents = candidate.documents;
    if let Ok(issuer) = issuer {
        documents.extend(issuer.documents.iter().cloned());
    }
    ProofFinding {
        label,
        thumbprint: candidate.key.as_ref().ok().map(PublicKey::thumbprint),
        integrity: integrity.map_or_else(Into::into, Outcome::Pass),
        host: issuer.ok().filter(|_| confirmed).and_then(|issuer| host_of(issuer.url.as_deref()?)),
        authority,
        documents,
    }
}

/// The key is the issuer's if the issuer's profile, read at its own address, lists it, and the key names no other
/// owner.
///
/// Before 2.0 no profile listed keys: `verify.url` was the issuer's word for its key, and a word that anybody can
/// put into a badge. What shows that the key is the issuer's is that the issuer's own origin serves it, as it serves
/// the profile; that is as much as shows whose a hosted badge is. A key from elsewhere vouches only for itself.
fn authority(candidate: &Candidate, standard: Standard, issuer: Result<&Part, &Lack>) -> Outcome {
    let issuer = match issuer {
        Ok(issuer) => issuer,
        Err(lack) => return lack_trouble(lack).into(),
    };
    let issuer_id = id_of(&issuer.json).unwrap_or_default().to_owned();
    let Some(url) = issuer.url.clone() else {
        // A profile inside the badge lists whatever the badge's maker wants.
        let key = candidate.id.clone();
        return Outcome::Unknown(Gap::SelfAssertedKey { key, issuer: issuer_id, url: None, cause: None });
    };
    let lists_keys = listed(&issuer.json).next().is_some();
    if standard.is_before_2() && !lists_keys {
        let key = candidate.id.clone();
        return if same_origin(&candidate.id, &url) {
            Outcome::Pass(Fact::KeyPublished { url: key.clone(), key })
        } else {
            Outcome::Unknown(Gap::SelfAssertedKey { key, issuer: issuer_id, url: None, cause: None })
        };
    }
    if !listed(&issuer.json).filter_map(id_or_embedded).any(|id| same_id(&id, &candidate.id)) {
        return Outcome::Fail(Fault::KeyNotListed { key: candidate.id.clone(), url });
    }
    match &candidate.owner {
        Some(owner) if !same_id(owner, &issuer_id) => {
            Outcome::Fail(Fault::ForeignKey { controller: owner.clone(), issuer: issuer_id })
        }
        _ => Outcome::Pass(Fact::KeyPublished { key: candidate.id.clone(), url }),
    }
}

fn same_origin(one: &str, other: &str) -> bool {
    matches!((Url::parse(one), Url::parse(other)), (Ok(one), Ok(other)) if one.origin() == other.origin())
}

fn listed(issuer: &Value) -> impl Iterator<Item = &Value> {
    each(issuer.get("publicKey")).iter().take(MAX_KEYS)
}

fn id_or_embedded(key: &Value) -> Option<String> {
    id_of(key).map(str::to_owned)
}

/// The key `id`: inside the issuer's profile, or a document of its own.
fn candidate(id: &str, standard: Standard, issuer: Option<&Part>, documents: &Documents) -> Candidate {
    let embedded = issuer.and_then(|issuer| {
        listed(&issuer.json)
            .find(|key| key.get("publicKeyPem").is_some() && id_of(key).is_some_and(|own| same_id(own, id)))
    });
    if let Some(key) = embedded {
        return of_document(id, key, Vec::new());
    }
    if !is_web_address(id) {
        let problem = "it is no web address, and no profile holds it".to_owned();
        let key = Err(Fault::BadKey { key: id.to_owned(), problem }.into());
        return Candidate { id: id.to_owned(), key, owner: None, documents: Vec::new() };
    }
    if standard.is_before_2()
        && let Some(candidate) = bare(id, documents)
    {
        return candidate;
    }
    match fetched(id, Piece::Other, standard, documents) {
        Ok(part) => of_document(id, &part.json, part.documents),
        Err(lack) => {
            Candidate { id: id.to_owned(), key: Err(lack_trouble(&lack)), owner: None, documents: Vec::new() }
        }
    }
}

/// The key at `id` where it is served as bare PEM text, as before 2.0.
fn bare(id: &str, documents: &Documents) -> Option<Candidate> {
    let document = documents.look_up(id).ok()?;
    let pem = std::str::from_utf8(document.bytes.trim_ascii()).ok()?;
    pem.starts_with("-----BEGIN").then(|| Candidate {
        id: id.to_owned(),
        key: PublicKey::from_pem(pem).map_err(|error| key_trouble(error, id)),
        owner: None,
        documents: vec![document.reference()],
    })
}

fn of_document(id: &str, json: &Value, documents: Vec<DocumentRef>) -> Candidate {
    let key = if let Some(pem) = json.get("publicKeyPem").and_then(Value::as_str) {
        PublicKey::from_pem(pem).map_err(|error| key_trouble(error, id))
    } else if let Some(jwk) = json.get("publicKeyJwk") {
        PublicKey::from_jwk(jwk).map_err(|error| key_trouble(error, id))
    } else {
        Err(Fault::BadKey { key: id.to_owned(), problem: "its document holds no publicKeyPem".to_owned() }
            .into())
    };
    let owner = json.get("owner").and_then(id_of).map(str::to_owned);
    Candidate { id: id.to_owned(), key, owner, documents }
}

/// What a part that is not at hand means for a check that needs it.
pub(crate) fn lack_trouble(lack: &Lack) -> Trouble {
    match lack {
        Lack::Gap(gap) => gap.clone().into(),
        Lack::Unnamed => Gap::Unstated { problem: "it does not name its issuer".to_owned() }.into(),
        Lack::Elsewhere { url, found } => {
            Fault::DocumentIsAnother { url: url.clone(), found: found.clone() }.into()
        }
    }
}
