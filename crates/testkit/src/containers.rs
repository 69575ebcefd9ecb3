//! Containers that badges come in: archives, mails, PDF files, pictures with QR codes, backups of wallets.
//!
//! ZIP, PDF and QR codes are written by libraries, so that what reads them is held against another hand.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use image::{DynamicImage, GrayImage, ImageFormat};
use lopdf::{Dictionary, Document as Pdf, Object, SaveOptions, Stream, dictionary};
use qrcode::{Color, QrCode};
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A ZIP archive of files, in that order; a name that ends in `/` is a folder.
///
/// # Panics
/// If the library does not write it.
#[expect(clippy::expect_used, reason = "development only; memory takes what is written")]
pub fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        if name.ends_with('/') {
            zip.add_directory(*name, options).expect("a folder");
        } else {
            zip.start_file(*name, options).expect("a file");
            zip.write_all(bytes).expect("memory takes it");
        }
    }
    zip.finish().expect("memory takes it").into_inner()
}

/// A ZIP archive with a symbolic link to `target`.
///
/// # Panics
/// If the library does not write it.
#[expect(clippy::expect_used, reason = "development only; memory takes what is written")]
pub fn zip_with_symlink(name: &str, target: &str) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.add_symlink(name, target, SimpleFileOptions::default()).expect("a link");
    zip.finish().expect("memory takes it").into_inner()
}

/// What gzip makes of `bytes`.
///
/// # Panics
/// Never: memory takes what is written.
#[expect(clippy::expect_used, reason = "development only; memory takes what is written")]
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(bytes).expect("memory takes it");
    gzip.finish().expect("memory takes it")
}

/// A tar archive (ustar; a name of more than 100 bytes by a pax record). The class is that of ustar: `0` for a file.
pub fn tar(entries: &[(&str, u8, &[u8])]) -> Vec<u8> {
    let mut tar = Vec::new();
    for (name, class, bytes) in entries {
        if name.len() > 100 {
            let record = format!(" path={name}\n");
            let mut length = record.len() + 2;
            while length.to_string().len() + record.len() != length {
                length += 1;
            }
            tar_entry(&mut tar, "pax", b'x', format!("{length}{record}").as_bytes());
        }
        tar_entry(&mut tar, name, *class, bytes);
    }
    tar.extend_from_slice(&[0; 1024]);
    tar
}

fn tar_entry(tar: &mut Vec<u8>, name: &str, class: u8, bytes: &[u8]) {
    let mut header = [0_u8; 512];
    let name = &name.as_bytes()[..name.len().min(100)];
    header[..name.len()].copy_from_slice(name);
    header[100..108].copy_from_slice(b"0000644\0");
    header[124..136].copy_from_slice(format!("{:011o}\0", bytes.len()).as_bytes());
    header[136..148].copy_from_slice(b"00000000000\0");
    header[156] = class;
    header[257..265].copy_from_slice(b"ustar\x0000");
    header[148..156].copy_from_slice(b"        ");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    tar.extend_from_slice(&header);
    tar.extend_from_slice(bytes);
    tar.resize(tar.len().next_multiple_of(512), 0);
}

/// A part of a mail.
#[derive(Clone, Debug)]
pub struct MailPart {
    head: String,
    body: String,
}

impl MailPart {
    /// Text that the mail shows; `class` is `plain` or `html`.
    pub fn text(class: &str, text: &str) -> Self {
        Self { head: format!("Content-Type: text/{class}; charset=utf-8\r\n"), body: text.to_owned() }
    }

    /// A file, attached in base 64.
    pub fn attached(name: &str, media_type: &str, bytes: &[u8]) -> Self {
        Self::encoded(name, media_type, "attachment", bytes)
    }

    /// A picture that the mail shows.
    pub fn shown(name: &str, media_type: &str, bytes: &[u8]) -> Self {
        Self::encoded(name, media_type, "inline", bytes)
    }

    fn encoded(name: &str, media_type: &str, how: &str, bytes: &[u8]) -> Self {
        let head = format!(
            "Content-Type: {media_type}; name=\"{name}\"\r\nContent-Transfer-Encoding: base64\r\n\
             Content-Disposition: {how}; filename=\"{name}\"\r\nContent-ID: <{name}@example.org>\r\n"
        );
        let mut body = String::new();
        for line in BASE64_STANDARD.encode(bytes).as_bytes().chunks(76) {
            body.push_str(&String::from_utf8_lossy(line));
            body.push_str("\r\n");
        }
        Self { head, body }
    }

    /// Text, attached in quoted-printable.
    pub fn quoted(name: &str, media_type: &str, text: &str) -> Self {
        let head = format!(
            "Content-Type: {media_type}\r\nContent-Transfer-Encoding: quoted-printable\r\n\
             Content-Disposition: attachment; filename=\"{name}\"\r\n"
        );
        let mut body = String::new();
        let mut width = 0;
        for byte in text.bytes() {
            let is_plain = (33..=126).contains(&byte) && byte != b'=';
            let written = if is_plain { char::from(byte).to_string() } else { format!("={byte:02X}") };
            if width + written.len() > 72 {
                body.push_str("=\r\n");
                width = 0;
            }
            width += written.len();
            body.push_str(&written);
        }
        Self { head, body }
    }

    /// Another mail, attached.
    pub fn mail(mail: &[u8]) -> Self {
        Self {
            head: "Content-Type: message/rfc822\r\n".to_owned(),
            body: String::from_utf8_lossy(mail).into_owned(),
        }
    }

    /// Anything else: fields of a header (each ended by CR LF), and a body.
    pub fn raw(head: &str, body: &str) -> Self {
        Self { head: head.to_owned(), body: body.to_owned() }
    }
}

/// A mail from a school to `to`, of those parts.
pub fn mail(to: &str, subject: &str, parts: &[MailPart]) -> Vec<u8> {
    // Another one than that of a mail inside.
    let boundary = format!("=_{}", parts.iter().map(|part| part.body.len()).sum::<usize>());
    let mut mail = format!(
        "Return-Path: <badges@school.example>\r\nFrom: School <badges@school.example>\r\nTo: {to}\r\n\
         Subject: {subject}\r\nDate: Mon, 23 Nov 2026 12:00:00 +0000\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed;\r\n boundary=\"{boundary}\"\r\n\r\nThis is a mail of several parts.\r\n"
    );
    for MailPart { head, body } in parts {
        let _ = write!(mail, "--{boundary}\r\n{head}\r\n{body}\r\n");
    }
    let _ = write!(mail, "--{boundary}--\r\n");
    mail.into_bytes()
}

/// How a file is in a PDF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attached {
    /// In the document's list of embedded files.
    Listed,
    /// By an annotation on the page.
    Annotation,
    /// As a file associated with the document (PDF 2.0, PDF/A-3).
    Associated,
}

/// A PDF of one page.
#[derive(Clone, Debug, Default)]
pub struct PdfFile {
    files: Vec<(Attached, String, Vec<u8>)>,
    links: Vec<String>,
    images: Vec<Stream>,
}

impl PdfFile {
    /// With nothing on it.
    pub fn new() -> Self {
        Self::default()
    }

    /// With a file.
    #[must_use]
    pub fn file(mut self, how: Attached, name: &str, bytes: &[u8]) -> Self {
        self.files.push((how, name.to_owned(), bytes.to_vec()));
        self
    }

    /// With a link on the page.
    #[must_use]
    pub fn link(mut self, url: &str) -> Self {
        self.links.push(url.to_owned());
        self
    }

    /// With a picture on the page, as a JPEG.
    #[must_use]
    pub fn jpeg(mut self, picture: &GrayImage) -> Self {
        let bytes = encoded(picture, ImageFormat::Jpeg);
        let dictionary = Self::image(picture, "DeviceGray", 8, "DCTDecode");
        self.images.push(Stream::new(dictionary, bytes).with_compression(false));
        self
    }

    /// With a picture on the page, in grey of 8 bits, or in black and white of 1 bit.
    #[must_use]
    pub fn pixels(mut self, picture: &GrayImage, bits: i64) -> Self {
        let mut bytes = Vec::new();
        for row in picture.rows() {
            let shades: Vec<u8> = row.map(|pixel| pixel[0]).collect();
            if bits == 8 {
                bytes.extend_from_slice(&shades);
            } else {
                let packed = shades.chunks(8).map(|eight| {
                    eight.iter().enumerate().fold(0, |byte, (at, shade)| byte | (shade >> 7) << (7 - at))
                });
                bytes.extend(packed);
            }
        }
        let mut dictionary = Self::image(picture, "DeviceGray", bits, "");
        dictionary.remove(b"Filter");
        self.images.push(Stream::new(dictionary, bytes));
        self
    }

    fn image(picture: &GrayImage, colours: &str, bits: i64, filter: &str) -> Dictionary {
        dictionary! {
            "Type" => "XObject",
            "Subtype" => "Image",
            "Width" => i64::from(picture.width()),
            "Height" => i64::from(picture.height()),
            "ColorSpace" => colours,
            "BitsPerComponent" => bits,
            "Filter" => filter,
        }
    }

    /// Its bytes; `modern`, with its objects packed in streams (PDF 1.5).
    ///
    /// # Panics
    /// If the library does not write it.
    #[expect(clippy::expect_used, reason = "development only; memory takes what is written")]
    pub fn bytes(self, modern: bool) -> Vec<u8> {
        let mut pdf = Pdf::with_version("1.7");
        let pages = pdf.new_object_id();
        let mut annotations: Vec<Object> = Vec::new();
        let mut listed: Vec<Object> = Vec::new();
        let mut associated: Vec<Object> = Vec::new();
        for (how, name, bytes) in self.files {
            let length = i64::try_from(bytes.len()).unwrap_or(0);
            let mut stream = Stream::new(
                dictionary! { "Type" => "EmbeddedFile", "Params" => dictionary! { "Size" => length } },
                bytes,
            );
            stream.compress().expect("it is compressed");
            let stream = pdf.add_object(stream);
            let utf16: Vec<u8> =
                [0xfe, 0xff].into_iter().chain(name.encode_utf16().flat_map(u16::to_be_bytes)).collect();
            let file = pdf.add_object(dictionary! {
                "Type" => "Filespec",
                "F" => Object::string_literal("attachment"),
                "UF" => Object::String(utf16, lopdf::StringFormat::Hexadecimal),
                "EF" => dictionary! { "F" => stream },
            });
            match how {
                Attached::Listed => listed.extend([Object::string_literal(name), file.into()]),
                Attached::Associated => associated.push(file.into()),
                Attached::Annotation => annotations.push(
                    dictionary! {
                        "Type" => "Annot",
                        "Subtype" => "FileAttachment",
                        "Rect" => vec![0.into(), 0.into(), 20.into(), 20.into()],
                        "FS" => file,
                    }
                    .into(),
                ),
            }
        }
        for link in self.links {
            annotations.push(
                dictionary! {
                    "Type" => "Annot",
                    "Subtype" => "Link",
                    "Rect" => vec![0.into(), 0.into(), 20.into(), 20.into()],
                    "A" => dictionary! { "S" => "URI", "URI" => Object::string_literal(link) },
                }
                .into(),
            );
        }
        let mut pictures = Dictionary::new();
        for (number, mut image) in self.images.into_iter().enumerate() {
            if image.allows_compression {
                image.compress().expect("it is compressed");
            }
            let image = pdf.add_object(image);
            pictures.set(format!("Im{number}"), image);
        }
        let page = pdf.add_object(dictionary! {
            "Type" => "Page",
            "Parent" => pages,
            "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
            "Resources" => dictionary! { "XObject" => pictures },
            "Annots" => annotations,
        });
        pdf.set_object(pages, dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 });
        let catalog = pdf.add_object(dictionary! {
            "Type" => "Catalog",
            "Pages" => pages,
            "Names" => dictionary! { "EmbeddedFiles" => dictionary! { "Names" => listed } },
            "AF" => associated,
        });
        pdf.trailer.set("Root", catalog);
        let mut bytes = Vec::new();
        let options = SaveOptions::builder().use_object_streams(modern).use_xref_streams(modern).build();
        pdf.save_with_options(&mut bytes, options).expect("memory takes it");
        bytes
    }
}

/// A QR code that holds `text`, each module of it `side` pixels wide.
///
/// # Panics
/// If the text is too long for a code.
#[expect(clippy::expect_used, reason = "development only: a text that is too long is a wrong test")]
pub fn qr(text: &str, side: u32) -> GrayImage {
    const QUIET: u32 = 4;
    let code = QrCode::new(text).expect("a text that fits");
    let width = u32::try_from(code.width()).unwrap_or(0);
    let colours = code.to_colors();
    GrayImage::from_fn((width + 2 * QUIET) * side, (width + 2 * QUIET) * side, |x, y| {
        let module = |at: u32| (at / side).checked_sub(QUIET).filter(|at| *at < width);
        let dark =
            module(x).zip(module(y)).is_some_and(|(x, y)| colours[(y * width + x) as usize] == Color::Dark);
        image::Luma([if dark { 0 } else { 255 }])
    })
}

/// `picture` in a format of files.
///
/// # Panics
/// If the format is not written.
#[expect(clippy::expect_used, reason = "development only; memory takes what is written")]
pub fn encoded(picture: &GrayImage, format: ImageFormat) -> Vec<u8> {
    let picture = DynamicImage::from(picture.clone());
    let picture = if format == ImageFormat::Jpeg { picture } else { picture.to_rgba8().into() };
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).expect("an image in memory encodes");
    bytes.into_inner()
}

/// A backup of the Learner Credential Wallet, not locked: a list of its profiles, each a Universal Wallet in which
/// credentials (JSON texts, kept exactly) stand beside the profile's keys.
pub fn learner_wallet(profiles: &[&[&str]]) -> String {
    let rest: [Value; 3] = [
        json!({ "@context": ["https://www.w3.org/ns/did/v1"], "id": "did:key:z6MkExample", "assertionMethod": [] }),
        json!({ "type": "Ed25519VerificationKey2020", "privateKeyMultibase": "zExample" }),
        json!({ "@context": ["https://w3id.org/wallet/v1"], "type": "ProfileMetadata", "data": { "profileName": "Default" } }),
    ];
    let profile = |credentials: &&[&str]| {
        let rest = rest.iter().map(Value::to_string);
        let contents: Vec<String> = credentials.iter().map(|text| (*text).to_owned()).chain(rest).collect();
        format!(
            "{{\n  \"@context\": [\"https://www.w3.org/2018/credentials/v1\", \"https://w3id.org/wallet/v1\"],\n  \
             \"id\": \"http://example.gov/wallet/3732\",\n  \"type\": \"UniversalWallet2020\",\n  \
             \"status\": \"UNLOCKED\",\n  \"contents\": [\n    {}\n  ]\n}}",
            contents.join(",\n    ")
        )
    };
    format!("[\n{}\n]\n", profiles.iter().map(profile).collect::<Vec<_>>().join(",\n"))
}
