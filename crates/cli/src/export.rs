//! `lapel export` and `lapel share`.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use lapel_export::{
    Names, PageAnswer, Shared, archive, mastodon_instance, no_page, page_answers, void, with_settings,
};
use lapel_share::{
    DownloadFormat, Embed, EmbedFormat, LinkedIn, Network, PersonalData, Post, ShareOptions, ShareSheet,
    Target, Theme,
};
use lapel_wallet::Wallet;
use lapel_wallet::api::{BadgeId, ListRequest};
use serde_json::{Value, json};

use crate::args::{Export, ExportFormat, Global, NetworkName, Share, ShareFormat, ThemeName};
use crate::list::name_of;
use crate::out::{Out, Paint, plain};
use crate::problem::{Problem, Status, told};
use crate::wallet;

/// Saves badges to files.
pub(crate) fn export(args: &Export, global: &Global) -> Result<Status, Problem> {
    let wallet = wallet::open(global)?;
    let Some(format) = format_of(args.format) else { return export_archive(args, global, &wallet) };
    match args.ids[..] {
        [id] => export_one(args, global, &Shared::read(&wallet, BadgeId(id))?, BadgeId(id), format),
        _ => export_several(args, global, &wallet, format),
    }
}

fn export_one(
    args: &Export,
    global: &Global,
    shared: &Shared,
    id: BadgeId,
    format: DownloadFormat,
) -> Result<Status, Problem> {
    let file = File {
        id,
        format: json!(format),
        bytes: shared.save(format, args.size)?,
        name: shared.file_name(format),
    };
    save(&file, shared, args.output.as_deref(), args.force, global)
}

/// A file to save of a badge, with the credential in it.
struct File {
    id: BadgeId,
    format: Value,
    bytes: Vec<u8>,
    /// How it is called where no name was given.
    name: String,
}

/// Saves `file` and says what it tells of its recipient; to standard output it goes alone.
fn save(
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
    for id in ids(args, wallet)? {
        let shared = Shared::read(wallet, id)?;
        let saved = shared.save(format, args.size).map_err(Problem::from).and_then(|bytes| {
            let path = folder.join(names.once(&shared.file_name(format)));
            write(&path, &bytes, args.force).map_err(|error| not_written(&path, &error))?;
            Ok((path.display().to_string(), bytes.len()))
        });
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
    Ok(status)
}

fn export_archive(args: &Export, global: &Global, wallet: &Wallet) -> Result<Status, Problem> {
    if args.size.is_some() {
        let hint = "Leave --size out: the archive holds the originals.";
        return Err(Problem::unusable(told("share.no-size", "only a PNG has a size in pixels", hint)));
    }
    let badges = ids(args, wallet)?;
    let shared = badges.iter().map(|id| Shared::read(wallet, *id)).collect::<Result<Vec<_>, _>>()?;
    let bytes = archive(&shared)?;
    if is_standard_output(args.output.as_deref()) {
        return print_bytes(&bytes);
    }
    let path = args.output.clone().unwrap_or_else(|| PathBuf::from("badges.zip"));
    write(&path, &bytes, args.force).map_err(|error| not_written(&path, &error))?;
    let mut out = Out::new(global.json);
    let path = path.display().to_string();
    if out.json {
        out.json(&json!({ "ids": badges, "format": "zip", "path": path, "bytes": bytes.len() }))?;
    } else {
        let count = badges.len();
        let what = if count == 1 { "1 badge".to_owned() } else { format!("{count} badges") };
        out.line(&format!("Saved {what} with an index as {}", plain(&path)))?;
        out.line("Each original tells whatever its credential says of its recipient; `lapel export ID` lists that.")?;
    }
    out.flush()?;
    Ok(Status::Done)
}

/// The badges that are wanted, each once.
fn ids(args: &Export, wallet: &Wallet) -> Result<Vec<BadgeId>, Problem> {
    if !args.all {
        let mut seen = BTreeSet::new();
        return Ok(args.ids.iter().filter(|id| seen.insert(**id)).map(|id| BadgeId(*id)).collect());
    }
    let mut ids = Vec::new();
    loop {
        let offset = u32::try_from(ids.len()).unwrap_or(u32::MAX);
        let page = wallet.list(&ListRequest {
            sort: "name".to_owned(),
            offset,
            limit: 1000,
            ..ListRequest::default()
        })?;
        ids.extend(page.badges.iter().map(|badge| badge.id));
        if page.badges.len() < 1000 {
            return Ok(ids);
        }
    }
}

/// `None` for the archive, which is no form of one badge.
fn format_of(format: ExportFormat) -> Option<DownloadFormat> {
    match format {
        ExportFormat::Original => Some(DownloadFormat::Original),
        ExportFormat::Png => Some(DownloadFormat::Png),
        ExportFormat::Svg => Some(DownloadFormat::Svg),
        ExportFormat::Json => Some(DownloadFormat::Json),
        ExportFormat::Jwt => Some(DownloadFormat::Jwt),
        ExportFormat::Zip => None,
    }
}

fn is_standard_output(path: Option<&Path>) -> bool {
    path == Some(Path::new("-"))
}

fn print_bytes(bytes: &[u8]) -> Result<Status, Problem> {
    let mut out = Out::new(false);
    out.bytes(bytes)?;
    out.flush()?;
    Ok(Status::Done)
}

fn personal_data(sheet: &ShareSheet, target: Target) -> Vec<PersonalData> {
    let found = sheet.leaving.iter().find(|leaving| leaving.target == target);
    found.map(|leaving| leaving.personal.clone()).unwrap_or_default()
}

fn print_personal(out: &mut Out, lead: &str, personal: &[PersonalData]) -> io::Result<()> {
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

/// Prints what another place needs to show a badge.
pub(crate) fn share(args: &Share, global: &Global) -> Result<Status, Problem> {
    let wallet = wallet::open(global)?;
    let shared = Shared::read(&wallet, BadgeId(args.id))?;
    remember(args, &wallet, &shared)?;
    let options = with_settings(&wallet, options(args))?;
    let sheet = shared.sheet(&options);
    if let Some(why) = &sheet.page_refused {
        let hint = "Name the address that a browser opens your page with.";
        return Err(Problem::unusable(told("share.page-refused", why.clone(), hint)));
    }
    if args.verified && sheet.verified_on.is_none() {
        return Err(Problem::failed(told(
            "share.not-verified",
            "the latest report on this badge does not say that it is verified",
            "Leave --verified out, or run `lapel verify` on the badge and look at what it says.",
        )));
    }
    let mut out = Out::new(global.json);
    let claimed = || Problem::from(void(&shared.badge().standing));
    match args.format {
        None => out.json(&sheet)?,
        Some(ShareFormat::Linkedin) => {
            let linkedin = sheet.linkedin.as_ref().ok_or_else(claimed)?;
            print_linkedin(&mut out, linkedin, &sheet)?;
        }
        Some(ShareFormat::Post) if sheet.posts.is_empty() => return Err(claimed()),
        Some(ShareFormat::Post) => print_posts(&mut out, args, &sheet)?,
        Some(ShareFormat::Link) => return print_link(&mut out, args, &wallet, &sheet),
        Some(ShareFormat::QrSvg) => {
            return save_or_print(args, global, shared.qr(&options)?.svg().as_bytes());
        }
        Some(ShareFormat::QrPng) => return save_or_print(args, global, &shared.qr(&options)?.png()),
        Some(ShareFormat::SignatureMail) => {
            return save_or_print(args, global, &shared.signature_mail(&options)?);
        }
        Some(ShareFormat::Page) => return page(args, &shared, global),
        Some(ShareFormat::Iframe) if args.url.is_none() => {
            return Err(Problem::unusable(told(
                "share.no-own-page",
                "a frame is made around a page of your own",
                "Put the self-verifying page on the web, and name its address with --url.",
            )));
        }
        Some(format) => {
            let embed = sheet.embeds.iter().find(|embed| Some(embed.format) == embed_format(format));
            print_embed(&mut out, embed.ok_or_else(claimed)?)?;
        }
    }
    out.flush()?;
    Ok(Status::Done)
}

/// Saves the self-verifying page.
fn page(args: &Share, shared: &Shared, global: &Global) -> Result<Status, Problem> {
    let (bytes, name) = (shared.page()?.into_bytes(), shared.page_name());
    let file = File { id: BadgeId(args.id), format: json!("page"), bytes, name };
    save(&file, shared, args.output.as_deref(), args.force, global)
}

fn options(args: &Share) -> ShareOptions {
    ShareOptions {
        say_verified: args.verified,
        theme: match args.theme {
            ThemeName::Light => Theme::Light,
            ThemeName::Dark => Theme::Dark,
            ThemeName::Automatic => Theme::Automatic,
        },
        picture_inside: args.picture_inside,
        page: args.url.clone(),
        leave_out_id: args.without_id,
        words: args.text.clone(),
        ..ShareOptions::default()
    }
}

/// Keeps the Mastodon instance and the issuer's LinkedIn page where they are named.
fn remember(args: &Share, wallet: &Wallet, shared: &Shared) -> Result<(), Problem> {
    let mut settings = wallet.settings()?;
    let before = settings.clone();
    if let Some(named) = &args.instance {
        let host = mastodon_instance(named).map_err(Problem::unusable)?;
        settings.mastodon = Some(host);
    }
    if let Some(number) = args.organization {
        let issuer = shared.issuer_id().ok_or_else(|| {
            let hint = "Leave --organization out.";
            Problem::failed(told("share.no-issuer-id", "the issuer has no id to remember its page by", hint))
        })?;
        if number == 0 {
            settings.linkedin_organizations.remove(issuer);
        } else {
            settings.linkedin_organizations.insert(issuer.to_owned(), number.to_string());
        }
    }
    if settings != before {
        wallet.save_settings(&settings)?;
    }
    Ok(())
}

fn embed_format(format: ShareFormat) -> Option<EmbedFormat> {
    match format {
        ShareFormat::Html => Some(EmbedFormat::Html),
        ShareFormat::HtmlBadge => Some(EmbedFormat::HtmlBadge),
        ShareFormat::Markdown => Some(EmbedFormat::Markdown),
        ShareFormat::Bbcode => Some(EmbedFormat::Bbcode),
        ShareFormat::Rst => Some(EmbedFormat::Rst),
        ShareFormat::Asciidoc => Some(EmbedFormat::Asciidoc),
        ShareFormat::Iframe => Some(EmbedFormat::Iframe),
        ShareFormat::Signature => Some(EmbedFormat::Signature),
        ShareFormat::SignatureText => Some(EmbedFormat::SignatureText),
        _ => None,
    }
}

fn network(name: NetworkName) -> Network {
    match name {
        NetworkName::Linkedin => Network::Linkedin,
        NetworkName::X => Network::X,
        NetworkName::Facebook => Network::Facebook,
        NetworkName::Bluesky => Network::Bluesky,
        NetworkName::Mastodon => Network::Mastodon,
        NetworkName::Whatsapp => Network::Whatsapp,
        NetworkName::Telegram => Network::Telegram,
        NetworkName::Email => Network::Email,
    }
}

fn print_linkedin(out: &mut Out, linkedin: &LinkedIn, sheet: &ShareSheet) -> io::Result<()> {
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
    print_personal(out, "LinkedIn is told:", &personal_data(sheet, Target::Linkedin))
}

fn print_posts(out: &mut Out, args: &Share, sheet: &ShareSheet) -> Result<(), Problem> {
    let wanted = args.to.map(network);
    let posts = || sheet.posts.iter().filter(|post| wanted.is_none_or(|wanted| wanted == post.network));
    if out.json {
        for post in posts() {
            out.json(post)?;
        }
        return Ok(());
    }
    if wanted.is_some()
        && let Some(Post { url: None, note, network, .. }) = posts().next()
    {
        let why = note.clone().unwrap_or_default();
        let hint = match network {
            Network::Mastodon => "Name your instance with --instance.",
            _ => "Name a page of your own with --url, or a shorter --text.",
        };
        return Err(Problem::failed(told("share.no-post", why, hint)));
    }
    for Post { network, url, text, count, limit, note } in posts() {
        let of = limit.map_or_else(String::new, |limit| format!(" ({count} of {limit})"));
        out.line(&format!("{}{}", out.paint(Paint::Strong, network.name()), out.paint(Paint::Faint, &of)))?;
        for line in text.lines() {
            out.line(&format!("  {}", plain(line)))?;
        }
        out.line(&match url {
            Some(url) => format!("  {url}"),
            None => format!("  {}", out.paint(Paint::Open, &plain(note.as_deref().unwrap_or_default()))),
        })?;
    }
    Ok(())
}

fn print_link(out: &mut Out, args: &Share, wallet: &Wallet, sheet: &ShareSheet) -> Result<Status, Problem> {
    let url = sheet.page.as_ref().ok_or_else(|| Problem::failed(no_page()))?;
    let answer = if args.check { Some(ask(wallet, url)?) } else { None };
    let gone = match &answer {
        Some(PageAnswer::Gone { why }) => Some(why),
        _ => None,
    };
    if out.json {
        out.json(&json!({ "page": url, "public_url": sheet.public_url, "answer": answer }))?;
    } else {
        out.line(url)?;
        if let Some(why) = gone {
            out.flush()?;
            // A note that nobody can read is no reason to fail.
            let _ = writeln!(io::stderr(), "The page is not there: {}", plain(why));
        }
    }
    out.flush()?;
    Ok(if gone.is_some() { Status::Failed } else { Status::Done })
}

fn ask(wallet: &Wallet, url: &str) -> Result<PageAnswer, Problem> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(page_answers(wallet, url))?)
}

/// Bytes for a file or for standard output.
fn save_or_print(args: &Share, global: &Global, bytes: &[u8]) -> Result<Status, Problem> {
    let Some(path) = args.output.as_deref().filter(|path| !is_standard_output(Some(path))) else {
        return print_bytes(bytes);
    };
    write(path, bytes, args.force).map_err(|error| not_written(path, &error))?;
    let mut out = Out::new(global.json);
    let path = path.display().to_string();
    if out.json {
        out.json(&json!({ "id": args.id, "path": path, "bytes": bytes.len() }))?;
    } else {
        out.line(&format!("Saved {}", plain(&path)))?;
    }
    out.flush()?;
    Ok(Status::Done)
}

/// The snippet goes to standard output, ready to be piped on; what to know about it to standard error.
fn print_embed(out: &mut Out, embed: &Embed) -> io::Result<()> {
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
