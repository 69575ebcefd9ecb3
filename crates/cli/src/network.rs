//! The network, from the first document that has to be fetched: a command that fetches nothing starts no runtime
//! and loads no certificates.

use std::io;
use std::sync::Arc;

use lapel_wallet::fetch::{HttpFetch, Options};
use lapel_wallet::gather::{Budget, gather};
use lapel_wallet::link::{Resolved, resolve_assertion};
use lapel_wallet::source::SourceError;
use openbadges::{Credential, Documents, Policy, Report, verify};
use tokio::runtime::{Builder, Runtime};

/// The network.
pub(crate) struct Network {
    fetch: HttpFetch,
    runtime: Option<Runtime>,
}

impl Network {
    /// `None` where nothing may be fetched; the private hosts `allowed` may be, with their ports.
    pub(crate) fn unless(offline: bool, allowed: &[(String, u16)]) -> Option<Self> {
        let options = Options { allow_private: allowed.to_vec(), ..Options::default() };
        (!offline).then(|| Self { fetch: HttpFetch::new(options), runtime: None })
    }

    /// What `link` leads to, at which a badge should be; documents at hand answer before anybody is asked.
    pub(crate) fn resolve(&mut self, link: &str, documents: &Documents) -> Result<Resolved, SourceError> {
        let (runtime, fetch) = self.started().map_err(SourceError::Unreadable)?;
        Ok(runtime.block_on(resolve_assertion(link, documents, fetch))?.resolved)
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
