//! The one door to the network. Nothing else in Lapel opens a socket; `docs/NETWORK.md` says when this one does.
//!
//! What passes it: `https` to public addresses on port 443. The host of each URL is judged when it is written as
//! an address, and what a name resolves to is judged by the resolver that the socket itself uses, so that no name
//! can answer twice. Redirects are followed by hand, each hop judged like the first. There is one limit of time
//! for all of it and one of bytes after decompression. No cookies, no referrer, no proxy from the environment.

mod address;
pub mod call;
mod http;
mod map;
#[cfg(feature = "test-hosts")]
mod test_hosts;

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use openbadges::document::Unavailable;
use url::Url;

pub use http::{HttpFetch, Limits, Lookup, Options};
pub use map::MapFetch;

/// The way to the network of a wallet that people use.
pub(crate) fn to_the_world() -> HttpFetch {
    #[cfg(feature = "test-hosts")]
    if let Some(options) = test_hosts::options() {
        return HttpFetch::new(options);
    }
    HttpFetch::default()
}

/// Asks one URL. Two answer: [`HttpFetch`], and [`MapFetch`] for `--offline` and for tests.
pub trait Fetch: Send + Sync {
    /// Fetches what `request` names. Any HTTP status is an answer; see [`Response::is_success`].
    fn fetch<'a>(&'a self, request: &'a Request) -> Pending<'a>;
}

/// An answer on its way.
pub type Pending<'a> = Pin<Box<dyn Future<Output = Result<Response, FetchError>> + Send + 'a>>;

/// What is wanted, and why: that decides what Lapel says it accepts, and how much it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Where.
    pub url: Url,
    /// Why.
    pub purpose: Purpose,
}

/// Why something is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A link that the person gave, or that a baked image holds: a badge in any form.
    Badge,
    /// A document that decides a check.
    Document,
    /// The badge's picture.
    Image,
}

impl Purpose {
    /// The `Accept` header. Never `text/html`: hosts that serve both would send the page.
    pub fn accept(self) -> &'static str {
        match self {
            Self::Badge => {
                "application/vc, application/vc+jwt, application/ld+json, application/json, image/png, image/svg+xml"
            }
            Self::Document => {
                "application/vc, application/vc+jwt, application/did+ld+json, application/did+json, \
                 application/ld+json, application/json"
            }
            Self::Image => "image/png, image/svg+xml, image/webp, image/jpeg, image/gif",
        }
    }

    /// The most bytes taken, after decompression.
    pub fn max_bytes(self) -> usize {
        match self {
            Self::Badge | Self::Image => 5 << 20,
            Self::Document => 2 << 20,
        }
    }
}

/// What a host answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The `Content-Type`.
    pub media_type: Option<String>,
    /// The body after decompression.
    pub bytes: Vec<u8>,
}

impl Response {
    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Why there is no answer. `Display` is a sentence, [`FetchError::hint`] says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// Nothing may be fetched now.
    #[error("Lapel is offline")]
    Offline,
    /// The address may not be fetched at all.
    #[error("{url} may not be fetched: {rule}")]
    Refused {
        /// Which address (of a redirect: where it led).
        url: String,
        /// Which rule refused it.
        rule: Rule,
    },
    /// It took longer than allowed.
    #[error("{host} did not answer within {seconds} seconds")]
    Timeout {
        /// The host.
        host: String,
        /// The limit.
        seconds: u64,
    },
    /// More bytes came than allowed.
    #[error("{host} sent more than {max_bytes} bytes")]
    TooLarge {
        /// The host.
        host: String,
        /// The limit.
        max_bytes: usize,
    },
    /// It went from redirect to redirect.
    #[error("{host} redirects more than {max} times")]
    TooManyRedirects {
        /// The host that was asked first.
        host: String,
        /// The limit.
        max: usize,
    },
    /// A redirect that does not say where to, or not in a readable way.
    #[error("{host} redirects to nowhere")]
    BadRedirect {
        /// The host.
        host: String,
    },
    /// The name leads to no address.
    #[error("{host} was not found: {detail}")]
    NotFound {
        /// The host.
        host: String,
        /// What the resolver said.
        detail: String,
    },
    /// The host could not be reached, or could not prove who it is.
    #[error("{host} could not be reached safely: {detail}")]
    Connect {
        /// The host.
        host: String,
        /// What the network said (a bad certificate, for one).
        detail: String,
    },
    /// The answer broke off or was not HTTP.
    #[error("{host} sent an unreadable answer: {detail}")]
    Broken {
        /// The host.
        host: String,
        /// What was wrong.
        detail: String,
    },
}

/// What an address must be to be fetched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rule {
    /// Only `https`.
    #[error("only https addresses are fetched, not {scheme}")]
    Scheme {
        /// The scheme that it has.
        scheme: String,
    },
    /// No name or password in it.
    #[error("it has a user name or password in it")]
    UserInfo,
    /// Only the usual port.
    #[error("only port 443 is used, not {port}")]
    Port {
        /// The port that it has.
        port: u16,
    },
    /// No host.
    #[error("it names no host")]
    NoHost,
    /// A name of this computer or of a local network.
    #[error("{host} is a name of this computer or a local network")]
    LocalName {
        /// The name.
        host: String,
    },
    /// An address that is not on the public internet.
    #[error("{host} is {range}, not on the public internet")]
    Address {
        /// The host, and what it resolved to if it is a name.
        host: String,
        /// What kind of address it is.
        range: &'static str,
    },
}

impl FetchError {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Offline => "fetch.offline",
            Self::Refused { rule, .. } => match rule {
                Rule::Scheme { .. } => "fetch.not-https",
                Rule::UserInfo => "fetch.user-info",
                Rule::Port { .. } => "fetch.port",
                Rule::NoHost => "fetch.no-host",
                Rule::LocalName { .. } | Rule::Address { .. } => "fetch.private-address",
            },
            Self::Timeout { .. } => "fetch.timeout",
            Self::TooLarge { .. } => "fetch.too-large",
            Self::TooManyRedirects { .. } => "fetch.too-many-redirects",
            Self::BadRedirect { .. } => "fetch.bad-redirect",
            Self::NotFound { .. } => "fetch.host-not-found",
            Self::Connect { .. } => "fetch.unreachable",
            Self::Broken { .. } => "fetch.broken-answer",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Offline => "Go online in the settings (or leave out --offline) and try again.",
            Self::Refused { rule: Rule::Scheme { .. }, .. } => {
                "Try the address with https:// in front, or download the badge and import the file."
            }
            Self::Refused { .. } => "Download the badge yourself and import the file.",
            Self::Timeout { .. } | Self::NotFound { .. } | Self::Connect { .. } => {
                "Check the address and your connection, then try again."
            }
            Self::TooLarge { .. } => "A badge is never that large: check that the address leads to a badge.",
            Self::TooManyRedirects { .. } | Self::BadRedirect { .. } | Self::Broken { .. } => {
                "Check the address; if it is right, ask the issuer."
            }
        }
    }

    /// The same, as an answer for the core.
    pub fn unavailable(&self) -> Unavailable {
        match self {
            Self::Offline => Unavailable::Offline,
            Self::Refused { rule, .. } => Unavailable::Refused { detail: rule.to_string() },
            other => Unavailable::Unreachable { detail: other.to_string() },
        }
    }

    fn timeout(host: &str, limit: Duration) -> Self {
        Self::Timeout { host: host.to_owned(), seconds: limit.as_secs() }
    }
}
