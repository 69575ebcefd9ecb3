//! From the core's types to what the shells show.

use std::collections::HashMap;

use openbadges::card::BadgeCard;
use openbadges::credential::Standard;
use openbadges::document::Documents;
use openbadges::report::{Check, EmbeddedFinding, EmbeddedReport, Report};

use crate::api::{CheckView, ContrastView, DocumentView, EmbeddedView, ReportView, UnreadView, WarningView};
use crate::art;

/// Whether a view carries the pictures of the credentials inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pictures {
    /// Small, as far as they are at hand.
    Small,
    /// None.
    None,
}

/// A report on the credential of `card`, for showing. The cards of the credentials inside move from `card` to their
/// places in the view; their pictures are looked for in themselves and in `documents`.
pub fn report_view(
    report: &Report,
    card: &mut BadgeCard,
    documents: &Documents,
    pictures: Pictures,
) -> ReportView {
    let room = if pictures == Pictures::Small { MOST_PICTURES } else { 0 };
    Inside { documents, pictures: HashMap::new(), room }.report(report, Some(card))
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

/// Bytes of pictures that a view carries, in all.
const MOST_PICTURES: usize = 8 << 20;

/// The way down into a credential.
struct Inside<'a> {
    documents: &'a Documents,
    /// By what the card names: records often name one picture many times.
    pictures: HashMap<String, Option<String>>,
    room: usize,
}

impl Inside<'_> {
    fn report(&mut self, report: &Report, card: Option<&mut BadgeCard>) -> ReportView {
        let cards = card.map(|card| std::mem::take(&mut card.embedded)).unwrap_or_default();
        let mut cards: HashMap<String, BadgeCard> =
            cards.into_iter().map(|inner| (inner.pointer, inner.card)).collect();
        let embedded = report
            .embedded()
            .iter()
            .map(|inner| self.embedded(inner, cards.remove(&inner.pointer)))
            .collect();
        ReportView {
            verdict: report.verdict().as_str().to_owned(),
            headline: report.headline(),
            because: report.because(),
            checks: report.checks().iter().map(check_view).collect(),
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

    fn embedded(&mut self, inner: &EmbeddedReport, mut card: Option<BadgeCard>) -> EmbeddedView {
        let (report, unread) = match &inner.finding {
            EmbeddedFinding::Report(report) => (Some(Box::new(self.report(report, card.as_mut()))), None),
            EmbeddedFinding::Unread { code, detail } => {
                (None, Some(UnreadView { code: code.clone(), detail: detail.clone() }))
            }
        };
        EmbeddedView {
            pointer: inner.pointer.clone(),
            role: inner.role.as_str().to_owned(),
            name: inner.name.clone(),
            art: card.as_ref().and_then(|card| self.picture(card)),
            credential_kind: card.as_ref().map(|card| credential_kind(card).to_owned()),
            card,
            report,
            unread,
        }
    }

    fn picture(&mut self, card: &BadgeCard) -> Option<String> {
        let image = card.image.as_deref().filter(|_| self.room > 0)?;
        if !self.pictures.contains_key(image) {
            self.pictures.insert(image.to_owned(), art::small(image, self.documents));
        }
        let picture = self.pictures.get(image).cloned().flatten();
        // The same picture said again is carried again.
        let picture = picture.filter(|uri| uri.len() <= self.room)?;
        self.room -= picture.len();
        Some(picture)
    }
}

fn check_view(check: &Check) -> CheckView {
    CheckView {
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
