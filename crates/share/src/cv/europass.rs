//! XML in the manner of Europass: the structure that CVs of the European Union's editor have (root `Candidate`), as far
//! as it could be observed. Its schema is not published, so nothing could be validated against it, and the document
//! does not call itself one of the platform's own: it carries no `DocumentID` of the agency `EUROPASS`.

use std::io::Cursor;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::{Cv, Item};

const NAMESPACES: [(&str, &str); 5] = [
    ("xmlns", "http://www.europass.eu/1.0"),
    ("xmlns:hr", "http://www.hr-xml.org/3"),
    ("xmlns:oa", "http://www.openapplications.org/oagis/9"),
    ("xmlns:eures", "http://www.europass_eures.eu/1.0"),
    ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
];

type Xml = Writer<Cursor<Vec<u8>>>;

/// The document.
pub(super) fn render(cv: &Cv) -> String {
    let mut xml: Xml = Writer::new_with_indent(Cursor::new(Vec::new()), b' ', 2);
    // Memory takes everything.
    let _ = document(&mut xml, cv);
    let mut text = String::from_utf8(xml.into_inner().into_inner()).unwrap_or_default();
    text.push('\n');
    text
}

fn document(xml: &mut Xml, cv: &Cv) -> std::io::Result<()> {
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let note = " Europass-style, unofficial: made by Lapel, not by Europass ";
    xml.write_event(Event::Comment(BytesText::from_escaped(note)))?;
    xml.create_element("Candidate").with_attributes(NAMESPACES).write_inner_content(|xml| {
        xml.create_element("CandidatePerson").write_inner_content(|xml| person(xml, cv))?;
        xml.create_element("CandidateProfile").with_attribute(("languageCode", "en")).write_inner_content(
            |xml| {
                xml.create_element("Certifications").write_inner_content(|xml| {
                    cv.in_order().try_for_each(|item| certification(xml, cv, item))
                })?;
                Ok(())
            },
        )?;
        xml.create_element("RenderingInformation").write_inner_content(sections)?;
        Ok(())
    })?;
    Ok(())
}

fn person(xml: &mut Xml, cv: &Cv) -> std::io::Result<()> {
    if let Some(name) = &cv.options.name {
        xml.create_element("PersonName").write_inner_content(|xml| text(xml, "oa:FormattedName", name))?;
    }
    for url in cv.contacts().into_iter().filter_map(|contact| contact.url) {
        let (channel, address) = match url.strip_prefix("mailto:") {
            Some(mail) => ("Email", mail),
            None => ("Web", url.as_str()),
        };
        xml.create_element("Communication").write_inner_content(|xml| {
            text(xml, "ChannelCode", channel)?;
            text(xml, "oa:URI", address)
        })?;
    }
    Ok(())
}

fn certification(xml: &mut Xml, cv: &Cv, item: &Item) -> std::io::Result<()> {
    let it = &item.entry;
    xml.create_element("Certification").write_inner_content(|xml| {
        text(xml, "hr:CertificationName", &it.name)?;
        text(xml, "hr:IssuingAuthority", &it.issuer)?;
        let expires = it.expires.as_ref().map(|date| format!("Valid until {date}."));
        let said = [Some(it.standing.words()), expires.as_deref(), item.description(cv), it.url.as_deref()];
        text(xml, "hr:CertificationDescription", &said.into_iter().flatten().collect::<Vec<_>>().join("\n"))?;
        if let Some(issued) = &it.issued {
            xml.create_element("hr:CertificationDate")
                .write_inner_content(|xml| text(xml, "hr:FormattedDateTime", issued))?;
        }
        Ok(())
    })?;
    Ok(())
}

fn sections(xml: &mut Xml) -> std::io::Result<()> {
    xml.create_element("Design").write_inner_content(|xml| {
        xml.create_element("SectionsOrder").write_inner_content(|xml| {
            xml.create_element("Section").write_inner_content(|xml| text(xml, "Title", "certifications"))?;
            Ok(())
        })?;
        Ok(())
    })?;
    Ok(())
}

fn text(xml: &mut Xml, element: &str, content: &str) -> std::io::Result<()> {
    let content: String = content.chars().filter(|&character| is_xml(character)).collect();
    xml.create_element(element).write_text_content(BytesText::new(&content))?;
    Ok(())
}

/// What XML 1.0 can hold at all (section 2.2); control characters are gone already.
fn is_xml(character: char) -> bool {
    !matches!(character, '\u{FFFE}' | '\u{FFFF}')
        && (!character.is_control() || matches!(character, '\n' | '\t'))
}
