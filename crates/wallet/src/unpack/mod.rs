//! Whatever a person has, taken apart into the things that may be badges.
//!
//! ```text
//! Input ── kind of the bytes ──▶ container ── its parts, one at a time ──▶ … ──▶ Leaf ──▶ visit
//! ```
//!
//! An archive, a mail, a PDF, a picture with a QR code, a wallet's backup, a list of links: each is opened, and
//! what is in it is looked at in the same way. What is no container is a leaf, its bytes as they came. What
//! something is, its bytes decide; names are labels. Nothing is written to disk, nothing is fetched, and what a
//! hostile container can cost is bounded by [`Limits`]. What can be brought in is described in
//! `docs/import-formats.md`.

mod archive;
mod error;
mod json;
mod kind;
mod link;
mod mail;
mod mbox;
mod pdf;
mod picture;
mod place;
mod table;
mod tar;
mod text;

use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek};
use std::ops::ControlFlow;

use openbadges::artifact::MAX_BYTES;

pub use error::UnpackError;

use crate::self_listed::SelfListed;
use kind::Kind;
use place::At;

/// What is unpacked.
#[derive(Debug)]
pub enum Input {
    /// A regular file, opened for reading, and its name.
    File(File, String),
    /// Bytes, and what they are called.
    Bytes {
        /// A name.
        name: String,
        /// The bytes.
        bytes: Vec<u8>,
    },
}

/// One thing that was found.
#[derive(Debug)]
pub struct Leaf {
    /// Where it was: empty for the input itself, else the way to it, such as `inner.zip › badges/1.png`. Cleaned:
    /// nothing in it turns the direction of text or cannot be seen, and no two leaves of one container share one.
    pub place: String,
    /// What was found.
    pub content: Content,
    /// The address of the person that the mail around it was sent to: perhaps who earned it.
    pub recipient: Option<String>,
    /// Whether nobody said that it is a badge: a picture that a mail shows, a link in its text. That such a thing is
    /// none, is hardly worth a word.
    pub incidental: bool,
}

/// What a leaf is.
#[derive(Debug)]
pub enum Content {
    /// Bytes that may be a badge or a link to one, exactly as they stood in the container.
    Bytes(Vec<u8>),
    /// An achievement that somebody wrote down, without anything that could be verified.
    SelfListed(SelfListed),
    /// What could not be unpacked, and why.
    Failed(UnpackError),
}

/// What unpacking may cost. The default is for files of strangers.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes that come out of all containers of one input together (512 MiB).
    pub unpacked: u64,
    /// Bytes of one leaf ([`MAX_BYTES`]).
    pub leaf: usize,
    /// Bytes of a container that is read as a whole: a mail, a PDF, a list, an archive inside another (64 MiB).
    pub container: usize,
    /// How many times its packed size a thing may unpack to (200), once it is beyond [`Limits::ratio_floor`].
    pub ratio: u64,
    /// Bytes that a thing may unpack to whatever its packed size (1 MiB).
    pub ratio_floor: u64,
    /// Entries of all containers of one input together, and leaves (20,000).
    pub entries: u32,
    /// Containers around a leaf (3).
    pub depth: u32,
    /// Links taken from the text of one mail or PDF (20).
    pub links: usize,
    /// Images of one PDF in which a QR code is looked for (20).
    pub pictures: usize,
    /// Pixels of all images of one input together in which a QR code is looked for (512 × 2^20). Images beyond these
    /// are leaves as they are.
    pub pixels: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            unpacked: 512 << 20,
            leaf: MAX_BYTES,
            container: 64 << 20,
            ratio: 200,
            ratio_floor: 1 << 20,
            entries: 20_000,
            depth: 3,
            links: 20,
            pictures: 20,
            pixels: 512 << 20,
        }
    }
}

/// What unpacking came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unpacked {
    /// Leaves that were visited.
    pub leaves: u32,
    /// Entries that were left out, for nobody means them as badges: what systems put into archives beside a person's
    /// files, signatures of mails, keys in a wallet's backup.
    pub skipped: u32,
    /// Bytes that came out of containers.
    pub bytes: u64,
    /// Whether it ended early: a limit was reached (the last leaf says which), or the visitor had enough.
    pub stopped: bool,
}

/// Visits what is in `input`, in order; `visit` stops it by `Break`. At most one leaf is held at a time, and the
/// containers around it: for each at most [`Limits::container`] bytes, a ZIP or tar that is the input itself is read
/// from where it is.
///
/// Whatever goes wrong is a leaf of its own, [`Content::Failed`], and costs that entry alone; only what would exceed
/// [`Limits::unpacked`] or [`Limits::entries`] ends the whole, with a last leaf that says so.
pub fn unpack(input: Input, limits: &Limits, visit: &mut dyn FnMut(Leaf) -> ControlFlow<()>) -> Unpacked {
    let mut walk = Walk::new(limits, visit);
    let at = At::input();
    let step = match input {
        Input::Bytes { bytes, .. } => walk.open(&at, bytes),
        Input::File(file, _) => walk.file(&at, file),
    };
    walk.tally.stopped |= step.is_break();
    walk.tally
}

/// Whether to go on.
type Step = ControlFlow<()>;

/// A container that is read from where it is.
trait Source: Read + Seek {}
impl<T: Read + Seek> Source for T {}

/// One unpacking, under way.
struct Walk<'a> {
    limits: &'a Limits,
    visit: &'a mut dyn FnMut(Leaf) -> ControlFlow<()>,
    tally: Unpacked,
    entries: u32,
    /// Images in which a code is looked for though that takes long.
    crowded: u32,
    /// Pixels of images in which a code may still be looked for.
    pixels: u64,
}

/// Why reading ended early.
enum Halt {
    /// For this entry alone.
    Entry(UnpackError),
    /// For the whole.
    Total,
}

impl From<UnpackError> for Halt {
    fn from(error: UnpackError) -> Self {
        Self::Entry(error)
    }
}

impl<'a> Walk<'a> {
    fn new(limits: &'a Limits, visit: &'a mut dyn FnMut(Leaf) -> ControlFlow<()>) -> Self {
        Self { limits, visit, tally: Unpacked::default(), entries: 0, crowded: 50, pixels: limits.pixels }
    }

    /// The input, in a file: archives and mailboxes are read from there, whatever else as a whole.
    fn file(&mut self, at: &At, mut file: File) -> Step {
        let mut start = Vec::new();
        let length = file.metadata().map(|data| data.len());
        let peeked = file.by_ref().take(kind::START as u64).read_to_end(&mut start);
        let length = match peeked.and(length).and_then(|length| file.rewind().map(|()| length)) {
            Ok(length) => length,
            Err(error) => return self.fail(at, UnpackError::Unreadable { detail: error.to_string() }),
        };
        let kind = Kind::of(&start);
        if kind.is_stream() {
            return self.stream(at, kind, &mut BufReader::new(file), length);
        }
        let most = self.most(kind);
        let mut bytes = Vec::new();
        match file.take(most as u64 + 1).read_to_end(&mut bytes) {
            Err(error) => self.fail(at, UnpackError::Unreadable { detail: error.to_string() }),
            Ok(_) if bytes.len() > most => self.fail(at, UnpackError::TooLarge { most }),
            Ok(_) => self.open(at, bytes),
        }
    }

    /// Looks into `bytes`: a container is opened, anything else is a leaf.
    fn open(&mut self, at: &At, bytes: Vec<u8>) -> Step {
        let kind = Kind::of(&bytes);
        if kind.is_container() && at.depth() >= self.limits.depth {
            return self.fail(at, UnpackError::TooDeep { most: self.limits.depth });
        }
        match kind {
            Kind::Zip | Kind::Gzip | Kind::Tar | Kind::Mbox => {
                let length = bytes.len() as u64;
                self.stream(at, kind, &mut Cursor::new(bytes), length)
            }
            Kind::Mail => mail::open(self, at, &bytes),
            Kind::Pdf => pdf::open(self, at, bytes),
            Kind::Picture(picture) => picture::open(self, at, picture, bytes),
            Kind::Json => json::open(self, at, bytes),
            Kind::BinaryPlist => text::open_binary_plist(self, at, bytes),
            Kind::Text => text::open(self, at, bytes),
            Kind::Other => self.leaf(at, bytes),
        }
    }

    fn stream(&mut self, at: &At, kind: Kind, source: &mut dyn Source, length: u64) -> Step {
        match kind {
            Kind::Zip => archive::open(self, at, source, length),
            Kind::Gzip => tar::open_gzip(self, at, source, length),
            Kind::Mbox => mbox::open(self, at, source),
            _ => tar::open(self, at, source),
        }
    }

    /// Gives a leaf.
    fn leaf(&mut self, at: &At, bytes: Vec<u8>) -> Step {
        if bytes.len() > self.limits.leaf {
            return self.fail(at, UnpackError::TooLarge { most: self.limits.leaf });
        }
        self.give(at, Content::Bytes(bytes))
    }

    /// Gives a leaf that says what went wrong.
    fn fail(&mut self, at: &At, error: UnpackError) -> Step {
        self.give(at, Content::Failed(error))
    }

    fn give(&mut self, at: &At, content: Content) -> Step {
        if self.tally.leaves >= self.limits.entries {
            return self.too_many(at, None);
        }
        self.last(at, content)
    }

    fn last(&mut self, at: &At, content: Content) -> Step {
        self.tally.leaves += 1;
        (self.visit)(Leaf {
            place: at.place().to_owned(),
            content,
            recipient: at.recipient().map(str::to_owned),
            incidental: at.is_incidental(),
        })
    }

    /// Counts an entry of a container, of which `left` are left in it, if that is known.
    fn entry(&mut self, at: &At, left: Option<u64>) -> Step {
        if self.entries >= self.limits.entries {
            return self.too_many(at, left);
        }
        self.entries += 1;
        Step::Continue(())
    }

    fn too_many(&mut self, at: &At, left: Option<u64>) -> Step {
        let error = UnpackError::TooMany { most: self.limits.entries, left };
        let _ = self.last(at, Content::Failed(error));
        Step::Break(())
    }

    fn skip(&mut self) {
        self.tally.skipped = self.tally.skipped.saturating_add(1);
    }

    /// Goes on with what was read, or says why it was not; `left` entries of the container are left after it.
    fn read_entry(&mut self, at: &At, read: Result<Vec<u8>, Halt>, left: Option<u64>) -> Step {
        match read {
            Ok(bytes) => self.open(at, bytes),
            Err(Halt::Entry(error)) => self.fail(at, error),
            Err(Halt::Total) => self.halt(at, left),
        }
    }

    /// The end of it all: no more may be unpacked.
    fn halt(&mut self, at: &At, left: Option<u64>) -> Step {
        let error = UnpackError::ArchiveTooLarge { most: self.limits.unpacked, read: self.tally.bytes, left };
        let _ = self.last(at, Content::Failed(error));
        Step::Break(())
    }

    /// Counts bytes that came out of a container, whatever becomes of them.
    fn charge(&mut self, bytes: usize) -> Result<(), Halt> {
        self.tally.bytes = self.tally.bytes.saturating_add(bytes as u64);
        if self.tally.bytes > self.limits.unpacked { Err(Halt::Total) } else { Ok(()) }
    }

    /// Counts the pixels of an image that is to be decoded, if they are no more than are left.
    fn may_draw(&mut self, width: u32, height: u32) -> bool {
        let left = self.pixels.checked_sub(u64::from(width) * u64::from(height));
        self.pixels = left.unwrap_or(self.pixels);
        left.is_some()
    }

    /// Reads one thing out of a container, within the limits. `packed` is how many bytes it takes there, if it is
    /// compressed.
    fn read(&mut self, reader: &mut dyn Read, packed: Option<u64>) -> Result<Vec<u8>, Halt> {
        let mut bytes = Vec::new();
        let mut most = None;
        loop {
            let before = bytes.len();
            let chunk = if before == 0 { kind::START } else { 64 << 10 };
            let read = reader.take(chunk as u64).read_to_end(&mut bytes);
            self.charge(bytes.len() - before)?;
            read.map_err(|error| UnpackError::of_reading(&error))?;
            if bytes.len() == before {
                return Ok(bytes);
            }
            let most = *most.get_or_insert_with(|| self.most(Kind::of(&bytes)));
            if bytes.len() > most {
                return Err(UnpackError::TooLarge { most }.into());
            }
            if packed.is_some_and(|packed| self.is_bomb(bytes.len() as u64, packed)) {
                return Err(UnpackError::Bomb { ratio: self.limits.ratio }.into());
            }
        }
    }

    /// The most bytes of a thing of that kind that are read at once.
    fn most(&self, kind: Kind) -> usize {
        if kind.is_container() || kind == Kind::Json || kind == Kind::Text {
            self.limits.container
        } else {
            self.limits.leaf
        }
    }

    fn is_bomb(&self, unpacked: u64, packed: u64) -> bool {
        unpacked > self.limits.ratio_floor.max(packed.saturating_mul(self.limits.ratio))
    }
}
