//! `lapel cv`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use lapel_export::{MadeCv, note};
use lapel_share::{CvFormat, CvOptions, CvStyle, Grouping};
use lapel_wallet::api::{BadgeId, ListRequest};
use serde_json::json;

use crate::args::{Cv, CvForm, CvGroup, CvLook, Global};
use crate::export::{not_written, write};
use crate::list::badges;
use crate::out::{Out, plain};
use crate::problem::{Problem, Status};
use crate::wallet;

/// Makes a CV and saves it.
pub(crate) fn run(args: &Cv, global: &Global) -> Result<Status, Problem> {
    let wallet = wallet::open(global)?;
    let ids: Vec<BadgeId> = if args.all {
        let request = ListRequest { sort: "issued".to_owned(), ..ListRequest::default() };
        badges(&wallet, request, u32::MAX)?.into_iter().map(|badge| badge.id).collect()
    } else {
        args.ids.iter().copied().map(BadgeId).collect()
    };
    let made = lapel_export::cv(&wallet, &ids, &options(args), format(args.format))?;
    if args.output.as_deref() == Some(Path::new("-")) {
        let mut out = Out::new(false);
        out.bytes(&made.bytes)?;
        out.flush()?;
        note(&wallet, "cv", None, made.badges.clone(), &made.personal_data)?;
        tell(&made);
        return Ok(Status::Done);
    }
    let path = args.output.clone().unwrap_or_else(|| PathBuf::from(&made.file_name));
    write(&path, &made.bytes, args.force).map_err(|error| not_written(&path, &error))?;
    let path = path.display().to_string();
    note(&wallet, "cv", Some(path.clone()), made.badges.clone(), &made.personal_data)?;
    let mut out = Out::new(global.json);
    if out.json {
        out.json(&json!({ "path": path, "format": format(args.format), "bytes": made.bytes.len(),
                          "badges": made.badges.len(), "left_out": made.left_out, "notes": made.notes,
                          "personal_data": made.personal_data }))?;
    } else {
        let count = made.badges.len();
        let badges = if count == 1 { "1 badge".to_owned() } else { format!("{count} badges") };
        out.line(&format!("Saved {badges} as {}", plain(&path)))?;
        if !made.personal_data.is_empty() {
            out.line("The file tells:")?;
        }
        for data in &made.personal_data {
            out.line(&format!("  {}: {}", plain(&data.what), plain(&data.value)))?;
        }
    }
    out.flush()?;
    if !out.json {
        tell(&made);
    }
    Ok(Status::Done)
}

/// What is not in it, and what else to know: on standard error, where a pipe does not take it.
fn tell(made: &MadeCv) {
    // A note that nobody can read is no reason to fail.
    for left in &made.left_out {
        let _ = writeln!(io::stderr(), "Left out: {} ({})", plain(&left.name), plain(&left.standing));
    }
    for note in &made.notes {
        let _ = writeln!(io::stderr(), "{}", plain(note));
    }
}

fn options(args: &Cv) -> CvOptions {
    CvOptions {
        name: args.name.clone(),
        headline: args.headline.clone(),
        contact: args.contact.clone(),
        grouping: match args.group {
            None => Grouping::None,
            Some(CvGroup::Skill) => Grouping::Skill,
            Some(CvGroup::Issuer) => Grouping::Issuer,
            Some(CvGroup::Year) => Grouping::Year,
        },
        style: match args.style {
            CvLook::Classic => CvStyle::Classic,
            CvLook::Modern => CvStyle::Modern,
        },
        include_void: args.include_void,
        without_pictures: args.no_pictures,
        without_descriptions: args.no_descriptions,
    }
}

fn format(form: CvForm) -> CvFormat {
    match form {
        CvForm::Pdf => CvFormat::Pdf,
        CvForm::Docx => CvFormat::Docx,
        CvForm::Latex => CvFormat::Latex,
        CvForm::Moderncv => CvFormat::Moderncv,
        CvForm::Markdown => CvFormat::Markdown,
        CvForm::Html => CvFormat::Html,
        CvForm::JsonResume => CvFormat::JsonResume,
        CvForm::Europass => CvFormat::Europass,
        CvForm::LerRs => CvFormat::LerRs,
    }
}
