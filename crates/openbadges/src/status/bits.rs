//! The bits of a list, unpacked within bounds.

use std::io::Read;

use base64::Engine;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, URL_SAFE_NO_PAD};
use base64::engine::{DecodePaddingMode, GeneralPurposeConfig as Config};
use flate2::read::GzDecoder;

/// A list unpacks to this many bytes at most (Bitstring Status List 1.0 sets no bound; 16 MiB hold 134 million
/// entries).
pub(super) const MAX_BYTES: u64 = 16 << 20;

/// The bits of a status list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bits(Vec<u8>);

impl Bits {
    /// The bits of an `encodedList`: multibase base64url of gzip (Bitstring Status List 1.0, 3.3).
    pub(super) fn unpack(encoded: &str) -> Result<Self, String> {
        let encoded = encoded.strip_prefix('u').ok_or("the list is not multibase base64url (u)")?;
        Self::inflate(&URL_SAFE_NO_PAD.decode(encoded).map_err(|_| "the list is not base64url")?)
    }

    /// The bits of an `encodedList` of the earlier drafts: gzip in base64 of either alphabet, with padding or
    /// without; some writers put the multibase prefix there already.
    pub(super) fn unpack_early(encoded: &str) -> Result<Self, String> {
        // Gzip begins with 1f 8b, so its base64 begins with H.
        let encoded = encoded.strip_prefix('u').filter(|rest| rest.starts_with('H')).unwrap_or(encoded);
        let alphabet = if encoded.contains(['-', '_']) { &alphabet::URL_SAFE } else { &alphabet::STANDARD };
        let lenient: Config =
            GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
        let packed = GeneralPurpose::new(alphabet, lenient).decode(encoded);
        Self::inflate(&packed.map_err(|_| "the list is not base64")?)
    }

    fn inflate(packed: &[u8]) -> Result<Self, String> {
        let mut bits = Vec::new();
        GzDecoder::new(packed)
            .take(MAX_BYTES + 1)
            .read_to_end(&mut bits)
            .map_err(|_| "the list is not whole gzip")?;
        if bits.len() as u64 > MAX_BYTES {
            return Err(format!("the list unpacks to more than {MAX_BYTES} bytes"));
        }
        Ok(Self(bits))
    }

    pub(super) fn bytes(&self) -> u64 {
        self.0.len() as u64
    }

    /// How many entries of `size` bits there are; none of size 0.
    pub fn entries(&self, size: u64) -> u64 {
        (self.0.len() as u64 * 8).checked_div(size).unwrap_or_default()
    }

    /// The value of entry `index`, each `size` bits wide (1 to 64); bit 0 is the highest of the first byte. `None`
    /// beyond the end.
    pub fn value(&self, index: u64, size: u64) -> Option<u64> {
        let start = index.checked_mul(size)?;
        let end = start.checked_add(size).filter(|end| *end <= self.0.len() as u64 * 8)?;
        Some((start..end).fold(0, |value, at| value << 1 | u64::from(self.byte(at) >> (7 - at % 8) & 1)))
    }

    /// The bit at `index` where bit 0 is the lowest of the first byte: the order in which libraries wrote lists
    /// before a draft named one.
    pub(super) fn lowest_first(&self, index: u64) -> Option<u64> {
        (index < self.0.len() as u64 * 8).then(|| u64::from(self.byte(index) >> (index % 8) & 1))
    }

    fn byte(&self, bit: u64) -> u8 {
        usize::try_from(bit / 8).ok().and_then(|at| self.0.get(at)).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use base64::engine::general_purpose::STANDARD;
    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn encoded(bytes: &[u8]) -> String {
        format!("u{}", URL_SAFE_NO_PAD.encode(packed(bytes)))
    }

    #[test]
    fn the_published_lists_unpack_to_what_they_say() {
        let specification = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA";
        assert_eq!(Bits::unpack(specification).unwrap(), Bits(vec![0; 16_384]));
        let validator = "uH4sIAAAAAAAA_-3BMQEAAAzDoMy_6cnoA9QFAAAAAAAAAAAAAAAAAAAAbD3uPa2cAEAAAA";
        let bits = Bits::unpack(validator).unwrap();
        let set: Vec<u64> = (0..131_072).filter(|index| bits.value(*index, 1) == Some(1)).collect();
        assert_eq!(set, [23]);
    }

    #[test]
    fn bit_zero_is_the_highest_of_the_first_byte() {
        let bits = Bits(vec![0b1000_0001, 0b0110_0000]);
        let wide = [(0, 1, 1), (1, 1, 0), (7, 1, 1), (4, 2, 0b01), (0, 2, 0b10), (1, 8, 0b0110_0000)];
        for (index, size, value) in wide {
            assert_eq!(bits.value(index, size), Some(value), "{index} {size}");
        }
        assert_eq!(Bits(vec![0x08]).lowest_first(3), Some(1));
        assert_eq!(Bits(vec![0x08]).value(3, 1), Some(0));
    }

    #[test]
    fn no_index_reaches_beyond_the_list() {
        let bits = Bits(vec![0xff; 16_384]);
        assert_eq!(bits.value(131_071, 1), Some(1));
        for (index, size) in [(131_072, 1), (u64::MAX, 1), (u64::MAX, 64), (u64::MAX / 2, 2), (65_536, 2)] {
            assert_eq!(bits.value(index, size), None, "{index} {size}");
        }
        assert_eq!(bits.lowest_first(u64::MAX), None);
        assert_eq!(bits.entries(0), 0);
    }

    #[test]
    fn bombs_and_stumps_are_refused() {
        let bomb = encoded(&vec![0; usize::try_from(MAX_BYTES + 1).unwrap()]);
        assert!(Bits::unpack(&bomb).unwrap_err().contains("unpacks to more"));
        let whole = encoded(&[0; 16_384]);
        assert!(Bits::unpack(&whole).is_ok());
        for wrong in [&whole[..whole.len() - 8], &whole[1..], "u", "", "u!!!!", "uAAAA", "z111"] {
            assert!(Bits::unpack(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn earlier_lists_come_in_every_spelling_of_base64() {
        let packed = packed(&(0..=255).collect::<Vec<u8>>());
        let padded = STANDARD.encode(&packed);
        for text in [
            padded.clone(),
            padded.trim_end_matches('=').to_owned(),
            padded.replace('+', "-").replace('/', "_"),
            format!("u{}", URL_SAFE_NO_PAD.encode(&packed)),
        ] {
            assert_eq!(Bits::unpack_early(&text).unwrap().entries(8), 256, "{text}");
        }
        for wrong in ["", "H4sI", "****", "u"] {
            assert!(Bits::unpack_early(wrong).is_err(), "{wrong}");
        }
    }
}
