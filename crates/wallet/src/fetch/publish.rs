//! Requests to a place that the person publishes to: any method, their own headers and body.
//!
//! They pass the same door as everything else: the addresses are judged alike, there are limits of time and of bytes, no
//! cookies, and the proxy that the person set. No redirect is followed: what proves who is publishing, and what is
//! published, go to the place that was named, or nowhere.

use std::fmt;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Method};
use tokio::time::timeout;
use url::{Host, Url};

use super::http::{host, masked, of_reqwest};
use super::{FetchError, HttpFetch};

/// A request to a place that is published to.
#[derive(Clone)]
pub struct Outgoing {
    /// The method, also one of WebDAV.
    pub method: Method,
    /// Where to.
    pub url: Url,
    /// The headers besides `Host`, `User-Agent` and `Content-Length`.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// How long it may take, with its answer.
    pub within: Duration,
    /// The most bytes taken of the answer.
    pub max_bytes: usize,
}

impl fmt::Debug for Outgoing {
    /// Without the headers, which may prove who is publishing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, url, body, .. } = self;
        write!(f, "Outgoing({method} {url}, {} bytes)", body.len())
    }
}

/// What came back. Any status is an answer.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub bytes: Bytes,
}

impl HttpFetch {
    /// Makes one request. Nothing is kept of it, and no redirect is followed: it is the answer.
    ///
    /// # Errors
    /// Where the address may not be asked, nobody answers in time, or the answer is larger than allowed.
    pub async fn send(&self, request: Outgoing) -> Result<Incoming, FetchError> {
        let (url, within) = (request.url.clone(), request.within);
        self.inner.check(&url).map_err(|rule| FetchError::Refused { url: masked(&url), rule })?;
        timeout(within, self.send_to(request))
            .await
            .unwrap_or_else(|_| Err(FetchError::timeout(&host(&url), within)))
    }

    async fn send_to(&self, request: Outgoing) -> Result<Incoming, FetchError> {
        let Outgoing { method, url, headers, body, max_bytes, .. } = request;
        let asked = self.inner.client(&url)?.request(method, url.clone()).headers(headers).body(body);
        let mut answered = asked.send().await.map_err(|error| of_reqwest(&url, &error))?;
        let status = answered.status().as_u16();
        let headers = std::mem::take(answered.headers_mut());
        let mut bytes = BytesMut::new();
        while let Some(chunk) = answered.chunk().await.map_err(|error| of_reqwest(&url, &error))? {
            if bytes.len() + chunk.len() > max_bytes {
                return Err(FetchError::TooLarge { host: host(&url), max_bytes });
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(Incoming { status, headers, bytes: bytes.freeze() })
    }
}

/// The host and port of `url`, if it is on this computer.
pub(crate) fn on_this_computer(url: &Url) -> Option<(String, u16)> {
    let local = match url.host()? {
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
        Host::Domain(name) => name == "localhost",
    };
    Some((url.host_str()?.to_owned(), url.port_or_known_default()?)).filter(|_| local)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_computer_is_on_this_computer() {
        let place = |url: &str| on_this_computer(&Url::parse(url).unwrap());
        assert_eq!(place("http://127.0.0.1:8080/dav"), Some(("127.0.0.1".to_owned(), 8080)));
        assert_eq!(place("http://[::1]/"), Some(("[::1]".to_owned(), 80)));
        assert_eq!(place("https://localhost/"), Some(("localhost".to_owned(), 443)));
        for other in ["http://10.0.0.1/", "http://localhost.example/", "http://127.0.0.1.example/", "data:,x"]
        {
            assert_eq!(place(other), None, "{other}");
        }
    }

    #[test]
    fn debug_shows_no_header() {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", "Basic s3cret".parse().unwrap());
        let url = Url::parse("https://a.example/").unwrap();
        let (method, body, within) = (Method::PUT, Bytes::from_static(b"s3cret"), Duration::ZERO);
        let request = Outgoing { method, url, headers, body, within, max_bytes: 0 };
        assert!(!format!("{request:?}").contains("s3cret"));
    }
}
