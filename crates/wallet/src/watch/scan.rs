//! What is in a watched folder now.

use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// The most files of one folder, with all that is in it.
const MOST_FILES: usize = 50_000;
/// The most levels of folders within folders.
const DEEPEST: usize = 32;
/// How browsers and other programs name what is not whole yet.
const UNFINISHED: [&str; 7] = ["part", "partial", "crdownload", "opdownload", "download", "tmp", "temp"];

/// By what it is seen that a file changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    /// Bytes.
    pub(super) size: u64,
    /// Nanoseconds since 1970.
    pub(super) modified: i64,
}

impl Stamp {
    pub(super) fn of(metadata: &Metadata) -> Self {
        let modified = metadata.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        let modified = modified.and_then(|at| i64::try_from(at.as_nanos()).ok()).unwrap_or_default();
        Self { size: metadata.len(), modified }
    }
}

/// The files of a folder.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// Each with its path, sorted within each folder.
    pub(super) files: Vec<(PathBuf, Stamp)>,
    /// Whether there are more, or some lie deeper.
    pub(super) too_many: bool,
}

/// The regular files in `folder` and the folders in it, but not in `except`. Left out is what is hidden, empty or
/// named like a download under way, and every symbolic link: it could lead out of the folder. A folder within that
/// cannot be read is left out; that `folder` itself cannot be read is the error.
pub(super) fn scan(folder: &Path, except: &Path) -> io::Result<Scan> {
    let mut scan = Scan::default();
    let mut folders = vec![(folder.to_owned(), 0)];
    while let Some((inner, depth)) = folders.pop() {
        let entries = match fs::read_dir(&inner) {
            Err(error) if depth == 0 => return Err(error),
            Err(_) => continue,
            Ok(entries) => entries,
        };
        let mut entries: Vec<_> = entries.flatten().collect();
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let Ok(kind) = entry.file_type() else { continue };
            let path = entry.path();
            if is_unfinished(&entry.file_name()) || path == except {
                continue;
            }
            if kind.is_dir() {
                if depth == DEEPEST {
                    scan.too_many = true;
                } else {
                    folders.push((path, depth + 1));
                }
            } else if kind.is_file()
                && let Ok(metadata) = entry.metadata()
                && metadata.len() > 0
            {
                if scan.files.len() == MOST_FILES {
                    scan.too_many = true;
                    return Ok(scan);
                }
                scan.files.push((path, Stamp::of(&metadata)));
            }
        }
    }
    Ok(scan)
}

/// Whether a name says that this is nobody's file yet: hidden, a lock, a draft or a download under way.
fn is_unfinished(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    if name.starts_with(b".") || name.starts_with(b"~") || name.ends_with(b"~") {
        return true;
    }
    let Some(dot) = name.iter().rposition(|byte| *byte == b'.') else { return false };
    UNFINISHED.iter().any(|extension| name[dot + 1..].eq_ignore_ascii_case(extension.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_what_is_not_whole_yet() {
        for name in
            [".hidden", "~$letter.docx", "badge.json~", "badge.png.part", "Badge.PNG.CRDOWNLOAD", "a.tmp"]
        {
            assert!(is_unfinished(OsStr::new(name)), "{name}");
        }
        for name in ["badge.png", "part", "tmp.json", "partial", "a.party"] {
            assert!(!is_unfinished(OsStr::new(name)), "{name}");
        }
    }

    #[test]
    fn links_and_what_is_excepted_are_left_out() {
        let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let root = folder.path();
        fs::create_dir_all(root.join("a/b")).unwrap();
        fs::create_dir_all(root.join("wallet")).unwrap();
        for file in ["1.json", "a/2.json", "a/b/3.json", "wallet/wallet.db", "empty.json"] {
            fs::write(root.join(file), if file == "empty.json" { "" } else { file }).unwrap();
        }
        fs::write(elsewhere.path().join("4.json"), "4").unwrap();
        #[cfg(unix)]
        for (link, to) in
            [("out", elsewhere.path().to_owned()), ("file.json", elsewhere.path().join("4.json"))]
        {
            std::os::unix::fs::symlink(to, root.join(link)).unwrap();
        }
        let scan = scan(root, &root.join("wallet")).unwrap();
        let mut found: Vec<_> =
            scan.files.iter().map(|(path, _)| path.strip_prefix(root).unwrap().to_owned()).collect();
        found.sort();
        assert_eq!(found, ["1.json", "a/2.json", "a/b/3.json"].map(PathBuf::from));
        assert!(!scan.too_many);
    }
}
