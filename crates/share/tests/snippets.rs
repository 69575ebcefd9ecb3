//! Snippets of HTML in a page of somebody else's, as a validator, Chromium and axe see it: those of the ten badges, and
//! those of badges full of hostile texts. Ignored where Node or Chromium is not installed.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says what went wrong by panicking")]

mod badges;
mod browser;
mod hostile_badges;

use std::path::Path;
use std::process::{Command, Stdio};

use badges::Chosen;
use browser::absent;
use lapel_share::{EmbedFormat, ShareOptions, Theme, share_sheet};
use lapel_testkit::corpus::{self, Completion, Failed, Trial};
use serde_json::{Value, json};

const LOOK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ui/tests/pages/snippets.mjs");
/// Every element that a snippet may have.
const OURS: [&str; 14] = [
    "a",
    "br",
    "div",
    "figcaption",
    "figure",
    "iframe",
    "img",
    "p",
    "span",
    "strong",
    "table",
    "tbody",
    "td",
    "tr",
];

type Look = fn() -> Result<(), Failed>;

fn main() {
    let arguments = corpus::Arguments::from_args();
    let trials: [(&str, Look); 2] = [
        ("snippets of the ten badges", || looked_at("ten", &of_the_ten())),
        ("snippets of hostile texts", || looked_at("hostile", &of_hostile_texts())),
    ];
    let trials = trials.map(|(name, run)| match absent() {
        None => corpus::case(name, run),
        Some(why) => Trial::ignorable_test(name, move || Ok(Completion::ignored_with(why))),
    });
    corpus::run(&arguments, trials.into()).exit();
}

fn is_html(format: EmbedFormat) -> bool {
    use EmbedFormat::{Html, HtmlBadge, Iframe, Signature};
    matches!(format, Html | HtmlBadge | Iframe | Signature)
}

/// Each theme, with the picture inside or from the web.
fn options() -> impl Iterator<Item = ShareOptions> {
    let pairs = [(Theme::Automatic, false), (Theme::Light, true), (Theme::Dark, false)].into_iter();
    pairs.map(|(theme, picture_inside)| ShareOptions {
        theme,
        picture_inside,
        say_verified: true,
        page: Some("https://ada.example/badge.html?x=1&y=2".to_owned()),
        ..ShareOptions::default()
    })
}

fn snippets(name: &str, badge: &lapel_share::Badge<'_>, options: &ShareOptions) -> Vec<Value> {
    let sheet = share_sheet(badge, options);
    let html = sheet.embeds.iter().filter(|embed| is_html(embed.format));
    html.map(|embed| {
        let name = format!("{name}: {:?}, {:?}", embed.format, options.theme);
        json!({ "name": name, "html": embed.text, "mail": embed.format == EmbedFormat::Signature })
    })
    .collect()
}

fn of_the_ten() -> Vec<Value> {
    let chosen = Chosen::ten();
    let badges = chosen.badges();
    let pairs = badges.iter().zip(&chosen.ten).flat_map(|pair| options().map(move |options| (pair, options)));
    pairs.flat_map(|((badge, ten), options)| snippets(ten.file, badge, &options)).collect()
}

fn of_hostile_texts() -> Vec<Value> {
    let mut all = Vec::new();
    let options = ShareOptions { page: None, ..options().next().unwrap() };
    hostile_badges::each(|text, badge| {
        all.extend(snippets(&text.escape_debug().take(40).collect::<String>(), &badge, &options));
    });
    all
}

fn looked_at(name: &str, snippets: &[Value]) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let input = folder.path().join("snippets.json");
    std::fs::write(&input, serde_json::to_vec(snippets)?)?;
    let mut look = Command::new("node");
    look.arg(LOOK).arg(&input).stderr(Stdio::inherit());
    // For whoever wants to see them.
    if let Some(pictures) = std::env::var_os("LAPEL_PICTURES") {
        look.arg(Path::new(&pictures).join(format!("snippets-{name}.png")));
    }
    let found: Value = serde_json::from_slice(&look.output()?.stdout)?;
    let texts =
        |key: &str| found[key].as_array().unwrap().iter().filter_map(Value::as_str).collect::<Vec<_>>();
    let strange: Vec<&str> = texts("names").into_iter().filter(|name| !OURS.contains(name)).collect();
    if !strange.is_empty() || !texts("listening").is_empty() || found["snippets"] != snippets.len() {
        return Err(format!(
            "{strange:?} {:?} {} of {}",
            texts("listening"),
            found["snippets"],
            snippets.len()
        )
        .into());
    }
    let wrong = texts("wrong");
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}
