//! `lapel export` and `lapel share`.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use lapel_export::Shared;
use lapel_share::{DownloadFormat, Embed, EmbedFormat, LinkedIn, ShareSheet};
use lapel_wallet::api::BadgeId;
use serde_json::{Value, json};

use crate::args::{Export, ExportFormat, Global, Share, ShareFormat};
use crate::list::name_of;
use crate::out::{Out, Paint, plain};
use crate::problem::{Problem, Status, told};
use crate::wallet;

/// Saves a badge to a file.
pub(crate) fn export(args: &Export, global: &Global) -> Result<Status, Problem> {
    let shared = Shared::read(&wallet::open(global)?, BadgeId(args.id))?;
    let format = format_of(args.format);
    let file = File {
        id: args.id,
        format: json!(format),
        bytes: shared.save(format)?,
        name: shared.file_name(format),
        sheet: shared.sheet(false),
    };
    save(&file, args.output.as_deref(), args.force, global)
}

/// A file to save of a badge.
struct File {
    id: u32,
    format: Value,
    bytes: Vec<u8>,
    /// How it is called where no name was given.
    name: String,
    sheet: ShareSheet,
}

/// Saves `file` and says what it tells of its recipient; to standard output it goes alone.
fn save(file: &File, output: Option<&Path>, force: bool, global: &Global) -> Result<Status, Problem> {
    let File { id, format, bytes, name, sheet } = file;
    if output == Some(Path::new("-")) {
        let mut out = Out::new(false);
        out.bytes(bytes)?;
        out.flush()?;
        return Ok(Status::Done);
    }
    let path = output.map_or_else(|| PathBuf::from(name), Path::to_path_buf);
    write(&path, bytes, force).map_err(|error| not_written(&path, &error))?;
    let mut out = Out::new(global.json);
    if out.json {
        let path = path.display().to_string();
        out.json(&json!({ "id": id, "format": format, "path": path, "bytes": bytes.len(),
                          "personal_data": sheet.personal_data }))?;
    } else {
        out.line(&format!("Saved {} as {}", name_of(BadgeId(*id)), plain(&path.display().to_string())))?;
        if !sheet.personal_data.is_empty() {
            out.line("The file tells:")?;
        }
        for data in &sheet.personal_data {
            out.line(&format!("  {}: {}", plain(&data.what), plain(&data.value)))?;
        }
    }
    out.flush()?;
    Ok(Status::Done)
}

fn format_of(format: ExportFormat) -> DownloadFormat {
    match format {
        ExportFormat::Original => DownloadFormat::Original,
        ExportFormat::Png => DownloadFormat::Png,
        ExportFormat::Svg => DownloadFormat::Svg,
        ExportFormat::Json => DownloadFormat::Json,
        ExportFormat::Jwt => DownloadFormat::Jwt,
    }
}

/// Writes a file whole or not at all; without `force` a file that is there stays as it is.
pub(crate) fn write(path: &Path, bytes: &[u8], force: bool) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true);
    if force {
        options.create(true).truncate(true);
    } else {
        options.create_new(true);
    }
    let mut file = options.open(path)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).inspect_err(|_| {
        // Half a badge is worse than none; the first error is the one to tell.
        let _ = fs::remove_file(path);
    })
}

/// Why a file was not written.
pub(crate) fn not_written(path: &Path, error: &io::Error) -> Problem {
    let path = path.display();
    Problem::failed(if error.kind() == io::ErrorKind::AlreadyExists {
        told(
            "export.exists",
            format!("{path} is there already"),
            "Name another file with -o, or replace it with --force.",
        )
    } else {
        told(
            "export.not-written",
            format!("{path} could not be written: {error}"),
            "Name a file with -o in a folder that you may write to.",
        )
    })
}

/// Prints what another place needs to show a badge.
pub(crate) fn share(args: &Share, global: &Global) -> Result<Status, Problem> {
    let shared = Shared::read(&wallet::open(global)?, BadgeId(args.id))?;
    let sheet = shared.sheet(args.verified);
    if args.verified && sheet.verified_on.is_none() {
        return Err(Problem::failed(told(
            "share.not-verified",
            "the latest report on this badge does not say that it is verified",
            "Leave --verified out, or run `lapel verify` on the badge and look at what it says.",
        )));
    }
    let mut out = Out::new(global.json);
    match args.format {
        None => out.json(&sheet)?,
        Some(ShareFormat::Linkedin) => print_linkedin(&mut out, &sheet.linkedin)?,
        Some(ShareFormat::Link) => print_link(&mut out, &sheet)?,
        Some(ShareFormat::Html) => print_embed(&mut out, &sheet, EmbedFormat::Html)?,
        Some(ShareFormat::Markdown) => print_embed(&mut out, &sheet, EmbedFormat::Markdown)?,
        Some(ShareFormat::Page) => return page(args, &shared, global),
    }
    out.flush()?;
    Ok(Status::Done)
}

/// Saves the self-verifying page.
fn page(args: &Share, shared: &Shared, global: &Global) -> Result<Status, Problem> {
    let file = File {
        id: args.id,
        format: json!("page"),
        bytes: shared.page()?.into_bytes(),
        name: shared.page_name(),
        sheet: shared.sheet(false),
    };
    save(&file, args.output.as_deref(), args.force, global)
}

fn print_linkedin(out: &mut Out, linkedin: &LinkedIn) -> io::Result<()> {
    if out.json {
        return out.json(linkedin);
    }
    out.line(&linkedin.url)?;
    out.line("")?;
    out.line(&out.paint(Paint::Faint, "Where LinkedIn does not fill its form from that link, copy:"))?;
    for field in &linkedin.fields {
        let name = out.paint(Paint::Faint, &format!("{:<21}", field.name));
        out.line(&format!("  {name}{}", plain(&field.value)))?;
    }
    Ok(())
}

fn print_link(out: &mut Out, sheet: &ShareSheet) -> Result<(), Problem> {
    if out.json {
        return Ok(out.json(&json!({ "public_url": sheet.public_url, "post_url": sheet.post_url }))?);
    }
    let Some(url) = &sheet.public_url else {
        return Err(Problem::failed(told(
            "share.no-public-page",
            "this badge has no public page to link to",
            "Its issuer publishes none. Save it with `lapel export` and send the file instead.",
        )));
    };
    Ok(out.line(url)?)
}

/// The snippet goes to standard output, ready to be piped on; what to know about it to standard error.
fn print_embed(out: &mut Out, sheet: &ShareSheet, format: EmbedFormat) -> io::Result<()> {
    let Some(embed) = sheet.embeds.iter().find(|embed| embed.format == format) else { return Ok(()) };
    if out.json {
        return out.json(embed);
    }
    let Embed { text, note, .. } = embed;
    out.line(text)?;
    out.flush()?;
    if let Some(note) = note {
        // A note that nobody can read is no reason to fail.
        let _ = writeln!(io::stderr(), "{}", plain(note));
    }
    Ok(())
}
