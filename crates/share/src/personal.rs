//! Personal data: what a saved credential tells about its recipient.

use openbadges::card::BadgeCard;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::text::{LINE, one_line};

/// The most entries that are listed.
const MOST: usize = 50;

/// Something about the recipient that a file of the credential contains.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PersonalData {
    /// What it is, in words.
    pub what: String,
    /// The value in the credential.
    pub value: String,
}

/// The personal data in a credential: what `card` shows, and what its `json` holds besides (hashes of
/// identities, further mail addresses). At most fifty entries.
pub fn personal_data(card: &BadgeCard, json: &Value) -> Vec<PersonalData> {
    let mut found = Found::default();
    if let Some(recipient) = &card.recipient {
        found.add("Name of the recipient", recipient.name.as_deref());
        let identity = recipient.identity.as_deref();
        found.add(identity.map_or("", what_identity), identity);
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

#[derive(Default)]
struct Found {
    entries: Vec<PersonalData>,
}

impl Found {
    fn add(&mut self, what: &str, value: Option<&str>) {
        let value = one_line(value.unwrap_or_default(), LINE);
        if !value.is_empty() && self.entries.len() < MOST && !self.entries.iter().any(|e| e.value == value) {
            self.entries.push(PersonalData { what: what.to_owned(), value });
        }
    }

    /// Looks for what a card does not show. Strict JSON is at most 64 levels deep.
    fn walk(&mut self, json: &Value, key: &str, issuer_email: Option<&str>, depth: u8) {
        match json {
            Value::Object(members) if depth < 64 => {
                for (key, value) in members {
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
                if is_hash(text) && matches!(key, "identity" | "identityHash") {
                    self.add(
                        "Hash of the recipient's identity (whoever guesses the identity can confirm it)",
                        Some(text),
                    );
                } else if is_mail(address) && issuer_email != Some(address) && key != "email" {
                    self.add("Mail address", Some(address));
                }
            }
            _ => {}
        }
    }
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
        personal_data(card, json).into_iter().map(|entry| (entry.what, entry.value)).collect()
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
        assert!(list[0].0.starts_with("Hash of the recipient's identity"));
    }

    #[test]
    fn a_badge_about_nobody_has_none_and_a_flood_is_bounded() {
        assert_eq!(list(&card(), &json!({"id": "https://badges.example/1"})), []);
        let many: Vec<String> = (0..10_000).map(|n| format!("p{n}@example.org")).collect();
        assert_eq!(list(&card(), &json!(many)).len(), MOST);
    }
}
