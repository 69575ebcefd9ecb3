//! Assertions and endorsements of Open Badges before 3.0: hosted by their issuer, or signed by a JWS.

use serde_json::Value;

use super::endorsement::Endorsed;
use super::{Inquiry, combine, extension, picture, structure, unreadable_date};
use crate::credential::jws::Jws;
use crate::credential::ob1::{self, Piece};
use crate::credential::part::{self, Lack, Part};
use crate::credential::value::{id_of, is_web_address, text};
use crate::credential::{Standard, moment, ob2};
use crate::document::{Documents, Unavailable};
use crate::proof::hosted::{self, Copy};
use crate::proof::ob2_signed::lack_trouble;
use crate::proof::{method, ob2_signed};
use crate::report::{
    CheckId, DocumentRef, EmbeddedReport, Exempt, Fact, Fault, Finding, Findings, Gap, Outcome, Warning,
};
use crate::{lookalike, recipient, status};

/// What is judged: the assertion or endorsement as it was brought, or the issuer's own copy of it.
#[derive(Clone, Copy)]
pub(super) struct Subject<'a> {
    /// In the terms of Open Badges 2.0.
    pub json: &'a Value,
    written: &'a Value,
    pub standard: Standard,
}

impl Subject<'_> {
    fn piece(&self) -> Piece {
        piece_of(self.standard)
    }
}

fn piece_of(standard: Standard) -> Piece {
    if standard == Standard::Ob2Endorsement { Piece::Other } else { Piece::Assertion }
}

/// The parts around it, as far as they are at hand.
pub(super) struct Parts {
    /// An endorsement has none.
    pub badge_class: Option<Result<Part, Lack>>,
    pub issuer: Result<Part, Lack>,
}

impl Parts {
    fn of(subject: Subject, documents: &Documents) -> Self {
        let Subject { json, standard, .. } = subject;
        if standard == Standard::Ob2Endorsement {
            return Self { badge_class: None, issuer: part::issuer(json, Standard::Ob2, documents) };
        }
        let badge_class = part::badge_class(json, standard, documents);
        let issuer = match &badge_class {
            Ok(class) => part::issuer(&class.json, class.standard, documents),
            Err(lack) => Err(lack.clone()),
        };
        Self { badge_class: Some(badge_class), issuer }
    }

    pub(super) fn class(&self) -> Option<&Part> {
        self.badge_class.as_ref()?.as_ref().ok()
    }

    pub(super) fn profile(&self) -> Option<&Part> {
        self.issuer.as_ref().ok()
    }

    fn documents(&self) -> Vec<DocumentRef> {
        [self.class(), self.profile()]
            .into_iter()
            .flatten()
            .flat_map(|part| part.documents.iter().cloned())
            .collect()
    }

    /// What is wrong with the form of the subject or its parts; failing that, which part is not at hand.
    fn structure(&self, subject: Subject) -> Finding {
        let mut problems = if hosted::is_stub(subject.json) {
            Vec::new()
        } else {
            ob2::problems_of(subject.written, subject.piece(), subject.standard, None)
        };
        let mut lacking = None;
        let class = self.badge_class.as_ref().map(|class| (class, Piece::BadgeClass, "/badge"));
        let place = if class.is_some() { "/badge/issuer" } else { "/issuer" };
        for (part, piece, place) in class.into_iter().chain([(&self.issuer, Piece::Issuer, place)]) {
            match part {
                // The table of Open Badges 0.5 holds all of it.
                Ok(part) if part.standard == Standard::Ob05 => {}
                Ok(part) => problems.extend(ob2::problems(part, piece, place)),
                Err(Lack::Unnamed) => {}
                Err(lack) => lacking = lacking.or_else(|| Some(Outcome::from(lack_trouble(lack)))),
            }
        }
        let outcome = match (structure(subject.standard, problems), lacking) {
            (Outcome::Pass(_), Some(lacking)) => lacking,
            (outcome, _) => outcome,
        };
        Finding { outcome, documents: self.documents() }
    }

    fn issuer_id(&self) -> &str {
        self.profile().and_then(|issuer| id_of(&issuer.json)).unwrap_or_default()
    }
}

/// What the way of verification decides, hosted or signed.
struct Genuine {
    integrity: Finding,
    key_authority: Finding,
    hosted: Finding,
    status: Finding,
    /// The host whose answer confirmed the issuer, if one did.
    host: Option<String>,
}

impl Inquiry<'_> {
    /// Judges an assertion or endorsement; the reports of what endorses it go into `embedded`.
    pub(super) fn assertion(&self, embedded: &mut Vec<EmbeddedReport>) -> (Findings, Vec<Warning>) {
        let brought = Subject {
            json: self.credential.body(),
            written: self.credential.json(),
            standard: self.credential.standard(),
        };
        match self.credential.jws() {
            Some(jws) => {
                let parts = Parts::of(brought, self.documents);
                let mut warnings = Vec::new();
                let genuine = self.signed(jws, brought, &parts, &mut warnings);
                self.findings(brought, &parts, genuine, warnings, embedded)
            }
            None if ob2::is_signed(brought.json) => {
                // It says that a signature is to be looked for, and brings none.
                let parts = Parts::of(brought, self.documents);
                self.findings(brought, &parts, unsigned(), Vec::new(), embedded)
            }
            None => self.hosted(brought, embedded),
        }
    }

    fn signed(&self, jws: &Jws, subject: Subject, parts: &Parts, warnings: &mut Vec<Warning>) -> Genuine {
        let Subject { json, standard, .. } = subject;
        let proof = ob2_signed::verify(jws, json, standard, parts.issuer.as_ref(), self.documents);
        let (integrity, key_authority, host) = combine(&[proof], warnings);
        let status = match (&integrity.outcome, &parts.issuer) {
            (Outcome::Pass(_), Ok(issuer)) => {
                status::of_revocation_list(json, standard, &issuer.json, self.documents)
            }
            (Outcome::Pass(_), Err(lack)) => Outcome::from(lack_trouble(lack)).into(),
            _ => Outcome::Unknown(Gap::NotReached { after: CheckId::Integrity }).into(),
        };
        let hosted = Outcome::NotApplicable(Exempt::Signed).into();
        Genuine { integrity, key_authority, hosted, status, host }
    }

    fn hosted(&self, brought: Subject, embedded: &mut Vec<EmbeddedReport>) -> (Findings, Vec<Warning>) {
        let copy = hosted::copy(brought.json, brought.piece(), brought.standard, self.documents);
        // The issuer's copy is the badge, unless it is only the stub of a revoked one.
        let subject = match &copy {
            Copy::Served(part) if !hosted::is_stub(&part.json) => Subject {
                json: &part.json,
                written: part.written(),
                standard: if brought.standard == Standard::Ob2Endorsement {
                    brought.standard
                } else {
                    part.standard
                },
            },
            _ => brought,
        };
        let parts = Parts::of(subject, self.documents);
        let mut warnings = Vec::new();
        if let Copy::Served(part) = &copy {
            warnings.extend(hosted::warnings(brought.json, part, parts.class(), parts.profile()));
        }
        let (hosted, host) = hosted_check(&copy, subject, &parts);
        let genuine = Genuine {
            integrity: Outcome::NotApplicable(Exempt::Hosted).into(),
            key_authority: Outcome::NotApplicable(Exempt::Hosted).into(),
            hosted,
            status: hosted_status(&copy, brought.json),
            host,
        };
        let (mut findings, warnings) = self.findings(subject, &parts, genuine, warnings, embedded);
        if is_reference(subject.json) {
            // Nothing is known of it but where it is, or was.
            findings.structure = match &copy {
                Copy::Not(outcome) => outcome.clone().into(),
                _ => Outcome::Unknown(Gap::NotReached { after: CheckId::Status }).into(),
            };
        }
        (findings, warnings)
    }

    /// The answers that do not depend on the way of verification.
    fn findings(
        &self,
        subject: Subject,
        parts: &Parts,
        genuine: Genuine,
        mut warnings: Vec<Warning>,
        embedded: &mut Vec<EmbeddedReport>,
    ) -> (Findings, Vec<Warning>) {
        let Genuine { integrity, key_authority, hosted, status, host } = genuine;
        warnings.extend(part_warnings(parts));
        warnings.extend(ob1::warnings(subject.written, subject.standard));
        let Endorsed { finding: endorsements, reports } = self.endorsements(subject, parts);
        embedded.extend(reports);
        let authority = if matches!(hosted.outcome, Outcome::NotApplicable(_)) {
            &key_authority.outcome
        } else {
            &hosted.outcome
        };
        let findings = Findings {
            structure: parts.structure(subject),
            issuer: self.issuer(parts.issuer_id(), authority, host).into(),
            integrity,
            key_authority,
            hosted,
            dates: self.dates_2(subject.json).into(),
            status,
            recipient: recipient::of_assertion(subject.json, subject.standard, &self.policy.identities)
                .into(),
            schema: extension::of_assertion(subject, parts, self.documents),
            endorsements,
            image: picture::of_assertion(subject, parts, self.documents, &mut warnings),
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

fn unsigned() -> Genuine {
    let not_reached = || Outcome::Unknown(Gap::NotReached { after: CheckId::Integrity }).into();
    Genuine {
        integrity: Outcome::Fail(Fault::NoProof).into(),
        key_authority: not_reached(),
        hosted: Outcome::NotApplicable(Exempt::Signed).into(),
        status: not_reached(),
        host: None,
    }
}

/// An endorsement of which only the address was given.
fn is_reference(endorsement: &Value) -> bool {
    endorsement.get("type").is_some_and(|class| class == "Endorsement")
        && endorsement.as_object().is_some_and(|members| members.len() == 2)
}

/// Whether the issuer serves the badge, and the host that says so.
fn hosted_check(copy: &Copy, subject: Subject, parts: &Parts) -> (Finding, Option<String>) {
    let part = match copy {
        Copy::Not(outcome) => return (outcome.clone().into(), None),
        Copy::Gone { url, documents } => {
            let cause = Unavailable::Http { status: 410 };
            let outcome = Outcome::Unknown(Gap::Unavailable { url: url.clone(), cause });
            return (Finding { outcome, documents: documents.clone() }, None);
        }
        Copy::Served(part) => part,
    };
    let finding = |outcome| Finding { outcome, documents: part.documents.clone() };
    if ob2::is_signed(subject.json) {
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
    let url = part.url.as_deref().unwrap_or_default();
    let vouching = match (&issuer.url, subject.standard) {
        (Some(url), _) => url.as_str(),
        // Open Badges 0.5 knows its issuer by the origin that serves the badge, with all of it inside.
        (None, Standard::Ob05) if is_web_address(parts.issuer_id()) => parts.issuer_id(),
        (None, _) => {
            // An issuer that only stands inside the badge: nobody's address vouches for it.
            let gap = Gap::IssuerUnknown { issuer: parts.issuer_id().to_owned() };
            return (finding(Outcome::Unknown(gap)), None);
        }
    };
    (finding(hosted::scope(url, &issuer.json)), method::host_of(vouching))
}

fn part_warnings(parts: &Parts) -> Vec<Warning> {
    let inside = |issuer: &Part| issuer.url.is_none() && issuer.standard != Standard::Ob05;
    let detail =
        "The issuer has no web address; what is said of it stands only in the badge itself.".to_owned();
    let warning = Warning { code: "issuer.no-address".to_owned(), detail };
    let mut warnings: Vec<Warning> =
        parts.profile().is_some_and(inside).then_some(warning).into_iter().collect();
    if let Some(profile) = parts.profile() {
        let name = text(profile.json.get("name"));
        let url = profile.json.get("url").and_then(Value::as_str);
        let addresses = [profile.url.as_deref(), url].into_iter().flatten();
        warnings.extend(lookalike::warnings(name.as_deref(), addresses));
    }
    warnings
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
