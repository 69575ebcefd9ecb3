//! Mails (RFC 5322, MIME: RFC 2045 to 2049): what is attached, what is shown in them, and links to badges in their
//! text.
//!
//! How a mail is made up is read here, so that its parts are looked at one at a time; what stands in the fields of
//! its header, and how bytes are written as text, is left to a library.

use std::ops::ControlFlow;

use mailparse::{
    DispositionType, MailHeader, MailHeaderMap, addrparse, parse_content_disposition, parse_content_type,
};

use super::kind::Kind;
use super::place::{At, Labels};
use super::{Step, UnpackError, Walk, link};

/// The longest header of a mail or of a part of it, in bytes.
const LONGEST_HEADER: usize = 256 << 10;

/// Parts inside one another.
const DEPTH: u32 = 10;

/// What of a text is searched for links, in bytes.
const SEARCHED: usize = 1 << 20;

/// What nobody means as a badge: signatures, invitations, what mail servers say to one another.
const NOISE: [&str; 9] = [
    "application/pgp-signature",
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
    "application/ms-tnef",
    "message/delivery-status",
    "message/disposition-notification",
    "text/calendar",
    "text/rfc822-headers",
    "text/x-amp-html",
];

/// Opens a mail.
pub(super) fn open(walk: &mut Walk, at: &At, bytes: &[u8]) -> Step {
    let leaves = walk.tally.leaves;
    open_parts(walk, at, bytes)?;
    if walk.tally.leaves == leaves {
        return walk.fail(at, UnpackError::NothingInside { what: "this mail" });
    }
    ControlFlow::Continue(())
}

/// Opens a mail among many: one that holds nothing is passed over.
pub(super) fn open_of_many(walk: &mut Walk, at: &At, bytes: &[u8]) -> Step {
    let leaves = walk.tally.leaves;
    open_parts(walk, &at.incidental(), bytes)?;
    if walk.tally.leaves == leaves {
        walk.skip();
    }
    ControlFlow::Continue(())
}

fn open_parts(walk: &mut Walk, at: &At, bytes: &[u8]) -> Step {
    let (head, _) = split(bytes);
    let at = at.sent_to(recipient(&headers(head)));
    let mut mail = Mail { walk, at: &at, labels: Labels::default(), links: Vec::new() };
    mail.part(bytes, 0)?;
    let Mail { mut labels, links, .. } = mail;
    for link in links {
        walk.leaf(&at.part(&labels.label(&link::label(&link), "link")).incidental(), link.into_bytes())?;
    }
    ControlFlow::Continue(())
}

/// One mail, under way.
struct Mail<'m, 'w> {
    walk: &'m mut Walk<'w>,
    at: &'m At,
    labels: Labels,
    links: Vec<String>,
}

impl Mail<'_, '_> {
    /// Looks into a part, its header and its body.
    fn part(&mut self, raw: &[u8], depth: u32) -> Step {
        self.walk.entry(self.at, None)?;
        let (head, body) = split(raw);
        if head.len() > LONGEST_HEADER {
            return self.damaged("the header of a part of it is too long");
        }
        let headers = headers(head);
        let value = |name: &str| headers.get_first_value(name);
        let class = parse_content_type(value("Content-Type").as_deref().unwrap_or("text/plain"));
        let disposition = value("Content-Disposition").map(|value| parse_content_disposition(&value));
        if matches!(
            class.mimetype.as_str(),
            "multipart/encrypted" | "application/pkcs7-mime" | "application/x-pkcs7-mime"
        ) {
            return self.walk.fail(self.at, UnpackError::MailEncrypted);
        }
        if class.mimetype.starts_with("multipart/")
            && let Some(boundary) = class.params.get("boundary")
        {
            if depth >= DEPTH {
                return self.damaged("its parts are too deep inside one another");
            }
            for part in Parts::of(body, boundary) {
                self.part(part, depth + 1)?;
            }
            return ControlFlow::Continue(());
        }
        if NOISE.contains(&class.mimetype.as_str()) {
            self.walk.skip();
            return ControlFlow::Continue(());
        }
        let is_attached =
            disposition.as_ref().is_some_and(|how| how.disposition == DispositionType::Attachment);
        let name =
            disposition.as_ref().and_then(|how| how.params.get("filename")).or(class.params.get("name"));
        if class.mimetype.starts_with("text/") && !is_attached && name.is_none() {
            self.text(raw, class.mimetype == "text/html");
            return ControlFlow::Continue(());
        }
        let is_shown = !is_attached
            && class.mimetype.starts_with("image/")
            && (value("Content-ID").is_some() || disposition.is_some());
        let label = match (name, class.mimetype.as_str()) {
            (Some(name), _) => name.clone(),
            (None, "message/rfc822" | "message/global") => headers_of_message(body)
                .get_first_value("Subject")
                .unwrap_or_else(|| "attached mail".to_owned()),
            (None, class) => format!("part {class}"),
        };
        self.attachment(raw, &label, is_shown)
    }

    /// Decodes what is attached, and looks into it.
    fn attachment(&mut self, raw: &[u8], label: &str, is_shown: bool) -> Step {
        let mut at = self.at.inside(&self.labels.label(label, "attachment"));
        if is_shown {
            at = at.incidental();
        }
        let decoded = mailparse::parse_mail(raw).and_then(|part| part.get_body_raw());
        let bytes = match decoded {
            Ok(bytes) => bytes,
            Err(error) => {
                let error = UnpackError::Damaged { what: "this attachment", detail: error.to_string() };
                return self.walk.fail(&at, error);
            }
        };
        if self.walk.charge(bytes.len()).is_err() {
            return self.walk.halt(&at, None);
        }
        let most = self.walk.most(Kind::of(&bytes));
        if bytes.len() > most {
            return self.walk.fail(&at, UnpackError::TooLarge { most });
        }
        self.walk.open(&at, bytes)
    }

    /// Takes the links to badges from a text.
    fn text(&mut self, raw: &[u8], is_html: bool) {
        let Some(text) = mailparse::parse_mail(raw).ok().and_then(|part| part.get_body().ok()) else {
            return;
        };
        let end = (0..=text.len().min(SEARCHED)).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        let text = &text[..end];
        let most = self.walk.limits.links;
        let found = if is_html {
            link::in_html(text, most, link::is_badge_link)
        } else {
            link::in_text(text, most, link::is_badge_link)
        };
        for link in found {
            if self.links.len() < most && !self.links.contains(&link) {
                self.links.push(link);
            }
        }
    }

    fn damaged(&mut self, detail: &str) -> Step {
        self.walk.fail(self.at, UnpackError::Damaged { what: "this mail", detail: detail.to_owned() })
    }
}

/// The header, with the empty line that ends it, and what comes after it.
fn split(raw: &[u8]) -> (&[u8], &[u8]) {
    if raw.starts_with(b"\n") {
        return raw.split_at(1);
    }
    if raw.starts_with(b"\r\n") {
        return raw.split_at(2);
    }
    let newlines = memchr::memchr_iter(b'\n', raw);
    for newline in newlines {
        match raw.get(newline + 1..) {
            Some([b'\n', ..]) => return raw.split_at(newline + 2),
            Some([b'\r', b'\n', ..]) => return raw.split_at(newline + 3),
            _ => {}
        }
    }
    (raw, &[])
}

fn headers(head: &[u8]) -> Vec<MailHeader<'_>> {
    let head = head.get(..LONGEST_HEADER).unwrap_or(head);
    mailparse::parse_headers(head).map(|(headers, _)| headers).unwrap_or_default()
}

fn headers_of_message(body: &[u8]) -> Vec<MailHeader<'_>> {
    headers(split(body).0)
}

/// Whom the mail was sent to, where that is one person.
fn recipient(headers: &[MailHeader]) -> Option<String> {
    let address = |name: &str| {
        let value = headers.get_first_value(name)?;
        Some(addrparse(&value).ok()?.extract_single_info()?.addr)
    };
    let plausible = |address: &String| {
        let is_odd = |c: char| c.is_whitespace() || c.is_control();
        address.len() <= 254 && address.contains('@') && !address.contains(is_odd)
    };
    ["Delivered-To", "X-Original-To", "To"].iter().find_map(|name| address(name).filter(plausible))
}

/// The parts of a multipart body (RFC 2046, 5.1.1), one after another.
struct Parts<'b> {
    body: &'b [u8],
    delimiter: Vec<u8>,
    /// Where the next part begins; none before the first delimiter is found, and at the end.
    start: Option<usize>,
}

impl<'b> Parts<'b> {
    fn of(body: &'b [u8], boundary: &str) -> Self {
        let mut parts = Self { body, delimiter: format!("--{boundary}").into_bytes(), start: None };
        if let Some(Delimiter { next, is_last: false, .. }) = parts.delimiter_from(0) {
            parts.start = Some(next);
        }
        parts
    }

    fn delimiter_from(&self, from: usize) -> Option<Delimiter> {
        let body = self.body.get(from..)?;
        for found in memchr::memmem::find_iter(body, &self.delimiter) {
            let start = from + found;
            if start > 0 && self.body.get(start - 1) != Some(&b'\n') {
                continue;
            }
            let rest = &self.body[start + self.delimiter.len()..];
            let is_last = rest.starts_with(b"--");
            let line = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            let is_whole = is_last || rest[..line].iter().all(u8::is_ascii_whitespace);
            if is_whole {
                let next = (start + self.delimiter.len() + line + 1).min(self.body.len());
                return Some(Delimiter { start, next, is_last });
            }
        }
        None
    }
}

/// A line between parts.
struct Delimiter {
    start: usize,
    next: usize,
    is_last: bool,
}

impl<'b> Iterator for Parts<'b> {
    type Item = &'b [u8];

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.start.take()?;
        let Some(delimiter) = self.delimiter_from(start) else {
            // Cut short: what there is of it.
            let rest = self.body.get(start..)?;
            return (!rest.is_empty()).then_some(rest);
        };
        if !delimiter.is_last {
            self.start = Some(delimiter.next);
        }
        // The line break before the delimiter belongs to it.
        let part = self.body.get(start..delimiter.start).unwrap_or_default();
        let part = part.strip_suffix(b"\n").unwrap_or(part);
        Some(part.strip_suffix(b"\r").unwrap_or(part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_told_apart() {
        let parts = |body: &'static str| -> Vec<&str> {
            Parts::of(body.as_bytes(), "b").map(|part| std::str::from_utf8(part).unwrap()).collect()
        };
        assert_eq!(
            parts("preamble\r\n--b\r\nA: 1\r\n\r\none\r\n--b  \r\ntwo\r\n\r\n--b--\r\nend"),
            ["A: 1\r\n\r\none", "two\r\n"]
        );
        assert_eq!(parts("--b\nx--b\n--bc\n\n--b\ny\n--b--"), ["x--b\n--bc\n", "y"]);
        assert_eq!(parts("--b\none\n--b\ncut sho"), ["one", "cut sho"]);
        assert_eq!(parts("--b--\n--b\nx"), Vec::<&str>::new());
        assert_eq!(parts(""), Vec::<&str>::new());
        assert_eq!(parts("--b"), Vec::<&str>::new());
        assert_eq!(parts("--b\n--b\n--b--"), ["", ""]);
    }

    #[test]
    fn the_header_ends_with_an_empty_line() {
        for (raw, head) in [
            ("A: 1\n\nx", "A: 1\n\n"),
            ("A: 1\r\n\r\nx", "A: 1\r\n\r\n"),
            ("\nx", "\n"),
            ("A: 1", "A: 1"),
            ("", ""),
        ] {
            assert_eq!(split(raw.as_bytes()).0, head.as_bytes());
        }
    }

    #[test]
    fn one_recipient_is_known() {
        let recipient = |head: &str| recipient(&headers(head.as_bytes()));
        let ada = Some("ada@example.org".to_owned());
        assert_eq!(recipient("To: Ada <ada@example.org>\n\n"), ada);
        assert_eq!(recipient("To: a@example.org, b@example.org\nDelivered-To: ada@example.org\n\n"), ada);
        assert_eq!(recipient("To: a@example.org, b@example.org\n\n"), None);
        assert_eq!(recipient("To: everyone\n\n"), None);
        assert_eq!(recipient("Subject: x\n\n"), None);
    }
}
