//! ZIP archives (PKWARE APPNOTE 6.3), entry by entry. Nothing is written to disk: a name is only ever a label.

use std::borrow::Cow;
use std::io::{BufReader, SeekFrom};
use std::ops::ControlFlow;

use zip::read::Config;
use zip::result::ZipError;
use zip::unstable::read::ZipIterable;
use zip::{CompressionMethod, ZipReadOptions, read::read_zipfile_from_stream};

use super::kind::Kind;
use super::place::{At, Labels};
use super::{Halt, Source, Step, UnpackError, Walk, table};

const WHAT: &str = "this ZIP archive";

/// Opens the archive in `source`, which has `length` bytes.
pub(super) fn open<S: Source + ?Sized>(walk: &mut Walk, at: &At, source: &mut S, length: u64) -> Step {
    match ZipIterable::try_new(&mut *source, Config::default()) {
        Ok(archive) => by_directory(walk, at, archive, length),
        // Cut short, most likely: the list of what is in it stands at its end.
        Err(error) => by_local_headers(walk, at, source, length, &error),
    }
}

fn by_directory<S: Source>(walk: &mut Walk, at: &At, mut archive: ZipIterable<S>, length: u64) -> Step {
    let within = match Within::of(&mut archive) {
        Ok(within) => within,
        Err(error) => return walk.fail(at, damaged(&error)),
    };
    let leaves = walk.tally.leaves;
    let at = if within == Within::Document { &at.incidental() } else { at };
    let mut labels = Labels::default();
    let files = match archive.files() {
        Ok(files) => files,
        Err(error) => return walk.fail(at, damaged(&error)),
    };
    loop {
        let entry = match files.next() {
            None => break,
            Some(Ok(entry)) => entry,
            Some(Err(error)) => return walk.fail(at, damaged(&error)),
        };
        let left = files.len() as u64;
        walk.entry(at, Some(left + 1))?;
        let name = entry.name().unwrap_or_else(|_| String::from_utf8_lossy(entry.name_raw()));
        if entry.is_dir() || name.ends_with(['/', '\\']) {
            continue;
        }
        if is_noise(&name) {
            walk.skip();
            continue;
        }
        let inside = at.inside(&labels.label(&name, "unnamed"));
        if entry.is_symlink() {
            walk.fail(&inside, UnpackError::Symlink)?;
            continue;
        }
        if entry.encrypted() {
            walk.fail(&inside, UnpackError::ZipEncrypted)?;
            continue;
        }
        if !matches!(entry.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
            walk.fail(&inside, UnpackError::Method { method: entry.compression().to_string() })?;
            continue;
        }
        let packed = entry.compressed_size().min(length);
        let read = match entry.with_reader(files.reader_mut(), ZipReadOptions::new()) {
            Ok(mut file) => walk.read(&mut file, Some(packed)),
            Err(error) => Err(of_entry(&error).into()),
        };
        match read {
            Ok(bytes) if !within.wants(&bytes) => walk.skip(),
            read => walk.read_entry(&inside, read, Some(left))?,
        }
    }
    if walk.tally.leaves == leaves {
        walk.fail(at, UnpackError::NothingInside { what: WHAT })
    } else {
        ControlFlow::Continue(())
    }
}

/// What the archive is, besides an archive.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    /// Nothing.
    Files,
    /// A document of an office suite or a book: its pictures may be badges, the rest is how it is written down.
    Document,
    /// The copy of a member's data at LinkedIn: of its lists, that of certificates is of interest.
    LinkedIn,
}

impl Within {
    fn of<S: Source>(archive: &mut ZipIterable<S>) -> Result<Self, ZipError> {
        let mut first = true;
        for entry in archive.files()? {
            // An error in the directory is told when it is read in earnest.
            let Ok(entry) = entry else { break };
            let name = entry.name_raw();
            if std::mem::take(&mut first) && matches!(name, b"[Content_Types].xml" | b"mimetype") {
                return Ok(Self::Document);
            }
            if name == b"Certifications.csv" || name.ends_with(b"/Certifications.csv") {
                return Ok(Self::LinkedIn);
            }
        }
        Ok(Self::Files)
    }

    /// Whether somebody could mean a thing in the archive as a badge.
    fn wants(self, bytes: &[u8]) -> bool {
        let kind = Kind::of(bytes);
        match self {
            Self::Files => true,
            Self::Document => matches!(kind, Kind::Picture(_) | Kind::Json | Kind::Pdf) || is_svg(bytes),
            Self::LinkedIn => kind != Kind::Text || table::is_certifications(bytes),
        }
    }
}

fn is_svg(bytes: &[u8]) -> bool {
    let start = bytes.get(..512).unwrap_or(bytes);
    memchr::memmem::find(start, b"<svg").is_some()
}

/// Reads an archive whose directory is lost, from one local header (4.3.7) to the next, and says that it is damaged.
fn by_local_headers<S: Source + ?Sized>(
    walk: &mut Walk,
    at: &At,
    source: &mut S,
    length: u64,
    why: &ZipError,
) -> Step {
    let mut labels = Labels::default();
    let mut found: u64 = 0;
    if source.seek(SeekFrom::Start(0)).is_ok() {
        let mut reader = BufReader::new(source);
        // An error, or no entry: from here on nothing can be told apart.
        while let Ok(Some(mut file)) = read_zipfile_from_stream(&mut reader) {
            walk.entry(at, None)?;
            let name = file
                .name()
                .map_or_else(|_| String::from_utf8_lossy(file.name_raw()).into_owned(), Cow::into_owned);
            if file.is_dir() || is_noise(&name) {
                continue;
            }
            let inside = at.inside(&labels.label(&name, "unnamed"));
            let packed = file.compressed_size().min(length);
            let read = walk.read(&mut file, Some(packed));
            let is_cut = matches!(read, Err(Halt::Entry(UnpackError::Damaged { .. })));
            found += u64::from(read.is_ok());
            walk.read_entry(&inside, read, None)?;
            if is_cut {
                break;
            }
        }
    }
    let detail = match found {
        0 => reason(why),
        1 => format!("{}; one file could still be read", reason(why)),
        found => format!("{}; {found} files could still be read", reason(why)),
    };
    walk.fail(at, UnpackError::Damaged { what: WHAT, detail })
}

fn damaged(error: &ZipError) -> UnpackError {
    UnpackError::Damaged { what: WHAT, detail: reason(error) }
}

/// What the library says, without its own beginning.
fn reason(error: &ZipError) -> String {
    match error {
        ZipError::InvalidArchive(what) => what.to_string(),
        ZipError::UnsupportedArchive(what) => (*what).to_owned(),
        ZipError::Io(error) => error.to_string(),
        other => other.to_string(),
    }
}

fn of_entry(error: &ZipError) -> UnpackError {
    match error {
        ZipError::CompressionMethodNotSupported(number) => {
            UnpackError::Method { method: format!("method {number}") }
        }
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => UnpackError::ZipEncrypted,
        ZipError::UnsupportedArchive(what) => UnpackError::Method { method: (*what).to_owned() },
        ZipError::Io(error) => UnpackError::of_reading(error),
        other => UnpackError::Damaged { what: "this entry", detail: reason(other) },
    }
}

/// What systems put beside a person's files.
pub(super) fn is_noise(name: &str) -> bool {
    let mut parts = name.split(['/', '\\']).filter(|part| !part.is_empty());
    let last = parts.clone().next_back().unwrap_or_default();
    parts.any(|part| part == "__MACOSX")
        || last.starts_with("._")
        || matches!(last, ".DS_Store" | "Thumbs.db" | "ehthumbs.db" | "desktop.ini" | "Desktop.ini")
}
