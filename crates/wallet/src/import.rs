//! Importing: find, gather, store; many at once, each in a transaction of its own.

use std::collections::VecDeque;
use std::sync::Arc;

use jiff::Timestamp;
use openbadges::artifact::PayloadContent;
use openbadges::card::BadgeCard;
use openbadges::document::Documents;
use openbadges::{Policy, Report};
use tokio::task::JoinSet;

use crate::api::{ApiError, BadgeId, CheckedBadge, ImportLine, ImportOutcome, ImportProgress};
use crate::fetch::Fetch;
use crate::gather::{Budget, gather};
use crate::shared_fetch::SharedFetch;
use crate::source::{self, Finding, Found, Source, SourceError, blocking};
use crate::store::{Art, Form, Judged, Kept, NewArtifact, NewBadge};
use crate::view::{Pictures, credential_kind, report_view};
use crate::{Wallet, art, data_uri};

/// Sources worked on at once.
const AT_ONCE: usize = 8;

/// A source, judged.
pub(crate) struct JudgedSource {
    found: Found,
    digest: String,
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
    JudgedSource { digest: credential.digest(), found, documents, report, card, art }
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
}

impl Wallet {
    /// Imports `sources`, several at once; `number` is from [`Wallet::next_import`]. `progress` hears of the start,
    /// of each source once it is saved (or failed), in the order that they finish, and of the end. Gives the lines in
    /// the order of the sources: one for each badge in it. [`Wallet::cancel_import`] ends it early, between sources; so
    /// does dropping the future, at once. What was reported is saved.
    pub async fn import(
        &self,
        number: u32,
        sources: Vec<Source>,
        mut progress: impl FnMut(ImportProgress),
    ) -> Vec<ImportLine> {
        let total = u32::try_from(sources.len()).unwrap_or(u32::MAX);
        let mut report = |done, line, finished| {
            progress(ImportProgress { import: number, done, total, line, finished });
        };
        report(0, None, false);
        let mut lines = vec![Vec::new(); sources.len()];
        let setting = self.fetch().and_then(|fetch| Ok((Arc::new(SharedFetch::new(fetch)), self.policy()?)));
        let mut waiting: VecDeque<_> = sources.into_iter().enumerate().collect();
        let mut running = JoinSet::new();
        let mut done = 0;
        loop {
            if self.stopping().contains(&number) {
                waiting.clear();
            }
            while running.len() < AT_ONCE
                && let Some((index, source)) = waiting.pop_front()
            {
                let (wallet, setting) = (self.clone(), setting.clone());
                running.spawn(async move {
                    let name = source.name();
                    let outcomes = match setting {
                        Ok((fetch, policy)) => wallet.import_each(source, &policy, &*fetch).await,
                        Err(error) => vec![Err(error)],
                    };
                    let line = |outcome: Result<ImportOutcome, ApiError>| {
                        let outcome = outcome.unwrap_or_else(|error| ImportOutcome::Failed { error });
                        ImportLine { source: name.clone(), outcome }
                    };
                    (index, outcomes.into_iter().map(line).collect::<Vec<_>>())
                });
            }
            match running.join_next().await {
                None => break,
                Some(Ok((index, of_source))) => {
                    done += 1;
                    for line in &of_source {
                        report(done, Some(line.clone()), false);
                    }
                    lines[index] = of_source;
                }
                Some(Err(error)) => {
                    if let Ok(panic) = error.try_into_panic() {
                        std::panic::resume_unwind(panic);
                    }
                }
            }
        }
        self.stopping().remove(&number);
        report(done, None, true);
        lines.into_iter().flatten().collect()
    }

    /// Imports every badge that `source` carries.
    async fn import_each(
        &self,
        source: Source,
        policy: &Policy,
        fetch: &dyn Fetch,
    ) -> Vec<Result<ImportOutcome, ApiError>> {
        let mut documents = Documents::new();
        let found = source::find(source, &mut documents, fetch).await;
        let found = match found.and_then(Finding::badges) {
            Ok(found) => found,
            Err(error) => return vec![Err(error.into())],
        };
        let wallet = self.clone();
        let (each, known) = blocking(move || {
            let each: Vec<Found> = found.into_iter().flat_map(Found::each).collect();
            let known = wallet.known(&each);
            (each, known)
        })
        .await;
        match known {
            Ok(Some(outcomes)) => return outcomes.into_iter().map(Ok).collect(),
            Err(error) => return vec![Err(error)],
            Ok(None) => {}
        }
        let mut outcomes = Vec::with_capacity(each.len());
        for found in each {
            let judged = judge_found(found, documents.clone(), policy, fetch).await;
            let wallet = self.clone();
            outcomes.push(blocking(move || wallet.keep(&judged)).await);
        }
        outcomes
    }

    /// Bytes of which every badge is here already are not judged again: the same file twice is one badge.
    fn known(&self, each: &[Found]) -> Result<Option<Vec<ImportOutcome>>, ApiError> {
        let store = &self.inner.store;
        let Some(first) = each.first() else { return Ok(None) };
        let here = store.badges_of_artifact(&first.artifact.sha256())?;
        if here.len() < each.len() {
            return Ok(None);
        }
        let outcome = |(id, removed): (BadgeId, bool)| {
            if removed {
                store.restore_badge(id)?;
                return Ok(ImportOutcome::Added { badge: store.summary(id)? });
            }
            Ok(ImportOutcome::AlreadyThere { badge: store.summary(id)?, linked: false })
        };
        here.into_iter().map(outcome).collect::<Result<_, ApiError>>().map(Some)
    }

    fn keep(&self, judged: &JudgedSource) -> Result<ImportOutcome, ApiError> {
        let (form, text) = match &judged.found.content {
            PayloadContent::Jws(text) => (Form::Jws, text),
            PayloadContent::Json(text) | PayloadContent::Url(text) => (Form::Json, text),
        };
        let badge = NewBadge {
            artifact: NewArtifact {
                kind: judged.found.artifact.kind().as_str(),
                bytes: judged.found.artifact.bytes(),
                source: &judged.found.source,
            },
            digest: &judged.digest,
            form,
            text,
            judged: Judged {
                report: &judged.report,
                documents: &judged.documents,
                card: &judged.card,
                art: judged.art.as_ref(),
            },
        };
        let kept = self.inner.store.keep(&badge, Timestamp::now())?;
        let summary = |id: BadgeId| self.inner.store.summary(id);
        Ok(match kept {
            Kept::Added(id) | Kept::Restored(id) => ImportOutcome::Added { badge: summary(id)? },
            Kept::Present { id, linked } => ImportOutcome::AlreadyThere { badge: summary(id)?, linked },
        })
    }
}
