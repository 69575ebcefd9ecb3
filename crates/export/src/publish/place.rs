//! A place that files are read from and written to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt};
use lapel_wallet::account::PublishingKey;
use lapel_wallet::fetch::{FetchError, HttpFetch};
use object_store::aws::AmazonS3Builder;
use object_store::http::HttpBuilder;
use object_store::path::Path;
use object_store::{
    Attribute, Attributes, ClientOptions, Error, GetOptions, ObjectStore, ObjectStoreExt, PutOptions,
    PutPayload, RetryConfig,
};

use super::PublishLimits;
use super::door::Door;
use super::error::Fault;
use super::target::{Bucket, Kind, Target};
use crate::plan::Tag;

/// The most files of a bucket that are listed below a prefix.
const MAX_LISTED: usize = 100_000;

/// An open place.
pub(super) struct Place {
    store: Arc<dyn ObjectStore>,
    prefix: String,
    /// Which of the files that count are there, and their entity tags. WebDAV servers list folder by folder, and not all of
    /// them at all: there, each file is asked for by itself.
    listed: Option<BTreeMap<String, Option<String>>>,
    is_bucket: bool,
}

/// What is at a path.
pub(super) enum Found {
    /// Nothing.
    Nothing,
    /// The bytes that are known.
    Same,
    /// These bytes, with their entity tag if it tells them from all others.
    Bytes {
        /// The bytes.
        bytes: Bytes,
        /// The tag.
        etag: Option<String>,
    },
    /// More bytes than are read.
    TooLarge,
}

impl Place {
    /// Opens `target`. Nothing is asked yet.
    pub(super) fn open(
        target: &Target,
        key: Option<&PublishingKey>,
        way: HttpFetch,
        limits: PublishLimits,
    ) -> Result<Self, Fault> {
        let door = Door::new(way, key, limits);
        let retry = RetryConfig { max_retries: limits.retries, ..RetryConfig::default() };
        // What may be asked by http is judged where requests leave.
        let options = ClientOptions::new().with_allow_http(true);
        let (store, prefix): (object_store::Result<Arc<dyn ObjectStore>>, _) = match &target.0 {
            Kind::WebDav(url) => {
                let builder = HttpBuilder::new().with_url(url.as_str()).with_client_options(options);
                let builder = builder.with_retry(retry).with_http_connector(door.by_password(key));
                (builder.build().map(|store| Arc::new(store) as _), String::new())
            }
            Kind::S3(bucket) => {
                let builder = signed(bucket, key).with_client_options(options).with_retry(retry);
                let store = builder.with_http_connector(door).build();
                (store.map(|store| Arc::new(store) as _), bucket.prefix.clone())
            }
        };
        let store = store.map_err(|error| Fault::found_in(&error))?;
        Ok(Self { store, prefix, listed: None, is_bucket: target.is_bucket() })
    }

    /// Sees at once which of `paths` are there, where the place can tell.
    pub(super) async fn list(&mut self, paths: &[String]) -> Result<(), Fault> {
        if !self.is_bucket {
            return Ok(());
        }
        let paths: BTreeSet<String> = paths.iter().map(|path| self.key(path)).collect();
        let prefix = Path::parse(&self.prefix).map_err(|error| Fault::Answer(error.to_string()))?;
        let mut listing = self.store.list((!self.prefix.is_empty()).then_some(&prefix)).take(MAX_LISTED + 1);
        let (mut listed, mut count) = (BTreeMap::new(), 0);
        while let Some(file) = listing.try_next().await.map_err(|error| Fault::found_in(&error))? {
            count += 1;
            let key = file.location.to_string();
            if paths.contains(&key) {
                listed.insert(key, file.e_tag);
            }
        }
        drop(listing);
        if count > MAX_LISTED {
            let why = format!("more than {MAX_LISTED} files are there; a prefix of its own is better");
            return Err(Fault::Answer(why));
        }
        self.listed = Some(listed);
        Ok(())
    }

    /// What is at `path`; where `known` stands for what is there, only that.
    pub(super) async fn read(&self, path: &str, known: Option<&Tag>) -> Result<Found, Fault> {
        if let Some(listed) = &self.listed {
            match listed.get(&self.key(path)) {
                None => return Ok(Found::Nothing),
                Some(etag) if known.is_some_and(|tag| Some(&tag.etag) == etag.as_ref()) => {
                    return Ok(Found::Same);
                }
                Some(_) => {}
            }
        }
        let options =
            GetOptions { if_none_match: known.map(|tag| tag.etag.clone()), ..GetOptions::default() };
        let read = match self.store.get_opts(&self.at(path)?, options).await {
            Ok(answer) => {
                let etag = answer.meta.e_tag.clone().filter(|etag| is_strong(etag));
                answer.bytes().await.map(|bytes| Found::Bytes { bytes, etag })
            }
            Err(error) => Err(error),
        };
        match read {
            Err(Error::NotModified { .. }) if known.is_some() => Ok(Found::Same),
            Err(error) => match (Fault::found_in(&error), &error) {
                (Fault::NotThere(None), Error::NotFound { .. }) => Ok(Found::Nothing),
                (Fault::Fetch(FetchError::TooLarge { .. }), _) => Ok(Found::TooLarge),
                (fault, _) => Err(fault),
            },
            Ok(found) => Ok(found),
        }
    }

    /// Writes a file, and gives its entity tag if it tells these bytes from all others.
    pub(super) async fn write(&self, path: &str, bytes: Vec<u8>) -> Result<Option<String>, Fault> {
        let mut attributes = Attributes::new();
        attributes.insert(Attribute::ContentType, media_type(path).into());
        let options = PutOptions { attributes, ..PutOptions::default() };
        let put = self.store.put_opts(&self.at(path)?, PutPayload::from(bytes), options).await;
        match put {
            Ok(put) => Ok(put.e_tag.filter(|etag| is_strong(etag))),
            Err(error) => Err(match Fault::found_in(&error) {
                // WebDAV's word for a collection that is not there (RFC 4918, 9.7.1).
                Fault::Conflict if !self.is_bucket => Fault::NotThere(None),
                fault => fault,
            }),
        }
    }

    /// Removes a file; that it is gone already is no fault.
    pub(super) async fn remove(&self, path: &str) -> Result<(), Fault> {
        match self.store.delete(&self.at(path)?).await {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(Fault::found_in(&error)),
        }
    }

    fn at(&self, path: &str) -> Result<Path, Fault> {
        Path::parse(self.key(path)).map_err(|error| Fault::Answer(error.to_string()))
    }

    fn key(&self, path: &str) -> String {
        if self.prefix.is_empty() { path.to_owned() } else { format!("{}/{path}", self.prefix) }
    }
}

/// By path, not by host: names of buckets need not fit into certificates. Deleted one by one: not every store has more.
fn signed(bucket: &Bucket, key: Option<&PublishingKey>) -> AmazonS3Builder {
    let builder = AmazonS3Builder::new()
        .with_bucket_name(&bucket.name)
        .with_endpoint(bucket.endpoint.as_str().trim_end_matches('/'))
        .with_region(&bucket.region)
        .with_virtual_hosted_style_request(false)
        .with_disable_bulk_delete(true);
    let Some(key) = key else { return builder.with_skip_signature(true) };
    let builder = builder.with_access_key_id(&key.name).with_secret_access_key(key.secret.expose());
    match &key.session {
        Some(session) => builder.with_token(session.expose()),
        None => builder,
    }
}

/// A weak tag may stand for other bytes, too (RFC 9110, 8.8.1).
fn is_strong(etag: &str) -> bool {
    !etag.is_empty() && !etag.starts_with("W/")
}

/// The media type of a file of a site.
fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "svg" => "image/svg+xml",
        "json" => "application/json",
        "jwt" => "application/jwt",
        "xml" if path.ends_with("feed.xml") => "application/atom+xml",
        "xml" => "application/xml",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
