//! Verifiable Credentials, and presentations of them: Open Badges 3.0, endorsements, learner records and all others.

use serde_json::Value;

use super::embedded::{other_subjects, outcome};
use super::{Inquiry, Place, combine, embedded, picture, structure, unreadable_date};
use crate::credential::value::{each, id_of, is_stated, same_id, strings, text};
use crate::credential::{Role, Standard, clr, endorsement, moment, ob3, vc};
use crate::proof::data_integrity::{self, Setting};
use crate::proof::{self, ProofFinding, Purpose, vc_jwt};
use crate::report::{
    CheckId, EmbeddedReport, Exempt, Fact, Fault, Finding, Findings, Gap, Outcome, Problem, Warning,
};
use crate::resource::{self, Resources};
use crate::{lookalike, recipient, schema, status};

impl Inquiry<'_> {
    pub(super) fn verifiable_credential(&self, inside: &[EmbeddedReport]) -> (Findings, Vec<Warning>) {
        let body = self.credential.body();
        let issuer = body.get("issuer").and_then(id_of).unwrap_or_default();
        let (mut problems, mut warnings) = form(self.credential.standard(), body);
        problems.extend(self.lacking_contexts());
        let proofs = self.proofs(body, issuer, &mut warnings);
        let (integrity, key_authority, host) = if proofs.is_empty() && self.is_part_of_something_signed() {
            (Outcome::Unknown(Gap::OuterOnly).into(), not_reached(), None)
        } else {
            combine(&proofs, &mut warnings)
        };
        warnings.extend(embedded::warnings(inside));
        warnings.extend(self.other_subjects());
        let keys: Vec<String> = proofs
            .iter()
            .filter(|proof| proof.holds())
            .filter_map(|proof| proof.thumbprint.clone())
            .collect();
        let holder = status::Holder { id: self.credential.id(), issuer, keys: &keys };
        let status = match &integrity.outcome {
            Outcome::Pass(_) => status::of_entries(
                body,
                &holder,
                self.documents,
                self.policy.now,
                &self.tree.lists,
                &mut warnings,
            ),
            _ => not_reached_unless_absent(body, "credentialStatus", Exempt::NoStatus),
        };
        let structure: Finding = structure(self.credential.standard(), problems).into();
        let schema = match &integrity.outcome {
            Outcome::Pass(_) => {
                let well_formed = matches!(structure.outcome, Outcome::Pass(_));
                let standard = self.credential.standard();
                schema::of_credential(body, standard, well_formed, self.documents, self.policy.now)
            }
            _ => not_reached_unless_absent(body, "credentialSchema", Exempt::NoSchema),
        };
        let integrity = self.with_resources(body, integrity, &mut warnings);
        let image = picture::of_credential(body, self.documents, &mut warnings);
        warnings.extend(service_warnings(body));
        warnings.extend(issuer_warnings(body, issuer));
        let vouched = self.issuer(issuer, &key_authority.outcome, host);
        let own = [&integrity.outcome, &key_authority.outcome, &vouched, &status.outcome];
        let endorsements = outcome(inside, Role::Endorsement, &own);
        let credentials = outcome(inside, Role::Credential, &own);
        let findings = Findings {
            structure,
            issuer: vouched.into(),
            integrity,
            key_authority,
            hosted: Outcome::NotApplicable(Exempt::Signed).into(),
            dates: self.dates_3(body).into(),
            status,
            recipient: self.addressee(body).into(),
            schema,
            endorsements: endorsements.into(),
            image,
            credentials: credentials.into(),
        };
        (findings, warnings)
    }

    /// Without a proof of its own, a part of a credential is what the issuer of the whole says. Whoever shows
    /// credentials says nothing by it.
    fn is_part_of_something_signed(&self) -> bool {
        matches!(self.place, Place::Inside { outer, .. } if outer != Standard::Presentation)
    }

    /// Of an endorsement, what it speaks of, which must be what it hangs on (Open Badges 3.0, 9.1); of anything
    /// else, its recipient.
    fn addressee(&self, body: &Value) -> Outcome {
        let Place::Inside { role: Role::Endorsement, about, .. } = self.place else {
            return match self.credential.standard() {
                Standard::Endorsement => Outcome::NotApplicable(Exempt::NoRecipient),
                _ => recipient::of_subject(body, &self.policy.identities),
            };
        };
        let found = ob3::subject(body).and_then(id_of).unwrap_or_default();
        match about {
            Some(about) if same_id(about, found) => Outcome::Pass(Fact::Endorses { id: found.to_owned() }),
            _ => Outcome::Fail(Fault::EndorsesOther {
                found: found.to_owned(),
                expected: about.map(str::to_owned),
            }),
        }
    }

    /// Every credential names its contexts (VC Data Model 2.0, 4.3), also inside another, where JSON-LD could do
    /// without.
    fn lacking_contexts(&self) -> Option<Problem> {
        self.credential.inherits_contexts().then(|| Problem {
            document: None,
            pointer: "/@context".to_owned(),
            expected: "contexts of its own".to_owned(),
            found: "only those of the credential around it".to_owned(),
        })
    }

    fn other_subjects(&self) -> Option<Warning> {
        (self.credential.standard() == Standard::Clr2).then(|| other_subjects(self.credential)).flatten()
    }

    fn proofs(&self, body: &Value, issuer: &str, warnings: &mut Vec<Warning>) -> Vec<ProofFinding> {
        let now = self.policy.now;
        let (purpose, work) = (Purpose::Assertion, &self.tree.work);
        let setting = Setting { documents: self.documents, now, issuer, purpose, work };
        let claims = self.credential.json();
        if let Some(jws) = self.credential.jws() {
            warnings.extend(vc_jwt::warnings(jws, claims, body));
        } else {
            warnings.extend(data_integrity::warnings(body));
        }
        proof::of_document(self.credential.jws(), claims, body, &setting)
    }

    /// The proof holds, but does what the badge rests on still say the same?
    fn with_resources(&self, body: &Value, integrity: Finding, warnings: &mut Vec<Warning>) -> Finding {
        if !matches!(integrity.outcome, Outcome::Pass(_)) {
            return integrity;
        }
        let Resources { fault, references, warnings: said } = resource::of_credential(body, self.documents);
        warnings.extend(said);
        let Finding { outcome, mut documents } = integrity;
        documents.extend(references);
        Finding { outcome: fault.map_or(outcome, Outcome::Fail), documents }
    }

    fn dates_3(&self, body: &Value) -> Outcome {
        let (from, until) = ob3::validity(body);
        let claimed = match self.credential.jws() {
            Some(_) => vc_jwt::validity(self.credential.json()),
            None => (None, None),
        };
        let instant = |value: Option<&Value>| match value {
            None => Ok(None),
            Some(value) => moment::instant(value).map(Some).ok_or_else(|| unreadable_date(value)),
        };
        match (instant(from), instant(until)) {
            (Ok(from), Ok(until)) => self.in_force(from.or(claimed.0), until.or(claimed.1)),
            (Err(outcome), _) | (_, Err(outcome)) => outcome,
        }
    }
}

/// What is wrong with the form, by the rules of its standard, and what it leaves to wish for.
fn form(standard: Standard, body: &Value) -> (Vec<Problem>, Vec<Warning>) {
    match standard {
        Standard::Ob3 => (ob3::problems(body), ob3::warnings(body)),
        Standard::Clr2 => (clr::problems(body), clr::warnings(body)),
        Standard::Endorsement => (endorsement::problems(body), endorsement::warnings(body)),
        _ => (vc::problems(body), Vec::new()),
    }
}

fn not_reached() -> Finding {
    Outcome::Unknown(Gap::NotReached { after: CheckId::Integrity }).into()
}

/// Nothing is asked for on behalf of a badge whose signature does not hold.
fn not_reached_unless_absent(body: &Value, property: &str, absent: Exempt) -> Finding {
    if is_stated(body.get(property)) { not_reached() } else { Outcome::NotApplicable(absent).into() }
}

/// A newer copy may be had from a refresh service (VC Data Model 2.0, 5.4; 1EdTech Credential Refresh). Lapel judges
/// the copy that was brought and says that there is a service; it follows none by itself.
fn service_warnings(body: &Value) -> Vec<Warning> {
    let services = each(body.get("refreshService")).iter().take(4);
    let told = services.map(|service| {
        let kind = strings(service.get("type")).next().unwrap_or("of no type");
        let detail = match id_of(service) {
            Some(url) => format!("The issuer offers newer copies of it at {url} ({kind}). None was fetched."),
            None => format!("The issuer offers newer copies of it ({kind}). None was fetched."),
        };
        Warning { code: "refresh.offered".to_owned(), detail }
    });
    told.collect()
}

fn issuer_warnings(body: &Value, id: &str) -> Vec<Warning> {
    let issuer = body.get("issuer");
    let name = issuer.and_then(|issuer| text(issuer.get("name")));
    let url = issuer.and_then(|issuer| issuer.get("url")).and_then(Value::as_str);
    lookalike::warnings(name.as_deref(), [Some(id), url].into_iter().flatten())
}
