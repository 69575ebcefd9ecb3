//! Credentials that a badge rests on, such as status lists and schemas: verified before they are believed.

use jiff::Timestamp;
use serde_json::Value;

use crate::credential::jws::Jws;
use crate::credential::value::id_of;
use crate::credential::{body_of, moment, ob3};
use crate::document::{Document, Documents};
use crate::json::parse_strict_bytes;
use crate::jsonld::Work;
use crate::proof::data_integrity::Setting;
use crate::proof::{self, ProofFinding, Purpose};
use crate::report::{DocumentRef, Gap, Outcome};

/// A credential whose proof holds, and which is in force.
pub(crate) struct Secured {
    pub body: Value,
    /// The issuer's id.
    pub issuer: String,
    /// The thumbprint of the key that signed it.
    pub key: Option<String>,
    /// Where it brought its own key and nobody confirmed it: what would.
    pub self_asserted: Option<Gap>,
}

/// Why a document cannot be relied on.
pub(crate) enum Unsound {
    /// It is not at hand, cannot be read, or rests on what is not at hand.
    Gap(Gap),
    /// It does not hold; the sentence says why.
    Unverified(String),
    /// It was only good until then.
    Ended(Timestamp),
    /// Its dates are none.
    NoDates,
}

impl From<Gap> for Unsound {
    fn from(gap: Gap) -> Self {
        Self::Gap(gap)
    }
}

impl Secured {
    /// Verifies the credential in `document` (JSON or token) at `now`: proof, key and dates; `references` takes up
    /// what the proof stood on.
    pub(crate) fn read(
        document: &Document,
        documents: &Documents,
        now: Timestamp,
        references: &mut Vec<DocumentRef>,
    ) -> Result<Self, Unsound> {
        let (body, claims, jws) = parse(document)?;
        let issuer = body.get("issuer").and_then(id_of).unwrap_or_default().to_owned();
        let (purpose, work) = (Purpose::Assertion, &Work::default());
        let setting = Setting { documents, now, issuer: &issuer, purpose, work };
        let proofs = proof::of_document(jws.as_ref(), &claims, &body, &setting);
        let (key, self_asserted) = trusted(&proofs, references)?;
        in_force(&body, now)?;
        Ok(Self { body, issuer, key, self_asserted })
    }
}

/// The key by which the proofs hold, and the gap that is left where only the key itself says whose it is.
fn trusted(
    proofs: &[ProofFinding],
    references: &mut Vec<DocumentRef>,
) -> Result<(Option<String>, Option<Gap>), Unsound> {
    let proof = telling(proofs).ok_or_else(|| Unsound::Unverified("it carries no proof.".to_owned()))?;
    references.extend(proof.documents.iter().cloned());
    match (&proof.integrity, &proof.authority) {
        (Outcome::Pass(_), Outcome::Pass(_)) => Ok((proof.thumbprint.clone(), None)),
        (Outcome::Pass(_), Outcome::Unknown(gap @ Gap::SelfAssertedKey { .. })) => {
            Ok((proof.thumbprint.clone(), Some(gap.clone())))
        }
        (Outcome::Unknown(gap @ Gap::Missing { .. }), _) => Err(gap.clone().into()),
        (Outcome::Pass(_), outcome) | (outcome, _) => Err(Unsound::Unverified(sentence(outcome))),
    }
}

fn sentence(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Pass(fact) => fact.to_string(),
        Outcome::Fail(fault) => fault.to_string(),
        Outcome::Unknown(gap) => gap.to_string(),
        Outcome::NotApplicable(exempt) => exempt.to_string(),
    }
}

/// The proof of a set that says most: one that holds and whose key is confirmed, else one that holds, else any;
/// but a set of which one fails does not hold.
fn telling(proofs: &[ProofFinding]) -> Option<&ProofFinding> {
    let failed = proofs.iter().find(|proof| matches!(proof.integrity, Outcome::Fail(_)));
    failed
        .or_else(|| proofs.iter().find(|proof| proof.holds() && matches!(proof.authority, Outcome::Pass(_))))
        .or_else(|| proofs.iter().find(|proof| proof.holds()))
        .or(proofs.first())
}

/// The credential in a document: JSON, or a token.
fn parse(document: &Document) -> Result<(Value, Value, Option<Jws>), Gap> {
    let unreadable = |problem: String| Gap::Unreadable { url: document.url.clone(), problem };
    let text = document.bytes.trim_ascii();
    if text.first() == Some(&b'{') {
        let body =
            parse_strict_bytes(text).map_err(|error| unreadable(format!("no sound JSON ({error})")))?;
        return Ok((body, Value::Null, None));
    }
    let token = std::str::from_utf8(text).map_err(|_| unreadable("neither JSON nor a token".to_owned()))?;
    let (jws, claims) = Jws::parse(token).map_err(|_| unreadable("neither JSON nor a token".to_owned()))?;
    let body = body_of(&claims).unwrap_or_else(|| claims.clone());
    Ok((body, claims, Some(jws)))
}

/// A credential speaks from `validFrom` until `validUntil`.
fn in_force(body: &Value, now: Timestamp) -> Result<(), Unsound> {
    let instant = |value: Option<&Value>| match value {
        None => Ok(None),
        Some(value) => moment::instant(value).map(Some).ok_or(Unsound::NoDates),
    };
    let (from, until) = ob3::validity(body);
    if let Some(from) = instant(from)?.filter(|from| *from > now) {
        return Err(Unsound::Unverified(format!("it is dated {from}, which is yet to come.")));
    }
    match instant(until)?.filter(|until| *until <= now) {
        Some(until) => Err(Unsound::Ended(until)),
        None => Ok(()),
    }
}
