//! Takes badges out of the wallet. What leaves is made by `lapel-share`, which knows no file, clock or socket; this
//! room reads the wallet for it. The window and the command line share it.

mod cv;
mod fonts;
mod present;
mod shared;
mod site;

pub use cv::{MadeCv, cv};
pub use fonts::fonts;
pub use present::{Showing, present, present_unsigned};
pub use shared::{Shared, kind};
pub use site::{MANIFEST, SiteError, Written, write_site};
