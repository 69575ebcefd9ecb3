//! Untrusted text made fit to leave: one line, no invisible steering, bounded.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The longest text of a badge that is put into a link or an embed, in characters.
pub(crate) const LINE: usize = 300;

/// Everything but the unreserved characters of RFC 3986: no reader can take `+`, `&` or `#` for anything else.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// `text` on one line of at most `max` characters: white space of any kind becomes one space, and characters
/// that steer a terminal or the direction of writing are left out.
pub(crate) fn one_line(text: &str, max: usize) -> String {
    let mut line = String::with_capacity(text.len().min(4 * max));
    let mut length = 0;
    let mut gap = false;
    for character in text.chars() {
        if character.is_whitespace() {
            gap = length > 0;
        } else if !is_steering(character) {
            let needed = 1 + usize::from(gap);
            if length + needed > max {
                // One character makes room for the sign that something follows.
                while length >= max {
                    line.pop();
                    length -= 1;
                }
                line.push('…');
                break;
            }
            if gap {
                line.push(' ');
            }
            line.push(character);
            length += needed;
            gap = false;
        }
    }
    line
}

/// Whether `character` is shown as nothing and changes how other characters are shown: controls, the
/// bidirectional marks, embeddings, overrides and isolates, and the byte order mark.
pub fn is_steering(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'
            | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
}

/// `value` as one component of a URL's query; a space is `%20`.
pub(crate) fn percent(value: &str) -> String {
    utf8_percent_encode(value, COMPONENT).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_and_steering_characters_go() {
        assert_eq!(one_line("  Rust\r\n\tfor\u{2028}all ", 20), "Rust for all");
        assert_eq!(one_line("a\u{202E}b\u{0}c\u{7F}\u{85}d", 20), "abc d");
        assert_eq!(one_line("", 20), "");
    }

    #[test]
    fn long_text_ends_in_an_ellipsis() {
        assert_eq!(one_line("abcdef", 6), "abcdef");
        assert_eq!(one_line("abcdefg", 6), "abcde…");
        assert_eq!(one_line("abcde fgh", 6), "abcde…");
        assert!(one_line(&"é".repeat(10_000), LINE).chars().count() <= LINE);
    }

    #[test]
    fn percent_leaves_only_unreserved_characters() {
        assert_eq!(percent("C++ & C# 100% -._~"), "C%2B%2B%20%26%20C%23%20100%25%20-._~");
    }
}
