//! Credentials in JSON: lists of them, presentations, learner records, backups of wallets, answers of badge hosts.
//!
//! What is found is given as the exact slice of the text that it is, for proofs cover bytes. Nothing is built but a
//! list of where things are: of each level, the members are looked at and the rest is passed over.

use std::borrow::Cow;
use std::fmt;
use std::ops::ControlFlow;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use openbadges::artifact::{Artifact, PayloadContent};
use percent_encoding::percent_decode_str;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::place::{At, clean};
use super::{Step, UnpackError, Walk, link, text};

/// Levels of lists and wrappings that are looked into.
const DEPTH: u32 = 8;

/// Members of one object that are looked at: what has more is no wrapping.
const MEMBERS: usize = 2_000;

/// Members that hold credentials in what hosts, wallets and backpacks give out.
const HOLDERS: [&str; 27] = [
    // Open Badges 3.0, GetOpenBadgeCredentialsResponse; CLR 2.0, GetClrCredentialsResponse.
    "credential",
    "compactJwsString",
    "compactJwsStrings",
    // Open Badges 2.1 (Badge Connect), GetAssertionsResponse; CLR 1.0.
    "results",
    "assertions",
    "signedAssertions",
    // JSON-LD.
    "@graph",
    // A presentation that does not say what it is.
    "verifiableCredential",
    // Badgr and Canvas: answers of the interface, version 2, and of the earner's backpack, version 1.
    "result",
    "json",
    // Mozilla's backpack: groups of badges, each with its assertion.
    "groups",
    "badges",
    "assertion",
    // Records of wallets, and lists under the names that people give them.
    "credentials",
    "verifiableCredentials",
    "openBadgeCredentials",
    "badgeAssertions",
    "clrs",
    "vcs",
    "vc",
    "jwt",
    "backpack",
    "collections",
    "profiles",
    "contents",
    "items",
    "data",
];

/// Members that hold the address of the badge that the object around them describes: those of Badgr's assertions, of
/// Open Badge Passport and of Mozilla's backpack.
const ADDRESSES: [&str; 5] = ["openBadgeId", "assertion_url", "assertionUrl", "hostedUrl", "hosted_url"];

/// Looks into JSON: what holds no credentials is a leaf.
pub(super) fn open(walk: &mut Walk, at: &At, bytes: Vec<u8>) -> Step {
    let Ok(json) = std::str::from_utf8(&bytes) else { return walk.leaf(at, bytes) };
    let json = json.strip_prefix('\u{feff}').unwrap_or(json).trim();
    let most = walk.limits.entries as usize + 1;
    if serde_json::from_str::<&RawValue>(json).is_err() {
        let Some(lines) = text::json_lines(json, most) else { return walk.leaf(at, bytes) };
        for (number, line) in lines {
            open_line(walk, &at.part(&format!("line {number}")), line)?;
        }
        return ControlFlow::Continue(());
    }
    let mut look = Look { found: Vec::new(), most, skipped: 0 };
    look.value(json, "", 0);
    let nothing_but_itself = match look.found.as_slice() {
        [] => look.skipped == 0,
        [only] => only.label.is_empty() && only.thing != Thing::Locked,
        _ => false,
    };
    if nothing_but_itself {
        return walk.leaf(at, bytes);
    }
    look.give(walk, at, &bytes)
}

/// Looks into a compact JWS that is `bytes`: a leaf, and what it presents.
pub(super) fn open_token(walk: &mut Walk, at: &At, token: &str, bytes: Vec<u8>) -> Step {
    walk.leaf(at, bytes)?;
    let mut look = Look { found: Vec::new(), most: walk.limits.entries as usize, skipped: 0 };
    look.inside_token(token, "", 0);
    look.give(walk, at, &[])
}

/// Gives one line of a list: a link, a token or a JSON object.
pub(super) fn open_line(walk: &mut Walk, at: &At, line: &str) -> Step {
    let bytes = line.as_bytes().to_vec();
    if is_token(line) {
        open_token(walk, at, line, bytes)
    } else if is_object(line) {
        open(walk, at, bytes)
    } else {
        walk.leaf(at, bytes)
    }
}

/// Gives what stands inside the learner record or presentation that an image carries, besides the image.
pub(super) fn open_baked(walk: &mut Walk, at: &At, artifact: &Artifact) -> Step {
    let most = walk.limits.entries as usize;
    for payload in artifact.payloads() {
        let mut look = Look { found: Vec::new(), most, skipped: 0 };
        match &payload.content {
            PayloadContent::Json(json) => {
                if let Some(members) = Members::of(json.trim()) {
                    look.inside_credential(&members, "", 0);
                }
            }
            PayloadContent::Jws(token) => look.inside_token(token, "", 0),
            PayloadContent::Url(_) => {}
        }
        look.give(walk, at, &[])?;
    }
    ControlFlow::Continue(())
}

/// Whether `text` is a JSON object.
pub(super) fn is_object(text: &str) -> bool {
    text.starts_with('{') && serde_json::from_str::<&RawValue>(text).is_ok()
}

/// Whether `text` is a compact JWS (RFC 7515, 7.1), perhaps shown in part (SD-JWT).
pub(super) fn is_token(text: &str) -> bool {
    let token = text.split('~').next().unwrap_or_default();
    let is_base64url = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    token.starts_with("eyJ")
        && token.bytes().filter(|byte| *byte == b'.').count() == 2
        && text.bytes().all(|byte| is_base64url(byte) || b".~".contains(&byte))
}

/// Something that was found, and where.
#[derive(Debug, PartialEq)]
struct Finding<'t> {
    /// The way to it, as a JSON pointer without its first stroke; empty for the whole.
    label: String,
    thing: Thing<'t>,
}

#[derive(Debug, PartialEq)]
enum Thing<'t> {
    /// A credential, or a link to one.
    Text(Cow<'t, str>),
    /// Credentials that only a password opens.
    Locked,
}

/// A look through one JSON text.
struct Look<'t> {
    found: Vec<Finding<'t>>,
    most: usize,
    skipped: u32,
}

impl<'t> Look<'t> {
    /// Finds what `json` is or holds; whether that is anything.
    fn value(&mut self, json: &'t str, label: &str, depth: u32) -> bool {
        if depth > DEPTH || self.found.len() >= self.most {
            return false;
        }
        match json.as_bytes().first() {
            Some(b'{') => self.object(json, label, depth),
            Some(b'[') => self.array(json, label, depth),
            Some(b'"') => self.string(json, label, depth),
            _ => false,
        }
    }

    fn array(&mut self, json: &'t str, label: &str, depth: u32) -> bool {
        let Some(elements) = Elements::of(json, self.most) else { return false };
        let before = self.found.len();
        let mut others = Vec::new();
        for (index, element) in elements.0.into_iter().enumerate() {
            let label = within(label, &index.to_string());
            if !self.value(element, &label, depth + 1) {
                others.push((label, element));
            }
        }
        let any = self.found.len() > before;
        for (label, element) in others {
            // In a list of badges, what is none has to be told; elsewhere lists hold other things too.
            if any && depth == 0 && element.starts_with('{') {
                self.text(&label, element);
            } else if any {
                self.skipped = self.skipped.saturating_add(1);
            }
        }
        any
    }

    fn object(&mut self, json: &'t str, label: &str, depth: u32) -> bool {
        let Some(members) = Members::of(json) else { return false };
        if members.is_locked() {
            self.found.push(Finding { label: label.to_owned(), thing: Thing::Locked });
            return true;
        }
        if members.is_type("UniversalWallet2020") {
            self.wallet(&members, label, depth);
            return true;
        }
        if let Some(content) = members.enveloped() {
            return self.envelope(content, label, depth);
        }
        if members.is_credential() {
            self.text(label, json);
            self.inside_credential(&members, label, depth);
            return true;
        }
        self.wrapping(&members, label, depth)
    }

    /// Universal Wallet 2020: credentials stand beside keys and DID documents, which are nobody's badges.
    fn wallet(&mut self, members: &Members<'t>, label: &str, depth: u32) {
        let label = within(label, "contents");
        let contents = members.get("contents").and_then(|contents| Elements::of(contents, self.most));
        for (index, content) in contents.into_iter().flat_map(|contents| contents.0).enumerate() {
            if !self.value(content, &within(&label, &index.to_string()), depth + 1) {
                self.skipped = self.skipped.saturating_add(1);
            }
        }
    }

    /// What holds credentials without being one.
    fn wrapping(&mut self, members: &Members<'t>, label: &str, depth: u32) -> bool {
        let mut any = false;
        for (key, value) in &members.0 {
            // An assertion of CLR 1.0 is one of Open Badges only where it has a badge: `is_credential` sees to that.
            if HOLDERS.contains(&key.as_str()) {
                any |= self.value(value, &within(label, key), depth + 1);
            }
        }
        if any {
            return true;
        }
        let address = ADDRESSES.iter().find_map(|key| Some((*key, members.string(key)?)));
        match address {
            Some((key, address)) if link::is_link(&address) => {
                self.owned(&within(label, key), address);
                true
            }
            _ => false,
        }
    }

    fn string(&mut self, json: &'t str, label: &str, depth: u32) -> bool {
        let Ok(text) = serde_json::from_str::<String>(json) else { return false };
        let trimmed = text.trim();
        if is_token(trimmed) {
            self.owned(label, trimmed.to_owned());
            self.inside_token(trimmed, label, depth + 1);
            true
        } else if link::is_link(trimmed) || trimmed.starts_with("data:") {
            // Of the addresses in some answer of a host, most lead elsewhere: only lists of them are of badges.
            let is_listed =
                label.rsplit('/').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
            let is_named =
                matches!(label.rsplit('/').next(), Some("assertion" | "credential" | "verifiableCredential"));
            if is_listed || is_named {
                self.owned(label, trimmed.to_owned());
            }
            is_listed || is_named
        } else if trimmed.starts_with('{')
            && Members::of(trimmed).is_some_and(|members| members.is_credential())
        {
            self.owned(label, text);
            true
        } else {
            false
        }
    }

    /// What an envelope of the data model (VC 2.0, 4.13) holds.
    fn envelope(&mut self, content: String, label: &str, depth: u32) -> bool {
        let token = content.split_once(',').filter(|(head, _)| !head.ends_with(";base64"));
        let token = token.map(|(_, token)| percent_decode_str(token).decode_utf8_lossy().into_owned());
        match token.filter(|token| is_token(token)) {
            Some(token) => {
                self.owned(label, token.clone());
                self.inside_token(&token, label, depth + 1);
            }
            None => self.owned(label, content),
        }
        true
    }

    /// The credentials that stand inside one that is found itself: those of a presentation, and those of a learner
    /// record (CLR 2.0) that are signed by themselves.
    fn inside_credential(&mut self, members: &Members<'t>, label: &str, depth: u32) {
        const KEY: &str = "verifiableCredential";
        if members.is_type("VerifiablePresentation") {
            for (label, inner) in members.each(KEY, label, self.most) {
                self.inner(inner, &label, depth + 1, false);
            }
        }
        if members.is_type("ClrCredential") {
            for (label, subject) in members.each("credentialSubject", label, self.most) {
                let Some(subject) = Members::of(subject) else { continue };
                for (label, inner) in subject.each(KEY, &label, self.most) {
                    self.inner(inner, &label, depth + 1, true);
                }
            }
        }
    }

    fn inner(&mut self, json: &'t str, label: &str, depth: u32, only_signed: bool) {
        if depth > DEPTH || self.found.len() >= self.most {
            return;
        }
        let Some(members) = Members::of(json) else {
            self.string(json, label, depth);
            return;
        };
        if let Some(content) = members.enveloped() {
            self.envelope(content, label, depth);
        } else if !only_signed || members.get("proof").is_some_and(|proof| proof != "null") {
            self.text(label, json);
            self.inside_credential(&members, label, depth);
        }
    }

    /// What a token presents: its claims hold the presentation, or are it (VC 1.1, 6.3.1; VC-JOSE-COSE).
    fn inside_token(&mut self, token: &str, label: &str, depth: u32) {
        let payload = token.split('~').next().and_then(|token| token.split('.').nth(1)).unwrap_or_default();
        let Ok(payload) = BASE64_URL_SAFE_NO_PAD.decode(payload) else { return };
        let Ok(payload) = String::from_utf8(payload) else { return };
        let Some(claims) = Members::of(&payload) else { return };
        let mut look =
            Look { found: Vec::new(), most: self.most.saturating_sub(self.found.len()), skipped: 0 };
        for key in ["vp", "vc"] {
            if let Some(claimed) = claims.get(key).and_then(Members::of) {
                look.inside_credential(&claimed, &within(label, key), depth + 1);
            }
        }
        look.inside_credential(&claims, label, depth + 1);
        self.found.extend(look.found.into_iter().map(|finding| Finding {
            label: finding.label,
            thing: match finding.thing {
                Thing::Text(text) => Thing::Text(Cow::Owned(text.into_owned())),
                Thing::Locked => Thing::Locked,
            },
        }));
    }

    fn text(&mut self, label: &str, text: &'t str) {
        self.found.push(Finding { label: label.to_owned(), thing: Thing::Text(Cow::Borrowed(text)) });
    }

    fn owned(&mut self, label: &str, text: String) {
        self.found.push(Finding { label: label.to_owned(), thing: Thing::Text(Cow::Owned(text)) });
    }

    /// Gives what was found in `whole`.
    fn give(self, walk: &mut Walk, at: &At, whole: &[u8]) -> Step {
        walk.tally.skipped = walk.tally.skipped.saturating_add(self.skipped);
        if self.found.is_empty() && self.skipped > 0 {
            return walk.fail(at, UnpackError::NothingInside { what: "this backup of a wallet" });
        }
        for Finding { label, thing } in self.found {
            let part = at.part(&clean(&label));
            match thing {
                Thing::Locked => walk.fail(&part, UnpackError::WalletEncrypted)?,
                Thing::Text(_) if label.is_empty() => walk.leaf(at, whole.to_vec())?,
                Thing::Text(text) => walk.leaf(&part, text.into_owned().into_bytes())?,
            }
        }
        ControlFlow::Continue(())
    }
}

fn within(label: &str, step: &str) -> String {
    if label.is_empty() { step.to_owned() } else { format!("{label}/{step}") }
}

/// The members of an object: their names, and the exact text of their values.
struct Members<'t>(Vec<(String, &'t str)>);

impl<'t> Members<'t> {
    fn of(json: &'t str) -> Option<Self> {
        json.starts_with('{').then(|| serde_json::from_str(json).ok()).flatten()
    }

    fn get(&self, key: &str) -> Option<&'t str> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| *value)
    }

    fn string(&self, key: &str) -> Option<String> {
        serde_json::from_str(self.get(key)?).ok()
    }

    /// The elements of a member that may be a list or a single one, each with its label.
    fn each(&self, key: &str, label: &str, most: usize) -> Vec<(String, &'t str)> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let label = within(label, key);
        match Elements::of(value, most) {
            Some(elements) => {
                let label = |index: usize| within(&label, &index.to_string());
                elements.0.into_iter().enumerate().map(|(index, element)| (label(index), element)).collect()
            }
            None => vec![(label, value)],
        }
    }

    fn is_type(&self, wanted: &str) -> bool {
        let Some(class) = self.get("type").or_else(|| self.get("@type")) else { return false };
        match Elements::of(class, 100) {
            Some(classes) => classes.0.iter().any(|class| is_string(class, wanted)),
            None => is_string(class, wanted),
        }
    }

    fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Whether it is a credential, a presentation or an assertion, sound or not.
    fn is_credential(&self) -> bool {
        const TYPES: [&str; 6] = [
            "VerifiableCredential",
            "VerifiablePresentation",
            "OpenBadgeCredential",
            "AchievementCredential",
            "ClrCredential",
            "EndorsementCredential",
        ];
        let is_of_open_badges =
            || self.get("@context").is_some_and(|context| context.contains("w3id.org/openbadges/v"));
        let is_assertion = self.is_type("Assertion");
        TYPES.iter().any(|class| self.is_type(class))
            || (self.has("badge") && (is_assertion || self.has("recipient") || is_of_open_badges()))
            || (self.has("recipient") && (self.has("verify") || is_of_open_badges()))
            || (is_assertion && is_of_open_badges())
    }

    /// The `data:` URL of an enveloped credential or presentation.
    fn enveloped(&self) -> Option<String> {
        let is =
            self.is_type("EnvelopedVerifiableCredential") || self.is_type("EnvelopedVerifiablePresentation");
        self.string("id").filter(|id| is && id.starts_with("data:"))
    }

    /// Whether it is a wallet's backup that only a password opens: an encrypted wallet (Universal Wallet 2020), or
    /// nothing but what is encrypted (JWE, RFC 7516, 7.2).
    fn is_locked(&self) -> bool {
        let is_jwe = self.has("ciphertext")
            && self.has("iv")
            && (self.has("recipients") || self.has("protected") || self.has("encrypted_key"));
        let is_locked =
            self.is_type("UniversalWallet2020") && self.string("status").as_deref() == Some("LOCKED");
        is_jwe || is_locked || self.is_type("EncryptedWallet")
    }
}

fn is_string(json: &str, wanted: &str) -> bool {
    json.len() < 200 && serde_json::from_str::<String>(json).is_ok_and(|text| text == wanted)
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Take;
        impl<'de> Visitor<'de> for Take {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(key) = map.next_key::<String>()? {
                    let value: &'de RawValue = map.next_value()?;
                    if members.len() >= MEMBERS {
                        return Err(serde::de::Error::custom("too many members"));
                    }
                    members.push((key, value.get()));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Take)
    }
}

/// The elements of an array, by their exact text: the first ones, if there are too many.
struct Elements<'t>(Vec<&'t str>);

impl<'t> Elements<'t> {
    fn of(json: &'t str, most: usize) -> Option<Self> {
        struct Take(usize);
        impl<'de> Visitor<'de> for Take {
            type Value = Elements<'de>;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("an array")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
                let mut taken = Vec::new();
                while taken.len() < self.0 {
                    let Some(element) = elements.next_element::<&'de RawValue>()? else {
                        return Ok(Elements(taken));
                    };
                    taken.push(element.get());
                }
                while elements.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Elements(taken))
            }
        }
        if !json.starts_with('[') {
            return None;
        }
        serde_json::Deserializer::from_str(json).deserialize_seq(Take(most)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(json: &str) -> Vec<(String, String)> {
        let mut look = Look { found: Vec::new(), most: 100, skipped: 0 };
        look.value(json, "", 0);
        let text = |thing| match thing {
            Thing::Text(text) => text.into_owned(),
            Thing::Locked => "locked".to_owned(),
        };
        look.found.into_iter().map(|finding| (finding.label, text(finding.thing))).collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(label, text)| ((*label).to_owned(), (*text).to_owned())).collect()
    }

    const OB3: &str = r#"{ "type":["VerifiableCredential" , "OpenBadgeCredential"],"n":1.0e1,"s":"\u0041" }"#;
    const OB2: &str =
        r#"{"@context":"https://w3id.org/openbadges/v2","type":"Assertion","badge":"https://a.example/b"}"#;
    const OB05: &str = r#"{"recipient":"a@example.org","badge":{"name":"x"}}"#;
    const TOKEN: &str = "eyJhbGciOiJFZERTQSJ9.e30.c2ln";

    #[test]
    fn lists_of_hosts_and_wallets_are_found_exactly() {
        let of =
            |json: String, expected: &[(&str, &str)]| assert_eq!(found(&json), pairs(expected), "{json}");
        of(format!("[ {OB3} ,{OB2}]"), &[("0", OB3), ("1", OB2)]);
        of(format!(r#"["{TOKEN}", "https://a.example/1"]"#), &[("0", TOKEN), ("1", "https://a.example/1")]);
        of(
            format!(r#"{{"credential":[{OB3}],"compactJwsString":["{TOKEN}"]}}"#),
            &[("credential/0", OB3), ("compactJwsString/0", TOKEN)],
        );
        of(format!(r#"{{"status":{{}},"results":[{OB2}]}}"#), &[("results/0", OB2)]);
        of(format!(r#"{{"@graph":[{{"type":"Issuer"}},{OB2}]}}"#), &[("@graph/1", OB2)]);
        of(
            format!(
                r#"{{"userId":1,"badges":[{{"lastValidated":"x","hostedUrl":"https://a.example/h","assertion":{OB05}}}]}}"#
            ),
            &[("badges/0/assertion", OB05)],
        );
        of(
            r#"{"result":[{"entityType":"Assertion","openBadgeId":"https://api.example/public/assertions/1"}]}"#.to_owned(),
            &[("result/0/openBadgeId", "https://api.example/public/assertions/1")],
        );
        of(format!(r#"[{{"id":7,"json":{OB2},"image":"https://a.example/i.png"}}]"#), &[("0/json", OB2)]);
        of(format!(r#"{{"credentials":[{{"raw":1,"vc":{OB3}}}]}}"#), &[("credentials/0/vc", OB3)]);
        let quoted = serde_json::to_string(OB3).unwrap();
        of(format!("[{quoted}]"), &[("0", OB3)]);
    }

    #[test]
    fn a_wallet_gives_its_credentials_and_no_keys() {
        let wallet = |status: &str| {
            format!(
                r#"[{{"type":"UniversalWallet2020","status":"{status}","contents":[{OB3},{{"type":"Ed25519VerificationKey2020","privateKeyMultibase":"z"}},{{"assertionMethod":[]}}]}}]"#
            )
        };
        assert_eq!(found(&wallet("UNLOCKED")), pairs(&[("0/contents/0", OB3)]));
        assert_eq!(found(&wallet("LOCKED")), pairs(&[("0", "locked")]));
        let locked = r#"{"type":["VerifiableCredential","EncryptedWallet"],"credentialSubject":{}}"#;
        assert_eq!(found(locked), pairs(&[("", "locked")]));
        let jwe = r#"{"recipients":[{}],"iv":"a","ciphertext":"b","tag":"c"}"#;
        assert_eq!(found(jwe), pairs(&[("", "locked")]));
    }

    #[test]
    fn presentations_and_records_stay_and_open() {
        let envelope =
            format!(r#"{{"type":"EnvelopedVerifiableCredential","id":"data:application/vc+jwt,{TOKEN}"}}"#);
        let vp = format!(
            r#"{{"type":"VerifiablePresentation","verifiableCredential":[{OB3},"{TOKEN}",{envelope}]}}"#
        );
        assert_eq!(
            found(&vp),
            pairs(&[
                ("", &vp),
                ("verifiableCredential/0", OB3),
                ("verifiableCredential/1", TOKEN),
                ("verifiableCredential/2", TOKEN),
            ])
        );
        let single = format!(r#"{{"type":["VerifiablePresentation"],"verifiableCredential":{OB3}}}"#);
        assert_eq!(found(&single), pairs(&[("", &single), ("verifiableCredential", OB3)]));
        let signed = r#"{"type":["VerifiableCredential"],"proof":{}}"#;
        let clr = format!(
            r#"{{"type":["VerifiableCredential","ClrCredential"],"credentialSubject":{{"verifiableCredential":[{OB3},{signed},"{TOKEN}"]}}}}"#
        );
        assert_eq!(
            found(&clr),
            pairs(&[
                ("", &clr),
                ("credentialSubject/verifiableCredential/1", signed),
                ("credentialSubject/verifiableCredential/2", TOKEN),
            ])
        );
        let claims = BASE64_URL_SAFE_NO_PAD.encode(format!(r#"{{"vp":{vp}}}"#));
        let token = format!("eyJhbGciOiJFZERTQSJ9.{claims}.c2ln");
        let all = found(&format!(r#"["{token}"]"#));
        assert_eq!(all.len(), 4);
        assert_eq!(all[1], ("0/vp/verifiableCredential/0".to_owned(), OB3.to_owned()));
    }

    #[test]
    fn what_is_no_list_of_badges_is_left_alone() {
        for json in [
            "{}",
            "[]",
            "[1,2,3]",
            r#"["words","more words"]"#,
            r#"{"name":"x","homepage":"https://a.example/"}"#,
            r#"{"data":{"url":"https://a.example/"}}"#,
            r#"{"type":"Clr","assertions":[{"type":"Assertion","recipient":{},"achievement":{}}]}"#,
            r#"{"type":"BadgeClass","name":"x"}"#,
            r#"{"data":"https://a.example/next"}"#,
        ] {
            assert_eq!(found(json), [], "{json}");
        }
        let deep = format!("{}{OB3}{}", "[".repeat(20), "]".repeat(20));
        assert_eq!(found(&deep), []);
        assert_eq!(found(&format!(r#"[{OB3},{{"type":"Issuer"}},7]"#)).len(), 2);
    }

    #[test]
    fn tokens_are_told_from_other_words() {
        assert!(is_token(TOKEN));
        assert!(is_token(&format!("{TOKEN}~WyJhIl0~")));
        for text in
            ["eyJh.e30", "a.b.c", "eyJh.e30.c2ln.x.y", "eyJh.e 30.c2ln", "", "eyJhbGciOiJFZERTQSJ9.e30.c2l="]
        {
            assert!(!is_token(text), "{text}");
        }
    }
}
