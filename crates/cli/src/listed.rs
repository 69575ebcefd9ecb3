//! `lapel listed`: achievements that carry no credential, which nothing can verify.

use lapel_wallet::api::SelfListedView;
use serde_json::json;

use crate::args::{Global, Listed};
use crate::out::{Out, plain};
use crate::problem::{Problem, Status};
use crate::wallet;

/// Lists the shelf, or takes something off it.
pub(crate) fn run(args: &Listed, global: &Global) -> Result<Status, Problem> {
    let wallet = wallet::open(global)?;
    let mut out = Out::new(global.json);
    let there = wallet.self_listed()?;
    match &args.command {
        None => {
            for listed in &there {
                print(&mut out, listed, None)?;
            }
        }
        Some(crate::args::ListedCommand::Rm { ids }) => {
            // All or none: a number that was mistyped stops it before anything is gone.
            if let Some(wrong) = ids.iter().find(|id| !there.iter().any(|one| one.id == **id)) {
                wallet.remove_self_listed(*wrong)?;
            }
            for listed in there.iter().filter(|one| ids.contains(&one.id)) {
                wallet.remove_self_listed(listed.id)?;
                print(&mut out, listed, Some("removed"))?;
            }
        }
    }
    out.flush()?;
    Ok(Status::Done)
}

fn print(out: &mut Out, shelved: &SelfListedView, outcome: Option<&str>) -> Result<(), Problem> {
    if out.json {
        let mut line = json!(shelved);
        if let Some(outcome) = outcome {
            line["outcome"] = outcome.into();
        }
        out.json(&line)?;
        return Ok(());
    }
    let listed = &shelved.listed;
    let name = plain(&listed.name);
    let line = if let Some(outcome) = outcome {
        format!("l{}  {name}: {outcome}", shelved.id)
    } else {
        let rest = [&listed.issuer, &listed.issued_on, &listed.url].into_iter().flatten();
        let words: Vec<String> = [format!("l{}", shelved.id), "self-listed".to_owned(), name]
            .into_iter()
            .chain(rest.map(|value| plain(value)))
            .collect();
        words.join("  ")
    };
    out.line(&line)?;
    Ok(())
}
