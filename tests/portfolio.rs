//! The portfolio of the ten test badges, read by others' tools: an HTML parser, a feed reader, an XML parser; and, where Node
//! and Chromium are installed, an HTML validator and axe in the browser.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test program")]
#![allow(clippy::case_sensitive_file_extension_comparisons, reason = "paths of our own")]

#[path = "../crates/share/tests/browser/mod.rs"]
mod browser;
#[path = "../crates/share/tests/hostile_badges/mod.rs"]
mod hostile_badges;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Stdio};

use browser::absent;
use hostile_badges::HostileBadge;
use jiff::ToSpan;
use lapel_share::{
    Art, Badge, BaseUrl, Entry, Original, Portfolio, PortfolioOptions, SiteFile, Standing, has_pages,
};
use lapel_testkit::corpus::{self, Completion, Failed, Trial};
use lapel_testkit::{PAYLOAD, Ten, ten};
use openbadges::{Artifact, BadgeCard, Credential, Documents, Policy, Report, verify};
use scraper::{Html, Selector};
use serde_json::Value;

type Look = fn() -> Result<(), Failed>;

fn main() {
    let arguments = corpus::Arguments::from_args();
    let mut trials = vec![
        corpus::case("every link leads to a file of the site", every_link_leads_somewhere),
        corpus::case("void badges are left out unless asked for", void_badges_are_left_out),
        corpus::case("texts of badges are text", texts_are_text),
        corpus::case("hostile texts are text in each page and feed", hostile_texts_are_text),
        corpus::case("previews and linked data say what the badge says", previews_and_linked_data),
        corpus::case("the feed is read by a feed reader", the_feed_is_read),
        corpus::case("the sitemap names every page", the_sitemap_names_every_page),
        corpus::case("the same badges give the same bytes another day", the_same_bytes_another_day),
        corpus::case("the originals are in it bit for bit", originals_bit_for_bit),
        corpus::case("a picture is shown without the credential in it", pictures_hold_no_credential),
    ];
    let valid: (&str, Look) = ("the sitemap is valid by its schema", the_sitemap_is_valid);
    trials.push(trial(valid, no_schema()));
    let looks: [(&str, Look); 2] = [
        ("a validator and axe find nothing", || nothing_is_found(&site(), true)),
        ("a validator and a browser find nothing of hostile texts", || {
            let mut site = hostile_site();
            // A browser takes its time over hundreds of pages: all lists at once, and of the badges those that would run.
            let runs = |file: &SiteFile| file.bytes.windows(8).any(|word| word == b"alert(1)");
            site.files.retain(|it| !it.path.contains('/') || it.path.starts_with("badges/") && runs(it));
            nothing_is_found(&site, false)
        }),
    ];
    trials.extend(looks.map(|look| trial(look, absent())));
    corpus::run(&arguments, trials).exit();
}

/// A trial that is ignored where something is not there, and says what.
fn trial((name, look): (&'static str, Look), absent: Option<&'static str>) -> Trial {
    match absent {
        None => corpus::case(name, look),
        Some(why) => Trial::ignorable_test(name, move || Ok(Completion::ignored_with(why))),
    }
}

// --- The site ---------------------------------------------------------------------------------------------------------

/// A badge of the kit with all that sharing reads of it.
struct Kept {
    ten: Ten,
    credential: Credential,
    documents: Documents,
    card: BadgeCard,
    report: Report,
    picture: Vec<u8>,
}

impl Kept {
    fn of(ten: Ten) -> Self {
        let (credential, documents) = (ten.issued.credential(), ten.documents());
        let card = BadgeCard::of(&credential, &documents);
        let report = verify(&credential, &documents, &Policy::at(lapel_testkit::now()));
        let picture = lapel_testkit::art::png(&card.name);
        Self { ten, credential, documents, card, report, picture }
    }

    fn badge(&self, days: i64) -> Badge<'_> {
        let now = lapel_testkit::now() + (24 * days).hours();
        Badge {
            card: &self.card,
            credential: &self.credential,
            original: Original { kind: self.ten.kind, bytes: &self.ten.bytes },
            // One without a picture.
            art: (self.ten.file != "02-statistics.jwt").then_some(Art { bytes: &self.picture }),
            picture: None,
            standing: Standing::of(&self.credential, &self.card, &self.report, now),
            documents: &self.documents,
        }
    }
}

fn options() -> PortfolioOptions {
    PortfolioOptions {
        title: "Ada’s <badges> & more".to_owned(),
        name: Some("Ada \"Lovelace\" <script>".to_owned()),
        base_url: BaseUrl::parse("https://ada.example/badges"),
        include_void: true,
    }
}

fn kept() -> Vec<Kept> {
    ten().into_iter().map(Kept::of).collect()
}

fn site_of(kept: &[Kept], days: i64, options: &PortfolioOptions) -> Portfolio {
    let badges: Vec<Badge<'_>> = kept.iter().map(|badge| badge.badge(days)).collect();
    Portfolio::of(&badges, options)
}

fn site() -> Portfolio {
    site_of(&kept(), 0, &options())
}

/// A site of badges full of hostile texts.
fn hostile_site() -> Portfolio {
    let hostile = hostile_badges::all();
    let badges: Vec<Badge<'_>> = hostile.iter().map(HostileBadge::badge).collect();
    Portfolio::of(&badges, &options())
}

fn pages(site: &Portfolio) -> BTreeMap<&str, Html> {
    let pages = site.files.iter().filter(|file| file.path.ends_with(".html"));
    pages
        .map(|file| (file.path.as_str(), Html::parse_document(std::str::from_utf8(&file.bytes).unwrap())))
        .collect()
}

fn text_of(site: &Portfolio, path: &str) -> String {
    let file = site.files.iter().find(|file| file.path == path).unwrap_or_else(|| panic!("no {path}"));
    String::from_utf8(file.bytes.clone()).unwrap()
}

fn select(css: &str) -> Selector {
    Selector::parse(css).unwrap()
}

fn all(page: &Html, css: &str, attribute: &str) -> Vec<String> {
    page.select(&select(css)).filter_map(|it| it.attr(attribute)).map(str::to_owned).collect()
}

fn expect<T: PartialEq + std::fmt::Debug>(found: &T, expected: &T, what: &str) -> Result<(), Failed> {
    if found == expected { Ok(()) } else { Err(format!("{what}: {found:?} instead of {expected:?}").into()) }
}

// --- What is expected -------------------------------------------------------------------------------------------------

fn every_link_leads_somewhere() -> Result<(), Failed> {
    let site = site();
    let files: BTreeSet<&str> = site.files.iter().map(|file| file.path.as_str()).collect();
    expect(&files.len(), &site.files.len(), "paths that are there once")?;
    for (path, page) in pages(&site) {
        let base = url::Url::parse("https://site.example/").unwrap().join(path).unwrap();
        let links = all(&page, "a[href], link[href]:not([rel=canonical])", "href");
        for link in links.into_iter().chain(all(&page, "img", "src")) {
            let target = base.join(&link).unwrap();
            if target.host_str() != Some("site.example") || target.scheme() != "https" {
                continue;
            }
            let file = target.path().trim_start_matches('/');
            if !files.contains(file) {
                return Err(format!("{path}: {link} leads to {file}, which is not there").into());
            }
            if let Some(anchor) = target.fragment().filter(|_| file == path) {
                let id = all(&page, &format!("[id='{anchor}']"), "id");
                expect(&id.len(), &1, &format!("{path}: #{anchor}"))?;
            }
        }
    }
    Ok(())
}

fn void_badges_are_left_out() -> Result<(), Failed> {
    let kept = kept();
    let without = site_of(&kept, 0, &PortfolioOptions { include_void: false, ..options() });
    let names: Vec<&str> = without.left_out.iter().map(|it| it.name.as_str()).collect();
    expect(&names, &vec!["Forklift Licence", "Master Beekeeper"], "what was left out")?;
    let everything: String =
        without.files.iter().map(|file| String::from_utf8_lossy(&file.bytes).into_owned()).collect();
    expect(&everything.contains("Master Beekeeper"), &false, "a void badge in the site")?;
    let index = text_of(&site(), "index.html");
    for words in
        ["Revoked: Awarded by mistake.", "Invalid: the signature does not hold", "Expired on 2022-05-31"]
    {
        expect(&index.contains(words), &true, words)?;
    }
    Ok(())
}

fn texts_are_text() -> Result<(), Failed> {
    let site = site();
    for (path, page) in pages(&site) {
        let scripts = page.select(&select("script")).count();
        let expected = match path {
            _ if path.ends_with("verify.html") => 3,
            _ if path.starts_with("badges/") => 1,
            _ => 0,
        };
        expect(&scripts, &expected, &format!("scripts in {path}"))?;
        for css in ["img[onerror]", "b[onmouseover]", "[src=x]", "a[href^=javascript]"] {
            expect(&page.select(&select(css)).count(), &0, &format!("{css} in {path}"))?;
        }
    }
    let index = pages(&site).remove("index.html").unwrap();
    let headings: Vec<String> = index.select(&select("h2")).map(|it| it.text().collect()).collect();
    expect(&headings.contains(&PAYLOAD.to_owned()), &true, "the name as it is")?;
    Ok(())
}

fn hostile_texts_are_text() -> Result<(), Failed> {
    let (site, hostile) = (hostile_site(), hostile_badges::all());
    let names: BTreeSet<String> = hostile.iter().map(|it| Entry::of(&it.badge()).name).collect();
    let pages = pages(&site);
    let mut shown = BTreeSet::new();
    for (path, page) in &pages {
        let safe = path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/.-".contains(&byte));
        expect(&(safe && !path.contains("..")), &true, path)?;
        let is_badge = path.starts_with("badges/") && path.ends_with("index.html");
        let scripts = if path.ends_with("verify.html") { 3 } else { usize::from(is_badge) };
        expect(&page.select(&select("script")).count(), &scripts, &format!("scripts in {path}"))?;
        let foreign = "iframe, object, embed, form, base, math, svg *, [srcdoc], meta[http-equiv=refresh]";
        let own = if path.ends_with("verify.html") { "template" } else { foreign };
        expect(&page.select(&select(own)).count(), &0, &format!("what is not ours in {path}"))?;
        for element in page.root_element().descendent_elements() {
            for (name, value) in element.value().attrs() {
                expect(&name.starts_with("on"), &false, &format!("{path}: {name}"))?;
                let scheme = value.split_once(':').map_or("", |(scheme, _)| scheme);
                let runs = matches!(name, "href" | "src") && !matches!(scheme, "" | "https" | "data" | "urn");
                expect(&runs, &false, &format!("{path}: {name}={value:.200}"))?;
            }
        }
        if is_badge {
            let title: String = page.select(&select("h1")).next().unwrap().text().collect();
            let data: String = page.select(&select("script")).next().unwrap().text().collect();
            expect(&serde_json::from_str::<Value>(&data)?["name"], &title.clone().into(), path)?;
            shown.insert(title);
        }
    }
    expect(&shown, &names, "the names in the pages")?;
    let feed = atom_syndication::Feed::read_from(text_of(&site, "feed.xml").as_bytes())?;
    let titles: BTreeSet<String> = feed.entries().iter().map(|entry| entry.title().value.clone()).collect();
    // XML has no such character.
    let names = names.iter().map(|name| name.replace('\u{FFFF}', "")).collect();
    expect(&titles, &names, "the names in the feed")
}

fn previews_and_linked_data() -> Result<(), Failed> {
    let site = site();
    let pages = pages(&site);
    let (path, page) = pages
        .iter()
        .find(|(path, _)| path.starts_with("badges/rust-foundations-") && path.ends_with("index.html"))
        .unwrap();
    let folder = path.trim_end_matches("index.html");
    let meta = |name: &str| all(page, &format!("meta[property='{name}']"), "content").join("");
    expect(&meta("og:title").as_str(), &"Rust Foundations", "og:title")?;
    expect(&meta("og:url"), &format!("https://ada.example/badges/{folder}"), "og:url")?;
    expect(&meta("og:image"), &format!("https://ada.example/badges/{folder}picture.png"), "og:image")?;
    expect(&meta("og:description").contains("Verified on 2026-11-23"), &true, "og:description")?;
    let data: String = page.select(&select("script")).next().unwrap().text().collect();
    let data: Value = serde_json::from_str(&data)?;
    expect(&data["@type"], &"EducationalOccupationalCredential".into(), "@type")?;
    expect(&data["name"], &"Rust Foundations".into(), "name")?;
    expect(&data["recognizedBy"]["name"], &"Example University".into(), "recognizedBy")?;
    expect(&data["dateCreated"], &"2026-03-01".into(), "dateCreated")?;
    expect(&data["creativeWorkStatus"], &"Verified on 2026-11-23".into(), "creativeWorkStatus")?;
    let bare = PortfolioOptions { base_url: None, ..options() };
    let bare = site_of(&kept(), 0, &bare);
    let bare = text_of(&bare, path);
    expect(
        &(bare.contains("og:image") || bare.contains("canonical")),
        &false,
        "whole addresses without one",
    )?;
    Ok(())
}

fn the_feed_is_read() -> Result<(), Failed> {
    let site = site();
    let feed = atom_syndication::Feed::read_from(text_of(&site, "feed.xml").as_bytes())?;
    expect(&feed.entries().len(), &10, "entries")?;
    expect(&feed.title().value.as_str(), &"Ada’s <badges> & more", "title")?;
    let ids: BTreeSet<&str> = feed.entries().iter().map(atom_syndication::Entry::id).collect();
    expect(&ids.len(), &10, "ids")?;
    let payload = feed.entries().iter().any(|entry| entry.title().value == PAYLOAD);
    expect(&payload, &true, "the hostile title as it is")?;
    for entry in feed.entries() {
        let link = entry.links()[0].href().strip_prefix("https://ada.example/badges/").unwrap_or_default();
        let file = format!("{link}index.html");
        expect(&site.files.iter().any(|it| it.path == file), &true, &file)?;
    }
    Ok(())
}

fn the_sitemap_names_every_page() -> Result<(), Failed> {
    let site = site();
    let map = text_of(&site, "sitemap.xml");
    let map = Html::parse_fragment(&map);
    let named: BTreeSet<String> =
        map.select(&select("loc")).map(|it| it.text().collect::<String>()).collect();
    let pages =
        site.files.iter().filter(|it| it.path.ends_with(".html") && !it.path.ends_with("verify.html"));
    for file in pages {
        let url = format!("https://ada.example/badges/{}", file.path.trim_end_matches("index.html"));
        expect(&named.contains(&url), &true, &url)?;
    }
    Ok(())
}

/// The schema of sitemaps.org, as another program for sitemaps carries it.
const SITEMAP_SCHEMA: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../ui/node_modules/sitemap/schema/sitemap.xsd");

fn no_schema() -> Option<&'static str> {
    let xmllint = Command::new("xmllint").arg("--version").stderr(Stdio::null()).status();
    let has_both = xmllint.is_ok_and(|status| status.success()) && Path::new(SITEMAP_SCHEMA).exists();
    (!has_both).then_some("needs xmllint and the packages of the interface (./dev ui)")
}

fn the_sitemap_is_valid() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    for (name, site) in [("ten.xml", site()), ("hostile.xml", hostile_site())] {
        let path = folder.path().join(name);
        std::fs::write(&path, text_of(&site, "sitemap.xml"))?;
        let output = Command::new("xmllint")
            .args(["--noout", "--nonet", "--schema", SITEMAP_SCHEMA])
            .arg(&path)
            .output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
        }
    }
    Ok(())
}

fn the_same_bytes_another_day() -> Result<(), Failed> {
    let kept = kept();
    let (today, later) = (site_of(&kept, 0, &options()), site_of(&kept, 3, &options()));
    expect(&(today == later), &true, "the site three days later")
}

fn originals_bit_for_bit() -> Result<(), Failed> {
    let site = site();
    for badge in ten() {
        let there = site.files.iter().any(|file| file.bytes == badge.bytes);
        expect(&there, &true, badge.file)?;
    }
    let verifying = site.files.iter().filter(|file| file.path.ends_with("verify.html")).count();
    expect(&verifying, &if has_pages() { 10 } else { 0 }, "self-verifying pages")
}

fn pictures_hold_no_credential() -> Result<(), Failed> {
    let kept = kept();
    let baked = kept.iter().find(|kept| kept.ten.file == "08-night-sky.svg").unwrap();
    let art = Some(Art { bytes: &baked.ten.bytes });
    let site = Portfolio::of(&[Badge { art, ..baked.badge(0) }], &options());
    let picture = site.files.iter().find(|file| file.path.ends_with("/picture.svg"));
    let picture = picture.ok_or("there is no picture")?;
    let is_baked = Artifact::recognise(picture.bytes.clone()).is_ok();
    expect(&is_baked, &false, "a credential in the picture")
}

// --- Others' tools that are programs ----------------------------------------------------------------------------------

const LOOK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ui/tests/pages/site.mjs");

/// Axe takes its time: it looks at the ten badges.
fn nothing_is_found(site: &Portfolio, with_axe: bool) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    for file in &site.files {
        let path = folder.path().join(&file.path);
        std::fs::create_dir_all(path.parent().unwrap())?;
        std::fs::write(path, &file.bytes)?;
    }
    let output = Command::new("node")
        .arg(LOOK)
        .arg(folder.path())
        .args((!with_axe).then_some("--without-axe"))
        .stderr(Stdio::inherit())
        .output()?;
    let found: Value = serde_json::from_slice(&output.stdout)?;
    let pages = site.files.iter().filter(|file| file.path.ends_with(".html")).count();
    expect(&found["pages"], &pages.into(), "pages that were looked at")?;
    let wrong: Vec<&str> = found["wrong"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}
