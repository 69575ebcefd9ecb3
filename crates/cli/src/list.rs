//! `lapel list`, `search` and `show`.

use std::io;

use lapel_wallet::Wallet;
use lapel_wallet::api::{BadgeDetail, BadgeId, BadgeSummary, ListRequest};

use crate::args::{Filter, Global, List, Search, Show, Sort, VerdictName};
use crate::lines::CheckLine;
use crate::out::{Out, Paint, plain, table};
use crate::problem::{Problem, Status};
use crate::verify::{print_as_of, print_checks, print_inside, print_notes};
use crate::wallet;

/// How many badges are asked for at once.
const PAGE: u32 = 1000;

/// Lists the badges in the wallet.
pub(crate) fn list(args: &List, global: &Global) -> Result<Status, Problem> {
    print_badges(String::new(), &args.filter, global)
}

/// Lists the badges that have all the words.
pub(crate) fn search(args: &Search, global: &Global) -> Result<Status, Problem> {
    print_badges(args.words.join(" "), &args.filter, global)
}

/// The badges that `request` asks for, at most `most`.
pub(crate) fn badges(
    wallet: &Wallet,
    mut request: ListRequest,
    most: u32,
) -> Result<Vec<BadgeSummary>, Problem> {
    let mut badges: Vec<BadgeSummary> = Vec::new();
    loop {
        request.offset = u32::try_from(badges.len()).unwrap_or(u32::MAX);
        request.limit = PAGE.min(most - request.offset);
        if request.limit == 0 {
            return Ok(badges);
        }
        let page = wallet.list(&request)?;
        let last = page.badges.len() < request.limit as usize;
        badges.extend(page.badges);
        if last {
            return Ok(badges);
        }
    }
}

fn print_badges(query: String, filter: &Filter, global: &Global) -> Result<Status, Problem> {
    let wallet = wallet::open(global)?;
    let request = ListRequest {
        query,
        verdicts: filter.verdict.iter().map(|verdict| verdict_name(*verdict).to_owned()).collect(),
        issuer: filter.issuer.clone(),
        sort: sort_name(filter.sort).to_owned(),
        offset: 0,
        limit: 0,
    };
    let badges = badges(&wallet, request, filter.limit.unwrap_or(u32::MAX))?;
    let mut out = Out::new(global.json);
    if out.json {
        for badge in &badges {
            out.json(badge)?;
        }
    } else {
        print_table(&mut out, &badges)?;
    }
    out.flush()?;
    Ok(Status::Done)
}

fn print_table(out: &mut Out, badges: &[BadgeSummary]) -> io::Result<()> {
    if badges.is_empty() {
        return out.line("No badges.");
    }
    let rows: Vec<Vec<String>> = badges
        .iter()
        .map(|badge| {
            vec![
                name_of(badge.id),
                badge.verdict.clone(),
                badge.issued_on.clone().unwrap_or_default(),
                badge.name.clone(),
                badge.issuer.clone(),
            ]
        })
        .collect();
    for (row, badge) in table(&rows).iter().zip(badges) {
        let [id, verdict, date, name, issuer] = &row[..] else { continue };
        let verdict = out.paint(crate::out::paint_of(&badge.verdict), verdict);
        let date = out.paint(Paint::Faint, date);
        out.line(format!("{id}  {verdict}  {date}  {name}  {issuer}").trim_end())?;
    }
    Ok(())
}

/// A badge's number as people write it.
pub(crate) fn name_of(id: BadgeId) -> String {
    format!("b{}", id.0)
}

fn verdict_name(verdict: VerdictName) -> &'static str {
    match verdict {
        VerdictName::Verified => "verified",
        VerdictName::Expired => "expired",
        VerdictName::Revoked => "revoked",
        VerdictName::Invalid => "invalid",
        VerdictName::Undecided => "undecided",
    }
}

fn sort_name(sort: Sort) -> &'static str {
    match sort {
        Sort::Newest => "newest",
        Sort::Name => "name",
        Sort::Issuer => "issuer",
        Sort::Issued => "issued",
    }
}

/// Shows a badge with its latest report.
pub(crate) fn show(args: &Show, global: &Global) -> Result<Status, Problem> {
    let badge = wallet::open(global)?.open_badge(BadgeId(args.id))?;
    let mut out = Out::new(global.json);
    if out.json {
        out.json(&badge)?;
    } else {
        print_badge(&mut out, &badge)?;
    }
    out.flush()?;
    Ok(Status::Done)
}

fn print_badge(out: &mut Out, badge: &BadgeDetail) -> io::Result<()> {
    let card = &badge.card;
    let title = format!("{}  {}", name_of(badge.summary.id), plain(&card.name));
    out.line(&out.paint(Paint::Strong, &title))?;
    let verdict = out.paint(crate::out::paint_of(&badge.report.verdict), &plain(&badge.report.headline));
    out.line(&format!("  {verdict}"))?;
    out.line("")?;
    let recipient = card.recipient.as_ref().map(|recipient| {
        let known = [recipient.name.as_deref(), recipient.identity.as_deref()];
        let known: Vec<&str> = known.into_iter().flatten().collect();
        if known.is_empty() && recipient.hashed { "a hashed identity".to_owned() } else { known.join(", ") }
    });
    let criteria = card.criteria.as_ref().and_then(|c| c.narrative.as_deref().or(c.url.as_deref()));
    print_fact(out, "Issued by", Some(&card.issuer.name))?;
    print_fact(out, "Issuer", card.issuer.id.as_deref())?;
    print_fact(out, "Awarded to", recipient.as_deref())?;
    print_fact(out, "Issued on", badge.summary.issued_on.as_deref())?;
    print_fact(out, "Expires on", badge.summary.expires_on.as_deref())?;
    print_fact(out, "About", card.description.as_deref())?;
    print_fact(out, "Criteria", criteria)?;
    for evidence in &card.evidence {
        print_fact(out, "Evidence", evidence.url.as_deref().or(evidence.name.as_deref()))?;
    }
    print_fact(out, "Tags", Some(&card.tags.join(", ")))?;
    print_fact(out, "Public page", card.public_url.as_deref())?;
    print_fact(out, "Standard", Some(&card.standard))?;
    for artifact in &badge.artifacts {
        let size = format!("{} ({}, {} bytes)", artifact.source, artifact.kind, artifact.size);
        print_fact(out, "Came as", Some(&size))?;
    }
    out.line("")?;
    let checks: Vec<CheckLine> = badge.report.checks.iter().map(CheckLine::of).collect();
    print_checks(out, &checks)?;
    print_inside(out, &badge.report.embedded)?;
    print_notes(out, &badge.report.warnings, &badge.report.missing)?;
    print_as_of(out, &badge.report.as_of)
}

fn print_fact(out: &mut Out, name: &str, value: Option<&str>) -> io::Result<()> {
    match value.map(plain) {
        Some(value) if !value.is_empty() => {
            let name = out.paint(Paint::Faint, &format!("{name:<12}"));
            out.line(&format!("  {name}{value}"))
        }
        _ => Ok(()),
    }
}
