//! Badges in SVG images (Open Badges 2.0 baking, 3.0 section 5.3.2).
//!
//! The image is read as XML with namespaces, and as nothing else: no document type definition is processed,
//! no entity is expanded, nothing outside the file is looked at. Baking splices an element in and leaves
//! every other byte as it was.

use std::ops::Range;

use quick_xml::errors::{Error as XmlError, IllFormedError};
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::{NsReader, XmlVersion};
use serde_json::Value;

use super::bake::{BakeError, checked};
use super::{Keyword, PayloadContent, content};
use crate::json;

/// Elements inside one another, at most.
pub const MAX_DEPTH: usize = 256;

/// Attributes of one element, at most.
pub const MAX_ATTRIBUTES: usize = 1000;

/// Badge elements in one image, at most.
pub const MAX_BADGES: usize = 64;

const SVG_NAMESPACE: &str = "http://www.w3.org/2000/svg";

/// The prefix that baking declares.
const PREFIX: &str = "openbadges";

/// What an SVG carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unbaked {
    /// One text for each namespace found, in the order of the file.
    pub texts: Vec<BakedText>,
    /// What was read leniently, a sentence each.
    pub notes: Vec<String>,
}

/// The text of a badge element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BakedText {
    /// The keyword that goes with the element's namespace.
    pub keyword: Keyword,
    /// The body, or the `verify` attribute where the body is blank.
    pub text: String,
}

/// Why an SVG cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SvgError {
    /// XML with another root element.
    #[error("the XML document is no SVG image: its root element is {root:?}")]
    NotSvg {
        /// The name of the root element.
        root: String,
    },
    /// The bytes are not UTF-8, or say that they are in another encoding.
    #[error("the SVG image is in some other encoding than UTF-8")]
    NotUtf8,
    /// The file ends before its root element does.
    #[error("the SVG image is cut short")]
    Truncated,
    /// Not well-formed XML.
    #[error("the SVG image is broken at byte {offset}: {what}")]
    Malformed {
        /// Where.
        offset: usize,
        /// What is wrong.
        what: String,
    },
    /// A reference to an entity that a document type definition would have to define.
    #[error("the SVG image uses the XML entity {name:?}, and entities are not expanded")]
    Entity {
        /// The entity's name.
        name: String,
    },
    /// Deeper than [`MAX_DEPTH`], more badges than [`MAX_BADGES`] or attributes than [`MAX_ATTRIBUTES`].
    #[error("the SVG image is too complex: {what}")]
    TooComplex {
        /// What there is too much of.
        what: &'static str,
    },
    /// Elements inside a badge element, whose text cannot be told from the badge's.
    #[error("the badge in the SVG image has the element {element:?} inside its text")]
    ElementInBadge {
        /// The name of the inner element.
        element: String,
    },
    /// The badge element says nothing.
    #[error("the badge in the SVG image is empty")]
    EmptyBadge,
}

impl SvgError {
    /// A stable name of the reason.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotSvg { .. } => "svg_other_xml",
            Self::NotUtf8 => "svg_not_utf8",
            Self::Truncated => "svg_truncated",
            Self::Malformed { .. } => "svg_malformed",
            Self::Entity { .. } => "svg_entity",
            Self::TooComplex { .. } => "svg_too_complex",
            Self::ElementInBadge { .. } => "svg_element_in_badge",
            Self::EmptyBadge => "svg_empty_badge",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Truncated | Self::Malformed { .. } => "Download the image again from its issuer.",
            Self::NotUtf8 => "Save the image as UTF-8 in an editor, or ask the issuer for the badge as JSON.",
            Self::Entity { .. } | Self::TooComplex { .. } => {
                "Ask the issuer for the badge as PNG or JSON, or for a plain SVG image."
            }
            Self::ElementInBadge { .. } | Self::EmptyBadge | Self::NotSvg { .. } => {
                "Ask the issuer for the badge as JSON."
            }
        }
    }
}

/// Whether bytes begin like XML.
pub(super) fn is_markup(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    bytes.trim_ascii_start().starts_with(b"<")
}

/// Takes the badge texts out of an SVG (UTF-8, with or without a byte order mark).
///
/// In each namespace the first badge element counts, wherever it stands. Its body is taken unless blank,
/// then its `verify` attribute. Nothing found is no error: `texts` is empty then.
pub fn unbake(image: &[u8]) -> Result<Unbaked, SvgError> {
    let Outline { badges, .. } = outline(image)?;
    let mut texts: Vec<BakedText> = Vec::new();
    let mut notes = Vec::new();
    for badge in badges {
        let keyword = badge.keyword;
        match texts.iter().find(|known| known.keyword == keyword) {
            None => texts.push(BakedText { keyword, text: badge.text()? }),
            Some(first) if badge.text().as_ref() == Ok(&first.text) => {
                notes.push(format!("The image has its badge in {} more than once.", keyword.svg_namespace()));
            }
            Some(_) => notes.push(format!(
                "The image has another badge in {}, which differs from the one that was read.",
                keyword.svg_namespace()
            )),
        }
    }
    notes.dedup();
    Ok(Unbaked { texts, notes })
}

/// Bakes `text` into an SVG: one element, first inside the root, with a `verify` attribute for a JWS or a
/// link and a CDATA body for JSON; badge elements that were there are taken out, and every other byte
/// stays. The prefix is declared on the root, or on the element where the root has it for something else.
///
/// The text must be what readers will take for a badge: strict JSON, a compact JWS, or, under
/// [`Keyword::OpenBadges`] only, a link.
pub fn bake(image: &[u8], keyword: Keyword, text: &str) -> Result<Vec<u8>, BakeError> {
    let content = checked(keyword, text)?;
    let outline = outline(image)?;
    if !(outline.is_unicode || text.is_ascii()) {
        return Err(SvgError::NotUtf8.into());
    }
    let declared = outline.root.prefix.as_deref();
    // Declared on the root, the prefix would also make badges of elements that use it undeclared.
    let own_declaration = match declared {
        Some(namespace) => namespace != keyword.svg_namespace(),
        None => outline.has_undeclared_prefix,
    };
    let element = element(keyword, &content, own_declaration)?;

    let root = &outline.root;
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    if declared.is_none() && !own_declaration {
        let declaration = format!(" xmlns:{PREFIX}=\"{}\"", keyword.svg_namespace());
        edits.push((root.name_end..root.name_end, declaration));
    }
    if root.is_empty {
        // "<svg/>" has no inside yet: its "/>" becomes ">" … "</svg>".
        let slash = root.tag_end.saturating_sub(2);
        edits.push((slash..root.tag_end, format!(">{element}</{}>", root.name)));
    } else {
        edits.push((root.tag_end..root.tag_end, element));
    }
    edits.extend(outline.badges.into_iter().map(|badge| (badge.span, String::new())));
    Ok(spliced(image, &edits))
}

/// `image` without the badges in it, every other byte as it was: for a picture that goes where the credential, and
/// with it the recipient's data, should not.
pub fn stripped(image: &[u8]) -> Result<Vec<u8>, SvgError> {
    let badges = outline(image)?.badges;
    let edits: Vec<(Range<usize>, String)> =
        badges.into_iter().map(|badge| (badge.span, String::new())).collect();
    Ok(spliced(image, &edits))
}

/// The badge element as text.
fn element(keyword: Keyword, content: &PayloadContent, own_declaration: bool) -> Result<String, BakeError> {
    let name = format!("{PREFIX}:{}", keyword.svg_element());
    let mut tag = format!("<{name}");
    if own_declaration {
        push_attribute(&mut tag, &format!("xmlns:{PREFIX}"), keyword.svg_namespace());
    }
    match content {
        PayloadContent::Jws(text) | PayloadContent::Url(text) => {
            push_attribute(&mut tag, "verify", text);
            Ok(format!("{tag}/>"))
        }
        PayloadContent::Json(text) => {
            if keyword == Keyword::OpenBadges
                && let Some(url) = hosted_url(text)
            {
                push_attribute(&mut tag, "verify", &url);
            }
            Ok(format!("{tag}>{}</{name}>", cdata(text)?))
        }
    }
}

/// Where a hosted assertion of Open Badges 1 or 2 lives.
fn hosted_url(text: &str) -> Option<String> {
    let json = json::parse_strict(text).ok()?;
    let id = json.get("id").and_then(Value::as_str);
    let url = json.pointer("/verify/url").and_then(Value::as_str);
    let is_link =
        |url: &&str| matches!(content::classify(url), Ok(PayloadContent::Url(link)) if link == *url);
    id.into_iter().chain(url).find(is_link).map(str::to_owned)
}

fn push_attribute(tag: &mut String, name: &str, value: &str) {
    let escaped = value.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    tag.extend([" ", name, "=\"", &escaped, "\""]);
}

/// `text` as CDATA that XML readers give back exactly: `]]>` is split over two sections, and what they would
/// turn into a line feed (in XML 1.1 that is more than the carriage return) is written as a character
/// reference between two.
fn cdata(text: &str) -> Result<String, BakeError> {
    let is_xml = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
    if let Some(foreign) = text.chars().find(|c| !is_xml(*c)) {
        return Err(BakeError::NotXml { code: foreign.into() });
    }
    let mut body = text.replace("]]>", "]]]]><![CDATA[>");
    for line_end in ['\r', '\u{85}', '\u{2028}'] {
        body = body.replace(line_end, &format!("]]>&#{};<![CDATA[", u32::from(line_end)));
    }
    Ok(format!("<![CDATA[{body}]]>"))
}

/// `image` with the ranges replaced; they do not overlap.
fn spliced(image: &[u8], edits: &[(Range<usize>, String)]) -> Vec<u8> {
    let mut ordered: Vec<&(Range<usize>, String)> = edits.iter().collect();
    ordered.sort_by_key(|(range, _)| range.start);
    let mut result = Vec::with_capacity(image.len());
    let mut from = 0;
    for (range, text) in ordered {
        result.extend_from_slice(image.get(from..range.start).unwrap_or_default());
        result.extend_from_slice(text.as_bytes());
        from = range.end;
    }
    result.extend_from_slice(image.get(from..).unwrap_or_default());
    result
}

/// What matters of an SVG, with its places in the bytes.
struct Outline {
    root: Root,
    badges: Vec<Badge>,
    /// Whether the XML declaration leaves the encoding at UTF-8.
    is_unicode: bool,
    /// Whether an element uses the baking prefix without a declaration.
    has_undeclared_prefix: bool,
}

/// The root's start tag.
struct Root {
    name: String,
    /// After the tag's name.
    name_end: usize,
    /// After the tag.
    tag_end: usize,
    /// Whether it is `<svg/>`.
    is_empty: bool,
    /// What the baking prefix stands for, where the root declares it.
    prefix: Option<String>,
}

/// A badge element.
struct Badge {
    keyword: Keyword,
    span: Range<usize>,
    verify: Option<String>,
    body: String,
    /// The first element inside, which does not belong there.
    inner: Option<String>,
}

impl Badge {
    fn text(&self) -> Result<String, SvgError> {
        if let Some(element) = &self.inner {
            return Err(SvgError::ElementInBadge { element: element.clone() });
        }
        if !content::trimmed(&self.body).is_empty() {
            return Ok(self.body.clone());
        }
        let verify = self.verify.clone().unwrap_or_default();
        if content::trimmed(&verify).is_empty() { Err(SvgError::EmptyBadge) } else { Ok(verify) }
    }
}

fn outline(image: &[u8]) -> Result<Outline, SvgError> {
    let text = std::str::from_utf8(image).map_err(|_| SvgError::NotUtf8)?;
    let trimmed = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    let walk = Walk {
        reader: NsReader::from_str(trimmed),
        base: text.len() - trimmed.len(),
        depth: 0,
        root: None,
        badges: Vec::new(),
        open: None,
        is_unicode: true,
        has_undeclared_prefix: false,
    };
    walk.run(text)
}

/// One pass over the XML.
struct Walk<'a> {
    reader: NsReader<&'a [u8]>,
    /// Bytes before the first `<`, which the reader does not see.
    base: usize,
    depth: usize,
    root: Option<Root>,
    badges: Vec<Badge>,
    /// The badge element that is being read, and the depth it is at.
    open: Option<(Badge, usize)>,
    is_unicode: bool,
    has_undeclared_prefix: bool,
}

impl Walk<'_> {
    fn run(mut self, text: &str) -> Result<Outline, SvgError> {
        loop {
            let start = self.position();
            let event = self.reader.read_event().map_err(|error| self.xml_error(&error))?;
            match event {
                Event::Start(tag) => self.start(&tag, start, false)?,
                Event::Empty(tag) => self.start(&tag, start, true)?,
                Event::End(_) => self.end(),
                Event::Text(piece) => self.text(&piece.xml10_content(), start)?,
                Event::CData(piece) => self.text(&piece.xml10_content(), start)?,
                Event::GeneralRef(name) => {
                    let resolved = name.resolve_char_ref().map_err(|error| self.xml_error(&error))?;
                    let resolved = resolved.or_else(|| predefined(&name)).ok_or_else(|| entity(&name))?;
                    self.text(resolved.encode_utf8(&mut [0; 4]), start)?;
                }
                Event::Decl(declaration) => {
                    let encoding = declaration.encoding().and_then(Result::ok);
                    self.is_unicode = encoding.is_none_or(|name| name.eq_ignore_ascii_case("utf-8"));
                    if !(self.is_unicode || text.is_ascii()) {
                        return Err(SvgError::NotUtf8);
                    }
                }
                Event::DocType(_) if self.root.is_some() => {
                    return Err(malformed(start, "a document type declaration stands inside"));
                }
                // Skipped, with whatever it defines: an entity is refused where it is used.
                Event::DocType(_) | Event::Comment(_) | Event::PI(_) => {}
                Event::Eof => return self.finish(),
            }
        }
    }

    fn finish(self) -> Result<Outline, SvgError> {
        match self.root {
            Some(root) if self.depth == 0 => Ok(Outline {
                root,
                badges: self.badges,
                is_unicode: self.is_unicode,
                has_undeclared_prefix: self.has_undeclared_prefix,
            }),
            _ => Err(SvgError::Truncated),
        }
    }

    fn start(&mut self, tag: &BytesStart, start: usize, is_empty: bool) -> Result<(), SvgError> {
        if let Some(name) = foreign_reference(tag.attributes_raw()) {
            return Err(entity(name));
        }
        // Behind a broken attribute the reader sees no namespaces.
        for (number, attribute) in tag.attributes().enumerate() {
            attribute.map_err(|error| malformed(start, &error.to_string()))?;
            if number >= MAX_ATTRIBUTES {
                return Err(SvgError::TooComplex { what: "an element has too many attributes" });
            }
        }
        let uses_prefix = tag.name().prefix().is_some_and(|prefix| prefix.into_inner() == PREFIX);
        // What stands inside a badge goes with it.
        self.has_undeclared_prefix |= uses_prefix && self.open.is_none() && self.namespace_of(tag).is_none();
        if self.root.is_none() {
            self.root = Some(self.root_of(tag, start, is_empty)?);
        } else if self.depth == 0 {
            return Err(malformed(start, "something follows its root element"));
        } else {
            self.child(tag, start, is_empty)?;
        }
        self.depth += usize::from(!is_empty);
        if self.depth > MAX_DEPTH {
            return Err(SvgError::TooComplex { what: "its elements nest too deep" });
        }
        Ok(())
    }

    fn root_of(&self, tag: &BytesStart, start: usize, is_empty: bool) -> Result<Root, SvgError> {
        let name = tag.name().into_inner().to_owned();
        if self.namespace_of(tag) != Some(SVG_NAMESPACE) || tag.local_name().into_inner() != "svg" {
            return Err(SvgError::NotSvg { root: name });
        }
        let prefix = attribute(tag, &format!("xmlns:{PREFIX}"), start)?;
        let name_end = start + 1 + name.len();
        Ok(Root { name, name_end, tag_end: self.position(), is_empty, prefix })
    }

    /// An element that is not the root: a badge, something inside a badge, or none of our business.
    fn child(&mut self, tag: &BytesStart, start: usize, is_empty: bool) -> Result<(), SvgError> {
        if let Some((badge, _)) = &mut self.open {
            badge.inner.get_or_insert_with(|| tag.name().into_inner().to_owned());
            return Ok(());
        }
        let local = tag.local_name().into_inner();
        // Names first: looking up the namespace of every element of a large image would take long.
        let mut places = Keyword::ALL.into_iter().filter(|k| k.svg_element() == local).peekable();
        let namespace = places.peek().and_then(|_| self.namespace_of(tag));
        let Some(keyword) = places.find(|k| namespace == Some(k.svg_namespace())) else {
            return Ok(());
        };
        let verify = attribute(tag, "verify", start)?;
        let span = start..self.position();
        let badge = Badge { keyword, span, verify, body: String::new(), inner: None };
        if self.badges.len() >= MAX_BADGES {
            return Err(SvgError::TooComplex { what: "it has too many badges" });
        }
        if is_empty {
            self.badges.push(badge);
        } else {
            self.open = Some((badge, self.depth));
        }
        Ok(())
    }

    fn end(&mut self) {
        // The reader has checked that each end tag has its start tag.
        self.depth = self.depth.saturating_sub(1);
        if let Some((mut badge, depth)) = self.open.take() {
            if depth == self.depth {
                badge.span.end = self.position();
                self.badges.push(badge);
            } else {
                self.open = Some((badge, depth));
            }
        }
    }

    fn text(&mut self, text: &str, start: usize) -> Result<(), SvgError> {
        if self.depth == 0 && !content::trimmed(text).is_empty() {
            return Err(malformed(start, "text stands outside its root element"));
        }
        if let Some((badge, _)) = &mut self.open {
            badge.body.push_str(text);
        }
        Ok(())
    }

    fn namespace_of(&self, tag: &BytesStart) -> Option<&str> {
        match self.reader.resolver().resolve_element(tag.name()).0 {
            ResolveResult::Bound(namespace) => Some(namespace.into_inner()),
            ResolveResult::Unbound | ResolveResult::Unknown(_) => None,
        }
    }

    /// After what has been read, in bytes of the whole image.
    fn position(&self) -> usize {
        // Bounded by the length of the image, so it fits.
        self.base + usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX - self.base)
    }

    fn xml_error(&self, error: &XmlError) -> SvgError {
        match error {
            XmlError::Syntax(_) | XmlError::IllFormed(IllFormedError::MissingEndTag(_)) => {
                SvgError::Truncated
            }
            XmlError::Encoding(_) => SvgError::NotUtf8,
            other => malformed(self.position(), &other.to_string()),
        }
    }
}

/// The value of an attribute without namespace. Attributes given twice are refused.
fn attribute(tag: &BytesStart, name: &str, start: usize) -> Result<Option<String>, SvgError> {
    let mut value = None;
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|error| malformed(start, &error.to_string()))?;
        if attribute.key.into_inner() == name {
            let normalized = attribute.normalized_value(XmlVersion::Implicit1_0);
            value = Some(normalized.map_err(|error| malformed(start, &error.to_string()))?.into_owned());
        }
    }
    Ok(value)
}

/// The character of an entity that XML itself defines.
fn predefined(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}

/// The first entity in a tag's attributes that XML itself does not define.
fn foreign_reference(attributes: &str) -> Option<&str> {
    let references = attributes.split('&').skip(1).filter_map(|rest| rest.split_once(';'));
    references.map(|(name, _)| name).find(|name| {
        let is_name = name.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == ':')
            && name.chars().all(|c| c.is_alphanumeric() || "_:-.".contains(c));
        is_name && predefined(name).is_none()
    })
}

fn entity(name: &str) -> SvgError {
    SvgError::Entity { name: name.chars().take(40).collect() }
}

fn malformed(offset: usize, what: &str) -> SvgError {
    SvgError::Malformed { offset, what: what.chars().take(200).collect() }
}

#[cfg(test)]
mod tests;
