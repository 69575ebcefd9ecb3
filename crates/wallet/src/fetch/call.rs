//! Calls: requests to an API on behalf of the person, with what proves that they may.
//!
//! They pass the same door as everything else: the addresses are judged alike, there are limits of time and of bytes,
//! no cookies, and the proxy that the person set. What is more: nothing that proves who is calling follows a redirect to
//! another origin, and nothing that is posted follows one at all.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::RequestBuilder;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, LOCATION};
use tokio::time::{Instant, timeout_at};
use url::{Url, form_urlencoded};
use zeroize::Zeroizing;

use super::header::{instant, links, retry_after};
use super::http::{host, masked, of_reqwest};
use super::{FetchError, HttpFetch, Limits, MapFetch, Rule};
use crate::secret::Secret;

/// Calls APIs. Two answer: [`HttpFetch`], and [`MapFetch`], which is always offline.
pub trait Caller: Send + Sync {
    /// Makes one call. Any HTTP status is a reply.
    fn call<'a>(&'a self, call: &'a Call) -> Replying<'a>;
}

/// A reply on its way.
pub type Replying<'a> = Pin<Box<dyn Future<Output = Result<Reply, FetchError>> + Send + 'a>>;

/// A call. `Accept` is always `application/json`.
#[derive(Clone, Debug)]
pub struct Call {
    /// Where to.
    pub url: Url,
    /// The method and what goes with it.
    pub sends: Sends,
    /// What proves who is calling.
    pub authority: Authority,
    /// The most bytes taken, after decompression.
    pub max_bytes: usize,
}

/// The method and body of a call.
#[derive(Clone, Debug)]
pub enum Sends {
    /// `GET`.
    Nothing,
    /// `POST` without a body.
    Empty,
    /// `POST` of a form (`application/x-www-form-urlencoded`).
    Form(Vec<(&'static str, Secret)>),
    /// `POST` of JSON, given as text.
    Json(Secret),
}

/// What proves who is calling.
#[derive(Clone, Debug)]
pub enum Authority {
    /// Nothing.
    Nobody,
    /// `Authorization: Bearer` (RFC 6750, 2.1).
    Bearer(Secret),
    /// `Authorization: Basic` with name and password (RFC 6749, 2.3.1: each form-encoded first).
    Basic(String, Secret),
}

impl Call {
    /// `GET url`, for at most `max_bytes`.
    pub fn get(url: Url, max_bytes: usize) -> Self {
        Self { url, sends: Sends::Nothing, authority: Authority::Nobody, max_bytes }
    }

    /// `POST` of `sends` to `url`, for an answer of at most `max_bytes`.
    pub fn post(url: Url, sends: Sends, max_bytes: usize) -> Self {
        Self { url, sends, authority: Authority::Nobody, max_bytes }
    }

    /// The same with `authority`.
    #[must_use]
    pub fn by(mut self, authority: Authority) -> Self {
        self.authority = authority;
        self
    }

    fn may_follow(&self, next: &Url) -> bool {
        let open = matches!(self.authority, Authority::Nobody);
        matches!(self.sends, Sends::Nothing) && (open || next.origin() == self.url.origin())
    }

    fn dress(&self, request: RequestBuilder) -> RequestBuilder {
        let request = request.header(ACCEPT, "application/json");
        let request = match &self.sends {
            Sends::Nothing => request,
            Sends::Empty => request.body(""),
            Sends::Form(pairs) => {
                let mut form = form_urlencoded::Serializer::new(String::new());
                for (name, value) in pairs {
                    form.append_pair(name, value.expose());
                }
                request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form.finish())
            }
            Sends::Json(text) => {
                request.header(CONTENT_TYPE, "application/json").body(text.expose().to_owned())
            }
        };
        match &self.authority {
            Authority::Nobody => request,
            Authority::Bearer(token) => request.bearer_auth(token.expose()),
            Authority::Basic(name, password) => {
                let encoded =
                    |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
                request.basic_auth(encoded(name), Some(encoded(password.expose())))
            }
        }
    }
}

/// What a host answered. `Debug` shows no content: a reply may hold tokens.
#[derive(Clone)]
pub struct Reply {
    /// The address that answered, after redirects.
    pub url: Url,
    /// The HTTP status.
    pub status: u16,
    /// The headers that calls are interested in.
    pub headers: Headers,
    /// The body after decompression.
    pub bytes: Zeroizing<Vec<u8>>,
}

/// The headers of a reply that calls are interested in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers {
    /// `Link` (RFC 8288): the address with `rel=next`.
    pub next: Option<Url>,
    /// `Retry-After` (RFC 9110, 10.2.3), from now.
    pub retry_after: Option<Duration>,
    /// `X-Total-Count`.
    pub total_count: Option<u64>,
    /// `Date`: the host's clock.
    pub date: Option<Timestamp>,
    /// `WWW-Authenticate`: why the authority was not enough.
    pub challenge: Option<String>,
}

impl Reply {
    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("status", &self.status)
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

impl Headers {
    /// Of an answer that came from `url`.
    fn of(headers: &HeaderMap, url: &Url) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        let mut links = links(headers, url).into_iter();
        Self {
            next: links.find(|link| link.rel.iter().any(|rel| rel == "next")).map(|link| link.target),
            retry_after: text("retry-after").and_then(|value| retry_after(value, Timestamp::now())),
            total_count: text("x-total-count").and_then(|value| value.parse().ok()),
            date: text("date").and_then(instant),
            challenge: text("www-authenticate").map(str::to_owned),
        }
    }
}

impl HttpFetch {
    async fn place(&self, call: &Call) -> Result<Reply, FetchError> {
        let mut url = call.url.clone();
        url.set_fragment(None);
        let Limits { total, redirects, .. } = self.inner.options.limits;
        let deadline = Instant::now() + total;
        for _ in 0..=redirects {
            let placed = timeout_at(deadline, self.place_at(&url, call)).await;
            let (reply, next) = placed.unwrap_or_else(|_| Err(FetchError::timeout(&host(&url), total)))?;
            match next {
                // What began safe does not end in the open, whatever is allowed.
                Some(next)
                    if call.may_follow(&next) && url.scheme() == "https" && next.scheme() == "http" =>
                {
                    let rule = Rule::Scheme { scheme: "http".to_owned() };
                    return Err(FetchError::Refused { url: masked(&next), rule });
                }
                Some(next) if call.may_follow(&next) => url = next,
                // What must not go further says so by its status.
                _ => return Ok(reply),
            }
        }
        Err(FetchError::TooManyRedirects { host: host(&call.url), max: redirects })
    }

    /// One request, of one hop; with where it redirects to, if it does.
    async fn place_at(&self, url: &Url, call: &Call) -> Result<(Reply, Option<Url>), FetchError> {
        self.inner.check(url).map_err(|rule| FetchError::Refused { url: masked(url), rule })?;
        let client = self.inner.client(url)?;
        let asked = match call.sends {
            Sends::Nothing => client.get(url.clone()),
            _ => client.post(url.clone()),
        };
        let mut response = call.dress(asked).send().await.map_err(|error| of_reqwest(url, &error))?;
        let status = response.status().as_u16();
        let next = matches!(status, 301 | 302 | 303 | 307 | 308)
            .then(|| response.headers().get(LOCATION)?.to_str().ok().and_then(|to| url.join(to).ok()))
            .flatten();
        let headers = Headers::of(response.headers(), url);
        let mut bytes = Zeroizing::new(Vec::new());
        while let Some(chunk) = response.chunk().await.map_err(|error| of_reqwest(url, &error))? {
            if bytes.len() + chunk.len() > call.max_bytes {
                return Err(FetchError::TooLarge { host: host(url), max_bytes: call.max_bytes });
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok((Reply { url: url.clone(), status, headers, bytes }, next))
    }
}

impl Caller for HttpFetch {
    fn call<'a>(&'a self, call: &'a Call) -> Replying<'a> {
        Box::pin(self.place(call))
    }
}

impl Caller for MapFetch {
    fn call<'a>(&'a self, _: &'a Call) -> Replying<'a> {
        Box::pin(async { Err(FetchError::Offline) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_proves_who_calls_follows_to_another_origin() {
        let url = |text: &str| Url::parse(text).unwrap();
        let here = url("https://a.example/x");
        let get = Call::get(here.clone(), 1);
        assert!(get.may_follow(&url("https://b.example/")));
        let bearer = get.by(Authority::Bearer(Secret::from("t")));
        assert!(bearer.may_follow(&url("https://a.example/y")));
        for other in ["https://b.example/", "https://a.example:8443/", "http://a.example/"] {
            assert!(!bearer.may_follow(&url(other)), "{other}");
        }
        assert!(!Call::post(here.clone(), Sends::Empty, 1).may_follow(&here));
    }

    #[test]
    fn debug_shows_no_secret() {
        let url = Url::parse("https://a.example/token").unwrap();
        let form = Sends::Form(vec![("code", Secret::from("s3cret"))]);
        let call = Call::post(url, form, 1).by(Authority::Basic("id".to_owned(), Secret::from("s3cret")));
        assert!(!format!("{call:?}").contains("s3cret"));
    }
}
