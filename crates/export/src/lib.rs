//! Takes badges out of the wallet. What leaves is made by `lapel-share`, which knows no file, clock or socket; this
//! room reads the wallet for it. The window and the command line share it.

mod archive;
mod cv;
mod fonts;
mod page;
mod present;
mod shared;
mod site;

pub use archive::{Names, archive};
pub use cv::{MadeCv, cv};
pub use fonts::{fonts, picture_fonts};
pub use page::{PageAnswer, page_answers};
pub use present::{Showing, present, present_unsigned};
pub use shared::{
    Shared, carried, checked_settings, kind, mastodon_instance, no_page, told, void, with_settings,
};
pub use site::{MANIFEST, SiteError, Written, write_site};
