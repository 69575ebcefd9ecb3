//! The network, from the first document that has to be fetched: a command that fetches nothing starts no runtime
//! and loads no certificates.

use std::io;
use std::sync::Arc;

use lapel_wallet::fetch::{Fetch, HttpFetch, Purpose, Request};
use lapel_wallet::gather::{Budget, gather};
use openbadges::{Answer, Credential, Document, Documents, Policy, Report, Unavailable, verify};
use tokio::runtime::{Builder, Runtime};
use url::Url;

use crate::documents;

/// The network.
#[derive(Default)]
pub(crate) struct Network {
    fetch: HttpFetch,
    runtime: Option<Runtime>,
}

impl Network {
    /// `None` where nothing may be fetched.
    pub(crate) fn unless(offline: bool) -> Option<Self> {
        (!offline).then(Self::default)
    }

    /// What `url` answers, where a badge is expected.
    pub(crate) fn fetch(&mut self, url: &str) -> Answer {
        let Ok(parsed) = Url::parse(url) else {
            return Answer::Unavailable(Unavailable::Refused {
                detail: "it is not a web address".to_owned(),
            });
        };
        let request = Request { url: parsed, purpose: Purpose::Badge };
        let response = match self.started() {
            Ok((runtime, fetch)) => runtime.block_on(fetch.fetch(&request)),
            Err(error) => return Answer::Unavailable(Unavailable::Unreachable { detail: error.to_string() }),
        };
        match response {
            Ok(response) => documents::answer(Document {
                url: url.to_owned(),
                fetched_at: response.fetched_at(),
                bytes: response.bytes,
                media_type: response.media_type,
                status: response.status,
            }),
            Err(error) => Answer::Unavailable(error.unavailable()),
        }
    }

    /// Runs what needs a runtime.
    pub(crate) fn run<T>(&mut self, work: impl Future<Output = T>) -> io::Result<T> {
        Ok(self.started()?.0.block_on(work))
    }

    /// Judges `credential`, fetching what is missing within the usual budget; where a host cannot be reached, what
    /// was `kept` of it stands in.
    pub(crate) fn complete(
        &mut self,
        credential: &Arc<Credential>,
        documents: &mut Documents,
        policy: &Policy,
        kept: &Documents,
    ) -> Report {
        let report = verify(credential, documents, policy);
        if report.missing().is_empty() {
            return report;
        }
        match self.started() {
            Ok((runtime, fetch)) => {
                runtime.block_on(gather(credential, documents, policy, kept, fetch, &Budget::default()))
            }
            // Without a runtime nothing can be fetched, and the report says what is missing.
            Err(_) => report,
        }
    }

    fn started(&mut self) -> io::Result<(&Runtime, &HttpFetch)> {
        let runtime = match self.runtime.take() {
            Some(runtime) => runtime,
            None => Builder::new_current_thread().enable_all().build()?,
        };
        Ok((self.runtime.insert(runtime), &self.fetch))
    }
}
