//! Self-verifying pages in real browsers, opened from disk with the network cut.
//!
//! What a page shows is compared with what the same function finds here; what the page asks is read out of the page. The
//! browsers are Chromium and WebKit (GTK's); where one, or Node, is missing, its tests report themselves as ignored.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test program")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use lapel_share::{Badge, Original, PageOptions, Standing, page};
use lapel_testkit::corpus::{self, Completion, Failed, Trial};
use lapel_testkit::{DataModel, Issued, Issuer, Ten, ten};
use openbadges::{ArtifactKind, BadgeCard, Policy, verify};
use openbadges_wasm::Question;
use serde_json::Value;

fn main() {
    let arguments = corpus::Arguments::from_args();
    let mut trials = Vec::new();
    if lapel_share::has_pages() {
        for browser in ["chromium", "webkit"] {
            match absent(browser) {
                None => trials.extend(in_browser(browser)),
                Some(why) => {
                    let ignored = move || Ok(Completion::ignored_with(why));
                    trials.push(Trial::ignorable_test(format!("pages in {browser}"), ignored));
                }
            }
        }
    } else {
        let ignored = || Ok(Completion::ignored_with("wasm32-unknown-unknown is not installed"));
        trials.push(Trial::ignorable_test("pages", ignored));
    }
    corpus::run(&arguments, trials).exit();
}

// --- The pages --------------------------------------------------------------------------------------------------------

/// A page, and the badge that it is about.
struct Page {
    name: String,
    html: String,
    bytes: Vec<u8>,
    /// Whether a byte of the badge inside the page was changed.
    changed: bool,
}

fn pages() -> Vec<Page> {
    let mut badges = ten();
    badges.push(of_a_stranger());
    let mut pages = Vec::new();
    for badge in &badges {
        let html = html(badge);
        let (position, changed) = with_one_byte_changed(badge);
        let mut forged = vec![(format!("{}, byte {position} changed", badge.file), changed)];
        if badge.kind == ArtifactKind::Png {
            forged.push((format!("{}, changed and baked anew", badge.file), baked_anew(badge)));
        }
        for (name, bytes) in forged {
            let html = html.replace(&STANDARD.encode(&badge.bytes), &STANDARD.encode(&bytes));
            pages.push(Page { name, html, bytes, changed: true });
        }
        pages.push(Page { name: badge.file.to_owned(), html, bytes: badge.bytes.clone(), changed: false });
    }
    pages
}

/// A sound badge of an issuer that nobody vouches for.
fn of_a_stranger() -> Ten {
    let issued = Issuer::did_key("a stranger").named("Stranger Academy").achievement("Juggling");
    let issued: Issued = issued.sign_data_integrity(DataModel::V2);
    Ten {
        file: "11-stranger.png",
        kind: ArtifactKind::Png,
        bytes: issued.baked_png(),
        issued,
        verdict: openbadges::Verdict::Undecided,
    }
}

fn html(badge: &Ten) -> String {
    let (credential, documents) = (badge.issued.credential(), badge.documents());
    let report = verify(&credential, &documents, &Policy::at(lapel_testkit::now()));
    let card = BadgeCard::of(&credential, &documents);
    let badge = Badge {
        card: &card,
        credential: &credential,
        original: Original { kind: badge.kind, bytes: &badge.bytes },
        art: None,
        picture: None,
        standing: Standing::of(&credential, &card, &report, lapel_testkit::now()),
        documents: &documents,
    };
    page(&badge, PageOptions { made_at: Some(lapel_testkit::now()) }).unwrap()
}

/// The picture with the same change in its text, and the checksums of a picture that nobody touched.
fn baked_anew(badge: &Ten) -> Vec<u8> {
    let mut text = badge.issued.text().as_bytes().to_vec();
    let quarter = text.len() / 4;
    let position = quarter + text[quarter..].iter().position(u8::is_ascii_digit).unwrap();
    text[position] = next_digit(text[position]);
    badge.issued.with_text(String::from_utf8(text).unwrap()).baked_png()
}

fn next_digit(digit: u8) -> u8 {
    if digit == b'9' { b'0' } else { digit + 1 }
}

/// The artefact with the first digit in the middle half of its credential's text one higher, and where that is.
fn with_one_byte_changed(badge: &Ten) -> (usize, Vec<u8>) {
    let text = badge.issued.text().as_bytes();
    let piece = &text[text.len() / 4..text.len() / 4 + 24];
    let start = badge.bytes.windows(piece.len()).position(|window| window == piece).unwrap();
    let offset = badge.bytes[start..].iter().position(u8::is_ascii_digit).unwrap();
    let mut bytes = badge.bytes.clone();
    let position = start + offset;
    bytes[position] = next_digit(bytes[position]);
    (position, bytes)
}

// --- The browsers -----------------------------------------------------------------------------------------------------

const DRIVER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ui/tests/pages/browsers.mjs");
const MODULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ui/node_modules/playwright-core");
const MINI_BROWSER: &str = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";

/// Why a browser cannot be asked here.
fn absent(browser: &str) -> Option<&'static str> {
    let has = |program: &str| {
        Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
    };
    if !has("node") || !Path::new(MODULES).is_dir() {
        return Some("needs Node and the packages of the interface (./dev ui)");
    }
    let there = match browser {
        "chromium" => std::env::var_os("CHROMIUM").is_some() || Path::new("/usr/bin/chromium").exists(),
        _ => has("WebKitWebDriver") && has("Xvfb") && Path::new(MINI_BROWSER).exists(),
    };
    (!there).then_some("the browser is not installed")
}

/// What a browser showed of each page, one test for each.
fn in_browser(browser: &'static str) -> Vec<Trial> {
    let pages = pages();
    let folder = tempfile::tempdir().unwrap();
    let files: Vec<PathBuf> =
        (0..pages.len()).map(|number| folder.path().join(format!("{number}.html"))).collect();
    for (file, page) in files.iter().zip(&pages) {
        std::fs::write(file, &page.html).unwrap();
    }
    let output = Command::new("node").arg(DRIVER).arg(browser).args(&files).stderr(Stdio::inherit()).output();
    let output = String::from_utf8(output.unwrap().stdout).unwrap();
    let shown: Vec<Value> = output.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let shown = Arc::new(shown);
    let trials = pages.into_iter().enumerate().map(|(number, page)| {
        let shown = Arc::clone(&shown);
        corpus::case(format!("{browser}: {}", page.name), move || {
            let shown = shown.get(number).ok_or("the browser showed nothing")?;
            says_what_is_found_here(&page, shown)?;
            if browser == "chromium" { does_nothing_else(&page, shown) } else { Ok(()) }
        })
    });
    trials.collect()
}

// --- What is expected -------------------------------------------------------------------------------------------------

fn says_what_is_found_here(page: &Page, shown: &Value) -> Result<(), Failed> {
    let first = &shown["first"];
    let answer = native(&page.html, first, &[])?;
    expect(&first["answer"], &answer, "the finding")?;
    let report = &answer["judged"]["report"];
    let verdict = report["verdict"].as_str().unwrap_or("unreadable");
    expect(&first["verdict"], &verdict.into(), "the verdict")?;
    expect(&first["loaded"], &Value::Array(Vec::new()), "what was loaded")?;
    let headline = first["headline"].as_str().unwrap_or_default();
    if let Some(found) = report["headline"].as_str() {
        expect(&headline.into(), &found.into(), "the headline")?;
    }
    if page.changed && (headline.contains("erified") || headline.starts_with("Signature valid")) {
        return Err(format!("a changed badge is called {headline:?}").into());
    }
    println!("{}: {headline} ({} ms)", page.name, first["milliseconds"]);
    if shown["trusting"].is_object() {
        let issuer = answer["judged"]["card"]["issuer"]["id"].as_str().unwrap_or_default();
        let trusting = &shown["trusting"];
        expect(
            &trusting["answer"],
            &native(&page.html, trusting, &[issuer])?,
            "the finding with the issuer known",
        )?;
        expect(&trusting["headline"], &"Verified".into(), "the headline with the issuer known")?;
    }
    Ok(())
}

/// What the same function finds here of what the page asks, for the same instant.
fn native(html: &str, shown: &Value, trusted: &[&str]) -> Result<Value, Failed> {
    let island = html.split_once("id=\"data\">").and_then(|(_, rest)| rest.split_once("</script>"));
    let mut question: Value = serde_json::from_str(island.ok_or("no data in the page")?.0)?;
    let as_of = &shown["answer"]["judged"]["report"]["as_of"];
    question["now"] = if as_of.is_null() { Timestamp::UNIX_EPOCH.to_string().into() } else { as_of.clone() };
    question["trusted_issuers"] = trusted.into();
    let question: Question = serde_json::from_value(question)?;
    Ok(serde_json::to_value(openbadges_wasm::answer(question))?)
}

/// Nothing was asked of the network, nothing of the badge ran, the original comes back bit for bit, the page is fit for
/// assistive technology, and without script it says that it checked nothing.
fn does_nothing_else(page: &Page, shown: &Value) -> Result<(), Failed> {
    for what in ["requests", "ran", "access"] {
        expect(&shown[what], &Value::Array(Vec::new()), what)?;
    }
    expect(&shown["first"]["scripts"], &3.into(), "the scripts in the page")?;
    expect(&shown["saved"], &STANDARD.encode(&page.bytes).into(), "the original")?;
    let still = shown["without_script"].as_str().unwrap_or_default();
    if !still.contains("Not verified here") {
        return Err(format!("without script: {still}").into());
    }
    Ok(())
}

fn expect(found: &Value, expected: &Value, what: &str) -> Result<(), Failed> {
    if found == expected { Ok(()) } else { Err(format!("{what}: {found:#} instead of {expected:#}").into()) }
}
