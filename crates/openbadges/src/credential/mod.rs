//! Credentials: the parsed tree beside the original text.
//!
//! A [`Credential`] is made only by parsing. The text stays as it came, for proofs cover bytes; the tree is what
//! people are shown and what checks read. Which keys exist, whether a URL answers and what day it is, this room
//! does not know.

pub(crate) mod clr;
mod embedded;
pub(crate) mod endorsement;
pub(crate) mod extensions;
pub(crate) mod jws;
mod kind;
pub(crate) mod moment;
pub(crate) mod ob1;
pub(crate) mod ob2;
pub(crate) mod ob3;
pub(crate) mod part;
pub(crate) mod sd_jwt;
pub(crate) mod shape;
pub(crate) mod value;
pub(crate) mod vc;
mod version;

use base64::Engine;
use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::artifact::PayloadContent;
use crate::document::sha256_hex;
use crate::json::{JsonError, parse_strict};

pub use embedded::{Embedded, Role};
use jws::{Jws, JwsError};
pub use kind::Kind;

/// Which specification a credential follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standard {
    /// Open Badges 0.5: an assertion without classes, contexts or ids.
    Ob05,
    /// Open Badges 1.0.
    Ob10,
    /// Open Badges 1.1.
    Ob11,
    /// Open Badges 2.0 (and 2.1, whose assertions are the same).
    Ob2,
    /// An endorsement of Open Badges 2.0.
    Ob2Endorsement,
    /// Open Badges 3.0.
    Ob3,
    /// An `EndorsementCredential` of Open Badges 3.0.
    Endorsement,
    /// A Comprehensive Learner Record 2.0.
    Clr2,
    /// A Verifiable Credential that is none of these.
    Vc,
    /// A Verifiable Presentation: credentials shown together by their holder.
    Presentation,
}

impl Standard {
    /// Its name, for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ob05 => "Open Badges 0.5",
            Self::Ob10 => "Open Badges 1.0",
            Self::Ob11 => "Open Badges 1.1",
            Self::Ob2 => "Open Badges 2.0",
            Self::Ob2Endorsement => "Open Badges 2.0 endorsement",
            Self::Ob3 => "Open Badges 3.0",
            Self::Endorsement => "Open Badges 3.0 endorsement",
            Self::Clr2 => "Comprehensive Learner Record 2.0",
            Self::Vc => "Verifiable Credential",
            Self::Presentation => "Verifiable Presentation",
        }
    }

    /// Whether it is an assertion or endorsement of Open Badges before 3.0, hosted or signed by a JWS, rather than a
    /// Verifiable Credential or a presentation of such.
    pub fn is_assertion(self) -> bool {
        self.is_before_2() || matches!(self, Self::Ob2 | Self::Ob2Endorsement)
    }

    /// Whether it is of Open Badges 0.5, 1.0 or 1.1.
    pub fn is_before_2(self) -> bool {
        matches!(self, Self::Ob05 | Self::Ob10 | Self::Ob11)
    }
}

/// What is to show that a credential is genuine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProofKind {
    /// A Data Integrity proof inside the JSON.
    DataIntegrity,
    /// A VC-JWT: the credential is, or is in, the payload of a JWS, perhaps shown in part (SD-JWT).
    Jwt,
    /// An Open Badges 2.0 JWS.
    Jws,
    /// The issuer's own copy at the assertion's id.
    Hosted,
    /// Nothing.
    Absent,
}

/// A parsed credential: the tree beside the original text.
#[derive(Clone, Debug, PartialEq)]
pub struct Credential {
    text: String,
    payload: Value,
    /// The credential inside a token's `vc` claim, completed by the token's other claims; or a badge before Open
    /// Badges 2.0 in the terms of 2.0; or one that is read in the contexts of the credential around it.
    claimed: Option<Value>,
    jws: Option<Jws>,
    standard: Standard,
}

/// Why a text is not a credential that Lapel reads.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// It is a link: fetch it and recognise what comes back.
    #[error("this is a link to {url}, not the badge itself")]
    IsLink {
        /// Where it leads.
        url: String,
    },
    /// It is longer than any badge.
    #[error("this text has {length} bytes; no badge needs more than {}", Credential::MAX_TEXT)]
    TooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// It stands in a credential that holds too many.
    #[error("no more than {limit} credentials inside one are looked at")]
    TooMany {
        /// How many are.
        limit: usize,
    },
    /// It is not strict JSON.
    #[error("the JSON of this badge is broken: {0}")]
    Json(#[from] JsonError),
    /// It is not a compact JWS.
    #[error("this signed token is broken: {0}")]
    Jws(#[from] JwsError),
    /// It is JSON, but not an object.
    #[error("this JSON holds {found}, not a badge")]
    NotAnObject {
        /// What it holds.
        found: &'static str,
    },
    /// It is something known, but not a badge that Lapel reads.
    #[error("this is {}, which Lapel does not read", kind.in_words())]
    OtherKind {
        /// What it is.
        kind: Kind,
    },
    /// It is an object of no known kind.
    #[error("this JSON is no badge of any kind that Lapel knows")]
    Unrecognised,
}

impl ParseError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::IsLink { .. } => "is-link",
            Self::TooLong { .. } => "too-long",
            Self::TooMany { .. } => "too-many",
            Self::Json(_) => "not-strict-json",
            Self::Jws(_) => "malformed-jws",
            Self::NotAnObject { .. } => "not-an-object",
            Self::OtherKind { .. } => "unsupported-kind",
            Self::Unrecognised => "unrecognised",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::IsLink { url } => format!("Fetch {url}, or add the link itself."),
            Self::TooLong { .. } => "Make sure that it is a badge, not an archive or a backup.".to_owned(),
            Self::TooMany { .. } => "Ask the issuer for its parts as badges of their own.".to_owned(),
            Self::Json(_) | Self::Jws(_) => {
                "Download the badge again from where it was issued; copying by hand may have cut it."
                    .to_owned()
            }
            Self::NotAnObject { .. } | Self::Unrecognised => {
                "Ask the issuer for the badge as a file: a PNG, SVG or JSON of Open Badges 2.0 or 3.0."
                    .to_owned()
            }
            Self::OtherKind { kind } => kind.hint().to_owned(),
        }
    }
}

impl Credential {
    /// The longest text that is read, in bytes: room for a large picture inside, and no more.
    pub const MAX_TEXT: usize = 8 << 20;

    /// Parses the text of a credential.
    pub fn parse(content: &PayloadContent) -> Result<Self, ParseError> {
        let (PayloadContent::Json(text) | PayloadContent::Jws(text) | PayloadContent::Url(text)) = content;
        if text.len() > Self::MAX_TEXT {
            return Err(ParseError::TooLong { length: text.len() });
        }
        match content {
            PayloadContent::Url(url) => Err(ParseError::IsLink { url: url.clone() }),
            PayloadContent::Json(text) => Self::parse_json(text),
            PayloadContent::Jws(text) => Self::parse_jws(text),
        }
    }

    fn parse_json(text: &str) -> Result<Self, ParseError> {
        let payload = parse_strict(text)?;
        let members = object(&payload)?;
        if let Some(token) = enveloped(members) {
            return Self::parse_jws(&token);
        }
        let standard = kind::of_json(members)?;
        Ok(Self { text: text.to_owned(), payload, claimed: None, jws: None, standard }.in_later_terms(None))
    }

    /// A credential that stands, as this node, in another. Where it names no contexts, JSON-LD reads it in `contexts`.
    fn of_value(node: &Value, contexts: Option<&Value>) -> Result<Self, ParseError> {
        let members = object(node)?;
        if let Some(token) = enveloped(members) {
            return Self::parse_jws(&token);
        }
        let standard = kind::of_json(members)?;
        let inherited = contexts.filter(|_| !members.contains_key("@context"));
        let claimed = inherited.map(|contexts| {
            let mut body = members.clone();
            body.insert("@context".to_owned(), contexts.clone());
            Value::Object(body)
        });
        Ok(Self { text: node.to_string(), payload: node.clone(), claimed, jws: None, standard })
    }

    fn parse_jws(text: &str) -> Result<Self, ParseError> {
        let text = text.trim();
        let (jws, payload) = token(text)?;
        let standard = kind::of_claims(object(&payload)?)?;
        let claimed = body_of(&payload);
        Ok(Self { text: text.to_owned(), payload, claimed, jws: Some(jws), standard }.in_later_terms(None))
    }

    /// The same as it was read at `address`. A badge before Open Badges 2.0 need not say where it is hosted, and is
    /// then known by the link that led to it; for every other credential nothing changes.
    #[must_use]
    pub fn read_at(self, address: &str) -> Self {
        let address = crate::document::without_fragment(address);
        if value::is_web_address(address) { self.in_later_terms(Some(address)) } else { self }
    }

    fn in_later_terms(mut self, address: Option<&str>) -> Self {
        let piece = ob1::Piece::Assertion;
        if let Cow::Owned(body) = ob1::upgraded(&self.payload, piece, self.standard, address) {
            self.claimed = Some(body);
        }
        self
    }

    /// The endorsement of Open Badges 2.0 that is written out as `node` inside a badge.
    pub(crate) fn endorsement(node: &Value) -> Result<Self, ParseError> {
        object(node)?;
        let standard = Standard::Ob2Endorsement;
        Ok(Self { text: node.to_string(), payload: node.clone(), claimed: None, jws: None, standard })
    }

    /// The endorsement at `url`, of which nothing else is known.
    pub(crate) fn endorsement_at(url: &str) -> Self {
        let payload = serde_json::json!({ "type": "Endorsement", "id": url });
        let standard = Standard::Ob2Endorsement;
        Self { text: payload.to_string(), payload, claimed: None, jws: None, standard }
    }

    /// The text as it was signed or served.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The JSON of the text (of a JWS: its payload; of an SD-JWT: its claims as far as they are disclosed).
    pub fn json(&self) -> &Value {
        &self.payload
    }

    /// The credential itself. It is [`Self::json`], except in a token of the VC 1.1 form, where it is the `vc`
    /// claim, completed by what the specification moves into the token's other claims, and in a badge before Open
    /// Badges 2.0, where it is the badge in the terms of 2.0.
    pub fn body(&self) -> &Value {
        self.claimed.as_ref().unwrap_or(&self.payload)
    }

    /// Which specification it follows.
    pub fn standard(&self) -> Standard {
        self.standard
    }

    /// The credential's own id.
    pub fn id(&self) -> Option<&str> {
        self.body().get("id").and_then(Value::as_str)
    }

    /// What is to show that it is genuine.
    pub fn proof_kind(&self) -> ProofKind {
        match (self.standard.is_assertion(), &self.jws) {
            (true, Some(_)) => ProofKind::Jws,
            (true, None) => ProofKind::Hosted,
            (false, Some(_)) => ProofKind::Jwt,
            (false, None) if value::is_stated(self.payload.get("proof")) => ProofKind::DataIntegrity,
            (false, None) => ProofKind::Absent,
        }
    }

    /// SHA-256 (lower-case hexadecimal) that equal credentials share, however they are wrapped or spaced: of the
    /// JSON with its keys in order, or of the text of a JWS.
    pub fn digest(&self) -> String {
        match self.jws {
            Some(_) => sha256_hex(self.text.as_bytes()),
            None => sha256_hex(in_key_order(&self.payload).to_string().as_bytes()),
        }
    }

    /// The credentials inside it, in the order of the text; those inside these are theirs. At most
    /// [`Embedded::MAX`]; if there are more, one after these says so.
    pub fn embedded(&self) -> Vec<Embedded> {
        embedded::of(self)
    }

    /// Whether it names no contexts of its own and is read in those of the credential around it.
    pub(crate) fn inherits_contexts(&self) -> bool {
        let names = |json: &Value| json.get("@context").is_some();
        self.jws.is_none() && !names(&self.payload) && names(self.body())
    }

    pub(crate) fn jws(&self) -> Option<&Jws> {
        self.jws.as_ref()
    }
}

/// The parts of a token, and its claims: of an SD-JWT, as far as they are disclosed.
pub(crate) fn token(text: &str) -> Result<(Jws, Value), JwsError> {
    if text.contains('~') { sd_jwt::parse(text) } else { Jws::parse(text) }
}

/// The token in an `EnvelopedVerifiableCredential` or `EnvelopedVerifiablePresentation`, whose id is a `data:` URI
/// (VC Data Model 2.0, 4.13).
fn enveloped(members: &Map<String, Value>) -> Option<String> {
    let is_envelope = value::strings(members.get("type"))
        .any(|class| matches!(class, "EnvelopedVerifiableCredential" | "EnvelopedVerifiablePresentation"));
    let id = members.get("id").and_then(Value::as_str).filter(|_| is_envelope)?;
    let (media_type, data) = id.strip_prefix("data:")?.split_once(',')?;
    let plain = percent_encoding::percent_decode_str(data);
    if media_type.ends_with(";base64") {
        let bytes = base64::engine::general_purpose::STANDARD.decode(plain.collect::<Vec<u8>>()).ok()?;
        String::from_utf8(bytes).ok()
    } else {
        plain.decode_utf8().ok().map(Into::into)
    }
}

fn object(value: &Value) -> Result<&Map<String, Value>, ParseError> {
    value.as_object().ok_or_else(|| ParseError::NotAnObject { found: value::kind_of(value) })
}

/// The credential in the claims of a token of the VC 1.1 form; `None` where the claims are themselves the
/// credential.
pub(crate) fn body_of(claims: &Value) -> Option<Value> {
    let claims = claims.as_object()?;
    match (claims.get("vc"), claims.get("vp")) {
        (Some(vc), _) => Some(complete(vc.as_object()?, claims)),
        (None, vp) => Some(complete_presentation(vp?.as_object()?, claims)),
    }
}

/// The credential of a `vc` claim with what the token says in `iss`, `jti`, `nbf`, `exp` and `sub` instead of in
/// the credential (VC Data Model 1.1, 6.3.1). What both say is left as it is and compared when verifying.
fn complete(vc: &Map<String, Value>, claims: &Map<String, Value>) -> Value {
    let mut credential = vc.clone();
    let mut fill = |property: &str, value: Option<Value>| {
        if let Some(value) = value
            && !credential.contains_key(property)
        {
            credential.insert(property.to_owned(), value);
        }
    };
    fill("id", claims.get("jti").cloned());
    fill("issuer", claims.get("iss").cloned());
    fill("issuanceDate", claims.get("nbf").and_then(moment::of_numeric_date));
    fill("expirationDate", claims.get("exp").and_then(moment::of_numeric_date));
    if let (Some(subject), Some(id)) =
        (credential.get_mut("credentialSubject").and_then(Value::as_object_mut), claims.get("sub"))
        && !subject.contains_key("id")
    {
        subject.insert("id".to_owned(), id.clone());
    }
    Value::Object(credential)
}

/// The presentation of a `vp` claim, with its id and holder where only the token says them.
fn complete_presentation(vp: &Map<String, Value>, claims: &Map<String, Value>) -> Value {
    let mut presentation = vp.clone();
    for (property, claim) in [("id", "jti"), ("holder", "iss")] {
        if let Some(value) = claims.get(claim)
            && !presentation.contains_key(property)
        {
            presentation.insert(property.to_owned(), value.clone());
        }
    }
    Value::Object(presentation)
}

fn in_key_order(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by_key(|(key, _)| *key);
            Value::Object(sorted.into_iter().map(|(key, value)| (key.clone(), in_key_order(value))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(in_key_order).collect()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    fn json(text: &str) -> Result<Credential, ParseError> {
        Credential::parse(&PayloadContent::Json(text.to_owned()))
    }

    #[test]
    fn equal_credentials_have_equal_digests_however_they_are_spaced() {
        let one = json(r#"{"type":"OpenBadgeCredential","id":"urn:a","x":[1,{"b":1,"a":2}]}"#).unwrap();
        let same = json(" {\n\"x\": [1, {\"a\": 2, \"b\": 1}], \"id\": \"urn:\\u0061\", \"type\": \"OpenBadgeCredential\"}").unwrap();
        let other = json(r#"{"type":"OpenBadgeCredential","id":"urn:b","x":[1,{"b":1,"a":2}]}"#).unwrap();
        assert_eq!(one.digest(), same.digest());
        assert_ne!(one.digest(), other.digest());
        assert_ne!(one.text(), same.text());
    }

    #[test]
    fn what_cannot_be_read_says_why_and_what_to_do() {
        for (content, code) in [
            (PayloadContent::Url("https://a.example/1".to_owned()), "is-link"),
            (PayloadContent::Json("{".to_owned()), "not-strict-json"),
            (
                PayloadContent::Json(r#"{"type":"Assertion","type":"Assertion"}"#.to_owned()),
                "not-strict-json",
            ),
            (PayloadContent::Json("[]".to_owned()), "not-an-object"),
            (PayloadContent::Json("{}".to_owned()), "unrecognised"),
            (PayloadContent::Json(r#"{"type":"BadgeClass"}"#.to_owned()), "unsupported-kind"),
            (PayloadContent::Json(" ".repeat(Credential::MAX_TEXT + 1)), "too-long"),
            (PayloadContent::Jws("a.b".to_owned()), "malformed-jws"),
            (PayloadContent::Jws("a.b.c~".to_owned()), "malformed-jws"),
        ] {
            let error = Credential::parse(&content).unwrap_err();
            assert_eq!(error.code(), code);
            assert!(!error.to_string().is_empty() && !error.hint().is_empty());
        }
    }

    #[test]
    fn a_vc_claim_is_completed_by_the_claims_around_it() {
        let claims = r#"{"iss":"did:web:a.example","jti":"urn:a","nbf":1262304000,"exp":1893456000,"sub":"did:example:b",
            "vc":{"type":["VerifiableCredential","OpenBadgeCredential"],"credentialSubject":{},"id":"urn:own"}}"#;
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let token = format!("{}.{}.{}", encode(r#"{"alg":"EdDSA"}"#), encode(claims), encode("x"));
        let credential = Credential::parse(&PayloadContent::Jws(token)).unwrap();
        let body = credential.body();
        assert_eq!(body["issuer"], "did:web:a.example");
        assert_eq!(body["issuanceDate"], "2010-01-01T00:00:00Z");
        assert_eq!(body["expirationDate"], "2030-01-01T00:00:00Z");
        assert_eq!(body["credentialSubject"]["id"], "did:example:b");
        // What the credential says itself is not overwritten; verifying compares the two.
        assert_eq!(credential.id(), Some("urn:own"));
        assert_eq!(credential.json()["jti"], "urn:a");
    }
}
