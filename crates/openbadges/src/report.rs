//! The report of a verification: every check, its outcome, and what it stood on.
//!
//! Three families are kept apart: a *fault* (the check was made and failed), a *gap* (it could not be made),
//! and *not applicable*. Unsupported is a gap, never a pass, and there is no default that means success.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::credential::{Credential, Role};
use crate::document::Unavailable;

/// One question that a verification asks. Every report holds each exactly once, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckId {
    /// The credential has the shape that its specification demands.
    Structure,
    /// The proof over the bytes: unchanged since it was signed under some key.
    Integrity,
    /// The issuer publishes that key for making assertions.
    KeyAuthority,
    /// Open Badges 1 and 2: the issuer's own copy, at the assertion's id, says the same.
    Hosted,
    /// Who the issuer is known to (a registry, the user), beyond its own claim.
    Issuer,
    /// Issued in the past, not expired at the policy's instant.
    Dates,
    /// Not revoked or suspended.
    Status,
    /// Awarded to one of the policy's identities.
    Recipient,
    /// It follows the schemas that it names (`credentialSchema`, extensions).
    Schema,
    /// What others have signed about it, each judged by itself.
    Endorsements,
    /// Its pictures are pictures, and a baked one carries this badge.
    Image,
    /// The credentials inside it (of a learner record or a presentation), each judged by itself.
    Credentials,
}

impl CheckId {
    /// All checks, in the order of a report.
    pub const ALL: [Self; 12] = [
        Self::Structure,
        Self::Integrity,
        Self::KeyAuthority,
        Self::Hosted,
        Self::Issuer,
        Self::Dates,
        Self::Status,
        Self::Recipient,
        Self::Schema,
        Self::Endorsements,
        Self::Image,
        Self::Credentials,
    ];

    /// The stable name used in JSON and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Structure => "structure",
            Self::Integrity => "integrity",
            Self::KeyAuthority => "key_authority",
            Self::Hosted => "hosted",
            Self::Issuer => "issuer",
            Self::Dates => "dates",
            Self::Status => "status",
            Self::Recipient => "recipient",
            Self::Schema => "schema",
            Self::Endorsements => "endorsements",
            Self::Image => "image",
            Self::Credentials => "credentials",
        }
    }

    /// Whether a verdict of *verified* needs this check decided. To whom a badge was awarded, what others say of
    /// it, a schema beyond its own standard's and a picture elsewhere are questions of their own: the badge is as
    /// genuine without the answer.
    pub(crate) fn matters(self) -> bool {
        !matches!(self, Self::Recipient | Self::Schema | Self::Endorsements | Self::Image)
    }

    /// The check as part of a sentence: "... because ... did not pass".
    pub(crate) fn in_words(self) -> &'static str {
        match self {
            Self::Structure => "the check of its form",
            Self::Integrity => "the check of its signature",
            Self::KeyAuthority => "the check of its key",
            Self::Hosted => "the check of the issuer's own copy",
            Self::Issuer => "the check of the issuer",
            Self::Dates => "the check of its dates",
            Self::Status => "the check of its status",
            Self::Recipient => "the check of its recipient",
            Self::Schema => "the check of its schemas",
            Self::Endorsements => "the check of its endorsements",
            Self::Image => "the check of its pictures",
            Self::Credentials => "the check of the credentials in it",
        }
    }

    /// What a failed check says, in a few words.
    fn complaint(self) -> &'static str {
        match self {
            Self::Structure => "it has not the form of a badge",
            Self::Integrity => "the signature does not hold",
            Self::KeyAuthority => "the key is not the issuer's",
            Self::Hosted => "the issuer does not stand behind it",
            Self::Issuer => "the issuer is not who it says",
            Self::Dates => "its dates do not hold",
            Self::Status => "its status does not hold",
            Self::Recipient => "it was awarded to somebody else",
            Self::Schema => "it does not follow its own schema",
            Self::Endorsements => "an endorsement does not hold",
            Self::Image => "its picture is not the one of this badge",
            Self::Credentials => "a credential in it does not hold",
        }
    }

    /// What stays open where a check could not be made, in a few words.
    fn question(self) -> &'static str {
        match self {
            Self::Structure => "a part of the badge could not be read",
            Self::Integrity => "the signature could not be checked",
            Self::KeyAuthority => "whose key signed it could not be checked",
            Self::Hosted => "the issuer's own copy could not be checked",
            Self::Issuer => "the issuer is unknown",
            Self::Dates => "its dates could not be checked",
            Self::Status => "whether it was revoked could not be checked",
            Self::Recipient => "its recipient could not be checked",
            Self::Schema => "its schema could not be checked",
            Self::Endorsements => "an endorsement could not be checked",
            Self::Image => "its picture could not be checked",
            Self::Credentials => "a credential in it could not be checked",
        }
    }
}

/// The one-line result that a policy draws from the facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every check that the policy demands passed.
    Verified,
    /// Sound, but its validity has ended.
    Expired,
    /// The issuer has taken it back or suspended it.
    Revoked,
    /// A check failed.
    Invalid,
    /// Nothing failed, but something that matters could not be checked.
    Undecided,
}

impl Verdict {
    /// The stable name used in JSON and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Invalid => "invalid",
            Self::Undecided => "undecided",
        }
    }
}

/// A document that a check stood on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentRef {
    /// Its URL (a `did:` for keys that are their own document).
    pub url: String,
    /// SHA-256 of its bytes, lower-case hexadecimal.
    pub sha256: String,
    /// When it was fetched: how old the fact is.
    pub fetched_at: Timestamp,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// The check was made and holds.
    Pass(Fact),
    /// The check was made and does not hold.
    Fail(Fault),
    /// The check could not be made.
    Unknown(Gap),
    /// The question does not arise for this credential or policy.
    NotApplicable(Exempt),
}

impl Outcome {
    /// `pass`, `fail`, `unknown` or `not_applicable`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Pass(_) => "pass",
            Self::Fail(_) => "fail",
            Self::Unknown(_) => "unknown",
            Self::NotApplicable(_) => "not_applicable",
        }
    }

    /// The stable dotted code of what was found, such as `status.revoked`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Pass(fact) => fact.code(),
            Self::Fail(fault) => fault.code(),
            Self::Unknown(gap) => gap.code(),
            Self::NotApplicable(exempt) => exempt.code(),
        }
    }

    /// A sentence that a person understands.
    pub fn detail(&self) -> String {
        match self {
            Self::Pass(fact) => fact.to_string(),
            Self::Fail(fault) => fault.to_string(),
            Self::Unknown(gap) => gap.to_string(),
            Self::NotApplicable(exempt) => exempt.to_string(),
        }
    }
}

/// One check of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Which question.
    pub id: CheckId,
    /// The answer.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// What the answer stands on.
    pub documents: Vec<DocumentRef>,
}

impl Check {
    /// The stable dotted code of the outcome, such as `status.revoked`.
    pub fn code(&self) -> &'static str {
        self.outcome.code()
    }

    /// A sentence that a person understands.
    pub fn detail(&self) -> String {
        self.outcome.detail()
    }
}

/// Something that holds. Serialised by name; [`Fact::code`] is the stable dotted code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "fact", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Fact {
    /// Every required property is there, and each has the type that the specification gives it.
    #[error("It has the form that {standard} asks for.")]
    WellFormed {
        /// The standard's name.
        standard: String,
    },
    /// The proof over the bytes holds.
    #[error("Nothing was changed since it was signed ({proof}, key {key}).")]
    Signed {
        /// Cryptosuite or JWS algorithm, such as `eddsa-rdfc-2022` or `ES256`.
        proof: String,
        /// The key as the proof names it, or its RFC 7638 thumbprint.
        key: String,
        /// Where an earlier text of a context had to be used: which (`url@date`).
        context: Option<String>,
    },
    /// The issuer's id is itself the key (`did:key`, `did:jwk`).
    #[error("The key that its proof names is the issuer's id {issuer}.")]
    KeyIsIssuer {
        /// The issuer's id.
        issuer: String,
    },
    /// The issuer's document lists the key for making assertions.
    #[error("The issuer publishes the key {key} at {url}.")]
    KeyPublished {
        /// The key's id.
        key: String,
        /// The document that lists it.
        url: String,
    },
    /// The issuer's own copy was seen.
    #[error("The issuer serves this badge at {url}.")]
    HostedCopy {
        /// Where.
        url: String,
    },
    /// The policy vouches for the issuer.
    #[error("You trust the issuer {issuer}.")]
    Trusted {
        /// The issuer's id.
        issuer: String,
    },
    /// Somebody whom the policy names vouches for the issuer.
    #[error("The issuer {issuer} is known to {known_to}.")]
    Known {
        /// The issuer's id.
        issuer: String,
        /// Who vouches for it.
        known_to: String,
    },
    /// What the issuer says of itself came from its own https address: the domain stands behind it, and
    /// nothing more is known.
    #[error("The issuer was confirmed by its own web address, {host}.")]
    IssuerDomain {
        /// The host that answered.
        host: String,
    },
    /// Issued in the past, not ended.
    #[error("{}", in_force(*since, *until))]
    InForce {
        /// From when.
        since: Option<Timestamp>,
        /// Until when.
        until: Option<Timestamp>,
    },
    /// No status list that the badge names says that it was taken back.
    #[error("It is not revoked, by {}.", sources.join(", "))]
    NotRevoked {
        /// The lists (or the hosted assertion) that say so.
        sources: Vec<String>,
    },
    /// Awarded to one of the policy's identities.
    #[error("It was awarded to {identity}{}.", form.remark())]
    Recipient {
        /// Which identity.
        identity: String,
        /// In which form it matched.
        form: MatchForm,
    },
    /// Every extension follows the schema of its type.
    #[error("Its extensions follow their schemas ({}).", types.join(", "))]
    ExtensionsFit {
        /// The types, as written.
        types: Vec<String>,
    },
    /// Every picture that could be looked at is one.
    #[error("{}", pictures(*count))]
    Pictures {
        /// How many were looked at.
        count: usize,
    },
    /// An endorsement speaks of what it hangs on.
    #[error("It speaks of {id}, on which it hangs.")]
    Endorses {
        /// What both name.
        #[serde(rename = "endorsed")]
        id: String,
    },
    /// It follows every schema that it names.
    #[error("It follows {}.", follows(schemas, built_in))]
    FollowsSchemas {
        /// The schemas whose documents were read.
        schemas: Vec<String>,
        /// The standards' own, answered by Lapel's tables without a document.
        built_in: Vec<String>,
    },
    /// Every credential inside it, in this role, was judged by itself, and none fails.
    #[error("{} inside it: {count}, each judged by itself, and none fails.", role.in_words())]
    EmbeddedHold {
        /// What they are to it.
        role: Role,
        /// How many there are.
        count: usize,
    },
}

/// In which form an identity matched: the specifications name no normalisation, so what was tried is on record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MatchForm {
    /// As given.
    Exact,
    /// Without surrounding white space.
    Trimmed,
    /// In lower case.
    Lowercase,
    /// In Unicode normalisation form C and lower case.
    Normalised,
    /// As that, with the other spelling of an international domain (IDNA).
    Domain,
}

impl MatchForm {
    fn remark(self) -> &'static str {
        match self {
            Self::Exact => "",
            Self::Trimmed => " (white space aside)",
            Self::Lowercase => " (compared in lower case)",
            Self::Normalised => " (compared in lower case and Unicode normal form)",
            Self::Domain => " (its domain is spelled in two ways)",
        }
    }
}

fn pictures(count: usize) -> String {
    match count {
        1 => "The picture that could be looked at is a picture, and of no other badge.".to_owned(),
        count => format!("The {count} pictures that could be looked at are pictures, and of no other badge."),
    }
}

fn follows(schemas: &[String], built_in: &[String]) -> String {
    let mut parts = Vec::new();
    if !schemas.is_empty() {
        parts.push(format!("the schema {}", schemas.join(", ")));
    }
    if !built_in.is_empty() {
        parts.push(format!("its standard's own schema, by Lapel's tables of it ({})", built_in.join(", ")));
    }
    parts.join(", and ")
}

fn in_force(since: Option<Timestamp>, until: Option<Timestamp>) -> String {
    match (since, until) {
        (Some(since), Some(until)) => format!("It is in force from {since} until {until}."),
        (Some(since), None) => format!("It is in force since {since}, without an end."),
        (None, Some(until)) => format!("It is in force until {until}."),
        (None, None) => "It names no dates that could have passed.".to_owned(),
    }
}

impl Fact {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::WellFormed { .. } => "structure.well-formed",
            Self::Signed { .. } => "proof.valid",
            Self::KeyIsIssuer { .. } => "key.is-issuer",
            Self::KeyPublished { .. } => "key.published",
            Self::HostedCopy { .. } => "hosted.same",
            Self::Trusted { .. } => "issuer.trusted",
            Self::Known { .. } => "issuer.known",
            Self::IssuerDomain { .. } => "issuer.domain",
            Self::InForce { .. } => "dates.in-force",
            Self::NotRevoked { .. } => "status.not-revoked",
            Self::Recipient { .. } => "recipient.matches",
            Self::ExtensionsFit { .. } => "schema.extensions-fit",
            Self::Pictures { .. } => "image.pictures",
            Self::Endorses { .. } => "recipient.endorsed",
            Self::FollowsSchemas { .. } => "schema.followed",
            Self::EmbeddedHold { role: Role::Endorsement, .. } => "endorsements.hold",
            Self::EmbeddedHold { role: Role::Credential, .. } => "credentials.hold",
        }
    }
}

/// One place where a document has not the form that its specification demands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The document, where it is not the credential itself (a BadgeClass, an issuer's profile).
    pub document: Option<String>,
    /// Where in it (JSON Pointer, RFC 6901; empty for the whole).
    pub pointer: String,
    /// What the specification asks for there.
    pub expected: String,
    /// What is there instead.
    pub found: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.is_empty() { "the top level" } else { &self.pointer };
        write!(f, "at {place}")?;
        if let Some(document) = &self.document {
            write!(f, " of {document}")?;
        }
        write!(f, " there should be {}, but there is {}", self.expected, self.found)
    }
}

fn first_of(problems: &[Problem]) -> String {
    match problems {
        [] => "somewhere".to_owned(),
        [only] => only.to_string(),
        [first, rest @ ..] => format!("{first} (and {} more)", rest.len()),
    }
}

/// A check that was made and does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "fault", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Fault {
    /// Required properties are missing or have the wrong form.
    #[error("It has not the form that {standard} asks for: {}.", first_of(problems))]
    Malformed {
        /// The standard's name.
        standard: String,
        /// Every place, at least one; at most [`Fault::MAX_PROBLEMS`].
        problems: Vec<Problem>,
    },
    /// There is nothing that could show who made it.
    #[error("It carries no proof: anybody could have written it.")]
    NoProof,
    /// A proof that is not one by its own rules.
    #[error("{proof} cannot be a proof: {problem}.")]
    MalformedProof {
        /// Which.
        proof: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The signature does not fit the bytes and the key.
    #[error(
        "The signature does not match: the badge was changed after signing, or another key signed it ({proof}, key {key})."
    )]
    BadSignature {
        /// Cryptosuite or JWS algorithm.
        proof: String,
        /// The key as the proof names it.
        key: String,
    },
    /// A property that no context defines: no signature covers it.
    #[error(
        "The property \u{201c}{term}\u{201d} at {pointer} means nothing in its contexts, so no signature covers it."
    )]
    UndefinedTerm {
        /// The property or type.
        term: String,
        /// Where (JSON Pointer).
        pointer: String,
    },
    /// A context that Lapel does not carry: what the signature covers cannot be told.
    #[error(
        "It uses the vocabulary {url}, which Lapel does not know, so what the signature covers cannot be told."
    )]
    UnknownContext {
        /// The URL of the context.
        url: String,
    },
    /// The document has no canonical form that a proof could cover.
    #[error("It has no canonical form that a signature could cover: {problem}.")]
    NotCanonical {
        /// Why.
        problem: String,
    },
    /// A signature algorithm that proves nothing or that does not fit the key.
    #[error("The algorithm {algorithm} is refused: {problem}.")]
    AlgorithmRefused {
        /// Its name as written.
        algorithm: String,
        /// Why.
        problem: String,
    },
    /// A header of the token that must not be accepted.
    #[error("The token's header is refused: {problem}.")]
    HeaderRefused {
        /// Why.
        problem: String,
    },
    /// A claim of the token and the property of the credential that it repeats say different things.
    #[error("The token says {claim} = {found}, but the badge in it says {expected}.")]
    ClaimMismatch {
        /// The claim.
        claim: String,
        /// What the credential says.
        expected: String,
        /// What the claim says.
        found: String,
    },
    /// The key is not one, or is too weak.
    #[error("The key {key} cannot be used: {problem}.")]
    BadKey {
        /// The key as the proof names it.
        key: String,
        /// Why.
        problem: String,
    },
    /// The key belongs to somebody else.
    #[error("The key that signed it belongs to {controller}, not to the issuer {issuer}.")]
    ForeignKey {
        /// Whose key it is.
        controller: String,
        /// Who claims to have issued the badge.
        issuer: String,
    },
    /// The issuer's document is at hand and does not list the key.
    #[error("The issuer's document at {url} does not list the key {key} for signing badges.")]
    KeyNotListed {
        /// The key's id or thumbprint.
        key: String,
        /// The document.
        url: String,
    },
    /// The issuer has withdrawn the key.
    #[error("The issuer has withdrawn the key {key} ({since}).")]
    KeyRevoked {
        /// The key.
        key: String,
        /// When, as written.
        since: String,
    },
    /// The document at a controller's or key's address speaks of somebody else.
    #[error("The document at {url} says it is {found}.")]
    DocumentIsAnother {
        /// Where it was fetched.
        url: String,
        /// The id it gives itself.
        found: String,
    },
    /// The hosted copy names another address as its own, and so does the copy there.
    #[error("The badge at {url} says that its address is {found}.")]
    HostedElsewhere {
        /// Where it was fetched.
        url: String,
        /// What it says.
        found: String,
    },
    /// The badge is served from an address that the issuer does not claim.
    #[error("The badge is served at {url}, but the issuer's badges are only at {}.", allowed.join(", "))]
    OutOfScope {
        /// The assertion's id.
        url: String,
        /// What the issuer's policy admits.
        allowed: Vec<String>,
    },
    /// A hosted badge whose id is no web address.
    #[error("A hosted badge is checked at its own web address, but its id is {id}.")]
    NotHostable {
        /// Its id.
        #[serde(rename = "badge")]
        id: String,
    },
    /// Begins in the future.
    #[error("It is dated {since}, which is yet to come.")]
    NotYetValid {
        /// From when.
        since: Timestamp,
    },
    /// Has ended.
    #[error("It expired on {until}.")]
    Expired {
        /// When.
        until: Timestamp,
    },
    /// Ends before it begins.
    #[error("It ends ({until}) before it begins ({since}).")]
    EndsBeforeStart {
        /// From when.
        since: Timestamp,
        /// Until when.
        until: Timestamp,
    },
    /// The issuer took it back.
    #[error("The issuer has revoked it{} (by {source_url}).", because(reason.as_deref()))]
    Revoked {
        /// The list, or the hosted assertion.
        source_url: String,
        /// The issuer's words, if any.
        reason: Option<String>,
    },
    /// The issuer suspended it for now.
    #[error("The issuer has suspended it (by {source_url}).")]
    Suspended {
        /// The list.
        source_url: String,
    },
    /// A status entry or list that breaks its specification.
    #[error("Its status cannot be read as the specification says: {problem} ({source_url}).")]
    StatusMalformed {
        /// The list, or the credential for a fault in the entry.
        source_url: String,
        /// What is wrong.
        problem: String,
    },
    /// Awarded to somebody else.
    #[error("It was awarded to {found}, which is none of your identities ({}).", expected.join(", "))]
    OtherRecipient {
        /// The identity in the badge, or that it is hashed.
        found: String,
        /// The policy's identities.
        expected: Vec<String>,
    },
    /// An extension does not follow the schema of its type.
    #[error("An extension does not follow its schema: {}.", first_of(problems))]
    ExtensionMalformed {
        /// Every place, at least one; at most [`Fault::MAX_PROBLEMS`].
        problems: Vec<Problem>,
    },
    /// A picture that is written out in the badge and is none.
    #[error("The picture at {pointer} cannot be read: {problem}.")]
    NotAPicture {
        /// Where (JSON Pointer).
        pointer: String,
        /// Why.
        problem: String,
    },
    /// The badge's own picture carries another badge.
    #[error("The picture {url} carries another badge: {found}.")]
    PictureOfAnother {
        /// The picture.
        url: String,
        /// The id of the badge in it.
        found: String,
    },
    /// An endorsement hangs on one thing and speaks of another.
    #[error("It speaks of {found}, but hangs on {}.", expected.as_deref().unwrap_or("something without an id"))]
    EndorsesOther {
        /// What it speaks of.
        found: String,
        /// The id of what it hangs on, if that has one.
        expected: Option<String>,
    },
    /// It is not as a schema that it names says.
    #[error("It does not follow its schema {schema}: {}.", first_of(problems))]
    SchemaViolated {
        /// The schema's URL.
        schema: String,
        /// Every place, at least one; at most [`Fault::MAX_PROBLEMS`].
        problems: Vec<Problem>,
    },
    /// A document that the badge rests on is not the one that was signed for.
    #[error(
        "What {url} answers is not what the badge was signed with: the digest in the badge is another one."
    )]
    ResourceChanged {
        /// Its URL.
        url: String,
    },
    /// Credentials inside it do not hold.
    #[error("{} inside it that do not hold: {}.", role.in_words(), failed.join("; "))]
    EmbeddedFail {
        /// What they are to it.
        role: Role,
        /// Which, and what is wrong with each.
        failed: Vec<String>,
    },
    /// The recipient's identity is not one.
    #[error("The recipient is not written as the specification says: {problem}.")]
    RecipientMalformed {
        /// What is wrong.
        problem: String,
    },
}

fn because(reason: Option<&str>) -> String {
    reason.map_or_else(String::new, |reason| format!(": \u{201c}{reason}\u{201d}"))
}

impl Fault {
    /// How many problems a [`Fault::Malformed`] lists at most.
    pub const MAX_PROBLEMS: usize = 20;

    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "structure.malformed",
            Self::NoProof => "proof.absent",
            Self::MalformedProof { .. } => "proof.malformed",
            Self::BadSignature { .. } => "proof.bad-signature",
            Self::UndefinedTerm { .. } => "proof.undefined-term",
            Self::UnknownContext { .. } => "proof.unknown-context",
            Self::NotCanonical { .. } => "proof.not-canonical",
            Self::AlgorithmRefused { .. } => "proof.algorithm-refused",
            Self::HeaderRefused { .. } => "proof.header-refused",
            Self::ClaimMismatch { .. } => "proof.claim-mismatch",
            Self::BadKey { .. } => "key.unusable",
            Self::ForeignKey { .. } => "key.foreign",
            Self::KeyNotListed { .. } => "key.not-listed",
            Self::KeyRevoked { .. } => "key.revoked",
            Self::DocumentIsAnother { .. } => "key.document-is-another",
            Self::HostedElsewhere { .. } => "hosted.elsewhere",
            Self::OutOfScope { .. } => "hosted.out-of-scope",
            Self::NotHostable { .. } => "hosted.no-address",
            Self::NotYetValid { .. } => "dates.not-yet-valid",
            Self::Expired { .. } => "dates.expired",
            Self::EndsBeforeStart { .. } => "dates.ends-before-start",
            Self::Revoked { .. } => "status.revoked",
            Self::Suspended { .. } => "status.suspended",
            Self::StatusMalformed { .. } => "status.malformed",
            Self::OtherRecipient { .. } => "recipient.other",
            Self::RecipientMalformed { .. } => "recipient.malformed",
            Self::ExtensionMalformed { .. } => "schema.extension-malformed",
            Self::NotAPicture { .. } => "image.no-picture",
            Self::PictureOfAnother { .. } => "image.of-another",
            Self::EndorsesOther { .. } => "recipient.endorses-other",
            Self::SchemaViolated { .. } => "schema.violated",
            Self::ResourceChanged { .. } => "proof.resource-changed",
            Self::EmbeddedFail { role: Role::Endorsement, .. } => "endorsements.failed",
            Self::EmbeddedFail { role: Role::Credential, .. } => "credentials.failed",
        }
    }
}

/// What Lapel cannot judge yet: a gap, never a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Feature {
    /// A Data Integrity cryptosuite or proof type.
    ProofType,
    /// A JWS algorithm.
    Algorithm,
    /// A kind of key.
    KeyType,
    /// A DID method.
    DidMethod,
    /// A kind of status entry.
    StatusType,
    /// A part of a proof (such as proof chains).
    ProofOption,
    /// An extension that no context describes.
    Extension,
    /// A part or dialect of JSON Schema.
    Schema,
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ProofType => "proofs of type",
            Self::Algorithm => "signatures by",
            Self::KeyType => "keys of type",
            Self::DidMethod => "identifiers of type",
            Self::StatusType => "status of type",
            Self::ProofOption => "proofs with",
            Self::Extension => "the extension",
            Self::Schema => "schemas with",
        })
    }
}

/// A check that could not be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "gap", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Gap {
    /// A document is needed that nobody asked for yet.
    #[error("{url} is needed and was not fetched.")]
    Missing {
        /// Its URL.
        url: String,
    },
    /// A document is needed and could not be had.
    #[error("{url} is needed, but {cause}.")]
    Unavailable {
        /// Its URL.
        url: String,
        /// Why not.
        cause: Unavailable,
    },
    /// A document came back that is not what it should be.
    #[error("{url} is needed, but what came back is {problem}.")]
    Unreadable {
        /// Its URL.
        url: String,
        /// What it is instead.
        problem: String,
    },
    /// Something that this version of Lapel cannot judge.
    #[error("Lapel does not know {feature} {name} yet.")]
    Unsupported {
        /// What kind of thing.
        feature: Feature,
        /// Its name as written.
        name: String,
    },
    /// The key comes with the badge itself, and the issuer's document was not seen.
    #[error("The badge brings its own key. Whether it is {issuer}'s key only {} could say, which {}.", published_at(url.as_deref()), not_seen(cause.as_ref()))]
    SelfAssertedKey {
        /// The key.
        key: String,
        /// The issuer's id.
        issuer: String,
        /// Where the issuer's document would be.
        url: Option<String>,
        /// Why it is not at hand, if it was asked for.
        cause: Option<Unavailable>,
    },
    /// Nobody vouches for the issuer.
    #[error("Nobody whom you trust vouches for the issuer {issuer}.")]
    IssuerUnknown {
        /// The issuer's id.
        issuer: String,
    },
    /// A status list that nobody can be shown to have made.
    #[error("The status list {url} cannot be relied on: {problem}")]
    ListUnverified {
        /// The list.
        url: String,
        /// Which of its own checks did not pass, and why.
        problem: String,
    },
    /// A status list that is too old to say anything about the policy's instant.
    #[error("The status list {url} was only good until {until}.")]
    ListStale {
        /// The list.
        url: String,
        /// Its `validUntil`, or the end of its `ttl`.
        until: Timestamp,
    },
    /// Not looked at, because an earlier check has not passed.
    #[error("This was not looked at, because {} did not pass.", after.in_words())]
    NotReached {
        /// Which check.
        after: CheckId,
    },
    /// A credential without a proof of its own, in one that is signed.
    #[error("It is not signed by itself: only the issuer of the credential around it says so.")]
    OuterOnly,
    /// Credentials inside it could not be judged to the end.
    #[error("{} inside it that stay open: {}.", role.in_words(), open.join("; "))]
    EmbeddedOpen {
        /// What they are to it.
        role: Role,
        /// Which, and what stays open of each.
        open: Vec<String>,
    },
    /// What the credential says about it cannot be read.
    #[error("The badge does not say it in a form that can be read: {problem}.")]
    Unstated {
        /// What is wrong.
        problem: String,
    },
}

fn published_at(url: Option<&str>) -> String {
    url.map_or_else(
        || "the issuer's own document".to_owned(),
        |url| format!("the issuer's document at {url}"),
    )
}

fn not_seen(cause: Option<&Unavailable>) -> String {
    cause.map_or_else(|| "was not fetched".to_owned(), |cause| format!("could not be had: {cause}"))
}

impl Gap {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "document.missing",
            Self::Unavailable { .. } => "document.unavailable",
            Self::Unreadable { .. } => "document.unreadable",
            Self::Unsupported { feature: Feature::ProofType, .. } => "unsupported.proof-type",
            Self::Unsupported { feature: Feature::Algorithm, .. } => "unsupported.algorithm",
            Self::Unsupported { feature: Feature::KeyType, .. } => "unsupported.key-type",
            Self::Unsupported { feature: Feature::DidMethod, .. } => "unsupported.did-method",
            Self::Unsupported { feature: Feature::StatusType, .. } => "unsupported.status-type",
            Self::Unsupported { feature: Feature::ProofOption, .. } => "unsupported.proof-option",
            Self::Unsupported { feature: Feature::Extension, .. } => "unsupported.extension",
            Self::Unsupported { feature: Feature::Schema, .. } => "unsupported.schema",
            Self::SelfAssertedKey { .. } => "key.self-asserted",
            Self::IssuerUnknown { .. } => "issuer.unknown",
            Self::ListUnverified { .. } => "status.list-unverified",
            Self::ListStale { .. } => "status.list-stale",
            Self::NotReached { .. } => "check.not-reached",
            Self::OuterOnly => "proof.outer-only",
            Self::EmbeddedOpen { role: Role::Endorsement, .. } => "endorsements.open",
            Self::EmbeddedOpen { role: Role::Credential, .. } => "credentials.open",
            Self::Unstated { .. } => "check.unstated",
        }
    }
}

/// Why a question does not arise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "exempt", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Exempt {
    /// The policy names no identities.
    #[error("No identities were given to compare with.")]
    NoIdentities,
    /// The credential names no recipient to compare with.
    #[error("The badge names no recipient.")]
    NoRecipient,
    /// A hosted badge has no signature: the issuer's own copy stands for it.
    #[error("A hosted badge is not signed; the issuer's own copy stands for it.")]
    Hosted,
    /// A signed badge needs no hosted copy.
    #[error("A signed badge needs no hosted copy.")]
    Signed,
    /// Neither the credential nor its issuer names a way to take it back.
    #[error("The issuer has named no way to revoke it.")]
    NoStatus,
    /// Only lists that inform, none that revoke or suspend.
    #[error("Its status lists only inform; none of them revokes.")]
    OnlyMessages,
    /// It names no schema beyond its standard's form.
    #[error("It names no schema of its own.")]
    NoSchema,
    /// Nobody has endorsed it, inside it at least.
    #[error("It carries no endorsements.")]
    NoEndorsements,
    /// Its pictures are at addresses of their own.
    #[error("Its pictures are elsewhere and were not looked at: nothing here hangs on them.")]
    PicturesElsewhere,
    /// It has no picture that could be looked at.
    #[error("It carries no picture to look at.")]
    NoImage,
    /// It holds no credentials inside.
    #[error("It holds no other credentials.")]
    NoCredentials,
    /// What a presentation is made of answers for itself.
    #[error("A presentation has none of its own; each credential in it is judged by itself.")]
    Presentation,
    /// Nobody signed for showing these credentials.
    #[error("The presentation itself is not signed: who shows these credentials is not known.")]
    UnsignedPresentation,
    /// The report was made by a version of Lapel that did not ask.
    #[error("This was not asked yet when the report was made.")]
    NotAsked,
}

impl Exempt {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoIdentities => "recipient.not-asked",
            Self::NoRecipient => "recipient.none",
            Self::Hosted => "proof.hosted",
            Self::Signed => "hosted.signed",
            Self::NoStatus => "status.none",
            Self::OnlyMessages => "status.messages-only",
            Self::NoSchema => "schema.none",
            Self::NoEndorsements => "endorsements.none",
            Self::PicturesElsewhere => "image.elsewhere",
            Self::NoImage => "image.none",
            Self::NoCredentials => "credentials.none",
            Self::Presentation => "check.of-its-credentials",
            Self::UnsignedPresentation => "proof.unsigned-presentation",
            Self::NotAsked => "check.not-asked",
        }
    }
}

/// Something worth knowing that changes no verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// Stable dotted code.
    pub code: String,
    /// A sentence for people.
    pub detail: String,
}

/// The result of a verification: every check once, the verdict of the policy, and what was lacking.
/// Made only by [`verify`](crate::verify::verify); reading one back refuses a list that lacks or repeats a check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "StoredReport")]
pub struct Report {
    checks: [Check; CheckId::ALL.len()],
    warnings: Vec<Warning>,
    verdict: Verdict,
    as_of: Timestamp,
    missing: Vec<String>,
    /// [`Credential::digest`] of the credential it speaks of.
    credential: String,
    embedded: Vec<EmbeddedReport>,
}

/// What was found of a credential inside the one that a report speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmbeddedReport {
    /// Where it stands (JSON Pointer, RFC 6901).
    pub pointer: String,
    /// What it is to the credential around it.
    pub role: Role,
    /// Its name, or its id, or its place: untrusted text.
    pub name: String,
    /// What was found.
    pub finding: EmbeddedFinding,
}

/// What was found of a credential inside another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmbeddedFinding {
    /// It was judged.
    Report(Box<Report>),
    /// It could not be read.
    Unread {
        /// Stable code of the [`ParseError`](crate::ParseError).
        code: String,
        /// What is wrong with it.
        detail: String,
    },
}

/// A report as it was written down.
#[derive(Deserialize)]
struct StoredReport {
    checks: Vec<Check>,
    warnings: Vec<Warning>,
    verdict: Verdict,
    as_of: Timestamp,
    missing: Vec<String>,
    credential: String,
    #[serde(default)]
    embedded: Vec<EmbeddedReport>,
}

impl TryFrom<StoredReport> for Report {
    type Error = &'static str;

    fn try_from(stored: StoredReport) -> Result<Self, Self::Error> {
        let StoredReport { mut checks, warnings, verdict, as_of, missing, credential, embedded } = stored;
        // Earlier reports ended with the recipient.
        if checks.last().is_some_and(|check| check.id == CheckId::Recipient) {
            let later = CheckId::ALL.into_iter().skip(checks.len());
            let outcome = Outcome::NotApplicable(Exempt::NotAsked);
            checks.extend(later.map(|id| Check { id, outcome: outcome.clone(), documents: Vec::new() }));
        }
        if checks.iter().map(|check| check.id).ne(CheckId::ALL) {
            return Err("a report holds every check once, in order");
        }
        let checks = checks.try_into().map_err(|_| "a report holds every check once")?;
        Ok(Self { checks, warnings, verdict, as_of, missing, credential, embedded })
    }
}

/// The answer to one question, and what it stands on.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    pub outcome: Outcome,
    pub documents: Vec<DocumentRef>,
}

impl From<Outcome> for Finding {
    fn from(outcome: Outcome) -> Self {
        Self { outcome, documents: Vec::new() }
    }
}

/// The answers to all questions, one field each: a check that nobody answers is a compile error.
#[derive(Clone, Debug)]
pub(crate) struct Findings {
    pub structure: Finding,
    pub integrity: Finding,
    pub key_authority: Finding,
    pub hosted: Finding,
    pub issuer: Finding,
    pub dates: Finding,
    pub status: Finding,
    pub recipient: Finding,
    pub schema: Finding,
    pub endorsements: Finding,
    pub image: Finding,
    pub credentials: Finding,
}

impl Findings {
    pub(crate) fn of(&self, id: CheckId) -> &Finding {
        match id {
            CheckId::Structure => &self.structure,
            CheckId::Integrity => &self.integrity,
            CheckId::KeyAuthority => &self.key_authority,
            CheckId::Hosted => &self.hosted,
            CheckId::Issuer => &self.issuer,
            CheckId::Dates => &self.dates,
            CheckId::Status => &self.status,
            CheckId::Recipient => &self.recipient,
            CheckId::Schema => &self.schema,
            CheckId::Endorsements => &self.endorsements,
            CheckId::Image => &self.image,
            CheckId::Credentials => &self.credentials,
        }
    }
}

impl Report {
    pub(crate) fn new(
        credential: &Credential,
        findings: &Findings,
        warnings: Vec<Warning>,
        verdict: Verdict,
        as_of: Timestamp,
        missing: Vec<String>,
        embedded: Vec<EmbeddedReport>,
    ) -> Self {
        let checks = CheckId::ALL.map(|id| {
            let Finding { outcome, documents } = findings.of(id).clone();
            Check { id, outcome, documents }
        });
        Self { checks, warnings, verdict, as_of, missing, credential: credential.digest(), embedded }
    }

    /// Every check, in the order of [`CheckId::ALL`].
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// The answer to one question.
    pub fn check(&self, id: CheckId) -> &Check {
        // The checks stand in the order of the enumeration.
        &self.checks[id as usize]
    }

    /// What changes no verdict but is worth knowing.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The one-line result.
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// The verdict in words: the most telling reason beside the bare word.
    pub fn headline(&self) -> String {
        match self.verdict {
            Verdict::Verified => "Verified".to_owned(),
            Verdict::Expired => match &self.check(CheckId::Dates).outcome {
                Outcome::Fail(Fault::Expired { until }) => {
                    format!("Expired on {}", until.strftime("%-d %B %Y"))
                }
                _ => "Expired".to_owned(),
            },
            Verdict::Revoked => match &self.check(CheckId::Status).outcome {
                Outcome::Fail(Fault::Revoked { reason: Some(reason), .. }) => format!("Revoked: {reason}"),
                Outcome::Fail(Fault::Suspended { .. }) => "Suspended by the issuer".to_owned(),
                _ => "Revoked by the issuer".to_owned(),
            },
            Verdict::Invalid => {
                match self.checks.iter().find(|check| matches!(check.outcome, Outcome::Fail(_))) {
                    Some(Check { outcome: Outcome::Fail(Fault::EndorsesOther { .. }), .. }) => {
                        "Invalid: it speaks of something else".to_owned()
                    }
                    Some(check) => format!("Invalid: {}", check.id.complaint()),
                    None => "Invalid".to_owned(),
                }
            }
            Verdict::Undecided => self.doubt(),
        }
    }

    /// Why the verdict is open, in words.
    fn doubt(&self) -> String {
        if let Outcome::Unknown(gap) = &self.check(CheckId::KeyAuthority).outcome
            && matches!(gap, Gap::SelfAssertedKey { .. })
        {
            return "Self-asserted key: the badge is unchanged, but the issuer has not been seen to publish its key"
                .to_owned();
        }
        if matches!(self.check(CheckId::Integrity).outcome, Outcome::Unknown(Gap::OuterOnly)) {
            return "Not signed by itself: only the issuer of the credential around it says so".to_owned();
        }
        let mut open = self.checks.iter().filter(|check| {
            check.id.matters()
                && matches!(check.outcome, Outcome::Unknown(_))
                && !matches!(check.outcome, Outcome::Unknown(Gap::NotReached { .. }))
        });
        match (open.next(), open.next()) {
            (Some(check), None) if check.id == CheckId::Issuer => {
                let signed = matches!(self.check(CheckId::Integrity).outcome, Outcome::Pass(_));
                let basis = if signed { "Signature valid" } else { "Found at its own address" };
                format!("{basis}, issuer unknown")
            }
            (Some(check), _) => format!("Undecided: {}", check.id.question()),
            (None, _) => "Undecided".to_owned(),
        }
    }

    /// The instant it was judged at.
    pub fn as_of(&self) -> Timestamp {
        self.as_of
    }

    /// URLs of documents that would decide what is unknown and that nobody asked for yet.
    pub fn missing(&self) -> &[String] {
        &self.missing
    }

    /// What was found of the credentials inside it, in the order of [`Credential::embedded`].
    pub fn embedded(&self) -> &[EmbeddedReport] {
        &self.embedded
    }

    /// Whether it is the result of verifying `credential`, and not another.
    pub fn speaks_of(&self, credential: &Credential) -> bool {
        self.credential == credential.digest()
    }

    /// The proof that `credential` was verified, for exports that say so; `None` unless this report is about
    /// that very credential and its verdict is [`Verdict::Verified`].
    pub fn verified<'a>(&self, credential: &'a Credential) -> Option<Verified<'a>> {
        (self.verdict == Verdict::Verified && self.speaks_of(credential))
            .then_some(Verified { credential, as_of: self.as_of })
    }
}

/// A credential that a [`Report`] found verified. Only a report can make one.
#[derive(Clone, Copy, Debug)]
pub struct Verified<'a> {
    credential: &'a Credential,
    as_of: Timestamp,
}

impl<'a> Verified<'a> {
    /// The credential.
    pub fn credential(&self) -> &'a Credential {
        self.credential
    }

    /// When it was verified.
    pub fn as_of(&self) -> Timestamp {
        self.as_of
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::artifact::PayloadContent;
    use crate::document::Documents;
    use crate::verify::{Policy, verify};

    fn report() -> Report {
        let text = r#"{"@context":["https://www.w3.org/ns/credentials/v2"],"type":["VerifiableCredential","OpenBadgeCredential"]}"#;
        let credential = Credential::parse(&PayloadContent::Json(text.to_owned())).unwrap();
        verify(&credential, &Documents::new(), &Policy::at("2026-11-23T00:00:00Z".parse().unwrap()))
    }

    #[test]
    fn a_report_comes_back_from_json_as_it_was() {
        let report = report();
        let stored = serde_json::to_string(&report).unwrap();
        assert_eq!(serde_json::from_str::<Report>(&stored).unwrap(), report);
        assert!(report.checks().iter().map(|check| check.id).eq(CheckId::ALL));
        for id in CheckId::ALL {
            assert_eq!(report.check(id).id, id);
        }
    }

    #[test]
    fn no_fact_or_fault_is_taken_for_the_name_of_its_check_when_read_back() {
        let id = "urn:x".to_owned();
        for outcome in [
            Outcome::Pass(Fact::Endorses { id: id.clone() }),
            Outcome::Fail(Fault::NotHostable { id: id.clone() }),
        ] {
            let check = Check { id: CheckId::Hosted, outcome, documents: Vec::new() };
            let stored = serde_json::to_string(&check).unwrap();
            assert_eq!(serde_json::from_str::<Check>(&stored).unwrap(), check);
        }
    }

    #[test]
    fn a_stored_report_that_lacks_or_repeats_a_check_is_refused() {
        let stored: Value = serde_json::to_value(report()).unwrap();
        let mut short = stored.clone();
        short["checks"].as_array_mut().unwrap().pop();
        let mut early = stored.clone();
        early["checks"].as_array_mut().unwrap().truncate(8);
        let early: Report = serde_json::from_value(early).unwrap();
        assert_eq!(early.check(CheckId::Schema).code(), "check.not-asked");
        let mut doubled = stored.clone();
        doubled["checks"][1] = stored["checks"][0].clone();
        let mut unnamed = stored.clone();
        unnamed["checks"][0]["outcome"] = json!(null);
        for wrong in [short, doubled, unnamed, json!({})] {
            assert!(serde_json::from_value::<Report>(wrong).is_err());
        }
    }

    #[test]
    fn sentences_name_what_was_expected_and_what_is_there() {
        let report = report();
        let detail = report.check(CheckId::Structure).detail();
        assert!(detail.contains("/id") && detail.contains("there is nothing"), "{detail}");
        assert_eq!(report.verdict(), Verdict::Invalid);
        assert!(report.headline().starts_with("Invalid: "), "{}", report.headline());
    }
}
