//! How the bytes of a stream were packed (ISO 32000-1, 7.4), undone within limits.

use std::io::{self, Read};

use flate2::bufread::ZlibDecoder;

use super::object::{Dictionary, Object, digit, is_space};
use crate::unpack::{Halt, UnpackError, Walk};

/// Filters on one stream, at most.
const FILTERS: usize = 4;

/// A filter, and how it was used.
struct Filter {
    name: String,
    parameters: Dictionary,
}

/// What came of a stream.
pub(super) struct Unpacked {
    pub(super) bytes: Vec<u8>,
    /// The filter that was left, for what it gives is an image: `DCTDecode`.
    pub(super) image: bool,
}

/// Undoes the filters of `raw` by what its dictionary says. With `most`, no more bytes than that are made of it.
pub(super) fn undo(
    walk: &mut Walk,
    dictionary: &Dictionary,
    raw: &[u8],
    most: Option<u64>,
) -> Result<Unpacked, Halt> {
    let filters = filters(dictionary)?;
    let mut bytes = None;
    for filter in &filters {
        let packed = bytes.as_deref().unwrap_or(raw);
        let unpacked = match filter.name.as_str() {
            "FlateDecode" | "Fl" => inflate(walk, packed, most)?,
            "ASCIIHexDecode" | "AHx" => hexadecimal(packed),
            "ASCII85Decode" | "A85" => ascii85(packed)?,
            "RunLengthDecode" | "RL" => {
                let mut reader = RunLengths { packed, literal: 0, repeat: None };
                read(walk, &mut reader, raw.len(), most)?
            }
            "DCTDecode" | "DCT" => {
                return Ok(Unpacked { bytes: packed.to_vec(), image: true });
            }
            name => return Err(UnpackError::Method { method: clip(name) }.into()),
        };
        bytes = Some(unpredict(unpacked, &filter.parameters)?);
    }
    Ok(Unpacked { bytes: bytes.unwrap_or_else(|| raw.to_vec()), image: false })
}

fn clip(name: &str) -> String {
    name.chars().filter(char::is_ascii_graphic).take(40).collect()
}

fn filters(dictionary: &Dictionary) -> Result<Vec<Filter>, UnpackError> {
    let each = |key: &str, short: &str| match dictionary.get(key).or_else(|| dictionary.get(short)) {
        Some(Object::Array(all)) => all.clone(),
        Some(Object::Null) | None => Vec::new(),
        Some(one) => vec![one.clone()],
    };
    let names = each("Filter", "F");
    if names.len() > FILTERS {
        return Err(UnpackError::Method { method: format!("{} filters", names.len()) });
    }
    let mut parameters = each("DecodeParms", "DP").into_iter();
    names
        .into_iter()
        .map(|name| {
            let Object::Name(name) = name else {
                return Err(UnpackError::Method { method: "a filter without a name".to_owned() });
            };
            let parameters = match parameters.next() {
                Some(Object::Dictionary(parameters)) => parameters,
                _ => Dictionary::default(),
            };
            Ok(Filter { name: String::from_utf8_lossy(&name).into_owned(), parameters })
        })
        .collect()
}

fn inflate(walk: &mut Walk, packed: &[u8], most: Option<u64>) -> Result<Vec<u8>, Halt> {
    read(walk, &mut ZlibDecoder::new(packed), packed.len(), most)
}

fn read(walk: &mut Walk, reader: &mut dyn Read, packed: usize, most: Option<u64>) -> Result<Vec<u8>, Halt> {
    let most = most.unwrap_or(u64::MAX - 1);
    let bytes = walk.read(&mut reader.take(most + 1), Some(packed as u64))?;
    if bytes.len() as u64 > most {
        return Err(UnpackError::TooLarge { most: usize::try_from(most).unwrap_or(usize::MAX) }.into());
    }
    Ok(bytes)
}

fn hexadecimal(packed: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> =
        packed.iter().take_while(|byte| **byte != b'>').filter_map(|byte| digit(*byte)).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or(0)).collect()
}

/// ASCII base-85 (7.4.3).
fn ascii85(packed: &[u8]) -> Result<Vec<u8>, UnpackError> {
    let wrong =
        || UnpackError::Damaged { what: "this attachment", detail: "its base 85 is broken".to_owned() };
    let end = memchr::memmem::find(packed, b"~>").unwrap_or(packed.len());
    let mut bytes = Vec::new();
    let mut group = Vec::with_capacity(5);
    for byte in packed[..end].iter().copied().filter(|byte| !is_space(*byte)) {
        match byte {
            b'z' if group.is_empty() => bytes.extend_from_slice(&[0; 4]),
            b'!'..=b'u' => group.push(byte - b'!'),
            _ => return Err(wrong()),
        }
        if group.len() == 5 {
            bytes.extend_from_slice(&word(&group).ok_or_else(wrong)?);
            group.clear();
        }
    }
    let count = group.len();
    if count == 1 {
        return Err(wrong());
    }
    if count > 1 {
        group.resize(5, 84);
        bytes.extend_from_slice(&word(&group).ok_or_else(wrong)?[..count - 1]);
    }
    Ok(bytes)
}

fn word(group: &[u8]) -> Option<[u8; 4]> {
    let word =
        group.iter().try_fold(0_u32, |word, digit| word.checked_mul(85)?.checked_add(u32::from(*digit)))?;
    Some(word.to_be_bytes())
}

/// Run lengths (7.4.5).
struct RunLengths<'a> {
    packed: &'a [u8],
    literal: usize,
    repeat: Option<(u8, usize)>,
}

impl Read for RunLengths<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        for (filled, place) in buffer.iter_mut().enumerate() {
            if let Some((byte, left)) = self.repeat {
                *place = byte;
                self.repeat = (left > 1).then_some((byte, left - 1));
                continue;
            }
            if self.literal == 0 {
                match self.packed {
                    [length @ 0..=127, rest @ ..] => {
                        self.literal = usize::from(*length) + 1;
                        self.packed = rest;
                    }
                    [length @ 129..=255, byte, rest @ ..] => {
                        *place = *byte;
                        self.repeat = Some((*byte, 256 - usize::from(*length)));
                        self.packed = rest;
                        continue;
                    }
                    _ => return Ok(filled),
                }
            }
            let [byte, rest @ ..] = self.packed else { return Ok(filled) };
            *place = *byte;
            self.literal -= 1;
            self.packed = rest;
        }
        Ok(buffer.len())
    }
}

/// Undoes a predictor (7.4.4.4).
fn unpredict(bytes: Vec<u8>, parameters: &Dictionary) -> Result<Vec<u8>, UnpackError> {
    let number = |key: &str, otherwise: i64| parameters.integer(key).unwrap_or(otherwise);
    let predictor = number("Predictor", 1);
    if predictor == 1 {
        return Ok(bytes);
    }
    let wrong = || UnpackError::Method { method: format!("predictor {predictor}") };
    let size = |key: &str, otherwise| {
        usize::try_from(number(key, otherwise)).ok().filter(|n| (1..=65_536).contains(n))
    };
    let colours = size("Colors", 1).filter(|colours| *colours <= 32).ok_or_else(wrong)?;
    let bits = size("BitsPerComponent", 8).filter(|bits| *bits <= 16).ok_or_else(wrong)?;
    let columns = size("Columns", 1).ok_or_else(wrong)?;
    let pixel = (colours * bits).div_ceil(8);
    let row = (colours * bits * columns).div_ceil(8);
    match predictor {
        2 if bits == 8 => Ok(untiff(bytes, row, colours)),
        10..=15 => Ok(unpng(&bytes, row, pixel)),
        _ => Err(wrong()),
    }
}

fn untiff(mut bytes: Vec<u8>, row: usize, colours: usize) -> Vec<u8> {
    for row in bytes.chunks_mut(row) {
        for at in colours..row.len() {
            row[at] = row[at].wrapping_add(row[at - colours]);
        }
    }
    bytes
}

/// The filters of PNG (PNG, 9.2), each row with its own.
fn unpng(bytes: &[u8], row: usize, pixel: usize) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::with_capacity(bytes.len());
    let mut above = vec![0; row];
    for packed in bytes.chunks(row + 1) {
        let Some((method, packed)) = packed.split_first() else { break };
        let mut line = packed.to_vec();
        for at in 0..line.len() {
            let left = if at >= pixel { line[at - pixel] } else { 0 };
            let corner = if at >= pixel { above[at - pixel] } else { 0 };
            let guess = match method {
                1 => left,
                2 => above[at],
                3 => left.midpoint(above[at]),
                4 => paeth(left, above[at], corner),
                _ => 0,
            };
            line[at] = line[at].wrapping_add(guess);
        }
        out.extend_from_slice(&line);
        line.resize(row, 0);
        above = line;
    }
    out
}

fn paeth(left: u8, above: u8, corner: u8) -> u8 {
    let guess = i16::from(left) + i16::from(above) - i16::from(corner);
    let far = |byte: u8| (guess - i16::from(byte)).abs();
    if far(left) <= far(above) && far(left) <= far(corner) {
        left
    } else if far(above) <= far(corner) {
        above
    } else {
        corner
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_becomes_bytes() {
        assert_eq!(hexadecimal(b"48 65\n6c6C 6f>zz"), b"Hello");
        assert_eq!(ascii85(b"87cUR\nD]j7B Ebk~>").unwrap(), b"Hello worl");
        assert_eq!(ascii85(b"z~>").unwrap(), [0; 4]);
        for wrong in [&b"87cU{"[..], b"8~>", b"uuuuu"] {
            assert!(ascii85(wrong).is_err());
        }
    }

    #[test]
    fn runs_become_bytes() {
        let mut bytes = Vec::new();
        RunLengths { packed: &[2, b'a', b'b', b'c', 254, b'x', 0, b'y', 128, 9], literal: 0, repeat: None }
            .read_to_end(&mut bytes)
            .unwrap();
        assert_eq!(bytes, b"abcxxxy");
    }

    #[test]
    fn predictors_are_undone() {
        assert_eq!(untiff(vec![1, 2, 3, 1, 1, 1], 6, 3), [1, 2, 3, 2, 3, 4]);
        // None, sub, up, average, Paeth: each row comes to 1 2 3.
        let rows = [0, 1, 2, 3, 1, 1, 1, 1, 2, 0, 0, 0, 3, 1, 1, 1, 4, 0, 0, 0];
        assert_eq!(unpng(&rows, 3, 1), [1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3]);
        assert_eq!(unpng(&[1, 5], 3, 1), [5]);
        assert!(unpng(&[], 3, 1).is_empty());
    }
}
