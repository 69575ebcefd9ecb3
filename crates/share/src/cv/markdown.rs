//! A CV as CommonMark: every text is escaped ([`escape::markdown`]), so a badge can make no markup of its own. Pictures
//! are not in it: Markdown takes them from the web alone.

use std::fmt::Write as _;

use super::{Cv, Item, LEFT_TO_RIGHT, is_right_to_left};
use crate::escape;

/// The document.
pub(super) fn render(cv: &Cv) -> String {
    let mut text = format!("# {}\n", escape::markdown(cv.title()));
    if let Some(headline) = &cv.options.headline {
        let _ = write!(text, "\n{}\n", escape::markdown(headline));
    }
    let contacts: Vec<String> =
        cv.contacts().iter().map(|contact| link(&contact.text, contact.url.as_deref())).collect();
    if !contacts.is_empty() {
        let _ = write!(text, "\n{}\n", contacts.join(" · "));
    }
    for (heading, items) in cv.parts() {
        if let Some(heading) = heading {
            let _ = write!(text, "\n## {}\n", escape::markdown(heading));
        }
        // A list begins after an empty line, and its items are apart from each other for the paragraphs in them.
        for item in items {
            text.push('\n');
            text.push_str(&entry(cv, item));
        }
    }
    let _ = write!(text, "\n---\n\n{}\n", escape::markdown(&format!("Made on {}.", cv.made_on())));
    text
}

fn entry(cv: &Cv, item: &Item) -> String {
    let it = &item.entry;
    let mut lines = vec![format!("- **{}**", link(&it.name, it.url.as_deref()))];
    let issuer = link(&it.issuer, it.issuer_url.as_deref());
    lines.push(match item.dates() {
        Some(dates) if is_right_to_left(&it.issuer) => {
            format!("  {issuer}{LEFT_TO_RIGHT}, {}", escape::markdown(&dates))
        }
        Some(dates) => format!("  {issuer}, {}", escape::markdown(&dates)),
        None => format!("  {issuer}"),
    });
    lines.push(format!("  *{}*", escape::markdown(it.standing.words())));
    if let Some(description) = item.description(cv) {
        lines.push(format!("  {}", escape::markdown(description)));
    }
    if !it.skills.is_empty() {
        lines.push(format!("  Skills: {}", escape::markdown(&it.skills.join(", "))));
    }
    // A backslash at the end of a line breaks it there (CommonMark 6.7).
    format!("{}\n", lines.join("\\\n"))
}

fn link(text: &str, url: Option<&str>) -> String {
    match url {
        Some(url) => format!("[{}]({})", escape::markdown(text), escape::markdown_address(url)),
        None => escape::markdown(text),
    }
}
