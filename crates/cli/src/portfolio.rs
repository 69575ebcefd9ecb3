//! `lapel portfolio`.

use lapel_export::{MadePortfolio, Written, note, portfolio, write_site};
use lapel_share::{LeftOut, PortfolioOptions, has_pages};
use lapel_wallet::Wallet;
use lapel_wallet::api::{ApiError, BadgeId, ListRequest};
use serde_json::json;

use crate::args::{Global, Portfolio as Args};
use crate::list::badges;
use crate::out::{Out, plain};
use crate::problem::{Problem, Status};
use crate::publish::{Publisher, forget};
use crate::wallet;

/// Writes a static site of badges into a folder, or publishes it.
pub(crate) fn run(args: &Args, global: &Global) -> Result<Status, Problem> {
    let wallet = wallet::open(global)?;
    if args.forget {
        return forget(args, &wallet, global);
    }
    let publisher = Publisher::of(args, &wallet)?;
    let options = PortfolioOptions {
        title: args.title.clone(),
        name: args.name.clone(),
        base_url: args.base_url.clone(),
        include_void: args.include_void,
    };
    let site = portfolio(&wallet, &ids(args, &wallet)?, &options)?;
    let (done, remembered) = match (&publisher, &args.output) {
        (Some(publisher), _) => {
            let (written, remembered) = publisher.publish(&wallet, &site)?;
            (Done { place: publisher.place(), published: true, written }, remembered)
        }
        (None, Some(folder)) => {
            let written = write_site(folder, &site.files).map_err(ApiError::from)?;
            let place = folder.display().to_string();
            note(&wallet, "portfolio", Some(place.clone()), site.badges.clone(), &site.personal_data)?;
            (Done { place, published: false, written }, None)
        }
        // The arguments demand one of them.
        (None, None) => return Ok(Status::Done),
    };
    tell(args, &done, &site, remembered, global)
}

/// What was done, and where.
struct Done {
    place: String,
    published: bool,
    written: Written,
}

fn ids(args: &Args, wallet: &Wallet) -> Result<Vec<BadgeId>, Problem> {
    if !args.all {
        return Ok(args.ids.iter().map(|id| BadgeId(*id)).collect());
    }
    let request = ListRequest { sort: "newest".to_owned(), ..ListRequest::default() };
    Ok(badges(wallet, request, u32::MAX)?.into_iter().map(|badge| badge.id).collect())
}

fn tell(
    args: &Args,
    done: &Done,
    site: &MadePortfolio,
    remembered: Option<bool>,
    global: &Global,
) -> Result<Status, Problem> {
    let mut out = Out::new(global.json);
    let url = args.base_url.as_ref().filter(|_| done.published).map(ToString::to_string);
    if out.json {
        tell_json(&mut out, done, site, url)?;
    } else {
        let Written { written, unchanged, removed, kept } = &done.written;
        let (written, removed) = (written.len(), removed.len());
        out.line(&format!(
            "{}: {written} files written, {unchanged} unchanged, {removed} removed",
            plain(&done.place)
        ))?;
        if let Some(url) = url {
            out.line(&format!("It is at {}", plain(&url)))?;
        }
        for path in kept {
            out.line(&format!("Kept, since somebody changed it: {}", plain(path)))?;
        }
        match remembered {
            None => {}
            Some(false) => out.line("Name and password are in the keyring from now on.")?,
            Some(true) => {
                out.line("No keyring answers: name and password are in a file that only you can read.")?;
            }
        }
        tell_badges(&mut out, site)?;
    }
    out.flush()?;
    Ok(Status::Done)
}

fn tell_json(out: &mut Out, done: &Done, site: &MadePortfolio, url: Option<String>) -> Result<(), Problem> {
    let left_out: Vec<_> =
        site.left_out.iter().map(|it| json!({ "name": it.name, "standing": it.standing })).collect();
    let Written { written, unchanged, removed, kept } = &done.written;
    let mut line = json!({ "written": written, "unchanged": unchanged, "removed": removed, "kept": kept,
                           "left_out": left_out, "verifying_pages": has_pages(),
                           "personal_data": site.personal_data });
    line[if done.published { "place" } else { "folder" }] = done.place.clone().into();
    if let Some(url) = url {
        line["url"] = url.into();
    }
    Ok(out.json(&line)?)
}

/// Which badges are not in it, and what those that are tell.
fn tell_badges(out: &mut Out, site: &MadePortfolio) -> Result<(), Problem> {
    for LeftOut { name, standing } in &site.left_out {
        out.line(&format!("Left out: {} ({})", plain(name), plain(standing)))?;
    }
    if !has_pages() {
        out.line("Without self-verifying pages: this build of Lapel cannot make them.")?;
    }
    if !site.personal_data.is_empty() {
        out.line("The credentials in it tell:")?;
    }
    for data in &site.personal_data {
        out.line(&format!("  {}: {}", plain(&data.what), plain(&data.value)))?;
    }
    Ok(())
}
