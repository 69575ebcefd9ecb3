//! The report of a verification: every check, its outcome, and what it stood on.
//!
//! Three families are kept apart: a *fault* (the check was made and failed), a *gap* (it could not be made),
//! and *not applicable*. Unsupported is a gap, never a pass, and there is no default that means success.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::credential::Credential;

/// One question that a verification asks. Every report holds each exactly once, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckId {
    /// The credential has the shape that its specification demands.
    Structure,
    /// The proof over the bytes: unchanged since it was signed under some key.
    Integrity,
    /// The issuer publishes that key for making assertions.
    KeyAuthority,
    /// Open Badges 1 and 2: the issuer's own copy, at the assertion's id, says the same.
    Hosted,
    /// Who the issuer is known to (a registry, the user), beyond its own claim.
    Issuer,
    /// Issued in the past, not expired at the policy's instant.
    Dates,
    /// Not revoked or suspended.
    Status,
    /// Awarded to one of the policy's identities.
    Recipient,
}

impl CheckId {
    /// All checks, in the order of a report.
    pub const ALL: [Self; 8] = [
        Self::Structure,
        Self::Integrity,
        Self::KeyAuthority,
        Self::Hosted,
        Self::Issuer,
        Self::Dates,
        Self::Status,
        Self::Recipient,
    ];

    /// The stable name used in JSON and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Structure => "structure",
            Self::Integrity => "integrity",
            Self::KeyAuthority => "key_authority",
            Self::Hosted => "hosted",
            Self::Issuer => "issuer",
            Self::Dates => "dates",
            Self::Status => "status",
            Self::Recipient => "recipient",
        }
    }
}

/// The one-line result that a policy draws from the facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every check that the policy demands passed.
    Verified,
    /// Sound, but its validity has ended.
    Expired,
    /// The issuer has taken it back or suspended it.
    Revoked,
    /// A check failed.
    Invalid,
    /// Nothing failed, but something that matters could not be checked.
    Undecided,
}

/// A document that a check stood on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentRef {
    /// Its URL (a `did:` for keys that are their own document).
    pub url: String,
    /// SHA-256 of its bytes, lower-case hexadecimal.
    pub sha256: String,
    /// When it was fetched: how old the fact is.
    pub fetched_at: Timestamp,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// The check was made and holds.
    Pass(Fact),
    /// The check was made and does not hold.
    Fail(Fault),
    /// The check could not be made.
    Unknown(Gap),
    /// The question does not arise for this credential or policy.
    NotApplicable(Exempt),
}

impl Outcome {
    /// `pass`, `fail`, `unknown` or `not_applicable`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Pass(_) => "pass",
            Self::Fail(_) => "fail",
            Self::Unknown(_) => "unknown",
            Self::NotApplicable(_) => "not_applicable",
        }
    }
}

/// One check of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Which question.
    pub id: CheckId,
    /// The answer.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// What the answer stands on.
    pub documents: Vec<DocumentRef>,
}

impl Check {
    /// The stable dotted code of the outcome, such as `status.revoked`.
    pub fn code(&self) -> &'static str {
        match &self.outcome {
            Outcome::Pass(fact) => fact.code(),
            Outcome::Fail(fault) => fault.code(),
            Outcome::Unknown(gap) => gap.code(),
            Outcome::NotApplicable(exempt) => exempt.code(),
        }
    }

    /// A sentence that a person understands.
    pub fn detail(&self) -> String {
        match &self.outcome {
            Outcome::Pass(fact) => fact.to_string(),
            Outcome::Fail(fault) => fault.to_string(),
            Outcome::Unknown(gap) => gap.to_string(),
            Outcome::NotApplicable(exempt) => exempt.to_string(),
        }
    }
}

/// Something that holds. Serialised by name; [`Fact::code`] is the stable dotted code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "fact", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Fact {
    /// The structure is as the standard demands.
    #[error("has the form of {standard}")]
    WellFormed {
        /// The standard's name.
        standard: String,
    },
}

impl Fact {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::WellFormed { .. } => "structure.well-formed",
        }
    }
}

/// A check that was made and does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "fault", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Fault {
    /// A required property is missing or has the wrong form.
    #[error("{pointer}: {problem}")]
    Malformed {
        /// Where (JSON Pointer).
        pointer: String,
        /// What is wrong there.
        problem: String,
    },
}

impl Fault {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "structure.malformed",
        }
    }
}

/// A check that could not be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "gap", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Gap {
    /// A document is needed that nobody asked for yet.
    #[error("{url} is needed and was not fetched")]
    Missing {
        /// Its URL.
        url: String,
    },
}

impl Gap {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "document.missing",
        }
    }
}

/// Why a question does not arise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "exempt", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Exempt {
    /// The policy names no identities.
    #[error("no identities were given to compare with")]
    NoIdentities,
}

impl Exempt {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoIdentities => "recipient.not-asked",
        }
    }
}

/// Something worth knowing that changes no verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// Stable dotted code.
    pub code: String,
    /// A sentence for people.
    pub detail: String,
}

/// The result of a verification: every check once, the verdict of the policy, and what was lacking.
/// Made only by [`verify`](crate::verify::verify).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    checks: Vec<Check>,
    warnings: Vec<Warning>,
    verdict: Verdict,
    as_of: Timestamp,
    missing: Vec<String>,
    /// [`Credential::digest`] of the credential it speaks of.
    credential: String,
}

impl Report {
    pub(crate) fn new(
        credential: &Credential,
        checks: Vec<Check>,
        warnings: Vec<Warning>,
        verdict: Verdict,
        as_of: Timestamp,
        missing: Vec<String>,
    ) -> Self {
        Self { checks, warnings, verdict, as_of, missing, credential: credential.digest() }
    }

    /// Every check, in the order of [`CheckId::ALL`].
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// What changes no verdict but is worth knowing.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The one-line result.
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// The verdict in words.
    pub fn headline(&self) -> String {
        String::new()
    }

    /// The instant it was judged at.
    pub fn as_of(&self) -> Timestamp {
        self.as_of
    }

    /// URLs of documents that would decide what is unknown and that nobody asked for yet.
    pub fn missing(&self) -> &[String] {
        &self.missing
    }

    /// The proof that `credential` was verified, for exports that say so; `None` unless this report is about
    /// that very credential and its verdict is [`Verdict::Verified`].
    pub fn verified<'a>(&self, credential: &'a Credential) -> Option<Verified<'a>> {
        (self.verdict == Verdict::Verified && self.credential == credential.digest())
            .then_some(Verified { credential, as_of: self.as_of })
    }
}

/// A credential that a [`Report`] found verified. Only a report can make one.
#[derive(Clone, Copy, Debug)]
pub struct Verified<'a> {
    credential: &'a Credential,
    as_of: Timestamp,
}

impl<'a> Verified<'a> {
    /// The credential.
    pub fn credential(&self) -> &'a Credential {
        self.credential
    }

    /// When it was verified.
    pub fn as_of(&self) -> Timestamp {
        self.as_of
    }
}
