//! Personal data: what each thing that leaves tells about the recipient, and what of it could be left out.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openbadges::Credential;
use openbadges::card::BadgeCard;
use openbadges::credential::ProofKind;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::entry::short_id;
use crate::text::{LINE, one_line};

/// The most entries that are listed.
const MOST: usize = 50;

/// Something about the recipient that leaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PersonalData {
    /// What it is, in words.
    pub what: String,
    /// The value in the credential.
    pub value: String,
    /// Whether it can be left out without breaking the proof.
    pub removable: bool,
    /// Why it can, or why it cannot.
    pub why: String,
}

/// A way in which a badge leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Target {
    /// LinkedIn's profile form.
    Linkedin,
    /// A post on a network.
    Post,
    /// The link, and its QR code.
    Link,
    /// A snippet for a page.
    Embed,
    /// The foot of a mail.
    Signature,
    /// The self-verifying page, which holds the original.
    Page,
    /// A file with the credential in it: original, picture, JSON or JWT.
    Files,
}

/// The personal data that leaves one way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Leaving {
    /// Which way.
    pub target: Target,
    /// What it tells; empty where it tells nothing about the recipient.
    pub personal: Vec<PersonalData>,
    /// What else to know; `None` where there is nothing.
    pub note: Option<String>,
}

/// What leaves each way of a badge whose link leads to `page`; without its id on LinkedIn where `leave_out_id` is.
pub(crate) fn leaving(
    card: &BadgeCard,
    credential: &Credential,
    page: Option<&str>,
    leave_out_id: bool,
) -> Vec<Leaving> {
    let id = card.credential_id.as_deref().and_then(short_id);
    let id = id.map(|value| PersonalData {
        what: "Credential ID".to_owned(),
        value,
        removable: true,
        why: "LinkedIn does not ask for it.".to_owned(),
    });
    let id: Vec<PersonalData> = id.into_iter().filter(|_| !leave_out_id).collect();
    let note = page.map(|_| "The page behind the link may name you.".to_owned());
    let linked = |target| Leaving { target, personal: Vec::new(), note: note.clone() };
    let personal = personal_data(card, credential);
    let whole = |target| Leaving { target, personal: personal.clone(), note: None };
    vec![
        Leaving { personal: id, ..linked(Target::Linkedin) },
        linked(Target::Post),
        linked(Target::Link),
        linked(Target::Embed),
        linked(Target::Signature),
        whole(Target::Page),
        whole(Target::Files),
    ]
}

/// The personal data in a credential: what `card` shows, and what its JSON holds besides (hashes of identities,
/// further mail addresses, dates of birth, ...). At most fifty entries.
pub fn personal_data(card: &BadgeCard, credential: &Credential) -> Vec<PersonalData> {
    listed(card, credential.json(), &Proof::of(credential))
}

fn listed(card: &BadgeCard, json: &Value, proof: &Proof) -> Vec<PersonalData> {
    let mut found = Found { entries: Vec::new(), proof };
    if let Some(recipient) = &card.recipient {
        found.add("Name of the recipient", recipient.name.as_deref());
        let identity = recipient.identity.as_deref();
        found.add(identity.map_or("", what_identity), identity);
        for identifier in &recipient.identifiers {
            let kind = identifier.kind.as_deref().map(|kind| one_line(kind, 40)).unwrap_or_default();
            let what = if kind.is_empty() { "Identifier".to_owned() } else { format!("Identifier ({kind})") };
            found.add(&what, identifier.value.as_deref().filter(|value| !is_hash(value)));
        }
    }
    for evidence in &card.evidence {
        found.add("Evidence", evidence.url.as_deref().or(evidence.name.as_deref()));
        if evidence.url.is_some() {
            found.add("Name of evidence", evidence.name.as_deref());
        }
        found.add("Description of evidence", evidence.narrative.as_deref());
    }
    found.add("Narrative of the award", card.narrative.as_deref());
    found.walk(json, "", card.issuer.email.as_deref(), 0);
    found.entries
}

/// What the proof says of leaving things out.
struct Proof {
    /// Why nothing can be.
    why: &'static str,
    /// The texts of an SD-JWT's disclosures: what stands in one of them can be left out (RFC 9901).
    disclosures: Vec<String>,
}

impl Proof {
    fn of(credential: &Credential) -> Self {
        let why = match credential.proof_kind() {
            ProofKind::Hosted => "The badge is compared with the issuer's own copy, which holds it.",
            ProofKind::Absent => "It is part of what the issuer wrote.",
            ProofKind::DataIntegrity | ProofKind::Jwt | ProofKind::Jws => {
                "It is signed: without it the proof would not hold."
            }
        };
        let parts = credential.text().split('~').skip(1);
        let decoded = parts.filter_map(|part| URL_SAFE_NO_PAD.decode(part).ok());
        let disclosures = decoded.filter_map(|bytes| String::from_utf8(bytes).ok());
        let disclosures =
            if credential.proof_kind() == ProofKind::Jwt { disclosures.collect() } else { Vec::new() };
        Self { why, disclosures }
    }

    fn on(&self, value: &str) -> (bool, &'static str) {
        if self.disclosures.iter().any(|disclosure| disclosure.contains(value)) {
            (true, "Its issuer allows that it is left out (selective disclosure).")
        } else {
            (false, self.why)
        }
    }
}

struct Found<'a> {
    entries: Vec<PersonalData>,
    proof: &'a Proof,
}

impl Found<'_> {
    fn add(&mut self, what: &str, value: Option<&str>) {
        let value = one_line(value.unwrap_or_default(), LINE);
        if !value.is_empty() && self.entries.len() < MOST && !self.entries.iter().any(|e| e.value == value) {
            let (removable, why) = self.proof.on(&value);
            self.entries.push(PersonalData { what: what.to_owned(), value, removable, why: why.to_owned() });
        }
    }

    /// Looks for what a card does not show. Strict JSON is at most 64 levels deep. What the issuer says of itself is
    /// nobody's personal data but its own.
    fn walk(&mut self, json: &Value, key: &str, issuer_email: Option<&str>, depth: u8) {
        match json {
            Value::Object(members) if depth < 64 => {
                self.hash(members);
                let inside = members
                    .iter()
                    .filter(|(key, _)| !matches!(key.as_str(), "@context" | "issuer" | "proof"));
                for (key, value) in inside {
                    self.walk(value, key, issuer_email, depth + 1);
                }
            }
            Value::Array(items) if depth < 64 => {
                for item in items {
                    self.walk(item, key, issuer_email, depth + 1);
                }
            }
            Value::String(text) => {
                let address = text.strip_prefix("mailto:").unwrap_or(text);
                if let Some(what) = what_key(key) {
                    self.add(what, Some(text));
                } else if is_mail(address) && issuer_email != Some(address) {
                    self.add("Mail address", Some(address));
                }
            }
            _ => {}
        }
    }

    /// The hash of an identity, and whether its salt stands beside it.
    fn hash(&mut self, members: &serde_json::Map<String, Value>) {
        let hash = ["identity", "identityHash"].iter().find_map(|key| members.get(*key)?.as_str());
        let Some(hash) = hash.filter(|hash| is_hash(hash)) else { return };
        let salted = members.get("salt").and_then(Value::as_str).is_some_and(|salt| !salt.is_empty());
        let what = if salted {
            "Hash of the recipient's identity (its salt is in the badge: whoever guesses the identity can confirm it)"
        } else {
            "Hash of the recipient's identity (without a salt: whoever guesses the identity can confirm it)"
        };
        self.add(what, Some(hash));
    }
}

/// What a member of a profile or an address says about a person (Open Badges 3.0, `Profile` and `Address`; schema.org).
fn what_key(key: &str) -> Option<&'static str> {
    Some(match key {
        "dateOfBirth" | "birthDate" | "birthdate" => "Date of birth",
        "phone" | "phoneNumber" | "telephone" => "Phone number",
        "streetAddress"
        | "postOfficeBoxNumber"
        | "postalCode"
        | "addressLocality"
        | "addressRegion"
        | "addressCountry"
        | "addressCountryCode" => "Address",
        "givenName" | "familyName" | "familyNamePrefix" | "additionalName" | "patronymicName"
        | "fullName" => "Name of the recipient",
        "studentId" | "sisSourcedId" | "sourcedId" => "Identifier",
        _ => return None,
    })
}

fn what_identity(identity: &str) -> &'static str {
    if identity.starts_with("did:") {
        "DID of the recipient"
    } else if is_mail(identity.strip_prefix("mailto:").unwrap_or(identity)) {
        "Mail address of the recipient"
    } else {
        "Identity of the recipient"
    }
}

fn is_hash(text: &str) -> bool {
    text.split_once('$').is_some_and(|(algorithm, digest)| {
        matches!(algorithm.to_ascii_lowercase().as_str(), "sha256" | "sha1" | "md5" | "sha384" | "sha512")
            && digest.len() >= 32
            && digest.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

fn is_mail(text: &str) -> bool {
    text.len() <= 254
        && !text.contains(char::is_whitespace)
        && text.split_once('@').is_some_and(|(local, host)| {
            !local.is_empty()
                && !local.contains(['/', ':'])
                && host.contains('.')
                && !host.contains(['@', '/', ':'])
        })
}

#[cfg(test)]
mod tests {
    use openbadges::card::{EvidenceCard, RecipientCard};
    use serde_json::json;

    use super::*;
    use crate::test_cards::card;

    fn list(card: &BadgeCard, json: &Value) -> Vec<(String, String)> {
        listed(card, json, &Proof { why: "signed", disclosures: vec![] })
            .into_iter()
            .map(|entry| (entry.what, entry.value))
            .collect()
    }

    #[test]
    fn what_a_file_would_give_away_is_listed_once() {
        let mut card = card();
        card.recipient = Some(RecipientCard {
            identity: Some("ada@example.org".to_owned()),
            name: Some("Ada Example".to_owned()),
            hashed: false,
            ..RecipientCard::default()
        });
        card.evidence = vec![EvidenceCard {
            url: Some("https://ada.example/thesis".to_owned()),
            ..EvidenceCard::default()
        }];
        card.issuer.email = Some("office@university.example".to_owned());
        let json = json!({
            "issuer": {"email": "office@university.example"},
            "contact": "office@university.example",
            "credentialSubject": {"id": "mailto:ada@example.org", "supervisor": "grace@example.org"},
        });
        let list = list(&card, &json);
        let expected = [
            ("Name of the recipient", "Ada Example"),
            ("Mail address of the recipient", "ada@example.org"),
            ("Evidence", "https://ada.example/thesis"),
            ("Mail address", "grace@example.org"),
        ];
        assert_eq!(list, expected.map(|(what, value)| (what.to_owned(), value.to_owned())));
    }

    #[test]
    fn a_hash_is_personal_data_too() {
        let hash = format!("sha256${}", "a1".repeat(32));
        let list = list(&card(), &json!({"recipient": {"identity": hash, "hashed": true, "salt": "x"}}));
        assert_eq!(list.len(), 1, "{list:?}");
        assert_eq!(list[0].1, hash);
        assert!(list[0].0.starts_with("Hash of the recipient's identity (its salt is in the badge"));
        let bare = self::list(&card(), &json!({"recipient": {"identity": hash, "hashed": true}}));
        assert!(bare[0].0.starts_with("Hash of the recipient's identity (without a salt"));
    }

    #[test]
    fn what_a_subject_says_is_listed_and_what_the_issuer_says_of_itself_is_not() {
        let profile = json!({
            "givenName": "Ada", "dateOfBirth": "1815-12-10", "phone": "+44 20", "studentId": "S-7",
            "address": {"streetAddress": "12 St James's Square", "postalCode": "SW1Y"},
        });
        let found = list(
            &card(),
            &json!({"credentialSubject": profile, "issuer": {"phone": "+1", "streetAddress": "x"}}),
        );
        let found: Vec<_> = found.iter().map(|(what, value)| (what.as_str(), value.as_str())).collect();
        let expected = [
            ("Name of the recipient", "Ada"),
            ("Date of birth", "1815-12-10"),
            ("Phone number", "+44 20"),
            ("Identifier", "S-7"),
            ("Address", "12 St James's Square"),
            ("Address", "SW1Y"),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_badge_about_nobody_has_none_and_a_flood_is_bounded() {
        assert_eq!(list(&card(), &json!({"id": "https://badges.example/1"})), []);
        let many: Vec<String> = (0..10_000).map(|n| format!("p{n}@example.org")).collect();
        assert_eq!(list(&card(), &json!(many)).len(), MOST);
    }
}
