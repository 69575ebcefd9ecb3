//! Watched folders: what appears in them comes into the wallet.
//!
//! The truth is the look ([`Watch::look`]): all files of all folders, compared with what was noted of them. What the
//! operating system tells only lets the next look come sooner, so that an event that got lost, or came while Lapel
//! was closed, loses nothing.
//!
//! A file is read once its size and time were the same in two looks. What is whole and no badge is noted, and
//! not read again unless it changes; what looks cut short is not noted, and read again when it changes. Each file is
//! noted only after the wallet has it: whoever is killed between finds the badge there already. Lapel deletes
//! no file, and a file that is deleted takes no badge with it.

mod pace;
mod scan;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use openbadges::artifact::PayloadContent;
use openbadges::document::sha256_hex;
use openbadges::{Artifact, ArtifactKind, Credential, NotABadge, ParseError};

use crate::Wallet;
use crate::api::{ApiError, WatchedFolder};
use crate::source::blocking;
use crate::store::{WatchedFile, WatchedRow};
use crate::unpack::{Content, Input, Leaf, Limits, unpack};

pub use pace::{Events, Pace, Waker};
use scan::{Stamp, scan};

/// The most folders that are watched.
const MOST_FOLDERS: usize = 64;
/// The most files that one look gives.
const BATCH: usize = 200;
/// The largest file that is read: what holds many badges may be larger than any one of them.
const MAX_BYTES: u64 = 64 << 20;

impl Wallet {
    /// Watches `folder` from now on; what is in it already comes in as well. Watching it twice changes nothing.
    pub fn watch_folder(&self, folder: &Path) -> Result<WatchedFolder, ApiError> {
        let store = &self.inner.store;
        let unreachable = |error: io::Error| unreachable(&folder.display().to_string(), &error);
        let whole = fs::canonicalize(folder).map_err(unreachable)?;
        if !whole.is_dir() {
            return Err(not_a_folder(folder));
        }
        let Some(path) = whole.to_str() else { return Err(not_unicode(folder)) };
        let here = fs::canonicalize(self.folder()).unwrap_or_else(|_| self.folder().to_owned());
        if whole.starts_with(&here) {
            return Err(own_folder());
        }
        let watched = store.watched_folders()?;
        if watched.len() >= MOST_FOLDERS && !watched.iter().any(|row| row.path == path) {
            return Err(too_many_folders());
        }
        let id = store.watch_folder(path, Timestamp::now())?;
        self.watched_folders()?.into_iter().find(|folder| folder.id == id).ok_or_else(no_such_folder)
    }

    /// The watched folders, in the order they came, and how each is doing now. Reads each of them.
    pub fn watched_folders(&self) -> Result<Vec<WatchedFolder>, ApiError> {
        let rows = self.inner.store.watched_folders()?;
        Ok(rows
            .into_iter()
            .map(|row| {
                let seen = scan(Path::new(&row.path), self.folder());
                let state = match (&seen, row.paused) {
                    (Err(_), _) => "unreachable",
                    (Ok(_), true) => "paused",
                    (Ok(_), false) => "watching",
                };
                let (files, too_many, trouble) = match seen {
                    Ok(seen) => (u32::try_from(seen.files.len()).unwrap_or(u32::MAX), seen.too_many, None),
                    Err(error) => (0, false, Some(unreachable(&row.path, &error))),
                };
                let WatchedRow { id, path, added_at, .. } = row;
                WatchedFolder { id, path, added_at, state: state.to_owned(), files, too_many, trouble }
            })
            .collect())
    }

    /// Watches a folder no longer. The folder and the badges that came from it stay.
    pub fn unwatch_folder(&self, id: u32) -> Result<(), ApiError> {
        if self.inner.store.unwatch_folder(id)? { Ok(()) } else { Err(no_such_folder()) }
    }

    /// Leaves a folder alone for now (`paused`), or goes on; what came meanwhile comes in then.
    pub fn pause_watching(&self, id: u32, paused: bool) -> Result<(), ApiError> {
        if self.inner.store.pause_watched(id, paused)? { Ok(()) } else { Err(no_such_folder()) }
    }

    /// Watches the folders at `pace` until it says that there is no next look. `take` imports files, and says
    /// whether the wallet has them now; those that it has not are offered again later.
    pub async fn watch<T: Future<Output = bool>>(
        &self,
        mut pace: impl Pace,
        mut take: impl FnMut(Vec<PathBuf>) -> T,
    ) -> Result<(), ApiError> {
        let mut watch = Watch::new(self.clone());
        loop {
            let (back, look) = blocking(move || {
                let look = watch.look();
                (watch, look)
            })
            .await;
            watch = back;
            let look = match look {
                // Another program writes for long, or the disk is full: the next look may fare better.
                Err(error) if is_passing(&error) => Look::default(),
                look => look?,
            };
            let mut restless = look.restless;
            if !look.files.is_empty() {
                let paths = look.files.iter().map(|file| file.path.clone()).collect();
                if take(paths).await {
                    match watch.took(look.files) {
                        // They are looked at once more, and found to be there.
                        Err(error) if is_passing(&error) => {}
                        took => took?,
                    }
                } else {
                    // What the wallet could not take now (a full disk) it cannot take in a second either.
                    restless = false;
                }
            }
            if !pace.next(&look.folders, restless).await {
                return Ok(());
            }
        }
    }
}

fn is_passing(error: &ApiError) -> bool {
    matches!(error.code.as_str(), "wallet.busy" | "wallet.disk-full" | "wallet.disk")
}

/// The watched folders of a wallet, between two looks.
pub struct Watch {
    wallet: Wallet,
    /// By folder: what was noted of its files.
    noted: BTreeMap<u32, Noted>,
    /// As the last look saw them: files that are new or changed.
    resting: HashMap<PathBuf, Stamp>,
    /// Files that rest, and are cut short, or cannot be read.
    unfinished: HashMap<PathBuf, Stamp>,
}

#[derive(Default)]
struct Noted {
    files: HashMap<String, Stamp>,
    /// The same bytes under another name are the same file.
    digests: HashSet<String>,
}

/// What a look found.
#[derive(Debug, Default)]
pub struct Look {
    /// Files to import, at most 200.
    pub files: Vec<Settled>,
    /// Whether another look is to come soon: something is new, or still changing.
    pub restless: bool,
    /// The folders that are watched and can be read.
    pub folders: Vec<PathBuf>,
}

/// A file that rests, and may well be a badge.
#[derive(Clone, Debug)]
pub struct Settled {
    /// Where it is.
    pub path: PathBuf,
    folder: u32,
    file: WatchedFile,
}

impl Watch {
    /// Has not looked yet.
    pub fn new(wallet: Wallet) -> Self {
        Self { wallet, noted: BTreeMap::new(), resting: HashMap::new(), unfinished: HashMap::new() }
    }

    /// Looks at every folder that is watched. Reads the disk. A folder that cannot be read is tried again with the
    /// next look.
    pub fn look(&mut self) -> Result<Look, ApiError> {
        let rows = self.wallet.inner.store.watched_folders()?;
        self.noted.retain(|id, _| rows.iter().any(|row| row.id == *id));
        let mut look = Look::default();
        let mut resting = HashMap::new();
        let mut unfinished = HashMap::new();
        let mut settled = Vec::new();
        for row in rows.into_iter().filter(|row| !row.paused) {
            let folder = PathBuf::from(&row.path);
            let Ok(seen) = scan(&folder, self.wallet.folder()) else { continue };
            let noted = noted_of(&mut self.noted, &self.wallet, row.id)?;
            for (path, stamp) in seen.files {
                let name = name_in(&folder, &path);
                if noted.files.get(&name) == Some(&stamp) {
                    continue;
                }
                if self.unfinished.get(&path) == Some(&stamp) {
                    unfinished.insert(path, stamp);
                } else if self.resting.get(&path) == Some(&stamp) && settled.len() < BATCH {
                    settled.push((row.id, path, name, stamp));
                } else {
                    resting.insert(path, stamp);
                }
            }
            look.folders.push(folder);
        }
        (self.resting, self.unfinished) = (resting, unfinished);
        self.sort_out(settled, &mut look)?;
        look.restless = !self.resting.is_empty() || !look.files.is_empty();
        Ok(look)
    }

    /// Notes files that the wallet has now.
    pub fn took(&mut self, files: Vec<Settled>) -> Result<(), ApiError> {
        let mut by_folder: BTreeMap<u32, Vec<WatchedFile>> = BTreeMap::new();
        for Settled { folder, file, .. } in files {
            by_folder.entry(folder).or_default().push(file);
        }
        for (folder, files) in by_folder {
            self.note(folder, files)?;
        }
        Ok(())
    }

    /// Reads what has settled: possible badges go into `look`, the rest is noted.
    fn sort_out(
        &mut self,
        settled: Vec<(u32, PathBuf, String, Stamp)>,
        look: &mut Look,
    ) -> Result<(), ApiError> {
        let mut done: BTreeMap<u32, Vec<WatchedFile>> = BTreeMap::new();
        for (folder, path, name, stamp) in settled {
            let file = |sha256| WatchedFile {
                path: name.clone(),
                size: stamp.size,
                modified: stamp.modified,
                sha256,
            };
            match self.judge(folder, &path, stamp) {
                Reading::Changed(now) => {
                    self.resting.insert(path, now);
                }
                Reading::Unfinished => {
                    self.unfinished.insert(path, stamp);
                }
                Reading::NothingNew(sha256) => done.entry(folder).or_default().push(file(sha256)),
                Reading::Candidate(sha256) => {
                    let file = file(Some(sha256));
                    look.files.push(Settled { path, folder, file });
                }
            }
        }
        for (folder, files) in done {
            self.note(folder, files)?;
        }
        Ok(())
    }

    fn judge(&self, folder: u32, path: &Path, stamp: Stamp) -> Reading {
        if stamp.size > MAX_BYTES {
            return Reading::NothingNew(None);
        }
        // Gone again, or not ours to read: it may come back, changed.
        let Ok((bytes, now)) = read(path) else { return Reading::Unfinished };
        if now != stamp {
            return Reading::Changed(now);
        }
        let digest = sha256_hex(&bytes);
        if self.noted.get(&folder).is_some_and(|noted| noted.digests.contains(&digest)) {
            return Reading::NothingNew(Some(digest));
        }
        match likeness(bytes) {
            Alike::Badge => Reading::Candidate(digest),
            Alike::Other => Reading::NothingNew(Some(digest)),
            Alike::CutShort => Reading::Unfinished,
        }
    }

    fn note(&mut self, folder: u32, files: Vec<WatchedFile>) -> Result<(), ApiError> {
        self.wallet.inner.store.note_watched(folder, &files, Timestamp::now())?;
        if let Some(noted) = self.noted.get_mut(&folder) {
            for file in files {
                noted.take(file);
            }
        }
        Ok(())
    }
}

impl Noted {
    fn take(&mut self, file: WatchedFile) {
        self.files.insert(file.path, Stamp { size: file.size, modified: file.modified });
        self.digests.extend(file.sha256);
    }
}

/// What was noted of a folder: read once, and kept up to date from then on.
fn noted_of<'a>(
    all: &'a mut BTreeMap<u32, Noted>,
    wallet: &Wallet,
    folder: u32,
) -> Result<&'a mut Noted, ApiError> {
    match all.entry(folder) {
        std::collections::btree_map::Entry::Occupied(noted) => Ok(noted.into_mut()),
        std::collections::btree_map::Entry::Vacant(place) => {
            let mut noted = Noted::default();
            for file in wallet.inner.store.watched_files(folder)? {
                noted.take(file);
            }
            Ok(place.insert(noted))
        }
    }
}

/// What reading a settled file came to.
enum Reading {
    /// It is another than a moment ago.
    Changed(Stamp),
    /// It is cut short, or cannot be read.
    Unfinished,
    /// It is no badge, or one that was dealt with; with its digest where it was read.
    NothingNew(Option<String>),
    /// It may be a badge.
    Candidate(String),
}

/// What bytes look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Alike {
    /// A badge, or something that may hold some.
    Badge,
    /// Something else, whole.
    Other,
    /// The beginning of something.
    CutShort,
}

/// The bytes of a file, of at most [`MAX_BYTES`], and its stamp after they were read.
fn read(path: &Path) -> io::Result<(Vec<u8>, Stamp)> {
    let file = File::open(path)?;
    let mut bytes = Vec::new();
    (&file).take(MAX_BYTES).read_to_end(&mut bytes)?;
    Ok((bytes, Stamp::of(&file.metadata()?)))
}

/// What `bytes` look like, by themselves, or what is in them: nothing is fetched to find out. A bare link is none of
/// ours: nobody asked for it to be followed.
fn likeness(bytes: Vec<u8>) -> Alike {
    // A PDF that is whole says so at its end (ISO 32000-2, 7.5.5).
    let end = &bytes[bytes.len().saturating_sub(1024)..];
    let cut_short = bytes.starts_with(b"%PDF-") && !end.windows(5).any(|window| window == b"%%EOF");
    let mut found = if cut_short { Alike::CutShort } else { Alike::Other };
    let input = Input::Bytes { name: String::new(), bytes };
    unpack(input, &Limits::default(), &mut |leaf: Leaf| {
        let alike = match leaf.content {
            Content::Bytes(bytes) => likeness_of_leaf(bytes),
            Content::Failed(_) => Alike::CutShort,
            Content::SelfListed(_) => Alike::Other,
        };
        found = better(found, alike);
        if found == Alike::Badge { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    found
}

fn likeness_of_leaf(bytes: Vec<u8>) -> Alike {
    let signed = bytes.starts_with(b"ey");
    let json = bytes.iter().find(|byte| !byte.is_ascii_whitespace()).is_some_and(|byte| b"{[".contains(byte));
    match Artifact::recognise(bytes) {
        Ok(artifact) if artifact.kind() == ArtifactKind::Url => Alike::Other,
        Ok(artifact) => {
            artifact.payloads().iter().map(|it| likeness_of(&it.content)).fold(Alike::Other, better)
        }
        Err(NotABadge::Png(_) | NotABadge::Svg(_) | NotABadge::Empty) => Alike::CutShort,
        Err(NotABadge::Text(_)) if json || signed => Alike::CutShort,
        Err(_) => Alike::Other,
    }
}

fn likeness_of(content: &PayloadContent) -> Alike {
    match Credential::parse(content) {
        Ok(_) | Err(ParseError::IsLink { .. }) => Alike::Badge,
        Err(ParseError::Json(_) | ParseError::Jws(_)) => Alike::CutShort,
        Err(_) => Alike::Other,
    }
}

fn better(one: Alike, other: Alike) -> Alike {
    match (one, other) {
        (Alike::Badge, _) | (_, Alike::Badge) => Alike::Badge,
        (Alike::CutShort, _) | (_, Alike::CutShort) => Alike::CutShort,
        _ => Alike::Other,
    }
}

/// What a file is called among those of its folder. A name that is no Unicode is written with escapes.
fn name_in(folder: &Path, path: &Path) -> String {
    let inner = path.strip_prefix(folder).unwrap_or(path);
    inner
        .to_str()
        .map_or_else(|| inner.as_os_str().as_encoded_bytes().escape_ascii().to_string(), str::to_owned)
}

fn unreachable(folder: &str, error: &io::Error) -> ApiError {
    ApiError::new(
        "watch.unreachable",
        format!("\u{201c}{folder}\u{201d} cannot be read now: {error}"),
        "Connect its disk or network, or give yourself the right to read it. Lapel keeps trying.",
    )
}

fn not_a_folder(path: &Path) -> ApiError {
    ApiError::new(
        "watch.not-a-folder",
        format!("\u{201c}{}\u{201d} is not a folder", path.display()),
        "Choose a folder, such as the one that your browser saves downloads in.",
    )
}

fn not_unicode(path: &Path) -> ApiError {
    ApiError::new(
        "watch.unreadable-name",
        format!("\u{201c}{}\u{201d} has a name that cannot be written down", path.display()),
        "Give the folder another name.",
    )
}

fn own_folder() -> ApiError {
    ApiError::new(
        "watch.own-folder",
        "this is the wallet's own folder",
        "Choose another one: what is in it is in the wallet already.",
    )
}

fn too_many_folders() -> ApiError {
    ApiError::new(
        "watch.too-many-folders",
        format!("no more than {MOST_FOLDERS} folders are watched"),
        "Watch the folder around them, or take one away.",
    )
}

fn no_such_folder() -> ApiError {
    ApiError::new("watch.none", "this folder is not watched", "List the watched folders to see which are.")
}

#[cfg(test)]
mod tests {
    use lapel_testkit::{Issuer, art, containers};

    use super::*;

    #[test]
    fn what_bytes_look_like() {
        let issued = Issuer::did_key("watch").achievement("Knots").sign_jwt();
        let png = issued.baked_png();
        let cut = |bytes: &[u8]| bytes[..bytes.len() / 2].to_vec();
        for (bytes, alike) in [
            (issued.text().as_bytes().to_vec(), Alike::Badge),
            (png.clone(), Alike::Badge),
            (issued.baked_svg(), Alike::Badge),
            (cut(&png), Alike::CutShort),
            (cut(&issued.baked_svg()), Alike::CutShort),
            (art::png("Holiday"), Alike::Other),
            (b"{\"a\": 1}".to_vec(), Alike::Other),
            (b"{\"@context\": [\"https://".to_vec(), Alike::CutShort),
            (b"Dear diary".to_vec(), Alike::Other),
            (b"https://badges.example/1".to_vec(), Alike::Other),
            (b"PK\x03\x04 and no end".to_vec(), Alike::CutShort),
            (b"%PDF-1.7 and no end".to_vec(), Alike::CutShort),
            (containers::zip(&[("a/badge.png", &png), ("notes.txt", b"Dear diary")]), Alike::Badge),
            (cut(&containers::zip(&[("a/badge.png", &png)])), Alike::CutShort),
            (containers::zip(&[("notes.txt", b"Dear diary")]), Alike::Other),
        ] {
            let begin = String::from_utf8_lossy(&bytes[..bytes.len().min(24)]).into_owned();
            assert_eq!(likeness(bytes), alike, "{begin}");
        }
    }
}
