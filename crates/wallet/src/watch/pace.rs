//! When to look again.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout};

/// How long a file must rest before it is read.
const SETTLE: Duration = Duration::from_secs(1);
/// How long no look is taken where nothing is told: file systems over a network tell nothing, and events get lost.
const REST: Duration = Duration::from_secs(30);

/// What says when to look at the watched folders again.
pub trait Pace: Send {
    /// Waits until it is time for the next look; `false` says that there is to be none. `restless` is true while a
    /// file changes or is new: then the next look must be so much later that one that still changes would show it.
    fn next(&mut self, folders: &[PathBuf], restless: bool) -> impl Future<Output = bool> + Send;
}

/// The pace of the clock, woken by what the operating system tells of the folders.
pub struct Events {
    told: mpsc::Receiver<()>,
    /// None where the operating system offers no way: then the clock alone must do.
    watcher: Option<RecommendedWatcher>,
    watched: BTreeSet<PathBuf>,
}

/// Wakes [`Events`] before its time: folders were added or taken away.
#[derive(Clone, Debug)]
pub struct Waker(mpsc::Sender<()>);

impl Waker {
    /// Lets the next look come soon.
    pub fn wake(&self) {
        // Full means that somebody did so already.
        let _ = self.0.try_send(());
    }
}

impl Events {
    /// Hears of nothing yet: the folders are named with each look.
    pub fn new() -> (Self, Waker) {
        // What happened is not told, only that something did: one such word waiting is enough.
        let (tell, told) = mpsc::channel(1);
        let waker = Waker(tell.clone());
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            // Reading a file is an event too, and our own.
            if event.as_ref().map_or(true, |event| !event.kind.is_access()) {
                let _ = tell.try_send(());
            }
        });
        (Self { told, watcher: watcher.ok(), watched: BTreeSet::new() }, waker)
    }

    fn listen(&mut self, folders: &[PathBuf]) {
        let Some(watcher) = &mut self.watcher else { return };
        let wanted: BTreeSet<PathBuf> = folders.iter().cloned().collect();
        for gone in self.watched.difference(&wanted) {
            // It may have gone by itself.
            let _ = watcher.unwatch(gone);
        }
        self.watched.retain(|folder| wanted.contains(folder));
        for folder in wanted {
            // What cannot be listened to (no such folder now, too many) is looked at by the clock.
            if !self.watched.contains(&folder) && listen_to(watcher, &folder) {
                self.watched.insert(folder);
            }
        }
    }
}

fn listen_to(watcher: &mut RecommendedWatcher, folder: &Path) -> bool {
    watcher.watch(folder, RecursiveMode::Recursive).is_ok()
}

impl Pace for Events {
    async fn next(&mut self, folders: &[PathBuf], restless: bool) -> bool {
        self.listen(folders);
        if restless {
            sleep(SETTLE).await;
            return true;
        }
        let until = Instant::now() + REST;
        if let Ok(None) = timeout(REST, self.told.recv()).await {
            // Nobody is left to tell anything: the clock goes on.
            tokio::time::sleep_until(until).await;
        }
        true
    }
}
