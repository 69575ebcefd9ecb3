//! A site on a WebDAV server or in an S3-compatible store: writes what changed, removes what is gone, and touches nothing
//! that it did not make ([`crate::plan`]).
//!
//! The protocols are spoken by the library `object_store`; its requests go through the wallet's one way to the network
//! ([`door`]). What a file at the place holds is known by its bytes, or by the entity tag that the place gave to bytes that
//! Lapel knows: an unchanged site is asked for, and not read or written again.

mod door;
mod error;
mod place;
mod target;

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};
use lapel_share::SiteFile;
use lapel_wallet::account::PublishingKey;
use lapel_wallet::fetch::HttpFetch;
use openbadges::document::sha256_hex;

pub use error::{Fault, PublishError};
use place::{Found, Place};
pub use target::{Target, TargetOptions};

use crate::plan::{MANIFEST, Manifest, Plan, Tag, Written, plan};

/// The most bytes of a file, and of anything that a place answers.
const MAX_BYTES: usize = 64 << 20;

/// How long, how often and how much at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublishLimits {
    /// For one request, besides what its bytes take on a slow line.
    pub patience: Duration,
    /// How often a request is made again that the place had trouble with.
    pub retries: usize,
    /// How many requests are made at once.
    pub at_once: usize,
}

impl Default for PublishLimits {
    fn default() -> Self {
        Self { patience: Duration::from_secs(30), retries: 2, at_once: 4 }
    }
}

/// Brings `target` up to date with the site of `files`. Files whose bytes are right are left alone; files of an earlier
/// publication that the site no longer has are removed. What refers to others is written after them, the list of what
/// Lapel made first and last. Without a `key` it is done anonymously.
///
/// # Errors
/// [`PublishError`]; but for [`PublishError::CutOff`] nothing was written then.
pub async fn publish(
    target: &Target,
    key: Option<&PublishingKey>,
    files: &[SiteFile],
    way: HttpFetch,
    limits: PublishLimits,
) -> Result<Written, PublishError> {
    if let Some(file) = files.iter().find(|file| file.bytes.len() > MAX_BYTES) {
        return Err(PublishError::TooLarge { path: file.path.clone(), max_bytes: MAX_BYTES });
    }
    let place = target.place();
    let failed = |fault| PublishError::Place { place: place.clone(), fault };
    let mut at = Place::open(target, key, way, limits).map_err(failed)?;
    let (before, list) = read_manifest(&at, &place).await?;
    let paths: Vec<String> = before.paths(files).map_err(PublishError::Outside)?.into_iter().collect();
    at.list(&paths).await.map_err(failed)?;
    let known = look(&at, paths, &before, limits).await.map_err(failed)?;
    let there = known.iter().map(|(path, it)| (path.clone(), it.sha256.clone())).collect();
    let plan = plan(files, &before, &there)
        .map_err(|files| PublishError::InTheWay { place: place.clone(), files })?;
    let mut update = Update { at: &at, limits, list, tags: BTreeMap::new(), done: 0, begun: false };
    update.tags.extend(known.into_iter().filter(|(_, tag)| !tag.etag.is_empty()));
    match update.carry_out(&plan, files, &before).await {
        Ok(()) => {}
        Err(fault) if update.begun => {
            let of = plan.write.concat().len() + plan.remove.len();
            return Err(PublishError::CutOff { done: update.done, of, place, fault });
        }
        Err(fault) => return Err(failed(fault)),
    }
    let mut written: Vec<String> = plan.write.concat().into_iter().map(|file| file.path.clone()).collect();
    written.sort_unstable();
    Ok(Written { written, unchanged: plan.unchanged, removed: plan.remove, kept: plan.kept })
}

/// The list of what Lapel made, and its text; an empty one where nothing is there yet.
async fn read_manifest(at: &Place, place: &str) -> Result<(Manifest, Vec<u8>), PublishError> {
    let failed = |fault| PublishError::Place { place: place.to_owned(), fault };
    let unreadable = |detail: String| PublishError::Manifest { place: place.to_owned(), detail };
    match at.read(MANIFEST, None).await.map_err(failed)? {
        Found::Bytes { bytes, .. } => {
            let manifest = Manifest::read(&bytes).map_err(|error| unreadable(error.to_string()))?;
            Ok((manifest, bytes.to_vec()))
        }
        Found::TooLarge => Err(unreadable(format!("it is larger than {MAX_BYTES} bytes"))),
        Found::Nothing | Found::Same => Ok((Manifest::default(), Vec::new())),
    }
}

/// What each of `paths` holds that is there: its digest, and its entity tag or an empty one.
async fn look(
    at: &Place,
    paths: Vec<String>,
    before: &Manifest,
    limits: PublishLimits,
) -> Result<BTreeMap<String, Tag>, Fault> {
    let looked = stream::iter(paths).map(|path| async move {
        let known = before.tags.get(&path);
        let held = match at.read(&path, known).await? {
            Found::Nothing => None,
            Found::Same => known.cloned(),
            Found::Bytes { bytes, etag } => {
                Some(Tag { etag: etag.unwrap_or_default(), sha256: sha256_hex(&bytes) })
            }
            // Nothing that Lapel makes is: it has the digest of nothing.
            Found::TooLarge => Some(Tag { etag: String::new(), sha256: String::new() }),
        };
        Ok::<_, Fault>(held.map(|held| (path, held)))
    });
    looked.buffer_unordered(limits.at_once).try_filter_map(async |found| Ok(found)).try_collect().await
}

/// An update on its way.
struct Update<'a> {
    at: &'a Place,
    limits: PublishLimits,
    /// The text of the list at the place.
    list: Vec<u8>,
    /// What is known of the files there.
    tags: BTreeMap<String, Tag>,
    /// How many files were written or removed.
    done: usize,
    /// Something may have been changed.
    begun: bool,
}

impl Update<'_> {
    async fn carry_out(
        &mut self,
        plan: &Plan<'_>,
        files: &[SiteFile],
        before: &Manifest,
    ) -> Result<(), Fault> {
        self.write_list(&before.with(files)).await?;
        self.begun = true;
        for step in &plan.write {
            self.write(step).await?;
        }
        self.remove(&plan.remove).await?;
        let mut after = Manifest::of(files);
        self.tags.retain(|path, _| after.files.contains_key(path));
        after.tags = std::mem::take(&mut self.tags);
        self.write_list(&after).await
    }

    async fn write_list(&mut self, manifest: &Manifest) -> Result<(), Fault> {
        let text = manifest.text();
        if text != self.list {
            self.at.write(MANIFEST, text.clone()).await?;
            self.list = text;
        }
        Ok(())
    }

    async fn write(&mut self, files: &[&SiteFile]) -> Result<(), Fault> {
        let at = self.at;
        let files: Vec<(String, Vec<u8>)> =
            files.iter().map(|file| (file.path.clone(), file.bytes.clone())).collect();
        let mut writing = stream::iter(files)
            .map(|(path, bytes)| async move {
                let sha256 = sha256_hex(&bytes);
                let etag = at.write(&path, bytes).await?;
                Ok::<_, Fault>((path, etag.map(|etag| Tag { etag, sha256 })))
            })
            .buffer_unordered(self.limits.at_once);
        while let Some((path, tag)) = writing.try_next().await? {
            self.tags.remove(&path);
            self.tags.extend(tag.map(|tag| (path, tag)));
            self.done += 1;
        }
        Ok(())
    }

    async fn remove(&mut self, paths: &[String]) -> Result<(), Fault> {
        let at = self.at;
        let mut removing = stream::iter(paths.to_vec())
            .map(|path| async move { at.remove(&path).await })
            .buffer_unordered(self.limits.at_once);
        while let Some(()) = removing.try_next().await? {
            self.done += 1;
        }
        Ok(())
    }
}
