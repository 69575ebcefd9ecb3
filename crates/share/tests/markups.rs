//! Hostile texts in the markups whose own readers are programs: docutils for reStructuredText, Asciidoctor for
//! `AsciiDoc`. A reader that is not installed is named, and its test ignored.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

mod hostile_badges;

use std::fs;
use std::path::Path;
use std::process::Command;

use lapel_share::{EmbedFormat, Entry, ShareOptions, share_sheet};
use libtest_mimic::{Arguments, Failed, Trial};
use scraper::{Html, Node};

fn main() {
    let trial = |name: &'static str, program: &str, arguments: &[&str], run: fn() -> Result<(), Failed>| {
        let is_there =
            Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success());
        let name = if is_there { name.to_owned() } else { format!("{name} (not installed here)") };
        Trial::test(name, run).with_ignored_flag(!is_there)
    };
    let trials = vec![
        trial("reStructuredText by docutils", "python3", &["-c", "import docutils"], rst),
        trial("AsciiDoc by Asciidoctor", "asciidoctor", &["--version"], asciidoc),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// The snippets of all hostile badges in `format`, each with what it has to show: the alternative text.
fn snippets(format: EmbedFormat) -> Vec<(String, String)> {
    let mut snippets = Vec::new();
    hostile_badges::each(|_, badge| {
        let entry = Entry::of(&badge);
        let alt = format!(
            "Badge: {}, issued by {}",
            entry.name,
            entry.issuer.replace("Unknown issuer", "unknown issuer")
        );
        // With the picture of the web, and as a linked text where there is none.
        let mut bare = badge.card.clone();
        bare.image = None;
        for card in [badge.card, &bare] {
            let sheet = share_sheet(&lapel_share::Badge { card, ..badge.clone() }, &ShareOptions::default());
            let text = sheet.embeds.iter().find(|embed| embed.format == format).unwrap().text.clone();
            snippets.push((text, alt.clone()));
        }
    });
    snippets
}

/// Reads snippets as JSON and says of each what docutils sees: the names of all nodes, the links, and the texts.
const DOCUTILS: &str = r#"
import json, sys
from docutils import core, nodes
quiet = {"report_level": 5, "halt_level": 6, "warning_stream": None}
for text, alt in json.load(sys.stdin):
    tree = core.publish_doctree(text, settings_overrides=quiet)
    kinds = [n.__class__.__name__ for n in tree.findall() if not isinstance(n, nodes.Text)][1:]
    allowed = {"reference", "image", "paragraph"}
    assert set(kinds) <= allowed, (kinds, text[:300])
    for node in tree.findall(nodes.reference):
        assert node["refuri"].startswith("https://badges.example/"), node["refuri"]
    images = list(tree.findall(nodes.image))
    shown = [n.astext() for n in tree.findall(nodes.paragraph)]
    assert shown[-1] == "Expired on 2021-05-31", shown
    if images:
        assert images[0]["uri"] == "https://badges.example/a.png"
        assert images[0]["alt"] == alt, (images[0]["alt"][:300], alt[:300])
        assert len(shown) == 1, shown
    else:
        assert shown[0] == alt, (shown[0][:300], alt[:300])
"#;

fn rst() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let input = folder.path().join("snippets.json");
    fs::write(&input, serde_json::to_string(&snippets(EmbedFormat::Rst))?)?;
    let output = Command::new("python3").args(["-c", DOCUTILS]).stdin(fs::File::open(input)?).output()?;
    if output.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned().into())
    }
}

fn asciidoc() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let snippets = snippets(EmbedFormat::Asciidoc);
    let name = |index: usize, extension: &str| folder.path().join(format!("{index}.{extension}"));
    for (index, (text, _)) in snippets.iter().enumerate() {
        fs::write(name(index, "adoc"), text)?;
    }
    let files = (0..snippets.len()).map(|index| name(index, "adoc"));
    // Unsafe mode on purpose: what a snippet could reach for is in reach.
    let output = Command::new("asciidoctor")
        .args(["--no-header-footer", "--safe-mode", "unsafe"])
        .args(files)
        .output()?;
    if !output.status.success() || !output.stderr.is_empty() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    for (index, (text, alt)) in snippets.iter().enumerate() {
        judge(&name(index, "html"), text, alt)?;
    }
    Ok(())
}

fn judge(path: &Path, snippet: &str, alt: &str) -> Result<(), Failed> {
    let html = fs::read_to_string(path)?;
    let page = Html::parse_fragment(&html);
    let (mut shown, mut pictured) = (String::new(), None);
    for node in page.tree.root().descendants().skip(1) {
        match node.value() {
            Node::Element(element) => {
                if !matches!(element.name(), "html" | "div" | "p" | "a" | "img") {
                    return Err(format!("<{}> of {snippet:.400}", element.name()).into());
                }
                for (name, value) in element.attrs() {
                    let known = matches!(name, "class" | "href" | "src" | "alt" | "width" | "height");
                    let safe =
                        !matches!(name, "href" | "src") || value.starts_with("https://badges.example/");
                    if !known || !safe {
                        return Err(format!("{name}={value} of {snippet:.400}").into());
                    }
                }
                pictured = pictured.or(element.attr("alt").map(str::to_owned));
            }
            Node::Text(text) => shown.push_str(text),
            other => return Err(format!("{other:?} of {snippet:.400}").into()),
        }
    }
    let shown: Vec<&str> = shown.lines().filter(|line| !line.is_empty()).collect();
    let expected = match &pictured {
        Some(pictured) if pictured != alt => return Err(format!("{pictured:.300?} for {alt:.300?}").into()),
        Some(_) => vec!["Expired on 2021-05-31"],
        None => vec![alt, "Expired on 2021-05-31"],
    };
    if shown == expected { Ok(()) } else { Err(format!("{shown:.300?} for {expected:.300?}").into()) }
}
