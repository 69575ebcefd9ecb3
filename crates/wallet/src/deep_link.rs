//! Links that reach Lapel from outside: a web page, another program, the command line of a second start. Whoever
//! made one chose all of it, so it is only ever an offer: nothing is fetched or kept before the person, who is shown
//! the host, says yes.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;
use url::Url;

use crate::api::ApiError;

/// The longest link that is looked at, in bytes. A credential offer may hold its whole text (`OpenID4VCI` 1.0,
/// 4.1.2).
pub const MAX_LENGTH: usize = 8 << 10;

/// The schemes that an installed Lapel is registered for.
pub const SCHEMES: [&str; 2] = ["openid-credential-offer", "lapel"];

/// What a link offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Offers {
    /// What is at an address: a badge, or a page about one.
    Badge,
    /// A credential that an issuer is ready to issue (`OpenID4VCI` 1.0).
    Credential,
}

/// A link that could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeepLink {
    /// What it offers.
    pub offers: Offers,
    /// The host that would be asked, in its ASCII form, with its port where it is not the usual one.
    pub host: String,
    /// What to import: an address, or the offer as it came.
    pub link: String,
}

/// Whether `argument` is a link for [`DeepLink::parse`], not the name of a file.
pub fn is_link(argument: &str) -> bool {
    let Some((scheme, _)) = argument.split_once(':') else { return false };
    ["https", "http"].iter().chain(&SCHEMES).any(|known| scheme.eq_ignore_ascii_case(known))
}

impl DeepLink {
    /// Reads one of these, of at most [`MAX_LENGTH`] bytes:
    ///
    /// - `https://...` (or `http:`): the address of a badge;
    /// - `lapel://add?url=ADDRESS`: the same, for a link on a web page that opens Lapel;
    /// - `openid-credential-offer://?credential_offer_uri=...` or `?credential_offer=...` (`OpenID4VCI` 1.0, 4.1).
    pub fn parse(text: &str) -> Result<Self, ApiError> {
        if text.len() > MAX_LENGTH {
            return Err(refused(format!("it is longer than {MAX_LENGTH} bytes")));
        }
        if text.chars().any(char::is_control) {
            return Err(refused("there are control characters in it"));
        }
        let url = Url::parse(text).map_err(|error| refused(error.to_string()))?;
        match url.scheme() {
            "https" | "http" => Self::badge(&url),
            "lapel" => Self::add(&url),
            "openid-credential-offer" => Self::credential(&url, text),
            other => Err(refused(format!("it begins with {other}:"))),
        }
    }

    fn badge(url: &Url) -> Result<Self, ApiError> {
        Ok(Self { offers: Offers::Badge, host: host(url)?, link: url.as_str().to_owned() })
    }

    fn add(url: &Url) -> Result<Self, ApiError> {
        // `lapel://add?...` and `lapel:add?...` are meant alike.
        if url.host_str().unwrap_or_else(|| url.path()) != "add" {
            return Err(refused("it does not begin with lapel://add"));
        }
        let address = only(url, "url")?.ok_or_else(|| refused("no address of a badge is in it"))?;
        Self::badge(&Url::parse(&address).map_err(|error| refused(error.to_string()))?)
    }

    fn credential(url: &Url, text: &str) -> Result<Self, ApiError> {
        let issuer = match (only(url, "credential_offer_uri")?, only(url, "credential_offer")?) {
            (Some(address), None) => address,
            (None, Some(offer)) => {
                let offer: Value = serde_json::from_str(&offer)
                    .map_err(|error| refused(format!("its offer is no JSON: {error}")))?;
                let issuer = offer.get("credential_issuer").and_then(Value::as_str);
                issuer.ok_or_else(|| refused("its offer names no issuer"))?.to_owned()
            }
            _ => return Err(refused("there is not exactly one offer in it")),
        };
        let issuer = Url::parse(&issuer).map_err(|error| refused(error.to_string()))?;
        Ok(Self { offers: Offers::Credential, host: host(&issuer)?, link: text.to_owned() })
    }
}

/// The value of a parameter that may be there once.
fn only(url: &Url, name: &str) -> Result<Option<String>, ApiError> {
    let mut values = url.query_pairs().filter(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    let value = values.next();
    match values.next() {
        None => Ok(value),
        Some(_) => Err(refused(format!("{name} is in it more than once"))),
    }
}

fn host(url: &Url) -> Result<String, ApiError> {
    if !matches!(url.scheme(), "https" | "http") {
        return Err(refused("it leads to no web address"));
    }
    // What stands before an @ looks like a host to people.
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused("there is a name or a password before its host"));
    }
    let host = url.host_str().ok_or_else(|| refused("there is no host in it"))?;
    Ok(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

fn refused(why: impl std::fmt::Display) -> ApiError {
    ApiError::new(
        "link.refused",
        format!("Lapel did not follow a link that it was opened with: {why}"),
        "Open the page that it came from, copy the badge's address, and paste it here.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (Offers, String, String) {
        let DeepLink { offers, host, link } = DeepLink::parse(text).unwrap();
        (offers, host, link)
    }

    #[test]
    fn each_form_names_the_host_that_would_be_asked() {
        let badge = |host: &str, link: &str| (Offers::Badge, host.to_owned(), link.to_owned());
        assert_eq!(parsed("https://badges.example/1"), badge("badges.example", "https://badges.example/1"));
        for link in [
            "lapel://add?url=https%3A%2F%2Fbadges.example%3A8443%2F1%3Fa%3Db",
            "lapel:add?url=https%3A%2F%2Fbadges.example%3A8443%2F1%3Fa%3Db",
            "LAPEL://add/?url=https%3A%2F%2Fbadges.example%3A8443%2F1%3Fa%3Db",
        ] {
            assert_eq!(
                parsed(link),
                badge("badges.example:8443", "https://badges.example:8443/1?a=b"),
                "{link}"
            );
        }
        for offer in [
            "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fissuer.example%2Foffers%2F7",
            "openid-credential-offer://?credential_offer=%7B%22credential_issuer%22%3A%22https%3A%2F%2Fissuer.example%22%7D",
        ] {
            assert_eq!(parsed(offer), (Offers::Credential, "issuer.example".to_owned(), offer.to_owned()));
        }
        // A host that looks like another is told by its ASCII form.
        assert_eq!(parsed("https://b\u{430}dges.example/1").1, "xn--bdges-4ve.example");
    }

    #[test]
    fn whatever_is_not_clear_is_refused() {
        let long = format!("https://badges.example/{}", "a".repeat(MAX_LENGTH));
        for link in [
            long.as_str(),
            "https://badges.example/1\u{0}",
            "https://badges.example\n/1",
            "https://good.example@evil.example/1",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "lapel://remove?all",
            "lapel://add",
            "lapel://add?url=file%3A%2F%2F%2Fetc%2Fpasswd",
            "lapel://add?url=lapel%3A%2F%2Fadd",
            "lapel://add?url=https%3A%2F%2Fa.example&url=https%3A%2F%2Fb.example",
            "openid-credential-offer://",
            "openid-credential-offer://?credential_offer=%7B%7D",
            "openid-credential-offer://?credential_offer=nonsense",
            "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fa.example&credential_offer=%7B%7D",
            "openid-credential-offer://?credential_offer_uri=file%3A%2F%2F%2Fx",
        ] {
            assert_eq!(
                DeepLink::parse(link).map_err(|error| error.code),
                Err("link.refused".to_owned()),
                "{link}"
            );
        }
    }

    #[test]
    fn names_of_files_are_no_links() {
        for link in ["https://a.example", "HTTP://a.example", "lapel:add", "openid-credential-offer://?x"] {
            assert!(is_link(link), "{link}");
        }
        for name in ["badge.png", "C:\\badge.png", "/tmp/a:b.png", "file:///tmp/badge.png", "httpsx:a"] {
            assert!(!is_link(name), "{name}");
        }
    }
}
