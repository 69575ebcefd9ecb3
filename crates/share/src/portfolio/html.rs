//! The pages of a site: an index, three indexes by what the badges are about, and a page for each badge. No script.

use std::collections::BTreeMap;
use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::{Exhibit, PortfolioOptions, SiteFile, linked_data, mark, slug};
use crate::escape;
use crate::page::initial;
use crate::text::{LINE, one_line};

const CSS: &str = include_str!("portfolio.css");

/// What the indexes other than the first go by: a path, a name, and the question that the page answers.
const INDEXES: [(&str, &str, Group); 3] = [
    ("skills/index.html", "By skill", |exhibit| exhibit.entry.skills.clone()),
    ("issuers/index.html", "By issuer", |exhibit| vec![exhibit.entry.issuer.clone()]),
    ("years/index.html", "By year", |exhibit| {
        let year = exhibit.entry.issued.as_deref().and_then(|date| date.get(..4));
        vec![year.unwrap_or("Without a date").to_owned()]
    }),
];

/// Under which headings a badge stands.
type Group = fn(&Exhibit<'_>) -> Vec<String>;

/// All pages but the self-verifying ones.
pub(super) fn pages(exhibits: &[Exhibit<'_>], options: &PortfolioOptions) -> Vec<SiteFile> {
    let mut files = vec![index(exhibits, options)];
    files.extend(INDEXES.map(|(path, title, group)| grouped(path, title, group, exhibits, options)));
    files.extend(exhibits.iter().map(|exhibit| exhibit_page(exhibit, options)));
    files
}

/// A page before its shell is put around it.
struct Page<'a> {
    path: &'a str,
    title: &'a str,
    description: String,
    /// More of its head.
    head: String,
    main: String,
}

impl Page<'_> {
    /// The file, with what every page has.
    fn file(&self, options: &PortfolioOptions) -> SiteFile {
        let root = "../".repeat(self.path.matches('/').count());
        let site = text(&options.title);
        let title = text(self.title);
        let title_line = if title == site { site.clone() } else { format!("{title} – {site}") };
        let canonical = options.base_url.as_ref().map_or_else(String::new, |base| {
            let url = escape::html(&base.of(self.path));
            format!("<link rel=\"canonical\" href=\"{url}\">\n<meta property=\"og:url\" content=\"{url}\">\n")
        });
        let (policy, head, main) = (policy(), &self.head, &self.main);
        let description = text(&self.description);
        let navigation = navigation(self.path, &root);
        SiteFile::new(
            self.path,
            format!(
                "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
                 <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
                 <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
                 <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"generator\" content=\"Lapel\">\n\
                 <title>{title_line}</title>\n<meta name=\"description\" content=\"{description}\">\n\
                 <meta property=\"og:title\" content=\"{title}\">\n\
                 <meta property=\"og:description\" content=\"{description}\">\n\
                 <meta property=\"og:site_name\" content=\"{site}\">\n{canonical}{head}\
                 <link rel=\"alternate\" type=\"application/atom+xml\" title=\"{site}\" href=\"{root}feed.xml\">\n\
                 <style>{CSS}</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">To the content</a>\n\
                 <header><p class=\"site\"><a href=\"{root}index.html\"><bdi>{site}</bdi></a></p>\n{navigation}</header>\n\
                 <main id=\"main\">\n{main}</main>\n\
                 <footer><p>Made with Lapel. These pages load nothing from elsewhere and follow nobody.</p></footer>\n\
                 </body>\n</html>\n"
            ),
        )
    }
}

/// `value` on one line, escaped.
fn text(value: &str) -> String {
    escape::html(&one_line(value, LINE))
}

/// What a page may do (CSP 3): be styled, and show pictures of its own site. There is no script.
fn policy() -> String {
    let style = STANDARD.encode(Sha256::digest(CSS));
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; img-src 'self' data:; base-uri 'none'; form-action 'none'"
    )
}

fn navigation(here: &str, root: &str) -> String {
    let all = [("index.html", "All badges")].into_iter().chain(INDEXES.map(|(path, title, _)| (path, title)));
    let links = all.fold(String::new(), |mut html, (path, title)| {
        let current = if path == here { " aria-current=\"page\"" } else { "" };
        let _ = write!(html, "<li><a href=\"{root}{path}\"{current}>{title}</a></li>");
        html
    });
    format!("<nav aria-label=\"Badges\"><ul>{links}</ul></nav>")
}

fn index(exhibits: &[Exhibit<'_>], options: &PortfolioOptions) -> SiteFile {
    let title = one_line(&options.title, LINE);
    let by = options.name.as_deref().map(text).filter(|name| !name.is_empty());
    let by = by.map_or_else(String::new, |name| format!("<p class=\"by\"><bdi>{name}</bdi></p>\n"));
    let count = match exhibits.len() {
        1 => "1 badge".to_owned(),
        count => format!("{count} badges"),
    };
    let cards = exhibits.iter().fold(String::new(), |html, exhibit| html + &card(exhibit, "", 2));
    Page {
        path: "index.html",
        title: &title,
        description: format!("{count}, each with the proof that its issuer made it."),
        head: "<meta property=\"og:type\" content=\"website\">\n<meta name=\"twitter:card\" content=\"summary\">\n"
            .to_owned(),
        main: format!(
            "<h1 dir=\"auto\">{}</h1>\n{by}<p class=\"soft\">{count}. Each can be verified, also offline: by its own page, \
             or by any program that reads Open Badges.</p>\n<ul class=\"cards\">{cards}</ul>\n",
            text(&title)
        ),
    }
    .file(options)
}

/// A badge in a list, under a heading of level `level`.
fn card(exhibit: &Exhibit<'_>, root: &str, level: u8) -> String {
    let entry = &exhibit.entry;
    let date = entry.issued.as_deref().map_or_else(String::new, |date| format!(" · <time>{date}</time>"));
    format!(
        "<li class=\"card\"><span class=\"stage\">{}</span><div><h{level}><a href=\"{root}{}/index.html\"><bdi>{}</bdi></a>\
         </h{level}><p><bdi>{}</bdi>{date}</p>{}</div></li>\n",
        picture(exhibit, &format!("{root}{}/", exhibit.folder()), ""),
        exhibit.folder(),
        escape::html(&entry.name),
        escape::html(&entry.issuer),
        standing(exhibit),
    )
}

fn standing(exhibit: &Exhibit<'_>) -> String {
    let standing = &exhibit.entry.standing;
    format!("<p class=\"standing {}\">{}</p>", mark(standing.verdict()), escape::html(standing.words()))
}

/// The picture, or a letter in its place. Beside the name it says nothing new, so lists give it no text.
fn picture(exhibit: &Exhibit<'_>, folder: &str, alt: &str) -> String {
    if let Some((name, ..)) = &exhibit.picture {
        let alt = escape::html(alt);
        return format!(
            "<img src=\"{folder}{name}\" width=\"160\" height=\"160\" alt=\"{alt}\" loading=\"lazy\">"
        );
    }
    format!("<span aria-hidden=\"true\">{}</span>", escape::html(&initial(&exhibit.entry.name)))
}

fn grouped(
    path: &str,
    title: &str,
    group: Group,
    exhibits: &[Exhibit<'_>],
    options: &PortfolioOptions,
) -> SiteFile {
    let mut groups: BTreeMap<String, Vec<&Exhibit<'_>>> = BTreeMap::new();
    for exhibit in exhibits {
        for name in group(exhibit) {
            groups.entry(name).or_default().push(exhibit);
        }
    }
    let mut ordered: Vec<_> = groups.into_iter().collect();
    if path.starts_with("years") {
        ordered.reverse();
    }
    let mut contents = String::new();
    let mut sections = String::new();
    for (number, (name, members)) in ordered.iter().enumerate() {
        let (anchor, name) = (slug::anchor(number), text(name));
        let _ = write!(contents, "<li><a href=\"#{anchor}\"><bdi>{name}</bdi></a> ({})</li>", members.len());
        let cards = members.iter().fold(String::new(), |html, exhibit| html + &card(exhibit, "../", 3));
        let _ = writeln!(
            sections,
            "<section aria-labelledby=\"{anchor}\"><h2 id=\"{anchor}\" dir=\"auto\">{name}</h2>\
             <ul class=\"cards\">{cards}</ul></section>"
        );
    }
    let contents = if ordered.is_empty() {
        "<p class=\"soft\">No badge says anything of this.</p>".to_owned()
    } else {
        format!("<ul class=\"contents\">{contents}</ul>")
    };
    Page {
        path,
        title,
        description: format!("Badges {}.", title.to_lowercase()),
        head: String::new(),
        main: format!("<h1>{title}</h1>\n{contents}\n{sections}"),
    }
    .file(options)
}

fn exhibit_page(exhibit: &Exhibit<'_>, options: &PortfolioOptions) -> SiteFile {
    let entry = &exhibit.entry;
    let path = format!("{}/index.html", exhibit.folder());
    let description = match &entry.description {
        Some(description) => format!("{}. {}. {description}", entry.issuer, entry.standing.words()),
        None => format!("{}. {}.", entry.issuer, entry.standing.words()),
    };
    Page {
        path: &path,
        title: &entry.name,
        description,
        head: exhibit_head(exhibit, options),
        main: format!(
            "<article>\n<div class=\"head\"><span class=\"stage large\">{}</span><div><h1 dir=\"auto\">{}</h1>\
             <p class=\"by\">Issued by <bdi>{}</bdi></p>{}</div></div>\n{}{}{}</article>\n",
            picture(exhibit, "", &format!("Badge: {}", entry.name)),
            escape::html(&entry.name),
            escape::html(&entry.issuer),
            standing(exhibit),
            facts(exhibit),
            entry.description.as_deref().map_or_else(String::new, |it| {
                format!("<p class=\"description\" dir=\"auto\">{}</p>\n", escape::html(it))
            }),
            proof(exhibit),
        ),
    }
    .file(options)
}

/// What previews and search engines read, and where the credential is for programs.
fn exhibit_head(exhibit: &Exhibit<'_>, options: &PortfolioOptions) -> String {
    let mut head = "<meta property=\"og:type\" content=\"article\">\n".to_owned();
    let mut card = "summary";
    if let (Some(base), Some((name, media_type @ "image/png", bytes))) = (&options.base_url, &exhibit.picture)
    {
        let url = escape::html(&base.of(&format!("{}/{name}", exhibit.folder())));
        let _ = writeln!(head, "<meta property=\"og:image\" content=\"{url}\">");
        let _ = writeln!(head, "<meta property=\"og:image:type\" content=\"{media_type}\">");
        if let Some((width, height)) = png_size(bytes) {
            let _ = writeln!(head, "<meta property=\"og:image:width\" content=\"{width}\">");
            let _ = writeln!(head, "<meta property=\"og:image:height\" content=\"{height}\">");
            if width >= 2 * height {
                card = "summary_large_image";
            }
        }
        let alt = text(&format!("Badge: {}", exhibit.entry.name));
        let _ = writeln!(head, "<meta property=\"og:image:alt\" content=\"{alt}\">");
    }
    let _ = writeln!(head, "<meta name=\"twitter:card\" content=\"{card}\">");
    for (name, media_type, _) in &exhibit.files {
        let _ = writeln!(head, "<link rel=\"alternate\" type=\"{media_type}\" href=\"{name}\">");
    }
    let data = linked_data::credential(exhibit, options);
    let _ = writeln!(head, "<script type=\"application/ld+json\">{data}</script>");
    head
}

/// Width and height in the header of a PNG (PNG 3, 11.2.1).
fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let number = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    (bytes.get(12..16)? == b"IHDR").then_some((number(16)?, number(20)?))
}

fn facts(exhibit: &Exhibit<'_>) -> String {
    let entry = &exhibit.entry;
    let link = |url: &Option<String>, words: &str| {
        url.as_ref()
            .map(|url| format!("<a href=\"{}\" rel=\"noopener noreferrer\">{words}</a>", escape::html(url)))
    };
    let skills = entry
        .skills
        .iter()
        .fold(String::new(), |html, skill| format!("{html}<li dir=\"auto\">{}</li>", escape::html(skill)));
    let facts = [
        ("Awarded on", entry.issued.as_deref().map(|date| format!("<time>{date}</time>"))),
        ("Valid until", entry.expires.as_deref().map(|date| format!("<time>{date}</time>"))),
        ("Standard", Some(escape::html(&exhibit.badge.card.standard))),
        ("Number", entry.id.as_deref().map(escape::html)),
        ("Issuer’s page for it", link(&entry.url, "Open")),
        ("Issuer’s own page", link(&entry.issuer_url, "Open")),
        ("Skills", (!skills.is_empty()).then(|| format!("<ul class=\"skills\">{skills}</ul>"))),
    ];
    let facts = facts.into_iter().filter_map(|(term, value)| Some((term, value?)));
    let facts = facts.fold(String::new(), |html, (term, value)| {
        format!("{html}<div><dt>{term}</dt><dd>{value}</dd></div>")
    });
    format!("<dl class=\"facts\">{facts}</dl>\n")
}

/// Where the proof is.
fn proof(exhibit: &Exhibit<'_>) -> String {
    let verify = exhibit.verify.as_ref().map_or("", |_| {
        "<p><a class=\"button\" href=\"verify.html\">Verify it in your browser</a></p>\n\
         <p class=\"soft\">That page works offline and sends nothing anywhere.</p>\n"
    });
    let files = exhibit.files.iter().fold(String::new(), |html, (name, _, bytes)| {
        let size = bytes.len().div_ceil(1024);
        format!(
            "{html}<li><a href=\"{name}\" download>{name}</a> <span class=\"soft\">({size} KiB)</span></li>"
        )
    });
    format!(
        "<section aria-labelledby=\"proof\"><h2 id=\"proof\">Proof</h2>\n{verify}\
         <p>The words above were true for the owner of this badge on the day that they name. The credential itself, for \
         any program that reads Open Badges:</p>\n<ul class=\"files\">{files}</ul></section>\n"
    )
}
