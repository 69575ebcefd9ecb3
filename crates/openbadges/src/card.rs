//! The version-free card: what lists, searches and exports read of any badge.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::credential::Credential;
use crate::document::Documents;

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
    /// the issuer in documents of their own).
    pub fn of(credential: &Credential, documents: &Documents) -> Self {
        let _ = (credential, documents);
        Self::default()
    }
}
