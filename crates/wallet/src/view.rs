//! Reports as the shells show them, with the pictures that are at hand.

use std::collections::HashMap;

use openbadges::Report;
use openbadges::card::BadgeCard;
use openbadges::document::Documents;

use crate::api::ReportView;
use crate::art;

/// Whether a view carries the pictures of the credentials inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pictures {
    /// Small, as far as they are at hand.
    Small,
    /// None.
    None,
}

/// A report on the credential of `card`, for showing. The cards of the credentials inside move from `card` to their
/// places in the view; their pictures are looked for in themselves and in `documents`.
pub fn report_view(
    report: &Report,
    card: &mut BadgeCard,
    documents: &Documents,
    pictures: Pictures,
) -> ReportView {
    let room = if pictures == Pictures::Small { MOST_PICTURES } else { 0 };
    let mut album = Album { documents, pictures: HashMap::new(), room };
    ReportView::of(report, card, &mut |card| album.picture(card))
}

/// Bytes of pictures that a view carries, in all.
const MOST_PICTURES: usize = 8 << 20;

/// The pictures of the credentials inside one.
struct Album<'a> {
    documents: &'a Documents,
    /// By what the card names: records often name one picture many times.
    pictures: HashMap<String, Option<String>>,
    room: usize,
}

impl Album<'_> {
    fn picture(&mut self, card: &BadgeCard) -> Option<String> {
        let image = card.image.as_deref().filter(|_| self.room > 0)?;
        if !self.pictures.contains_key(image) {
            self.pictures.insert(image.to_owned(), art::small(image, self.documents));
        }
        let picture = self.pictures.get(image).cloned().flatten();
        // The same picture said again is carried again.
        let picture = picture.filter(|uri| uri.len() <= self.room)?;
        self.room -= picture.len();
        Some(picture)
    }
}
