//! The version-free card: what lists, searches and exports read of any badge.

mod detail;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::credential::ob1::Piece;
use crate::credential::part::{self, Part};
use crate::credential::value::{each, first, id_of, is_web_address, strings, text};
use crate::credential::{Credential, Embedded, Standard, moment, ob3};
use crate::document::Documents;
use crate::proof::hosted::{self, Copy};
use crate::proof::method;

pub use detail::{
    AchievementCard, AddressCard, AssociationCard, AwardCard, ClaimCard, EmbeddedCard, EndorsementCard,
    IdentifierCard, LevelCard, RecordAchievementCard, RecordCard, RelatedCard, ResultCard,
    ResultDescriptionCard,
};

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
    /// The types of the credential, beyond `VerifiableCredential`.
    #[serde(default)]
    pub types: Vec<String>,
    /// More about the achievement.
    #[serde(default)]
    pub achievement: Box<AchievementCard>,
    /// More about the award: results, role, term, credits.
    #[serde(default)]
    pub award: Box<AwardCard>,
    /// Of a learner record: how its parts belong together.
    #[serde(default)]
    pub record: Option<RecordCard>,
    /// Of an endorsement: of what, and what it says.
    #[serde(default)]
    pub endorsement: Option<EndorsementCard>,
    /// What it says of its subjects, where it has no achievement.
    #[serde(default)]
    pub claims: Vec<ClaimCard>,
    /// The credentials inside it, in the order of the text: of a learner record or a presentation, and endorsements.
    #[serde(default)]
    pub embedded: Vec<EmbeddedCard>,
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
    /// Its telephone number.
    #[serde(default)]
    pub phone: Option<String>,
    /// What it says of itself.
    #[serde(default)]
    pub description: Option<String>,
    /// Its postal address.
    #[serde(default)]
    pub address: Option<AddressCard>,
    /// What else it is known by (`otherIdentifier`).
    #[serde(default)]
    pub identifiers: Vec<IdentifierCard>,
    /// The name (or else the id) of the organisation that it belongs to.
    #[serde(default)]
    pub parent: Option<String>,
    /// Who signs for it (`official`).
    #[serde(default)]
    pub official: Option<String>,
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
    /// Everything that the credential identifies the recipient by, besides the id.
    #[serde(default)]
    pub identifiers: Vec<IdentifierCard>,
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
    /// What sort of thing it is (`genre`).
    #[serde(default)]
    pub genre: Option<String>,
    /// Whom it was made for (`audience`).
    #[serde(default)]
    pub audience: Option<String>,
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
    /// `targetDescription`.
    #[serde(default)]
    pub description: Option<String>,
    /// What sort of thing the target is (`targetType`).
    #[serde(default)]
    pub kind: Option<String>,
}

impl BadgeCard {
    /// The card of `credential`, completed from the documents at hand (Open Badges 2.0 keeps the BadgeClass and
    /// the issuer in documents of their own). Where the issuer's own copy of a hosted badge is at hand, the card
    /// shows that copy: it is the badge.
    pub fn of(credential: &Credential, documents: &Documents) -> Self {
        Self::within(credential, documents, 0)
    }

    /// The card of a credential that `depth` others stand around.
    fn within(credential: &Credential, documents: &Documents, depth: usize) -> Self {
        match credential.standard() {
            standard if standard.is_assertion() => of_assertion(credential, documents),
            Standard::Presentation => of_presentation(credential, embedded(credential, documents, depth)),
            _ => of_credential(credential, embedded(credential, documents, depth)),
        }
    }
}

/// The cards of the credentials inside, as deep as these are judged.
fn embedded(credential: &Credential, documents: &Documents, depth: usize) -> Vec<EmbeddedCard> {
    if depth >= Embedded::MAX_DEPTH {
        return Vec::new();
    }
    let card = |inner: Embedded| {
        let card = BadgeCard::within(&inner.credential.ok()?, documents, depth + 1);
        Some(EmbeddedCard { pointer: inner.pointer, role: inner.role, card })
    };
    credential.embedded().into_iter().filter_map(card).collect()
}

fn of_credential(credential: &Credential, embedded: Vec<EmbeddedCard>) -> BadgeCard {
    let body = credential.body();
    let nothing = Value::Null;
    let subject = ob3::subject(body).unwrap_or(&nothing);
    let is_record = credential.standard() == Standard::Clr2;
    // The achievements of a learner record are its parts; none of them is the record.
    let achievement = first(subject.get("achievement")).filter(|_| !is_record).unwrap_or(&nothing);
    let details = detail::achievement(achievement);
    let (from, until) = ob3::validity(body);
    let id = credential.id().map(str::to_owned);
    let types = detail::types(body);
    BadgeCard {
        standard: credential.standard().name().to_owned(),
        name: name(credential, achievement, &types),
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
        award: Box::new(detail::award(body, subject, &details)),
        achievement: Box::new(details),
        record: is_record.then(|| detail::record(body, subject, &embedded)),
        endorsement: (credential.standard() == Standard::Endorsement).then(|| detail::endorsement(subject)),
        claims: match credential.standard() {
            Standard::Vc => detail::claims(body),
            _ => Vec::new(),
        },
        types,
        embedded,
    }
}

/// The name of the achievement, or of the credential. What need not have a name is called by its most telling type.
fn name(credential: &Credential, achievement: &Value, types: &[String]) -> String {
    let stated = text(achievement.get("name")).or_else(|| text(credential.body().get("name")));
    let standard = credential.standard();
    match standard {
        Standard::Vc | Standard::Endorsement => stated.unwrap_or_else(|| {
            types.last().map_or_else(|| standard.name().to_owned(), |class| detail::in_words(class))
        }),
        _ => stated.unwrap_or_default(),
    }
}

/// A presentation is shown by what is in it: issued by whoever issued all of that, and held by its holder.
fn of_presentation(credential: &Credential, embedded: Vec<EmbeddedCard>) -> BadgeCard {
    let body = credential.body();
    let id = credential.id().map(str::to_owned);
    let shown: Vec<&BadgeCard> = embedded.iter().map(|inner| &inner.card).collect();
    let names: Vec<&str> =
        shown.iter().map(|card| card.name.as_str()).filter(|name| !name.is_empty()).collect();
    let first = shown.first();
    let same_issuer = shown.iter().all(|card| Some(&card.issuer) == first.map(|first| &first.issuer));
    let holder = body.get("holder").and_then(id_of).map(str::to_owned);
    BadgeCard {
        standard: credential.standard().name().to_owned(),
        name: match names.as_slice() {
            [] => credential.standard().name().to_owned(),
            [first] => (*first).to_owned(),
            [first, rest @ ..] => format!("{first} (+{})", rest.len()),
        },
        issuer: first.filter(|_| same_issuer).map(|first| first.issuer.clone()).unwrap_or_default(),
        recipient: holder.map(|holder| RecipientCard { identity: Some(holder), ..RecipientCard::default() }),
        image: first.filter(|_| shown.len() == 1).and_then(|card| card.image.clone()),
        types: detail::types(body),
        credential_id: id,
        embedded,
        ..BadgeCard::default()
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
    if credential.standard() == Standard::Ob2Endorsement {
        return of_endorsement(credential, assertion, documents);
    }
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
        ..BadgeCard::default()
    }
}

/// An endorsement of Open Badges 2.0: what is said, and by whom.
fn of_endorsement(credential: &Credential, endorsement: &Value, documents: &Documents) -> BadgeCard {
    let profile = part::issuer_of(endorsement, credential.standard(), documents).ok();
    let claim = first(endorsement.get("claim")).unwrap_or(&Value::Null);
    let id = id_of(endorsement).map(str::to_owned);
    BadgeCard {
        standard: credential.standard().name().to_owned(),
        name: id_of(claim).map_or_else(|| "Endorsement".to_owned(), |of| format!("Endorsement of {of}")),
        description: text(claim.get("endorsementComment")),
        issuer: issuer(Some(&part_or_embedded(profile, endorsement.get("issuer")))),
        issued_on: endorsement.get("issuedOn").and_then(moment),
        expires_on: endorsement.get("expires").and_then(moment),
        public_url: id.clone().filter(|id| credential.jws().is_none() && is_web_address(id)),
        credential_id: id,
        ..BadgeCard::default()
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
        phone: text(profile.get("phone")).or_else(|| text(profile.get("telephone"))),
        description: text(profile.get("description")),
        address: detail::address(profile),
        identifiers: detail::identifiers(profile.get("otherIdentifier")),
        parent: first(profile.get("parentOrg"))
            .and_then(|parent| text(parent.get("name")).or_else(|| id_of(parent).map(str::to_owned))),
        official: text(profile.get("official")),
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
    Some(RecipientCard { identity, hashed, ..RecipientCard::default() })
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
    let all = detail::identifiers(subject.get("identifier"));
    let names_somebody = identity.is_some() || name.is_some() || hashed;
    names_somebody.then_some(RecipientCard { identity, name, hashed, identifiers: all })
}

fn evidence(value: Option<&Value>) -> Vec<EvidenceCard> {
    let card = |evidence: &Value| EvidenceCard {
        url: id_of(evidence).map(str::to_owned),
        name: text(evidence.get("name")),
        narrative: text(evidence.get("narrative")).or_else(|| text(evidence.get("description"))),
        genre: text(evidence.get("genre")),
        audience: text(evidence.get("audience")),
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
            description: text(alignment.get("targetDescription")),
            kind: text(alignment.get("targetType")),
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
    fn results_are_shown_with_what_their_descriptions_say() {
        let descriptions = json!([
            { "id": "urn:grade", "name": "Grade", "resultType": "LetterGrade", "requiredValue": "C",
              "allowedValue": ["C", "B", "A"], "valueMin": "C", "valueMax": "A" },
            { "id": "urn:rubric", "name": "Skill", "resultType": "RubricCriterionLevel",
              "requiredLevel": "urn:low", "rubricCriterionLevel": [
                  { "id": "urn:low", "name": "Basic", "points": "1" },
                  { "id": "urn:high", "name": "Mastery", "level": "4", "points": "4",
                    "description": "Teaches others" } ] },
        ]);
        let achievement = json!({
            "id": "urn:achievement", "name": "Rust", "achievementType": "Course", "version": "2",
            "inLanguage": "de", "humanCode": "R1", "fieldOfStudy": "CS", "specialization": "Systems",
            "creditsAvailable": 3, "creator": "did:web:creator.example",
            "related": { "id": "urn:older", "version": "1", "inLanguage": "en" },
            "otherIdentifier": [{ "identifierType": "isbn", "identifier": "978" }],
            "resultDescription": descriptions,
        });
        let issuer = json!({ "id": "did:web:school.example", "phone": "+49 30 1", "official": "A. Head",
            "address": { "type": "Address", "addressLocality": "Berlin", "addressCountryCode": "DE",
                "geo": { "type": "GeoCoordinates", "latitude": 52.5, "longitude": 13 } },
            "otherIdentifier": { "identifierType": "sourcedId", "identifier": "S1" },
            "parentOrg": { "id": "did:web:state.example", "name": "State" } });
        let subject = json!({
            "identifier": [{ "hashed": true, "identityType": "emailAddress", "identityHash": "sha256$00" }],
            "role": "Lead", "term": "Fall", "creditsEarned": 1.5, "licenseNumber": "L-1",
            "activityStartDate": "2023-10-01T00:00:00Z", "activityEndDate": "2024-01-31T00:00:00Z",
            "source": { "id": "did:web:college.example", "name": "College" },
            "achievement": achievement,
            "result": [
                { "resultDescription": "urn:grade", "value": "A" },
                { "resultDescription": "urn:rubric", "achievedLevel": "urn:high" },
                { "resultDescription": "urn:elsewhere", "achievedLevel": "urn:unknown", "status": "Completed" },
            ],
        });
        let body = json!({ "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "awardedDate": "2024-02-01T00:00:00Z", "issuer": issuer, "credentialSubject": subject });
        let card = BadgeCard::of(&credential(&body), &Documents::new());
        let said = |text: &Option<String>| text.clone().unwrap_or_default();
        let [grade, rubric, other] = card.award.results.as_slice() else { panic!("{:?}", card.award) };
        assert_eq!(
            (said(&grade.name), said(&grade.value), said(&grade.required)),
            ("Grade".into(), "A".into(), "C".into())
        );
        let level = rubric.level.as_ref().unwrap();
        assert_eq!(
            (said(&level.name), said(&level.description)),
            ("Mastery".into(), "Teaches others".into())
        );
        assert_eq!(said(&rubric.required), "Basic");
        assert_eq!(said(&other.level.as_ref().unwrap().id), "urn:unknown");
        assert_eq!((said(&other.status), &other.name), ("Completed".into(), &None));
        let award = &card.award;
        assert_eq!(
            [&award.role, &award.term, &award.credits_earned, &award.license_number].map(said),
            ["Lead", "Fall", "1.5", "L-1"]
        );
        assert_eq!(award.source.as_ref().unwrap().name, "College");
        assert_eq!(award.awarded_on.as_ref().unwrap().date, "2024-02-01");
        assert_eq!(award.activity_end.as_ref().unwrap().date, "2024-01-31");
        let achievement = &card.achievement;
        assert_eq!(
            [&achievement.kind, &achievement.version, &achievement.language, &achievement.code].map(said),
            ["Course", "2", "de", "R1"]
        );
        assert_eq!(achievement.creator.as_ref().unwrap().name, "creator.example");
        assert_eq!((achievement.related.len(), achievement.identifiers.len()), (1, 1));
        assert_eq!(achievement.possible_results[0].allowed, ["C", "B", "A"]);
        let issuer = &card.issuer;
        let address = issuer.address.as_ref().unwrap();
        assert_eq!(
            [&address.locality, &address.country, &address.coordinates].map(said),
            ["Berlin", "DE", "52.5, 13"]
        );
        assert_eq!(
            [&issuer.phone, &issuer.official, &issuer.parent].map(said),
            ["+49 30 1", "A. Head", "State"]
        );
        let recipient = card.recipient.unwrap();
        assert!(recipient.hashed && recipient.identifiers[0].value.is_none());
    }

    #[test]
    fn a_learner_record_shows_the_badges_in_it_and_how_they_belong_together() {
        let badge = |id: &str, name: &str| {
            json!({ "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "credentialSubject": { "achievement": { "id": id, "name": name } } })
        };
        let body = json!({
            "type": ["VerifiableCredential", "ClrCredential"], "name": "Transcript", "partial": true,
            "credentialSubject": {
                "type": "ClrSubject",
                "achievement": { "id": "urn:program", "name": "Program" },
                "verifiableCredential": [badge("urn:a", "Course A"), badge("urn:b", "Course B")],
                "association": [{ "type": "Association", "associationType": "isParentOf",
                    "sourceId": "urn:program", "targetId": "urn:b" }],
            },
        });
        let card = BadgeCard::of(&credential(&body), &Documents::new());
        assert_eq!(card.name, "Transcript");
        let names: Vec<&str> = card.embedded.iter().map(|inner| inner.card.name.as_str()).collect();
        assert_eq!(names, ["Course A", "Course B"]);
        assert_eq!(card.embedded[1].pointer, "/credentialSubject/verifiableCredential/1");
        let record = card.record.unwrap();
        assert_eq!(record.partial, Some(true));
        let [association] = record.associations.as_slice() else { panic!() };
        assert_eq!(association.source_name.as_deref(), Some("Program"));
        assert_eq!(association.target_name.as_deref(), Some("Course B"));
    }

    #[test]
    fn what_has_no_achievement_shows_its_claims_and_who_made_them() {
        let degree = json!({
            "type": ["VerifiableCredential", "UniversityDegreeCredential"], "issuer": "did:web:school.example",
            "credentialSubject": [{ "id": "did:example:me", "degree": { "type": "Bachelor", "name": { "@value": "Arts" } },
                "gpa": 3.5, "clubs": ["chess", null, "go"] }],
        });
        let card = BadgeCard::of(&credential(&degree), &Documents::new());
        assert_eq!(card.name, "University Degree Credential");
        let claims: Vec<String> =
            card.claims.iter().map(|claim| format!("{}: {}", claim.path.join("."), claim.value)).collect();
        assert_eq!(
            claims,
            ["degree.type: Bachelor", "degree.name: Arts", "gpa: 3.5", "clubs: chess", "clubs: go"]
        );

        let endorsement = json!({ "type": ["VerifiableCredential", "EndorsementCredential"], "name": "Board",
            "credentialSubject": { "id": "did:web:school.example", "endorsementComment": "In good standing" } });
        let card = BadgeCard::of(&credential(&endorsement), &Documents::new());
        let endorsed = card.endorsement.unwrap();
        assert_eq!(endorsed.about.as_deref(), Some("did:web:school.example"));
        assert_eq!(endorsed.comment.as_deref(), Some("In good standing"));

        let presented = json!({ "type": "VerifiablePresentation", "holder": "did:example:me",
            "verifiableCredential": [degree] });
        let card = BadgeCard::of(&credential(&presented), &Documents::new());
        assert_eq!(
            (card.name.as_str(), card.issuer.name.as_str()),
            ("University Degree Credential", "school.example")
        );
        assert_eq!(card.recipient.unwrap().identity.as_deref(), Some("did:example:me"));
        assert_eq!(card.embedded[0].pointer, "/verifiableCredential/0");
    }

    #[test]
    fn a_card_of_an_earlier_version_still_reads() {
        let earlier = json!({ "credential_id": null, "standard": "Open Badges 2.0", "name": "Rust", "description": null,
            "criteria": null, "recipient": { "identity": null, "name": null, "hashed": true }, "issued_on": null,
            "expires_on": null, "image": null, "evidence": [{ "url": null, "name": null, "narrative": "x" }],
            "alignments": [{ "name": "a", "url": null, "framework": null, "code": null }], "tags": [],
            "narrative": null, "public_url": null, "issuer": { "id": null, "name": "School", "url": null,
                "email": null, "image": null, "linkedin_organization_id": null } });
        let card: BadgeCard = serde_json::from_value(earlier).unwrap();
        assert_eq!(card.issuer.name, "School");
        let again: BadgeCard = serde_json::from_value(serde_json::to_value(&card).unwrap()).unwrap();
        assert_eq!(again, card);
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
