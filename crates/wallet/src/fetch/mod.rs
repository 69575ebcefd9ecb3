//! The one door to the network. Nothing else in Lapel opens a socket; `docs/NETWORK.md` says when this one does.
//!
//! What passes it: `https` to public addresses on port 443. The host of each URL is judged when it is written as
//! an address, and what a name resolves to is judged by the resolver that the socket itself uses, so that no name
//! can answer twice. Redirects are followed by hand, each hop judged like the first. There is one limit of time
//! for all of it and one of bytes after decompression. No cookies, no referrer, no proxy from the environment.
//! Answers are kept in memory for as long as their hosts allow (RFC 9111), and confirmed by conditional requests.

mod address;
pub mod call;
mod header;
mod http;
mod kept;
mod map;
mod publish;
#[cfg(feature = "test-hosts")]
mod test_hosts;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use openbadges::document::Unavailable;
use url::Url;

pub use address::{BadAllowed, parse_allowed};
pub use header::WebLink;
pub use http::{BadProxy, HttpFetch, Limits, Lookup, Options, parse_proxy};
pub use map::MapFetch;
pub(crate) use publish::on_this_computer;
pub use publish::{Incoming, Outgoing};

/// What every way to the network begins with.
pub(crate) fn base_options() -> Options {
    #[cfg(feature = "test-hosts")]
    if let Some(options) = test_hosts::options() {
        return options;
    }
    Options::default()
}

/// Asks one URL. Two answer: [`HttpFetch`], and [`MapFetch`] for `--offline` and for tests.
pub trait Fetch: Send + Sync {
    /// Fetches what `request` names. Any HTTP status is an answer; see [`Response::is_success`].
    fn fetch<'a>(&'a self, request: &'a Request) -> Pending<'a>;

    /// The same, except that hosts are asked even where an answer of theirs is kept that they still stand by; `None`
    /// where none is ever kept.
    fn anew(&self) -> Option<Arc<dyn Fetch>> {
        None
    }
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
    /// JSON and nothing else: a list of badges, or a badge from a host that answers anything else with its page.
    Json,
    /// A page for people, to look for a badge in it.
    Page,
}

impl Purpose {
    /// The `Accept` header. `text/html` is asked for as a page alone: hosts that serve both would send the page.
    pub fn accept(self) -> &'static str {
        match self {
            Self::Badge => {
                "application/vc, application/vc+jwt, application/jwt, application/ld+json, application/json, \
                 image/png, image/svg+xml"
            }
            Self::Document => {
                "application/vc, application/vc+jwt, application/did+ld+json, application/did+json, \
                 application/ld+json, application/json"
            }
            Self::Image => "image/png, image/svg+xml, image/webp, image/jpeg, image/gif",
            Self::Json => "application/json",
            Self::Page => "text/html, application/xhtml+xml",
        }
    }

    /// The most bytes taken, after decompression.
    pub fn max_bytes(self) -> usize {
        match self {
            Self::Badge | Self::Image | Self::Json => 5 << 20,
            Self::Document | Self::Page => 2 << 20,
        }
    }
}

/// What a host answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The `Content-Type`.
    pub media_type: Option<String>,
    /// Where redirects led to; `None` where there were none.
    pub redirected_to: Option<Url>,
    /// What the `Link` headers say, in their order.
    pub links: Vec<WebLink>,
    /// How long the host wants to be left alone (`Retry-After`).
    pub retry_after: Option<Duration>,
    /// How long ago the host gave this answer, or confirmed it: nothing, unless it was kept.
    pub age: Duration,
    /// The body after decompression.
    pub bytes: Vec<u8>,
}

impl Response {
    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// When the host gave this answer, or confirmed it.
    pub fn fetched_at(&self) -> Timestamp {
        let now = Timestamp::now();
        now.checked_sub(self.age).unwrap_or(now)
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
    /// It failed so often in this import that it is asked no more.
    #[error(
        "{host} could not be reached {times} times in a row, and was left alone for the rest of this import"
    )]
    LeftAlone {
        /// The host.
        host: String,
        /// How often it failed.
        times: u32,
    },
    /// It asked to be left alone for longer than an import waits.
    #[error("{host} is busy, and asks to be left alone for {seconds} seconds")]
    Busy {
        /// The host.
        host: String,
        /// For how long.
        seconds: u64,
    },
    /// This import fetched as much as one may.
    #[error("this import has fetched {max} times, and no import may more often")]
    Budget {
        /// The limit.
        max: usize,
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
            Self::LeftAlone { .. } => "fetch.host-left-alone",
            Self::Busy { .. } => "fetch.host-busy",
            Self::Budget { .. } => "fetch.budget",
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
            Self::LeftAlone { .. } => "Import what is left of this host another time.",
            Self::Busy { .. } => "Try again later, with fewer badges of this host at once.",
            Self::Budget { .. } => "Import what is left in a second import.",
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
            Self::Budget { .. } => Unavailable::Budget,
            Self::Refused { rule, .. } => Unavailable::Refused { detail: rule.to_string() },
            other => Unavailable::Unreachable { detail: other.to_string() },
        }
    }

    fn timeout(host: &str, limit: Duration) -> Self {
        Self::Timeout { host: host.to_owned(), seconds: limit.as_secs() }
    }
}
