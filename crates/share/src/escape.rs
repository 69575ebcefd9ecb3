//! Escaping: a plain text as each markup takes it for text and nothing else.
//!
//! Every function here takes one line ([`one_line`](crate::text::one_line)) and gives one line. Where a markup can
//! escape, the reader sees the very same text; where it cannot (`BBCode`), what it could take for markup is replaced by
//! the character that looks most like it.

use crate::text::percent;

/// `text` for HTML, inside an element or a quoted attribute (HTML Standard, 13.1.4 character references).
pub(crate) fn html(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
    }
    html
}

/// `text` for XML 1.0, inside an element or a quoted attribute. What no XML may hold is left out.
pub(crate) fn xml(text: &str) -> String {
    let is_no_xml = |c: char| matches!(c, '\u{FFFE}' | '\u{FFFF}') || (c.is_control() && !c.is_whitespace());
    html(&text.replace(is_no_xml, ""))
}

/// `text` for CommonMark: a backslash makes any ASCII punctuation mean itself (section 2.4).
pub(crate) fn markdown(text: &str) -> String {
    let mut markdown = String::with_capacity(2 * text.len());
    for character in text.chars() {
        if character.is_ascii_punctuation() && !matches!(character, ',' | ';') {
            markdown.push('\\');
        }
        markdown.push(character);
    }
    markdown
}

/// `url` (an address as [`public_page`](crate::public_page) gives it) between the round brackets of a CommonMark
/// link: what could end the link or start other markup is percent-encoded, and `&` cannot begin a character reference.
pub(crate) fn markdown_address(url: &str) -> String {
    encoded(url, "()[]<>\\`|*$\"' ").replace('&', "&amp;")
}

/// `text` for `BBCode`, which has no escape of its own: square brackets become their full-width forms, and a word
/// joiner after `://`, `www.` and `@` keeps forums from making links and mentions of it.
pub(crate) fn bbcode(text: &str) -> String {
    unlinked(text).replace('[', "\u{FF3B}").replace(']', "\u{FF3D}")
}

/// `url` (as [`public_page`](crate::public_page) gives it) inside a `BBCode` tag.
pub(crate) fn bbcode_address(url: &str) -> String {
    encoded(url, "[]()<>\\`\"' ")
}

/// `text` for a paragraph of reStructuredText: a backslash makes the character after it mean itself ("Escaping
/// Mechanism"), and no punctuation is left that could begin or end markup.
pub(crate) fn rst(text: &str) -> String {
    let mut rst = String::with_capacity(2 * text.len());
    for character in text.chars() {
        if character.is_ascii_punctuation() {
            rst.push('\\');
        }
        rst.push(character);
    }
    rst
}

/// `url` (as [`public_page`](crate::public_page) gives it) as the argument or an option of a reStructuredText
/// directive, or between the angle brackets of a hyperlink. One that ends in `_` would be the name of a target.
pub(crate) fn rst_address(url: &str) -> String {
    encoded(url, "<>\\`|* _")
}

/// `text` for `AsciiDoc`, in a paragraph, between the brackets of a macro or in a quoted attribute: punctuation as
/// character references, which `AsciiDoc` hands on and looks for no markup in.
pub(crate) fn asciidoc(text: &str) -> String {
    let mut asciidoc = String::with_capacity(2 * text.len());
    for character in text.chars() {
        if character.is_ascii_punctuation() {
            asciidoc.push_str("&#");
            asciidoc.push_str(&u32::from(character).to_string());
            asciidoc.push(';');
        } else {
            asciidoc.push(character);
        }
    }
    asciidoc
}

/// `url` (as [`public_page`](crate::public_page) gives it) as the target of an `AsciiDoc` macro or a quoted attribute.
pub(crate) fn asciidoc_address(url: &str) -> String {
    // Encoding with `%` what means something in a query would change it; a colon could begin a macro inside.
    let (scheme, rest) = url.split_at(url.find("://").map_or(0, |at| at + 3));
    let mut address = scheme.to_owned();
    for character in encoded(rest, "[]{}<>\\`|*^~\"' _()").chars() {
        match character {
            '/' | '.' | '%' | '?' => address.push(character),
            other => address.push_str(&asciidoc(other.encode_utf8(&mut [0; 4]))),
        }
    }
    address
}

/// `text` for a post: it mentions nobody, carries no hashtag and makes no link of its own. A word joiner, which nobody
/// sees, parts what a network would recognise.
pub(crate) fn unlinked(text: &str) -> String {
    const JOINER: char = '\u{2060}';
    let characters: Vec<char> = text.chars().collect();
    let mut plain = String::with_capacity(text.len());
    for (index, &character) in characters.iter().enumerate() {
        plain.push(character);
        let next = characters.get(index + 1).copied();
        let before = index.checked_sub(1).map(|index| characters[index]);
        let begins = matches!(character, '@' | '＠' | '#' | '＃' | '$')
            && next.is_some_and(|next| next.is_alphanumeric() || next == '_');
        let scheme = character == ':' && next.is_some();
        let dot = matches!(character, '.' | '。' | '．' | '｡')
            && before.is_some_and(char::is_alphanumeric)
            && next.is_some_and(char::is_alphanumeric)
            && !(before.is_some_and(|c| c.is_ascii_digit()) && next.is_some_and(|c| c.is_ascii_digit()));
        if begins || scheme && next == Some('/') || dot {
            plain.push(JOINER);
        }
    }
    plain
}

/// `url` with each character of `unsafe_ones` (ASCII) percent-encoded.
fn encoded(url: &str, unsafe_ones: &str) -> String {
    let mut address = String::with_capacity(url.len());
    for character in url.chars() {
        if unsafe_ones.contains(character) {
            address.push_str(&percent_always(character));
        } else {
            address.push(character);
        }
    }
    address
}

/// `character` (ASCII) percent-encoded, also where RFC 3986 would leave it.
fn percent_always(character: char) -> String {
    if character.is_ascii() {
        format!("%{:02X}", u32::from(character))
    } else {
        percent(&character.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_markup_has_its_own_way() {
        let text = "<b> [x](y) *z* _q_ `w` & \"C#\"";
        assert_eq!(html(text), "&lt;b&gt; [x](y) *z* _q_ `w` &amp; &quot;C#&quot;");
        assert_eq!(markdown("[x](y)"), "\\[x\\]\\(y\\)");
        assert_eq!(bbcode("[b]x[/b]"), "\u{FF3B}b\u{FF3D}x\u{FF3B}/b\u{FF3D}");
        assert_eq!(rst("`x`_ |y|"), "\\`x\\`\\_ \\|y\\|");
        assert_eq!(asciidoc("{x} *y*"), "&#123;x&#125; &#42;y&#42;");
    }

    #[test]
    fn addresses_keep_their_meaning() {
        let url = "https://badges.example/a_(b)?q=[1]&x=a+b#c";
        assert_eq!(markdown_address(url), "https://badges.example/a_%28b%29?q=%5B1%5D&amp;x=a+b#c");
        assert_eq!(bbcode_address(url), "https://badges.example/a_%28b%29?q=%5B1%5D&x=a+b#c");
        assert_eq!(rst_address(url), "https://badges.example/a%5F(b)?q=[1]&x=a+b#c");
        assert_eq!(
            asciidoc_address(url),
            "https://badges.example/a%5F%28b%29?q&#61;%5B1%5D&#38;x&#61;a&#43;b&#35;c"
        );
    }

    #[test]
    fn a_post_mentions_nobody_and_links_nowhere() {
        assert_eq!(unlinked("Node 2.0 (C#), 50 %"), "Node 2.0 (C#), 50 %");
        let joined = unlinked("@ada #rust https://evil.example www.evil.example a@b.example");
        for found in ["@ada", "#rust", "://", "evil.example", "www.evil", "@b"] {
            assert!(!joined.contains(found), "{found} in {joined}");
        }
        assert_eq!(
            joined.replace('\u{2060}', ""),
            "@ada #rust https://evil.example www.evil.example a@b.example"
        );
    }
}
