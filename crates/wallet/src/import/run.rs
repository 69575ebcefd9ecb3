//! The run of an import: readers, judges, and the one who writes, with bounded room between them.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll};

use jiff::Timestamp;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::Control;
use super::judge::{self, JudgedSource};
use super::read::{Reader, Room, crashed};
use crate::Wallet;
use crate::api::{ApiError, BadgeId, ImportCounts, ImportLine, ImportOutcome, ImportProgress, ImportState};
use crate::fetch::Fetch;
use crate::self_listed::SelfListed;
use crate::shared_fetch::SharedFetch;
use crate::source::{Source, blocking};
use crate::store::{Leaf, LeafPart, Recorded, Standing, Store, StoreError};

/// Threads that read.
const READERS: usize = 2;
/// Leaves judged at once.
const JUDGES: usize = 8;
/// Leaves saved in one transaction, at most: they wait for the disk together.
const AT_ONCE: usize = 64;

/// A leaf on its way to be judged.
pub(super) struct Task {
    pub(super) item: i64,
    pub(super) leaf: u32,
    pub(super) digest: String,
    pub(super) source: Source,
    /// Nobody said that it is a badge.
    pub(super) incidental: bool,
    /// The mail address that the mail around it was sent to.
    pub(super) recipient: Option<String>,
    pub(super) room: OwnedSemaphorePermit,
}

/// What is to be written down.
pub(super) enum Done {
    /// A leaf was judged.
    Leaf {
        item: i64,
        leaf: u32,
        /// The SHA-256 of what it is.
        digest: String,
        source: String,
        parts: Vec<Part>,
        #[expect(dead_code, reason = "held until this is written down")]
        room: Option<OwnedSemaphorePermit>,
    },
    /// The wallet could not be read.
    Broken(ApiError),
    /// An item was read to its end; so many leaves of it were passed on.
    Item { item: i64, leaves: u32 },
}

/// A part of a leaf.
pub(super) enum Part {
    /// A badge to keep.
    Badge(Box<JudgedSource>),
    /// A badge that carries these very bytes already.
    Known(BadgeId),
    /// An achievement without a credential.
    SelfListed(SelfListed),
    /// Nothing to keep.
    Told(ImportOutcome),
}

/// Runs an import to its end, or until it is asked to end. `begun_with` are lines that are written down already, and
/// told first.
pub(super) async fn run(
    wallet: &Wallet,
    import: u32,
    control: &Arc<Control>,
    begun_with: Vec<ImportLine>,
    progress: impl FnMut(ImportProgress),
) -> Result<(), ApiError> {
    let opened = wallet.clone();
    let standing = blocking(move || opened.inner.store.import_standing(import)).await?;
    let mut teller = Teller::new(import, &standing, progress);
    let policy = Arc::new(wallet.policy()?);
    let fetch: Arc<dyn Fetch> = Arc::new(SharedFetch::new(wallet.fetch()?));
    let opened = wallet.clone();
    let begun = move || opened.inner.store.set_import_state(import, ImportState::Running, Timestamp::now());
    if !blocking(begun).await? {
        // It is over.
        teller.last(standing.state, None);
        return Ok(());
    }
    teller.tell(ImportState::Running, begun_with);

    let mut workers = JoinSet::new();
    let (task_sender, tasks) = mpsc::channel(JUDGES);
    let (done_sender, mut done) = mpsc::channel(JUDGES);
    let queue = Arc::new(Mutex::new(standing.left.into()));
    let room = Room::new();
    for _ in 0..READERS {
        let reader = Reader {
            wallet: wallet.clone(),
            control: Arc::clone(control),
            queue: Arc::clone(&queue),
            room: room.clone(),
            tasks: task_sender.clone(),
            done: done_sender.clone(),
            found: Arc::clone(&teller.found),
        };
        workers.spawn_blocking(move || reader.read());
    }
    let tasks = Arc::new(tokio::sync::Mutex::new(tasks));
    for _ in 0..JUDGES {
        let judge = Judge { wallet: wallet.clone(), policy: Arc::clone(&policy), fetch: Arc::clone(&fetch) };
        workers.spawn(judge.work(Arc::clone(&tasks), done_sender.clone()));
    }
    drop((task_sender, done_sender, tasks));

    let mut writer = Writer { wallet: wallet.clone(), import, open: HashMap::new() };
    let mut stopped = None;
    let mut batch = Vec::with_capacity(AT_ONCE);
    while done.recv_many(&mut batch, AT_ONCE).await > 0 {
        match writer.write(std::mem::take(&mut batch)).await {
            Ok(written) => {
                teller.add(&written);
                if written.recorded.state != ImportState::Running {
                    // Another process paused or stopped it.
                    stopped = Some(written.recorded.state);
                    control.ask(super::PAUSE);
                }
                teller.tell(ImportState::Running, written.recorded.lines);
            }
            Err(error) => {
                teller.last(ImportState::Running, Some(error.clone()));
                return Err(error);
            }
        }
    }
    while let Some(ended) = workers.join_next().await {
        if let Err(error) = ended
            && let Ok(panic) = error.try_into_panic()
        {
            std::panic::resume_unwind(panic);
        }
    }
    let waiting = teller.counts.held > 0;
    let over = if waiting { ImportState::Waiting } else { ImportState::Finished };
    // Here it may have been stopped for good after it was paused elsewhere.
    let asked = control.asked();
    let state = asked.filter(|asked| *asked == ImportState::Cancelled).or(stopped).or(asked).unwrap_or(over);
    let opened = wallet.clone();
    blocking(move || opened.inner.store.set_import_state(import, state, Timestamp::now())).await?;
    teller.last(state, None);
    Ok(())
}

/// Judges leaves as they come.
struct Judge {
    wallet: Wallet,
    policy: Arc<openbadges::Policy>,
    fetch: Arc<dyn Fetch>,
}

impl Judge {
    async fn work(self, tasks: Arc<tokio::sync::Mutex<Receiver<Task>>>, done: Sender<Done>) {
        loop {
            let task = tasks.lock().await.recv().await;
            let Some(Task { item, leaf, digest, source, incidental, recipient, room }) = task else { return };
            let name = source.name();
            let (wallet, policy, fetch) =
                (self.wallet.clone(), Arc::clone(&self.policy), Arc::clone(&self.fetch));
            // A task of its own: what Lapel itself fails on costs that leaf alone.
            let judged =
                AbortOnDrop(tokio::spawn(judge::parts(wallet, source, incidental, recipient, policy, fetch)));
            let parts =
                judged.await.unwrap_or_else(|_| vec![Part::Told(ImportOutcome::Failed { error: crashed() })]);
            let judged = Done::Leaf { item, leaf, digest, source: name, parts, room: Some(room) };
            if done.send(judged).await.is_err() {
                return;
            }
        }
    }
}

/// A task that ends with whoever waits for it.
struct AbortOnDrop<T>(tokio::task::JoinHandle<T>);

impl<T> Future for AbortOnDrop<T> {
    type Output = Result<T, tokio::task::JoinError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context)
    }
}

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Writes down what was done.
struct Writer {
    wallet: Wallet,
    import: u32,
    /// Items of which not all leaves are written down.
    open: HashMap<i64, Open>,
}

#[derive(Clone, Copy, Default)]
struct Open {
    written: u32,
    /// How many there are, once that is known.
    leaves: Option<u32>,
}

/// What one write did.
struct Written {
    leaves: u32,
    recorded: Recorded,
}

impl Writer {
    async fn write(&mut self, batch: Vec<Done>) -> Result<Written, ApiError> {
        if let Some(error) = batch.iter().find_map(|done| match done {
            Done::Broken(error) => Some(error.clone()),
            _ => None,
        }) {
            return Err(error);
        }
        let finished = self.finished_by(&batch);
        let (store, import) = (self.wallet.clone(), self.import);
        let leaves = batch.iter().filter(|done| matches!(done, Done::Leaf { .. })).count();
        let recorded = blocking(move || record(&store.inner.store, import, &batch, &finished)).await?;
        Ok(Written { leaves: u32::try_from(leaves).unwrap_or(u32::MAX), recorded })
    }

    /// The items of which `batch` has the last.
    fn finished_by(&mut self, batch: &[Done]) -> Vec<i64> {
        let mut finished = Vec::new();
        for done in batch {
            let (item, open) = match done {
                Done::Leaf { item, .. } => {
                    let open = self.open.entry(*item).or_default();
                    open.written += 1;
                    (*item, *open)
                }
                Done::Broken(_) => continue,
                Done::Item { item, leaves } => {
                    let open = self.open.entry(*item).or_default();
                    open.leaves = Some(*leaves);
                    (*item, *open)
                }
            };
            if open.leaves == Some(open.written) {
                self.open.remove(&item);
                finished.push(item);
            }
        }
        finished
    }
}

/// Saves a batch in one transaction. Where one leaf of it cannot be saved, that one is told of and the others are.
fn record(store: &Store, import: u32, batch: &[Done], finished: &[i64]) -> Result<Recorded, StoreError> {
    let leaves: Vec<Leaf> = batch.iter().filter_map(leaf).collect();
    let error = match store.record(import, &leaves, finished, Timestamp::now()) {
        Ok(recorded) => return Ok(recorded),
        Err(error) => error,
    };
    if !is_of_one_leaf(&error) {
        return Err(error);
    }
    let mut all = Recorded { state: ImportState::Running, lines: Vec::new(), decided: 0 };
    for leaf in leaves {
        let now = Timestamp::now();
        let recorded = match store.record(import, std::slice::from_ref(&leaf), &[], now) {
            Ok(recorded) => recorded,
            Err(error) if !is_of_one_leaf(&error) => return Err(error),
            Err(error) => {
                let failed = LeafPart::Told(ImportOutcome::Failed { error: error.into() });
                store.record(import, &[Leaf { parts: vec![failed], ..leaf }], &[], now)?
            }
        };
        all.lines.extend(recorded.lines);
        all.decided += recorded.decided;
    }
    let ended = store.record(import, &[], finished, Timestamp::now())?;
    all.lines.extend(ended.lines);
    all.decided += ended.decided;
    all.state = ended.state;
    Ok(all)
}

/// Whether an error may be about what was to be saved, and not about the wallet (a full disk, another writer).
fn is_of_one_leaf(error: &StoreError) -> bool {
    matches!(error.code(), "wallet.database" | "wallet.damaged-badge" | "wallet.no-such-badge")
}

fn leaf(done: &Done) -> Option<Leaf<'_>> {
    let Done::Leaf { item, leaf, digest, source, parts, .. } = done else { return None };
    let parts = parts
        .iter()
        .map(|part| match part {
            Part::Badge(judged) => LeafPart::Badge(Box::new(judged.new_badge())),
            Part::Known(id) => LeafPart::Known(*id),
            Part::SelfListed(listed) => LeafPart::SelfListed(listed.clone()),
            Part::Told(outcome) => LeafPart::Told(outcome.clone()),
        })
        .collect();
    Some(Leaf { item: *item, number: *leaf, digest, source, parts })
}

/// Tells how far it is.
struct Teller<F> {
    progress: F,
    import: u32,
    began: Instant,
    /// Done before this run.
    before: u32,
    done: u32,
    /// Things in all, but for those found inside others in this run.
    known: u32,
    found: Arc<AtomicU32>,
    counts: ImportCounts,
}

impl<F: FnMut(ImportProgress)> Teller<F> {
    fn new(import: u32, standing: &Standing, progress: F) -> Self {
        let left = u32::try_from(standing.left.len()).unwrap_or(u32::MAX);
        Self {
            progress,
            import,
            began: Instant::now(),
            before: standing.leaves,
            done: standing.leaves,
            known: standing.leaves - standing.leaves_of_left + left,
            found: Arc::default(),
            counts: standing.counts,
        }
    }

    fn add(&mut self, written: &Written) {
        self.done += written.leaves;
        for line in &written.recorded.lines {
            self.counts.add(line.outcome.name(), 1);
        }
        self.counts.held -= written.recorded.decided;
    }

    fn tell(&mut self, state: ImportState, lines: Vec<ImportLine>) {
        self.say(state, lines, None, false);
    }

    fn last(&mut self, state: ImportState, error: Option<ApiError>) {
        self.say(state, Vec::new(), error, true);
    }

    fn say(&mut self, state: ImportState, lines: Vec<ImportLine>, error: Option<ApiError>, finished: bool) {
        let total = (self.known + self.found.load(Ordering::Relaxed)).max(self.done);
        let (per_minute, seconds_left) = self.pace(total - self.done).unzip();
        (self.progress)(ImportProgress {
            import: self.import,
            state,
            done: self.done,
            total,
            counts: self.counts,
            per_minute,
            seconds_left,
            lines,
            error,
            finished,
        });
    }

    /// Things a minute, and seconds for `left` more; once two seconds have shown a pace.
    fn pace(&self, left: u32) -> Option<(u32, u32)> {
        let done = u64::from(self.done - self.before);
        let took = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        if done < 3 || took < 2000 {
            return None;
        }
        let whole = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        Some((whole(done * 60_000 / took), whole(took.saturating_mul(u64::from(left)) / done / 1000)))
    }
}
