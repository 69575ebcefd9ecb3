//! `lapel rm` and `lapel restore`.

use lapel_wallet::api::BadgeId;
use serde_json::json;

use crate::args::{Global, Restore, Rm};
use crate::out::Out;
use crate::problem::{Problem, Status};
use crate::wallet;

/// Removes badges, and says how to bring them back.
pub(crate) fn rm(args: &Rm, global: &Global) -> Result<Status, Problem> {
    let ids: Vec<BadgeId> = args.ids.iter().copied().map(BadgeId).collect();
    let wallet = wallet::open(global)?;
    // All or none: a name that was mistyped stops it before anything is gone.
    for id in &ids {
        wallet.open_badge(*id)?;
    }
    let removed = wallet.remove(&ids)?;
    let mut out = Out::new(global.json);
    if out.json {
        out.json(&json!({ "removed": removed.removed, "token": removed.token }))?;
    } else {
        let badges = counted(removed.removed);
        out.line(&format!("Removed {badges}. To bring back: lapel restore {}", removed.token))?;
    }
    out.flush()?;
    Ok(Status::Done)
}

/// Brings back what one `rm` removed.
pub(crate) fn restore(args: &Restore, global: &Global) -> Result<Status, Problem> {
    let restored = wallet::open(global)?.restore(args.token)?;
    let mut out = Out::new(global.json);
    if out.json {
        out.json(&json!({ "restored": restored }))?;
    } else {
        out.line(&format!("{} back in the wallet.", counted(restored)))?;
    }
    out.flush()?;
    Ok(Status::Done)
}

fn counted(badges: u32) -> String {
    if badges == 1 { "1 badge".to_owned() } else { format!("{badges} badges") }
}
