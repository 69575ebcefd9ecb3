//! Calls: requests to an API on behalf of the person, with what proves that they may.
//!
//! They pass the same door as everything else: the addresses are judged alike, there are limits of time and of bytes,
//! no cookies, and the proxy that the person set. What is more: nothing that proves who is calling follows a redirect to another origin,
//! and nothing that is posted follows one at all.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::RequestBuilder;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, LOCATION};
use url::{Url, form_urlencoded};
use zeroize::Zeroizing;

use super::header::{instant, retry_after};
use super::http::{host, masked, of_reqwest};
use super::{FetchError, HttpFetch, MapFetch, Rule};
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
    /// `Link` (RFC 8288): the address with `rel=next`, as written.
    pub next: Option<String>,
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
    fn of(headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        let links = headers.get_all("link").iter().filter_map(|value| value.to_str().ok());
        Self {
            next: links.flat_map(links_in).find(|(_, next)| *next).map(|(url, _)| url),
            retry_after: text("retry-after").and_then(|value| retry_after(value, Timestamp::now())),
            total_count: text("x-total-count").and_then(|value| value.parse().ok()),
            date: text("date").and_then(instant),
            challenge: text("www-authenticate").map(str::to_owned),
        }
    }
}

/// The links of a `Link` header, each with whether its relation is `next`. A comma may stand inside the angle
/// brackets, and parameters inside quotes.
fn links_in(mut text: &str) -> Vec<(String, bool)> {
    let mut links = Vec::new();
    while let Some(start) = text.find('<') {
        let Some(length) = text[start + 1..].find('>') else { break };
        let url = &text[start + 1..start + 1 + length];
        let rest = &text[start + length + 2..];
        let mut quoted = false;
        let end = rest
            .find(|character| {
                quoted ^= character == '"';
                character == ',' && !quoted
            })
            .unwrap_or(rest.len());
        links.push((url.trim().to_owned(), is_next(&rest[..end])));
        text = &rest[end..];
    }
    links
}

fn is_next(parameters: &str) -> bool {
    parameters.split(';').filter_map(|parameter| parameter.split_once('=')).any(|(name, value)| {
        name.trim().eq_ignore_ascii_case("rel")
            && value.trim().trim_matches('"').split_whitespace().any(|rel| rel.eq_ignore_ascii_case("next"))
    })
}

impl HttpFetch {
    async fn place(&self, call: &Call) -> Result<Reply, FetchError> {
        let mut url = call.url.clone();
        url.set_fragment(None);
        for _ in 0..=self.inner.options.limits.redirects {
            let (reply, next) = self.place_at(&url, call).await?;
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
        Err(FetchError::TooManyRedirects { host: host(&call.url), max: self.inner.options.limits.redirects })
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
        let headers = Headers::of(response.headers());
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
        Box::pin(async move {
            let total = self.inner.options.limits.total;
            tokio::time::timeout(total, self.place(call))
                .await
                .unwrap_or_else(|_| Err(FetchError::timeout(&host(&call.url), total)))
        })
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
    fn the_next_page_is_found_among_the_links() {
        let next = |text: &str| links_in(text).into_iter().find(|(_, next)| *next).map(|(url, _)| url);
        let page = "<https://a.example/c?limit=2&offset=1>; rel=\"next\", <https://a.example/c?offset=0>; rel=\"last\"";
        assert_eq!(next(page).as_deref(), Some("https://a.example/c?limit=2&offset=1"));
        assert_eq!(next("</c?a=1,2>; title=\"a, b\"; rel=next").as_deref(), Some("/c?a=1,2"));
        assert_eq!(next("<x>; rel=\"last next\"").as_deref(), Some("x"));
        for none in ["", "<", "<x", "<x>; rel=\"nextish\"", "<x>; rel=prev, rel=next", "rel=next"] {
            assert_eq!(next(none), None, "{none}");
        }
    }

    #[test]
    fn a_wait_is_seconds_or_an_instant() {
        let now: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
        let wait = |value| retry_after(value, now);
        assert_eq!(wait("120"), Some(Duration::from_mins(2)));
        assert_eq!(wait("Mon, 23 Nov 2026 12:00:30 GMT"), Some(Duration::from_secs(30)));
        assert_eq!(wait("Mon, 23 Nov 2026 11:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!((wait("soon"), wait("-1"), wait("")), (None, None, None));
    }

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
