//! The small language in which rules say which links are theirs, and where to ask instead.
//!
//! A pattern is a host and a path: labels apart by `.`, segments by `/`. Each is a word, or captures what stands there:
//! `{id}` anything, `{id:uuid}`, `{id:hex}`, `{id:digits}`, or `{region:eu|ca}` one of these words. A literal may stand
//! around a capture (`{id}.html`). `**` before the host stands for any labels, `**` at the end of the path for any
//! segments, and `{base**}` at its start captures any. `www.` is no part of a host. A template has the captures put
//! where their names stand; `{host}` is the host itself with its port.

use std::collections::BTreeMap;

use url::Url;

/// What a pattern found, by name.
pub(super) type Captures = BTreeMap<&'static str, String>;

/// What `pattern` finds in `url`; `None` where it is another's link. `query` names parameters that must be there, and
/// are captured.
pub(super) fn find(pattern: &'static str, query: &[&'static str], url: &Url) -> Option<Captures> {
    let (host, path) = pattern.split_once('/')?;
    let mut captures = Captures::new();
    let asked = url.host_str()?;
    labels(host, asked.strip_prefix("www.").unwrap_or(asked), &mut captures)?;
    segments(path, url, &mut captures)?;
    for &name in query {
        let (_, value) = url.query_pairs().find(|(found, value)| found == name && !value.is_empty())?;
        captures.insert(name, url::form_urlencoded::byte_serialize(value.as_bytes()).collect());
    }
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    captures.insert("host", format!("{asked}{port}"));
    Some(captures)
}

/// `template` with the captures in it. A name that was not captured leaves nothing.
pub(super) fn fill(template: &str, captures: &Captures) -> String {
    let mut filled = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, after)) = after.split_once('}') else { break };
        filled.push_str(captures.get(name).map_or("", String::as_str));
        rest = after;
    }
    filled.push_str(rest);
    filled
}

fn labels(pattern: &'static str, host: &str, captures: &mut Captures) -> Option<()> {
    let (mut wanted, mut found) = (pattern.split('.').rev(), host.split('.').rev());
    // From the end: what stands before is the part that varies.
    loop {
        match (wanted.next(), found.next()) {
            (Some("**"), _) | (None, None) => return Some(()),
            (Some(wanted), Some(found)) => piece(wanted, found, captures)?,
            _ => return None,
        }
    }
}

fn segments(pattern: &'static str, url: &Url, captures: &mut Captures) -> Option<()> {
    let mut found: Vec<&str> = url.path_segments()?.collect();
    while found.last().is_some_and(|last| last.is_empty()) {
        found.pop();
    }
    let mut wanted: Vec<&'static str> = pattern.split('/').filter(|segment| !segment.is_empty()).collect();
    if let Some(name) = wanted.first().and_then(|first| first.strip_prefix('{')?.strip_suffix("**}")) {
        wanted.remove(0);
        let base: Vec<&str> = found.drain(..found.len().checked_sub(wanted.len())?).collect();
        captures.insert(name, base.iter().flat_map(|segment| ["/", segment]).collect());
    }
    if wanted.last() == Some(&"**") {
        wanted.pop();
        found.truncate(wanted.len());
    }
    if wanted.len() != found.len() {
        return None;
    }
    wanted.into_iter().zip(found).try_for_each(|(wanted, found)| piece(wanted, found, captures))?;
    Some(())
}

/// One label or segment.
fn piece(wanted: &'static str, found: &str, captures: &mut Captures) -> Option<()> {
    let Some((before, rest)) = wanted.split_once('{') else { return (wanted == found).then_some(()) };
    let (capture, after) = rest.split_once('}')?;
    let (name, kind) = capture.split_once(':').unwrap_or((capture, ""));
    let value = found.strip_prefix(before)?.strip_suffix(after)?;
    is_a(kind, value).then(|| captures.insert(name, value.to_owned()))?;
    Some(())
}

fn is_a(kind: &str, value: &str) -> bool {
    match kind {
        // A dot would make the name of a file of it, where another pattern is meant.
        "" => !value.is_empty() && !value.contains('.'),
        "digits" => !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()),
        "hex" => value.len() >= 16 && value.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "uuid" => is_uuid(value),
        words => words.split('|').any(|word| word == value),
    }
}

fn is_uuid(value: &str) -> bool {
    let lengths = value.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && value.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pattern: &'static str, link: &str) -> Option<String> {
        let captures = find(pattern, &[], &Url::parse(link).unwrap())?;
        let told = captures.iter().filter(|(name, _)| **name != "host");
        Some(told.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn hosts_and_paths_are_matched_piece_by_piece() {
        let uuid = "4f1d9f0e-8c1e-4b1a-9d1e-0a2b3c4d5e6f";
        let badge = format!("https://www.credly.com/badges/{uuid}");
        assert_eq!(found("credly.com/badges/{id:uuid}/**", &badge), Some(format!("id={uuid}")));
        assert!(found("credly.com/badges/{id:uuid}/**", &format!("{badge}/public_url/")).is_some());
        assert_eq!(found("credly.com/badges/{id:uuid}", &format!("{badge}/public_url")), None);
        assert_eq!(found("credly.com/badges/{id:uuid}/**", "https://credly.com/badges/new"), None);
        assert_eq!(found("credly.com/badges/{id:uuid}/**", &badge.replace("www", "evil")), None);
        assert_eq!(found("credly.com/badges/{id:uuid}/**", &badge.replace("www.credly", "notcredly")), None);
        assert_eq!(
            found("{region:eu|ca}.badgr.com/p/{id}", "https://eu.badgr.com/p/Ab_1").unwrap(),
            "id=Ab_1 region=eu"
        );
        assert_eq!(found("{region:eu|ca}.badgr.com/p/{id}", "https://de.badgr.com/p/1"), None);
        assert!(found("**.badgr.com/p/{id}", "https://a.b.badgr.com/p/1").is_some());
        assert!(found("**.badgr.com/p/{id}", "https://badgr.com/p/1").is_some());
        assert_eq!(
            found("a.com/{id:hex}.html", "https://a.com/0123456789abcdef.html").unwrap(),
            "id=0123456789abcdef"
        );
        assert_eq!(found("a.com/{id}", "https://a.com/x.html"), None);
        assert_eq!(
            found("**/{base**}/badges/badge.php", "https://school.example/moodle/v5/badges/badge.php")
                .unwrap(),
            "base=/moodle/v5"
        );
        assert_eq!(
            found("**/{base**}/badges/badge.php", "https://school.example/badges/badge.php").unwrap(),
            "base="
        );
        assert_eq!(found("**/{base**}/badges/badge.php", "https://school.example/badge.php"), None);
        assert_eq!(found("a.com/x", "data:text/plain,x"), None);
    }

    #[test]
    fn parameters_are_captured_and_written_back_safely() {
        let url = Url::parse("https://s.example:8443/b.php?x=1&hash=a%26b").unwrap();
        let captures = find("**/b.php", &["hash"], &url).unwrap();
        assert_eq!(fill("https://{host}/c?b={hash}{none}", &captures), "https://s.example:8443/c?b=a%26b");
        assert_eq!(find("**/b.php", &["id"], &url), None);
    }
}
