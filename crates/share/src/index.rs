//! The index of a folder or an archive of badges: for machines as JSON, for people as a page without script.

use serde::Serialize;

use crate::entry::Entry;
use crate::escape;

/// A badge of an index.
#[derive(Clone, Debug, Serialize)]
pub struct Indexed {
    /// The name of its file.
    pub file: String,
    /// The SHA-256 of the file, in hexadecimal digits.
    pub sha256: String,
    /// The achievement.
    pub name: String,
    /// The issuer.
    pub issuer: String,
    /// When it was awarded, by the issuer's own calendar.
    pub issued: Option<String>,
    /// When it ends, likewise.
    pub expires: Option<String>,
    /// Its public page.
    pub url: Option<String>,
    /// The verdict's name, such as `verified`.
    pub verdict: &'static str,
    /// How it stands, in words.
    pub standing: String,
}

impl Indexed {
    /// `entry`, which is in `file`, whose digest is `sha256`.
    pub fn of(entry: &Entry, file: String, sha256: String) -> Self {
        Self {
            file,
            sha256,
            name: entry.name.clone(),
            issuer: entry.issuer.clone(),
            issued: entry.issued.clone(),
            expires: entry.expires.clone(),
            url: entry.url.clone(),
            verdict: entry.standing.verdict().as_str(),
            standing: entry.standing.words().to_owned(),
        }
    }
}

/// The index as JSON.
pub fn index_json(badges: &[Indexed]) -> String {
    // Strings and nothing else: that cannot fail.
    serde_json::to_string_pretty(&serde_json::json!({ "badges": badges })).unwrap_or_default()
}

/// The index as a page. It loads nothing and runs nothing, and says of each badge how it stands.
pub fn index_html(badges: &[Indexed]) -> String {
    let rows: Vec<String> = badges.iter().map(row).collect();
    format!("{HEAD}{}\n</tbody></table>\n</main>\n</body>\n</html>\n", rows.join("\n"))
}

const HEAD: &str = "<!DOCTYPE html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">
<meta name=\"referrer\" content=\"no-referrer\">
<title>Badges</title>
<style>
:root { color-scheme: light dark; }
body { background: #fff; color: #1d1d1f; font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 2.5rem 1.25rem; }
h1 { font-size: 1.75rem; margin: 0; }
p { color: #5c5c63; margin: .25rem 0 1.5rem; max-width: 42rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #d9d9de; overflow-wrap: anywhere; padding: .625rem 1rem .625rem 0; text-align: start; vertical-align: top; }
th { color: #5c5c63; font-size: .8125rem; font-weight: 600; }
td.date { white-space: nowrap; }
a { color: #0b57d0; }
.bad { color: #9a1c12; font-weight: 600; }
@media (prefers-color-scheme: dark) {
body { background: #1c1c1f; color: #f3f3f5; }
p, th { color: #b4b4bd; }
th, td { border-color: #3f3f46; }
a { color: #a8c7fa; }
.bad { color: #ffb4ab; }
}
</style>
</head>
<body>
<main>
<h1>Badges</h1>
<p>The files beside this page are the proofs: open one with Lapel, or with any validator of Open Badges. What this page says of them is what Lapel found on the day it names.</p>
<table><thead><tr><th scope=\"col\">Badge</th><th scope=\"col\">Issuer</th><th scope=\"col\">Issued</th><th scope=\"col\">How it stands</th></tr></thead><tbody>
";

fn row(badge: &Indexed) -> String {
    let class = if badge.verdict == "verified" { "" } else { " class=\"bad\"" };
    format!(
        "<tr><td dir=\"auto\"><a href=\"{}\">{}</a></td><td dir=\"auto\">{}</td><td class=\"date\">{}</td>\
         <td dir=\"auto\"{class}>{}</td></tr>",
        escape::html(&crate::text::percent(&badge.file)),
        escape::html(&badge.name),
        escape::html(&badge.issuer),
        escape::html(badge.issued.as_deref().unwrap_or("")),
        escape::html(&badge.standing),
    )
}
