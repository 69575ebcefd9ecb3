//! `lapel imports`: what became of imports, and what can still be done about them.

use lapel_wallet::Wallet;
use lapel_wallet::api::{ImportLinesRequest, ImportReport, ImportState};
use serde_json::json;

use crate::args::{Decision, Global, Imports};
use crate::import::{Lines, drive, in_words, print_line};
use crate::out::{Out, plain};
use crate::problem::{Problem, Status};
use crate::wallet;

/// How many imports are listed.
const MOST: u32 = 50;

/// Does what `args` asks for.
pub(crate) fn run(args: &Imports, global: &Global) -> Result<Status, Problem> {
    let wallet = wallet::open(global)?;
    let out = Out::new(global.json);
    match args {
        Imports::List => list(&wallet, out),
        Imports::Show { import, lines } => show(&wallet, *import, *lines, out),
        Imports::Resume { import: Some(import) } => go_on(&wallet, &[*import], global),
        Imports::Resume { import: None } => {
            let unfinished = wallet.unfinished_imports()?;
            let resumable = unfinished.iter().filter(|report| report.state != ImportState::Waiting);
            let imports: Vec<u32> = resumable.map(|report| report.import).collect();
            go_on(&wallet, &imports, global)
        }
        Imports::Decide { import, what, remember } => {
            wallet.decide_import(*import, *what == Decision::Keep, *remember)?;
            go_on(&wallet, &[*import], global)
        }
        Imports::Take { import, url } => {
            let import = wallet.begin_import_of_list(*import, url)?;
            go_on(&wallet, &[import], global)
        }
        Imports::Stop { import } => {
            wallet.cancel_import(*import)?;
            show(&wallet, *import, false, out)
        }
        Imports::Undo { import } => undo(&wallet, *import, out),
    }
}

fn list(wallet: &Wallet, mut out: Out) -> Result<Status, Problem> {
    for report in wallet.latest_imports(MOST)? {
        if out.json {
            out.json(&report)?;
        } else {
            out.line(&summary(&report))?;
        }
    }
    out.flush()?;
    Ok(Status::Done)
}

fn summary(report: &ImportReport) -> String {
    let state = match report.state {
        ImportState::Running => "under way or cut off",
        ImportState::Paused => "paused",
        ImportState::Waiting => "waits for a decision",
        ImportState::Finished => "finished",
        ImportState::Cancelled => "stopped",
        ImportState::Undone => "taken back",
    };
    let left = if report.left > 0 { format!(", {} left", report.left) } else { String::new() };
    format!("{}  {}  {state}: {}{left}", report.import, report.started_at, in_words(&report.counts))
}

fn show(wallet: &Wallet, import: u32, lines: bool, mut out: Out) -> Result<Status, Problem> {
    let report = wallet.import_report(import)?;
    if out.json {
        out.json(&report)?;
    } else {
        out.line(&summary(&report))?;
        for group in report.failures.iter().filter(|_| !lines) {
            out.line(&format!("{} x {}: {}", group.count, group.code, plain(&group.message)))?;
            out.line(&format!("    {}", plain(&group.hint)))?;
            for source in &group.sources {
                out.line(&format!("    - {}", plain(source)))?;
            }
        }
        if report.links_skipped + report.hidden_skipped > 0 {
            let (links, hidden) = (report.links_skipped, report.hidden_skipped);
            out.line(&format!("Left aside: {links} symbolic links, {hidden} hidden files and folders"))?;
        }
    }
    let mut offset = 0;
    while lines {
        let page = wallet.import_lines(&ImportLinesRequest { import, outcome: None, offset, limit: 1000 })?;
        if page.lines.is_empty() {
            break;
        }
        for line in &page.lines {
            print_line(&mut out, line)?;
            offset += 1;
        }
    }
    out.flush()?;
    Ok(Status::Done)
}

fn go_on(wallet: &Wallet, imports: &[u32], global: &Global) -> Result<Status, Problem> {
    let mut status = Status::Done;
    for import in imports {
        let mut lines = Lines::new(Out::new(global.json));
        let report = drive(wallet, *import, &mut lines)?;
        if lines.finish(&report, 0)? == Status::Failed {
            status = Status::Failed;
        }
    }
    Ok(status)
}

fn undo(wallet: &Wallet, import: u32, mut out: Out) -> Result<Status, Problem> {
    let undone = wallet.undo_import(import)?;
    if out.json {
        out.json(&json!(undone))?;
    } else {
        let (removed, reverted) = (undone.removed, undone.reverted);
        out.line(&format!("Removed {removed}, brought back the earlier version of {reverted}."))?;
        if removed > 0 {
            out.line(&format!("To have the removed ones again: lapel restore {}", undone.token))?;
        }
    }
    out.flush()?;
    Ok(Status::Done)
}
