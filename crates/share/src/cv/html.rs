//! A CV as one page of HTML: nothing is loaded, no script runs (its own Content Security Policy says so as well), and
//! every text is escaped ([`crate::escape::html`]). It follows the reader's choice of light or dark, and prints on white.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openbadges::Verdict;

use super::{Cv, CvStyle, Item};
use crate::escape::html as escape;

const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/// The document.
pub(super) fn render(cv: &Cv) -> String {
    let (title, style) = (escape(&cv.document_title()), style(cv.options.style));
    let mut html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{title}</title>\n<style>\n{COMMON}{style}</style>\n</head>\n<body>\n<header>\n<h1 dir=\"auto\">{}</h1>\n",
        escape(cv.title())
    );
    if let Some(headline) = &cv.options.headline {
        let _ = writeln!(html, "<p class=\"headline\" dir=\"auto\">{}</p>", escape(headline));
    }
    let contacts = cv.contacts();
    if !contacts.is_empty() {
        html.push_str("<ul class=\"contact\">\n");
        for contact in &contacts {
            let _ = writeln!(html, "<li dir=\"auto\">{}</li>", link(&contact.text, contact.url.as_deref()));
        }
        html.push_str("</ul>\n");
    }
    html.push_str("</header>\n<main>\n");
    for (heading, items) in cv.parts() {
        let level = if heading.is_some() { 3 } else { 2 };
        html.push_str("<section>\n");
        if let Some(heading) = heading {
            let _ = writeln!(html, "<h2 dir=\"auto\">{}</h2>", escape(heading));
        }
        html.push_str("<ul class=\"badges\">\n");
        for item in items {
            entry(&mut html, cv, item, level);
        }
        html.push_str("</ul>\n</section>\n");
    }
    let _ =
        write!(html, "</main>\n<footer>\n<p>Made on {}.</p>\n</footer>\n</body>\n</html>\n", cv.made_on());
    html
}

fn entry(html: &mut String, cv: &Cv, item: &Item, level: u8) {
    let it = &item.entry;
    html.push_str("<li>\n");
    match &item.picture {
        Some(picture) => {
            // The name stands beside it: read aloud, it would be said twice.
            let data = STANDARD.encode(&picture.png);
            let (width, height) = (picture.width, picture.height);
            let _ = writeln!(
                html,
                "<img src=\"data:image/png;base64,{data}\" width=\"{width}\" height=\"{height}\" alt=\"\">"
            );
        }
        None if cv.options.without_pictures => {}
        None => html.push_str("<span class=\"blank\" aria-hidden=\"true\"></span>\n"),
    }
    html.push_str("<div>\n");
    let _ = writeln!(html, "<h{level} dir=\"auto\">{}</h{level}>", link(&it.name, it.url.as_deref()));
    let _ = write!(html, "<p class=\"from\"><bdi>{}</bdi>", link(&it.issuer, it.issuer_url.as_deref()));
    if let Some(dates) = item.dates() {
        let _ = write!(html, ", {}", escape(&dates));
    }
    let _ = writeln!(
        html,
        "</p>\n<p class=\"standing {}\">{}</p>",
        class(it.standing.verdict()),
        escape(it.standing.words())
    );
    if let Some(description) = item.description(cv) {
        let _ = writeln!(html, "<p dir=\"auto\">{}</p>", escape(description));
    }
    if !it.skills.is_empty() {
        html.push_str("<ul class=\"skills\" aria-label=\"Skills\">");
        for skill in &it.skills {
            let _ = write!(html, "<li dir=\"auto\">{}</li>", escape(skill));
        }
        html.push_str("</ul>\n");
    }
    html.push_str("</div>\n</li>\n");
}

fn link(text: &str, url: Option<&str>) -> String {
    match url {
        Some(url) => format!("<a href=\"{}\" rel=\"noopener\">{}</a>", escape(url), escape(text)),
        None => escape(text),
    }
}

/// Words say how a badge stands; colour only repeats them.
fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Verified => "good",
        Verdict::Revoked | Verdict::Invalid => "bad",
        Verdict::Expired | Verdict::Undecided => "open",
    }
}

fn style(style: CvStyle) -> &'static str {
    match style {
        CvStyle::Classic => CLASSIC,
        CvStyle::Modern => MODERN,
    }
}

const COMMON: &str = "\
:root{color-scheme:light dark;--ink:#1c1b1f;--soft:#55525c;--paper:#fff;--line:#d9d6de;--accent:#5b3a8c;\
--good:#1d6b43;--bad:#a12622;--open:#7a5200}\n\
@media (prefers-color-scheme:dark){:root{--ink:#eceaf0;--soft:#b5b1bd;--paper:#17161a;--line:#3b3842;--accent:#c3a6f0;\
--good:#7fd1a5;--bad:#f2a19d;--open:#e5bf72}}\n\
*{box-sizing:border-box}\n\
body{margin:0 auto;max-width:52rem;padding:2.5rem 1.25rem;background:var(--paper);color:var(--ink);line-height:1.5;\
overflow-wrap:anywhere}\n\
h1{margin:0;font-size:2.2rem;line-height:1.2}\nh2{margin:2.5rem 0 .5rem;font-size:1.25rem;color:var(--accent)}\n\
li h2,li h3{margin:0;font-size:1.1rem;line-height:1.35;color:inherit}\n\
p{margin:.2rem 0}\na{color:inherit;text-decoration-color:var(--accent);text-underline-offset:.15em}\n\
a:focus-visible{outline:2px solid var(--accent);outline-offset:2px}\n\
ul{margin:0;padding:0;list-style:none}\n\
.headline{font-size:1.15rem;color:var(--soft)}\n\
.contact{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;margin-top:.5rem;color:var(--soft)}\n\
.badges>li{display:flex;gap:1.1rem;padding:1rem 0}\n\
.badges>li>div{flex:1;min-width:0}\n\
.badges img,.blank{flex:none;width:4.5rem;height:4.5rem;object-fit:contain}\n\
.blank{border:1px dashed var(--line);border-radius:50%}\n\
main [dir]{text-align:left}\n.from{color:var(--soft)}\n\
.standing{font-size:.9rem;font-weight:600}\n.good{color:var(--good)}\n.bad{color:var(--bad)}\n.open{color:var(--open)}\n\
.skills{display:flex;flex-wrap:wrap;gap:.3rem .4rem;margin-top:.4rem;font-size:.85rem}\n\
.skills li{border:1px solid var(--line);border-radius:1rem;padding:.05rem .6rem}\n\
footer{margin-top:2.5rem;font-size:.85rem;color:var(--soft)}\n\
@media print{:root{color-scheme:light;--ink:#000;--soft:#444;--paper:#fff;--line:#bbb;--accent:#5b3a8c;--good:#1d6b43;\
--bad:#a12622;--open:#7a5200}body{max-width:none;padding:0}.badges>li{break-inside:avoid}}\n";

const CLASSIC: &str = "\
body{font-family:'Libertinus Serif','Iowan Old Style',Palatino,Georgia,serif}\n\
header{text-align:center;border-bottom:1px solid var(--line);padding-bottom:1.2rem}\n\
.contact{justify-content:center}\n.badges>li+li{border-top:1px solid var(--line)}\n";

const MODERN: &str = "\
body{font-family:system-ui,'Segoe UI','Helvetica Neue','Noto Sans',Arial,sans-serif}\n\
header{border-left:.4rem solid var(--accent);padding-left:1.2rem}\n\
.badges{display:grid;gap:1rem;margin-top:1rem}\n\
.badges>li{border:1px solid var(--line);border-radius:.8rem;padding:1.1rem}\n";
