//! What an import is to look into: folders are walked before anything is opened, so that there is something to count.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::Path;

use crate::api::ApiError;
use crate::source::Source;
use crate::store::Plan;

/// The most files of one import.
const MOST_FILES: usize = 100_000;
/// The most levels of folders within folders.
const DEEPEST: usize = 64;

/// The sources with every folder among them replaced by the regular files in it and in the folders in it, sorted by
/// name. Hidden files and symbolic links inside folders are left aside and counted; a link could lead anywhere, and
/// round in circles. A folder that cannot be read, or that has no file in it, stays, so that reading it says so. Paths
/// become absolute: whoever goes on with the import may do so from another folder.
pub(super) fn plan(sources: Vec<Source>) -> Result<Plan, ApiError> {
    let mut plan = Plan::default();
    for source in sources {
        let name = source.name();
        match source {
            Source::Path(path) | Source::File { path, .. } => {
                let path = std::path::absolute(&path).unwrap_or(path);
                if path.is_dir() {
                    plan.walk(&path, &name, 0)?;
                } else {
                    plan.push(Source::File { path, name })?;
                }
            }
            other => plan.push(other)?,
        }
    }
    Ok(plan)
}

impl Plan {
    fn push(&mut self, source: Source) -> Result<(), ApiError> {
        if self.sources.len() == MOST_FILES {
            return Err(ApiError::new(
                "import.too-many-files",
                format!("these are more than {MOST_FILES} files"),
                "Import folder by folder.",
            ));
        }
        self.sources.push(source);
        Ok(())
    }

    fn walk(&mut self, folder: &Path, name: &str, depth: usize) -> Result<(), ApiError> {
        if depth > DEEPEST {
            return Err(ApiError::new(
                "import.folder-too-deep",
                format!("folders lie more than {DEEPEST} deep in \u{201c}{name}\u{201d}"),
                "Import the folders inside it.",
            ));
        }
        let before = self.sources.len();
        let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let mut entries = entries.unwrap_or_default();
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let (path, file_name) = (entry.path(), entry.file_name());
            let name = Path::new(name).join(&file_name).display().to_string();
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_symlink() {
                self.links_skipped += 1;
            } else if is_hidden(&file_name) {
                self.hidden_skipped += 1;
            } else if kind.is_dir() {
                self.walk(&path, &name, depth + 1)?;
            } else {
                self.push(Source::File { path, name })?;
            }
        }
        let inside = self.sources.len() > before;
        if !inside && (depth == 0 || fs::read_dir(folder).is_err()) {
            self.push(Source::File { path: folder.to_owned(), name: name.to_owned() })?;
        }
        Ok(())
    }
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
        fs::create_dir_all(root.join("empty")).unwrap();
        fs::create_dir_all(root.join(".git")).unwrap();
        for file in ["z.png", "b/c/1.json", "b/a.svg", ".DS_Store", ".git/config", "a.png"] {
            fs::write(root.join(file), file).unwrap();
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(root, root.join("b/round")).unwrap();
            std::os::unix::fs::symlink(root.join("a.png"), root.join("link.png")).unwrap();
        }
        let plan = plan(vec![Source::File { path: root.to_owned(), name: "here".to_owned() }]).unwrap();
        let names: Vec<String> = plan.sources.iter().map(Source::name).collect();
        assert_eq!(names, ["here/a.png", "here/b/a.svg", "here/b/c/1.json", "here/z.png"]);
        assert!(
            plan.sources
                .iter()
                .all(|source| matches!(source, Source::File { path, .. } if path.is_absolute()))
        );
        assert_eq!(plan.hidden_skipped, 2);
        #[cfg(unix)]
        assert_eq!(plan.links_skipped, 2);
    }

    #[test]
    fn a_folder_without_files_stays_to_be_told_of() {
        let folder = tempfile::tempdir().unwrap();
        let planned = plan(vec![Source::Path(folder.path().to_owned())]).unwrap();
        assert_eq!(planned.sources.len(), 1);
    }

    #[test]
    fn a_path_from_here_becomes_one_from_anywhere() {
        let planned = plan(vec![Source::Path("badge.png".into())]).unwrap();
        let [Source::File { path, name }] = planned.sources.as_slice() else { panic!("{planned:?}") };
        assert!(path.is_absolute() && path.ends_with("badge.png"));
        assert_eq!(name, "badge.png");
    }
}
