//! How long the start takes, for `./dev bench startup`.

use std::sync::LazyLock;
use std::time::Instant;

use tauri::{Runtime, WebviewWindowBuilder};

/// Set to anything, it makes the app print `painted` to standard error once the first page is on the screen.
const VARIABLE: &str = "LAPEL_TRACE_START";

/// Waits for the wall (all art in view decoded), then for two frames, and says so by the title of the page.
const SCRIPT: &str = include_str!("trace.js");

/// Adds the tracing where it is asked for; the window is otherwise as it was.
pub(crate) fn starting<R: Runtime, M: tauri::Manager<R>>(
    window: WebviewWindowBuilder<'_, R, M>,
) -> WebviewWindowBuilder<'_, R, M> {
    if std::env::var_os(VARIABLE).is_none() {
        return window;
    }
    window.initialization_script(SCRIPT).on_document_title_changed(|_, title| {
        if let Some(what) = title.strip_prefix("painted:") {
            eprintln!("painted {what}");
        }
    })
}

static BEGUN: LazyLock<Option<Instant>> =
    LazyLock::new(|| std::env::var_os(VARIABLE).map(|_| Instant::now()));

/// Says when this stage was reached, where tracing is asked for; the first call starts the clock.
pub(crate) fn reached(stage: &str) {
    if let Some(begun) = *BEGUN {
        eprintln!("{:>5} ms {stage}", begun.elapsed().as_millis());
    }
}
