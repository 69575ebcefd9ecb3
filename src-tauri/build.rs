//! Compiles the app's configuration and capabilities in. Cargo runs this in the root folder.

use std::path::Path;

fn main() {
    println!("cargo:rerun-if-changed=src-tauri/capabilities");
    println!("cargo:rerun-if-changed=ui/dist");
    if !Path::new("ui/dist/index.html").exists() {
        println!("cargo:error=the interface is not built: run `./dev ui` (it writes ui/dist)");
        std::process::exit(1);
    }
    let attributes = tauri_build::Attributes::new()
        // Without this pattern the capabilities are looked for beside Cargo.toml and come out empty.
        .capabilities_path_pattern("./src-tauri/capabilities/**/*")
        // Declared, so that a window may use the command only where a capability says so.
        .app_manifest(tauri_build::AppManifest::new().commands(&["call"]));
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo:error={error:#}");
        std::process::exit(1);
    }
}
