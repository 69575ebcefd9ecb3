//! Fonts for typesetting, handed in: what a computer has is none of this room's business.

use std::fmt;
use std::sync::OnceLock;

use typst::foundations::Bytes;
use typst::text::{Font, FontBook, FontInfo};
use typst::utils::LazyHash;

/// The fonts that a PDF may use. Those that come with Lapel (Libertinus Serif, New Computer Modern and DejaVu Sans
/// Mono: Latin, Greek, Cyrillic, some Hebrew and Arabic) are always among them; for more scripts, hand in those of the
/// system.
pub struct Fonts {
    book: LazyHash<FontBook>,
    faces: Vec<Face>,
}

/// A font that is read when it is needed for the first time.
struct Face {
    load: Box<dyn Fn() -> Option<Font> + Send + Sync>,
    font: OnceLock<Option<Font>>,
}

impl Fonts {
    /// The fonts that come with Lapel.
    pub fn bundled() -> Self {
        let mut fonts = Self { book: LazyHash::new(FontBook::new()), faces: Vec::new() };
        for font in typst_assets::fonts().flat_map(|data| Font::iter(Bytes::new(data))) {
            fonts.push(font.info().clone(), move || Some(font.clone()));
        }
        fonts
    }

    /// These and `faces`: what is known of each, and how its file is read (`None` where it cannot be).
    #[must_use]
    pub fn and<F>(mut self, faces: impl IntoIterator<Item = (FontInfo, F)>) -> Self
    where
        F: Fn() -> Option<Font> + Send + Sync + 'static,
    {
        for (info, load) in faces {
            self.push(info, load);
        }
        self
    }

    fn push(&mut self, info: FontInfo, load: impl Fn() -> Option<Font> + Send + Sync + 'static) {
        self.book.push(info);
        self.faces.push(Face { load: Box::new(load), font: OnceLock::new() });
    }

    /// What is known of them.
    pub(super) fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    /// The font of this index in the book.
    pub(super) fn font(&self, index: usize) -> Option<Font> {
        let face = self.faces.get(index)?;
        face.font.get_or_init(|| (face.load)()).clone()
    }

    /// Whether any of them can draw `character`.
    pub(super) fn draws(&self, character: char) -> bool {
        (0..self.faces.len())
            .filter_map(|index| self.book.info(index))
            .any(|info| info.coverage.contains(u32::from(character)))
    }
}

impl fmt::Debug for Fonts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Fonts({})", self.faces.len())
    }
}
