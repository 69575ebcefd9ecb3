//! What the running app holds: the wallet, and what it was started with.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use lapel_wallet::Wallet;
use lapel_wallet::account::{ConnectingAccount, Offer};
use lapel_wallet::api::ApiError;
use lapel_wallet::watch::Waker;
use tokio::sync::OnceCell;

use crate::arguments::Arguments;

/// How many drops are remembered, so that what was checked can be kept afterwards.
const DROPS: usize = 16;
/// How many links are on offer at once: whoever opens more than that does not mean well.
const OFFERS: usize = 16;

/// The state of the app.
pub(crate) struct Desktop {
    /// Opened once; an error stays, and every command answers with it.
    wallet: OnceCell<Result<Wallet, ApiError>>,
    /// What to bring in or to offer once the window can tell of it.
    waiting: Mutex<Arguments>,
    /// Files that were dropped on the window, by the number that the page knows them by.
    drops: Mutex<BTreeMap<u32, Vec<PathBuf>>>,
    /// Links that nobody has decided about, by the number that the page knows them by.
    offers: Mutex<BTreeMap<u32, String>>,
    /// Offers of credentials whose issuer was asked, by the same number.
    read_offers: Mutex<BTreeMap<u32, Arc<Offer>>>,
    /// Hosts that wait for the person to say yes to the sign-in.
    connecting: Mutex<BTreeMap<u32, ConnectingAccount>>,
    /// Lets the watched folders be looked at soon.
    waker: OnceLock<Waker>,
}

impl Desktop {
    /// With what stood on the command line.
    pub(crate) fn new(waiting: Arguments) -> Self {
        Self {
            wallet: OnceCell::new(),
            waiting: Mutex::new(waiting),
            drops: Mutex::default(),
            offers: Mutex::default(),
            read_offers: Mutex::default(),
            connecting: Mutex::default(),
            waker: OnceLock::new(),
        }
    }

    /// The wallet, opened by the first who asks.
    pub(crate) async fn wallet(&self) -> Result<Wallet, ApiError> {
        self.wallet.get_or_init(|| blocking(open)).await.clone()
    }

    /// The wallet, if it is open by now.
    pub(crate) fn opened(&self) -> Option<Wallet> {
        self.wallet.get()?.as_ref().ok().cloned()
    }

    /// Whether files of the command line are still to be brought in.
    pub(crate) fn has_waiting(&self) -> bool {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        !waiting.files.is_empty() || !waiting.links.is_empty()
    }

    /// Remembers files that were dropped; gives the number that the page asks for them by.
    pub(crate) fn keep_drop(&self, files: Vec<PathBuf>) -> u32 {
        keep(&self.drops, DROPS, files)
    }

    /// Remembers a link that is offered; gives the number that the page says yes by.
    pub(crate) fn keep_offer(&self, link: String) -> u32 {
        keep(&self.offers, OFFERS, link)
    }

    /// The link of an offer; none from the second time on, nor of one that is long ago.
    pub(crate) fn take_offer(&self, number: u32) -> Option<String> {
        self.offers.lock().unwrap_or_else(PoisonError::into_inner).remove(&number)
    }

    /// The link of an offer, which stays on offer.
    pub(crate) fn offer(&self, number: u32) -> Option<String> {
        self.offers.lock().unwrap_or_else(PoisonError::into_inner).get(&number).cloned()
    }

    /// Remembers what the issuer of an offer said of it.
    pub(crate) fn keep_read_offer(&self, number: u32, offer: Offer) {
        let mut read = self.read_offers.lock().unwrap_or_else(PoisonError::into_inner);
        read.insert(number, Arc::new(offer));
        while read.len() > OFFERS {
            read.pop_first();
        }
    }

    /// An offer whose issuer was asked.
    pub(crate) fn read_offer(&self, number: u32) -> Option<Arc<Offer>> {
        self.read_offers.lock().unwrap_or_else(PoisonError::into_inner).get(&number).cloned()
    }

    /// Remembers a host that is ready for the sign-in, in place of an earlier one; gives the number to go on with.
    pub(crate) fn keep_connecting(&self, account: ConnectingAccount) -> u32 {
        keep(&self.connecting, 1, account)
    }

    /// The host of this number; none from the second time on.
    pub(crate) fn take_connecting(&self, number: u32) -> Option<ConnectingAccount> {
        self.connecting.lock().unwrap_or_else(PoisonError::into_inner).remove(&number)
    }

    /// Keeps what wakes the watching of folders; false where that goes on already.
    pub(crate) fn keep_waker(&self, waker: Waker) -> bool {
        self.waker.set(waker).is_ok()
    }

    /// Lets the watched folders be looked at soon.
    pub(crate) fn wake(&self) {
        if let Some(waker) = self.waker.get() {
            waker.wake();
        }
    }

    /// The files of a drop; none of one that is long ago.
    pub(crate) fn dropped(&self, number: u32) -> Vec<PathBuf> {
        let drops = self.drops.lock().unwrap_or_else(PoisonError::into_inner);
        drops.get(&number).cloned().unwrap_or_default()
    }

    /// Keeps what the app is opened with until the page has asked for the first time; afterwards gives it back.
    #[cfg(target_os = "macos")]
    pub(crate) fn keep_waiting(&self, given: Arguments) -> Option<Arguments> {
        if self.waker.get().is_some() {
            return Some(given);
        }
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.files.extend(given.files);
        waiting.links.extend(given.links);
        None
    }

    /// What stood on the command line; empty from the second time on.
    pub(crate) fn take_waiting(&self) -> Arguments {
        std::mem::take(&mut self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Puts `what` in under the next number, in place of the oldest where there are `most` already.
fn keep<T>(all: &Mutex<BTreeMap<u32, T>>, most: usize, what: T) -> u32 {
    let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
    let number = all.last_key_value().map_or(1, |(last, _)| last.wrapping_add(1));
    all.insert(number, what);
    while all.len() > most {
        all.pop_first();
    }
    number
}

/// The wallet of `LAPEL_WALLET`, else the person's own.
fn open() -> Result<Wallet, ApiError> {
    let folder = std::env::var_os("LAPEL_WALLET")
        .filter(|folder| !folder.is_empty())
        .map(PathBuf::from)
        .or_else(lapel_wallet::default_folder);
    let folder = folder.ok_or_else(|| {
        ApiError::new(
            "wallet.no-folder",
            "This computer names no folder for the data of programs.".to_owned(),
            "Set LAPEL_WALLET to a folder for the wallet.",
        )
    })?;
    let wallet = Wallet::open(&folder);
    crate::trace::reached("wallet open");
    wallet
}

/// Runs what reads the disk, away from the threads that answer the window.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    tauri::async_runtime::spawn_blocking(work).await.unwrap_or_else(|error| {
        Err(ApiError::new(
            "app.crashed",
            format!("A part of Lapel stopped: {error}."),
            "This is a fault of Lapel. Please report it.",
        ))
    })
}
