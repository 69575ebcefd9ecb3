//! `lapel present`: badges shown to a verifier.

use lapel_export::{Showing, present, present_unsigned};
use lapel_share::choices;
use lapel_wallet::Wallet;
use lapel_wallet::api::BadgeId;
use serde_json::json;

use crate::account::runtime;
use crate::args::{Global, Present};
use crate::export::{not_written, write};
use crate::out::{Out, plain};
use crate::problem::{Problem, Status};
use crate::wallet;

/// Makes a presentation, or says which parts of badges could be in it.
pub(crate) fn run(args: &Present, global: &Global) -> Result<Status, Problem> {
    let wallet = wallet::open(global)?;
    let mut out = Out::new(global.json);
    if args.parts {
        for id in &args.ids {
            print_parts(&mut out, &wallet, BadgeId(*id))?;
        }
        out.flush()?;
        return Ok(Status::Done);
    }
    let showing = Showing {
        badges: args.ids.iter().copied().map(BadgeId).collect(),
        parts: args.show.clone(),
        domain: args.domain.clone(),
        challenge: args.challenge.clone(),
    };
    let presentation = if args.unsigned {
        present_unsigned(&wallet, &showing)?
    } else {
        runtime()?.block_on(present(&wallet, &showing))?
    };
    match &args.output {
        Some(path) => {
            write(path, presentation.as_bytes(), args.force).map_err(|error| not_written(path, &error))?;
            let path = path.display().to_string();
            if out.json {
                out.json(&json!({ "badges": args.ids, "path": path, "bytes": presentation.len() }))?;
            } else {
                out.line(&format!("Saved a presentation as {}", plain(&path)))?;
            }
        }
        None => out.bytes(format!("{presentation}\n").as_bytes())?,
    }
    out.flush()?;
    Ok(Status::Done)
}

fn print_parts(out: &mut Out, wallet: &Wallet, id: BadgeId) -> Result<(), Problem> {
    let choices = choices(&wallet.badge(id)?.credential);
    if out.json {
        out.json(&json!({ "id": id, "parts": choices }))?;
        return Ok(());
    }
    if choices.is_empty() {
        out.line(&format!("b{}  can be shown as a whole only: its issuer signed it so.", id.0))?;
    }
    for choice in choices {
        let mark = if choice.mandatory { "  (always shown)" } else { "" };
        out.line(&format!("b{}  {}  {}{mark}", id.0, plain(&choice.pointer), plain(&choice.value)))?;
    }
    Ok(())
}
