//! A disk as the power may leave it.
//!
//! The model is the one that databases are built for: what was synced is there; what was written since is there or
//! not, whole or in pieces of a sector, in no order; a new name is there for sure once its file was synced (as on
//! ext4), or its folder was.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::chance::Chance;

/// What a disk writes in one piece.
const SECTOR: usize = 512;

/// Something that a process did to the disk, in the order of doing.
#[derive(Clone, Debug)]
pub enum Event {
    /// Opened with `O_CREAT` (whether or not it was there).
    Create(PathBuf),
    /// Opened with `O_TRUNC`, or truncated.
    Truncate(PathBuf, usize),
    /// Wrote these bytes at this place.
    Write(PathBuf, usize, Vec<u8>),
    /// A sync of this file or folder began. What was written before it is covered by its end.
    SyncBegins(PathBuf, u64),
    /// The sync with this number ended well.
    SyncEnds(u64),
    /// Took the name away.
    Remove(PathBuf),
    /// Gave the file another name.
    Rename(PathBuf, PathBuf),
    /// Told the world that the badge of this file is saved.
    Receipt(PathBuf),
}

#[derive(Clone, Debug)]
enum Change {
    Write(usize, Vec<u8>),
    Length(usize),
}

impl Change {
    fn apply(&self, content: &mut Vec<u8>) {
        match self {
            Self::Length(length) => content.resize(*length, 0),
            Self::Write(at, bytes) => {
                if content.len() < at + bytes.len() {
                    content.resize(at + bytes.len(), 0);
                }
                content[*at..at + bytes.len()].copy_from_slice(bytes);
            }
        }
    }

    /// The pieces that the disk may have of it: any of its sectors.
    fn torn(&self, chance: &mut Chance) -> Vec<Self> {
        let Self::Write(at, bytes) = self else { return vec![self.clone()] };
        let mut pieces = Vec::new();
        let mut from = 0;
        while from < bytes.len() {
            let to = (from + SECTOR - (at + from) % SECTOR).min(bytes.len());
            if chance.happens(1, 2) {
                pieces.push(Self::Write(at + from, bytes[from..to].to_vec()));
            }
            from = to;
        }
        pieces
    }
}

#[derive(Clone, Debug, Default)]
struct File {
    durable: Vec<u8>,
    pending: Vec<Change>,
}

/// How much of what was not synced an image has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Luck {
    /// Nothing.
    Nothing,
    /// Everything.
    Everything,
    /// The first few, in order.
    Prefix,
    /// Any of them.
    Some,
    /// Any of them, and of some only a few sectors.
    Torn,
}

/// The disk, followed event by event.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    files: Vec<File>,
    /// What the names lead to now.
    names: BTreeMap<PathBuf, usize>,
    /// What they surely lead to after a power cut.
    durable_names: BTreeMap<PathBuf, usize>,
    syncs: BTreeMap<u64, (PathBuf, usize)>,
    acknowledged: BTreeSet<PathBuf>,
}

impl Disk {
    /// The files whose receipts were given so far.
    pub fn acknowledged(&self) -> &BTreeSet<PathBuf> {
        &self.acknowledged
    }

    /// Lets `event` happen.
    pub fn happen(&mut self, event: &Event) {
        match event {
            Event::Create(path) => drop(self.file(path)),
            Event::Truncate(path, length) => {
                let file = self.file(path);
                self.files[file].pending.push(Change::Length(*length));
            }
            Event::Write(path, at, bytes) => {
                let file = self.file(path);
                self.files[file].pending.push(Change::Write(*at, bytes.clone()));
            }
            Event::SyncBegins(path, number) => {
                let covered = self.names.get(path).map_or(0, |&file| self.files[file].pending.len());
                self.syncs.insert(*number, (path.clone(), covered));
            }
            Event::SyncEnds(number) => self.synced(*number),
            Event::Remove(path) => drop(self.names.remove(path)),
            Event::Rename(from, to) => {
                if let Some(file) = self.names.remove(from) {
                    self.names.insert(to.clone(), file);
                }
            }
            Event::Receipt(path) => drop(self.acknowledged.insert(path.clone())),
        }
    }

    fn file(&mut self, path: &Path) -> usize {
        *self.names.entry(path.to_owned()).or_insert_with(|| {
            self.files.push(File::default());
            self.files.len() - 1
        })
    }

    fn synced(&mut self, number: u64) {
        let Some((path, covered)) = self.syncs.remove(&number) else { return };
        if let Some(&file) = self.names.get(&path) {
            let File { durable, pending } = &mut self.files[file];
            pending.drain(..covered.min(pending.len())).for_each(|change| change.apply(durable));
            self.durable_names.insert(path, file);
            return;
        }
        // A folder: what its names lead to now is what they will lead to.
        let within = |name: &Path| name.parent() == Some(path.as_path());
        self.durable_names.retain(|name, _| !within(name));
        let now = self.names.iter().filter(|(name, _)| within(name));
        self.durable_names.extend(now.map(|(name, file)| (name.clone(), *file)));
    }

    /// Writes to `folder` what may be left of `original` if the power fails now.
    pub fn fail_into(&self, original: &Path, folder: &Path, chance: &mut Chance) {
        let luck = [Luck::Nothing, Luck::Everything, Luck::Prefix, Luck::Some, Luck::Torn][chance.below(5)];
        for (name, file) in self.surviving_names(luck, chance) {
            // The index of the log is made anew at the next start, whatever is in it.
            let Ok(within) = name.strip_prefix(original) else { continue };
            if within.to_string_lossy().ends_with("-shm") {
                continue;
            }
            let path = folder.join(within);
            let parent = path.parent().unwrap_or(folder);
            fs::create_dir_all(parent).expect("a folder of the image");
            fs::write(&path, self.content(file, luck, chance)).expect("a file of the image");
        }
    }

    /// Of each name that changed since it was synced: the old state or the new.
    fn surviving_names(&self, luck: Luck, chance: &mut Chance) -> BTreeMap<PathBuf, usize> {
        let mut all: BTreeSet<&PathBuf> = self.names.keys().collect();
        all.extend(self.durable_names.keys());
        all.into_iter()
            .filter_map(|name| {
                let (old, new) = (self.durable_names.get(name), self.names.get(name));
                let newer = match luck {
                    Luck::Nothing => false,
                    Luck::Everything => true,
                    _ => chance.happens(1, 2),
                };
                if newer { new } else { old }.map(|&file| (name.clone(), file))
            })
            .collect()
    }

    fn content(&self, file: usize, luck: Luck, chance: &mut Chance) -> Vec<u8> {
        let File { durable, pending } = &self.files[file];
        let mut content = durable.clone();
        let kept: Vec<Change> = match luck {
            Luck::Nothing => Vec::new(),
            Luck::Everything => pending.clone(),
            Luck::Prefix => pending[..chance.below(pending.len() + 1)].to_vec(),
            Luck::Some => pending.iter().filter(|_| chance.happens(1, 2)).cloned().collect(),
            Luck::Torn => pending
                .iter()
                .flat_map(|change| match chance.below(3) {
                    0 => Vec::new(),
                    1 => vec![change.clone()],
                    _ => change.torn(chance),
                })
                .collect(),
        };
        for change in &kept {
            change.apply(&mut content);
        }
        content
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(name: &str) -> PathBuf {
        Path::new("/w").join(name)
    }

    /// Every content that the file may have after a power cut, seen over many tries; `None`: no such file.
    fn outcomes(events: &[Event]) -> BTreeSet<Option<Vec<u8>>> {
        let mut disk = Disk::default();
        for event in events {
            disk.happen(event);
        }
        let mut chance = Chance::of_this_run("disk");
        (0..200)
            .map(|_| {
                let folder = tempfile::tempdir().expect("a temporary folder");
                disk.fail_into(Path::new("/w"), folder.path(), &mut chance);
                fs::read(folder.path().join("a")).ok()
            })
            .collect()
    }

    #[test]
    fn what_was_synced_is_there() {
        let events = [
            Event::Create(path("a")),
            Event::Write(path("a"), 0, b"one".to_vec()),
            Event::SyncBegins(path("a"), 1),
            Event::SyncEnds(1),
        ];
        assert_eq!(outcomes(&events), BTreeSet::from([Some(b"one".to_vec())]));
    }

    #[test]
    fn what_was_not_synced_is_there_or_not() {
        let events = [
            Event::Create(path("a")),
            Event::Write(path("a"), 0, b"one".to_vec()),
            Event::SyncBegins(path("a"), 1),
            Event::SyncEnds(1),
            Event::Write(path("a"), 0, b"two".to_vec()),
            Event::Truncate(path("a"), 1),
        ];
        let seen = outcomes(&events);
        for possible in [&b"one"[..], b"two", b"t", b"o"] {
            assert!(seen.contains(&Some(possible.to_vec())), "{seen:?}");
        }
        assert!(!seen.contains(&None), "its name was synced");
    }

    #[test]
    fn a_sync_that_had_not_ended_promises_nothing() {
        let events = [
            Event::Create(path("a")),
            Event::Write(path("a"), 0, b"one".to_vec()),
            Event::SyncBegins(path("a"), 1),
        ];
        assert_eq!(outcomes(&events).len(), 3, "absent, empty or written");
    }

    #[test]
    fn writes_tear_at_sectors() {
        let events = [
            Event::Create(path("a")),
            Event::SyncBegins(path("a"), 1),
            Event::SyncEnds(1),
            Event::Write(path("a"), 0, vec![1; 3 * SECTOR]),
        ];
        let torn = [vec![0; SECTOR], vec![1; SECTOR]].concat();
        assert!(outcomes(&events).contains(&Some(torn)), "the second sector alone");
    }

    #[test]
    fn a_removed_name_may_come_back_until_its_folder_is_synced() {
        let mut events = vec![
            Event::Write(path("a"), 0, b"one".to_vec()),
            Event::SyncBegins(path("a"), 1),
            Event::SyncEnds(1),
            Event::Remove(path("a")),
        ];
        assert_eq!(outcomes(&events), BTreeSet::from([None, Some(b"one".to_vec())]));
        events.extend([Event::SyncBegins("/w".into(), 2), Event::SyncEnds(2)]);
        assert_eq!(outcomes(&events), BTreeSet::from([None]));
    }
}
