//! `lapel watch`: folders that new badges are taken from.

use std::cell::RefCell;
use std::path::PathBuf;

use lapel_wallet::api::{ApiError, ImportProgress, NotValid, WatchedFolder};
use lapel_wallet::watch::Events;
use lapel_wallet::{Source, Wallet};
use serde_json::json;
use tokio::runtime::Builder;
use tokio::sync::Notify;

use crate::args::{Global, Watch};
use crate::import::print_line;
use crate::out::{Out, plain};
use crate::problem::{Problem, Status, told};
use crate::wallet;

/// Adds, lists or removes folders, or watches them.
pub(crate) fn run(args: &Watch, global: &Global) -> Result<Status, Problem> {
    let mut out = Out::new(global.json);
    let wallet = wallet::open(global)?;
    match args {
        Watch::Add { folder } => print(&mut out, &wallet.watch_folder(folder)?, Some("added"))?,
        Watch::List => {
            for folder in wallet.watched_folders()? {
                print(&mut out, &folder, None)?;
            }
        }
        Watch::Rm { folders } => {
            let there = wallet.watched_folders()?;
            let found = |name: &String| {
                // A folder that is gone can still be named as `list` shows it.
                let path =
                    std::fs::canonicalize(name).map_or_else(|_| name.clone(), |it| it.display().to_string());
                there.iter().find(|one| one.path == path).ok_or_else(|| not_watched(name))
            };
            // All or none: a name that was mistyped stops it before anything is gone.
            for folder in folders.iter().map(found).collect::<Result<Vec<_>, _>>()? {
                wallet.unwatch_folder(folder.id)?;
                print(&mut out, folder, Some("removed"))?;
            }
        }
        Watch::Run => {
            drop(out);
            return watch(&wallet, global);
        }
    }
    out.flush()?;
    Ok(Status::Done)
}

/// Watches until the process is ended. That may happen at any time: what is in stays in, and what was not
/// noted yet is looked at again the next time.
fn watch(wallet: &Wallet, global: &Global) -> Result<Status, Problem> {
    let mut out = Out::new(global.json);
    if !global.json {
        for folder in wallet.watched_folders()? {
            out.line(&format!("Watching {}", plain(&folder.path)))?;
        }
        out.flush()?;
    }
    let (out, unheard) = (RefCell::new(out), RefCell::new(None));
    let stop = Notify::new();
    let take = |paths: Vec<PathBuf>| async {
        let sources = paths.into_iter().map(|path| Source::File { name: path.display().to_string(), path });
        let told = |progress: ImportProgress| {
            for line in &progress.lines {
                if let Err(error) = print_line(&mut out.borrow_mut(), line) {
                    unheard.replace(Some(error));
                    stop.notify_one();
                }
            }
        };
        match begin(wallet, sources.collect()) {
            // Why it came to a halt was told, and it can be gone on with: what is written down is not lost.
            Ok(import) => {
                let _ = wallet.run_import(import, told).await;
                true
            }
            Err(_) => false,
        }
    };
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let (events, _waker) = Events::new();
    runtime.block_on(async {
        tokio::select! {
            watched = wallet.watch(events, take) => watched.map_err(Problem::from),
            () = stop.notified() => Ok(()),
        }
    })?;
    match unheard.take() {
        Some(error) => Err(error.into()),
        None => Ok(Status::Done),
    }
}

/// Nobody is there to be asked: what is not valid is kept, marked as what it is, unless the person said otherwise once.
fn begin(wallet: &Wallet, sources: Vec<Source>) -> Result<u32, ApiError> {
    let not_valid = match wallet.settings()?.not_valid {
        NotValid::Ask => NotValid::Keep,
        remembered => remembered,
    };
    wallet.begin_import(sources, Some(not_valid))
}

fn print(out: &mut Out, folder: &WatchedFolder, outcome: Option<&str>) -> Result<(), Problem> {
    if out.json {
        let mut line = json!(folder);
        if let Some(outcome) = outcome {
            line["outcome"] = outcome.into();
        }
        out.json(&line)?;
        return Ok(());
    }
    let path = plain(&folder.path);
    if let Some(outcome) = outcome {
        out.line(&format!("{path}: {outcome}"))?;
        return Ok(());
    }
    let files = if folder.files == 1 { "file" } else { "files" };
    let more = if folder.too_many { "more than " } else { "" };
    match &folder.trouble {
        Some(trouble) => out.line(&format!("{path}  {}: {}", folder.state, plain(&trouble.message)))?,
        None => out.line(&format!("{path}  {}  {more}{} {files}", folder.state, folder.files))?,
    }
    Ok(())
}

fn not_watched(name: &str) -> Problem {
    Problem::failed(told(
        "watch.none",
        format!("{name:?} is not watched"),
        "`lapel watch list` shows the folders that are.",
    ))
}
