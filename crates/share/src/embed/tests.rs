//! Whatever a badge says stays text, by parsers that are not ours.

use openbadges::artifact::{PayloadContent, bake};
use openbadges::credential::Standard;
use proptest::prelude::*;
use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd};
use scraper::{Html, Node};

use super::*;
use crate::test_cards::{any_text, card, moment};

/// As much of a credential as makes an image a badge.
const JSON: &str =
    r#"{"@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["VerifiableCredential"]}"#;

/// The smallest PNG: one black pixel.
fn png_of_one_pixel() -> Vec<u8> {
    STANDARD
        .decode(
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==",
        )
        .unwrap()
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n...";

/// Elements with their attributes, and texts, in document order, as a browser's parser sees them.
fn parsed(html: &str) -> Vec<(String, Vec<(String, String)>)> {
    let document = Html::parse_fragment(html);
    document
        .tree
        .root()
        .descendants()
        .filter_map(|node| match node.value() {
            Node::Element(element) => Some((
                element.name().to_owned(),
                element.attrs().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            )),
            Node::Text(text) => Some(("#text".to_owned(), vec![(String::new(), text.to_string())])),
            Node::Comment(_) => Some(("#comment".to_owned(), vec![])),
            _ => None,
        })
        .filter(|(name, _)| name != "html")
        .collect()
}

fn attribute<'a>(attributes: &'a [(String, String)], name: &str) -> &'a str {
    attributes.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
}

/// What a snippet of HTML shows: (link, picture source, alternative text, texts).
type Shown = (Option<String>, Option<String>, Option<String>, Vec<String>);

/// Asserts that `html` is our markup with the elements of `shape` and no attribute but ours, and gives what it shows.
fn exactly_ours(html: &str, shape: &[&str]) -> Shown {
    let (mut link, mut source, mut alt, mut texts, mut found) = (None, None, None, Vec::new(), Vec::new());
    for (name, attributes) in parsed(html) {
        let mut names: Vec<&str> = attributes.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        match name.as_str() {
            "figure" | "div" | "span" => {
                assert!(names == ["style"] || names == ["dir", "style"], "{names:?}");
            }
            "a" => {
                assert_eq!(names, ["href", "rel", "style"]);
                link = Some(attribute(&attributes, "href").to_owned());
            }
            "img" => {
                assert_eq!(names, ["alt", "height", "src", "style", "width"]);
                source = Some(attribute(&attributes, "src").to_owned());
                alt = Some(attribute(&attributes, "alt").to_owned());
            }
            "#text" => {
                texts.push(attributes[0].1.clone());
                continue;
            }
            other => panic!("{other} in {html}"),
        }
        found.push(name);
    }
    assert_eq!(found, shape, "{html}");
    (link, source, alt, texts)
}

/// What a card shows, with `statements` lines about how the badge stands.
fn shown_card(snippet: &Snippet) -> Shown {
    let mut shape = vec!["figure", if snippet.page.is_some() { "a" } else { "div" }];
    if matches!(snippet.picture, Picture::Url(_) | Picture::Data(_)) {
        shape.push("img");
    }
    shape.extend(["span"; 3]);
    shape.extend(snippet.issued.iter().map(|_| "span"));
    shape.extend(snippet.statement.iter().map(|_| "span"));
    let (link, source, alt, mut texts) = exactly_ours(&snippet.card(Theme::Automatic).text, &shape);
    if snippet.issued.as_ref().is_some_and(|date| !date.is_empty()) {
        let date = texts.remove(2);
        texts[1] += &date;
    }
    (link, source, alt, texts)
}

/// What a badge without a card shows.
fn shown_badge(snippet: &Snippet) -> Shown {
    let mut shape = vec!["span"];
    shape.extend(snippet.page.iter().map(|_| "a"));
    if matches!(snippet.picture, Picture::Url(_) | Picture::Data(_)) {
        shape.push("img");
    }
    shape.extend(snippet.statement.iter().map(|_| "span"));
    exactly_ours(&snippet.badge_only(Theme::Dark).text, &shape)
}

/// (link, picture, text or alt, further paragraphs) of our Markdown; anything else is a failure.
fn markdown_parts(markdown: &str) -> (Option<String>, Option<String>, String, Vec<String>) {
    let (mut link, mut picture, mut text, mut paragraphs) = (None, None, String::new(), Vec::new());
    for event in Parser::new_ext(markdown, Options::all()) {
        match event {
            Event::Start(Tag::Paragraph) | Event::End(TagEnd::Link | TagEnd::Image) => {}
            Event::End(TagEnd::Paragraph) => paragraphs.push(std::mem::take(&mut text)),
            Event::Start(Tag::Link { link_type, dest_url, title, .. }) => {
                assert_eq!((link_type, &*title), (LinkType::Inline, ""));
                assert!(link.replace(dest_url.to_string()).is_none(), "two links in {markdown}");
            }
            Event::Start(Tag::Image { link_type, dest_url, title, .. }) => {
                assert_eq!((link_type, &*title), (LinkType::Inline, ""));
                assert!(picture.replace(dest_url.to_string()).is_none(), "two pictures in {markdown}");
            }
            Event::Text(part) => text.push_str(&part),
            other => panic!("{other:?} in {markdown}"),
        }
    }
    let first = if paragraphs.is_empty() { String::new() } else { paragraphs.remove(0) };
    (link, picture, first, paragraphs)
}

/// The snippet of a card with the badge's own page, verified if nothing else is said.
fn snippet(card: &BadgeCard, art: Option<Art<'_>>) -> Snippet {
    standing_as(card, art, &Standing::for_tests(Verdict::Verified, "Verified on 2026-11-23"), false)
}

fn standing_as(card: &BadgeCard, art: Option<Art<'_>>, standing: &Standing, say_verified: bool) -> Snippet {
    let page = card.public_url.as_deref().and_then(public_page);
    Snippet::of(card, &making(art, standing, say_verified, page.as_deref()))
}

fn making<'a>(
    art: Option<Art<'a>>,
    standing: &'a Standing,
    say_verified: bool,
    page: Option<&'a str>,
) -> Making<'a> {
    let theme = Theme::Automatic;
    Making { art, standing, say_verified, page, own_page: None, theme, picture_inside: false }
}

fn markdown_of(card: &BadgeCard, art: Option<Art<'_>>) -> String {
    snippet(card, art).markdown().text
}

#[test]
fn html_is_a_linked_picture_with_name_issuer_and_date() {
    let mut card = card();
    card.image = Some("https://badges.example/rust.png".to_owned());
    let snippet = snippet(&card, None);
    let (link, source, alt, texts) = shown_card(&snippet);
    assert_eq!(link.as_deref(), Some("https://badges.example/assertions/1"));
    assert_eq!(source.as_deref(), Some("https://badges.example/rust.png"));
    assert_eq!(alt.as_deref(), Some(""), "the name stands beside it");
    assert_eq!(texts, ["Rust Basics", "Example University, 2026-03-01"]);
    let (_, _, alt, texts) = shown_badge(&snippet);
    assert_eq!(alt.as_deref(), Some("Badge: Rust Basics, issued by Example University"));
    assert!(texts.is_empty());
}

#[test]
fn themes_are_colours_and_nothing_else() {
    let snippet = snippet(&card(), None);
    let [light, dark, both] =
        [Theme::Light, Theme::Dark, Theme::Automatic].map(|theme| snippet.card(theme).text);
    assert!(light.contains("background-color:#ffffff;color:#1d1d1f") && !light.contains("light-dark"));
    assert!(dark.contains("background-color:#1c1c1f;color:#f3f3f5") && !dark.contains("light-dark"));
    assert!(both.contains("color-scheme:light dark"));
    assert!(
        both.contains("color:#1d1d1f;color:light-dark(#1d1d1f,#f3f3f5)"),
        "old browsers get the light ones"
    );
}

#[test]
fn what_does_not_stand_says_so_in_every_snippet_and_what_does_only_when_asked() {
    let mut card = card();
    card.image = Some("https://badges.example/rust.png".to_owned());
    for (verdict, words) in [
        (Verdict::Expired, "Expired on 2021-05-31"),
        (Verdict::Revoked, "Revoked: <cheating> (checked on 2026-11-23)"),
        (Verdict::Invalid, "Invalid: the signature does not match (checked on 2026-11-23)"),
    ] {
        let standing = Standing::for_tests(verdict, words);
        let snippet = standing_as(&card, None, &standing, true);
        assert!(shown_card(&snippet).3.contains(&words.to_owned()));
        assert_eq!(shown_badge(&snippet).3, [words]);
        assert_eq!(markdown_parts(&snippet.markdown().text).3, [words]);
        let embeds = embeds(&card, &making(None, &standing, true, None));
        assert!(embeds.iter().all(|embed| embed.text.contains("xpired")
            || embed.text.contains("nvalid")
            || embed.text.contains("evoked")));
        assert!(embeds.iter().all(|embed| !embed.text.contains("erified")));
        let signed = embeds
            .iter()
            .any(|embed| matches!(embed.format, EmbedFormat::Signature | EmbedFormat::SignatureText));
        assert_eq!(signed, verdict == Verdict::Expired, "nobody signs with a badge that is void");
    }
    let verified = Standing::for_tests(Verdict::Verified, "Verified on 2026-11-23");
    assert_eq!(shown_badge(&standing_as(&card, None, &verified, true)).3, ["Verified on 2026-11-23"]);
    assert!(shown_badge(&standing_as(&card, None, &verified, false)).3.is_empty());
}

#[test]
fn a_frame_holds_a_page_of_the_persons_own() {
    let standing = Standing::for_tests(Verdict::Verified, "Verified on 2026-11-23");
    let own = "https://ada.example/badge.html?a=b&c=d";
    let making = Making { own_page: Some(own), ..making(None, &standing, false, Some(own)) };
    let mut card = card();
    card.name = "\"><script>alert(1)</script>".to_owned();
    let frame = embeds(&card, &making).into_iter().find(|embed| embed.format == EmbedFormat::Iframe).unwrap();
    let parsed = parsed(&frame.text);
    let [(name, attributes)] = &parsed[..] else { panic!("{parsed:?}") };
    assert_eq!((name.as_str(), attribute(attributes, "src")), ("iframe", own));
    assert_eq!(attribute(attributes, "sandbox"), "allow-scripts allow-popups allow-popups-to-escape-sandbox");
    assert_eq!(
        attribute(attributes, "title"),
        "Badge: \"><script>alert(1)</script>, issued by Example University"
    );
}

#[test]
fn a_picture_goes_inside_where_that_is_asked_for() {
    let mut card = card();
    card.image = Some("https://badges.example/rust.png".to_owned());
    let standing = Standing::for_tests(Verdict::Verified, "Verified on 2026-11-23");
    let making = Making { picture_inside: true, ..making(Some(Art { bytes: PNG }), &standing, false, None) };
    let source = shown_card(&Snippet::of(&card, &making)).1;
    assert_eq!(source.as_deref(), Some("data:image/png;base64,iVBORw0KGgouLi4="));
    let without = Making { art: None, ..making };
    assert_eq!(shown_card(&Snippet::of(&card, &without)).1.as_deref(), card.image.as_deref());
}

#[test]
fn a_signature_is_a_table_of_one_row() {
    let mut card = card();
    card.image = Some("https://badges.example/rust.png".to_owned());
    let html = snippet(&card, None).signature().text;
    let names: Vec<String> =
        parsed(&html).into_iter().map(|(name, _)| name).filter(|name| name != "#text").collect();
    assert_eq!(names, ["table", "tbody", "tr", "td", "a", "img", "td", "a", "strong", "br"], "{html}");
    assert!(html.starts_with("<table ") && html.contains("src=\"https://badges.example/rust.png\""));
    assert!(!html.contains("flex") && !html.contains("data:") && !html.contains("class="));
    // Mail programs draw no SVG, so it is sent along as a PNG.
    card.image = Some("https://badges.example/rust.SVG?v=1".to_owned());
    assert!(snippet(&card, None).signature().text.contains("src=\"cid:badge@lapel.invalid\""));
    assert_eq!(
        snippet(&card, None).signature_text().text,
        "Rust Basics, Example University, 2026-03-01\nhttps://badges.example/assertions/1"
    );
}

#[test]
fn a_draft_is_a_mail_with_both_texts_and_the_picture() {
    let mut card = card();
    card.name = "Ümläut\r\nBcc: eve@evil.example".to_owned();
    let snippet = snippet(&card, None);
    let mail = signature_mail(&snippet.signature().text, &snippet.signature_text().text, PNG);
    let mail = mailparse::parse_mail(&mail).unwrap();
    assert!(mail.headers.iter().all(|header| header.get_key_ref() != "Bcc"));
    let [text, related] = &mail.subparts[..] else { panic!("{} parts", mail.subparts.len()) };
    assert!(text.get_body().unwrap().starts_with("Ümläut Bcc: eve@evil.example, Example University"));
    let [html, picture] = &related.subparts[..] else { panic!("{} parts", related.subparts.len()) };
    assert!(html.get_body().unwrap().contains("cid:badge@lapel.invalid"));
    assert_eq!(picture.get_body_raw().unwrap(), PNG);
    assert_eq!(
        picture.headers.iter().find(|header| header.get_key_ref() == "Content-ID").unwrap().get_value(),
        "<badge@lapel.invalid>"
    );
}

#[test]
fn markdown_is_a_linked_picture() {
    let mut card = card();
    card.image = Some("https://badges.example/rust.png".to_owned());
    assert_eq!(
        markdown_of(&card, None),
        "[![Badge\\: Rust Basics, issued by Example University](https://badges.example/rust.png)]\
         (https://badges.example/assertions/1)"
    );
}

#[test]
fn a_stored_picture_goes_inside_html_but_not_into_markdown() {
    let art = Some(Art { bytes: PNG });
    let snippet = snippet(&card(), art);
    let html = snippet.card(Theme::Light);
    let (_, source, ..) = shown_card(&snippet);
    assert_eq!(source.as_deref(), Some("data:image/png;base64,iVBORw0KGgouLi4="));
    assert!(html.note.is_some_and(|note| note.contains("inside the snippet")));
    let markdown = snippet.markdown();
    let (link, picture, text, _) = markdown_parts(&markdown.text);
    assert_eq!((link.as_deref(), picture), (Some("https://badges.example/assertions/1"), None));
    assert_eq!(text, "Badge: Rust Basics, issued by Example University");
    assert!(markdown.note.is_some_and(|note| note.contains("not on the web")));
}

#[test]
fn a_large_picture_stays_out() {
    let mut large = PNG.to_vec();
    large.resize(80 * 1024, 0);
    let snippet = snippet(&card(), Some(Art { bytes: &large }));
    let html = snippet.card(Theme::Light);
    assert_eq!(shown_card(&snippet).1, None);
    assert!(html.text.len() < 2000);
    assert!(html.note.is_some_and(|note| note.contains("too large")));
}

#[test]
fn the_credential_in_a_picture_stays_out() {
    let baked = "<svg xmlns=\"http://www.w3.org/2000/svg\" \
                 xmlns:openbadges=\"https://purl.imsglobal.org/ob/v3p0\"><openbadges:credential>\
                 <![CDATA[{\"@context\": [\"https://www.w3.org/ns/credentials/v2\"], \
                 \"type\": [\"VerifiableCredential\"], \"credentialSubject\": {\"id\": \"mailto:ada@example.org\"}}]]>\
                 </openbadges:credential></svg>";
    let plain = "<svg xmlns=\"http://www.w3.org/2000/svg\"/>";
    let picture = |bytes: &[u8]| {
        let source = shown_card(&snippet(&card(), Some(Art { bytes }))).1?;
        Some(STANDARD.decode(source.rsplit(',').next().unwrap()).unwrap())
    };
    assert_eq!(picture(plain.as_bytes()).as_deref(), Some(plain.as_bytes()));
    let stripped = picture(baked.as_bytes()).unwrap();
    let stripped = std::str::from_utf8(&stripped).unwrap();
    assert_eq!(
        stripped,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:openbadges=\"https://purl.imsglobal.org/ob/v3p0\"></svg>"
    );
    // A PNG is taken apart nowhere here: one with a badge in it stays out whole.
    let json = PayloadContent::Json(JSON.to_owned());
    let png = bake(&png_of_one_pixel(), &json, Standard::Ob3).unwrap();
    assert_eq!(picture(&png), None);
    assert!(picture(&png_of_one_pixel()).is_some());
}

#[test]
fn links_and_pictures_are_https_or_absent() {
    for address in [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "http://badges.example/1",
        "file:///etc/passwd",
        "//badges.example/1",
        "https://badges.example@127.0.0.1/",
        "\u{1}javascript:alert(1)",
        "java\nscript:alert(1)",
    ] {
        let mut card = card();
        card.public_url = Some(address.to_owned());
        card.image = Some(address.to_owned());
        let (link, source, ..) = shown_card(&snippet(&card, None));
        assert_eq!((link, source), (None, None), "{address}");
        let (link, picture, ..) = markdown_parts(&markdown_of(&card, None));
        assert_eq!((link, picture), (None, None), "{address}");
    }
}

#[test]
fn payloads_stay_text() {
    for payload in [
        "\"><script>alert(1)</script>",
        "' onload='alert(1)",
        "<img src=x onerror=alert(1)>",
        "</figure></a><svg/onload=alert(1)>",
        "&lt;b&gt; &amp; &#x3C;",
        "`code` **bold** [x](javascript:alert(1)) ![y](z)",
        "# heading",
        "- item",
        "1. item",
        "> quote",
        "| a | b |",
        "<!-- comment",
        "]](https://evil.example)",
        "\\](https://evil.example)",
        "https://evil.example www.evil.example",
        "$x$ ~~y~~ :smile: [^1] [[wiki]]",
        "\\",
    ] {
        let mut card = card();
        card.name = payload.to_owned();
        card.issuer.name = payload.to_owned();
        card.image = Some("https://badges.example/a.png".to_owned());
        let alt = format!("Badge: {payload}, issued by {payload}");
        let (link, _, _, texts) = shown_card(&snippet(&card, None));
        let (_, _, html_alt, _) = shown_badge(&snippet(&card, None));
        assert_eq!(link.as_deref(), Some("https://badges.example/assertions/1"));
        assert_eq!(html_alt.as_deref(), Some(alt.as_str()));
        assert_eq!(texts, [payload.to_owned(), format!("{payload}, 2026-03-01")]);
        let (link, picture, text, more) = markdown_parts(&markdown_of(&card, None));
        assert_eq!(link.as_deref(), Some("https://badges.example/assertions/1"));
        assert_eq!(picture.as_deref(), Some("https://badges.example/a.png"));
        assert_eq!((text, more), (alt, vec![]));
    }
}

proptest! {
    #[test]
    fn any_text_in_any_field_keeps_the_markup_ours(
        name in any_text(), issuer in any_text(), date in any_text(), page in any_text(), image in any_text(),
        free in any::<bool>(),
    ) {
        let mut card = card();
        card.name = name;
        card.issuer.name = issuer;
        card.issued_on = Some(moment("2026-03-01T12:00:00Z", &date));
        // Half of the addresses are anything at all, half are public pages with anything behind the host.
        let address = |text: &str| if free { text.to_owned() } else { format!("https://badges.example/{text}") };
        card.public_url = Some(address(&page));
        card.image = Some(address(&image));
        let snippet = snippet(&card, None);
        let (link, source, _, texts) = shown_card(&snippet);
        let (_, _, alt, more) = shown_badge(&snippet);
        prop_assert!(more.is_empty() || alt.is_none());
        prop_assert_eq!(&link, &snippet.page);
        prop_assert_eq!(source, card.image.as_deref().and_then(public_page));
        prop_assert!(link.is_none_or(|link| link.starts_with("https://")));
        if let Some(alt) = alt { prop_assert_eq!(alt, snippet.alt()); }
        prop_assert_eq!(texts, [snippet.name.clone(), snippet.issued_by()]);
        let (link, picture, text, more) = markdown_parts(&snippet.markdown().text);
        prop_assert_eq!(text, snippet.alt());
        prop_assert!(more.is_empty());
        for (found, expected) in [(link, snippet.page.clone()), (picture, card.image.as_deref().and_then(public_page))] {
            let decoded = |url: String| percent_encoding::percent_decode_str(&url).collect::<Vec<u8>>();
            prop_assert_eq!(found.map(decoded), expected.map(decoded));
        }
    }
}
