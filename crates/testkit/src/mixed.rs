//! A folder as people have it: badges, the same badges in other wrappings, and all that is none.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::containers::{Attached, MailPart, PdfFile, mail, zip};
use crate::{DataModel, Issuer, art, assorted};

/// What importing a folder that [`mixed()`] made comes to, where badges that are not valid are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mixture {
    /// Files to look into.
    pub files: u32,
    /// Things in them: of an archive that is cut short, the entry and the missing end.
    pub things: u32,
    /// Badges that are new and not invalid.
    pub added: u32,
    /// Badges that are new and invalid.
    pub not_valid: u32,
    /// Other wrappings of badges that are there.
    pub already_there: u32,
    /// What cannot be read as a badge.
    pub failed: u32,
    /// Symbolic links, each of which leads round in a circle.
    pub links: u32,
    /// Hidden files.
    pub hidden: u32,
    /// Bytes of all files.
    pub bytes: u64,
}

/// The ways in which a file of [`mixed()`] is broken.
pub const BROKEN: [&str; 20] = [
    "empty",
    "prose",
    "png-cut-short",
    "png-without-a-badge",
    "svg-without-a-badge",
    "svg-cut-short",
    "json-cut-short",
    "json-with-a-key-twice",
    "json-of-something-else",
    "json-too-deep",
    "token-of-two-parts",
    "token-that-is-no-base64",
    "token-without-a-signature",
    "token-tampered-with",
    "credential-tampered-with",
    "png-with-a-wrong-checksum",
    "web-page",
    "pdf-without-a-badge",
    "zip-cut-short",
    "zip-bomb",
];

/// Fills `folder` with at least `count` files: half of them badges, a quarter the same badges in other wrappings (the same
/// bytes, baked into an image, in an archive, in a mail, in a PDF), a quarter broken in the ways of [`BROKEN`], and here
/// and there a file that is too large, a link round in a circle, or a hidden file.
pub fn mixed(folder: &Path, count: usize) -> io::Result<Mixture> {
    let mut maker = Maker { folder, mixture: Mixture::default() };
    for number in 0..count / 4 {
        maker.badge(2 * number)?;
        maker.badge(2 * number + 1)?;
        maker.wrapped(2 * number, number)?;
        maker.broken(number)?;
        if number % 100 == 99 {
            maker.nuisances(number)?;
        }
    }
    Ok(maker.mixture)
}

struct Maker<'a> {
    folder: &'a Path,
    mixture: Mixture,
}

impl Maker<'_> {
    fn badge(&mut self, number: usize) -> io::Result<()> {
        let (name, bytes) = assorted(number);
        if expires_before_it_begins(number) {
            self.mixture.not_valid += 1;
        } else {
            self.mixture.added += 1;
        }
        self.write(number, &name, &bytes)
    }

    /// The badge `number` once more.
    fn wrapped(&mut self, number: usize, way: usize) -> io::Result<()> {
        let (name, bytes) = assorted(number);
        let (name, bytes) = match way % 4 {
            0 => (format!("copy-of-{name}"), bytes),
            1 => (format!("{number}.zip"), zip(&[("badges/", b""), (&format!("badges/{name}"), &bytes)])),
            2 => {
                let attached = MailPart::attached(&name, "application/octet-stream", &bytes);
                (format!("{number}.eml"), mail("ada@example.org", "Your badge", &[attached]))
            }
            _ => (format!("{number}.pdf"), PdfFile::new().file(Attached::Listed, &name, &bytes).bytes(true)),
        };
        self.mixture.already_there += 1;
        self.write(number, &name, &bytes)
    }

    fn broken(&mut self, number: usize) -> io::Result<()> {
        let way = BROKEN[number % BROKEN.len()];
        let bytes = broken(way, number);
        if matches!(way, "token-tampered-with" | "credential-tampered-with") {
            self.mixture.not_valid += 1;
        } else {
            self.mixture.failed += 1;
        }
        if way == "zip-cut-short" {
            self.mixture.failed += 1;
            self.mixture.things += 1;
        }
        self.write(number, &format!("{way}-{number}"), &bytes)
    }

    fn nuisances(&mut self, number: usize) -> io::Result<()> {
        let huge = self.place(number, &format!("huge-{number}.png"))?;
        // Larger than any badge, and hardly anything on disk.
        fs::File::create(huge)?.set_len(70 << 20)?;
        self.mixture.files += 1;
        self.mixture.things += 1;
        self.mixture.failed += 1;
        let hidden = self.place(number, &format!(".hidden-{number}"))?;
        fs::write(hidden, b"{}")?;
        self.mixture.hidden += 1;
        #[cfg(unix)]
        {
            let link = self.place(number, &format!("round-{number}"))?;
            std::os::unix::fs::symlink(self.folder, link)?;
            self.mixture.links += 1;
        }
        Ok(())
    }

    fn write(&mut self, number: usize, name: &str, bytes: &[u8]) -> io::Result<()> {
        fs::write(self.place(number, name)?, bytes)?;
        self.mixture.files += 1;
        self.mixture.things += 1;
        self.mixture.bytes += bytes.len() as u64;
        Ok(())
    }

    fn place(&self, number: usize, name: &str) -> io::Result<PathBuf> {
        let folder = self.folder.join(format!("{:02}", number / 100 % 100));
        fs::create_dir_all(&folder)?;
        Ok(folder.join(name))
    }
}

/// Some badges of [`assorted()`] end on a fixed day, and begin on one that depends on the number.
fn expires_before_it_begins(number: usize) -> bool {
    number % 8 == 2 && number % 7 == 6 && number % 12 >= 6
}

fn broken(way: &str, number: usize) -> Vec<u8> {
    let award = || Issuer::did_key("broken").achievement(&format!("Broken {number}"));
    let token = || award().sign_jwt().text().to_owned();
    let json = || award().sign_data_integrity(DataModel::V2).text().to_owned();
    let cut = |bytes: Vec<u8>| bytes[..bytes.len() * 2 / 3].to_vec();
    match way {
        "empty" => Vec::new(),
        "prose" => format!("Dear diary, this is day {number}.").into_bytes(),
        "png-cut-short" => cut(award().sign_jwt().baked_png())[..200].to_vec(),
        "png-without-a-badge" => art::png(&format!("Art {number}")),
        "svg-without-a-badge" => art::svg(&format!("Art {number}")).into_bytes(),
        "svg-cut-short" => cut(award().sign_jwt().baked_svg()),
        "json-cut-short" => cut(json().into_bytes()),
        "json-with-a-key-twice" => json().replacen('{', r#"{"type":"x","type":"y","#, 1).into_bytes(),
        "json-of-something-else" => format!(r#"{{"recipe":"soup","number":{number}}}"#).into_bytes(),
        "json-too-deep" => "[".repeat(100_000 + number).into_bytes(),
        "token-of-two-parts" => {
            token().rsplit_once('.').map(|(start, _)| start.to_owned()).unwrap_or_default().into_bytes()
        }
        "token-that-is-no-base64" => token().replacen('.', ".!", 1).into_bytes(),
        "token-without-a-signature" => {
            token().rsplit_once('.').map(|(start, _)| format!("{start}.")).unwrap_or_default().into_bytes()
        }
        "token-tampered-with" => {
            let token = token();
            let at = token.len() - 20;
            let other = if token.as_bytes()[at] == b'A' { "B" } else { "A" };
            format!("{}{other}{}", &token[..at], &token[at + 1..]).into_bytes()
        }
        "credential-tampered-with" => {
            json().replace("Awarded for Broken", "Awarded for all, Broken").into_bytes()
        }
        "png-with-a-wrong-checksum" => {
            let mut png = award().sign_jwt().baked_png();
            // The checksum of the chunk with the badge in it stands behind its length, kind and data.
            let kind = png.windows(4).position(|window| window == b"iTXt").unwrap_or(4);
            let length: usize =
                png[kind - 4..kind].iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
            png[kind + 4 + length] ^= 0xff;
            png
        }
        "web-page" => {
            format!("<!doctype html><html><head><title>{number}</title></head></html>").into_bytes()
        }
        "pdf-without-a-badge" => PdfFile::new().link("https://school.example/contact").bytes(false),
        "zip-cut-short" => cut(zip(&[("a.json", json().as_bytes())])),
        _ => zip(&[("zeros", &vec![0; (8 << 20) + number])]),
    }
}
