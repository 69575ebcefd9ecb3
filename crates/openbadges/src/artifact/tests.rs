use super::*;

/// A PNG of one grey pixel, made of chunks as they are given between header and end.
pub(super) fn png(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut image = b"\x89PNG\r\n\x1a\n".to_vec();
    let header: (&[u8; 4], &[u8]) = (b"IHDR", b"\0\0\0\x01\0\0\0\x01\x08\0\0\0\0");
    let pixel: (&[u8; 4], &[u8]) = (b"IDAT", b"\x78\x9c\x63\x60\0\0\0\x02\0\x01");
    for (kind, data) in std::iter::once(&header).chain(chunks).chain([&pixel, &(b"IEND", b"")]) {
        image.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
        let body = [&kind[..], data].concat();
        image.extend(&body);
        image.extend(crc32fast::hash(&body).to_be_bytes());
    }
    image
}

const SVG: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\">\n  <rect/>\n</svg>\n";
const JSON: &str =
    "{\"@context\": \"https://w3id.org/openbadges/v2\", \"id\": \"https://a.example/1?a=1&b=2\"}\n";
const JWS: &str = "eyJhbGciOiJSUzI1NiJ9.e30.c2ln";
const LINK: &str = "https://a.example/assertion/1";

fn recognise(bytes: impl AsRef<[u8]>) -> Artifact {
    Artifact::recognise(bytes.as_ref().to_vec()).unwrap()
}

fn refusal(bytes: impl AsRef<[u8]>) -> NotABadge {
    Artifact::recognise(bytes.as_ref().to_vec()).unwrap_err()
}

fn only(artifact: &Artifact) -> &PayloadContent {
    let [payload] = artifact.payloads() else { panic!("{:?}", artifact.payloads()) };
    &payload.content
}

#[test]
fn texts_are_recognised_and_kept() {
    for (text, kind, content) in [
        (JSON, ArtifactKind::Json, PayloadContent::Json(JSON.into())),
        (JWS, ArtifactKind::Jws, PayloadContent::Jws(JWS.into())),
        (LINK, ArtifactKind::Url, PayloadContent::Url(LINK.into())),
        ("  \r\nHTTPS://A.example/x\n", ArtifactKind::Url, PayloadContent::Url("HTTPS://A.example/x".into())),
        ("\u{feff} eyJhbGciOiJSUzI1NiJ9.e30.c2ln\n", ArtifactKind::Jws, PayloadContent::Jws(JWS.into())),
    ] {
        let artifact = recognise(text);
        assert_eq!((artifact.kind(), only(&artifact)), (kind, &content));
        assert_eq!(artifact.bytes(), text.as_bytes(), "the bytes are kept exactly");
        assert_eq!(artifact.payloads()[0].carrier, Carrier::Plain);
    }
}

#[test]
fn a_badge_comes_out_of_an_image_as_it_went_in() {
    let cases = [
        (PayloadContent::Json(JSON.into()), Standard::Ob2),
        (PayloadContent::Json("{\"a\":\"]]>\\\"&amp;é\"\r\n}".into()), Standard::Ob3),
        (PayloadContent::Jws(JWS.into()), Standard::Ob2),
        (PayloadContent::Jws(JWS.into()), Standard::Ob3),
        (PayloadContent::Url(LINK.into()), Standard::Ob2),
    ];
    for (content, standard) in cases {
        for image in [png(&[]), SVG.into(), "<s:svg xmlns:s='http://www.w3.org/2000/svg'/>".into()] {
            let baked = bake(&image, &content, standard).unwrap();
            let artifact = recognise(&baked);
            assert_eq!(only(&artifact), &content, "{}", String::from_utf8_lossy(&baked));
            assert_eq!(artifact.notes(), <[String; 0]>::default());
            assert_eq!(bake(&baked, &content, standard).unwrap(), baked, "baking twice is baking once");
        }
    }
}

#[test]
fn what_is_no_badge_is_told_by_what_it_looks_like() {
    for (bytes, code) in [
        (&b""[..], "empty"),
        (b" \r\n\t", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"<!DOCTYPE html>\n<html><body>a badge</body></html>", "web_page"),
        (b"\n<HTML lang=en>", "web_page"),
        (b"%PDF-1.7\n", "pdf"),
        (b"PK\x03\x04rest", "zip"),
        (b"\x1f\x8b\x08\0", "archive"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "other_image"),
        (b"GIF89a", "other_image"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "other_image"),
        (b"BM\x10\0\0\0\0\0\0\0", "other_image"),
        (b"\xff\xfe{\0}\0", "utf16"),
        (b"{\0}\0", "utf16"),
        (b"\0<\0s\0v\0g", "utf16"),
        (b"-----BEGIN PUBLIC KEY-----\n", "pem"),
        (b"<rss version='2.0'/>", "other_xml"),
        (b"<svg><rect/></svg>", "other_xml"),
        (b"{\"a\":\"\xe9\"}", "not_utf8"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>\xe9</svg>", "svg_not_utf8"),
        (b"\x00\x01\x02\x80", "unknown_bytes"),
        (b"BMW gave me a badge", "plain_text"),
        (b"hello, world", "plain_text"),
        (b"www.example.org", "plain_text"),
        (b"eyes.example.org", "plain_text"),
        (b"see https://example.org/badge", "plain_text"),
        (b"https://example.org/a https://example.org/b", "plain_text"),
        (b"[{\"type\":\"Assertion\"}]", "json_list"),
        (b"ftp://example.org/badge.json", "link_scheme"),
        (b"javascript:alert(1)", "link_scheme"),
        (b"file:///etc/passwd", "link_scheme"),
        (b"did:key:z6Mk", "link_scheme"),
        (b"https:example.org", "broken_link"),
        (b"https://", "broken_link"),
        (b"https://[::1/", "broken_link"),
        (b"eyJhbGciOiJFUzI1NiJ9.e30~WyJhIl0~", "broken_jws"),
        (b"\xd2\x84\x43\xa1\x01\x26\xa0\x41\x00\x41\xff", "cose"),
        (b"0oRDoQEmoEEAWEA1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1", "cose"),
        (b"d28443a10126a04100584035353535353535353535353535353535353535353535353535", "cose"),
        (b"eyJhbGciOiJkaXIifQ.YQ.YQ.YQ.YQ", "jwe"),
        (b"eyJhbGciOiJFUzI1NiJ9.e30", "broken_jws"),
        (b"eyJhbGciOiJFUzI1NiJ9.e30.c2ln.c2ln", "broken_jws"),
        (b"eyJhbGciOiJub25lIn0.e30.", "broken_jws"),
        (b"eyJhbGciOiJFUzI1NiJ9..c2ln", "broken_jws"),
        (b"eyJhbGciOiJFUzI1NiJ9.e30.c2ln=", "broken_jws"),
        (b"eyJhbGciOiJFUzI1NiJ9.e30.c2l+", "broken_jws"),
        (b"eyJhbGciOiJFUzI1NiJ9.e31.c2ln", "broken_jws"),
        (b"eyJhbGciOiJFUzI1NiJ9.e30\n.c2ln", "broken_jws"),
        (b"eyJhIjoxLCJhIjoyfQ.e30.c2ln", "broken_jws"),
    ] {
        let error = refusal(bytes);
        assert_eq!(error.code(), code, "{} ({error})", String::from_utf8_lossy(bytes));
        assert!(!error.hint().is_empty() && error.to_string().len() < 400, "{error}");
    }
    assert_eq!(refusal(png(&[])).code(), "png_without_badge");
    assert_eq!(refusal(SVG).code(), "svg_without_badge");
    assert_eq!(refusal(vec![b' '; MAX_BYTES + 1]).code(), "too_large");
}

#[test]
fn a_web_page_is_told_from_broken_xml_behind_comments_and_declarations() {
    for page in [
        "<!-- saved from a.example --><html><body><p>x<br></body></html>",
        "<?xml version='1.0'?>\n<!DOCTYPE html PUBLIC 'x' 'y'><html xmlns='http://www.w3.org/1999/xhtml'/>",
    ] {
        assert_eq!(refusal(page).code(), "web_page", "{page}");
    }
}

#[test]
fn data_urls_are_decoded_and_two_deep_at_most() {
    let url = |media: &str, data: &[u8]| {
        let plain = data.iter().map(|b| format!("%{b:02X}")).collect::<Vec<_>>().concat();
        format!("data:{media},{plain}")
    };
    let image = bake(&png(&[]), &PayloadContent::Jws(JWS.into()), Standard::Ob3).unwrap();
    let packed = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, &image);
    let once = format!("DATA:image/png;base64,{packed}");
    for text in [&once, once.trim_end_matches('='), &url("text/plain", once.as_bytes())] {
        let artifact = recognise(text);
        assert_eq!((artifact.kind(), only(&artifact)), (ArtifactKind::Url, &PayloadContent::Jws(JWS.into())));
        assert_eq!(artifact.payloads()[0].carrier, Carrier::Png { keyword: "openbadgecredential".into() });
        assert_eq!(artifact.bytes(), text.as_bytes());
    }
    assert_eq!(only(&recognise(url("application/json", b"{}"))), &PayloadContent::Json("{}".into()));
    assert_eq!(only(&recognise(url("", LINK.as_bytes()))), &PayloadContent::Url(LINK.into()));

    let thrice = url("", url("", url("", b"{}").as_bytes()).as_bytes());
    assert_eq!(refusal(thrice).code(), "nested_data_url");
    assert_eq!(refusal("data:application/json").code(), "broken_data_url");
    assert_eq!(refusal("data:;base64,!!!!").code(), "broken_data_url");
    assert_eq!(refusal("data:text/html,<html>").code(), "web_page");
}

#[test]
fn carriers_say_where_a_payload_stood_and_notes_what_was_lenient() {
    let both: [(&[u8; 4], &[u8]); 2] = [
        (b"iTXt", b"openbadgecredential\0\0\0\0\0https://a.example/3"),
        (b"tEXt", b"openbadges\0https://a.example/2"),
    ];
    let artifact = recognise(png(&both));
    let link = |n: u8| PayloadContent::Url(format!("https://a.example/{n}"));
    let png = |keyword: &str| Carrier::Png { keyword: keyword.into() };
    assert_eq!(
        artifact.payloads(),
        [
            Payload { carrier: png("openbadgecredential"), content: link(3) },
            Payload { carrier: png("openbadges"), content: link(2) }
        ]
    );
    assert_eq!(artifact.notes().len(), 2, "{:?}", artifact.notes());

    let artifact = recognise(bake(SVG.as_bytes(), &link(2), Standard::Ob2).unwrap());
    assert_eq!(artifact.payloads()[0].carrier, Carrier::Svg { namespace: "http://openbadges.org".into() });
}

#[test]
fn what_stands_in_the_place_of_a_badge_and_is_none_is_said() {
    let error = refusal(png(&[(b"tEXt", b"openbadges\0hello")]));
    assert_eq!(error.code(), "bad_payload");
    assert_eq!(
        error.to_string(),
        "the image has no badge where one should be: this is plain text, not a badge"
    );
    assert_eq!(refusal(png(&[(b"tEXt", b"openbadges\0 ")])).code(), "bad_payload");
}

#[test]
fn baking_needs_an_image_and_content_that_is_what_it_says() {
    let json = PayloadContent::Json(JSON.into());
    assert_eq!(bake(b"\xff\xd8\xff", &json, Standard::Ob2).unwrap_err().code(), "bake_not_an_image");
    assert_eq!(bake(b"<html/>", &json, Standard::Ob2).unwrap_err().code(), "svg_other_xml");
    let liar = PayloadContent::Json(JWS.into());
    assert_eq!(bake(&png(&[]), &liar, Standard::Ob2).unwrap_err().code(), "bake_other_kind");
    let huge = PayloadContent::Json(format!("{{\"a\":\"{}\"}}", "a".repeat(MAX_BYTES)));
    assert_eq!(bake(&png(&[]), &huge, Standard::Ob2).unwrap_err().code(), "bake_too_large");
}

#[test]
fn a_byte_order_mark_before_an_svg_is_kept_by_baking() {
    let image = format!("\u{feff}\n{SVG}");
    let baked = bake(image.as_bytes(), &PayloadContent::Jws(JWS.into()), Standard::Ob3).unwrap();
    assert!(baked.starts_with("\u{feff}\n<svg xmlns:openbadges".as_bytes()));
    assert_eq!(only(&recognise(baked)), &PayloadContent::Jws(JWS.into()));
}

proptest::proptest! {
    #[test]
    fn nothing_makes_recognising_panic(
        start in proptest::sample::select(vec!["", "{", "<", "<svg ", "eyJ", "data:", "data:;base64,", "https://", "\u{feff}", "[", "<!DOCTYPE "]),
        text in "[ -~\u{e9}\n]{0,60}",
        bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..30)
    ) {
        let bytes = [start.as_bytes(), text.as_bytes(), &bytes].concat();
        for bytes in [bytes.clone(), format!("{start}{text}").into_bytes()] {
            match Artifact::recognise(bytes.clone()) {
                Ok(artifact) => {
                    proptest::prop_assert_eq!(artifact.bytes(), &bytes[..]);
                    proptest::prop_assert!(!artifact.payloads().is_empty());
                }
                Err(error) => proptest::prop_assert!(!error.to_string().is_empty() && !error.hint().is_empty()),
            }
        }
    }
}
