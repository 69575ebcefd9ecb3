//! The tags of a page, in the order they stand, without a tree.
//!
//! Pages are hostile: parsers that build trees take quadratic time on deep nesting or on many attributes. This one
//! takes each byte once or twice, and what it misreads costs a link that is not found, never more.

/// Attributes of one tag that are read, at most.
const MAX_ATTRIBUTES: usize = 32;

/// What stands in a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// A start tag, with its name in small letters, and the text up to its end tag where no tags can be inside it.
    Tag {
        name: String,
        attributes: Vec<(String, String)>,
        /// Of `script`, `style`, `title` and `textarea` alone.
        text: &'a str,
    },
    /// Text between tags, with its references.
    Text(&'a str),
}

/// The pieces of `page`.
pub(super) fn pieces(page: &str) -> Pieces<'_> {
    Pieces { rest: page }
}

/// Reads a page piece by piece.
pub(super) struct Pieces<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        loop {
            let open = self.rest.find('<')?;
            if open > 0 {
                let (text, rest) = self.rest.split_at(open);
                self.rest = rest;
                if !text.trim().is_empty() {
                    return Some(Piece::Text(text));
                }
            }
            if let Some(comment) = self.rest.strip_prefix("<!--") {
                self.rest = comment.split_once("-->").map_or("", |(_, rest)| rest);
            } else if self.rest[1..].starts_with(|c: char| c.is_ascii_alphabetic()) {
                return Some(self.tag());
            } else {
                // An end tag, a declaration, or a sign that stands for itself.
                self.rest = &self.rest[1..];
                if self.rest.starts_with(['/', '!', '?']) {
                    self.rest = self.rest.split_once('>').map_or("", |(_, rest)| rest);
                }
            }
        }
    }
}

impl<'a> Pieces<'a> {
    fn tag(&mut self) -> Piece<'a> {
        self.rest = &self.rest[1..];
        let name =
            self.take_until(|c| c.is_ascii_whitespace() || matches!(c, '>' | '/')).to_ascii_lowercase();
        let mut attributes = Vec::new();
        loop {
            self.rest = self.rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
            if self.rest.is_empty() {
                break;
            }
            if let Some(rest) = self.rest.strip_prefix('>') {
                self.rest = rest;
                break;
            }
            let (attribute, value) = self.attribute();
            if attributes.len() < MAX_ATTRIBUTES {
                attributes.push((attribute.to_ascii_lowercase(), unescaped(value)));
            }
        }
        let text = match name.as_str() {
            "script" | "style" | "title" | "textarea" => self.text_of(&name),
            _ => "",
        };
        Piece::Tag { name, attributes, text }
    }

    fn attribute(&mut self) -> (&'a str, &'a str) {
        // Whatever stands first is part of the name, so that something is always taken.
        let first = self.rest.chars().next().map_or(0, char::len_utf8);
        let ends = |c: char| c.is_ascii_whitespace() || matches!(c, '=' | '>' | '/');
        let end = self.rest[first..].find(ends).map_or(self.rest.len(), |end| first + end);
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace());
        let Some(rest) = self.rest.strip_prefix('=') else { return (name, "") };
        self.rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace());
        for quote in ['"', '\''] {
            if let Some(rest) = self.rest.strip_prefix(quote) {
                let (value, rest) = rest.split_once(quote).unwrap_or((rest, ""));
                self.rest = rest;
                return (name, value);
            }
        }
        (name, self.take_until(|c| c.is_ascii_whitespace() || c == '>'))
    }

    /// The text up to the end tag of `name`, which is taken with it.
    fn text_of(&mut self, name: &str) -> &'a str {
        let mut from = 0;
        while let Some(open) = self.rest[from..].find("</").map(|at| from + at) {
            let after = &self.rest[open + 2..];
            if after.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name)) {
                let text = &self.rest[..open];
                self.rest = after.split_once('>').map_or("", |(_, rest)| rest);
                return text;
            }
            from = open + 2;
        }
        std::mem::take(&mut self.rest)
    }

    fn take_until(&mut self, ends: impl Fn(char) -> bool) -> &'a str {
        let (taken, rest) = self.rest.split_at(self.rest.find(ends).unwrap_or(self.rest.len()));
        self.rest = rest;
        taken
    }
}

/// `text` with its character references resolved: those that links and titles have.
pub(super) fn unescaped(text: &str) -> String {
    /// `&#1114111;`
    const LONGEST: usize = 10;
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(LONGEST).position(|byte| byte == b';');
        if let Some((character, end)) = end.and_then(|end| Some((reference(&rest[1..end])?, end))) {
            out.push(character);
            rest = &rest[end + 1..];
        } else {
            out.push('&');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    out
}

fn reference(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "ndash" => '\u{2013}',
        "mdash" => '\u{2014}',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(page: &str) -> Vec<String> {
        pieces(page)
            .map(|piece| match piece {
                Piece::Text(text) => format!("\"{}\"", text.trim()),
                Piece::Tag { name, attributes, text } => {
                    let told: Vec<_> =
                        attributes.iter().map(|(name, value)| format!(" {name}={value}")).collect();
                    let told = told.concat();
                    format!("{name}{told}|{text}")
                }
            })
            .collect()
    }

    #[test]
    fn tags_are_read_as_browsers_do() {
        let page = "<!doctype html><TITLE>A &amp; B</Title><p class=x>Hi <b>there</b> 1 < 2\
            <!-- <a href=no> --><A HREF='/x?a=1&amp;b=&#50;' download>go</a><img src=\"a.png\"/><br/>\
            <script type=\"application/ld+json\">{\"a\":\"</p>\"}</script ><a href=/unquoted/path>";
        assert_eq!(
            tags(page),
            [
                "title|A &amp; B",
                "p class=x|",
                "\"Hi\"",
                "b|",
                "\"there\"",
                "\"1\"",
                "\"2\"",
                "a href=/x?a=1&b=2 download=|",
                "\"go\"",
                "img src=a.png|",
                "br|",
                "script type=application/ld+json|{\"a\":\"</p>\"}",
                "a href=/unquoted/path|",
            ]
        );
    }

    #[test]
    fn broken_and_hostile_pages_end_soon() {
        for page in [
            "<",
            "<a",
            "<a href",
            "<a href=",
            "<a href='",
            "<script>",
            "<!--",
            "</",
            "<\u{e4}",
            "<a \u{e4}=\u{e4}",
            "&#;&#x110000;",
        ] {
            let _ = tags(page);
        }
        let begun = std::time::Instant::now();
        let names = (0..50_000).map(|number| format!("a{number} ")).collect::<Vec<_>>().concat();
        for page in [
            "<div>".repeat(100_000),
            format!("<p {names}>"),
            "<a href='".repeat(40_000),
            "<script></scrip".repeat(20_000),
            "<".repeat(200_000),
            "</".repeat(100_000),
            "&".repeat(200_000),
            "<!--".repeat(50_000),
        ] {
            let _ = pieces(&page).count();
            let _ = unescaped(&page);
        }
        assert!(begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
    }
}
