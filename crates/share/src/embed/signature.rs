//! The foot of a mail. Mail programs are the strictest readers of HTML: tables for layout, inline style, fixed
//! sizes, pictures from the web or sent along.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{Embed, EmbedFormat, Snippet};
use crate::escape;

/// The `Content-ID` (RFC 2392) of a picture that is sent along.
const PICTURE_ID: &str = "badge@lapel.invalid";

/// The most characters that Gmail takes for a signature.
const GMAIL: usize = 10_000;

impl Snippet {
    /// A table of one row: picture, and beside it name, issuer, date, standing and a link. A picture that is not on
    /// the web is named by its `Content-ID`, for a mail that brings it along.
    pub(super) fn signature(&self) -> Embed {
        let along = format!("cid:{PICTURE_ID}");
        let img = format!(
            "<img src=\"{}\" width=\"64\" height=\"64\" alt=\"{}\" border=\"0\" \
             style=\"display:block;border:0;width:64px;height:64px\">",
            escape::html(self.mail_picture().unwrap_or(&along)),
            escape::html(&self.alt())
        );
        let picture = self.mail_link(&img, "");
        let name = format!("<strong>{}</strong>", escape::html(&self.name));
        let mut lines = vec![
            self.mail_link(&name, "color:#0b57d0;text-decoration:none"),
            escape::html(&self.issued_by()),
        ];
        lines.extend(self.statement.as_deref().map(escape::html));
        let text = format!(
            "<table cellpadding=\"0\" cellspacing=\"0\" border=\"0\" role=\"presentation\" \
             style=\"border-collapse:collapse\"><tr><td width=\"76\" valign=\"middle\" \
             style=\"padding:0 12px 0 0\">{picture}</td><td valign=\"middle\" style=\"padding:0;\
             font-family:Arial,Helvetica,sans-serif;font-size:13px;line-height:18px\">{}</td></tr></table>",
            lines.join("<br>")
        );
        let note = self.signature_note(text.chars().count());
        Embed { format: EmbedFormat::Signature, text, note: Some(note) }
    }

    /// The same for mail without HTML.
    pub(super) fn signature_text(&self) -> Embed {
        let mut lines = vec![format!("{}, {}", self.name, self.issued_by())];
        lines.extend(self.statement.clone());
        lines.extend(self.page.clone());
        Embed { format: EmbedFormat::SignatureText, text: lines.join("\n"), note: self.page_note() }
    }

    fn mail_link(&self, shown: &str, style: &str) -> String {
        let style = if style.is_empty() { String::new() } else { format!(" style=\"{style}\"") };
        match &self.page {
            Some(page) => format!("<a href=\"{}\"{style}>{shown}</a>", escape::html(page)),
            None => shown.to_owned(),
        }
    }

    /// The picture's address, where mail programs show what is there: none of them shows SVG or `data:` URIs.
    fn mail_picture(&self) -> Option<&str> {
        let is_vector = |url: &str| {
            url.split(['?', '#']).next().is_some_and(|path| path.to_ascii_lowercase().ends_with(".svg"))
        };
        self.picture_url().filter(|url| !is_vector(url))
    }

    fn signature_note(&self, length: usize) -> String {
        let picture = match self.mail_picture() {
            Some(_) => format!("{} Many mail programs ask before they show it.", self.picture.note()),
            None => "Its picture goes along with the mail: save the draft and go on from there, or put the picture in \
                     by hand where your mail program makes its signatures."
                .to_owned(),
        };
        let long = (length > GMAIL)
            .then(|| format!("Gmail takes no more than {GMAIL} characters; this has {length}."));
        [Some(picture), long, self.page_note()].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

/// A mail without receivers whose body is the signature, as plain text and as HTML, with `picture` (a PNG) sent along
/// where the HTML names it: mail programs open it as a draft (`X-Unsent`). Every part is base64, so that no text in
/// it can be taken for a header or a boundary (RFC 2045 and 2046; `multipart/related` by RFC 2387).
pub fn signature_mail(html: &str, text: &str, picture: &[u8]) -> Vec<u8> {
    let part = |headers: &str, bytes: &[u8]| {
        format!(
            "{headers}\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n",
            folded(&STANDARD.encode(bytes))
        )
    };
    let plain = part("Content-Type: text/plain; charset=utf-8", text.as_bytes());
    let page =
        format!("<!DOCTYPE html><html><head><meta charset=\"utf-8\"></head><body><br>{html}</body></html>");
    let rich = part("Content-Type: text/html; charset=utf-8", page.as_bytes());
    let rich = if html.contains(&format!("cid:{PICTURE_ID}")) {
        let headers = format!(
            "Content-Type: image/png; name=\"badge.png\"\r\nContent-ID: <{PICTURE_ID}>\r\n\
             Content-Disposition: inline; filename=\"badge.png\""
        );
        multipart("related; type=\"text/html\"", "=_lapel_related", &[rich, part(&headers, picture)])
    } else {
        rich
    };
    let body = multipart("alternative", "=_lapel_alternative", &[plain, rich]);
    format!("MIME-Version: 1.0\r\nX-Unsent: 1\r\nSubject: \r\n{body}").into_bytes()
}

fn multipart(kind: &str, boundary: &str, parts: &[String]) -> String {
    let parts: String = parts.iter().map(|part| ["--", boundary, "\r\n", part, "\r\n"].concat()).collect();
    format!("Content-Type: multipart/{kind}; boundary=\"{boundary}\"\r\n\r\n{parts}--{boundary}--\r\n")
}

/// Lines of 76 characters (RFC 2045, section 6.8).
fn folded(base64: &str) -> String {
    let lines: Vec<&str> =
        base64.as_bytes().chunks(76).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    lines.join("\r\n")
}
