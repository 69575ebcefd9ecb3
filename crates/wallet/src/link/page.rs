//! The search for a badge in a page for people.

use openbadges::Credential;
use openbadges::artifact::PayloadContent;
use serde_json::Value;
use url::Url;

use super::html::{Piece, pieces, unescaped};
use super::{clean, rules};
use crate::fetch::WebLink;
use crate::self_listed::one_line;

/// Of a page, so many bytes are read.
pub(super) const MAX_BYTES: usize = 2 << 20;
/// Addresses that a page's badge may be at and that are tried, at most.
pub(super) const MAX_CANDIDATES: usize = 10;
/// Badges that a page may list, at most.
const MAX_LISTED: usize = 200;
/// Tags that are looked at, at most.
const MAX_TAGS: usize = 100_000;
/// The longest address that is looked at, in bytes.
const MAX_ADDRESS: usize = 8 << 10;
/// Addresses that are completed, at most: each costs a copy of where the page is.
const MAX_JOINS: usize = 5000;
/// A page with less text than this, and with scripts, is made by them.
const LITTLE_TEXT: usize = 200;

/// What a page has of a badge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Page {
    /// What the page calls itself: one line.
    pub title: Option<String>,
    /// Credentials that stand in it, as text.
    pub embedded: Vec<String>,
    /// Where a badge may be, the likeliest first.
    pub candidates: Vec<Candidate>,
    /// Links that look like those of badges, where there are several: the page lists them.
    pub listed: Vec<Url>,
    /// Offers for wallets (`openid-credential-offer://`).
    pub offers: Vec<String>,
    /// Whether the page is made by scripts, which Lapel does not run.
    pub needs_scripts: bool,
}

/// Where a badge may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub url: Url,
    pub sign: Sign,
}

/// Why a badge may be there: the likeliest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sign {
    /// `link[rel=alternate]` of a JSON type.
    Alternate,
    /// A link whose address or words say that it downloads a badge.
    Download,
    /// A link that ends like a credential's file, or leads to an assertion.
    Link,
    /// The page's picture.
    Picture,
}

impl Sign {
    pub(super) fn in_words(self) -> &'static str {
        match self {
            Self::Alternate => "named by the page as its data",
            Self::Download => "a download on the page",
            Self::Link => "a link on the page",
            Self::Picture => "the page's picture",
        }
    }
}

/// What was looked for, for people.
pub(crate) const LOOKED_FOR: &str = "a JSON version that the page names, nor embedded JSON-LD, an offer for wallets, \
    a link to an assertion, a credential or its file, or a picture with a badge in it";

/// Searches `html`, which came from `url` with the `Link` headers `links`.
pub(super) fn search(html: &[u8], url: &Url, links: &[WebLink]) -> Page {
    let html = String::from_utf8_lossy(&html[..html.len().min(MAX_BYTES)]);
    let mut search = Search::at(url);
    for link in links.iter().filter(|link| link.rel.iter().any(|rel| rel == "alternate")) {
        if link.media_type.as_deref().is_some_and(is_credential_type) {
            search.add(link.target.as_str(), Sign::Alternate);
        }
    }
    for piece in pieces(&html).take(MAX_TAGS) {
        match piece {
            Piece::Text(text) => search.text(text),
            Piece::Tag { name, attributes, text } => search.tag(&name, &Attributes(attributes), text),
        }
    }
    search.end()
}

struct Search {
    page: Page,
    here: Url,
    base: Url,
    /// The title of the page itself, where no better one is told.
    plain_title: Option<String>,
    text: usize,
    scripts: usize,
    /// Addresses that were completed.
    joins: usize,
    /// The link that the text after it belongs to.
    open_link: Option<String>,
}

struct Attributes(Vec<(String, String)>);

impl Attributes {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(found, _)| found == name).map(|(_, value)| value.trim())
    }

    fn has_word(&self, name: &str, word: &str) -> bool {
        self.get(name).is_some_and(|value| value.split_whitespace().any(|one| one.eq_ignore_ascii_case(word)))
    }
}

impl Search {
    fn at(url: &Url) -> Self {
        Self {
            page: Page::default(),
            here: url.clone(),
            base: url.clone(),
            plain_title: None,
            text: 0,
            scripts: 0,
            joins: 0,
            open_link: None,
        }
    }

    fn tag(&mut self, name: &str, attributes: &Attributes, text: &str) {
        self.offer(attributes);
        match name {
            "base" => {
                let here = self.here.clone();
                if let Some(base) = attributes.get("href").and_then(|href| self.join(&here, href)) {
                    self.base = base;
                }
            }
            "title" if self.plain_title.is_none() => self.plain_title = titled(&unescaped(text)),
            "meta" => self.meta(attributes),
            "link" => {
                if attributes.has_word("rel", "alternate")
                    && attributes.get("type").is_some_and(is_credential_type)
                    && let Some(href) = attributes.get("href")
                {
                    self.add(href, Sign::Alternate);
                }
            }
            "script" => {
                self.scripts += 1;
                if attributes.get("type").is_some_and(is_credential_type) {
                    self.json(text);
                }
            }
            "a" | "area" => self.anchor(attributes),
            "img" | "object" | "embed" => {
                let source = attributes.get("src").or_else(|| attributes.get("data"));
                if let Some(source) = source
                    && is_badge_picture(source)
                {
                    self.add(source, Sign::Picture);
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        self.text += text.trim().len();
        if let Some(href) = self.open_link.take()
            && says_download(text)
        {
            self.add(&href, Sign::Download);
        }
    }

    fn meta(&mut self, attributes: &Attributes) {
        let Some(content) = attributes.get("content") else { return };
        match attributes.get("property").or_else(|| attributes.get("name")).unwrap_or_default() {
            "og:title" if self.page.title.is_none() => self.page.title = titled(content),
            "og:image" | "og:image:url" | "og:image:secure_url" | "twitter:image" => {
                self.add(content, Sign::Picture);
            }
            _ => {}
        }
    }

    fn anchor(&mut self, attributes: &Attributes) {
        let Some(href) = attributes.get("href") else { return };
        let path = href.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
        let ends_in = |endings: &[&str]| endings.iter().any(|ending| path.ends_with(ending));
        let is_file = ends_in(&[".json", ".jsonld", ".jwt"]);
        let downloads = attributes.get("download").is_some();
        if (downloads && (is_file || ends_in(&[".png", ".svg"]))) || ends_in(&["/baked", "/download"]) {
            self.add(href, Sign::Download);
        } else if is_file || self.joined(href).is_some_and(|url| is_of_badge(&url)) {
            self.add(href, Sign::Link);
        } else {
            self.open_link = Some(href.to_owned());
        }
    }

    /// An offer may stand in any address or field.
    fn offer(&mut self, attributes: &Attributes) {
        for (_, value) in &attributes.0 {
            if self.page.offers.len() < MAX_CANDIDATES && super::is_offer(value) {
                self.page.offers.push(value.trim().to_owned());
            }
        }
    }

    /// JSON-LD that stands in the page: a credential, or a graph with some in it.
    fn json(&mut self, text: &str) {
        let is_credential = |text: &str| Credential::parse(&PayloadContent::Json(text.to_owned())).is_ok();
        let text = text.trim();
        if self.page.embedded.len() >= MAX_CANDIDATES {
            return;
        }
        if is_credential(text) {
            self.page.embedded.push(text.to_owned());
            return;
        }
        let Ok(value) = serde_json::from_str::<Value>(text) else { return };
        let parts = value.as_array().or_else(|| value.get("@graph")?.as_array());
        for part in parts.into_iter().flatten().take(MAX_CANDIDATES) {
            let text = part.to_string();
            if is_credential(&text) {
                self.page.embedded.push(text);
            }
        }
    }

    fn joined(&mut self, href: &str) -> Option<Url> {
        let base = self.base.clone();
        self.join(&base, href)
    }

    /// `href` from `base` on, unless it is longer than addresses are or the page had its share.
    fn join(&mut self, base: &Url, href: &str) -> Option<Url> {
        if href.len() > MAX_ADDRESS || self.joins >= MAX_JOINS {
            return None;
        }
        self.joins += 1;
        base.join(href).ok().filter(|url| url.as_str().len() <= MAX_ADDRESS)
    }

    fn add(&mut self, href: &str, sign: Sign) {
        let Some(mut url) = self.joined(href) else { return };
        url.set_fragment(None);
        // Of a page of many thousand links, the first are looked at.
        let full = self.page.candidates.len() >= MAX_LISTED;
        if full || !matches!(url.scheme(), "https" | "http") || url == self.here {
            return;
        }
        // One that many links name stands once, by its best sign.
        match self.page.candidates.iter_mut().find(|one| one.url == url) {
            Some(there) => there.sign = there.sign.min(sign),
            None => self.page.candidates.push(Candidate { url, sign }),
        }
    }

    fn end(self) -> Page {
        let Self { mut page, plain_title, text, scripts, .. } = self;
        page.title = page.title.or(plain_title);
        page.needs_scripts = scripts > 0 && text < LITTLE_TEXT;
        let badges = page.candidates.iter().filter(|one| one.sign == Sign::Link && is_of_badge(&one.url));
        let mut listed: Vec<Url> = badges.map(|one| clean::clean(&one.url).url).collect();
        listed.dedup();
        if listed.len() > 1 {
            page.listed = listed;
        }
        page.candidates.sort_by_key(|one| one.sign);
        page.candidates.truncate(MAX_CANDIDATES);
        page
    }
}

fn titled(text: &str) -> Option<String> {
    Some(one_line(text)).filter(|title| !title.is_empty())
}

fn is_credential_type(media_type: &str) -> bool {
    let bare = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    matches!(
        bare.as_str(),
        "application/ld+json"
            | "application/json"
            | "application/vc"
            | "application/vc+ld+json"
            | "application/vc+jwt"
            | "application/vc-ld+json"
            | "application/jwt"
            | "application/openbadges+json"
    )
}

/// Whether the link is a badge's own: a platform's that is known, or by the words in its path.
fn is_of_badge(url: &Url) -> bool {
    match rules::find(url) {
        Some(found) => !matches!(found.rule.gives, rules::Gives::List(_) | rules::Gives::Nothing(_)),
        None => leads_to_badge(&url.path().to_ascii_lowercase()),
    }
}

/// Whether a path names one assertion or credential.
fn leads_to_badge(path: &str) -> bool {
    let mut segments = path.split('/').skip_while(|segment| {
        !matches!(
            *segment,
            "assertion" | "assertions" | "credentials" | "open_badge_credentials" | "badge_assertions"
        )
    });
    let has_digit = |id: &str| id.len() >= 4 && id.bytes().any(|byte| byte.is_ascii_digit());
    segments.next().is_some() && segments.next().is_some_and(has_digit)
}

fn is_badge_picture(source: &str) -> bool {
    let path = source.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    path.contains("baked") || path.contains("/assertion") || path.contains("/credential")
}

fn says_download(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let what = ["badge", "json", "credential", "png", "svg", "image"];
    text.len() < 200 && text.contains("download") && what.iter().any(|what| text.contains(what))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn searched(html: &str) -> Page {
        search(html.as_bytes(), &Url::parse("https://school.example/people/ada/badge").unwrap(), &[])
    }

    fn told(page: &Page) -> Vec<(&str, Sign)> {
        page.candidates.iter().map(|one| (one.url.as_str(), one.sign)).collect()
    }

    #[test]
    fn the_likeliest_comes_first() {
        let page = searched(
            "<title>Ada&#39;s\n badge</title><meta property=og:image content=/pictures/1.png>\
             <link rel='alternate stylesheet' type=text/css href=/x.css>\
             <link rel=alternate type='application/ld+json; charset=utf-8' href='/a/1?format=json'>\
             <a href=about.html>About</a> <a href='1.jsonld#x'>data</a> <a href=/get?id=1>Download the badge</a>\
             <a href=mailto:ada@example.org>Download badge</a> <img src=/logo.png>",
        );
        assert_eq!(page.title.as_deref(), Some("Ada's badge"));
        assert_eq!(
            told(&page),
            [
                ("https://school.example/a/1?format=json", Sign::Alternate),
                ("https://school.example/get?id=1", Sign::Download),
                ("https://school.example/people/ada/1.jsonld", Sign::Link),
                ("https://school.example/pictures/1.png", Sign::Picture),
            ]
        );
        assert!(page.listed.is_empty() && !page.needs_scripts);
    }

    #[test]
    fn credentials_and_offers_in_the_page_are_taken_out() {
        let credential = r#"{"@context":"https://w3id.org/openbadges/v2","type":"Assertion","id":"https://a.example/1","badge":"https://a.example/b","recipient":{"type":"email","hashed":false,"identity":"a@b.example"},"issuedOn":"2026-01-01T00:00:00Z","verification":{"type":"hosted"}}"#;
        let organisation = r#"{"@context":"https://schema.org","@type":"Organization","name":"x"}"#;
        let page = searched(&format!(
            "<script type=application/ld+json>{organisation}</script><script type='application/ld+json'>\n{credential}\n</script>\
             <script type=application/ld+json>[{organisation},{credential}]</script><script>var a = {credential}</script>\
             <input type=hidden value='openid-credential-offer://?credential_offer=%7B%7D'>"
        ));
        assert_eq!(page.embedded, [credential, credential]);
        assert_eq!(page.offers, ["openid-credential-offer://?credential_offer=%7B%7D"]);
    }

    #[test]
    fn a_page_of_many_badges_lists_them() {
        let uuid = |number: u32| format!("4f1d9f0e-8c1e-4b1a-9d1e-{number:012}");
        let links = (0..3)
            .map(|number| {
                format!(
                    "<a href='https://www.credly.com/badges/{}/public_url?utm_source=x'>x</a>",
                    uuid(number)
                )
            })
            .collect::<Vec<_>>()
            .concat();
        let page = searched(&links);
        assert_eq!(page.listed.len(), 3);
        assert!(page.listed[0].as_str().ends_with("/public_url"));
    }

    #[test]
    fn hostile_pages_are_bounded_and_lead_nowhere_else() {
        let page = searched(
            "<a href='javascript:alert(1).json'>x</a><a href='data:application/json,{}.json'>x</a>\
             <a href='file:///etc/x.json'>x</a><a href='ftp://a.example/x.json'>x</a><a href='https://[/x.json'>x</a>\
             <base href='javascript:x'><link rel=alternate type=application/json href='vbscript:x'>",
        );
        assert!(page.candidates.is_empty(), "{page:?}");
        let many = (0..10_000)
            .map(|number| format!("<a href='/assertions/{number:06}'>x</a>"))
            .collect::<Vec<_>>()
            .concat();
        let page = searched(&many);
        assert_eq!((page.candidates.len(), page.listed.len()), (MAX_CANDIDATES, MAX_LISTED));
    }

    #[test]
    fn a_long_base_lengthens_nothing() {
        let base = "x/".repeat(MAX_ADDRESS);
        let page = searched(&format!("<base href='/{base}'><a href=1.json>x</a><a href='{base}.json'>x</a>"));
        assert_eq!(told(&page), [("https://school.example/people/ada/1.json", Sign::Link)]);
        let many = "<a href=x>x</a>".repeat(MAX_JOINS);
        assert!(searched(&format!("{many}<a href=1.json>x</a>")).candidates.is_empty());
    }

    #[test]
    fn pages_made_by_scripts_are_told_apart() {
        assert!(searched("<title>App</title><div id=root></div><script src=/app.js></script>").needs_scripts);
        assert!(!searched("<p>Nothing to see</p>").needs_scripts);
        assert!(!searched(&format!("<script>1</script><p>{}</p>", "words ".repeat(100))).needs_scripts);
    }

    proptest::proptest! {
        /// Whatever a page holds, it is read to its end, and what is found is bounded and of the web.
        #[test]
        fn any_page_is_read(parts in proptest::collection::vec("(<[a-z!/]{0,8}|[ -~]{0,20}|[a-z]+=|['\">&;#-]|\\PC{0,6}|</script>)", 0..60)) {
            let page = searched(&parts.concat());
            assert!(page.candidates.len() <= MAX_CANDIDATES && page.embedded.len() <= 2 * MAX_CANDIDATES);
            assert!(page.candidates.iter().all(|one| matches!(one.url.scheme(), "http" | "https")));
        }

        #[test]
        fn any_link_is_cleaned_once_and_for_all(link in "https?://[a-z.]{1,20}/[ -~]{0,60}") {
            if let Ok(url) = Url::parse(&link) {
                let once = clean::clean(&url).url;
                assert!(once.fragment().is_none());
                let _ = rules::find(&once).map(|found| found.ask());
            }
        }
    }
}
