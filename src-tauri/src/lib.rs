//! The window: Tauri's wiring and nothing else.
//!
//! The interface (`ui/`) asks through one command, in [`calls`]; files come in by dialogs, drops and [`arguments`], in
//! [`imports`], from watched folders in [`watching`], from the [`clipboard`], and by [`links`]; pictures go out
//! through `art://`, in [`art`], and pages that are to leave are shown through `preview://`, in [`preview`]. What is
//! *not* here: any logic worth a test of its own.
//! Badges are read, judged, stored and shared by `lapel-wallet` and `lapel-share`, the same as on the command line.

mod accounts;
mod arguments;
mod art;
mod calls;
mod clipboard;
mod desktop;
mod document;
mod graphics;
mod imports;
mod links;
mod pages;
mod preview;
mod served;
mod sharing;
mod trace;
mod watching;

use tauri::{App, AppHandle, Manager, Url, WebviewWindowBuilder};

use arguments::Arguments;
use desktop::Desktop;

/// The label of the only window, as in `tauri.conf.json` and its capability.
const WINDOW: &str = "main";

/// Opens the window and runs until it is closed. Arguments of the process are files and folders to bring in, and
/// links to offer.
///
/// # Errors
/// Where the window cannot be made.
pub fn run() -> tauri::Result<()> {
    trace::reached("start");
    graphics::choose();
    let mut builder = tauri::Builder::default();
    if single_instance_possible() {
        // Before all other plugins, as it asks: a second start hands over its files and ends here.
        builder = builder.plugin(tauri_plugin_single_instance::init(|app, arguments, folder| {
            raise(app);
            open(app, Arguments::read(arguments.into_iter().skip(1), folder.as_ref()));
        }));
    }
    builder
        .plugin(tauri_plugin_window_state::Builder::default().build())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_clipboard_manager::init())
        .register_asynchronous_uri_scheme_protocol(art::SCHEME, art::answer)
        .register_asynchronous_uri_scheme_protocol(preview::SCHEME, preview::answer)
        .invoke_handler(tauri::generate_handler![calls::call])
        .on_window_event(imports::take_drops)
        .setup(|app| Ok(open_window(app)?))
        .build(tauri::generate_context!())?
        .run(opened);
    Ok(())
}

/// On macOS files and links do not come as arguments.
#[cfg(target_os = "macos")]
fn opened(app: &AppHandle, event: tauri::RunEvent) {
    if let tauri::RunEvent::Opened { urls } = event {
        raise(app);
        let given = Arguments::read(urls.into_iter().map(String::from), "".as_ref());
        if let Some(given) = app.state::<Desktop>().keep_waiting(given) {
            open(app, given);
        }
    }
}

#[cfg(not(target_os = "macos"))]
fn opened(_: &AppHandle, _: tauri::RunEvent) {}

/// Brings in what the app was started with, and offers the links.
fn open(app: &AppHandle, given: Arguments) {
    imports::begin_files(app, given.files);
    links::offer(app, given.links);
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
    trace::reached("setup");
    app.manage(preview::Preview::default());
    app.manage(Desktop::new(Arguments::read(std::env::args().skip(1), "".as_ref())));
    // The wallet opens while the window does.
    let handle = app.handle().clone();
    tauri::async_runtime::spawn(async move { handle.state::<Desktop>().wallet().await.err() });

    let Some(config) = app.config().app.windows.iter().find(|window| window.label == WINDOW).cloned() else {
        return Err(tauri::Error::WindowNotFound);
    };
    let handle = app.handle().clone();
    let window = WebviewWindowBuilder::from_config(app, &config)?
        .on_navigation(is_our_page)
        .on_web_resource_request(move |request, response| document::begin(&handle, &request, response));
    trace::starting(window).build()?;
    trace::reached("window made");
    Ok(())
}

/// The window shows our own pages only; a link out of them opens in the browser, by `open_link`.
fn is_our_page(url: &Url) -> bool {
    match url.scheme() {
        // The window itself, and the frame that shows pages that are to leave.
        "tauri" | preview::SCHEME => true,
        // The preview of an embed: a sandboxed frame whose page is ours.
        "about" => url.path() == "srcdoc",
        "http" if url.host_str() == Some("preview.localhost") => true,
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
