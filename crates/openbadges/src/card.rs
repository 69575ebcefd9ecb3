//! The version-free card: what lists, searches and exports read of any badge.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::credential::ob1::Piece;
use crate::credential::part::{self, Part};
use crate::credential::value::{each, first, id_of, is_web_address, strings, text};
use crate::credential::{Credential, moment, ob3};
use crate::document::Documents;
use crate::proof::hosted::{self, Copy};
use crate::proof::method;

/// What a badge says, in one form for every version of the specifications. All text is the issuer's own claim
/// and untrusted: it may hold markup, bidirectional controls or anything else, and is shown as text only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct BadgeCard {
    /// The credential's own id (`id`), if it has one.
    pub credential_id: Option<String>,
    /// Which specification it follows, for people: `Open Badges 3.0`, `Open Badges 2.0`.
    pub standard: String,
    /// The achievement's name (OB 3.0 `achievement.name`, OB 2.0 `BadgeClass.name`).
    pub name: String,
    /// The achievement's description.
    pub description: Option<String>,
    /// What it took to earn it.
    pub criteria: Option<Criteria>,
    /// Who issued it.
    pub issuer: IssuerCard,
    /// Whom it was awarded to.
    pub recipient: Option<RecipientCard>,
    /// `validFrom`, `issuanceDate` or `issuedOn`, with the offset that the issuer wrote.
    pub issued_on: Option<Moment>,
    /// `validUntil`, `expirationDate` or `expires`.
    pub expires_on: Option<Moment>,
    /// Where the art is: a URL or `data:` URI (achievement image first, then the credential's).
    pub image: Option<String>,
    /// Evidence of the learner's work.
    pub evidence: Vec<EvidenceCard>,
    /// Alignments to frameworks.
    pub alignments: Vec<AlignmentCard>,
    /// Tags.
    pub tags: Vec<String>,
    /// The `narrative` of the award.
    pub narrative: Option<String>,
    /// A page that anyone can open and that shows this badge: the hosted assertion (OB 2.0), or the
    /// credential's own https id.
    pub public_url: Option<String>,
}

/// A point in time as the issuer wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct Moment {
    /// The text in the credential.
    pub text: String,
    /// The instant it denotes.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub instant: Timestamp,
    /// The issuer's own calendar date `YYYY-MM-DD` (in the offset of the text), for places that show a
    /// month or a day: converting to the reader's zone would shift it.
    pub date: String,
}

/// Who issued a badge, by its own claim.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct IssuerCard {
    /// The issuer's id: a URL or DID.
    pub id: Option<String>,
    /// Its name, or the host of its id where it gives none.
    pub name: String,
    /// Its web page.
    pub url: Option<String>,
    /// Its mail address.
    pub email: Option<String>,
    /// Its logo: a URL or `data:` URI.
    pub image: Option<String>,
    /// LinkedIn's numeric page id, where the issuer states one
    /// (`otherIdentifier` with `identifierType` `ext:LinkedIn:organizationId`).
    pub linkedin_organization_id: Option<String>,
}

/// Whom a badge was awarded to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct RecipientCard {
    /// The plain identity (mail address, DID, URL), where it is not hashed.
    pub identity: Option<String>,
    /// The name of the recipient, where the credential gives one.
    pub name: Option<String>,
    /// True where the credential holds only a hash of the identity.
    pub hashed: bool,
}

/// What it took to earn an achievement: at least one of the two.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct Criteria {
    /// A page.
    pub url: Option<String>,
    /// Markdown by the issuer.
    pub narrative: Option<String>,
}

/// A piece of evidence.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct EvidenceCard {
    /// Where it is.
    pub url: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// What it is (`narrative` or `description`).
    pub narrative: Option<String>,
}

/// An alignment of the achievement to a framework.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct AlignmentCard {
    /// `targetName`.
    pub name: String,
    /// `targetUrl`.
    pub url: Option<String>,
    /// `targetFramework`.
    pub framework: Option<String>,
    /// `targetCode`.
    pub code: Option<String>,
}

impl BadgeCard {
    /// The card of `credential`, completed from the documents at hand (Open Badges 2.0 keeps the BadgeClass and
    /// the issuer in documents of their own). Where the issuer's own copy of a hosted badge is at hand, the card
    /// shows that copy: it is the badge.
    pub fn of(credential: &Credential, documents: &Documents) -> Self {
        if credential.standard().is_assertion() {
            of_assertion(credential, documents)
        } else {
            of_credential(credential)
        }
    }
}

fn of_credential(credential: &Credential) -> BadgeCard {
    let body = credential.body();
    let nothing = Value::Null;
    let subject = ob3::subject(body).unwrap_or(&nothing);
    let achievement = first(subject.get("achievement")).unwrap_or(&nothing);
    let (from, until) = ob3::validity(body);
    let id = credential.id().map(str::to_owned);
    BadgeCard {
        standard: credential.standard().name().to_owned(),
        name: text(achievement.get("name")).or_else(|| text(body.get("name"))).unwrap_or_default(),
        description: text(achievement.get("description")).or_else(|| text(body.get("description"))),
        criteria: criteria(achievement),
        issuer: issuer(body.get("issuer")),
        recipient: subject_card(subject),
        issued_on: from.and_then(moment).or_else(|| body.get("awardedDate").and_then(moment)),
        expires_on: until.and_then(moment),
        image: image(achievement).or_else(|| image(subject)).or_else(|| image(body)),
        evidence: evidence(body.get("evidence")),
        alignments: alignments(achievement),
        tags: texts(achievement.get("tag")),
        narrative: text(subject.get("narrative")),
        public_url: id.clone().filter(|id| id.starts_with("https://")),
        credential_id: id,
    }
}

fn of_assertion(credential: &Credential, documents: &Documents) -> BadgeCard {
    let (brought, written_by) = (credential.body(), credential.standard());
    let copy = match credential.jws() {
        Some(_) => None,
        None => match hosted::copy(brought, Piece::Assertion, written_by, documents) {
            Copy::Served(part) if !hosted::is_stub(&part.json) => Some(part),
            _ => None,
        },
    };
    let (assertion, written_by) =
        copy.as_ref().map_or((brought, written_by), |copy| (&copy.json, copy.standard));
    let class = part::badge_class(assertion, written_by, documents).ok();
    let written_by = class.as_ref().map_or(written_by, |class| class.standard);
    let class = part_or_embedded(class, assertion.get("badge"));
    let profile = part_or_embedded(part::issuer(&class, written_by, documents).ok(), class.get("issuer"));
    let id = id_of(assertion).map(str::to_owned);
    BadgeCard {
        standard: credential.standard().name().to_owned(),
        name: text(class.get("name")).unwrap_or_default(),
        description: text(class.get("description")),
        criteria: criteria(&class),
        issuer: issuer(Some(&profile)),
        recipient: recipient_card(first(assertion.get("recipient"))),
        issued_on: assertion.get("issuedOn").and_then(moment),
        expires_on: assertion.get("expires").and_then(moment),
        image: image(&class).or_else(|| image(assertion)),
        evidence: evidence(assertion.get("evidence")),
        alignments: alignments(&class),
        tags: texts(class.get("tags")),
        narrative: text(assertion.get("narrative")),
        public_url: id.clone().filter(|id| credential.jws().is_none() && is_web_address(id)),
        credential_id: id,
    }
}

/// A part of the badge: its own document, or what is embedded (which says at least its id).
fn part_or_embedded(part: Option<Part>, embedded: Option<&Value>) -> Value {
    part.map(|part| part.json).or_else(|| first(embedded).cloned()).unwrap_or(Value::Null)
}

fn moment(value: &Value) -> Option<Moment> {
    moment::parse_leniently(value.as_str()?)
}

fn texts(value: Option<&Value>) -> Vec<String> {
    each(value).iter().filter_map(|value| text(Some(value))).collect()
}

fn image(node: &Value) -> Option<String> {
    first(node.get("image")).and_then(id_of).map(str::to_owned)
}

fn criteria(node: &Value) -> Option<Criteria> {
    let criteria = first(node.get("criteria"))?;
    let url = id_of(criteria).map(str::to_owned);
    let narrative = text(criteria.get("narrative"));
    (url.is_some() || narrative.is_some()).then_some(Criteria { url, narrative })
}

fn issuer(value: Option<&Value>) -> IssuerCard {
    let Some(profile) = first(value) else {
        return IssuerCard::default();
    };
    let id = id_of(profile).map(str::to_owned);
    let name = text(profile.get("name")).or_else(|| id.as_deref().map(short_name)).unwrap_or_default();
    IssuerCard {
        name,
        url: text(profile.get("url")),
        email: text(profile.get("email")),
        image: image(profile),
        linkedin_organization_id: linkedin_organization_id(profile),
        id,
    }
}

/// The host of a web address or `did:web`; any other id as it is.
fn short_name(id: &str) -> String {
    let url = if id.starts_with("did:web:") { method::did_web_url(id).ok() } else { Some(id.to_owned()) };
    let host = url.and_then(|url| url::Url::parse(&url).ok()?.host_str().map(str::to_owned));
    host.unwrap_or_else(|| id.to_owned())
}

fn linkedin_organization_id(profile: &Value) -> Option<String> {
    each(profile.get("otherIdentifier"))
        .iter()
        .find(|entry| strings(entry.get("identifierType")).any(|kind| kind == "ext:LinkedIn:organizationId"))
        .and_then(|entry| text(entry.get("identifier")))
        .filter(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()))
}

fn recipient_card(recipient: Option<&Value>) -> Option<RecipientCard> {
    let recipient = recipient?;
    let hashed = recipient.get("hashed").is_some_and(|hashed| hashed == true);
    let identity = text(recipient.get("identity")).filter(|_| !hashed);
    Some(RecipientCard { identity, name: None, hashed })
}

/// Whom an `AchievementSubject` names: a plain identifier before the id, for people know their mail address and
/// not their DID.
fn subject_card(subject: &Value) -> Option<RecipientCard> {
    let identifiers = || each(subject.get("identifier")).iter();
    let kind = |entry: &Value| text(entry.get("identityType")).unwrap_or_default();
    let is_hashed = |entry: &Value| entry.get("hashed").is_some_and(|hashed| hashed == true);
    let plain = || identifiers().filter(|entry| !is_hashed(entry));
    let identity = plain()
        .find(|entry| kind(entry) != "name")
        .and_then(|entry| text(entry.get("identityHash")))
        .or_else(|| text(subject.get("id")));
    let named = plain().find(|entry| kind(entry) == "name").and_then(|entry| text(entry.get("identityHash")));
    let name = named.or_else(|| text(subject.get("name")));
    let hashed = identity.is_none() && identifiers().any(is_hashed);
    (identity.is_some() || name.is_some() || hashed).then_some(RecipientCard { identity, name, hashed })
}

fn evidence(value: Option<&Value>) -> Vec<EvidenceCard> {
    let card = |evidence: &Value| EvidenceCard {
        url: id_of(evidence).map(str::to_owned),
        name: text(evidence.get("name")),
        narrative: text(evidence.get("narrative")).or_else(|| text(evidence.get("description"))),
    };
    each(value).iter().map(card).collect()
}

fn alignments(node: &Value) -> Vec<AlignmentCard> {
    let card = |alignment: &Value| {
        Some(AlignmentCard {
            name: text(alignment.get("targetName"))?,
            url: text(alignment.get("targetUrl")),
            framework: text(alignment.get("targetFramework")),
            code: text(alignment.get("targetCode")),
        })
    };
    each(node.get("alignment")).iter().filter_map(card).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::artifact::PayloadContent;
    use crate::document::{Answer, Document};

    fn credential(json: &Value) -> Credential {
        Credential::parse(&PayloadContent::Json(json.to_string())).unwrap()
    }

    fn with(documents: &mut Documents, json: &Value) {
        let url = json["id"].as_str().unwrap().to_owned();
        let (bytes, fetched_at) = (json.to_string().into_bytes(), Timestamp::UNIX_EPOCH);
        documents.insert(
            url.clone(),
            Answer::Document(Document { url, bytes, media_type: None, fetched_at, status: 200 }),
        );
    }

    #[test]
    fn a_credential_fills_the_card_whether_values_are_single_or_listed() {
        let body = json!({
            "@context": ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "id": "https://issuer.example/1",
            "issuer": { "id": "did:web:issuer.example", "type": "Profile",
                "otherIdentifier": { "identifierType": "ext:LinkedIn:organizationId", "identifier": "1337" } },
            "validFrom": "2024-01-01T00:30:00+02:00",
            "evidence": { "type": "Evidence", "id": "https://me.example/work", "description": "Work" },
            "credentialSubject": [{
                "type": ["AchievementSubject"],
                "id": "did:example:me",
                "identifier": [
                    { "type": "IdentityObject", "hashed": false, "identityType": "emailAddress", "identityHash": "ada@example.org" },
                    { "type": "IdentityObject", "hashed": false, "identityType": "name", "identityHash": "Ada" },
                ],
                "achievement": [{
                    "name": { "de": "Rost", "en": "Rust" },
                    "description": [{ "@value": "<b>*bold*</b>", "@language": "en" }],
                    "criteria": { "narrative": "**Do** it" },
                    "image": { "id": "https://issuer.example/art.png", "type": "Image" },
                    "tag": "code",
                    "alignment": { "targetName": "Skill", "targetUrl": "https://f.example/1", "targetCode": "S1" },
                }],
            }],
        });
        let card = BadgeCard::of(&credential(&body), &Documents::new());
        assert_eq!((card.name.as_str(), card.description.as_deref()), ("Rust", Some("<b>*bold*</b>")));
        assert_eq!(
            (card.issuer.name.as_str(), card.issuer.linkedin_organization_id.as_deref()),
            ("issuer.example", Some("1337"))
        );
        let recipient = card.recipient.unwrap();
        assert_eq!(
            (recipient.identity.as_deref(), recipient.name.as_deref(), recipient.hashed),
            (Some("ada@example.org"), Some("Ada"), false)
        );
        assert_eq!(card.issued_on.unwrap().date, "2024-01-01");
        assert_eq!(card.image.as_deref(), Some("https://issuer.example/art.png"));
        assert_eq!((card.tags, card.alignments.len(), card.evidence.len()), (vec!["code".to_owned()], 1, 1));
        assert_eq!(card.criteria.unwrap().narrative.as_deref(), Some("**Do** it"));
        assert_eq!(card.public_url.as_deref(), Some("https://issuer.example/1"));
    }

    #[test]
    fn a_hosted_badge_shows_what_its_issuer_serves() {
        let context = "https://w3id.org/openbadges/v2";
        let brought = json!({ "@context": context, "type": "Assertion", "id": "https://a.example/1",
            "badge": "https://a.example/class", "narrative": "made up", "issuedOn": "2020-01-01",
            "recipient": { "type": "email", "hashed": true, "identity": "sha256$00" } });
        let alone = BadgeCard::of(&credential(&brought), &Documents::new());
        assert_eq!((alone.name.as_str(), alone.narrative.as_deref()), ("", Some("made up")));

        let mut documents = Documents::new();
        let mut served = brought.clone();
        served["narrative"] = "as served".into();
        with(&mut documents, &served);
        with(
            &mut documents,
            &json!({ "id": "https://a.example/class", "name": "Robotics", "issuer": "https://a.example/issuer",
            "criteria": "https://a.example/criteria", "image": "https://a.example/art.png" }),
        );
        with(
            &mut documents,
            &json!({ "id": "https://a.example/issuer", "name": "School", "url": "https://a.example" }),
        );
        let card = BadgeCard::of(&credential(&brought), &documents);
        assert_eq!((card.name.as_str(), card.issuer.name.as_str()), ("Robotics", "School"));
        assert_eq!(card.narrative.as_deref(), Some("as served"));
        assert_eq!(card.criteria.unwrap().url.as_deref(), Some("https://a.example/criteria"));
        let recipient = card.recipient.unwrap();
        assert!(recipient.hashed && recipient.identity.is_none());
        assert_eq!(card.issued_on.unwrap().date, "2020-01-01");
    }

    #[test]
    fn nonsense_makes_an_empty_card_and_no_panic() {
        for nonsense in [json!(null), json!(7), json!([[]]), json!({ "id": 7 }), json!("x")] {
            let body = json!({ "type": "OpenBadgeCredential", "issuer": nonsense, "credentialSubject": nonsense,
                "evidence": nonsense, "image": nonsense, "validFrom": nonsense });
            let card = BadgeCard::of(&credential(&body), &Documents::new());
            assert!(card.name.is_empty() && card.issued_on.is_none());
            let body = json!({ "@context": "https://w3id.org/openbadges/v2", "type": "Assertion", "badge": nonsense,
                "recipient": nonsense, "verification": nonsense });
            assert!(BadgeCard::of(&credential(&body), &Documents::new()).name.is_empty());
        }
    }
}
