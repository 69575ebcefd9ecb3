//! Judging one thing: find the credential in it, gather what decides, verify.

use std::sync::Arc;

use openbadges::artifact::PayloadContent;
use openbadges::card::BadgeCard;
use openbadges::document::Documents;
use openbadges::view::credential_kind;
use openbadges::{Policy, Report};

use super::run::Part;
use crate::api::{ApiError, BadgeId, CheckedBadge, ImportOutcome};
use crate::fetch::Fetch;
use crate::gather::{Budget, gather};
use crate::self_listed::SelfListed;
use crate::source::{self, Finding, Found, Source, SourceError, blocking};
use crate::store::{Art, Form, Judged, NewArtifact, NewBadge};
use crate::view::{Pictures, report_view};
use crate::{Wallet, art, data_uri};

/// A source, judged.
pub(crate) struct JudgedSource {
    found: Found,
    digest: String,
    identity: Option<String>,
    documents: Documents,
    report: Report,
    card: BadgeCard,
    art: Option<Art>,
}

/// Finds the credential in `source` and judges it.
pub(crate) async fn judge(
    source: Source,
    policy: &Policy,
    fetch: &dyn Fetch,
) -> Result<JudgedSource, ApiError> {
    let mut documents = Documents::new();
    let found = source::find(source, &mut documents, fetch).await?.badges()?;
    let found = found.into_iter().next().ok_or(SourceError::TooManyLinks)?;
    Ok(judge_found(found, documents, policy, fetch).await)
}

async fn judge_found(
    found: Found,
    mut documents: Documents,
    policy: &Policy,
    fetch: &dyn Fetch,
) -> JudgedSource {
    let credential = Arc::new(found.credential.clone());
    let kept = Documents::new();
    let report = gather(&credential, &mut documents, policy, &kept, fetch, &Budget::default()).await;
    let card = BadgeCard::of(&credential, &documents);
    let art = art::art(&found.artifact, &card, &mut documents, &kept, fetch).await;
    art::fetch_inside(&card, &mut documents, &kept, fetch).await;
    let (digest, identity) = (credential.digest(), credential.identity());
    JudgedSource { found, digest, identity, documents, report, card, art }
}

impl JudgedSource {
    pub(crate) fn checked(mut self) -> CheckedBadge {
        CheckedBadge {
            source: self.found.source,
            kind: self.found.artifact.kind().as_str().to_owned(),
            credential_kind: credential_kind(&self.card).to_owned(),
            report: report_view(&self.report, &mut self.card, &self.documents, Pictures::Small),
            art: self.art.as_ref().map(data_uri),
            card: self.card,
        }
    }

    /// As the store takes it.
    pub(super) fn new_badge(&self) -> NewBadge<'_> {
        let (form, text) = match &self.found.content {
            PayloadContent::Jws(text) => (Form::Jws, text),
            PayloadContent::Json(text) | PayloadContent::Url(text) => (Form::Json, text),
        };
        NewBadge {
            artifact: NewArtifact {
                kind: self.found.artifact.kind().as_str(),
                bytes: self.found.artifact.bytes(),
                source: &self.found.source,
                recipient_hint: self.found.recipient_hint.as_deref(),
            },
            digest: &self.digest,
            identity: self.identity.as_deref(),
            form,
            text,
            judged: Judged {
                report: &self.report,
                documents: &self.documents,
                card: &self.card,
                art: self.art.as_ref(),
            },
        }
    }
}

/// What `source` carries, each judged by itself. Of an `incidental` one nobody said that it is a badge; `recipient` is
/// the mail address that the mail around it was sent to.
pub(super) async fn parts(
    wallet: Wallet,
    source: Source,
    incidental: bool,
    recipient: Option<String>,
    policy: Arc<Policy>,
    fetch: Arc<dyn Fetch>,
) -> Vec<Part> {
    let parts = found_parts(&wallet, source, incidental, recipient, &policy, &*fetch).await;
    if parts.is_empty() { vec![failed(nothing_inside(), incidental)] } else { parts }
}

async fn found_parts(
    wallet: &Wallet,
    source: Source,
    incidental: bool,
    recipient: Option<String>,
    policy: &Policy,
    fetch: &dyn Fetch,
) -> Vec<Part> {
    let mut documents = Documents::new();
    let found = match source::find(source, &mut documents, fetch).await {
        Ok(Finding::Badges(found)) => found,
        Ok(Finding::SelfListed(listed)) => {
            return listed.into_iter().filter_map(SelfListed::tidy).map(Part::SelfListed).collect();
        }
        Ok(Finding::Collection(listing)) => return vec![Part::Told(ImportOutcome::Collection { listing })],
        Ok(Finding::Offer(offer)) => return vec![Part::Told(ImportOutcome::Offer { offer })],
        Err(error) => return vec![failed(error.into(), incidental)],
    };
    let looking = wallet.clone();
    let (each, known) = blocking(move || {
        let mut each: Vec<Found> = found.into_iter().flat_map(Found::each).collect();
        for found in &mut each {
            found.recipient_hint = found.recipient_hint.take().or_else(|| recipient.clone());
        }
        let known = known(&looking, &each);
        (each, known)
    })
    .await;
    match known {
        Ok(Some(known)) => return known.into_iter().map(Part::Known).collect(),
        Err(error) => return vec![failed(error, false)],
        Ok(None) => {}
    }
    let mut parts = Vec::with_capacity(each.len());
    for found in each {
        parts.push(Part::Badge(Box::new(judge_found(found, documents.clone(), policy, fetch).await)));
    }
    parts
}

fn failed(error: ApiError, incidental: bool) -> Part {
    // That a host cannot be reached is worth a word, that a letterhead is no badge is not.
    let is_none = incidental && error.code.starts_with("import.");
    Part::Told(if is_none { ImportOutcome::Skipped { error } } else { ImportOutcome::Failed { error } })
}

/// The badges that these very bytes carry, if every one is here with this very credential: they are not judged again.
/// The bytes alone do not tell: where they hold a link, another credential may be at its end by now.
fn known(wallet: &Wallet, each: &[Found]) -> Result<Option<Vec<BadgeId>>, ApiError> {
    let store = &wallet.inner.store;
    let mut known = Vec::with_capacity(each.len());
    for found in each {
        let here = store.badges_of_artifact(&found.artifact.sha256())?;
        match store.badge_of_credential(&found.credential.digest())? {
            Some(id) if here.contains(&id) => known.push(id),
            _ => return Ok(None),
        }
    }
    Ok(Some(known))
}

/// What is said of something that is empty in a way that is not wrong.
pub(super) fn nothing_inside() -> ApiError {
    ApiError::new(
        "import.nothing-inside",
        "there is nothing in it that could be a badge",
        "Check that it is the right file.",
    )
}
