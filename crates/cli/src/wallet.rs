//! The wallet, as the commands use it.

use std::path::PathBuf;
use std::sync::Arc;

use lapel_wallet::api::ApiError;
use lapel_wallet::fetch::MapFetch;
use lapel_wallet::{Wallet, default_folder};

use crate::args::Global;
use crate::problem::{Problem, told};

/// Opens the wallet that the options name, making it where there is none.
pub(crate) fn open(global: &Global) -> Result<Wallet, Problem> {
    let folder = folder(global)?;
    let opened = if global.offline {
        Wallet::open_with(&folder, Arc::new(MapFetch::offline()))
    } else {
        Wallet::open_allowing(&folder, global.allow_host.clone())
    };
    opened.map_err(Problem::unusable)
}

fn folder(global: &Global) -> Result<PathBuf, Problem> {
    let chosen = global.wallet.clone().filter(|folder| !folder.as_os_str().is_empty());
    chosen.or_else(default_folder).ok_or_else(|| {
        Problem::unusable(told(
            "wallet.no-folder",
            "there is no folder for application data on this system",
            "Name one with --wallet DIR or LAPEL_WALLET.",
        ))
    })
}

/// What the wallet could not do for a command.
impl From<ApiError> for Problem {
    fn from(error: ApiError) -> Self {
        Self::failed(error)
    }
}
