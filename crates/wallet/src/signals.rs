//! A file-size limit must be an error, not the end of the process.

/// Lets writes beyond a file-size limit (`ulimit -f`, a quota) fail with an error that SQLite reports, where the
/// system would otherwise kill the process with `SIGXFSZ`. Once is enough; nothing else of the process changes.
#[cfg(unix)]
pub(crate) fn outlive_file_size_limits() {
    use std::sync::Once;
    use std::sync::atomic::AtomicBool;
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Nobody reads the flag: that there is a handler is what keeps the process alive. Where it cannot be set
        // up, things are as they were.
        let _ = signal_hook::flag::register(
            signal_hook::consts::SIGXFSZ,
            std::sync::Arc::new(AtomicBool::new(false)),
        );
    });
}

#[cfg(not(unix))]
pub(crate) fn outlive_file_size_limits() {}
