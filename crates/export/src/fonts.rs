//! The fonts of this computer.

use std::sync::OnceLock;

use lapel_share::Fonts;
use typst_kit::fonts::{FontSource as _, system};

/// Lapel's own fonts and those that are installed: searched for once, and each read when it is needed.
pub fn fonts() -> &'static Fonts {
    static FONTS: OnceLock<Fonts> = OnceLock::new();
    FONTS.get_or_init(|| Fonts::bundled().and(system().map(|(path, info)| (info, move || path.load()))))
}
