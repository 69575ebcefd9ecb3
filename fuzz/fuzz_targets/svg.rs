//! SVG: no panic, and what is baked into any readable image comes out again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use openbadges::artifact::{BakeError, Keyword, svg};

fuzz_target!(|bytes: &[u8]| {
    check(bytes);
    let mut image = br#"<svg xmlns="http://www.w3.org/2000/svg" xmlns:b="http://openbadges.org">"#.to_vec();
    image.extend_from_slice(bytes);
    image.extend_from_slice(b"</svg>");
    check(&image);
});

fn check(image: &[u8]) {
    let _ = svg::unbake(image);
    for text in [r#"{"id":"https://a.example/?a&b","name":"]]>"}"#, "eyJhIjoxfQ.e30.c2ln"] {
        match svg::bake(image, Keyword::OpenBadges, text) {
            Ok(baked) => {
                let unbaked = svg::unbake(&baked).expect("what was baked is readable");
                assert_eq!(unbaked.texts.len(), 1);
                assert_eq!(unbaked.texts[0].text, text);
                assert_eq!(svg::bake(&baked, Keyword::OpenBadges, text).as_ref(), Ok(&baked));
            }
            Err(BakeError::Svg(_)) => {}
            Err(other) => panic!("{other}"),
        }
    }
}
