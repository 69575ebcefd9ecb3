//! The window: Tauri's wiring and nothing else.
//!
//! The interface (`ui/`) asks through one command, [`calls`]; badge files reach the wallet by dialogs, drops and
//! arguments. What is *not* here: any logic worth a test of its own. Badges are read, judged, stored and shared by
//! `lapel-wallet` and `lapel-share`, the same as in the command line.

mod calls;
mod trace;

use tauri::{App, AppHandle, Manager, Url, WebviewWindowBuilder};

/// The label of the only window, as in `tauri.conf.json` and the capability.
const WINDOW: &str = "main";

/// Opens the window and runs until it is closed.
///
/// # Errors
/// Where the window cannot be made.
pub fn run() -> tauri::Result<()> {
    let mut builder = tauri::Builder::default();
    if single_instance_possible() {
        // First of all plugins, as it asks: a second instance must end before it does anything else.
        builder = builder.plugin(tauri_plugin_single_instance::init(|app, _arguments, _folder| raise(app)));
    }
    builder
        .plugin(tauri_plugin_window_state::Builder::default().build())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_clipboard_manager::init())
        .invoke_handler(tauri::generate_handler![calls::call])
        .setup(|app| Ok(open_window(app)?))
        .run(tauri::generate_context!())
}

/// One instance is found by way of the session bus on Linux; without one (a bare X server) there may be several,
/// which the wallet bears.
fn single_instance_possible() -> bool {
    !cfg!(target_os = "linux")
        || std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some()
        || std::env::var_os("XDG_RUNTIME_DIR")
            .is_some_and(|folder| std::path::Path::new(&folder).join("bus").exists())
}

fn open_window(app: &mut App) -> tauri::Result<()> {
    let Some(config) = app.config().app.windows.iter().find(|window| window.label == WINDOW).cloned() else {
        return Err(tauri::Error::WindowNotFound);
    };
    let window = WebviewWindowBuilder::from_config(app, &config)?.on_navigation(is_our_page);
    trace::starting(window).build()?;
    Ok(())
}

/// The window shows our own pages only; a link out of them opens in the browser, by `open_link`.
fn is_our_page(url: &Url) -> bool {
    match url.scheme() {
        "tauri" => true,
        "http" | "https" if url.host_str() == Some("tauri.localhost") => true,
        "http" => tauri::is_dev() && url.host_str() == Some("localhost"),
        _ => false,
    }
}

fn raise(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(WINDOW) {
        // Where the desktop refuses to raise it, the window is still there to be found.
        let _ = window.unminimize();
        let _ = window.set_focus();
    }
}
