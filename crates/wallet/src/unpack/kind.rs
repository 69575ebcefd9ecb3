//! What bytes are, by their first ones.

/// How many bytes are looked at.
pub(super) const START: usize = 8 << 10;

/// What is taken apart, and what is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A ZIP archive (PKWARE APPNOTE, 4.3.7 and 4.3.16).
    Zip,
    /// Something compressed by gzip (RFC 1952).
    Gzip,
    /// A tar archive (POSIX.1-2017, pax).
    Tar,
    /// A PDF.
    Pdf,
    /// A mail (RFC 5322).
    Mail,
    /// Mails one after another (RFC 4155).
    Mbox,
    /// An image of pixels.
    Picture(Picture),
    /// JSON, or nearly.
    Json,
    /// A property list of Apple's, in its binary form: a link that was saved may be one.
    BinaryPlist,
    /// Other text in UTF-8.
    Text,
    /// Anything else.
    Other,
}

/// Images of pixels that are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Picture {
    Png,
    /// JPEG, GIF or WebP, which carry no badge.
    Other,
}

impl Kind {
    /// What `bytes` are, of which the first [`START`] decide.
    pub(super) fn of(bytes: &[u8]) -> Self {
        let start = bytes.get(..START).unwrap_or(bytes);
        if start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06") {
            return Self::Zip;
        }
        if start.starts_with(b"\x1f\x8b\x08") {
            return Self::Gzip;
        }
        if start.starts_with(b"\x89PNG\r\n\x1a\n") {
            return Self::Picture(Picture::Png);
        }
        if start.starts_with(b"\xff\xd8\xff") || start.starts_with(b"GIF8") || is_webp(start) {
            return Self::Picture(Picture::Other);
        }
        if start.starts_with(b"bplist00") {
            return Self::BinaryPlist;
        }
        if is_tar_header(start) {
            return Self::Tar;
        }
        let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
        if text.starts_with(b"%PDF-") {
            return Self::Pdf;
        }
        match text.first() {
            Some(b'{' | b'[') if !text.starts_with(b"[InternetShortcut]") && !is_desktop_entry(text) => {
                Self::Json
            }
            _ if is_mbox(start) => Self::Mbox,
            _ if is_mail(start) => Self::Mail,
            _ if is_text(start) => Self::Text,
            _ => Self::Other,
        }
    }

    /// Whether it counts among the containers that may stand around a leaf.
    pub(super) fn is_container(self) -> bool {
        self.is_stream() || matches!(self, Self::Mail | Self::Pdf)
    }

    /// Whether it is read from where it is, and so may be of any size.
    pub(super) fn is_stream(self) -> bool {
        matches!(self, Self::Zip | Self::Gzip | Self::Tar | Self::Mbox)
    }
}

fn is_webp(start: &[u8]) -> bool {
    start.starts_with(b"RIFF") && start.get(8..12) == Some(b"WEBP")
}

fn is_desktop_entry(text: &[u8]) -> bool {
    text.starts_with(b"[Desktop Entry]")
}

/// Whether the first block is a header of tar: its checksum is right.
pub(super) fn is_tar_header(start: &[u8]) -> bool {
    let Some(block) = start.first_chunk::<512>() else { return false };
    // The checksum is of the header with spaces in place of the checksum.
    let sum: u64 = block
        .iter()
        .enumerate()
        .map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u64::from(*byte) })
        .sum();
    block[0] != 0 && super::tar::number(&block[148..156]) == Some(sum)
}

/// Whether it begins as mails do that stand one after another: a line from the post office, then a header.
fn is_mbox(start: &[u8]) -> bool {
    start.starts_with(b"From ")
        && start.iter().position(|byte| *byte == b'\n').is_some_and(|end| is_mail(&start[end + 1..]))
}

/// Whether it begins with the header of a mail: several fields that all mails have.
fn is_mail(start: &[u8]) -> bool {
    const TELLING: [&str; 12] = [
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "mime-version",
        "received",
        "return-path",
        "delivered-to",
        "content-type",
        "reply-to",
        "dkim-signature",
    ];
    let mut telling = 0;
    for line in start.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let is_continued = matches!(line.first(), Some(b' ' | b'\t'));
        let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
        let is_field = name.len() < line.len()
            && !name.is_empty()
            && name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(byte));
        if is_field {
            let name = String::from_utf8_lossy(name).to_ascii_lowercase();
            telling += u32::from(TELLING.contains(&name.as_str()));
        } else if !is_continued {
            break;
        }
    }
    telling >= 3
}

/// Whether it is text in UTF-8, perhaps cut inside a character.
fn is_text(start: &[u8]) -> bool {
    let whole = match std::str::from_utf8(start) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none() && error.valid_up_to() > 0,
    };
    whole && !start.is_empty() && !start.contains(&0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_decide() {
        for (bytes, expected) in [
            (&b"PK\x03\x04rest"[..], Kind::Zip),
            (b"PK\x05\x06", Kind::Zip),
            (b"\x1f\x8b\x08\0", Kind::Gzip),
            (b"%PDF-1.7\n", Kind::Pdf),
            (b"\xef\xbb\xbf {\"a\":1}", Kind::Json),
            (b"[1]", Kind::Json),
            (b"\xff\xd8\xff\xe0", Kind::Picture(Picture::Other)),
            (b"RIFF\0\0\0\0WEBPVP8 ", Kind::Picture(Picture::Other)),
            (b"From: a@example.org\r\nTo: b@example.org\r\nSubject: Hello\r\n\r\nHi", Kind::Mail),
            (b"From a@example.org Mon Nov 23\nFrom: a\nTo: b\nDate: c\n\nHi", Kind::Mbox),
            (b"From here: it is text.\nTo: be or not\n", Kind::Text),
            (b"[InternetShortcut]\r\nURL=https://a.example/\r\n", Kind::Text),
            (b"[Desktop Entry]\nType=Link\n", Kind::Text),
            (b"https://a.example/1", Kind::Text),
            (b"Name,Url\n", Kind::Text),
            (b"\xff\xfe{\0", Kind::Other),
            (b"", Kind::Other),
            (b"a\0b", Kind::Other),
        ] {
            assert_eq!(Kind::of(bytes), expected, "{:?}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn a_character_may_be_cut_where_looking_ends() {
        let text = "\u{e9}".repeat(START);
        assert_eq!(Kind::of(format!("a{text}").as_bytes()), Kind::Text);
        assert_eq!(Kind::of(b"caf\xe9 ole"), Kind::Other);
    }
}
