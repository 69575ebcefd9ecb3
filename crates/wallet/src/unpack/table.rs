//! Tables of comma-separated values (RFC 4180): LinkedIn's list of certificates, and lists of links.

use std::ops::ControlFlow;

use csv::{ByteRecord, Reader, ReaderBuilder, StringRecord};

use super::place::{At, clean};
use super::{Content, Step, UnpackError, Walk, link};
use crate::self_listed::SelfListed;

/// Whether `bytes` are LinkedIn's list of certificates, by its first row.
pub(super) fn is_certifications(bytes: &[u8]) -> bool {
    reader(bytes).headers().is_ok_and(|header| Columns::of(header).is_some())
}

fn reader(bytes: &[u8]) -> Reader<&[u8]> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |wanted: u8| memchr::memchr_iter(wanted, first).count();
    // What a spreadsheet writes where the comma is for fractions.
    let delimiter = if count(b';') > count(b',') {
        b';'
    } else if count(b'\t') > count(b',') {
        b'\t'
    } else {
        b','
    };
    ReaderBuilder::new().flexible(true).delimiter(delimiter).from_reader(bytes)
}

/// Where LinkedIn's columns are.
struct Columns {
    name: usize,
    authority: usize,
    url: Option<usize>,
    started: Option<usize>,
    finished: Option<usize>,
    licence: Option<usize>,
}

impl Columns {
    fn of(header: &StringRecord) -> Option<Self> {
        let find = |name: &str| header.iter().position(|column| column.trim().eq_ignore_ascii_case(name));
        let columns = Self {
            name: find("Name")?,
            authority: find("Authority")?,
            url: find("Url"),
            started: find("Started On"),
            finished: find("Finished On"),
            licence: find("License Number"),
        };
        (columns.started.is_some() || columns.licence.is_some()).then_some(columns)
    }
}

/// Gives what LinkedIn's list names, a row each.
pub(super) fn open_certifications(walk: &mut Walk, at: &At, bytes: &[u8]) -> Step {
    let mut reader = reader(bytes);
    let Some(columns) = reader.headers().ok().and_then(Columns::of) else {
        return walk.fail(at, UnpackError::NothingInside { what: "this list of certificates" });
    };
    let leaves = walk.tally.leaves;
    let mut row = ByteRecord::new();
    let mut number = 1_u32;
    while reader.read_byte_record(&mut row).unwrap_or(false) {
        number = number.saturating_add(1);
        let field = |column: Option<usize>| -> Option<String> {
            let text = String::from_utf8_lossy(row.get(column?)?).trim().to_owned();
            (!text.is_empty()).then_some(text)
        };
        let Some(name) = field(Some(columns.name)) else { continue };
        let url = field(columns.url).filter(|url| link::is_link(url));
        let listed = SelfListed {
            issuer: field(Some(columns.authority)),
            url,
            issued_on: field(columns.started).map(|date| iso(&date)),
            expires_on: field(columns.finished).map(|date| iso(&date)),
            credential_id: field(columns.licence),
            name,
        };
        let label = clean(&format!("row {number}"));
        walk.give(&at.part(&label), Content::SelfListed(listed))?;
    }
    if walk.tally.leaves == leaves {
        return walk.fail(at, UnpackError::NothingInside { what: "this list of certificates" });
    }
    ControlFlow::Continue(())
}

/// `Mar 2021` and `5 Mar 2021`, as LinkedIn writes them, by ISO 8601; anything else as it is.
fn iso(date: &str) -> String {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let words: Vec<&str> = date.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    let month = |word: &str| {
        let start = word.get(..3)?.to_ascii_lowercase();
        MONTHS.iter().position(|month| *month == start).map(|month| month + 1)
    };
    let is_year = |word: &str| word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit());
    let day = |word: &str| word.parse::<u32>().ok().filter(|day| (1..=31).contains(day));
    let read = match words.as_slice() {
        [m, year] if is_year(year) => month(m).map(|month| format!("{year}-{month:02}")),
        [d, m, year] | [m, d, year] if is_year(year) && day(d).is_some() && month(m).is_some() => {
            month(m).zip(day(d)).map(|(month, day)| format!("{year}-{month:02}-{day:02}"))
        }
        _ => None,
    };
    // `[d, m, year]` took the words in one order; this is the other.
    let read = read.or_else(|| match words.as_slice() {
        [m, d, year] if is_year(year) => {
            month(m).zip(day(d)).map(|(month, day)| format!("{year}-{month:02}-{day:02}"))
        }
        _ => None,
    });
    read.unwrap_or_else(|| date.to_owned())
}

/// The links of a table, with the number of their row: of the column that is called one of links, or the first of
/// each row that names itself a badge's. None, unless most rows have one.
pub(super) fn links(bytes: &[u8], most: usize) -> Option<Vec<(u64, String)>> {
    let mut reader = reader(bytes);
    let header = reader.headers().ok()?.clone();
    let has_header = !header.iter().any(link::is_link);
    if header.len() < 2 {
        return None;
    }
    let is_called_link = |name: &str| {
        let name = name.trim().to_ascii_lowercase();
        let words = ["url", "link", "badge", "credential", "assertion"];
        name.len() <= 40 && words.iter().any(|word| name.contains(word))
    };
    let column = header.iter().position(is_called_link).filter(|_| has_header);
    let mut links = Vec::new();
    let mut rows = 0_usize;
    let first = (!has_header).then(|| Ok(header.clone()));
    for (number, row) in (1_u64 + u64::from(has_header)..).zip(first.into_iter().chain(reader.records())) {
        let Ok(row) = row else { return None };
        rows += 1;
        let called =
            column.and_then(|column| row.get(column)).map(str::trim).filter(|field| link::is_link(field));
        let by_itself = || row.iter().map(str::trim).find(|field| link::is_badge_link(field));
        if let Some(found) = called.filter(|found| link::is_badge_link(found)).or_else(by_itself).or(called) {
            links.push((number, found.to_owned()));
        }
        if links.len() >= most {
            break;
        }
    }
    (!links.is_empty() && links.len() * 2 >= rows).then_some(links)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_by_iso_8601_where_they_can_be_read() {
        for (date, expected) in [
            ("Mar 2021", "2021-03"),
            ("December 2019", "2019-12"),
            ("5 Mar 2021", "2021-03-05"),
            ("Mar 5, 2021", "2021-03-05"),
            ("2021", "2021"),
            ("2023-01-15", "2023-01-15"),
            ("m\u{e4}rz 2021", "m\u{e4}rz 2021"),
            ("45 Mar 2021", "45 Mar 2021"),
            ("", ""),
        ] {
            assert_eq!(iso(date), expected);
        }
    }

    #[test]
    fn linkedins_list_is_known_by_its_first_row() {
        assert!(is_certifications(b"Name,Url,Authority,Started On,Finished On,License Number\n"));
        assert!(is_certifications(b"\xef\xbb\xbfName,Authority,License Number\n"));
        assert!(!is_certifications(b"Name,Url,Started On\n"));
        assert!(!is_certifications(b"Name,Authority\n"));
        assert!(!is_certifications(b"First Name,Last Name,URL\n"));
        assert!(!is_certifications(b""));
    }

    #[test]
    fn a_table_of_links_has_one_in_most_rows() {
        let table = |text: &str| links(text.as_bytes(), 100);
        let one = "https://a.example/1".to_owned();
        assert_eq!(table("name,link\nA,https://a.example/1\nB,none\n"), Some(vec![(2, one.clone())]));
        assert_eq!(table("name;url\nA;https://a.example/1\n"), Some(vec![(2, one)]));
        let badge = "https://a.example/badge/1".to_owned();
        assert_eq!(table("1,https://a.example/badge/1\n"), Some(vec![(1, badge)]));
        assert_eq!(table("name,homepage\nA,https://a.example/1\n"), None);
        assert_eq!(table("name,link\nA,x\nB,x\nC,https://a.example/1\n"), None);
        assert_eq!(table("no table at all"), None);
    }
}
