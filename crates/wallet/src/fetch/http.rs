//! Fetching over the network.

use std::error::Error;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{ACCEPT, CONTENT_TYPE, LOCATION};
use reqwest::{Certificate, Client, redirect};
use url::Url;

use super::address::{check_address, check_name, check_url, is_allowed};
use super::{Fetch, FetchError, Pending, Request, Response, Rule};

/// How long, how much and how far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// For one fetch with all its redirects.
    pub total: Duration,
    /// Redirects followed.
    pub redirects: usize,
    /// Bytes after decompression, where the purpose does not allow fewer.
    pub max_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { total: Duration::from_secs(15), redirects: 5, max_bytes: 5 << 20 }
    }
}

/// How names become addresses.
pub trait Lookup: Send + Sync {
    /// All addresses of `host`. Port 0 stands for the port of the URL.
    fn lookup(&self, host: String) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;
}

/// What differs from the default, for tests and for hosts that the person allows.
#[derive(Clone, Default)]
pub struct Options {
    /// Limits.
    pub limits: Limits,
    /// Root certificates (PEM) trusted besides the system's.
    pub extra_roots: Vec<Vec<u8>>,
    /// Private hosts, each with its port, that may be fetched all the same.
    pub allow_private: Vec<(String, u16)>,
    /// Resolves names instead of the system.
    pub lookup: Option<Arc<dyn Lookup>>,
}

/// Fetches over https, from public hosts only.
pub struct HttpFetch {
    pub(super) options: Options,
    // Made when first used: a command that fetches nothing does not load the certificates of the system.
    public: OnceLock<Result<Client, String>>,
    // Allowed private hosts have a client, and so a pool of connections, of their own.
    private: OnceLock<Result<Client, String>>,
}

impl Default for HttpFetch {
    fn default() -> Self {
        Self::new(Options::default())
    }
}

impl HttpFetch {
    /// Fetches as `options` say.
    pub fn new(options: Options) -> Self {
        Self { options, public: OnceLock::new(), private: OnceLock::new() }
    }

    async fn follow(&self, request: &Request) -> Result<Response, FetchError> {
        let mut url = request.url.clone();
        url.set_fragment(None);
        for _ in 0..=self.options.limits.redirects {
            match self.ask(&url, request).await? {
                Hop::Answer(response) => return Ok(response),
                Hop::Redirect(next) => url = next,
            }
        }
        Err(FetchError::TooManyRedirects { host: host(&request.url), max: self.options.limits.redirects })
    }

    /// One request, of one hop.
    async fn ask(&self, url: &Url, request: &Request) -> Result<Hop, FetchError> {
        check_url(url, &self.options.allow_private)
            .map_err(|rule| FetchError::Refused { url: url.to_string(), rule })?;
        let max_bytes = request.purpose.max_bytes().min(self.options.limits.max_bytes);
        let asked = self.client(url)?.get(url.clone()).header(ACCEPT, request.purpose.accept());
        let mut response = asked.send().await.map_err(|error| of_reqwest(url, &error))?;
        let status = response.status();
        if matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
            let next = response.headers().get(LOCATION).and_then(|location| location.to_str().ok());
            let mut next = next
                .and_then(|location| url.join(location).ok())
                .ok_or_else(|| FetchError::BadRedirect { host: host(url) })?;
            next.set_fragment(None);
            return Ok(Hop::Redirect(next));
        }
        let media_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media_type = media_type.map(str::to_owned);
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| of_reqwest(url, &error))? {
            if bytes.len() + chunk.len() > max_bytes {
                return Err(FetchError::TooLarge { host: host(url), max_bytes });
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(Hop::Answer(Response { status: status.as_u16(), media_type, bytes }))
    }

    pub(super) fn client(&self, url: &Url) -> Result<&Client, FetchError> {
        let allowed = is_allowed(url, &self.options.allow_private);
        let client = if allowed { &self.private } else { &self.public };
        client
            .get_or_init(|| self.build(allowed).map_err(|error| chain(&error)))
            .as_ref()
            .map_err(|detail| FetchError::Connect { host: host(url), detail: detail.clone() })
    }

    fn build(&self, allow_private: bool) -> reqwest::Result<Client> {
        let lookup = self.options.lookup.clone().unwrap_or_else(|| Arc::new(System));
        let mut builder = Client::builder()
            .https_only(true)
            .no_proxy()
            .redirect(redirect::Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .user_agent(concat!("Lapel/", env!("CARGO_PKG_VERSION")))
            .pool_max_idle_per_host(2)
            .dns_resolver(Arc::new(Resolver { lookup, allow_private }));
        if !self.options.extra_roots.is_empty() {
            let roots: Result<Vec<_>, _> =
                self.options.extra_roots.iter().map(|pem| Certificate::from_pem(pem)).collect();
            builder = builder.tls_certs_merge(roots?);
        }
        builder.build()
    }
}

impl Fetch for HttpFetch {
    fn fetch<'a>(&'a self, request: &'a Request) -> Pending<'a> {
        Box::pin(async move {
            let total = self.options.limits.total;
            tokio::time::timeout(total, self.follow(request))
                .await
                .unwrap_or_else(|_| Err(FetchError::timeout(&host(&request.url), total)))
        })
    }
}

enum Hop {
    Answer(Response),
    Redirect(Url),
}

/// The resolver that the sockets use: it gives only addresses that were judged, and none if any is refused.
struct Resolver {
    lookup: Arc<dyn Lookup>,
    allow_private: bool,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_owned();
        let found = self.lookup.lookup(host.clone());
        let allow_private = self.allow_private;
        Box::pin(async move {
            let addresses = judge(&host, allow_private, found).await?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

async fn judge(
    host: &str,
    allow_private: bool,
    found: impl Future<Output = io::Result<Vec<SocketAddr>>>,
) -> Result<Vec<SocketAddr>, NotResolved> {
    if !allow_private {
        check_name(host).map_err(NotResolved::Refused)?;
    }
    let addresses = found.await.map_err(|error| NotResolved::NotFound(error.to_string()))?;
    if addresses.is_empty() {
        return Err(NotResolved::NotFound("it has no address".to_owned()));
    }
    if !allow_private {
        addresses
            .iter()
            .try_for_each(|address| check_address(host, address.ip()))
            .map_err(NotResolved::Refused)?;
    }
    Ok(addresses)
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum NotResolved {
    #[error("{0}")]
    Refused(Rule),
    #[error("{0}")]
    NotFound(String),
}

/// The system's resolver.
struct System;

impl Lookup for System {
    fn lookup(&self, host: String) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>> {
        Box::pin(async move { Ok(tokio::net::lookup_host((host, 0)).await?.collect()) })
    }
}

/// What went wrong inside the HTTP library, by the innermost cause that says something.
pub(super) fn of_reqwest(url: &Url, error: &reqwest::Error) -> FetchError {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(here) = cause {
        match here.downcast_ref::<NotResolved>() {
            Some(NotResolved::Refused(rule)) => {
                return FetchError::Refused { url: url.to_string(), rule: rule.clone() };
            }
            Some(NotResolved::NotFound(detail)) => {
                return FetchError::NotFound { host: host(url), detail: detail.clone() };
            }
            None => cause = here.source(),
        }
    }
    let detail = chain(error);
    if error.is_connect() {
        FetchError::Connect { host: host(url), detail }
    } else {
        FetchError::Broken { host: host(url), detail }
    }
}

/// The innermost cause: the outer ones only say that there is one.
fn chain(error: &dyn Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

pub(super) fn host(url: &Url) -> String {
    url.host_str().unwrap_or("the host").to_owned()
}
