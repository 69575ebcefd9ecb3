//! A site on disk: writes what changed, removes what is gone, and touches nothing that it did not make.
//!
//! `lapel-portfolio.json` in the site's folder says which files Lapel made, by their digests. Before a file is written its
//! digest is in that list, so that an export which was cut off is gone on with by the next.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use lapel_share::SiteFile;
use lapel_wallet::api::ApiError;
use openbadges::document::sha256_hex;
use serde::{Deserialize, Serialize};

/// The list of what Lapel made.
pub const MANIFEST: &str = "lapel-portfolio.json";

/// What writing a site did.
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

/// Why a site was not written.
#[derive(Debug)]
#[non_exhaustive]
pub enum SiteError {
    /// These files are in the way: Lapel did not make them, or somebody changed them since. Nothing was written.
    InTheWay(Vec<String>),
    /// A path that leads out of the folder, or through a symbolic link. Nothing was written.
    Outside(String),
    /// The list of an earlier export cannot be read. Nothing was written.
    Manifest(String),
    /// A file could not be read, written or removed.
    Io(PathBuf, io::Error),
}

impl From<SiteError> for ApiError {
    fn from(error: SiteError) -> Self {
        match error {
            SiteError::InTheWay(files) => Self::new(
                "portfolio.in-the-way",
                format!("these files are not as Lapel made them: {}", first(&files)),
                "Move them away, or write the portfolio into another folder. Nothing was changed.",
            ),
            SiteError::Outside(path) => Self::new(
                "portfolio.outside",
                format!("{path} leads out of the folder"),
                "Write the portfolio into a folder without symbolic links. Nothing was changed.",
            ),
            SiteError::Manifest(problem) => Self::new(
                "portfolio.manifest",
                format!("{MANIFEST} cannot be read: {problem}"),
                "Write the portfolio into an empty folder. Nothing was changed.",
            ),
            SiteError::Io(path, error) => Self::new(
                "portfolio.not-written",
                format!("{}: {error}", path.display()),
                "Choose a folder that you may write to, and export again: it goes on where it was.",
            ),
        }
    }
}

fn first(files: &[String]) -> String {
    match files {
        [some @ .., _] if some.len() > 4 => format!("{} and {} more", files[..4].join(", "), files.len() - 4),
        _ => files.join(", "),
    }
}

/// The files that Lapel made, each with the digests that it has or is about to get.
#[derive(Default, Serialize, Deserialize)]
struct Manifest {
    made_by: String,
    files: BTreeMap<String, Vec<String>>,
}

/// Writes the site of `files` into `folder`, which is made if it is not there. Files whose bytes are right are left
/// alone, and each of the others is replaced in one step. Files that an earlier export made and that the site no longer
/// has are removed, and so are folders that are empty then.
///
/// # Errors
/// [`SiteError`]; but for [`SiteError::Io`] nothing was written then.
pub fn write_site(folder: &Path, files: &[SiteFile]) -> Result<Written, SiteError> {
    let before = read_manifest(folder)?;
    let wanted: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    for path in wanted.iter().copied().chain(before.files.keys().map(String::as_str)) {
        is_inside(folder, path)?;
    }
    let changed = changed(folder, files, &before)?;
    let mut report = Written { unchanged: files.len() - changed.len(), ..Written::default() };
    fs::create_dir_all(folder).map_err(|error| SiteError::Io(folder.to_owned(), error))?;
    write_manifest(folder, &both(&before, files))?;
    for file in changed {
        write(&folder.join(&file.path), &file.bytes)?;
        report.written.push(file.path.clone());
    }
    for (path, digests) in before.files.iter().filter(|(path, _)| !wanted.contains(path.as_str())) {
        match digest_of(&folder.join(path))? {
            Some(digest) if digests.contains(&digest) => {
                remove(folder, path)?;
                report.removed.push(path.clone());
            }
            Some(_) => report.kept.push(path.clone()),
            None => {}
        }
    }
    write_manifest(folder, &both(&Manifest::default(), files))?;
    Ok(report)
}

/// The files that are not there yet, or are there as an earlier export made them; or those that are in the way.
fn changed<'a>(
    folder: &Path,
    files: &'a [SiteFile],
    before: &Manifest,
) -> Result<Vec<&'a SiteFile>, SiteError> {
    let (mut changed, mut in_the_way) = (Vec::new(), Vec::new());
    for file in files {
        let made = before.files.get(&file.path);
        match digest_of(&folder.join(&file.path))? {
            None => changed.push(file),
            Some(digest) if digest == sha256_hex(&file.bytes) => {}
            Some(digest) if made.is_some_and(|digests| digests.contains(&digest)) => changed.push(file),
            Some(_) => in_the_way.push(file.path.clone()),
        }
    }
    if in_the_way.is_empty() { Ok(changed) } else { Err(SiteError::InTheWay(in_the_way)) }
}

/// Refuses paths that are not plain names below `folder`, or that go through a symbolic link.
fn is_inside(folder: &Path, path: &str) -> Result<(), SiteError> {
    let outside = || SiteError::Outside(path.to_owned());
    let mut place = folder.to_owned();
    for component in Path::new(path).components() {
        let Component::Normal(name) = component else { return Err(outside()) };
        place.push(name);
        match fs::symlink_metadata(&place) {
            Ok(found) if found.file_type().is_symlink() => return Err(outside()),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(SiteError::Io(place, error)),
        }
    }
    if path.is_empty() || path == MANIFEST { Err(outside()) } else { Ok(()) }
}

fn both(before: &Manifest, files: &[SiteFile]) -> Manifest {
    let mut all = Manifest { made_by: "Lapel".to_owned(), files: before.files.clone() };
    for file in files {
        let digests = all.files.entry(file.path.clone()).or_default();
        let digest = sha256_hex(&file.bytes);
        if !digests.contains(&digest) {
            digests.push(digest);
        }
    }
    all
}

fn read_manifest(folder: &Path) -> Result<Manifest, SiteError> {
    let path = folder.join(MANIFEST);
    match fs::read(&path) {
        Ok(text) => serde_json::from_slice(&text).map_err(|error| SiteError::Manifest(error.to_string())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Manifest::default()),
        Err(error) => Err(SiteError::Io(path, error)),
    }
}

fn write_manifest(folder: &Path, manifest: &Manifest) -> Result<(), SiteError> {
    // Texts and lists: writing them to memory does not fail.
    let mut text = serde_json::to_vec_pretty(manifest).unwrap_or_default();
    text.push(b'\n');
    let path = folder.join(MANIFEST);
    match fs::read(&path) {
        Ok(there) if there == text => Ok(()),
        _ => write(&path, &text),
    }
}

fn digest_of(path: &Path) -> Result<Option<String>, SiteError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(sha256_hex(&bytes))),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(SiteError::Io(path.to_owned(), error)),
    }
}

/// Writes a file in one step: whoever reads it meets the old bytes or the new ones.
fn write(path: &Path, bytes: &[u8]) -> Result<(), SiteError> {
    let failed = |error| SiteError::Io(path.to_owned(), error);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".lapel-new");
    let beside = path.with_file_name(name);
    File::create(&beside)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&beside, path))
        .inspect_err(|_| {
            // The first error is the one to tell.
            let _ = fs::remove_file(&beside);
        })
        .map_err(failed)
}

/// Removes a file, and the folders around it that are empty then.
fn remove(folder: &Path, path: &str) -> Result<(), SiteError> {
    let file = folder.join(path);
    fs::remove_file(&file).map_err(|error| SiteError::Io(file.clone(), error))?;
    for above in file.ancestors().skip(1).take_while(|above| *above != folder) {
        if fs::remove_dir(above).is_err() {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> SiteFile {
        SiteFile { path: path.to_owned(), bytes: text.as_bytes().to_vec() }
    }

    fn read(folder: &Path, path: &str) -> Option<String> {
        fs::read_to_string(folder.join(path)).ok()
    }

    #[test]
    fn a_second_export_writes_what_changed_and_removes_what_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        fs::write(folder.join("CNAME"), "ada.example").unwrap();
        let first =
            [file("index.html", "1"), file("badges/a/index.html", "a"), file("badges/b/index.html", "b")];
        assert_eq!(write_site(folder, &first).unwrap().written.len(), 3);
        let same = write_site(folder, &first).unwrap();
        assert_eq!((same.written.len(), same.unchanged), (0, 3));
        let second = [file("index.html", "2"), file("badges/b/index.html", "b")];
        let report = write_site(folder, &second).unwrap();
        assert_eq!(report.written, ["index.html"]);
        assert_eq!(report.removed, ["badges/a/index.html"]);
        assert!(!folder.join("badges/a").exists());
        assert_eq!(read(folder, "index.html").as_deref(), Some("2"));
        assert_eq!(read(folder, "CNAME").as_deref(), Some("ada.example"));
    }

    #[test]
    fn what_others_made_or_changed_is_not_touched() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        fs::write(folder.join("index.html"), "mine").unwrap();
        let site = [file("index.html", "1"), file("new.html", "n")];
        assert!(
            matches!(write_site(folder, &site), Err(SiteError::InTheWay(files)) if files == ["index.html"])
        );
        assert_eq!(read(folder, "index.html").as_deref(), Some("mine"));
        assert_eq!(read(folder, "new.html"), None);
        fs::remove_file(folder.join("index.html")).unwrap();
        write_site(folder, &site).unwrap();
        fs::write(folder.join("new.html"), "edited").unwrap();
        assert!(matches!(write_site(folder, &[file("new.html", "m")]), Err(SiteError::InTheWay(_))));
        let report = write_site(folder, &site[..1]).unwrap();
        assert_eq!(report.kept, ["new.html"]);
        assert_eq!(read(folder, "new.html").as_deref(), Some("edited"));
    }

    #[test]
    fn an_export_that_was_cut_off_is_gone_on_with() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        write_site(folder, &[file("a", "1"), file("b", "1")]).unwrap();
        let next = [file("a", "2"), file("b", "2")];
        // As far as the first of two files.
        write_manifest(folder, &both(&read_manifest(folder).unwrap(), &next)).unwrap();
        write(&folder.join("a"), b"2").unwrap();
        let report = write_site(folder, &next).unwrap();
        assert_eq!((report.written, report.unchanged), (vec!["b".to_owned()], 1));
    }

    #[test]
    fn nothing_leads_out_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        for path in ["../x", "/etc/x", "a/../../x", "", MANIFEST] {
            assert!(
                matches!(write_site(folder.path(), &[file(path, "x")]), Err(SiteError::Outside(_))),
                "{path}"
            );
        }
        #[cfg(unix)]
        {
            let elsewhere = tempfile::tempdir().unwrap();
            std::os::unix::fs::symlink(elsewhere.path(), folder.path().join("badges")).unwrap();
            let written = write_site(folder.path(), &[file("badges/x", "x")]);
            assert!(matches!(written, Err(SiteError::Outside(_))));
        }
    }
}
