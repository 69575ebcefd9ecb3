//! What the app is started with: files and folders to bring in, and links that are offered.

use std::path::{Path, PathBuf};

use lapel_wallet::deep_link::is_link;
use tauri::Url;

/// The arguments of a start, sorted out.
#[derive(Default)]
pub(crate) struct Arguments {
    /// Files and folders.
    pub(crate) files: Vec<PathBuf>,
    /// Links.
    pub(crate) links: Vec<String>,
}

impl Arguments {
    /// Reads `arguments` as seen from `folder`. Options are none of ours; a desktop may add some.
    pub(crate) fn read(arguments: impl Iterator<Item = String>, folder: &Path) -> Self {
        let mut read = Self::default();
        for argument in arguments.filter(|argument| !argument.starts_with('-')) {
            if is_link(&argument) {
                read.links.push(argument);
            } else {
                // Desktops hand files over as addresses, too.
                let file = Url::parse(&argument).ok().filter(|url| url.scheme() == "file");
                let file = file.and_then(|url| url.to_file_path().ok());
                read.files.push(file.unwrap_or_else(|| folder.join(argument)));
            }
        }
        read
    }
}
