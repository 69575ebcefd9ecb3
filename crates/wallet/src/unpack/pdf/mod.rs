//! PDF (ISO 32000-1): files that are attached, links to badges, QR codes in pictures.
//!
//! A PDF is searched rather than read: every object in it is looked at, one at a time, and those that say "here is an
//! embedded file", "this leads to" or "this is an image" are taken. So a damaged table of objects does no harm, and
//! memory is bounded by the largest single object. (The usual library builds the whole tree: its memory is a large
//! multiple of the file: 2 GB for 16 MiB of numbers, as measured.) The price: what a later revision of the file took away, but left in it,
//! may be found.

mod filter;
mod object;

use std::cell::Cell;
use std::collections::HashMap;
use std::ops::ControlFlow;

use image::{DynamicImage, GrayImage, RgbImage};

use self::object::{Dictionary, Object, Parser, is_space, text};
use super::place::{At, Labels};
use super::{Halt, Step, UnpackError, Walk, link, picture};

const WHAT: &str = "this PDF";

/// Objects of one file that are looked at.
const OBJECTS: usize = 500_000;

/// Attached files that are remembered.
const FILES: usize = 20_001;

/// Objects out of streams that are remembered.
const PACKED: usize = 1_000;

/// What is read of objects because others refer to them, in bytes: this, and twice the size of the file.
const REFERRED: usize = 1 << 20;

/// What one stream of objects may unpack to, in bytes.
const OBJECT_STREAM: u64 = 16 << 20;

/// Pixels of an image in which a QR code is looked for.
const PIXELS: i64 = 16 << 20;

/// Opens a PDF. One with nothing of interest in it is a leaf, so that the person is told what to do.
pub(super) fn open(walk: &mut Walk, at: &At, bytes: Vec<u8>) -> Step {
    let leaves = walk.tally.leaves;
    let mut pdf = Pdf::of(&bytes);
    if pdf.is_encrypted {
        return walk.fail(at, UnpackError::PdfEncrypted);
    }
    let mut wanted = Wanted::default();
    match pdf.search(walk, &mut wanted) {
        Ok(()) => {}
        Err(Halt::Total) => return walk.halt(at, None),
        Err(Halt::Entry(error)) => walk.fail(at, error)?,
    }
    pdf.packed = std::mem::take(&mut wanted.packed);
    let mut labels = Labels::default();
    pdf.give_files(walk, at, &wanted.files, &mut labels)?;
    for link in &wanted.links {
        let part = at.part(&labels.label(&link::label(link), "link")).incidental();
        walk.leaf(&part, link.clone().into_bytes())?;
    }
    pdf.give_codes(walk, &at.incidental(), &wanted, &mut labels)?;
    if walk.tally.leaves == leaves { walk.leaf(at, bytes) } else { ControlFlow::Continue(()) }
}

/// What is of interest, in the order of the file.
#[derive(Default)]
struct Wanted {
    files: Vec<Attached>,
    /// By number, the index of a file.
    known: HashMap<u32, usize>,
    links: Vec<String>,
    /// Numbers of images.
    images: Vec<u32>,
    /// Small objects out of streams of objects, by number, that images refer to: what their colours mean.
    packed: HashMap<u32, Object>,
}

/// An embedded file.
struct Attached {
    name: String,
    /// The number of its stream.
    number: u32,
}

/// A PDF, and where its objects are.
struct Pdf<'a> {
    bytes: &'a [u8],
    objects: Vec<Place>,
    /// By number, the one of the last revision: its index in `objects`.
    current: HashMap<u32, usize>,
    packed: HashMap<u32, Object>,
    is_encrypted: bool,
    is_too_much: bool,
    /// Bytes that may still be read of objects that others refer to: one may be referred to from everywhere.
    left: Cell<usize>,
}

/// Where an object is.
#[derive(Clone, Copy)]
struct Place {
    number: u32,
    /// Where it begins, after its mark.
    start: usize,
    /// The bytes of its stream, if it is one.
    stream: Option<(usize, usize)>,
}

impl<'a> Pdf<'a> {
    /// Finds the objects.
    fn of(bytes: &'a [u8]) -> Self {
        let (marks, is_too_much) = marks(bytes);
        let mut by_number: Vec<(u32, usize)> = marks.clone();
        by_number.sort_unstable();
        let mut pdf = Self {
            bytes,
            objects: Vec::with_capacity(marks.len()),
            current: HashMap::new(),
            packed: HashMap::new(),
            is_encrypted: is_encrypted(bytes),
            is_too_much,
            left: Cell::new(bytes.len().saturating_mul(2).saturating_add(REFERRED)),
        };
        let mut end = 0;
        for (number, start) in marks {
            // Inside a stream, what looks like an object is one of another file, at most.
            if start <= end {
                continue;
            }
            let mut parser = Parser::new(bytes, start);
            let stream = match parser.object() {
                Some(Object::Dictionary(dictionary)) => {
                    pdf.is_encrypted |= dictionary.is("Type", "XRef") && dictionary.get("Encrypt").is_some();
                    stream_after(bytes, &mut parser, &dictionary, &by_number)
                }
                _ => None,
            };
            end = stream.map_or(parser.at.min(bytes.len()), |(_, end)| end);
            pdf.current.insert(number, pdf.objects.len());
            pdf.objects.push(Place { number, start, stream });
        }
        pdf
    }

    /// Looks at every object.
    fn search(&self, walk: &mut Walk, wanted: &mut Wanted) -> Result<(), Halt> {
        for (index, place) in self.objects.iter().enumerate() {
            if self.current.get(&place.number) != Some(&index) {
                continue;
            }
            let Some(object) = Parser::new(self.bytes, place.start).object() else { continue };
            self.look(walk, &object, Some(place.number), wanted);
            let (Object::Dictionary(dictionary), Some(stream)) = (&object, place.stream) else { continue };
            if dictionary.is("Type", "ObjStm") {
                self.look_inside(walk, dictionary, stream, index, wanted)?;
            }
        }
        if self.is_too_much {
            let detail = format!("it has more than {OBJECTS} objects; the rest was not looked at");
            return Err(UnpackError::Damaged { what: WHAT, detail }.into());
        }
        if self.left.get() == 0 {
            let detail = "it refers to the same objects too often; not all of it was looked at".to_owned();
            return Err(UnpackError::Damaged { what: WHAT, detail }.into());
        }
        Ok(())
    }

    /// Looks at the objects that are packed in a stream (7.5.7).
    fn look_inside(
        &self,
        walk: &mut Walk,
        dictionary: &Dictionary,
        (start, end): (usize, usize),
        index: usize,
        wanted: &mut Wanted,
    ) -> Result<(), Halt> {
        let bytes = match filter::undo(walk, dictionary, &self.bytes[start..end], Some(OBJECT_STREAM)) {
            Ok(unpacked) => unpacked.bytes,
            // One that cannot be read costs what is in it.
            Err(Halt::Entry(UnpackError::Damaged { .. } | UnpackError::Method { .. })) => return Ok(()),
            Err(other) => return Err(other),
        };
        let number = |key: &str| dictionary.integer(key).and_then(|number| usize::try_from(number).ok());
        let (Some(count), Some(first)) = (number("N"), number("First")) else { return Ok(()) };
        let mut table = Parser::new(&bytes, 0);
        // Of objects that overlap, no more is read than of those that do not.
        let mut left = bytes.len().saturating_mul(2);
        for _ in 0..count.min(OBJECTS) {
            table.skip_space();
            let Some(number) = table.integer() else { break };
            table.skip_space();
            let Some(offset) = table.integer().and_then(|offset| usize::try_from(offset).ok()) else { break };
            let Ok(number) = u32::try_from(number) else { continue };
            if self.current.get(&number) > Some(&index) {
                continue;
            }
            let start = first.saturating_add(offset);
            let mut parser = Parser::new(&bytes, start);
            let object = parser.object();
            match left.checked_sub(parser.at.saturating_sub(start)) {
                Some(less) => left = less,
                None => break,
            }
            if let Some(object) = object {
                self.look(walk, &object, None, wanted);
                if is_colours(&object) && wanted.packed.len() < PACKED {
                    wanted.packed.insert(number, object);
                }
            }
        }
        Ok(())
    }

    /// Takes what is of interest in an object, however deep.
    fn look(&self, walk: &Walk, object: &Object, number: Option<u32>, wanted: &mut Wanted) {
        match object {
            Object::Array(elements) => {
                for element in elements {
                    self.look(walk, element, None, wanted);
                }
            }
            Object::Dictionary(dictionary) => {
                self.look_at(walk, dictionary, number, wanted);
                for value in dictionary.values() {
                    self.look(walk, value, None, wanted);
                }
            }
            _ => {}
        }
    }

    fn look_at(&self, walk: &Walk, dictionary: &Dictionary, number: Option<u32>, wanted: &mut Wanted) {
        // A file specification with a file in it (7.11.3), whatever refers to it: the list of embedded files, an
        // annotation, or an associated file.
        if let Some(files) = dictionary.get("EF").and_then(|files| self.dictionary(files)) {
            let file = ["UF", "F", "Unix", "DOS", "Mac"].iter().find_map(|key| match files.get(key) {
                Some(Object::Reference(number)) => Some(*number),
                _ => None,
            });
            let name =
                ["UF", "F", "Desc"].iter().find_map(|key| match self.resolved(dictionary.get(key)?)? {
                    Object::String(name) => Some(text(&name)),
                    _ => None,
                });
            if let Some(number) = file {
                wanted.attach(number, name.unwrap_or_default());
            }
        }
        if dictionary.is("S", "URI")
            && let Some(Object::String(uri)) = dictionary.get("URI").and_then(|uri| self.resolved(uri))
        {
            let link = text(&uri).trim().to_owned();
            if wanted.links.len() < walk.limits.links
                && link::is_badge_link(&link)
                && !wanted.links.contains(&link)
            {
                wanted.links.push(link);
            }
        }
        let Some(number) = number else { return };
        if dictionary.is("Type", "EmbeddedFile") {
            wanted.attach(number, String::new());
        }
        let size = |key: &str| dictionary.integer(key).filter(|size| *size >= 21);
        if dictionary.is("Subtype", "Image")
            && let (Some(width), Some(height)) = (size("Width"), size("Height"))
            && width.saturating_mul(height) <= PIXELS
            && wanted.images.len() < walk.limits.pictures
        {
            wanted.images.push(number);
        }
    }

    fn give_files(&self, walk: &mut Walk, at: &At, files: &[Attached], labels: &mut Labels) -> Step {
        for (index, file) in files.iter().enumerate() {
            let left = Some((files.len() - index) as u64);
            walk.entry(at, left)?;
            let inside = at.inside(&labels.label(&file.name, "attachment"));
            let Some((dictionary, raw)) = self.stream(file.number) else {
                let detail = "the attached file is missing".to_owned();
                walk.fail(&inside, UnpackError::Damaged { what: WHAT, detail })?;
                continue;
            };
            let bytes = filter::undo(walk, &dictionary, raw, None).map(|unpacked| unpacked.bytes);
            walk.read_entry(&inside, bytes, left.map(|left| left - 1))?;
        }
        ControlFlow::Continue(())
    }

    fn give_codes(&self, walk: &mut Walk, at: &At, wanted: &Wanted, labels: &mut Labels) -> Step {
        let mut known: Vec<String> = wanted.links.clone();
        for number in &wanted.images {
            let Some((dictionary, raw)) = self.stream(*number) else { continue };
            let image = match self.image(walk, &dictionary, raw) {
                Ok(Some(image)) => image,
                Ok(None) | Err(Halt::Entry(_)) => continue,
                Err(Halt::Total) => return walk.halt(at, None),
            };
            let mut codes = picture::codes(&image, true, &mut walk.crowded);
            codes.retain(|code| !known.contains(code));
            known.extend(codes.iter().cloned());
            if !codes.is_empty() {
                picture::give(walk, &at.part(&labels.label("image", "")), codes)?;
            }
        }
        ControlFlow::Continue(())
    }

    /// The pixels of an image (8.9), if it is of a kind that QR codes come in.
    fn image(
        &self,
        walk: &mut Walk,
        dictionary: &Dictionary,
        raw: &[u8],
    ) -> Result<Option<DynamicImage>, Halt> {
        let size = |key: &str| dictionary.integer(key).and_then(|size| u32::try_from(size).ok()).unwrap_or(0);
        let (width, height) = (size("Width"), size("Height"));
        let bits = if dictionary.get("ImageMask") == Some(&Object::Bool(true)) {
            1
        } else {
            size("BitsPerComponent")
        };
        if !walk.may_draw(width, height) {
            return Ok(None);
        }
        // No more than its pixels take, as colours of four parts.
        let most = 64 + 8 * u64::from(width) * u64::from(height);
        let unpacked = filter::undo(walk, dictionary, raw, Some(most))?;
        if unpacked.image {
            return Ok(picture::decode(walk, &unpacked.bytes));
        }
        let colours = match dictionary.get("ColorSpace") {
            None => Some(Colours::Grey),
            Some(space) => self.colours(walk, space)?,
        };
        Ok(colours.and_then(|colours| colours.image(&unpacked.bytes, width, height, bits)))
    }

    fn colours(&self, walk: &mut Walk, space: &Object) -> Result<Option<Colours>, Halt> {
        let parts = match self.resolved(space) {
            Some(Object::Name(name)) => vec![Object::Name(name)],
            Some(Object::Array(parts)) => parts,
            _ => return Ok(None),
        };
        let Some(Object::Name(name)) = parts.first() else { return Ok(None) };
        Ok(match name.as_slice() {
            b"DeviceGray" | b"CalGray" | b"G" => Some(Colours::Grey),
            b"DeviceRGB" | b"CalRGB" | b"RGB" => Some(Colours::Rgb),
            b"ICCBased" => match parts.get(1) {
                Some(Object::Reference(number)) => {
                    match self.stream(*number).and_then(|(d, _)| d.integer("N")) {
                        Some(1) => Some(Colours::Grey),
                        Some(3) => Some(Colours::Rgb),
                        _ => None,
                    }
                }
                _ => None,
            },
            b"Indexed" | b"I" => {
                let Some(base) = parts.get(1) else { return Ok(None) };
                let is_rgb = match self.resolved(base) {
                    // A table of colours has no table as its base (8.6.6.3), under neither name: this ends.
                    Some(Object::Array(parts)) if is_table(&parts) => return Ok(None),
                    Some(base) => matches!(self.colours(walk, &base)?, Some(Colours::Rgb)),
                    None => return Ok(None),
                };
                let table = match parts.get(3) {
                    Some(Object::String(table)) => table.clone(),
                    Some(Object::Reference(number)) => match self.stream(*number) {
                        Some((dictionary, raw)) => filter::undo(walk, &dictionary, raw, Some(4096))?.bytes,
                        None => match self.object(*number) {
                            Some(Object::String(table)) => table,
                            _ => return Ok(None),
                        },
                    },
                    _ => return Ok(None),
                };
                Some(Colours::Table { table, parts: if is_rgb { 3 } else { 1 } })
            }
            _ => None,
        })
    }

    fn object(&self, number: u32) -> Option<Object> {
        let Some(index) = self.current.get(&number) else { return self.packed.get(&number).cloned() };
        let left = self.left.get();
        if left == 0 {
            return None;
        }
        let start = self.objects.get(*index)?.start;
        let mut parser = Parser::new(self.bytes, start);
        let object = parser.object();
        self.left.set(left.saturating_sub(parser.at.saturating_sub(start)));
        object
    }

    /// An object, or what it refers to.
    fn resolved(&self, object: &Object) -> Option<Object> {
        match object {
            Object::Reference(number) => {
                self.object(*number).filter(|object| !matches!(object, Object::Reference(_)))
            }
            other => Some(other.clone()),
        }
    }

    fn dictionary(&self, object: &Object) -> Option<Dictionary> {
        match self.resolved(object)? {
            Object::Dictionary(dictionary) => Some(dictionary),
            _ => None,
        }
    }

    /// A stream: its dictionary, where filters that stand elsewhere are put in, and its bytes.
    fn stream(&self, number: u32) -> Option<(Dictionary, &'a [u8])> {
        let place = self.objects.get(*self.current.get(&number)?)?;
        let (start, end) = place.stream?;
        match Parser::new(self.bytes, place.start).object()? {
            Object::Dictionary(dictionary) => Some((dictionary, self.bytes.get(start..end)?)),
            _ => None,
        }
    }
}

/// Whether a space of colours is a table of them, by its full name or its short one.
fn is_table(parts: &[Object]) -> bool {
    matches!(parts.first(), Some(Object::Name(name)) if matches!(name.as_slice(), b"Indexed" | b"I"))
}

/// Whether it is a space of colours (8.6), or a table for one.
fn is_colours(object: &Object) -> bool {
    match object {
        Object::Array(parts) => parts.len() <= 8 && matches!(parts.first(), Some(Object::Name(_))),
        Object::String(table) => table.len() <= 768,
        _ => false,
    }
}

impl Wanted {
    fn attach(&mut self, number: u32, name: String) {
        let next = self.files.len();
        match self.known.get(&number).and_then(|index| self.files.get_mut(*index)) {
            Some(known) if known.name.is_empty() => known.name = name,
            None if next < FILES => {
                self.known.insert(number, next);
                self.files.push(Attached { name, number });
            }
            _ => {}
        }
    }
}

/// What the parts of a pixel mean.
enum Colours {
    Grey,
    Rgb,
    Table { table: Vec<u8>, parts: usize },
}

impl Colours {
    fn image(&self, bytes: &[u8], width: u32, height: u32, bits: u32) -> Option<DynamicImage> {
        let parts = if matches!(self, Self::Rgb) { 3 } else { 1 };
        let samples = samples(bytes, width as usize * parts, height as usize, bits)?;
        let most = (1_u16 << bits) - 1;
        Some(match self {
            Self::Rgb if bits == 8 => RgbImage::from_raw(width, height, samples)?.into(),
            Self::Rgb => return None,
            Self::Grey => {
                let shade = |sample: u8| u8::try_from(u16::from(sample) * 255 / most).unwrap_or(u8::MAX);
                GrayImage::from_raw(width, height, samples.into_iter().map(shade).collect())?.into()
            }
            Self::Table { table, parts } => {
                let shade = |sample: u8| -> u8 {
                    let colour = table.chunks_exact(*parts).nth(usize::from(sample)).unwrap_or(&[0]);
                    let sum: u32 = colour.iter().map(|part| u32::from(*part)).sum();
                    u8::try_from(sum / u32::try_from(colour.len()).unwrap_or(1).max(1)).unwrap_or(u8::MAX)
                };
                GrayImage::from_raw(width, height, samples.into_iter().map(shade).collect())?.into()
            }
        })
    }
}

/// The samples of rows that each begin with a whole byte; of 1, 2, 4 or 8 bits.
fn samples(bytes: &[u8], across: usize, rows: usize, bits: u32) -> Option<Vec<u8>> {
    if !matches!(bits, 1 | 2 | 4 | 8) {
        return None;
    }
    let bits = bits as usize;
    let row = (across * bits).div_ceil(8);
    let mask = u8::try_from((1_u16 << bits) - 1).ok()?;
    let mut samples = Vec::with_capacity(across * rows);
    for row in bytes.chunks_exact(row).take(rows) {
        let sample = |at: usize| row[at * bits / 8] >> (8 - bits - at * bits % 8) & mask;
        samples.extend((0..across).map(sample));
    }
    (samples.len() == across * rows).then_some(samples)
}

/// The marks of objects, `NUMBER GENERATION obj`, wherever they stand: the number, and where the object begins.
fn marks(bytes: &[u8]) -> (Vec<(u32, usize)>, bool) {
    let mut marks = Vec::new();
    for found in memchr::memmem::find_iter(bytes, b"obj") {
        let Some(number) = number_before(bytes, found) else { continue };
        if marks.len() >= OBJECTS {
            return (marks, true);
        }
        marks.push((number, found + 3));
    }
    (marks, false)
}

/// The number of the object whose mark ends at `end`.
fn number_before(bytes: &[u8], end: usize) -> Option<u32> {
    let number = |end: usize| -> Option<(u32, usize)> {
        let space = bytes.get(..end)?.iter().rev().take(16).take_while(|byte| is_space(**byte)).count();
        let end = end - space;
        let digits = bytes[..end].iter().rev().take(11).take_while(|byte| byte.is_ascii_digit()).count();
        let number = std::str::from_utf8(&bytes[end - digits..end]).ok()?.parse().ok()?;
        (space > 0).then_some((number, end - digits))
    };
    let (generation, start) = number(end)?;
    let (number, _) = number(start)?;
    (generation <= 65_535).then_some(number)
}

/// The bytes of the stream after a dictionary, if there is one (7.3.8). Its length is believed where it leads to the
/// end of a stream.
fn stream_after(
    bytes: &[u8],
    parser: &mut Parser,
    dictionary: &Dictionary,
    by_number: &[(u32, usize)],
) -> Option<(usize, usize)> {
    parser.skip_space();
    if !parser.take(b"stream") {
        return None;
    }
    let _ = parser.take(b"\r\n") || parser.take(b"\n") || parser.take(b"\r");
    let start = parser.at;
    let ends_at = |length: i64| -> Option<usize> {
        let end = start.checked_add(usize::try_from(length).ok()?)?;
        let rest = bytes.get(end..)?.get(..20).or_else(|| bytes.get(end..))?;
        rest.trim_ascii_start().starts_with(b"endstream").then_some(end)
    };
    let end = match dictionary.get("Length") {
        Some(Object::Integer(length)) => ends_at(*length),
        Some(Object::Reference(number)) => {
            let from = by_number.partition_point(|(found, _)| found < number);
            let of_number = by_number[from..].iter().take_while(|(found, _)| found == number);
            let mut lengths = of_number.take(16).filter_map(|(_, start)| {
                let mut parser = Parser::new(bytes, *start);
                parser.skip_little_space();
                parser.integer()
            });
            lengths.find_map(ends_at)
        }
        _ => None,
    };
    let end = end.unwrap_or_else(|| {
        let rest = &bytes[start..];
        let found = memchr::memmem::find(rest, b"endstream").unwrap_or(rest.len());
        let data = &rest[..found];
        let data = data.strip_suffix(b"\n").unwrap_or(data);
        start + data.strip_suffix(b"\r").unwrap_or(data).len()
    });
    Some((start, end))
}

/// Whether a trailer says that the file is encrypted (7.6.1).
fn is_encrypted(bytes: &[u8]) -> bool {
    memchr::memmem::find_iter(bytes, b"trailer").take(64).any(|found| {
        let trailer = Parser::new(bytes, found + 7).object();
        matches!(trailer, Some(Object::Dictionary(trailer)) if trailer.get("Encrypt").is_some_and(|e| *e != Object::Null))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_objects_are_found() {
        let bytes = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj 12  0\nobj<<>> x 0 obj 3 99999 obj 4 0obj 5 0 obj";
        let (marks, _) = marks(bytes);
        assert_eq!(marks.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [1, 12, 5]);
    }

    #[test]
    fn a_length_is_believed_where_it_is_right() {
        let pdf = |length: &str, data: &str| {
            format!(
                "%PDF-1.4\n1 0 obj\n<</Length {length}>>\nstream\n{data}\nendstream\nendobj\n2 0 obj\n24\nendobj\n"
            )
        };
        let inner = "x endstream endobj 7 0 obj";
        for length in ["26", "3", "2 0 R", "9 0 R", "(x)"] {
            let file = pdf(length, inner);
            let read = Pdf::of(file.as_bytes());
            let (_, data) = read.stream(1).unwrap();
            let expected = if length == "26" { inner } else { "x " };
            assert_eq!(data, expected.as_bytes(), "{length}");
            assert_eq!(read.current.contains_key(&7), length != "26", "{length}");
        }
        let file = pdf("2 0 R", "123456789012345678901234");
        assert_eq!(Pdf::of(file.as_bytes()).stream(1).unwrap().1.len(), 24);
    }

    #[test]
    fn what_is_referred_to_from_everywhere_is_read_a_few_times() {
        let array = format!("9 0 obj[{}]\n", "1 ".repeat(15_000));
        for key in ["EF", "S /URI /URI", "EF <</F 7 0 R>> /F"] {
            let file = format!("%PDF-1.4\n{array}1 0 obj[{}]", format!("<</{key} 9 0 R>>").repeat(3_000));
            let pdf = Pdf::of(file.as_bytes());
            assert_eq!(pdf.left.get(), 2 * file.len() + REFERRED);
            let limits = crate::unpack::Limits::default();
            let mut visit = |_| ControlFlow::Continue(());
            let ended = pdf.search(&mut Walk::new(&limits, &mut visit), &mut Wanted::default());
            assert!(matches!(ended, Err(Halt::Entry(UnpackError::Damaged { .. }))), "{key}");
            assert_eq!((pdf.left.get(), pdf.object(9)), (0, None));
        }
    }

    #[test]
    fn samples_of_few_bits_begin_each_row_with_a_byte() {
        assert_eq!(samples(&[0b1010_0000, 0b0100_0000], 3, 2, 1), Some(vec![1, 0, 1, 0, 1, 0]));
        assert_eq!(samples(&[0b1101_1000], 3, 1, 2), Some(vec![3, 1, 2]));
        assert_eq!(samples(&[0xab], 2, 1, 4), Some(vec![10, 11]));
        assert_eq!(samples(&[1], 2, 1, 8), None);
        assert_eq!(samples(&[1], 2, 1, 16), None);
    }
}
