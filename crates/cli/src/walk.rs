//! Folders given to `lapel import`, walked.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The most files of one folder, with all that is in it.
pub(crate) const MOST_FILES: usize = 100_000;
/// The most levels of folders within folders.
const DEEPEST: usize = 64;

/// The regular files in `folder` and the folders in it, sorted by path. Hidden files and symbolic links are
/// left out; a link could lead anywhere, and round in circles.
pub(crate) fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    walk(folder, 0, &mut found)?;
    Ok(found)
}

fn walk(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> io::Result<()> {
    if depth > DEEPEST {
        return Err(io::Error::other(format!(
            "folders lie more than {DEEPEST} deep in {}",
            folder.display()
        )));
    }
    let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let kind = entry.file_type()?;
        if is_hidden(&entry.file_name()) {
            continue;
        }
        if kind.is_dir() {
            walk(&entry.path(), depth + 1, found)?;
        } else if kind.is_file() {
            if found.len() == MOST_FILES {
                return Err(io::Error::other(format!("there are more than {MOST_FILES} files in it")));
            }
            found.push(entry.path());
        }
    }
    Ok(())
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_come_sorted_without_what_is_hidden_or_linked() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("b/c")).unwrap();
        fs::create_dir_all(root.join(".git")).unwrap();
        for file in ["z.png", "b/c/1.json", "b/a.svg", ".DS_Store", ".git/config", "a.png"] {
            fs::write(root.join(file), file).unwrap();
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(root, root.join("b/round")).unwrap();
            std::os::unix::fs::symlink(root.join("a.png"), root.join("link.png")).unwrap();
        }
        let found: Vec<PathBuf> =
            files(root).unwrap().iter().map(|path| path.strip_prefix(root).unwrap().to_owned()).collect();
        assert_eq!(found, ["a.png", "b/a.svg", "b/c/1.json", "z.png"].map(PathBuf::from));
    }
}
