//! Links in text: which are there, and which of them look like the link of a badge.

use url::Url;

/// The longest link that is taken.
const LONGEST: usize = 8 << 10;

/// Words in a host or path by which a link is one of a badge.
const WORDS: [&str; 8] =
    ["badge", "credential", "assertion", "credly", "accredible", "badgr", "youracclaim", "verifiable"];

/// Words in a path by which it is not: what mails have at their feet.
const OTHER: [&str; 14] = [
    "unsubscribe",
    "preferences",
    "optout",
    "opt-out",
    "privacy",
    "terms",
    "login",
    "signin",
    "sign-in",
    "signup",
    "sign-up",
    "register",
    "password",
    "support",
];

/// Ends of paths by which it is a part of a page.
const PARTS: [&str; 11] =
    [".css", ".js", ".gif", ".jpg", ".jpeg", ".ico", ".woff", ".woff2", ".webp", ".png", ".svg"];

/// Whether `text` is one link that can be followed, or an offer of a credential.
pub(super) fn is_link(text: &str) -> bool {
    is_offer(text) || is_web(text)
}

fn is_web(text: &str) -> bool {
    let scheme = text.split("://").next().unwrap_or_default();
    text.len() <= LONGEST
        && (scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http"))
        && !text.contains(|c: char| c.is_whitespace() || c.is_control())
        && Url::parse(text).is_ok_and(|url| url.has_host())
}

/// Whether it is an offer of a credential, to be asked for (`OpenID` for Verifiable Credential Issuance 1.0, 4.1).
pub(super) fn is_offer(text: &str) -> bool {
    const SCHEME: &str = "openid-credential-offer://";
    text.len() <= LONGEST
        && text.len() > SCHEME.len()
        && text.get(..SCHEME.len()).is_some_and(|start| start.eq_ignore_ascii_case(SCHEME))
        && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}

/// Whether `text` is a link that names itself one of a badge, by a word in its host or path.
pub(super) fn is_badge_link(text: &str) -> bool {
    if is_offer(text) {
        return true;
    }
    if !is_web(text) {
        return false;
    }
    let Ok(url) = Url::parse(text) else { return false };
    let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
    let path = url.path().to_ascii_lowercase();
    let is_home = matches!(path.as_str(), "" | "/") && url.query().is_none();
    let has = |words: &[&str], text: &str| words.iter().any(|word| text.contains(word));
    let is_part = PARTS.iter().any(|end| path.ends_with(end)) && !path.contains("baked");
    !is_home && !is_part && !has(&OTHER, &path) && (has(&WORDS, &host) || has(&WORDS, &path))
}

/// What is called a link in `text`, each once, at most `most`, of those that `wanted` takes.
pub(super) fn in_text(text: &str, most: usize, wanted: fn(&str) -> bool) -> Vec<String> {
    let mut links = Vec::new();
    let ends = |c: char| c.is_whitespace() || c.is_control() || "\"'<>`|\\^{}".contains(c);
    let mut from = 0;
    for mark in memchr::memmem::find_iter(text.as_bytes(), b"://") {
        if links.len() >= most {
            break;
        }
        if mark < from {
            continue;
        }
        let scheme =
            text[from..mark].bytes().rev().take(30).take_while(|b| b.is_ascii_alphanumeric() || *b == b'-');
        let start = mark - scheme.count();
        let length = text[start..].find(ends).unwrap_or(text.len() - start);
        from = start + length;
        if length <= LONGEST {
            add(&mut links, without_punctuation(&text[start..from]), most, wanted);
        }
    }
    links
}

/// Without what ends the sentence around it.
fn without_punctuation(link: &str) -> &str {
    // Counted once: a link may consist of brackets.
    let unopened =
        |open: char, close: char| link.matches(close).count().saturating_sub(link.matches(open).count());
    let (mut round, mut square) = (unopened('(', ')'), unopened('[', ']'));
    let mut link = link;
    loop {
        link = link.trim_end_matches(['.', ',', ';', ':', '!', '?', '*', '_', '\u{2026}']);
        let unopened = if link.ends_with(')') { &mut round } else { &mut square };
        if *unopened == 0 || !link.ends_with([')', ']']) {
            return link;
        }
        *unopened -= 1;
        link = &link[..link.len() - 1];
    }
}

/// The links of HTML: what its anchors lead to, each once, at most `most`, of those that `wanted` takes.
pub(super) fn in_html(html: &str, most: usize, wanted: fn(&str) -> bool) -> Vec<String> {
    let mut links = Vec::new();
    let mut rest = html;
    while let Some(at) = find_ignoring_case(rest, "href") {
        rest = &rest[at + 4..];
        let Some(value) = rest.trim_start().strip_prefix('=').map(str::trim_start) else { continue };
        let (value, quote) = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => (&value[1..], Some(quote)),
            _ => (value, None),
        };
        let end = |c: char| quote.map_or(c.is_whitespace() || c == '>', |quote| c == quote);
        let Some(length) = value.find(end) else { break };
        let (link, after) = value.split_at(length);
        if link.len() <= LONGEST && links.len() < most {
            add(&mut links, decoded(link).trim(), most, wanted);
        }
        rest = after;
    }
    links
}

fn find_ignoring_case(text: &str, word: &str) -> Option<usize> {
    let (first, rest) = (word.as_bytes()[0], &word.as_bytes()[1..]);
    let bytes = text.as_bytes();
    memchr::memchr2_iter(first, first.to_ascii_uppercase(), bytes).find(|at| {
        bytes.get(at + 1..at + 1 + rest.len()).is_some_and(|found| found.eq_ignore_ascii_case(rest))
    })
}

fn add(links: &mut Vec<String>, link: &str, most: usize, wanted: fn(&str) -> bool) {
    if links.len() < most && wanted(link) && !links.iter().any(|known| known == link) {
        links.push(link.to_owned());
    }
}

/// Text with the entities that a link may hold (HTML and XML) written out.
pub(super) fn decoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, entity) = rest.split_at(at);
        out.push_str(before);
        let end = entity.bytes().take(12).position(|byte| byte == b';');
        let named = end.and_then(|end| Some((entity_char(entity.get(1..end)?)?, end)));
        if let Some((c, end)) = named {
            out.push(c);
            rest = &entity[end + 1..];
        } else {
            out.push('&');
            rest = &entity[1..];
        }
    }
    out.push_str(rest);
    out
}

fn entity_char(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)
        }
    }
}

/// A label for what a link leads to: its host.
pub(super) fn label(link: &str) -> String {
    let host = Url::parse(link).ok().and_then(|url| url.host_str().map(str::to_owned));
    match host {
        Some(host) if !is_offer(link) => format!("link to {host}"),
        _ => "credential offer".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_of_badges_name_themselves() {
        for link in [
            "https://www.credly.com/badges/12ab/public_url",
            "https://badges.example.org/a/1",
            "https://example.org/openbadges/assertion/7",
            "https://moodle.example.org/badges/badge.php?hash=12ab",
            "https://credentials.example.edu/12ab",
            "https://example.org/baked/badge.png",
            "https://api.badgr.io/public/assertions/x.json",
            "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fa.example%2F1",
        ] {
            assert!(is_badge_link(link), "{link}");
        }
        for link in [
            "https://example.org/",
            "https://badges.example.org/",
            "https://badges.example.org",
            "https://cdn.credly.com/assets/logo.png",
            "https://credly.com/unsubscribe/1",
            "https://badgr.com/privacy",
            "https://example.org/news/1",
            "https://example.org/?next=badge",
            "mailto:badge@example.org",
            "javascript:alert('badge')",
            "haip://?credential_offer_uri=https%3A%2F%2Fa.example%2F1",
            "https://exa mple.org/badge/1",
            "badge",
        ] {
            assert!(!is_badge_link(link), "{link}");
        }
    }

    #[test]
    fn links_are_found_in_sentences() {
        let text = "You earned it (see https://a.example/badge/1). Or <https://a.example/badge/2>,\n\
            https://a.example/badge/(3)! Again: https://a.example/badge/1, and http://a.example/news.";
        let expected =
            ["https://a.example/badge/1", "https://a.example/badge/2", "https://a.example/badge/(3)"];
        assert_eq!(in_text(text, 20, is_badge_link), expected);
        assert_eq!(in_text(text, 2, is_badge_link), expected[..2]);
        assert_eq!(in_text("", 20, is_badge_link), Vec::<String>::new());
    }

    #[test]
    fn brackets_that_were_not_opened_end_a_link() {
        for (text, link) in [
            ("https://a.b/(1)", "https://a.b/(1)"),
            ("https://a.b/(1)).]", "https://a.b/(1)"),
            ("https://a.b/[(1)])],", "https://a.b/[(1)]"),
            (&format!("https://a.b/{}", ").]".repeat(2_000)), "https://a.b/"),
        ] {
            assert_eq!(without_punctuation(text), link);
        }
    }

    #[test]
    fn links_are_found_in_anchors() {
        let html = "<A HREF='https://a.example/badge?a=1&amp;b=2'>x</a> <a href = \"https://a.example/badge/2\">\
            <a href=https://a.example/badge/3>y</a><a href=\"https://a.example/unsubscribe/badge\"><img src=\"https://a.example/badge/4\">\
            <a href=\"https://a.example/badge/5";
        assert_eq!(
            in_html(html, 20, is_badge_link),
            ["https://a.example/badge?a=1&b=2", "https://a.example/badge/2", "https://a.example/badge/3"]
        );
        assert_eq!(decoded("&&#x41;&#66;&unknown;&amp"), "&AB&unknown;&amp");
    }
}
