//! A CV as a DOCX file (Office Open XML, ISO/IEC 29500 transitional), for Word and LibreOffice.
//!
//! Few parts make one, and they are written here rather than by a library: the libraries at hand write no alternative
//! texts, no document language and no title, without which a document is not accessible. Every text is escaped
//! ([`xml`]); links lead to public pages only.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use openbadges::Verdict;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::{Cv, CvError, CvStyle, Item, LEFT_TO_RIGHT, Picture, is_right_to_left};
use crate::escape::xml;

/// English metric units of a millimetre.
const MILLIMETRE: u32 = 36_000;

/// Width and height of the square that a picture stands in, in millimetres.
const SQUARE: u32 = 16;

const ACCENT: &str = "5B3A8C";
const SOFT: &str = "55525C";

/// The document.
///
/// # Errors
/// Where the parts cannot be packed.
pub(super) fn render(cv: &Cv) -> Result<Vec<u8>, CvError> {
    let mut body = Body::default();
    body.write(cv);
    let mut parts: Vec<(String, Vec<u8>)> = vec![
        ("[Content_Types].xml".to_owned(), CONTENT_TYPES.into()),
        ("_rels/.rels".to_owned(), RELATIONSHIPS.into()),
        ("docProps/core.xml".to_owned(), core(cv).into_bytes()),
        ("word/document.xml".to_owned(), body.document().into_bytes()),
        ("word/styles.xml".to_owned(), styles(cv.options.style).into_bytes()),
        ("word/footer1.xml".to_owned(), footer(cv).into_bytes()),
        ("word/_rels/document.xml.rels".to_owned(), body.relationships().into_bytes()),
    ];
    parts.extend(
        body.media.iter().enumerate().map(|(index, png)| (format!("word/media/{index}.png"), png.clone())),
    );
    pack(&parts).map_err(|error| CvError::NotMade { detail: error.to_string() })
}

fn pack(parts: &[(String, Vec<u8>)]) -> zip::result::ZipResult<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    // The time of the machine is nobody's business; that of the CV is in docProps/core.xml.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    for (name, bytes) in parts {
        zip.start_file(name.as_str(), options)?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// The main part under way, and what it refers to.
#[derive(Default)]
struct Body {
    xml: String,
    links: Vec<String>,
    media: Vec<Vec<u8>>,
}

impl Body {
    fn write(&mut self, cv: &Cv) {
        self.paragraph("Title", &run(cv.title(), ""));
        if let Some(headline) = &cv.options.headline {
            self.paragraph("Subtitle", &run(headline, ""));
        }
        let contacts: Vec<String> =
            cv.contacts().iter().map(|contact| self.link(&contact.text, contact.url.as_deref())).collect();
        if !contacts.is_empty() {
            self.paragraph("Contact", &contacts.join(&run("  ·  ", "")));
        }
        for (heading, items) in cv.parts() {
            if let Some(heading) = heading {
                self.paragraph("Heading1", &run(heading, ""));
            }
            // A level may not be left out where nothing is grouped.
            let style = if heading.is_some() { "Badge2" } else { "Badge1" };
            for item in items {
                self.entry(cv, item, style);
            }
        }
    }

    fn entry(&mut self, cv: &Cv, item: &Item, style: &str) {
        let it = &item.entry;
        let picture =
            item.picture.as_ref().map(|picture| self.picture(picture, &item.alt())).unwrap_or_default();
        let name = self.link(&it.name, it.url.as_deref());
        self.paragraph(style, &format!("{picture}{name}"));
        let mut from = self.link(&it.issuer, it.issuer_url.as_deref());
        if let Some(dates) = item.dates() {
            // The mark keeps a date from running on in the direction of the name before it.
            from.push_str(&run(&format!("{LEFT_TO_RIGHT}, {dates}"), ""));
        }
        self.paragraph("BadgeText", &from);
        let colour = match it.standing.verdict() {
            Verdict::Verified => "1D6B43",
            Verdict::Revoked | Verdict::Invalid => "A12622",
            Verdict::Expired | Verdict::Undecided => "7A5200",
        };
        let standing =
            run(it.standing.words(), &format!("<w:b/><w:color w:val=\"{colour}\"/><w:sz w:val=\"19\"/>"));
        self.paragraph("BadgeText", &standing);
        if let Some(description) = item.description(cv) {
            self.paragraph("BadgeText", &run(description, &format!("<w:color w:val=\"{SOFT}\"/>")));
        }
        if !it.skills.is_empty() {
            let skills = format!("{}{}", run("Skills: ", "<w:i/>"), run(&it.skills.join(", "), ""));
            self.paragraph("BadgeText", &skills);
        }
    }

    fn paragraph(&mut self, style: &str, content: &str) {
        let _ = write!(self.xml, "<w:p><w:pPr><w:pStyle w:val=\"{style}\"/></w:pPr>{content}</w:p>");
    }

    fn link(&mut self, text: &str, url: Option<&str>) -> String {
        let Some(url) = url else { return run(text, "") };
        self.links.push(url.to_owned());
        let run = run(text, "<w:rStyle w:val=\"Hyperlink\"/>");
        format!("<w:hyperlink r:id=\"link{}\" w:history=\"1\">{run}</w:hyperlink>", self.links.len())
    }

    /// A picture at the left of the column, beside the indented text of its badge.
    fn picture(&mut self, picture: &Picture, alt: &str) -> String {
        let index = self.media.len();
        self.media.push(picture.png.clone());
        let longest = picture.width.max(picture.height).max(1);
        let length = |pixels: u32| SQUARE * MILLIMETRE / longest * pixels;
        let (width, height) = (length(picture.width), length(picture.height));
        let left = (SQUARE * MILLIMETRE - width) / 2;
        let (id, alt) = (index + 1, xml(alt));
        format!(
            "<w:r><w:drawing><wp:anchor distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\" simplePos=\"0\" \
             relativeHeight=\"{id}\" behindDoc=\"0\" locked=\"0\" layoutInCell=\"1\" allowOverlap=\"1\">\
             <wp:simplePos x=\"0\" y=\"0\"/>\
             <wp:positionH relativeFrom=\"column\"><wp:posOffset>{left}</wp:posOffset></wp:positionH>\
             <wp:positionV relativeFrom=\"line\"><wp:posOffset>0</wp:posOffset></wp:positionV>\
             <wp:extent cx=\"{width}\" cy=\"{height}\"/><wp:effectExtent l=\"0\" t=\"0\" r=\"0\" b=\"0\"/><wp:wrapNone/>\
             <wp:docPr id=\"{id}\" name=\"Badge {id}\" descr=\"{alt}\"/><wp:cNvGraphicFramePr/>\
             <a:graphic><a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><pic:pic>\
             <pic:nvPicPr><pic:cNvPr id=\"{id}\" name=\"{index}.png\" descr=\"{alt}\"/><pic:cNvPicPr/></pic:nvPicPr>\
             <pic:blipFill><a:blip r:embed=\"picture{index}\"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>\
             <pic:spPr><a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"{width}\" cy=\"{height}\"/></a:xfrm>\
             <a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>\
             </wp:anchor></w:drawing></w:r>"
        )
    }

    fn document(&self) -> String {
        format!(
            "{DECLARATION}<w:document xmlns:w=\"{WORD}\" xmlns:r=\"{REFERENCES}\" \
             xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" \
             xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" \
             xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><w:body>{}\
             <w:sectPr><w:footerReference w:type=\"default\" r:id=\"footer\"/><w:pgSz w:w=\"11906\" w:h=\"16838\"/>\
             <w:pgMar w:top=\"1200\" w:right=\"1300\" w:bottom=\"1200\" w:left=\"1300\" w:header=\"600\" \
             w:footer=\"600\" w:gutter=\"0\"/></w:sectPr></w:body></w:document>",
            self.xml
        )
    }

    fn relationships(&self) -> String {
        let mut xml_text = format!(
            "{DECLARATION}<Relationships xmlns=\"{PACKAGE}/relationships\">\
             <Relationship Id=\"styles\" Type=\"{REFERENCES}/styles\" Target=\"styles.xml\"/>\
             <Relationship Id=\"footer\" Type=\"{REFERENCES}/footer\" Target=\"footer1.xml\"/>"
        );
        for (index, url) in self.links.iter().enumerate() {
            let _ = write!(
                xml_text,
                "<Relationship Id=\"link{}\" Type=\"{REFERENCES}/hyperlink\" Target=\"{}\" TargetMode=\"External\"/>",
                index + 1,
                xml(url)
            );
        }
        for index in 0..self.media.len() {
            let _ = write!(
                xml_text,
                "<Relationship Id=\"picture{index}\" Type=\"{REFERENCES}/image\" Target=\"media/{index}.png\"/>"
            );
        }
        xml_text.push_str("</Relationships>");
        xml_text
    }
}

/// A run of text with these properties.
fn run(text: &str, properties: &str) -> String {
    let direction = if is_right_to_left(text) { "<w:rtl/>" } else { "" };
    format!(
        "<w:r><w:rPr>{properties}{direction}</w:rPr><w:t xml:space=\"preserve\">{}</w:t></w:r>",
        xml(text)
    )
}

fn core(cv: &Cv) -> String {
    let author = cv.options.name.as_deref().map(xml).unwrap_or_default();
    format!(
        "{DECLARATION}<cp:coreProperties xmlns:cp=\"{PACKAGE}/metadata/core-properties\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:title>{}</dc:title><dc:creator>{author}</dc:creator>\
         <dc:language>en</dc:language>\
         <dcterms:created xsi:type=\"dcterms:W3CDTF\">{}</dcterms:created></cp:coreProperties>",
        xml(&cv.document_title()),
        cv.made.strftime("%Y-%m-%dT%H:%M:%SZ")
    )
}

fn footer(cv: &Cv) -> String {
    let field =
        |code: &str| format!("<w:fldSimple w:instr=\" {code} \"><w:r><w:t>1</w:t></w:r></w:fldSimple>");
    format!(
        "{DECLARATION}<w:ftr xmlns:w=\"{WORD}\"><w:p><w:pPr><w:pStyle w:val=\"Footer\"/></w:pPr>{}{}{}{}</w:p></w:ftr>",
        run(&format!("Made on {}  ·  ", cv.made_on()), ""),
        field("PAGE"),
        run(" / ", ""),
        field("NUMPAGES")
    )
}

fn styles(style: CvStyle) -> String {
    let (font, alignment) = match style {
        CvStyle::Classic => ("Georgia", "<w:jc w:val=\"center\"/>"),
        CvStyle::Modern => ("Calibri", ""),
    };
    // The width of a picture and its distance, in twentieths of a point.
    let indent = format!("<w:ind w:left=\"{}\"/>", SQUARE * 567 / 10 + 230);
    let mut styles = format!(
        "{DECLARATION}<w:styles xmlns:w=\"{WORD}\"><w:docDefaults><w:rPrDefault><w:rPr>\
         <w:rFonts w:ascii=\"{font}\" w:hAnsi=\"{font}\" w:cs=\"Arial\"/><w:sz w:val=\"21\"/><w:szCs w:val=\"21\"/>\
         <w:lang w:val=\"en\" w:eastAsia=\"ja-JP\" w:bidi=\"ar-SA\"/></w:rPr></w:rPrDefault>\
         <w:pPrDefault><w:pPr><w:spacing w:after=\"40\" w:line=\"259\" w:lineRule=\"auto\"/></w:pPr></w:pPrDefault>\
         </w:docDefaults>"
    );
    let heading = |size: u32, colour: &str| {
        format!(
            "<w:b/><w:bCs/><w:color w:val=\"{colour}\"/><w:sz w:val=\"{size}\"/><w:szCs w:val=\"{size}\"/>"
        )
    };
    let badge = |level: u32| {
        format!(
            "<w:keepNext/><w:keepLines/><w:spacing w:before=\"280\"/>{indent}<w:outlineLvl w:val=\"{level}\"/>"
        )
    };
    let table = [
        ("Normal", "Normal", String::new(), String::new()),
        ("Title", "Title", format!("<w:spacing w:after=\"60\"/>{alignment}"), heading(48, "1C1B1F")),
        (
            "Subtitle",
            "Subtitle",
            alignment.to_owned(),
            format!("<w:color w:val=\"{SOFT}\"/><w:sz w:val=\"25\"/><w:szCs w:val=\"25\"/>"),
        ),
        ("Contact", "Contact", alignment.to_owned(), "<w:sz w:val=\"19\"/>".to_owned()),
        (
            "Heading1",
            "heading 1",
            "<w:keepNext/><w:spacing w:before=\"420\" w:after=\"60\"/><w:outlineLvl w:val=\"0\"/>".to_owned(),
            heading(27, ACCENT),
        ),
        ("Badge1", "Badge 1", badge(0), heading(23, "1C1B1F")),
        ("Badge2", "Badge 2", badge(1), heading(23, "1C1B1F")),
        ("BadgeText", "Badge text", indent.clone(), String::new()),
        (
            "Footer",
            "footer",
            "<w:jc w:val=\"center\"/>".to_owned(),
            format!("<w:color w:val=\"{SOFT}\"/><w:sz w:val=\"17\"/>"),
        ),
    ];
    for (id, name, paragraph, text) in table {
        let (default, base) =
            if id == "Normal" { (" w:default=\"1\"", "") } else { ("", "<w:basedOn w:val=\"Normal\"/>") };
        let _ = write!(
            styles,
            "<w:style w:type=\"paragraph\"{default} w:styleId=\"{id}\"><w:name w:val=\"{name}\"/>{base}\
             <w:qFormat/><w:pPr>{paragraph}</w:pPr><w:rPr>{text}</w:rPr></w:style>"
        );
    }
    let _ = write!(
        styles,
        "<w:style w:type=\"character\" w:styleId=\"Hyperlink\"><w:name w:val=\"Hyperlink\"/>\
         <w:rPr><w:color w:val=\"{ACCENT}\"/><w:u w:val=\"single\"/></w:rPr></w:style></w:styles>"
    );
    styles
}

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const WORD: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const REFERENCES: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";

const CONTENT_TYPES: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
<Default Extension=\"xml\" ContentType=\"application/xml\"/><Default Extension=\"png\" ContentType=\"image/png\"/>\
<Override PartName=\"/word/document.xml\" \
ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/>\
<Override PartName=\"/word/styles.xml\" \
ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml\"/>\
<Override PartName=\"/word/footer1.xml\" \
ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml\"/>\
<Override PartName=\"/docProps/core.xml\" \
ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/></Types>";

const RELATIONSHIPS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
<Relationship Id=\"document\" \
Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"word/document.xml\"/>\
<Relationship Id=\"core\" \
Type=\"http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties\" \
Target=\"docProps/core.xml\"/></Relationships>";
