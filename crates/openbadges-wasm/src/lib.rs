//! The verifier for a web page: a badge and the documents that came with it as JSON, and what is to be said of it as
//! JSON. The same code as in the app judges, so the verdict has the same words.
//!
//! [`judge`] is a pure function and runs anywhere. Built for `wasm32-unknown-unknown` it is exported through three
//! plain names (`abi`), without generated glue and without any import: the module can compute, and
//! nothing else.

#[cfg(target_arch = "wasm32")]
mod abi;
mod question;

use openbadges::artifact::Payload;
use openbadges::credential::Standard;
use openbadges::view::{ReportView, WarningView, credential_kind};
use openbadges::{Artifact, BadgeCard, Credential, Documents, NotABadge, ParseError, Policy, verify};
use serde::{Deserialize, Serialize};

pub use question::{Kept, Question, Subject};

/// What is to be said of a badge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It was judged.
    Judged(Box<Judged>),
    /// There is nothing that could be judged.
    Unreadable(Unreadable),
}

/// A badge that was judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// What the artefact is: `png`, `svg`, `json`, `jws` or `url`.
    pub kind: String,
    /// What the credential is: `badge`, `record`, `presentation`, `endorsement` or `credential`.
    pub credential_kind: String,
    /// What it says: untrusted text. The cards of the credentials inside it are in its report.
    pub card: BadgeCard,
    /// What was found.
    pub report: ReportView,
    /// What is worth knowing of the artefact around it.
    pub notes: Vec<WarningView>,
}

/// Why there is nothing that could be judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unreadable {
    /// Stable code.
    pub code: String,
    /// A sentence for people.
    pub detail: String,
}

/// Answers `question`, a [`Question`] in JSON, by an [`Answer`] in JSON.
pub fn judge(question: &[u8]) -> String {
    let answer = match serde_json::from_slice::<Question>(question) {
        Ok(question) => answer(question),
        Err(error) => Answer::Unreadable(Unreadable {
            code: "page.question".to_owned(),
            detail: format!("What this page asks its verifier cannot be read: {error}."),
        }),
    };
    // All of it is text, numbers and lists: writing that to memory does not fail.
    serde_json::to_string(&answer).unwrap_or_default()
}

/// Judges what `question` is about, with no identities and by no issuers but those that it names.
pub fn answer(question: Question) -> Answer {
    let Question { subject, documents, now, trusted_issuers } = question;
    let documents = question::documents(documents);
    match read(&subject, &documents) {
        Ok((artifact, credential)) => {
            let policy = Policy { trusted_issuers, ..Policy::at(now) };
            let report = verify(&credential, &documents, &policy);
            let mut card = BadgeCard::of(&credential, &documents);
            Answer::Judged(Box::new(Judged {
                kind: artifact.kind().as_str().to_owned(),
                credential_kind: credential_kind(&card).to_owned(),
                report: ReportView::of(&report, &mut card, &mut |_| None),
                card,
                notes: artifact.notes().iter().map(|note| lenient(note)).collect(),
            }))
        }
        Err(unreadable) => Answer::Unreadable(unreadable),
    }
}

fn lenient(note: &str) -> WarningView {
    WarningView { code: "artifact.lenient".to_owned(), detail: note.to_owned() }
}

/// How many links are followed from an artefact to its badge.
const MOST_LINKS: usize = 3;

/// The artefact, and the credential that is meant: in the artefact, or in the document that a link in it leads to.
fn read(subject: &Subject, documents: &Documents) -> Result<(Artifact, Credential), Unreadable> {
    let artifact = Artifact::recognise(subject.artifact.clone()).map_err(|error| not_a_badge(&error))?;
    let mut inside = credential(&artifact, subject);
    for _ in 0..MOST_LINKS {
        let Err(ParseError::IsLink { url }) = &inside else { break };
        let Some(openbadges::Answer::Document(document)) = documents.answer(url) else { break };
        let there = Artifact::recognise(document.bytes.clone()).map_err(|error| not_a_badge(&error))?;
        inside = credential(&there, subject);
    }
    inside.map(|credential| (artifact, credential)).map_err(|error| not_a_credential(&error))
}

/// The credential in `artifact` that is meant. One artefact may hold a badge for readers of version 2 and one for readers
/// of version 3; where neither is the one that is meant, the artefact was changed, and then the order is that of the app.
fn credential(artifact: &Artifact, subject: &Subject) -> Result<Credential, ParseError> {
    let mut credentials = Vec::new();
    let mut wrong = None;
    for Payload { content, .. } in artifact.payloads() {
        match Credential::parse(content) {
            Ok(credential) => credentials.push(match &subject.address {
                Some(address) => credential.read_at(address),
                None => credential,
            }),
            Err(error) => wrong = wrong.or(Some(error)),
        }
    }
    let is_meant = |credential: &Credential| subject.credential.as_ref() == Some(&credential.digest());
    credentials.sort_by_key(|it| (!is_meant(it), it.standard() != Standard::Ob3));
    // An artefact that was recognised carries something.
    credentials.into_iter().next().ok_or_else(|| wrong.unwrap_or(ParseError::Unrecognised))
}

fn not_a_badge(error: &NotABadge) -> Unreadable {
    Unreadable { code: error.code().to_owned(), detail: error.to_string() }
}

fn not_a_credential(error: &ParseError) -> Unreadable {
    Unreadable { code: error.code().to_owned(), detail: error.to_string() }
}
