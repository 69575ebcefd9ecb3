//! VC-JWT: a credential or a presentation as the payload of a JWS (VC-JOSE-COSE; OB 3.0, 8.2), or in its `vc` or `vp`
//! claim (VC Data Model 1.1, 6.3.1); as an SD-JWT too.

use jiff::Timestamp;
use serde_json::Value;

use super::data_integrity::Setting;
use super::key::PublicKey;
use super::method::{Asked, Method, find, keys_of_issuer, listed_by_issuer};
use super::signature::{self, key_trouble};
use super::{ProofFinding, Purpose, SKEW_SECONDS, Trouble, sd_jwt};
use crate::credential::jws::Jws;
use crate::credential::value::{id_of, same_id, strings};
use crate::credential::{moment, ob3};
use crate::report::{Fault, Outcome, Warning};

/// Judges the token `jws`, whose claims are `claims` and whose credential is `body`.
pub(crate) fn verify(jws: &Jws, claims: &Value, body: &Value, setting: &Setting) -> ProofFinding {
    let form =
        Form { selective: jws.selective().is_some(), presentation: setting.purpose != Purpose::Assertion };
    let label = format!("{} ({})", form.name(), jws.algorithm());
    if let Err(trouble) = signature::algorithm(jws).and_then(|_| Ok(shape(jws, claims, form)?)) {
        return ProofFinding::unread(label, trouble);
    }
    let (name, method) = match method(jws, &asked(claims, setting)) {
        Ok(found) => found,
        Err(trouble) => return ProofFinding::unread(label, trouble),
    };
    let integrity = method
        .key
        .clone()
        .and_then(|key| signature::verify(jws, &key, &name))
        .and_then(|fact| sd_jwt::check(jws, claims, setting.purpose).map(|()| fact))
        .and_then(|fact| Ok(agree(claims, body).map(|()| fact)?))
        .and_then(|fact| Ok(answers(claims, setting).map(|()| fact)?));
    ProofFinding {
        label,
        integrity: integrity.map_or_else(Into::into, Outcome::Pass),
        thumbprint: method.key.as_ref().ok().map(PublicKey::thumbprint),
        authority: method.authority,
        documents: method.documents,
        host: method.host,
    }
}

/// What a token is of, and how it is written.
#[derive(Clone, Copy)]
struct Form {
    selective: bool,
    presentation: bool,
}

impl Form {
    fn name(self) -> &'static str {
        match self {
            Self { selective: true, .. } => "SD-JWT",
            Self { presentation: true, .. } => "VP-JWT",
            Self { .. } => "VC-JWT",
        }
    }

    /// What such tokens call themselves (`typ`), and have called themselves.
    fn types(self) -> &'static [&'static str] {
        match (self.selective, self.presentation) {
            (false, false) => &["jwt", "vc+jwt", "vc+ld+jwt", "vc+ld+json+jwt"],
            (false, true) => &["jwt", "vp+jwt", "vp+ld+jwt", "vp+ld+json+jwt"],
            (true, false) => &["sd-jwt", "vc+sd-jwt", "dc+sd-jwt", "vc+ld+sd-jwt", "vc+ld+json+sd-jwt"],
            (true, true) => &["sd-jwt", "vp+sd-jwt", "vp+ld+sd-jwt", "vp+ld+json+sd-jwt"],
        }
    }
}

/// The issuer, or the holder of a presentation, who may stand in the token's `iss` alone.
fn asked<'a>(claims: &'a Value, setting: &Setting<'a>) -> Asked<'a> {
    let mut asked = Asked::from(setting);
    if asked.issuer.is_empty()
        && let Some(issuer) = claims.get("iss").and_then(Value::as_str)
    {
        asked.issuer = issuer;
    }
    asked
}

/// What a token must not be: one of another sort, one that holds two credentials, or one whose times are none.
fn shape(jws: &Jws, claims: &Value, form: Form) -> Result<(), Fault> {
    if let Some(kind) = jws.header().get("typ") {
        let name = kind.as_str().unwrap_or_default().to_ascii_lowercase();
        if !form.types().contains(&name.trim_start_matches("application/")) {
            let kind = crate::credential::shape::describe(kind);
            return Err(Fault::HeaderRefused { problem: format!("it is a token of another sort, {kind}") });
        }
    }
    let malformed = |problem: String| Err(Fault::MalformedProof { proof: "the token".to_owned(), problem });
    let inside = ["vc", "vp"].into_iter().filter(|claim| claims.get(*claim).is_some()).count();
    if inside + usize::from(claims.get("@context").is_some()) > 1 {
        return malformed("it holds a credential and, in a vc or vp claim, another".to_owned());
    }
    for claim in ["nbf", "exp"] {
        if claims.get(claim).is_some_and(|time| moment::numeric_date(time).is_none()) {
            return malformed(format!("its {claim} is no number of seconds"));
        }
    }
    Ok(())
}

/// The key that the header names, and whose it is. A key *in* the header is data like any other: it can be used
/// to see whether the token is whole, and only the issuer's document makes it the issuer's.
fn method(jws: &Jws, asked: &Asked) -> Result<(String, Method), Trouble> {
    let embedded = match jws.header().get("jwk") {
        None => None,
        Some(jwk) if jwk.get("d").is_some() => {
            let problem = "it shows the private half of its key: anybody could have signed".to_owned();
            return Err(Fault::HeaderRefused { problem }.into());
        }
        Some(jwk) => Some(PublicKey::from_jwk(jwk).map_err(|error| key_trouble(error, "in the header"))?),
    };
    let kid = jws.header().get("kid").and_then(Value::as_str);
    match (kid.and_then(|kid| key_name(kid, asked.issuer)), embedded) {
        (Some(name), embedded) => named(name, embedded, asked),
        (None, Some(key)) => {
            let name = key.thumbprint();
            let method = listed_by_issuer(&key, &name, asked);
            Ok((name, method))
        }
        (None, None) => unnamed(jws, kid, asked),
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

fn named(kid: String, embedded: Option<PublicKey>, asked: &Asked) -> Result<(String, Method), Trouble> {
    let mut method = find(&kid, asked);
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
                Outcome::Unknown(super::method::self_asserted(&kid, asked.issuer, url_in(gap), gap));
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

/// The header names no key that could be looked up by its name: one of the issuer's own must fit.
fn unnamed(jws: &Jws, kid: Option<&str>, asked: &Asked) -> Result<(String, Method), Trouble> {
    let keys = keys_of_issuer(kid, asked)?;
    let fits = |key: &PublicKey| signature::verify(jws, key, "").is_ok();
    let found = keys.iter().find(|(_, key)| fits(key)).or(keys.first());
    let Some((name, key)) = found else {
        return Err(
            Fault::KeyNotListed { key: "(none named)".to_owned(), url: asked.issuer.to_owned() }.into()
        );
    };
    Ok((name.clone(), listed_by_issuer(key, name, asked)))
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
    // A presentation is by its holder.
    same("iss", body.get("issuer").or_else(|| body.get("holder")).and_then(id_of))?;
    same("jti", body.get("id").and_then(Value::as_str))?;
    same("sub", ob3::subject(body).and_then(|subject| subject.get("id")).and_then(Value::as_str))?;
    let (from, until) = ob3::validity(body);
    same_instant("nbf", claims, from)?;
    same_instant("exp", claims, until)
}

/// Whether the token of a presentation is meant for who asks, and now (RFC 7519, 4.1). A credential has dates of its
/// own, which are a check of their own.
fn answers(claims: &Value, setting: &Setting) -> Result<(), Fault> {
    let Purpose::Authentication { challenge, domain } = setting.purpose else { return Ok(()) };
    let refused = |claim: &str, expected: &str| {
        Err(mismatch(claim, expected, claims.get(claim).unwrap_or(&Value::Null)))
    };
    if let Some(challenge) = challenge
        && claims.get("nonce").and_then(Value::as_str) != Some(challenge)
    {
        return refused("nonce", challenge);
    }
    if let Some(domain) = domain
        && !strings(claims.get("aud")).any(|audience| audience == domain)
    {
        return refused("aud", domain);
    }
    let malformed = |problem: &str| {
        Err(Fault::MalformedProof { proof: "the token".to_owned(), problem: problem.to_owned() })
    };
    let (from, until) = validity(claims);
    if until.is_some_and(|until| until <= setting.now) {
        return malformed("it has itself expired");
    }
    if from.is_some_and(|from| from.as_second() > setting.now.as_second().saturating_add(SKEW_SECONDS)) {
        return malformed("it is to begin in the future");
    }
    Ok(())
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

/// What the claims of a credential leave to wish for, and what else there is to say of its token.
pub(crate) fn warnings(jws: &Jws, claims: &Value, body: &Value) -> Vec<Warning> {
    let is_repeated = |claim: &&str| {
        *claim != "sub" || ob3::subject(body).is_some_and(|subject| subject.get("id").is_some())
    };
    let absent = ["iss", "jti", "sub", "nbf"].into_iter().filter(|claim| claims.get(*claim).is_none());
    let warning = |claim| {
        let detail = format!("The token lacks the claim {claim}, which Open Badges 3.0 asks for.");
        Warning { code: "jwt.claim-absent".to_owned(), detail }
    };
    absent.filter(is_repeated).map(warning).chain(remarks(jws)).collect()
}

/// What there is to say of a token, whatever it holds.
pub(crate) fn remarks(jws: &Jws) -> impl Iterator<Item = Warning> {
    let points_elsewhere = ["jku", "x5u", "x5c"].iter().any(|name| jws.header().contains_key(*name));
    let ignored = "The token's header points to keys of its own choice; they were not looked at.";
    [
        ("jwt.undisclosed", sd_jwt::undisclosed(jws)),
        ("jwt.holder", sd_jwt::remark(jws)),
        ("jwt.header-ignored", points_elsewhere.then(|| ignored.to_owned())),
    ]
    .into_iter()
    .filter_map(|(code, detail)| Some(Warning { code: code.to_owned(), detail: detail? }))
}

/// The instants that the claims set, for a credential that does not repeat them.
pub(crate) fn validity(claims: &Value) -> (Option<Timestamp>, Option<Timestamp>) {
    (claims.get("nbf").and_then(moment::numeric_date), claims.get("exp").and_then(moment::numeric_date))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::document::Documents;

    fn answer(claims: &Value, challenge: Option<&str>, domain: Option<&str>) -> Result<(), &'static str> {
        let documents = Documents::new();
        let purpose = Purpose::Authentication { challenge, domain };
        let now = "2026-11-23T00:00:00Z".parse().unwrap();
        let work = crate::jsonld::Work::default();
        answers(claims, &Setting { documents: &documents, now, issuer: "", purpose, work: &work })
            .map_err(|fault| fault.code())
    }

    #[test]
    fn a_presentation_answers_who_asked_and_when() {
        let claims = json!({ "nonce": "n", "aud": ["https://a.example", "https://b.example"] });
        assert_eq!(answer(&claims, None, None), Ok(()));
        assert_eq!(answer(&claims, Some("n"), Some("https://b.example")), Ok(()));
        let mismatch = Err("proof.claim-mismatch");
        assert_eq!(answer(&claims, Some("m"), None), mismatch);
        assert_eq!(answer(&claims, None, Some("https://c.example")), mismatch);
        assert_eq!(answer(&json!({}), Some("n"), None), mismatch);
        assert_eq!(answer(&json!({}), None, Some("https://a.example")), mismatch);
        for (claims, expected) in [
            (json!({ "exp": 1_795_392_000 }), Err("proof.malformed")),
            (json!({ "exp": 1_795_392_001 }), Ok(())),
            (json!({ "nbf": 1_795_392_060 }), Ok(())),
            (json!({ "nbf": 1_795_392_061 }), Err("proof.malformed")),
        ] {
            assert_eq!(answer(&claims, None, None), expected, "{claims}");
        }
    }
}
