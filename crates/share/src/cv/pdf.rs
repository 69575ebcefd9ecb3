//! A CV as PDF: PDF/A-3a (ISO 19005-3) and PDF/UA-1 (ISO 14289-1) at once, typeset by Typst.
//!
//! What is said about a badge reaches the templates of ours as JSON, so it is a value and never markup. The world that
//! Typst sees holds the template, that JSON, the pictures (drawn anew: see `picture`) and the badges to attach; it has
//! no files, no packages, no network and no clock.
//!
//! Every badge's original artefact is an attached file (`AFRelationship` `Data`), bit for bit: whoever gets the PDF can
//! verify each of them.

use std::collections::HashMap;
use std::sync::LazyLock;

use openbadges::Verdict;
use serde_json::{Value, json};
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World, comemo};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use super::{Cv, CvError, CvStyle, Fonts, Item, Rendered, is_right_to_left, shown_address};
use crate::text::one_line;

/// Stands where no font has the character.
const MISSING: char = '\u{FFFD}';

/// The longest run of characters that is not broken.
const UNBROKEN: usize = 30;

/// The longest title at the foot of a page, in characters.
const RUNNING: usize = 60;

static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| LazyHash::new(Library::default()));

/// The document. Characters that no font has are replaced, and a note says so. Where a font of the system may not be
/// embedded, or has not what it claims, those that come with Lapel are used alone; what could not be set by the two
/// standards even then becomes a PDF that claims neither.
pub(super) fn render(cv: &Cv, fonts: &Fonts) -> Result<Rendered, CvError> {
    let strict = [PdfStandard::A_3a, PdfStandard::Ua_1];
    let noted = |mut rendered: Rendered, note: &str| {
        rendered.notes.push(note.to_owned());
        rendered
    };
    let rendered = attempt(cv, fonts, &strict)
        .or_else(|_| {
            let rendered = attempt(cv, &Fonts::bundled(), &strict)?;
            Ok(noted(rendered, "The fonts of this computer could not be used."))
        })
        .or_else(|_: String| {
            let rendered = attempt(cv, fonts, &[])?;
            Ok(noted(
                rendered,
                "The document could not be made by the rules of PDF/A and PDF/UA; it claims neither.",
            ))
        });
    // What is remembered between documents would only grow.
    comemo::evict(0);
    rendered.map_err(|detail: String| CvError::NotMade { detail })
}

fn attempt(cv: &Cv, fonts: &Fonts, standards: &[PdfStandard]) -> Result<Rendered, String> {
    let mut said = Said { fonts, known: HashMap::new(), replaced: 0 };
    let data = data(cv, &mut said);
    let world = Sheet::of(cv, fonts, &data);
    let document = typst::compile::<PagedDocument>(&world).output.map_err(|errors| told(&errors))?;
    let standards = PdfStandards::new(standards).map_err(|error| error.message().to_string())?;
    let options = PdfOptions {
        creator: Smart::Custom(Some("Lapel".to_owned())),
        timestamp: timestamp(cv.made),
        standards,
        ..PdfOptions::default()
    };
    let bytes = typst_pdf::pdf(&document, &options).map_err(|errors| told(&errors))?;
    let notes = match said.replaced {
        0 => Vec::new(),
        count => vec![format!(
            "{count} characters that no font here can draw are shown as {MISSING}. The attached badges have them."
        )],
    };
    Ok(Rendered { bytes, notes })
}

fn told(errors: &[SourceDiagnostic]) -> String {
    errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join("; ")
}

fn timestamp(made: jiff::Timestamp) -> Option<Timestamp> {
    let made = jiff::tz::Offset::UTC.to_datetime(made);
    let part = |number: i8| u8::try_from(number).ok();
    Datetime::from_ymd_hms(
        i32::from(made.year()),
        part(made.month())?,
        part(made.day())?,
        part(made.hour())?,
        part(made.minute())?,
        part(made.second())?,
    )
    .map(Timestamp::new_utc)
}

/// What the templates read.
fn data(cv: &Cv, said: &mut Said<'_>) -> Value {
    let sections: Vec<Value> = cv
        .sections
        .iter()
        .map(|section| {
            let entries: Vec<Value> = section
                .items
                .iter()
                .filter_map(|&index| Some(entry(cv, cv.items.get(index)?, index, said)))
                .collect();
            json!({ "heading": section.heading.as_deref().map(|heading| said.value(heading)), "entries": entries })
        })
        .collect();
    let attachments: Vec<Value> = cv
        .items
        .iter()
        .enumerate()
        .map(|(index, item)| {
            json!({
                "file": badge_path(index),
                "name": item.attachment.name,
                "media_type": item.attachment.media_type,
                "description": format!("{}: {}, issued by {}", item.standard, item.entry.name, item.entry.issuer),
            })
        })
        .collect();
    let contact: Vec<Value> = cv
        .contacts()
        .iter()
        .map(|contact| json!({ "line": said.value(&contact.text), "url": contact.url }))
        .collect();
    json!({
        "document_title": cv.document_title(),
        "author": cv.options.name.iter().collect::<Vec<_>>(),
        "title": said.value(cv.title()),
        "running": said.text(&one_line(cv.title(), RUNNING)),
        "headline": cv.options.headline.as_deref().map(|headline| said.value(headline)),
        "contact": contact,
        "pictures": !cv.options.without_pictures,
        "sections": sections,
        "attachments": attachments,
        "made_on": cv.made_on(),
    })
}

fn entry(cv: &Cv, item: &Item, index: usize, said: &mut Said<'_>) -> Value {
    let it = &item.entry;
    let mark = match it.standing.verdict() {
        Verdict::Verified => "good",
        Verdict::Revoked | Verdict::Invalid => "bad",
        Verdict::Expired | Verdict::Undecided => "open",
    };
    json!({
        "name": said.value(&it.name),
        "url": it.url,
        "shown_url": it.url.as_deref().map(|url| said.text(&shown_address(url))),
        "issuer": said.value(&it.issuer),
        "issuer_url": it.issuer_url,
        "dates": item.dates(),
        "standing": said.text(it.standing.words()),
        "mark": mark,
        "description": item.description(cv).map(|description| said.value(description)),
        "skills": it.skills.iter().map(|skill| said.value(skill)).collect::<Vec<_>>(),
        "picture": item.picture.as_ref().map(|_| picture_path(index)),
        "alt": item.alt(),
    })
}

fn picture_path(index: usize) -> String {
    format!("picture-{index}.png")
}

fn badge_path(index: usize) -> String {
    format!("badge-{index}")
}

/// Texts on their way to a template.
struct Said<'a> {
    fonts: &'a Fonts,
    /// Whether a character can be drawn.
    known: HashMap<char, bool>,
    replaced: usize,
}

impl Said<'_> {
    /// A text with its direction.
    fn value(&mut self, text: &str) -> Value {
        json!({ "text": self.text(text), "rtl": is_right_to_left(text) })
    }

    /// The text with characters replaced that no font has, and with places to break where there are none for long.
    fn text(&mut self, text: &str) -> String {
        let (mut shown, mut run, mut before) = (String::with_capacity(text.len()), 0, true);
        for character in text.chars() {
            // A joiner beside what is not drawn joins nothing.
            if is_joiner(character) && !before {
                continue;
            }
            let drawn = *self.known.entry(character).or_insert_with(|| can_be_drawn(self.fonts, character));
            before = drawn;
            self.replaced += usize::from(!drawn);
            shown.push(if drawn { character } else { MISSING });
            run = if character.is_whitespace() || character == '-' { 0 } else { run + 1 };
            if run == UNBROKEN {
                shown.push('\u{200B}');
                run = 0;
            }
        }
        shown
    }
}

/// Neither standard allows a glyph that stands for nothing, nor one of the private use areas.
fn can_be_drawn(fonts: &Fonts, character: char) -> bool {
    let code = u32::from(character);
    let private = matches!(code, 0xE000..=0xF8FF | 0xF_0000..);
    !private && (is_joiner(character) || fonts.draws(character))
}

/// Joiners and variation selectors, which are asked of no font.
fn is_joiner(character: char) -> bool {
    matches!(character, '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FE00}'..='\u{FE0F}' | '\u{AD}')
}

/// All that Typst sees.
struct Sheet<'a> {
    fonts: &'a Fonts,
    main: FileId,
    sources: HashMap<FileId, Source>,
    files: HashMap<FileId, Bytes>,
}

impl<'a> Sheet<'a> {
    fn of(cv: &Cv, fonts: &'a Fonts, data: &Value) -> Self {
        let main = id("main.typ");
        let style = match cv.options.style {
            CvStyle::Classic => include_str!("classic.typ"),
            CvStyle::Modern => include_str!("modern.typ"),
        };
        let source = |name: &str, text: &str| (id(name), Source::new(id(name), text.to_owned()));
        let sources = [source("main.typ", style), source("common.typ", include_str!("common.typ"))];
        let mut files = HashMap::from([(id("data.json"), Bytes::from_string(data.to_string()))]);
        for (index, item) in cv.items.iter().enumerate() {
            files.insert(id(&badge_path(index)), Bytes::new(item.attachment.bytes.clone()));
            if let Some(picture) = &item.picture {
                files.insert(id(&picture_path(index)), Bytes::new(picture.png.clone()));
            }
        }
        Self { fonts, main, sources: sources.into(), files }
    }
}

/// The id of a file of ours. Ids are never given back, but there are no more of them than badges in the largest CV.
#[expect(clippy::expect_used, reason = "the names are the few above, and no path of ours leaves its root")]
fn id(name: &str) -> FileId {
    RootedPath::new(VirtualRoot::Project, VirtualPath::new(name).expect("a plain name")).intern()
}

impl World for Sheet<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.fonts.book()
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        self.sources.get(&id).cloned().ok_or(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.files.get(&id).cloned().ok_or(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.font(index)
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
