//! `lapel share`.

use std::io::{self, Write};

use lapel_export::{PageAnswer, Shared, mastodon_instance, no_page, note, page_answers, void, with_settings};
use lapel_share::{Embed, EmbedFormat, LinkedIn, Network, Post, ShareOptions, ShareSheet, Target, Theme};
use lapel_wallet::Wallet;
use lapel_wallet::api::BadgeId;
use serde_json::json;

use crate::args::{Global, NetworkName, Share, ShareFormat, ThemeName};
use crate::export::{
    File, is_standard_output, not_written, personal_data, place, print_bytes, print_personal, save, write,
};
use crate::out::{Out, Paint, plain};
use crate::problem::{Problem, Status, told};
use crate::wallet;

/// Prints what another place needs to show a badge, and writes down in the log that it was given away.
pub(crate) fn share(args: &Share, global: &Global) -> Result<Status, Problem> {
    let wallet = wallet::open(global)?;
    let shared = Shared::read(&wallet, BadgeId(args.id))?;
    remember(args, &wallet, &shared)?;
    let options = with_settings(&wallet, options(args))?;
    let sheet = shared.sheet(&options);
    let status = give(args, global, &wallet, &shared, &options, &sheet)?;
    if let Some(format) = args.format {
        let (name, target) = noted(format);
        let place = match args.to.map(network) {
            Some(network) => Some(network.name().to_owned()),
            None => place(args.output.as_deref()),
        };
        note(&wallet, name, place, vec![BadgeId(args.id)], &personal_data(&sheet, target))?;
    }
    Ok(status)
}

/// How the log calls it, and whose personal data left with it.
fn noted(format: ShareFormat) -> (&'static str, Target) {
    match format {
        ShareFormat::Linkedin => ("linkedin", Target::Linkedin),
        ShareFormat::Post => ("post", Target::Post),
        ShareFormat::Link => ("link", Target::Link),
        ShareFormat::QrSvg => ("qr_svg", Target::Link),
        ShareFormat::QrPng => ("qr_png", Target::Link),
        ShareFormat::Html => ("html", Target::Embed),
        ShareFormat::HtmlBadge => ("html_badge", Target::Embed),
        ShareFormat::Markdown => ("markdown", Target::Embed),
        ShareFormat::Bbcode => ("bbcode", Target::Embed),
        ShareFormat::Rst => ("rst", Target::Embed),
        ShareFormat::Asciidoc => ("asciidoc", Target::Embed),
        ShareFormat::Iframe => ("iframe", Target::Embed),
        ShareFormat::Signature => ("signature", Target::Signature),
        ShareFormat::SignatureText => ("signature_text", Target::Signature),
        ShareFormat::SignatureMail => ("signature_mail", Target::Signature),
        ShareFormat::Page => ("page", Target::Page),
    }
}

fn give(
    args: &Share,
    global: &Global,
    wallet: &Wallet,
    shared: &Shared,
    options: &ShareOptions,
    sheet: &ShareSheet,
) -> Result<Status, Problem> {
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
        None => out.json(sheet)?,
        Some(ShareFormat::Linkedin) => {
            let linkedin = sheet.linkedin.as_ref().ok_or_else(claimed)?;
            print_linkedin(&mut out, linkedin, sheet)?;
        }
        Some(ShareFormat::Post) if sheet.posts.is_empty() => return Err(claimed()),
        Some(ShareFormat::Post) => print_posts(&mut out, args, sheet)?,
        Some(ShareFormat::Link) => return print_link(&mut out, args, wallet, sheet),
        Some(ShareFormat::QrSvg) => {
            return save_or_print(args, global, shared.qr(options)?.svg().as_bytes());
        }
        Some(ShareFormat::QrPng) => return save_or_print(args, global, &shared.qr(options)?.png()),
        Some(ShareFormat::SignatureMail) => {
            return save_or_print(args, global, &shared.signature_mail(options)?);
        }
        Some(ShareFormat::Page) => return page(args, shared, global),
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
