//! Where a site is published to.

use std::fmt;

use lapel_wallet::api::ApiError;
use url::Url;

/// A place for a site: a collection of a WebDAV server, or a prefix in a bucket of an S3-compatible store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target(pub(super) Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Its address, without a `/` at its end.
    WebDav(Url),
    S3(Bucket),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bucket {
    pub(super) name: String,
    /// Without a `/` at either end; empty for the whole bucket.
    pub(super) prefix: String,
    /// Without a `/` at its end.
    pub(super) endpoint: Url,
    pub(super) region: String,
}

/// What a bucket needs besides its address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TargetOptions {
    /// The address of the store; of Amazon S3 where there is none.
    pub endpoint: Option<String>,
    /// Its region; `us-east-1` where there is none.
    pub region: Option<String>,
}

impl Target {
    /// Reads `https://cloud.example/dav/badges/` (WebDAV) or `s3://bucket/prefix`.
    ///
    /// # Errors
    /// Where `text` is no such address, or holds a name or password; where options for a bucket go with anything else.
    pub fn parse(text: &str, options: &TargetOptions) -> Result<Self, ApiError> {
        let url = address(text)?;
        match url.scheme() {
            "http" | "https" if *options == TargetOptions::default() => Ok(Self(Kind::WebDav(url))),
            "http" | "https" => Err(bad("an endpoint and a region are for buckets (s3://...) alone")),
            "s3" => bucket(&url, options).map(|bucket| Self(Kind::S3(bucket))),
            other => Err(bad(format!("nothing is published by {other}:"))),
        }
    }

    /// The place in words: host and path, or host, bucket and prefix. Never anything that proves who is publishing.
    pub fn place(&self) -> String {
        match &self.0 {
            Kind::WebDav(url) => short(url),
            Kind::S3(Bucket { name, prefix, endpoint, .. }) if prefix.is_empty() => {
                format!("{}/{name}", short(endpoint))
            }
            Kind::S3(Bucket { name, prefix, endpoint, .. }) => {
                format!("{}/{name}/{prefix}", short(endpoint))
            }
        }
    }

    /// Whom requests go to: what the way to the network is asked for.
    pub fn url(&self) -> &Url {
        match &self.0 {
            Kind::WebDav(url) => url,
            Kind::S3(bucket) => &bucket.endpoint,
        }
    }

    /// Whether it is a bucket of an S3-compatible store.
    pub fn is_bucket(&self) -> bool {
        matches!(self.0, Kind::S3(_))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.place())
    }
}

/// An address of a place, without a `/` at its end.
fn address(text: &str) -> Result<Url, ApiError> {
    // Not even an error repeats what may hold a password.
    let mut url = Url::parse(text.trim()).map_err(|error| bad(format!("it is no address ({error})")))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(ApiError::new(
            "publish.credentials-in-address",
            "the address to publish to holds a name or password",
            "Take it out, and give name and password in the environment: LAPEL_WEBDAV_USER, LAPEL_WEBDAV_PASSWORD.",
        ));
    }
    if url.host_str().is_none_or(str::is_empty) || url.query().is_some() || url.fragment().is_some() {
        return Err(bad("it names no host, or has a ? or # in it"));
    }
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(url)
}

fn bucket(url: &Url, options: &TargetOptions) -> Result<Bucket, ApiError> {
    let name = url.host_str().unwrap_or_default();
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-');
    if url.port().is_some() || !(3..=63).contains(&name.len()) || !name.chars().all(allowed) {
        return Err(bad(
            "a bucket has a name of 3 to 63 lowercase letters, digits, . and -; the store's host is the endpoint",
        ));
    }
    let region = options.region.clone().unwrap_or_else(|| "us-east-1".to_owned());
    if region.is_empty() || !region.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        return Err(bad(format!("\u{201c}{region}\u{201d} is no region")));
    }
    let endpoint = match &options.endpoint {
        Some(text) => address(text)?,
        None => address(&format!("https://s3.{region}.amazonaws.com"))?,
    };
    if !matches!(endpoint.scheme(), "http" | "https") {
        return Err(bad("an endpoint is an https address"));
    }
    let prefix = url.path().trim_matches('/').to_owned();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if !prefix.chars().all(plain) || prefix.contains("//") {
        return Err(bad("a prefix is made of letters, digits, . - and _, with single / between"));
    }
    Ok(Bucket { name: name.to_owned(), prefix, endpoint, region })
}

/// Host, port and path.
fn short(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}{port}{}", url.host_str().unwrap_or_default(), url.path().trim_end_matches('/'))
}

fn bad(why: impl fmt::Display) -> ApiError {
    ApiError::new(
        "publish.bad-target",
        format!("this is nowhere to publish to: {why}"),
        "Write it as https://cloud.example/dav/badges/, or as s3://bucket/prefix with --endpoint and --region.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str, endpoint: Option<&str>, region: Option<&str>) -> Result<String, String> {
        let (endpoint, region) = (endpoint.map(str::to_owned), region.map(str::to_owned));
        let target = Target::parse(text, &TargetOptions { endpoint, region });
        target.map(|target| target.place()).map_err(|error| error.code)
    }

    #[test]
    fn places_are_read_and_told() {
        let told = |text, endpoint, region| place(text, endpoint, region).unwrap();
        assert_eq!(told("https://cloud.example/dav/badges/", None, None), "cloud.example/dav/badges");
        assert_eq!(told("http://127.0.0.1:8080", None, None), "127.0.0.1:8080");
        assert_eq!(told("s3://ada-badges", None, None), "s3.us-east-1.amazonaws.com/ada-badges");
        let region = Some("eu-west-3");
        assert_eq!(told("s3://ada/b/c/", None, region), "s3.eu-west-3.amazonaws.com/ada/b/c");
        assert_eq!(told("s3://ada/b", Some("https://store.example:9000/"), None), "store.example:9000/ada/b");
    }

    #[test]
    fn what_is_no_place_is_refused() {
        for text in
            ["", "badges", "ftp://a.example/", "file:///tmp", "https://a.example/?x", "https://a.example/#x"]
        {
            assert_eq!(place(text, None, None), Err("publish.bad-target".to_owned()), "{text}");
        }
        for text in
            ["s3://A_B", "s3://ab", "s3://a.example:9000/b", "s3://ada/a//b", "s3://ada/a%2e", "s3:///x"]
        {
            assert_eq!(place(text, None, None), Err("publish.bad-target".to_owned()), "{text}");
        }
        let bad = Err("publish.bad-target".to_owned());
        assert_eq!(place("s3://ada", Some("ftp://a.example"), None), bad);
        assert_eq!(place("s3://ada", None, Some("a.example/")), bad);
        assert_eq!(place("https://a.example/", None, Some("eu")), bad);
    }

    #[test]
    fn an_address_with_a_password_is_refused_and_not_repeated() {
        for text in ["https://ada:s3cret@a.example/", "s3://ada:s3cret@bucket/"] {
            let error = Target::parse(text, &TargetOptions::default()).unwrap_err();
            assert_eq!(error.code, "publish.credentials-in-address");
            assert!(!format!("{error:?}").contains("s3cret"));
        }
    }
}
