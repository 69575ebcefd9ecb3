use proptest::prelude::*;

use super::*;

const JWS: &str = "eyJhbGciOiJSUzI1NiJ9.e30.c2ln";
const OB2: Keyword = Keyword::OpenBadges;
const OB3: Keyword = Keyword::OpenBadgeCredential;

/// An image with `inside` in it, the prefixes `b` (Open Badges 2) and `c` (3.0) declared.
fn svg(inside: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" \
         xmlns:b='http://openbadges.org' xmlns:c='https://purl.imsglobal.org/ob/v3p0'>{inside}<rect/></svg>\n"
    )
}

fn texts(image: impl AsRef<[u8]>) -> Vec<(Keyword, String)> {
    let unbaked = unbake(image.as_ref()).unwrap();
    unbaked.texts.into_iter().map(|baked| (baked.keyword, baked.text)).collect()
}

fn one(inside: &str) -> String {
    let [(_, text)] = <[_; 1]>::try_from(texts(svg(inside))).unwrap();
    text
}

fn code(image: impl AsRef<[u8]>) -> &'static str {
    unbake(image.as_ref()).unwrap_err().code()
}

fn baked(image: &str, keyword: Keyword, text: &str) -> String {
    String::from_utf8(bake(image.as_bytes(), keyword, text).unwrap()).unwrap()
}

#[test]
fn baking_again_changes_nothing_whatever_stood_inside_the_badge_before() {
    let image = svg("<b:assertion verify='x'><openbadges:credential verify='x'/></b:assertion>");
    let once = baked(&image, OB3, "{}");
    assert_eq!(baked(&once, OB3, "{}"), once);
}

#[test]
fn the_body_is_read_however_it_is_written() {
    assert_eq!(one("<b:assertion><![CDATA[{\"a\":1}]]></b:assertion>"), "{\"a\":1}");
    assert_eq!(one("<b:assertion>{&quot;a&quot;:&#x22;&amp;&#233;\"}</b:assertion>"), "{\"a\":\"&é\"}");
    assert_eq!(
        one("<b:assertion>{<![CDATA[\"a\":\"]]]]><!-- c --><![CDATA[>\"]]><?p?>}</b:assertion>"),
        "{\"a\":\"]]>\"}"
    );
    assert_eq!(one("<b:assertion verify='https://a.example/'>\n  {}\r\n</b:assertion>"), "\n  {}\n");
}

#[test]
fn a_blank_body_leaves_the_verify_attribute() {
    let token = format!("<c:credential verify=\"{JWS}\"/>");
    assert_eq!(texts(svg(&token)), [(OB3, JWS.into())]);
    assert_eq!(
        one("<b:assertion verify='https://a.example/?a&amp;b'> <![CDATA[ \n]]> </b:assertion>"),
        "https://a.example/?a&b"
    );
    for empty in ["<b:assertion/>", "<b:assertion> </b:assertion>", "<b:assertion verify=' '/>"] {
        assert_eq!(code(svg(empty)), "svg_empty_badge", "{empty}");
    }
    // An attribute in a namespace is another attribute.
    assert_eq!(code(svg("<b:assertion b:verify='https://a.example/'/>")), "svg_empty_badge");
}

#[test]
fn badges_are_known_by_namespace_and_local_name_never_by_prefix() {
    let default = "<g><assertion xmlns='http://openbadges.org'>{}</assertion></g>";
    assert_eq!(texts(svg(default)), [(OB2, "{}".into())]);
    let clr = "<x:credential xmlns:x='https://purl.imsglobal.org/clr/v2p0'>{}</x:credential>";
    assert_eq!(texts(svg(clr)), [(Keyword::ClrCredential, "{}".into())]);
    for other in [
        "<openbadges:assertion xmlns:openbadges='http://example.org'>{}</openbadges:assertion>",
        "<openbadges:assertion>{}</openbadges:assertion>",
        "<assertion>{}</assertion>",
        "<b:credential>{}</b:credential>",
        "<c:assertion>{}</c:assertion>",
        "<!-- <b:assertion>{}</b:assertion> -->",
        "<text><![CDATA[<b:assertion>{}</b:assertion>]]></text>",
    ] {
        assert_eq!(texts(svg(other)), [], "{other}");
    }
}

#[test]
fn an_image_may_hold_a_badge_of_each_version_and_of_two_the_first_is_read() {
    let both = "<c:credential>{}</c:credential><b:assertion>{ }</b:assertion>";
    assert_eq!(texts(svg(both)), [(OB3, "{}".into()), (OB2, "{ }".into())]);

    let second = svg("<b:assertion>{}</b:assertion><b:assertion>{ }</b:assertion>");
    let unbaked = unbake(second.as_bytes()).unwrap();
    assert_eq!(unbaked.texts, [BakedText { keyword: OB2, text: "{}".into() }]);
    assert!(unbaked.notes[0].contains("differs"), "{:?}", unbaked.notes);

    // A broken first badge is not passed over for a second one.
    assert_eq!(code(svg("<b:assertion/><b:assertion>{}</b:assertion>")), "svg_empty_badge");
}

#[test]
fn elements_inside_a_badge_are_refused_for_their_text_would_be_lost() {
    let inner = svg("<b:assertion>{\"a\":\"<i>b</i>\"}</b:assertion>");
    assert_eq!(code(inner), "svg_element_in_badge");
    assert_eq!(
        code(svg("<b:assertion><c:credential>{}</c:credential></b:assertion>")),
        "svg_element_in_badge"
    );
}

#[test]
fn no_document_type_definition_is_processed() {
    let with = |doctype: &str, inside: &str| svg(inside).replace("?>\n", &format!("?>\n{doctype}\n"));
    let badge = "<b:assertion>{}</b:assertion>";
    for doctype in [
        "<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd\">",
        "<!DOCTYPE svg SYSTEM 'file:///etc/passwd'>",
        "<!DOCTYPE svg [ <!ENTITY a \"b\"> <!ATTLIST svg x CDATA \"]>\"> <!-- ]> --> ]>",
    ] {
        assert_eq!(texts(with(doctype, badge)), [(OB2, "{}".into())], "{doctype}");
    }
    let bomb = "<!DOCTYPE svg [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]>";
    let file = "<!DOCTYPE svg [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>";
    for doctype in [bomb, file, ""] {
        for inside in ["<b:assertion>{\"a\":\"&b;\"}</b:assertion>", "<text>&b;</text>", "<g fill='&b;'/>"] {
            assert_eq!(code(with(doctype, inside)), "svg_entity", "{doctype} {inside}");
        }
        assert_eq!(code(with(doctype, badge).replace("xmlns:b", "xmlns:d='&b;' xmlns:b")), "svg_entity");
    }
    assert_eq!(code(svg("<!DOCTYPE svg>")), "svg_malformed");
}

#[test]
fn broken_xml_is_refused() {
    for (image, expected) in [
        (svg("<b:assertion>{}</b:assertio>"), "svg_malformed"),
        (svg("</svg>"), "svg_malformed"),
        (svg("<b:assertion verify='a' verify='b'/>"), "svg_malformed"),
        (svg("<b:assertion verify=a/>"), "svg_malformed"),
        (svg("<g x?'1' xmlns:d='http://openbadges.org'><d:assertion>{}</d:assertion></g>"), "svg_malformed"),
        (svg("<g x='1' x='2'/>"), "svg_malformed"),
        (svg("<b:assertion>a & b</b:assertion>"), "svg_malformed"),
        (svg("<b:assertion>&#0;</b:assertion>"), "svg_malformed"),
        (svg("<b:assertion>&#xd800;</b:assertion>"), "svg_malformed"),
        (format!("{}<svg/>", svg("")), "svg_malformed"),
        (format!("{}text", svg("")), "svg_malformed"),
        (svg("").replace("UTF-8", "ISO-8859-1").replace("<rect/>", "é"), "svg_not_utf8"),
        ("<x/>".into(), "svg_other_xml"),
        ("<svg/>".into(), "svg_other_xml"),
        ("<svg xmlns='http://www.w3.org/2000/svg/'/>".into(), "svg_other_xml"),
    ] {
        assert_eq!(code(&image), expected, "{image}");
    }
}

#[test]
fn an_image_that_is_cut_anywhere_never_gives_a_badge() {
    let image = svg("<!-- c --><b:assertion verify='x'><![CDATA[{}]]>&amp;</b:assertion>");
    for end in 0..image.trim_end().len() {
        let code = code(&image[..end]);
        assert!(matches!(code, "svg_truncated" | "svg_malformed"), "{code}: {}", &image[..end]);
    }
}

#[test]
fn work_is_bounded() {
    let deep = |n: usize| svg(&format!("{}{}", "<g>".repeat(n), "</g>".repeat(n)));
    assert!(unbake(deep(MAX_DEPTH - 1).as_bytes()).is_ok());
    assert_eq!(code(deep(MAX_DEPTH)), "svg_too_complex");
    assert_eq!(code(svg(&"<g>".repeat(1_000_000))), "svg_too_complex");
    let badges = |n: usize| svg(&"<b:assertion>{}</b:assertion>".repeat(n));
    assert!(unbake(badges(MAX_BADGES).as_bytes()).is_ok());
    assert_eq!(code(badges(MAX_BADGES + 1)), "svg_too_complex");
    let attributes = |n: usize| (0..n).map(|n| format!(" a{n}='x'")).collect::<Vec<_>>().concat();
    assert!(unbake(svg(&format!("<g{}/>", attributes(MAX_ATTRIBUTES))).as_bytes()).is_ok());
    assert_eq!(code(svg(&format!("<g{}/>", attributes(200_000)))), "svg_too_complex");
    let namespaces = (0..200_000).map(|n| format!(" xmlns:a{n}='x'")).collect::<Vec<_>>().concat();
    assert_eq!(code(svg(&format!("<g{namespaces}/>"))), "svg_malformed");
}

#[test]
fn a_token_is_baked_as_an_attribute_and_json_as_cdata_first_inside_the_root() {
    let plain = "<svg xmlns=\"http://www.w3.org/2000/svg\" width='1'>\n  <rect/>\n</svg>\n";
    assert_eq!(
        baked(plain, OB3, JWS),
        "<svg xmlns:openbadges=\"https://purl.imsglobal.org/ob/v3p0\" xmlns=\"http://www.w3.org/2000/svg\" \
         width='1'><openbadges:credential verify=\"eyJhbGciOiJSUzI1NiJ9.e30.c2ln\"/>\n  <rect/>\n</svg>\n"
    );
    assert_eq!(
        baked(plain, OB2, "{\"id\":\"https://a.example/?a&b\",\"c\":\"]]>\"}"),
        "<svg xmlns:openbadges=\"http://openbadges.org\" xmlns=\"http://www.w3.org/2000/svg\" width='1'>\
         <openbadges:assertion verify=\"https://a.example/?a&amp;b\"><![CDATA[{\"id\":\"https://a.example/?a&b\",\
         \"c\":\"]]]]><![CDATA[>\"}]]></openbadges:assertion>\n  <rect/>\n</svg>\n"
    );
    assert_eq!(
        baked("<s:svg xmlns:s='http://www.w3.org/2000/svg'/>", OB3, "{}"),
        "<s:svg xmlns:openbadges=\"https://purl.imsglobal.org/ob/v3p0\" xmlns:s='http://www.w3.org/2000/svg'>\
         <openbadges:credential><![CDATA[{}]]></openbadges:credential></s:svg>"
    );
}

#[test]
fn line_ends_that_xml_readers_would_change_are_written_as_references() {
    let json = "{\"a\":\r\n\"\u{85}\u{2028}\"}";
    let baked = baked(&svg(""), OB3, json);
    assert!(
        baked.contains("<![CDATA[{\"a\":]]>&#13;<![CDATA[\n\"]]>&#133;<![CDATA[]]>&#8232;<![CDATA[\"}]]>")
    );
    assert_eq!(texts(&baked), [(OB3, json.into())]);
}

#[test]
fn a_prefix_that_the_root_has_for_something_else_is_declared_on_the_element() {
    let image =
        "<svg xmlns='http://www.w3.org/2000/svg' xmlns:openbadges='http://openbadges.org'><rect/></svg>";
    let three = baked(image, OB3, JWS);
    assert_eq!(texts(&three), [(OB3, JWS.into())]);
    assert!(three.contains("<openbadges:credential xmlns:openbadges=\"https://purl.imsglobal.org/ob/v3p0\""));
    assert!(!baked(image, OB2, JWS).contains("<openbadges:assertion xmlns"));
}

#[test]
fn an_element_that_uses_the_prefix_undeclared_does_not_become_a_badge() {
    let image = svg("<openbadges:credential verify='https://a.example/'/>");
    let baked = baked(&image, OB3, JWS);
    assert_eq!(texts(&baked), [(OB3, JWS.into())]);
    assert_eq!(unbake(baked.as_bytes()).unwrap().notes, <[String; 0]>::default());
    assert_eq!(without_badge(&baked), image);
}

#[test]
fn a_badge_replaces_every_badge_that_was_there_and_nothing_else() {
    let image = svg("<g> <b:assertion verify='x'>\n<i/></b:assertion> <!-- kept --></g>\r\n<c:credential/>");
    let expected = svg("<g>  <!-- kept --></g>\r\n");
    let baked = baked(&image, OB3, JWS);
    assert_eq!(without_badge(&baked), expected);
    assert_eq!(texts(&baked), [(OB3, JWS.into())]);
}

#[test]
fn what_xml_cannot_hold_and_what_is_no_badge_is_not_baked() {
    let image = svg("");
    let bake = |text: &str| bake(image.as_bytes(), OB3, text).unwrap_err().code();
    assert_eq!(bake("{\"a\":\"\u{ffff}\"}"), "bake_not_xml");
    assert_eq!(bake("hello"), "bake_not_a_badge");
    assert_eq!(bake("https://a.example/"), "bake_link");
    let latin = image.replace("UTF-8", "ISO-8859-1");
    assert_eq!(super::bake(latin.as_bytes(), OB3, "{\"a\":\"é\"}").unwrap_err().code(), "svg_not_utf8");
    assert_eq!(texts(super::bake(latin.as_bytes(), OB3, "{}").unwrap()), [(OB3, "{}".into())]);
}

/// The image without the first badge in it and without the declaration on the root.
fn without_badge(baked: &str) -> String {
    let declaration = format!(" xmlns:openbadges=\"{}\"", OB3.svg_namespace());
    let outline = outline(baked.as_bytes()).unwrap();
    let mut image = baked.to_owned();
    image.replace_range(outline.badges[0].span.clone(), "");
    image.replacen(&declaration, "", 1)
}

fn any_piece() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("<rect x='1'/>".to_owned()),
        Just("<g>".to_owned()),
        Just("</g>".to_owned()),
        Just("<b:assertion verify='x'>".to_owned()),
        Just("</b:assertion>".to_owned()),
        Just("<c:credential xmlns:c='https://purl.imsglobal.org/ob/v3p0'/>".to_owned()),
        Just("<![CDATA[".to_owned()),
        Just("]]>".to_owned()),
        Just("<openbadges:credential verify='x'/>".to_owned()),
        Just("<g xmlns:openbadges='http://openbadges.org' ?>".to_owned()),
        Just("<!--".to_owned()),
        Just("-->".to_owned()),
        Just("<!DOCTYPE svg [".to_owned()),
        Just("&amp;".to_owned()),
        "[ -~é\r\n]{0,6}",
    ]
}

proptest! {
    #[test]
    fn what_is_baked_comes_out_and_nothing_else_changes(
        before in "[ a-z\r\n\té]{0,9}", name in "([ -~]|\\PC|\r|\n|\\]\\]>){0,30}", spaces in "[ \r\n\t]{0,4}"
    ) {
        let image = svg(&format!("<text>{before}</text>"));
        let text = format!("{}{spaces}", serde_json::json!({"name": name}));
        let text = text.replacen('{', &format!("{{{spaces}"), 1);
        let baked = bake(image.as_bytes(), OB3, &text);
        prop_assume!(!matches!(baked, Err(BakeError::NotXml { .. })));
        let baked = String::from_utf8(baked.unwrap()).unwrap();
        prop_assert_eq!(texts(&baked), vec![(OB3, text.clone())]);
        prop_assert_eq!(without_badge(&baked), image);
        prop_assert_eq!(super::bake(baked.as_bytes(), OB3, &text).unwrap(), baked.into_bytes());
    }

    /// Whatever may be baked into is read back, with its other bytes in place.
    #[test]
    fn any_markup_is_read_or_refused(pieces in prop::collection::vec(any_piece(), 0..14)) {
        let image = svg(&pieces.concat());
        let _ = unbake(image.as_bytes());
        if let Ok(baked) = bake(image.as_bytes(), OB3, "{}") {
            prop_assert_eq!(texts(&baked), vec![(OB3, "{}".to_owned())]);
            prop_assert_eq!(bake(&baked, OB3, "{}").unwrap(), baked);
        }
    }

    #[test]
    fn arbitrary_text_never_makes_it_panic(text in "\\PC{0,80}", bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let _ = unbake(text.as_bytes());
        let _ = unbake(&bytes);
        let _ = unbake(svg(&text).as_bytes());
    }
}
