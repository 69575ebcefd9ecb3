//! Takes badges out of the wallet. What leaves is made by `lapel-share`, which knows no file, clock or socket; this
//! room reads the wallet for it. The window and the command line share it.

mod shared;

pub use shared::{Shared, kind};
