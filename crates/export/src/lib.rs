//! Takes badges out of the wallet. What leaves is made by `lapel-share`, which knows no file, clock or socket; this
//! room reads the wallet for it. The window and the command line share it.

mod archive;
mod cv;
mod fonts;
mod log;
mod machines;
mod page;
mod plan;
mod portfolio;
mod present;
mod publish;
mod shared;
mod site;

pub use archive::{Names, archive};
pub use cv::{MadeCv, cv};
pub use fonts::{fonts, picture_fonts};
pub use log::note;
pub use machines::{LeftOut, presentation_of, universal_wallet_of};
pub use page::{PageAnswer, page_answers};
pub use plan::{MANIFEST, Written};
pub use portfolio::{MadePortfolio, base_url, portfolio};
pub use present::{Showing, present, present_unsigned};
pub use publish::{Fault, PublishError, PublishLimits, Target, TargetOptions, publish};
pub use shared::{Shared, checked_settings, kind, mastodon_instance, no_page, void, with_settings};
pub use site::{SiteError, write_site};
