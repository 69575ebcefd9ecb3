//! VC-JWT: a credential as the payload of a JWS (VC-JOSE-COSE; OB 3.0, 8.2), or in its `vc` claim (VC Data Model
//! 1.1, 6.3.1).

use jiff::Timestamp;
use serde_json::Value;

use super::data_integrity::Setting;
use super::key::PublicKey;
use super::method::{Method, keys_of_issuer, listed_by_issuer, resolve};
use super::signature::{self, key_trouble};
use super::{ProofFinding, Trouble};
use crate::credential::jws::Jws;
use crate::credential::value::{id_of, same_id};
use crate::credential::{moment, ob3};
use crate::report::{Fault, Outcome};

/// Judges the token `jws`, whose claims are `claims` and whose credential is `body`.
pub(crate) fn verify(jws: &Jws, claims: &Value, body: &Value, setting: &Setting) -> ProofFinding {
    let label = format!("VC-JWT ({})", jws.algorithm());
    if let Err(trouble) = signature::algorithm(jws).and_then(|_| Ok(shape(jws, claims)?)) {
        return ProofFinding::unread(label, trouble);
    }
    let (name, method) = match method(jws, setting) {
        Ok(found) => found,
        Err(trouble) => return ProofFinding::unread(label, trouble),
    };
    let integrity = method
        .key
        .clone()
        .and_then(|key| signature::verify(jws, &key, &name))
        .and_then(|fact| agree(claims, body).map(|()| fact).map_err(Trouble::Fault));
    ProofFinding {
        label,
        integrity: integrity.map_or_else(Into::into, Outcome::Pass),
        thumbprint: method.key.as_ref().ok().map(PublicKey::thumbprint),
        authority: method.authority,
        documents: method.documents,
        host: method.host,
    }
}

/// What a token must not be: one of another sort, or one that holds two credentials.
fn shape(jws: &Jws, claims: &Value) -> Result<(), Fault> {
    if let Some(kind) = jws.header().get("typ").and_then(Value::as_str)
        && !TYPES.contains(&kind.to_ascii_lowercase().trim_start_matches("application/"))
    {
        return Err(Fault::HeaderRefused { problem: format!("it is a token of another sort, {kind}") });
    }
    if claims.get("@context").is_some() && (claims.get("vc").is_some() || claims.get("vp").is_some()) {
        let problem = "it holds a credential and, in a vc or vp claim, another".to_owned();
        return Err(Fault::MalformedProof { proof: "the token".to_owned(), problem });
    }
    Ok(())
}

/// What tokens of credentials call themselves (`typ`), and have called themselves.
const TYPES: [&str; 4] = ["jwt", "vc+jwt", "vc+ld+jwt", "vc+ld+json+jwt"];

/// The key that the header names, and whose it is. A key *in* the header is data like any other: it can be used
/// to see whether the token is whole, and only the issuer's document makes it the issuer's.
fn method(jws: &Jws, setting: &Setting) -> Result<(String, Method), Trouble> {
    let embedded = match jws.header().get("jwk") {
        None => None,
        Some(jwk) if jwk.get("d").is_some() => {
            let problem = "it shows the private half of its key: anybody could have signed".to_owned();
            return Err(Fault::HeaderRefused { problem }.into());
        }
        Some(jwk) => Some(PublicKey::from_jwk(jwk).map_err(|error| key_trouble(error, "in the header"))?),
    };
    let kid = jws.header().get("kid").and_then(Value::as_str).and_then(|kid| key_name(kid, setting.issuer));
    match (kid, embedded) {
        (Some(kid), embedded) => named(kid, embedded, setting),
        (None, Some(key)) => {
            let name = key.thumbprint();
            let method = listed_by_issuer(&key, &name, setting.issuer, setting.documents, setting.now);
            Ok((name, method))
        }
        (None, None) => unnamed(jws, setting),
    }
}

/// The full name of a key: an absolute `kid` as it is; a relative one belongs to the issuer. Anything else (a
/// thumbprint, say) names nothing that could be looked up.
fn key_name(kid: &str, issuer: &str) -> Option<String> {
    if kid.starts_with("did:") || kid.starts_with("https://") || kid.starts_with("http://") {
        return Some(kid.to_owned());
    }
    if kid.starts_with('#') {
        return Some(format!("{issuer}{kid}"));
    }
    issuer.starts_with("did:").then(|| format!("{issuer}#{kid}"))
}

fn named(kid: String, embedded: Option<PublicKey>, setting: &Setting) -> Result<(String, Method), Trouble> {
    let mut method = resolve(&kid, setting.issuer, setting.documents, setting.now);
    let Some(embedded) = embedded else {
        return Ok((kid, method));
    };
    match &method.key {
        Ok(key) if key.thumbprint() != embedded.thumbprint() => {
            let problem = format!("its key (jwk) is another than the one it names (kid {kid})");
            Err(Fault::HeaderRefused { problem }.into())
        }
        Ok(_) | Err(Trouble::Fault(_)) => Ok((kid, method)),
        // The named key cannot be had: the one in the header still shows whether the token is whole.
        Err(Trouble::Gap(gap)) => {
            let authority =
                Outcome::Unknown(super::method::self_asserted(&kid, setting.issuer, url_in(gap), gap));
            method.authority =
                if matches!(method.authority, Outcome::Fail(_)) { method.authority } else { authority };
            method.key = Ok(embedded);
            Ok((kid, method))
        }
    }
}

fn url_in(gap: &crate::report::Gap) -> Option<&str> {
    use crate::report::Gap;
    match gap {
        Gap::Missing { url } | Gap::Unavailable { url, .. } | Gap::Unreadable { url, .. } => Some(url),
        _ => None,
    }
}

/// The header names no key: one of the issuer's own must fit.
fn unnamed(jws: &Jws, setting: &Setting) -> Result<(String, Method), Trouble> {
    let keys = keys_of_issuer(setting.issuer, setting.documents)?;
    let fits = |key: &PublicKey| signature::verify(jws, key, "").is_ok();
    let found = keys.iter().find(|(_, key)| fits(key)).or(keys.first());
    let Some((name, key)) = found else {
        return Err(
            Fault::KeyNotListed { key: "(none named)".to_owned(), url: setting.issuer.to_owned() }.into()
        );
    };
    Ok((name.clone(), listed_by_issuer(key, name, setting.issuer, setting.documents, setting.now)))
}

/// The registered claims repeat properties of the credential; where both are there, they say the same.
fn agree(claims: &Value, body: &Value) -> Result<(), Fault> {
    let same = |claim: &str, stated: Option<&str>| match (claims.get(claim), stated) {
        (Some(claimed), Some(stated))
            if !claimed.as_str().is_some_and(|claimed| same_id(claimed, stated)) =>
        {
            Err(mismatch(claim, stated, claimed))
        }
        _ => Ok(()),
    };
    same("iss", body.get("issuer").and_then(id_of))?;
    same("jti", body.get("id").and_then(Value::as_str))?;
    same("sub", ob3::subject(body).and_then(|subject| subject.get("id")).and_then(Value::as_str))?;
    let (from, until) = ob3::validity(body);
    same_instant("nbf", claims, from)?;
    same_instant("exp", claims, until)
}

fn same_instant(claim: &str, claims: &Value, stated: Option<&Value>) -> Result<(), Fault> {
    let (Some(claimed), Some(stated)) = (claims.get(claim), stated) else {
        return Ok(());
    };
    let text = ob3::written(stated);
    let Some(claimed_instant) = moment::numeric_date(claimed) else {
        return Err(mismatch(claim, &text, claimed));
    };
    let whole = |instant: Timestamp| instant.as_second();
    let stated_instant = stated.as_str().and_then(moment::parse_leniently);
    match stated_instant {
        // A NumericDate may be cut to whole seconds.
        Some(stated) if whole(stated.instant) == whole(claimed_instant) => Ok(()),
        _ => Err(mismatch(claim, &text, claimed)),
    }
}

fn mismatch(claim: &str, expected: &str, found: &Value) -> Fault {
    Fault::ClaimMismatch {
        claim: claim.to_owned(),
        expected: expected.to_owned(),
        found: crate::credential::shape::describe(found),
    }
}

/// What the claims leave to wish for.
pub(crate) fn warnings(jws: &Jws, claims: &Value, body: &Value) -> Vec<crate::report::Warning> {
    let mut warnings = Vec::new();
    let mut warn =
        |code: &str, detail: String| warnings.push(crate::report::Warning { code: code.to_owned(), detail });
    for claim in ["iss", "jti", "sub", "nbf"] {
        let repeated =
            claim != "sub" || ob3::subject(body).is_some_and(|subject| subject.get("id").is_some());
        if claims.get(claim).is_none() && repeated {
            warn(
                "jwt.claim-absent",
                format!("The token lacks the claim {claim}, which Open Badges 3.0 asks for."),
            );
        }
    }
    if ["jku", "x5u", "x5c"].iter().any(|name| jws.header().contains_key(*name)) {
        warn(
            "jwt.header-ignored",
            "The token's header points to keys of its own choice; they were not looked at.".to_owned(),
        );
    }
    warnings
}

/// The instants that the claims set, for a credential that does not repeat them.
pub(crate) fn validity(claims: &Value) -> (Option<Timestamp>, Option<Timestamp>) {
    (claims.get("nbf").and_then(moment::numeric_date), claims.get("exp").and_then(moment::numeric_date))
}
