//! CVs of the ten badges in every format: what is said, that nothing breaks out, and that the badges are in the PDF bit
//! for bit. What other programs say of them is in `cv_tools.rs`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says what went wrong by panicking")]

mod badges;

use std::collections::BTreeMap;

use badges::Chosen;
use lapel_share::{CvError, CvFormat, CvOptions, CvStyle, Fonts, Grouping};
use lapel_testkit::ten;
use pulldown_cmark::{Event, Options, Parser, Tag};
use quick_xml::events::Event as Xml;
use scraper::{Html, Selector};
use serde_json::Value;

fn options() -> CvOptions {
    CvOptions {
        name: Some("Ada Example".to_owned()),
        headline: Some("Engineer & \"mathematician\" <x>".to_owned()),
        contact: vec![
            "ada@example.org".to_owned(),
            "https://ada.example/".to_owned(),
            "Lindenstraße 1".to_owned(),
        ],
        ..CvOptions::default()
    }
}

fn with_void() -> CvOptions {
    CvOptions { include_void: true, ..options() }
}

fn text(options: &CvOptions, format: CvFormat) -> String {
    let bytes = Chosen::ten().cv(options).render(format, &Fonts::bundled()).unwrap().bytes;
    String::from_utf8(bytes).unwrap()
}

#[test]
fn void_badges_are_left_out_and_named() {
    let chosen = Chosen::ten();
    let cv = chosen.cv(&options());
    assert_eq!(cv.len(), 8);
    let left_out: Vec<_> = cv
        .left_out()
        .iter()
        .map(|left| (left.name.as_str(), left.standing.split(':').next().unwrap()))
        .collect();
    assert_eq!(left_out.len(), 2, "{left_out:?}");
    assert_eq!(left_out[0].0, "Forklift Licence");
    assert!(left_out[0].1.starts_with("Revoked"), "{left_out:?}");
    assert_eq!(left_out[1], ("Master Beekeeper", "Invalid"));
    assert_eq!(chosen.cv(&with_void()).len(), 10);
}

#[test]
fn a_cv_of_nothing_is_none() {
    let cv = Chosen::ten().only(&["04-forklift.jwt"]).cv(&options());
    for format in CvFormat::ALL {
        assert_eq!(cv.render(format, &Fonts::bundled()).map(drop), Err(CvError::Empty), "{format:?}");
    }
}

/// Every format that is text says of each badge how it stands, in the words of its standing, and "verified" of none
/// but those that are.
#[test]
fn verified_is_said_of_the_verified_alone() {
    let chosen = Chosen::ten();
    let verified = ten().iter().filter(|badge| badge.verdict == openbadges::Verdict::Verified).count();
    for format in [
        CvFormat::Html,
        CvFormat::Markdown,
        CvFormat::Latex,
        CvFormat::Moderncv,
        CvFormat::JsonResume,
        CvFormat::Europass,
        CvFormat::LerRs,
    ] {
        let text = text(&with_void(), format).replace('\\', "");
        assert_eq!(text.matches("Verified on 2026-11-23").count(), verified, "{format:?}");
        assert_eq!(text.to_lowercase().matches("verified").count(), verified, "{format:?}");
        for badge in chosen.badges() {
            let words = badge.standing.words().replace(['\'', '"'], "");
            let plain = text.replace("&#39;", "").replace("&apos;", "").replace(['\'', '"'], "");
            let first = words.split([':', '(']).next().unwrap().trim();
            assert!(plain.contains(first), "{format:?} lacks {words}");
        }
    }
}

#[test]
fn groups_are_as_asked_for() {
    let headings = |grouping| {
        let markdown = text(&CvOptions { grouping, ..options() }, CvFormat::Markdown);
        markdown
            .lines()
            .filter_map(|line| line.strip_prefix("## "))
            .map(|line| line.replace('\\', ""))
            .collect::<Vec<_>>()
    };
    assert_eq!(headings(Grouping::None), [""; 0]);
    assert_eq!(headings(Grouping::Year), ["2026", "2025", "2024", "2023", "2022", "2021"]);
    let skills = headings(Grouping::Skill);
    assert_eq!(skills[0], "Rust");
    assert_eq!(skills.last().unwrap(), "Other");
    assert_eq!(headings(Grouping::Issuer).len(), 8);
}

#[test]
fn html_holds_our_markup_and_no_other() {
    let html = text(&with_void(), CvFormat::Html);
    let document = Html::parse_document(&html);
    let select = |selector: &str| document.select(&Selector::parse(selector).unwrap()).count();
    assert_eq!(select("script, iframe, object, embed, form, link, base"), 0);
    assert_eq!(select(".badges > li"), 10);
    assert_eq!(select("h1"), 1);
    assert_eq!(select("title"), 1);
    assert_eq!(select("style"), 1);
    for element in document.select(&Selector::parse("*").unwrap()) {
        for (name, value) in element.value().attrs() {
            assert!(!name.starts_with("on"), "{name}");
            if name == "href" {
                assert!(value.starts_with("https://") || value == "mailto:ada@example.org", "{value}");
            }
            if name == "src" {
                assert!(value.starts_with("data:image/png;base64,"), "{value}");
            }
        }
    }
    let shown: String = document.root_element().text().collect();
    assert!(shown.contains(&lapel_testkit::ten::PAYLOAD[..60]));
    // What cannot be seen and turns the direction of text is gone.
    assert!(!html.contains('\u{202e}'));
}

#[test]
fn markdown_links_to_public_pages_and_makes_nothing_else() {
    let markdown = text(&with_void(), CvFormat::Markdown);
    let (mut items, mut texts) = (0, String::new());
    for event in Parser::new_ext(&markdown, Options::all()) {
        match event {
            Event::Start(Tag::Link { dest_url, .. }) => {
                assert!(
                    dest_url.starts_with("https://") || &*dest_url == "mailto:ada@example.org",
                    "{dest_url}"
                );
            }
            Event::Start(Tag::Item) => items += 1,
            Event::Start(
                Tag::Heading { .. } | Tag::List(_) | Tag::Strong | Tag::Emphasis | Tag::Paragraph,
            )
            | Event::End(_)
            | Event::SoftBreak
            | Event::HardBreak
            | Event::Rule => {}
            Event::Text(text) => texts.push_str(&text),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(items, 10);
    assert!(texts.contains("<script>alert(1)</script>"));
}

#[test]
fn json_resume_says_what_its_schema_has_places_for() {
    let resume: Value = serde_json::from_str(&text(&options(), CvFormat::JsonResume)).unwrap();
    assert_eq!(resume["basics"]["email"], "ada@example.org");
    let first = &resume["certificates"][0];
    assert_eq!(first["name"], "Rust Foundations");
    assert_eq!(first["date"], "2026-03-01");
    assert_eq!(first["url"], "https://university.example/credentials/rust-1");
    assert_eq!(first["standing"], "Verified on 2026-11-23");
    assert_eq!(resume["certificates"].as_array().unwrap().len(), 8);
    let expired = &resume["certificates"][6];
    assert_eq!(
        (&expired["endDate"], &expired["standing"]),
        (&"2022-05-31".into(), &"Expired on 2022-05-31".into())
    );
}

#[test]
fn ler_rs_has_certifications() {
    let record: Value = serde_json::from_str(&text(&options(), CvFormat::LerRs)).unwrap();
    assert_eq!(record["person"]["name"]["formattedName"], "Ada Example");
    let first = &record["certifications"][0];
    assert_eq!(first["issuingAuthority"]["name"], "Example University");
    assert_eq!(first["effectiveTimePeriod"]["validFrom"], "2026-03-01");
    assert_eq!(first["descriptions"][0], "Verified on 2026-11-23");
}

#[test]
fn europass_is_xml_with_the_texts_as_they_are() {
    let xml = text(&with_void(), CvFormat::Europass);
    let mut reader = quick_xml::Reader::from_str(&xml);
    let (mut names, mut inside) = (0, false);
    loop {
        match reader.read_event().unwrap() {
            Xml::Start(start) => {
                inside = start.name().as_ref() == "hr:CertificationName";
                names += usize::from(inside);
            }
            Xml::End(_) => inside = false,
            Xml::Eof => break,
            _ => {}
        }
    }
    assert_eq!((names, inside), (10, false));
    assert!(xml.contains("unofficial"));
    assert!(!xml.contains("DocumentID"));
}

#[test]
fn a_docx_is_made_of_parts_that_are_xml() {
    let bytes = Chosen::ten().cv(&with_void()).render(CvFormat::Docx, &Fonts::bundled()).unwrap().bytes;
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut links = 0;
    for index in 0..zip.len() {
        let mut part = zip.by_index(index).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut part, &mut bytes).unwrap();
        if name.starts_with("word/media/") {
            continue;
        }
        let text = String::from_utf8(bytes).unwrap();
        let mut reader = quick_xml::Reader::from_str(&text);
        loop {
            match reader.read_event().unwrap_or_else(|error| panic!("{name}: {error}")) {
                Xml::Eof => break,
                Xml::Empty(element) if element.name().as_ref() == "Relationship" => {
                    let external = element.attributes().any(|it| it.unwrap().key.as_ref() == "TargetMode");
                    links += usize::from(external);
                }
                _ => {}
            }
        }
    }
    assert!(links >= 3, "{links}");
}

/// The attached files of a PDF, by name, as lopdf reads them.
fn attached(pdf: &[u8]) -> BTreeMap<String, (String, Vec<u8>)> {
    let document = lopdf::Document::load_mem(pdf).unwrap();
    let mut files = BTreeMap::new();
    for object in document.objects.values() {
        let Ok(specification) = object.as_dict() else { continue };
        let Ok(embedded) = specification.get(b"EF").and_then(|it| document.dereference(it)) else { continue };
        let stream =
            embedded.1.as_dict().unwrap().get(b"F").and_then(|it| document.dereference(it)).unwrap().1;
        let stream = stream.as_stream().unwrap();
        let content = stream.decompressed_content().unwrap_or_else(|_| stream.content.clone());
        let name = lopdf::decode_text_string(specification.get(b"UF").unwrap()).unwrap();
        let relation = specification.get(b"AFRelationship").unwrap().as_name().unwrap();
        files.insert(name, (String::from_utf8_lossy(relation).into_owned(), content));
    }
    files
}

#[test]
fn a_pdf_carries_every_badge_bit_for_bit() {
    for style in [CvStyle::Classic, CvStyle::Modern] {
        let chosen = Chosen::ten();
        let options = CvOptions { style, grouping: Grouping::Skill, ..with_void() };
        let rendered = chosen.cv(&options).render(CvFormat::Pdf, &Fonts::bundled()).unwrap();
        let files = attached(&rendered.bytes);
        assert_eq!(files.len(), 10, "{:?}", files.keys());
        for (badge, (name, (relation, bytes))) in chosen.ten.iter().zip(&files) {
            assert_eq!(relation, "Data", "{name}");
            assert!(bytes == &badge.bytes, "{name} is not {} bit for bit", badge.file);
            assert_eq!(name.rsplit('.').next(), badge.file.rsplit('.').next());
        }
        let text = String::from_utf8_lossy(&rendered.bytes).into_owned();
        assert!(
            text.contains("<pdfaid:part>3</pdfaid:part>")
                && text.contains("<pdfaid:conformance>A</pdfaid:conformance>")
        );
        assert!(text.contains("<pdfuaid:part>1</pdfuaid:part>"));
    }
}

#[test]
fn every_picture_in_a_pdf_has_an_alternative_text() {
    let pdf = Chosen::ten().cv(&options()).render(CvFormat::Pdf, &Fonts::bundled()).unwrap().bytes;
    let document = lopdf::Document::load_mem(&pdf).unwrap();
    let figures: Vec<String> = document
        .objects
        .values()
        .filter_map(|object| object.as_dict().ok())
        .filter(|element| element.get(b"S").and_then(|it| it.as_name()).is_ok_and(|name| name == b"Figure"))
        .map(|figure| {
            let alternative = figure
                .get(b"Alt")
                .or_else(|_| document.get_dict_in_dict(figure, b"A").and_then(|a| a.get(b"Alt")));
            lopdf::decode_text_string(alternative.unwrap()).unwrap()
        })
        .collect();
    assert_eq!(figures.len(), 3, "{figures:?}");
    assert!(figures.contains(&"Badge: First Aid, issued by Harbour School".to_owned()), "{figures:?}");
}

#[test]
fn a_pdf_is_the_same_again() {
    let chosen = Chosen::ten();
    let pdf = || chosen.cv(&options()).render(CvFormat::Pdf, &Fonts::bundled()).unwrap().bytes;
    assert!(pdf() == pdf());
}

#[test]
fn what_no_font_draws_is_told() {
    let chosen = Chosen::ten();
    // The bundled fonts have no Japanese and no Devanagari.
    let rendered = chosen.cv(&options()).render(CvFormat::Pdf, &Fonts::bundled()).unwrap();
    assert!(rendered.notes.iter().any(|note| note.contains("no font here can draw")), "{:?}", rendered.notes);
    let rendered =
        chosen.only(&["01-rust.png"]).cv(&options()).render(CvFormat::Pdf, &Fonts::bundled()).unwrap();
    assert_eq!(rendered.notes, [""; 0]);
}

#[test]
fn hostile_texts_of_the_person_do_no_harm_either() {
    let mut options = options();
    for hostile in badges::HOSTILE {
        options.name = Some((*hostile).to_owned());
        options.headline = Some((*hostile).to_owned());
        options.contact = vec![(*hostile).to_owned()];
        let cv = Chosen::ten().only(&["01-rust.png"]).cv(&options);
        let html = String::from_utf8(cv.render(CvFormat::Html, &Fonts::bundled()).unwrap().bytes).unwrap();
        let document = Html::parse_document(&html);
        assert_eq!(
            document.select(&Selector::parse("script, img[onerror], h1 *").unwrap()).count(),
            0,
            "{hostile}"
        );
        let name = cv.file_name(CvFormat::Pdf);
        assert!(!name.contains(['/', '\\', '<', '>', ':', '|']) && name.ends_with("Badges.pdf"), "{name}");
    }
}
