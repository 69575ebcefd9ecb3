//! The fonts of this system, for text in pictures.

use std::sync::OnceLock;

use lapel_share::Fonts;
use resvg::usvg::fontdb::Database;

/// Families that stand for any other, the likeliest first.
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

/// The fonts of this system. They are looked for once, which takes a moment; a later call gives the same.
pub fn fonts() -> &'static Fonts {
    static FOUND: OnceLock<Fonts> = OnceLock::new();
    FOUND.get_or_init(|| {
        let mut database = Database::new();
        database.load_system_fonts();
        Fonts::of(database, &USUAL)
    })
}
