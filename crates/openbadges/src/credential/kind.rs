//! Which kind of thing a JSON object is, by its own words.

use serde_json::{Map, Value};

use super::value::{is_stated, strings};
use super::{ParseError, Standard};

/// Things that look like badges, or belong to them, and that Lapel names but does not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A list that says which credentials were revoked.
    StatusList,
    /// A credential or presentation in an envelope that holds none.
    Enveloped,
    /// What badges of one sort are (`BadgeClass`, `Achievement`).
    BadgeDefinition,
    /// Who issues badges (`Issuer`, `Profile`).
    IssuerProfile,
    /// An SD-JWT VC of the IETF, whose kind is a claim (`vct`) and not a type of the W3C.
    SdJwtVc,
    /// An issuer's key.
    Key,
    /// A DID document.
    DidDocument,
    /// A service description of a badge host.
    HostManifest,
    /// A page of badges as a host's service answers it.
    BadgePage,
}

impl Kind {
    /// With an article, for a sentence.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::StatusList => "a list of revoked credentials, not a badge",
            Self::Enveloped => "an envelope for a credential, without a token in it that could be read",
            Self::BadgeDefinition => "the definition of a badge, not a badge that was awarded to somebody",
            Self::IssuerProfile => "the profile of an issuer, not a badge",
            Self::SdJwtVc => "a credential of another family (an IETF SD-JWT VC), not a badge",
            Self::Key => "a key, not a badge",
            Self::DidDocument => "a DID document, not a badge",
            Self::HostManifest => "the service description of a badge host, not a badge",
            Self::BadgePage => "a page of badges from a badge host",
        }
    }

    /// What to do about it.
    pub(super) fn hint(self) -> &'static str {
        match self {
            Self::SdJwtVc => {
                "Keep it in a wallet for such credentials; Lapel keeps Open Badges and W3C credentials."
            }
            Self::Enveloped | Self::BadgePage => {
                "Ask the issuer for each badge on its own, as Open Badges 2.0 or 3.0."
            }
            Self::StatusList
            | Self::BadgeDefinition
            | Self::IssuerProfile
            | Self::Key
            | Self::DidDocument
            | Self::HostManifest => "Add the badge itself: the file or link that was sent to its owner.",
        }
    }
}

const OB2_CONTEXT: &str = "https://w3id.org/openbadges/v2";
const OB1_CONTEXT: &str = "https://w3id.org/openbadges/v1";

/// The standard of a JSON object, or what it is instead.
pub(super) fn of_json(json: &Map<String, Value>) -> Result<Standard, ParseError> {
    if let Some(by_type) = by_credential_type(json) {
        return by_type.map_err(|kind| ParseError::OtherKind { kind });
    }
    if let Some(standard) = assertion_context(json) {
        return of_open_badges(json, standard);
    }
    let other = |kind| Err(ParseError::OtherKind { kind });
    if !json.contains_key("@context") && (json.contains_key("recipient") || json.contains_key("verify")) {
        return Ok(if json.get("recipient").is_some_and(Value::is_string) {
            Standard::Ob05
        } else {
            Standard::Ob10
        });
    }
    if json.contains_key("badgeConnectAPI") || json.contains_key("openapi") {
        return other(Kind::HostManifest);
    }
    if ["assertions", "signedAssertions", "compactJwsString", "compactJwsStrings"]
        .iter()
        .any(|key| json.contains_key(*key))
    {
        return other(Kind::BadgePage);
    }
    if ["verificationMethod", "assertionMethod", "authentication"].iter().any(|key| json.contains_key(*key)) {
        return other(Kind::DidDocument);
    }
    by_definition_type(json).map_or(Err(ParseError::Unrecognised), |kind| Err(ParseError::OtherKind { kind }))
}

/// The standard of the claims of a token, or what they are instead.
pub(super) fn of_claims(claims: &Map<String, Value>) -> Result<Standard, ParseError> {
    if let Some(vc) = claims.get("vc") {
        return vc.as_object().ok_or(ParseError::Unrecognised).and_then(of_json);
    }
    if claims.contains_key("vp") {
        return Ok(Standard::Presentation);
    }
    match of_json(claims) {
        Err(ParseError::Unrecognised) if claims.contains_key("vct") => {
            Err(ParseError::OtherKind { kind: Kind::SdJwtVc })
        }
        other => other,
    }
}

/// By the types of Verifiable Credentials; the telling ones first.
fn by_credential_type(json: &Map<String, Value>) -> Option<Result<Standard, Kind>> {
    let is = |name: &str| strings(json.get("type")).any(|class| class == name);
    if is("ClrCredential") {
        return Some(Ok(Standard::Clr2));
    }
    if is("OpenBadgeCredential") || is("AchievementCredential") {
        return Some(Ok(Standard::Ob3));
    }
    if is("EndorsementCredential") {
        return Some(Ok(Standard::Endorsement));
    }
    if is("BitstringStatusListCredential") || is("StatusList2021Credential") {
        return Some(Err(Kind::StatusList));
    }
    if is("EnvelopedVerifiableCredential") || is("EnvelopedVerifiablePresentation") {
        return Some(Err(Kind::Enveloped));
    }
    if is("VerifiablePresentation") {
        return Some(Ok(Standard::Presentation));
    }
    if is("VerifiableCredential") {
        // A badge by its vocabulary and its subject that forgot its type: judged as a badge, and found wanting.
        let badge = strings(json.get("@context")).any(super::ob3::is_ob3_context) && has_achievement(json);
        return Some(Ok(if badge { Standard::Ob3 } else { Standard::Vc }));
    }
    None
}

fn has_achievement(json: &Map<String, Value>) -> bool {
    super::value::each(json.get("credentialSubject"))
        .iter()
        .any(|subject| is_stated(subject.get("achievement")))
}

/// What a document of Open Badges 1.1 or 2.0, told by its context, is.
fn of_open_badges(json: &Map<String, Value>, standard: Standard) -> Result<Standard, ParseError> {
    let is = |name: &str| strings(json.get("type")).any(|class| class == name);
    let is_award = is("Assertion")
        || json.contains_key("recipient")
        || json.get("revoked").is_some_and(|revoked| revoked == true);
    if standard == Standard::Ob2 && is("Endorsement") && !is("Assertion") {
        return Ok(Standard::Ob2Endorsement);
    }
    match by_definition_type(json) {
        Some(kind) if !is_award => Err(ParseError::OtherKind { kind }),
        _ if is_award || json.contains_key("badge") => Ok(standard),
        _ if standard == Standard::Ob11 => Err(ParseError::OtherKind { kind: Kind::BadgeDefinition }),
        _ => Err(ParseError::Unrecognised),
    }
}

/// The version of Open Badges before 3.0 whose context `json` names or writes out.
pub(super) fn assertion_context(json: &Map<String, Value>) -> Option<Standard> {
    if names_context(json, OB2_CONTEXT) || is_ob2_inline(json) {
        Some(Standard::Ob2)
    } else if names_context(json, OB1_CONTEXT) {
        Some(Standard::Ob11)
    } else {
        None
    }
}

fn by_definition_type(json: &Map<String, Value>) -> Option<Kind> {
    strings(json.get("type")).find_map(|class| match class {
        "BadgeClass" | "Achievement" | "AlignmentObject" | "Alignment" | "Criteria" => {
            Some(Kind::BadgeDefinition)
        }
        "Issuer" | "Profile" | "IssuerOrg" => Some(Kind::IssuerProfile),
        "RevocationList" | "1EdTechRevocationList" => Some(Kind::StatusList),
        "CryptographicKey" | "Key" | "Multikey" | "JsonWebKey" => Some(Kind::Key),
        _ => None,
    })
}

fn names_context(json: &Map<String, Value>, context: &str) -> bool {
    strings(json.get("@context")).any(|url| url.trim_end_matches('/') == context)
}

/// The whole OB 2.0 context written out inside the badge.
fn is_ob2_inline(json: &Map<String, Value>) -> bool {
    super::value::each(json.get("@context")).iter().any(|context| {
        context
            .get("obi")
            .and_then(Value::as_str)
            .is_some_and(|iri| iri.starts_with("https://w3id.org/openbadges#"))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn kind(json: &Value) -> Result<Standard, Option<Kind>> {
        of_json(json.as_object().unwrap()).map_err(|error| match error {
            ParseError::OtherKind { kind } => Some(kind),
            _ => None,
        })
    }

    #[test]
    fn badges_are_told_from_what_belongs_to_them() {
        for (json, expected) in [
            (json!({ "type": ["VerifiableCredential", "OpenBadgeCredential"] }), Ok(Standard::Ob3)),
            (json!({ "type": "AchievementCredential" }), Ok(Standard::Ob3)),
            (json!({ "@context": OB2_CONTEXT, "type": "Assertion" }), Ok(Standard::Ob2)),
            (
                json!({ "@context": [OB2_CONTEXT, "https://x.example"], "type": ["Assertion", "ext:X"], "badge": "x" }),
                Ok(Standard::Ob2),
            ),
            (
                json!({ "@context": OB2_CONTEXT, "id": "https://a.example/1", "revoked": true }),
                Ok(Standard::Ob2),
            ),
            (
                json!({ "type": ["VerifiableCredential", "ClrCredential", "OpenBadgeCredential"] }),
                Ok(Standard::Clr2),
            ),
            (json!({ "type": ["VerifiableCredential", "EndorsementCredential"] }), Ok(Standard::Endorsement)),
            (json!({ "type": ["VerifiableCredential"] }), Ok(Standard::Vc)),
            (json!({ "type": "VerifiablePresentation" }), Ok(Standard::Presentation)),
            (
                json!({ "type": ["VerifiableCredential", "BitstringStatusListCredential"] }),
                Err(Some(Kind::StatusList)),
            ),
            (json!({ "type": "EnvelopedVerifiableCredential" }), Err(Some(Kind::Enveloped))),
            (json!({ "@context": OB2_CONTEXT, "type": "BadgeClass" }), Err(Some(Kind::BadgeDefinition))),
            (json!({ "@context": OB2_CONTEXT, "type": "Issuer" }), Err(Some(Kind::IssuerProfile))),
            (json!({ "@context": OB1_CONTEXT, "badge": "x" }), Ok(Standard::Ob11)),
            (json!({ "recipient": { "identity": "x" }, "verify": {} }), Ok(Standard::Ob10)),
            (json!({ "recipient": "a@example.org", "badge": {} }), Ok(Standard::Ob05)),
            (json!({ "@context": OB1_CONTEXT, "type": "BadgeClass" }), Err(Some(Kind::BadgeDefinition))),
            (json!({ "@context": OB2_CONTEXT, "type": "Endorsement" }), Ok(Standard::Ob2Endorsement)),
            (json!({ "type": "Endorsement" }), Err(None)),
            (json!({ "badgeConnectAPI": [] }), Err(Some(Kind::HostManifest))),
            (json!({ "compactJwsString": [] }), Err(Some(Kind::BadgePage))),
            (json!({ "id": "did:web:a.example", "assertionMethod": [] }), Err(Some(Kind::DidDocument))),
            (json!({ "hello": "world" }), Err(None)),
            (json!({}), Err(None)),
        ] {
            assert_eq!(kind(&json), expected, "{json}");
        }
    }

    #[test]
    fn a_token_of_another_family_is_named() {
        let of = |claims: Value| of_claims(claims.as_object().unwrap());
        let other = Err(ParseError::OtherKind { kind: Kind::SdJwtVc });
        assert_eq!(of(json!({ "vct": "urn:eudi:pid:1", "iss": "https://a.example" })), other);
        let badge = json!({ "vct": "x", "type": ["VerifiableCredential", "OpenBadgeCredential"] });
        assert_eq!(of(badge), Ok(Standard::Ob3));
        assert_eq!(of(json!({ "vc": 1, "vct": "x" })), Err(ParseError::Unrecognised));
    }
}
