//! The ten badges through every target of a share sheet: what each says of the badge and of how it stands, read by others'
//! parsers. CVs, portfolios and self-verifying pages have test programs of their own.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says what went wrong by panicking")]

mod badges;

use std::collections::BTreeMap;

use badges::Chosen;
use lapel_share::{
    Badge, DownloadFormat, Embed, EmbedFormat, Entry, Indexed, Network, PictureFonts, Qr, ShareOptions,
    ShareSheet, index_html, index_json, save, share_sheet,
};
use openbadges::{Artifact, Verdict};

const VERIFIED: &str = "Verified on 2026-11-23";
const OWN_PAGE: &str = "https://ada.example/badge.html";

/// What LinkedIn's form has to be given for the badges that may be claimed, in the words of their issuers and by their
/// own calendars: `02` was awarded when it was December already in UTC, `08` ended when it was June.
type Claimed = (&'static str, &'static [(&'static str, &'static str)]);

const CLAIMED: [Claimed; 8] = [
    (
        "01-rust.png",
        &[
            ("name", "Rust Foundations"),
            ("organizationName", "Example University"),
            ("issueYear", "2026"),
            ("issueMonth", "3"),
            ("certUrl", "https://university.example/credentials/rust-1"),
        ],
    ),
    (
        "02-statistics.jwt",
        &[
            ("name", "Advanced Statistics for the Social Sciences"),
            ("organizationName", "東京統計学院"),
            ("issueYear", "2025"),
            ("issueMonth", "11"),
        ],
    ),
    (
        "03-first-aid.png",
        &[
            ("name", "First Aid"),
            ("organizationName", "Harbour School"),
            ("issueYear", "2024"),
            ("issueMonth", "6"),
            ("certUrl", "https://harbour.example/"),
        ],
    ),
    (
        "05-arabic.json",
        &[
            ("name", "أساسيات الإسعافات الأولية (المستوى 2)"),
            ("organizationName", "أكاديمية النور"),
            ("issueYear", "2023"),
            ("issueMonth", "2"),
            ("certUrl", "https://madrasa.example/"),
        ],
    ),
    (
        "06-hebrew.jwt",
        &[
            ("name", "תכנות Rust למתקדמים"),
            ("organizationName", "בית הספר לתכנות"),
            ("issueYear", "2022"),
            ("issueMonth", "9"),
        ],
    ),
    ("07-record.json", &[("name", "Transcript: पर्वतारोहण"), ("organizationName", "हिमालय महाविद्यालय")]),
    (
        "08-night-sky.svg",
        &[
            ("name", "Night Sky Observer"),
            ("organizationName", "Example Observatory"),
            ("issueYear", "2021"),
            ("issueMonth", "5"),
            ("expirationYear", "2022"),
            ("expirationMonth", "5"),
        ],
    ),
    (
        "10-payload.json",
        &[
            ("name", lapel_testkit::PAYLOAD),
            ("organizationName", "<b onmouseover=alert(1)>O'Hack & \"Sons\"</b>"),
            ("issueYear", "2026"),
            ("issueMonth", "6"),
            ("expirationYear", "2030"),
            ("expirationMonth", "6"),
        ],
    ),
];

/// Calls `judge` with each of the ten, its verdict by the kit, and its sheet.
fn each(options: &ShareOptions, mut judge: impl FnMut(&str, Verdict, &Badge<'_>, &ShareSheet)) {
    let chosen = Chosen::ten();
    for (ten, badge) in chosen.ten.iter().zip(chosen.badges()) {
        judge(ten.file, ten.verdict, &badge, &share_sheet(&badge, options));
    }
}

fn asking_for_verified() -> ShareOptions {
    ShareOptions {
        say_verified: true,
        mastodon: Some("mastodon.example".to_owned()),
        page: Some(OWN_PAGE.to_owned()),
        ..ShareOptions::default()
    }
}

fn is_void(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Revoked | Verdict::Invalid)
}

fn embed(sheet: &ShareSheet, format: EmbedFormat) -> Option<&Embed> {
    sheet.embeds.iter().find(|embed| embed.format == format)
}

#[test]
fn linkedin_is_given_what_its_form_asks_for_and_nothing_of_void_badges() {
    let mut seen = 0;
    each(&ShareOptions::default(), |file, verdict, _, sheet| {
        let Some(linkedin) = &sheet.linkedin else {
            assert!(is_void(verdict), "{file}");
            return;
        };
        let (_, expected) = CLAIMED.iter().find(|(claimed, _)| *claimed == file).unwrap();
        let url = url::Url::parse(&linkedin.url).unwrap();
        assert_eq!(
            (url.scheme(), url.host_str(), url.path()),
            ("https", Some("www.linkedin.com"), "/profile/add")
        );
        let given: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
        assert_eq!(given.get("startTask").map(String::as_str), Some("CERTIFICATION_NAME"));
        for (key, value) in *expected {
            let found = given.get(*key).map(String::as_str).unwrap_or_default();
            assert!(found.starts_with(value), "{file}: {key} is {found}, not {value}");
        }
        let unexpected: Vec<&String> = given
            .keys()
            .filter(|key| !expected.iter().any(|(known, _)| known == key))
            // An award without a date has none here either; ids and pages are tested where they are made.
            .filter(|key| {
                !matches!(key.as_str(), "startTask" | "certId" | "certUrl" | "issueYear" | "issueMonth")
            })
            .collect();
        assert_eq!(unexpected, [""; 0], "{file}");
        seen += 1;
    });
    assert_eq!(seen, CLAIMED.len());
}

#[test]
fn posts_say_how_a_badge_stands_and_nobody_posts_a_void_one() {
    each(&asking_for_verified(), |file, verdict, _, sheet| {
        assert_eq!(sheet.posts.len(), if is_void(verdict) { 0 } else { Network::ALL.len() }, "{file}");
        assert_eq!(sheet.not_claimed.is_some(), is_void(verdict), "{file}");
        for post in &sheet.posts {
            let url = url::Url::parse(post.url.as_ref().unwrap()).unwrap();
            let sent: String = url.query_pairs().map(|(_, value)| value.into_owned() + "\n").collect();
            assert!(sent.contains(OWN_PAGE), "{file}: {sent}");
            if !post.network.takes_only_a_page() {
                assert!(sent.contains(post.text.lines().next().unwrap()), "{file}: {sent}");
                assert_eq!(sent.contains(VERIFIED), verdict == Verdict::Verified, "{file}: {sent}");
                assert_eq!(
                    sent.contains("Expired on 2022-05-31"),
                    verdict == Verdict::Expired,
                    "{file}: {sent}"
                );
            }
        }
    });
}

/// What a reader of the markup sees of it: without what the markup escapes with.
fn shown(text: &str) -> String {
    let mut parts = text.split("&#");
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let reference =
            part.split_once(';').and_then(|(code, rest)| Some((char::from_u32(code.parse().ok()?)?, rest)));
        match reference {
            Some((character, rest)) => {
                shown.push(character);
                shown.push_str(rest);
            }
            None => shown.push_str(part),
        }
    }
    shown.replace(['\\', '\u{2060}', '\u{200b}'], "").replace("&quot;", "\"").replace("&amp;", "&")
}

#[test]
fn snippets_say_how_a_badge_stands() {
    use EmbedFormat::{Asciidoc, Bbcode, Html, HtmlBadge, Markdown, Rst, Signature, SignatureText};
    each(&asking_for_verified(), |file, verdict, badge, sheet| {
        for format in [Html, HtmlBadge, Markdown, Bbcode, Rst, Asciidoc, Signature, SignatureText] {
            let Some(embed) = embed(sheet, format) else {
                assert!(
                    is_void(verdict) && matches!(format, Signature | SignatureText),
                    "{file}: no {format:?}"
                );
                continue;
            };
            let text = shown(&embed.text);
            let first = badge.standing.words().split([':', '(']).next().unwrap().trim();
            assert!(text.contains(first), "{file}: {format:?} lacks {first}: {text}");
            assert_eq!(text.contains(VERIFIED), verdict == Verdict::Verified, "{file}: {format:?}: {text}");
            assert_eq!(
                text.to_lowercase().matches("verified").count(),
                usize::from(verdict == Verdict::Verified),
                "{file}: {format:?}: {text}"
            );
            assert!(text.contains(OWN_PAGE), "{file}: {format:?} leads nowhere: {text}");
        }
        // A frame says nothing itself: the page in it is judged where it is opened.
        let frame = embed(sheet, EmbedFormat::Iframe).unwrap();
        assert!(
            frame.text.contains(OWN_PAGE) && !frame.text.to_lowercase().contains("verified"),
            "{}",
            frame.text
        );
    });
}

#[test]
fn verified_is_said_only_where_it_is_asked_for() {
    let silent = ShareOptions { page: Some(OWN_PAGE.to_owned()), ..ShareOptions::default() };
    each(&silent, |file, _, _, sheet| {
        let texts = sheet.embeds.iter().map(|it| &it.text).chain(sheet.posts.iter().map(|it| &it.text));
        for text in texts {
            assert!(!text.to_lowercase().contains("verified"), "{file}: {text}");
        }
    });
}

#[test]
fn the_code_leads_to_the_page() {
    each(&ShareOptions::default(), |file, _, _, sheet| {
        let Some(page) = &sheet.page else {
            assert!(sheet.qr.is_none(), "{file}");
            return;
        };
        let png = image::load_from_memory(&Qr::of(page).unwrap().png()).unwrap().to_luma8();
        let mut picture = rqrr::PreparedImage::prepare_from_greyscale(
            usize::try_from(png.width()).unwrap(),
            usize::try_from(png.height()).unwrap(),
            |x, y| png.get_pixel(u32::try_from(x).unwrap(), u32::try_from(y).unwrap()).0[0],
        );
        let (_, read) = picture.detect_grids()[0].decode().unwrap();
        assert_eq!(&read, page, "{file}");
    });
}

#[test]
fn files_hold_the_credential_as_it_was_signed() {
    each(&ShareOptions::default(), |file, _, badge, sheet| {
        let fonts = PictureFonts::default();
        for download in sheet.downloads.iter().filter(|download| download.available) {
            let bytes = save(badge, download.format, None, &fonts).unwrap();
            match download.format {
                DownloadFormat::Original => assert!(bytes == badge.original.bytes, "{file}"),
                DownloadFormat::Json | DownloadFormat::Jwt => {
                    assert_eq!(std::str::from_utf8(&bytes).unwrap(), badge.credential.text(), "{file}");
                }
                DownloadFormat::Png | DownloadFormat::Svg => {
                    let artifact = Artifact::recognise(bytes).unwrap();
                    let texts: Vec<&str> = artifact.payloads().iter().map(|it| it.content.text()).collect();
                    assert_eq!(texts, [badge.credential.text()], "{file}: {:?}", download.format);
                }
            }
        }
        let available: Vec<_> =
            sheet.downloads.iter().filter(|it| it.available).map(|it| it.format).collect();
        assert!(
            available.contains(&DownloadFormat::Original) && available.len() >= 3,
            "{file}: {available:?}"
        );
    });
}

#[test]
fn the_index_of_an_archive_names_every_verdict() {
    let chosen = Chosen::ten();
    let indexed: Vec<Indexed> = chosen
        .ten
        .iter()
        .zip(chosen.badges())
        .map(|(ten, badge)| Indexed::of(&Entry::of(&badge), ten.file.to_owned(), "00".to_owned()))
        .collect();
    let json: serde_json::Value = serde_json::from_str(&index_json(&indexed)).unwrap();
    let page = scraper::Html::parse_document(&index_html(&indexed));
    let rows: Vec<String> = page
        .select(&scraper::Selector::parse("tbody tr").unwrap())
        .map(|row| row.text().collect::<String>())
        .collect();
    assert_eq!(rows.len(), 10);
    for (index, (ten, badge)) in chosen.ten.iter().zip(chosen.badges()).enumerate() {
        assert_eq!(json["badges"][index]["verdict"], ten.verdict.as_str(), "{}", ten.file);
        assert!(rows[index].contains(badge.standing.words()), "{}: {}", ten.file, rows[index]);
        assert_eq!(rows[index].contains("Verified"), ten.verdict == Verdict::Verified, "{}", rows[index]);
    }
}
