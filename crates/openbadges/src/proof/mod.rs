//! Proofs: what shows that nobody changed a credential, and whose key says so.
//!
//! Two questions are kept apart. *Integrity*: do signature, bytes and key fit? *Key authority*: does the issuer
//! publish that key? A key that a badge brings along answers the first and never the second.

pub(crate) mod data_integrity;
pub(crate) mod hosted;
pub mod inputs;
pub mod key;
pub mod method;
pub(crate) mod ob2_signed;
pub mod present;
pub(crate) mod sd_jwt;
pub(crate) mod signature;
pub(crate) mod vc_jwt;

pub use data_integrity::sd::{DeriveError, derive, mandatory as mandatory_pointers};

use jiff::Timestamp;
use serde_json::Value;

use crate::artifact::PayloadContent;
use crate::credential::jws::Jws;
use crate::credential::value::{has_type, id_of};
use crate::credential::{ParseError, body_of, token};
use crate::document::Documents;
use crate::json::parse_strict;
use crate::report::{CheckId, DocumentRef, Fact, Fault, Gap, Outcome};

/// Clocks differ: what begins this many seconds ahead is not refused for it.
pub(crate) const SKEW_SECONDS: i64 = 60;

/// What each proof of a secured document shows of its bytes, and nothing else: for documents that are no badges,
/// such as the published test vectors of the proof formats. Not a word about whose key it is.
pub fn integrity(
    content: &PayloadContent,
    documents: &Documents,
    now: Timestamp,
) -> Result<Vec<Outcome>, ParseError> {
    let (jws, claims) = match content {
        PayloadContent::Url(url) => return Err(ParseError::IsLink { url: url.clone() }),
        PayloadContent::Json(text) => (None, parse_strict(text)?),
        PayloadContent::Jws(text) => {
            let (jws, claims) = token(text.trim())?;
            (Some(jws), claims)
        }
    };
    let body = body_of(&claims).unwrap_or_else(|| claims.clone());
    let (author, purpose) = if has_type(&body, "VerifiablePresentation") {
        ("holder", Purpose::Authentication { challenge: None, domain: None })
    } else {
        ("issuer", Purpose::Assertion)
    };
    let issuer = body.get(author).and_then(id_of).unwrap_or_default();
    let work = crate::jsonld::Work::default();
    let setting = data_integrity::Setting { documents, now, issuer, purpose, work: &work };
    let proofs = of_document(jws.as_ref(), &claims, &body, &setting);
    Ok(proofs.into_iter().map(|proof| proof.integrity).collect())
}

/// Judges every proof of a credential: that of its token, or those inside.
pub(crate) fn of_document(
    jws: Option<&Jws>,
    claims: &Value,
    body: &Value,
    setting: &data_integrity::Setting,
) -> Vec<ProofFinding> {
    match jws {
        Some(jws) => vec![vc_jwt::verify(jws, claims, body, setting)],
        None => data_integrity::verify(body, setting),
    }
}

/// What a proof must have been made for (Data Integrity 1.0, 2.1: `proofPurpose`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose<'a> {
    /// An issuer says something: a credential.
    Assertion,
    /// A holder shows that they are there: a presentation.
    Authentication {
        /// The challenge that the verifier set, if it set one; the proof must repeat it.
        challenge: Option<&'a str>,
        /// The domain that the verifier is; `None` if it is none, and then any domain will do.
        domain: Option<&'a str>,
    },
}

impl Purpose<'_> {
    /// The value of `proofPurpose`, which is also the relation under which a controller document lists the key.
    pub fn relation(self) -> &'static str {
        match self {
            Self::Assertion => "assertionMethod",
            Self::Authentication { .. } => "authentication",
        }
    }
}

/// Why something could not be had: it is wrong, or it is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It is wrong.
    Fault(Fault),
    /// It is not known.
    Gap(Gap),
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Gap> for Trouble {
    fn from(gap: Gap) -> Self {
        Self::Gap(gap)
    }
}

impl From<Trouble> for Outcome {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Fault(fault) => Self::Fail(fault),
            Trouble::Gap(gap) => Self::Unknown(gap),
        }
    }
}

/// What one proof shows.
#[derive(Clone, Debug)]
pub(crate) struct ProofFinding {
    /// How a person would name the proof: `proof 2 of 2 (eddsa-rdfc-2022)`.
    pub label: String,
    /// Do signature, bytes and key fit?
    pub integrity: Outcome,
    /// Is the key the issuer's?
    pub authority: Outcome,
    /// What both stand on.
    pub documents: Vec<DocumentRef>,
    /// The host whose answer confirmed the key, if one did.
    pub host: Option<String>,
    /// The RFC 7638 thumbprint of the key, once known.
    pub thumbprint: Option<String>,
}

impl ProofFinding {
    /// A proof that could not even be read.
    pub(crate) fn unread(label: String, trouble: Trouble) -> Self {
        Self {
            label,
            integrity: trouble.into(),
            authority: Outcome::Unknown(Gap::NotReached { after: CheckId::Integrity }),
            documents: Vec::new(),
            host: None,
            thumbprint: None,
        }
    }

    pub(crate) fn holds(&self) -> bool {
        matches!(self.integrity, Outcome::Pass(Fact::Signed { .. }))
    }
}
