//! `verify`: a pure function of credential, documents and policy.
//!
//! The checks find facts; `judge` alone names the verdict. Whatever is not at hand is a gap with the URL that
//! would close it, and the caller may fetch it and ask again.

use jiff::Timestamp;
use serde_json::Value;

use crate::credential::ob2::{self, Lack, Part};
use crate::credential::value::{id_of, same_id};
use crate::credential::{Credential, Standard, moment, ob3};
use crate::document::Documents;
use crate::proof::data_integrity::Setting;
use crate::proof::hosted::{self, Copy};
use crate::proof::ob2_signed::lack_trouble;
use crate::proof::{self, ProofFinding, Purpose, method, ob2_signed, vc_jwt};
use crate::report::{
    CheckId, DocumentRef, Exempt, Fact, Fault, Finding, Findings, Gap, Outcome, Problem, Report, Verdict,
    Warning,
};
use crate::{recipient, status};

/// What the caller accepts, and when: the only place where time and taste enter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The instant to judge at.
    pub now: Timestamp,
    /// Mail addresses, URLs and DIDs that are the user's own; empty asks no recipient question.
    pub identities: Vec<String>,
    /// Ids of issuers that the user vouches for.
    pub trusted_issuers: Vec<String>,
    /// Issuers that somebody else vouches for.
    pub known_issuers: Vec<KnownIssuer>,
}

/// An issuer that somebody other than the user vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownIssuer {
    /// The issuer's id.
    pub id: String,
    /// Who vouches for it, as a report names them.
    pub known_to: String,
}

impl Policy {
    /// Judges at `now`, with no identities and no issuers that anybody vouches for.
    pub fn at(now: Timestamp) -> Self {
        Self { now, identities: Vec::new(), trusted_issuers: Vec::new(), known_issuers: Vec::new() }
    }
}

/// Clocks differ: a token that begins this many seconds ahead is not refused for it.
const SKEW_SECONDS: i64 = 60;

/// Judges `credential` by `documents` under `policy`. Equal arguments give equal reports.
pub fn verify(credential: &Credential, documents: &Documents, policy: &Policy) -> Report {
    let inquiry = Inquiry { credential, documents, policy };
    let (findings, warnings) = match credential.standard() {
        Standard::Ob2 => inquiry.open_badges_2(),
        Standard::Ob3 => inquiry.open_badges_3(),
    };
    let missing = missing(&findings);
    Report::new(credential, &findings, warnings, judge(&findings), policy.now, missing)
}

/// The verdict that the findings add up to: invalid before revoked before expired before undecided, and verified
/// only when everything that matters was found to hold.
fn judge(findings: &Findings) -> Verdict {
    let outcomes = || CheckId::ALL.into_iter().map(|id| (id, &findings.of(id).outcome));
    let faults = || {
        outcomes()
            .filter_map(|(_, outcome)| if let Outcome::Fail(fault) = outcome { Some(fault) } else { None })
    };
    let taken_back = |fault: &Fault| matches!(fault, Fault::Revoked { .. } | Fault::Suspended { .. });
    let ended = |fault: &Fault| matches!(fault, Fault::Expired { .. });
    if faults().any(|fault| !taken_back(fault) && !ended(fault)) {
        Verdict::Invalid
    } else if faults().any(taken_back) {
        Verdict::Revoked
    } else if faults().any(ended) {
        Verdict::Expired
    } else if outcomes().any(|(id, outcome)| id.matters() && matches!(outcome, Outcome::Unknown(_)))
        || !stands(findings)
    {
        Verdict::Undecided
    } else {
        Verdict::Verified
    }
}

/// What a verified badge cannot do without, said once more in the affirmative: a signature by the issuer's key or
/// the issuer's own copy, and an issuer known to somebody.
fn stands(findings: &Findings) -> bool {
    let passed = |finding: &Finding| matches!(finding.outcome, Outcome::Pass(_));
    let genuine =
        (passed(&findings.integrity) && passed(&findings.key_authority)) || passed(&findings.hosted);
    genuine && passed(&findings.structure) && passed(&findings.issuer) && passed(&findings.dates)
}

/// The URLs that would close a gap. A broken signature is broken whatever else is fetched: then nothing is asked
/// for, so that a forged badge cannot make anybody call on its addresses.
fn missing(findings: &Findings) -> Vec<String> {
    if matches!(findings.integrity.outcome, Outcome::Fail(_)) {
        return Vec::new();
    }
    let mut urls: Vec<String> = Vec::new();
    for id in CheckId::ALL {
        let Outcome::Unknown(Gap::Missing { url } | Gap::SelfAssertedKey { url: Some(url), cause: None, .. }) =
            &findings.of(id).outcome
        else {
            continue;
        };
        if !urls.contains(url) {
            urls.push(url.clone());
        }
    }
    urls
}

struct Inquiry<'a> {
    credential: &'a Credential,
    documents: &'a Documents,
    policy: &'a Policy,
}

/// Open Badges 3.0.
impl Inquiry<'_> {
    fn open_badges_3(&self) -> (Findings, Vec<Warning>) {
        let body = self.credential.body();
        let issuer = body.get("issuer").and_then(id_of).unwrap_or_default();
        let mut warnings = ob3::warnings(body);
        let proofs = self.proofs(body, issuer, &mut warnings);
        let (integrity, key_authority, host) = combine(&proofs, &mut warnings);
        let keys: Vec<String> = proofs
            .iter()
            .filter(|proof| proof.holds())
            .filter_map(|proof| proof.thumbprint.clone())
            .collect();
        let holder = status::Holder { id: self.credential.id(), issuer, keys: &keys };
        let status = match &integrity.outcome {
            Outcome::Pass(_) => {
                status::of_entries(body, &holder, self.documents, self.policy.now, &mut warnings)
            }
            _ => not_reached_unless_absent(body),
        };
        let findings = Findings {
            structure: structure(Standard::Ob3, ob3::problems(body)).into(),
            issuer: self.issuer(issuer, &key_authority.outcome, host).into(),
            integrity,
            key_authority,
            hosted: Outcome::NotApplicable(Exempt::Signed).into(),
            dates: self.dates_3(body).into(),
            status,
            recipient: recipient::of_subject(body, &self.policy.identities).into(),
        };
        (findings, warnings)
    }

    fn proofs(&self, body: &Value, issuer: &str, warnings: &mut Vec<Warning>) -> Vec<ProofFinding> {
        let setting =
            Setting { documents: self.documents, now: self.policy.now, issuer, purpose: Purpose::Assertion };
        let claims = self.credential.json();
        if let Some(jws) = self.credential.jws() {
            warnings.extend(vc_jwt::warnings(jws, claims, body));
        }
        proof::of_document(self.credential.jws(), claims, body, &setting)
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

/// Both forms.
impl Inquiry<'_> {
    fn in_force(&self, since: Option<Timestamp>, until: Option<Timestamp>) -> Outcome {
        let now = self.policy.now;
        if let (Some(since), Some(until)) = (since, until)
            && until < since
        {
            return Outcome::Fail(Fault::EndsBeforeStart { since, until });
        }
        let skewed = now.as_second().saturating_add(SKEW_SECONDS);
        match (since, until) {
            (Some(since), _) if since.as_second() > skewed => Outcome::Fail(Fault::NotYetValid { since }),
            (_, Some(until)) if until <= now => Outcome::Fail(Fault::Expired { until }),
            _ => Outcome::Pass(Fact::InForce { since, until }),
        }
    }

    /// Who the issuer is known to: the user, somebody whom the policy names, or its own https domain, which answered
    /// for it.
    fn issuer(&self, issuer: &str, authority: &Outcome, host: Option<String>) -> Outcome {
        if !issuer.is_empty() && self.policy.trusted_issuers.iter().any(|trusted| same_id(trusted, issuer)) {
            return Outcome::Pass(Fact::Trusted { issuer: issuer.to_owned() });
        }
        if let Some(known) = self.policy.known_issuers.iter().find(|known| same_id(&known.id, issuer)) {
            let known_to = known.known_to.clone();
            return Outcome::Pass(Fact::Known { issuer: issuer.to_owned(), known_to });
        }
        match (authority, host) {
            (Outcome::Pass(_), Some(host)) => Outcome::Pass(Fact::IssuerDomain { host }),
            _ => Outcome::Unknown(Gap::IssuerUnknown { issuer: issuer.to_owned() }),
        }
    }
}

fn unreadable_date(value: &Value) -> Outcome {
    Outcome::Unknown(Gap::Unstated {
        problem: format!("{} is no date and time with a zone", ob3::written(value)),
    })
}

fn structure(standard: Standard, mut problems: Vec<Problem>) -> Outcome {
    problems.truncate(Fault::MAX_PROBLEMS);
    if problems.is_empty() {
        Outcome::Pass(Fact::WellFormed { standard: standard.name().to_owned() })
    } else {
        Outcome::Fail(Fault::Malformed { standard: standard.name().to_owned(), problems })
    }
}

/// No list is asked for on behalf of a badge whose signature does not hold.
fn not_reached_unless_absent(body: &Value) -> Finding {
    if crate::credential::value::is_stated(body.get("credentialStatus")) {
        Outcome::Unknown(Gap::NotReached { after: CheckId::Integrity }).into()
    } else {
        Outcome::NotApplicable(Exempt::NoStatus).into()
    }
}

/// The answers of a proof set: one failing proof fails the set; of those that hold, one by the issuer's key is
/// enough, and what the others lack is a warning.
fn combine(proofs: &[ProofFinding], warnings: &mut Vec<Warning>) -> (Finding, Finding, Option<String>) {
    let Some(first) = proofs.first() else {
        let not_reached = Outcome::Unknown(Gap::NotReached { after: CheckId::Integrity });
        return (Outcome::Fail(Fault::NoProof).into(), not_reached.into(), None);
    };
    let failed = proofs.iter().find(|proof| matches!(proof.integrity, Outcome::Fail(_)));
    let confirmed =
        || proofs.iter().find(|proof| proof.holds() && matches!(proof.authority, Outcome::Pass(_)));
    let told =
        failed.or_else(confirmed).or_else(|| proofs.iter().find(|proof| proof.holds())).unwrap_or(first);
    for other in proofs.iter().filter(|proof| !std::ptr::eq(*proof, told)) {
        if let Some(detail) = lacking(other) {
            warnings.push(Warning {
                code: "proof.other".to_owned(),
                detail: format!("{}: {detail}", other.label),
            });
        }
    }
    let finding = |outcome: &Outcome| Finding { outcome: outcome.clone(), documents: told.documents.clone() };
    (finding(&told.integrity), finding(&told.authority), told.host.clone())
}

/// What a proof of a set lacks.
fn lacking(proof: &ProofFinding) -> Option<String> {
    [&proof.integrity, &proof.authority].into_iter().find_map(|outcome| match outcome {
        Outcome::Fail(fault) => Some(fault.to_string()),
        Outcome::Unknown(gap) => Some(gap.to_string()),
        _ => None,
    })
}

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
    fn open_badges_2(&self) -> (Findings, Vec<Warning>) {
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
