//! The portfolio: a static site of chosen badges, for any host that serves files. Plain pages without script, a page for
//! each badge with what search engines and previews read, indexes, a feed, and for each badge its self-verifying page and
//! the credential itself. docs/portfolio.md says what is in it.
//!
//! Everything is made from the arguments alone, and nothing in it tells when it was made: the same badges give the same
//! bytes, so that writing the site anew changes only what changed.

mod feed;
mod html;
mod linked_data;
mod slug;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use openbadges::Verdict;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use url::Url;

use crate::embed::without_credential;
use crate::page::{PageOptions, has_pages, page};
use crate::{Art, Badge, DownloadFormat, Entry, PictureFonts, save};

/// How a site is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortfolioOptions {
    /// Its title.
    pub title: String,
    /// Whose badges they are, if that is to be said.
    pub name: Option<String>,
    /// Where it will be (`https://ada.example/badges/`), if that is known: previews, the sitemap and the feed need whole
    /// addresses.
    pub base_url: Option<BaseUrl>,
    /// Whether badges that are revoked or invalid go in, called what they are.
    pub include_void: bool,
}

/// An `http` or `https` address that ends in `/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(Url);

impl BaseUrl {
    /// Reads an address; adds the `/` at its end. `None` where `text` is no such address, or has a query or fragment.
    pub fn parse(text: &str) -> Option<Self> {
        let mut url = Url::parse(text.trim()).ok()?;
        let plain =
            matches!(url.scheme(), "http" | "https") && url.query().is_none() && url.fragment().is_none();
        if !plain || !url.username().is_empty() || url.password().is_some() {
            return None;
        }
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        Some(Self(url))
    }

    /// The address of a file of the site; of a folder's page that of the folder.
    fn of(&self, path: &str) -> String {
        format!("{}{}", self.0, path.strip_suffix("index.html").unwrap_or(path))
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A file of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteFile {
    /// Where, relative to the site's folder: plain names of ASCII letters, digits, `.` and `-`, separated by `/`.
    pub path: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl SiteFile {
    fn new(path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { path: path.into(), bytes: bytes.into() }
    }
}

/// A badge that was chosen for a site or a CV and is not in it, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LeftOut {
    /// Its name.
    pub name: String,
    /// How it stands, in words.
    pub standing: String,
}

/// A site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Portfolio {
    /// Its files, in the order of their paths.
    pub files: Vec<SiteFile>,
    /// The badges that were left out because they are void.
    pub left_out: Vec<LeftOut>,
}

/// A badge of the site.
struct Exhibit<'a> {
    badge: &'a Badge<'a>,
    entry: Entry,
    /// The name of its folder.
    slug: String,
    /// Its picture: a file name, a media type and the bytes.
    picture: Option<(String, &'static str, Cow<'a, [u8]>)>,
    /// The original, and the credential alone where it is not the same: a file name, a media type and the bytes.
    files: Vec<(&'static str, &'static str, Vec<u8>)>,
    /// The self-verifying page.
    verify: Option<String>,
}

impl Portfolio {
    /// The site of `badges`, the latest first. A badge that is there twice is shown once.
    pub fn of(badges: &[Badge<'_>], options: &PortfolioOptions) -> Self {
        let (shown, left_out) = choose(badges, options.include_void);
        let mut exhibits: Vec<Exhibit<'_>> = shown.into_iter().map(Exhibit::of).collect();
        exhibits.sort_by(|a, b| b.entry.issued.cmp(&a.entry.issued).then_with(|| a.slug.cmp(&b.slug)));
        let pages = html::pages(&exhibits, options);
        let mut files = vec![SiteFile::new("feed.xml", feed::atom(&exhibits, options))];
        if let Some(base) = &options.base_url {
            let map = feed::sitemap(pages.iter().map(|file| file.path.as_str()), base);
            files.push(SiteFile::new("sitemap.xml", map));
        }
        files.extend(pages);
        files.extend(exhibits.into_iter().flat_map(Exhibit::into_files));
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Self { files, left_out }
    }
}

/// Those that are shown, each once, and those that are void.
fn choose<'a>(badges: &'a [Badge<'a>], include_void: bool) -> (Vec<&'a Badge<'a>>, Vec<LeftOut>) {
    let mut seen = BTreeSet::new();
    let (mut shown, mut left_out) = (Vec::new(), Vec::new());
    for badge in badges {
        if !seen.insert(badge.credential.digest()) {
            continue;
        }
        if badge.standing.is_void() && !include_void {
            let entry = Entry::of(badge);
            left_out.push(LeftOut { name: entry.name, standing: entry.standing.words().to_owned() });
        } else {
            shown.push(badge);
        }
    }
    (shown, left_out)
}

impl<'a> Exhibit<'a> {
    fn of(badge: &'a Badge<'a>) -> Self {
        let entry = Entry::of(badge);
        let options = PageOptions { made_at: None };
        // Without the verifier in this build there is no such page, and nothing links to it.
        let verify = if has_pages() { page(badge, options).ok() } else { None };
        Self {
            slug: slug::of(&entry.name, badge),
            picture: picture(badge),
            files: credentials(badge),
            verify,
            badge,
            entry,
        }
    }

    /// Its folder.
    fn folder(&self) -> String {
        format!("badges/{}", self.slug)
    }

    fn into_files(self) -> Vec<SiteFile> {
        let folder = self.folder();
        let at = |name: &str| format!("{folder}/{name}");
        let mut files: Vec<SiteFile> =
            self.files.into_iter().map(|(name, _, bytes)| SiteFile::new(at(name), bytes)).collect();
        files.extend(self.picture.map(|(name, _, bytes)| SiteFile::new(at(&name), bytes)));
        files.extend(self.verify.map(|page| SiteFile::new(at("verify.html"), page)));
        files
    }
}

/// The day of the report on `badge`.
fn judged(badge: &Badge<'_>) -> Timestamp {
    format!("{}T00:00:00Z", badge.standing.on()).parse().unwrap_or_default()
}

/// The picture for pages and previews: without a credential in it, and none where that cannot be told from the picture.
fn picture<'a>(badge: &Badge<'a>) -> Option<(String, &'static str, Cow<'a, [u8]>)> {
    let art: Art<'a> = badge.art?;
    let media_type = art.media_type()?;
    let extension = match media_type {
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "image/gif" => "gif",
        "image/webp" => "webp",
        _ => "svg",
    };
    Some((format!("picture.{extension}"), media_type, without_credential(art)?))
}

/// The files that carry the proof: the original bit for bit, and the credential's own text.
fn credentials(badge: &Badge<'_>) -> Vec<(&'static str, &'static str, Vec<u8>)> {
    use openbadges::ArtifactKind::{Json, Jws, Png, Svg, Url};
    let original = badge.original.bytes.to_vec();
    let mut files = vec![match badge.original.kind {
        Png => ("original.png", "image/png", original),
        Svg => ("original.svg", "image/svg+xml", original),
        Json => ("credential.json", json_type(badge), original),
        Jws => ("credential.jwt", "application/jwt", original),
        Url => ("original.txt", "text/plain", original),
    }];
    for (format, name) in [(DownloadFormat::Json, "credential.json"), (DownloadFormat::Jwt, "credential.jwt")]
    {
        if files.iter().all(|(other, ..)| *other != name)
            && let Ok(bytes) = save(badge, format, None, &PictureFonts::default())
        {
            let media_type = if format == DownloadFormat::Jwt { "application/jwt" } else { json_type(badge) };
            files.push((name, media_type, bytes));
        }
    }
    files
}

/// The media type of a credential in JSON (VC Data Model 2.0, appendix C; JSON-LD 1.1).
fn json_type(badge: &Badge<'_>) -> &'static str {
    if badge.credential.standard().is_before_2() {
        "application/json"
    } else if badge.credential.standard().is_assertion() {
        "application/ld+json"
    } else {
        "application/vc"
    }
}

/// The class and the short word by which a verdict is marked; its words stand beside it.
fn mark(verdict: Verdict) -> &'static str {
    verdict.as_str()
}
