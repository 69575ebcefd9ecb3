//! Reading what was brought, and taking it apart: files are opened here, and only here.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use openbadges::document::sha256_hex;
use tokio::runtime::Handle;
use tokio::sync::mpsc::Sender;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::run::{Done, Part, Task};
use super::{Control, judge};
use crate::Wallet;
use crate::api::{ApiError, ImportOutcome};
use crate::fetch::Purpose;
use crate::source::{self, Source};
use crate::store::{Item, RecordedLeaf};
use crate::unpack::{Content, Input, Leaf, Limits, unpack};

/// Bytes of leaves on their way, at most, in KiB.
const ON_THE_WAY: u32 = 128 << 10;

/// Reads the items that are left, one after the other. Several of these share a queue.
pub(super) struct Reader {
    pub(super) wallet: Wallet,
    pub(super) control: Arc<Control>,
    pub(super) queue: Arc<Mutex<VecDeque<i64>>>,
    pub(super) room: Room,
    pub(super) tasks: Sender<Task>,
    pub(super) done: Sender<Done>,
    /// Grows with each leaf that is found beyond the first of its item.
    pub(super) found: Arc<AtomicU32>,
}

/// Room for leaves that are on their way.
#[derive(Clone)]
pub(super) struct Room(Arc<Semaphore>);

impl Room {
    pub(super) fn new() -> Self {
        Self(Arc::new(Semaphore::new(ON_THE_WAY as usize)))
    }

    /// Waits until there is room for so many bytes. Not for use on a thread that drives others.
    fn take(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let kib = u32::try_from(bytes / 1024 + 1).unwrap_or(ON_THE_WAY).min(ON_THE_WAY);
        Handle::current().block_on(Arc::clone(&self.0).acquire_many_owned(kib)).ok()
    }
}

/// Nobody waits any more, or the import is to end.
struct Stopped;

impl Reader {
    /// Reads until the queue is empty or the import is to end. Blocks.
    pub(super) fn read(self) {
        loop {
            let next = self.queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            let Some(item) = next else { return };
            if self.control.asked().is_some() || self.read_item(item).is_err() {
                return;
            }
        }
    }

    fn read_item(&self, id: i64) -> Result<(), Stopped> {
        let mut leaves = Leaves { reader: self, item: id, known: Known::default(), seen: 0, sent: 0 };
        match self.wallet.inner.store.import_item(id) {
            Ok(None) => {}
            Ok(Some(Item { source, leaves: recorded, .. })) => {
                leaves.known = Known::of(recorded);
                leaves.of(source)?;
            }
            Err(error) => {
                let broken = Done::Broken(error.into());
                return self.done.blocking_send(broken).map_err(|_| Stopped);
            }
        }
        let end = Done::Item { item: id, leaves: leaves.sent };
        self.done.blocking_send(end).map_err(|_| Stopped)
    }
}

/// What is said of something on which Lapel itself failed.
pub(super) fn crashed() -> ApiError {
    ApiError::new(
        "import.crashed",
        "Lapel failed on this; everything else goes on",
        "This is a fault of Lapel. Please report it, with the file if you can.",
    )
}

/// The leaves of one item, on their way to be judged.
struct Leaves<'a> {
    reader: &'a Reader,
    item: i64,
    known: Known,
    /// Leaves come to so far.
    seen: u32,
    /// Of these, passed on.
    sent: u32,
}

impl Leaves<'_> {
    fn of(&mut self, source: Source) -> Result<(), Stopped> {
        let name = source.name();
        let (input, pasted) = match source {
            Source::Path(path) | Source::File { path, .. } => match source::open_file(&path) {
                Ok(file) => (Input::File(file, name.clone()), false),
                Err(error) => return self.tell_of_item(name, error.into()),
            },
            Source::Url(_) => return self.judge(source, false, None),
            Source::Text(text) => (Input::Bytes { name: name.clone(), bytes: text.into_bytes() }, true),
            Source::Bytes { bytes, .. } => (Input::Bytes { name: name.clone(), bytes }, false),
        };
        let mut stopped = Ok(());
        let unpacked = catch_unwind(AssertUnwindSafe(|| {
            unpack(input, &Limits::default(), &mut |leaf| {
                stopped = self.leaf(&name, pasted, leaf);
                if stopped.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
        }));
        stopped?;
        if unpacked.is_err() {
            return self.tell_of_item(name, crashed());
        }
        if self.seen == 0 {
            return self.tell(name, judge::nothing_inside());
        }
        Ok(())
    }

    fn leaf(&mut self, name: &str, pasted: bool, leaf: Leaf) -> Result<(), Stopped> {
        let Leaf { place, content, recipient, incidental } = leaf;
        let whole = place.is_empty();
        let source = if whole { name.to_owned() } else { format!("{name} \u{203a} {place}") };
        match content {
            Content::Failed(error) => self.tell(source, error.into()),
            Content::SelfListed(listed) => match listed.tidy() {
                Some(listed) => self.done(source, vec![Part::SelfListed(listed)]),
                None => self.tell(source, judge::nothing_inside()),
            },
            // What is pasted goes by what it says, where that is a link.
            Content::Bytes(bytes) if whole && pasted => {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                self.judge(Source::Text(text), incidental, recipient)
            }
            Content::Bytes(bytes) => self.judge(Source::Bytes { name: source, bytes }, incidental, recipient),
        }
    }

    /// Passes a leaf on to be judged.
    fn judge(&mut self, source: Source, incidental: bool, recipient: Option<String>) -> Result<(), Stopped> {
        let (bytes, size) = match &source {
            Source::Bytes { bytes, .. } => (bytes.as_slice(), bytes.len()),
            Source::Text(text) => (text.as_bytes(), text.len()),
            // As much as a host may send.
            Source::Url(url) => (url.as_bytes(), Purpose::Badge.max_bytes()),
            Source::Path(_) | Source::File { .. } => return Ok(()),
        };
        let digest = sha256_hex(bytes);
        let position = self.next()?;
        let Some(leaf) = self.known.number(&digest, position) else { return Ok(()) };
        let room = self.reader.room.take(size).ok_or(Stopped)?;
        self.sent += 1;
        let task = Task { item: self.item, leaf, digest, source, incidental, recipient, room };
        self.reader.tasks.blocking_send(task).map_err(|_| Stopped)
    }

    /// Says why an item could not be looked into (any further): of what waited for it, if something did.
    fn tell_of_item(&mut self, source: String, error: ApiError) -> Result<(), Stopped> {
        let position = self.next()?;
        let leaf = self.known.reopened.pop_first().unwrap_or_else(|| self.known.free(position));
        let told = vec![Part::Told(ImportOutcome::Failed { error })];
        self.send(leaf, digest_of(&told), source, told)
    }

    /// Says of a leaf why there is nothing to judge.
    fn tell(&mut self, source: String, error: ApiError) -> Result<(), Stopped> {
        self.done(source, vec![Part::Told(ImportOutcome::Failed { error })])
    }

    fn done(&mut self, source: String, parts: Vec<Part>) -> Result<(), Stopped> {
        let digest = digest_of(&parts);
        let position = self.next()?;
        match self.known.number(&digest, position) {
            Some(leaf) => self.send(leaf, digest, source, parts),
            None => Ok(()),
        }
    }

    fn send(&mut self, leaf: u32, digest: String, source: String, parts: Vec<Part>) -> Result<(), Stopped> {
        self.sent += 1;
        let done = Done::Leaf { item: self.item, leaf, digest, source, parts, room: None };
        self.reader.done.blocking_send(done).map_err(|_| Stopped)
    }

    /// The position of the next leaf.
    fn next(&mut self) -> Result<u32, Stopped> {
        if self.reader.control.asked().is_some() {
            return Err(Stopped);
        }
        let position = self.seen;
        self.seen += 1;
        if position > 0 {
            self.reader.found.fetch_add(1, Ordering::Relaxed);
        }
        Ok(position)
    }
}

/// By what a leaf is known again of which there is nothing to judge.
fn digest_of(parts: &[Part]) -> String {
    let told = parts.iter().filter_map(|part| match part {
        Part::SelfListed(listed) => serde_json::to_vec(listed).ok(),
        Part::Told(outcome) => serde_json::to_vec(outcome).ok(),
        Part::Badge(_) | Part::Known(_) => None,
    });
    sha256_hex(&told.collect::<Vec<_>>().concat())
}

/// The leaves of an item that have lines already. Each is known by what it is, and not by its position: the file that
/// it is in may have changed since.
#[derive(Default)]
struct Known {
    /// Their numbers by their digests, the first last; by the number itself where an earlier Lapel told no digest.
    numbers: HashMap<String, Vec<u32>>,
    taken: BTreeSet<u32>,
    /// Those that are to be judged again.
    reopened: BTreeSet<u32>,
}

impl Known {
    fn of(leaves: BTreeMap<u32, RecordedLeaf>) -> Self {
        let mut known = Self::default();
        for (number, RecordedLeaf { digest, reopened }) in leaves.into_iter().rev() {
            let digest = digest.unwrap_or_else(|| number.to_string());
            known.numbers.entry(digest).or_default().push(number);
            known.taken.insert(number);
            if reopened {
                known.reopened.insert(number);
            }
        }
        known
    }

    /// The number for the leaf at `position`; `None` for one that has its lines.
    fn number(&mut self, digest: &str, position: u32) -> Option<u32> {
        let here = position.to_string();
        match [digest, &here].into_iter().find_map(|key| self.numbers.get_mut(key)?.pop()) {
            Some(number) => self.reopened.remove(&number).then_some(number),
            None => Some(self.free(position)),
        }
    }

    /// `position`, or a number beyond all others if another leaf has that one.
    fn free(&mut self, position: u32) -> u32 {
        let beyond = self.taken.last().map_or(0, |last| last + 1);
        let number = if self.taken.contains(&position) { beyond } else { position };
        self.taken.insert(number);
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(leaves: &[(u32, Option<&str>, bool)]) -> Known {
        let recorded = |(number, digest, reopened): &(u32, Option<&str>, bool)| {
            (*number, RecordedLeaf { digest: digest.map(str::to_owned), reopened: *reopened })
        };
        Known::of(leaves.iter().map(recorded).collect())
    }

    fn numbers(mut known: Known, leaves: &[&str]) -> Vec<Option<u32>> {
        leaves.iter().zip(0..).map(|(digest, position)| known.number(digest, position)).collect()
    }

    #[test]
    fn leaves_are_known_wherever_they_are_by_now() {
        let recorded = [(0, Some("a"), false), (2, Some("c"), false)];
        assert_eq!(numbers(known(&recorded), &["a", "b", "c", "d"]), [None, Some(1), None, Some(3)]);
        // One came before them, and one is gone.
        assert_eq!(numbers(known(&recorded), &["new", "a", "b"]), [Some(3), None, Some(4)]);
        // What is there twice has its lines twice.
        assert_eq!(numbers(known(&recorded), &["a", "a", "c"]), [None, Some(1), None]);
    }

    #[test]
    fn what_is_judged_again_keeps_its_number() {
        let recorded = [(0, Some("a"), true), (1, Some("b"), false)];
        assert_eq!(numbers(known(&recorded), &["b", "a", "c"]), [None, Some(0), Some(2)]);
    }

    #[test]
    fn an_earlier_wallet_knows_leaves_by_their_position() {
        let recorded = [(0, None, false), (1, None, true)];
        assert_eq!(numbers(known(&recorded), &["a", "b", "c"]), [None, Some(1), Some(2)]);
    }
}
