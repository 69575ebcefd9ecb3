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
        (b"eyJhbGciOiJFUzI1NiJ9.e30.c2ln~WyJhIl0~", "sd_jwt"),
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
