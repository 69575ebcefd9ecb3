//! The floor that `./dev bench startup` measures against: a Tauri window with one line of text and nothing behind it.

use tauri::{WebviewUrl, WebviewWindowBuilder};

fn main() -> tauri::Result<()> {
    tauri::Builder::default()
        .setup(|app| {
            WebviewWindowBuilder::new(app, "main", WebviewUrl::default())
                .inner_size(1120.0, 760.0)
                .initialization_script(include_str!("../../src-tauri/src/trace.js"))
                .on_document_title_changed(|_, title| {
                    if title.starts_with("painted:") {
                        eprintln!("painted");
                    }
                })
                .build()?;
            Ok(())
        })
        .run(tauri::generate_context!("benches/bare-window/tauri.conf.json"))
}
