//! How the page is painted, on Linux.

/// Where the machine has no GPU, lets WebKitGTK paint in memory. It would otherwise run its GPU compositor on a GPU
/// made up in software, which costs the start a fifth of a second, and leaves the window
/// blank where that driver fails. Whoever sets one of WebKit's own variables has decided already.
///
/// To be called before anything else has threads: it sets a variable of the process.
pub(crate) fn choose() {
    #[cfg(target_os = "linux")]
    if !has_gpu() && VARIABLES.iter().all(|name| std::env::var_os(name).is_none()) {
        // Where it cannot be set, the page is painted as WebKitGTK would have it.
        let _ = glib::setenv(VARIABLES[0], "1", false);
    }
}

/// WebKitGTK's variables for choosing how it paints.
#[cfg(target_os = "linux")]
const VARIABLES: [&str; 4] = [
    "WEBKIT_DISABLE_DMABUF_RENDERER",
    "WEBKIT_DMABUF_RENDERER_FORCE_SHM",
    "WEBKIT_DISABLE_COMPOSITING_MODE",
    "WEBKIT_FORCE_COMPOSITING_MODE",
];

/// Whether the kernel offers a device that renders.
#[cfg(target_os = "linux")]
fn has_gpu() -> bool {
    let Ok(devices) = std::fs::read_dir("/dev/dri") else { return false };
    devices.flatten().any(|device| device.file_name().to_string_lossy().starts_with("renderD"))
}
