//! The headers of an answer that Lapel reads.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{HeaderMap, LINK};
use url::Url;

/// `Link` headers read, at most.
const MAX_LINKS: usize = 32;

/// A link that a host gives in its `Link` header (RFC 8288).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebLink {
    /// Where it leads.
    pub target: Url,
    /// Its relations, in small letters: `next`, `alternate`, ...
    pub rel: Vec<String>,
    /// The media type that is promised there.
    pub media_type: Option<String>,
}

/// What the `Link` headers say, resolved against `base`. What is not well-formed is left out.
pub(super) fn links(headers: &HeaderMap, base: &Url) -> Vec<WebLink> {
    let values = headers.get_all(LINK).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| split(value, ',')).filter_map(|entry| link(entry, base)).take(MAX_LINKS).collect()
}

/// `text` split at the separators that stand outside `<>` and quoted strings (RFC 9110, section 5.6.4).
fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut parts, mut start) = (Vec::new(), 0);
    let (mut quoted, mut escaped, mut target) = (false, false, false);
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' if !target => quoted = !quoted,
            '<' if !quoted => target = true,
            '>' if !quoted => target = false,
            _ if character == separator && !quoted && !target => {
                parts.push(&text[start..at]);
                start = at + character.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

fn link(entry: &str, base: &Url) -> Option<WebLink> {
    let (target, parameters) = entry.trim().strip_prefix('<')?.split_once('>')?;
    let mut link = WebLink { target: base.join(target.trim()).ok()?, rel: Vec::new(), media_type: None };
    for parameter in split(parameters, ';') {
        let Some((name, value)) = parameter.split_once('=') else { continue };
        let value = value.trim().trim_matches('"').to_ascii_lowercase();
        match name.trim().to_ascii_lowercase().as_str() {
            "rel" if link.rel.is_empty() => link.rel = value.split_whitespace().map(str::to_owned).collect(),
            "type" => link.media_type = Some(value),
            _ => {}
        }
    }
    Some(link)
}

/// `Retry-After` (RFC 9110, section 10.2.3): seconds, or an instant.
pub(super) fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    // What is over already is no time to wait.
    Some(Duration::try_from(instant(value)?.duration_since(now)).unwrap_or_default())
}

/// An instant as headers write it (RFC 9110, section 5.6.7; the two forms that are long out of use are not read).
pub(super) fn instant(value: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::parse(value.trim()).ok().map(|instant| instant.timestamp())
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    #[test]
    fn links_are_read_with_their_relations() {
        let base = Url::parse("https://badges.example/list?page=1").unwrap();
        let value = "<?page=2>; rel=\"next\", </a,b>; rel=\"alternate canonical\"; type=\"application/json\", \
                     broken, <https://[>; rel=next";
        let links = links(&[(LINK, HeaderValue::from_static(value))].into_iter().collect(), &base);
        let told: Vec<_> = links.iter().map(|link| (link.target.as_str(), link.rel.join("+"))).collect();
        assert_eq!(
            told,
            [
                ("https://badges.example/list?page=2", "next".to_owned()),
                ("https://badges.example/a,b", "alternate+canonical".to_owned()),
            ]
        );
        assert_eq!(links[1].media_type.as_deref(), Some("application/json"));
    }

    #[test]
    fn the_next_page_is_found_among_the_links() {
        let next = |value: &str| {
            let headers = [(LINK, HeaderValue::from_str(value).unwrap())].into_iter().collect();
            let links = links(&headers, &Url::parse("https://a.example/c").unwrap());
            let next = links.into_iter().find(|link| link.rel.iter().any(|rel| rel == "next"));
            next.map(|link| link.target.to_string())
        };
        let page = "<https://a.example/c?limit=2&offset=1>; rel=\"next\", <https://a.example/c?offset=0>; rel=\"last\"";
        assert_eq!(next(page).as_deref(), Some("https://a.example/c?limit=2&offset=1"));
        assert_eq!(
            next("</c?a=1,2>; title=\"a, b\"; rel=next").as_deref(),
            Some("https://a.example/c?a=1,2")
        );
        assert_eq!(next("<x>; rel=\"last NEXT\"").as_deref(), Some("https://a.example/x"));
        for none in [
            "",
            "<",
            "<x",
            "<x>; rel=\"nextish\"",
            "<x>; rel=prev, rel=next",
            "<x>; rel=prev; rel=next",
            "<x>; title=\"a; rel=next\"; rel=prev",
            "<x>; title=\"a\\\"; rel=next\"; rel=prev",
            "rel=next",
        ] {
            assert_eq!(next(none), None, "{none}");
        }
    }

    #[test]
    fn a_time_to_wait_is_seconds_or_an_instant() {
        let now: Timestamp = "1994-11-06T08:49:00Z".parse().unwrap();
        let read = |value| retry_after(value, now).map(|wait| wait.as_secs());
        assert_eq!(read(" 120 "), Some(120));
        assert_eq!(read("Sun, 06 Nov 1994 08:49:37 GMT"), Some(37));
        assert_eq!(read("Sun, 06 Nov 1994 08:48:37 GMT"), Some(0));
        assert_eq!(read("soon"), None);
        assert_eq!(read("-1"), None);
    }
}
