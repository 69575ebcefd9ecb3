//! `verify`: a pure function of credential, documents and policy.

use jiff::Timestamp;

use crate::credential::Credential;
use crate::document::Documents;
use crate::report::{Report, Verdict};

/// What the caller accepts, and when: the only place where time and taste enter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The instant to judge at.
    pub now: Timestamp,
    /// Mail addresses, URLs and DIDs that are the user's own; empty asks no recipient question.
    pub identities: Vec<String>,
    /// Ids of issuers that the user vouches for.
    pub trusted_issuers: Vec<String>,
}

impl Policy {
    /// Judges at `now`, with no identities and no trusted issuers.
    pub fn at(now: Timestamp) -> Self {
        Self { now, identities: Vec::new(), trusted_issuers: Vec::new() }
    }
}

/// Judges `credential` by `documents` under `policy`.
pub fn verify(credential: &Credential, documents: &Documents, policy: &Policy) -> Report {
    let _ = documents;
    Report::new(credential, Vec::new(), Vec::new(), Verdict::Undecided, policy.now, Vec::new())
}
