//! Reading what was brought, and taking it apart: files are opened here, and only here.

use std::collections::{BTreeSet, VecDeque};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::Handle;
use tokio::sync::mpsc::Sender;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Control;
use super::run::{Done, Part, Task};
use crate::Wallet;
use crate::api::{ApiError, ImportOutcome};
use crate::source::{self, Source};
use crate::store::Item;
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
        let mut leaves = Leaves { reader: self, item: id, recorded: BTreeSet::new(), seen: 0, sent: 0 };
        match self.wallet.inner.store.import_item(id) {
            Ok(None) => {}
            Ok(Some(Item { source, recorded, .. })) => {
                leaves.recorded = recorded;
                leaves.of(source)?;
            }
            Err(error) => leaves.tell(format!("item {id}"), ApiError::from(error))?,
        }
        let end = Done::Item { item: id, leaves: leaves.sent };
        self.done.blocking_send(end).map_err(|_| Stopped)
    }
}

/// The leaves of one item, on their way to be judged.
struct Leaves<'a> {
    reader: &'a Reader,
    item: i64,
    /// Leaves that have their lines already.
    recorded: BTreeSet<u32>,
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
                Err(error) => return self.tell(name, ApiError::from(error)),
            },
            Source::Url(_) => return self.judge(source, false, None),
            Source::Text(text) => (Input::Bytes { name: name.clone(), bytes: text.into_bytes() }, true),
            Source::Bytes { bytes, .. } => (Input::Bytes { name: name.clone(), bytes }, false),
        };
        let mut stopped = Ok(());
        unpack(input, &Limits::default(), &mut |leaf| {
            stopped = self.leaf(&name, pasted, leaf);
            if stopped.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        stopped?;
        if self.seen == 0 {
            let empty = ApiError::new(
                "import.nothing-inside",
                "there is nothing in it that could be a badge",
                "Check that it is the right file.",
            );
            return self.tell(name, empty);
        }
        Ok(())
    }

    fn leaf(&mut self, name: &str, pasted: bool, leaf: Leaf) -> Result<(), Stopped> {
        let Leaf { place, content, recipient, incidental } = leaf;
        let whole = place.is_empty();
        let source = if whole { name.to_owned() } else { format!("{name} \u{203a} {place}") };
        match content {
            Content::Failed(error) => self.tell(source, error.into()),
            Content::SelfListed(listed) => {
                self.done(source, listed.tidy().map(Part::SelfListed).into_iter().collect())
            }
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
        let Some(leaf) = self.next()? else { return Ok(()) };
        let size = match &source {
            Source::Bytes { bytes, .. } => bytes.len(),
            Source::Text(text) => text.len(),
            _ => 0,
        };
        let room = self.reader.room.take(size).ok_or(Stopped)?;
        self.sent += 1;
        let task = Task { item: self.item, leaf, source, incidental, recipient, room };
        self.reader.tasks.blocking_send(task).map_err(|_| Stopped)
    }

    /// Says of a leaf why there is nothing to judge.
    fn tell(&mut self, source: String, error: ApiError) -> Result<(), Stopped> {
        self.done(source, vec![Part::Told(ImportOutcome::Failed { error })])
    }

    fn done(&mut self, source: String, parts: Vec<Part>) -> Result<(), Stopped> {
        let Some(leaf) = self.next()? else { return Ok(()) };
        self.sent += 1;
        let done = Done::Leaf { item: self.item, leaf, source, parts, room: None };
        self.reader.done.blocking_send(done).map_err(|_| Stopped)
    }

    /// The number of the next leaf; `None` for one that has its lines already.
    fn next(&mut self) -> Result<Option<u32>, Stopped> {
        if self.reader.control.asked().is_some() {
            return Err(Stopped);
        }
        let leaf = self.seen;
        self.seen += 1;
        if leaf > 0 {
            self.reader.found.fetch_add(1, Ordering::Relaxed);
        }
        Ok((!self.recorded.contains(&leaf)).then_some(leaf))
    }
}
