//! What has to be done to a place so that it holds a site: what to write, what to leave, what to remove, and what is in the
//! way. Pure; a folder and a remote store are brought up to date by it alike.
//!
//! `lapel-portfolio.json` at the place says which files Lapel made, by their digests. Before a file is written its digest is
//! in that list, so that an export which was cut off is gone on with by the next.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path};

use lapel_share::SiteFile;
use openbadges::document::sha256_hex;
use serde::{Deserialize, Serialize};

/// The list of what Lapel made.
pub const MANIFEST: &str = "lapel-portfolio.json";

/// What bringing a place up to date did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Written {
    /// Files that were written.
    pub written: Vec<String>,
    /// How many were as they should be already.
    pub unchanged: usize,
    /// Files of an earlier export that were removed.
    pub removed: Vec<String>,
    /// Files of an earlier export that are no longer part of the site, but were changed by somebody, and stay.
    pub kept: Vec<String>,
}

/// The files that Lapel made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    made_by: String,
    /// Each with the digests that it has or is about to get.
    pub(crate) files: BTreeMap<String, Vec<String>>,
    /// What a remote store calls the bytes that it has, where it told so: they need not be read again to be known.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) tags: BTreeMap<String, Tag>,
}

/// An entity tag, and the digest of the bytes that it was given to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tag {
    pub(crate) etag: String,
    pub(crate) sha256: String,
}

impl Manifest {
    pub(crate) fn read(text: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(text)
    }

    pub(crate) fn text(&self) -> Vec<u8> {
        // Texts and lists: writing them to memory does not fail.
        let mut text = serde_json::to_vec_pretty(self).unwrap_or_default();
        text.push(b'\n');
        text
    }

    /// Of `files` alone.
    pub(crate) fn of(files: &[SiteFile]) -> Self {
        Self::default().with(files)
    }

    /// The same, with the digests of `files` besides.
    pub(crate) fn with(&self, files: &[SiteFile]) -> Self {
        let mut all = Self { made_by: "Lapel".to_owned(), ..self.clone() };
        for file in files {
            let digests = all.files.entry(file.path.clone()).or_default();
            let digest = sha256_hex(&file.bytes);
            if !digests.contains(&digest) {
                digests.push(digest);
            }
        }
        all
    }

    /// Whether Lapel made the file at `path`, if that has this digest.
    fn made(&self, path: &str, digest: &str) -> bool {
        self.files.get(path).is_some_and(|digests| digests.iter().any(|known| known == digest))
    }

    /// Every path that counts for bringing a place up to date: those of `files`, and those of this list.
    ///
    /// # Errors
    /// A path that is no plain name below the place, or is the list itself.
    pub(crate) fn paths(&self, files: &[SiteFile]) -> Result<BTreeSet<String>, String> {
        let paths = files.iter().map(|file| &file.path).chain(self.files.keys());
        paths.map(|path| if is_plain(path) { Ok(path.clone()) } else { Err(path.clone()) }).collect()
    }
}

fn is_plain(path: &str) -> bool {
    let plain = |component| matches!(component, Component::Normal(_));
    !path.is_empty() && path != MANIFEST && Path::new(path).components().all(plain)
}

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Plan<'a> {
    /// What to write, in steps: each refers only to what is of a step before it, or is there already.
    pub(crate) write: Vec<Vec<&'a SiteFile>>,
    /// How many are as they should be.
    pub(crate) unchanged: usize,
    /// What to remove, after all is written.
    pub(crate) remove: Vec<String>,
    /// What an earlier export made and somebody changed since: it stays.
    pub(crate) kept: Vec<String>,
}

/// What is to be done so that a place holds `files`: `before` is its list, `there` has the digest of each file that counts
/// ([`Manifest::paths`]) and is there.
///
/// # Errors
/// The files that are in the way: Lapel did not make them, or somebody changed them since.
pub(crate) fn plan<'a>(
    files: &'a [SiteFile],
    before: &Manifest,
    there: &BTreeMap<String, String>,
) -> Result<Plan<'a>, Vec<String>> {
    let (mut write, mut in_the_way) = (vec![Vec::new(); STEPS], Vec::new());
    let mut unchanged = 0;
    for file in files {
        match there.get(&file.path) {
            Some(digest) if *digest == sha256_hex(&file.bytes) => unchanged += 1,
            Some(digest) if !before.made(&file.path, digest) => in_the_way.push(file.path.clone()),
            _ => write[step(&file.path)].push(file),
        }
    }
    if !in_the_way.is_empty() {
        return Err(in_the_way);
    }
    write.retain(|step| !step.is_empty());
    let wanted: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let gone = there.iter().filter(|(path, _)| !wanted.contains(path.as_str()));
    let (remove, kept): (Vec<_>, Vec<_>) = gone.partition(|(path, digest)| before.made(path, digest));
    let paths = |files: Vec<(&String, _)>| files.into_iter().map(|(path, _)| path.clone()).collect();
    Ok(Plan { write, unchanged, remove: paths(remove), kept: paths(kept) })
}

const STEPS: usize = 4;

/// In which step a file is written: pictures and credentials, the pages of badges, the lists, what leads to all of it.
fn step(path: &str) -> usize {
    match path.split_once('/') {
        None => 3,
        Some(("badges", rest)) if rest.ends_with("/index.html") => 1,
        Some(("badges", _)) => 0,
        Some(_) => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> SiteFile {
        SiteFile { path: path.to_owned(), bytes: text.as_bytes().to_vec() }
    }

    fn there(files: &[(&str, &str)]) -> BTreeMap<String, String> {
        files.iter().map(|(path, text)| ((*path).to_owned(), sha256_hex(text.as_bytes()))).collect()
    }

    #[test]
    fn what_is_referred_to_is_written_first() {
        let site = ["index.html", "skills/index.html", "badges/a/index.html", "badges/a/verify.html"];
        let site = site.map(|path| file(path, path));
        let plan = plan(&site, &Manifest::default(), &BTreeMap::new()).unwrap();
        let written: Vec<&str> = plan.write.concat().iter().map(|file| file.path.as_str()).collect();
        let order = ["badges/a/verify.html", "badges/a/index.html", "skills/index.html", "index.html"];
        assert_eq!(written, order);
        assert_eq!(plan.write.len(), 4);
    }

    #[test]
    fn each_file_is_written_left_removed_kept_or_in_the_way() {
        let old = ["same", "stale", "gone", "edited", "missing"].map(|path| file(path, "1"));
        let before = Manifest::of(&old);
        let now = there(&[("same", "1"), ("stale", "1"), ("gone", "1"), ("edited", "x"), ("alike", "2")]);
        let site = [file("same", "1"), file("stale", "2"), file("new", "2"), file("alike", "2")];
        let made = plan(&site, &before, &now).unwrap();
        assert_eq!(made.write, [vec![&site[1], &site[2]]]);
        assert_eq!(
            (made.unchanged, made.remove, made.kept),
            (2, vec!["gone".to_owned()], vec!["edited".to_owned()])
        );
        let site = [file("edited", "2"), file("foreign", "2"), file("new", "2")];
        let now = there(&[("edited", "x"), ("foreign", "x")]);
        assert_eq!(plan(&site, &before, &now), Err(vec!["edited".to_owned(), "foreign".to_owned()]));
    }

    #[test]
    fn a_list_of_an_earlier_version_is_read() {
        let text = br#"{ "made_by": "Lapel", "files": { "a": ["00"] } }"#;
        let manifest = Manifest::read(text).unwrap();
        assert!(manifest.made("a", "00") && manifest.tags.is_empty());
        assert!(!String::from_utf8(manifest.text()).unwrap().contains("tags"));
        assert_eq!(manifest.paths(&[]).unwrap().len(), 1);
        for path in ["../x", "/etc/x", "a/../../x", "", MANIFEST] {
            assert_eq!(manifest.paths(&[file(path, "x")]), Err(path.to_owned()));
        }
    }
}
