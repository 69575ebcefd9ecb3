//! Assertions of Open Badges before 3.0: hosted by their issuer, or signed by a JWS.

use serde_json::Value;

use super::{Inquiry, combine, structure, unreadable_date};
use crate::credential::ob2::{self, Lack, Part};
use crate::credential::value::id_of;
use crate::credential::{Standard, moment};
use crate::document::Documents;
use crate::proof::hosted::{self, Copy};
use crate::proof::ob2_signed::lack_trouble;
use crate::proof::{method, ob2_signed};
use crate::report::{
    CheckId, DocumentRef, EmbeddedReport, Exempt, Fact, Fault, Finding, Findings, Gap, Outcome, Problem,
    Warning,
};
use crate::{recipient, status};

/// The parts of an Open Badges 2.0 badge, as far as they are at hand.
struct Parts {
    badge_class: Result<Part, Lack>,
    issuer: Result<Part, Lack>,
}

impl Parts {
    fn of(assertion: &Value, documents: &Documents) -> Self {
        let badge_class = ob2::badge_class(assertion, documents);
        let issuer = match &badge_class {
            Ok(class) => ob2::issuer(&class.json, documents),
            Err(lack) => Err(lack.clone()),
        };
        Self { badge_class, issuer }
    }

    fn documents(&self) -> Vec<DocumentRef> {
        [&self.badge_class, &self.issuer]
            .into_iter()
            .flatten()
            .flat_map(|part| part.documents.iter().cloned())
            .collect()
    }

    /// What is wrong with the form of the assertion or its parts; failing that, which part is not at hand.
    fn structure(&self, assertion: &Value, with_assertion: bool) -> Finding {
        let mut problems = if with_assertion { ob2::assertion_problems(assertion) } else { Vec::new() };
        let mut lacking = None;
        for (part, judge) in [
            (&self.badge_class, ob2::badge_class_problems as fn(&Part) -> Vec<Problem>),
            (&self.issuer, ob2::issuer_problems as fn(&Part) -> Vec<Problem>),
        ] {
            match part {
                Ok(part) => problems.extend(judge(part)),
                Err(Lack::Unnamed) => {}
                Err(lack) => lacking = lacking.or_else(|| Some(Outcome::from(lack_trouble(lack)))),
            }
        }
        let outcome = match (structure(Standard::Ob2, problems), lacking) {
            (Outcome::Pass(_), Some(lacking)) => lacking,
            (outcome, _) => outcome,
        };
        Finding { outcome, documents: self.documents() }
    }

    fn issuer_id(&self) -> &str {
        self.issuer.as_ref().ok().and_then(|issuer| id_of(&issuer.json)).unwrap_or_default()
    }
}

/// Open Badges 2.0.
impl Inquiry<'_> {
    pub(super) fn assertion(&self, _embedded: &[EmbeddedReport]) -> (Findings, Vec<Warning>) {
        match self.credential.jws() {
            Some(jws) => self.signed_2(jws),
            None => self.hosted_2(),
        }
    }

    fn signed_2(&self, jws: &crate::credential::jws::Jws) -> (Findings, Vec<Warning>) {
        let assertion = self.credential.body();
        let parts = Parts::of(assertion, self.documents);
        let proof = ob2_signed::verify(jws, assertion, parts.issuer.as_ref(), self.documents);
        let mut warnings = part_warnings(&parts);
        let (integrity, key_authority, host) = combine(&[proof], &mut warnings);
        let status = match (&integrity.outcome, &parts.issuer) {
            (Outcome::Pass(_), Ok(issuer)) => {
                status::of_revocation_list(assertion, &issuer.json, self.documents)
            }
            (Outcome::Pass(_), Err(lack)) => Outcome::from(lack_trouble(lack)).into(),
            _ => Outcome::Unknown(Gap::NotReached { after: CheckId::Integrity }).into(),
        };
        let findings = Findings {
            structure: parts.structure(assertion, true),
            issuer: self.issuer(parts.issuer_id(), &key_authority.outcome, host).into(),
            integrity,
            key_authority,
            hosted: Outcome::NotApplicable(Exempt::Signed).into(),
            dates: self.dates_2(assertion).into(),
            status,
            recipient: recipient::of_assertion(assertion, &self.policy.identities).into(),
            schema: Outcome::NotApplicable(Exempt::NoSchema).into(),
            endorsements: Outcome::NotApplicable(Exempt::NoEndorsements).into(),
            image: Outcome::NotApplicable(Exempt::NoImage).into(),
            credentials: Outcome::NotApplicable(Exempt::NoCredentials).into(),
        };
        (findings, warnings)
    }

    fn hosted_2(&self) -> (Findings, Vec<Warning>) {
        let brought = self.credential.body();
        let copy = hosted::copy(brought, self.documents);
        // The issuer's copy is the badge, unless it is only the stub of a revoked one.
        let assertion = match &copy {
            Copy::Served(part) if !hosted::is_stub(&part.json) => &part.json,
            _ => brought,
        };
        let parts = Parts::of(assertion, self.documents);
        let mut warnings = part_warnings(&parts);
        if let Copy::Served(part) = &copy {
            let (class, issuer) = (parts.badge_class.as_ref().ok(), parts.issuer.as_ref().ok());
            warnings.extend(hosted::warnings(brought, part, class, issuer));
        }
        let (hosted, host) = hosted_check(&copy, assertion, &parts);
        let findings = Findings {
            structure: parts.structure(assertion, !hosted::is_stub(assertion)),
            integrity: Outcome::NotApplicable(Exempt::Hosted).into(),
            key_authority: Outcome::NotApplicable(Exempt::Hosted).into(),
            issuer: self.issuer(parts.issuer_id(), &hosted.outcome, host).into(),
            hosted,
            dates: self.dates_2(assertion).into(),
            status: hosted_status(&copy, brought),
            recipient: recipient::of_assertion(assertion, &self.policy.identities).into(),
            schema: Outcome::NotApplicable(Exempt::NoSchema).into(),
            endorsements: Outcome::NotApplicable(Exempt::NoEndorsements).into(),
            image: Outcome::NotApplicable(Exempt::NoImage).into(),
            credentials: Outcome::NotApplicable(Exempt::NoCredentials).into(),
        };
        (findings, warnings)
    }

    fn dates_2(&self, assertion: &Value) -> Outcome {
        let instant = |property: &str| match assertion.get(property) {
            None => Ok(None),
            Some(value) => moment::instant(value).map(Some).ok_or_else(|| unreadable_date(value)),
        };
        match (instant("issuedOn"), instant("expires")) {
            (Ok(since), Ok(until)) => self.in_force(since, until),
            (Err(outcome), _) | (_, Err(outcome)) => outcome,
        }
    }
}

/// Whether the issuer serves the badge, and the host that says so.
fn hosted_check(copy: &Copy, assertion: &Value, parts: &Parts) -> (Finding, Option<String>) {
    let part = match copy {
        Copy::Not(outcome) => return (outcome.clone().into(), None),
        Copy::Gone { url, documents } => {
            let cause = crate::document::Unavailable::Http { status: 410 };
            let outcome = Outcome::Unknown(Gap::Unavailable { url: url.clone(), cause });
            return (Finding { outcome, documents: documents.clone() }, None);
        }
        Copy::Served(part) => part,
    };
    let finding = |outcome| Finding { outcome, documents: part.documents.clone() };
    if ob2::is_signed(assertion) {
        // It says that a signature is to be looked for, and brings none.
        return (finding(Outcome::Fail(Fault::NoProof)), None);
    }
    let issuer = match &parts.issuer {
        Ok(issuer) => issuer,
        Err(Lack::Unnamed) => {
            let problem = "it does not name its issuer".to_owned();
            return (finding(Outcome::Unknown(Gap::Unstated { problem })), None);
        }
        Err(lack) => return (finding(lack_trouble(lack).into()), None),
    };
    let Some(issuer_url) = &issuer.url else {
        // An issuer that only stands inside the badge: nobody's address vouches for it.
        let gap = Gap::IssuerUnknown { issuer: parts.issuer_id().to_owned() };
        return (finding(Outcome::Unknown(gap)), None);
    };
    let outcome = hosted::scope(part.url.as_deref().unwrap_or_default(), &issuer.json);
    (finding(outcome), method::host_of(issuer_url))
}

fn part_warnings(parts: &Parts) -> Vec<Warning> {
    let embedded = parts.issuer.as_ref().is_ok_and(|issuer| issuer.url.is_none());
    let detail =
        "The issuer has no web address; what is said of it stands only in the badge itself.".to_owned();
    embedded.then(|| Warning { code: "issuer.no-address".to_owned(), detail }).into_iter().collect()
}

/// A hosted badge is revoked where its own address says so; as long as it is served without a word, it is not.
fn hosted_status(copy: &Copy, brought: &Value) -> Finding {
    let revoked = |json: &Value| json.get("revoked").is_some_and(|revoked| revoked == true);
    let fault = |source_url: &str, json: &Value| {
        let reason = json.get("revocationReason").and_then(Value::as_str).map(str::to_owned);
        Outcome::Fail(Fault::Revoked { source_url: source_url.to_owned(), reason })
    };
    match copy {
        Copy::Gone { url, documents } => {
            Finding { outcome: fault(url, &Value::Null), documents: documents.clone() }
        }
        Copy::Served(part) => {
            let url = part.url.clone().unwrap_or_default();
            let outcome = if revoked(&part.json) {
                fault(&url, &part.json)
            } else {
                Outcome::Pass(Fact::NotRevoked { sources: vec![url] })
            };
            Finding { outcome, documents: part.documents.clone() }
        }
        Copy::Not(_) if revoked(brought) => fault("the badge itself", brought).into(),
        Copy::Not(Outcome::Unknown(gap)) => Outcome::Unknown(gap.clone()).into(),
        Copy::Not(_) => Outcome::Unknown(Gap::NotReached { after: CheckId::Hosted }).into(),
    }
}
