//! Verify, fetch what is missing, repeat: the loop around the pure function, within a budget.

use std::sync::Arc;
use std::time::Duration;

use openbadges::document::{Answer, Document, Documents, Unavailable};
use openbadges::{Credential, Policy, Report, verify};
use tokio::time::Instant;
use url::Url;

use crate::fetch::{Fetch, Purpose, Request, Response};
use crate::source::blocking;

/// How much may be fetched for one badge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Rounds of verifying and fetching.
    pub rounds: u32,
    /// Documents.
    pub documents: usize,
    /// Time in all.
    pub total: Duration,
}

impl Default for Budget {
    fn default() -> Self {
        Self { rounds: 6, documents: 16, total: Duration::from_secs(15) }
    }
}

/// How many documents of one badge are asked for at once.
const AT_ONCE: usize = 4;

/// Judges `credential` with what is in `documents`, fetching what the report says is missing until nothing is, or
/// the budget is spent. Every answer, also that there is none, is in `documents` afterwards, so that
/// [`verify()`] gives an equal report from them.
///
/// `kept` are documents of an earlier verification: where a host cannot be reached now, the copy from then stands
/// in, with the time it was fetched. A host that answers, whatever it says, is believed over the copy.
pub async fn gather(
    credential: &Arc<Credential>,
    documents: &mut Documents,
    policy: &Policy,
    kept: &Documents,
    fetch: &dyn Fetch,
    budget: &Budget,
) -> Report {
    let deadline = Instant::now() + budget.total;
    let mut left = budget.documents;
    let mut round = 0;
    loop {
        let report = judge(credential, documents, policy).await;
        let missing: Vec<String> =
            report.missing().iter().filter(|url| documents.answer(url).is_none()).cloned().collect();
        if missing.is_empty() {
            return report;
        }
        let affordable = if round < budget.rounds { left.min(missing.len()) } else { 0 };
        left -= affordable;
        for urls in missing[..affordable].chunks(AT_ONCE) {
            for (url, answer) in answers(urls, Purpose::Document, fetch, deadline).await {
                insert(documents, url, answer, kept);
            }
        }
        for url in &missing[affordable..] {
            insert(documents, url, Answer::Unavailable(Unavailable::Budget), kept);
        }
        round += 1;
    }
}

/// One answer for each of `urls`, asked for at the same time.
pub(crate) async fn answers<'a>(
    urls: &'a [String],
    purpose: Purpose,
    fetch: &dyn Fetch,
    deadline: Instant,
) -> Vec<(&'a str, Answer)> {
    let mut pending: Vec<_> =
        urls.iter().map(|url| (url.as_str(), Box::pin(ask(url, purpose, fetch, deadline)))).collect();
    let mut answers = Vec::with_capacity(urls.len());
    std::future::poll_fn(|context| {
        pending.retain_mut(|(url, answer)| match answer.as_mut().poll(context) {
            std::task::Poll::Ready(answer) => {
                answers.push((*url, answer));
                false
            }
            std::task::Poll::Pending => true,
        });
        if pending.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    answers
}

/// What `url` answers, as a document that decides a check.
pub async fn document(url: &str, fetch: &dyn Fetch, deadline: Instant) -> Answer {
    ask(url, Purpose::Document, fetch, deadline).await
}

async fn ask(url: &str, purpose: Purpose, fetch: &dyn Fetch, deadline: Instant) -> Answer {
    let Ok(parsed) = Url::parse(url) else {
        return Answer::Unavailable(Unavailable::Refused { detail: "it is not a web address".to_owned() });
    };
    let request = Request { url: parsed, purpose };
    match tokio::time::timeout_at(deadline, fetch.fetch(&request)).await {
        Err(_) => Answer::Unavailable(Unavailable::Budget),
        Ok(Err(error)) => Answer::Unavailable(error.unavailable()),
        Ok(Ok(response)) => answer(url, response),
    }
}

/// 410 is kept with its body: of a hosted assertion it means revoked. Other failures are only their status.
pub(crate) fn answer(url: &str, response: Response) -> Answer {
    if !response.is_success() && response.status != 410 {
        return Answer::Unavailable(Unavailable::Http { status: response.status });
    }
    Answer::Document(Document {
        url: url.to_owned(),
        fetched_at: response.fetched_at(),
        bytes: response.bytes,
        media_type: response.media_type,
        status: response.status,
    })
}

fn insert(documents: &mut Documents, url: &str, answer: Answer, kept: &Documents) {
    let stand_in = match &answer {
        Answer::Unavailable(reason) if is_passing(reason) => kept.answer(url),
        _ => None,
    };
    match stand_in {
        Some(Answer::Document(document)) => documents.insert(url, Answer::Document(document.clone())),
        _ => documents.insert(url, answer),
    }
}

/// Whether the reason says nothing about the document itself.
fn is_passing(reason: &Unavailable) -> bool {
    match reason {
        Unavailable::Offline | Unavailable::Budget | Unavailable::Unreachable { .. } => true,
        Unavailable::Http { status } => *status == 429 || *status >= 500,
        _ => false,
    }
}

/// Verifies off the threads that serve the window: hostile documents may take a while.
async fn judge(credential: &Arc<Credential>, documents: &mut Documents, policy: &Policy) -> Report {
    let (credential, policy) = (Arc::clone(credential), policy.clone());
    let at_hand = std::mem::take(documents);
    let (report, at_hand) = blocking(move || {
        let report = verify(&credential, &at_hand, &policy);
        (report, at_hand)
    })
    .await;
    *documents = at_hand;
    report
}
