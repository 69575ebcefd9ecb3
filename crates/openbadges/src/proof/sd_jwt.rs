//! SD-JWT (RFC 9901): do the disclosures belong to the issuer's token, and is the holder's token about all of it?

use serde_json::Value;

use super::key::PublicKey;
use super::signature::{self, key_trouble};
use super::{Purpose, Trouble};
use crate::credential::jws::Jws;
use crate::credential::sd_jwt::{Flaw, KeyBinding};
use crate::credential::shape::{describe, shown};
use crate::credential::value::strings;
use crate::report::{Fault, Feature, Gap};

/// The name under which a report speaks of the holder's token.
const KEY_BINDING: &str = "The holder's token (key binding)";

/// Judges what came with the issuer's token, whose disclosed claims are `claims`. A token without disclosures has
/// nothing of the kind.
pub(crate) fn check(jws: &Jws, claims: &Value, purpose: Purpose) -> Result<(), Trouble> {
    let Some(selective) = jws.selective() else { return Ok(()) };
    match &selective.flaw {
        None => {}
        Some(Flaw::UnknownHash { name }) => {
            return Err(Gap::Unsupported { feature: Feature::Algorithm, name: name.clone() }.into());
        }
        Some(flaw) => {
            let proof = "The SD-JWT".to_owned();
            return Err(Fault::MalformedProof { proof, problem: flaw.to_string() }.into());
        }
    }
    selective.key_binding.as_ref().map_or(Ok(()), |binding| check_binding(binding, claims, purpose))
}

/// The holder's token (RFC 9901, 7.3): by the key that the issuer bound the credential to, over exactly what is
/// presented, and for who asks, if somebody does.
fn check_binding(binding: &KeyBinding, claims: &Value, purpose: Purpose) -> Result<(), Trouble> {
    let (token, stated) = match &binding.token {
        Ok((token, stated)) => (token, stated),
        Err(error) => return Err(malformed(error.to_string()).into()),
    };
    if token.header().get("typ").is_none_or(|kind| kind != "kb+jwt") {
        return Err(malformed("its type (typ) is not kb+jwt".to_owned()).into());
    }
    let confirmation = claims.get("cnf");
    let Some(jwk) = confirmation.and_then(|confirmation| confirmation.get("jwk")) else {
        return Err(match confirmation {
            None => malformed("the issuer named no key of the holder (cnf)".to_owned()).into(),
            Some(_) => Gap::Unsupported { feature: Feature::ProofOption, name: "cnf".to_owned() }.into(),
        });
    };
    let key = PublicKey::from_jwk(jwk).map_err(|error| key_trouble(error, "of the holder"))?;
    signature::verify(token, &key, "of the holder")?;
    let text = |claim: &str| stated.get(claim).and_then(Value::as_str);
    for claim in ["nonce", "aud"] {
        if text(claim).is_none() {
            return Err(malformed(format!("it lacks the claim {claim}")).into());
        }
    }
    if !stated.get("iat").is_some_and(Value::is_number) {
        return Err(malformed("it does not say when it was made (iat)".to_owned()).into());
    }
    let mismatch = |claim: &str, expected: &str| {
        let found = describe(stated.get(claim).unwrap_or(&Value::Null));
        Err(Fault::ClaimMismatch { claim: claim.to_owned(), expected: expected.to_owned(), found }.into())
    };
    if let Some(sd_hash) = &binding.sd_hash
        && text("sd_hash") != Some(sd_hash)
    {
        return mismatch("sd_hash", sd_hash);
    }
    if let Purpose::Authentication { challenge, domain } = purpose {
        if let Some(challenge) = challenge.filter(|challenge| text("nonce") != Some(challenge)) {
            return mismatch("nonce", challenge);
        }
        if let Some(domain) =
            domain.filter(|domain| !strings(stated.get("aud")).any(|stated| stated == *domain))
        {
            return mismatch("aud", domain);
        }
    }
    Ok(())
}

fn malformed(problem: String) -> Fault {
    Fault::MalformedProof { proof: KEY_BINDING.to_owned(), problem }
}

/// What a person should know of what is not shown.
pub(crate) fn undisclosed(jws: &Jws) -> Option<String> {
    let selective = jws.selective().filter(|selective| selective.undisclosed > 0)?;
    let count = selective.undisclosed;
    let mut detail = format!(
        "It is shown in part: {count} of its digests stand for something else, or for nothing at all."
    );
    if selective.conceals_claims {
        detail.push_str(" What is not shown may be when it ends or how it is taken back.");
    }
    Some(detail)
}

/// What a person should know of the holder's token: for whom it was made, which nobody here can have asked.
pub(crate) fn remark(jws: &Jws) -> Option<String> {
    let binding = jws.selective()?.key_binding.as_ref()?;
    let (_, stated) = binding.token.as_ref().ok()?;
    let said = |claim: &str| stated.get(claim).and_then(Value::as_str).map_or("nothing".to_owned(), shown);
    Some(format!(
        "Its holder showed it to {} (aud), in answer to {} (nonce); whether these were asked for was not compared.",
        said("aud"),
        said("nonce")
    ))
}
