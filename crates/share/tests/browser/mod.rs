//! What tests need that look at pages in a browser.

use std::path::Path;
use std::process::{Command, Stdio};

const MODULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ui/node_modules/html-validate");

/// What of it is not installed here, if anything.
pub fn absent() -> Option<&'static str> {
    let node = Command::new("node").arg("--version").stdout(Stdio::null()).status().is_ok();
    if !node || !Path::new(MODULES).is_dir() {
        return Some("needs Node and the packages of the interface (./dev ui)");
    }
    let chromium = std::env::var_os("CHROMIUM").is_some() || Path::new("/usr/bin/chromium").exists();
    (!chromium).then_some("needs Chromium")
}
