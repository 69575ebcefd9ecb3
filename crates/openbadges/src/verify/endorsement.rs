//! What others say of a badge, its BadgeClass and its issuer (Open Badges 2.0, `endorsement`). Each endorsement is
//! an assertion of its own, by its own issuer, and is judged as one.

use serde_json::Value;

use super::assertion::{Parts, Subject};
use super::{Inquiry, embedded};
use crate::artifact::PayloadContent;
use crate::credential::ob1::Piece;
use crate::credential::part::Part;
use crate::credential::value::{each, id_of, is_web_address, same_id, text};
use crate::credential::{Credential, ParseError, Role, Standard};
use crate::document::Documents;
use crate::proof::hosted::{self, Copy};
use crate::report::{DocumentRef, EmbeddedFinding, EmbeddedReport, Fault, Finding, Outcome};

/// More than this many endorsements of one badge are not looked at: each may ask for two documents.
const MAX_ENDORSEMENTS: usize = 8;

/// What the endorsements come to, and the report of each.
pub(super) struct Endorsed {
    pub finding: Finding,
    pub reports: Vec<EmbeddedReport>,
}

impl Inquiry<'_> {
    /// Judges what endorses `subject`, its BadgeClass and its issuer. What endorses an endorsement is not followed.
    pub(super) fn endorsements(&self, subject: Subject, parts: &Parts) -> Endorsed {
        let mut reports = Vec::new();
        let mut documents = Vec::new();
        let mut astray = Vec::new();
        if self.depth == 0 && subject.standard != Standard::Ob2Endorsement {
            let part = |part: Option<&Part>| part.map(|part| part.json.clone());
            let nodes = [
                ("", Some(subject.json.clone())),
                ("/badge", part(parts.class())),
                ("/badge/issuer", part(parts.profile())),
            ];
            let each_of = nodes.iter().flat_map(|(place, node)| {
                let node = node.as_ref().unwrap_or(&Value::Null);
                let listed = node.get("endorsement").is_some_and(Value::is_array);
                each(node.get("endorsement")).iter().enumerate().map(move |(index, value)| {
                    let step = if listed { format!("/{index}") } else { String::new() };
                    (format!("{place}/endorsement{step}"), value)
                })
            });
            let own: Vec<&str> = nodes.iter().filter_map(|(_, node)| id_of(node.as_ref()?)).collect();
            for (pointer, value) in each_of.take(MAX_ENDORSEMENTS) {
                let one = self.endorsement(pointer, value, &mut documents);
                if !one.endorses {
                    astray.push(format!("{}: it is no endorsement of Open Badges 2.0", one.report.name));
                }
                // Many hang on the award and speak of the kind of badge, which is as well.
                if let Some(claimed) = &one.claimed
                    && !own.iter().any(|id| same_id(id, claimed))
                {
                    astray.push(format!("{}: it speaks of {claimed}, not of this badge", one.report.name));
                }
                reports.push(one.report);
            }
        }
        let outcome = match embedded::outcome(&reports, Role::Endorsement, &[]) {
            Outcome::Fail(fault) => Outcome::Fail(fault),
            _ if !astray.is_empty() => {
                Outcome::Fail(Fault::EmbeddedFail { role: Role::Endorsement, failed: astray })
            }
            outcome => outcome,
        };
        Endorsed { finding: Finding { outcome, documents }, reports }
    }

    fn endorsement(&self, pointer: String, value: &Value, documents: &mut Vec<DocumentRef>) -> One {
        let credential = match read(value, self.documents, documents) {
            Ok(credential) => credential,
            Err(error) => {
                let finding = embedded::unread(&error);
                let name = id_of(value).unwrap_or(&pointer).to_owned();
                let report = EmbeddedReport { pointer, role: Role::Endorsement, name, finding };
                return One { report, endorses: true, claimed: None };
            }
        };
        let inner = Inquiry { credential: &credential, depth: self.depth + 1, ..*self };
        let finding = EmbeddedFinding::Report(Box::new(inner.report()));
        let served = match (credential.jws(), credential.body()) {
            (Some(_), _) => None,
            (None, body) => {
                match hosted::copy(body, Piece::Other, Standard::Ob2Endorsement, self.documents) {
                    Copy::Served(part) => Some(part.json),
                    _ => None,
                }
            }
        };
        let endorsement = served.as_ref().unwrap_or(credential.body());
        let claimed = endorsement.get("claim").and_then(id_of).map(str::to_owned);
        let name = self.endorser(endorsement).or_else(|| credential.id().map(str::to_owned));
        let name = name.unwrap_or_else(|| pointer.clone());
        let endorses = credential.standard() == Standard::Ob2Endorsement;
        One { report: EmbeddedReport { pointer, role: Role::Endorsement, name, finding }, endorses, claimed }
    }

    /// Who endorses, by the name of the profile if that is at hand.
    fn endorser(&self, endorsement: &Value) -> Option<String> {
        let profile = crate::credential::part::issuer(endorsement, Standard::Ob2, self.documents).ok()?;
        text(profile.json.get("name"))
    }
}

/// One endorsement, and what it speaks of.
struct One {
    report: EmbeddedReport,
    /// False where a token turns out to be something else.
    endorses: bool,
    claimed: Option<String>,
}

/// The endorsement that stands in a badge: written out, a signed token, or an address (where it is read, if it was
/// fetched, for a token may be there).
fn read(
    value: &Value,
    documents: &Documents,
    references: &mut Vec<DocumentRef>,
) -> Result<Credential, ParseError> {
    match value {
        Value::String(url) if is_web_address(url) => {
            let Ok(document) = documents.look_up(url) else { return Ok(Credential::endorsement_at(url)) };
            references.push(document.reference());
            match std::str::from_utf8(document.bytes.trim_ascii()) {
                Ok(text) if !text.starts_with('{') && text.split('.').count() == 3 => {
                    Credential::parse(&PayloadContent::Jws(text.to_owned()))
                }
                _ => Ok(Credential::endorsement_at(url)),
            }
        }
        Value::String(token) => Credential::parse(&PayloadContent::Jws(token.clone())),
        node => Credential::endorsement(node),
    }
}
