//! A site on disk: writes what changed, removes what is gone, and touches nothing that it did not make ([`crate::plan`]).

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use lapel_share::SiteFile;
use lapel_wallet::api::ApiError;
use openbadges::document::sha256_hex;

use crate::plan::{MANIFEST, Manifest, Plan, Written, plan};

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

pub(crate) fn first(files: &[String]) -> String {
    match files {
        [some @ .., _] if some.len() > 4 => format!("{} and {} more", files[..4].join(", "), files.len() - 4),
        _ => files.join(", "),
    }
}

/// Writes the site of `files` into `folder`, which is made if it is not there. Files whose bytes are right are left
/// alone, and each of the others is replaced in one step. Files that an earlier export made and that the site no longer
/// has are removed, and so are folders that are empty then.
///
/// # Errors
/// [`SiteError`]; but for [`SiteError::Io`] nothing was written then.
pub fn write_site(folder: &Path, files: &[SiteFile]) -> Result<Written, SiteError> {
    let before = read_manifest(folder)?;
    let mut there = BTreeMap::new();
    for path in before.paths(files).map_err(SiteError::Outside)? {
        follows_no_link(folder, &path)?;
        if let Some(digest) = digest_of(&folder.join(&path))? {
            there.insert(path, digest);
        }
    }
    let Plan { write: steps, unchanged, remove: gone, kept } =
        plan(files, &before, &there).map_err(SiteError::InTheWay)?;
    fs::create_dir_all(folder).map_err(|error| SiteError::Io(folder.to_owned(), error))?;
    write_manifest(folder, &before.with(files))?;
    let changed = steps.concat();
    for file in &changed {
        write(&folder.join(&file.path), &file.bytes)?;
    }
    for path in &gone {
        remove(folder, path)?;
    }
    write_manifest(folder, &Manifest::of(files))?;
    let written = changed.into_iter().map(|file| file.path.clone()).collect();
    Ok(Written { written, unchanged, removed: gone, kept })
}

/// Refuses paths below `folder` that go through a symbolic link.
fn follows_no_link(folder: &Path, path: &str) -> Result<(), SiteError> {
    let mut place = folder.to_owned();
    for name in Path::new(path) {
        place.push(name);
        match fs::symlink_metadata(&place) {
            Ok(found) if found.file_type().is_symlink() => return Err(SiteError::Outside(path.to_owned())),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(SiteError::Io(place, error)),
        }
    }
    Ok(())
}

fn read_manifest(folder: &Path) -> Result<Manifest, SiteError> {
    let path = folder.join(MANIFEST);
    match fs::read(&path) {
        Ok(text) => Manifest::read(&text).map_err(|error| SiteError::Manifest(error.to_string())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Manifest::default()),
        Err(error) => Err(SiteError::Io(path, error)),
    }
}

fn write_manifest(folder: &Path, manifest: &Manifest) -> Result<(), SiteError> {
    let (text, path) = (manifest.text(), folder.join(MANIFEST));
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
        write_manifest(folder, &read_manifest(folder).unwrap().with(&next)).unwrap();
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
