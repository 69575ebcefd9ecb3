//! What the running app holds: the wallet, and the files it was started with.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use lapel_wallet::Wallet;
use lapel_wallet::api::ApiError;
use tokio::sync::OnceCell;

/// The state of the app.
pub(crate) struct Desktop {
    /// Opened once; an error stays, and every command answers with it.
    wallet: OnceCell<Result<Wallet, ApiError>>,
    /// Files to bring in once the window can tell of it.
    waiting: Mutex<Vec<PathBuf>>,
}

impl Desktop {
    /// With files from the command line.
    pub(crate) fn new(waiting: Vec<PathBuf>) -> Self {
        Self { wallet: OnceCell::new(), waiting: Mutex::new(waiting) }
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
