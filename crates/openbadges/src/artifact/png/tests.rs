use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use proptest::prelude::*;

use super::super::tests::png;
use super::*;

const TEXT: &str = "{\"id\":\"https://a.example/1\",\"name\":\"Ünïcode\"}";
const KEYWORD: Keyword = Keyword::OpenBadges;

fn zlib(text: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn itxt_data(keyword: &str, text: &[u8]) -> Vec<u8> {
    [keyword.as_bytes(), b"\0\0\0en\0Abzeichen\0", text].concat()
}

fn texts(image: &[u8]) -> Vec<(Keyword, String)> {
    unbake(image).unwrap().texts.into_iter().map(|baked| (baked.keyword, baked.text)).collect()
}

fn code(image: &[u8]) -> &'static str {
    unbake(image).unwrap_err().code()
}

/// The chunks of an image as others would read them: type and data.
fn split(image: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut rest = &image[8..];
    let mut chunks = Vec::new();
    while rest.len() >= 12 {
        let length = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize;
        chunks.push((rest[4..8].to_vec(), rest[8..8 + length].to_vec()));
        rest = &rest[length + 12..];
    }
    chunks
}

#[test]
fn each_kind_of_text_chunk_is_read_and_the_lenient_ones_are_noted() {
    let text = TEXT.as_bytes();
    let compressed_itxt = [&b"openbadges\0\x01\0\0\0"[..], &zlib(text)].concat();
    let latin1_text = b"openbadges\0{\"name\":\"\xdcn\xefcode\"}";
    let ztxt = [&b"openbadges\0\0"[..], &zlib(b"https://a.example/\xe9")].concat();
    for (kind, data, expected, notes) in [
        (b"iTXt", itxt_data("openbadges", text), TEXT, 0),
        (b"iTXt", compressed_itxt, TEXT, 1),
        (b"tEXt", latin1_text.to_vec(), "{\"name\":\"Ünïcode\"}", 1),
        (b"zTXt", ztxt, "https://a.example/é", 1),
    ] {
        let unbaked = unbake(&png(&[(kind, &data)])).unwrap();
        assert_eq!(unbaked.texts, [BakedText { keyword: KEYWORD, text: expected.into() }]);
        assert_eq!(unbaked.notes.len(), notes, "{:?}", unbaked.notes);
    }
}

#[test]
fn an_image_may_hold_a_badge_of_each_version_and_they_come_in_order() {
    let image = png(&[
        (b"iTXt", &itxt_data("openbadgecredential", b"three")),
        (b"iTXt", &itxt_data("Comment", b"not ours")),
        (b"iTXt", &itxt_data("openbadges", b"two")),
    ]);
    assert_eq!(
        texts(&image),
        [(Keyword::OpenBadgeCredential, "three".into()), (Keyword::OpenBadges, "two".into())]
    );
}

#[test]
fn of_two_badges_the_first_is_read_and_the_other_is_noted() {
    let first = itxt_data("openbadges", b"first");
    let unbaked = unbake(&png(&[(b"iTXt", &first), (b"iTXt", &itxt_data("openbadges", b"second"))])).unwrap();
    assert_eq!(unbaked.texts, [BakedText { keyword: KEYWORD, text: "first".into() }]);
    assert!(unbaked.notes[0].contains("differ"), "{:?}", unbaked.notes);

    let copies = unbake(&png(&[(b"iTXt", &first), (b"iTXt", &first)])).unwrap();
    assert_eq!(copies.texts.len(), 1);
    assert!(copies.notes[0].contains("2 times"), "{:?}", copies.notes);
}

#[test]
fn an_itxt_chunk_goes_before_an_older_kind_of_chunk() {
    let image = png(&[(b"tEXt", b"openbadges\0old"), (b"iTXt", &itxt_data("openbadges", b"new"))]);
    assert_eq!(texts(&image), [(KEYWORD, "new".into())]);
}

#[test]
fn a_wrong_checksum_of_the_badge_is_refused_and_never_passed_over() {
    let image =
        png(&[(b"iTXt", &itxt_data("openbadges", b"first")), (b"iTXt", &itxt_data("openbadges", b"second"))]);
    let at = image.windows(5).position(|w| w == b"first").unwrap();
    let mut damaged = image.clone();
    damaged[at] ^= 1;
    assert_eq!(code(&damaged), "png_bad_crc");
    // The second one is not read, so its checksum does not matter; nor does that of the pixels.
    let at = image.windows(6).position(|w| w == b"second").unwrap();
    let mut damaged = image.clone();
    damaged[at] ^= 1;
    let pixels = damaged.windows(4).position(|w| w == b"IDAT").unwrap();
    damaged[pixels + 5] ^= 1;
    assert_eq!(texts(&damaged), [(KEYWORD, "first".into())]);
}

#[test]
fn a_bomb_is_refused_within_bounds() {
    let fits = zlib(&vec![b' '; MAX_INFLATED]);
    let bomb = zlib(&vec![b' '; 64 << 20]);
    let head = b"openbadges\0\x01\0\0\0";
    assert!(unbake(&png(&[(b"iTXt", &[&head[..], &fits].concat())])).is_ok());
    assert_eq!(code(&png(&[(b"iTXt", &[&head[..], &bomb].concat())])), "png_bomb");
    assert_eq!(code(&png(&[(b"zTXt", &[&b"openbadges\0\0"[..], &bomb].concat())])), "png_bomb");
}

#[test]
fn many_badges_are_refused() {
    let chunk: (&[u8; 4], &[u8]) = (b"tEXt", b"openbadges\0x");
    assert!(unbake(&png(&vec![chunk; MAX_BADGES])).is_ok());
    assert_eq!(code(&png(&vec![chunk; MAX_BADGES + 1])), "png_too_many_badges");
}

#[test]
fn text_chunks_that_are_not_made_as_specified_are_refused() {
    for (kind, data) in [
        (b"iTXt", &b"openbadges\0"[..]),
        (b"iTXt", b"openbadges\0\0\0"),
        (b"iTXt", b"openbadges\0\0\0en"),
        (b"iTXt", b"openbadges\0\0\0en\0x"),
        (b"iTXt", b"openbadges\0\x02\0\0\0x"),
        (b"iTXt", b"openbadges\0\x01\x01\0\0x"),
        (b"iTXt", b"openbadges\0\x01\0\0\0not zlib"),
        (b"iTXt", b"openbadges\0\0\0\0\0\xff"),
        (b"zTXt", b"openbadges\0"),
        (b"zTXt", b"openbadges\0\x07x"),
        (b"zTXt", b"openbadges\0\0\x78\x9c"),
    ] {
        assert_eq!(code(&png(&[(kind, data)])), "png_bad_chunk", "{}", data.escape_ascii());
    }
    // Without a NUL there is no keyword, and other keywords are none of our business.
    for data in [&b"openbadges"[..], b"OpenBadges\0x", b"openbadges2\0x", b"\0x"] {
        assert_eq!(texts(&png(&[(b"iTXt", data)])), []);
    }
}

#[test]
fn an_image_that_is_cut_anywhere_is_said_to_be_cut() {
    let image = png(&[(b"iTXt", &itxt_data("openbadges", TEXT.as_bytes()))]);
    for end in 1..image.len() {
        assert_eq!(code(&image[..end]), "png_truncated", "at {end}");
        assert!(is_png(&image[..end]));
    }
}

#[test]
fn broken_rows_of_chunks_are_refused() {
    let image = png(&[]);
    let with = |at: usize, bytes: &[u8]| {
        let mut broken = image.clone();
        broken[at..at + bytes.len()].copy_from_slice(bytes);
        broken
    };
    assert_eq!(code(&with(8, b"\xff\xff\xff\xff")), "png_malformed");
    assert_eq!(code(&with(8, b"\x7f\xff\xff\xff")), "png_truncated");
    assert_eq!(code(&with(8, b"\0\0\0\x0c")), "png_malformed");
    assert_eq!(code(&with(12, b"IDAT")), "png_malformed");
    assert_eq!(code(&with(37, b"ID T")), "png_malformed");
    assert_eq!(code(&with(37, b"IHDR")), "png_malformed");
    assert_eq!(code(b"\x89PNG\n\x1a\n\0\0\0\rIHDR"), "png_taken_for_text");
    assert!(is_png("\u{fffd}PNG\r\n".as_bytes()));
}

#[test]
fn what_follows_the_end_is_noted_not_read_and_kept() {
    let image = [&png(&[])[..], b"\0\0\0\x0ctEXtopenbadges\0x\0\0\0\0"].concat();
    let unbaked = unbake(&image).unwrap();
    assert_eq!((unbaked.texts.len(), unbaked.notes.len()), (0, 1));
    assert!(bake(&image, KEYWORD, TEXT).unwrap().ends_with(&image[image.len() - 24..]));
}

#[test]
fn baking_writes_one_plain_chunk_behind_the_header_and_takes_every_old_badge_out() {
    let ancillary: [(&[u8; 4], &[u8]); 3] =
        [(b"gAMA", b"\0\0\xb1\x8f"), (b"tEXt", b"Comment\0kept"), (b"acTL", b"\0\0\0\x01\0\0\0\0")];
    let old: [(&[u8; 4], &[u8]); 3] = [
        (b"tEXt", b"openbadges\0https://a.example/"),
        (b"iTXt", b"openbadgecredential\0broken"),
        (b"zTXt", b"clrcredential\0"),
    ];
    let [gamma, comment, frames] = ancillary;
    let [link, broken, clr] = old;
    let image = png(&[link, gamma, broken, comment, clr, frames]);
    let baked = bake(&image, Keyword::OpenBadgeCredential, TEXT).unwrap();

    let chunks = split(&baked);
    assert_eq!(chunks[1].0, b"iTXt");
    assert_eq!(chunks[1].1, [b"openbadgecredential\0\0\0\0\0", TEXT.as_bytes()].concat());
    let others: Vec<_> =
        chunks.iter().enumerate().filter(|(at, _)| *at != 1).map(|(_, c)| c.clone()).collect();
    assert_eq!(others, split(&png(&[gamma, comment, frames])));
}

#[test]
fn only_a_badge_can_be_baked() {
    let image = png(&[]);
    for (keyword, text, code) in [
        (KEYWORD, "hello", "bake_not_a_badge"),
        (KEYWORD, "", "bake_not_a_badge"),
        (KEYWORD, "{\"a\":1,\"a\":2}", "bake_bad_json"),
        (KEYWORD, "\u{feff}{}", "bake_other_kind"),
        (KEYWORD, " https://a.example/ ", "bake_other_kind"),
        (Keyword::OpenBadgeCredential, "https://a.example/", "bake_link"),
    ] {
        assert_eq!(bake(&image, keyword, text).unwrap_err().code(), code, "{text:?}");
    }
    assert_eq!(bake(b"GIF89a", KEYWORD, "{}").unwrap_err().code(), "png_taken_for_text");
    assert_eq!(bake(&image[..40], KEYWORD, "{}").unwrap_err().code(), "png_truncated");
}

fn any_chunk() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
    let kind =
        prop_oneof![Just("iTXt"), Just("tEXt"), Just("zTXt"), Just("PLTE"), Just("IDAT"), Just("pHYs")];
    let keyword = prop_oneof![
        Just("openbadges\0"),
        Just("openbadgecredential\0"),
        Just("clrcredential\0"),
        Just("Comment\0"),
        Just("")
    ];
    (kind, keyword, prop::collection::vec(any::<u8>(), 0..40))
        .prop_map(|(kind, keyword, rest)| (kind.into(), [keyword.as_bytes(), &rest].concat()))
}

fn any_image() -> impl Strategy<Value = Vec<u8>> {
    (prop::collection::vec(any_chunk(), 0..8), prop::collection::vec(any::<u8>(), 0..9)).prop_map(
        |(chunks, after)| {
            let chunks: Vec<(&[u8; 4], &[u8])> =
                chunks.iter().map(|(kind, data)| (kind.first_chunk().unwrap(), &data[..])).collect();
            [png(&chunks), after].concat()
        },
    )
}

fn any_keyword() -> impl Strategy<Value = Keyword> {
    prop::sample::select(Keyword::ALL.to_vec())
}

proptest! {
    #[test]
    fn what_is_baked_comes_out_and_nothing_else_changes(
        image in any_image(), keyword in any_keyword(), name in any::<String>(), again in any::<String>()
    ) {
        let text = serde_json::json!({"name": name}).to_string();
        let baked = bake(&image, keyword, &text).unwrap();
        prop_assert_eq!(texts(&baked), vec![(keyword, text.clone())]);
        prop_assert_eq!(&bake(&baked, keyword, &text).unwrap(), &baked, "baking twice is baking once");

        // Taking the new chunk out gives the image less its old badges.
        let length = u32::from_be_bytes(baked[33..37].try_into().unwrap()) as usize;
        let bare = [&baked[..33], &baked[33 + 12 + length..]].concat();
        let other = serde_json::json!({"again": again}).to_string();
        prop_assert_eq!(bake(&bare, keyword, &text).unwrap(), baked.clone());
        if unbake(&image).is_ok_and(|unbaked| unbaked.texts.is_empty()) {
            prop_assert_eq!(&bare, &image);
        }
        let rebaked = bake(&baked, Keyword::OpenBadges, &other).unwrap();
        prop_assert_eq!(texts(&rebaked), vec![(Keyword::OpenBadges, other)]);
    }

    #[test]
    fn a_mutated_image_never_makes_it_panic(
        image in any_image(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)
    ) {
        let mut image = image;
        for (at, byte) in changes {
            let at = at.index(image.len());
            image[at] = byte;
        }
        let _ = unbake(&image);
        if let Ok(baked) = bake(&image, KEYWORD, "{}") {
            prop_assert_eq!(texts(&baked), vec![(KEYWORD, "{}".to_owned())]);
        }
    }

    #[test]
    fn arbitrary_bytes_never_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = unbake(&bytes);
        let _ = unbake(&[&SIGNATURE[..], &bytes].concat());
    }
}
