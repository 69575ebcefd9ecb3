//! PNG: no panic, bounded texts, and what is baked into any readable image comes out again.
//!
//! Checksums are mended first, for a fuzzer seldom guesses them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use openbadges::artifact::{Keyword, png};

const TEXT: &str = r#"{"id":"https://a.example/1"}"#;

fuzz_target!(|bytes: &[u8]| {
    check(bytes);
    check(&mended(bytes));
});

fn check(image: &[u8]) {
    if let Ok(unbaked) = png::unbake(image) {
        // Latin-1 may double in UTF-8.
        let most = 2 * png::MAX_INFLATED.max(image.len());
        assert!(unbaked.texts.len() <= 3 && unbaked.texts.iter().all(|baked| baked.text.len() <= most));
    }
    if let Ok(baked) = png::bake(image, Keyword::OpenBadgeCredential, TEXT) {
        let unbaked = png::unbake(&baked).expect("what was baked is readable");
        assert_eq!(unbaked.texts.len(), 1);
        assert_eq!(unbaked.texts[0].text, TEXT);
        assert_eq!(png::bake(&baked, Keyword::OpenBadgeCredential, TEXT).as_ref(), Ok(&baked));
    }
}

/// The bytes with a signature in front and every chunk's checksum made right.
fn mended(bytes: &[u8]) -> Vec<u8> {
    let signature = b"\x89PNG\r\n\x1a\n";
    let mut image = bytes.to_vec();
    if let Some(start) = image.get_mut(..signature.len()) {
        start.copy_from_slice(signature);
    }
    let mut at = signature.len();
    while let Some(length) = image.get(at..).and_then(|rest| rest.first_chunk::<4>()) {
        let length = u32::from_be_bytes(*length) as usize;
        let end = at + 8 + length;
        if end + 4 > image.len() {
            break;
        }
        let crc = crc32fast::hash(&image[at + 4..end]).to_be_bytes();
        image[end..end + 4].copy_from_slice(&crc);
        at = end + 4;
    }
    image
}
