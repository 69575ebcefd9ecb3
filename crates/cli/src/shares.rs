//! `lapel shares`: what left the wallet, when, and where to.

use lapel_wallet::Wallet;
use lapel_wallet::api::{BadgeId, ShareView, SharesRequest};
use serde_json::json;

use crate::args::{Global, Shares};
use crate::out::{Out, plain};
use crate::problem::{Problem, Status};
use crate::wallet;

/// How many are read at a time.
const PAGE: u32 = 200;

/// Lists the log, or forgets some of it.
pub(crate) fn run(args: &Shares, global: &Global) -> Result<Status, Problem> {
    let wallet = wallet::open(global)?;
    let mut out = Out::new(global.json);
    match args {
        Shares::List { id } => list(&wallet, &mut out, id.map(BadgeId))?,
        Shares::Forget { shares, all } => {
            let forgotten = wallet.forget_shares((!all).then_some(shares.as_slice()))?;
            if out.json {
                out.json(&json!({ "forgotten": forgotten }))?;
            } else {
                out.line(&format!("Forgotten: {forgotten}. What was shared stays shared."))?;
            }
        }
    }
    out.flush()?;
    Ok(Status::Done)
}

fn list(wallet: &Wallet, out: &mut Out, badge: Option<BadgeId>) -> Result<(), Problem> {
    let mut request = SharesRequest { badge, before: None, limit: PAGE };
    loop {
        let shares = wallet.shares(&request)?;
        for share in &shares {
            print(out, share)?;
        }
        match shares.last() {
            Some(last) => request.before = Some(last.id),
            None => return Ok(()),
        }
    }
}

fn print(out: &mut Out, share: &ShareView) -> Result<(), Problem> {
    if out.json {
        out.json(share)?;
        return Ok(());
    }
    let names: Vec<String> = share.badges.iter().map(|badge| plain(&badge.name)).collect();
    let place = share.place.as_deref().map_or_else(String::new, |place| format!(" to {}", plain(place)));
    out.line(&format!("{}  {}  {}{place}: {}", share.id, share.at, plain(&share.target), names.join(", ")))?;
    if !share.personal.is_empty() {
        out.line(&format!("     with {}", plain(&share.personal.join("; "))))?;
    }
    Ok(())
}
