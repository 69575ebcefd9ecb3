//! The watched folders, for as long as the app runs.

use lapel_wallet::watch::Events;
use tauri::{AppHandle, Manager};

use crate::desktop::Desktop;
use crate::imports;

/// Watches from now on; a second call changes nothing. Where the wallet cannot be read, nothing is watched: every
/// command says so already.
pub(crate) fn begin(app: &AppHandle) {
    let (events, waker) = Events::new();
    if !app.state::<Desktop>().keep_waker(waker) {
        return;
    }
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let wallet = app.state::<Desktop>().wallet().await?;
        let take = |paths| {
            let app = app.clone();
            async move { imports::run(&app, imports::sources(paths)).await.is_ok() }
        };
        wallet.watch(events, take).await
    });
}
