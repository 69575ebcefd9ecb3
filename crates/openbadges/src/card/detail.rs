//! What a card says beyond its first lines: results, records, endorsements and claims.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{AlignmentCard, BadgeCard, IssuerCard, Moment, alignments, issuer, moment, texts};
use crate::credential::Role;
use crate::credential::value::{each, first, id_of, strings, text};

/// An achievement, beyond its name, description and criteria.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct AchievementCard {
    /// Its id: what associations of a record and endorsements name it by.
    pub id: Option<String>,
    /// What sort of achievement it is (`achievementType`), such as `Course`.
    pub kind: Option<String>,
    /// Who defined it, where that is stated (`creator`).
    pub creator: Option<IssuerCard>,
    /// The credits that it can give (`creditsAvailable`), as written.
    pub credits_available: Option<String>,
    /// `fieldOfStudy`.
    pub field_of_study: Option<String>,
    /// `specialization`.
    pub specialization: Option<String>,
    /// A code that people know it by (`humanCode`).
    pub code: Option<String>,
    /// The language that it is described in (`inLanguage`, BCP 47).
    pub language: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// What else it is known by (`otherIdentifier`).
    pub identifiers: Vec<IdentifierCard>,
    /// Achievements that it is related to, such as earlier versions and translations.
    pub related: Vec<RelatedCard>,
    /// The results that it can be earned with (`resultDescription`).
    pub possible_results: Vec<ResultDescriptionCard>,
}

/// An award, beyond its recipient and dates of validity (`AchievementSubject`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct AwardCard {
    /// When it was awarded (`awardedDate`), where that is stated beside the validity.
    pub awarded_on: Option<Moment>,
    /// When the work for it began (`activityStartDate`).
    pub activity_start: Option<Moment>,
    /// When the work for it ended (`activityEndDate`).
    pub activity_end: Option<Moment>,
    /// The credits that were earned, as written.
    pub credits_earned: Option<String>,
    /// `licenseNumber`.
    pub license_number: Option<String>,
    /// What the recipient did in it (`role`).
    pub role: Option<String>,
    /// The academic term.
    pub term: Option<String>,
    /// Who assessed the recipient, where that is not the issuer (`source`).
    pub source: Option<IssuerCard>,
    /// What was achieved.
    pub results: Vec<ResultCard>,
}

/// A result, with what its description says of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct ResultCard {
    /// The name of its description, such as `Final grade`.
    pub name: Option<String>,
    /// What sort of result it is (`resultType`), such as `LetterGrade`.
    pub kind: Option<String>,
    /// The value, as written.
    pub value: Option<String>,
    /// `status`, such as `Completed`.
    pub status: Option<String>,
    /// The level of a rubric that was reached; its id alone, where no description holds it.
    pub level: Option<LevelCard>,
    /// What was required: a value, or the name of a level.
    pub required: Option<String>,
    /// Alignments of the result itself.
    pub alignments: Vec<AlignmentCard>,
}

/// A result that an achievement can be earned with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct ResultDescriptionCard {
    /// Its id.
    pub id: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// `resultType`.
    pub kind: Option<String>,
    /// The values that it can have, from low to high.
    pub allowed: Vec<String>,
    /// What is required: a value, or the name of a level.
    pub required: Option<String>,
    /// The lowest value.
    pub min: Option<String>,
    /// The highest value.
    pub max: Option<String>,
    /// The levels of its rubric, from low to high.
    pub levels: Vec<LevelCard>,
}

/// A level of a rubric.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct LevelCard {
    /// Its id.
    pub id: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// The level as the rubric calls it.
    pub level: Option<String>,
    /// What it takes.
    pub description: Option<String>,
    /// Its points, as written.
    pub points: Option<String>,
}

/// An identifier of somebody or something in another system.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct IdentifierCard {
    /// What sort of identifier (`identifierType`, `identityType`), such as `emailAddress`.
    pub kind: Option<String>,
    /// The identifier, where it is not hashed.
    pub value: Option<String>,
    /// True where the credential holds only a hash of it.
    pub hashed: bool,
}

/// An achievement that another is related to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct RelatedCard {
    /// Its id.
    pub id: String,
    /// Its language (`inLanguage`, BCP 47).
    pub language: Option<String>,
    /// Its version.
    pub version: Option<String>,
}

/// A postal address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct AddressCard {
    /// `streetAddress`.
    pub street: Option<String>,
    /// `postOfficeBoxNumber`.
    pub post_office_box: Option<String>,
    /// `postalCode`.
    pub postal_code: Option<String>,
    /// The town (`addressLocality`).
    pub locality: Option<String>,
    /// `addressRegion`.
    pub region: Option<String>,
    /// The country's name, or its code where it has none here.
    pub country: Option<String>,
    /// Latitude and longitude in degrees, with a comma between them.
    pub coordinates: Option<String>,
}

/// What a learner record says of its parts, beyond the credentials in it (`ClrSubject`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct RecordCard {
    /// Whether its publisher says that this is only a part of what it knows; `None` where it does not say.
    pub partial: Option<bool>,
    /// Achievements that the record itself describes.
    pub achievements: Vec<RecordAchievementCard>,
    /// How achievements of the record belong together.
    pub associations: Vec<AssociationCard>,
}

/// An achievement that a learner record describes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct RecordAchievementCard {
    /// Its id.
    pub id: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// Its description.
    pub description: Option<String>,
    /// `achievementType`.
    pub kind: Option<String>,
}

/// How two achievements of a learner record belong together: *source* `kind` *target*.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct AssociationCard {
    /// `associationType`, such as `isParentOf`.
    pub kind: String,
    /// The id of the one.
    pub source: String,
    /// Its name, where the record holds it.
    pub source_name: Option<String>,
    /// The id of the other.
    pub target: String,
    /// Its name, where the record holds it.
    pub target_name: Option<String>,
}

/// What an endorsement says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct EndorsementCard {
    /// The id of what it endorses.
    pub about: Option<String>,
    /// What its issuer says (Markdown).
    pub comment: Option<String>,
}

/// A claim of a credential that has no achievement.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct ClaimCard {
    /// The names of the properties that lead to it, from the subject on.
    pub path: Vec<String>,
    /// Its value.
    pub value: String,
}

/// A credential inside another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct EmbeddedCard {
    /// Where it stands in the outer one (JSON Pointer): the same as in the report of the outer one.
    pub pointer: String,
    /// What it is to the outer one: a part of it, or what somebody says about it.
    pub role: Role,
    /// What it says.
    pub card: BadgeCard,
}

/// More than this many claims are not shown.
const MAX_CLAIMS: usize = 200;
/// Claims deeper than this are not shown.
const MAX_CLAIM_DEPTH: usize = 8;
/// A claim is cut after so many characters.
const MAX_CLAIM: usize = 1_000;

pub(super) fn achievement(node: &Value) -> AchievementCard {
    AchievementCard {
        id: id_of(node).map(str::to_owned),
        kind: text(node.get("achievementType")),
        creator: profile(node.get("creator")),
        credits_available: text(node.get("creditsAvailable")),
        field_of_study: text(node.get("fieldOfStudy")),
        specialization: text(node.get("specialization")),
        code: text(node.get("humanCode")),
        language: text(node.get("inLanguage")),
        version: text(node.get("version")),
        identifiers: identifiers(node.get("otherIdentifier")),
        related: related(node.get("related")),
        possible_results: each(node.get("resultDescription")).iter().map(result_description).collect(),
    }
}

pub(super) fn award(body: &Value, subject: &Value, achievement: &AchievementCard) -> AwardCard {
    AwardCard {
        awarded_on: body.get("awardedDate").and_then(moment),
        activity_start: subject.get("activityStartDate").and_then(moment),
        activity_end: subject.get("activityEndDate").and_then(moment),
        credits_earned: text(subject.get("creditsEarned")),
        license_number: text(subject.get("licenseNumber")),
        role: text(subject.get("role")),
        term: text(subject.get("term")),
        source: profile(subject.get("source")),
        results: each(subject.get("result"))
            .iter()
            .map(|node| result(node, &achievement.possible_results))
            .collect(),
    }
}

fn profile(value: Option<&Value>) -> Option<IssuerCard> {
    first(value).map(|_| issuer(value))
}

fn related(value: Option<&Value>) -> Vec<RelatedCard> {
    let card = |node: &Value| {
        Some(RelatedCard {
            id: id_of(node)?.to_owned(),
            language: text(node.get("inLanguage")),
            version: text(node.get("version")),
        })
    };
    each(value).iter().filter_map(card).collect()
}

fn result(node: &Value, descriptions: &[ResultDescriptionCard]) -> ResultCard {
    let is_called = |id: &Option<String>, wanted: &str| id.as_deref() == Some(wanted);
    let description = first(node.get("resultDescription"))
        .and_then(id_of)
        .and_then(|id| descriptions.iter().find(|description| is_called(&description.id, id)));
    let level = first(node.get("achievedLevel")).and_then(id_of).map(|id| {
        let levels = descriptions.iter().flat_map(|description| &description.levels);
        let named = levels.into_iter().find(|level| is_called(&level.id, id)).cloned();
        named.unwrap_or_else(|| LevelCard { id: Some(id.to_owned()), ..LevelCard::default() })
    });
    ResultCard {
        name: description.and_then(|description| description.name.clone()),
        kind: description.and_then(|description| description.kind.clone()),
        value: text(node.get("value")),
        status: text(node.get("status")),
        level,
        required: description.and_then(|description| description.required.clone()),
        alignments: alignments(node),
    }
}

fn result_description(node: &Value) -> ResultDescriptionCard {
    let levels: Vec<LevelCard> = each(node.get("rubricCriterionLevel")).iter().map(level).collect();
    let required_level = first(node.get("requiredLevel")).and_then(id_of);
    let required_level = required_level.map(|id| {
        let named = levels.iter().find(|level| level.id.as_deref() == Some(id));
        named.and_then(|level| level.name.clone()).unwrap_or_else(|| id.to_owned())
    });
    ResultDescriptionCard {
        id: id_of(node).map(str::to_owned),
        name: text(node.get("name")),
        kind: text(node.get("resultType")),
        allowed: texts(node.get("allowedValue")),
        required: text(node.get("requiredValue")).or(required_level),
        min: text(node.get("valueMin")),
        max: text(node.get("valueMax")),
        levels,
    }
}

fn level(node: &Value) -> LevelCard {
    LevelCard {
        id: id_of(node).map(str::to_owned),
        name: text(node.get("name")),
        level: text(node.get("level")),
        description: text(node.get("description")),
        points: text(node.get("points")),
    }
}

/// `IdentifierEntry` and `IdentityObject`, which say the same by other names.
pub(super) fn identifiers(value: Option<&Value>) -> Vec<IdentifierCard> {
    let card = |node: &Value| {
        let hashed = node.get("hashed").is_some_and(|hashed| hashed == true);
        let value = text(node.get("identifier")).or_else(|| text(node.get("identityHash")));
        IdentifierCard {
            kind: text(node.get("identifierType")).or_else(|| text(node.get("identityType"))),
            value: value.filter(|_| !hashed),
            hashed,
        }
    };
    each(value).iter().map(card).filter(|card| card.hashed || card.value.is_some()).collect()
}

pub(super) fn address(profile: &Value) -> Option<AddressCard> {
    let node = first(profile.get("address"))?;
    let coordinate = |name: &str| text(first(node.get("geo"))?.get(name));
    let card = AddressCard {
        street: text(node.get("streetAddress")),
        post_office_box: text(node.get("postOfficeBoxNumber")),
        postal_code: text(node.get("postalCode")),
        locality: text(node.get("addressLocality")),
        region: text(node.get("addressRegion")),
        country: text(node.get("addressCountry")).or_else(|| text(node.get("addressCountryCode"))),
        coordinates: coordinate("latitude")
            .zip(coordinate("longitude"))
            .map(|(latitude, longitude)| format!("{latitude}, {longitude}")),
    };
    (card != AddressCard::default()).then_some(card)
}

/// The record of a `ClrCredential`; `inner` are the cards of the credentials in it, whose achievements
/// associations speak of as well.
pub(super) fn record(body: &Value, subject: &Value, inner: &[EmbeddedCard]) -> RecordCard {
    let achievements: Vec<RecordAchievementCard> = each(subject.get("achievement"))
        .iter()
        .map(|node| RecordAchievementCard {
            id: id_of(node).map(str::to_owned),
            name: text(node.get("name")),
            description: text(node.get("description")),
            kind: text(node.get("achievementType")),
        })
        .collect();
    let name_of = |wanted: &str| {
        let own = achievements.iter().find(|achievement| achievement.id.as_deref() == Some(wanted));
        own.and_then(|achievement| achievement.name.clone()).or_else(|| {
            let awarded = inner.iter().find(|inner| inner.card.achievement.id.as_deref() == Some(wanted));
            awarded.map(|inner| inner.card.name.clone()).filter(|name| !name.is_empty())
        })
    };
    let association = |node: &Value| {
        let end = |name: &str| first(node.get(name)).and_then(id_of).map(str::to_owned);
        let (source, target) = (end("sourceId")?, end("targetId")?);
        Some(AssociationCard {
            kind: text(node.get("associationType"))?,
            source_name: name_of(&source),
            source,
            target_name: name_of(&target),
            target,
        })
    };
    let associations = each(subject.get("association")).iter().filter_map(association).collect();
    RecordCard { partial: body.get("partial").and_then(Value::as_bool), achievements, associations }
}

pub(super) fn endorsement(subject: &Value) -> EndorsementCard {
    EndorsementCard {
        about: id_of(subject).map(str::to_owned),
        comment: text(subject.get("endorsementComment")),
    }
}

/// What a credential says of its subjects, property by property.
pub(super) fn claims(body: &Value) -> Vec<ClaimCard> {
    let mut found = Vec::new();
    for subject in each(body.get("credentialSubject")) {
        let Value::Object(members) = subject else { continue };
        for (name, member) in members.iter().filter(|(name, _)| !matches!(name.as_str(), "id" | "type")) {
            collect(&mut vec![name.clone()], member, &mut found);
        }
    }
    found
}

fn collect(path: &mut Vec<String>, value: &Value, found: &mut Vec<ClaimCard>) {
    if found.len() >= MAX_CLAIMS || path.len() > MAX_CLAIM_DEPTH {
        return;
    }
    match value {
        Value::Null => {}
        Value::Array(items) => items.iter().for_each(|item| collect(path, item, found)),
        Value::Object(members) if members.contains_key("@value") => {
            if let Some(text) = text(Some(value)) {
                take(path, &text, found);
            }
        }
        Value::Object(members) => {
            for (name, member) in members.iter().filter(|(name, _)| !name.starts_with('@')) {
                path.push(name.clone());
                collect(path, member, found);
                path.pop();
            }
        }
        Value::String(text) => take(path, text, found),
        plain => take(path, &plain.to_string(), found),
    }
}

fn take(path: &[String], text: &str, found: &mut Vec<ClaimCard>) {
    let mut value: String = text.chars().take(MAX_CLAIM).collect();
    if value.len() < text.len() {
        value.push('…');
    }
    found.push(ClaimCard { path: path.to_vec(), value });
}

/// The types of a credential that say more than that it is one.
pub(super) fn types(body: &Value) -> Vec<String> {
    strings(body.get("type"))
        .filter(|class| !matches!(*class, "VerifiableCredential" | "VerifiablePresentation"))
        .map(str::to_owned)
        .collect()
}

/// A type as words: `UniversityDegreeCredential` as `University Degree Credential`, and of an IRI its last part.
pub(super) fn in_words(class: &str) -> String {
    let last = class.rsplit(['#', '/', ':']).find(|part| !part.is_empty()).unwrap_or(class);
    let mut words = String::new();
    let mut after_small = false;
    for letter in last.chars() {
        if letter.is_uppercase() && after_small {
            words.push(' ');
        }
        after_small = letter.is_lowercase() || letter.is_numeric();
        words.push(letter);
    }
    words
}
