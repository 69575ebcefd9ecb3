//! `verify`: a pure function of credential, documents and policy.
//!
//! The checks find facts; `judge` alone names the verdict. Whatever is not at hand is a gap with the URL that
//! would close it, and the caller may fetch it and ask again.

mod assertion;
mod credential;
mod embedded;
mod endorsement;
mod extension;
mod picture;
mod presentation;

use jiff::Timestamp;
use serde_json::Value;

use self::embedded::Tree;
use crate::credential::value::same_id;
use crate::credential::{Credential, Role, Standard, ob3};
use crate::document::Documents;
use crate::proof::{ProofFinding, SKEW_SECONDS};
use crate::report::{
    CheckId, EmbeddedFinding, EmbeddedReport, Exempt, Fact, Fault, Finding, Findings, Gap, Outcome, Problem,
    Report, Verdict, Warning,
};

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
    /// The challenge that whoever shows a presentation was given; none asks for none.
    pub challenge: Option<String>,
    /// The domain that a presentation must have been made for; none takes any.
    pub domain: Option<String>,
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
    /// Judges at `now`, with no identities, no issuers that anybody vouches for, and presentations for anybody.
    pub fn at(now: Timestamp) -> Self {
        Self {
            now,
            identities: Vec::new(),
            trusted_issuers: Vec::new(),
            known_issuers: Vec::new(),
            challenge: None,
            domain: None,
        }
    }
}

/// Judges `credential` by `documents` under `policy`. Equal arguments give equal reports.
pub fn verify(credential: &Credential, documents: &Documents, policy: &Policy) -> Report {
    let tree = Tree::new();
    Inquiry { credential, documents, policy, depth: 0, place: Place::Alone, tree: &tree }.report()
}

impl Inquiry<'_> {
    fn report(&self) -> Report {
        let mut embedded = embedded::judge(self);
        let (findings, warnings) = match self.credential.standard() {
            standard if standard.is_assertion() => self.assertion(&mut embedded),
            Standard::Presentation => self.presentation(&embedded),
            _ => self.verifiable_credential(&embedded),
        };
        let missing = missing(&findings, &embedded);
        let verdict = judge(self.credential.standard(), &findings);
        Report::new(self.credential, &findings, warnings, verdict, self.policy.now, missing, embedded)
    }
}

/// The verdict that the findings add up to: invalid before revoked before expired before undecided, and verified
/// only when everything that matters was found to hold.
fn judge(standard: Standard, findings: &Findings) -> Verdict {
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
        || !stands(standard, findings)
    {
        Verdict::Undecided
    } else {
        Verdict::Verified
    }
}

/// What a verified badge cannot do without, said once more in the affirmative: a signature by the issuer's key or
/// the issuer's own copy, and an issuer known to somebody. A presentation stands by what it holds; if its holder
/// signed for it, by that as well.
fn stands(standard: Standard, findings: &Findings) -> bool {
    let passed = |finding: &Finding| matches!(finding.outcome, Outcome::Pass(_));
    let signed = passed(&findings.integrity) && passed(&findings.key_authority);
    if standard == Standard::Presentation {
        let unsigned =
            matches!(findings.integrity.outcome, Outcome::NotApplicable(Exempt::UnsignedPresentation));
        return (signed || unsigned) && passed(&findings.structure) && passed(&findings.credentials);
    }
    let genuine = signed || passed(&findings.hosted);
    genuine && passed(&findings.structure) && passed(&findings.issuer) && passed(&findings.dates)
}

/// The URLs that would close a gap. A broken signature is broken whatever else is fetched: then nothing is asked
/// for, so that a forged badge cannot make anybody call on its addresses. What decides nothing (an endorsement, a
/// schema) is asked for last: whoever endorses a badge shall not use up what may be fetched for it.
fn missing(findings: &Findings, embedded: &[EmbeddedReport]) -> Vec<String> {
    if matches!(findings.integrity.outcome, Outcome::Fail(_)) {
        return Vec::new();
    }
    let asked = |matters: bool| {
        let of_checks =
            CheckId::ALL.into_iter().filter(move |id| id.matters() == matters).filter_map(
                |id| match &findings.of(id).outcome {
                    Outcome::Unknown(
                        Gap::Missing { url } | Gap::SelfAssertedKey { url: Some(url), cause: None, .. },
                    ) => Some(url),
                    _ => None,
                },
            );
        let inside = embedded.iter().filter(move |inner| (inner.role == Role::Credential) == matters);
        let of_these = inside.flat_map(|inner| match &inner.finding {
            EmbeddedFinding::Report(report) => report.missing(),
            EmbeddedFinding::Unread { .. } => &[],
        });
        let mut urls: Vec<String> = Vec::new();
        for url in of_checks.chain(of_these) {
            if !urls.contains(url) {
                urls.push(url.clone());
            }
        }
        urls
    };
    let decisive = asked(true);
    if decisive.is_empty() { asked(false) } else { decisive }
}

struct Inquiry<'a> {
    credential: &'a Credential,
    documents: &'a Documents,
    policy: &'a Policy,
    /// How many credentials stand around this one.
    depth: usize,
    /// Where it stands.
    place: Place<'a>,
    /// What may still be judged inside the outermost.
    tree: &'a Tree,
}

/// Where a credential stands.
#[derive(Clone, Copy)]
enum Place<'a> {
    /// By itself.
    Alone,
    /// In another.
    Inside {
        /// What it is to that.
        role: Role,
        /// The id of the node that it hangs on.
        about: Option<&'a str>,
        /// What the other one is.
        outer: Standard,
    },
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
