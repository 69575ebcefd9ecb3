//! CVs: chosen badges as a document, with what may be said of each.
//!
//! ```text
//! badges, CvOptions ──Cv::of──▶ Cv ──render──▶ PDF, DOCX, LaTeX, Markdown, HTML, JSON Resume, Europass, LER-RS
//! ```
//!
//! A CV is a claim of its owner. Badges that are void (revoked, or not what their issuer made) are left out, and
//! [`Cv::left_out`] says which and why; with [`CvOptions::include_void`] they are in, with their verdict in words.
//! Every format says the verdict of every badge in words, and "verified" of no other than a verified one: the words
//! are those of its [`Standing`](crate::Standing).
//!
//! Every text of a badge is hostile, and escaped (or handed over as a value) where it is written: see the module of
//! each format.

mod docx;
mod europass;
mod fonts;
mod html;
mod json_resume;
mod latex;
mod ler_rs;
mod markdown;
mod pdf;
mod picture;

use std::collections::HashMap;

use jiff::Timestamp;
use openbadges::artifact::ArtifactKind;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use fonts::Fonts;
use picture::Picture;

use crate::link::public_page;
use crate::standing::day;
use crate::text::{LINE, one_line};
use crate::{Badge, Entry, LeftOut, file_name};

/// The most contact lines.
const MOST_CONTACTS: usize = 8;

/// What is chosen for a CV. All of it may be left as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct CvOptions {
    /// Whose CV it is. Badges do not say it: the person does, or leaves it out.
    pub name: Option<String>,
    /// What the person is, in a line below the name.
    pub headline: Option<String>,
    /// How to reach the person, a line each (at most eight are taken). An address of a page or of mail becomes a link.
    pub contact: Vec<String>,
    /// What badges are grouped by.
    pub grouping: Grouping,
    /// How documents look.
    pub style: CvStyle,
    /// Whether badges that are revoked or invalid are in, with words that say so.
    pub include_void: bool,
    /// Leave the pictures of badges out.
    pub without_pictures: bool,
    /// Leave out what badges are about.
    pub without_descriptions: bool,
}

/// What badges are grouped by. Inside a group they keep the order of the caller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Grouping {
    /// Nothing.
    #[default]
    None,
    /// The skill of each badge that most of the chosen ones share. Groups come in the order of their first badge.
    Skill,
    /// The issuer, by name. Groups come in the order of their first badge.
    Issuer,
    /// The year of the award, by the issuer's own calendar; the latest first.
    Year,
}

/// How a PDF, a DOCX or an HTML page looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum CvStyle {
    /// One column of serif type, centred name, badges as a list.
    #[default]
    Classic,
    /// Sans-serif type (where the system has one), a band of colour, badges as cards.
    Modern,
}

/// A format of a CV.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum CvFormat {
    /// PDF/A-3a and PDF/UA-1, with the badges themselves attached.
    Pdf,
    /// Office Open XML (ISO 29500), for Word and LibreOffice.
    Docx,
    /// LaTeX of the class `article`.
    Latex,
    /// LaTeX of the class `moderncv`.
    Moderncv,
    /// CommonMark.
    Markdown,
    /// One page of HTML with everything in it.
    Html,
    /// JSON Resume 1.0.0.
    JsonResume,
    /// XML in the manner of Europass, unofficial.
    Europass,
    /// HR Open LER-RS.
    LerRs,
}

impl CvFormat {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 9] = [
        Self::Pdf,
        Self::Docx,
        Self::Html,
        Self::Markdown,
        Self::Latex,
        Self::Moderncv,
        Self::JsonResume,
        Self::Europass,
        Self::LerRs,
    ];

    /// The extension of its files, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Docx => "docx",
            Self::Latex | Self::Moderncv => "tex",
            Self::Markdown => "md",
            Self::Html => "html",
            Self::JsonResume | Self::LerRs => "json",
            Self::Europass => "xml",
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Latex | Self::Moderncv => "application/x-tex",
            Self::Markdown => "text/markdown; charset=utf-8",
            Self::Html => "text/html; charset=utf-8",
            Self::JsonResume | Self::LerRs => "application/json",
            Self::Europass => "application/xml",
        }
    }
}

/// Why a CV could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CvError {
    /// No badge is in it: none was chosen, or all that were are void.
    #[error("there is no badge for the CV")]
    Empty,
    /// Typesetting or packing failed; the detail is the library's.
    #[error("the document could not be made: {detail}")]
    NotMade {
        /// What the library says.
        detail: String,
    },
}

impl CvError {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "cv.empty",
            Self::NotMade { .. } => "cv.not-made",
        }
    }

    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Empty => {
                "Choose badges that are neither revoked nor invalid, or ask for these too (--include-void)."
            }
            Self::NotMade { .. } => "Try it without pictures, or in another format.",
        }
    }
}

/// A CV, ready to be written in any format.
#[derive(Clone, Debug)]
pub struct Cv {
    options: CvOptions,
    items: Vec<Item>,
    sections: Vec<Section>,
    left_out: Vec<LeftOut>,
    notes: Vec<String>,
    made: Timestamp,
}

/// One badge of a CV.
#[derive(Clone, Debug)]
struct Item {
    entry: Entry,
    standard: String,
    picture: Option<Picture>,
    attachment: Attachment,
}

/// The artefact that was brought in, bit for bit.
#[derive(Clone, Debug)]
struct Attachment {
    /// Unlike the others', and safe on every system.
    name: String,
    media_type: &'static str,
    bytes: Vec<u8>,
}

/// A group of badges, by their indices.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Section {
    heading: Option<String>,
    items: Vec<usize>,
}

/// A line of the person's contact, and where it leads.
struct Contact {
    text: String,
    url: Option<String>,
}

impl Cv {
    /// The CV of `badges`, in their order, made at `now`: what documents give as the time of their making.
    pub fn of(badges: &[Badge<'_>], options: &CvOptions, now: Timestamp) -> Self {
        let (mut items, mut left_out, mut notes) = (Vec::new(), Vec::new(), Vec::new());
        for badge in badges {
            let entry = Entry::of(badge);
            if badge.standing.is_void() && !options.include_void {
                left_out.push(LeftOut { name: entry.name, standing: badge.standing.words().to_owned() });
                continue;
            }
            let picture = if options.without_pictures { None } else { Picture::of(badge) };
            if let Some(Err(why)) = &picture {
                notes.push(format!("The picture of {} is left out: {why}.", entry.name));
            }
            items.push(Item {
                standard: one_line(&badge.card.standard, LINE),
                picture: picture.and_then(Result::ok),
                attachment: Attachment::of(badge, items.len() + 1),
                entry,
            });
        }
        let sections = sections(&items, options.grouping);
        Self { options: cleaned(options), items, sections, left_out, notes, made: now }
    }

    /// The chosen badges that are not in it, and why.
    pub fn left_out(&self) -> &[LeftOut] {
        &self.left_out
    }

    /// What else the person should know: pictures that are missing.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// How many badges are in it.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether no badge is in it.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// A name for the file in `format`.
    pub fn file_name(&self, format: CvFormat) -> String {
        let whose = self.options.name.as_deref().map(crate::download::clean_name).unwrap_or_default();
        let stem = if whose.is_empty() { "Badges".to_owned() } else { format!("{whose} - Badges") };
        format!("{stem}.{}", format.extension())
    }

    /// The document in `format`. Only PDF asks for `fonts`.
    ///
    /// # Errors
    /// Where no badge is in it, or a PDF or DOCX cannot be made.
    pub fn render(&self, format: CvFormat, fonts: &Fonts) -> Result<Rendered, CvError> {
        if self.is_empty() {
            return Err(CvError::Empty);
        }
        let text = |text: String| Rendered { bytes: text.into_bytes(), notes: Vec::new() };
        Ok(match format {
            CvFormat::Pdf => return pdf::render(self, fonts),
            CvFormat::Docx => Rendered { bytes: docx::render(self)?, notes: Vec::new() },
            CvFormat::Latex => text(latex::article(self)),
            CvFormat::Moderncv => text(latex::moderncv(self)),
            CvFormat::Markdown => text(markdown::render(self)),
            CvFormat::Html => text(html::render(self)),
            CvFormat::JsonResume => text(json_resume::render(self)),
            CvFormat::Europass => text(europass::render(self)),
            CvFormat::LerRs => text(ler_rs::render(self)),
        })
    }

    /// What stands at the top: the person's name, or what the document is.
    fn title(&self) -> &str {
        self.options.name.as_deref().unwrap_or("Badges and credentials")
    }

    /// The title of the document, for those who see it in a list.
    fn document_title(&self) -> String {
        match &self.options.name {
            Some(name) => format!("{name}: badges and credentials"),
            None => "Badges and credentials".to_owned(),
        }
    }

    fn contacts(&self) -> Vec<Contact> {
        let contact = |text: &String| Contact { text: text.clone(), url: contact_url(text) };
        self.options.contact.iter().map(contact).collect()
    }

    /// Sections with their items.
    fn parts(&self) -> impl Iterator<Item = (Option<&str>, Vec<&Item>)> {
        self.sections.iter().map(|section| {
            let items = section.items.iter().filter_map(|&index| self.items.get(index)).collect();
            (section.heading.as_deref(), items)
        })
    }

    /// The items in the order of the sections.
    fn in_order(&self) -> impl Iterator<Item = &Item> {
        self.parts().flat_map(|(_, items)| items)
    }

    /// Every text that is shown, for what fonts it asks for.
    fn texts(&self) -> impl Iterator<Item = &str> {
        let options = &self.options;
        let person = options.name.iter().chain(&options.headline).chain(&options.contact);
        let headings = self.sections.iter().filter_map(|section| section.heading.as_ref());
        let entries = self.items.iter().flat_map(|item| {
            let it = &item.entry;
            [&it.name, &it.issuer]
                .into_iter()
                .chain(&it.description)
                .chain(&it.skills)
                .map(String::as_str)
                .chain([it.standing.words()])
        });
        person.chain(headings).map(String::as_str).chain(entries)
    }

    /// The date of its making (UTC).
    fn made_on(&self) -> String {
        day(self.made)
    }
}

/// A document, and what the person should know of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The bytes of the file.
    pub bytes: Vec<u8>,
    /// Notes, a sentence each: characters that no font has, pictures that could not be drawn.
    pub notes: Vec<String>,
}

impl Item {
    /// `Awarded 2026-03-01`, with when it ends; `None` where neither is known.
    fn dates(&self) -> Option<String> {
        match (&self.entry.issued, &self.entry.expires) {
            (Some(issued), Some(expires)) => Some(format!("{issued}, valid until {expires}")),
            (Some(issued), None) => Some(issued.clone()),
            (None, Some(expires)) => Some(format!("valid until {expires}")),
            (None, None) => None,
        }
    }

    /// What it is about, where that is wanted.
    fn description<'a>(&'a self, cv: &Cv) -> Option<&'a str> {
        self.entry.description.as_deref().filter(|_| !cv.options.without_descriptions)
    }

    /// The alternative text of its picture.
    fn alt(&self) -> String {
        format!("Badge: {}, issued by {}", self.entry.name, self.entry.issuer)
    }
}

impl Attachment {
    fn of(badge: &Badge<'_>, number: usize) -> Self {
        let (extension, media_type) = match badge.original.kind {
            ArtifactKind::Png => ("png", "image/png"),
            ArtifactKind::Svg => ("svg", "image/svg+xml"),
            // A credential of Open Badges 3.0 has a media type of its own; earlier ones are JSON-LD or JSON.
            ArtifactKind::Json => ("json", "application/json"),
            ArtifactKind::Jws => ("jwt", "application/jwt"),
            ArtifactKind::Url => ("txt", "text/plain"),
        };
        let name = format!("{number:02} {}", file_name(badge.card, extension));
        Self { name, media_type, bytes: badge.original.bytes.to_vec() }
    }
}

/// The options with texts on one line, and nothing where they say nothing.
fn cleaned(options: &CvOptions) -> CvOptions {
    let line = |text: &String| Some(one_line(text, LINE)).filter(|line| !line.is_empty());
    CvOptions {
        name: options.name.as_ref().and_then(line),
        headline: options.headline.as_ref().and_then(line),
        contact: options.contact.iter().filter_map(line).take(MOST_CONTACTS).collect(),
        ..options.clone()
    }
}

/// Where a contact line leads: a public page, or a mail address.
fn contact_url(text: &str) -> Option<String> {
    public_page(text).or_else(|| {
        let (local, host) = text.split_once('@')?;
        let plain = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'+'))
        };
        (plain(local) && plain(host) && host.contains('.')).then(|| format!("mailto:{text}"))
    })
}

fn sections(items: &[Item], grouping: Grouping) -> Vec<Section> {
    let heading = match grouping {
        Grouping::None => {
            return vec![Section { heading: None, items: (0..items.len()).collect() }];
        }
        Grouping::Skill => by_skill(items),
        Grouping::Issuer => items.iter().map(|item| item.entry.issuer.clone()).collect(),
        Grouping::Year => items.iter().map(year).collect(),
    };
    let mut sections: Vec<Section> = Vec::new();
    for (index, heading) in heading.into_iter().enumerate() {
        let key = heading.to_lowercase();
        match sections
            .iter_mut()
            .find(|section| section.heading.as_ref().is_some_and(|it| it.to_lowercase() == key))
        {
            Some(section) => section.items.push(index),
            None => sections.push(Section { heading: Some(heading), items: vec![index] }),
        }
    }
    match grouping {
        // `Undated` sorts before no year when turned round, so it is put last by itself.
        Grouping::Year => sections.sort_by(|a, b| {
            let undated = |section: &Section| section.heading.as_deref() == Some(UNDATED);
            undated(a).cmp(&undated(b)).then_with(|| b.heading.cmp(&a.heading))
        }),
        Grouping::Skill => sections.sort_by_key(|section| section.heading.as_deref() == Some(OTHER)),
        _ => {}
    }
    sections
}

const UNDATED: &str = "Undated";
const OTHER: &str = "Other";

fn year(item: &Item) -> String {
    item.entry.issued.as_deref().and_then(|date| date.get(..4)).unwrap_or(UNDATED).to_owned()
}

/// For each badge the skill of its own that most badges have; of several, the one that it names first.
fn by_skill(items: &[Item]) -> Vec<String> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for skill in items.iter().flat_map(|item| &item.entry.skills) {
        *counts.entry(skill.to_lowercase()).or_default() += 1;
    }
    let count = |skill: &String| counts.get(&skill.to_lowercase()).copied().unwrap_or_default();
    let shared = |item: &Item| {
        let most = item.entry.skills.iter().map(count).max()?;
        item.entry.skills.iter().find(|skill| count(skill) == most).cloned()
    };
    items.iter().map(|item| shared(item).unwrap_or_else(|| OTHER.to_owned())).collect()
}

/// LEFT-TO-RIGHT MARK: what follows a right-to-left text begins anew after it.
const LEFT_TO_RIGHT: char = '\u{200E}';

/// Whether text that begins so is written from right to left: by its first letter (Unicode Bidirectional Algorithm,
/// rule P2), of the blocks of right-to-left scripts.
fn is_right_to_left(text: &str) -> bool {
    text.chars().find(|character| character.is_alphabetic()).is_some_and(|character| {
        matches!(u32::from(character), 0x0590..=0x08FF | 0xFB1D..=0xFDFF | 0xFE70..=0xFEFC | 0x1_0800..=0x1_0FFF | 0x1_E800..=0x1_EFFF)
    })
}

/// An address as people read it: without scheme, and cut where it is long.
fn shown_address(url: &str) -> String {
    let bare = url.strip_prefix("https://").unwrap_or(url);
    one_line(bare.strip_suffix('/').unwrap_or(bare), 72)
}
