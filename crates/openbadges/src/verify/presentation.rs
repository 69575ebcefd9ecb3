//! Verifiable Presentations: credentials shown together, by a holder who may have signed for it.

use serde_json::Value;

use super::embedded::{other_holder, outcome};
use super::{Inquiry, combine, embedded, structure};
use crate::credential::value::{each, first, id_of, is_stated};
use crate::credential::{Role, Standard, vc};
use crate::proof::data_integrity::Setting;
use crate::proof::{self, Purpose, vc_jwt};
use crate::report::{EmbeddedReport, Exempt, Fault, Finding, Findings, Outcome, Warning};

impl Inquiry<'_> {
    pub(super) fn presentation(&self, embedded: &[EmbeddedReport]) -> (Findings, Vec<Warning>) {
        let body = self.credential.body();
        let mut warnings = Vec::new();
        let holder = holder(body);
        let (integrity, key_authority) = self.holder_proof(body, holder, &mut warnings);
        warnings.extend(embedded::warnings(embedded));
        if let Some(holder) = holder {
            warnings.extend(other_holder(self.credential, holder));
        }
        let of_its_credentials = || Finding::from(Outcome::NotApplicable(Exempt::Presentation));
        let findings = Findings {
            structure: structure(Standard::Presentation, vc::presentation_problems(body)).into(),
            integrity,
            key_authority,
            hosted: Outcome::NotApplicable(Exempt::Signed).into(),
            issuer: of_its_credentials(),
            dates: of_its_credentials(),
            status: of_its_credentials(),
            recipient: of_its_credentials(),
            schema: Outcome::NotApplicable(Exempt::NoSchema).into(),
            endorsements: Outcome::NotApplicable(Exempt::NoEndorsements).into(),
            image: Outcome::NotApplicable(Exempt::NoImage).into(),
            credentials: outcome(embedded, Role::Credential, &[]).into(),
        };
        (findings, warnings)
    }

    /// What a proof of presence must answer. A presentation inside another was not made for this verifier.
    fn answering(&self) -> Purpose<'_> {
        let (challenge, domain) = (self.policy.challenge.as_deref(), self.policy.domain.as_deref());
        let outermost = self.depth == 0;
        Purpose::Authentication {
            challenge: challenge.filter(|_| outermost),
            domain: domain.filter(|_| outermost),
        }
    }

    /// The holder's signature, where there is one: it says who shows the credentials, not that they are genuine.
    fn holder_proof(
        &self,
        body: &Value,
        holder: Option<&str>,
        warnings: &mut Vec<Warning>,
    ) -> (Finding, Finding) {
        if self.credential.jws().is_none() && !is_stated(body.get("proof")) {
            // Whoever asks for a sign of presence is not content without one.
            let asked = self.answering() != Purpose::Authentication { challenge: None, domain: None };
            let integrity = if asked {
                Outcome::Fail(Fault::NoProof)
            } else {
                Outcome::NotApplicable(Exempt::UnsignedPresentation)
            };
            return (integrity.into(), Outcome::NotApplicable(Exempt::UnsignedPresentation).into());
        }
        let setting = Setting {
            documents: self.documents,
            now: self.policy.now,
            issuer: holder.unwrap_or_default(),
            purpose: self.answering(),
            work: &self.tree.work,
        };
        warnings.extend(self.credential.jws().into_iter().flat_map(vc_jwt::remarks));
        let proofs = proof::of_document(self.credential.jws(), self.credential.json(), body, &setting);
        let (integrity, key_authority, _) = combine(&proofs, warnings);
        (integrity, key_authority)
    }
}

/// The holder; one that is not named is whoever the first proof says that its key belongs to (VC Data Model 2.0,
/// 4.13: `holder` is optional).
fn holder(body: &Value) -> Option<&str> {
    let named = first(body.get("holder")).and_then(id_of);
    let method = || each(body.get("proof")).first()?.get("verificationMethod").and_then(id_of);
    named.or_else(|| method().and_then(|method| method.split('#').next()))
}
