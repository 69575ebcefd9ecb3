//! What gzip packed (RFC 1952), and tar archives (POSIX.1-2017 pax and ustar, with the long names of GNU): `.tar.gz`,
//! such as the course backups of Moodle (`.mbz`).
//!
//! The reader of tar is our own, for it is small and this one has limits: the usual library keeps a name of any
//! length in memory.

use std::io::{self, BufRead, BufReader, Read};
use std::ops::ControlFlow;

use flate2::bufread::MultiGzDecoder;

use super::archive::is_noise;
use super::kind;
use super::place::{At, Labels};
use super::{Halt, Source, Step, UnpackError, Walk};

const WHAT: &str = "this tar archive";

/// Blocks that tar is made of.
const BLOCK: usize = 512;

/// The longest name or set of pax records that is read.
const LONGEST_NAME: u64 = 64 << 10;

/// Opens what gzip packed into `length` bytes: a tar archive, or one file.
pub(super) fn open_gzip(walk: &mut Walk, at: &At, source: &mut dyn Source, length: u64) -> Step {
    let decoder = MultiGzDecoder::new(BufReader::new(source));
    let most = walk.limits.ratio_floor.max(length.saturating_mul(walk.limits.ratio));
    let mut unpacked = BufReader::with_capacity(kind::START, Metered { inner: decoder, left: most });
    let start = match unpacked.fill_buf() {
        Ok(start) => start,
        Err(error) => return walk.fail(at, of_gzip(&error, walk.limits.ratio)),
    };
    if kind::is_tar_header(start) {
        return open(walk, at, &mut unpacked);
    }
    walk.entry(at, None)?;
    let read = walk.read(&mut unpacked, None);
    let name = unpacked.get_ref().inner.header().and_then(|header| header.filename());
    let name = name.map(|name| String::from_utf8_lossy(name).into_owned()).unwrap_or_default();
    let inside = at.inside(&Labels::default().label(&name, "unpacked file"));
    match read {
        Err(Halt::Entry(UnpackError::Damaged { detail, .. })) if detail == BOMB => {
            walk.fail(&inside, UnpackError::Bomb { ratio: walk.limits.ratio })
        }
        read => walk.read_entry(&inside, read, None),
    }
}

/// What a reader says whose meter ran out.
const BOMB: &str = "it unpacks to too much";

/// Gives at most so many bytes, and then an error.
struct Metered<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        match self.left.checked_sub(read as u64) {
            Some(left) => self.left = left,
            None => return Err(io::Error::other(BOMB)),
        }
        Ok(read)
    }
}

fn of_gzip(error: &io::Error, ratio: u64) -> UnpackError {
    if error.to_string() == BOMB {
        return UnpackError::Bomb { ratio };
    }
    match UnpackError::of_reading(error) {
        UnpackError::Damaged { detail, .. } => UnpackError::Damaged { what: "this gzip file", detail },
        other => other,
    }
}

/// Opens a tar archive.
pub(super) fn open(walk: &mut Walk, at: &At, source: &mut dyn Read) -> Step {
    let leaves = walk.tally.leaves;
    let mut labels = Labels::default();
    let mut next = Next::default();
    loop {
        let header = match header(walk, source) {
            Ok(Some(header)) => header,
            Ok(None) => break,
            Err(Halt::Entry(error)) => return walk.fail(at, of_tar(error, walk.limits.ratio)),
            Err(Halt::Total) => return walk.halt(at, None),
        };
        walk.entry(at, None)?;
        match one(walk, at, source, &header, &mut next, &mut labels) {
            Ok(step) => step?,
            Err(Halt::Entry(error)) => return walk.fail(at, of_tar(error, walk.limits.ratio)),
            Err(Halt::Total) => return walk.halt(at, None),
        }
    }
    if walk.tally.leaves == leaves {
        walk.fail(at, UnpackError::NothingInside { what: WHAT })
    } else {
        ControlFlow::Continue(())
    }
}

fn of_tar(error: UnpackError, ratio: u64) -> UnpackError {
    match error {
        UnpackError::Damaged { detail, .. } if detail == BOMB => UnpackError::Bomb { ratio },
        UnpackError::Damaged { detail, .. } => UnpackError::Damaged { what: WHAT, detail },
        other => other,
    }
}

/// What the entries before say of the next file.
#[derive(Default)]
struct Next {
    name: Option<Vec<u8>>,
    size: Option<u64>,
}

struct Header {
    name: Vec<u8>,
    size: u64,
    class: u8,
}

/// The next header; none at the end.
fn header(walk: &mut Walk, source: &mut dyn Read) -> Result<Option<Header>, Halt> {
    let mut block = Vec::with_capacity(BLOCK);
    let read = source.take(BLOCK as u64).read_to_end(&mut block);
    walk.charge(block.len())?;
    read.map_err(|error| UnpackError::of_reading(&error))?;
    let damaged = |detail: &str| UnpackError::Damaged { what: WHAT, detail: detail.to_owned() };
    if block.is_empty() || block.iter().all(|byte| *byte == 0) {
        return Ok(None);
    }
    if block.len() < BLOCK {
        return Err(damaged("it is cut short").into());
    }
    if !kind::is_tar_header(&block) {
        return Err(damaged("a header in it has another checksum").into());
    }
    let Some(size) = number(&block[124..136]) else {
        return Err(damaged("a header in it has no size").into());
    };
    let mut name = text(&block[..100]).to_vec();
    if block[257..].starts_with(b"ustar\0") && block[345] != 0 {
        name = [text(&block[345..500]), b"/", &name].concat();
    }
    Ok(Some(Header { name, size, class: block[156] }))
}

fn one(
    walk: &mut Walk,
    at: &At,
    source: &mut dyn Read,
    header: &Header,
    next: &mut Next,
    labels: &mut Labels,
) -> Result<Step, Halt> {
    match header.class {
        b'L' => {
            next.name = Some(text(&small(walk, source, header.size)?).to_vec());
            return Ok(ControlFlow::Continue(()));
        }
        b'x' => {
            let records = small(walk, source, header.size)?;
            next.name = record(&records, b"path").map(<[u8]>::to_vec).or(next.name.take());
            next.size =
                record(&records, b"size").and_then(|size| std::str::from_utf8(size).ok()?.parse().ok());
            return Ok(ControlFlow::Continue(()));
        }
        b'K' | b'g' => {
            discard(walk, source, padded(header.size))?;
            return Ok(ControlFlow::Continue(()));
        }
        _ => {}
    }
    let Next { name, size } = std::mem::take(next);
    let name = String::from_utf8_lossy(&name.unwrap_or_else(|| header.name.clone())).into_owned();
    let size = size.unwrap_or(header.size);
    let is_file = matches!(header.class, 0 | b'0' | b'7') && !name.ends_with('/');
    let is_folder = matches!(header.class, b'5' | b'D') || name.ends_with('/');
    if is_file && !is_noise(&name) {
        let inside = at.inside(&labels.label(&name, "unnamed"));
        let mut file = source.take(size);
        let read = walk.read(&mut file, None);
        let rest = padded(size) - (size - file.limit());
        match read {
            Ok(bytes) if (bytes.len() as u64) < size => {
                let error = UnpackError::Damaged { what: "this entry", detail: "it is cut short".to_owned() };
                return Ok(walk.fail(&inside, error));
            }
            Err(Halt::Entry(error @ UnpackError::TooLarge { .. })) => {
                discard(walk, source, rest)?;
                return Ok(walk.fail(&inside, error));
            }
            Err(other) => return Err(other),
            Ok(bytes) => {
                discard(walk, source, rest)?;
                return Ok(walk.open(&inside, bytes));
            }
        }
    }
    discard(walk, source, padded(size))?;
    if matches!(header.class, b'1' | b'2') {
        return Ok(walk.fail(&at.inside(&labels.label(&name, "unnamed")), UnpackError::Symlink));
    }
    if header.class == b'S' {
        let error = UnpackError::Method { method: "a sparse file".to_owned() };
        return Ok(walk.fail(&at.inside(&labels.label(&name, "unnamed")), error));
    }
    if !is_folder {
        walk.skip();
    }
    Ok(ControlFlow::Continue(()))
}

/// Reads a name or records.
fn small(walk: &mut Walk, source: &mut dyn Read, size: u64) -> Result<Vec<u8>, Halt> {
    if size > LONGEST_NAME {
        let detail = format!("a name in it is longer than {LONGEST_NAME} bytes");
        return Err(UnpackError::Damaged { what: WHAT, detail }.into());
    }
    let bytes = walk.read(&mut source.take(size), None)?;
    discard(walk, source, padded(size) - size)?;
    Ok(bytes)
}

fn discard(walk: &mut Walk, source: &mut dyn Read, mut bytes: u64) -> Result<(), Halt> {
    let mut buffer = [0; 8 << 10];
    while bytes > 0 {
        let want = usize::try_from(bytes).map_or(buffer.len(), |bytes| bytes.min(buffer.len()));
        let read = source.read(&mut buffer[..want]).map_err(|error| UnpackError::of_reading(&error))?;
        if read == 0 {
            // The missing end is found when the next header is read.
            return Ok(());
        }
        walk.charge(read)?;
        bytes -= read as u64;
    }
    Ok(())
}

fn padded(size: u64) -> u64 {
    size.div_ceil(BLOCK as u64).saturating_mul(BLOCK as u64)
}

/// The text in a field, which ends at its first NUL.
fn text(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// A number in a field: octal digits, or with its first bit set, the rest in binary (GNU).
pub(super) fn number(field: &[u8]) -> Option<u64> {
    if let [first, rest @ ..] = field
        && first & 0x80 != 0
    {
        let start = u64::from(first & 0x7f);
        return rest.iter().try_fold(start, |all, byte| all.checked_mul(256)?.checked_add(u64::from(*byte)));
    }
    let digits = text(field).trim_ascii();
    let digits = std::str::from_utf8(digits).ok()?;
    u64::from_str_radix(digits, 8).ok()
}

/// The value of a pax record: lines `LENGTH KEY=VALUE`, the last one counts.
fn record<'a>(mut records: &'a [u8], key: &[u8]) -> Option<&'a [u8]> {
    let mut value = None;
    while let Some(space) = records.iter().position(|byte| *byte == b' ') {
        let length: usize = std::str::from_utf8(&records[..space]).ok()?.parse().ok()?;
        let line = records.get(space + 1..length)?.strip_suffix(b"\n")?;
        if let Some(found) = line.strip_prefix(key).and_then(|rest| rest.strip_prefix(b"=")) {
            value = Some(found);
        }
        records = records.get(length..)?;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_octal_or_binary() {
        assert_eq!(number(b"0000644\0"), Some(0o644));
        assert_eq!(number(b"   17 \0 "), Some(0o17));
        assert_eq!(number(b"\x80\0\0\0\0\0\0\0\0\0\x01\0"), Some(256));
        assert_eq!(number(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), None);
        assert_eq!(number(b"12x"), None);
        assert_eq!(number(b"\0"), None);
    }

    #[test]
    fn the_last_record_of_a_key_counts() {
        let records = b"11 path=ab\n12 path=abc\n11 size=42\n";
        assert_eq!(record(records, b"path"), Some(&b"abc"[..]));
        assert_eq!(record(records, b"size"), Some(&b"42"[..]));
        assert_eq!(record(records, b"mtime"), None);
        assert_eq!(record(b"999 path=a\n", b"path"), None);
        assert_eq!(record(b"x path=a\n", b"path"), None);
        assert_eq!(record(b"0 path=a\n", b"path"), None);
    }
}
