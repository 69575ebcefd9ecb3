//! Imports: from dialogs, drops, arguments and the page, all in the background, told of by `import-progress`.

use std::path::PathBuf;

use lapel_wallet::Source;
use lapel_wallet::api::ApiError;
use serde::Serialize;
use tauri::{AppHandle, DragDropEvent, Emitter, Manager, Window, WindowEvent};
use ts_rs::TS;

use crate::desktop::{Desktop, blocking};

/// An import began.
#[derive(Serialize, TS)]
#[ts(export)]
pub(crate) struct Started {
    /// The number under which its progress is told.
    import: u32,
}

/// Whether files are held over the window.
#[derive(Clone, Serialize, TS)]
#[ts(export)]
pub(crate) struct DropHover {
    /// True from the moment they come until they are dropped or taken away.
    over: bool,
}

/// Files were dropped on the window: what becomes of them is for the page to say.
#[derive(Clone, Serialize, TS)]
#[ts(export)]
pub(crate) struct Dropped {
    /// The number to ask for them by.
    drop: u32,
}

/// Begins to bring `sources` in.
pub(crate) async fn begin(app: &AppHandle, sources: Vec<Source>) -> Result<Started, ApiError> {
    let wallet = app.state::<Desktop>().wallet().await?;
    let import = blocking(move || wallet.begin_import(sources, None)).await?;
    go_on(app, import).await
}

/// Brings `sources` in, and comes back when that is done. The error is that it could not be begun; once begun, it is
/// written down, and gone on with where it came to a halt.
pub(crate) async fn run(app: &AppHandle, sources: Vec<Source>) -> Result<(), ApiError> {
    let wallet = app.state::<Desktop>().wallet().await?;
    let beginning = wallet.clone();
    let import = blocking(move || beginning.begin_import(sources, None)).await?;
    // Why it ended early is in its last word.
    let _ = wallet.run_import(import, |progress| tell(app, "import-progress", progress)).await;
    Ok(())
}

/// Begins to bring in the three samples.
pub(crate) async fn begin_samples(app: &AppHandle) -> Result<Started, ApiError> {
    let wallet = app.state::<Desktop>().wallet().await?;
    let import = blocking(move || wallet.begin_samples()).await?;
    go_on(app, import).await
}

/// Runs an import that was begun, or paused, or cut off.
pub(crate) async fn go_on(app: &AppHandle, import: u32) -> Result<Started, ApiError> {
    let wallet = app.state::<Desktop>().wallet().await?;
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let tell_of = |progress| tell(&app, "import-progress", progress);
        // Why it ended early is in its last word.
        wallet.run_import(import, tell_of).await.err()
    });
    Ok(Started { import })
}

/// Begins to bring files in that came from outside the page. A wallet that cannot be opened is told of by every
/// command already.
pub(crate) fn begin_files(app: &AppHandle, files: Vec<PathBuf>) {
    if files.is_empty() {
        return;
    }
    let app = app.clone();
    tauri::async_runtime::spawn(async move { begin(&app, sources(files)).await.err() });
}

/// Files as sources.
pub(crate) fn sources(files: Vec<PathBuf>) -> Vec<Source> {
    files.into_iter().map(Source::Path).collect()
}

/// Takes files that are dropped on the window; the page never sees a path.
pub(crate) fn take_drops(window: &Window, event: &WindowEvent) {
    let WindowEvent::DragDrop(event) = event else { return };
    let app = window.app_handle();
    match event {
        DragDropEvent::Enter { .. } => tell(app, "drop-hover", DropHover { over: true }),
        DragDropEvent::Leave => tell(app, "drop-hover", DropHover { over: false }),
        DragDropEvent::Drop { paths, .. } => {
            tell(app, "drop-hover", DropHover { over: false });
            if !paths.is_empty() {
                let drop = app.state::<Desktop>().keep_drop(paths.clone());
                tell(app, "dropped", Dropped { drop });
            }
        }
        _ => {}
    }
}

/// Tells the page of `event`.
pub(crate) fn tell(app: &AppHandle, event: &str, what: impl Serialize + Clone) {
    // Nobody listens any more once the window is gone.
    let _ = app.emit(event, what);
}

/// Each event with what it carries.
#[cfg(test)]
#[derive(TS)]
#[ts(export)]
#[expect(dead_code, reason = "read by ts-rs, which writes ui/src/bindings/Events.ts")]
struct Events {
    #[ts(rename = "import-progress")]
    import_progress: lapel_wallet::api::ImportProgress,
    #[ts(rename = "drop-hover")]
    drop_hover: DropHover,
    dropped: Dropped,
    #[ts(rename = "account-progress")]
    account_progress: crate::accounts::AccountProgress,
    #[ts(rename = "link-offered")]
    link_offered: crate::links::LinkOffered,
    #[ts(rename = "link-refused")]
    link_refused: ApiError,
}
