//! Embeds: a badge on somebody's page or in a README, as plain markup without script.
//!
//! Every text of a badge is untrusted, so it is put on one line, stripped of invisible steering characters and
//! escaped for the place it goes to. Links lead to public https pages only; a `data:` URI is used as the source
//! of a picture and never as a link.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use openbadges::artifact::svg;
use openbadges::card::BadgeCard;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Art;
use crate::escape;
use crate::link::public_page;

use crate::text::{LINE, one_line};

/// The longest `data:` URI that goes into an embed, in bytes: more makes a page slow, and many editors
/// refuse it.
pub const LONGEST_DATA_URI: usize = 100 * 1024;

/// The largest picture that fits into such a URI, in bytes.
pub const LARGEST_PICTURE: usize = (LONGEST_DATA_URI - "data:image/svg+xml;base64,".len()) / 4 * 3;

/// A snippet of markup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Embed {
    /// Which markup.
    pub format: EmbedFormat,
    /// The snippet.
    pub text: String,
    /// What the person should know before using it.
    pub note: Option<String>,
}

/// Which markup a snippet is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum EmbedFormat {
    /// HTML with inline style.
    Html,
    /// CommonMark.
    Markdown,
}

/// The snippets for `card`, with the picture that is stored for it and the line that says how the badge stands.
pub(crate) fn embeds(card: &BadgeCard, art: Option<Art<'_>>, statement: Option<&str>) -> Vec<Embed> {
    let snippet = Snippet::of(card, art, statement);
    vec![
        Embed { format: EmbedFormat::Html, text: snippet.html(), note: Some(snippet.html_note()) },
        Embed { format: EmbedFormat::Markdown, text: snippet.markdown(), note: snippet.markdown_note() },
    ]
}

/// A snippet's parts: plain text and checked addresses, not yet escaped for any markup.
struct Snippet {
    name: String,
    issuer: String,
    issued: Option<String>,
    page: Option<String>,
    picture: Picture,
    statement: Option<String>,
}

/// Where the picture of a snippet comes from.
enum Picture {
    Url(String),
    Data(String),
    TooLarge,
    Baked,
    None,
}

impl Snippet {
    fn of(card: &BadgeCard, art: Option<Art<'_>>, statement: Option<&str>) -> Self {
        Self {
            name: some_text(&card.name, "Badge"),
            issuer: some_text(&card.issuer.name, "unknown issuer"),
            issued: card.issued_on.as_ref().map(|moment| one_line(&moment.date, 10)),
            page: card.public_url.as_deref().and_then(public_page),
            picture: Picture::of(card, art),
            statement: statement.map(str::to_owned),
        }
    }

    /// What the picture shows, for those who cannot see it.
    fn alt(&self) -> String {
        format!("Badge: {}, issued by {}", self.name, self.issuer)
    }

    fn caption(&self) -> Vec<String> {
        let issued = match &self.issued {
            Some(date) => format!("{}, {date}", self.issuer),
            None => self.issuer.clone(),
        };
        [Some(self.name.clone()), Some(issued), self.statement.clone()].into_iter().flatten().collect()
    }

    fn html(&self) -> String {
        let picture = match &self.picture {
            Picture::Url(source) | Picture::Data(source) => format!(
                "<img src=\"{}\" width=\"160\" height=\"160\" alt=\"{}\" style=\"object-fit:contain\">",
                escape::html(source),
                escape::html(&self.alt())
            ),
            Picture::TooLarge | Picture::Baked | Picture::None => String::new(),
        };
        let caption: Vec<String> = self.caption().iter().map(|line| escape::html(line)).collect();
        let caption = caption.join("<br>");
        let shown = format!("{picture}<span style=\"display:block;margin-top:8px\">{caption}</span>");
        let linked = match &self.page {
            Some(page) => format!(
                "<a href=\"{}\" rel=\"noopener\" style=\"color:inherit;text-decoration:none\">{shown}</a>",
                escape::html(page)
            ),
            None => shown,
        };
        format!(
            "<figure style=\"display:inline-block;margin:0;width:192px;text-align:center;\
             font:14px/1.4 system-ui,sans-serif\">{linked}</figure>"
        )
    }

    fn html_note(&self) -> String {
        let mut notes = Vec::new();
        match &self.picture {
            Picture::Url(url) => {
                let host = url::Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
                notes.push(format!(
                    "The picture is loaded from {} whenever somebody reads the page.",
                    host.unwrap_or_default()
                ));
            }
            Picture::Data(_) => {
                notes.push("The picture is inside the snippet; mail and some editors remove it.".to_owned());
            }
            Picture::TooLarge => notes.push(
                "There is no picture: the issuer publishes none, and the stored one is too large for a snippet."
                    .to_owned(),
            ),
            Picture::Baked => notes.push(
                "There is no picture: the stored one holds the credential, and with it the recipient's data."
                    .to_owned(),
            ),
            Picture::None => notes.push("There is no picture: Lapel has none for this badge.".to_owned()),
        }
        notes.extend(self.page_note());
        notes.join(" ")
    }

    fn markdown(&self) -> String {
        let body = match (&self.picture, &self.page) {
            (Picture::Url(source), page) => {
                let image =
                    format!("![{}]({})", escape::markdown(&self.alt()), escape::markdown_address(source));
                match page {
                    Some(page) => format!("[{image}]({})", escape::markdown_address(page)),
                    None => image,
                }
            }
            (_, Some(page)) => {
                format!("[{}]({})", escape::markdown(&self.alt()), escape::markdown_address(page))
            }
            (_, None) => escape::markdown(&self.alt()),
        };
        match &self.statement {
            Some(statement) => format!("{body}\n\n{}", escape::markdown(statement)),
            None => body,
        }
    }

    fn markdown_note(&self) -> Option<String> {
        let picture = (!matches!(self.picture, Picture::Url(_))).then(|| {
            "The picture is not on the web, and Markdown takes no other: save the badge as an image and put it \
             beside your text."
                .to_owned()
        });
        let notes: Vec<String> = [picture, self.page_note()].into_iter().flatten().collect();
        (!notes.is_empty()).then(|| notes.join(" "))
    }

    fn page_note(&self) -> Option<String> {
        self.page.is_none().then(|| {
            "The badge has no public page, so the snippet links to nothing that proves it: a copied picture is no \
             proof."
                .to_owned()
        })
    }
}

impl Picture {
    fn of(card: &BadgeCard, art: Option<Art<'_>>) -> Self {
        if let Some(url) = card.image.as_deref().and_then(public_page) {
            return Self::Url(url);
        }
        let Some((art, media_type)) = art.and_then(|art| Some((art, art.media_type()?))) else {
            return Self::None;
        };
        // A snippet must not carry the recipient's data into somebody's page unseen.
        let Some(bytes) = without_credential(art) else { return Self::Baked };
        let length = "data:;base64,".len() + media_type.len() + bytes.len().div_ceil(3) * 4;
        if length > LONGEST_DATA_URI {
            return Self::TooLarge;
        }
        Self::Data(format!("data:{media_type};base64,{}", STANDARD.encode(bytes)))
    }
}

/// The picture alone; `None` where the credential cannot be told from it.
fn without_credential(art: Art<'_>) -> Option<Cow<'_, [u8]>> {
    if !art.is_baked() {
        return Some(Cow::Borrowed(art.bytes));
    }
    let stripped = svg::stripped(art.bytes).ok()?;
    let alone = !Art { bytes: &stripped }.is_baked();
    alone.then_some(Cow::Owned(stripped))
}

fn some_text(text: &str, otherwise: &str) -> String {
    let text = one_line(text, LINE);
    if text.is_empty() { otherwise.to_owned() } else { text }
}

#[cfg(test)]
mod tests {
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
            .decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==")
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

    /// Asserts that `html` is exactly our markup, and gives (link, picture source, alt, texts).
    fn exactly_ours(html: &str) -> (Option<String>, Option<String>, Option<String>, Vec<String>) {
        let (mut link, mut source, mut alt, mut texts) = (None, None, None, Vec::new());
        let mut shape = Vec::new();
        for (name, attributes) in parsed(html) {
            let mut names: Vec<&str> = attributes.iter().map(|(name, _)| name.as_str()).collect();
            names.sort_unstable();
            match name.as_str() {
                "figure" | "span" => assert_eq!(names, ["style"]),
                "a" => {
                    assert_eq!(names, ["href", "rel", "style"]);
                    link = Some(attribute(&attributes, "href").to_owned());
                }
                "img" => {
                    assert_eq!(names, ["alt", "height", "src", "style", "width"]);
                    source = Some(attribute(&attributes, "src").to_owned());
                    alt = Some(attribute(&attributes, "alt").to_owned());
                }
                "br" => assert!(names.is_empty()),
                "#text" => texts.push(attributes[0].1.clone()),
                other => panic!("{other} in {html}"),
            }
            if name != "#text" && name != "br" {
                shape.push(name);
            }
        }
        let mut expected = vec!["figure"];
        expected.extend(link.is_some().then_some("a"));
        expected.extend(source.is_some().then_some("img"));
        expected.push("span");
        assert_eq!(shape, expected, "{html}");
        (link, source, alt, texts)
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

    fn html_of(card: &BadgeCard, art: Option<Art<'_>>) -> String {
        embeds(card, art, None).remove(0).text
    }

    fn markdown_of(card: &BadgeCard, art: Option<Art<'_>>) -> String {
        embeds(card, art, None).remove(1).text
    }

    #[test]
    fn html_is_a_linked_picture_with_a_caption() {
        let mut card = card();
        card.image = Some("https://badges.example/rust.png".to_owned());
        let (link, source, alt, texts) = exactly_ours(&html_of(&card, None));
        assert_eq!(link.as_deref(), Some("https://badges.example/assertions/1"));
        assert_eq!(source.as_deref(), Some("https://badges.example/rust.png"));
        assert_eq!(alt.as_deref(), Some("Badge: Rust Basics, issued by Example University"));
        assert_eq!(texts, ["Rust Basics", "Example University, 2026-03-01"]);
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
        let html = embeds(&card(), art, None).remove(0);
        let (_, source, ..) = exactly_ours(&html.text);
        assert_eq!(source.as_deref(), Some("data:image/png;base64,iVBORw0KGgouLi4="));
        assert!(html.note.is_some_and(|note| note.contains("inside the snippet")));
        let markdown = embeds(&card(), art, None).remove(1);
        let (link, picture, text, _) = markdown_parts(&markdown.text);
        assert_eq!((link.as_deref(), picture), (Some("https://badges.example/assertions/1"), None));
        assert_eq!(text, "Badge: Rust Basics, issued by Example University");
        assert!(markdown.note.is_some_and(|note| note.contains("not on the web")));
    }

    #[test]
    fn a_large_picture_stays_out() {
        let mut large = PNG.to_vec();
        large.resize(80 * 1024, 0);
        let html = embeds(&card(), Some(Art { bytes: &large }), None).remove(0);
        assert_eq!(exactly_ours(&html.text).1, None);
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
            let source = exactly_ours(&html_of(&card(), Some(Art { bytes }))).1?;
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
            let (link, source, ..) = exactly_ours(&html_of(&card, None));
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
            let (link, _, html_alt, texts) = exactly_ours(&html_of(&card, None));
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
            let snippet = Snippet::of(&card, None, None);
            let (link, source, alt, texts) = exactly_ours(&snippet.html());
            prop_assert_eq!(&link, &snippet.page);
            prop_assert_eq!(source, card.image.as_deref().and_then(public_page));
            prop_assert!(link.is_none_or(|link| link.starts_with("https://")));
            if let Some(alt) = alt { prop_assert_eq!(alt, snippet.alt()); }
            prop_assert_eq!(texts, snippet.caption());
            let (link, picture, text, more) = markdown_parts(&snippet.markdown());
            prop_assert_eq!(text, snippet.alt());
            prop_assert!(more.is_empty());
            for (found, expected) in [(link, snippet.page.clone()), (picture, card.image.as_deref().and_then(public_page))] {
                let decoded = |url: String| percent_encoding::percent_decode_str(&url).collect::<Vec<u8>>();
                prop_assert_eq!(found.map(decoded), expected.map(decoded));
            }
        }
    }
}
