//! What an argument stands for: a file, standard input, a link or a badge of the wallet.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use lapel_wallet::api::ApiError;
use openbadges::artifact::MAX_BYTES;

use crate::args::badge_id;
use crate::problem::told;

/// The most bytes that are read of one input.
const MOST_BYTES: u64 = MAX_BYTES as u64;

/// What an argument stands for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Input<'a> {
    /// `-`.
    Stdin,
    /// A file or folder.
    Path(&'a Path),
    /// A link to a badge.
    Link(&'a str),
    /// A badge of the wallet.
    Badge(u32),
}

impl<'a> Input<'a> {
    /// A file that is there wins over every other reading of its name.
    pub(crate) fn of(argument: &'a str) -> Self {
        let path = Path::new(argument);
        if argument == "-" {
            Self::Stdin
        } else if path.exists() {
            Self::Path(path)
        } else if is_link(argument) {
            Self::Link(argument)
        } else if argument.starts_with('b')
            && let Ok(id) = badge_id(argument)
        {
            Self::Badge(id)
        } else {
            Self::Path(path)
        }
    }
}

fn is_link(argument: &str) -> bool {
    argument.split_once("://").is_some_and(|(scheme, _)| {
        scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http")
    })
}

/// The bytes of the file at `path`, at most [`MAX_BYTES`].
pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>, ApiError> {
    let unreadable = |error: &io::Error| {
        let hint = match error.kind() {
            io::ErrorKind::NotFound => {
                "Check the name; `lapel list` shows the names of badges in the wallet."
            }
            io::ErrorKind::PermissionDenied => "Check who may read the file.",
            _ => "Check that it is a file that can be read.",
        };
        told("input.unreadable", format!("{} could not be read: {error}", path.display()), hint)
    };
    let file = File::open(path).map_err(|error| unreadable(&error))?;
    if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        let message = format!("{} is a folder", path.display());
        return Err(told(
            "input.folder",
            message,
            "Name the files in it; `lapel import` takes whole folders.",
        ));
    }
    read(file).map_err(|error| unreadable(&error))?.ok_or_else(|| too_large(&path.display().to_string()))
}

/// The bytes of standard input, at most [`MAX_BYTES`].
pub(crate) fn read_stdin() -> Result<Vec<u8>, ApiError> {
    read(io::stdin().lock())
        .map_err(|error| {
            let message = format!("standard input could not be read: {error}");
            told("input.unreadable", message, "Pipe a badge in, or name its file.")
        })?
        .ok_or_else(|| too_large("standard input"))
}

/// `None` where there is more than [`MAX_BYTES`].
fn read(from: impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    from.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= MOST_BYTES).then_some(bytes))
}

fn too_large(what: &str) -> ApiError {
    let message = format!("{what} is larger than {} MiB", MOST_BYTES / 1024 / 1024);
    told("input.too-large", message, "Badges are much smaller; check that this is the right file.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_argument_stands_for() {
        assert_eq!(Input::of("-"), Input::Stdin);
        assert_eq!(Input::of("Cargo.toml"), Input::Path(Path::new("Cargo.toml")));
        assert_eq!(Input::of("HTTPS://badges.example/1"), Input::Link("HTTPS://badges.example/1"));
        assert_eq!(Input::of("b17"), Input::Badge(17));
        assert_eq!(Input::of("17"), Input::Path(Path::new("17")));
        assert_eq!(Input::of("file:///x"), Input::Path(Path::new("file:///x")));
    }

    #[test]
    fn reading_stops_at_the_limit() {
        assert_eq!(read(io::repeat(0)).unwrap(), None);
        assert_eq!(read(&b"abc"[..]).unwrap().as_deref(), Some(&b"abc"[..]));
    }
}
