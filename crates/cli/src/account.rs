//! `lapel account` and `lapel offer`: badges from where the person has them.

use lapel_wallet::Wallet;
use lapel_wallet::account::{AccountId, AccountView, HostKind, SyncSummary};
use lapel_wallet::api::{ApiError, ImportLine, ImportProgress};
use serde_json::json;
use tokio::runtime::{Builder, Runtime};

use crate::args::{Account, Global, Kind, Offer};
use crate::import::print_line;
use crate::out::{Out, Paint, plain, table};
use crate::problem::{Problem, Status};
use crate::wallet;

/// Connects, lists, reads or disconnects accounts.
pub(crate) fn run(args: &Account, global: &Global) -> Result<Status, Problem> {
    let wallet = wallet::open(global)?;
    let mut out = Out::new(global.json);
    let status = match args {
        Account::Add { host, kind, no_browser } => add(&wallet, &mut out, (host, *kind), *no_browser)?,
        Account::List => list(&wallet, &mut out)?,
        Account::Sync { id, all } => sync(&wallet, &mut out, *id, *all)?,
        Account::Rm { id } => remove(&wallet, &mut out, AccountId(*id))?,
    };
    out.flush()?;
    Ok(status)
}

fn add(
    wallet: &Wallet,
    out: &mut Out,
    (host, kind): (&str, Kind),
    no_browser: bool,
) -> Result<Status, Problem> {
    let kind = match kind {
        Kind::Auto => None,
        Kind::BadgeConnect => Some(HostKind::BadgeConnect),
        Kind::Ob3 => Some(HostKind::Ob3),
    };
    let runtime = runtime()?;
    let connecting = runtime.block_on(wallet.begin_connect_account(host, kind))?;
    let url = connecting.authorization_url().clone();
    let at = url.host_str().unwrap_or_default();
    if out.json {
        out.json(&json!({ "sign_in": url.as_str(), "host": at, "kind": connecting.kind() }))?;
    } else {
        out.line(&format!("Sign in at {}, in your browser:", plain(at)))?;
        out.line(&format!("  {}", plain(url.as_str())))?;
        out.flush()?;
    }
    // Where no browser can be opened, the address is there to be copied.
    if !no_browser && open::that_detached(url.as_str()).is_err() && !out.json {
        out.line("No browser could be opened: copy the address.")?;
        out.flush()?;
    }
    let account = runtime.block_on(wallet.finish_connect_account(connecting))?;
    print_account(out, &account, "connected")?;
    if !out.json {
        out.line(&format!("`lapel account sync {}` brings in its badges.", name_of(account.id)))?;
    }
    Ok(Status::Done)
}

fn list(wallet: &Wallet, out: &mut Out) -> Result<Status, Problem> {
    let accounts = wallet.accounts()?;
    if out.json {
        for account in &accounts {
            out.json(account)?;
        }
        return Ok(Status::Done);
    }
    let day = |time: &Option<String>| match time {
        Some(time) => format!("read {}", time.get(..10).unwrap_or(time)),
        None => "never read".to_owned(),
    };
    let rows: Vec<Vec<String>> = accounts
        .iter()
        .map(|account| {
            vec![
                name_of(account.id),
                account.host.clone(),
                account.name.clone().unwrap_or_default(),
                account.state.clone(),
                day(&account.last_synced),
            ]
        })
        .collect();
    for (cells, account) in table(&rows).iter().zip(&accounts) {
        out.line(cells.join("  ").trim_end())?;
        warn(out, account)?;
    }
    Ok(Status::Done)
}

/// Reads one account, or all; one that cannot be read does not keep the others from it.
fn sync(wallet: &Wallet, out: &mut Out, id: Option<u32>, all: bool) -> Result<Status, Problem> {
    let ids: Vec<AccountId> = match id {
        Some(id) => vec![AccountId(id)],
        None => wallet.accounts()?.into_iter().map(|account| account.id).collect(),
    };
    let runtime = runtime()?;
    let mut status = Status::Done;
    for id in ids {
        let mut broken = None;
        let summary = runtime.block_on(wallet.sync_account(id, all, |progress| {
            for line in progress.import.iter().flat_map(|import| &import.lines) {
                if broken.is_none() {
                    broken = print_line(out, line).err();
                }
            }
        }));
        if let Some(error) = broken {
            return Err(error.into());
        }
        match summary {
            Ok(summary) => {
                print_summary(out, &summary)?;
                if summary.error.is_some() || summary.failed > 0 {
                    status = Status::Failed;
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(status)
}

fn print_summary(out: &mut Out, summary: &SyncSummary) -> Result<(), Problem> {
    let SyncSummary { account, received, added, already_there, failed, error, .. } = summary;
    if out.json {
        out.json(&json!({
            "account": account.id, "host": account.host, "state": account.state,
            "last_synced": account.last_synced, "received": received, "added": added,
            "already_there": already_there, "failed": failed, "error": error,
        }))?;
        return Ok(());
    }
    let host = plain(&account.host);
    out.line(&format!("{host}: {added} added, {already_there} there already, {failed} failed"))?;
    if let Some(error) = error {
        tell(out, error)?;
    }
    Ok(())
}

fn remove(wallet: &Wallet, out: &mut Out, id: AccountId) -> Result<Status, Problem> {
    let gone = runtime()?.block_on(wallet.disconnect_account(id))?;
    if out.json {
        let mut line = json!(gone.account);
        line["outcome"] = "disconnected".into();
        line["untold"] = json!(gone.untold);
        out.json(&line)?;
        return Ok(Status::Done);
    }
    print_account(out, &gone.account, "disconnected; its badges stay")?;
    if let Some(error) = &gone.untold {
        out.line(
            "    The host could not be told to forget what it gave Lapel; you can do that there yourself.",
        )?;
        tell(out, error)?;
    }
    Ok(Status::Done)
}

/// Accepts an offer.
pub(crate) fn offer(args: &Offer, global: &Global) -> Result<Status, Problem> {
    let wallet = wallet::open(global)?;
    let mut out = Out::new(global.json);
    let runtime = runtime()?;
    let offer = runtime.block_on(wallet.read_offer(&args.url))?;
    let mut broken = None;
    let mut failed = false;
    let print = |progress: ImportProgress| {
        for line in &progress.lines {
            failed |= is_failure(line);
            if broken.is_none() {
                broken = print_line(&mut out, line).err();
            }
        }
    };
    let summary = runtime.block_on(wallet.accept_offer(&offer, args.pin.as_deref(), print))?;
    if let Some(error) = broken {
        return Err(error.into());
    }
    for error in &summary.missing {
        failed = true;
        if out.json {
            out.json(&json!({ "error": error }))?;
        } else {
            tell(&mut out, error)?;
        }
    }
    out.flush()?;
    Ok(if failed { Status::Failed } else { Status::Done })
}

fn is_failure(line: &ImportLine) -> bool {
    matches!(line.outcome, lapel_wallet::api::ImportOutcome::Failed { .. })
}

fn print_account(out: &mut Out, account: &AccountView, outcome: &str) -> Result<(), Problem> {
    if out.json {
        let mut line = json!(account);
        line["outcome"] = outcome.into();
        out.json(&line)?;
        return Ok(());
    }
    let who = account.name.as_deref().map(|name| format!(" ({})", plain(name))).unwrap_or_default();
    out.line(&format!("{}  {}{who}: {outcome}", name_of(account.id), plain(&account.host)))?;
    warn(out, account)
}

fn warn(out: &mut Out, account: &AccountView) -> Result<(), Problem> {
    if let Some(warning) = &account.warning {
        let painted = out.paint(Paint::Open, &plain(warning));
        out.line(&format!("    {painted}"))?;
    }
    Ok(())
}

fn tell(out: &mut Out, error: &ApiError) -> Result<(), Problem> {
    let painted = out.paint(Paint::Bad, &plain(&error.message));
    out.line(&format!("    {painted}"))?;
    out.line(&format!("    {}", plain(&error.hint)))?;
    Ok(())
}

fn name_of(id: AccountId) -> String {
    format!("a{}", id.0)
}

/// Runs what waits.
pub(crate) fn runtime() -> Result<Runtime, Problem> {
    Ok(Builder::new_current_thread().enable_all().build()?)
}
