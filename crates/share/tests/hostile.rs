//! Hostile texts through every target: nothing runs, nothing breaks out, and what was written is shown as text. Each
//! target is read by a parser that is not ours. A target joins by a line in [`TARGETS`].

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

mod hostile_badges;

use lapel_share::{
    Badge, Cv, CvFormat, CvOptions, DownloadFormat, EmbedFormat, Entry, Fonts, Grouping, Indexed, Network,
    PictureFonts, ShareOptions, ShareSheet, index_html, index_json, placeholder, save, share_sheet,
};
use pulldown_cmark::{Event, Options, Parser, Tag};
use scraper::{Html, Node};

const OWN_PAGE: &str = "https://ada.example/badge.html?x=1&y=2";

/// What leaves, by name, and how to judge it: panics where anything in it is not ours.
type Target = (&'static str, fn(&Hostile<'_>));

const TARGETS: &[Target] = &[
    ("LinkedIn's form", linkedin),
    ("posts", posts),
    ("HTML", html),
    ("Markdown", markdown),
    ("BBCode", bbcode),
    ("plain signature", plain_signature),
    ("draft of a mail", mail),
    ("file names", file_names),
    ("drawn picture", drawing),
    ("index", index),
    ("CV as a page", cv_page),
    ("CV as Markdown", cv_markdown),
    ("CV as data", cv_data),
    ("CV for Word", cv_docx),
    ("what leaves", personal),
];

/// A badge that is full of one hostile text.
struct Hostile<'a> {
    text: &'a str,
    badge: Badge<'a>,
    sheet: ShareSheet,
}

impl Hostile<'_> {
    fn embed(&self, format: EmbedFormat) -> &str {
        let found = self.sheet.embeds.iter().find(|embed| embed.format == format);
        &found.unwrap_or_else(|| panic!("no {format:?}")).text
    }

    fn entry(&self) -> Entry {
        Entry::of(&self.badge)
    }
}

#[test]
fn hostile_texts_stay_texts_everywhere() {
    hostile_badges::each(|text, badge| {
        let options =
            ShareOptions { mastodon: Some("mastodon.example".to_owned()), ..ShareOptions::default() };
        let sheet = share_sheet(&badge, &options);
        let hostile = Hostile { text, badge, sheet };
        for (name, judge) in TARGETS {
            let judged = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| judge(&hostile)));
            assert!(judged.is_ok(), "{name}: {text:.200?}");
        }
    });
}

fn is_web(address: &str) -> bool {
    address.starts_with("https://") && !address.contains(['"', '<', '>', ' ', '\n'])
}

fn linkedin(hostile: &Hostile<'_>) {
    let linkedin = hostile.sheet.linkedin.as_ref().unwrap();
    let url = url::Url::parse(&linkedin.url).unwrap();
    assert_eq!((url.host_str(), url.path()), (Some("www.linkedin.com"), "/profile/add"));
    let keys: Vec<String> = url.query_pairs().map(|(key, _)| key.into_owned()).collect();
    let known = |key: &String| {
        matches!(
            key.as_str(),
            "startTask"
                | "name"
                | "organizationName"
                | "issueYear"
                | "issueMonth"
                | "expirationYear"
                | "expirationMonth"
                | "certUrl"
                | "certId"
        )
    };
    assert!(keys.iter().all(known), "{keys:?}");
    assert!(url.fragment().is_none());
    if let Some((_, page)) = url.query_pairs().find(|(key, _)| key == "certUrl") {
        assert!(is_web(&page), "{page}");
    }
    assert!(linkedin.fields.iter().all(|field| is_one_line(&field.value)));
}

fn posts(hostile: &Hostile<'_>) {
    for post in &hostile.sheet.posts {
        // What people see as an @, a # or a link of the badge's is none to the network: a joiner parts it.
        let words = post.text.split('\n').next().unwrap_or_default();
        for (sign, after) in
            words.char_indices().filter(|(_, c)| matches!(c, '@' | '#')).map(|(at, c)| (c, &words[at + 1..]))
        {
            assert!(!after.starts_with(char::is_alphanumeric), "{sign} in {words}");
        }
        assert!(!words.contains("://"), "{words}");
        assert!(post.text.split('\n').count() <= 3, "{}", post.text);
        assert!(post.text.split('\n').all(is_one_line));
        // What does not fit, since its address alone is too long, is not offered.
        let fits = post.limit.is_none_or(|limit| post.count <= limit);
        assert!(fits || post.url.is_none() && post.note.is_some(), "{post:?}");
        if !post.network.takes_only_a_page() {
            assert!(post.text.contains("Expired on 2021-05-31"), "{}", post.text);
        }
        let Some(url) = &post.url else { continue };
        let url = url::Url::parse(url).unwrap();
        let host = url.host_str().unwrap_or_default();
        let expected = match post.network {
            Network::Linkedin => "www.linkedin.com",
            Network::X => "x.com",
            Network::Facebook => "www.facebook.com",
            Network::Bluesky => "bsky.app",
            Network::Mastodon => "mastodon.example",
            Network::Whatsapp => "api.whatsapp.com",
            Network::Telegram => "t.me",
            Network::Email => "",
        };
        assert_eq!(host, expected);
        let keys: Vec<String> = url.query_pairs().map(|(key, _)| key.into_owned()).collect();
        let known = |key: &String| matches!(key.as_str(), "url" | "u" | "text" | "subject" | "body");
        assert!(keys.len() <= 2 && keys.iter().all(known), "{keys:?}");
    }
}

/// All that is HTML, each with the elements it may have.
fn html(hostile: &Hostile<'_>) {
    let Hostile { sheet, .. } = hostile;
    let (name, issuer) = (hostile.entry().name, hostile.entry().issuer);
    let card = hostile.embed(EmbedFormat::Html);
    let texts = only(card, &["figure", "a", "div", "img", "span"]);
    assert_eq!(texts[0], name);
    assert!(texts[1].starts_with(&issuer), "{texts:?}");
    assert_eq!(texts[2..], ["2020-03-01", "Expired on 2021-05-31"]);
    let badge = hostile.embed(EmbedFormat::HtmlBadge);
    assert_eq!(only(badge, &["span", "a", "img"]), ["Expired on 2021-05-31"]);
    let signature = hostile.embed(EmbedFormat::Signature);
    let texts = only(signature, &["table", "tbody", "tr", "td", "a", "img", "strong", "br"]);
    assert_eq!(texts[0], name);
    let options = ShareOptions { page: Some(OWN_PAGE.to_owned()), ..ShareOptions::default() };
    let framed = share_sheet(&hostile.badge, &options);
    let frame = framed.embeds.iter().find(|embed| embed.format == EmbedFormat::Iframe).unwrap();
    assert!(only(&frame.text, &["iframe"]).is_empty());
    if let Some(qr) = &sheet.qr {
        assert!(only(&qr.svg, &["svg", "path"]).is_empty());
    }
}

/// Asserts that `html` has no element but `known` ones, no attribute that runs anything, and no link but to the web;
/// gives its texts.
fn only(html: &str, known: &[&str]) -> Vec<String> {
    let document = Html::parse_fragment(html);
    let mut texts = Vec::new();
    for node in document.tree.root().descendants().skip(1) {
        match node.value() {
            Node::Element(element) if element.name() == "html" => {}
            Node::Element(element) => {
                assert!(known.contains(&element.name()), "<{}> in {html:.600}", element.name());
                for (name, value) in element.attrs() {
                    assert!(!name.starts_with("on") && !name.eq("srcdoc"), "{name} in {html:.600}");
                    if matches!(name, "href" | "src") {
                        let ours = is_web(value) || value == "cid:badge@lapel.invalid";
                        assert!(ours, "{name}={value} in {html:.600}");
                    }
                    if name == "style" {
                        assert!(!value.contains("url(") && !value.contains("expression"), "{value}");
                    }
                }
            }
            Node::Text(text) => texts.push(text.to_string()),
            other => panic!("{other:?} in {html:.600}"),
        }
    }
    texts
}

fn markdown(hostile: &Hostile<'_>) {
    let markdown = hostile.embed(EmbedFormat::Markdown);
    let mut text = String::new();
    let (mut links, mut pictures) = (0, 0);
    for event in Parser::new_ext(markdown, Options::all()) {
        match event {
            Event::Start(Tag::Paragraph) | Event::End(_) => {}
            Event::Start(Tag::Link { dest_url, .. }) => {
                links += 1;
                assert!(is_web(&dest_url), "{dest_url}");
            }
            Event::Start(Tag::Image { dest_url, .. }) => {
                pictures += 1;
                assert_eq!(&*dest_url, "https://badges.example/a.png");
            }
            Event::Text(part) => text.push_str(&part),
            other => panic!("{other:?} in {markdown:.600}"),
        }
    }
    assert!(links <= 1 && pictures == 1);
    let entry = hostile.entry();
    assert_eq!(
        text,
        format!(
            "Badge: {}, issued by {}Expired on 2021-05-31",
            entry.name,
            entry.issuer.replace("Unknown", "unknown")
        )
    );
}

/// `BBCode` has no specification: whatever stands in square brackets is a tag.
fn bbcode(hostile: &Hostile<'_>) {
    let bbcode = hostile.embed(EmbedFormat::Bbcode);
    let mut open: Vec<&str> = Vec::new();
    let mut rest = bbcode;
    while let Some(at) = rest.find(['[', ']']) {
        let (tag, after) = rest[at..].strip_prefix('[').and_then(|tag| tag.split_once(']')).unwrap();
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{bbcode:.600}");
        } else {
            let (name, address) = tag.split_once('=').unwrap_or((tag, "https://"));
            assert!(matches!(name, "url" | "img" | "b" | "i"), "[{tag}] in {bbcode:.600}");
            assert!(is_web(address), "{address}");
            open.push(name);
        }
        rest = after;
    }
    assert!(open.is_empty());
    assert!(bbcode.lines().count() <= 4);
    assert!(bbcode.ends_with("[i]Expired on 2021-05-31[/i]"), "{bbcode:.600}");
}

fn plain_signature(hostile: &Hostile<'_>) {
    let text = hostile.embed(EmbedFormat::SignatureText);
    assert!(text.lines().count() <= 3 && text.lines().all(is_one_line), "{text}");
    assert!(text.contains("\nExpired on 2021-05-31"));
}

fn mail(hostile: &Hostile<'_>) {
    let html = hostile
        .embed(EmbedFormat::Signature)
        .replace("https://badges.example/a.png", "cid:badge@lapel.invalid");
    let mail = lapel_share::signature_mail(&html, hostile.embed(EmbedFormat::SignatureText), b"PNG");
    let mail = mailparse::parse_mail(&mail).unwrap();
    let names: Vec<String> = mail.headers.iter().map(mailparse::MailHeader::get_key).collect();
    assert_eq!(names, ["MIME-Version", "X-Unsent", "Subject", "Content-Type"]);
    assert_eq!(mail.subparts.len(), 2);
    assert_eq!(mail.subparts[1].subparts.len(), 2);
    only(
        &mail.subparts[1].subparts[0].get_body().unwrap().replace("<!DOCTYPE html>", ""),
        &["head", "meta", "body", "table", "tbody", "tr", "td", "a", "img", "strong", "br"],
    );
}

fn file_names(hostile: &Hostile<'_>) {
    for download in &hostile.sheet.downloads {
        let name = &download.file_name;
        assert!(name.len() < 150 && !name.contains(['/', '\\', ':', '"', '<', '>', '|', '*', '?']), "{name}");
        assert!(is_one_line(name) && !name.starts_with(['.', '-', '~', ' ']), "{name}");
    }
}

/// The picture that is drawn where a badge has none is an SVG of three elements, and the badge baked into it is the badge.
fn drawing(hostile: &Hostile<'_>) {
    let svg = placeholder(hostile.text);
    let mut reader = quick_xml::Reader::from_str(&svg);
    let mut elements = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag) => {
                elements.push(tag.name().as_ref().to_owned());
            }
            quick_xml::events::Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(elements, ["svg", "polygon", "polygon", "text"]);
    for format in [DownloadFormat::Png, DownloadFormat::Svg] {
        let baked = match save(&hostile.badge, format, None, &PictureFonts::default()) {
            Ok(baked) => baked,
            // XML has no such character, and a signed text is baked as it is or not at all.
            Err(error) if format == DownloadFormat::Svg && hostile.text.contains('\u{FFFF}') => {
                assert!(matches!(error, lapel_share::SaveError::Bake(_)));
                continue;
            }
            Err(error) => panic!("{error}"),
        };
        let artifact = openbadges::Artifact::recognise(baked).unwrap();
        let texts: Vec<&str> = artifact.payloads().iter().map(|payload| payload.content.text()).collect();
        assert_eq!(texts, [hostile.badge.credential.text()]);
    }
}

fn index(hostile: &Hostile<'_>) {
    let entry = hostile.entry();
    let indexed = [Indexed::of(&entry, hostile.sheet.downloads[0].file_name.clone(), "00".to_owned())];
    let json: serde_json::Value = serde_json::from_str(&index_json(&indexed)).unwrap();
    assert_eq!(json["badges"][0]["name"], entry.name);
    assert_eq!(json["badges"][0]["verdict"], "expired");
    let page = Html::parse_document(&index_html(&indexed));
    let rows: Vec<_> = page
        .select(&scraper::Selector::parse("td").unwrap())
        .map(|cell| cell.text().collect::<String>())
        .collect();
    assert_eq!(rows[0], entry.name);
    assert_eq!(rows[1], entry.issuer);
    assert_eq!(rows[3], "Expired on 2021-05-31");
    assert_eq!(page.select(&scraper::Selector::parse("script, img, iframe, body style").unwrap()).count(), 0);
    let links = scraper::Selector::parse("a").unwrap();
    let link = page.select(&links).next().unwrap().value().attr("href").unwrap();
    assert_eq!(percent_encoding::percent_decode_str(link).decode_utf8().unwrap(), indexed[0].file);
    assert!(!link.contains([':', '/', '?', '#']), "{link}");
}

/// A CV of the badge, grouped by its skill, of a person who is called the same.
fn cv(hostile: &Hostile<'_>, format: CvFormat) -> Vec<u8> {
    let options = CvOptions {
        name: Some(hostile.text.to_owned()),
        headline: Some(hostile.text.to_owned()),
        contact: vec![hostile.text.to_owned()],
        grouping: Grouping::Skill,
        ..CvOptions::default()
    };
    let cv = Cv::of(std::slice::from_ref(&hostile.badge), &options, "2026-11-23T12:00:00Z".parse().unwrap());
    cv.render(format, &Fonts::bundled()).unwrap().bytes
}

fn cv_text(hostile: &Hostile<'_>, format: CvFormat) -> String {
    String::from_utf8(cv(hostile, format)).unwrap()
}

/// Every element that the page may have.
const OURS: [&str; 25] = [
    "html", "head", "meta", "title", "style", "body", "main", "header", "footer", "section", "article", "h1",
    "h2", "h3", "ul", "ol", "li", "p", "div", "span", "a", "img", "strong", "address", "bdi",
];

fn cv_page(hostile: &Hostile<'_>) {
    let html = cv_text(hostile, CvFormat::Html);
    let page = Html::parse_document(&html);
    for element in page.root_element().descendent_elements() {
        let element = element.value();
        assert!(OURS.contains(&element.name()), "<{}>", element.name());
        for (name, value) in element.attrs() {
            assert!(!name.starts_with("on"), "{name}");
            let leads = name == "href" && (is_web(value) || value.starts_with("mailto:"));
            assert!(leads || !matches!(name, "href" | "src"), "{name}={value}");
        }
    }
    let heading = page.select(&scraper::Selector::parse("h3").unwrap()).next().unwrap();
    assert_eq!(heading.text().collect::<String>().trim(), hostile.entry().name);
    assert_eq!(page.select(&scraper::Selector::parse("style, title, h1").unwrap()).count(), 3);
}

fn cv_markdown(hostile: &Hostile<'_>) {
    let markdown = cv_text(hostile, CvFormat::Markdown);
    let mut text = String::new();
    for event in Parser::new_ext(&markdown, Options::all()) {
        match event {
            Event::Start(Tag::Link { dest_url, .. }) => {
                assert!(is_web(&dest_url) || dest_url.starts_with("mailto:"), "{dest_url}");
            }
            Event::Start(
                Tag::Paragraph | Tag::Heading { .. } | Tag::List(_) | Tag::Item | Tag::Strong | Tag::Emphasis,
            )
            | Event::End(_)
            | Event::SoftBreak
            | Event::HardBreak
            | Event::Rule => {}
            Event::Text(part) => text.push_str(&part),
            other => panic!("{other:?} in {markdown:.600}"),
        }
    }
    assert!(text.contains(&hostile.entry().name), "{text:.600}");
    assert!(text.contains("Expired on 2021-05-31"), "{text:.600}");
}

/// Formats for machines hold the name as it is, as one value.
fn cv_data(hostile: &Hostile<'_>) {
    let name = hostile.entry().name;
    let resume: serde_json::Value = serde_json::from_str(&cv_text(hostile, CvFormat::JsonResume)).unwrap();
    assert_eq!(resume["certificates"][0]["name"], name);
    let record: serde_json::Value = serde_json::from_str(&cv_text(hostile, CvFormat::LerRs)).unwrap();
    assert_eq!(record["certifications"][0]["name"], name);
    let europass = cv_text(hostile, CvFormat::Europass);
    // XML has no such character.
    let name = name.replace('\u{FFFF}', "");
    assert!(xml_texts(&europass).contains(&name), "{europass:.600}");
}

fn cv_docx(hostile: &Hostile<'_>) {
    let bytes = cv(hostile, CvFormat::Docx);
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut document = String::new();
    std::io::Read::read_to_string(&mut zip.by_name("word/document.xml").unwrap(), &mut document).unwrap();
    let name = hostile.entry().name.replace('\u{FFFF}', "");
    assert!(xml_texts(&document).concat().contains(&name), "{document:.600}");
    let mut links = String::new();
    std::io::Read::read_to_string(&mut zip.by_name("word/_rels/document.xml.rels").unwrap(), &mut links)
        .unwrap();
    let page = Html::parse_fragment(&links);
    for link in page.select(&scraper::Selector::parse("[TargetMode=External]").unwrap()) {
        let target = link.attr("target").unwrap();
        assert!(is_web(target) || target.starts_with("mailto:"), "{target}");
    }
}

/// The texts between the tags, unescaped; asserts that it is XML.
fn xml_texts(xml: &str) -> Vec<String> {
    let mut reader = quick_xml::Reader::from_str(xml);
    let mut texts = vec![String::new()];
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Start(_) | quick_xml::events::Event::End(_) => {
                texts.push(String::new());
            }
            quick_xml::events::Event::Text(text) => {
                let text = text.into_inner().into_owned();
                texts.last_mut().unwrap().push_str(&text);
            }
            quick_xml::events::Event::GeneralRef(reference) => {
                let reference = format!("&{};", &*reference);
                texts.last_mut().unwrap().push_str(&quick_xml::escape::unescape(&reference).unwrap());
            }
            quick_xml::events::Event::Eof => return texts,
            quick_xml::events::Event::CData(_) | quick_xml::events::Event::DocType(_) => panic!("{xml:.600}"),
            _ => {}
        }
    }
}

fn personal(hostile: &Hostile<'_>) {
    for leaving in &hostile.sheet.leaving {
        assert!(
            leaving.personal.iter().all(|data| is_one_line(&data.value) && data.value.chars().count() <= 300)
        );
    }
    // The self-verifying page holds the original: it tells what a file tells.
    let told =
        |target| &hostile.sheet.leaving.iter().find(|leaving| leaving.target == target).unwrap().personal;
    assert_eq!(told(lapel_share::Target::Page), told(lapel_share::Target::Files));
}

fn is_one_line(text: &str) -> bool {
    !text.contains(|c: char| lapel_share::is_steering(c) || (c.is_whitespace() && c != ' '))
}
