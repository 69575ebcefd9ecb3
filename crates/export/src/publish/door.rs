//! The library's way to the network: Lapel's own, with what proves who is publishing.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, AUTHORIZATION, CACHE_CONTROL, CONTENT_LENGTH};
use http::{HeaderValue, Method, StatusCode};
use http_body_util::BodyExt;
use lapel_wallet::account::PublishingKey;
use lapel_wallet::fetch::{FetchError, HttpFetch, Incoming, Outgoing};
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpService,
};
use url::Url;

use super::error::Fault;
use super::{MAX_BYTES, PublishLimits};

/// The slowest upload that is waited for, in bytes a second.
const SLOWEST: usize = 32 << 10;

/// Takes the library's requests through [`HttpFetch`].
#[derive(Clone)]
pub(super) struct Door {
    way: HttpFetch,
    patience: Duration,
    /// `Authorization` of each request; signatures of S3 are the library's.
    authorization: Option<HeaderValue>,
    anonymous: bool,
}

impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Door")
    }
}

impl Door {
    pub(super) fn new(way: HttpFetch, key: Option<&PublishingKey>, limits: PublishLimits) -> Self {
        Self { way, patience: limits.patience, authorization: None, anonymous: key.is_none() }
    }

    /// With name and password in each request (RFC 7617).
    pub(super) fn by_password(self, key: Option<&PublishingKey>) -> Self {
        let authorization = key.and_then(|key| {
            let both = STANDARD.encode(format!("{}:{}", key.name, key.secret.expose()));
            let mut value = HeaderValue::from_str(&format!("Basic {both}")).ok()?;
            value.set_sensitive(true);
            Some(value)
        });
        Self { authorization, ..self }
    }

    async fn outgoing(&self, request: HttpRequest) -> Result<Outgoing, HttpError> {
        let (parts, body) = request.into_parts();
        let url = Url::parse(&parts.uri.to_string())
            .map_err(|error| HttpError::new(HttpErrorKind::Unknown, Fault::Answer(error.to_string())))?;
        let body = body.collect().await?.to_bytes();
        let mut headers = parts.headers;
        // The bytes as they are kept, and by the tags that they are kept under.
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        if parts.method == Method::GET {
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        }
        if let Some(authorization) = &self.authorization {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
        let seconds = u64::try_from(body.len() / SLOWEST).unwrap_or(u64::MAX);
        let within = self.patience.saturating_add(Duration::from_secs(seconds));
        Ok(Outgoing { method: parts.method, url, headers, body, within, max_bytes: MAX_BYTES })
    }

    /// What the library makes of an answer depends on few statuses; of the others the reason is told here.
    fn judged(&self, method: &Method, incoming: Incoming) -> Result<HttpResponse, HttpError> {
        let Incoming { mut status, mut headers, bytes } = incoming;
        // A collection that is there already does as well as a new one: files are written side by side.
        if method.as_str() == "MKCOL" && status == 405 {
            status = 201;
        }
        let code = if (400..600).contains(&status) { error_code(&bytes) } else { None };
        let told = matches!(status, 200..=299 | 304 | 404 | 405 | 409 | 412);
        if !told || code.as_deref() == Some("NoSuchBucket") {
            let fault = Fault::of(status, code, self.anonymous);
            let kind = if fault.may_pass() { HttpErrorKind::Request } else { HttpErrorKind::Unknown };
            return Err(HttpError::new(kind, fault));
        }
        // Sent in pieces, an answer announces no length.
        if *method == Method::GET {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
        }
        let mut response = HttpResponse::new(bytes.into());
        *response.status_mut() = StatusCode::from_u16(status)
            .map_err(|error| HttpError::new(HttpErrorKind::Decode, Fault::Answer(error.to_string())))?;
        *response.headers_mut() = headers;
        Ok(response)
    }
}

#[async_trait]
impl HttpService for Door {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let method = request.method().clone();
        let sent = self.way.send(self.outgoing(request).await?).await;
        let incoming = sent.map_err(|error| {
            let kind = match error {
                FetchError::Broken { .. } => HttpErrorKind::Request,
                // Whoever waited once does not wait again.
                _ => HttpErrorKind::Unknown,
            };
            HttpError::new(kind, Fault::Fetch(error))
        })?;
        self.judged(&method, incoming)
    }
}

impl HttpConnector for Door {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.clone()))
    }
}

/// What an S3-compatible store calls an error: `<Code>NoSuchBucket</Code>`.
fn error_code(body: &Bytes) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?;
    let code = text.split_once("<Code>")?.1.split_once("</Code>")?.0;
    let plain = (1..=64).contains(&code.len()) && code.chars().all(|c| c.is_ascii_alphanumeric());
    plain.then(|| code.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_code_is_repeated() {
        let code = |text: &'static str| error_code(&Bytes::from_static(text.as_bytes()));
        let answer = "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>x</Message></Error>";
        assert_eq!(code(answer).as_deref(), Some("AccessDenied"));
        for text in ["", "<Code>", "<Code></Code>", "<Code>a b</Code>", "<Code>\u{1b}[2J</Code>", "Code"] {
            assert_eq!(code(text), None, "{text}");
        }
    }
}
