//! Plain text: links, lists of them, links that were saved as files, credentials line by line.

use std::ops::ControlFlow;

use super::place::At;
use super::{Step, UnpackError, Walk, json, link, picture, table};

/// How the backups of the Learner Credential Wallet began that were locked before they had a form of their own.
const LOCKED: [&str; 2] = ["locked_wallet:", "locked_profile:"];

/// Looks into text: of most of it, nothing is known, and it is a leaf.
pub(super) fn open(walk: &mut Walk, at: &At, bytes: Vec<u8>) -> Step {
    let Ok(text) = std::str::from_utf8(&bytes) else { return walk.leaf(at, bytes) };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let trimmed = text.trim();
    if LOCKED.iter().any(|start| trimmed.starts_with(start)) {
        return walk.fail(at, UnpackError::WalletEncrypted);
    }
    if trimmed.starts_with('<') && memchr::memmem::find(text.as_bytes(), b"<svg").is_some() {
        return picture::open_svg(walk, at, bytes);
    }
    if let Some(link) = saved_link(trimmed) {
        return walk.leaf(&at.part(&link::label(&link)), link.into_bytes());
    }
    if json::is_token(trimmed) {
        let token = trimmed.to_owned();
        return json::open_token(walk, at, &token, bytes);
    }
    if table::is_certifications(&bytes) {
        return table::open_certifications(walk, at, &bytes);
    }
    let most = walk.limits.entries as usize + 1;
    if let Some(lines) = lines(trimmed, most) {
        for (number, line) in lines {
            json::open_line(walk, &at.part(&format!("line {number}")), line)?;
        }
        return ControlFlow::Continue(());
    }
    if let Some(links) = table::links(&bytes, most) {
        for (row, link) in links {
            walk.leaf(&at.part(&format!("row {row}")), link.into_bytes())?;
        }
        return ControlFlow::Continue(());
    }
    walk.leaf(at, bytes)
}

/// The link in a file that was saved to keep it: of Windows (`.url`), of freedesktop.org (`.desktop`) or of macOS
/// (`.webloc`).
fn saved_link(text: &str) -> Option<String> {
    const LONGEST: usize = 64 << 10;
    if text.len() > LONGEST {
        return None;
    }
    let found = if text.starts_with("[InternetShortcut]") || text.starts_with("[Desktop Entry]") {
        let line = text.lines().map(str::trim).find_map(|line| line.strip_prefix("URL"))?;
        line.trim_start().strip_prefix('=')?.trim().to_owned()
    } else if text.starts_with('<') && text.contains("<plist") {
        let (_, after) = text.split_once("<key>URL</key>")?;
        let (value, _) = after.split_once("<string>")?.1.split_once("</string>")?;
        link::decoded(value.trim())
    } else {
        return None;
    };
    link::is_link(&found).then_some(found)
}

/// The link in a binary property list: it is small, and holds one string that is a link.
pub(super) fn open_binary_plist(walk: &mut Walk, at: &At, bytes: Vec<u8>) -> Step {
    match link_in_plist(&bytes) {
        Some(link) => walk.leaf(&at.part(&link::label(&link)), link.into_bytes()),
        None => walk.leaf(at, bytes),
    }
}

/// A string object is its mark, its length, and its text: `0x5n` with the length in `n`, or, if that is 15, in an
/// integer of one or two bytes after it.
fn link_in_plist(bytes: &[u8]) -> Option<String> {
    let start = memchr::memmem::find(bytes, b"http")?;
    let (before, text) = bytes.split_at(start);
    let length = match before {
        [.., 0x5f, 0x11, high, low] => usize::from(u16::from_be_bytes([*high, *low])),
        [.., 0x5f, 0x10, length] => usize::from(*length),
        [.., mark] if mark >> 4 == 5 => usize::from(mark & 0xf),
        _ => return None,
    };
    let link = std::str::from_utf8(text.get(..length)?).ok()?;
    link::is_link(link).then(|| link.to_owned())
}

/// The lines, if each is a link, a token or a JSON object, and there are at least two; with their numbers.
fn lines(text: &str, most: usize) -> Option<Vec<(usize, &str)>> {
    let mut lines = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = without_bullet(line.trim());
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if !(link::is_link(line) || json::is_token(line) || json::is_object(line)) {
            return None;
        }
        lines.push((number + 1, line));
        if lines.len() >= most {
            break;
        }
    }
    (lines.len() > 1).then_some(lines)
}

/// A line of a list, without what marks it as one.
fn without_bullet(line: &str) -> &str {
    let rest = line
        .strip_prefix("- ")
        .or_else(|| line.strip_prefix("* "))
        .or_else(|| line.strip_prefix("\u{2022} "));
    let numbered = || {
        let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
        (rest.len() < line.len())
            .then(|| rest.strip_prefix(". ").or_else(|| rest.strip_prefix(") ")))
            .flatten()
    };
    rest.or_else(numbered).map_or(line, str::trim_start)
}

/// Lines of JSON whose first one is an object: what is no JSON as a whole may be that.
pub(super) fn json_lines(text: &str, most: usize) -> Option<Vec<(usize, &str)>> {
    lines(text.trim(), most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn saved_links_are_read() {
        for text in [
            "[InternetShortcut]\r\nURL=https://a.example/badge?a=1&b=2\r\nIconIndex=0",
            "[{000214A0-0000-0000-C000-000000000046}]\nx=1\n[InternetShortcut]\nURL=https://a.example/badge?a=1&b=2",
            "[Desktop Entry]\nType=Link\nName=Badge\nURL = https://a.example/badge?a=1&b=2",
            "<?xml version=\"1.0\"?><plist version=\"1.0\"><dict>\n<key>URL</key>\n<string>https://a.example/badge?a=1&amp;b=2</string></dict></plist>",
        ] {
            let found = saved_link(text);
            let expected = (!text.starts_with("[{")).then(|| "https://a.example/badge?a=1&b=2".to_owned());
            assert_eq!(found, expected, "{text}");
        }
        for text in [
            "[InternetShortcut]\nURL=file:///etc/passwd",
            "[InternetShortcut]\n",
            "<plist><key>URL</key>",
            "URL=https://a.example",
        ] {
            assert_eq!(saved_link(text), None, "{text}");
        }
    }

    #[test]
    fn a_link_in_a_binary_property_list_has_a_length() {
        let link = b"https://a.example/badge";
        let mut list = b"bplist00\xd1\x01\x02SURL_\x10\x17".to_vec();
        list.extend_from_slice(link);
        list.extend_from_slice(b"\x08\x0b\x0f");
        assert_eq!(link_in_plist(&list).as_deref(), Some("https://a.example/badge"));
        assert_eq!(link_in_plist(&list[..30]), None);
        assert_eq!(link_in_plist(b"bplist00http"), None);
        assert_eq!(link_in_plist(b"bplist00"), None);
    }

    #[test]
    fn a_list_has_nothing_else_in_it() {
        let list = "# mine\n- https://a.example/1\n\n2. https://a.example/2\n\u{2022} https://a.example/3";
        let found: Vec<&str> = lines(list, 10).unwrap().into_iter().map(|(_, line)| line).collect();
        assert_eq!(found, ["https://a.example/1", "https://a.example/2", "https://a.example/3"]);
        assert_eq!(lines("https://a.example/1", 10), None);
        assert_eq!(lines("https://a.example/1\nwhich I like\nhttps://a.example/2", 10), None);
        assert_eq!(lines("", 10), None);
    }
}
