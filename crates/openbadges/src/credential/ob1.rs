//! Open Badges 0.5, 1.0 and 1.1: their forms, and what they say in the terms of Open Badges 2.0.
//!
//! Every check but that of the form reads the terms of 2.0. The form is judged as written, by the tables of the
//! version that a document follows, so that a report points to what is there.

use std::borrow::Cow;

use serde_json::{Map, Value, json};
use url::Url;

use super::moment;
use super::shape::{Class, Problems, Property, Shape, many, maybe, one, shown};
use super::value::{each, is_web_address, strings};
use super::{Standard, kind};
use crate::report::Warning;

/// Which piece of a badge a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Assertion,
    BadgeClass,
    Issuer,
    /// What an endorsement or a key is made of did not exist before 2.0.
    Other,
}

/// Which version `json` follows, where a badge written by `parent` names it.
pub(crate) fn standard_of(json: &Value, piece: Piece, parent: Standard) -> Standard {
    let Value::Object(members) = json else { return parent };
    match kind::assertion_context(members) {
        Some(standard) => standard,
        None if piece == Piece::Assertion && members.get("recipient").is_some_and(Value::is_string) => {
            Standard::Ob05
        }
        None if piece == Piece::Assertion && members.contains_key("verify") => Standard::Ob10,
        None if parent == Standard::Ob11 => Standard::Ob10,
        None => parent,
    }
}

/// What `json`, written by `standard` and read at `address`, says in the terms of Open Badges 2.0.
pub(crate) fn upgraded<'a>(
    json: &'a Value,
    piece: Piece,
    standard: Standard,
    address: Option<&str>,
) -> Cow<'a, Value> {
    let Value::Object(members) = json else { return Cow::Borrowed(json) };
    let upgraded = match (standard, piece) {
        (Standard::Ob05, Piece::Assertion) => assertion_of_05(members, address),
        (Standard::Ob10 | Standard::Ob11, Piece::Assertion) => assertion_of_1(members, address),
        (Standard::Ob10 | Standard::Ob11, Piece::BadgeClass) => badge_class_of_1(members, address),
        (Standard::Ob10 | Standard::Ob11, Piece::Issuer) => issuer_of_1(members, address),
        _ => return Cow::Borrowed(json),
    };
    Cow::Owned(Value::Object(upgraded))
}

/// A badge of Open Badges 0.5: badge and issuer stand inside, and none has an id. It is where it is hosted.
fn assertion_of_05(written: &Map<String, Value>, address: Option<&str>) -> Map<String, Value> {
    let mut assertion = written.clone();
    let origin = written.get("badge").and_then(|badge| badge.get("issuer")?.get("origin")?.as_str());
    assertion.insert("type".to_owned(), "Assertion".into());
    set_id(&mut assertion, address);
    if let Some(identity) = assertion.get("recipient").and_then(Value::as_str).map(str::to_owned) {
        let mut recipient =
            json!({ "type": "email", "hashed": !identity.contains('@'), "identity": identity });
        if let Some(salt) = assertion.shift_remove("salt") {
            recipient["salt"] = salt;
        }
        assertion.insert("recipient".to_owned(), recipient);
    }
    if let Some(issued) = assertion.shift_remove("issued_on") {
        assertion.insert("issuedOn".to_owned(), issued);
    }
    with_zones(&mut assertion);
    absolute(&mut assertion, &["evidence", "image"], origin);
    assertion.insert("verification".to_owned(), json!({ "type": "HostedBadge" }));
    if let Some(Value::Object(badge)) = assertion.get_mut("badge") {
        badge.insert("type".to_owned(), "BadgeClass".into());
        absolute(badge, &["criteria", "image"], origin);
        if let Some(Value::Object(issuer)) = badge.get_mut("issuer") {
            issuer_of_05(issuer);
        }
    }
    assertion
}

/// The issuer of a badge of Open Badges 0.5 is known by its origin: there the assertion must be hosted.
fn issuer_of_05(issuer: &mut Map<String, Value>) {
    issuer.insert("type".to_owned(), "Issuer".into());
    if let Some(origin) = issuer.shift_remove("origin") {
        issuer.insert("id".to_owned(), origin.clone());
        issuer.insert("url".to_owned(), origin);
    }
    if let Some(contact) = issuer.shift_remove("contact").filter(|contact| !contact.is_null()) {
        issuer.insert("email".to_owned(), contact);
    }
    let organisation = issuer.shift_remove("org");
    let organisation = organisation.as_ref().and_then(Value::as_str).filter(|name| !name.is_empty());
    if let (Some(name), Some(organisation)) =
        (issuer.get("name").and_then(Value::as_str).map(str::to_owned), organisation)
    {
        issuer.insert("name".to_owned(), format!("{name}: {organisation}").into());
    }
}

/// The addresses of Open Badges 0.5 may be relative: to the issuer's origin.
fn absolute(node: &mut Map<String, Value>, properties: &[&str], origin: Option<&str>) {
    let Some(origin) = origin.and_then(|origin| Url::parse(origin).ok()) else { return };
    for property in properties {
        if let Some(Value::String(address)) = node.get_mut(*property)
            && address.starts_with('/')
            && let Ok(whole) = origin.join(address)
        {
            *address = whole.into();
        }
    }
}

/// An assertion of Open Badges 1.0 or 1.1. `verify.url` is where it is hosted, or where the key is that signed it.
fn assertion_of_1(written: &Map<String, Value>, address: Option<&str>) -> Map<String, Value> {
    let mut assertion = written.clone();
    assertion.entry("type").or_insert("Assertion".into());
    let verify = assertion.shift_remove("verify").unwrap_or_default();
    let url = verify.get("url").and_then(Value::as_str);
    let signed = lower(verify.get("type")).is_some_and(|class| class == "signed");
    match (signed, url) {
        (true, _) => {
            let name = written.get("uid").and_then(Value::as_str).map(uid);
            set_id(&mut assertion, address.or(name.as_deref()));
        }
        (false, url) => set_id(&mut assertion, url.or(address)),
    }
    let mut verification = json!({ "type": if signed { "SignedBadge" } else { "HostedBadge" } });
    if let Some(url) = url.filter(|_| signed) {
        verification["creator"] = url.into();
    }
    assertion.entry("verification").or_insert(verification);
    if let Some(Value::Object(recipient)) = assertion.get_mut("recipient") {
        identity_of_1(recipient);
    }
    with_zones(&mut assertion);
    assertion
}

/// Open Badges 1 wrote these in capitals, and truth as text, where it liked.
fn identity_of_1(recipient: &mut Map<String, Value>) {
    if let Some(kind) = lower(recipient.get("type")) {
        recipient.insert("type".to_owned(), kind.into());
    }
    if let Some(hashed) = lower(recipient.get("hashed")).and_then(|word| word.parse::<bool>().ok()) {
        recipient.insert("hashed".to_owned(), hashed.into());
    }
}

fn badge_class_of_1(written: &Map<String, Value>, address: Option<&str>) -> Map<String, Value> {
    let mut class = written.clone();
    class.entry("type").or_insert("BadgeClass".into());
    set_id(&mut class, address);
    let entries = match class.get_mut("alignment") {
        Some(Value::Array(entries)) => entries.iter_mut().collect(),
        Some(entry) => vec![entry],
        None => Vec::new(),
    };
    for entry in entries {
        let Value::Object(entry) = entry else { continue };
        for (old, new) in [("name", "targetName"), ("url", "targetUrl"), ("description", "targetDescription")]
        {
            if let Some(value) = entry.shift_remove(old) {
                entry.entry(new).or_insert(value);
            }
        }
    }
    class
}

fn issuer_of_1(written: &Map<String, Value>, address: Option<&str>) -> Map<String, Value> {
    let mut issuer = written.clone();
    issuer.entry("type").or_insert("Issuer".into());
    set_id(&mut issuer, address);
    issuer
}

fn set_id(node: &mut Map<String, Value>, id: Option<&str>) {
    if let Some(id) = id.filter(|_| !node.get("id").is_some_and(Value::is_string)) {
        node.insert("id".to_owned(), id.into());
    }
}

/// A `uid`, which is any text, as an IRI.
fn uid(text: &str) -> String {
    format!("uid:{}", percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC))
}

const DATES: [&str; 2] = ["issuedOn", "expires"];

/// Dates in the form of Open Badges 2.0, as far as they are any.
fn with_zones(assertion: &mut Map<String, Value>) {
    for property in DATES {
        let Some(written) = assertion.get(property) else { continue };
        if written.as_str().is_some_and(|text| moment::parse(text).is_some()) {
            continue;
        }
        if let Some(read) = moment::parse_old(written) {
            assertion.insert(property.to_owned(), read.instant.to_string().into());
        }
    }
}

/// What an older assertion leaves open: dates without a zone.
pub(crate) fn warnings(written: &Value, standard: Standard) -> Vec<Warning> {
    if !standard.is_before_2() {
        return Vec::new();
    }
    let unzoned = |property: &&str| {
        let text = written.get(*property).and_then(Value::as_str);
        text.is_some_and(|text| {
            let time = text.split_once(['T', 't']).map_or("", |(_, time)| time);
            !time.contains(['Z', 'z', '+', '-'])
                && moment::parse_old(&text.into()).is_some_and(|read| read.text == text)
        })
    };
    let names: Vec<&str> = ["issued_on", "issuedOn", "expires"].into_iter().filter(unzoned).collect();
    if names.is_empty() {
        return Vec::new();
    }
    let detail = format!("{} names no time of day in any zone; it was read as UTC.", names.join(" and "));
    vec![Warning { code: "dates.no-zone".to_owned(), detail }]
}

fn lower(value: Option<&Value>) -> Option<String> {
    value.and_then(Value::as_str).map(str::to_ascii_lowercase)
}

/// The table by which an older document is judged as written.
pub(crate) fn class_of(piece: Piece, standard: Standard) -> Option<&'static Class> {
    Some(match (standard, piece) {
        (Standard::Ob05, Piece::Assertion) => &ASSERTION_05,
        (Standard::Ob10, Piece::Assertion) => &ASSERTION_10,
        (Standard::Ob11, Piece::Assertion) => &ASSERTION_11,
        (Standard::Ob10 | Standard::Ob11, Piece::BadgeClass) => &BADGE_CLASS_1,
        (Standard::Ob10 | Standard::Ob11, Piece::Issuer) => &ISSUER_1,
        _ => return None,
    })
}

static ASSERTION_05: Class = Class {
    types: &[],
    properties: &[
        one("recipient", Shape::Is(is_recipient_05, "a mail address or a hash such as sha256$...")),
        maybe("salt", Shape::Str),
        one("badge", Shape::Node(&BADGE_05)),
        maybe("issued_on", DATE),
        maybe("expires", DATE),
        maybe("evidence", ADDRESS_05),
    ],
    rule: None,
};

static BADGE_05: Class = Class {
    types: &[],
    properties: &[
        maybe("version", Shape::Is(is_version, "a version such as 0.5.0")),
        one("name", Shape::Str),
        one("image", ADDRESS_05),
        one("description", Shape::Str),
        one("criteria", ADDRESS_05),
        one("issuer", Shape::Node(&ISSUER_05)),
    ],
    rule: None,
};

static ISSUER_05: Class = Class {
    types: &[],
    properties: &[
        one("origin", Shape::Is(is_origin, "an origin such as https://example.org")),
        one("name", Shape::Str),
        maybe("org", Shape::Str),
        maybe("contact", MAIL),
    ],
    rule: None,
};

const DATE: Shape = Shape::Is(is_date, "a date (ISO 8601) or seconds since 1970");
const ADDRESS_05: Shape = Shape::Is(is_address_05, "a web address, or one that begins with / at the origin");
const MAIL: Shape = Shape::Is(is_mail, "a mail address");

static ASSERTION_10: Class =
    Class { types: &[], properties: &ASSERTION_PROPERTIES, rule: Some(says_where_to_verify) };

static ASSERTION_11: Class =
    Class { types: &["Assertion"], properties: &ASSERTION_PROPERTIES, rule: Some(says_where_to_verify) };

static ASSERTION_PROPERTIES: [Property; 8] = [
    one("uid", Shape::Str),
    one("recipient", Shape::Node(&IDENTITY_1)),
    one("badge", Shape::WebAddress),
    one("verify", Shape::Node(&VERIFICATION_1)),
    one("issuedOn", DATE),
    maybe("image", Shape::Is(is_image, IMAGE)),
    maybe("evidence", Shape::WebAddress),
    maybe("expires", DATE),
];

/// A signed assertion must say where the key is; a hosted one is at its id, or at `verify.url`.
fn says_where_to_verify(assertion: &Map<String, Value>, problems: &mut Problems) {
    let Some(verify) = assertion.get("verify").filter(|verify| verify.is_object()) else { return };
    let signed = lower(verify.get("type")).is_some_and(|class| class == "signed");
    if verify.get("url").is_none() && (signed || !assertion.contains_key("id")) {
        problems.add("verify", "a url, where the badge or its key can be fetched", "none");
    }
}

static IDENTITY_1: Class = Class {
    types: &[],
    properties: &[
        one("identity", Shape::Str),
        one("type", Shape::Is(is_email_type, "email")),
        one("hashed", Shape::Is(is_truth, "true or false")),
        maybe("salt", Shape::Str),
    ],
    rule: None,
};

static VERIFICATION_1: Class = Class {
    types: &[],
    properties: &[
        one("type", Shape::Is(is_verify_type, "hosted or signed")),
        maybe("url", Shape::WebAddress),
    ],
    rule: None,
};

static BADGE_CLASS_1: Class = Class {
    types: &[],
    properties: &[
        one("name", Shape::Str),
        one("description", Shape::Str),
        one("image", Shape::Is(is_image, IMAGE)),
        one("criteria", Shape::WebAddress),
        one("issuer", Shape::WebAddress),
        many("alignment", Shape::Node(&ALIGNMENT_1)),
        many("tags", Shape::Str),
    ],
    rule: Some(is_no_other_class),
};

static ALIGNMENT_1: Class = Class {
    types: &[],
    properties: &[one("name", Shape::Str), one("url", Shape::WebAddress), maybe("description", Shape::Str)],
    rule: None,
};

static ISSUER_1: Class = Class {
    types: &[],
    properties: &[
        one("name", Shape::Str),
        one("url", Shape::WebAddress),
        maybe("description", Shape::Str),
        maybe("image", Shape::Is(is_image, IMAGE)),
        maybe("email", MAIL),
        maybe("revocationList", Shape::WebAddress),
    ],
    rule: Some(is_no_other_class),
};

/// Open Badges 1.0 has no types and 1.1 asks for none here; one of another class is wrong in both.
fn is_no_other_class(node: &Map<String, Value>, problems: &mut Problems) {
    let of_class = |class: &str| {
        matches!(class, "Assertion" | "BadgeClass" | "Issuer" | "IssuerOrg" | "Profile" | "CryptographicKey")
    };
    let issues = node.contains_key("issuer");
    let fits = |class: &str| if issues { class == "BadgeClass" } else { class.starts_with("Issuer") };
    let named: Vec<&str> = strings(node.get("type")).collect();
    if let Some(other) = named.iter().find(|class| of_class(class))
        && !named.iter().any(|class| fits(class) || *class == "Profile" && !issues)
    {
        problems.add("type", if issues { "BadgeClass" } else { "Issuer" }, shown(other));
    }
}

const IMAGE: &str = "a web address or a PNG or SVG as data: URI";

fn is_date(value: &Value) -> bool {
    moment::parse_old(value).is_some()
}

fn is_recipient_05(value: &Value) -> bool {
    is_mail(value) || value.as_str().is_some_and(is_hash)
}

fn is_hash(text: &str) -> bool {
    text.split_once('$').is_some_and(|(algorithm, digest)| {
        let length = match algorithm.to_ascii_lowercase().as_str() {
            "md5" => 32,
            "sha1" => 40,
            "sha256" => 64,
            _ => return false,
        };
        digest.len() == length && digest.bytes().all(|b| b.is_ascii_hexdigit())
    })
}

/// A mail address at a domain of more than one label: what these versions know as one.
fn is_mail(value: &Value) -> bool {
    super::ob2::is_email(value)
        && value.as_str().and_then(|text| text.rsplit_once('@')).is_some_and(|(_, domain)| {
            domain.contains('.') && domain.split('.').all(|label| !label.is_empty())
        })
}

/// `0.5.0`, by which all of these say what they follow, or a version of the badge's own.
fn is_version(value: &Value) -> bool {
    value.as_str().is_some_and(|text| {
        let parts: Vec<&str> = text.strip_prefix('v').unwrap_or(text).split('.').collect();
        parts.len() == 3
            && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
    })
}

fn is_address_05(value: &Value) -> bool {
    value.as_str().is_some_and(|text| {
        is_web_address(text)
            || text.starts_with('/') && !text.chars().any(|c| c.is_whitespace() || c.is_control())
    })
}

fn is_origin(value: &Value) -> bool {
    value.as_str().is_some_and(|text| {
        is_web_address(text)
            && Url::parse(text)
                .is_ok_and(|url| url.path() == "/" && url.query().is_none() && url.fragment().is_none())
    })
}

fn is_email_type(value: &Value) -> bool {
    lower(Some(value)).is_some_and(|kind| kind == "email")
}

fn is_truth(value: &Value) -> bool {
    value.is_boolean() || lower(Some(value)).is_some_and(|word| word == "true" || word == "false")
}

fn is_verify_type(value: &Value) -> bool {
    lower(Some(value)).is_some_and(|kind| kind == "hosted" || kind == "signed")
}

fn is_image(value: &Value) -> bool {
    value.as_str().is_some_and(|address| match address.strip_prefix("data:") {
        Some(data) => ["image/png", "image/svg+xml"].iter().any(|kind| data.starts_with(kind)),
        None => is_web_address(address),
    })
}

/// The entry for an assertion in a revocation list of Open Badges 1: an object of reasons by `uid` or id, or a list
/// of these. Of an object it is the reason.
pub(crate) fn entry_in(list: &Value, names: impl Fn(&str) -> bool) -> Option<&Value> {
    match list {
        Value::Object(reasons) => reasons.iter().find(|(name, _)| names(name)).map(|(_, reason)| reason),
        list => each(Some(list)).iter().find(|entry| entry.as_str().is_some_and(&names)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assertion(written: &Value, address: Option<&str>) -> Value {
        let standard = standard_of(written, Piece::Assertion, Standard::Ob2);
        upgraded(written, Piece::Assertion, standard, address).into_owned()
    }

    #[test]
    fn a_flat_badge_becomes_an_assertion_with_its_parts_inside() {
        let written = json!({
            "recipient": "sha1$c0b19425e0f2c8021ab06c79b19144e127b0f2cb", "salt": "s", "issued_on": "2012-12-28",
            "evidence": "/work/1",
            "badge": { "version": "0.5.0", "name": "Rails", "image": "/art.png", "description": "d",
                "criteria": "/criteria", "issuer": { "origin": "https://a.example", "name": "School",
                "org": "Room 7", "contact": null } },
        });
        let upgraded = assertion(&written, Some("https://a.example/1.json"));
        assert_eq!(upgraded["id"], "https://a.example/1.json");
        assert_eq!(upgraded["recipient"]["hashed"], true);
        assert_eq!(upgraded["recipient"]["salt"], "s");
        assert_eq!(upgraded["issuedOn"], "2012-12-28T00:00:00Z");
        assert_eq!(upgraded["evidence"], "https://a.example/work/1");
        assert_eq!(upgraded["badge"]["image"], "https://a.example/art.png");
        let issuer = &upgraded["badge"]["issuer"];
        assert_eq!(
            (issuer["id"].as_str(), issuer["url"].as_str()),
            (Some("https://a.example"), Some("https://a.example"))
        );
        assert_eq!(issuer["name"], "School: Room 7");
        assert!(issuer.get("email").is_none());
        assert_eq!(assertion(&json!({ "recipient": "a@b.example" }), None)["recipient"]["hashed"], false);
    }

    #[test]
    fn an_assertion_is_at_verify_url_or_known_by_its_uid() {
        let hosted = json!({ "uid": "7", "recipient": { "type": "EMAIL", "hashed": "True", "identity": "x" },
            "verify": { "type": "HOSTED", "url": "https://a.example/7" }, "issuedOn": 1_500_423_730 });
        let upgraded = assertion(&hosted, Some("https://b.example/7"));
        assert_eq!(upgraded["id"], "https://a.example/7");
        assert_eq!(upgraded["verification"], json!({ "type": "HostedBadge" }));
        assert_eq!(upgraded["recipient"], json!({ "type": "email", "hashed": true, "identity": "x" }));
        assert_eq!(upgraded["issuedOn"], "2017-07-19T00:22:10Z");
        let signed = json!({ "uid": "a b", "verify": { "type": "signed", "url": "https://a.example/key" } });
        let upgraded = assertion(&signed, None);
        assert_eq!(upgraded["id"], "uid:a%20b");
        assert_eq!(upgraded["verification"]["creator"], "https://a.example/key");
    }

    #[test]
    fn alignments_get_their_later_names() {
        let class = json!({ "name": "n", "alignment": [{ "name": "S", "url": "https://s.example" }, 7] });
        let upgraded = upgraded(&class, Piece::BadgeClass, Standard::Ob10, Some("https://a.example/c"));
        assert_eq!(upgraded["id"], "https://a.example/c");
        assert_eq!(upgraded["alignment"][0], json!({ "targetName": "S", "targetUrl": "https://s.example" }));
    }

    #[test]
    fn only_dates_without_a_zone_are_warned_of() {
        let warned = |written: Value| !warnings(&written, Standard::Ob10).is_empty();
        assert!(warned(json!({ "issuedOn": "2013-01-01" })));
        assert!(warned(json!({ "issuedOn": "2013-01-01T10:00:00" })));
        assert!(!warned(json!({ "issuedOn": 1_500_423_730 })));
        assert!(!warned(json!({ "issuedOn": "1500423730" })));
        assert!(!warned(json!({ "issuedOn": "2013-02-18T18:10+0500", "expires": "20130221T1518Z" })));
    }

    #[test]
    fn what_follows_no_version_is_left_as_it_is() {
        for written in [json!(7), json!([]), json!({ "badge": 7 }), json!({ "recipient": "x", "badge": [] })]
        {
            let _ = assertion(&written, None);
        }
        assert_eq!(standard_of(&json!({}), Piece::BadgeClass, Standard::Ob11), Standard::Ob10);
        assert_eq!(standard_of(&json!({}), Piece::BadgeClass, Standard::Ob2), Standard::Ob2);
    }
}
