//! How long the start takes, for `./dev bench startup`.

use std::sync::LazyLock;
use std::time::{Instant, SystemTime};

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
        if let Some((cells, stages)) = title.strip_prefix("painted:").and_then(|said| said.split_once(' ')) {
            tell(serde_json::from_str(stages).unwrap_or_default());
            eprintln!("painted {cells}");
        }
    })
}

/// Prints the stages that the page names, each with its time since 1970 in milliseconds.
fn tell(stages: Vec<(String, f64)>) {
    let Some((_, begun)) = *BEGUN else { return };
    let begun = begun.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs_f64() * 1000.0;
    for (stage, at) in stages {
        eprintln!("{:>5.0} ms {stage}", at - begun);
    }
}

static BEGUN: LazyLock<Option<(Instant, SystemTime)>> =
    LazyLock::new(|| std::env::var_os(VARIABLE).map(|_| (Instant::now(), SystemTime::now())));

/// Says when this stage was reached, where tracing is asked for; the first call starts the clock.
pub(crate) fn reached(stage: &str) {
    if let Some((begun, _)) = *BEGUN {
        eprintln!("{:>5} ms {stage}", begun.elapsed().as_millis());
    }
}
