//! The fonts of this computer.

use std::sync::OnceLock;

use lapel_share::{Fonts, PictureFonts};
use resvg::usvg::fontdb::Database;
use typst_kit::fonts::{FontSource as _, system};

/// Families that stand for any other in pictures, the likeliest first.
const USUAL: [&str; 8] = [
    "Segoe UI",
    "Helvetica Neue",
    "Inter",
    "Noto Sans",
    "DejaVu Sans",
    "Liberation Sans",
    "Arial",
    "Cantarell",
];

/// Lapel's own fonts and those that are installed: searched for once, and each read when it is needed.
pub fn fonts() -> &'static Fonts {
    static FONTS: OnceLock<Fonts> = OnceLock::new();
    FONTS.get_or_init(|| Fonts::bundled().and(system().map(|(path, info)| (info, move || path.load()))))
}

/// The installed fonts for text in pictures. They are looked for once, which takes a moment; a later call gives the same.
pub fn picture_fonts() -> &'static PictureFonts {
    static FOUND: OnceLock<PictureFonts> = OnceLock::new();
    FOUND.get_or_init(|| {
        let mut database = Database::new();
        database.load_system_fonts();
        PictureFonts::of(database, &USUAL)
    })
}
