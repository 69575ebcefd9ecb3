//! What the running app holds: the wallet, and the files it was started with.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use lapel_wallet::Wallet;
use lapel_wallet::api::ApiError;
use tokio::sync::OnceCell;

/// How many drops are remembered, so that what was checked can be kept afterwards.
const DROPS: usize = 16;

/// The state of the app.
pub(crate) struct Desktop {
    /// Opened once; an error stays, and every command answers with it.
    wallet: OnceCell<Result<Wallet, ApiError>>,
    /// Files to bring in once the window can tell of it.
    waiting: Mutex<Vec<PathBuf>>,
    /// Files that were dropped on the window, by the number that the page knows them by.
    drops: Mutex<BTreeMap<u32, Vec<PathBuf>>>,
}

impl Desktop {
    /// With files from the command line.
    pub(crate) fn new(waiting: Vec<PathBuf>) -> Self {
        Self { wallet: OnceCell::new(), waiting: Mutex::new(waiting), drops: Mutex::default() }
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
        !self.waiting.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Remembers files that were dropped; gives the number that the page asks for them by.
    pub(crate) fn keep_drop(&self, files: Vec<PathBuf>) -> u32 {
        let mut drops = self.drops.lock().unwrap_or_else(PoisonError::into_inner);
        let number = drops.last_key_value().map_or(1, |(last, _)| last.wrapping_add(1));
        drops.insert(number, files);
        while drops.len() > DROPS {
            drops.pop_first();
        }
        number
    }

    /// The files of a drop; none of one that is long ago.
    pub(crate) fn dropped(&self, number: u32) -> Vec<PathBuf> {
        let drops = self.drops.lock().unwrap_or_else(PoisonError::into_inner);
        drops.get(&number).cloned().unwrap_or_default()
    }

    /// The files of the command line; empty from the second time on.
    pub(crate) fn take_waiting(&self) -> Vec<PathBuf> {
        std::mem::take(&mut self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }
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
