//! Reports as they are shown and printed: plain texts, made from the typed report.
//!
//! The window, `lapel --json` and the self-verifying page show the same shapes with the same words. TypeScript types are
//! generated from them.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::card::BadgeCard;
use crate::credential::Standard;
use crate::report::{Check, EmbeddedFinding, EmbeddedReport, Report};

/// One check of a report, for showing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct CheckView {
    /// `structure`, `integrity`, `key_authority`, `hosted`, `issuer`, `dates`, `status`, `recipient`, `schema`,
    /// `endorsements`, `image`, `credentials`.
    pub check: String,
    /// The question that it asks, for people.
    pub asks: String,
    /// `pass`, `fail`, `unknown` or `not_applicable`.
    pub outcome: String,
    /// Stable dotted code of the outcome.
    pub code: String,
    /// A sentence for people.
    pub detail: String,
    /// Of a failed check: what was expected and what is there.
    pub contrasts: Vec<ContrastView>,
    /// Of a check that could not be made: what would decide it.
    pub would_decide: Option<String>,
    /// What it stood on.
    pub documents: Vec<DocumentView>,
}

/// What a failed check expected, and what is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct ContrastView {
    /// Where (JSON Pointer, with its document), or empty.
    pub place: String,
    /// What should be there.
    pub expected: String,
    /// What is there.
    pub found: String,
}

/// A document that a check stood on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct DocumentView {
    /// Where it came from.
    pub url: String,
    /// SHA-256 of the bytes, hexadecimal.
    pub sha256: String,
    /// When it was fetched (RFC 3339).
    pub fetched_at: String,
}

/// A warning that changes no verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct WarningView {
    /// Stable dotted code.
    pub code: String,
    /// A sentence for people.
    pub detail: String,
}

/// A report, for showing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct ReportView {
    /// `verified`, `expired`, `revoked`, `invalid` or `undecided`.
    pub verdict: String,
    /// The verdict in words, such as "Self-asserted key: the issuer's document was not seen".
    pub headline: String,
    /// Which checks the verdict follows from, in a sentence or two.
    pub because: String,
    /// All checks, in order.
    pub checks: Vec<CheckView>,
    /// Warnings.
    pub warnings: Vec<WarningView>,
    /// The instant that the verdict holds for (RFC 3339).
    pub as_of: String,
    /// URLs that would decide what is unknown.
    pub missing: Vec<String>,
    /// What was found of the credentials inside it, in their order.
    pub embedded: Vec<EmbeddedView>,
}

/// A credential inside another, and what was found of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct EmbeddedView {
    /// Where it stands in the one around it (JSON Pointer, RFC 6901).
    pub pointer: String,
    /// `credential` (a part of a record or presentation) or `endorsement`.
    pub role: String,
    /// Its name, or its id, or its place: untrusted text.
    pub name: String,
    /// What it says, where it could be read; without the cards of those inside it, which its own report has.
    pub card: Option<BadgeCard>,
    /// `badge`, `record` (a learner record), `presentation`, `endorsement` or `credential` (any other), where it could
    /// be read.
    pub credential_kind: Option<String>,
    /// Its picture as a `data:` URI, where it is at hand.
    pub art: Option<String>,
    /// Its own report, where it could be read.
    pub report: Option<Box<ReportView>>,
    /// Why it could not be read.
    pub unread: Option<UnreadView>,
}

/// Why a credential inside another could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct UnreadView {
    /// Stable code.
    pub code: String,
    /// What is wrong with it.
    pub detail: String,
}

impl ReportView {
    /// `report` on the credential of `card`, for showing. The cards of the credentials inside move from `card` to their
    /// places in the view; `picture` gives the pictures of these as `data:` URIs, as far as it has them.
    pub fn of(
        report: &Report,
        card: &mut BadgeCard,
        picture: &mut dyn FnMut(&BadgeCard) -> Option<String>,
    ) -> Self {
        Self::with(report, Some(card), picture)
    }

    fn with(
        report: &Report,
        card: Option<&mut BadgeCard>,
        picture: &mut dyn FnMut(&BadgeCard) -> Option<String>,
    ) -> Self {
        let cards = card.map(|card| std::mem::take(&mut card.embedded)).unwrap_or_default();
        let mut cards: HashMap<String, BadgeCard> =
            cards.into_iter().map(|inner| (inner.pointer, inner.card)).collect();
        let embedded = report
            .embedded()
            .iter()
            .map(|inner| EmbeddedView::of(inner, cards.remove(&inner.pointer), picture))
            .collect();
        Self {
            verdict: report.verdict().as_str().to_owned(),
            headline: report.headline(),
            because: report.because(),
            checks: report.checks().iter().map(CheckView::of).collect(),
            warnings: report
                .warnings()
                .iter()
                .map(|warning| WarningView { code: warning.code.clone(), detail: warning.detail.clone() })
                .collect(),
            as_of: report.as_of().to_string(),
            missing: report.missing().to_vec(),
            embedded,
        }
    }
}

impl EmbeddedView {
    fn of(
        inner: &EmbeddedReport,
        mut card: Option<BadgeCard>,
        picture: &mut dyn FnMut(&BadgeCard) -> Option<String>,
    ) -> Self {
        let (report, unread) = match &inner.finding {
            EmbeddedFinding::Report(report) => {
                (Some(Box::new(ReportView::with(report, card.as_mut(), picture))), None)
            }
            EmbeddedFinding::Unread { code, detail } => {
                (None, Some(UnreadView { code: code.clone(), detail: detail.clone() }))
            }
        };
        Self {
            pointer: inner.pointer.clone(),
            role: inner.role.as_str().to_owned(),
            name: inner.name.clone(),
            art: card.as_ref().and_then(picture),
            credential_kind: card.as_ref().map(|card| credential_kind(card).to_owned()),
            card,
            report,
            unread,
        }
    }
}

impl CheckView {
    fn of(check: &Check) -> Self {
        Self {
            check: check.id.as_str().to_owned(),
            asks: check.id.asks().to_owned(),
            outcome: check.outcome.as_str().to_owned(),
            code: check.code().to_owned(),
            detail: check.detail(),
            contrasts: check
                .contrasts()
                .into_iter()
                .map(|it| ContrastView { place: it.place, expected: it.expected, found: it.found })
                .collect(),
            would_decide: check.would_decide(),
            documents: check
                .documents
                .iter()
                .map(|document| DocumentView {
                    url: document.url.clone(),
                    sha256: document.sha256.clone(),
                    fetched_at: document.fetched_at.to_string(),
                })
                .collect(),
        }
    }
}

/// `badge`, `record` (a learner record), `presentation`, `endorsement` or `credential` (any other).
pub fn credential_kind(card: &BadgeCard) -> &'static str {
    let is = |standard: Standard| card.standard == standard.name();
    if is(Standard::Clr2) {
        "record"
    } else if is(Standard::Presentation) {
        "presentation"
    } else if is(Standard::Endorsement) || card.endorsement.is_some() {
        "endorsement"
    } else if is(Standard::Vc) {
        "credential"
    } else {
        "badge"
    }
}
