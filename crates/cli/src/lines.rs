//! What `lapel verify --json` prints: stable, documented in docs/cli.md.

use lapel_wallet::api::{
    ApiError, CheckView, ContrastView, EmbeddedView, ReportView, UnreadView, WarningView,
};
use openbadges::proof::inputs::ProofInputs;
use openbadges::{Answer, BadgeCard};
use serde::Serialize;

use crate::verify::is_gone;

/// One line of `lapel verify --json`.
#[derive(Debug, Serialize)]
pub(crate) struct Line<'a> {
    pub(crate) input: &'a str,
    pub(crate) format: Option<&'static str>,
    pub(crate) verdict: &'a str,
    pub(crate) checks: Vec<CheckLine>,
    pub(crate) warnings: Vec<WarningView>,
    pub(crate) badge: Option<BadgeLine<'a>>,
    pub(crate) because: Option<&'a str>,
    pub(crate) embedded: Vec<EmbeddedLine<'a>>,
    pub(crate) as_of: String,
    pub(crate) missing: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) proofs: Option<&'a [ProofInputs]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<&'a ApiError>,
}

/// One check of a line.
#[derive(Debug, Serialize)]
pub(crate) struct CheckLine {
    pub(crate) check: String,
    pub(crate) outcome: String,
    pub(crate) code: String,
    pub(crate) detail: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) contrasts: Vec<ContrastView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) would_decide: Option<String>,
    pub(crate) documents: Vec<String>,
}

impl CheckLine {
    pub(crate) fn of(check: &CheckView) -> Self {
        Self {
            check: check.check.clone(),
            outcome: check.outcome.clone(),
            code: check.code.clone(),
            detail: check.detail.clone(),
            contrasts: check.contrasts.clone(),
            would_decide: check.would_decide.clone(),
            documents: check.documents.iter().map(|document| document.url.clone()).collect(),
        }
    }

    /// The one check of a link that gave no badge: the issuer's own copy was not seen, or is gone for good.
    pub(crate) fn unreached(url: &str, answer: Option<&Answer>) -> Self {
        if is_gone(answer) {
            return Self {
                check: "status".to_owned(),
                outcome: "fail".to_owned(),
                code: "status.revoked".to_owned(),
                detail: format!("The issuer has revoked it (by {url}, which answers with HTTP status 410)."),
                contrasts: Vec::new(),
                would_decide: None,
                documents: vec![url.to_owned()],
            };
        }
        let (code, detail) = match answer {
            None => ("document.missing", format!("{url} is needed and was not fetched")),
            Some(Answer::Unavailable(why)) => ("document.unavailable", format!("{url}: {why}")),
            Some(Answer::Document(document)) => (
                "document.unavailable",
                format!("{url}: the host answered with HTTP status {}", document.status),
            ),
        };
        Self {
            check: "hosted".to_owned(),
            outcome: "unknown".to_owned(),
            code: code.to_owned(),
            detail,
            contrasts: Vec::new(),
            would_decide: None,
            documents: Vec::new(),
        }
    }
}

/// A credential inside the one of a line, and what was found of it.
#[derive(Debug, Serialize)]
pub(crate) struct EmbeddedLine<'a> {
    pointer: &'a str,
    role: &'a str,
    name: &'a str,
    /// A verdict, or `error` where it could not be read.
    verdict: &'a str,
    checks: Vec<CheckLine>,
    warnings: &'a [WarningView],
    badge: Option<BadgeLine<'a>>,
    because: Option<&'a str>,
    embedded: Vec<EmbeddedLine<'a>>,
    missing: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a UnreadView>,
}

impl<'a> EmbeddedLine<'a> {
    pub(crate) fn all(report: &'a ReportView) -> Vec<Self> {
        report.embedded.iter().map(Self::of).collect()
    }

    fn of(inner: &'a EmbeddedView) -> Self {
        let report = inner.report.as_deref();
        Self {
            pointer: &inner.pointer,
            role: &inner.role,
            name: &inner.name,
            verdict: report.map_or("error", |report| &report.verdict),
            checks: report
                .map(|report| report.checks.iter().map(CheckLine::of).collect())
                .unwrap_or_default(),
            warnings: report.map(|report| report.warnings.as_slice()).unwrap_or_default(),
            badge: inner.card.as_ref().map(BadgeLine::of),
            because: report.map(|report| report.because.as_str()),
            embedded: report.map(Self::all).unwrap_or_default(),
            missing: report.map(|report| report.missing.as_slice()).unwrap_or_default(),
            error: inner.unread.as_ref(),
        }
    }
}

/// What the badge says.
#[derive(Debug, Serialize)]
pub(crate) struct BadgeLine<'a> {
    name: &'a str,
    issuer: &'a str,
    recipient: Option<&'a str>,
    issued_on: Option<&'a str>,
    expires_on: Option<&'a str>,
    id: Option<&'a str>,
    standard: &'a str,
    issuer_id: Option<&'a str>,
    issuer_url: Option<&'a str>,
    recipient_name: Option<&'a str>,
    recipient_hashed: bool,
    public_url: Option<&'a str>,
}

impl<'a> BadgeLine<'a> {
    pub(crate) fn of(card: &'a BadgeCard) -> Self {
        let recipient = card.recipient.as_ref();
        Self {
            name: &card.name,
            issuer: &card.issuer.name,
            recipient: recipient.and_then(|r| r.identity.as_deref()),
            issued_on: card.issued_on.as_ref().map(|moment| moment.text.as_str()),
            expires_on: card.expires_on.as_ref().map(|moment| moment.text.as_str()),
            id: card.credential_id.as_deref(),
            standard: &card.standard,
            issuer_id: card.issuer.id.as_deref(),
            issuer_url: card.issuer.url.as_deref(),
            recipient_name: recipient.and_then(|r| r.name.as_deref()),
            recipient_hashed: recipient.is_some_and(|r| r.hashed),
            public_url: card.public_url.as_deref(),
        }
    }
}
