//! `lapel portfolio`.

use lapel_export::{Shared, Written, told, write_site};
use lapel_share::{Badge, LeftOut, PersonalData, Portfolio, PortfolioOptions, has_pages};
use lapel_wallet::Wallet;
use lapel_wallet::api::{ApiError, BadgeId, ListRequest};
use serde_json::json;

use crate::args::{Global, Portfolio as Args};
use crate::list::badges;
use crate::out::{Out, plain};
use crate::problem::{Problem, Status};
use crate::wallet;

/// Writes a static site of badges.
pub(crate) fn run(args: &Args, global: &Global) -> Result<Status, Problem> {
    let wallet = wallet::open(global)?;
    let shared: Vec<Shared> =
        ids(args, &wallet)?.into_iter().map(|id| Shared::read(&wallet, id)).collect::<Result<_, _>>()?;
    let shown: Vec<Badge<'_>> = shared.iter().map(Shared::badge).collect();
    let options = PortfolioOptions {
        title: args.title.clone(),
        name: args.name.clone(),
        base_url: args.base_url.clone(),
        include_void: args.include_void,
    };
    let site = Portfolio::of(&shown, &options);
    let written = write_site(&args.output, &site.files).map_err(ApiError::from)?;
    tell(args, &written, &site.left_out, &told(&shown, args.include_void), global)
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
    written: &Written,
    left_out: &[LeftOut],
    told: &[PersonalData],
    global: &Global,
) -> Result<Status, Problem> {
    let mut out = Out::new(global.json);
    let folder = args.output.display().to_string();
    if out.json {
        let left_out: Vec<_> =
            left_out.iter().map(|it| json!({ "name": it.name, "standing": it.standing })).collect();
        out.json(&json!({ "folder": folder, "written": written.written, "unchanged": written.unchanged,
                          "removed": written.removed, "kept": written.kept, "left_out": left_out,
                          "verifying_pages": has_pages(), "personal_data": told }))?;
    } else {
        let Written { written, unchanged, removed, kept } = written;
        let (written, removed) = (written.len(), removed.len());
        out.line(&format!(
            "{}: {written} files written, {unchanged} unchanged, {removed} removed",
            plain(&folder)
        ))?;
        for path in kept {
            out.line(&format!("Kept, since somebody changed it: {}", plain(path)))?;
        }
        for LeftOut { name, standing } in left_out {
            out.line(&format!("Left out: {} ({})", plain(name), plain(standing)))?;
        }
        if !has_pages() {
            out.line("Without self-verifying pages: this build of Lapel cannot make them.")?;
        }
        if !told.is_empty() {
            out.line("The credentials in it tell:")?;
        }
        for data in told {
            out.line(&format!("  {}: {}", plain(&data.what), plain(&data.value)))?;
        }
    }
    out.flush()?;
    Ok(Status::Done)
}
