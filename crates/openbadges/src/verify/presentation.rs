//! Verifiable Presentations: credentials shown together, by a holder who may have signed for it.

use serde_json::Value;

use super::embedded::outcome;
use super::{Inquiry, combine, structure};
use crate::credential::value::{id_of, is_stated};
use crate::credential::{Role, Standard, vc};
use crate::proof::data_integrity::Setting;
use crate::proof::{self, Purpose, vc_jwt};
use crate::report::{EmbeddedReport, Exempt, Finding, Findings, Outcome, Warning};

impl Inquiry<'_> {
    pub(super) fn presentation(&self, embedded: &[EmbeddedReport]) -> (Findings, Vec<Warning>) {
        let body = self.credential.body();
        let mut warnings = Vec::new();
        let (integrity, key_authority) = self.holder_proof(body, &mut warnings);
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
            credentials: outcome(embedded, Role::Credential).into(),
        };
        (findings, warnings)
    }

    /// The holder's signature, where there is one: it says who shows the credentials, not that they are genuine.
    fn holder_proof(&self, body: &Value, warnings: &mut Vec<Warning>) -> (Finding, Finding) {
        if self.credential.jws().is_none() && !is_stated(body.get("proof")) {
            let unsigned = || Outcome::NotApplicable(Exempt::UnsignedPresentation).into();
            return (unsigned(), unsigned());
        }
        let setting = Setting {
            documents: self.documents,
            now: self.policy.now,
            issuer: body.get("holder").and_then(id_of).unwrap_or_default(),
            purpose: Purpose::Authentication { challenge: None, domain: None },
        };
        warnings.extend(self.credential.jws().into_iter().flat_map(vc_jwt::remarks));
        let proofs = proof::of_document(self.credential.jws(), self.credential.json(), body, &setting);
        let (integrity, key_authority, _) = combine(&proofs, warnings);
        (integrity, key_authority)
    }
}
