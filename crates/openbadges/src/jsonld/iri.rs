//! What JSON-LD needs to know of IRIs: whether one is absolute, and reference resolution (RFC 3986, 5.2).

/// Whether `text` is an absolute IRI or a blank node identifier that can be written in N-Quads.
///
/// Beyond the scheme little is checked, as other processors do: white space, control characters, quotation
/// marks and angle brackets are refused, because they could be read as something else in a line of N-Quads.
pub(super) fn is_absolute(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let scheme_is_sound = scheme == "_"
        || (scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.')));
    scheme_is_sound
        && !rest
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '\u{feff}'))
}

/// Whether `text` is a blank node identifier.
pub(super) fn is_blank(text: &str) -> bool {
    text.starts_with("_:")
}

/// Resolves `reference` against the absolute IRI `base` (RFC 3986, section 5.2).
pub(super) fn resolve(base: &str, reference: &str) -> String {
    let base = Parts::of(base);
    let it = Parts::of(reference);
    let mut target = Parts { fragment: it.fragment, ..Parts::default() };
    let path;
    if it.scheme.is_some() {
        (target.scheme, target.authority, target.query) = (it.scheme, it.authority, it.query);
        path = without_dots(it.path);
    } else if it.authority.is_some() {
        (target.scheme, target.authority, target.query) = (base.scheme, it.authority, it.query);
        path = without_dots(it.path);
    } else {
        (target.scheme, target.authority) = (base.scheme, base.authority);
        if it.path.is_empty() {
            path = base.path.to_owned();
            target.query = it.query.or(base.query);
        } else {
            target.query = it.query;
            path = if it.path.starts_with('/') {
                without_dots(it.path)
            } else if base.authority.is_some() && base.path.is_empty() {
                without_dots(&format!("/{}", it.path))
            } else {
                let folder = base.path.rfind('/').map_or("", |slash| &base.path[..=slash]);
                without_dots(&format!("{folder}{}", it.path))
            };
        }
    }
    target.path = &path;
    target.to_text()
}

#[derive(Default)]
struct Parts<'a> {
    scheme: Option<&'a str>,
    authority: Option<&'a str>,
    path: &'a str,
    query: Option<&'a str>,
    fragment: Option<&'a str>,
}

impl<'a> Parts<'a> {
    /// The split of RFC 3986, appendix B.
    fn of(text: &'a str) -> Self {
        let (text, fragment) = text.split_once('#').map_or((text, None), |(a, b)| (a, Some(b)));
        let (text, query) = text.split_once('?').map_or((text, None), |(a, b)| (a, Some(b)));
        let (scheme, text) = match text.split_once(':') {
            Some((scheme, rest)) if !scheme.is_empty() && !scheme.contains('/') => (Some(scheme), rest),
            _ => (None, text),
        };
        let (authority, path) = match text.strip_prefix("//") {
            None => (None, text),
            Some(rest) => {
                let end = rest.find('/').unwrap_or(rest.len());
                (Some(&rest[..end]), &rest[end..])
            }
        };
        Self { scheme, authority, path, query, fragment }
    }

    fn to_text(&self) -> String {
        let mut text = String::new();
        if let Some(scheme) = self.scheme {
            text.push_str(scheme);
            text.push(':');
        }
        if let Some(authority) = self.authority {
            text.push_str("//");
            text.push_str(authority);
        }
        text.push_str(self.path);
        if let Some(query) = self.query {
            text.push('?');
            text.push_str(query);
        }
        if let Some(fragment) = self.fragment {
            text.push('#');
            text.push_str(fragment);
        }
        text
    }
}

/// RFC 3986, section 5.2.4.
fn without_dots(path: &str) -> String {
    let absolute = path.starts_with('/');
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.strip_prefix('/').unwrap_or(path).split('/').peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        match segment {
            "." => {
                if last {
                    kept.push("");
                }
            }
            ".." => {
                kept.pop();
                if last {
                    kept.push("");
                }
            }
            segment => kept.push(segment),
        }
    }
    format!("{}{}", if absolute { "/" } else { "" }, kept.join("/"))
}

#[cfg(test)]
mod tests {
    use super::{is_absolute, resolve};

    #[test]
    fn absolute_means_a_scheme_and_nothing_that_breaks_a_line() {
        for iri in ["https://a.example/", "urn:uuid:1", "did:key:z6Mk#z6Mk", "_:b0", "tag:", "http://a/{x}|y"]
        {
            assert!(is_absolute(iri), "{iri}");
        }
        for text in
            ["", "a", "a/b:c", ":x", "1a:b", "http://a b", "http://a\nb", "http://a>", "http://a\u{85}"]
        {
            assert!(!is_absolute(text), "{text:?}");
        }
    }

    #[test]
    fn references_resolve_as_in_rfc_3986_section_5_4() {
        for (reference, expected) in [
            ("g:h", "g:h"),
            ("g", "http://a/b/c/g"),
            ("./g", "http://a/b/c/g"),
            ("g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g"),
            ("?y", "http://a/b/c/d;p?y"),
            ("g?y", "http://a/b/c/g?y"),
            ("#s", "http://a/b/c/d;p?q#s"),
            ("g#s", "http://a/b/c/g#s"),
            (";x", "http://a/b/c/;x"),
            ("", "http://a/b/c/d;p?q"),
            (".", "http://a/b/c/"),
            ("..", "http://a/b/"),
            ("../g", "http://a/b/g"),
            ("../../../g", "http://a/g"),
            ("/../g", "http://a/g"),
            ("g.", "http://a/b/c/g."),
            ("./g/.", "http://a/b/c/g/"),
            ("g/../h", "http://a/b/c/h"),
            ("g;x=1/../y", "http://a/b/c/y"),
        ] {
            assert_eq!(resolve("http://a/b/c/d;p?q", reference), expected, "{reference}");
        }
    }
}
