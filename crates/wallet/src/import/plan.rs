//! What an import is to look into: folders are walked before anything is opened, so that there is something to count.

use std::ffi::OsStr;
use std::fs::{self, DirEntry};
use std::io;
use std::path::Path;

use crate::api::{ApiError, ImportLine, ImportOutcome};
use crate::source::Source;
use crate::store::Plan;

/// The most files of one import.
const MOST_FILES: usize = 100_000;
/// The most levels of folders within folders.
const DEEPEST: usize = 64;

/// The sources with every folder among them replaced by the regular files in it and in the folders in it, sorted by
/// name. Hidden files and symbolic links inside folders are left aside and counted; a link could lead anywhere, and
/// round in circles. A folder that has no file in it stays, so that reading it says so; what cannot be listed is told
/// of. Paths become absolute: whoever goes on with the import may do so from another folder.
pub(super) fn plan(sources: Vec<Source>) -> Result<Plan, ApiError> {
    planned(sources, &list)
}

/// What is in a folder, as far as it can be listed, and why not further.
type Listed = (Vec<DirEntry>, Option<io::Error>);

fn list(folder: &Path) -> Listed {
    match fs::read_dir(folder) {
        Ok(entries) => {
            let (mut listed, mut broken) = (Vec::new(), None);
            for entry in entries {
                match entry {
                    Ok(entry) => listed.push(entry),
                    Err(error) => broken = broken.or(Some(error)),
                }
            }
            (listed, broken)
        }
        Err(error) => (Vec::new(), Some(error)),
    }
}

fn planned(sources: Vec<Source>, list: &dyn Fn(&Path) -> Listed) -> Result<Plan, ApiError> {
    let mut plan = Plan::default();
    for source in sources {
        let name = source.name();
        match source {
            Source::Path(path) | Source::File { path, .. } => {
                let path = std::path::absolute(&path).unwrap_or(path);
                if path.is_dir() {
                    plan.walk(list, &path, &name, 0)?;
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
        if self.sources.len() + self.unlisted.len() == MOST_FILES {
            return Err(ApiError::new(
                "import.too-many-files",
                format!("these are more than {MOST_FILES} files"),
                "Import folder by folder.",
            ));
        }
        self.sources.push(source);
        Ok(())
    }

    fn walk(
        &mut self,
        list: &dyn Fn(&Path) -> Listed,
        folder: &Path,
        name: &str,
        depth: usize,
    ) -> Result<(), ApiError> {
        if depth > DEEPEST {
            return Err(ApiError::new(
                "import.folder-too-deep",
                format!("folders lie more than {DEEPEST} deep in \u{201c}{name}\u{201d}"),
                "Import the folders inside it.",
            ));
        }
        let before = self.sources.len();
        let (mut entries, broken) = list(folder);
        entries.sort_by_key(DirEntry::file_name);
        for entry in entries {
            let (path, file_name) = (entry.path(), entry.file_name());
            let name = Path::new(name).join(&file_name).display().to_string();
            // One of which nobody knows what it is says so when it is read.
            let kind = entry.file_type().ok();
            if kind.is_some_and(|kind| kind.is_symlink()) {
                self.links_skipped += 1;
            } else if is_hidden(&file_name) {
                self.hidden_skipped += 1;
            } else if kind.is_some_and(|kind| kind.is_dir()) {
                self.walk(list, &path, &name, depth + 1)?;
            } else {
                self.push(Source::File { path, name })?;
            }
        }
        if let Some(error) = broken {
            let outcome = ImportOutcome::Failed { error: unreadable(&error) };
            self.unlisted.push(ImportLine { source: name.to_owned(), outcome });
        } else if self.sources.len() == before && depth == 0 {
            self.push(Source::File { path: folder.to_owned(), name: name.to_owned() })?;
        }
        Ok(())
    }
}

fn unreadable(error: &io::Error) -> ApiError {
    ApiError::new(
        "import.unreadable-folder",
        format!("this folder could not be read, or not to its end: {error}"),
        "Check that you may read it, and import it again.",
    )
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

    /// As on a network drive that goes away, or a damaged disk.
    #[test]
    fn a_folder_that_breaks_off_is_told_of_and_what_it_gave_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for inner in ["a", "b"] {
            fs::create_dir(root.join(inner)).unwrap();
            fs::write(root.join(inner).join("1.json"), "{}").unwrap();
        }
        let breaks_off = |folder: &Path| {
            let (entries, _) = list(folder);
            (entries, folder.ends_with("a").then(|| io::Error::other("it went away")))
        };
        let here = || vec![Source::File { path: root.to_owned(), name: "here".to_owned() }];
        let plan = planned(here(), &breaks_off).unwrap();
        let names: Vec<String> = plan.sources.iter().map(Source::name).collect();
        assert_eq!(names, ["here/a/1.json", "here/b/1.json"]);
        let [ImportLine { source, outcome: ImportOutcome::Failed { error } }] = plan.unlisted.as_slice()
        else {
            panic!("{plan:?}")
        };
        assert_eq!((source.as_str(), error.code.as_str()), ("here/a", "import.unreadable-folder"));
        assert!(error.message.contains("it went away"), "{}", error.message);

        let nothing = |_: &Path| (Vec::new(), Some(io::Error::other("no")));
        let plan = planned(here(), &nothing).unwrap();
        assert_eq!((plan.sources.len(), plan.unlisted.len()), (0, 1));
    }

    #[test]
    fn a_path_from_here_becomes_one_from_anywhere() {
        let planned = plan(vec![Source::Path("badge.png".into())]).unwrap();
        let [Source::File { path, name }] = planned.sources.as_slice() else { panic!("{planned:?}") };
        assert!(path.is_absolute() && path.ends_with("badge.png"));
        assert_eq!(name, "badge.png");
    }
}
