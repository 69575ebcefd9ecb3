//! Fetching over the network.

use std::error::Error;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::Timestamp;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER,
};
use reqwest::{Certificate, Client, Proxy, redirect};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::address::{check_address, check_name, check_url, is_allowed};
use super::header;
use super::kept::{Before, Kept, Key};
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
    /// Private hosts, each with its port, that may be fetched all the same, by `http` also.
    pub allow_private: Vec<(String, u16)>,
    /// A proxy that everything but allowed private hosts is fetched through: `http`, `https`, `socks5` (names are
    /// resolved and judged here) or `socks5h` (at the proxy, as `http` and `https` do). See [`parse_proxy`].
    pub proxy: Option<Url>,
    /// Resolves names instead of the system.
    pub lookup: Option<Arc<dyn Lookup>>,
}

/// Why a text names no proxy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\u{201c}{text}\u{201d} is not the address of a proxy")]
pub struct BadProxy {
    /// The text.
    pub text: String,
}

/// Reads the address of a proxy, such as `http://proxy.school.lan:3128` or `socks5h://127.0.0.1:9050`; it may hold a
/// name and password for it.
pub fn parse_proxy(text: &str) -> Result<Url, BadProxy> {
    let bad = || BadProxy { text: without_password(text) };
    let url = Url::parse(text.trim()).map_err(|_| bad())?;
    let fits = matches!(url.scheme(), "http" | "https" | "socks5" | "socks5h")
        && url.host_str().is_some_and(|host| !host.is_empty())
        && matches!(url.path(), "" | "/")
        && url.query().is_none()
        && url.fragment().is_none();
    if fits { Ok(url) } else { Err(bad()) }
}

/// What may be a proxy's address, without what stands before its host.
fn without_password(text: &str) -> String {
    let Some((before, host)) = text.rsplit_once('@') else { return text.to_owned() };
    let scheme = before.split_once("://").map_or(String::new(), |(scheme, _)| format!("{scheme}://"));
    format!("{scheme}{host}")
}

/// An address as errors show it: without a name and password.
pub(super) fn masked(url: &Url) -> String {
    let mut url = url.clone();
    // Neither fails where there is a name or password.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.into()
}

/// Fetches over https, from public hosts only. Clones are the same, and share what is kept.
#[derive(Clone)]
pub struct HttpFetch {
    pub(super) inner: Arc<Inner>,
    /// Hosts are asked even where an answer is kept that is still fresh.
    anew: bool,
}

pub(super) struct Inner {
    pub(super) options: Options,
    // Made when first used: a command that fetches nothing does not load the certificates of the system.
    public: OnceLock<Result<Client, String>>,
    // Allowed private hosts have a client, and so a pool of connections, of their own.
    private: OnceLock<Result<Client, String>>,
    kept: Kept,
}

impl Default for HttpFetch {
    fn default() -> Self {
        Self::new(Options::default())
    }
}

impl HttpFetch {
    /// Fetches as `options` say.
    pub fn new(options: Options) -> Self {
        let (public, private) = (OnceLock::new(), OnceLock::new());
        Self { inner: Arc::new(Inner { options, public, private, kept: Kept::default() }), anew: false }
    }

    async fn follow(&self, request: &Request) -> Result<Response, FetchError> {
        let limits = &self.inner.options.limits;
        let mut url = request.url.clone();
        url.set_fragment(None);
        let mut redirected = false;
        let deadline = Instant::now() + limits.total;
        for _ in 0..=limits.redirects {
            // Whoever was slow is named, which need not be the host that was asked first.
            let asked = timeout_at(deadline, self.ask(&url, request)).await;
            match asked.unwrap_or_else(|_| Err(FetchError::timeout(&host(&url), limits.total)))? {
                Hop::Answer(mut response) => {
                    response.redirected_to = redirected.then_some(url);
                    return Ok(response);
                }
                // What began safe does not end in the open, whatever is allowed.
                Hop::Redirect(next) if url.scheme() == "https" && next.scheme() == "http" => {
                    let rule = Rule::Scheme { scheme: "http".to_owned() };
                    return Err(FetchError::Refused { url: masked(&next), rule });
                }
                Hop::Redirect(next) => (url, redirected) = (next, true),
                Hop::Again => {}
            }
        }
        Err(FetchError::TooManyRedirects { host: host(&request.url), max: limits.redirects })
    }

    /// One request, of one hop, or the answer that is kept.
    async fn ask(&self, url: &Url, request: &Request) -> Result<Hop, FetchError> {
        let Inner { options, kept, .. } = &*self.inner;
        self.inner.check(url).map_err(|rule| FetchError::Refused { url: masked(url), rule })?;
        let key: Key = (url.to_string(), request.purpose.accept());
        let conditions = match kept.before(&key, self.anew, Timestamp::now()) {
            Before::Answered(response) => return Ok(Hop::Answer(response)),
            Before::Ask(conditions) => conditions,
        };
        let mut asked = self.inner.client(url)?.get(url.clone()).header(ACCEPT, request.purpose.accept());
        if self.anew {
            asked = asked.header(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        }
        let sent = asked.headers(conditions.clone()).send().await;
        let mut answered = sent.map_err(|error| of_reqwest(url, &error))?;
        let now = Timestamp::now();
        let status = answered.status().as_u16();
        if matches!(status, 301 | 302 | 303 | 307 | 308) {
            return redirect_of(answered.headers(), url);
        }
        if status == 304 && !conditions.is_empty() {
            return Ok(kept.confirmed(&key, answered.headers(), now).map_or(Hop::Again, Hop::Answer));
        }
        let headers = std::mem::take(answered.headers_mut());
        let max_bytes = request.purpose.max_bytes().min(options.limits.max_bytes);
        let mut bytes = Vec::new();
        while let Some(chunk) = answered.chunk().await.map_err(|error| of_reqwest(url, &error))? {
            if bytes.len() + chunk.len() > max_bytes {
                return Err(FetchError::TooLarge { host: host(url), max_bytes });
            }
            bytes.extend_from_slice(&chunk);
        }
        let response = response(status, &headers, bytes, url, now);
        kept.keep(key, &headers, &response, now);
        Ok(Hop::Answer(response))
    }
}

fn redirect_of(headers: &HeaderMap, url: &Url) -> Result<Hop, FetchError> {
    let mut next = text(headers, &LOCATION)
        .and_then(|location| url.join(location).ok())
        .ok_or_else(|| FetchError::BadRedirect { host: host(url) })?;
    next.set_fragment(None);
    Ok(Hop::Redirect(next))
}

fn response(status: u16, headers: &HeaderMap, bytes: Vec<u8>, url: &Url, now: Timestamp) -> Response {
    Response {
        status,
        media_type: text(headers, &CONTENT_TYPE).map(str::to_owned),
        links: header::links(headers, url),
        retry_after: text(headers, &RETRY_AFTER).and_then(|value| header::retry_after(value, now)),
        bytes,
        ..Response::default()
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

impl Inner {
    pub(super) fn check(&self, url: &Url) -> Result<(), Rule> {
        check_url(url, &self.options.allow_private)?;
        // Its name is resolved unjudged, so that the proxy can be reached: nothing else may go by it.
        let proxy = self.options.proxy.as_ref().and_then(|proxy| proxy.domain());
        match proxy {
            Some(proxy) if url.domain() == Some(proxy) => Err(Rule::LocalName { host: proxy.to_owned() }),
            _ => Ok(()),
        }
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
        let proxy = self.options.proxy.as_ref().filter(|_| !allow_private);
        let proxy_name = proxy.and_then(|proxy| proxy.domain()).map(str::to_owned);
        let mut builder = Client::builder()
            .https_only(!allow_private)
            .no_proxy()
            .redirect(redirect::Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .user_agent(concat!("Lapel/", env!("CARGO_PKG_VERSION")))
            .pool_max_idle_per_host(2)
            .dns_resolver(Arc::new(Resolver { lookup, allow_private, proxy_name }));
        if let Some(proxy) = proxy {
            builder = builder.proxy(Proxy::all(proxy.clone())?);
        }
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
        Box::pin(self.follow(request))
    }

    fn anew(&self) -> Option<Arc<dyn Fetch>> {
        Some(Arc::new(Self { inner: Arc::clone(&self.inner), anew: true }))
    }
}

enum Hop {
    Answer(Response),
    Redirect(Url),
    /// What was kept is worth nothing any more.
    Again,
}

/// The resolver that the sockets use: it gives only addresses that were judged, and none if any is refused.
struct Resolver {
    lookup: Arc<dyn Lookup>,
    allow_private: bool,
    /// The proxy's own name may lead anywhere.
    proxy_name: Option<String>,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_owned();
        let found = self.lookup.lookup(host.clone());
        let allow_private = self.allow_private || self.proxy_name.as_deref() == Some(host.as_str());
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
