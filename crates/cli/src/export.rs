//! `lapel export`.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use lapel_export::{LeftOut, Names, Shared, archive, note, presentation_of, universal_wallet_of};
use lapel_share::{DownloadFormat, PersonalData, ShareOptions, ShareSheet, Target};
use lapel_wallet::Wallet;
use lapel_wallet::api::{BadgeId, ListRequest};
use serde_json::{Value, json};

use crate::args::{Export, ExportFormat, Global};
use crate::list::{badges, name_of};
use crate::out::{Out, Paint, plain};
use crate::problem::{Problem, Status, told};
use crate::wallet;

/// Saves badges to files, and writes down in the log that they left.
pub(crate) fn export(args: &Export, global: &Global) -> Result<Status, Problem> {
    let wallet = wallet::open(global)?;
    match form_of(args.format) {
        Form::Whole(whole) => export_whole(args, global, &wallet, whole),
        Form::Each(format) => match args.ids[..] {
            [id] => export_one(args, global, &wallet, BadgeId(id), format),
            _ => export_several(args, global, &wallet, format),
        },
    }
}

fn export_one(
    args: &Export,
    global: &Global,
    wallet: &Wallet,
    id: BadgeId,
    format: DownloadFormat,
) -> Result<Status, Problem> {
    let shared = Shared::read(wallet, id)?;
    let file = File {
        id,
        format: json!(format),
        bytes: shared.save(format, args.size)?,
        name: shared.file_name(format),
    };
    let status = save(&file, &shared, args.output.as_deref(), args.force, global)?;
    note_files(wallet, &format_name(args.format), args.output.as_deref(), vec![id], &[&shared])?;
    Ok(status)
}

/// A file to save of a badge, with the credential in it.
pub(crate) struct File {
    pub(crate) id: BadgeId,
    pub(crate) format: Value,
    pub(crate) bytes: Vec<u8>,
    /// How it is called where no name was given.
    pub(crate) name: String,
}

/// Saves `file` and says what it tells of its recipient; to standard output it goes alone.
pub(crate) fn save(
    file: &File,
    shared: &Shared,
    output: Option<&Path>,
    force: bool,
    global: &Global,
) -> Result<Status, Problem> {
    let File { id, format, bytes, name } = file;
    if is_standard_output(output) {
        return print_bytes(bytes);
    }
    let path = output.map_or_else(|| PathBuf::from(name), Path::to_path_buf);
    write(&path, bytes, force).map_err(|error| not_written(&path, &error))?;
    let personal = personal_data(&shared.sheet(&ShareOptions::default()), Target::Files);
    let mut out = Out::new(global.json);
    if out.json {
        let path = path.display().to_string();
        out.json(&json!({ "id": id, "format": format, "path": path, "bytes": bytes.len(), "personal_data": personal }))?;
    } else {
        out.line(&format!("Saved {} as {}", name_of(*id), plain(&path.display().to_string())))?;
        print_personal(&mut out, "The file tells:", &personal)?;
    }
    out.flush()?;
    Ok(Status::Done)
}

/// Each badge as a file of its own; those that have no such form are told of, and the others are saved.
fn export_several(
    args: &Export,
    global: &Global,
    wallet: &Wallet,
    format: DownloadFormat,
) -> Result<Status, Problem> {
    let folder = args.output.clone().unwrap_or_else(|| PathBuf::from("."));
    if is_standard_output(Some(&folder)) {
        return Err(Problem::unusable(told(
            "export.several",
            "several badges cannot go to standard output",
            "Name a folder with -o, or export them --as zip.",
        )));
    }
    fs::create_dir_all(&folder).map_err(|error| not_written(&folder, &error))?;
    let mut out = Out::new(global.json);
    let mut names = Names::default();
    let mut status = Status::Done;
    let (mut gone, mut told_of) = (Vec::new(), Vec::new());
    for id in ids(args, wallet)? {
        let shared = Shared::read(wallet, id)?;
        let saved = shared.save(format, args.size).map_err(Problem::from).and_then(|bytes| {
            let path = folder.join(names.once(&shared.file_name(format)));
            write(&path, &bytes, args.force).map_err(|error| not_written(&path, &error))?;
            Ok((path.display().to_string(), bytes.len()))
        });
        if saved.is_ok() {
            gone.push(id);
            told_of.extend(personal_of(&shared));
        }
        match saved {
            Ok((path, bytes)) if out.json => {
                out.json(&json!({ "id": id, "format": format, "path": path, "bytes": bytes }))?;
            }
            Ok((path, _)) => out.line(&format!("Saved {} as {}", name_of(id), plain(&path)))?,
            Err(Problem::Told { error, .. }) => {
                status = Status::Failed;
                if out.json {
                    out.json(&json!({ "id": id, "format": format, "error": error }))?;
                } else {
                    out.line(&format!("Not saved: {}, {}", name_of(id), plain(&error.message)))?;
                }
            }
            Err(unheard) => return Err(unheard),
        }
    }
    out.flush()?;
    if !gone.is_empty() {
        note(wallet, &format_name(args.format), place(Some(&folder)), gone, &told_of)?;
    }
    Ok(status)
}

/// Several badges as one file: an archive, or a document for machines.
fn export_whole(args: &Export, global: &Global, wallet: &Wallet, whole: Whole) -> Result<Status, Problem> {
    if args.size.is_some() {
        let hint = "Leave --size out: pictures are as they were.";
        return Err(Problem::unusable(told("share.no-size", "only a PNG has a size in pixels", hint)));
    }
    let badges = ids(args, wallet)?;
    let shared = badges.iter().map(|id| Shared::read(wallet, *id)).collect::<Result<Vec<_>, _>>()?;
    let (bytes, left_out) = whole.make(&shared)?;
    let output = args.output.clone().unwrap_or_else(|| PathBuf::from(whole.file_name()));
    if is_standard_output(Some(&output)) {
        print_bytes(&bytes)?;
    } else {
        write(&output, &bytes, args.force).map_err(|error| not_written(&output, &error))?;
    }
    let gone: Vec<(BadgeId, &Shared)> = badges
        .iter()
        .enumerate()
        .filter(|(index, _)| left_out.iter().all(|left| left.index != *index))
        .map(|(index, id)| (*id, &shared[index]))
        .collect();
    let (ids, files): (Vec<BadgeId>, Vec<&Shared>) = gone.into_iter().unzip();
    note_files(wallet, &format_name(args.format), Some(&output), ids.clone(), &files)?;
    tell_of_whole(args, global, &output, &ids, bytes.len())?;
    tell_of_left_out(&badges, &left_out);
    Ok(if left_out.is_empty() { Status::Done } else { Status::Failed })
}

fn tell_of_whole(
    args: &Export,
    global: &Global,
    output: &Path,
    ids: &[BadgeId],
    bytes: usize,
) -> Result<(), Problem> {
    if is_standard_output(Some(output)) {
        return Ok(());
    }
    let mut out = Out::new(global.json);
    let path = output.display().to_string();
    if out.json {
        let format = format_name(args.format);
        out.json(&json!({ "ids": ids, "format": format, "path": path, "bytes": bytes }))?;
    } else {
        let count = ids.len();
        let what = if count == 1 { "1 badge".to_owned() } else { format!("{count} badges") };
        out.line(&format!("Saved {what} as {}", plain(&path)))?;
        out.line("Each tells whatever its credential says of its recipient; `lapel export ID` lists that.")?;
    }
    out.flush()?;
    Ok(())
}

/// Beside what goes to standard output, which may be the file itself.
fn tell_of_left_out(badges: &[BadgeId], left_out: &[LeftOut]) {
    for LeftOut { index, error } in left_out {
        let name = badges.get(*index).map_or_else(String::new, |id| name_of(*id));
        // A note that nobody can read is no reason to fail.
        let _ =
            writeln!(io::stderr(), "Not in it: {name}, {}. {}", plain(&error.message), plain(&error.hint));
    }
}

/// The badges that are wanted, each once.
fn ids(args: &Export, wallet: &Wallet) -> Result<Vec<BadgeId>, Problem> {
    if !args.all {
        let mut seen = BTreeSet::new();
        return Ok(args.ids.iter().filter(|id| seen.insert(**id)).map(|id| BadgeId(*id)).collect());
    }
    let request = ListRequest { sort: "name".to_owned(), ..ListRequest::default() };
    Ok(badges(wallet, request, u32::MAX)?.into_iter().map(|badge| badge.id).collect())
}

/// Whether badges are a file each.
enum Form {
    Each(DownloadFormat),
    Whole(Whole),
}

/// Several badges as one file.
#[derive(Clone, Copy)]
enum Whole {
    Archive,
    Presentation,
    UniversalWallet,
}

impl Whole {
    fn make(self, badges: &[Shared]) -> Result<(Vec<u8>, Vec<LeftOut>), Problem> {
        Ok(match self {
            Self::Archive => (archive(badges)?, Vec::new()),
            Self::Presentation => {
                let (presentation, left_out) = presentation_of(badges)?;
                (json_file(&presentation), left_out)
            }
            Self::UniversalWallet => (json_file(&universal_wallet_of(badges)), Vec::new()),
        })
    }

    fn file_name(self) -> &'static str {
        match self {
            Self::Archive => "badges.zip",
            Self::Presentation => "presentation.json",
            Self::UniversalWallet => "wallet.json",
        }
    }
}

fn json_file(value: &Value) -> Vec<u8> {
    format!("{value:#}\n").into_bytes()
}

fn form_of(format: ExportFormat) -> Form {
    match format {
        ExportFormat::Original => Form::Each(DownloadFormat::Original),
        ExportFormat::Png => Form::Each(DownloadFormat::Png),
        ExportFormat::Svg => Form::Each(DownloadFormat::Svg),
        ExportFormat::Json => Form::Each(DownloadFormat::Json),
        ExportFormat::Jwt => Form::Each(DownloadFormat::Jwt),
        ExportFormat::Zip => Form::Whole(Whole::Archive),
        ExportFormat::Vp => Form::Whole(Whole::Presentation),
        ExportFormat::Wallet => Form::Whole(Whole::UniversalWallet),
    }
}

/// As it is written on the command line.
fn format_name(format: ExportFormat) -> String {
    format.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}

/// What a file of the badge tells of its recipient.
fn personal_of(shared: &Shared) -> Vec<PersonalData> {
    personal_data(&shared.sheet(&ShareOptions::default()), Target::Files)
}

fn note_files(
    wallet: &Wallet,
    format: &str,
    output: Option<&Path>,
    ids: Vec<BadgeId>,
    files: &[&Shared],
) -> Result<(), Problem> {
    let personal: Vec<PersonalData> = files.iter().flat_map(|shared| personal_of(shared)).collect();
    Ok(note(wallet, format, place(output), ids, &personal)?)
}

/// Where a file went, as the log has it: nowhere that has a name where it was standard output.
pub(crate) fn place(output: Option<&Path>) -> Option<String> {
    output.filter(|path| !is_standard_output(Some(path))).map(|path| path.display().to_string())
}

pub(crate) fn is_standard_output(path: Option<&Path>) -> bool {
    path == Some(Path::new("-"))
}

pub(crate) fn print_bytes(bytes: &[u8]) -> Result<Status, Problem> {
    let mut out = Out::new(false);
    out.bytes(bytes)?;
    out.flush()?;
    Ok(Status::Done)
}

pub(crate) fn personal_data(sheet: &ShareSheet, target: Target) -> Vec<PersonalData> {
    let found = sheet.leaving.iter().find(|leaving| leaving.target == target);
    found.map(|leaving| leaving.personal.clone()).unwrap_or_default()
}

pub(crate) fn print_personal(out: &mut Out, lead: &str, personal: &[PersonalData]) -> io::Result<()> {
    if !personal.is_empty() {
        out.line(lead)?;
    }
    for PersonalData { what, value, removable, .. } in personal {
        let can = if *removable { out.paint(Paint::Faint, " (can be left out)") } else { String::new() };
        out.line(&format!("  {}: {}{can}", plain(what), plain(value)))?;
    }
    Ok(())
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
