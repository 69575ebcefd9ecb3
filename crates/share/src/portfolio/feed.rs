//! The feed (Atom, RFC 4287) and the sitemap (sitemaps.org protocol 0.9).

use std::fmt::Write;

use jiff::Timestamp;

use super::{BaseUrl, Exhibit, PortfolioOptions, judged, slug};
use crate::escape;
use crate::text::{LINE, one_line};

/// The feed of the site: an entry for each badge. Ids hang on the credentials and stay, also where the site moves.
pub(super) fn atom(exhibits: &[Exhibit<'_>], options: &PortfolioOptions) -> String {
    let title = escape::xml(&one_line(&options.title, LINE));
    let author = options.name.as_deref().map(|name| one_line(name, LINE)).filter(|name| !name.is_empty());
    let author = author.map_or_else(|| title.clone(), |name| escape::xml(&name));
    let updated = exhibits.iter().map(updated).max().unwrap_or_default();
    let id = options.base_url.as_ref().map_or_else(
        || {
            uuid(
                exhibits
                    .iter()
                    .flat_map(|exhibit| slug::key(exhibit.badge))
                    .take(64)
                    .collect::<Vec<_>>()
                    .as_slice(),
            )
        },
        |base| escape::xml(&base.of("feed.xml")),
    );
    let mut feed = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n<id>{id}</id>\n\
         <title>{title}</title>\n<updated>{updated}</updated>\n<author><name>{author}</name></author>\n\
         <generator>Lapel</generator>\n"
    );
    if let Some(base) = &options.base_url {
        let (own, site) = (escape::xml(&base.of("feed.xml")), escape::xml(&base.of("")));
        // Writing to memory does not fail.
        let _ = writeln!(feed, "<link rel=\"self\" type=\"application/atom+xml\" href=\"{own}\"/>");
        let _ = writeln!(feed, "<link rel=\"alternate\" type=\"text/html\" href=\"{site}\"/>");
    }
    for exhibit in exhibits {
        feed.push_str(&entry(exhibit, options));
    }
    feed.push_str("</feed>\n");
    feed
}

fn entry(exhibit: &Exhibit<'_>, options: &PortfolioOptions) -> String {
    let entry = &exhibit.entry;
    let path = format!("{}/index.html", exhibit.folder());
    let link = options.base_url.as_ref().map_or_else(|| path.clone(), |base| base.of(&path));
    let summary = match &entry.description {
        Some(description) => format!("{} ({}). {description}", entry.issuer, entry.standing.words()),
        None => format!("{} ({})", entry.issuer, entry.standing.words()),
    };
    let categories = entry
        .skills
        .iter()
        .fold(String::new(), |xml, skill| format!("{xml}<category term=\"{}\"/>\n", escape::xml(skill)));
    format!(
        "<entry>\n<id>{}</id>\n<title>{}</title>\n<updated>{}</updated>\n\
         <link rel=\"alternate\" type=\"text/html\" href=\"{}\"/>\n<summary>{}</summary>\n{categories}</entry>\n",
        uuid(&slug::key(exhibit.badge)),
        escape::xml(&entry.name),
        updated(exhibit),
        escape::xml(&link),
        escape::xml(&summary),
    )
}

/// When it was awarded; where that is not known, the date of its report.
fn updated(exhibit: &Exhibit<'_>) -> Timestamp {
    let awarded = exhibit.badge.card.issued_on.as_ref().map(|moment| moment.instant);
    awarded.unwrap_or_else(|| judged(exhibit.badge))
}

/// A UUID made from `key` (RFC 9562, version 8) as a URN.
fn uuid(key: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    let digest: [u8; 32] = Sha256::digest(key).into();
    let mut bytes: Vec<u8> = digest[..16].to_vec();
    bytes[6] = bytes[6] & 0x0F | 0x80;
    bytes[8] = bytes[8] & 0x3F | 0x80;
    let hex = bytes.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    format!("urn:uuid:{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// The sitemap of the pages at `paths`.
pub(super) fn sitemap<'a>(paths: impl Iterator<Item = &'a str>, base: &BaseUrl) -> String {
    let mut map = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
                   <urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n"
        .to_owned();
    for path in paths {
        let _ = writeln!(map, "<url><loc>{}</loc></url>", escape::xml(&base.of(path)));
    }
    map.push_str("</urlset>\n");
    map
}
